"""In how many years a herb's climate needs were met at each parcel, and for how long running."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kanpo.climate._anomalies import NO_SHIFT, Anomalies, Shift
from kanpo.climate._chance import LEAST_WINDOWS, count_stands, count_windows, wilson_interval
from kanpo.herbs import Catalogue, Requirement
from kanpo.schema import FACTORS
from kanpo.suitability import FLOOR, ClassBounds, Memberships, Method, combine, membership

#: Places looked at together: thirty years of them stay in the processor's caches.
_CHUNK = 4096
_ORDER = {key: position for position, key in enumerate(FACTORS)}


@dataclass(frozen=True, slots=True, eq=False)
class HerbRisk:
    """What the years of a station say of one herb at n parcels.

    `share` (n,) is the share of years in which the score by climate alone is at least that of S3, `stand`
    (n,) the chance that a stand of `stand_years` stays inside; NaN where a climate factor of the herb is not
    known at the parcel, or the record is too short. `limiting` (n,) is the position in `FACTORS` of the
    factor that most bad years lack, -1 for none. `moving` are the factors that change from year to year,
    `still` those that were left at their normal.
    """

    herb_id: str
    years: int
    stand_years: int
    windows: int
    apart: int
    share: np.ndarray
    stand: np.ndarray
    limiting: np.ndarray
    moving: tuple[str, ...]
    still: tuple[str, ...]

    def frame(self, parcel_ids: Sequence[str]) -> pd.DataFrame:
        """One row per parcel: parcel_id, herb_id, years, share_of_years and its 95 % interval share_lower and
        share_upper, stand_years, windows, stand_chance, stand_lower, stand_upper, limiting_factor (None for none).
        """
        share_ends, stand_ends = (
            wilson_interval(self.share, self.years),
            wilson_interval(self.stand, self.apart),
        )
        names = np.array([*FACTORS, None], dtype=object)
        return pd.DataFrame(
            {
                "parcel_id": list(parcel_ids),
                "herb_id": self.herb_id,
                "years": self.years,
                "share_of_years": self.share,
                "share_lower": share_ends[0],
                "share_upper": share_ends[1],
                "stand_years": self.stand_years,
                "windows": self.windows,
                "stand_chance": self.stand,
                "stand_lower": stand_ends[0],
                "stand_upper": stand_ends[1],
                "limiting_factor": names[self.limiting],
            }
        )


def climate_rows(catalogue: Catalogue, herb_id: str) -> tuple[Requirement, ...]:
    """What a herb needs of the climate, rows of weight 0 left out."""
    return tuple(
        row
        for row in catalogue.requirements_of(herb_id)
        if FACTORS[row.factor].topic == "climate" and row.weight > 0
    )


def climate_risk(
    columns: Mapping[str, np.ndarray],
    catalogue: Catalogue,
    anomalies: Anomalies,
    herbs: Sequence[str] | None = None,
    *,
    shift: Shift = NO_SHIFT,
    stand_years: int | None = None,
    bounds: ClassBounds | None = None,
    method: Method = "limitation",
    threads: int = 2,
) -> dict[str, HerbRisk]:
    """Share of years and chance of a stand for herbs at n parcels.

    Only climate factors change from year to year, so that memberships are worked out for the distinct
    climates among the parcels times the years.

    Parameters
    ----------
    columns : mapping
        Factor to its normals (n,), NaN where not known.
    shift : Shift
        Added to the normals.
    stand_years : int, optional
        Years that a stand has to last; those of the herb to its harvest by default.
    """
    chosen = list(catalogue.herbs if herbs is None else herbs)
    plans = [
        _plan(
            herb_id,
            climate_rows(catalogue, herb_id),
            anomalies,
            stand_years or catalogue.herbs[herb_id].years_to_harvest,
        )
        for herb_id in chosen
    ]
    factors = sorted({row.factor for plan in plans for row in plan.rows}, key=_ORDER.__getitem__)
    count = max((len(column) for column in columns.values()), default=0)
    unknown = np.full(count, np.nan)
    normals = {key: anomalies.shifted(key, columns.get(key, unknown), shift) for key in factors}
    group, first = _distinct(normals, count)
    places = {key: column[first] for key, column in normals.items()}
    results = [_Result.empty(len(first)) for _ in plans]
    least = (bounds or ClassBounds()).s3

    def work(start: int) -> None:
        part = slice(start, start + _CHUNK)
        here = {key: column[part] for key, column in places.items()}
        values = {key: anomalies.values(key, here[key]) for key in factors if key in anomalies.by_factor}
        seen: dict[tuple[object, ...], np.ndarray] = {}
        # What numpy is to keep quiet about is said in each thread.
        with np.errstate(divide="ignore", invalid="ignore"):
            for plan, result in zip(plans, results, strict=True):
                _judge(plan, here, values, seen, method, least, result.part(part))

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(0, len(first), _CHUNK)))
    return {plan.herb_id: _risk_of(plan, result, group) for plan, result in zip(plans, results, strict=True)}


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """How one herb is looked at: rows, positions of the years that are known of all its moving factors."""

    herb_id: str
    rows: tuple[Requirement, ...]
    at: np.ndarray
    years: np.ndarray
    length: int
    windows: int
    apart: int
    moving: tuple[str, ...]
    still: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Result:
    share: np.ndarray
    stand: np.ndarray
    limiting: np.ndarray

    @classmethod
    def empty(cls, count: int) -> _Result:
        return cls(np.full(count, np.nan), np.full(count, np.nan), np.full(count, -1, np.int8))

    def part(self, part: slice) -> _Result:
        """A window onto some of the places; what is written there is written here."""
        return _Result(self.share[part], self.stand[part], self.limiting[part])


def _risk_of(plan: _Plan, result: _Result, group: np.ndarray) -> HerbRisk:
    """What was found of the distinct climates, for every parcel (n,) by the one that it has."""
    return HerbRisk(
        *(plan.herb_id, len(plan.at), plan.length, plan.windows, plan.apart),
        *(result.share[group], result.stand[group], result.limiting[group], plan.moving, plan.still),
    )


def _plan(herb_id: str, rows: tuple[Requirement, ...], anomalies: Anomalies, length: int) -> _Plan:
    moving = tuple(row.factor for row in rows if row.factor in anomalies.by_factor)
    still = tuple(row.factor for row in rows if row.factor not in anomalies.by_factor)
    known = [np.isfinite(anomalies.by_factor[key]) for key in moving]
    at = np.flatnonzero(np.logical_and.reduce(known)) if known else np.arange(0)
    years = anomalies.years[at]
    return _Plan(herb_id, rows, at, years, length, *count_windows(years, length), moving, still)


def _judge(
    plan: _Plan,
    normals: Mapping[str, np.ndarray],
    values: Mapping[str, np.ndarray],
    seen: dict[tuple[object, ...], np.ndarray],
    method: Method,
    least: float,
    out: _Result,
) -> None:
    """Fill in `out` for one herb; nothing where no factor moves or the record is short."""
    if not plan.moving or not len(plan.at):
        return
    known = ~np.isnan(sum(normals[row.factor] for row in plan.rows))
    memberships = [_membership(row, normals, values, seen) for row in plan.rows]
    if len(plan.at) < len(next(iter(values.values()))):
        memberships = [one[plan.at] if len(one) > 1 else one for one in memberships]
    if len(memberships) == 1:
        # One factor alone is the score by every method.
        inside, worst = memberships[0] >= least, None
    else:
        scores, worst = _combined(plan.rows, memberships, method)
        inside = scores >= least
    met = inside.sum(axis=0, dtype=np.int16)
    share = met / len(plan.at)
    np.copyto(out.share, share, where=known)
    bad = known & (met < len(plan.at))
    out.limiting[bad] = _most_often(plan.rows, inside, worst)[bad]
    if plan.apart >= LEAST_WINDOWS:
        stands = count_stands(inside, plan.years, plan.length) / plan.windows
        # With years missing between, the windows are not of all years: a stand is never likelier than a year.
        np.copyto(out.stand, np.minimum(stands, share), where=known)


def _membership(
    row: Requirement,
    normals: Mapping[str, np.ndarray],
    values: Mapping[str, np.ndarray],
    seen: dict[tuple[object, ...], np.ndarray],
) -> np.ndarray:
    """Effective memberships (Y, n) of a factor that moves, (1, n) of one that does not."""
    key = (row.factor, row.corners, row.bell, row.points, row.knock_out)
    if key not in seen:
        given = values[row.factor] if row.factor in values else normals[row.factor][None]
        found = membership(row, given)
        if not row.knock_out:
            np.maximum(found, FLOOR, out=found)
        seen[key] = found
    return seen[key]


def _combined(
    rows: Sequence[Requirement], memberships: Sequence[np.ndarray], method: Method
) -> tuple[np.ndarray, np.ndarray]:
    """Scores (Y, n) by climate alone, and the position (Y, n) of the row that is least met."""
    shape = np.broadcast_shapes(*(one.shape for one in memberships))
    logs = [np.broadcast_to(np.log(one), shape) for one in memberships]
    total = sum(row.weight for row in rows)
    scores, least, spare = np.empty((3, *shape))
    combine(method, Memberships(logs, [row.weight / total for row in rows], spare), least, scores)
    worst = np.zeros(shape, np.int8)
    for position in range(len(logs) - 1, -1, -1):
        worst[logs[position] <= least] = position
    return scores, worst


def _most_often(rows: Sequence[Requirement], inside: np.ndarray, worst: np.ndarray | None) -> np.ndarray:
    """Position in `FACTORS` of what is least met in most of the bad years, (n,)."""
    order = np.array([_ORDER[row.factor] for row in rows], np.int8)
    if worst is None:
        return np.full(inside.shape[1], order[0], np.int8)
    counts = [((worst == position) & ~inside).sum(axis=0) for position in range(len(rows))]
    return order[np.argmax(counts, axis=0)]


def _distinct(normals: Mapping[str, np.ndarray], count: int) -> tuple[np.ndarray, np.ndarray]:
    """The distinct climates among the parcels: which each (n,) has, and where each first stands."""
    if not normals or not count:
        return np.zeros(count, np.intp), np.arange(min(count, 1))
    group = pd.DataFrame(normals).groupby(list(normals), dropna=False, sort=False).ngroup().to_numpy()
    _, first = np.unique(group, return_index=True)
    return group, first


def parcel_years(
    normals: Mapping[str, float],
    catalogue: Catalogue,
    herb_id: str,
    anomalies: Anomalies,
    *,
    shift: Shift = NO_SHIFT,
    bounds: ClassBounds | None = None,
    method: Method = "limitation",
) -> pd.DataFrame:
    """Each year at one parcel.

    Returns
    -------
    DataFrame
        year; the climate factors of the herb, in their units; score by climate alone, inside, and
        limiting_factor (key; None where the year is inside). Empty where a factor is not known.
    """
    rows = climate_rows(catalogue, herb_id)
    plan = _plan(herb_id, rows, anomalies, 1)
    here = {
        row.factor: anomalies.shifted(row.factor, np.array([normals.get(row.factor, np.nan)]), shift)
        for row in rows
    }
    keys = ["year", *here, "score", "inside", "limiting_factor"]
    if not plan.moving or not len(plan.at) or any(np.isnan(one[0]) for one in here.values()):
        return pd.DataFrame(columns=keys)
    values = {key: anomalies.values(key, here[key])[plan.at] for key in plan.moving}
    with np.errstate(divide="ignore"):
        scores, worst = _combined(rows, [_membership(row, here, values, {}) for row in rows], method)
    inside = scores[:, 0] >= (bounds or ClassBounds()).s3
    table: dict[str, object] = {"year": plan.years}
    table |= {key: values[key][:, 0] if key in values else float(one[0]) for key, one in here.items()}
    limits = [
        None if met else rows[position].factor for met, position in zip(inside, worst[:, 0], strict=True)
    ]
    return pd.DataFrame(table | {"score": scores[:, 0], "inside": inside, "limiting_factor": limits})
