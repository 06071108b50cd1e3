"""Every record that a person should look at, and why; worked out anew from what stands."""

from __future__ import annotations

import pandas as pd

from kanpo.lots._balance import find_faults
from kanpo.lots._book import read_book
from kanpo.store import Project
from kanpo.trials import Doubt, doubts

_COLUMNS = ("day", "kind", "where", "code", "why", "record_id")


def doubtful_records(project: Project) -> pd.DataFrame:
    """Doubtful records, oldest first; nothing is changed or held back because of it.

    Returns
    -------
    DataFrame
        ``day``, ``kind``, ``where`` (plot, parcel or lot), ``code``, ``why`` (in words of the
        current language), ``record_id``.
    """
    found = [*doubts(project)]
    for fault in find_faults(read_book(project)):
        kind = "lot" if fault.code in ("lot.orphan", "lot.declared-differs") else "lot_step"
        found.append(Doubt(fault.day[:10], kind, fault.lot_id, fault.code, fault.what, fault.record_id))
    found.sort(key=lambda doubt: (doubt.day, doubt.record_id))
    rows = [[str(getattr(doubt, key)) for key in _COLUMNS] for doubt in found]
    return pd.DataFrame(rows, columns=list(_COLUMNS))
