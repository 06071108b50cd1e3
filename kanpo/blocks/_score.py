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
from kanpo.suitability import Scores

COLUMNS = (
    *("rank", "block_id", "parcels", "area_m2", "compactness", "herb_id", "score", "lower", "upper"),
    *("class", "suitable_m2", "settlements", "parcel_ids"),
)
_CLASS_NAMES = np.array(["S1", "S2", "S3", "N1", "N2"], dtype=object)


def block_table(
    blocks: Blocks, parcels: gpd.GeoDataFrame, scores: Scores, *, least_area_m2: float = 0.0
) -> pd.DataFrame:
    """One row per block, the best block first.

    The score of a block is the mean of its parcels' scores weighted by area, over the parcels that
    have a score; lower and upper are the means of the bounds over all its parcels, and the score is
    kept between them. An excluded parcel counts with 0. Of several herbs the one with the highest
    score (then lower bound, then the earlier one) is shown.

    Parameters
    ----------
    blocks : Blocks
        Of the same parcels in the same order.
    parcels : GeoDataFrame
        ``parcel_id``, ``settlement`` and ``area_m2`` (N).
    scores : Scores
        Of at least one herb, for all the parcels in any order.
    least_area_m2 : float
        Smaller blocks are left out.

    Returns
    -------
    DataFrame
        rank, block_id, parcels (count), area_m2 (sum of the measured areas), compactness (share of
        the convex hull, 0 to 1), herb_id (None where no parcel has a score), score, lower, upper,
        class, suitable_m2 (area of the parcels of class S1 and S2 for that herb), settlements and
        parcel_ids (joined by ``;``). Ranked by score, lower, area, then id.
    """
    count = len(blocks.block_ids)
    if not count:
        return pd.DataFrame(columns=list(COLUMNS))
    area = parcels["area_m2"].fillna(0).to_numpy(dtype=float)
    order = pd.Index(scores.parcel_ids).get_indexer(pd.Index(blocks.parcel_ids))
    herb, score, lower, upper, suitable = _best_herb(blocks, area, scores, order)
    codes = scores.bounds.codes(score, score == 0)
    table = pd.DataFrame(
        {
            "block_id": blocks.block_ids,
            "parcels": np.bincount(blocks.block_of, minlength=count),
            "area_m2": np.bincount(blocks.block_of, area, count).round(1),
            "compactness": _compactness(blocks).round(3),
            "herb_id": np.where(np.isnan(score), None, np.array(scores.herb_ids, dtype=object)[herb]),
            "score": score,
            "lower": lower,
            "upper": upper,
            "class": _CLASS_NAMES[codes],
            "suitable_m2": suitable.round(1),
        }
    )
    settlements = parcels["settlement"].to_numpy(dtype=object)
    table["settlements"] = _joined(blocks.block_of, settlements, count)
    table["parcel_ids"] = _joined(blocks.block_of, blocks.parcel_ids, count)
    return _ranked(table[table["area_m2"] >= least_area_m2])


def _ranked(table: pd.DataFrame) -> pd.DataFrame:
    """The rows by score, lower bound and area, the highest first, then by id; without a score last."""
    keys = [table["score"].fillna(-1), table["lower"], table["area_m2"]]
    order = np.lexsort((table["block_id"].to_numpy(dtype=str), *(-key.to_numpy() for key in reversed(keys))))
    table = table.iloc[order].reset_index(drop=True)
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    return table[list(COLUMNS)]


def _best_herb(
    blocks: Blocks, area: np.ndarray, scores: Scores, order: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """For each block the position of its best herb, and that herb's score, bounds and suitable area."""
    count, size = len(blocks.block_ids), len(area)
    # A parcel without area still counts a little: its block must not be without a score.
    weight = np.maximum(area, 1e-6)
    sums = csr_array((weight, (blocks.block_of, np.arange(size))), shape=(count, size))

    def total(values: np.ndarray) -> np.ndarray:
        return np.asarray((sums @ values.T).T)

    score = scores.result.score[:, order]
    whole = np.bincount(blocks.block_of, weight, count)
    lower, upper = (total(bound[:, order]) / whole for bound in (scores.result.lower, scores.result.upper))
    with np.errstate(invalid="ignore"):
        mean = total(np.nan_to_num(score)) / total((~np.isnan(score)).astype(float))
    mean = np.minimum(np.maximum(mean, lower), upper)
    filled = np.nan_to_num(mean, nan=-1.0)
    herb = np.where(filled == filled.max(axis=0), lower, -1.0).argmax(axis=0)
    at = (herb, np.arange(count))
    codes = scores.codes(2)[:, order][herb[blocks.block_of], np.arange(size)]
    good = np.bincount(blocks.block_of, np.where((codes == 0) | (codes == 1), area, 0.0), count)
    return herb, mean[at], lower[at], upper[at], good


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
