"""Scores as the tables that people read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from kanpo.herbs import Catalogue
from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.suitability._classes import CLASSES, Certainty
from kanpo.suitability._kernel import TIE
from kanpo.suitability._score import Scores

#: What is not suitable for certain where it hangs on what is not known whether a work mends it.
UNMENDED = "N1_N2"
#: Positions in the five numbers of a score of the ends of the parcel's own interval.
_LOWER, _UPPER = 1, 3


def summary(scores: Scores, catalogue: Catalogue, area_m2: np.ndarray | None = None) -> pd.DataFrame:
    """One row per herb: how sure how much land is, of which class, as it lies and after works.

    Parameters
    ----------
    area_m2 : ndarray (N,), optional
        Areas of the parcels.

    Returns
    -------
    DataFrame
        herb_id, herb, reference (no class is told of it); for each kind of certainty its count and, with
        areas, its hectares (``sure``, ``sure_ha`` …); S1, S2, S3, N1, N2: parcels whose own interval
        lies in that class, and N1_N2: not suitable for certain, and not known whether a work mends it; all of these again with ``potential_`` before, after works; best_score,
        median_width, tells_apart (whether any parcel that nothing excludes is surely better than another one:
        intervals that all overlap tell nothing apart), next_factor (what, where a class is not known, would decide most land; None for nothing).
    """
    sides = [_counts(scores, area_m2, after_works=after) for after in (False, True)]
    rows = []
    for position, herb_id in enumerate(scores.herb_ids):
        width = scores.result.upper[position] - scores.result.lower[position]
        point = scores.result.score[position]
        open_ = ~scores.result.excluded[position]
        lower, upper = scores.result.lower[position][open_], scores.result.upper[position][open_]
        row: dict[str, object] = {
            "herb_id": herb_id,
            "herb": str(catalogue.herbs[herb_id].label),
            "reference": bool(scores.unsourced[position]),
        }
        for prefix, counts in zip(("", "potential_"), sides, strict=True):
            row |= {f"{prefix}{key}": values[position] for key, values in counts.items()}
        row |= {
            "best_score": float(point.max()) if point.size else float("nan"),
            "median_width": float(np.median(width)) if width.size else float("nan"),
            "tells_apart": bool(lower.size) and bool(lower.max() > upper.min() + TIE),
            "next_factor": _next_factor(scores, position, area_m2),
        }
        rows.append(row)
    return pd.DataFrame(rows)


def _counts(scores: Scores, area_m2: np.ndarray | None, *, after_works: bool) -> dict[str, list[object]]:
    """Parcels, and hectares, of each kind of certainty and parcels of each class: herb by herb."""
    kinds = scores.certainty(after_works=after_works)
    low, high = (scores.codes(number, after_works=after_works) for number in (_LOWER, _UPPER))
    counts: dict[str, list[object]] = {}
    for kind in Certainty:
        counts[kind.key] = (kinds == kind).sum(axis=1).tolist()
        if area_m2 is not None:
            counts[f"{kind.key}_ha"] = ((kinds == kind) @ np.nan_to_num(area_m2) / 10_000).tolist()
    certain, one = kinds <= Certainty.BY_CATALOGUE, low == high
    classes = {name: certain & one & (low == code) for code, name in enumerate(CLASSES)}
    classes[UNMENDED] = certain & ~one
    return counts | {name: held.sum(axis=1).tolist() for name, held in classes.items()}


def _next_factor(scores: Scores, position: int, area_m2: np.ndarray | None) -> str | None:
    """The unknown factor that would decide most land (parcels, without areas) whose class is not known."""
    deciding = scores.deciding[position]
    # Of a herb without a class nothing is decided, and still one factor narrows its range most.
    open_ = (scores.certainty()[position] > Certainty.BY_CATALOGUE) & (deciding >= 0)
    if not open_.any():
        return None
    land = np.ones(len(deciding)) if area_m2 is None else np.nan_to_num(area_m2)
    return list(FACTORS)[int(np.bincount(deciding[open_], weights=land[open_]).argmax())]


@dataclass(frozen=True, slots=True, eq=False)
class Separation:
    """Whether herbs are told apart, and suitability from size: rank correlations over all parcels.

    `herbs` has herb_id, herb, reference, distinct (how many scores there are), with_others (median rank
    correlation with the scores of each other herb) and with_area (with the area of the parcels), NaN
    where a herb has one score for all. `between` is the median over all pairs of herbs, `with_area` that
    over all herbs.
    """

    herbs: pd.DataFrame
    between: float
    with_area: float


def separation(scores: Scores, catalogue: Catalogue, area_m2: np.ndarray) -> Separation:
    """How scores go together, with `area_m2` (N,) of the parcels."""
    points = pd.DataFrame(dict(zip(scores.herb_ids, scores.result.score, strict=True)))
    # Equal up to the tie of the kernel: a difference in the last bits is none.
    ranks = (points / TIE).round().rank()
    pairs = ranks.corr().to_numpy(copy=True)
    np.fill_diagonal(pairs, np.nan)
    areas = pd.Series(area_m2).rank()
    with_area = ranks.corrwith(areas).reindex(points.columns) if len(ranks) else points.mean()
    herbs = pd.DataFrame(
        {
            "herb_id": list(scores.herb_ids),
            "herb": [str(catalogue.herbs[herb_id].label) for herb_id in scores.herb_ids],
            "reference": scores.unsourced,
            "distinct": ranks.nunique().to_numpy(),
            "with_others": pd.DataFrame(pairs).median(axis=1).to_numpy(),
            "with_area": with_area.to_numpy(),
        }
    )
    between = pd.Series(pairs[np.triu_indices(len(pairs), 1)]).median()
    return Separation(herbs, float(between), float(with_area.median()))


def suited_herbs(scores: Scores, parcel_id: str, catalogue: Catalogue) -> pd.DataFrame:
    """The herbs for one parcel, the best first: those with a class or a range, herbs for reference, what is not suitable.

    Columns rank (among the herbs with a class or a range that are not for reference and not certainly
    unsuitable; None for the others), herb_id, herb, reference, certainty, class_lower, class_upper,
    score, lower, upper, potential_class_lower, potential_class_upper, potential_score,
    limiting_factor and deciding_factor (labels), shading_percent and needs (the shade that has to be
    built for the herb wherever it grows, as a number and in words; None for none) and parcel_rank (of the
    parcel among all parcels for that herb). Herbs that are equal share a rank.

    Raises
    ------
    ValueError
        The parcel is not among the scores.
    """
    at = scores.parcel_ids.index(parcel_id)
    rows = []
    kept = ["certainty", "class_lower", "class_upper", "score", "lower", "upper"]
    kept += ["potential_class_lower", "potential_class_upper", "potential_score"]
    for herb_id, unsourced in zip(scores.herb_ids, scores.unsourced, strict=True):
        line = scores.frame(herb_id).iloc[at]
        herb = catalogue.herbs[herb_id]
        row = {"herb_id": herb_id, "herb": str(herb.label), "reference": bool(unsourced), **line[kept]}
        for key in ("limiting_factor", "deciding_factor"):
            row[key] = str(FACTORS[line[key]].label) if line[key] in FACTORS else None
        needs = shade_words(catalogue, herb_id)
        row |= {"shading_percent": herb.shading_percent or None, "needs": str(needs) if needs else None}
        row["parcel_rank"] = int(line["rank"])
        rows.append(row)
    table = pd.DataFrame(rows)
    hidden = table["class_lower"].isna()
    # What has no class stands behind all that has one, a herb for reference behind those, what is not
    # suitable at last.
    unsuited = table["class_upper"].isin(["N1", "N2"])
    table["_last"] = hidden * 1 + table["reference"] * 2 + unsuited * 4
    table = table.sort_values(["_last", "score", "lower"], ascending=[True, False, False], kind="stable")
    changed = (table[["score", "lower"]] != table[["score", "lower"]].shift()).any(axis=1)
    places = pd.Series(np.arange(1, len(table) + 1), table.index).where(changed).ffill().astype("Int64")
    table.insert(0, "rank", places.where(table["_last"] == 0, pd.NA))
    return table.drop(columns="_last").reset_index(drop=True)


def shade_words(catalogue: Catalogue, herb_id: str) -> Text | None:
    """The shade that has to be built for a herb, and where its cost comes from; None where it grows in the open.

    A field suits such a herb because shade is built there, not because it is found.
    """
    share = catalogue.herbs[herb_id].shading_percent
    if not share:
        return None
    frames = [work for work in catalogue.works if work.factor == "sunlight" and herb_id in work.herbs]
    cost = next((work for work in frames if work.money.yen_low is not None), None)
    if cost is not None:
        money = cost.money
        price = Text(
            f"{money.yen_low:,.0f}〜{money.yen_high:,.0f} 円/10a",
            f"{money.yen_low:,.0f} to {money.yen_high:,.0f} yen/10a",
        )
    else:
        key = next((work.assumption for work in frames if work.assumption), "")
        price = Text("費用は未定", "cost not known")
        asked = next((one.label for one in catalogue.assumptions if one.key == key), None)
        if asked is not None:
            price = Text(f"{price.ja}、前提「{asked.ja}」", f"{price.en}: assumption '{asked.en}'")
    return Text(
        f"遮光 {share:.0f}% の施設が要る({price.ja})",
        f"needs frames for {share:.0f} % of shade ({price.en})",
    )


#: Middles of yen per 10 a (n,) that parcels take for a herb, given its id and theirs; NaN where they are open.
MiddleYen = Callable[[str, Sequence[str]], np.ndarray]


def ranking(
    scores: Scores,
    parcels: gpd.GeoDataFrame,
    top: int,
    *,
    among: Collection[str] | None = None,
    middle_yen: MiddleYen | None = None,
) -> pd.DataFrame:
    """The best `top` parcels of each herb with settlement, lot number and area, in the order of `Scores.frame`.

    `among` are the parcels to choose from, where it is not all of them; `rank` stays that among all, by
    suitability, the same wherever it is told. ``order`` is the place among the chosen: by rank, then, with
    `middle_yen`, by what the place takes (``yen_per_10a``, less first, an open range last); equal ones
    share one. ``level_with`` is how many parcels share the rank, all counted, ``equal_with`` how many of
    the chosen share the order.
    """
    among = among if among is None or len(among) < len(scores.parcel_ids) else None
    names = pd.DataFrame(parcels[["parcel_id", "settlement", "lot_number", "area_m2"]])
    parts = []
    for herb_id in scores.herb_ids:
        frame = scores.frame(herb_id)
        frame["level_with"] = frame.groupby("rank")["rank"].transform("size")
        if among is not None:
            frame = frame[frame["parcel_id"].isin(among)]
        frame = _in_order(frame.sort_values("rank", kind="stable"), top, middle_yen)
        parts.append(frame.head(top).merge(names, on="parcel_id", how="left"))
    table = pd.concat(parts, ignore_index=True)
    for key in ("limiting_factor", "deciding_factor"):
        table[key.removesuffix("_factor")] = table[key]
        table[key] = [str(FACTORS[name].label) if name in FACTORS else None for name in table[key]]
    ordered, costed = among is not None or middle_yen is not None, middle_yen is not None
    keys = ["herb_id", *(["order"] if ordered else []), "rank", "level_with", "parcel_id"]
    keys += ["settlement", "lot_number", "area_m2", "certainty"]
    keys += ["class_lower", "class_upper", "score", "lower", "upper"]
    keys += ["potential_class_lower", "potential_class_upper", "potential_score"]
    keys += ["limiting_factor", "deciding_factor", "known", "deciding"]
    return table[[*keys, *(["yen_per_10a", "equal_with"] if costed else [])]]


def _in_order(frame: pd.DataFrame, top: int, middle_yen: MiddleYen | None) -> pd.DataFrame:
    """Parcels of one herb, already by rank, with ``order``; by yen where they are equal, as far as `top` reaches."""
    if middle_yen is None or frame.empty:
        return frame.assign(order=frame["rank"].rank(method="min").astype(int))
    # Who stands behind the last one's equals cannot come into the list.
    frame = frame[frame["rank"] <= frame["rank"].iloc[min(top, len(frame)) - 1]]
    yen = middle_yen(str(frame["herb_id"].iloc[0]), list(frame["parcel_id"]))
    frame = frame.assign(yen_per_10a=yen).sort_values(["rank", "yen_per_10a"], kind="stable")
    new = (frame[["rank", "yen_per_10a"]].fillna(-1.0).diff() != 0).any(axis=1)
    frame["order"] = pd.Series(np.arange(1, len(frame) + 1), frame.index).where(new).ffill().astype(int)
    frame["equal_with"] = frame.groupby("order")["order"].transform("size")
    return frame
