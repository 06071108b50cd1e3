"""One validator for every way in: rows of written text become records, or problems with their place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from kanpo.errors import Place, Problem, Severity
from kanpo.locale import Text
from kanpo.schema._field import Field, Table
from kanpo.schema._measured import UnitDiffers, read_measured
from kanpo.schema._reading import normalise, read_timestamp, read_value
from kanpo.schema._recorded import RECORD_KINDS
from kanpo.schema._traits import TRAITS, find_trait

#: Columns that say who, when and which record, beside the fields of the kind.
ENVELOPE: tuple[Field, ...] = (
    Field("record_id", Text("記録ID", "record id")),
    Field("happened_at", Text("行った日", "when it happened"), "timestamp", required=True),
    Field("actor", Text("記録者", "who")),
    Field("supersedes", Text("訂正した記録", "record that this corrects")),
    Field("reason", Text("訂正の理由", "reason of the correction")),
    Field("wkt", Text("区画図(WKT)", "outline (WKT, longitude latitude)")),
)
_ENVELOPE_KEYS = frozenset(field.key for field in ENVELOPE)


@dataclass(frozen=True, slots=True)
class CheckedRecord:
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
    """What came of a table of records: the good ones, the problems, and the rows sent back."""

    good: tuple[CheckedRecord, ...]
    problems: tuple[Problem, ...]
    rejected: frozenset[int]


def check_records(
    kind: str,
    columns: Mapping[str, Sequence[str | None]],
    *,
    file: str | None = None,
    first_row: int = 2,
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
        written = columns[header] if header is not None else [None] * count
        values, found = _read_column(field, written, file, first_row, header or field.key)
        parsed[field.key] = values
        problems += found
    rejected = {p.place.row for p in problems if p.severity is Severity.REJECT and p.place.row is not None}
    problems += _doubts(kind, parsed, file, first_row, rejected)
    rejected |= {p.place.row for p in problems if p.severity is Severity.REJECT and p.place.row is not None}
    good = tuple(
        _record(kind, table, parsed, index, first_row)
        for index in range(count)
        if first_row + index not in rejected
    )
    return CheckedRecords(good, tuple(sorted(problems, key=lambda p: p.place.row or 0)), frozenset(rejected))


def _match_headers(
    fields: Iterable[Field], headers: Iterable[str], file: str | None
) -> tuple[dict[str, str], list[Problem]]:
    names: dict[str, str] = {}
    for field in fields:
        for name in (field.key, field.label.ja, field.label.en, field.header.ja, field.header.en):
            names.setdefault(normalise(name).casefold(), field.key)
    matched: dict[str, str] = {}
    problems: list[Problem] = []
    for header in headers:
        plain = normalise(header.removeprefix("\ufeff")).casefold()
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
    values: list[object] = []
    problems: list[Problem] = []
    seen: dict[str, tuple[object, Problem | None]] = {}
    for index, text in enumerate(written):
        if text is None or not str(text).strip():
            values.append(None)
            if field.required:
                problems.append(_missing(field).at(file=file, row=first_row + index, column=header))
            continue
        text = str(text)
        if text not in seen:
            seen[text] = read_value(field, text)
        value, problem = seen[text]
        values.append(value)
        if problem is not None:
            problems.append(problem.at(file=file, row=first_row + index, column=header, value=text))
    return values, problems


def _missing(field: Field) -> Problem:
    return Problem(
        "value.missing",
        Text(f"必須の「{field.label.ja}」が空です", f"'{field.label.en}' is required and empty"),
        Text("値を入れてください", "enter a value"),
    )


def _doubts(
    kind: str, parsed: dict[str, list[object]], file: str | None, first_row: int, rejected: set[int]
) -> list[Problem]:
    """Rules that look at more than one field: traits, corrections, where a record belongs."""
    problems: list[Problem] = []
    for index, happened in enumerate(parsed["happened_at"]):
        row = first_row + index
        if row in rejected:
            continue
        place = Place(file, row=row)
        if parsed["supersedes"][index] and not parsed["reason"][index]:
            problems.append(
                Problem(
                    "record.no-reason",
                    Text("訂正なのに理由がありません", "a correction without a reason"),
                    Text("理由(reason)を書いてください", "give the reason"),
                    place,
                )
            )
        if kind == "observation":
            problems += _doubt_trait(parsed, index, place)
        if kind in ("observation", "operation") and not any(
            parsed[key][index] for key in ("plot_code", "parcel_id", "trial_code")
        ):
            problems.append(
                Problem(
                    "record.nowhere",
                    Text("試験区・筆・試験のどれの記録か分かりません", "belongs to no plot, parcel or trial"),
                    Text("plot_code か parcel_id を入れてください", "enter plot_code or parcel_id"),
                    place,
                )
            )
        problems += _doubt_time(str(happened), place)
    return problems


def _doubt_time(happened: str, place: Place) -> list[Problem]:
    from datetime import date, timedelta

    if happened[:10] <= (date.today() + timedelta(days=1)).isoformat():
        return []
    return [
        Problem(
            "record.in-future",
            Text("行った日が未来です", "happened in the future"),
            Text("日付を確かめてください(記録は残しました)", "check the date (the record was kept)"),
            replace(place, value=happened),
            Severity.WARNING,
        )
    ]


def _doubt_trait(parsed: dict[str, list[object]], index: int, place: Place) -> list[Problem]:
    name, value = str(parsed["trait"][index]), str(parsed["value"][index])
    trait = find_trait(name)
    if trait is None:
        near = difflib.get_close_matches(name, [*TRAITS, *(t.label.ja for t in TRAITS.values())], n=1)
        mend = Text("kanpo traits で一覧を見られます", "see kanpo traits for the list")
        if near:
            mend = Text(f"もしかして「{near[0]}」ですか", f"did you mean '{near[0]}'?")
        what = Text("知らない調査項目です", "unknown trait")
        return [Problem("record.unknown-trait", what, mend, replace(place, column="trait", value=name))]
    parsed["trait"][index] = trait.key
    if trait.type != "number":
        return []
    place = replace(place, column="value", value=value)
    value = trait.category_of(normalise(value)) or value
    try:
        number = read_measured(value, trait.unit)
    except UnitDiffers as differs:
        return [differs.problem(trait.label, place)]
    except ValueError:
        what = Text(f"「{trait.label.ja}」の値が数値ではありません", f"'{trait.label.en}' wants a number")
        mend = Text("数字だけを入れ、言葉は備考へ", "enter digits only; words belong in the note")
        return [Problem("value.not-number", what, mend, place)]
    parsed["value"][index] = number
    low, high = trait.minimum, trait.maximum
    if (low is None or number >= low) and (high is None or number <= high):
        return []
    what = Text(
        f"「{trait.label.ja}」の普通の範囲({low}〜{high} {trait.unit})の外です",
        f"outside the usual range of '{trait.label.en}' ({low} to {high} {trait.unit})",
    )
    mend = Text("値と単位を確かめてください(記録は残しました)", "check value and unit (the record was kept)")
    return [Problem("value.doubtful", what, mend, place, Severity.WARNING)]


def _record(
    kind: str, table: Table, parsed: dict[str, list[object]], index: int, first_row: int
) -> CheckedRecord:
    body = {key: parsed[key][index] for key in table.keys if parsed[key][index] is not None}
    envelope = {key: parsed[key][index] for key in _ENVELOPE_KEYS}
    text = {key: None if value is None else str(value) for key, value in envelope.items()}
    return CheckedRecord(
        row=first_row + index,
        kind=kind,
        body=body,
        happened_at=read_timestamp(str(text["happened_at"])),
        actor=text["actor"],
        record_id=text["record_id"],
        supersedes=text["supersedes"],
        reason=text["reason"],
        wkt=text["wkt"],
    )
