"""Made-up matrices for the tests of this room."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kanpo.compare import SampleMatrix, Table, read_table


def matrix_of(values: np.ndarray, groups: Sequence[str] | None = None) -> SampleMatrix:
    """A matrix of samples S1 … and components c0 …"""
    values = np.asarray(values, dtype=float)
    return SampleMatrix(
        "made_up.csv",
        tuple(f"S{at + 1}" for at in range(len(values))),
        tuple(f"c{at}" for at in range(values.shape[1])),
        values,
        np.array(groups if groups is not None else [""] * len(values), dtype=object),
        (),
        (),
    )


def table_of(folder: Path, text: str, encoding: str = "utf-8") -> Table:
    """A table read from a CSV with that text."""
    path = folder / "table.csv"
    path.write_bytes(text.encode(encoding))
    return read_table(path)
