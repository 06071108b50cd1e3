"""The treatments of an augmented design, taken apart (Federer 1956, 1961)."""

from __future__ import annotations

import numpy as np

from kanpo.evidence.analysis._fit import WITHIN, Prepared, Row, tested_row
from kanpo.evidence.analysis._projection import Floats, Part, successive_parts

CHECKS, AGAINST, NEW = "checks", "checks vs new", "new"


def augmented_parts(prepared: Prepared, y: Floats, error: float, df: float) -> tuple[Row, ...]:
    """Among checks, checks against new entries, among new entries: each after blocks, covariates and those before it.

    Checks are the treatments named so and those that stand in every block.
    """
    design = prepared.design
    treatment = prepared.model.factors[design.treatments[0]]
    among, is_check, each = _groups(prepared)
    before = [cells for cells in prepared.model.cells if cells.term not in design.effects]
    found = successive_parts(
        [
            *((cells.term, cells.indicator) for cells in before),
            ((CHECKS,), among),
            ((AGAINST,), is_check),
            ((NEW,), each),
        ],
        shortest=1e-2,
    )
    centred = y - y.mean()
    return tuple(_row(part, centred, treatment.name, error, df) for part in found[len(before) :] if part.df)


def parts_before_blocks(prepared: Prepared, y: Floats, error: float, df: float) -> tuple[Row, ...]:
    """The same of the values as they stand, blocks left out of account.

    This is the second of the two tables that are usually printed of an augmented design; blocks
    after treatments, which belong to it, are among the adjusted tests.
    """
    design = prepared.design
    treatment = prepared.model.factors[design.treatments[0]]
    among, is_check, each = _groups(prepared)
    ground = (*design.nuisance, *design.effects)
    before = [(cells.term, cells.indicator) for cells in prepared.model.cells if cells.term not in ground]
    terms = [*before, ((CHECKS,), among), ((AGAINST,), is_check), ((NEW,), each)]
    found = successive_parts(terms, shortest=1e-2)
    centred = y - y.mean()
    return tuple(_row(part, centred, treatment.name, error, df) for part in found[len(before) :] if part.df)


def _groups(prepared: Prepared) -> tuple[Floats, Floats, Floats]:
    """Columns that tell checks apart, checks from new entries, and all entries."""
    design = prepared.design
    treatment = prepared.model.factors[design.treatments[0]]
    blocks = prepared.model.factors[design.block or ""]
    stands = np.zeros((len(treatment.levels), len(blocks.levels)), dtype=np.bool_)
    stands[treatment.codes, blocks.codes] = True
    checks = [
        code for code, level in enumerate(treatment.levels) if level in design.checks or stands[code].all()
    ]
    each = np.eye(len(treatment.levels))[treatment.codes]
    is_check = np.isin(treatment.codes, checks).astype(float)
    among = each[:, checks] - np.outer(is_check, each[:, checks].sum(axis=0) / max(is_check.sum(), 1.0))
    return among, is_check[:, None], each


def _row(part: Part, centred: Floats, name: str, error: float, df: float) -> Row:
    value = float(((part.basis.T @ centred) ** 2).sum())
    return tested_row(WITHIN, f"{name}: {part.term[0]}", part.df, value, error, df)
