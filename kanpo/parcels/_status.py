"""What offices call a lot: idle or devastated, in use, or in none of these states.

The classes are those of the survey of the use of farmland (利用状況調査, 農地法第30条・第32条): class 1 is
not farmed (green: can be farmed at once; yellow: land has to be improved first), class 2 is farmed far
below its surroundings; A can be restored, B (red in older surveys) hardly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from kanpo.errors import Problem, Severity
from kanpo.locale import Text
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


def is_use_code(written: str) -> bool:
    """Whether a word is a bare code, which some offices use in their own way."""
    return without_blanks(written) in frozenset("0123456789")
