"""前提.xlsx: the figures that users are asked for, to fill in and to read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pandas as pd

from kanpo.errors import InputUnusable, Place, Problem, UsageError
from kanpo.exchange._beside import keep_original
from kanpo.exchange._header import names_of_kind
from kanpo.exchange._records import RecordsImport, place_of_rejects, record_source, write_rejects
from kanpo.exchange._source import RecordsSource, read_source
from kanpo.exchange._template import new_form
from kanpo.files import check_target, place_beside
from kanpo.herbs import Catalogue, find_assumption, find_herb, note_text, project_catalogue
from kanpo.locale import Text
from kanpo.reading import read_amount
from kanpo.schema import ASSUMPTION
from kanpo.store import Project
from kanpo.tables import (
    FormColumn,
    Table,
    form_workbook,
    not_collecting,
    plain_name,
    save_workbook,
    write_csv,
)
from kanpo.trials import RecordReport
from kanpo.workability import OF_ONE_HERB, assumption_table, read_assumptions_kept

_KIND = ASSUMPTION.key
_GUIDE = (
    Text("前提の記入のしかた", "How to fill in the assumptions"),
    Text(
        "表にない数(労賃・単価・時間など)を、分かるものだけ「下限の値」「上限の値」に書いてください。",
        "Enter the figures that no table bears (wage, prices, hours) as far as you know them.",
    ),
    Text(
        "空欄は「まだ聞いていない」のままで、kanpo は何も補いません。1つの数なら下限だけで構いません。",
        "What is blank stays 'not asked yet'; nothing is filled in for you. A single figure goes into the lower cell.",
    ),
    Text(
        "「(すべて)」の行は全生薬に、生薬の行はその生薬だけに使います(生薬の行が先)。単価と収量は生薬ごとです。",
        "A row of every herb holds for all, one of a herb for that one only (and goes first). Price and yield are by herb.",
    ),
    Text(
        "「根拠」に、誰から・どこから聞いた数かを書いてください。結果の横にいつも表示します。",
        "Write into 根拠 where a figure comes from; it is shown beside every result.",
    ),
    Text(
        "数は全角・漢数字・桁区切り(1,500、1万5千)でも読みます。割合は 0〜1 です。",
        "Full-width digits, kanji and thousands (1,500) are read. Shares are 0 to 1.",
    ),
    Text(
        "取り込み: kanpo assumptions import 前提.xlsx。変えた値は前の記録の訂正になります。",
        "Import: kanpo assumptions import FILE. A changed figure corrects the record before.",
    ),
)
_EVERY = Text("(すべて)", "(every herb)")
#: Columns of our own form that say what a row is about; they are not read back.
_ABOUT = ("項目名", "生薬名", "あり得る範囲", "何に使うか", "label", "herb_name", "bounds", "purpose")


def assumptions_template(
    project: Project, path: Path, herbs: Sequence[str] | None = None, *, dry_run: bool = False
) -> Path:
    """Write the assumptions of a project to fill in, with what was answered already: a workbook or a CSV.

    Parameters
    ----------
    herbs : sequence of str, optional
        Herbs that are asked about; all of the catalogue by default.
    dry_run : bool
        Check, write nothing.

    Raises
    ------
    UsageError
        The ending is neither ``.xlsx`` nor ``.csv``.
    InputUnusable
        What stands there does not give way.
    """
    new_form(path)
    catalogue = project_catalogue(project)
    table = assumption_table(catalogue, read_assumptions_kept(project))
    if herbs is not None:
        table = table[table["herb_id"].isna() | table["herb_id"].isin(list(herbs))]
    # Nobody can say one price for all drugs; a figure that was given so before stays in sight.
    unsayable = table["herb_id"].isna() & table["key"].isin(OF_ONE_HERB) & table["low"].isna()
    table = table[~unsayable]
    if dry_run:
        return path
    columns = _columns()
    rows = [_cells(row, catalogue) for row in table.to_dict("records")]
    if path.suffix.lower() == ".csv":
        write_csv(
            path,
            [column.head for column in columns],
            [["" if cell is None else cell for cell in row] for row in rows],
        )
        return path
    meta = (("form", "kanpo assumptions 1"), ("kind", _KIND))
    save_workbook(path, form_workbook(_GUIDE, columns, rows, meta, blank_rows=0))
    return path


def _columns() -> list[FormColumn]:
    heads = {field.key: field.header.ja for field in ASSUMPTION.fields}

    def fixed(key: str, head: str, width: int, *, hidden: bool = False) -> FormColumn:
        return FormColumn(key, head, "", width=width, locked=True, hidden=hidden)

    return [
        fixed("label", _ABOUT[0], 30),
        fixed("key", heads["key"], 28, hidden=True),
        fixed("herb_name", _ABOUT[1], 20),
        fixed("herb_id", heads["herb_id"], 16, hidden=True),
        FormColumn("low", heads["low"], "1200", kind="number", width=12),
        FormColumn("high", heads["high"], "1500", kind="number", width=12),
        fixed("unit", heads["unit"], 10),
        FormColumn("source", heads["source"], "生産者3人に聞いた", width=24),
        FormColumn("note", heads["note"], "", width=16),
        fixed("bounds", _ABOUT[2], 14),
        fixed("purpose", _ABOUT[3], 36),
    ]


def _cells(row: Mapping[str, object], catalogue: Catalogue) -> list[str | float | None]:
    herb_id = row["herb_id"] if isinstance(row["herb_id"], str) else ""
    assumption = find_assumption(catalogue, str(row["key"]))
    assert assumption is not None
    purpose, note = assumption.purpose, note_text(assumption.note)
    low, high = (None if pd.isna(row[key]) else float(str(row[key])) for key in ("low", "high"))
    return [
        str(assumption.label),
        assumption.key,
        str(catalogue.herbs[herb_id].label) if herb_id in catalogue.herbs else str(_EVERY),
        herb_id,
        low,
        high,
        str(assumption.unit_label),
        str(row["source"]),
        "",
        f"{assumption.low:,.10g}〜{assumption.high:,.10g}",
        str(Text(f"{purpose.ja}({note.ja})", f"{purpose.en} ({note.en})") if note.ja else purpose),
    ]


def import_assumptions(project: Project, path: Path, *, dry_run: bool = False) -> RecordsImport:
    """Read a filled-in 前提.xlsx (or a CSV with its columns) into the journal.

    Rows without a figure are passed over: they stay as they are. A figure that is the same as before
    adds nothing, a changed one corrects the record before. The file is kept as it came, and rows with a
    problem go to ``NAME_差戻し.csv``.

    Raises
    ------
    InputUnusable
        The file cannot be read, or no row has a figure.
    """
    with not_collecting():
        source = read_source(project, path, _KIND)
        target = place_beside(place_of_rejects(path), project.path)
        check_target(target, gives_way=True)
        filled, known, count = _filled_in(project, source)
        original = None if dry_run else keep_original(project, path)
        report = _nothing() if not filled.table.rows else record_source(project, filled, dry_run)
    report = replace(report, read=count, repeated=report.repeated + known)
    if not report.rejected or dry_run:
        return RecordsImport(report, None, original)
    write_rejects(target, filled.table, report)
    return RecordsImport(report, target, original)


_TWICE = Problem(
    "assumption.twice",
    Text("同じ項目・同じ生薬の行が、この表の前にあります", "the table has a row of this key and herb before"),
    Text("どちらか一行だけを残してください", "leave one of the rows"),
)


def _nothing() -> RecordReport:
    return RecordReport(_KIND, 0, (), 0, (), frozenset())


def _filled_in(project: Project, source: RecordsSource) -> tuple[RecordsSource, int, int]:
    """The rows with figures that say something new, how many say what stands already, and how many there are."""
    table = source.table
    at = table.positions(names_of_kind(_KIND))
    _refuse_others(table, {"key", "low"} - at.keys())
    standing, catalogue, today = _standing(project), project_catalogue(project), project.today()
    extra = [key for key in ("happened_at", "supersedes", "reason") if key not in at]
    keep = [
        position
        for position, head in enumerate(table.headers)
        if plain_name(head) not in map(plain_name, _ABOUT)
    ]
    rows: list[tuple[str, ...]] = []
    numbers: list[int] = []
    unusable: dict[int, tuple[Problem, ...]] = {}
    known, told = 0, set[tuple[str, str]]()
    for index, row in enumerate(table.rows):
        written = {key: row[place].strip() if place < len(row) else "" for key, place in at.items()}
        blank = not written.get("low") and not written.get("high")
        # The hidden row of machine keys in our own form is none to read.
        if (blank and index not in table.unusable) or plain_name(written.get("key", "")) == "key":
            continue
        about = _about(written, catalogue)
        twice = bool(about[0]) and about in told
        told.add(about)
        before = standing.get(about)
        usable = index not in table.unusable and not twice
        if before is not None and usable and _says_the_same(written, before):
            known += 1
            continue
        more = {"happened_at": today}
        if before is not None and not written.get("supersedes"):
            more |= {"supersedes": str(before["record_id"]), "reason": f"{table.file_name} の値"}
        if index in table.unusable:
            unusable[len(rows)] = table.unusable[index]
        elif twice:
            unusable[len(rows)] = (_TWICE.at(row=table.number_of(index), value=written["key"]),)
        cells = [row[position] if position < len(row) else "" for position in keep]
        rows.append((*cells, *(more.get(key, "") for key in extra)))
        numbers.append(table.number_of(index))
    headers = (*(table.headers[position] for position in keep), *extra)
    filled = replace(table, headers=headers, rows=tuple(rows), numbers=tuple(numbers), unusable=unusable)
    return replace(source, table=filled), known, len(rows) + known


def _refuse_others(table: Table, missing: set[str]) -> None:
    """A table without the columns of the form is none.

    Raises
    ------
    InputUnusable
        Some are missing.
    """
    if missing:
        heads = "、".join(sorted(ASSUMPTION.field(key).label.ja for key in missing))
        raise InputUnusable(
            "assumption.no-form",
            Text(
                f"前提の用紙の列がありません({heads})",
                f"lacks columns of the form ({', '.join(sorted(missing))})",
            ),
            Text(
                "kanpo assumptions template で作った用紙に書いてください",
                "use the form that kanpo assumptions template makes",
            ),
            Place(table.file_name, table.sheet),
        )


def _standing(project: Project) -> dict[tuple[str, str], Mapping[str, object]]:
    """The newest record of each key and herb (empty: every herb)."""
    frame = project.journal.read(_KIND).sort_values(["happened_at", "recorded_at"], kind="stable")
    frame = frame.astype(object).where(frame.notna(), None)
    return {(str(row["key"]), str(row["herb_id"] or "")): row for row in frame.to_dict("records")}


def _about(written: Mapping[str, str], catalogue: Catalogue) -> tuple[str, str]:
    """Key and herb of a row, by whichever of their names."""
    assumption = find_assumption(catalogue, written.get("key", ""))
    herb_id = written.get("herb_id", "")
    if herb_id:
        with suppress(UsageError):
            herb_id = find_herb(catalogue, herb_id).herb_id
    return (assumption.key if assumption else "", herb_id)


def _says_the_same(written: Mapping[str, str], before: Mapping[str, object]) -> bool:
    low = read_amount(written.get("low", ""))
    high = read_amount(written["high"]) if written.get("high") else low
    source = str(before["source"] or "")
    return (low, high, written.get("source", "")) == (before["low"], before["high"], source)
