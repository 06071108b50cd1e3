"""Tables for the tests of the analysis: those of `cases`, and made-up trials."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

CASES = Path(__file__).parent / "cases"


def case(name: str) -> dict[str, list[str | None]]:
    """The columns of a published table."""
    with (CASES / f"{name}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {key: [row[key] for row in rows] for key in rows[0]}


def columns(table: Mapping[str, Sequence[object] | np.ndarray]) -> dict[str, list[str | None]]:
    """A table as cells of text."""
    return {key: [str(value) for value in values] for key, values in table.items()}


def without(table: Mapping[str, list[str | None]], *rows: int) -> dict[str, list[str | None]]:
    """A table without some rows."""
    return {key: [v for i, v in enumerate(values) if i not in rows] for key, values in table.items()}
