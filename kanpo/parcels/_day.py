"""Of which day a file is: what its rows say, what a person says, and else the day of the import, assumed."""

from __future__ import annotations

from collections.abc import Callable

from kanpo.errors import Place, Problem, Severity, UsageError
from kanpo.locale import Text
from kanpo.reading import read_day
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
    day = read_day(written)
    if isinstance(day, Problem):
        raise UsageError("ingest.as-of", day.what, day.mend, Place(value=written))
    return day.isoformat()


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


def assumed_day(batch: Batch, undated: int) -> Text | None:
    """That rows without a day were taken for those of the day of the import; None where there are none."""
    if not undated or batch.as_of_basis != "assumed":
        return None
    return Text(
        f"調査日のない {undated:,} 行は、取込日({batch.as_of})時点と仮定し、日付のある資料より下に置きました"
        "(いつの資料か分かるときは、取り消して --as-of R5.9.1 のように付けて取り込み直す)",
        f"{undated:,} rows without a day were taken for those of the day of the import ({batch.as_of}), below all "
        "that has a day (if you know the day, undo this and say it with --as-of)",
    )


def of_what_day(batch: Batch) -> list[Problem]:
    """What a person should know of parcels of which something newer stands."""
    problems = []
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
