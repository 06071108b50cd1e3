"""How parcels are drawn by their class and how sure it is: one list for pictures and layers of GIS programs.

`tests/maps/test_colours.py` holds the map's page to the same colours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kanpo.locale import Text
from kanpo.suitability._classes import CLASS_LABELS, CLASSES, Certainty

#: Colours of the classes where they are sure; None: not known.
CLASS_COLOURS: dict[str | None, str] = {
    "S1": "#08519c",
    "S2": "#41a1b8",
    "S3": "#f0c94f",
    "N1": "#d8741c",
    "N2": "#6f6a66",
    None: "#dcdcd8",
}
#: Paler where the catalogue or measuring decides.
PALE_COLOURS: dict[str | None, str] = {
    "S1": "#8fb3d9",
    "S2": "#aed9e1",
    "S3": "#f9ebbf",
    "N1": "#f0c7a0",
    "N2": "#aaa5a0",
    None: "#dcdcd8",
}
#: Muted for herbs that too little is known of for a class.
MUTED_COLOURS: dict[str | None, str] = {
    "S1": "#b7c3cf",
    "S2": "#c5d2d4",
    "S3": "#ddd9c8",
    "N1": "#d8cbbd",
    "N2": "#c3c0bd",
    None: "#dcdcd8",
}
#: Of outlines, where a parcel has one of its own.
LINE_COLOURS: dict[str | None, str] = {
    "S1": "#04305f",
    "S2": "#1f6c80",
    "S3": "#a8841a",
    "N1": "#8f470a",
    "N2": "#3f3b38",
    None: "#8a8a8a",
}
#: What a class is called of a herb that too little is known of.
REFERENCE = Text("参考", "for reference")
_UNKNOWN = Text("不明", "unknown")


@dataclass(frozen=True, slots=True)
class Tone:
    """One entry of a legend: a class as told, how sure it is, and how its parcels are drawn.

    `lower` is the class at the lower bound (None: none may be told), `certainty` a key of that
    vocabulary, `upper` the class at the upper bound where the entry is for that one alone. Hatched
    is what measuring would change, in `ink` over `colour`.
    """

    lower: str | None
    certainty: str
    label: Text
    colour: str
    upper: str | None = None
    hatched: bool = False

    @property
    def reference(self) -> bool:
        """Whether it is a range of a herb that too little is known of for a class."""
        return self.lower is not None and self.certainty == "unknown"

    @property
    def ink(self) -> str:
        """The class's own colour, of a hatch."""
        return CLASS_COLOURS[self.lower]

    @property
    def line(self) -> str:
        """The colour of an outline."""
        return LINE_COLOURS[self.lower]

    def rows(self, table: pd.DataFrame) -> np.ndarray:
        """Positions of its rows in a table with class_lower, class_upper and certainty."""
        return np.flatnonzero(self._among(*_judged(table)))

    def _among(self, lower: np.ndarray, upper: np.ndarray, kind: np.ndarray) -> np.ndarray:
        found = (lower == (self.lower or "")) & (kind == self.certainty)
        return found if self.upper is None else found & (upper == self.upper)


def _judged(table: pd.DataFrame) -> list[np.ndarray]:
    """Classes of both ends and certainty, (N,) of str each; empty where there is none."""
    keys = ("class_lower", "class_upper", "certainty")
    return [table[key].astype(object).where(table[key].notna(), "").to_numpy(dtype=str) for key in keys]


def _sure(name: str, words: Text) -> Iterator[Tone]:
    sure, colour = Certainty.SURE.label, CLASS_COLOURS[name]
    alone = name if name == "N2" else None
    label = Text(f"{name} {words.ja}({sure.ja})", f"{name} {words.en} ({sure.en})")
    yield Tone(name, "sure", label, colour, upper=alone)
    if alone:
        # Surely not suitable, while what is not known decides whether works mend it: not told as N2.
        both = Text(
            f"N2〜N1 不適({sure.ja}。作業で直るかは不明)",
            f"N2 to N1 not suitable ({sure.en}; whether works mend it is unknown)",
        )
        yield Tone("N2", "sure", both, colour, upper="N1")


def _tones_of(name: str) -> Iterator[Tone]:
    words, measuring = CLASS_LABELS[name], Certainty.BY_MEASURING.label
    catalogue = Certainty.BY_CATALOGUE.label
    yield from _sure(name, words)
    label = Text(f"{name} {words.ja}({catalogue.ja})", f"{name} {words.en} ({catalogue.en})")
    yield Tone(name, "by_catalogue", label, PALE_COLOURS[name])
    label = Text(f"{name}〜({measuring.ja})", f"{name} or better ({measuring.en})")
    yield Tone(name, "by_measuring", label, PALE_COLOURS[name], hatched=True)
    label = Text(f"{name}〜({REFERENCE.ja})", f"{name} or better ({REFERENCE.en})")
    yield Tone(name, "unknown", label, MUTED_COLOURS[name])


#: Every entry that a legend may have, the best class first; no parcel belongs to two.
TONES = (
    *(tone for name in CLASSES for tone in _tones_of(name)),
    Tone(None, "unknown", _UNKNOWN, CLASS_COLOURS[None]),
)


def tones_in(table: pd.DataFrame) -> tuple[Tone, ...]:
    """The entries that a table with class_lower, class_upper and certainty has rows of."""
    judged = _judged(table)
    return tuple(tone for tone in TONES if tone._among(*judged).any())
