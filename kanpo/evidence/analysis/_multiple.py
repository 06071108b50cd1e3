"""The distribution of the largest of several correlated t statistics: Tukey, Dunnett, letters.

All three have the form P(max <= c) = E[R(c s)], s the root of a mean square with its degrees of
freedom over the true one and R a function of one variable: the probability that the range (or the
greatest modulus) of standard normals does not exceed its argument. R is tabulated once, so that
thousands of comparisons cost nothing, and each may have degrees of freedom of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import interpolate, optimize, special, stats

from kanpo.evidence.analysis._projection import Floats

#: The table of R: arguments from 0, beyond which R is 1 to double precision.
_LONGEST, _STEPS = 16.0, 1601
_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(200)
_SCALE_NODES, _SCALE_WEIGHTS = np.polynomial.legendre.leggauss(96)
_DRAWS, _DRAWS_AT_ONCE = 2**15, 2**12
#: From more different degrees of freedom than this, p is interpolated over 1/df.
_MOST_DF, _NODES_DF = 48, 24


class LargestOf:
    """P(largest <= c) for statistics with a common (or each its own) number of degrees of freedom.

    Parameters
    ----------
    table : array
        R at equal steps from 0 to `_LONGEST`.
    """

    def __init__(self, table: Floats) -> None:
        points = np.linspace(0, _LONGEST, _STEPS)
        self._beyond = interpolate.CubicSpline(points, 1 - table)
        self._known: dict[tuple[float, float], float] = {}

    def p_value(self, c: Floats, df: Floats) -> Floats:
        """P(largest > c), for each c with its df."""
        c, df = np.broadcast_arrays(np.atleast_1d(c).astype(float), np.atleast_1d(df).astype(float))
        result = np.full(c.shape, np.nan)
        # A thousandth of a degree of freedom changes p by less than it is printed with.
        df = np.round(df, 3)
        known = np.isfinite(c) & np.isfinite(df)
        distinct = np.unique(df[known])
        if len(distinct) > _MOST_DF:
            nodes = _between(distinct)
            table = np.column_stack([self._beyond_at(c[known], float(one)) for one in nodes])
            result[known] = _interpolated(1 / nodes, table, 1 / df[known])
        else:
            for one in distinct:
                mine = (df == one) & known
                result[mine] = self._beyond_at(c[mine], float(one))
        return np.clip(result, 0.0, 1.0)

    def _beyond_at(self, c: Floats, df: float) -> Floats:
        scale, weight = scales(df)
        return np.asarray(self._beyond(np.minimum(c[:, None] * scale, _LONGEST)) @ weight)

    def critical(self, df: float, level: float = 0.05) -> float:
        """The c that is exceeded with probability `level`."""
        if (df, level) not in self._known:
            high = _LONGEST
            while self._exceeds(high, df) > level:
                high *= 2
            found = optimize.brentq(lambda c: self._exceeds(c, df) - level, 0.0, high, xtol=1e-12)
            self._known[(df, level)] = float(found)
        return self._known[(df, level)]

    def _exceeds(self, c: float, df: float) -> float:
        scale, weight = scales(df)
        return float(self._beyond(np.minimum(c * scale, _LONGEST)) @ weight)

    def criticals(self, df: Floats) -> Floats:
        """`critical` for many degrees of freedom; of many, interpolated over 1/df."""
        df = np.round(df, 3)
        distinct = np.unique(df[np.isfinite(df)])
        if not len(distinct):
            return np.full(df.shape, np.nan)
        many = len(distinct) > _MOST_DF
        distinct = _between(distinct) if many else distinct
        found = np.array([self.critical(float(one)) for one in distinct])
        if not many:
            position = np.clip(np.searchsorted(distinct, df), 0, len(distinct) - 1)
            return np.where(np.isfinite(df), found[position], np.nan)
        return np.asarray(interpolate.BarycentricInterpolator(1 / distinct, found)(1 / df))


def _between(df: Floats) -> Floats:
    """Degrees of freedom from the least to the most, Chebyshev's points of 1/df."""
    ends = 1 / df[[0, -1]]
    bow = np.cos(np.linspace(0, np.pi, _NODES_DF))
    found: Floats = np.sort(1 / (ends.mean() + (ends[0] - ends[1]) / 2 * bow))
    return found


def _interpolated(nodes: Floats, table: Floats, at: Floats) -> Floats:
    """Each row of `table` (m, nodes) as a polynomial, at one point of its own (barycentric)."""
    gaps = (nodes[:, None] - nodes) / np.ptp(nodes)
    np.fill_diagonal(gaps, 1.0)
    weight = 1 / gaps.prod(axis=1)
    distance = at[:, None] - nodes
    hit = np.abs(distance) < 1e-15
    share = weight / np.where(hit, 1.0, distance)
    share = np.where(hit.any(axis=1, keepdims=True), hit, share)
    found: Floats = (share * table).sum(axis=1) / share.sum(axis=1)
    return found


@lru_cache(maxsize=256)
def scales(df: float) -> tuple[Floats, Floats]:
    """Nodes and weights for an average over s = sqrt(chi2/df)."""
    if df > 1e6:
        return np.ones(1), np.ones(1)
    ends = np.sqrt(stats.chi2.ppf([1e-14, 1 - 1e-14], df) / df)
    half = (ends[1] - ends[0]) / 2
    s = ends.mean() + half * _SCALE_NODES
    weight = half * _SCALE_WEIGHTS * stats.chi2.pdf(df * s**2, df) * 2 * df * s
    return s, weight / weight.sum()


@lru_cache(maxsize=64)
def range_of(count: int) -> LargestOf:
    """The studentised range of `count` means (Tukey; Kramer's form for unequal numbers)."""
    points = np.linspace(0, _LONGEST, _STEPS)
    z, weight = 9 * _NODES, 9 * _NODE_WEIGHTS * stats.norm.pdf(9 * _NODES)

    def inside(w: Floats) -> Floats:
        gap = special.ndtr(z) - special.ndtr(z - w[:, None])
        return np.asarray(count * (gap ** (count - 1)) @ weight)

    return LargestOf(_by_pieces(inside, points))


def largest_modulus(correlation: Floats) -> LargestOf:
    """The greatest modulus of normals with a correlation matrix (Dunnett's many-to-one test).

    Where every correlation is a product of two numbers (means with independent errors), by
    quadrature; else from 32,768 scrambled Sobol points with a fixed seed (error about 0.001).
    """
    loadings = _loadings(correlation)
    points = np.linspace(0, _LONGEST, _STEPS)
    if loadings is None:
        return LargestOf(_sampled(correlation, points))
    z, weight = 9 * _NODES, 9 * _NODE_WEIGHTS * stats.norm.pdf(9 * _NODES)
    # With equal numbers of plots all loadings are equal, however many means there are.
    distinct, times = np.unique(np.round(loadings, 12), return_counts=True)

    def inside(w: Floats) -> Floats:
        total = np.ones((len(w), len(z)))
        for loading, power in zip(distinct, times, strict=True):
            rest = np.sqrt(1 - loading**2)
            shift = loading * z / rest
            reach = w[:, None] / rest
            total *= (special.ndtr(reach - shift) - special.ndtr(-reach - shift)) ** power
        return np.asarray(total @ weight)

    return LargestOf(_by_pieces(inside, points))


def _by_pieces(inside: Callable[[Floats], Floats], points: Floats) -> Floats:
    return np.minimum(np.concatenate([inside(piece) for piece in np.array_split(points, 8)]), 1.0)


def _loadings(correlation: Floats) -> Floats | None:
    """Numbers whose products are the correlations, or None."""
    size = len(correlation)
    if size == 1:
        return np.zeros(1)
    if size == 2:
        rho = correlation[0, 1]
        return np.array([1.0, np.sign(rho)]) * np.sqrt(abs(rho)) if abs(rho) < 1 - 1e-9 else None
    a, b, c = correlation[0, 1], correlation[0, 2], correlation[1, 2]
    if min(a, b, c) <= 0:
        return None
    first = np.sqrt(a * b / c)
    found: Floats = np.concatenate([[first], correlation[0, 1:] / first])
    product = np.outer(found, found)
    np.fill_diagonal(product, 1.0)
    fits = np.allclose(product, correlation, atol=1e-7) and bool((np.abs(found) < 1 - 1e-9).all())
    return found if fits else None


def _sampled(correlation: Floats, points: Floats) -> Floats:
    values, vectors = np.linalg.eigh(correlation)
    kept = values > 1e-10
    root = vectors[:, kept] * np.sqrt(values[kept])
    draws = stats.qmc.MultivariateNormalQMC(np.zeros(root.shape[1]), seed=1)
    pieces = [
        np.abs(draws.random(_DRAWS_AT_ONCE) @ root.T).max(axis=1) for _ in range(0, _DRAWS, _DRAWS_AT_ONCE)
    ]
    largest = np.sort(np.concatenate(pieces))
    return np.searchsorted(largest, points, side="right") / _DRAWS


def compact_letters(order: npt.NDArray[np.int64], differs: npt.NDArray[np.bool_]) -> list[str]:
    """Letters such that two means share one if and only if they do not differ significantly.

    Insert and absorb (Piepho 2004, J. Comput. Graph. Stat. 13, 456-466); ``a`` goes to the first
    in `order`.

    Parameters
    ----------
    order : array of int
        The means from the greatest down.
    differs : boolean array of shape (m, m)
    """
    sorted_differs = differs[np.ix_(order, order)]
    columns = _runs(sorted_differs)
    if columns is None:
        columns = _inserted(sorted_differs)
    columns.sort(key=lambda column: [place for place in range(len(order)) if column >> place & 1])
    letters = [""] * len(order)
    for number, column in enumerate(columns):
        for place, mean in enumerate(order):
            if column >> place & 1:
                letters[mean] += _letter(number)
    return letters


def _runs(differs: npt.NDArray[np.bool_]) -> list[int] | None:
    """Columns of letters (bit sets) where each mean differs from all beyond some place, as with equal errors."""
    size = len(differs)
    alike = np.triu(~differs, 1)
    reach = np.arange(size) + alike.sum(axis=1)
    contiguous = all(alike[i, i + 1 : reach[i] + 1].all() for i in range(size))
    if not contiguous or (np.diff(reach) < 0).any():
        return None
    starts = [i for i in range(size) if i == 0 or reach[i] > reach[i - 1]]
    return [(1 << int(reach[i] + 1)) - (1 << i) for i in starts]


def _inserted(differs: npt.NDArray[np.bool_]) -> list[int]:
    """Columns of letters for any pattern: split every column that holds a pair, drop what others hold."""
    columns = [(1 << len(differs)) - 1]
    for i, j in zip(*np.nonzero(np.triu(differs)), strict=True):
        one, other = 1 << int(i), 1 << int(j)
        split = [column for column in columns if column & one and column & other]
        if not split:
            continue
        rest = [column for column in columns if not (column & one and column & other)]
        new = {column & ~bit for column in split for bit in (one, other)}
        everything = rest + list(new)
        rest += [
            column
            for column in new
            if not any(column & bigger == column and column != bigger for bigger in everything)
            and column not in rest
        ]
        columns = rest
    return columns


def _letter(number: int) -> str:
    return "abcdefghijklmnopqrstuvwxyz"[number % 26] + "'" * (number // 26)
