"""FAO suitability classes from scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kanpo.errors import UsageError
from kanpo.locale import Text

#: Classes in order of their code; N2 is what a knock-out excludes (FAO 1976, A framework for land
#: evaluation: S1 highly, S2 moderately, S3 marginally suitable, N1 currently, N2 permanently not).
CLASSES = ("S1", "S2", "S3", "N1", "N2")
#: Code of "no score, because nothing is known".
UNKNOWN = -1

CLASS_LABELS = {
    "S1": Text("高度適", "highly suitable"),
    "S2": Text("中程度適", "moderately suitable"),
    "S3": Text("限界適", "marginally suitable"),
    "N1": Text("現状不適", "currently not suitable"),
    "N2": Text("不適", "not suitable"),
}


@dataclass(frozen=True, slots=True)
class ClassBounds:
    """The least score of S1, S2 and S3; below S3 is N1.

    Raises
    ------
    UsageError
        Not 1 ≥ s1 > s2 > s3 > 0.
    """

    s1: float = 0.75
    s2: float = 0.50
    s3: float = 0.25

    def __post_init__(self) -> None:
        if not 1 >= self.s1 > self.s2 > self.s3 > 0:
            raise UsageError(
                "score.bounds",
                Text(
                    "区分の境は 1 ≥ S1 > S2 > S3 > 0 にしてください",
                    "bounds of classes must be 1 ≥ S1 > S2 > S3 > 0",
                ),
                Text("例: 0.75, 0.5, 0.25", "for example 0.75, 0.5, 0.25"),
            )

    def codes(self, scores: np.ndarray) -> np.ndarray:
        """Class codes (index into `CLASSES`) of scores of any shape; -1 where the score is NaN."""
        codes = np.full(scores.shape, 3, dtype=np.int8)
        for code, least in ((2, self.s3), (1, self.s2), (0, self.s1)):
            codes[scores >= least] = code
        codes[np.isnan(scores)] = UNKNOWN
        return codes


def class_names(codes: np.ndarray) -> np.ndarray:
    """Names of class codes; None where there is none."""
    return np.array([*CLASSES, None], dtype=object)[codes]
