"""Lots that left the house although they failed, or although nobody knows whether they would."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from kanpo.locale import Text
from kanpo.lots._assays import check_lot
from kanpo.lots._balance import LotFault
from kanpo.lots._book import LotBook
from kanpo.lots._verdict import Verdict


def shipping_faults(book: LotBook, own: pd.DataFrame | None = None) -> tuple[LotFault, ...]:
    """Shipments of lots that do not conform, were not tested, or of which nothing could be judged.

    Parameters
    ----------
    own : DataFrame, optional
        Limits of the user's own; see `kanpo.lots.limits_of`.
    """
    return tuple(_faults(book, own))


def _faults(book: LotBook, own: pd.DataFrame | None) -> Iterator[LotFault]:
    for step in book.steps:
        for lot in sorted(step.uses) if step.masses.step == "shipping" else ():
            verdict = check_lot(book, lot, own)
            if verdict.verdict is Verdict.FAILED:
                code = "lot.shipped-failed"
            elif not verdict.tested:
                code = "lot.shipped-untested"
            elif verdict.verdict is Verdict.UNDETERMINED:
                code = "lot.shipped-undetermined"
            else:
                continue
            said = verdict.sentence
            what = Text(f"出荷したロット {lot}: {said.ja}", f"lot {lot} was shipped: {said.en}")
            yield LotFault(code, what, step.day, step.record_id, lot)
