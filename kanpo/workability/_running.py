"""Hours that a crop takes more because of where it is grown: slopes, small blocks, travel, carrying, water."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from kanpo.herbs import Catalogue, Cost, note_text
from kanpo.workability._ground import Ground
from kanpo.workability._part import Asking, Part, rows_of
from kanpo.workability._restoring import steep
from kanpo.workability._span import Span

#: Keys of assumptions that belong to a row beside the one that it names.
CROP_HOURS = "labour_hours_per_10a"
SMALL_AREA = "small_block_area_m2"
TRIPS = "trips_per_year"
_10A_M2 = 1000.0

Ask = Callable[[], Asking]


def running_parts(catalogue: Catalogue, ground: Ground, herb_id: str, ask: Ask, years: int) -> Iterator[Part]:
    """What a crop takes more on each parcel, in hours per 10 a.

    Parameters
    ----------
    ask : callable
        Gives the answers of the user anew for each part.
    years : int
        Years that a crop takes, for what is counted by the year.
    """
    for row in rows_of(catalogue, "slope", herb_id):
        surely, perhaps = steep(row, ground.slope_deg)
        yield _share(row, ask(), surely, perhaps, "slope_deg", np.isnan(ground.slope_deg))
    for row in rows_of(catalogue, "block_size", herb_id):
        yield _small(row, ground, ask())
    for row in rows_of(catalogue, "travel", herb_id):
        yield _travel(row, ground, ask(), years)
    for what, distance, factor in (
        ("road", ground.road_access_m, "road_access_m"),
        ("water", ground.water_access_m, "water_access_m"),
    ):
        for row in rows_of(catalogue, what, herb_id):
            yield _carried(row, distance, factor, ask())


def _share(
    row: Cost, asking: Asking, surely: np.ndarray, perhaps: np.ndarray, fact: str, unknown: np.ndarray
) -> Part:
    """A share of the hours that the crop takes anyway."""
    hours = asking.span(row.assumption) * asking.span(CROP_HOURS)
    return _part(row, asking, surely, perhaps, hours, {fact: unknown})


def _small(row: Cost, ground: Ground, asking: Asking) -> Part:
    area = ground.block_area_m2
    small = asking.span(SMALL_AREA)
    unknown = np.isnan(area)
    with np.errstate(invalid="ignore"):
        surely, perhaps = area < small.low, (area < small.high) | unknown
    return _share(row, asking, surely, perhaps, "area_m2", unknown)


def _travel(row: Cost, ground: Ground, asking: Asking, years: int) -> Part:
    """Trips of all years of the crop, shared by the area that is worked on the same trip."""
    area, count = ground.block_area_m2, len(ground)
    unknown = ~(area > 0)
    every = np.ones(count, dtype=bool)
    trips = asking.span(row.assumption) * asking.span(TRIPS) * Span.of(count, float(max(years, 1)))
    shared = Span(np.where(unknown, 1e-9, area) / _10A_M2, np.where(unknown, np.inf, area) / _10A_M2)
    return _part(row, asking, every, every, trips / shared, {"area_m2": unknown})


def _carried(row: Cost, distance: np.ndarray, fact: str, asking: Asking) -> Part:
    """By 100 m; water may not be carried at all, since not every herb is watered."""
    unknown = np.isnan(distance)
    hundreds = Span(np.where(unknown, 0.0, distance) / 100, np.where(unknown, np.inf, distance) / 100)
    with np.errstate(invalid="ignore"):
        surely = (distance > 0) & (row.what != "water")
        perhaps = (distance > 0) | unknown
    return _part(row, asking, surely, perhaps, asking.span(row.assumption) * hundreds, {fact: unknown})


def _part(
    row: Cost,
    asking: Asking,
    surely: np.ndarray,
    perhaps: np.ndarray,
    hours: Span,
    unknown: dict[str, np.ndarray],
) -> Part:
    used, missing = asking.notes(perhaps)
    nothing = Span.of(len(perhaps))
    return Part(
        row.what,
        row.label,
        "crop",
        perhaps,
        nothing,
        hours.only(surely, perhaps),
        row.source,
        row.confidence,
        used,
        missing,
        unknown,
        note_text(row.note),
    )
