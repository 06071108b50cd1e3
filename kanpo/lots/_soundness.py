"""Whether records and lots make sense together: what `kanpo verify` says beside damage."""

from __future__ import annotations

from kanpo.errors import Place, Problem, Severity
from kanpo.locale import Text
from kanpo.lots._balance import find_faults
from kanpo.lots._book import read_book
from kanpo.store import Project
from kanpo.trials import look_through


def look_over(project: Project) -> list[Problem]:
    """Look through all records and all lots; empty when nothing is doubtful.

    Returns
    -------
    list of Problem
        What `kanpo.trials.look_through` doubts, then steps whose masses do not add up (with kg and
        percent of what went in) and lots that are overdrawn or come from nowhere. All are
        warnings: the records are whole, but a person should look.
    """
    return [*look_through(project), *_lots(project)]


def _lots(project: Project) -> list[Problem]:
    mend = Text(
        "kanpo lots balance で確かめ、誤記なら kanpo records correct で訂正してください",
        "look at it with kanpo lots balance, and correct what was written wrong: kanpo records correct",
    )
    return [
        Problem(
            fault.code,
            Text(f"{fault.day[:10]} {fault.what.ja}", f"{fault.day[:10]} {fault.what.en}"),
            mend,
            Place(str(project.path)),
            Severity.WARNING,
            Text(f"(記録 {fault.record_id})", f"(record {fault.record_id})")
            if fault.record_id
            else Text("", ""),
        )
        for fault in find_faults(read_book(project))
    ]
