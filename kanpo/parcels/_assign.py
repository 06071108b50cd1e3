"""Which pin belongs to which outline: likelihoods, the best one-to-one assignment, and its odds.

The model: a pin lies beside the centre of its parcel with a normal error on each axis, and its
registered area differs from the measured one by a log-normal error, seldom grossly. Some parcels
have no outline (their pins stand alone), and some outlines have no pin. The weight of a pair is how
many times likelier the pin is when it belongs to the outline than when both stand alone.

The best assignment is solved exactly. How sure each pair is, is its probability over all
assignments, weighted by their likelihood: the marginals of a monomer-dimer model, by belief
propagation, which converges on such models whatever the graph (Bayati and others, "Simple
deterministic approximation algorithms for counting matchings", STOC 2007).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching
from scipy.spatial import cKDTree

#: Share of pins that were put somewhere in their outline, not near its centre.
_ANYWHERE = 0.1
#: Standard deviation of ln(registered/measured) of a gross error (a typing error, a wrong plot).
_GROSS_SPREAD = 1.0
#: Pairs below this log weight are left out: they can move no probability by more than 0.0001.
_NEGLIGIBLE = -10.0
#: The fitted values start out as if they had been seen on this many pins.
_PRIOR_PINS = 50.0
#: So many neighbours tell how densely pins lie.
_DENSITY_PINS = 16
_SWEEPS = 150
_TOLERANCE = 1e-5
_FITS = 4


@dataclass(frozen=True, slots=True)
class JoinModel:
    """What is supposed of a register and its pins.

    Attributes
    ----------
    sigma_m : float
        Standard deviation of a pin's displacement on each axis, metres.
    area_sigma : float
        Standard deviation of ln(registered area / measured area).
    gross : float
        Share of registered areas that are grossly wrong.
    missing : float
        Share of the register's parcels that have no outline.
    registered : float
        Share of the outlines near pins that have a pin.
    """

    sigma_m: float = 15.0
    area_sigma: float = 0.10
    gross: float = 0.03
    missing: float = 0.2
    registered: float = 0.8


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs (e,) of a pin and an outline within reach, sorted by pin, then outline.

    Attributes
    ----------
    pin, outline : int array (e,)
        Positions.
    centre_m, edge_m : float array (e,)
        Distance from the pin to the centre of the outline, and to the outline (0 inside), metres.
    area_m2, perimeter_m : float array (e,)
        Of the outline.
    log_ratio : float array (e,)
        ln(registered area / measured area); NaN where either is unknown.
    evidence : float array (e,)
        Log odds from what else is known of the pair (land type, settlement, number).
    log_density : float array (pins,)
        ln of how many pins lie around the pin on each m².
    log_area_density : float array (pins,)
        ln of the density of ln(registered area) among all pins, at that of the pin.
    outlines : int
        How many outlines there are.
    """

    pin: np.ndarray
    outline: np.ndarray
    centre_m: np.ndarray
    edge_m: np.ndarray
    area_m2: np.ndarray
    perimeter_m: np.ndarray
    log_ratio: np.ndarray
    evidence: np.ndarray
    log_density: np.ndarray
    log_area_density: np.ndarray
    outlines: int

    @property
    def pins(self) -> int:
        """How many pins there are."""
        return len(self.log_density)


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen for each pin (pins,).

    Attributes
    ----------
    pair : int array
        Position of the chosen pair; -1 where the pin stands alone.
    probability : float array
        That the choice is right.
    margin : float array
        ln of how many times likelier the choice is than the second best of the pin.
    next_is_alone : bool array
        The second best is to stand alone.
    """

    pair: np.ndarray
    probability: np.ndarray
    margin: np.ndarray
    next_is_alone: np.ndarray


def solve(pairs: Pairs, model: JoinModel) -> Choice:
    """The best one-to-one assignment under the fitted model, and how sure each part of it is."""
    logs = log_weights(pairs, fit(pairs, model))
    paired, alone = probabilities(pairs, logs)
    chosen = best_assignment(pairs, logs)
    hit = chosen >= 0
    swaps = swap_odds(pairs, logs, chosen)
    kept = 1 / (1 + np.bincount(pairs.pin, swaps, pairs.pins))
    others = np.maximum(paired, swaps * kept[pairs.pin])
    others[chosen[hit]] = 0
    rival = np.zeros(pairs.pins)
    np.maximum.at(rival, pairs.pin, others)
    probability = alone.copy()
    probability[hit] = paired[chosen[hit]] * kept[hit]
    second = np.where(hit, np.maximum(rival, alone), rival)
    margin = np.log(np.maximum(probability, 1e-12) / np.maximum(second, 1e-12))
    return Choice(chosen, probability, margin, hit & (alone > rival))


def log_weights(pairs: Pairs, model: JoinModel) -> np.ndarray:
    """Log weights (e,) of the pairs against both standing alone."""
    variance = model.sigma_m**2
    at_centre = np.exp(-(pairs.centre_m**2) / (2 * variance)) / (2 * np.pi * variance)
    # The area of the outline and its blurred rim (Steiner's formula, exact for convex outlines).
    room = pairs.area_m2 + pairs.perimeter_m * model.sigma_m * np.sqrt(np.pi / 2) + 2 * np.pi * variance
    anywhere = np.exp(-(pairs.edge_m**2) / (2 * variance)) / room
    place = (1 - _ANYWHERE) * at_centre + _ANYWHERE * anywhere
    size = (1 - model.gross) * _normal(pairs.log_ratio, model.area_sigma)
    size = size + model.gross * _normal(pairs.log_ratio, _GROSS_SPREAD)
    area_odds = np.where(
        np.isnan(pairs.log_ratio), 0.0, np.log(np.maximum(size, 1e-300)) - pairs.log_area_density[pairs.pin]
    )
    prior = np.log(model.registered / (1 - model.registered)) - np.log(model.missing)
    place_odds = np.log(np.maximum(place, 1e-300)) - pairs.log_density[pairs.pin]
    return np.asarray(prior + place_odds + area_odds + pairs.evidence)


def _normal(x: np.ndarray, sigma: float) -> np.ndarray:
    return np.asarray(np.exp(-0.5 * (x / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi)))


def probabilities(pairs: Pairs, logs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Probability of each pair (e,), and of each pin to stand alone (pins,)."""
    kept = logs > _NEGLIGIBLE
    pin, outline, weight = pairs.pin[kept], pairs.outline[kept], np.exp(np.minimum(logs[kept], 60.0))
    free_pin, free_outline, found = np.ones(len(pin)), np.ones(len(pin)), np.zeros(len(pin))
    for _ in range(_SWEEPS):
        free_pin = np.sqrt(free_pin * _free(pin, weight * free_outline, pairs.pins))
        free_outline = np.sqrt(free_outline * _free(outline, weight * free_pin, pairs.outlines))
        odds = weight * free_pin * free_outline
        before, found = found, odds / (1 + odds)
        if not len(found) or np.abs(found - before).max() < _TOLERANCE:
            break
    alone = 1 / (1 + np.bincount(pin, weight * free_outline, pairs.pins))
    paired = np.zeros(len(logs))
    paired[kept] = found
    return paired, alone


def _free(node: np.ndarray, pull: np.ndarray, size: int) -> np.ndarray:
    """Chance that the node of each pair is free but for that pair."""
    others = np.bincount(node, pull, size)[node] - pull
    return np.asarray(1 / (1 + np.maximum(others, 0.0)))


def fit(pairs: Pairs, model: JoinModel) -> JoinModel:
    """The model with its values moved to what these pins show (expectation and maximisation).

    Few pins move it little. The displacement stays within half and twice the supposed one.
    """
    start = model
    reached = len(np.unique(pairs.outline[pairs.edge_m <= 2 * start.sigma_m]))
    if not reached:
        return model
    known = ~np.isnan(pairs.log_ratio)
    for _ in range(_FITS):
        paired, _alone = probabilities(pairs, log_weights(pairs, model))
        linked = paired.sum()
        close = _normal(pairs.log_ratio, model.area_sigma) * (1 - model.gross)
        wide = _normal(pairs.log_ratio, _GROSS_SPREAD) * model.gross
        fine = np.where(
            known, paired * np.divide(close, close + wide, where=known, out=np.zeros(len(close))), 0
        )
        squares = np.where(known, fine * pairs.log_ratio**2, 0).sum()
        model = replace(
            model,
            sigma_m=_bounded(
                np.sqrt(_shrunk((paired * pairs.centre_m**2).sum() / 2, linked, start.sigma_m**2)),
                start.sigma_m / 2,
                start.sigma_m * 2,
            ),
            area_sigma=_bounded(np.sqrt(_shrunk(squares, fine.sum(), start.area_sigma**2)), 0.03, 0.5),
            missing=_bounded(_shrunk(pairs.pins - linked, pairs.pins, start.missing), 0.02, 0.95),
            registered=_bounded(_shrunk(linked, reached, start.registered), 0.02, 0.98),
        )
    return model


def _shrunk(total: float, count: float, prior: float) -> float:
    return float((total + _PRIOR_PINS * prior) / (count + _PRIOR_PINS))


def _bounded(value: float, least: float, most: float) -> float:
    return float(min(max(value, least), most))


def best_assignment(pairs: Pairs, logs: np.ndarray) -> np.ndarray:
    """The pair (pins,) of each pin in the most likely one-to-one assignment; -1 where it stands alone.

    Exact: every pin has a column of its own for standing alone, so that a full matching exists.
    """
    chosen = np.full(pairs.pins, -1)
    # A pair of weight below 1 is never part of the best: both alone would be better.
    worth = np.flatnonzero(logs > 0)
    if not len(worth):
        return chosen
    # The solver takes a zero for no edge; a constant on every edge changes nothing.
    own = np.arange(pairs.pins)
    cost = np.concatenate([-logs[worth], np.zeros(pairs.pins)])
    cost += 1.0 - cost.min()
    row = np.concatenate([pairs.pin[worth], own])
    column = np.concatenate([pairs.outline[worth], pairs.outlines + own])
    graph = csr_array((cost, (row, column)), shape=(pairs.pins, pairs.outlines + pairs.pins))
    rows, columns = min_weight_full_bipartite_matching(graph)
    taken = np.full(pairs.pins, -1)
    taken[rows] = columns
    hit = worth[taken[pairs.pin[worth]] == pairs.outline[worth]]
    chosen[pairs.pin[hit]] = hit
    return chosen


def swap_odds(pairs: Pairs, logs: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Odds (e,) that the pin takes the outline of this pair and its pin takes the pin's in turn.

    Belief propagation takes such an exchange of two pins for all but impossible once one of the two
    ways is likelier (on two pins and two outlines it finds the likelier way only), so that its
    odds are added on their own. Zero for pairs that offer no exchange.
    """
    odds = np.zeros(len(logs))
    holder = np.full(pairs.outlines, -1)
    hit = np.flatnonzero(chosen >= 0)
    holder[pairs.outline[chosen[hit]]] = hit
    other = holder[pairs.outline]
    able = np.flatnonzero((other >= 0) & (other != pairs.pin) & (chosen[pairs.pin] >= 0))
    if not len(able):
        return odds
    mine, theirs = chosen[pairs.pin[able]], chosen[other[able]]
    code = pairs.pin * pairs.outlines + pairs.outline
    wanted = other[able] * pairs.outlines + pairs.outline[mine]
    back = np.minimum(np.searchsorted(code, wanted), len(code) - 1)
    there = code[back] == wanted
    gain = logs[able] + logs[back] - logs[mine] - logs[theirs]
    odds[able[there]] = np.exp(np.minimum(gain[there], 0.0))
    return odds


def log_density(everywhere: np.ndarray, at: np.ndarray) -> np.ndarray:
    """ln of pins per m² (n,) around each place (n, 2), between one on 100 m² and one on 5 ha."""
    count = min(_DENSITY_PINS, len(everywhere) - 1)
    if count < 1:
        return np.full(len(at), -np.log(1500.0))
    radius = cKDTree(everywhere).query(at, [count + 1])[0][:, 0]
    return np.asarray(np.log(np.clip(count / (np.pi * np.maximum(radius, 0.1) ** 2), 1 / 50_000, 1 / 100)))


def log_area_density(every: np.ndarray, at: np.ndarray) -> np.ndarray:
    """ln of the density of ln(area) among all pins (m,), at each value (n,); 0 where unknown."""
    known = every[~np.isnan(every)]
    if not len(known):
        return np.zeros(len(at))
    width = 0.15 if len(known) >= 100 else 0.5
    step = width / 10
    least, cells = known.min() - 5 * width, int(np.ptp(known) / step) + 101
    counts = np.bincount(((known - least) / step).astype(int), minlength=cells) / (len(known) * step)
    bell = np.exp(-0.5 * (np.arange(-40, 41) / 10) ** 2)
    density = np.convolve(counts, bell / bell.sum(), mode="same")
    found = np.interp(at, least + (np.arange(len(density)) + 0.5) * step, density)
    return np.asarray(np.where(np.isnan(at), 0.0, np.log(np.maximum(found, 0.01))))
