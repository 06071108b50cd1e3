"""Tests of each term over equally weighted cells (type III), where there is one error."""

from __future__ import annotations

import numpy as np

from kanpo.evidence.analysis._design import term_name
from kanpo.evidence.analysis._estimate import Estimator
from kanpo.evidence.analysis._fit import WITHIN, Fit, Prepared, Row, tested_row
from kanpo.evidence.analysis._margins import hypothesis_of


def type_three(prepared: Prepared, fitted: Fit) -> tuple[Row, ...]:
    """Type III lines of an unbalanced factorial; empty where they are the type II lines.

    The hypotheses are those of Yates' (1934) weighted squares of means, as SAS and, with sum
    contrasts, R's ``car::Anova`` have them. A term with empty cells has no such hypothesis and no
    line.
    """
    factorial = any(len(part.term) > 1 and part.df for part in prepared.model.parts)
    if len(prepared.strata) != 1 or not fitted.adjusted or not factorial or fitted.estimator is None:
        return ()
    (_, error, df), *_ = fitted.errors
    rows = []
    for part in prepared.model.parts[1:]:
        found = hypothesis_of(prepared.model, part.term, prepared.nuisance) if part.df else None
        if found is not None:
            value, rank = _sum_of_squares(fitted.estimator, found, error)
            rows.append(tested_row(WITHIN, term_name(part.term), rank, value, error, df))
    second = {row.term: row.sum_sq for row in fitted.adjusted}
    same = all(np.isclose(row.sum_sq, second.get(row.term, np.nan), rtol=1e-9) for row in rows)
    return () if same else tuple(rows)


def _sum_of_squares(estimator: Estimator, rows: np.ndarray, error: float) -> tuple[float, int]:
    """What the hypothesis that all rows are zero takes out, and its degrees of freedom."""
    _, lengths, directions = np.linalg.svd(rows)
    rank = int((lengths > 1e-9 * lengths.max()).sum())
    basis = directions[:rank]
    value = estimator.value(basis)
    return float(value @ np.linalg.solve(estimator.covariance(basis), value)) * error, rank
