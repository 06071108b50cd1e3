"""Numbers that people write with their unit."""

from __future__ import annotations

import re
from dataclasses import replace

from kanpo.errors import Place, Problem
from kanpo.locale import Text
from kanpo.schema._reading import normalise, read_number

_NUMBER_AND_UNIT = re.compile(r"([-+]?[\d.,]+)\s*([^\d\s.,]\S{0,11})\Z")
#: Units in the base unit of their kind (metre, gram), and other spellings of a unit.
_LENGTHS = {"mm": 0.001, "cm": 0.01, "m": 1.0}
_MASSES = {"mg": 0.001, "g": 1.0, "kg": 1000.0}
_SAME = {
    "ミリ": "mm",
    "センチ": "cm",
    "メートル": "m",
    "グラム": "g",
    "キロ": "kg",
    "枚": "count",
    "本": "count",
}


class UnitDiffers(ValueError):
    """A number came with a unit that is not the trait's: `meant` is the value if it is only another size."""

    def __init__(self, written: str, unit: str, meant: float | None) -> None:
        super().__init__(written)
        self.unit = unit
        self.meant = meant

    def problem(self, label: Text, place: Place) -> Problem:
        """The finding, with what was probably meant."""
        mend = Text(f"{self.unit} に直して数字だけを入れてください", f"convert to {self.unit}, digits only")
        if self.meant is not None:
            mend = Text(
                f"{self.meant:g}({self.unit})のことなら、そう書き直してください",
                f"if {self.meant:g} ({self.unit}) is meant, write it so",
            )
        what = Text(
            f"「{label.ja}」の単位({self.unit})と違います", f"the unit of '{label.en}' is {self.unit}"
        )
        return Problem("value.unit-differs", what, mend, replace(place, column="value"))


def read_measured(written: str, unit: str) -> float:
    """A number, with or without its unit behind it.

    Parameters
    ----------
    unit : str
        The unit that the value is kept in.

    Raises
    ------
    UnitDiffers
        Another unit stands there. It is never converted silently: who writes 0.35 m on one sheet may
        have written 35 without a unit on the next.
    ValueError
        It is no number.
    """
    plain = normalise(written)
    match = _NUMBER_AND_UNIT.match(plain)
    if match is None:
        return read_number(plain)
    number = read_number(match[1])
    found = _SAME.get(match[2], match[2])
    if found == unit or (found in ("pH", "点") and unit in ("-", "score")):
        return number
    for sizes in (_LENGTHS, _MASSES):
        if found in sizes and unit in sizes:
            raise UnitDiffers(written, unit, round(number * sizes[found] / sizes[unit], 6))
    if found.isalpha() or found == "%":
        raise UnitDiffers(written, unit, None)
    raise ValueError(written)
