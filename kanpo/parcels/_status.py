"""What offices call a lot: idle or devastated, in use, or in none of these states.

The classes are those of the survey of the use of farmland (利用状況調査, 農地法第30条・第32条): class 1 is
not farmed (green: can be farmed at once; yellow: land has to be improved first), class 2 is farmed far
below its surroundings; A can be restored, B (red in older surveys) hardly.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from kanpo.errors import Problem, Severity
from kanpo.locale import Text
from kanpo.parcels.tables._names import recognise
from kanpo.reading import plain_header, without_blanks

#: What people write for "none".
NONE = frozenset(
    ("-", "ー", "―", "−", "–", "—", "×", "無", "なし", "無し", "該当なし", "該当無し", "非該当", "対象外", "")
)
_IDLE = re.compile(
    r"(?:遊休農地|遊休)?\(?(?:農地法)?(?:第?32条)?(?:第?1項)?第?([12])号?\)?(?:遊休農地|遊休)?(?:\(.*\))?"
)
_IDLE_WORDS = (
    (re.compile(r"遊休農地\(不耕作\)"), "1"),
    (re.compile(r"遊休農地\((?:低利用|.*著しく劣)"), "2"),
)
_DEVASTATED = re.compile(r"(?:荒廃農地|荒廃)?\(?([ab])(?:分類|判定|区分)?\)?(?:農地)?(?:\(.*\))?")
_SHADES = {"緑": "1_green", "黄": "1_yellow"}
_SHADE = re.compile(r"(?:1号)?\(?(緑|黄)(?:色|区分)?\)?(?:農地)?")
#: Codes of the published register (UsageSituationInvestigationResult): 3 is not idle; nobody has
#: looked yet (9), could not look (5), or found something else (4).
_CODES = {"3": "cultivated", "4": "other", "5": "not_surveyed", "9": "pending"}
_STATES = {
    "cultivated": (
        *("耕作", "耕作中", "作付", "作付中", "作付あり", "作付け中", "保全管理", "自己保全", "自己保全管理"),
        *("良好", "遊休農地ではない", "遊休農地でない", "遊休なし", "遊休農地なし", "利用中"),
    ),
    "pending": ("調査中", "未調査", "未実施", "調査予定"),
    "not_surveyed": ("調査不可", "立入困難", "立入不可", "調査不能"),
    "other": ("その他", "その他の状態"),
    "not_farmland": ("非農地", "非農地判断済", "非農地判断済み", "非農地通知済", "転用済"),
}
_STATE_OF = {word: state for state, words in _STATES.items() for word in words}


@dataclass(frozen=True, slots=True)
class Status:
    """What one word says: `idle` (1, 2), `devastated` (A, B), `shade` (1_green, 1_yellow), or another `state`."""

    idle: str | None = None
    devastated: str | None = None
    shade: str | None = None
    state: str | None = None


#: Nothing is said.
NOTHING = Status()


@lru_cache(maxsize=10_000)
def read_status(written: str) -> Status | Problem:
    """The state of a lot in an office's own words, whichever survey the column is called after."""
    word = without_blanks(written).casefold()
    if word in NONE:
        return NOTHING
    if word in _CODES:
        return Status(state=_CODES[word])
    for known, state in _STATE_OF.items():
        if (
            word == known
            or (len(known) > 3 and word.startswith(known))
            or (known == "調査不可" and known in word)
        ):
            return Status(state=state)
    shade = _SHADE.fullmatch(word)
    if shade is not None:
        return Status(idle="1", shade=_SHADES[shade[1]])
    idle = _IDLE.fullmatch(word)
    named = next((key for form, key in _IDLE_WORDS if form.match(word)), None)
    if idle is not None or named is not None:
        key = named or (idle[1] if idle else "")
        marks = [key_of for mark, key_of in _SHADES.items() if mark in word]
        return Status(idle=key, shade=marks[0] if key == "1" and marks else None)
    return _devastated(word) or Problem(
        "table.value-unknown",
        Text("遊休農地・荒廃農地の区分として読めません", "is no class of idle or devastated farmland"),
        Text(
            "1号・2号・A分類・B分類・耕作中・調査中などと書いてください。空欄として取り込みます",
            "write 1号, 2号, A分類, B分類, 耕作中 or 調査中; left blank",
        ),
        severity=Severity.WARNING,
    )


def _devastated(word: str) -> Status | None:
    match = _DEVASTATED.fullmatch(word)
    if match is not None:
        return Status(devastated=match[1].upper())
    words = plain_header(word)
    if words in ("再生利用可能", "再生利用が可能", "再生可能", "再生利用が可能な荒廃農地"):
        return Status(devastated="A")
    if words in (
        "赤",
        "赤区分",
        "再生利用困難",
        "再生利用が困難",
        "再生困難",
        "再生利用が困難と見込まれる荒廃農地",
    ):
        return Status(devastated="B")
    return None


#: Meanings of headers under which the state of a lot stands, and of those where it is ticked.
STATES = ("idle_class", "devastation_class", "status")
_TICKED = {
    "idle_1": Status(idle="1"),
    "idle_2": Status(idle="2"),
    "devastation_a": Status(devastated="A"),
    "devastation_b": Status(devastated="B"),
}
_YES = frozenset(
    ["○", "◯", "〇", "●", "◎", "1", "v", "✓", "✔", "レ", "有", "あり", "該当", "はい", "true", "yes"]
)


def is_ticked(written: str) -> bool | Problem:
    """Whether a column for one class is ticked."""
    word = without_blanks(written).casefold()
    if word in _YES or word in NONE or word in ("0", "false", "no", "いいえ"):
        return word in _YES
    return Problem(
        "table.value-unknown",
        Text("○か空欄ではありません", "is neither ticked nor blank"),
        Text("該当する行に○を付けてください。空欄として取り込みます", "tick it with ○; left blank"),
        severity=Severity.WARNING,
    )


@cache
def meaning_of(header: str) -> str | None:
    """Under which of our names the state of a lot stands there, None where it does not."""
    known = recognise(header.removesuffix("CodeName"))
    return known[0] if known is not None and known[0] in (*STATES, *_TICKED) else None


def read_states(properties: Mapping[str, object]) -> tuple[Status, list[tuple[str, Problem]]]:
    """The state that the properties of a lot say together, and by name what of it cannot be read.

    The name of a code goes before the code.
    """
    found: list[Status] = []
    problems: list[tuple[str, Problem]] = []
    for name in sorted(filter(meaning_of, properties), key=lambda name: not name.endswith("CodeName")):
        written, meaning = properties[name], meaning_of(name)
        if written is None or type(written) in (dict, list):
            continue
        text = str(int(written)) if isinstance(written, float) and written.is_integer() else str(written)
        said = read_status(text) if meaning in STATES else is_ticked(text)
        if isinstance(said, Problem):
            problems.append((name, said))
        elif said is True:
            found.append(_TICKED[str(meaning)])
        elif isinstance(said, Status):
            found.append(said)
    parts = {key: [value for one in found if (value := getattr(one, key))] for key in Status.__slots__}
    for key in ("idle", "devastated"):
        if len(set(parts[key])) > 1:
            problems.append(
                (next(filter(meaning_of, properties)), replace(two_classes(), severity=Severity.WARNING))
            )
            parts[key] = []
    return Status(*(values[0] if values else None for values in parts.values())), problems


def two_classes() -> Problem:
    """Two classes of one lot."""
    return Problem(
        "table.two-classes",
        Text("1筆に2つの区分が付いています", "one lot has two classes"),
        Text("どちらか1つにしてください", "leave one of them"),
    )
