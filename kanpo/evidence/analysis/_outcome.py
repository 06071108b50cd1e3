"""The result of an analysis as one value, and as plain data for programs."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kanpo.errors import Problem
from kanpo.evidence.analysis._assumptions import Assumptions, RankTest
from kanpo.evidence.analysis._covariate import CovariateEffect, Gain
from kanpo.evidence.analysis._design import Design
from kanpo.evidence.analysis._fit import Row
from kanpo.evidence.analysis._power import Power
from kanpo.evidence.analysis._table import PlotTable
from kanpo.locale import Text


@dataclass(frozen=True, slots=True)
class Effect:
    """How large the effect of a term is: shares of variation, without and with correction for chance."""

    stratum: str
    term: str
    partial_eta_sq: float
    partial_omega_sq: float


@dataclass(frozen=True, slots=True)
class Component:
    """A variance component and its square root; 0 where the estimate lies at the border."""

    term: str
    variance: float
    sd: float


@dataclass(frozen=True, slots=True)
class Field:
    """Residuals on the plan: `codes` is -2 … 2 (beyond 2, beyond 1 standard deviation), NaN for no plot."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    residuals: npt.NDArray[np.float64]


def field_of(table: PlotTable, studentised: npt.NDArray[np.float64]) -> Field | None:
    """Studentised residuals on the plan, where every plot has a place of its own."""
    if table.rows is None or table.columns is None or not np.isfinite(studentised).any():
        return None
    places = set(zip(table.rows.tolist(), table.columns.tolist(), strict=True))
    rows, columns = np.unique(table.rows), np.unique(table.columns)
    if len(places) < len(table.rows) or len(rows) * len(columns) > 20 * len(table.rows):
        return None
    grid = np.full((len(rows), len(columns)), np.nan)
    grid[np.searchsorted(rows, table.rows), np.searchsorted(columns, table.columns)] = studentised
    return Field(tuple(rows.tolist()), tuple(columns.tolist()), grid)


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the analysis of one trait says.

    Attributes
    ----------
    plots, missing, rejected : int
        Plots analysed, plots without a value, rows left out for a fault.
    anova : tuple of Row
        Sequential sums of squares in strata, or type III tests of the mixed model.
    adjusted : tuple of Row
        Type II tests where the order matters: unbalanced plots, covariates.
    parts : tuple of Row
        Augmented design: among checks, checks against new entries, among new entries.
    covariates : tuple of CovariateEffect
        Slope and tests of each covariate; none where there is no error to measure by.
    gains : tuple of Gain
        What the covariates do for the precision of each treatment's means.
    means, pairs : DataFrame
        See `kanpo.evidence.analysis` for the columns.
    variance : tuple of Component
    cv : dict of stratum to coefficient of variation, percent.
    residuals : DataFrame
        plot, value, fitted, residual, studentised.
    levels : DataFrame
        The level of each plot in each factor of the design, row by row as `residuals`.
    notes : tuple of Text
        How it was computed, and what to be careful of.
    sentences : tuple of Text
        What the trial shows and what it does not.
    """

    design: Design
    trait: str
    plots: int
    missing: int
    rejected: int
    anova: tuple[Row, ...]
    adjusted: tuple[Row, ...]
    parts: tuple[Row, ...]
    covariates: tuple[CovariateEffect, ...]
    gains: tuple[Gain, ...]
    means: pd.DataFrame
    pairs: pd.DataFrame
    variance: tuple[Component, ...]
    effects: tuple[Effect, ...]
    cv: dict[str, float]
    powers: tuple[Power, ...]
    assumptions: Assumptions | None
    ranks: RankTest | None
    residuals: pd.DataFrame
    levels: pd.DataFrame
    field: Field | None
    notes: tuple[Text, ...]
    sentences: tuple[Text, ...]
    problems: tuple[Problem, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data; what is not known is None. Texts are in the current language."""
        checks = self.assumptions
        return {
            "design": self.design.kind,
            "trait": self.trait,
            "plots": self.plots,
            "missing": self.missing,
            "rejected": self.rejected,
            "sentences": [str(text) for text in self.sentences],
            "notes": [str(text) for text in self.notes],
            "anova": [_plain(asdict(row)) for row in self.anova],
            "anova_adjusted": [_plain(asdict(row)) for row in self.adjusted],
            "anova_parts": [_plain(asdict(row)) for row in self.parts],
            "covariates": [_covariate(one) for one in self.covariates],
            "gains": [_plain(asdict(gain)) for gain in self.gains],
            "means": _records(self.means),
            "pairs": _records(self.pairs),
            "variance": [_plain(asdict(component)) for component in self.variance],
            "effects": [_plain(asdict(effect)) for effect in self.effects],
            "cv_percent": _plain(dict(self.cv)),
            "power": [_plain(asdict(power)) for power in self.powers],
            "assumptions": None if checks is None else _checks(checks),
            "outliers": [] if checks is None else [_plain(asdict(one)) for one in checks.outliers],
            "rank_test": None if self.ranks is None else _plain(asdict(self.ranks)),
            "residuals": _records(self.residuals),
        }


def _checks(checks: Assumptions) -> dict[str, Any]:
    def pair(found: tuple[float, float] | None, name: str) -> dict[str, Any] | None:
        return None if found is None else _plain({name: found[0], "p": found[1]})

    return {
        "shapiro": pair(checks.shapiro, "W"),
        "levene": pair(checks.levene, "F"),
        "box_cox": None if checks.box_cox is None else _plain(asdict(checks.box_cox)),
    }


def _covariate(one: CovariateEffect) -> dict[str, Any]:
    keys = ("covariate", "mean", "slope", "se", "df", "t", "p", "lower", "upper")
    return _plain({key: getattr(one, key) for key in keys}) | {
        "parallel": None if one.parallel is None else _plain(asdict(one.parallel)),
        "changed": [_plain(asdict(row)) for row in one.changed],
    }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {key: _value(value) for key, value in values.items()}


def _value(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [_plain(record) for record in frame.to_dict("records")]
