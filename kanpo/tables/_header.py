"""Finding the header of a sheet: under titles, over units, in two rows, merged, printed again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from kanpo.reading import plain_header
from kanpo.tables._sheet import Row, Sheet, is_blank, plain_name, plain_of, text_of

#: What a header means, or None for one that is not known.
Recognise = Callable[[str], str | None]

#: A header further down is none: a sheet with more rows above it is a form or a letter.
LOOKED_AT = 40
#: How a row of totals, of notes or of examples begins.
TOTAL = re.compile(r"[^\d]*計(?:\(.*\))?|平均|[^\d]*計\d+筆")
NOTE = re.compile(r"[※*]|\(?注[)::1-9 ]|備考[::]|出典|作成|以上$|\(注")
EXAMPLE = re.compile(r"[(【\[〔]?(?:記入|入力)?例[0-9]?[)】\]〕]?")
#: How every cell of the row below our own headers begins that says how to fill in.
HINT = "例:"
_UNIT = re.compile(
    r"[(\[]?(?:m2|㎡|平米|km2|ha|a|アール|反|畝|坪|m3|[kmcμ]?m|[kmμ]?g|t|[mμ]?l|%|‰|ppm|ppb|℃|°c?|度|年|月|日|時|分|秒|"
    r"円|千円|本|個|点|枚|株|件|筆|人|回|mg/kg|g/kg|kg/10a|kg/a|t/ha|円/kg|円/10a|h|hr|hours?|days?|years?|-|単位)[)\]]?"
)


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a sheet: `first` and `last` are row numbers; a label and a meaning for each column."""

    first: int
    last: int
    labels: tuple[str, ...]
    meanings: tuple[str | None, ...]

    @property
    def score(self) -> int:
        """How many different things it names."""
        return len(set(self.meanings) - {None})


def spelled(names: Mapping[str, Iterable[str]]) -> Recognise:
    """A recogniser from meanings to their spellings; width, case, blanks and marks do not count."""
    known = {plain_header(name): meaning for meaning, written in names.items() for name in written}
    return lambda text: known.get(plain_header(text))


def named(names: Iterable[str]) -> Recognise:
    """A recogniser of the headers that somebody gave by name."""
    # Columns that differ by a mark only are two where somebody chose their names.
    known = {plain_name(name): name for name in names}
    return lambda text: known.get(plain_name(text))


def find_header(sheet: Sheet, recognise: Recognise | None) -> Header | None:
    """The rows near the top that name most of what is known; of equals the upper and the shorter.

    Where nothing is known, the first row that is as wide as a table (titles are not).
    """
    shown = [row for row in sheet.rows if row.number <= LOOKED_AT]
    best: Header | None = None
    for at, row in enumerate(shown):
        if recognise is None or not row.filled:
            continue
        found = _best_of(sheet, row, shown[at + 1] if at + 1 < len(shown) else None, recognise)
        # Of two that say as much, the one without a title above it.
        below_title = best is not None and best.last == row.number > best.first and found.score == best.score
        if found.score and (best is None or found.score > best.score or below_title):
            best = found
    return best or _first_wide(sheet, shown)


def _first_wide(sheet: Sheet, shown: list[Row]) -> Header | None:
    filled = [row for row in shown if row.filled]
    widest = max((len(row.filled) for row in filled), default=0)
    for row in filled:
        if 2 * len(row.filled) > widest or 2 * row.filled[-1] >= widest:
            below = next((other for other in shown if other.number == row.number + 1), None)
            return _best_of(sheet, row, below, lambda text: None)
    return None


def _best_of(sheet: Sheet, row: Row, below: Row | None, recognise: Recognise) -> Header:
    """A row as a header, by itself or with the row below it."""
    single = _header(sheet, [row], recognise)
    if below is None or not below.filled:
        return single
    if is_units(below) and len(row.filled) > 1:
        return replace(single, last=below.number)
    under = [column for column in below.filled if _is_open(sheet, row, column)]
    if not under or not all(_is_words(below, column) for column in below.filled):
        return single
    double = _header(sheet, [row, below], recognise)
    merged = [column for column in under if (row.number, column) in sheet.wide]
    explained = len(merged) > 1 and len(row.filled) > 1 and double.score >= single.score
    return double if double.score > single.score or explained else single


def _is_open(sheet: Sheet, row: Row, column: int) -> bool:
    return is_blank(row.cell(column)) or (row.number, column) in sheet.wide


def _is_words(row: Row, column: int) -> bool:
    cell = row.cell(column)
    return isinstance(cell, str) and not cell.strip()[:1].isdigit()


def _header(sheet: Sheet, rows: list[Row], recognise: Recognise) -> Header:
    labels: list[str] = []
    meanings: list[str | None] = []
    for column in range(max(len(row.cells) for row in rows)):
        lower = heading_text(sheet, rows[1], column, over=False) if len(rows) > 1 else ""
        upper = heading_text(sheet, rows[0], column, over=bool(lower))
        joined = joined_label(upper, lower)
        forms = (joined, upper + lower, lower, upper) if lower and upper else (joined,)
        label = next((form for form in forms if form and recognise(form)), joined)
        labels.append(label)
        meanings.append(recognise(label) if label else None)
    return Header(rows[0].number, rows[-1].number, tuple(labels), tuple(meanings))


def heading_text(sheet: Sheet, row: Row, column: int, *, over: bool) -> str:
    """The text of a header cell; with `over` that of a cell merged over columns, in each of them."""
    cell = row.cell(column)
    if is_blank(cell) and over:
        if (row.number, column) in sheet.wide:
            return sheet.wide[row.number, column]
        # In CSV a merged heading stands in its first column and the others are blank.
        if sheet.name is None:
            before = [text_of(row.cell(left)) for left in range(column) if not is_blank(row.cell(left))]
            return before[-1] if before else ""
    return text_of(cell)


def joined_label(upper: str, lower: str) -> str:
    """One label from two rows of a header; what is merged over both is said once."""
    parts = [" ".join(part.split()) for part in (upper, lower) if part]
    return parts[0] if len(parts) == 2 and parts[0] == parts[1] else " ".join(parts)


def is_units(row: Row) -> bool:
    """Whether a row below the header holds only units."""
    texts = [plain_name(text_of(row.cell(column))) for column in row.filled]
    return bool(texts) and all(map(_UNIT.fullmatch, texts)) and not all(text == "-" for text in texts)


def data_rows(sheet: Sheet, header: Header, recognise: Recognise | None) -> list[Row]:
    """The rows below a header that are data; what begins as most rows do is looked at once."""
    first = next(at for at, label in enumerate(header.labels) if label)
    label = plain_name(header.labels[first])
    usual: dict[str, bool] = {}
    rows = []
    for row in sheet.rows:
        if row.number <= header.last:
            continue
        begins = row.cells[first] if first < len(row.cells) else None
        if isinstance(begins, str) and begins not in usual:
            plain = plain_name(begins)
            odd = plain in ("", label) or "例" in plain or (recognise is not None and recognise(begins))
            usual[begins] = not odd
        if (isinstance(begins, str) and usual[begins]) or _is_data(row, header, recognise):
            rows.append(row)
    return rows


def _is_data(row: Row, header: Header, recognise: Recognise | None) -> bool:
    if not any(row.cells):
        return False
    filled = row.filled
    if not filled:
        return False
    first = text_of(row.cell(filled[0]))
    if first.startswith(HINT) and all(text_of(row.cell(column)).startswith(HINT) for column in filled):
        return False
    if EXAMPLE.fullmatch(first):
        return False
    keys = recognise is not None and row.number == header.last + 1 and len(filled) > 1
    if recognise is not None and keys and all(recognise(text_of(row.cell(at))) for at in filled):
        return False
    return len(filled) == 1 or not all(
        _repeats(text_of(row.cell(at)), at, header, recognise) for at in filled
    )


def _repeats(text: str, at: int, header: Header, recognise: Recognise | None) -> bool:
    """Whether a cell says what the header of its column says: printed again, or the keys of our own forms."""
    if at >= len(header.labels):
        return False
    if plain_name(text) == plain_name(header.labels[at]):
        return True
    return (
        recognise is not None and header.meanings[at] is not None and recognise(text) == header.meanings[at]
    )


def kind_of_end(row: Row, header: Header) -> str:
    """What a last row is that is no data: ``total``, ``note`` or nothing."""
    first = plain_of(row.cell(row.filled[0]))
    if TOTAL.fullmatch(first):
        return "total"
    return "note" if len(row.filled) <= 2 < len(header.labels) + 1 and NOTE.match(first) else ""
