"""Of which day a file is: what its rows say, what a person says, and else the day of the import, assumed."""

from __future__ import annotations

from collections.abc import Callable

from kanpo.errors import Place, Problem, Severity, UsageError
from kanpo.locale import Text
from kanpo.schema import DateUnreadable, read_japanese_date
from kanpo.store import Batch

#: Asks a person for the day of a file: its name, and how many rows say none.
AskDay = Callable[[str, int], str | None]


def read_day_option(written: str) -> str:
    """A day as people write it (2023-09-01, R5.9.1), as ISO 8601.

    Raises
    ------
    UsageError
        It is none.
    """
    try:
        return read_japanese_date(written).isoformat()
    except DateUnreadable as error:
        raise UsageError(
            "ingest.as-of", error.problem.what, error.problem.mend, Place(value=written)
        ) from None


def day_of_file(
    given: str | None, ask: AskDay | None, before: Batch | None, name: str, undated: int
) -> str | None:
    """The day that a file speaks of where its rows say none; None where nobody says it.

    Parameters
    ----------
    before : Batch, optional
        The import of the very same file: it is not asked about twice.
    undated : int
        How many of its rows say no day.
    """
    if given is not None:
        return given
    if not undated:
        return None
    if before is not None:
        return before.as_of if before.as_of_basis == "file" else None
    return ask(name, undated) if ask is not None else None


def of_what_day(batch: Batch, undated: int) -> list[Problem]:
    """What a person should know of the day of an import: that it was assumed, and what it did not change."""
    problems = []
    if undated and batch.as_of_basis == "assumed":
        problems.append(
            Problem(
                "ingest.no-day",
                Text(
                    f"{undated:,} 行に調査日がなく、いつ時点か分かりません。取込日({batch.as_of})と仮定し、"
                    "日付のある資料より下に置きました",
                    f"{undated:,} rows say no day; taken for the day of the import ({batch.as_of}), below all "
                    "that has a day",
                ),
                Text(
                    "いつ時点の資料か分かるときは、取り消して(kanpo ingest --undo)--as-of 2023-09-01 のように"
                    "日付を付けて取り込み直してください",
                    "if you know of which day it is, undo it (kanpo ingest --undo) and read it with "
                    "--as-of 2023-09-01",
                ),
                Place(batch.file_name),
                Severity.WARNING,
            )
        )
    if batch.held:
        problems.append(
            Problem(
                "ingest.newer-stands",
                Text(
                    f"{batch.held:,} 筆には、より新しい資料があるので、今の値を変えていません(空いていた項目だけ補いました)",
                    f"{batch.held:,} parcels have something newer, which stays; only blanks were filled in",
                ),
                Text(
                    "こちらの方が新しいときは --as-of で日付を付けてください",
                    "if this file is the newer one, say its day with --as-of",
                ),
                Place(batch.file_name),
                Severity.WARNING,
            )
        )
    return problems
