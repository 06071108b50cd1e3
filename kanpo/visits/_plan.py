"""A plan of visits: the parcels worth most, on a short route, with what to measure at each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from kanpo.herbs import Catalogue
from kanpo.locale import Text
from kanpo.parcels import to_plane
from kanpo.schema import FACTORS
from kanpo.sites import Factors
from kanpo.suitability import Certainty, Method, ScoreSettings, open_factors
from kanpo.visits._route import short_route
from kanpo.visits._value import VisitValues, visit_values

#: Visits whose worth lies within this share of the last one's that still fits are as good as equal:
#: draws do not tell them apart, so the shorter way decides.
_AS_GOOD = 0.8

COLUMNS = (
    *("order", "parcel_id", "settlement", "lot_number", "measure", "herb_id", "rank", "certainty", "score"),
    *("lower", "upper", "chance", "why", "longitude", "latitude", "factors"),
)


@dataclass(frozen=True, slots=True, eq=False)
class VisitPlan:
    """Visits in the order of a route, and what else there is to know.

    `visits` has `COLUMNS`: where to go, what to measure (labels; `factors` has the keys), and for
    the herb for which the visit is worth most its rank among all, how sure its class is, score and
    interval now, how likely the visit moves the parcel across the border of the best k, and why in words. `desk` lists what can be looked
    up without a visit (parcel_id, settlement, lot_number, factors, look_up). `undecided` is how many
    parcels are still contested for each herb.
    """

    visits: pd.DataFrame
    desk: pd.DataFrame
    length_m: float
    undecided: dict[str, int]


def plan_visits(
    parcels: gpd.GeoDataFrame,
    factors: Factors,
    catalogue: Catalogue,
    herbs: Sequence[str] | None = None,
    *,
    budget: int,
    best: int = 20,
    start: tuple[float, float] | None = None,
    settings: ScoreSettings | None = None,
    eligible: Collection[str] | None = None,
) -> VisitPlan:
    """Which parcels to visit so that the `best` of each herb are known soonest.

    Parameters
    ----------
    parcels : GeoDataFrame
        ``parcel_id``, ``settlement``, ``lot_number`` and outlines in longitude and latitude, of all
        parcels of `factors`.
    factors : Factors
        What is known so far.
    budget : int
        Visits at most.
    start : (longitude, latitude), optional
        Where the way begins and ends.
    eligible : collection of str, optional
        The parcels that there are to choose from.
    best, settings, catalogue :
        As for `visit_values`.
    herbs : sequence of str, optional
        Herb ids; by default all that the catalogue knows enough of for a class. Worths for several
        herbs add up.
    """
    herbs = herbs or [herb for herb in catalogue.herbs if not catalogue.reference_only(herb)]
    among = None if eligible is None else np.isin(factors.parcel_ids, list(eligible))
    rows = parcels.set_index("parcel_id").loc[factors.parcel_ids]
    places = np.asarray(rows.geometry.representative_point().get_coordinates(), dtype=float)
    points, plane_start = _plane(places, start)
    values = visit_values(factors, points, catalogue, herbs, best=best, settings=settings, eligible=among)
    visitable = _measurable(values, ("visit", "laboratory"))
    at_desk = _measurable(values, ("desk",))
    worth = np.where(_any(visitable, 1), values.gain, 0.0).sum(axis=0)
    chosen = _choose(_any(visitable, (0, 1)), worth, values, points, budget, plane_start)
    route = short_route(points[chosen], plane_start)
    visits = _table(
        rows, places, values, visitable, chosen[route.order], best, (settings or ScoreSettings()).method
    )
    return VisitPlan(
        visits,
        _desk_table(rows, _any(at_desk, 0)),
        route.length_m,
        {herb: int(n) for herb, n in zip(values.scores.herb_ids, values.contested.sum(axis=1), strict=True)},
    )


def _plane(places: np.ndarray, start: tuple[float, float] | None) -> tuple[np.ndarray, np.ndarray | None]:
    """Places and start in plane metres of the zone that they lie in."""
    if start is None:
        return to_plane(places), None
    moved = to_plane(np.vstack([places, start]))
    return moved[:-1], moved[-1]


def _measurable(values: VisitValues, costs: tuple[str, ...]) -> np.ndarray:
    """Gaps (H, F, N) of such a cost that hold a contested interval of a herb open."""
    of_cost = np.array([factor.cost in costs for factor in FACTORS.values()])
    needed = np.array([values.needed(herb) for herb in range(len(values.contested))])
    found: np.ndarray = needed & of_cost[:, None] & values.contested[:, None, :]
    return found


def _any(found: np.ndarray, axis: int | tuple[int, ...]) -> np.ndarray:
    return np.asarray(found.any(axis=axis))


def _choose(
    candidates: np.ndarray,
    worth: np.ndarray,
    values: VisitValues,
    points: np.ndarray,
    budget: int,
    start: np.ndarray | None,
) -> np.ndarray:
    """Positions of the parcels worth most; of those as good as equal the ones nearest to the others."""
    found = np.flatnonzero(candidates)
    highest = values.scores.result.upper.max(axis=0)[found] if len(found) else np.zeros(0)
    order = found[np.lexsort((-highest, -worth[found]))]
    if len(order) <= budget:
        return order
    last = worth[order[budget - 1]]
    sure = order[worth[order] > last / _AS_GOOD]
    equal = order[len(sure) :]
    equal = equal[worth[equal] >= last * _AS_GOOD]
    chosen = list(sure) or [equal[0]]
    equal = equal if len(sure) else equal[1:]
    around = points[chosen] if start is None else np.vstack([points[chosen], start])
    gap = np.array([np.hypot(*(around - point).T).min() for point in points[equal]])
    while len(chosen) < budget:
        nearest = int(gap.argmin())
        chosen.append(equal[nearest])
        gap = np.minimum(gap, np.hypot(*(points[equal] - points[equal[nearest]]).T))
        gap[np.isin(equal, chosen)] = np.inf
    return np.array(chosen)


def _table(
    rows: gpd.GeoDataFrame,
    places: np.ndarray,
    values: VisitValues,
    visitable: np.ndarray,
    stops: np.ndarray,
    best: int,
    method: Method,
) -> pd.DataFrame:
    """The visits in the order of the route."""
    # What holds this parcel's interval open most is measured first.
    columns = {key: column[stops] for key, column in values.columns.items()}
    widths = open_factors(columns, values.land[stops], values.compiled, method)
    kinds = values.scores.certainty()
    keys = list(FACTORS)
    now = values.scores.result
    lines: list[list[object]] = []
    for order, p in enumerate(stops, 1):
        # The herb for which it is worth most; where it is worth nothing, one that is contested.
        h = int(np.lexsort((~visitable[:, :, p].any(axis=1), -values.gain[:, p]))[0])
        ordered = np.argsort(-widths[h, :, order - 1], kind="stable")
        wanted = [f for f in ordered if visitable[:, f, p].any()]
        row, rank, chance = rows.iloc[p], int(values.rank[h, p]), float(values.chance[h, p])
        lines.append(
            [
                *(order, rows.index[p], row["settlement"], row["lot_number"]),
                str(Text("、", ", ")).join(str(_what(keys[f])) for f in wanted),
                *(values.scores.herb_ids[h], rank, Certainty(kinds[h, p]).key),
                *(now.score[h, p], now.lower[h, p], now.upper[h, p]),
                chance,
                str(_why(bool(values.inside[h, p]), rank, chance, best)),
                *(round(float(places[p, 0]), 6), round(float(places[p, 1]), 6)),
                ";".join(keys[f] for f in wanted),
            ]
        )
    return pd.DataFrame(lines, columns=list(COLUMNS))


def _what(key: str) -> Text:
    label = FACTORS[key].label
    if FACTORS[key].cost == "laboratory":
        return Text(f"{label.ja}(採土)", f"{label.en} (soil sample)")
    return label


def _why(inside: bool, rank: int, chance: float, best: int) -> Text:
    likely = f"{min(max(chance, 0.01), 0.99):.0%}"
    if inside:
        return Text(
            f"いま{rank}位。{best}位までから外れる見込み {likely}",
            f"rank {rank} now; may leave the best {best} ({likely})",
        )
    return Text(
        f"いま{rank}位。{best}位までに入る見込み {likely}",
        f"rank {rank} now; may enter the best {best} ({likely})",
    )


def _desk_table(rows: gpd.GeoDataFrame, gaps: np.ndarray) -> pd.DataFrame:
    """What can be looked up without a visit, from gaps (F, N); parcels in their order."""
    keys = list(FACTORS)
    chosen = np.flatnonzero(gaps.any(axis=0))
    wanted = [[keys[f] for f in np.flatnonzero(gaps[:, p])] for p in chosen]
    comma = str(Text("、", ", "))
    table = pd.DataFrame(rows[["settlement", "lot_number"]]).iloc[chosen].reset_index()
    table["look_up"] = [comma.join(str(FACTORS[key].label) for key in found) for found in wanted]
    table["factors"] = [";".join(found) for found in wanted]
    return table
