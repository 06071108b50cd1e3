"""Two groups of samples compared in thousands of components: kanpo, and a loop of SciPy."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np


def write_matrix(path: Path, samples: int, components: int) -> None:
    """A made-up metabolome: lognormal peaks in two groups, a tenth of them zero or blank."""
    random = np.random.default_rng(1)
    values = np.exp(random.normal(5, 1, (samples, components)))
    texts = np.char.mod("%.4f", values).astype(object)
    gaps = random.random(values.shape)
    texts[gaps < 0.05], texts[gaps > 0.95] = "0", ""
    header = ",".join(["sample", "group", *(f"peak{at}" for at in range(components))])
    rows = [",".join([f"S{at}", "AB"[at % 2], *row]) for at, row in enumerate(texts)]
    path.write_text("\n".join([header, *rows]), encoding="utf-8")


def compare(samples: str, components: str) -> dict[str, Any]:
    """From the file to fold changes, p and q, zeros and missing values counted."""
    from kanpo.compare import compare_groups, read_table, sample_matrix

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "matrix.csv"
        write_matrix(path, int(samples), int(components))
        start = time.perf_counter()
        found = compare_groups(sample_matrix(read_table(path), group="group"), log=True)
        return {"seconds": time.perf_counter() - start, "tested": found.tested}


def scipy_loop(samples: str, components: str) -> dict[str, Any]:
    """The alternative: pandas reads the file, SciPy tests one column after the other."""
    import pandas as pd
    from scipy import stats

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "matrix.csv"
        write_matrix(path, int(samples), int(components))
        start = time.perf_counter()
        frame = pd.read_csv(path)
        rows = []
        for name in frame.columns[2:]:
            values = np.log2(frame[name].where(frame[name] > 0))
            a, b = values[frame["group"] == "A"], values[frame["group"] == "B"]
            result = stats.ttest_ind(b, a, equal_var=False, nan_policy="omit")
            rows.append(
                (name, b.mean() - a.mean(), result.statistic, result.pvalue, a.isna().sum(), b.isna().sum())
            )
        table = pd.DataFrame(rows, columns=["component", "change", "t", "p", "missing_a", "missing_b"])
        table["q"] = stats.false_discovery_control(table["p"])
        return {"seconds": time.perf_counter() - start, "tested": len(table)}


#: Tasks that run apart.
COMPARING_TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    task.__name__: task for task in (compare, scipy_loop)
}
