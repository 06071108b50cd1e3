"""Made-up comparisons for the tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from kanpo.weights import SCALE, Comparisons, Grid, read_judgement

STEPS = [float(read_judgement(step)[0] or 0) for step in SCALE]
NAMES = tuple("abcdefghijklmnopqrstuvwxyz")


def consistent(weights: Sequence[float]) -> Comparisons:
    """Comparisons that agree with the weights in everything."""
    w = np.asarray(weights)
    return Comparisons(NAMES[: len(w)], w[:, None] / w[None, :])


def random_matrix(random: np.random.Generator, n: int) -> np.ndarray:
    """A reciprocal matrix of random judgements."""
    matrix = np.eye(n)
    for i in range(n):
        for j in range(i + 1, n):
            matrix[i, j] = random.choice(STEPS)
            matrix[j, i] = 1 / matrix[i, j]
    return matrix


def with_gaps(comparisons: Comparisons, gone: Sequence[bool]) -> Comparisons:
    """The comparisons without those pairs whose turn in `gone` is True; each item keeps the next one."""
    matrix = comparisons.matrix.copy()
    i, j = np.triu_indices(len(matrix), 2)
    out = np.resize(np.array(gone, dtype=bool), len(i)) if len(i) else np.zeros(0, dtype=bool)
    matrix[i[out], j[out]] = matrix[j[out], i[out]] = np.nan
    return Comparisons(comparisons.items, matrix)


weight_lists = st.lists(st.floats(1, 9), min_size=2, max_size=17)


@st.composite
def judged(draw: st.DrawFn, least: int = 3, most: int = 9) -> Comparisons:
    """Any complete answers of one judge."""
    n = draw(st.integers(least, most))
    matrix = np.eye(n)
    for i in range(n):
        for j in range(i + 1, n):
            matrix[i, j] = draw(st.sampled_from(STEPS))
            matrix[j, i] = 1 / matrix[i, j]
    return Comparisons(NAMES[:n], matrix)


def grid(text: str, sheet: str | None = None, file: str = "比較.csv") -> Grid:
    """A sheet from lines with commas."""
    rows = tuple(tuple(line.split(",")) for line in text.strip().splitlines())
    return Grid(file, sheet, tuple(enumerate(rows, 1)))
