"""Values that are more than a number: lots with masses, values below a limit, N-P-K, active ingredients."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from kanpo.errors import Problem
from kanpo.locale import Text

_SIGNS = str.maketrans({"＝": "=", "；": ";", "、": ";", "\n": ";", "\u3000": " "})
_PORTION = re.compile(r"(?P<lot>[^=;]+?)\s*=\s*(?P<mass>[^=;]*?)\s*")
_MASS = re.compile(r"(?P<number>[+-]?[\d,]*\.?\d+(?:e-?\d+)?)\s*(?P<unit>[a-zμ%]*)", re.IGNORECASE)
_BELOW = re.compile(r"<\s*([\d,]*\.?\d+)|([\d,]*\.?\d+)\s*未満")
#: Kilograms in one unit, to say what to write instead.
_KILOGRAMS = {"g": 0.001, "t": 1000.0, "mg": 1e-6}


class Unreadable(ValueError):
    """A written value that cannot be read, with the problem as the user is told it."""

    def __init__(self, code: str, what: Text, mend: Text) -> None:
        super().__init__(code)
        self.problem = Problem(code, what, mend)


@dataclass(frozen=True, slots=True)
class Portion:
    """So much of a lot, kg."""

    lot_id: str
    kg: float


def read_masses(text: str) -> str:
    """``L1=12.5; L2=3`` in its plain form: full-width signs, 、 and line breaks are read too.

    Raises
    ------
    Unreadable
        A part is not ``lot=kg``, a mass is negative, in another unit, or a lot stands twice.
    """
    # Only signs and masses are read in any width: ① in a lot's name is not 1.
    plain = text.translate(_SIGNS)
    parts = [part.strip() for part in plain.split(";") if part.strip()]
    portions = [_portion(part) for part in parts]
    lots = [portion.lot_id for portion in portions]
    twice = next((lot for lot in lots if lots.count(lot) > 1), None)
    if not portions or twice is not None:
        raise Unreadable(
            "lot.twice" if twice else "lot.masses",
            Text(f"ロット「{twice}」が2度あります", f"lot '{twice}' stands twice")
            if twice
            else Text("ロットがありません", "there is no lot"),
            Text(
                "1つのロットは1度だけ、合計の kg で書いてください", "write each lot once, with its total kg"
            ),
        )
    return "; ".join(f"{portion.lot_id}={portion.kg:.12g}" for portion in portions)


def portions_of(text: object) -> tuple[Portion, ...]:
    """The portions in a text that `read_masses` gave; none where nothing stands."""
    if not isinstance(text, str) or not text:
        return ()
    pairs = (part.rpartition("=") for part in text.split("; "))
    return tuple(Portion(lot, float(mass)) for lot, _, mass in pairs)


def _portion(part: str) -> Portion:
    whole = _PORTION.fullmatch(part)
    mass = _MASS.fullmatch(unicodedata.normalize("NFKC", whole["mass"])) if whole else None
    if whole is None or mass is None:
        raise Unreadable(
            "lot.masses",
            Text(f"「{part}」を ロット=kg として読めません", f"'{part}' is not lot=kg"),
            Text("L1=12.5; L2=3 のように書いてください", "write it as L1=12.5; L2=3"),
        )
    lot, kg, unit = whole["lot"], float(mass["number"].replace(",", "")), mass["unit"].lower()
    if unit not in ("", "kg"):
        known = _KILOGRAMS.get(unit)
        example = f"{lot}={kg * known:g}" if known else f"{lot}=12.5"
        raise Unreadable(
            "lot.unit",
            Text(
                f"「{lot}」の重さの単位が kg ではありません({unit})", f"mass of '{lot}' is in {unit}, not kg"
            ),
            Text(f"kg に直して書いてください(例: {example})", f"write it in kg, for example {example}"),
        )
    if kg < 0:
        raise Unreadable(
            "lot.negative-mass",
            Text(f"「{lot}」の重さが負です({kg:g} kg)", f"mass of '{lot}' is negative ({kg:g} kg)"),
            Text("0以上の kg を入れてください", "enter kg of 0 or more"),
        )
    return Portion(lot, kg)


def read_measured(text: str) -> float | str:
    """A measured value: a number, or ``<0.01`` (also ``0.01未満``) kept as such.

    Raises
    ------
    Unreadable
        It is neither, is negative, or says only that nothing was found.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    below = _BELOW.fullmatch(plain)
    if below is not None:
        limit = (below[1] or below[2]).replace(",", "")
        if float(limit) > 0:
            return f"<{limit}"
    try:
        value = float(plain.replace(",", ""))
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise Unreadable(
            "assay.value",
            Text("測定値として読めません", "is no measured value"),
            Text(
                "2.31 のような0以上の数か、下限未満なら <0.01 の形で下限とともに入れてください",
                "enter a number of 0 or more, or the limit it is below, as <0.01",
            ),
        )
    return value


def read_ingredients(text: str) -> dict[str, int | None]:
    """Active ingredients, each with the uses that the label allows in all: ``マンゼブ=3; メタラキシル``.

    The number is None where it is left out.

    Raises
    ------
    Unreadable
        A number of uses is no whole number, or an ingredient stands twice.
    """
    parts = [part.strip() for part in unicodedata.normalize("NFKC", text.translate(_SIGNS)).split(";")]
    uses: dict[str, int | None] = {}
    for part in filter(None, parts):
        name, _, most = (piece.strip() for piece in part.partition("="))
        number = most.removesuffix("以内").removesuffix("回")
        if not name or name in uses or (most and not re.fullmatch(r"[0-9]{1,3}", number)):
            raise Unreadable(
                "pesticide.ingredients",
                Text(f"「{part}」を有効成分として読めません", f"'{part}' is no active ingredient"),
                Text(
                    "成分=総使用回数 を ; で区切ってください(例: マンゼブ=3; メタラキシル=2。回数は省ける)",
                    "write ingredient=uses allowed in all, parted by ; (the uses may be left out)",
                ),
            )
        uses[name] = int(number) if most else None
    return uses


def read_npk(text: str) -> str:
    """An analysis of fertiliser, percent of N, P2O5 and K2O, as ``8-8-8``.

    Raises
    ------
    Unreadable
        It is not three percentages that add up to at most 100.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    parts = re.split(r"\s*[-:/‐−–ー]\s*", plain)
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) != 3 or min(numbers) < 0 or sum(numbers) > 100:
        raise Unreadable(
            "operation.npk",
            Text("肥料の成分として読めません", "is no analysis of fertiliser"),
            Text("窒素-りん酸-加里 の % を 8-8-8 のように書いてください", "write percent N-P-K as 8-8-8"),
        )
    return "-".join(f"{number:g}" for number in numbers)
