"""Areas as people write them, exactly in square metres."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from kanpo.errors import Problem, Severity
from kanpo.locale import Text
from kanpo.reading._name import normalise, plain_header, with_hyphens, without_blanks
from kanpo.reading._number import GROUPED, Reading
from kanpo.units import AREA_UNITS_M2

#: Square metres: the largest lot that is plausible, as in the parcel table.
MOST_M2 = 10_000_000
#: Median of a column without a unit from which on it is taken for square metres. Lots of farmland
#: have some hundred to some thousand m²; in a, 畝, 反 or ha the median lies below 50.
_MEDIAN_M2 = 100
#: Fewer numbers say nothing about their unit.
_FEW = 3
_NUMBER = rf"{GROUPED}|\d+(?:\.\d+)?|\.\d+"
#: Spellings of units of area, longest first, to the keys of `kanpo.units.AREA_UNITS_M2`.
UNIT_NAMES: dict[str, str] = {
    "平方メートル": "m2",
    "ヘクタール": "ha",
    "アール": "a",
    "平方米": "m2",
    "平米": "m2",
    "10a": "10a",
    "町歩": "町",
    "反歩": "反",
    "畝歩": "畝",
    "ha": "ha",
    "m2": "m2",
    "a": "a",
    "町": "町",
    "反": "反",
    "段": "反",
    "畝": "畝",
    "坪": "坪",
    "歩": "坪",
}
#: Written behind an old unit, says that decimals under it are decimals: 反(小数).
DECIMAL_MARK = "小数"
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


def read_area(written: object, unit: str | None = None, *, decimal: bool = False) -> Reading[Area]:
    """An area such as 12a, 1反2畝, ３００坪, 0.3ha or 1,234.

    Parameters
    ----------
    written : object
        Text in any width, or a number. A unit in it comes before `unit`.
    unit : str, optional
        Key of `kanpo.units.AREA_UNITS_M2`, for a number that stands alone.
    decimal : bool
        Somebody said that 1.215 under 反 is a decimal number, and not 1反2畝15歩.

    Returns
    -------
    Area or Problem
        The area, or why it is not certain.
    """
    text = _exact(written)
    plain = _plain(text)
    if _SPLIT_NUMBER.search(normalise(text)):
        return _unreadable()
    if plain.startswith("-") and _BARE.match(plain[1:]):
        return _problem("table.area-negative", Text("面積が負の数です", "the area is negative"))
    bare = _BARE.fullmatch(plain)
    if bare is not None:
        if unit is None:
            return _problem("table.area-no-unit", Text("面積の単位がありません", "the area has no unit"))
        return _bounded(_bare_area(bare[1], unit, decimal), None)
    return _compound(plain)


def has_no_area(written: object) -> bool:
    """Whether a cell says that the area is not known: a dash or 不明."""
    return _plain(str(written)) in ("-", "不明")


def _exact(written: object) -> str:
    """A number without the noise of binary fractions: 12.3 and not 12.299999999999999."""
    if isinstance(written, float):
        return f"{written:.10f}".rstrip("0").rstrip(".")
    return str(written)


def _plain(text: str) -> str:
    return with_hyphens(without_blanks(text)).casefold().replace("、", ",")


def _bare_area(number: str, unit: str, decimal: bool) -> Fraction | Problem:
    digits = "" if decimal else number.partition(".")[2]
    # In old registers 1.15 under 畝 is 1畝15歩 and 1.215 under 反 is 1反2畝15歩.
    if (unit == "畝" and digits) or (unit in ("反", "町") and len(digits) > 1):
        return _problem(
            "table.area-old-point",
            Text(
                f"「{number}」は小数か、{unit}の下の単位か決められません",
                f"'{number}' may be a decimal number or {unit} with smaller measures",
            ),
            Text(
                f"1反2畝15歩 のように書くか ㎡ で書いてください。小数なら --map area_unit={unit}({DECIMAL_MARK})",
                f"write it as 1反2畝15歩 or in m²; if it is a decimal, say --map area_unit={unit}({DECIMAL_MARK})",
            ),
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
    cells: Sequence[object], header: str | None, title: str | None
) -> tuple[str | None, Problem | None]:
    """The unit of the numbers that stand alone in a column, and what to say about it.

    Parameters
    ----------
    cells : sequence
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
        plain = _plain(_exact(cell)) if cell is not None else ""
        if _BARE.fullmatch(plain):
            numbers.append(float(plain.replace(",", "")))
        elif isinstance(found := _compound(plain), Area) and found.unit:
            beside.add(found.unit)
    if not numbers:
        return None, None
    if beside - {"m2"} and median(numbers) < _MEDIAN_M2:
        # Small numbers beside 12a in the same column may be either; 1,200 a would be no lot.
        return None, _left_out(
            Text("単位のある面積とない面積が混ざっています", "some areas have a unit, some not")
        )
    if beside or median(numbers) >= _MEDIAN_M2:
        text = "面積の単位がどこにもないので、値の大きさから ㎡ としました"
        return "m2", _note("table.area-unit-assumed", text, "m2")
    return None, _left_out(
        Text("面積の単位がなく、値は㎡としては小さすぎます", "areas have no unit and are small for m²")
    )


def _small(cells: Sequence[object]) -> Problem | None:
    """A doubt about m² in the header when the numbers below are those of a."""
    plain = [_plain(_exact(cell)) for cell in cells if cell is not None]
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


_UNIT_KEYS = {plain_header(name): unit for name, unit in UNIT_NAMES.items()}
_SEVERAL_UNITS = re.compile(r"[町反段畝歩坪・./,]{2,}")


def unit_of(text: str) -> str | None:
    """The unit of area that a text is, such as ㎡ or 単位:a; ``?`` for several (反畝歩), None for none."""
    plain = plain_header(plain_header(text)).removeprefix("単位")
    if plain in _UNIT_KEYS:
        return _UNIT_KEYS[plain]
    return "?" if _SEVERAL_UNITS.fullmatch(plain) else None


def unit_at_end(text: str) -> tuple[str, str] | None:
    """A header such as 面積㎡ in two: what stands before the unit, and the unit; None without one."""
    for ending in sorted(_UNIT_KEYS, key=len, reverse=True):
        stem = text.removesuffix(ending)
        if stem and stem != text:
            return stem, _UNIT_KEYS[ending]
    return None
