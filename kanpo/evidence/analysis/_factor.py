"""A column of levels, and a column of numbers beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kanpo.reading import number_or_nan


@dataclass(frozen=True, slots=True)
class Factor:
    """Levels in their order, and which of them each plot has (`codes`, from 0)."""

    name: str
    levels: tuple[str, ...]
    codes: npt.NDArray[np.int64]

    def of(self, kept: npt.NDArray[np.bool_]) -> Factor:
        """The factor on some of the plots, without levels that no longer occur."""
        found, codes = np.unique(self.codes[kept], return_inverse=True)
        return Factor(self.name, tuple(self.levels[i] for i in found), codes.astype(np.int64))


@dataclass(frozen=True, slots=True)
class Covariate:
    """A number that each plot brings with it (a stand count, a height at the start), shape (n,)."""

    name: str
    values: npt.NDArray[np.float64]

    @property
    def mean(self) -> float:
        """The value to which means are adjusted."""
        return float(self._small.mean()) * self._largest

    @property
    def scale(self) -> float:
        """Standard deviation over the plots; 0 where nothing but rounding varies."""
        spread = float(self._small.std())
        return spread * self._largest if spread > 1e-12 else 0.0

    @property
    def standard(self) -> npt.NDArray[np.float64]:
        """Deviations from the mean in standard deviations, so that no unit is too large or too small."""
        return (self._small - self._small.mean()) / (float(self._small.std()) or 1.0)

    @property
    def _largest(self) -> float:
        return float(np.abs(self.values).max()) or 1.0

    @property
    def _small(self) -> npt.NDArray[np.float64]:
        """Within -1 … 1, so that no square overflows."""
        return self.values / self._largest


def make_factor(name: str, values: Sequence[str]) -> Factor:
    """A factor; levels that are all numbers stand in order of size, others in that of letters."""
    distinct = set(values)
    sizes = {level: number_or_nan(level) for level in distinct}
    if not any(np.isnan(size) for size in sizes.values()):
        levels = sorted(distinct, key=lambda level: (sizes[level], level))
    else:
        levels = sorted(distinct, key=lambda level: (level.casefold(), level))
    position = {level: index for index, level in enumerate(levels)}
    codes = np.array([position[value] for value in values], dtype=np.int64)
    return Factor(name, tuple(levels), codes)
