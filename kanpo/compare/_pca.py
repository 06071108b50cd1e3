"""Principal components of a sample matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from kanpo.compare._matrix import Impute, SampleMatrix, treated
from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text

Scale = Literal["pareto", "unit", "none"]

#: A component whose spread is below this share of its greatest value is constant but for rounding.
_CONSTANT = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class PrincipalComponents:
    """Scores (n, k) of the samples, loadings (p, k) of the components kept, and explained variance (k,).

    `explained` are shares of the total variance. `constant` and `incomplete` name the components
    that were left out. Scores × loadingsᵀ gives back the centred, scaled matrix.
    """

    samples: tuple[str, ...]
    components: tuple[str, ...]
    scores: np.ndarray
    loadings: np.ndarray
    explained: np.ndarray
    constant: tuple[str, ...]
    incomplete: tuple[str, ...]
    handling: Text

    def score_table(self, groups: np.ndarray | None = None) -> pd.DataFrame:
        """One row for each sample: sample, its group where given, PC1, PC2 …"""
        table = pd.DataFrame(self.scores, columns=self._names())
        table.insert(0, "sample", list(self.samples))
        if groups is not None:
            table.insert(1, "group", groups)
        return table

    def loading_table(self) -> pd.DataFrame:
        """One row for each component: component, PC1, PC2 … (unit vectors)."""
        table = pd.DataFrame(self.loadings, columns=self._names())
        table.insert(0, "component", list(self.components))
        return table

    def _names(self) -> list[str]:
        return [f"PC{number}" for number in range(1, len(self.explained) + 1)]


def principal_components(
    matrix: SampleMatrix,
    *,
    scale: Scale = "pareto",
    log: bool = False,
    impute: Impute = "none",
    count: int = 5,
) -> PrincipalComponents:
    """Principal components by singular value decomposition of the centred, scaled matrix.

    Parameters
    ----------
    scale : {"pareto", "unit", "none"}
        Divide each component by the square root of its standard deviation, by its standard deviation,
        or by nothing (R. A. van den Berg et al. 2006, BMC Genomics 7: 142).
    log, impute :
        See `treated`. Components with a missing value are left out.
    count : int
        How many to keep; at most samples − 1.

    Notes
    -----
    The sign of a principal component is arbitrary. Here the loading that is greatest in size is
    positive (the first on a tie), so that the same data give the same picture.

    Raises
    ------
    InputUnusable
        Fewer than two components are complete and vary.
    """
    ready = treated(matrix, log=log, impute=impute)
    whole = np.isfinite(ready.values).all(axis=0)
    values = np.where(whole, ready.values, 0.0)
    spread = values.std(axis=0, ddof=1)
    varies = whole & (spread > _CONSTANT * np.abs(values).max(axis=0))
    names = np.array(matrix.components, dtype=object)
    if varies.sum() < 2:
        raise _nothing_varies(matrix)
    kept = values[:, varies]
    divisor = {"pareto": np.sqrt(spread[varies]), "unit": spread[varies], "none": 1.0}[scale]
    left, singular, right = np.linalg.svd((kept - kept.mean(axis=0)) / divisor, full_matrices=False)
    share = singular**2 / (singular**2).sum()
    most = min(count, len(singular), len(kept) - 1)
    right = right[:most].T
    sign = np.sign(right[np.abs(right).argmax(axis=0), np.arange(most)])
    return PrincipalComponents(
        matrix.samples,
        tuple(names[varies]),
        left[:, :most] * singular[:most] * sign,
        right * sign,
        share[:most],
        tuple(names[whole & ~varies]),
        tuple(names[~whole]),
        ready.handling,
    )


def _nothing_varies(matrix: SampleMatrix) -> InputUnusable:
    return InputUnusable(
        "compare.nothing-varies",
        Text(
            "欠測がなく値の動く成分が2つに足りません",
            "has fewer than two components that are complete and vary",
        ),
        Text("--impute half-min で欠測を埋められます", "--impute half-min fills what is missing"),
        Place(matrix.file),
    )
