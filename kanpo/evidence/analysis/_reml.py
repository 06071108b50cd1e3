"""Variance components by residual maximum likelihood, and what follows for fixed effects.

The model is y = Xb + Zu + e with independent u of variance s2 * g_k for the k-th random term and e
of variance s2. The criterion is that of Patterson and Thompson (1971), profiled over b and s2 as in
Bates et al. (2015, J. Stat. Softw. 67(1), section 3.4). All random terms begin with one factor, so
that V falls into blocks, handled together through Z'Z (Woodbury), never as plots by plots.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import optimize

from kanpo.evidence.analysis._design import Term
from kanpo.evidence.analysis._factor import Factor
from kanpo.evidence.analysis._projection import Cells, Floats, cells_of

#: A ratio of variances below this is none.
_NOTHING = 1e-8
#: And one above this leaves no residual.
_LARGEST = 1e8
_STEPS = 40


@dataclass(frozen=True, slots=True)
class RandomTerms:
    """Random terms over plots, ready for any number of traits.

    Plots fall into G groups that share no random effect; each has up to Q effects. Where it has
    fewer, columns of zeros fill up, which change nothing.

    Attributes
    ----------
    terms : tuple of Term
        Those that can be told from the residual.
    dropped : tuple of Term
        Those with one plot in each of their cells, or the same cells as another: no part of their own.
    x, xx : arrays of shape (n, r) and (r, r)
        Fixed columns and their cross-products.
    owner : array of shape (G, Q)
        Which term an effect belongs to.
    effect : array of shape (n, terms)
        The column (within its group) of each plot's effect of each term; `group` its group.
    zz, zx : arrays of shape (G, Q, Q) and (G, Q, r)
        Cross-products of the effects' indicators with themselves and with `x`.
    """

    terms: tuple[Term, ...]
    dropped: tuple[Term, ...]
    x: Floats
    xx: Floats
    group: npt.NDArray[np.int64]
    effect: npt.NDArray[np.int64]
    owner: npt.NDArray[np.int64]
    zz: Floats
    zx: Floats

    @property
    def member(self) -> Floats:
        """Which term each effect belongs to, as indicators of shape (G, Q, terms)."""
        return np.eye(len(self.terms))[self.owner]

    def collect(self, y: Floats) -> Floats:
        """Sums of plots' values over each effect, shape (G, Q)."""
        groups, width = self.owner.shape
        sums = np.zeros(groups * width)
        for column in self.effect.T:
            sums += np.bincount(self.group * width + column, y, minlength=groups * width)
        return sums.reshape(groups, width)


def make_random(terms: Sequence[Term], factors: Mapping[str, Factor], x: Floats) -> RandomTerms:
    """Prepare the random terms of a model with the fixed columns `x`, shape (n, r)."""
    found = {term: cells_of(term, factors) for term in terms}
    kept = _told_apart(found, len(x))
    _, group = np.unique(factors[terms[0][0]].codes, return_inverse=True)
    effect = np.zeros((len(x), len(kept)), dtype=np.int64)
    sizes = np.zeros(group.max() + 1, dtype=np.int64)
    owners: list[list[int]] = [[] for _ in sizes]
    for number, term in enumerate(kept):
        for one in range(len(sizes)):
            mine = group == one
            local, codes = np.unique(found[term].codes[mine], return_inverse=True)
            effect[mine, number] = sizes[one] + codes.reshape(-1)
            sizes[one] += len(local)
            owners[one] += [number] * len(local)
    widest = int(sizes.max(initial=0))
    owner = np.array([one + [0] * (widest - len(one)) for one in owners], dtype=np.int64)
    zz = np.zeros((len(sizes), widest, widest))
    zx = np.zeros((len(sizes), widest, x.shape[1]))
    for column in effect.T:
        np.add.at(zx, (group, column), x)
        for other in effect.T:
            np.add.at(zz, (group, column, other), 1.0)
    dropped = tuple(term for term in terms if term not in kept)
    shaped = owner.reshape(len(sizes), widest)
    return RandomTerms(kept, dropped, x, x.T @ x, group.astype(np.int64), effect, shaped, zz, zx)


def _told_apart(found: Mapping[Term, Cells], plots: int) -> tuple[Term, ...]:
    """The terms without those that have as many cells as plots, or the same cells as one before."""
    kept: tuple[Term, ...] = ()
    for term, cells in found.items():
        size = len(cells.levels)
        twins = [one for one in kept if len(found[one].levels) == size]
        joint = [found[one].codes * size + cells.codes for one in twins]
        if size < plots and not any(len(np.unique(both)) == size for both in joint):
            kept = (*kept, term)
    return kept


@dataclass(frozen=True, slots=True)
class State:
    """The criterion at one set of ratios, and the pieces its derivatives are made of.

    `zhz`, `s` and `v` are Z'H⁻¹Z, Z'H⁻¹X and Z'Py by group, H = V/s2.
    """

    criterion: float
    beta: Floats
    sigma2: float
    c: Floats
    gradient: Floats
    zhz: Floats
    s: Floats
    v: Floats


class _Products(NamedTuple):
    """Cross-products of the values: Z'y by group, X'y, y'y."""

    zy: Floats
    xy: Floats
    yy: float


def _state(random: RandomTerms, products: _Products, ratios: Floats) -> State:
    """Everything at `ratios` (variance of each term over the residual variance)."""
    size, rank = random.x.shape
    width = random.owner.shape[1]
    root = np.sqrt(ratios)[random.owner] if len(ratios) else np.zeros(random.owner.shape)
    zy, xy, yy = products
    low = np.linalg.cholesky(np.eye(width) + root[:, :, None] * random.zz * root[:, None, :])
    right = root[:, :, None] * np.concatenate([random.zz, random.zx, zy[:, :, None]], axis=2)
    # Batched inverses of small triangles are far quicker than solving them one by one.
    half = np.linalg.inv(low) @ right
    hz, hx, hy = half[:, :, :width], half[:, :, width:-1], half[:, :, -1]
    turned = hz.transpose(0, 2, 1)
    zhz, s, zhy = random.zz - turned @ hz, random.zx - turned @ hx, zy - (turned @ hy[:, :, None])[:, :, 0]
    flat = hx.reshape(-1, rank)
    xhx, xhy = random.xx - flat.T @ flat, xy - flat.T @ hy.reshape(-1)
    factor = np.linalg.cholesky(xhx)
    beta = np.linalg.solve(xhx, xhy)
    sigma2 = max(yy - float((hy**2).sum()) - float(xhy @ beta), 1e-30) / (size - rank)
    logdet = 2 * float(np.log(np.einsum("gii->gi", low)).sum() + np.log(np.diag(factor)).sum())
    c = np.linalg.inv(xhx)
    v = zhy - s @ beta
    each = np.einsum("gii->gi", zhz) - np.einsum("gir,rt,git->gi", s, c, s, optimize=True) - v**2 / sigma2
    gradient = np.einsum("gi,gik->k", each, random.member) if len(ratios) else np.zeros(0)
    return State(logdet + (size - rank) * float(np.log(sigma2)), beta, sigma2, c, gradient, zhz, s, v)


def traces_of(random: RandomTerms, state: State) -> tuple[Floats, Floats]:
    """Traces of P Z_k Z_k' P Z_l Z_l' for each pair of terms, and of each term's cross-products S_k' S_k.

    Returns
    -------
    arrays of shape (terms, terms) and (terms, r, r)
    """
    member = random.member
    cross = state.s @ state.c @ state.s.transpose(0, 2, 1)
    traces = (member.transpose(0, 2, 1) @ (state.zhz * (state.zhz - 2 * cross)) @ member).sum(axis=0)
    size = len(state.beta)
    each = [(state.s * member[:, :, [k]]).reshape(-1, size) for k in range(len(random.terms))]
    ss = np.array([one.T @ one for one in each]).reshape(-1, size, size)
    turned = state.c @ ss
    return traces + np.einsum("iab,jba->ij", turned, turned), ss


def _hessian(random: RandomTerms, state: State) -> Floats:
    """Second derivatives of the deviance by the ratios and, last, the residual variance (observed)."""
    count, member, v = len(random.terms), random.member, state.v
    traces, _ = traces_of(random, state)
    squares = (member.transpose(0, 2, 1) @ (v[:, :, None] * state.zhz * v[:, None, :]) @ member).sum(axis=0)
    sv = np.einsum("gir,gi,gik->kr", state.s, v, member, optimize=True)
    squares -= sv @ state.c @ sv.T
    size, rank = random.x.shape
    hessian = np.zeros((count + 1, count + 1))
    hessian[:count, :count] = -traces + 2 * squares / state.sigma2
    vv = np.einsum("gi,gik->k", v**2, member)
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
    beta : array of shape (r,)
        Fixed effects.
    state : State
        The criterion at the estimates, in units of `scale`.
    spread : array
        Covariances of the ratios that are not 0 (`inner`) and, last, the residual variance, in units
        of `scale`, from the observed information.
    """

    random: RandomTerms
    ratios: Floats
    beta: Floats
    fitted: Floats
    state: State
    scale: float
    spread: Floats
    inner: npt.NDArray[np.int64]

    @property
    def sigma2(self) -> float:
        """Residual variance."""
        return self.state.sigma2 * self.scale**2


def fit_reml(random: RandomTerms, y: Floats) -> RemlFit:
    """Fit by REML: Newton's steps from equal components; a quasi-Newton search where they fail."""
    centre = float(y.mean())
    # In units of the largest deviation, so that no square over- or underflows.
    scale = float(np.abs(y - centre).max())
    shifted = (y - centre) / scale
    products = _Products(random.collect(shifted), random.x.T @ shifted, float(shifted @ shifted))
    count = len(random.terms)
    ratios, settled = _newton(random, products, np.ones(count))
    if not settled:
        ratios, _ = _newton(random, products, _searched(random, products))
    state = _state(random, products, ratios)
    inner = np.flatnonzero(ratios > 0)
    hessian = _hessian(random, state)[np.ix_([*inner, count], [*inner, count])]
    shift = np.linalg.lstsq(random.x, np.full(len(y), centre), rcond=None)[0]
    fitted = random.x @ state.beta
    blups = ratios[random.owner] * state.v if count else state.v
    for column in random.effect.T:
        fitted += blups[random.group, column]
    fitted = centre + scale * fitted
    beta = shift + scale * state.beta
    spread = np.asarray(2 * np.linalg.pinv(hessian, hermitian=True), dtype=np.float64)
    return RemlFit(random, ratios, beta, fitted, state, scale, spread, inner.astype(np.int64))


def _searched(random: RandomTerms, products: _Products) -> Floats:
    """A search over relative standard deviations, as lme4 makes it."""

    def criterion(theta: Floats) -> tuple[float, Floats]:
        state = _state(random, products, theta**2)
        return state.criterion, 2 * theta * state.gradient

    count = len(random.terms)
    start, bounds = np.ones(count), [(0, 1e4)] * count
    found = optimize.minimize(criterion, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x, dtype=np.float64) ** 2


def _newton(random: RandomTerms, products: _Products, ratios: Floats) -> tuple[Floats, bool]:
    """Descend by Newton's steps; a ratio that wants to be negative becomes 0.

    Returns
    -------
    (array, bool)
        The ratios, and whether they are a minimum: no slope inside, none downwards at the border.
    """
    ratios = np.where(ratios > _NOTHING, ratios, 0.0)
    state = _state(random, products, ratios)
    for _ in range(_STEPS):
        if _is_minimum(ratios, state):
            return ratios, True
        step = _step(random, ratios, state)
        length = 1.0
        while length > 1e-8:
            tried = np.clip(ratios + length * step, 0.0, _LARGEST)
            tried[tried < _NOTHING] = 0.0
            new = _state(random, products, tried)
            if new.criterion <= state.criterion:
                break
            length /= 2
        else:
            break
        ratios, state = tried, new
    return ratios, _is_minimum(ratios, state, 1e-4)


def _is_minimum(ratios: Floats, state: State, tolerance: float = 1e-9) -> bool:
    inside = ratios > 0
    slopes = np.where(inside, np.abs(state.gradient * np.maximum(ratios, 1e-3)), -state.gradient)
    return bool((slopes < tolerance * len(state.c) + tolerance).all())


def _step(random: RandomTerms, ratios: Floats, state: State) -> Floats:
    """Newton's step of the deviance profiled over the residual variance, downhill in every direction."""
    count = len(ratios)
    free = np.flatnonzero((ratios > 0) | (state.gradient < 0))
    full = _hessian(random, state)
    cross = full[:count, count:]
    profile = (full[:count, :count] - cross @ cross.T / full[count, count])[np.ix_(free, free)]
    values, vectors = np.linalg.eigh(profile)
    values = np.maximum(np.abs(values), 1e-8 * np.abs(values).max(initial=1e-300))
    step = np.zeros(count)
    step[free] = -vectors @ ((vectors.T @ state.gradient[free]) / values)
    return step
