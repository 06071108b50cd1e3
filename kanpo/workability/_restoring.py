"""What it costs to bring a parcel back: clearing, slopes, fence and shade."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from kanpo.herbs import Catalogue, Cost, note_text, restoration_of, span_of
from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.sites import Factors
from kanpo.workability._ground import Ground
from kanpo.workability._part import Asking, Part, least_sure, rows_of
from kanpo.workability._span import Span, total

#: What tells that land was left.
_LEFT = ("idle_class", "devastation_class", "years_abandoned")
_FACTS = (*_LEFT, "land_type")


def restoration_parts(catalogue: Catalogue, ground: Ground, herb_id: str) -> Iterator[Part]:
    """Clearing by class, years and land type, then the extra for slopes.

    A parcel may be every row that nothing known of it rules out; there is one part for each such set of
    rows. Of land that nothing at all is known of, it may be that it is still in use and nothing is to clear.
    """
    rows = rows_of(catalogue, "restoration", herb_id)
    if not rows:
        return
    clearing = []
    for codes, where in _alike(rows, ground):
        possible = restoration_of(rows, **codes)
        where &= ~ground.cultivated
        if not possible or not where.any():
            continue
        part = _clearing(possible, rows, where, codes)
        clearing.append(part)
        yield part
    yield from _on_slopes(catalogue, ground, herb_id, total([part.yen for part in clearing], len(ground)))


def _alike(rows: tuple[Cost, ...], ground: Ground) -> Iterator[tuple[dict[str, Any], np.ndarray]]:
    """Parcels in groups that no row tells apart, with what is known of them."""
    # Years count only by the bounds of the rows between which they lie.
    bounds = sorted({end for row in rows for end in row.years if end is not None})
    years = ground.years_abandoned
    left, right = (np.searchsorted(bounds, years, side=side) for side in ("left", "right"))
    frame = pd.DataFrame(
        {
            "idle_class": ground.idle_class,
            "devastation_class": ground.devastation_class,
            "land_type": ground.land_type,
            "between": np.where(np.isnan(years), -1, left + right),
        }
    ).fillna({"idle_class": "", "devastation_class": "", "land_type": ""})
    for key, at in frame.groupby(list(frame.columns), sort=False).indices.items():
        where = np.zeros(len(ground), dtype=bool)
        where[at] = True
        idle, devastated, land, _ = key
        yield (
            {
                "idle_class": idle or None,
                "devastation_class": devastated or None,
                "land_type": land or None,
                "years_abandoned": float(years[at[0]]),
            },
            where,
        )


def _clearing(
    possible: tuple[Cost, ...], rows: tuple[Cost, ...], where: np.ndarray, codes: dict[str, Any]
) -> Part:
    money, count = span_of(possible), len(where)
    low, high = money.yen_low or 0.0, np.inf if money.yen_high is None else money.yen_high
    if all(_nothing(codes[key]) for key in _LEFT):
        low = 0.0
    hours = (
        (0.0, 0.0)
        if money.hours_low is None or money.hours_high is None
        else (money.hours_low, money.hours_high)
    )
    wanted = [key for key in _FACTS if _nothing(codes[key]) and _narrows(possible, rows, key)]
    return Part(
        "restoration",
        Text("か".join(row.label.ja for row in possible), " or ".join(row.label.en for row in possible)),
        "once",
        where,
        Span.of(count, low, high).at(where),
        Span.of(count, *hours).at(where),
        _sources(possible),
        least_sure([row.confidence for row in possible]),
        unknown=dict.fromkeys(wanted, where),
        note=_notes(possible),
    )


def _nothing(value: object) -> bool:
    return value is None or value != value


def _narrows(possible: tuple[Cost, ...], rows: tuple[Cost, ...], key: str) -> bool:
    """Whether the rows that a parcel may be differ in what this fact would have to be."""
    conditions = {
        "idle_class": lambda row: row.idle_classes,
        "devastation_class": lambda row: row.devastation_classes,
        "years_abandoned": lambda row: row.years,
        "land_type": lambda row: row.land_types,
    }
    return len({conditions[key](row) for row in possible}) > 1


def _on_slopes(catalogue: Catalogue, ground: Ground, herb_id: str, clearing: Span) -> Iterator[Part]:
    for row in rows_of(catalogue, "restoration_slope", herb_id):
        surely, perhaps = steep(row, ground.slope_deg)
        yen = Span.of(len(ground), row.money.yen_low or 0.0, row.money.yen_high or 0.0) * clearing
        yield Part(
            row.what,
            row.label,
            "once",
            perhaps,
            yen.only(surely, perhaps),
            Span.of(len(ground)),
            row.source,
            row.confidence,
            unknown={"slope_deg": np.isnan(ground.slope_deg)},
            note=note_text(row.note),
        )


def steep(row: Cost, slope_deg: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where a row for slopes surely applies, and where it may (the slope is not known); (N,) both."""
    unknown = np.isnan(slope_deg)
    least = 0.0 if row.slope_from is None else row.slope_from
    with np.errstate(invalid="ignore"):
        surely = slope_deg >= least
    return surely, surely | unknown


def fence_parts(catalogue: Catalogue, ground: Ground, herb_id: str) -> Iterator[Part]:
    """A fence where animals are many; perhaps one where nobody has looked."""
    unknown = np.array([value is None for value in ground.wildlife_pressure])
    for row in rows_of(catalogue, "fence", herb_id):
        surely = np.isin(ground.wildlife_pressure.astype(str), row.wildlife) if row.wildlife else ~unknown
        perhaps = surely | unknown
        yen = Span.of(len(ground), row.money.yen_low or 0.0, row.money.yen_high or 0.0)
        yield Part(
            row.what,
            row.label,
            "once",
            perhaps,
            yen.only(surely, perhaps),
            Span.of(len(ground)),
            row.source,
            row.confidence,
            unknown={"wildlife_pressure": unknown},
            note=note_text(row.note),
        )


def shade_parts(catalogue: Catalogue, factors: Factors, herb_id: str, asking: Asking) -> Iterator[Part]:
    """Shade for herbs that are grown under it, where the ground is not shaded already."""
    light = factors.values["sunlight"].to_numpy(dtype=object)
    unknown = np.array([value is None or value != value for value in light])
    full = light == FACTORS["sunlight"].classes[0]
    for row in rows_of(catalogue, "shade", herb_id):
        if herb_id not in row.herbs:
            continue
        yen, hours = asking.money(row.money, row.assumption)
        perhaps = full | unknown
        used, missing = asking.notes(perhaps)
        yield Part(
            row.what,
            row.label,
            "crop",
            perhaps,
            yen.only(full, perhaps),
            hours.only(full, perhaps),
            row.source,
            row.confidence,
            used,
            missing,
            {"sunlight": unknown},
            note_text(row.note),
        )


def _notes(rows: tuple[Cost, ...]) -> Text:
    notes = dict.fromkeys(note_text(row.note) for row in rows if row.note)
    return Text("; ".join(note.ja for note in notes), "; ".join(note.en for note in notes))


def _sources(rows: tuple[Cost, ...]) -> str:
    names = [name.strip() for row in rows for name in row.source.split(";")]
    return "; ".join(dict.fromkeys(name for name in names if name))
