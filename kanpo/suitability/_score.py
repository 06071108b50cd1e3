"""Scores of parcels for herbs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kanpo.errors import Place, UsageError
from kanpo.herbs import Catalogue
from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.sites import Factors
from kanpo.suitability._classes import CLASSES, ClassBounds, class_names
from kanpo.suitability._compiled import compile_requirements
from kanpo.suitability._kernel import KernelResult, run_kernel
from kanpo.suitability._method import METHODS, Method

#: Herb id to factor to weight, in place of the catalogue's.
Weights = Mapping[str, Mapping[str, float]]

_EXCLUDED = CLASSES.index("N2")
#: Columns of `Scores.frame`.
_COLUMNS = (
    *("parcel_id", "herb_id", "score", "lower", "upper", "class", "class_lower", "class_upper"),
    *("limiting_factor", "rank"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Scores of N parcels for H herbs, and how they came about.

    `result` holds arrays (H, N); `known` (H, N) is the share of a herb's weight whose factors are
    known.
    """

    parcel_ids: tuple[str, ...]
    herb_ids: tuple[str, ...]
    result: KernelResult
    known: np.ndarray
    bounds: ClassBounds
    method: Method

    def _position(self, herb_id: str) -> int:
        return self.herb_ids.index(herb_id)

    def codes(self) -> np.ndarray:
        """Class codes (H, N)."""
        codes = self.bounds.codes(self.result.score)
        codes[self.result.excluded] = _EXCLUDED
        return codes

    def frame(self, herb_id: str) -> pd.DataFrame:
        """One herb: parcel_id, score, lower, upper, class, class_lower, class_upper, limiting_factor, rank.

        Ranked by score, then lower bound, then parcel id; parcels without a score come last.
        """
        h = self._position(herb_id)
        excluded = self.result.excluded[h]
        frame = pd.DataFrame(
            {
                "parcel_id": self.parcel_ids,
                "herb_id": herb_id,
                "score": self.result.score[h],
                "lower": self.result.lower[h],
                "upper": self.result.upper[h],
            }
        )
        for name in ("score", "lower", "upper"):
            codes = self.bounds.codes(frame[name].to_numpy())
            codes[excluded] = _EXCLUDED
            frame["class" if name == "score" else f"class_{name}"] = class_names(codes)
        frame["limiting_factor"] = np.array([*FACTORS, None], dtype=object)[self.result.limiting[h]]
        ids = np.array(self.parcel_ids, dtype=str)
        order = np.lexsort(
            (ids, -frame["lower"].to_numpy(), -np.nan_to_num(frame["score"].to_numpy(), nan=-1.0))
        )
        rank = np.empty(len(frame), dtype=int)
        rank[order] = np.arange(1, len(frame) + 1)
        frame["rank"] = rank
        return frame

    def long(self) -> pd.DataFrame:
        """All herbs one below the other, as `frame` gives each."""
        frames = [self.frame(herb_id) for herb_id in self.herb_ids]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(_COLUMNS))

    def best(self) -> pd.DataFrame:
        """For each parcel the herb of the highest score, then lower bound (the earlier herb on a tie).

        herb_id is None where no herb has a score or every herb is excluded.
        """
        if not self.herb_ids:
            return pd.DataFrame(columns=["parcel_id", "herb_id", "score", "lower", "upper", "class"])
        filled = np.nan_to_num(self.result.score, nan=-1.0)
        tied = filled == filled.max(axis=0, initial=-1.0)
        herb = np.where(tied, self.result.lower, -1.0).argmax(axis=0)
        columns = np.arange(len(self.parcel_ids))
        none = np.isnan(self.result.score[herb, columns]) | self.result.excluded[herb, columns]
        names = np.array([*self.herb_ids, None], dtype=object)
        return pd.DataFrame(
            {
                "parcel_id": self.parcel_ids,
                "herb_id": names[np.where(none, len(self.herb_ids), herb)],
                "score": self.result.score[herb, columns],
                "lower": self.result.lower[herb, columns],
                "upper": self.result.upper[herb, columns],
                "class": class_names(self.codes()[herb, columns]),
            }
        )

    def known_share(self) -> float:
        """Mean share of weight whose factors are known, over parcels and herbs; 1 without parcels."""
        return float(self.known.mean()) if self.known.size else 1.0


def score_parcels(
    factors: Factors,
    catalogue: Catalogue,
    herbs: Sequence[str] | None = None,
    *,
    method: Method = "geometric",
    weights: Weights | None = None,
    bounds: ClassBounds | None = None,
) -> Scores:
    """Score every parcel for every herb.

    Parameters
    ----------
    factors : Factors
        One row per parcel.
    catalogue : Catalogue
        What the herbs need.
    herbs : sequence of str, optional
        Herb ids; all of the catalogue by default.
    method : {"geometric", "arithmetic", "minimum", "owa"}
        How memberships are combined.
    weights : mapping, optional
        Weights in place of the catalogue's, for some herbs and factors.
    bounds : ClassBounds, optional
        Least score of each class.

    Returns
    -------
    Scores
        With bounds for what is not known. A parcel that an exclusion layer excludes has score 0 and
        class N2 for every herb, and no limiting factor.

    Raises
    ------
    UsageError
        An unknown herb, factor or method, a negative weight, or only zero weights.
    """
    _check_names([*(herbs or ()), *(weights or {})], catalogue, method)
    chosen = list(herbs) if herbs is not None else list(catalogue.herbs)
    requirements = {herb_id: catalogue.requirements_of(herb_id) for herb_id in chosen}
    _check_weights(weights or {}, catalogue)
    compiled = compile_requirements(requirements, weights)
    columns = factors.columns()
    result = run_kernel(columns, compiled, method=method)
    _exclude(result, factors.excluded())
    shares = np.zeros((len(chosen), len(FACTORS)))
    for herb, positions in enumerate(compiled.curves_of):
        shares[herb, compiled.factor_of[positions]] = compiled.weights[herb, positions]
    known = shares @ factors.values[list(FACTORS)].notna().to_numpy(dtype=float).T
    return Scores(tuple(factors.parcel_ids), tuple(chosen), result, known, bounds or ClassBounds(), method)


def _exclude(result: KernelResult, excluded: np.ndarray) -> None:
    """Put the parcels (n,) that a layer excludes out of the question for every herb."""
    for array in (result.score, result.lower, result.upper):
        array[:, excluded] = 0.0
    result.limiting[:, excluded] = -1
    result.excluded[:, excluded] = True


def _check_names(herbs: Sequence[str], catalogue: Catalogue, method: str) -> None:
    for herb_id in herbs:
        if herb_id not in catalogue.herbs:
            raise UsageError(
                "score.herb",
                Text("目録にない生薬です", "is not in the herb catalogue"),
                Text("kanpo herbs list で一覧を見られます", "see kanpo herbs list"),
                Place(column="herb_id", value=herb_id),
            )
    if method not in METHODS:
        raise UsageError(
            "score.method",
            Text("知らない総合の方法です", "unknown way to combine factors"),
            Text(f"選べるもの: {'、'.join(METHODS)}", f"choices: {', '.join(METHODS)}"),
            Place(column="method", value=method),
        )


def _check_weights(weights: Weights, catalogue: Catalogue) -> None:
    for herb_id, given in weights.items():
        factors = {
            requirement.factor: requirement.weight for requirement in catalogue.requirements_of(herb_id)
        }
        for factor, weight in given.items():
            if factor not in factors or not 0 <= weight < float("inf"):
                raise UsageError(
                    "score.weight",
                    Text(f"{herb_id} の重みが正しくありません", f"a weight of {herb_id} is not right"),
                    Text(
                        "要求条件にある要因に、0以上の数を",
                        "give a factor that the herb needs a number of 0 or more",
                    ),
                    Place(column=factor, value=weight),
                )
        if sum({**factors, **given}.values()) <= 0:
            raise UsageError(
                "score.weights-zero",
                Text(f"{herb_id} の重みがすべて0です", f"all weights of {herb_id} are 0"),
                Text("1つは正の数にしてください", "make at least one positive"),
            )
