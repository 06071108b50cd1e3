"""The file that ``kanpo analyze --out`` writes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kanpo.cli._present import say
from kanpo.locale import Text

if TYPE_CHECKING:
    from kanpo.evidence import Analysis


def check_out(path: Path | None) -> None:
    """See before anything is computed that the file can be written."""
    if path is not None:
        from kanpo.tables import check_ending

        check_ending(path, ".xlsx", ".csv", ".json")


def write_out(path: Path, results: Sequence[Analysis]) -> None:
    """Write all tables: a workbook, a CSV with one table below the other, or the JSON of ``--json``."""
    if path.suffix.lower() == ".json":
        _write_json(path, results)
    else:
        from kanpo.reports import analysis_sheets
        from kanpo.tables import write_book

        write_book(path, [(str(title), table) for title, table in analysis_sheets(results)])
    say(Text(f"書き出しました: {path}", f"written: {path}"))


def _write_json(path: Path, results: Sequence[Analysis]) -> None:
    import json

    from kanpo.files import replacing

    found = [result.to_dict() for result in results]
    written = json.dumps(
        found[0] if len(found) == 1 else found, ensure_ascii=False, indent=2, allow_nan=False
    )
    with replacing(path) as draft:
        draft.write_text(written + "\n", encoding="utf-8")
