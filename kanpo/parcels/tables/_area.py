"""Areas as people write them, exactly in square metres."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from kanpo.errors import Problem, Severity
from kanpo.locale import Text
from kanpo.parcels.tables._names import UNIT_NAMES
from kanpo.tables import Cell, plain_of
from kanpo.units import AREA_UNITS_M2

#: Square metres: the largest lot that is plausible, as in the parcel table.
MOST_M2 = 10_000_000
#: Median of a column without a unit from which on it is taken for square metres. Lots of farmland
#: have some hundred to some thousand m²; in a, 畝, 反 or ha the median lies below 50.
_MEDIAN_M2 = 100
#: Fewer numbers say nothing about their unit.
_FEW = 3
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
# 10a beside a number cannot be told from its last digits: 110a is 110 a.
_UNITS = "|".join(sorted(map(re.escape, UNIT_NAMES.keys() - {"10a"}), key=len, reverse=True))
_PART = re.compile(rf"({_NUMBER})({_UNITS})")
_SPLIT_NUMBER = re.compile(r"\d\s+[\d.,]")
_BARE = re.compile(rf"({_NUMBER})")
#: Old measures in the order in which a compound such as 1町2反3畝4歩 names them.
_OLD = ("町", "反", "畝", "坪")


@dataclass(frozen=True, slots=True)
class Area:
    """An area in square metres, exact; `unit` is the (largest) one beside it, None when there was none."""

    m2: Fraction
    unit: str | None


def read_area(text: str, unit: str | None = None) -> Area | Problem:
    """An area such as 12a, 1反2畝, ３００坪, 0.3ha or 1,234.

    Parameters
    ----------
    text : str
        Any width. A unit in it comes before `unit`.
    unit : str, optional
        Key of `kanpo.units.AREA_UNITS_M2`, for a number that stands alone.

    Returns
    -------
    Area or Problem
        The area, or why it is not certain.
    """
    plain = _plain(text)
    if _SPLIT_NUMBER.search(unicodedata.normalize("NFKC", text)):
        return _unreadable()
    if plain.startswith("-") and _BARE.match(plain[1:]):
        return _problem("table.area-negative", Text("面積が負の数です", "the area is negative"))
    bare = _BARE.fullmatch(plain)
    if bare is not None:
        if unit is None:
            return _problem("table.area-no-unit", Text("面積の単位がありません", "the area has no unit"))
        return _bounded(_bare_area(bare[1], unit), None)
    return _compound(plain)


def _plain(text: str) -> str:
    plain = "".join(unicodedata.normalize("NFKC", text).split()).casefold()
    return re.sub(r"[−‐–—]", "-", plain).replace("、", ",")


def _bare_area(number: str, unit: str) -> Fraction | Problem:
    digits = number.partition(".")[2]
    # In old registers 1.15 under 畝 is 1畝15歩 and 1.215 under 反 is 1反2畝15歩.
    if (unit == "畝" and digits) or (unit in ("反", "町") and len(digits) > 1):
        return _problem(
            "table.area-old-point",
            Text(
                f"「{number}」は小数か、{unit}の下の単位か決められません",
                f"'{number}' may be a decimal number or {unit} with smaller measures",
            ),
            Text("1反2畝15歩 のように書くか ㎡ で書いてください", "write it as 1反2畝15歩 or in m²"),
        )
    return Fraction(number.replace(",", "")) * AREA_UNITS_M2[unit]


def _compound(plain: str) -> Area | Problem:
    total, place = Fraction(0), 0
    units: list[str] = []
    while place < len(plain):
        match = _PART.match(plain, place)
        if match is None:
            return _unreadable()
        unit = UNIT_NAMES[match[2]]
        total += Fraction(match[1].replace(",", "")) * AREA_UNITS_M2[unit]
        units.append(unit)
        place = match.end()
    if len(units) > 1:
        order = [_OLD.index(unit) if unit in _OLD else -1 for unit in units]
        if -1 in order or order != sorted(set(order)):
            return _unreadable()
    return _bounded(total, units[0]) if units else _unreadable()


def _bounded(m2: Fraction | Problem, unit: str | None) -> Area | Problem:
    if isinstance(m2, Problem):
        return m2
    if m2 > MOST_M2:
        return _problem(
            "table.area-too-large", Text("1筆の面積として大きすぎます", "is too large for one lot")
        )
    return Area(m2, unit)


def _unreadable() -> Problem:
    return _problem("table.area-unreadable", Text("面積として読めません", "is no area"))


def _problem(code: str, what: Text, mend: Text | None = None) -> Problem:
    usual = Text(
        "数字だけにして、単位は見出しに 面積(㎡) のように書いてください",
        "write digits only and the unit in the header, as 面積(㎡)",
    )
    return Problem(code, what, mend or usual)


def column_unit(
    cells: list[Cell], header: str | None, title: str | None
) -> tuple[str | None, Problem | None]:
    """The unit of the numbers that stand alone in a column, and what to say about it.

    Parameters
    ----------
    cells : list of Cell
        The column's cells in rows of parcels.
    header, title : str, optional
        Unit in the header of the column, and above the table; ``?`` for one that cannot be used.
    """
    if header == "?" or (header is None and title == "?"):
        return None, _left_out(Text("面積の単位が1つに決まりません", "the unit of area is not clear"))
    if header is not None:
        return header, _small(cells) if header == "m2" else None
    if title is not None:
        return title, _note(
            "table.area-unit-title", f"面積の単位を表の上の「単位」から {title} としました", title
        )
    numbers, beside = [], set()
    for cell in cells:
        plain = _plain(plain_of(cell))
        if _BARE.fullmatch(plain):
            numbers.append(float(plain.replace(",", "")))
        elif isinstance(found := _compound(plain), Area) and found.unit:
            beside.add(found.unit)
    if not numbers:
        return None, None
    if beside - {"m2"}:
        # Numbers beside 12a in the same column may be either.
        return None, _left_out(
            Text("単位のある面積とない面積が混ざっています", "some areas have a unit, some not")
        )
    if beside or median(numbers) >= _MEDIAN_M2:
        text = "面積の単位がどこにもないので、値の大きさから ㎡ としました"
        return "m2", _note("table.area-unit-assumed", text, "m2")
    return None, _left_out(
        Text("面積の単位がなく、値は㎡としては小さすぎます", "areas have no unit and are small for m²")
    )


def _small(cells: list[Cell]) -> Problem | None:
    """A doubt about m² in the header when the numbers below are those of a."""
    plain = [_plain(plain_of(cell)) for cell in cells]
    numbers = [float(text.replace(",", "")) for text in plain if _BARE.fullmatch(text)]
    if len(numbers) < _FEW or median(numbers) >= _MEDIAN_M2 / 2:
        return None
    what = Text(
        "見出しは㎡ですが、値が小さく、a かもしれません",
        "the header says m², but the numbers are small and may be a",
    )
    mend = Text(
        "見出しの単位を確かめてください。㎡として取り込みます", "check the unit in the header; taken for m²"
    )
    return Problem("table.area-small", what, mend, severity=Severity.WARNING)


def _left_out(what: Text) -> Problem:
    mend = Text(
        "見出しを 面積(㎡) や 面積(a) のようにしてください。単位のない面積は空欄として取り込みます",
        "name the unit in the header, as 面積(㎡) or 面積(a); areas without one are left blank",
    )
    return Problem("table.area-unit-unknown", what, mend, severity=Severity.WARNING)


def _note(code: str, ja: str, unit: str) -> Problem:
    return Problem(
        code,
        Text(ja, f"areas without a unit are taken for {unit}"),
        Text("違うときは見出しに単位を書いてください", "write the unit into the header if that is wrong"),
        severity=Severity.WARNING,
    )
