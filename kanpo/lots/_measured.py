"""Measured values of lots, as they stand in the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kanpo.lots._analytes import Key, key_of


@dataclass(frozen=True, slots=True)
class Assay:
    """One measured value.

    `day` is that of the material: when its sample was taken, where that is known. `key` is what was
    measured, None where test and analyte contradict each other.
    """

    lot_id: str
    day: str
    sample_id: str
    laboratory: str
    test: str
    analyte: str
    key: Key | None
    measured: str
    unit: str

    @property
    def determination(self) -> tuple[str, str, str, str]:
        """What replicates share; another day, sample or laboratory is another determination."""
        return self.lot_id, self.sample_id, self.day, self.laboratory


def read_assays(assays: pd.DataFrame, samples: pd.DataFrame) -> Mapping[str, list[Assay]]:
    """Standing assays by the lot that they are of, directly or by a sample."""
    taken = {str(row["sample_id"]): row for row in samples.to_dict("records")}
    by_lot: dict[str, list[Assay]] = {}
    for row in assays.to_dict("records"):
        sample = taken.get(_text(row["sample_id"]), {})
        lot = _text(row["lot_id"]) or _text(sample.get("lot_id"))
        if lot:
            by_lot.setdefault(lot, []).append(_assay(lot, row, sample))
    return by_lot


def _assay(lot: str, row: Mapping[Any, Any], sample: Mapping[Any, Any]) -> Assay:
    test, analyte = str(row["test"]), _text(row["analyte"])
    # A sample keeps what the lot was when it was taken, however late it was measured.
    days = [str(of["happened_at"])[:10] for of in (row, sample) if of]
    return Assay(
        lot,
        min(days),
        _text(row["sample_id"]),
        _text(row["laboratory"]),
        test,
        analyte,
        key_of(test, analyte),
        str(row["measured"]),
        str(row["unit"]),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
