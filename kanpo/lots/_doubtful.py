"""Every record that a person should look at, and why; worked out anew from what stands."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from kanpo.locale import Text
from kanpo.lots._balance import find_faults
from kanpo.lots._book import LotBook, read_book
from kanpo.lots._shipped import shipping_faults
from kanpo.store import Project
from kanpo.trials import Doubt, doubts

_COLUMNS = ("day", "kind", "where", "code", "why", "record_id")


def doubtful_records(project: Project, limits: pd.DataFrame | None = None) -> pd.DataFrame:
    """Doubtful records, oldest first; nothing is changed or held back because of it.

    Parameters
    ----------
    limits : DataFrame, optional
        Limits of the user's own; see `kanpo.lots.limits_of`.

    Returns
    -------
    DataFrame
        ``day``, ``kind``, ``where`` (plot, parcel or lot), ``code``, ``why`` (in words of the
        current language), ``record_id``.
    """
    found = [*doubts(project)]
    book = read_book(project)
    for fault in (*find_faults(book), *shipping_faults(book, limits)):
        kind = "lot" if fault.code in ("lot.orphan", "lot.declared-differs") else "lot_step"
        found.append(Doubt(fault.day[:10], kind, fault.lot_id, fault.code, fault.what, fault.record_id))
    found += _before_the_lot(book)
    found.sort(key=lambda doubt: (doubt.day, doubt.record_id))
    rows = [[str(getattr(doubt, key)) for key in _COLUMNS] for doubt in found]
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def _before_the_lot(book: LotBook) -> Iterator[Doubt]:
    """Samples and assays dated before the lot that they are of was there."""
    for kind, frame in (("sample", book.samples), ("assay", book.assays)):
        for row in frame[frame["lot_id"].notna()].to_dict("records"):
            day, made = str(row["happened_at"])[:10], book.made_on(row["lot_id"])[:10]
            if day < made:
                why = Text(
                    f"ロット {row['lot_id']} ができた日({made})より前です",
                    f"dated before lot {row['lot_id']} was made ({made})",
                )
                yield Doubt(day, kind, row["lot_id"], "lot.before-it-exists", why, row["record_id"])
