"""Joining register rows to outlines: by a person's decision, by number, by place, or standing alone."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.optimize import linear_sum_assignment

from kanpo.budgets import near_pairs
from kanpo.crs import STORED_EPSG, zone_epsg, zone_of
from kanpo.parcels._assign import JoinModel, Pairs, log_area_density, log_density, solve
from kanpo.parcels._find import pairs_of, search_key
from kanpo.parcels._lots import lot_leaders, lot_names, same_lots, second_rows
from kanpo.parcels._measure import reproject
from kanpo.parcels._registry_map import SURE_SHARE, Ground

#: Least probability of a link of high and of medium confidence. Of the links above the first more
#: than 99.5 % are right, because most lie far above it.
HIGH, MEDIUM = 0.985, 0.8
#: The id of a parcel that is known from a register pin only begins so.
PIN_PREFIX = "pin-"
LINK_COLUMNS = (
    *("register_id", "parcel_id", "kind", "distance_m", "area_ratio"),
    *("confidence", "probability", "margin", "reason"),
)
STATUS_COLUMNS = ("idle_class", "devastation_class", "years_abandoned", "survey_date")

#: Log odds that two parcels of another land type, number or settlement are the same all the same.
_OTHER_LAND, _OTHER_NUMBER, _OTHER_SETTLEMENT, _SAME_LOT = -3.0, -6.0, -4.0, 5.0
#: A pin at more than so many standard deviations, or an area off by more than so much (ln), is odd.
_FAR_SIGMAS, _FAR_AREA = 6.0, 0.4
_STACK, _MOST = 3, 20


@dataclass(slots=True)
class _Side:
    """Register rows or outlines (n,), in an order that depends only on what they say."""

    order: np.ndarray
    ids: np.ndarray
    municipality: np.ndarray
    settlement: np.ndarray
    lot: np.ndarray
    land: np.ndarray
    area: np.ndarray
    shapes: np.ndarray

    def placed(self) -> np.ndarray:
        """Which of them have a place."""
        return np.asarray(~shapely.is_missing(self.shapes))


@dataclass(slots=True)
class _Links:
    """What has been found so far, by row of the register (n,)."""

    target: np.ndarray
    kind: np.ndarray
    probability: np.ndarray
    margin: np.ndarray
    reason: np.ndarray
    cap: np.ndarray

    def put(self, row: int | np.ndarray, target: int | np.ndarray, kind: str, reason: str) -> None:
        """A certain link."""
        self.target[row], self.kind[row], self.reason[row] = target, kind, reason
        self.probability[row], self.margin[row] = 1.0, np.inf


def join_register(
    outlines: gpd.GeoDataFrame,
    register: gpd.GeoDataFrame,
    decisions: pd.DataFrame | None = None,
    *,
    ground: Ground | None = None,
    model: JoinModel | None = None,
    reach_m: float = 60.0,
) -> pd.DataFrame:
    """One link for every row of the register; none is dropped, and the order of rows does not matter.

    Parameters
    ----------
    outlines : GeoDataFrame
        EPSG:6668; parcel_id, geometry, and, where known, settlement, lot_number, area_m2, land_type.
    register : GeoDataFrame
        EPSG:6668; register_id, and, where known, settlement, lot_number, registered_area_m2,
        land_type, geometry (a point; rows without one are joined by number only).
    decisions : DataFrame, optional
        register_id and parcel_id (None: it stands alone); the last row of a register_id counts.
    ground : Ground, optional
        Lots of the land registry's map and the outlines on them.
    model : JoinModel, optional
        What is supposed at first; it is fitted to the pins that have no number in common.
    reach_m : float
        Outlines farther from a pin than this are no candidates.

    Returns
    -------
    DataFrame
        In the order of `register`: register_id; parcel_id (None when alone); kind ("decision",
        "number", "inside", "near", "alone"); distance_m (0 inside; NaN without place or alone);
        area_ratio (registered / measured); confidence ("high", "medium", "low"); probability;
        margin (ln of how many times likelier than the second best choice of the row); reason (a key
        of `kanpo.parcels.REASONS`).
    """
    model = model or JoinModel()
    epsg = _plane(outlines, register)
    shapes = _side(outlines, "parcel_id", "area_m2", epsg)
    pins = _side(register, "register_id", "registered_area_m2", epsg)
    pins.shapes = shapely.centroid(pins.shapes)
    n = len(pins.ids)
    none = np.full(n, "", dtype=object)
    links = _Links(np.full(n, -1), none, np.zeros(n), np.zeros(n), none.copy(), none.copy())
    lost = _by_decision(pins, shapes, decisions, links)
    _by_number(pins, shapes, links, model)
    if ground is not None and len(ground.lots):
        _by_registry_map(pins, shapes, ground, links)
    lots = same_lots(pins.municipality, pins.settlement, pins.lot, pins.shapes)
    _by_place(pins, shapes, links, model, reach_m, second_rows(lots, links.kind != "", pins.placed()))
    leaders = _by_same_lot(pins, links, lots)
    links.reason[lost], links.cap[lost] = "decision_lost", "low"
    return _table(pins, shapes, links, leaders)


def _plane(*tables: gpd.GeoDataFrame) -> int:
    """EPSG code of the zone in the middle of all that has a place."""
    shapes = np.concatenate([_geometries(table) for table in tables])
    bounds = shapely.bounds(shapes)
    bounds = bounds[~np.isnan(bounds).any(axis=1)]
    if not len(bounds):
        return zone_epsg(10)
    west, south, east, north = np.median(bounds, axis=0)
    return zone_epsg(zone_of((west + east) / 2, (south + north) / 2))


def _geometries(table: pd.DataFrame) -> np.ndarray:
    if "geometry" not in table.columns:
        return np.full(len(table), None, dtype=object)
    return np.asarray(table["geometry"], dtype=object)


def _side(table: pd.DataFrame, id_column: str, area_column: str, epsg: int) -> _Side:
    wanted = [id_column, "settlement", "lot_number", "land_type", "municipality_code", area_column]
    rows = pd.DataFrame(table.drop(columns="geometry", errors="ignore")).reindex(columns=wanted)
    area = pd.to_numeric(rows[area_column], errors="coerce").to_numpy(dtype=float)
    area = np.where(area > 0, area, np.nan)
    shapes = reproject(_geometries(table), STORED_EPSG, epsg)
    shapes[shapely.is_empty(shapes)] = None
    if id_column == "parcel_id":
        area = np.where(np.isnan(area), shapely.area(shapes), area)
    middle = shapely.centroid(shapes)
    texts = {name: rows[name].astype(object) for name in wanted[:5]}
    pairs = pairs_of(texts["settlement"], texts["lot_number"])
    keys = {
        "ids": texts[id_column].map(str).to_numpy(dtype=object),
        "settlement": np.array([place for place, _ in pairs], dtype=object),
        "lot": np.array([lot for _, lot in pairs], dtype=object),
        "land": texts["land_type"].map(search_key).to_numpy(dtype=object),
        "municipality": texts["municipality_code"].fillna("").map(str).to_numpy(dtype=object),
    }
    sort = pd.DataFrame({**keys, "area": area, "x": shapely.get_x(middle), "y": shapely.get_y(middle)})
    order = sort.sort_values(list(sort.columns), kind="stable").index.to_numpy()
    return _Side(order, area=area[order], shapes=shapes[order], **{k: v[order] for k, v in keys.items()})


def _by_decision(pins: _Side, shapes: _Side, decisions: pd.DataFrame | None, links: _Links) -> np.ndarray:
    """Put what people decided; which rows (n,) had a decision for a parcel that is gone."""
    lost = np.zeros(len(pins.ids), dtype=bool)
    if decisions is None or decisions.empty:
        return lost
    last = decisions.drop_duplicates("register_id", keep="last")
    where = {identity: position for position, identity in enumerate(shapes.ids)}
    meant = dict(zip(last["register_id"].map(str), last["parcel_id"], strict=True))
    for row, identity in enumerate(pins.ids):
        if identity not in meant:
            continue
        if (parcel := meant[identity]) is None or parcel != parcel:
            links.put(int(row), -1, "decision", "decided")
        elif str(parcel) in where:
            links.put(row, where[str(parcel)], "decision", "decided")
        else:
            lost[row] = True
    return lost


def _by_number(pins: _Side, shapes: _Side, links: _Links, model: JoinModel) -> None:
    """Link rows to outlines of the same settlement and lot number."""
    taken = np.isin(np.arange(len(shapes.ids)), links.target)
    left = pd.DataFrame({"s": pins.settlement, "l": pins.lot, "row": np.arange(len(pins.ids))})
    right = pd.DataFrame({"s": shapes.settlement, "l": shapes.lot, "target": np.arange(len(shapes.ids))})
    left = left[(links.kind == "") & (left["s"] != "") & (left["l"] != "")]
    right = right[~taken & (right["s"] != "") & (right["l"] != "")]
    # A number that many share (0, 9999) says nothing.
    left, right = (one[one.groupby(["s", "l"])["s"].transform("size") <= _MOST] for one in (left, right))
    both = left.merge(right, on=["s", "l"])
    both["far"] = shapely.distance(pins.shapes[both["row"]], shapes.shapes[both["target"]])
    ratio = np.log(pins.area[both["row"]] / shapes.area[both["target"]])
    both["off"] = np.abs(ratio)
    repeated = both.duplicated(["s", "l"], keep=False)
    for group in (one for _, one in both[repeated].groupby(["s", "l"], sort=True)):
        cost = (group["far"] / model.sigma_m).fillna(0) + (group["off"] / model.area_sigma).fillna(0)
        table = group.assign(cost=cost).pivot(index="row", columns="target", values="cost")
        rows, columns = linear_sum_assignment(table)
        nearest = table.columns[np.argmin(table.to_numpy(), axis=1)].to_numpy().copy()
        # More rows than outlines: one parcel written in parts, which all lie in it.
        nearest[rows] = table.columns[columns]
        links.put(table.index.to_numpy(), nearest, "number", "number_repeated")
        links.cap[table.index] = "medium"
    for one in both[~repeated].itertuples():
        links.put(one.row, one.target, "number", "no_pin" if np.isnan(one.far) else "number")
        if one.off > _FAR_AREA:
            links.reason[one.row], links.cap[one.row] = "number_area", "medium"
        if one.far > _FAR_SIGMAS * model.sigma_m:
            links.reason[one.row] = "number_far"
            links.cap[one.row] = "medium" if one.far <= 3 * _FAR_SIGMAS * model.sigma_m else "low"


def _by_registry_map(pins: _Side, shapes: _Side, ground: Ground, links: _Links) -> None:
    """Link rows whose number is that of a lot of the land registry to the outline on that lot."""
    names = pd.Series(lot_names(ground.lots))
    once = names[~names.duplicated(keep=False) & (names != "")]
    places = dict(zip(once, once.index, strict=True))
    best = ground.pairs.sort_values(["share_lot", "share_outline"], ascending=False).drop_duplicates("lot")
    on_lot = best.set_index("lot")
    back = np.empty(len(shapes.order), dtype=int)
    back[shapes.order] = np.arange(len(shapes.order))
    marks = ground.lots["mark"].to_numpy(dtype=object)
    for row in np.flatnonzero(links.kind == ""):
        lot = places.get(f"{pins.settlement[row]}\t{pins.lot[row]}")
        if lot is None:
            continue
        if lot not in on_lot.index:
            links.put(int(row), -1, "alone", "no_outline")
            continue
        found = on_lot.loc[lot]
        links.put(int(row), int(back[int(found["outline"])]), "number", "registry_map")
        unsure = max(found["share_lot"], found["share_outline"]) < SURE_SHARE or marks[lot] is not None
        links.cap[row] = "medium" if unsure else ""


def _by_place(
    pins: _Side, shapes: _Side, links: _Links, model: JoinModel, reach_m: float, second: np.ndarray
) -> None:
    """Assign the rows that are left, one to one, to the outlines that are left.

    Of the rows (n,) that are `second`, another row speaks of the same lot and is assigned for them.
    """
    left = (links.kind == "") & ~second
    links.put(np.flatnonzero(left & ~pins.placed()), -1, "alone", "no_place")
    links.cap[links.reason == "no_place"] = "low"
    rows = np.flatnonzero(left & pins.placed())
    targets = np.flatnonzero(~np.isin(np.arange(len(shapes.ids)), links.target) & shapes.placed())
    if not len(rows):
        return
    pairs = _pairs(pins, shapes, rows, targets, reach_m)
    choice = solve(pairs, model)
    chosen, hit = choice.pair, choice.pair >= 0
    links.probability[rows] = choice.probability
    links.margin[rows] = choice.margin
    links.target[rows[hit]] = targets[pairs.outline[chosen[hit]]]
    links.kind[rows] = "alone"
    links.kind[rows[hit]] = np.where(pairs.edge_m[chosen[hit]] == 0, "inside", "near")
    unsure = choice.probability < HIGH
    near = np.isin(np.arange(len(rows)), pairs.pin)
    links.reason[rows] = np.select(
        [hit & ~unsure, hit & choice.next_is_alone, hit, ~near, ~unsure],
        ["clear", "maybe_alone", "rival", "no_outline", "no_fit"],
        "maybe_linked",
    )
    _contradictions(pins, shapes, links, rows)


def _by_same_lot(pins: _Side, links: _Links, lots: np.ndarray) -> np.ndarray:
    """Give rows of a lot that another row was linked for the same link; that row (n,), -1 for none.

    What was learnt of one row, by a decision, a pin or a number, holds for every row of that lot.
    """
    open_ = (links.kind == "") | (links.reason == "no_place")
    ranks = {"decision": 0, "number": 1, "inside": 2, "near": 3, "alone": 4}
    best = np.array([ranks.get(kind, 9) for kind in links.kind]) + 0.5 * (links.cap == "low")
    leaders = lot_leaders(lots, open_, best, links.probability)
    rows = np.flatnonzero(leaders >= 0)
    leader = leaders[rows]
    links.target[rows] = links.target[leader]
    links.kind[rows], links.reason[rows] = "number", "same_lot"
    links.probability[rows], links.margin[rows] = links.probability[leader], links.margin[leader]
    links.cap[rows] = links.cap[leader]
    bare = np.flatnonzero(links.kind == "")
    links.put(bare, -1, "alone", "no_place")
    links.cap[bare] = "low"
    return leaders


def _contradictions(pins: _Side, shapes: _Side, links: _Links, rows: np.ndarray) -> None:
    """Where place and writing disagree, or many pins share one spot, nothing is sure."""
    hit = rows[links.target[rows] >= 0]
    found = links.target[hit]
    spots = pd.DataFrame({"x": shapely.get_x(pins.shapes), "y": shapely.get_y(pins.shapes)})
    heap = (spots.groupby(["x", "y"])["x"].transform("size") >= _STACK).to_numpy()[rows]
    other_settlement = _differ(pins.settlement[hit], shapes.settlement[found])
    other_lot = _differ(pins.lot[hit], shapes.lot[found])
    for wrong, reason in (
        (rows[heap], "stacked"),
        (hit[other_settlement], "settlements_differ"),
        (hit[other_lot], "numbers_differ"),
    ):
        links.reason[wrong], links.cap[wrong] = reason, "low"


def _differ(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.asarray((left != "") & (right != "") & (left != right), dtype=bool)


def _pairs(pins: _Side, shapes: _Side, rows: np.ndarray, targets: np.ndarray, reach_m: float) -> Pairs:
    points, polygons = pins.shapes[rows], shapes.shapes[targets]
    near = near_pairs(points, polygons, "dwithin", reach_m, each=500)
    pin, outline = near.one, near.other
    a, b = rows[pin], targets[outline]
    lots = (pins.lot[a] != "") & (shapes.lot[b] != "")
    other_settlement = _differ(pins.settlement[a], shapes.settlement[b])
    evidence = _OTHER_LAND * _differ(pins.land[a], shapes.land[b]) + _OTHER_SETTLEMENT * other_settlement
    evidence += np.where(
        lots & ~other_settlement, np.where(pins.lot[a] == shapes.lot[b], _SAME_LOT, _OTHER_NUMBER), 0.0
    )
    everywhere = shapely.get_coordinates(pins.shapes[pins.placed()])
    return Pairs(
        pin=pin,
        outline=outline,
        centre_m=shapely.distance(points[pin], shapely.centroid(polygons)[outline]),
        edge_m=shapely.distance(points[pin], polygons[outline]),
        area_m2=shapely.area(polygons)[outline],
        perimeter_m=shapely.length(polygons)[outline],
        log_ratio=np.log(pins.area[a] / shapes.area[b]),
        evidence=evidence,
        log_density=log_density(everywhere, shapely.get_coordinates(points)),
        log_area_density=log_area_density(np.log(pins.area), np.log(pins.area[rows])),
        outlines=len(targets),
    )


def _table(pins: _Side, shapes: _Side, links: _Links, leaders: np.ndarray) -> pd.DataFrame:
    linked = links.target >= 0
    distance, ratio = np.full(len(linked), np.nan), np.full(len(linked), np.nan)
    parcel = np.full(len(linked), None, dtype=object)
    found = links.target[linked]
    parcel[linked] = shapes.ids[found]
    # A lot without an outline is a parcel at its pin, and its other rows belong to that.
    pinned = np.flatnonzero((leaders >= 0) & ~linked)
    parcel[pinned] = [PIN_PREFIX + pins.ids[leader] for leader in leaders[pinned]]
    distance[linked] = shapely.distance(pins.shapes[linked], shapes.shapes[found])
    ratio[linked] = pins.area[linked] / shapes.area[found]
    by_probability = np.select(
        [links.probability >= HIGH, links.probability >= MEDIUM], ["high", "medium"], "low"
    )
    worse = (links.cap == "low") | ((links.cap == "medium") & (by_probability == "high"))
    confidence = np.where(worse, links.cap, by_probability)
    columns = (
        pins.ids,
        parcel,
        links.kind,
        distance,
        ratio,
        confidence,
        links.probability,
        links.margin,
        links.reason,
    )
    table = pd.DataFrame(dict(zip(LINK_COLUMNS, columns, strict=True)))
    table["parcel_id"] = pd.Series(parcel, dtype=object)
    back = np.empty(len(pins.order), dtype=int)
    back[pins.order] = np.arange(len(pins.order))
    return table.iloc[back].reset_index(drop=True)
