"""Correcting what was recorded: a new record with a reason, and both stay."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pandas as pd

from kanpo.errors import Place, UsageError
from kanpo.locale import Text
from kanpo.schema import AS_WRITTEN
from kanpo.store import NewRecord, Project
from kanpo.trials._record import RecordReport, record_rows


def correct_record(
    project: Project, record_id: str, changes: Mapping[str, str], reason: str, *, dry_run: bool = False
) -> RecordReport:
    """Write a record that supersedes another, with some fields changed.

    Parameters
    ----------
    record_id : str
        The record to correct, or the beginning of its id.
    changes : mapping
        Field to new value as written; fields not named keep their value.
    reason : str
        Why; it stays beside the correction.

    Raises
    ------
    UsageError
        There is no such record, several begin like this, or it was corrected already.
    """
    entry = standing_entry(project, record_id)
    body = json.loads(entry["body"])
    row: dict[str, str] = {key: str(value) for key, value in body.items() if key != AS_WRITTEN}
    row |= {"happened_at": entry["happened_at"], **changes}
    row |= {"supersedes": entry["record_id"], "reason": reason}
    if entry["outline_wkt"] is not None and "wkt" not in row:
        row["wkt"] = entry["outline_wkt"]
    columns = {key: [value] for key, value in row.items()}
    return record_rows(project, entry["kind"], columns, dry_run=dry_run, elsewhere=True)


def withdraw_record(project: Project, record_id: str, reason: str, *, dry_run: bool = False) -> str:
    """Take a record back: it no longer counts, but stays in the journal with the reason.

    Returns
    -------
    str
        The id of the withdrawal.

    Raises
    ------
    UsageError
        There is no such record, several begin like this, or it was corrected already.
    """
    entry = standing_entry(project, record_id)
    record = NewRecord(
        entry["kind"], None, entry["happened_at"], supersedes=entry["record_id"], reason=reason
    )
    if not dry_run:
        project.journal.append([record])
    return record.record_id


def standing_entry(project: Project, record_id: str) -> pd.Series:
    """The journal entry of a record that still stands, found by its id or the beginning of it."""
    entries = project.journal.entries()
    found = entries[entries["record_id"].str.startswith(record_id)].drop_duplicates("record_id")
    place = Place(column="record_id", value=record_id)
    look = Text("kanpo records list で記録IDを確かめてください", "look the id up with kanpo records list")
    if found.empty:
        raise UsageError("record.unknown", Text("その記録はありません", "no such record"), look, place)
    if len(found) > 1:
        what = Text("その始まりの記録が複数あります", "several records begin like this")
        raise UsageError("record.ambiguous", what, look, place)
    entry = found.iloc[0].copy()
    if entry["superseded"]:
        what = Text("その記録はもう訂正されています", "that record was corrected already")
        raise UsageError("record.superseded", what, look, place)
    if not isinstance(entry["body"], str):
        what = Text("取り消しの記録は直せません", "a withdrawal cannot be corrected")
        raise UsageError("record.withdrawal", what, look, place)
    entry["outline_wkt"] = None
    if entry["kind"] == "plot":
        plots = project.journal.read("plot")
        outline = plots.loc[plots["record_id"] == entry["record_id"], "geometry"].iloc[0]
        entry["outline_wkt"] = None if outline is None else outline.wkt
    return entry
