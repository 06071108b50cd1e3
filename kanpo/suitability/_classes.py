"""FAO suitability classes from scores, and how sure a class is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from kanpo.errors import UsageError
from kanpo.locale import Text
from kanpo.schema import VOCABULARIES

#: Classes in order of their code (FAO 1976, A framework for land evaluation, Soils Bulletin 32: S1
#: highly, S2 moderately, S3 marginally suitable, N1 currently, N2 permanently not suitable).
CLASSES = ("S1", "S2", "S3", "N1", "N2")
_N1, _N2 = CLASSES.index("N1"), CLASSES.index("N2")

CLASS_LABELS = {
    "S1": Text("高度適", "highly suitable"),
    "S2": Text("中程度適", "moderately suitable"),
    "S3": Text("限界適", "marginally suitable"),
    "N1": Text("現状不適", "currently not suitable"),
    "N2": Text("不適", "not suitable"),
}

#: Share of a herb's weight that has to be known for a range of classes to be shown.
KNOWN_ENOUGH = 0.6


class Certainty(IntEnum):
    """How sure the class of a parcel is; every parcel is of just one kind."""

    SURE = 0
    BY_CATALOGUE = 1
    BY_MEASURING = 2
    UNKNOWN = 3

    @property
    def key(self) -> str:
        """Its name in tables."""
        return self.name.lower()

    @property
    def label(self) -> Text:
        """The kind in words."""
        return CERTAINTY_LABELS[self]


CERTAINTY_LABELS: dict[Certainty, Text] = {
    kind: VOCABULARIES["certainty"].labels[kind.key] for kind in Certainty
}


@dataclass(frozen=True, slots=True)
class ClassBounds:
    """The least score of S1, S2 and S3; below S3 it is N.

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

    def codes(self, scores: np.ndarray, beyond_mending: np.ndarray) -> np.ndarray:
        """Class codes (index into `CLASSES`) of scores of any shape.

        Where a score is not suitable, it is N2 where `beyond_mending`, else N1.
        """
        codes = np.where(beyond_mending, np.int8(_N2), np.int8(_N1))
        for code, least in ((2, self.s3), (1, self.s2), (0, self.s1)):
            codes[scores >= least] = code
        return codes


def certainty_of(
    inner: tuple[np.ndarray, np.ndarray],
    outer: tuple[np.ndarray, np.ndarray],
    decided: np.ndarray,
    known: np.ndarray,
) -> np.ndarray:
    """Codes of `Certainty`, from classes of any shape.

    Parameters
    ----------
    inner, outer : pair of ndarray
        Class codes at both ends of the parcel's interval, and of the catalogue's.
    decided : ndarray of bool
        Where a known fatal factor or an exclusion layer decides.
    known : ndarray
        Share of the weight whose factors are known.
    """
    # Of an outline alone nothing is said, also where the whole interval lies in one class.
    one_class = (inner[0] == inner[1]) & (known > 0)
    kinds = np.where(enough_known(known), Certainty.BY_MEASURING, Certainty.UNKNOWN).astype(np.int8)
    kinds[one_class] = Certainty.BY_CATALOGUE
    kinds[(one_class & (outer[0] == outer[1])) | decided] = Certainty.SURE
    return kinds


def enough_known(known: np.ndarray) -> np.ndarray:
    """Whether so much of the weight is known that a range of classes may be shown."""
    return np.asarray(known >= KNOWN_ENOUGH - 1e-12)


def class_names(codes: np.ndarray) -> np.ndarray:
    """Names of class codes; None for -1."""
    return np.array([*CLASSES, None], dtype=object)[codes]
