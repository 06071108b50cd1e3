"""Blocks as a table: how large, what shape, which herb, how well."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array

from kanpo.blocks._form import Blocks
from kanpo.crs import STORED_EPSG
from kanpo.parcels import reproject
from kanpo.suitability import Certainty, Scores, certainty_of, class_names

COLUMNS = (
    *("rank", "block_id", "parcels", "area_m2", "compactness", "herb_id", "score", "lower", "upper"),
    *("class", "class_lower", "class_upper", "certainty", "sure_m2", "suitable_m2", "maybe_m2"),
    *("settlements", "parcel_ids"),
)
#: Share of a block's area that may be less sure than the block is said to be: a sliver that nobody
#: knows does not make a large block unknown.
_LEFT_OPEN = 0.1
#: Digits of a score by which blocks are ranked, as parcels are.
_RANKED_DIGITS = 9
#: Shares closer than this are equal.
_EQUAL = 1e-9
#: Position of the point in the five numbers of a score, and of the bounds around it.
_LEAST, _LOWER, _POINT, _UPPER, _MOST = range(5)


def block_table(
    blocks: Blocks, parcels: gpd.GeoDataFrame, scores: Scores, *, least_area_m2: float = 0.0
) -> pd.DataFrame:
    """One row per block, the best block first.

    Each of the five numbers of a block is the mean of its parcels' weighted by area, an excluded parcel
    counting with 0; its range of classes is that of the mean of the lower and of the upper bounds. How
    sure that is follows the rules for a parcel, applied to the means (the share of the weight that is
    known is a mean by area, too); but a block is never surer than its parcels: at most a tenth of
    its area may be of a less sure kind. So a block is sure only where both ends of its range and
    of the catalogue's lie in one class and nine tenths of its area are parcels of a sure class.

    Of several herbs the one is shown that has a range of classes, then the highest score, the highest
    lower bound, and the earlier one; never one that the catalogue knows too little of for a class,
    unless there is no other.

    Parameters
    ----------
    blocks : Blocks
        Of some or all of the scored parcels.
    parcels : GeoDataFrame
        ``parcel_id``, ``settlement`` and ``area_m2`` (N), in the order of `blocks`.
    scores : Scores
        Of at least one herb, for at least these parcels in any order.
    least_area_m2 : float
        Smaller blocks are left out.

    Returns
    -------
    DataFrame
        rank, block_id, parcels (count), area_m2 (sum of the measured areas), compactness (share of
        the convex hull, 0 to 1), herb_id (None where of several herbs none has a range of classes; then
        score is NaN), score, lower, upper; class (None where the range has more than one), class_lower,
        class_upper, certainty; sure_m2 (area of the parcels whose class is certain), suitable_m2 (whose
        bounds, the catalogue's too, lie in S1 or S2), maybe_m2 (of the others, whose upper bound
        reaches S2), all for that herb; settlements and parcel_ids (joined by ``;``). Ranked by whether
        there is a range of classes, score, lower, area, then id.
    """
    count = len(blocks.block_ids)
    if not count:
        return pd.DataFrame(columns=list(COLUMNS))
    area = parcels["area_m2"].fillna(0).to_numpy(dtype=float)
    order = pd.Index(scores.parcel_ids).get_indexer(pd.Index(blocks.parcel_ids))
    table = pd.DataFrame(
        {
            "block_id": blocks.block_ids,
            "parcels": np.bincount(blocks.block_of, minlength=count),
            "area_m2": np.bincount(blocks.block_of, area, count).round(1),
            "compactness": _compactness(blocks).round(3),
        }
        | _judged(blocks, area, scores, order)
    )
    settlements = parcels["settlement"].to_numpy(dtype=object)
    table["settlements"] = _joined(blocks.block_of, settlements, count)
    table["parcel_ids"] = _joined(blocks.block_of, blocks.parcel_ids, count)
    return _ranked(table[table["area_m2"] >= least_area_m2])


def _ranked(table: pd.DataFrame) -> pd.DataFrame:
    """The rows with a range of classes first, by score, lower bound and area, the highest first, then by id."""
    ranked = _sorted(table, [])
    return ranked[list(COLUMNS)]


def with_costs(table: pd.DataFrame, costs: pd.DataFrame) -> pd.DataFrame:
    """Blocks with what they take beside them, ranked anew.

    Parameters
    ----------
    table : DataFrame
        As of `block_table`.
    costs : DataFrame
        block_id and, per 10 a, yen_per_10a_low, yen_per_10a_high and hours likewise; NaN where an end is open.

    Of blocks with equal bounds the one whose yen are less by the middle of their range stands first, one
    whose range is open last; area and id come afterwards.
    """
    if "yen_per_10a_low" not in costs:
        return table
    joined = table.drop(columns="rank").merge(costs, on="block_id", how="left")
    middle = (joined["yen_per_10a_low"] + joined["yen_per_10a_high"]) / 2
    ranked = _sorted(joined, [-middle.fillna(np.inf)])
    return ranked[[*COLUMNS, *(key for key in joined if key not in COLUMNS)]]


def _sorted(table: pd.DataFrame, cheapness: list[pd.Series]) -> pd.DataFrame:
    keys = [
        table["class_lower"].notna().astype(int),
        table["score"].fillna(-1).round(_RANKED_DIGITS),
        table["lower"].round(_RANKED_DIGITS),
        *cheapness,
        table["area_m2"],
    ]
    order = np.lexsort((table["block_id"].to_numpy(dtype=str), *(-key.to_numpy() for key in reversed(keys))))
    ranked = table.iloc[order].reset_index(drop=True)
    ranked.insert(0, "rank", np.arange(1, len(table) + 1))
    return ranked


def _judged(blocks: Blocks, area: np.ndarray, scores: Scores, order: np.ndarray) -> dict[str, object]:
    """For each block its best herb, that herb's numbers, range of classes and how sure it is, and areas."""
    count, size = len(blocks.block_ids), len(area)
    # A parcel without area still counts a little: its block must not be without a score.
    weight = np.maximum(area, 1e-6)
    whole = np.bincount(blocks.block_of, weight, count)
    sums = csr_array((weight, (blocks.block_of, np.arange(size))), shape=(count, size))

    def average(values: np.ndarray) -> np.ndarray:
        return np.asarray((sums @ values[:, order].T.astype(float)).T) / whole

    numbers = [average(number) for number in scores.result.numbers]
    mended = [average(number) for number in scores.potential.numbers]
    codes = [scores.bounds.codes(score, beyond == 0) for score, beyond in zip(numbers, mended, strict=True)]
    decided = average(scores.result.excluded) >= 1 - _EQUAL
    kinds = certainty_of(
        (codes[_LOWER], codes[_UPPER]), (codes[_LEAST], codes[_MOST]), decided, average(scores.known)
    )
    of_parcels = scores.certainty()
    for kind in list(Certainty)[1:]:
        open_ = average(of_parcels >= kind) > _LEFT_OPEN + _EQUAL
        kinds = np.where(open_ & (kinds < kind), np.int8(kind), kinds)
    shown = kinds <= Certainty.BY_MEASURING
    herb = _best_herb(shown, numbers, scores.unsourced)
    at = (herb, np.arange(count))
    kind, ranged = kinds[at], shown[at]
    low, high = codes[_LOWER][at], codes[_UPPER][at]
    # Of several herbs none is best where none has a class.
    named = ranged | (len(scores.herb_ids) == 1)
    score = np.where(named, numbers[_POINT][at], np.nan)
    names = np.array([one.key for one in Certainty], dtype=object)
    columns: dict[str, object] = {
        "herb_id": np.where(named, np.array(scores.herb_ids, dtype=object)[herb], None),
        "score": score,
        "lower": numbers[_LOWER][at],
        "upper": numbers[_UPPER][at],
        "class": class_names(np.where(ranged & (low == high), low, -1)),
        "class_lower": class_names(np.where(ranged, low, -1)),
        "class_upper": class_names(np.where(ranged, high, -1)),
        "certainty": names[kind],
    }
    own = (herb[blocks.block_of], order)
    return columns | _areas(blocks, area, scores, own, of_parcels)


def _best_herb(shown: np.ndarray, numbers: list[np.ndarray], unsourced: np.ndarray) -> np.ndarray:
    """The position of each block's best herb (B,), from arrays (H, B)."""
    last = np.broadcast_to(unsourced[:, None], shown.shape)
    keys = (-numbers[_LOWER], -numbers[_POINT], ~shown, last)
    best: np.ndarray = np.lexsort(keys, axis=0)[0]
    return best


def _areas(
    blocks: Blocks,
    area: np.ndarray,
    scores: Scores,
    own: tuple[np.ndarray, np.ndarray],
    kinds: np.ndarray,
) -> dict[str, object]:
    """Areas of each block whose class is certain, that surely suit, and that may; `own` points to each parcel's scores."""

    def add_up(there: np.ndarray) -> np.ndarray:
        return np.bincount(blocks.block_of, np.where(there, area, 0.0), len(blocks.block_ids)).round(1)

    bounds, sourced = scores.bounds, ~scores.unsourced[own[0]]
    suits = (scores.result.least[own] >= bounds.s2) & sourced
    may = (scores.result.upper[own] >= bounds.s2) & ~suits
    return {
        "sure_m2": add_up(kinds[own] <= Certainty.BY_CATALOGUE),
        "suitable_m2": add_up(suits),
        "maybe_m2": add_up(may),
    }


def _compactness(blocks: Blocks) -> np.ndarray:
    """Area of the parcels of each block over that of their convex hull, (B,), at most 1."""
    order = np.argsort(blocks.block_of, kind="stable")
    together = shapely.geometrycollections(blocks.shapes[order], indices=blocks.block_of[order])
    hull = np.asarray(shapely.area(shapely.convex_hull(together)))
    area = np.bincount(blocks.block_of, shapely.area(blocks.shapes), len(hull))
    share: np.ndarray = np.minimum(1.0, area / np.where(hull > 0, hull, 1.0))
    return share


def _joined(block_of: np.ndarray, values: np.ndarray, count: int) -> list[str]:
    """Distinct values (n,) of each of the blocks in ascending order, joined by ``;``; None is left out."""
    known = pd.notna(values)
    members = sorted(set(zip(block_of[known].tolist(), values[known].tolist(), strict=True)))
    ends = np.searchsorted([block for block, _ in members], np.arange(count + 1))
    texts = [value for _, value in members]
    return [";".join(texts[start:end]) for start, end in pairwise(ends)]


def outlines(blocks: Blocks, table: pd.DataFrame) -> gpd.GeoDataFrame:
    """The rows of a table of blocks with the ground that their parcels cover (EPSG:6668)."""
    wanted = pd.Index(blocks.block_ids).get_indexer(pd.Index(table["block_id"]))
    order = np.argsort(blocks.block_of, kind="stable")
    groups = np.split(blocks.shapes[order], np.cumsum(np.bincount(blocks.block_of))[:-1])
    ground = np.empty(len(wanted), dtype=object)
    for row, block in enumerate(wanted):
        ground[row] = groups[block][0] if len(groups[block]) == 1 else shapely.union_all(groups[block])
    placed = reproject(ground, blocks.epsg, STORED_EPSG) if len(ground) else ground
    return gpd.GeoDataFrame(table, geometry=placed, crs=STORED_EPSG)
