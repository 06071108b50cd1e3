"""The records of an archive as tables that people read, and whether they say what the journal says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from kanpo.errors import InputUnusable, Place, Problem
from kanpo.locale import Text
from kanpo.schema import RECORD_KINDS, Audience, Table
from kanpo.store import CHAIN_COLUMNS
from kanpo.tables import csv_rows, csv_text

_ENVELOPE = ("happened_at", "actor", "recorded_at", "device", "sequence", "supersedes", "reason", "outline")


def record_table(entries: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Every record of a kind, what was corrected or withdrawn included.

    Parameters
    ----------
    entries : DataFrame
        Records as they stand in the journal, with ``superseded``.
    """
    bodies = [json.loads(body) if isinstance(body, str) else {} for body in entries["body"]]
    frame = pd.DataFrame({"record_id": entries["record_id"]})
    frame["state"] = [
        "superseded" if gone else "standing" if body else "withdrawal"
        for gone, body in zip(entries["superseded"], bodies, strict=True)
    ]
    for key in (field.key for field in table.visible_to(Audience.OFFICE)):
        frame[key] = [body.get(key) for body in bodies]
    for key in _ENVELOPE:
        frame[key] = entries[key].to_numpy()
    return frame


def table_csv(frame: pd.DataFrame) -> bytes:
    """A table as a CSV for people."""
    plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    return csv_text(list(plain.columns), plain.itertuples(index=False, name=None)).encode("utf-8-sig")


def check_record_tables(
    rows: Sequence[Sequence[Any]], contents: Mapping[str, bytes], path: Path
) -> list[Problem]:
    """Tables of records that say something else than the journal from which they were made.

    Columns that this kanpo does not know, or that the archive does not have, are not compared.
    """
    frame = pd.DataFrame([list(row[:11]) for row in rows], columns=list(CHAIN_COLUMNS[:11]), dtype=object)
    frame["superseded"] = frame["record_id"].isin(set(frame["supersedes"].dropna()))
    problems = []
    for kind, table in RECORD_KINDS.items():
        name = f"records/{table.name}.csv"
        if name not in contents:
            continue
        expected = _cells(table_csv(record_table(frame[frame["kind"] == kind].reset_index(drop=True), table)))
        written = _cells(contents[name])
        common = sorted(expected.keys() & written.keys())
        if _sorted(expected, common) != _sorted(written, common):
            what = Text(
                "表が記録簿(journal.jsonl)と違うことを言っています",
                "a table says something else than the journal",
            )
            mend = Text("別に保管した写しと見比べてください", "compare with a copy kept elsewhere")
            problems.append(Problem("archive.table-differs", what, mend, Place(str(path), value=name)))
    return problems


def _cells(content: bytes) -> dict[str, list[str]]:
    """Columns of a CSV by their headers; nothing where it is none."""
    try:
        head, *lines = csv_rows(content.decode("utf-8-sig"))
        return {key: [line[at] for line in lines] for at, key in enumerate(head)}
    except (ValueError, IndexError, InputUnusable):
        return {}


def _sorted(columns: Mapping[str, list[str]], keys: Sequence[str]) -> list[tuple[str, ...]]:
    return sorted(zip(*(columns[key] for key in keys), strict=True))
