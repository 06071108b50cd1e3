"""Requirements in the form that the kernel computes with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from kanpo.herbs import Requirement, Work
from kanpo.schema import FACTORS
from kanpo.suitability._membership import FLOOR, effective
from kanpo.suitability._shapes import flank, shifted, shifted_classes, shifted_thrice, spread_of
from kanpo.suitability._works import NO_LAND_TYPE, can_be_done, turns_after, works_for

#: Herb id and factor to the effective membership to be expected on each type of land, (L,) with the
#: land of no known type last.
Expectations = Mapping[tuple[str, str], tuple[float, ...]]
#: Halvings after which two neighbouring doubles are left of any interval.
_HALVINGS = 60
Way = Callable[[np.ndarray], np.ndarray]
_NO_EXPECTATION = (float("nan"),) * (NO_LAND_TYPE + 1)


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """One distinct curve, seen strictly, as it is written and kindly, with the works that move its factor.

    `share` is by how much of its flank the row may be off.
    """

    requirement: Requirement
    share: float
    works: tuple[Work, ...] = ()

    @property
    def factor(self) -> str:
        """Key of the factor."""
        return self.requirement.factor

    def judge(self, column: np.ndarray, land: np.ndarray, sense: int, *, hopeful: bool = True) -> np.ndarray:
        """Effective memberships (n,) of a column: numbers with NaN or class codes with −1; NaN where unknown.

        Parameters
        ----------
        land : ndarray (n,)
            Codes of the land type, `NO_LAND_TYPE` where it is not known.
        sense : {-1, 0, 1}
            Strictly, as it is written, or kindly.
        hopeful : bool
            Whether a work that asks for a type of land counts where the type is not known.
        """
        used = self._effective(column, sense)
        for work in self.works:
            better = np.maximum(used, self._effective(work.after(column, self.requirement), sense))
            used = (
                np.where(can_be_done(work, land, hopeful=hopeful), better, used)
                if work.land_types
                else better
            )
        return used

    def logs(self, column: np.ndarray, land: np.ndarray, out: np.ndarray) -> None:
        """Put the natural logarithms of the five numbers of n parcels in `out` (5, n).

        They are those of `KernelResult.numbers`: the curve seen strictly, as it is written (three times), and
        kindly. A work that asks for a type of land that is not known counts from the point on.
        """
        if not self.works and FACTORS[self.factor].kind == "number" and self.requirement.kind == "trapezoid":
            three = out[:3]
            shifted_thrice(self.requirement, column, self.share, three, np.empty_like(three))
            self._take_log(effective(self.requirement, three, out=three))
            out[4] = out[2]
        else:
            asks = any(work.land_types for work in self.works) and bool((land == NO_LAND_TYPE).any())
            for number, sense in ((0, -1), (1, 0), (4, 1)):
                out[number] = self.judge(column, land, sense, hopeful=number > 1 or not asks)
                self._take_log(out[number])
            if asks:
                out[2] = out[3] = self.judge(column, land, 0)
                self._take_log(out[2:4])
                return
        out[2] = out[3] = out[1]

    def _take_log(self, used: np.ndarray) -> None:
        """Put the logarithm of effective memberships in their place; NaN becomes that of the least.

        Few values lie on a flank, and the logarithm costs more than all else here.
        """
        least = 0.0 if self.requirement.knock_out else FLOOR
        flank = (used > least) & (used < 1.0)
        logs = np.log(used[flank])
        np.copyto(used, np.where(used >= 1.0, 0.0, _log(least)))
        used[flank] = logs

    def _effective(self, column: np.ndarray, sense: int) -> np.ndarray:
        share = sense * self.share
        if FACTORS[self.factor].kind == "number":
            memberships = shifted(self.requirement, column, share)
            return effective(self.requirement, memberships, out=memberships)
        # Code −1 takes the NaN behind the last class.
        return effective(self.requirement, shifted_classes(self.requirement, share)[column])

    def extremes(self, land_code: int, sense: int) -> tuple[float, float]:
        """Least and greatest effective membership over all values that are physically possible."""
        values = self._trials(sense)
        land = np.full(len(values), land_code)
        least = self.judge(values, land, sense, hopeful=False).min()
        return float(least), float(self.judge(values, land, sense).max())

    def extremes_within(
        self, low: np.ndarray, high: np.ndarray, land: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Effective memberships (n,) over a range of each of n parcels, both ends included.

        Returns
        -------
        tuple of ndarray
            The least of the curve seen strictly, the least and the greatest of it as it is written, and
            the greatest of it seen kindly.
        """
        strict, plain, kind = (
            [np.clip(np.full(len(low), value), low, high) for value in self._trials(sense)]
            for sense in (-1, 0, 1)
        )
        if FACTORS[self.factor].kind != "number":
            strict, plain, kind = (
                [value.astype(np.int8) for value in values] for values in (strict, plain, kind)
            )
        least = [
            np.min([self.judge(value, land, sense, hopeful=False) for value in values], axis=0)
            for sense, values in ((-1, strict), (0, plain))
        ]
        most = [
            np.max([self.judge(value, land, sense) for value in values], axis=0)
            for sense, values in ((0, plain), (1, kind))
        ]
        return least[0], least[1], most[0], most[1]

    def _trials(self, sense: int) -> np.ndarray:
        """Values among which the least and the greatest membership are: ends, turns and where works begin to help."""
        factor = FACTORS[self.factor]
        if factor.kind != "number":
            return np.arange(len(factor.classes), dtype=np.int8)
        assert factor.minimum is not None and factor.maximum is not None
        reach = self.share * flank(self.requirement)
        turns = [x + move for x in self.requirement.turns for move in (-reach, 0.0, reach)]
        turns += [x for work in self.works for x in turns_after(work, self.requirement, turns)]
        inside = [x for x in turns if factor.minimum <= x <= factor.maximum]
        values = np.unique(np.array([factor.minimum, factor.maximum, *inside], dtype=float))
        return np.concatenate([values, *self._crossings(values, sense)])

    def _crossings(self, values: np.ndarray, sense: int) -> list[np.ndarray]:
        """Where, between neighbouring values, two ways to treat the land are worth the same.

        There the better of the two may be worth least: one falls and the other rises.
        """
        ways = [lambda x: x, *(lambda x, work=work: work.after(x, self.requirement) for work in self.works)]
        found = []
        for one, other in combinations(ways, 2):

            def differ(x: np.ndarray, one: Way = one, other: Way = other) -> np.ndarray:
                return self._effective(one(x), sense) - self._effective(other(x), sense)

            before = differ(values)
            turn = np.flatnonzero(before[:-1] * before[1:] < 0)
            left, right = values[turn], values[turn + 1]
            for _ in range(_HALVINGS if len(turn) else 0):
                middle = (left + right) / 2
                same = differ(middle) * before[turn] > 0
                left, right = np.where(same, middle, left), np.where(same, right, middle)
            found += [left, right]
        return found


@dataclass(frozen=True, eq=False)
class Compiled:
    """Requirements of H herbs, with each of the R distinct curves kept once.

    `factor_of` (R,) is the position of a curve's factor in `FACTORS`; `curves_of` has for each herb
    the positions of its curves, in the order of the factors, and `weights_of` their weights (m, 1),
    which sum to 1. `worst` and `best` (3, R, L) are the least and greatest effective membership of
    a curve seen strictly, as written and kindly, on each type of land and, last, on land of no known type;
    `expected` (R, L) is what enters the point where a value is not known.
    `fills` (R, 5, L) are the logarithms that enter the five numbers of `KernelResult` where a value
    is not known. `tables` has for each curve of classes the logarithms (5, L·(K + 1)) by type of land,
    and in it by class, the unknown one last; None for a curve of numbers.
    """

    herb_ids: tuple[str, ...]
    judges: tuple[Judge, ...]
    factor_of: np.ndarray
    curves_of: tuple[np.ndarray, ...]
    weights_of: tuple[np.ndarray, ...]
    worst: np.ndarray
    best: np.ndarray
    expected: np.ndarray
    fills: np.ndarray
    tables: tuple[np.ndarray | None, ...]

    @cached_property
    def places(self) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray], ...]:
        """The curve (H,), its factor (H, 1) and its weight (H, 1) that each herb has in its first place, its second, …

        A herb that has fewer repeats its last.
        """
        longest = max(map(len, self.curves_of), default=0)
        if not longest:
            return ()
        padded = [
            np.append(curves, [curves[-1]] * (longest - len(curves))).astype(np.intp)
            for curves in self.curves_of
        ]
        weights = [
            np.append(weight[:, 0], [weight[-1, 0]] * (longest - len(weight))) for weight in self.weights_of
        ]
        curves, weight = np.array(padded).reshape(-1, longest), np.array(weights).reshape(-1, longest, 1)
        # A weight of 0 is too small here to count, and −inf stays −inf under it.
        weight = np.maximum(weight, 1e-300)
        return tuple(
            (curves[:, at], self.factor_of[curves[:, at]][:, None], weight[:, at]) for at in range(longest)
        )

    def weight_table(self) -> np.ndarray:
        """Weight of each factor for each herb, (H, F)."""
        table = np.zeros((len(self.herb_ids), len(FACTORS)))
        for herb, curves in enumerate(self.curves_of):
            table[herb, self.factor_of[curves]] = self.weights_of[herb][:, 0]
        return table


def compile_requirements(
    requirements: Mapping[str, Sequence[Requirement]],
    weights: Mapping[str, Mapping[str, float]] | None = None,
    *,
    expectations: Expectations | None = None,
    works: Sequence[Work] = (),
    spread: Mapping[str, float] | None = None,
) -> Compiled:
    """Bring the requirements of several herbs into the form that the kernel computes with.

    Parameters
    ----------
    requirements : mapping
        Herb id to its requirements, one for each factor at most; `weights` are in place of their own.
    expectations : mapping, optional
        What is expected where nothing is known. NaN, or no entry: the middle of worst and best.
    works : sequence of Work
        Works that may be done: memberships are those after the best of them, none included.
    spread : mapping, optional
        Confidence to the share of its flank by which a curve may be off, in place of `SPREAD`.
    """
    order = {key: position for position, key in enumerate(FACTORS)}
    distinct: dict[tuple[object, ...], int] = {}
    judges: list[Judge] = []
    expected: list[tuple[float, ...]] = []
    curves_of, weights_of = [], []
    for herb_id, needed in requirements.items():
        own = (weights or {}).get(herb_id, {})
        given = {curve.factor: own.get(curve.factor, curve.weight) for curve in needed}
        total = sum(given.values())
        curves = sorted(needed, key=lambda curve: order[curve.factor])
        positions = []
        for curve in curves:
            share = spread_of(curve) if spread is None else spread_of(curve, spread)
            shape = (curve.corners, curve.bell, curve.points, tuple(sorted(curve.classes.items())))
            hope = (expectations or {}).get((herb_id, curve.factor), _NO_EXPECTATION)
            moves = works_for(works, herb_id, curve.factor)
            key = (curve.factor, shape, curve.knock_out, share, hope, moves)
            if key not in distinct:
                distinct[key] = len(judges)
                expected.append(hope)
                judges.append(Judge(curve, share, moves))
            positions.append(distinct[key])
        curves_of.append(np.array(positions, dtype=np.intp))
        weights_of.append(np.array([given[curve.factor] / total for curve in curves])[:, None])
    worst, best, hopes = _ends(judges, expected)
    fills = _log(np.stack([worst[0], worst[1], hopes, best[1], best[2]], axis=1))
    return Compiled(
        tuple(requirements),
        tuple(judges),
        np.array([order[judge.factor] for judge in judges], dtype=np.int8),
        tuple(curves_of),
        tuple(weights_of),
        worst,
        best,
        hopes,
        fills,
        tuple(_table(judge, fill) for judge, fill in zip(judges, fills, strict=True)),
    )


def _log(values: np.ndarray | float) -> np.ndarray:
    """The natural logarithm, −inf of 0."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(values))


def _ends(
    judges: Sequence[Judge], expected: Sequence[tuple[float, ...]]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Worst and best (3, R, L), and what is expected (R, L), kept between the two."""
    lands = range(NO_LAND_TYPE + 1)
    ends = np.array(
        [[[judge.extremes(land, sense) for land in lands] for judge in judges] for sense in (-1, 0, 1)]
    )
    worst, best = np.moveaxis(ends.reshape(3, len(judges), len(lands), 2), 3, 0)
    hopes = np.array(expected, dtype=float).reshape(len(judges), len(lands))
    hopes = np.where(np.isnan(hopes), (worst[1] + best[1]) / 2, np.clip(hopes, worst[1], best[1]))
    return worst, best, hopes


def _table(judge: Judge, fill: np.ndarray) -> np.ndarray | None:
    """The five logarithms of every class on every type of land, `fill` (5, L) for what is not known."""
    classes = FACTORS[judge.factor].classes
    if not classes:
        return None
    table = np.empty((5, NO_LAND_TYPE + 1, len(classes) + 1))
    codes = np.arange(len(classes), dtype=np.int8)
    with np.errstate(divide="ignore"):
        for land in range(NO_LAND_TYPE + 1):
            judge.logs(codes, np.full(len(codes), land), table[:, land, :-1])
    table[..., -1] = fill
    return table.reshape(5, -1)
