"""The factors of all parcels: values, where each came from, and how much of the parcel it covers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from kanpo.errors import InputUnusable, Place, Problem, UsageError
from kanpo.locale import Text
from kanpo.schema import FACTORS, Factor
from kanpo.sites._exclusions import Exclusions

#: Types of land that are told apart, in the order of their codes.
LAND_TYPES = ("paddy", "field", "other")


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """Site factors of parcels.

    Three frames of the same shape, index parcel_id, one column per factor in the order of
    `FACTORS`: `values` (numbers NaN, classes None where nothing is known), `sources` (``visit:DATE ID``,
    ``attribute:COLUMN``, ``layer:ID``, ``measured``, or empty) and `coverage` (0 to 1). `exclusions`
    tells which parcels are out of the question for every herb, and by which layer. `reached` has for
    each layer the share of the parcels of which it says something (an exclusion layer: concerns).
    `land_types` has the land type (``paddy``, ``field``, ``other``) of the parcels of which it is known.
    """

    values: pd.DataFrame
    sources: pd.DataFrame
    coverage: pd.DataFrame
    exclusions: Exclusions = field(default_factory=Exclusions)
    reached: Mapping[str, float] = field(default_factory=dict)
    land_types: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def unknown(cls, parcel_ids: Sequence[str]) -> Factors:
        """Factors of parcels about which nothing is known."""
        index = pd.Index(parcel_ids, name="parcel_id", dtype=object)
        values = pd.DataFrame(
            {key: _nothing(factor, len(index)) for key, factor in FACTORS.items()}, index=index
        )
        sources = pd.DataFrame("", index=index, columns=list(FACTORS), dtype=object)
        return cls(values, sources, pd.DataFrame(0.0, index=index, columns=list(FACTORS)))

    @classmethod
    def from_frame(cls, values: pd.DataFrame, source: str = "given") -> Factors:
        """Factors from a plain frame, checked.

        Parameters
        ----------
        values : DataFrame
            Index parcel_id, columns of `FACTORS` in any order; what is missing is unknown.
        source : str
            Where all of them come from.

        Raises
        ------
        UsageError
            A column is no factor.
        InputUnusable
            A parcel stands there twice, or values are no number, impossible, or no class of their
            factor (all of them in `problems`).
        """
        for column in values.columns:
            _known_factor(str(column))
        if values.index.has_duplicates:
            twice = values.index[values.index.duplicated()][0]
            raise InputUnusable(
                "factor.parcel-twice",
                Text("同じ筆が2回あります", "a parcel stands there twice"),
                Text("1筆1行にしてください", "keep one row for each parcel"),
                Place(column="parcel_id", value=str(twice)),
            )
        factors = cls.unknown([str(parcel_id) for parcel_id in values.index])
        problems: list[Problem] = []
        for key in values.columns:
            read, found = _read_column(FACTORS[key], values[key])
            problems += found
            known = pd.notna(read)
            factors.values[key] = read
            factors.sources[key] = np.where(known, source, "")
            factors.coverage[key] = known.astype(float)
        if problems:
            raise InputUnusable(
                "factor.values",
                Text(
                    f"立地要因に使えない値が {len(problems)} 個あります",
                    f"{len(problems)} factor values cannot be used",
                ),
                Text("直してから、もう一度試してください", "mend them and try again"),
                problems=tuple(problems),
            )
        return factors

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
                codes = pd.Index(factor.classes).get_indexer(pd.Index(self.values[key].astype(object)))
                columns[key] = codes.astype(np.int8)
        return columns

    def subset(self, parcel_ids: Sequence[str]) -> Factors:
        """The factors of some parcels, in the order given.

        Raises
        ------
        UsageError
            A parcel is not among them.
        """
        ids = list(parcel_ids)
        self._check_there(ids)
        return Factors(
            self.values.loc[ids],
            self.sources.loc[ids],
            self.coverage.loc[ids],
            self.exclusions.subset(ids),
            land_types=self.land_types,
        )

    def with_value(self, parcel_id: str, factor: str, value: object) -> Factors:
        """The same factors with one value changed, marked as assumed; None makes it unknown.

        Raises
        ------
        UsageError
            The parcel, the factor or the class is not known, or the number is impossible.
        """
        found = _known_factor(factor)
        self._check_there([parcel_id])
        unknown = value is None or value != value
        if not unknown and _doubt(found, value):
            raise UsageError(*_words(found), Place(column=factor, value=value))
        values, sources, coverage = self.values.copy(), self.sources.copy(), self.coverage.copy()
        none = np.nan if found.kind == "number" else None
        given = none if unknown else float(str(value)) if found.kind == "number" else value
        values.loc[parcel_id, factor] = given
        sources.loc[parcel_id, factor] = "" if unknown else "assumed"
        coverage.loc[parcel_id, factor] = 0.0 if unknown else 1.0
        return replace(self, values=values, sources=sources, coverage=coverage)

    def with_land_type(self, parcel_id: str, land_type: str | None) -> Factors:
        """The same factors with the type of the land of one parcel changed; None makes it unknown.

        Raises
        ------
        UsageError
            The parcel is not known.
        """
        self._check_there([parcel_id])
        known = {key: value for key, value in self.land_types.items() if key != parcel_id}
        return replace(self, land_types=known | ({parcel_id: land_type} if land_type else {}))

    def land_codes(self) -> np.ndarray:
        """Positions of the land types in `LAND_TYPES` (n,), one more where it is not known."""
        codes = {name: code for code, name in enumerate(LAND_TYPES)}
        return np.array(
            [codes.get(self.land_types.get(key, ""), len(LAND_TYPES)) for key in self.parcel_ids],
            dtype=np.intp,
        )

    def excluded(self) -> np.ndarray:
        """Whether each parcel (n,) is excluded by a layer, for every herb."""
        return self.exclusions.excluded(self.parcel_ids)

    def known_share(self) -> pd.Series:
        """For each parcel, the share of all factors that are known."""
        return self.values.notna().mean(axis=1)

    def _check_there(self, parcel_ids: Sequence[str]) -> None:
        missing = [parcel_id for parcel_id in parcel_ids if parcel_id not in self.values.index]
        if missing:
            raise UsageError(
                "factor.unknown-parcel",
                Text("その筆はありません", "there is no such parcel"),
                Text("筆IDは kanpo parcels list で確かめられます", "see kanpo parcels list for the ids"),
                Place(column="parcel_id", value=missing[0]),
            )


def _nothing(factor: Factor, count: int) -> np.ndarray:
    return np.full(count, np.nan) if factor.kind == "number" else np.full(count, None, dtype=object)


def _known_factor(key: str) -> Factor:
    if key not in FACTORS:
        raise UsageError(
            "factor.unknown",
            Text("知らない立地要因です", "unknown site factor"),
            Text(f"選べるもの: {'、'.join(FACTORS)}", f"choices: {', '.join(FACTORS)}"),
            Place(column=key),
        )
    return FACTORS[key]


def _doubt(factor: Factor, value: object) -> bool:
    """Whether a known value cannot be one of this factor."""
    if factor.kind == "class":
        return value not in factor.classes
    try:
        number = float(str(value))
    except ValueError:
        return True
    assert factor.minimum is not None and factor.maximum is not None
    return not factor.minimum <= number <= factor.maximum


def _words(factor: Factor) -> tuple[str, Text, Text]:
    """Code, what and mend for a value that cannot be."""
    if factor.kind == "class":
        choices = "、".join(f"{key}({label.ja})" for key, label in factor.class_labels.items())
        return (
            "factor.class",
            Text(f"「{factor.label.ja}」の区分ではありません", f"is no class of {factor.key}"),
            Text(f"選べるもの: {choices}", f"choices: {', '.join(factor.classes)}"),
        )
    bounds = f"{factor.minimum:g}〜{factor.maximum:g}" + ("" if factor.unit == "-" else f" {factor.unit}")
    return (
        "factor.value",
        Text(f"「{factor.label.ja}」としてあり得ない値です", f"is impossible for {factor.key}"),
        Text(f"あり得る範囲: {bounds}", f"possible: {bounds}"),
    )


def _read_column(factor: Factor, column: pd.Series) -> tuple[np.ndarray, list[Problem]]:
    """The values of one factor, and a problem for each that cannot be (the parcel is its detail)."""
    known = column.notna().to_numpy()
    cells = column.to_numpy(dtype=object)
    wrong = np.array(
        [bool(there) and _doubt(factor, cell) for there, cell in zip(known, cells, strict=True)], dtype=bool
    )
    problems = [
        Problem(
            *_words(factor),
            Place(column=factor.key, value=str(cells[at])),
            detail=Text(f"(筆 {column.index[at]})", f"(parcel {column.index[at]})"),
        )
        for at in np.flatnonzero(wrong)
    ]
    read = _nothing(factor, len(cells))
    good = known & ~wrong
    read[good] = cells[good]
    return read, problems
