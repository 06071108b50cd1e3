"""What a fit says besides its tests: components, sizes of effects, variation, the plan of residuals."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from kanpo.evidence.analysis._design import term_name
from kanpo.evidence.analysis._fit import RESIDUALS, Fit, Prepared
from kanpo.evidence.analysis._outcome import Component, Effect, Field
from kanpo.evidence.analysis._table import PlotTable


def components_of(prepared: Prepared, fitted: Fit) -> tuple[Component, ...]:
    """Variance components of the mixed model, or the residual mean square."""
    if fitted.reml is not None:
        pairs = zip(fitted.reml.random.terms, fitted.reml.ratios * fitted.reml.sigma2, strict=True)
        found = [(term_name(term), float(value)) for term, value in pairs]
        found.append(("Residual", fitted.reml.sigma2))
    else:
        found = [("Residual", error) for name, error, _ in fitted.errors if not fitted.exact]
    return tuple(Component(name, value, float(np.sqrt(value))) for name, value in found)


def effects_of(fitted: Fit, plots: int, prepared: Prepared) -> tuple[Effect, ...]:
    """Partial eta squared and omega squared of each tested term (Olejnik and Algina 2003)."""
    ground = {term_name(term) for term in prepared.nuisance}
    effects = []
    for row in fitted.rows:
        if row.term == RESIDUALS or row.term in ground or row.F != row.F:
            continue
        eta = row.df * row.F / (row.df * row.F + row.df_error)
        omega = row.df * (row.F - 1) / (row.df * (row.F - 1) + plots)
        effects.append(Effect(row.stratum, row.term, eta, max(omega, 0.0)))
    return tuple(effects)


def cv_of(fitted: Fit, mean: float) -> dict[str, float]:
    """Coefficients of variation by stratum, percent."""
    if not mean or fitted.exact:
        return {}
    found = {name: 100 * float(np.sqrt(error)) / abs(mean) for name, error, df in fitted.errors if df > 0}
    if fitted.reml is not None and not fitted.errors:
        found = {"Residual": 100 * float(np.sqrt(fitted.reml.sigma2)) / abs(mean)}
    return found


def field_of(table: PlotTable, studentised: npt.NDArray[np.float64]) -> Field | None:
    """The plan, where every plot has a place of its own."""
    if table.rows is None or table.columns is None or not np.isfinite(studentised).any():
        return None
    places = set(zip(table.rows.tolist(), table.columns.tolist(), strict=True))
    rows, columns = np.unique(table.rows), np.unique(table.columns)
    if len(places) < len(table.rows) or len(rows) * len(columns) > 20 * len(table.rows):
        return None
    grid = np.full((len(rows), len(columns)), np.nan)
    grid[np.searchsorted(rows, table.rows), np.searchsorted(columns, table.columns)] = studentised
    return Field(tuple(rows.tolist()), tuple(columns.tolist()), grid)


def levels_of(table: PlotTable) -> pd.DataFrame:
    """The level of each plot in each factor."""
    return pd.DataFrame(
        {name: [factor.levels[code] for code in factor.codes] for name, factor in table.factors.items()},
        dtype=object,
    )
