"""Parcels that no other beats in everything that counts (Pareto levels)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from kanpo.errors import Place, UsageError
from kanpo.locale import Text
from kanpo.reading import normalise
from kanpo.schema import FACTORS
from kanpo.sites import Factors
from kanpo.suitability._score import Scores

#: What a score itself offers as a criterion.
_OF_SCORE = {
    "score": Text("適地度", "score"),
    "lower": Text("下限", "lower"),
    "upper": Text("上限", "upper"),
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """Something that counts: a column, and whether more of it is better."""

    key: str
    label: Text
    more_is_better: bool


def read_criteria(written: str) -> tuple[Criterion, ...]:
    """Criteria as people write them: ``score,area_m2,-road_access_m``; a minus means less is better.

    Criteria are score, lower, upper and every factor that is a number, by key or Japanese label.

    Raises
    ------
    UsageError
        Fewer than two, an unknown one, or one twice.
    """
    labels = _OF_SCORE | {key: factor.label for key, factor in FACTORS.items() if factor.kind == "number"}
    names = (
        {"スコア": "score"}
        | {normalise(label.ja).casefold(): key for key, label in labels.items()}
        | {key: key for key in labels}
    )
    found: list[Criterion] = []
    for word in filter(None, (part.strip() for part in normalise(written).split(","))):
        key = names.get(word.removeprefix("-").strip().casefold())
        if key is None or any(key == one.key for one in found):
            ja = "、".join(f"{key}({label.ja})" for key, label in labels.items())
            raise UsageError(
                "pareto.criterion",
                Text("観点として使えません(または2回あります)", "is no criterion, or stands there twice"),
                Text(f"選べるもの: {ja}", f"choices: {', '.join(labels)}"),
                Place(column="--pareto", value=word),
            )
        found.append(Criterion(key, labels[key], not word.startswith("-")))
    if len(found) < 2:
        raise UsageError(
            "pareto.few",
            Text("観点は2つ以上要ります", "two criteria or more are needed"),
            Text("例: score,area_m2,-road_access_m", "for example score,area_m2,-road_access_m"),
        )
    return tuple(found)


def pareto_levels(values: np.ndarray, levels: int) -> np.ndarray:
    """The Pareto level of n points, (n,); 0 for what lies deeper than `levels`.

    Level 1 is what no other point dominates, level 2 what only points of level 1 dominate, and so on. A point dominates another when it is at least as good in every criterion and better in one.

    Parameters
    ----------
    values : ndarray (n, m)
        More is better. NaN, not known, counts as worse than every known value: it never makes a
        point look good, and it hides no point that is known to be better.
    levels : int
        How many are looked for.

    Notes
    -----
    Non-dominated sorting (Goldberg 1989; Deb et al. 2002, IEEE Trans. Evol. Comput. 6(2)) level by
    level: of the points left, one with the highest sum of ranks is dominated by none, and takes away
    all that it dominates.
    """
    # Ranks instead of values: NaN gets the lowest, and the sum of ranks is always finite.
    filled = np.where(np.isnan(values), -np.inf, values)
    ranks = np.column_stack(
        [np.unique(column, return_inverse=True)[1] for column in filled.T] or [np.zeros(len(values), int)]
    )
    points, which = np.unique(ranks, axis=0, return_inverse=True)
    level = np.zeros(len(points), int)
    left = np.argsort(-points.sum(axis=1), kind="stable")
    for number in range(1, levels + 1):
        beaten = []
        while len(left):
            best, left = left[0], left[1:]
            level[best] = number
            # Distinct points: at least as good everywhere is better somewhere.
            dominated = (points[left] <= points[best]).all(axis=1)
            beaten.append(left[dominated])
            left = left[~dominated]
        if not beaten:
            break
        left = np.concatenate(beaten)
        left = left[np.argsort(-points[left].sum(axis=1), kind="stable")]
    return np.asarray(level[which.ravel()])


def pareto_table(
    scores: Scores,
    factors: Factors,
    parcels: gpd.GeoDataFrame,
    criteria: Sequence[Criterion],
    levels: int = 3,
    *,
    among: Collection[str] | None = None,
) -> pd.DataFrame:
    """For each herb the parcels of the first levels, level by level; `among` are those to choose from.

    Parcels that are excluded, or of which too little is known for a class, take no part.

    Returns
    -------
    DataFrame
        herb_id, level, parcel_id, settlement, lot_number, certainty, class_lower, class_upper, rank,
        score, lower, upper and the other criteria; within a level by the first criterion, then rank.
    """
    names = pd.DataFrame(parcels[["parcel_id", "settlement", "lot_number"]])
    others = [one.key for one in criteria if one.key not in _OF_SCORE]
    told = factors.values[others].reset_index()
    parts = []
    for herb_id in scores.herb_ids:
        frame = scores.frame(herb_id)
        if among is not None:
            frame = frame[frame["parcel_id"].isin(among)]
        frame = frame[frame["class_lower"].notna() & (frame["upper"] > 0)]
        frame = frame.merge(names, on="parcel_id", how="left").merge(told, on="parcel_id", how="left")
        signs = np.array([1.0 if one.more_is_better else -1.0 for one in criteria])
        values = frame[[one.key for one in criteria]].to_numpy(dtype=float) * signs
        frame["level"] = pareto_levels(values, levels)
        frame["_first"] = -values[:, 0]
        parts.append(frame[frame["level"] > 0].sort_values(["level", "_first", "rank"], kind="stable"))
    keys = ["herb_id", "level", "parcel_id", "settlement", "lot_number"]
    keys += ["certainty", "class_lower", "class_upper", "rank", *_OF_SCORE, *others]
    return pd.concat(parts, ignore_index=True)[keys]
