"""Values that are more than a number: lots with masses, values below a limit, N-P-K, active ingredients."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kanpo.errors import Problem
from kanpo.locale import Text
from kanpo.reading import Reading, normalise, read_number, with_hyphens

_SIGNS = str.maketrans({"＝": "=", "；": ";", "、": ";", "\n": ";", "\u3000": " "})
_PORTION = re.compile(r"(?P<lot>[^=;]+?)\s*=\s*(?P<mass>[^=;]*?)\s*")
_MASS = re.compile(r"(?P<number>[^a-zμ%]+?(?:e-?\d+)?)\s*(?P<unit>[a-zμ%]*)", re.IGNORECASE)
_BELOW = re.compile(r"<\s*(.+)|(.+?)\s*未満")
#: Kilograms in one unit, to say what to write instead.
_KILOGRAMS = {"g": 0.001, "t": 1000.0, "mg": 1e-6}


@dataclass(frozen=True, slots=True)
class Portion:
    """So much of a lot, kg."""

    lot_id: str
    kg: float


def read_masses(text: str) -> Reading[str]:
    """``L1=12.5; L2=3`` in its plain form: full-width signs, 、 and line breaks are read too.

    A problem where a part is not ``lot=kg``, a mass is negative, in another unit, or a lot stands twice.
    """
    # Only signs and masses are read in any width: ① in a lot's name is not 1.
    parts = [part.strip() for part in text.translate(_SIGNS).split(";") if part.strip()]
    portions: dict[str, float] = {}
    for part in parts:
        portion = _portion(part)
        if isinstance(portion, Problem):
            return portion
        if portion.lot_id in portions:
            return _lots(
                "lot.twice",
                Text(f"ロット「{portion.lot_id}」が2度あります", f"lot '{portion.lot_id}' stands twice"),
            )
        portions[portion.lot_id] = portion.kg
    if not portions:
        return _lots("lot.masses", Text("ロットがありません", "there is no lot"))
    return "; ".join(f"{lot}={kg:.12g}" for lot, kg in portions.items())


def _lots(code: str, what: Text) -> Problem:
    mend = Text("1つのロットは1度だけ、合計の kg で書いてください", "write each lot once, with its total kg")
    return Problem(code, what, mend)


def portions_of(text: object) -> tuple[Portion, ...]:
    """The portions in a text that `read_masses` gave; none where nothing stands."""
    if not isinstance(text, str) or not text:
        return ()
    pairs = (part.rpartition("=") for part in text.split("; "))
    return tuple(Portion(lot, float(mass)) for lot, _, mass in pairs)


def _portion(part: str) -> Reading[Portion]:
    whole = _PORTION.fullmatch(part)
    mass = _MASS.fullmatch(normalise(whole["mass"])) if whole else None
    kg = read_number(mass["number"]) if mass else None
    if isinstance(kg, Problem) and kg.code == "number.comma":
        return kg
    if whole is None or mass is None or isinstance(kg, Problem) or kg is None:
        return Problem(
            "lot.masses",
            Text(f"「{part}」を ロット=kg として読めません", f"'{part}' is not lot=kg"),
            Text("L1=12.5; L2=3 のように書いてください", "write it as L1=12.5; L2=3"),
        )
    lot, unit = whole["lot"], mass["unit"].lower()
    if unit not in ("", "kg"):
        known = _KILOGRAMS.get(unit)
        example = f"{lot}={kg * known:g}" if known else f"{lot}=12.5"
        return Problem(
            "lot.unit",
            Text(
                f"「{lot}」の重さの単位が kg ではありません({unit})", f"mass of '{lot}' is in {unit}, not kg"
            ),
            Text(f"kg に直して書いてください(例: {example})", f"write it in kg, for example {example}"),
        )
    if kg < 0:
        return Problem(
            "lot.negative-mass",
            Text(f"「{lot}」の重さが負です({kg:g} kg)", f"mass of '{lot}' is negative ({kg:g} kg)"),
            Text("0以上の kg を入れてください", "enter kg of 0 or more"),
        )
    return Portion(lot, kg)


def read_measured(text: str) -> Reading[float | str]:
    """A measured value: a number of 0 or more, or ``<0.01`` (also ``0.01未満``) kept as such."""
    plain = normalise(text)
    below = _BELOW.fullmatch(plain)
    value = read_number(plain if below is None else below[1] or below[2])
    if isinstance(value, Problem) and value.code == "number.comma":
        return value
    if isinstance(value, Problem) or value < 0 or (below is not None and value == 0):
        return Problem(
            "assay.value",
            Text("測定値として読めません", "is no measured value"),
            Text(
                "2.31 のような0以上の数か、下限未満なら <0.01 の形で下限とともに入れてください",
                "enter a number of 0 or more, or the limit it is below, as <0.01",
            ),
        )
    return value if below is None else f"<{value:.15g}"


def read_ingredients(text: str) -> Reading[dict[str, int | None]]:
    """Active ingredients, each with the uses that the label allows in all: ``マンゼブ=3; メタラキシル``.

    The number is None where it is left out. A problem where a number of uses is no whole number, or an
    ingredient stands twice.
    """
    parts = [part.strip() for part in normalise(text.translate(_SIGNS)).split(";")]
    uses: dict[str, int | None] = {}
    for part in filter(None, parts):
        name, _, most = (piece.strip() for piece in part.partition("="))
        number = most.removesuffix("以内").removesuffix("回")
        if not name or name in uses or (most and not re.fullmatch(r"[0-9]{1,3}", number)):
            return Problem(
                "pesticide.ingredients",
                Text(f"「{part}」を有効成分として読めません", f"'{part}' is no active ingredient"),
                Text(
                    "成分=総使用回数 を ; で区切ってください(例: マンゼブ=3; メタラキシル=2。回数は省ける)",
                    "write ingredient=uses allowed in all, parted by ; (the uses may be left out)",
                ),
            )
        uses[name] = int(number) if most else None
    return uses


def read_npk(text: str) -> Reading[str]:
    """An analysis of fertiliser, percent of N, P2O5 and K2O, as ``8-8-8``.

    A problem where it is not three percentages that add up to at most 100.
    """
    numbers = [read_number(part) for part in re.split(r"\s*[-:/ー]\s*", with_hyphens(normalise(text)))]
    known = [number for number in numbers if not isinstance(number, Problem)]
    if len(numbers) != 3 or len(known) != 3 or min(known) < 0 or sum(known) > 100:
        return Problem(
            "operation.npk",
            Text("肥料の成分として読めません", "is no analysis of fertiliser"),
            Text("窒素-りん酸-加里 の % を 8-8-8 のように書いてください", "write percent N-P-K as 8-8-8"),
        )
    return "-".join(f"{number:g}" for number in known)
