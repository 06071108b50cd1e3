"""The workbook into which a filled field sheet is typed: the same plots and traits in the same order."""

from __future__ import annotations

from pathlib import Path

from kanpo.exchange._template import new_form
from kanpo.exchange._walk import TrialWalk
from kanpo.locale import Text
from kanpo.schema import Trait
from kanpo.tables import FormColumn, form_workbook, save_workbook

_GUIDE = (
    Text("野帳を写す表", "Typing a field sheet in"),
    Text(
        "行は野帳と同じ順、列も同じ順です。上から順に、書いてあるとおりに写してください。",
        "Rows and columns stand in the order of the paper: type from the top what is written.",
    ),
    Text(
        "調査日と記録者は、変わる所だけ書けば、下の行は同じとみなします。",
        "Day and person: write them where they change; rows below are taken to be the same.",
    ),
    Text("書いていない所は空のままにしてください。", "Leave blank what is blank on paper."),
    Text(
        "取り込み: kanpo records import このファイル。同じ表を二度取り込んでも増えません。",
        "Import: kanpo records import FILE. The same table twice adds nothing.",
    ),
)


def sheet_form(path: Path, walk: TrialWalk, *, dry_run: bool = False) -> Path:
    """Write the workbook (``.xlsx``) for typing a field sheet in.

    Raises
    ------
    UsageError
        The ending is not one of a table.
    InputUnusable
        What stands there does not give way. A form that was filled in is kept under a dated name.
    """
    new_form(path)
    if dry_run:
        return path
    columns = [
        FormColumn("happened_at", "行った日", "2026-06-01", kind="date", width=13),
        FormColumn("actor", "記録者", "佐", width=10),
        FormColumn("trial_code", "試験コード", "", width=12, locked=True),
        FormColumn("plot_code", "試験区コード", "", width=14, locked=True),
        *(_column(trait) for trait in walk.traits if trait.type != "photo"),
    ]
    blanks = [None] * (len(columns) - 4)
    rows = [[None, None, walk.trial_code, plot.code, *blanks] for plot in walk.plots]
    meta = (("form", "kanpo sheet 1"), ("trial", walk.trial_code), ("seal", walk.seal))
    book = form_workbook(_GUIDE, columns, rows, meta, blank_rows=0)
    save_workbook(path, book)
    return path


def _column(trait: Trait) -> FormColumn:
    choices = tuple(f"{value} {label.ja}" for value, label in trait.categories.items())
    example = choices[0] if choices else "12.3" if trait.type == "number" else "自由記述"
    # What stands in a cell of digits is read as a text: Excel must not turn 3-1 into a day.
    width = 30 if trait.type == "text" else max(12, 2 * len(trait.header.ja) + 2)
    return FormColumn(trait.key, trait.header.ja, example, choices, "text", width)
