"""The factors of all parcels: values, where each came from, and how much of the parcel it covers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kanpo.errors import Place, UsageError
from kanpo.locale import Text
from kanpo.schema import FACTORS


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """Site factors of parcels.

    Three frames of the same shape, index parcel_id, one column per factor in the order of
    `FACTORS`: `values` (numbers NaN, classes None where nothing is known), `sources` (``visit:ID``,
    ``attribute:COLUMN``, ``layer:ID``, ``measured``, or empty) and `coverage` (0 to 1).
    """

    values: pd.DataFrame
    sources: pd.DataFrame
    coverage: pd.DataFrame

    @classmethod
    def unknown(cls, parcel_ids: Sequence[str]) -> Factors:
        """Factors of parcels about which nothing is known."""
        index = pd.Index(parcel_ids, name="parcel_id", dtype=object)
        values = pd.DataFrame(
            {
                key: np.full(len(index), np.nan) if factor.kind == "number" else np.full(len(index), None, dtype=object)
                for key, factor in FACTORS.items()
            },
            index=index,
        )
        sources = pd.DataFrame("", index=index, columns=list(FACTORS), dtype=object)
        return cls(values, sources, pd.DataFrame(0.0, index=index, columns=list(FACTORS)))

    @property
    def parcel_ids(self) -> list[str]:
        """The parcels, in order."""
        return list(self.values.index)

    def columns(self) -> dict[str, np.ndarray]:
        """Columns as the kernel takes them: numbers with NaN, classes as codes with -1 unknown."""
        columns: dict[str, np.ndarray] = {}
        for key, factor in FACTORS.items():
            if factor.kind == "number":
                columns[key] = self.values[key].to_numpy(dtype=float)
            else:
                categories = pd.Categorical(self.values[key], categories=list(factor.classes))
                columns[key] = categories.codes.astype(np.int8)
        return columns

    def subset(self, parcel_ids: Sequence[str]) -> Factors:
        """The factors of some parcels, in the order given."""
        ids = list(parcel_ids)
        return Factors(self.values.loc[ids], self.sources.loc[ids], self.coverage.loc[ids])

    def with_value(self, parcel_id: str, factor: str, value: object) -> Factors:
        """The same factors with one value changed, marked as assumed.

        Raises
        ------
        UsageError
            The factor or the class is not known.
        """
        _check_value(factor, value)
        values, sources, coverage = self.values.copy(), self.sources.copy(), self.coverage.copy()
        values.loc[parcel_id, factor] = value  # type: ignore[call-overload]
        sources.loc[parcel_id, factor] = "assumed"
        coverage.loc[parcel_id, factor] = 1.0
        return Factors(values, sources, coverage)

    def known_share(self) -> pd.Series:
        """For each parcel, the share of all factors that are known."""
        return self.values.notna().mean(axis=1)


def _check_value(factor: str, value: object) -> None:
    found = FACTORS.get(factor)
    if found is not None and (found.kind == "number" or value in found.classes):
        return
    choices = "、".join(FACTORS if found is None else found.classes)
    raise UsageError(
        "factor.unknown",
        Text("知らない立地要因か区分です", "unknown factor or class"),
        Text(f"選べるもの: {choices}", f"choices: {choices}"),
        Place(column=factor, value=value),
    )
