"""Numbers on the command line: one type for every option that takes one, finite and within its bounds."""

from __future__ import annotations

import re
from typing import Any

import click

from kanpo.budgets import GREATEST_NUMBER
from kanpo.errors import Place, UsageError
from kanpo.locale import Text

#: A count of rows, parcels or years that no project reaches.
_MANY = 1_000_000_000
_PLAIN = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]{1,3})?", re.IGNORECASE)
#: 1,000 and 12,345.6: commas by threes behind a first part that is no zero.
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?")
_COMMA = re.compile(r"(?P<whole>[+-]?[0-9]+),(?P<part>[0-9]+)")
#: Full-width signs and the kinds of minus. Compatibility forms are left out: ① and ² are no digits here.
_WIDTHS = str.maketrans("０１２３４５６７８９．，＋－−‐–ｅＥ\u3000", "0123456789.,+----eE ")


class NoNumber(ValueError):
    """A text that is no number, with what is wrong and how to mend it."""

    def __init__(self, code: str, what: Text, mend: Text) -> None:
        super().__init__(code)
        self.code, self.what, self.mend = code, what, mend


def typed_number(text: str) -> float:
    """A finite number as people type it: digits of either width, thousands as 1,000.

    A comma that may be a decimal one (``3,5``) is asked about, since both readings are a number.

    Raises
    ------
    NoNumber
        It is none, is not finite, or has two meanings.
    """
    plain = text.translate(_WIDTHS).strip()
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    comma = _COMMA.fullmatch(plain)
    if comma is not None:
        point, joined = f"{comma['whole']}.{comma['part']}", comma["whole"] + comma["part"]
        raise NoNumber(
            "usage.decimal-comma",
            Text(
                "カンマが小数点か桁区切りか分かりません", "the comma may be a decimal one or part thousands"
            ),
            Text(f"{point} か {joined} のどちらかで書いてください", f"write {point} or {joined}"),
        )
    # Python would also take 1_000, nan and inf; float alone knows that 1e999 is no number.
    if not _PLAIN.fullmatch(plain) or not abs(value := float(plain)) < GREATEST_NUMBER:
        raise NoNumber(
            "usage.number",
            Text("数ではありません", "is no number"),
            Text("数だけを書いてください", "write digits only"),
        )
    return value


class Number(click.ParamType):  # type: ignore[type-arg]
    """A finite number between bounds.

    Parameters
    ----------
    low, high : float, optional
        Bounds; they belong to the range unless it is `open`.
    open : bool
        The bounds themselves do not belong to it.
    example : float
        What a message shows to write instead.
    """

    name = "number"

    def __init__(
        self,
        low: float | None = None,
        high: float | None = None,
        *,
        open: bool = False,
        example: float = 12.5,
    ) -> None:
        self.low, self.high, self.open, self.example = low, high, open, example

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number.

        Raises
        ------
        UsageError
            It is none, or out of bounds.
        """
        name = param.opts[0] if param is not None else ""
        try:
            number = typed_number(str(value))
        except NoNumber as error:
            what = Text(f"{name}: {error.what.ja}", f"{name}: {error.what.en}")
            mend = self._mended(error.mend, name) if error.code == "usage.number" else error.mend
            raise UsageError(error.code, what, mend, Place(value=value)) from None
        if not self.holds(number):
            bounds = self.bounds()
            raise UsageError(
                "usage.out-of-range",
                Text(f"{name} に使える範囲の外です", f"{name}: is out of range"),
                Text(f"{bounds.ja}の数にしてください", f"give a number {bounds.en}"),
                Place(value=value),
            )
        return self.typed(number, name, value)

    def typed(self, number: float, name: str, value: object) -> float | int:
        """The number as commands take it."""
        return number

    def _mended(self, mend: Text, name: str) -> Text:
        example = f"{name} {self.example:g}"
        return Text(f"{mend.ja}(例: {example})", f"{mend.en} (for example {example})")

    def holds(self, number: float) -> bool:
        """Whether a number is within the bounds."""
        if self.open and number in (self.low, self.high):
            return False
        return (self.low is None or number >= self.low) and (self.high is None or number <= self.high)

    def bounds(self) -> Text:
        """The bounds in words; empty where there are none."""
        low, high = (None if end is None else f"{end:,.10g}" for end in (self.low, self.high))
        if low is None and high is None:
            return Text("", "")
        if high is None:
            return Text(
                f"{low}より大きい" if self.open else f"{low}以上",
                f"above {low}" if self.open else f"of {low} or more",
            )
        if low is None:
            return Text(
                f"{high}未満" if self.open else f"{high}以下",
                f"below {high}" if self.open else f"up to {high}",
            )
        between = Text(f"{low}〜{high}", f"{low} to {high}")
        return Text(f"{between.ja}(両端を除く)", f"{between.en} (ends excluded)") if self.open else between


class Whole(Number):
    """A whole number between bounds."""

    name = "integer"

    def __init__(self, low: int | None = None, high: int | None = _MANY, *, example: int = 3) -> None:
        super().__init__(low, high, example=example)

    def bounds(self) -> Text:
        """The bounds in words; the greatest count of all goes without saying below another bound."""
        if self.high == _MANY and self.low is not None:
            return Number(self.low).bounds()
        return super().bounds()

    def typed(self, number: float, name: str, value: object) -> float | int:
        """The number as ``int``.

        Raises
        ------
        UsageError
            It has a fraction.
        """
        if number != int(number):
            mend = self._mended(Text("整数を書いてください", "write a whole number"), name)
            what = Text(f"{name}: 整数ではありません", f"{name}: is no whole number")
            raise UsageError("usage.whole-number", what, mend, Place(value=value))
        return int(number)
