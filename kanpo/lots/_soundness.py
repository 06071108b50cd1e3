"""Whether records and lots make sense together: what `kanpo verify` says beside damage."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from kanpo.errors import Place, Problem, Severity
from kanpo.locale import Text
from kanpo.lots._balance import LotFault, find_faults
from kanpo.lots._book import read_book
from kanpo.lots._shipped import shipping_faults
from kanpo.store import Project
from kanpo.trials import look_through


def look_over(project: Project, limits: pd.DataFrame | None = None) -> list[Problem]:
    """Look through all records and all lots; empty when nothing is doubtful.

    Parameters
    ----------
    limits : DataFrame, optional
        Limits of the user's own; see `kanpo.lots.limits_of`.

    Returns
    -------
    list of Problem
        What `kanpo.trials.look_through` doubts, then steps whose masses do not add up (with kg and
        percent of what went in), lots that are overdrawn or come from nowhere, and shipped lots that
        do not conform or were not tested. All are warnings: the records are whole, but a person
        should look.
    """
    book = read_book(project)
    masses = Text(
        "kanpo lots balance で確かめ、誤記なら kanpo records correct で訂正してください",
        "look at it with kanpo lots balance, and correct what was written wrong: kanpo records correct",
    )
    shipped = Text(
        "kanpo lots check で確かめ、分析値を記録するか、出荷先に知らせてください",
        "look at it with kanpo lots check; record its assays, or tell the customer",
    )
    return [
        *look_through(project),
        *_lots(project, find_faults(book), masses),
        *_lots(project, shipping_faults(book, limits), shipped),
    ]


def _lots(project: Project, faults: Iterable[LotFault], mend: Text) -> list[Problem]:
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
        for fault in faults
    ]
