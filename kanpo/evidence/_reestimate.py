"""Requirements and weights estimated anew from trials, held to the catalogue where trials say little."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize

from kanpo.errors import InputUnusable, Place
from kanpo.evidence._response import Response
from kanpo.herbs import Requirement
from kanpo.locale import Text
from kanpo.suitability import FactorColumns

#: Prior standard deviations on the logarithmic scale: of a season, and of the error of a parcel's mean
#: yield (with the weight of so many observations). Our assumption.
SEASON_SD = 0.3
ERROR_SD, ERROR_WEIGHT = 0.25, 6
#: The level of yield is left nearly free.
_LEVEL_SD = 3.0
#: Rounds in which the error is estimated again.
_ROUNDS = 3


#: Draws of what may be true; with 200 the mean of a site is known to a fourteenth of its sd.
DRAWS = 200


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """D draws: parameters `z` (D, P) in prior units, and `log_yield` (D, N) of N sites."""

    z: np.ndarray
    log_yield: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """What is believed of a herb's requirements: z (P,) in prior units, its covariance (P, P), the error sd.

    Before any trial z is 0 and the covariance the unit matrix. `level` is the logarithm of the yield at
    a score of 1 (NaN without trials), `n` the parcel means that went in.
    """

    response: Response
    z: np.ndarray
    covariance: np.ndarray
    error_sd: float
    level: float
    n: int

    def draw(self, columns: FactorColumns, count: int = DRAWS, seed: int = 1) -> Draws:
        """What may be true of sites: `count` draws of the parameters, and the yields that follow.

        The response bends (no site is better than one where everything fits), so yields are drawn
        through it and not from a normal distribution of their own.
        """
        random = np.random.default_rng(seed)
        # A covariance from a few draws is noisy; half of them mirror the others, so that means are exact.
        root = np.linalg.cholesky(self.covariance + 1e-10 * np.eye(len(self.z)))
        half = root @ random.normal(size=(len(self.z), count // 2))
        z = self.z + np.hstack([half, -half]).T
        return Draws(z, np.array([self.response.log_yield(columns, one) for one in z]))


def prior_of(
    requirements: Sequence[Requirement], weights: Mapping[str, float] | None = None, strength: float = 1.0
) -> Posterior:
    """What is believed of a herb before any trial."""
    response = Response(requirements, weights, strength)
    size = response.size
    return Posterior(response, np.zeros(size), np.eye(size), ERROR_SD, float("nan"), 0)


def learn(prior: Posterior, columns: FactorColumns, yields: np.ndarray, seasons: Sequence[str]) -> Posterior:
    """Maximum a posteriori estimate from the mean yields of parcels.

    ln(yield) = level + season + exp(slope)·Σ w·ln e / W_K + error, with normal priors: of every bound,
    class and weight around the catalogue (`kanpo.evidence` says how wide), of the seasons around 0, of
    the level nearly flat. The error's variance is the mean of what the residuals say and of its prior,
    which counts as much as six parcels. The covariance is that of the linearised model (Laplace).

    This is ridge regression towards the catalogue: with few parcels little moves, and what no trial
    tells anything about does not move at all.

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
    """
    names, season = np.unique(np.asarray(seasons, dtype=str), return_inverse=True)
    response, y = prior.response, np.log(yields)
    size, count = response.size, len(names)
    centre = float(y.mean())
    sigma = prior.error_sd

    def residuals(x: np.ndarray, sd: float) -> np.ndarray:
        fitted = x[-1] + SEASON_SD * x[size : size + count][season] + response.log_yield(columns, x[:size])
        return np.concatenate([(y - fitted) / sd, x[:-1], [(x[-1] - centre) / _LEVEL_SD]])

    def slopes(x: np.ndarray, sd: float) -> np.ndarray:
        of_data = np.zeros((len(y), len(x)))
        of_data[:, :size] = response.slopes(columns, x[:size])
        of_data[np.arange(len(y)), size + season] = SEASON_SD
        of_data[:, -1] = 1.0
        of_prior = np.eye(len(x))
        of_prior[-1, -1] = 1 / _LEVEL_SD
        return np.vstack([-of_data / sd, of_prior])

    x = np.concatenate(
        [prior.z, np.zeros(count), [centre - float(np.mean(response.log_yield(columns, prior.z)))]]
    )
    for _ in range(_ROUNDS):
        found = optimize.least_squares(residuals, x, slopes, args=(sigma,), max_nfev=30, xtol=1e-4, ftol=1e-5)
        x = found.x
        misfit = residuals(x, 1.0)[: len(y)]
        sigma = float(np.sqrt((ERROR_WEIGHT * ERROR_SD**2 + (misfit**2).sum()) / (ERROR_WEIGHT + len(y))))
    slope = found.jac
    covariance = np.linalg.inv(slope.T @ slope)
    return Posterior(response, x[:size], covariance[:size, :size], sigma, float(x[-1]), len(y))


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
        raise InputUnusable(
            "evidence.few-parcels",
            Text(
                f"{herb_id} の値のある試験の筆が {count} しかありません",
                f"only {count} trial parcels of {herb_id} have values",
            ),
            Text(
                f"{least} 筆以上の収穫か観測が要ります(kanpo records import)",
                f"harvests or observations of at least {least} parcels are needed (kanpo records import)",
            ),
            Place(column="herb", value=herb_id),
        )
