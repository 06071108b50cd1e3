"""One validator for every way in: rows of written text become records, or problems with their place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import repeat
from typing import NamedTuple

from kanpo.errors import Place, Problem, Severity
from kanpo.locale import Text
from kanpo.reading import normalise, plain_header, read_number
from kanpo.schema._day_rules import check_days
from kanpo.schema._field import Field, Table
from kanpo.schema._names import names_of
from kanpo.schema._reading import read_value
from kanpo.schema._recorded import RECORD_KINDS
from kanpo.schema._traits import TRAITS, Trait, find_trait
from kanpo.schema._zone import DEFAULT_ZONE, bring_home, today_in

#: Columns that say who, when and which record, beside the fields of the kind.
ENVELOPE: tuple[Field, ...] = (
    Field("record_id", Text("記録ID", "record id")),
    Field("happened_at", Text("行った日", "when it happened"), "timestamp", required=True),
    Field("actor", Text("記録者", "who")),
    Field("supersedes", Text("訂正した記録", "record that this corrects")),
    Field("reason", Text("訂正の理由", "reason of the correction")),
    Field("wkt", Text("区画図(WKT)", "outline (WKT, longitude latitude)")),
)
#: Those of them that a `CheckedRecord` holds beside its body, in its order.
_RECORD_KEYS = ("happened_at", "actor", "record_id", "supersedes", "reason", "wkt")


class CheckedRecord(NamedTuple):
    """A record that may be written to the journal."""

    row: int
    kind: str
    body: dict[str, object]
    happened_at: str
    actor: str | None = None
    record_id: str | None = None
    supersedes: str | None = None
    reason: str | None = None
    wkt: str | None = None


@dataclass(frozen=True, slots=True)
class CheckedRecords:
    """What came of a table of records: the good ones, the problems, and the rows sent back.

    `headers` says under which header of the table a field stands.
    """

    good: tuple[CheckedRecord, ...]
    problems: tuple[Problem, ...]
    rejected: frozenset[int]
    headers: Mapping[str, str]


def check_records(
    kind: str,
    columns: Mapping[str, Sequence[str | None]],
    *,
    file: str | None = None,
    first_row: int = 2,
    zone: str = DEFAULT_ZONE,
) -> CheckedRecords:
    """Check a table of written records of one kind.

    Parameters
    ----------
    kind : str
        A key of `RECORD_KINDS`.
    columns : mapping of header to values
        Headers may be keys or labels of either language; values are text as written, None or
        empty where nothing stands. All columns have the same length.
    file : str, optional
        Named in problems.
    first_row : int
        Row number of the first value, as the reader of the file counts (the header is 1).
    zone : str
        Zone of the project: a moment in UTC or with another offset is brought there, and what was
        written stays in the body as ``happened_as_written``.

    Raises
    ------
    KeyError
        There is no such kind.
    """
    table = RECORD_KINDS[kind]
    fields = (*ENVELOPE, *table.fields)
    matched, problems = _match_headers(fields, columns, file)
    count = max((len(values) for values in columns.values()), default=0)
    parsed: dict[str, list[object]] = {}
    for field in fields:
        header = matched.get(field.key)
        if header is None and not field.required:
            parsed[field.key] = [None] * count
            continue
        written = columns[header] if header is not None else [None] * count
        values, found = _read_column(field, written, file, first_row, header or field.key)
        parsed[field.key] = values
        problems += found
    originals, outside = _bring_days_home(
        parsed["happened_at"], columns.get(matched.get("happened_at", ""), ()), zone, file, first_row
    )
    problems += outside
    rejected = {p.place.row for p in problems if p.severity is Severity.REJECT and p.place.row is not None}
    for problem in _doubts(kind, parsed, file, first_row, rejected, zone):
        column = problem.place.column
        problems.append(problem.at(column=matched.get(column, column)) if column else problem)
    rejected |= {p.place.row for p in problems if p.severity is Severity.REJECT and p.place.row is not None}
    chosen = [index for index in range(count) if first_row + index not in rejected]
    good = _records(kind, table, parsed, chosen, first_row)
    if originals:
        good = tuple(_with_original(record, originals.get(record.row - first_row)) for record in good)
    problems = sorted(problems, key=lambda p: p.place.row or 0)
    return CheckedRecords(good, tuple(problems), frozenset(rejected), matched)


#: Where a body keeps a moment as it was written, where that is another clock's.
AS_WRITTEN = "happened_as_written"


#: Nothing that is recorded happened before; an earlier year is a slip of the pen. A late one is warned of.
_FIRST_YEAR = "1900"


def _bring_days_home(
    moments: list[object], written: Sequence[str | None], zone: str, file: str | None, first_row: int
) -> tuple[dict[int, str], list[Problem]]:
    """Put the clock of the zone into a column; what was written by position, where it was another's."""
    home = {moment: _home_of(moment, zone) for moment in dict.fromkeys(moments)}
    originals: dict[int, str] = {}
    problems: list[Problem] = []
    if all(moment == there for moment, there in home.items()):
        return originals, problems
    for at, moment in enumerate(moments):
        there = home[moment]
        if there is None and moment is not None:
            place = Place(file, row=first_row + at, column="happened_at", value=str(written[at]))
            problems.append(_outside_calendar(place))
        elif there != moment:
            originals[at], moments[at] = str(written[at]), there
    return originals, problems


def _home_of(moment: object, zone: str) -> str | None:
    """The moment by the clock of the zone; None where it is none in which work can have been done."""
    if moment is None:
        return None
    try:
        there = bring_home(str(moment), zone)
    except ValueError:
        return None
    return there if there[:4] >= _FIRST_YEAR else None


def _with_original(record: CheckedRecord, written: str | None) -> CheckedRecord:
    return record if written is None else record._replace(body={**record.body, AS_WRITTEN: written})


def _outside_calendar(place: Place) -> Problem:
    return Problem(
        "value.date",
        Text("日付として読めません", "is not a date"),
        Text("2025-05-01 のように入れてください", "enter it as 2025-05-01"),
        place,
    )


def _match_headers(
    fields: Iterable[Field], headers: Iterable[str], file: str | None
) -> tuple[dict[str, str], list[Problem]]:
    names: dict[str, str] = {}
    for field in fields:
        for name in names_of(field):
            names.setdefault(name, field.key)
    matched: dict[str, str] = {}
    problems: list[Problem] = []
    for header in headers:
        plain = plain_header(header)
        key = names.get(plain)
        if key is not None:
            matched.setdefault(key, header)
        elif plain:
            near = difflib.get_close_matches(plain, names, n=1, cutoff=0.7)
            hint = names[near[0]] if near else None
            problems.append(
                Problem(
                    "records.unknown-column",
                    Text("知らない列なので読みませんでした", "unknown column, not read"),
                    Text(f"もしかして「{hint}」ですか", f"did you mean '{hint}'?")
                    if hint
                    else Text("不要な列ならそのままで構いません", "nothing to do if it is not needed"),
                    Place(file, column=header),
                    Severity.WARNING,
                )
            )
    return matched, problems


def _read_column(
    field: Field, written: Sequence[str | None], file: str | None, first_row: int, header: str
) -> tuple[list[object], list[Problem]]:
    """Read each distinct text once: columns of records repeat a few values many times."""
    read = {text: _read_cell(field, text) for text in dict.fromkeys(written)}
    values = {text: value for text, (value, _) in read.items()}
    wrong = {text: problem for text, (_, problem) in read.items() if problem is not None}
    problems = [
        wrong[text].at(file=file, row=first_row + index, column=header)
        for index, text in (enumerate(written) if wrong else ())
        if text in wrong
    ]
    return [values[text] for text in written], problems


def _read_cell(field: Field, text: str | None) -> tuple[object, Problem | None]:
    if text is None or not str(text).strip():
        return None, _missing(field) if field.required else None
    value, problem = read_value(field, str(text))
    return value, problem.at(value=str(text)) if problem else None


def _missing(field: Field) -> Problem:
    return Problem(
        "value.missing",
        Text(f"必須の「{field.label.ja}」が空です", f"'{field.label.en}' is required and empty"),
        Text("値を入れてください", "enter a value"),
    )


def _doubts(
    kind: str,
    parsed: dict[str, list[object]],
    file: str | None,
    first_row: int,
    rejected: set[int],
    zone: str,
) -> list[Problem]:
    """Rules that look at more than one field: traits, corrections, where a record belongs.

    Columns are looked at before rows, since most tables have nothing to doubt.
    """
    rows = [index for index in range(len(parsed["happened_at"])) if first_row + index not in rejected]
    supersedes, reasons = parsed["supersedes"], parsed["reason"]
    problems = [
        _without_reason(Place(file, row=first_row + index))
        for index in (rows if any(supersedes) else ())
        if supersedes[index] and not reasons[index]
    ]
    if kind == "observation":
        problems += _doubt_traits(parsed, rows, file, first_row)
    if kind in ("observation", "operation"):
        places = zip(parsed["plot_code"], parsed["parcel_id"], parsed["trial_code"], strict=True)
        nowhere = {index for index, place in enumerate(places) if not any(place)}
        problems += [_nowhere(Place(file, row=first_row + index)) for index in rows if index in nowhere]
    tomorrow = (today_in(zone) + timedelta(days=1)).isoformat()
    if kind == "weather":
        return [*problems, *check_days(parsed, rows, file, first_row, tomorrow)]
    happened = parsed["happened_at"]
    late = {day for day in set(happened) if str(day)[:10] > tomorrow}
    problems += [
        _in_future(Place(file, row=first_row + index, value=str(happened[index])))
        for index in (rows if late else ())
        if happened[index] in late
    ]
    return problems


def _without_reason(place: Place) -> Problem:
    return Problem(
        "record.no-reason",
        Text("訂正なのに理由がありません", "a correction without a reason"),
        Text("理由(reason)を書いてください", "give the reason"),
        place,
    )


def _nowhere(place: Place) -> Problem:
    return Problem(
        "record.nowhere",
        Text("試験区・筆・試験のどれの記録か分かりません", "belongs to no plot, parcel or trial"),
        Text("plot_code か parcel_id を入れてください", "enter plot_code or parcel_id"),
        place,
    )


def _in_future(place: Place) -> Problem:
    return Problem(
        "record.in-future",
        Text("行った日が未来です", "happened in the future"),
        Text("日付を確かめてください(記録は残しました)", "check the date (the record was kept)"),
        place,
        Severity.WARNING,
    )


def _doubt_traits(
    parsed: dict[str, list[object]], rows: list[int], file: str | None, first_row: int
) -> list[Problem]:
    """Put keys for traits and numbers for values; each distinct trait and value is looked at once."""
    problems: list[Problem] = []
    names, values = parsed["trait"], parsed["value"]
    pairs = [(str(names[index]), str(values[index])) for index in rows]
    traits = {name: find_trait(name) for name in dict.fromkeys(name for name, _ in pairs)}
    read = {pair: _read_pair(traits[pair[0]], *pair) for pair in dict.fromkeys(pairs)}
    for index, pair in zip(rows, pairs, strict=True):
        names[index], values[index], problem = read[pair]
        if problem is not None:
            problems.append(problem.at(file=file, row=first_row + index))
    return problems


def _read_pair(trait: Trait | None, name: str, written: str) -> tuple[str, object, Problem | None]:
    """The key of a trait and its value, with what is wrong about them."""
    if trait is None:
        return name, written, _unknown_trait(name)
    if trait.type != "number":
        return trait.key, written, None
    return trait.key, *_number_of(trait, written)


def _unknown_trait(name: str) -> Problem:
    near = difflib.get_close_matches(name, [*TRAITS, *(t.label.ja for t in TRAITS.values())], n=1)
    mend = Text("kanpo traits で一覧を見られます", "see kanpo traits for the list")
    if near:
        mend = Text(f"もしかして「{near[0]}」ですか", f"did you mean '{near[0]}'?")
    what = Text("知らない調査項目です", "unknown trait")
    return Problem("record.unknown-trait", what, mend, Place(column="trait", value=name))


def _number_of(trait: Trait, written: str) -> tuple[object, Problem | None]:
    """The number of a measured trait; the text itself where it is none, with the problem."""
    place = Place(column="value", value=written)
    number = read_number(trait.category_of(normalise(written)) or written, trait.unit)
    if isinstance(number, Problem):
        if number.code != "value.not-number":
            return written, number.at(column="value", value=written)
        what = Text(f"「{trait.label.ja}」の値が数値ではありません", f"'{trait.label.en}' wants a number")
        mend = Text("数字だけを入れ、言葉は備考へ", "enter digits only; words belong in the note")
        return written, Problem("value.not-number", what, mend, place)
    low, high = trait.minimum, trait.maximum
    if (low is None or number >= low) and (high is None or number <= high):
        return number, None
    what = Text(
        f"「{trait.label.ja}」の普通の範囲({low}〜{high} {trait.unit})の外です",
        f"outside the usual range of '{trait.label.en}' ({low} to {high} {trait.unit})",
    )
    mend = Text("値と単位を確かめてください(記録は残しました)", "check value and unit (the record was kept)")
    return number, Problem("value.doubtful", what, mend, place, Severity.WARNING)


def _records(
    kind: str, table: Table, parsed: dict[str, list[object]], chosen: list[int], first_row: int
) -> tuple[CheckedRecord, ...]:
    """The chosen rows as records; columns in which nothing stands take no part."""
    filled = {
        key: column if len(chosen) == len(column) else [column[at] for at in chosen]
        for key, column in parsed.items()
        if any(value is not None for value in column)
    }
    keys = [key for key in table.keys if key in filled]
    cells = zip(*map(filled.__getitem__, keys), strict=True) if keys else repeat(())
    bodies = (
        {key: value for key, value in zip(keys, row, strict=True) if value is not None} for row in cells
    )
    envelope = (filled.get(key, repeat(None)) for key in _RECORD_KEYS)
    rows = (first_row + at for at in chosen)
    return tuple(map(CheckedRecord._make, zip(rows, repeat(kind), bodies, *envelope, strict=False)))
