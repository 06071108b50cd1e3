"""Requirements and weights estimated anew from trials, held to the catalogue where trials say little."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kanpo.errors import InputUnusable, Place
from kanpo.evidence._response import Response
from kanpo.evidence._sampling import heavy, prior_draws, sample, unheavy
from kanpo.evidence._surface import Surface
from kanpo.herbs import Requirement, load_catalogue
from kanpo.locale import Text
from kanpo.suitability import FactorColumns

#: Prior standard deviations on the logarithmic scale: of a season, and of the error of a parcel's mean
#: yield (with the weight of so many observations). Our assumption.
SEASON_SD = 0.3
ERROR_SD, ERROR_WEIGHT = 0.25, 6
#: Standard deviation of the logarithm of the error's, such that it is as sure as so many observations.
_ERROR_LOG_SD = 1 / np.sqrt(2 * ERROR_WEIGHT)
#: The level of yield is left nearly free where none is given, once there are yields; and before.
_LEVEL_SD, LEVEL_SD_BEFORE = 3.0, 0.2
#: Steps of the search: derivatives are differences over so many prior sds to both sides, wide at first.
#: A bound or class just beyond what was tried has no derivative, but it has a difference.
_WIDTHS = (1.0,) * 6 + (0.5,) * 4 + (0.25,) * 4
_LAST_WIDTH = 0.5
#: How much of a step is tried; 0 stays.
_SHARES = (1.0, 0.5, 0.2, 0.05, 0.0)


#: Draws of what may be true; with 400 the mean of a site is known to a twentieth of its sd.
DRAWS = 400


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """D draws: parameters `z` (D, P) in prior units, and `log_yield` (D, N) of N sites."""

    z: np.ndarray
    log_yield: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """What is believed of a herb's requirements.

    The most probable z (P,) in prior units with its covariance (P, P) is what rows are proposed from:
    what no trial tells anything about stays exactly where the catalogue has it. Before any trial z is 0
    and the covariance the unit matrix. `drawn` (D, P) is how far from there the truth may be, and what
    sites are chosen by.

    `error_sd` is that of the mean of a parcel. `level` is the logarithm of the yield at a score of 1 (NaN
    without trials), `n` the parcel means that went in. `levels` (D,) is by how much the level is off its
    prior mean for each draw, give or take `level_sd`.
    """

    response: Response
    z: np.ndarray
    covariance: np.ndarray
    error_sd: float
    level: float
    n: int
    drawn: np.ndarray
    levels: np.ndarray
    level_sd: float

    def draw(self, columns: FactorColumns, count: int = DRAWS) -> Draws:
        """What may be true of sites: `count` of the draws at most, and the yields that follow.

        The response bends (no site is better than one where everything fits), so yields are drawn
        through it and not from a normal distribution of their own.
        """
        z = self.drawn[:count]
        return Draws(z, Surface(self.response, columns)(z))

    def expected(self, columns: FactorColumns) -> np.ndarray:
        """Relative yield (N,) expected of sites, the mean over the draws; NaN where nothing is known.

        Growing on the sites where it is greatest loses least on average (L. J. Savage 1954, The
        Foundations of Statistics); the yield at the most probable parameters is too hopeful of sites
        that are good only if every one of them holds.
        """
        return np.asarray(np.exp(self.draw(columns).log_yield).mean(axis=0))


def prior_of(
    requirements: Sequence[Requirement], weights: Mapping[str, float] | None = None, strength: float = 1.0
) -> Posterior:
    """What is believed of a herb before any trial."""
    response = Response(requirements, weights, strength)
    size = response.size
    drawn, levels = heavy(prior_draws(size, DRAWS)), np.zeros(DRAWS)
    return Posterior(
        response,
        np.zeros(size),
        np.eye(size),
        ERROR_SD,
        float("nan"),
        0,
        drawn,
        levels,
        LEVEL_SD_BEFORE,
    )


def learn(
    prior: Posterior,
    columns: FactorColumns,
    yields: np.ndarray,
    seasons: Sequence[str],
    level: tuple[float, float] | None = None,
) -> Posterior:
    """Estimate from the mean yields of parcels: the most probable parameters, and draws of what may be true.

    ln(yield) = level + season + exp(slope)·(least ln e + Σ w·ln e / W_K)/2 + error, with normal priors: of every bound,
    class and weight around the catalogue (`kanpo.evidence` says how wide), of the seasons around 0, of
    the level around `level`. The error's variance is the mean of what the residuals say and of its prior,
    which counts as much as six parcels. The search is Gauss and Newton's with derivatives averaged over
    the prior's width (statistical linearisation), and the covariance is that of the model so linearised.

    This is ridge regression towards the catalogue: with few parcels little moves, and what no trial
    tells anything about does not move at all.

    The draws are of the model as it is, not linearised, with the level and the seasons integrated out,
    the error's standard deviation drawn too, and heavy tails for how far a row may be off (`heavy`).

    Parameters
    ----------
    prior : Posterior
        As `prior_of` gives it.
    columns : mapping
        Factors of the parcels (n,), as `Factors.columns` gives them.
    yields : ndarray (n,)
        Above 0, in any one unit.
    seasons : sequence of str (n,)
        Parcels of one season share its shift.
    level : (float, float), optional
        Yield where everything fits, in the unit of `yields`, and its standard deviation on the
        logarithmic scale. It is what tells that all parcels tried disappoint alike; without it only
        differences between them teach.
    """
    fit, season, centre, level_sd = _fit_of(prior.response, columns, yields, seasons, level)
    size, count = prior.response.size, fit.fixed.shape[1] - 1
    start = 0.0 if level else -float(np.mean(prior.response.log_yield(columns, prior.z)))
    x, sigma = np.concatenate([prior.z, np.zeros(count), [start]]), prior.error_sd
    for width in _WIDTHS:
        x = fit.step(x, sigma, width)
        square = float((fit.misfit(x) ** 2).sum())
        sigma = float(np.sqrt((ERROR_WEIGHT * ERROR_SD**2 + square) / (ERROR_WEIGHT + len(yields))))
    covariance = np.linalg.inv(fit.normal(fit.design(x, _LAST_WIDTH), sigma))
    drawn, levels, left = _drawn(fit, season, level_sd, x[:size], sigma)
    return Posterior(
        prior.response,
        x[:size],
        covariance[:size, :size],
        sigma,
        float(x[-1]) + centre,
        len(yields),
        drawn,
        levels,
        left,
    )


def _fit_of(
    response: Response,
    columns: FactorColumns,
    yields: np.ndarray,
    seasons: Sequence[str],
    level: tuple[float, float] | None,
) -> tuple[_Fit, np.ndarray, float, float]:
    """The regression, the season (n,) of each yield, and the prior mean and sd of the level (logarithm)."""
    names, season = np.unique(np.asarray(seasons, dtype=str), return_inverse=True)
    centre, level_sd = (
        (float(np.log(level[0])), level[1]) if level else (float(np.log(yields).mean()), _LEVEL_SD)
    )
    fixed = np.zeros((len(yields), len(names) + 1))
    fixed[np.arange(len(yields)), season] = SEASON_SD
    fixed[:, -1] = 1.0
    trust = np.append(np.ones(response.size + len(names)), 1 / level_sd**2)
    return _Fit(response, columns, np.log(yields) - centre, fixed, trust), season, centre, level_sd


def _drawn(
    fit: _Fit, season: np.ndarray, level_sd: float, start: np.ndarray, sigma: float
) -> tuple[np.ndarray, np.ndarray, float]:
    """Draws (D, P) of the parameters, with the level (D,) expected for each and its standard deviation."""
    surface, size, count = Surface(fit.response, fit.columns), len(start), len(fit.y)
    together = SEASON_SD**2 * (season[:, None] == season)
    along, turn = np.linalg.eigh(together + level_sd**2)

    def likelihood(x: np.ndarray) -> np.ndarray:
        misfit = (fit.y - surface(heavy(x[:, :size]))) @ turn
        variance = along + (ERROR_SD * np.exp(_ERROR_LOG_SD * x[:, size:])) ** 2
        return np.asarray(-0.5 * (misfit**2 / variance + np.log(variance)).sum(axis=1))

    begin = np.append(unheavy(start), np.log(sigma / ERROR_SD) / _ERROR_LOG_SD)
    drawn = heavy(sample(likelihood, begin)[:, :size])
    precise = np.linalg.inv(sigma**2 * np.eye(count) + together)
    precision = float(precise.sum()) + 1 / level_sd**2
    levels = (fit.y - surface(drawn)) @ precise.sum(axis=0) / precision
    return drawn, levels, float(1 / np.sqrt(precision))


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """The regression: `y` (n,) on the response and on `fixed` (n, m), with `trust` (P + m,) in 0."""

    response: Response
    columns: FactorColumns
    y: np.ndarray
    fixed: np.ndarray
    trust: np.ndarray

    def misfit(self, x: np.ndarray) -> np.ndarray:
        size = self.response.size
        return self.y - self.fixed @ x[size:] - self.response.log_yield(self.columns, x[:size])

    def design(self, x: np.ndarray, width: float) -> np.ndarray:
        return np.hstack([self.response.slopes(self.columns, x[: self.response.size], width), self.fixed])

    def normal(self, design: np.ndarray, sigma: float) -> np.ndarray:
        found: np.ndarray = design.T @ design / sigma**2 + np.diag(self.trust)
        return found

    def step(self, x: np.ndarray, sigma: float, width: float) -> np.ndarray:
        """The best of a few shares of a Gauss-Newton step; none is worse than staying."""
        design = self.design(x, width)
        toward = np.linalg.solve(
            self.normal(design, sigma), design.T @ self.misfit(x) / sigma**2 - self.trust * x
        )

        def cost(tried: np.ndarray) -> float:
            return float((self.misfit(tried) ** 2).sum() / sigma**2 + self.trust @ tried**2)

        return min((x + share * toward for share in _SHARES), key=cost)


#: Columns of `moves`.
MOVE_COLUMNS = ("factor", "role", "of", "shift", "sd_before", "sd_after", "learned")


def moves(posterior: Posterior) -> pd.DataFrame:
    """By how much each bound, class and weight has moved, what has moved most first.

    `shift` is in the unit of the factor for bounds, in log-odds for classes, in natural logarithms for
    weights and the slope; sd_before and sd_after are the standard deviations before and after the
    trials, `learned` is 1 − (sd_after / sd_before)².
    """
    scale = np.array([parameter.scale for parameter in posterior.response.parameters])
    spread = np.sqrt(np.diag(posterior.covariance))
    table = pd.DataFrame(
        {
            "factor": [parameter.factor for parameter in posterior.response.parameters],
            "role": [parameter.role for parameter in posterior.response.parameters],
            "of": [parameter.of for parameter in posterior.response.parameters],
            "shift": posterior.z * scale,
            "sd_before": scale,
            "sd_after": spread * scale,
            "learned": 1 - spread**2,
        }
    )
    order = np.argsort(-np.abs(posterior.z), kind="stable")
    return table.iloc[order][list(MOVE_COLUMNS)].reset_index(drop=True)


def refuse_few(count: int, least: int, herb_id: str) -> None:
    """Stop where there are fewer than `least` parcels with a yield.

    Raises
    ------
    InputUnusable
        There are.
    """
    if count < least:
        herb = load_catalogue().herbs.get(herb_id)
        name = Text(herb.crude_drug_ja, herb_id) if herb else Text.same(herb_id)
        have = "parcel has" if count == 1 else "parcels have"
        raise InputUnusable(
            "evidence.few-parcels",
            Text(
                f"{name.ja}の試験で値のある筆が {count} しかありません",
                f"only {count} trial {have} a value of {name.en}",
            ),
            Text(
                f"{least} 筆以上の収穫か観測が要ります(kanpo records import)。見本で試すなら kanpo demo フォルダ --seasons",
                f"harvests or observations of at least {least} parcels are needed (kanpo records import); "
                "to see it on a sample: kanpo demo FOLDER --seasons",
            ),
            Place(value=herb_id),
        )
