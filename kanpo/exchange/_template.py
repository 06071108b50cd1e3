"""Empty tables of a kind of record to fill in: a workbook, or a CSV with the heads alone."""

from __future__ import annotations

from pathlib import Path

from kanpo.errors import UsageError
from kanpo.files import check_target
from kanpo.locale import Text
from kanpo.schema import ENVELOPE, RECORD_KINDS, TRAITS, Field, Table
from kanpo.tables import FormColumn, check_ending, form_workbook, save_workbook, write_csv

_GUIDE = (
    Text("記入のしかた", "How to fill this in"),
    Text("「記入」シートの4行目から、1行に1件ずつ書いてください。", "One record to a row, from row 4 on."),
    Text(
        "日付は 2026-06-01、2026/6/1、令和8年6月1日、R8.6.1 のどれでも読みます。「6.1」だけでは読みません。",
        "Days: 2026-06-01, 2026/6/1, 令和8年6月1日 or R8.6.1; never without a year.",
    ),
    Text(
        "数は全角でも読みます。単位は見出しのとおりで、数字だけを入れてください。",
        "Full-width digits are read. Enter digits only, in the unit of the head.",
    ),
    Text("▼のある欄は一覧から選べます。", "Cells with a list offer words to pick from."),
    Text(
        "ほかの表から写すときは「値のみ貼り付け」にすると、書式と一覧が崩れません。",
        "Paste values only when copying from elsewhere.",
    ),
    Text(
        "見出しと灰色の欄は変えないでください(保護はパスワードなしで外せます)。列の順は変えても読みます。",
        "Leave heads and grey cells as they are; columns may be moved.",
    ),
    Text(
        "取り込み: kanpo records import このファイル。問題のある行だけが理由付きで返ります。",
        "Import: kanpo records import FILE. Only rows with a problem come back, with the reason.",
    ),
)
_SHOWN = ("happened_at", "actor")
_WIDTHS = {"note": 30, "happened_at": 14, "wkt": 30}
_EXAMPLES = {
    "date": "2026-06-01",
    "timestamp": "2026-06-01",
    "number": "12.3",
    "integer": "3",
    "amount": "1500",
}


def template_fields(table: Table) -> list[Field]:
    """The columns of a template: when and who, then the fields of the kind."""
    shown = [field for field in ENVELOPE if field.key in _SHOWN]
    if table.outline:
        shown += [field for field in ENVELOPE if field.key == "wkt"]
    return [*shown, *(field for field in table.fields if not field.by_kanpo)]


def records_template(kind: str, path: Path, *, dry_run: bool = False) -> Path:
    """Write an empty table of a kind to fill in with Excel: a workbook (``.xlsx``) or a CSV.

    Parameters
    ----------
    dry_run : bool
        Check, write nothing.

    Raises
    ------
    UsageError
        There is no such kind, or the ending is neither ``.xlsx`` nor ``.csv``.
    InputUnusable
        What stands there does not give way.
    """
    if kind not in RECORD_KINDS:
        raise UsageError(
            "records.no-kind",
            Text(f"「{kind}」という記録の種類はありません", f"there is no kind of record '{kind}'"),
            Text(f"選べる種類: {'、'.join(RECORD_KINDS)}", f"choices: {', '.join(RECORD_KINDS)}"),
        )
    table = RECORD_KINDS[kind]
    new_form(path)
    if dry_run:
        return path
    if path.suffix.lower() == ".csv":
        write_csv(path, [field.header.ja for field in template_fields(table)], [])
        return path
    title = Text(f"{table.label.ja}の記入用紙", f"form for {table.label.en}")
    columns = [_column(field) for field in template_fields(table)]
    book = form_workbook((title, *_GUIDE), columns, [], (("form", "kanpo records 1"), ("kind", kind)))
    save_workbook(path, book)
    return path


def new_form(path: Path) -> None:
    """Check that a form can be written there.

    Raises
    ------
    UsageError
        The ending is neither ``.xlsx`` nor ``.csv``.
    InputUnusable
        What stands there does not give way. A form that was filled in is kept under a dated name.
    """
    check_target(check_ending(path, ".xlsx", ".csv"))


def _column(field: Field) -> FormColumn:
    choices: tuple[str, ...] = ()
    if field.choices is not None:
        choices = tuple(label.ja for label in field.choices.labels.values())
    elif field.references == "trait":
        choices = tuple(trait.label.ja for trait in TRAITS.values())
    example = choices[0] if choices else _EXAMPLES.get(field.type, field.note.ja)
    if field.required:
        example = f"{example}(必須)" if example else "(必須)"
    kind = {
        "timestamp": "date",
        "date": "date",
        "number": "number",
        "integer": "number",
        "amount": "number",
    }.get(field.type, "text")
    width = _WIDTHS.get(field.key, max(14, 2 * len(field.header.ja) + 2))
    return FormColumn(field.key, field.header.ja, example, choices, kind, width)
