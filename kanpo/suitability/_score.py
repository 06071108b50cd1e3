"""Scores of parcels for herbs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from kanpo.errors import Place, UsageError
from kanpo.herbs import Catalogue, Requirement, Work
from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.sites import Factors
from kanpo.suitability._classes import Certainty, ClassBounds, certainty_of, class_names, enough_known
from kanpo.suitability._compiled import Compiled, compile_requirements
from kanpo.suitability._deciding import find_deciding
from kanpo.suitability._expectation import estimate_expectations
from kanpo.suitability._kernel import FactorColumns, KernelResult, run_kernel
from kanpo.suitability._method import METHODS, Method
from kanpo.suitability._works import NO_LAND_TYPE

#: Herb id to factor to weight, in place of the catalogue's.
Weights = Mapping[str, Mapping[str, float]]
#: All herbs of some scores.
EVERY = slice(None)
#: Positions in `KernelResult.numbers`.
_LOWER, _POINT, _UPPER = 1, 2, 3


@dataclass(frozen=True, slots=True, eq=False)
class Expectations:
    """What is to be expected where nothing is known, as parcels lie and after works.

    Each maps herb id and factor to an effective membership for every land type. They are estimated
    by `kanpo score` from the parcels that are known, kept, and held fixed by all else, so that what
    is learnt of one parcel moves no other.
    """

    current: Mapping[tuple[str, str], tuple[float, ...]]
    potential: Mapping[tuple[str, str], tuple[float, ...]]

    def after(self, works: Sequence[Work]) -> Mapping[tuple[str, str], tuple[float, ...]]:
        """What is to be expected after some works: of the factors that they move, what it is after the best works.

        It is never below what is expected of the land as it lies, so that more works are never worse.
        """
        moved = {work.factor for work in works}
        return {
            key: _never_below(numbers, self.potential.get(key, numbers)) if key[1] in moved else numbers
            for key, numbers in self.current.items()
        }

    def cover(self, requirements: Mapping[str, Sequence[Requirement]]) -> bool:
        """Whether they say something of every factor of some herbs: a herb may have come later."""
        needed = {(herb_id, row.factor) for herb_id, rows in requirements.items() for row in rows}
        return needed <= set(self.current)

    def to_parameters(self) -> dict[str, object]:
        """As a stamp keeps them: herb to factor to numbers by land type, None where there is none."""
        return {name: _nested(getattr(self, name)) for name in ("current", "potential")}

    @classmethod
    def from_parameters(cls, kept: object) -> Expectations | None:
        """What `to_parameters` gave; None where it is not what kanpo wrote: too few or too many types of
        land, or what is no membership."""
        tables = kept if isinstance(kept, Mapping) else {}
        current, potential = (_flat(tables.get(name)) for name in ("current", "potential"))
        if current is None or potential is None or set(current) != set(potential):
            return None
        return cls(current, potential)


def _never_below(numbers: tuple[float, ...], after: tuple[float, ...]) -> tuple[float, ...]:
    """What is expected after works; NaN where nothing is expected before them."""
    pairs = zip(numbers, after, strict=True)
    return tuple(np.nan if np.isnan(one) else float(np.fmax(one, other)) for one, other in pairs)


def _nested(table: Mapping[tuple[str, str], tuple[float, ...]]) -> dict[str, dict[str, list[float | None]]]:
    herbs: dict[str, dict[str, list[float | None]]] = {}
    for (herb_id, factor), numbers in table.items():
        herbs.setdefault(herb_id, {})[factor] = [None if np.isnan(one) else one for one in numbers]
    return herbs


def _flat(herbs: object) -> dict[tuple[str, str], tuple[float, ...]] | None:
    """A table as `_nested` gave it; None where it is none."""
    table: dict[tuple[str, str], tuple[float, ...]] = {}
    if not isinstance(herbs, Mapping) or not all(isinstance(factors, Mapping) for factors in herbs.values()):
        return None
    for herb_id, factors in herbs.items():
        for factor, numbers in factors.items():
            if not isinstance(numbers, Sequence) or not all(map(_is_expected, numbers)):
                return None
            table[herb_id, factor] = tuple(np.nan if one is None else float(one) for one in numbers)
    whole = all(len(numbers) == NO_LAND_TYPE + 1 for numbers in table.values())
    return table if whole else None


def _is_expected(number: object) -> bool:
    """Whether it is an effective membership, or None for nothing expected."""
    return number is None or (
        isinstance(number, int | float) and not isinstance(number, bool) and 0 <= number <= 1
    )


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Scores of N parcels for H herbs, and how they came about.

    `result` has the land as it lies, `potential` as it would be after the best works, none included;
    `known` (H, N) is the share of a herb's weight whose factors are known, `deciding` (H, N) the
    position of the unknown factor that holds the interval open most, -1 for none. `unsourced` tells
    of which herbs (H,) the catalogue knows too little for a class.
    """

    parcel_ids: tuple[str, ...]
    herb_ids: tuple[str, ...]
    result: KernelResult
    potential: KernelResult
    known: np.ndarray
    deciding: np.ndarray
    unsourced: np.ndarray
    bounds: ClassBounds
    method: Method
    expectations: Expectations

    def codes(self, number: int, *, after_works: bool = False, herbs: slice = EVERY) -> np.ndarray:
        """Class codes (H, N) of one of the five numbers, by its position in `KernelResult.numbers`.

        What no work brings above 0 is N2, all else that is not suitable N1.
        """
        mended = self.potential.numbers[number][herbs]
        scores = mended if after_works else self.result.numbers[number][herbs]
        return self.bounds.codes(scores, mended == 0)

    def certainty(self, *, after_works: bool = False, herbs: slice = EVERY) -> np.ndarray:
        """Codes of `Certainty`, (H, N)."""
        least, lower, _, upper, most = (
            self.codes(number, after_works=after_works, herbs=herbs) for number in range(5)
        )
        result = self.potential if after_works else self.result
        kinds = certainty_of((lower, upper), (least, most), result.excluded[herbs], self.known[herbs])
        kinds[self.unsourced[herbs]] = Certainty.UNKNOWN
        return kinds

    def frame(self, herb_id: str, workability: np.ndarray | None = None) -> pd.DataFrame:
        """One herb, one row per parcel.

        Columns parcel_id, herb_id; score (the cautious point), lower, upper, least, most; class
        (None where it is not certain to be one; a parcel that is certainly not suitable may still be
        N1 or N2), class_lower, class_upper, certainty, known;
        potential_score, potential_lower, potential_upper, potential_class, potential_class_lower,
        potential_class_upper, potential_certainty; limiting_factor, deciding_factor; rank.

        Ranked by whether there is a class or a range of classes, then score, lower and, where given,
        `workability` (N,), less first; equal parcels share a rank.
        """
        h = self.herb_ids.index(herb_id)
        names = np.array([*FACTORS, None], dtype=object)
        columns: dict[str, object] = {"parcel_id": list(self.parcel_ids), "herb_id": herb_id}
        for name, array in zip(
            ("least", "lower", "score", "upper", "most"), self.result.numbers, strict=True
        ):
            columns[name] = array[h]
        for prefix, after in (("", False), ("potential_", True)):
            if after:
                for name, at in (("score", _POINT), ("lower", _LOWER), ("upper", _UPPER)):
                    columns[f"potential_{name}"] = self.potential.numbers[at][h]
            own = slice(h, h + 1)
            low, high = (self.codes(at, after_works=after, herbs=own)[0] for at in (_LOWER, _UPPER))
            kinds = self.certainty(after_works=after, herbs=own)[0]
            sure = (kinds <= Certainty.BY_CATALOGUE) & (low == high)
            # A herb that little is known of has a range, where the parcel is known, and no class.
            shown = (kinds <= Certainty.BY_MEASURING) | (self.unsourced[h] & enough_known(self.known[h]))
            columns[f"{prefix}class"] = class_names(np.where(sure, low, -1))
            columns[f"{prefix}class_lower"] = class_names(np.where(shown, low, -1))
            columns[f"{prefix}class_upper"] = class_names(np.where(shown, high, -1))
            columns[f"{prefix}certainty"] = np.array([kind.key for kind in Certainty], dtype=object)[kinds]
        columns["known"] = self.known[h]
        columns["limiting_factor"] = names[self.result.limiting[h]]
        columns["deciding_factor"] = names[self.deciding[h]]
        frame = pd.DataFrame(columns)
        frame["rank"] = _rank(frame, workability)
        return frame

    def long(self) -> pd.DataFrame:
        """All herbs one below the other, as `frame` gives each."""
        frames = [self.frame(herb_id) for herb_id in self.herb_ids]
        return (
            pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["parcel_id", "herb_id"])
        )

    def among(self, parcel_ids: Collection[str]) -> Scores:
        """The same scores of some parcels, in their order, for counting; `frame` then ranks among these alone."""
        at = np.flatnonzero(np.isin(np.array(self.parcel_ids, dtype=object), list(parcel_ids)))
        result = self.result.take(at)
        return replace(
            self,
            parcel_ids=tuple(self.parcel_ids[position] for position in at),
            result=result,
            potential=result if self.potential is self.result else self.potential.take(at),
            known=self.known[:, at],
            deciding=self.deciding[:, at],
        )

    def known_share(self) -> float:
        """Mean share of weight whose factors are known, over parcels and herbs; 1 without parcels."""
        return float(self.known.mean()) if self.known.size else 1.0


#: Digits of a score by which parcels are ranked.
_RANKED_DIGITS = 9


def _rank(frame: pd.DataFrame, workability: np.ndarray | None) -> np.ndarray:
    """Competition ranks: parcels that are equal in all that counts share one."""
    hidden = (frame["class_lower"].isna()).to_numpy()
    # Two implementations differ in the last bits; what differs in nothing else is equal.
    keys = [hidden, *(-frame[key].to_numpy().round(_RANKED_DIGITS) for key in ("score", "lower"))]
    keys += [] if workability is None else [np.nan_to_num(workability, nan=np.inf)]
    order = np.lexsort(keys[::-1])
    changes = np.zeros(len(frame), dtype=bool)
    for key in keys:
        ordered = key[order]
        changes[1:] |= ordered[1:] != ordered[:-1]
    rank = np.empty(len(frame), dtype=int)
    starts = np.where(changes, np.arange(len(frame)), 0)
    rank[order] = np.maximum.accumulate(starts) + 1 if len(frame) else starts
    return rank


def score_parcels(
    factors: Factors,
    catalogue: Catalogue,
    herbs: Sequence[str] | None = None,
    *,
    method: Method = "limitation",
    weights: Weights | None = None,
    bounds: ClassBounds | None = None,
    expectations: Expectations | None = None,
    works: Sequence[Work] | None = None,
) -> Scores:
    """Score every parcel for every herb, as it lies and after works.

    Parameters
    ----------
    herbs : sequence of str, optional
        Herb ids; all of the catalogue by default.
    weights : mapping, optional
        Weights in place of the catalogue's, for some herbs and factors.
    expectations : Expectations, optional
        What is to be expected where nothing is known; estimated from `factors` when not given.
    works : sequence of Work, optional
        Works that are thought of; those of the catalogue by default.

    Returns
    -------
    Scores
        A parcel that an exclusion layer excludes has score 0, class N2 and no limiting factor.

    Raises
    ------
    UsageError
        An unknown herb, factor or method, a negative weight, or only zero weights.
    """
    chosen = list(herbs) if herbs is not None else list(catalogue.herbs)
    _check_names([*chosen, *(weights or {})], catalogue, method)
    _check_weights(weights or {}, catalogue)
    requirements = {herb_id: catalogue.requirements_of(herb_id) for herb_id in chosen}
    works = catalogue.works if works is None else works
    columns, land = factors.columns(), factors.land_codes()
    if expectations is None or not expectations.cover(requirements):
        expectations = expect(columns, land, requirements, works)
    now = compile_requirements(requirements, weights, expectations=expectations.current)
    then = compile_requirements(requirements, weights, expectations=expectations.after(works), works=works)
    result, potential = _both_sides(factors, now, then, method, mended=bool(works))
    deciding = find_deciding(columns, land, now, method)
    # What is certainly not suitable has nothing left to measure, unless for whether works mend it.
    deciding[result.excluded & (potential.lower == potential.upper)] = -1
    known = _share_known(now.weight_table(), factors)
    unsourced = np.array([catalogue.reference_only(herb_id) for herb_id in chosen], dtype=bool)
    ids, bounds = tuple(factors.parcel_ids), bounds or ClassBounds()
    sides = result, potential
    return Scores(ids, tuple(chosen), *sides, known, deciding, unsourced, bounds, method, expectations)


def _both_sides(
    factors: Factors, now: Compiled, then: Compiled, method: Method, *, mended: bool
) -> tuple[KernelResult, KernelResult]:
    """The land as it lies and after works, with what a layer excludes out of the question."""
    columns, land = factors.columns(), factors.land_codes()
    result = run_kernel(columns, now, land=land, method=method)
    potential = run_kernel(columns, then, land=land, method=method) if mended else result
    # Expectations may come from elsewhere; works never make it worse.
    np.maximum(potential.numbers, result.numbers, out=potential.numbers)
    out = factors.excluded()
    for each in {id(result): result, id(potential): potential}.values():
        _exclude(each, out)
    return result, potential


def _share_known(weights: np.ndarray, factors: Factors) -> np.ndarray:
    """Share of the weight (H, N) whose factors are known; added up one by one, so that company changes no bit."""
    known = factors.values[list(FACTORS)].notna().to_numpy(dtype=float)
    share = np.zeros((len(weights), len(known)))
    for column, weight in zip(known.T, weights.T, strict=True):
        if weight.any():
            share += weight[:, None] * column
    return share


def expect(
    columns: FactorColumns,
    land: np.ndarray,
    requirements: Mapping[str, Sequence[Requirement]],
    works: Sequence[Work],
) -> Expectations:
    """Estimate what is to be expected where nothing is known, as parcels lie and after works."""
    current = estimate_expectations(columns, land, compile_requirements(requirements))
    if not works:
        return Expectations(current, current)
    after = compile_requirements(requirements, works=works)
    return Expectations(current, estimate_expectations(columns, land, after))


def _exclude(result: KernelResult, excluded: np.ndarray) -> None:
    """Put the parcels (n,) that a layer excludes out of the question for every herb."""
    result.numbers[:, :, excluded] = 0.0
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
