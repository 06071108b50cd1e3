"""Growers from a table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kanpo.schema import ENVELOPE, PEOPLE, RECORD_KINDS, names_of
from kanpo.store import Project
from kanpo.tables import read_table, spelled
from kanpo.trials import RecordReport, enter_growers


def import_growers(project: Project, path: Path, *, dry_run: bool = False) -> RecordReport:
    """Enter the growers of a table; names, phones and notes go to the people file only.

    Raises
    ------
    InputUnusable
        The file cannot be read, or has no column of codes.
    """
    fields = (*PEOPLE.fields, *RECORD_KINDS["grower"].fields, *ENVELOPE)
    recognise = spelled({field.key: names_of(field) for field in reversed(fields)})
    table = read_table(path, recognise=recognise)
    table.refuse_doubles(recognise)
    sound = table.sound()
    columns = {recognise(header) or header: cells for header, cells in sound.columns().items()}
    report = enter_growers(project, columns, file=path.name, dry_run=dry_run)
    problems = [
        problem.at(sheet=table.sheet, row=sound.number_of(problem.place.row - 2))
        if problem.place.row is not None
        else problem
        for problem in report.problems
    ]
    rejected = {sound.number_of(row - 2) for row in report.rejected}
    rejected |= {table.number_of(index) for index in table.unusable}
    found = (*table.doubts, *problems)
    return replace(report, read=len(table.rows), problems=found, rejected=frozenset(rejected))
