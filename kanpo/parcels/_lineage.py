"""What became of each parcel from one year's outlines to the next: by the ids that the file names,
and by the land itself where ids are lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely

from kanpo.budgets import near_pairs
from kanpo.crs import STORED_EPSG, zone_epsg, zone_of
from kanpo.errors import Place, UsageError
from kanpo.locale import Text
from kanpo.parcels._measure import reproject

#: Names of kinds of link and of fates, for people.
LINEAGE_LABELS: dict[str, Text] = {
    "same": Text("同じ", "same"),
    "reshaped": Text("形が変わった", "reshaped"),
    "split": Text("分割", "split"),
    "split_part": Text("分割でできた", "part of a split"),
    "merged": Text("統合", "merged"),
    "new": Text("新規", "new"),
    "gone": Text("なくなった", "gone"),
}

#: Overlap (share of the old or of the new parcel) below which two parcels have nothing to do with
#: each other: neighbours drawn anew overlap by a rim of some decimetres, 1 to 4 % of a small field.
LEAST_SHARE = 0.05
#: Mean width of an overlap, m, below which it is such a rim even where a parcel is so small or
#: narrow that the rim is more than `LEAST_SHARE` of it (two outlines, each 0.3 m off).
RIM_M = 0.75
#: Half of a parcel, less what drawing noise may take from a half: from here on one parcel
#: belongs to the other, whatever the rest does.
HALF_SHARE = 0.45
#: Share that makes a split or a merger of what would else be a moved edge. A plot that changes
#: hands is rarely less than a quarter of a field, and a moved edge rarely more.
PART_SHARE = 0.25
#: Intersection over union from which two outlines are the same parcel, however large.
SAME_IOU = 0.98
#: Outlines that differ by this much, m, on average along the edge and at the worst corner are the
#: same outline drawn twice: in a small field 0.3 m of noise is already more than 2 % of the area.
#: (With a standard deviation of 0.3 m along each axis, one corner in 3,000 is off by 1.2 m.)
NOISE_MEAN_M = 0.5
NOISE_MOST_M = 1.2
#: Two overlaps that together cover more than this of a parcel overlap each other: the other file
#: drew that land twice, which is neither a split nor a merger.
TWICE_DRAWN = 1.2
#: Confidence of a link that only an id speaks for, although the parcels do not overlap.
ID_ALONE = 0.2

#: Properties of 筆ポリゴン that name parcels of earlier years: `old_polygon_id` is the id under
#: earlier rules of numbering, `history_ja` the history where a translator kept both languages.
_NAMING = ("last_polygon_uuid", "prev_last_polygon_uuid", "old_polygon_id")
_HISTORIES = ("history", "history_ja")
_LINK_COLUMNS = [
    *("old_id", "new_id", "kind", "share_old", "share_new"),
    *("by", "confidence", "old_year", "new_year"),
]


@dataclass(frozen=True, slots=True, eq=False)
class Lineage:
    """How the parcels of two years hang together.

    Attributes
    ----------
    links : DataFrame
        One row per pair of parcels that share land or of which one names the other: ``old_id``,
        ``new_id``, ``kind`` (same, reshaped, split, merged), ``share_old`` and ``share_new`` (the
        shared area as a share of either, 0 to 1), ``by`` (id, overlap, both), ``confidence`` (0 to
        1), ``old_year``, ``new_year``. A parcel without successor has a row of kind ``gone``
        (``new_id`` None, ``share_old`` what no other row accounts for), one without predecessor a
        row of kind ``new`` (``old_id`` None). Every parcel of both years is in some row. Links of
        several pairs of years may be concatenated.
    old_fates : Series
        old parcel id to same, reshaped, split, merged or gone.
    new_fates : Series
        new parcel id to same, reshaped, split_part, merged or new.
    """

    links: pd.DataFrame
    old_fates: pd.Series
    new_fates: pd.Series

    @property
    def text(self) -> Text:
        """What became of the old parcels, and how many are new, in one line."""
        counts = self.old_fates.value_counts()
        kinds = ("same", "reshaped", "split", "merged", "gone")
        told = [(LINEAGE_LABELS[kind], int(counts.get(kind, 0))) for kind in kinds]
        told.append((LINEAGE_LABELS["new"], int((self.new_fates == "new").sum())))
        return Text(
            "、".join(f"{label.ja} {count:,} 筆" for label, count in told),
            ", ".join(f"{count:,} {label.en}" for label, count in told),
        )


def link_years(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, old_year: int | None = None, new_year: int | None = None
) -> Lineage:
    """Link the parcels of a year with those of a later year.

    Ids come first: an equal ``parcel_id``, ``last_polygon_uuid``, ``prev_last_polygon_uuid`` and
    every id within ``history``. The overlap of the outlines checks them, and finds what they do not
    name. A link that only an id speaks for is kept with a confidence of 0.2; an equal id alone is
    dropped where both parcels have their place elsewhere (numbers given out anew).

    Parameters
    ----------
    old, new : GeoDataFrame
        ``parcel_id`` (unique), ``attributes`` (JSON text, may be missing), geometry in EPSG:6668,
        ``source_year`` where the years are not given. The order of rows does not matter.
    old_year, new_year : int, optional
        By default the latest ``source_year`` of each frame.

    Raises
    ------
    UsageError
        A year is unknown, or the old year is not before the new.
    """
    years = _years(old, new, old_year, new_year)
    old, new = old.sort_values("parcel_id"), new.sort_values("parcel_id")
    before, after = _on_plane(np.asarray(old.geometry), np.asarray(new.geometry))
    pairs = _kinds(_shares(before, after, _claims(old, new)))
    old_ids, new_ids = old["parcel_id"].to_numpy(dtype=object), new["parcel_id"].to_numpy(dtype=object)
    old_fates = _fates(pairs, len(old), "i", "child", "share_old", ("split", "gone"))
    new_fates = _fates(pairs, len(new), "j", "parent", "share_new", ("merged", "new"))
    new_fates[new_fates == "split"] = "split_part"
    return Lineage(
        _links(pairs, (old_ids, old_fates), (new_ids, new_fates), years),
        pd.Series(old_fates, pd.Index(old_ids, dtype=object, name="old_id"), name="fate"),
        pd.Series(new_fates, pd.Index(new_ids, dtype=object, name="new_id"), name="fate"),
    )


def _years(old: pd.DataFrame, new: pd.DataFrame, *given: int | None) -> tuple[int, int]:
    found = []
    for frame, year in zip((old, new), given, strict=True):
        latest = frame["source_year"].max() if year is None and "source_year" in frame else year
        if latest is None or pd.isna(latest):
            raise UsageError(
                "lineage.year",
                Text("筆の年度がわかりません", "the year of the parcels is unknown"),
                Text("年度を指定してください", "name the year"),
                Place(column="source_year"),
            )
        found.append(int(latest))
    if found[0] >= found[1]:
        raise UsageError(
            "lineage.order",
            Text(
                f"前の年度({found[0]})が後の年度({found[1]})より前ではありません",
                f"the old year ({found[0]}) is not before the new year ({found[1]})",
            ),
            Text("年度の順を確かめてください", "check the order of the years"),
            Place(column="source_year"),
        )
    return found[0], found[1]


def _on_plane(old: np.ndarray, new: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both years in one plane zone (shares suffer nothing from its scale), valid, empty where missing."""
    shapes = np.concatenate([old, new]).astype(object)
    shapes[shapely.is_missing(shapes)] = shapely.Polygon()
    shapes = shapely.force_2d(shapes)
    west, south, east, north = shapely.total_bounds(shapes) if len(shapes) else (np.nan,) * 4
    if not np.isnan(west):
        zone = zone_of((west + east) / 2, (south + north) / 2)
        shapes = reproject(shapes, STORED_EPSG, zone_epsg(zone))
    invalid = ~shapely.is_valid(shapes)
    shapes[invalid] = shapely.make_valid(shapes[invalid])
    return shapes[: len(old)], shapes[len(old) :]


def _claims(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Pairs ``i``, ``j`` of which the ids say that they belong together; ``named``: not only by equality."""
    place = {key: i for i, key in enumerate(old["parcel_id"])}
    found: dict[tuple[int, int], bool] = {}
    texts = new["attributes"] if "attributes" in new else [None] * len(new)
    for j, (key, text) in enumerate(zip(new["parcel_id"], texts, strict=True)):
        if key in place:
            found[place[key], j] = False
        for name in _named(text):
            if name in place:
                found[place[name], j] = True
    pairs = np.array(list(found), dtype=np.int64).reshape(-1, 2)
    return pd.DataFrame({"i": pairs[:, 0], "j": pairs[:, 1], "named": list(found.values())})


def _named(text: object) -> set[str]:
    """Ids of earlier years that the properties of a parcel name."""
    properties = _parsed(text)
    if not isinstance(properties, dict):
        return set()
    names = {value for key in _NAMING if isinstance(value := properties.get(key), str)}
    histories = [properties.get(key) for key in _HISTORIES]
    heap: list[Any] = [_parsed(history) if isinstance(history, str) else history for history in histories]
    while heap:
        piece = heap.pop()
        if isinstance(piece, list):
            names.update(part for part in piece if isinstance(part, str))
            heap.extend(piece)
        elif isinstance(piece, dict):
            ids = {k for k in piece if k.casefold().endswith(("id", "uuid"))}
            names.update(piece[key] for key in ids if isinstance(piece[key], str))
            heap.extend(value for value in piece.values() if isinstance(value, dict | list))
    return names


def _parsed(text: object) -> Any:
    try:
        return orjson.loads(text) if isinstance(text, str) else None
    except orjson.JSONDecodeError:
        return None


def _shares(old: np.ndarray, new: np.ndarray, claims: pd.DataFrame) -> pd.DataFrame:
    """Pairs that overlap or are claimed, with shares, ``overlaps`` (more than a rim) and ``same``."""
    old_area, new_area = shapely.area(old), shapely.area(new)
    near = near_pairs(new, old, each=200)
    j, i = near.one, near.other
    a, b = shapely.bounds(old)[i], shapely.bounds(new)[j]
    span = np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2])
    # The boxes of most neighbours overlap by less than what counts; that saves most of the work.
    wide = span.prod(axis=1) >= LEAST_SHARE * np.minimum(old_area[i], new_area[j])
    meeting = pd.DataFrame({"i": i[wide], "j": j[wide]})
    pairs = meeting.merge(claims, how="outer", on=["i", "j"], sort=True)
    pairs["claimed"] = pairs["named"].notna()
    pairs["named"] = pairs["named"].eq(True)
    i, j = pairs["i"].to_numpy(), pairs["j"].to_numpy()
    shared = shapely.intersection(old[i], new[j])
    area, outline = shapely.area(shared), shapely.length(shared)
    with np.errstate(divide="ignore", invalid="ignore"):
        pairs["share_old"] = np.nan_to_num(area / old_area[i]).clip(0, 1)
        pairs["share_new"] = np.nan_to_num(area / new_area[j]).clip(0, 1)
        width = np.nan_to_num(2 * area / outline)
    greater = pairs[["share_old", "share_new"]].max(axis=1)
    pairs["overlaps"] = (greater >= LEAST_SHARE) & ((greater >= HALF_SHARE) | (width >= RIM_M))
    pairs["same"] = _same(old[i], new[j], area)
    placed_old = pairs["overlaps"].groupby(pairs["i"]).transform("any")
    placed_new = pairs["overlaps"].groupby(pairs["j"]).transform("any")
    only_number = pairs["claimed"] & ~pairs["named"] & placed_old & placed_new
    return pairs[pairs["overlaps"] | (pairs["claimed"] & ~only_number)].reset_index(drop=True)


def _same(old: np.ndarray, new: np.ndarray, shared: np.ndarray) -> np.ndarray:
    """Whether pairs of outlines (n,) are the same, but for drawing; `shared` is their common area."""
    both = shapely.area(old) + shapely.area(new)
    difference = both - 2 * shared
    same: np.ndarray = shared >= SAME_IOU * (both - shared)
    same &= shared > 0
    rim = (shapely.length(old) + shapely.length(new)) / 2
    # Of a parcel a few metres wide the noise is a large part; half of it must still lie in place.
    near = np.flatnonzero(~same & (difference <= NOISE_MEAN_M * rim) & (2 * shared > HALF_SHARE * both))
    same[near] = shapely.hausdorff_distance(old[near], new[near]) <= NOISE_MOST_M
    return same


def _kinds(pairs: pd.DataFrame) -> pd.DataFrame:
    """The pairs with ``child`` (new is a successor), ``parent`` (old is a predecessor) and ``kind``."""
    same, old, new = pairs["same"] & pairs["overlaps"], pairs["share_old"], pairs["share_new"]
    child = pairs["overlaps"] & ((new >= HALF_SHARE) | (old >= PART_SHARE))
    parent = pairs["overlaps"] & ((old >= HALF_SHARE) | (new >= PART_SHARE))
    pairs["child"] = child & ~_twice_drawn(old, same, pairs["i"])
    pairs["parent"] = parent & ~_twice_drawn(new, same, pairs["j"])
    split = pairs["child"] & (_count(pairs["child"], same, pairs["i"]) >= 2)
    merged = pairs["parent"] & (_count(pairs["parent"], same, pairs["j"]) >= 2)
    pairs["kind"] = np.select(
        [split & merged & (old < HALF_SHARE), merged, split, same],
        ["split", "merged", "split", "same"],
        default="reshaped",
    ).astype(object)
    return pairs


def _twice_drawn(share: pd.Series, same: pd.Series, by: pd.Series) -> pd.Series:
    """Pairs whose share lies on top of the same parcel found again, as the other file overlaps itself."""
    settled = share.where(same, 0.0).groupby(by).transform("max")
    return ~same & (settled > 0) & (share + settled > TWICE_DRAWN)


def _count(counted: pd.Series, same: pd.Series, by: pd.Series) -> pd.Series:
    """How many pairs count per parcel; the same parcel drawn twice is one."""
    others = (counted & ~same).groupby(by).transform("sum")
    return others + (counted & same).groupby(by).transform("any")


def _fates(
    pairs: pd.DataFrame, size: int, side: str, role: str, share: str, ends: tuple[str, str]
) -> np.ndarray:
    """Fate (size,) of each parcel of one side (``i`` old, ``j`` new).

    `ends` names what a parcel is that has several partners, and one that has none.
    """
    several, none = ends
    fates = np.full(size, none, dtype=object)
    fates[pairs.loc[pairs["claimed"], side]] = "reshaped"
    # Land that was re-plotted into many small pieces has no partner of weight, yet is all there.
    total = pairs[share].where(pairs["overlaps"], 0.0).groupby(pairs[side]).sum()
    fates[total.index[total >= HALF_SHARE]] = several
    partners = pairs[pairs[role]].sort_values([side, share], kind="stable")
    fates[partners[side]] = partners["kind"]
    many = _count(partners[role], partners["same"], partners[side]) >= 2
    fates[partners.loc[many, side]] = several
    return fates


def _links(
    pairs: pd.DataFrame,
    old: tuple[np.ndarray, np.ndarray],
    new: tuple[np.ndarray, np.ndarray],
    years: tuple[int, int],
) -> pd.DataFrame:
    links = pd.DataFrame({"old_id": old[0][pairs["i"]], "new_id": new[0][pairs["j"]]}, dtype=object)
    links[["kind", "share_old", "share_new"]] = pairs[["kind", "share_old", "share_new"]]
    overlaps, claimed = pairs["overlaps"], pairs["claimed"]
    links["by"] = np.select([overlaps & claimed, overlaps], ["both", "overlap"], "id").astype(object)
    greater = pairs[["share_old", "share_new"]].max(axis=1)
    links["confidence"] = np.select(
        [overlaps & claimed, overlaps], [0.8 + 0.2 * greater, 0.5 + 0.4 * greater], ID_ALONE
    )
    ends = [
        _end(pairs, "i", "share_old", "old_id", old, "gone"),
        _end(pairs, "j", "share_new", "new_id", new, "new"),
    ]
    # Frames without rows would turn the columns of the others into floats.
    parts = [part for part in (links, *ends) if len(part)]
    joined = pd.concat(parts, ignore_index=True) if parts else links
    joined["old_year"], joined["new_year"] = years
    joined = joined[_LINK_COLUMNS].sort_values(["old_id", "new_id"], kind="stable", ignore_index=True)
    for column in ("old_id", "new_id"):
        joined[column] = joined[column].astype(object).where(joined[column].notna(), None)
    return joined


def _end(
    pairs: pd.DataFrame, side: str, share: str, name: str, parcels: tuple[np.ndarray, np.ndarray], kind: str
) -> pd.DataFrame:
    """Rows for parcels of one side without a partner of weight: what of them no link accounts for."""
    ids, fates = parcels
    total = pairs.groupby(side)[share].sum().reindex(np.arange(len(ids)), fill_value=0.0).to_numpy()
    chosen = fates == kind
    left = (1 - total[chosen]).clip(0, 1)
    frame = pd.DataFrame({"old_id": None, "new_id": None, "kind": kind}, index=range(len(left)), dtype=object)
    frame[name] = ids[chosen]
    frame["share_old"] = frame["share_new"] = 0.0
    frame[share] = left
    frame["by"] = pd.Series("overlap", index=frame.index, dtype=object)
    frame["confidence"] = 0.9 * left
    return frame
