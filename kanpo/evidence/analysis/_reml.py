"""Variance components by residual maximum likelihood, and what follows for fixed effects.

The model is y = Xb + Zu + e with independent u of variance s2 * g_k for the k-th random term and e
of variance s2. The criterion is that of Patterson and Thompson (1971), profiled over b and s2 as in
Bates et al. (2015, J. Stat. Softw. 67(1), section 3.4). All random terms begin with one factor, so
that V falls into blocks; each block is handled through Z'Z (Woodbury), never as plots by plots.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg, optimize

from kanpo.evidence.analysis._design import Term
from kanpo.evidence.analysis._factor import Factor
from kanpo.evidence.analysis._projection import Cells, Floats, cells_of

#: A ratio of variances below this is none.
_NOTHING = 1e-8
_POLISH = 25


@dataclass(frozen=True, slots=True)
class _Group:
    """Plots whose random effects are shared with no other: columns' terms and cross-products."""

    term: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]
    z: Floats
    zz: Floats
    zx: Floats


@dataclass(frozen=True, slots=True)
class RandomTerms:
    """Random terms over plots, ready for any number of traits.

    Attributes
    ----------
    terms : tuple of Term
        Those that can be told from the residual.
    dropped : tuple of Term
        Those with one plot in each of their cells, or the same cells as another: no part of their own.
    """

    terms: tuple[Term, ...]
    dropped: tuple[Term, ...]
    x: Floats
    xx: Floats
    groups: tuple[_Group, ...]


def make_random(terms: Sequence[Term], factors: Mapping[str, Factor], x: Floats) -> RandomTerms:
    """Prepare the random terms of a model with the fixed columns `x`, shape (n, r)."""
    found = {term: cells_of(term, factors) for term in terms}
    kept: tuple[Term, ...] = ()
    for term in terms:
        size = len(found[term].levels)
        # As many cells as plots: that is the residual. The same cells as another term: that term again.
        twin = any(len(found[one].levels) == size == len(np.unique(_joint(found, term, one))) for one in kept)
        if size < len(x) and not twin:
            kept = (*kept, term)
    group_of = factors[terms[0][0]].codes
    groups = []
    for group in np.unique(group_of):
        rows = np.flatnonzero(group_of == group)
        blocks, owner = [], []
        for number, term in enumerate(kept):
            local, codes = np.unique(found[term].codes[rows], return_inverse=True)
            blocks.append(np.eye(len(local))[codes.reshape(-1)])
            owner += [number] * len(local)
        z = np.hstack(blocks) if blocks else np.zeros((len(rows), 0))
        groups.append(_Group(np.array(owner, dtype=np.int64), rows, z, z.T @ z, z.T @ x[rows]))
    return RandomTerms(kept, tuple(t for t in terms if t not in kept), x, x.T @ x, tuple(groups))


def _joint(found: Mapping[Term, Cells], one: Term, other: Term) -> npt.NDArray[np.int64]:
    """A number for each combination of the cells of two terms."""
    return found[one].codes * len(found[other].levels) + found[other].codes


@dataclass(frozen=True, slots=True)
class _State:
    """The criterion at one set of ratios, and the pieces its derivatives are made of."""

    criterion: float
    beta: Floats
    sigma2: float
    c: Floats
    gradient: Floats
    zhz: list[Floats]
    s: list[Floats]
    v: list[Floats]


def _state(random: RandomTerms, y: Floats, ratios: Floats) -> _State:
    """Everything at `ratios` (variance of each term over the residual variance)."""
    size, rank = random.x.shape
    xhx, xhy, yhy = random.xx.copy(), random.x.T @ y, float(y @ y)
    logdet = 0.0
    zhz, s_all, zhy = [], [], []
    for group in random.groups:
        root = np.sqrt(ratios[group.term])
        zy = group.z.T @ y[group.rows]
        inner = np.eye(len(root)) + root[:, None] * group.zz * root
        low = np.linalg.cholesky(inner)
        logdet += 2 * float(np.log(np.diag(low)).sum())
        right = root[:, None] * np.column_stack([group.zz, group.zx, zy])
        half = linalg.solve_triangular(low, right, lower=True, check_finite=False)
        q = len(root)
        hz, hx, hy = half[:, :q], half[:, q:-1], half[:, -1]
        xhx -= hx.T @ hx
        xhy -= hx.T @ hy
        yhy -= float(hy @ hy)
        zhz.append(group.zz - hz.T @ hz)
        s_all.append(group.zx - hz.T @ hx)
        zhy.append(zy - hz.T @ hy)
    factor = linalg.cho_factor(xhx, lower=True)
    beta = linalg.cho_solve(factor, xhy)
    sigma2 = max(yhy - float(xhy @ beta), 1e-300) / (size - rank)
    logdet += 2 * float(np.log(np.diag(factor[0])).sum()) + (size - rank) * float(np.log(sigma2))
    c = linalg.cho_solve(factor, np.eye(rank))
    v = [hy - s @ beta for hy, s in zip(zhy, s_all, strict=True)]
    gradient = np.zeros(len(random.terms))
    for group, one, s, residual in zip(random.groups, zhz, s_all, v, strict=True):
        each = np.diag(one) - np.einsum("ij,ij->i", s @ c, s) - residual**2 / sigma2
        np.add.at(gradient, group.term, each)
    return _State(logdet, beta, sigma2, c, gradient, zhz, s_all, v)


def _hessian(random: RandomTerms, state: _State) -> Floats:
    """Second derivatives of the deviance by the ratios and, last, the residual variance (observed)."""
    count, rank = len(random.terms), len(state.beta)
    traces, squares = np.zeros((count, count)), np.zeros((count, count))
    ss, sv, vv = np.zeros((count, rank, rank)), np.zeros((count, rank)), np.zeros(count)
    for group, zhz, s, v in zip(random.groups, state.zhz, state.s, state.v, strict=True):
        member = np.eye(count)[group.term]
        cross = s @ state.c @ s.T
        traces += member.T @ (zhz * (zhz - 2 * cross)) @ member
        squares += member.T @ (v[:, None] * zhz * v) @ member
        vv += member.T @ v**2
        for k in range(count):
            mine = group.term == k
            ss[k] += s[mine].T @ s[mine]
            sv[k] += s[mine].T @ v[mine]
    turned = state.c @ ss
    traces += np.einsum("iab,jba->ij", turned, turned)
    squares -= sv @ state.c @ sv.T
    size = random.x.shape[0]
    hessian = np.zeros((count + 1, count + 1))
    hessian[:count, :count] = -traces + 2 * squares / state.sigma2
    hessian[:count, count] = hessian[count, :count] = vv / state.sigma2**2
    hessian[count, count] = (size - rank) / state.sigma2**2
    return hessian


@dataclass(frozen=True, slots=True)
class RemlFit:
    """A fitted mixed model.

    Attributes
    ----------
    random : RandomTerms
    ratios : array
        Variance of each random term over `sigma2`; exactly 0 where the estimate lies at the border.
    sigma2 : float
        Residual variance.
    """

    random: RandomTerms
    ratios: Floats
    sigma2: float
    beta: Floats
    fitted: Floats
    _c: Floats
    _s: tuple[Floats, ...]
    _spread: Floats
    _inner: npt.NDArray[np.int64]

    def value(self, rows: Floats) -> Floats:
        """Estimates of linear functions, one for each row of shape (m, r)."""
        return rows @ self.beta

    def covariance(self, rows: Floats) -> Floats:
        """Their covariances, shape (m, m)."""
        return self.sigma2 * rows @ self._c @ rows.T

    def variance(self, rows: Floats) -> tuple[Floats, Floats]:
        """Variance and degrees of freedom of each (Satterthwaite, as lmerTest has them).

        Twice the squared variance over the variance of the variance, by the delta method with the
        observed information of the variance components. Components at the border have no part.
        """
        turned = rows @ self._c
        variance = self.sigma2 * np.einsum("ij,ij->i", turned, rows)
        slopes = [np.zeros(len(rows)) for _ in self._inner]
        for group, s in zip(self.random.groups, self._s, strict=True):
            reach = (turned @ s.T) ** 2
            for number, k in enumerate(self._inner):
                slopes[number] += self.sigma2 * reach[:, group.term == k].sum(axis=1)
        slope = np.column_stack([*slopes, variance / self.sigma2])
        spread = np.einsum("ij,jk,ik->i", slope, self._spread, slope)
        with np.errstate(divide="ignore", invalid="ignore"):
            return variance, np.maximum(2 * variance**2 / spread, 1.0)


def fit_reml(random: RandomTerms, y: Floats) -> RemlFit:
    """Fit by REML: a quasi-Newton search over relative standard deviations, ended by Newton's steps."""
    centre = float(y.mean())
    shifted = y - centre
    count = len(random.terms)

    def criterion(theta: Floats) -> tuple[float, Floats]:
        state = _state(random, shifted, theta**2)
        return state.criterion, 2 * theta * state.gradient

    ratios = np.zeros(count)
    if count:
        found = optimize.minimize(
            criterion, np.ones(count), jac=True, method="L-BFGS-B", bounds=[(0, 1e4)] * count
        )
        ratios = _polished(random, shifted, found.x**2)
    state = _state(random, shifted, ratios)
    inner = np.flatnonzero(ratios > 0)
    hessian = _hessian(random, state)[np.ix_([*inner, count], [*inner, count])]
    shift = np.linalg.lstsq(random.x, np.full(len(y), centre), rcond=None)[0]
    beta = state.beta + shift
    fitted = random.x @ beta
    for group, v in zip(random.groups, state.v, strict=True):
        fitted[group.rows] += group.z @ (ratios[group.term] * v)
    spread = np.asarray(2 * np.linalg.pinv(hessian, hermitian=True), dtype=np.float64)
    return RemlFit(
        random, ratios, state.sigma2, beta, fitted, state.c, tuple(state.s), spread, inner.astype(np.int64)
    )


def _polished(random: RandomTerms, y: Floats, ratios: Floats) -> Floats:
    """Newton's steps to full precision; a ratio that wants to be negative becomes 0."""
    ratios = np.where(ratios > _NOTHING, ratios, 0.0)
    state = _state(random, y, ratios)
    count = len(ratios)
    for _ in range(_POLISH):
        free = np.flatnonzero((ratios > 0) | (state.gradient < 0))
        if not len(free):
            break
        full = _hessian(random, state)
        cross = full[:count, count:]
        profile = (full[:count, :count] - cross @ cross.T / full[count, count])[np.ix_(free, free)]
        step = np.zeros(count)
        values, vectors = np.linalg.eigh(profile)
        values = np.maximum(np.abs(values), 1e-10 * np.abs(values).max(initial=1e-300))
        step[free] = -vectors @ ((vectors.T @ state.gradient[free]) / values)
        length = 1.0
        while length > 1e-6:
            tried = np.maximum(ratios + length * step, 0.0)
            tried[tried < _NOTHING] = 0.0
            new = _state(random, y, tried)
            if new.criterion <= state.criterion + 1e-12 * abs(state.criterion):
                break
            length /= 2
        else:
            break
        moved = np.abs(tried - ratios).max()
        ratios, state = tried, new
        if moved <= 1e-10 * max(1.0, float(ratios.max())):
            break
    return ratios
