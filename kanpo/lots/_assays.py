"""Assays of a lot against the limits of a pharmacopoeia."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from pathlib import Path

import pandas as pd

from kanpo.errors import InputUnusable, Place, Problem
from kanpo.files import check_table_file, read_rows
from kanpo.herbs import load_catalogue
from kanpo.locale import Text
from kanpo.lots._book import LotBook
from kanpo.schema import VOCABULARIES, normalise

#: Steps that leave the drug what it is, so that an assay of the lot before holds for the lot after.
_SAME_DRUG = frozenset({"splitting", "packing", "storage", "shipping"})
#: Mass per mass, in percent of one unit. All are exact.
_PERCENT = {
    "%": Decimal(1),
    "g/100g": Decimal(1),
    "w/w%": Decimal(1),
    "%(w/w)": Decimal(1),
    "mg/g": Decimal("0.1"),
    "g/kg": Decimal("0.1"),
    "mg/100g": Decimal("0.001"),
    "mg/kg": Decimal("0.0001"),
    "ppm": Decimal("0.0001"),
    "μg/g": Decimal("0.0001"),
    "ug/g": Decimal("0.0001"),
}
#: Oil per mass of drug, in mL of one unit per 50 g. All are exact.
_ML_50_G = {"ml/50g": Decimal(1), "ml/100g": Decimal("0.5"), "ml/g": Decimal(50)}


#: Columns of a table of limits.
_COLUMNS = ("herb_id", "test", "analyte", "min", "max", "unit", "source", "confidence")
_NUMBER = re.compile(r"\d+(\.\d+)?")


class Verdict(StrEnum):
    """What became of a test."""

    PASSED = "pass"
    FAILED = "fail"
    UNDETERMINED = "not determined"

    @property
    def label(self) -> Text:
        """The verdict in words."""
        return {
            Verdict.PASSED: Text("適合", "pass"),
            Verdict.FAILED: Text("不適合", "fail"),
            Verdict.UNDETERMINED: Text("判定できず", "not determined"),
        }[self]


@dataclass(frozen=True, slots=True)
class Limit:
    """What a test may give at least and at most, both included, in `unit`."""

    test: str
    analyte: str
    minimum: Decimal | None
    maximum: Decimal | None
    unit: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class LimitVerdict:
    """One limit and what was measured against it.

    `low` and `high` bound the mean of `n` values in the unit of the limit: they differ where a
    value was only known to be below a limit. `of_lot` is the lot that was assayed.
    """

    limit: Limit
    verdict: Verdict
    reason: Text
    n: int = 0
    low: Decimal | None = None
    high: Decimal | None = None
    of_lot: str = ""


@dataclass(frozen=True, slots=True)
class LotVerdict:
    """All limits of a lot's herb.

    Fails when one test fails, passes when all pass, and is not determined otherwise. `recalled`
    says that a limit has not been read again in its source.
    """

    lot_id: str
    herb_id: str
    verdict: Verdict
    tests: tuple[LimitVerdict, ...]
    reason: Text
    recalled: bool


def limits_of(herb_id: str, table: pd.DataFrame | None = None) -> tuple[Limit, ...]:
    """The limits of a herb.

    Parameters
    ----------
    table : DataFrame, optional
        Text columns ``herb_id, test, analyte, min, max, unit, source, confidence``; the catalogue's
        when not given.
    """
    table = load_catalogue().quality if table is None else table
    return tuple(
        Limit(
            row["test"],
            row["analyte"],
            Decimal(row["min"]) if row["min"] else None,
            Decimal(row["max"]) if row["max"] else None,
            row["unit"],
            row["source"],
            row["confidence"],
        )
        for row in table[table["herb_id"] == herb_id].fillna("").to_dict("records")
    )


def read_limits(path: Path) -> pd.DataFrame:
    """Limits of the user's own, from a CSV with the columns of the catalogue's ``quality.csv``.

    Raises
    ------
    InputUnusable
        It cannot be read, or a row has no limit or one that is no number; all places are said.
    """
    check_table_file(path)
    headers, *lines = [[cell.strip() for cell in row] for row in read_rows(path.read_bytes(), path.name)] or [
        []
    ]
    unusable = (
        "limits.unusable",
        Text("基準値の表を使えません", "the table of limits cannot be used"),
        Text(f"列: {', '.join(_COLUMNS)}", f"columns: {', '.join(_COLUMNS)}"),
        Place(path.name),
    )
    if not {"herb_id", "test", "unit"} <= set(headers) or not {"min", "max"} & set(headers):
        raise InputUnusable(*unusable)
    known = [dict(zip(headers, line, strict=False)) for line in lines]
    rows = [{key: row.get(key, "") for key in _COLUMNS} for row in known]
    problems = [
        Problem(
            "limits.row",
            Text("基準値として読めません", "is no limit"),
            Text(
                "herb_id と test、数値の min か max を入れてください",
                "enter herb_id, test, and a number as min or max",
            ),
            Place(path.name, row=number, column="min", value=row["min"] or row["max"]),
        )
        for number, row in enumerate(rows, 2)
        if not (row["herb_id"] and row["test"] and (row["min"] or row["max"]))
        or not all(_NUMBER.fullmatch(row[key]) for key in ("min", "max") if row[key])
    ]
    if problems or not rows:
        raise InputUnusable(*unusable, tuple(problems))
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def check_lot(book: LotBook, lot_id: str, table: pd.DataFrame | None = None) -> LotVerdict:
    """Compare the assays of a lot with the limits of its herb.

    Assays of the lot and of its samples count. A test that was not done on it is taken from the
    lot that it was only split, packed or stored from. Values of one test are averaged
    (arithmetic mean); a value below a limit of quantification stands for all between 0 and that
    limit, so the mean is an interval, and a verdict needs the whole interval on one side. Units
    are converted where the factor is exact. A mean that meets a limit only when rounded to the
    digits of the limit is not determined, since the digits of the pharmacopoeia decide there
    (JP, General Notices: n digits are got by rounding off the (n+1)th).

    Parameters
    ----------
    table : DataFrame, optional
        Limits of the user's own; see `limits_of`.

    Raises
    ------
    UsageError
        There is no such lot.
    """
    book.require(lot_id)
    herbs = sorted(book.herbs_of(lot_id))
    if len(herbs) != 1:
        what = Text("生薬が決まりません", "its herb is not known") if not herbs else _several(herbs)
        return LotVerdict(lot_id, "、".join(herbs), Verdict.UNDETERMINED, (), what, False)
    limits = limits_of(herbs[0], table)
    tests = tuple(_check_limit(book, lot_id, limit, limits) for limit in limits)
    verdicts = {test.verdict for test in tests}
    if Verdict.FAILED in verdicts:
        verdict = Verdict.FAILED
    else:
        verdict = Verdict.PASSED if verdicts == {Verdict.PASSED} else Verdict.UNDETERMINED
    reason = (
        Text("", "") if tests else Text("この生薬の基準値がありません", "there are no limits of this herb")
    )
    recalled = any(test.limit.confidence != "high" for test in tests)
    return LotVerdict(lot_id, herbs[0], verdict, tests, reason, recalled)


def _several(herbs: Sequence[str]) -> Text:
    return Text(
        f"複数の生薬が混ざっています({'、'.join(herbs)})", f"several herbs are mixed: {', '.join(herbs)}"
    )


def _check_limit(book: LotBook, lot_id: str, limit: Limit, limits: Sequence[Limit]) -> LimitVerdict:
    # With one limit for a test, an assay need not say of which analyte it is.
    alone = sum(other.test == limit.test for other in limits) == 1
    others: set[str] = set()
    for lot in _same_drug(book, lot_id):
        found = _assays_of(book, lot)
        found = found[found["test"] == limit.test]
        mine = found[found["analyte"].map(lambda name: _is_of(name, limit.analyte, alone)).astype(bool)]
        others |= set(found["analyte"].dropna()) - set(mine["analyte"].dropna())
        if not mine.empty:
            verdict = replace(_judge(limit, mine), of_lot=lot)
            return verdict if lot == lot_id else replace(verdict, reason=_inherited(verdict.reason, lot))
    what = Text("測定がありません", "not measured")
    if others:
        names = "、".join(sorted(others))
        what = Text(
            f"「{limit.analyte}」の測定がありません(あるのは {names})",
            f"'{limit.analyte}' not measured (but {names})",
        )
    return LimitVerdict(limit, Verdict.UNDETERMINED, what)


def _inherited(reason: Text, lot: str) -> Text:
    return Text(f"{reason.ja}(ロット {lot} の測定)", f"{reason.en} (measured on lot {lot})")


def _is_of(written: object, analyte: str, alone: bool) -> bool:
    if not isinstance(written, str):
        return alone
    return normalise(written).casefold() == normalise(analyte).casefold()


def _same_drug(book: LotBook, lot_id: str) -> list[str]:
    """The lot, and the lots before it of which it is nothing but a part."""
    lots = [lot_id]
    while True:
        steps, sources = book.made_by(lots[-1]), book.harvests_into(lots[-1])
        before = {lot for step in steps for lot in step.uses}
        only_parted = {step.masses.step for step in steps} <= _SAME_DRUG
        if sources or len(before) != 1 or not only_parted or before <= set(lots):
            return lots
        lots += before


def _assays_of(book: LotBook, lot_id: str) -> pd.DataFrame:
    samples = set(book.samples.loc[book.samples["lot_id"] == lot_id, "sample_id"])
    assays = book.assays
    of_sample = assays["sample_id"].isin(samples) & assays["lot_id"].isna()
    return assays[(assays["lot_id"] == lot_id) | of_sample]


def _judge(limit: Limit, assays: pd.DataFrame) -> LimitVerdict:
    lows, highs = list[Decimal](), list[Decimal]()
    open_ended = False
    for written, unit in zip(assays["measured"], assays["unit"], strict=True):
        factor = unit_factor(str(unit), limit.unit)
        if factor is None:
            what = Text(
                f"単位 {unit} を {limit.unit} に換算できません", f"{unit} cannot be turned into {limit.unit}"
            )
            return LimitVerdict(limit, Verdict.UNDETERMINED, what, len(assays))
        below = isinstance(written, str) and written.startswith("<")
        value = Decimal(str(written).removeprefix("<")) * factor
        lows.append(Decimal(0) if below else value)
        highs.append(value)
        open_ended |= below
    low, high = sum(lows, Decimal(0)) / len(lows), sum(highs, Decimal(0)) / len(highs)
    verdict, reason = _compare(limit, low, high, open_ended)
    return LimitVerdict(limit, verdict, reason, len(assays), low, high)


def unit_factor(unit: str, wanted: str) -> Decimal | None:
    """By how much to multiply a value in `unit` to have it in `wanted`; None when not exactly known."""
    one, other = (normalise(text).replace(" ", "").lower() for text in (unit, wanted))
    if one == other:
        return Decimal(1)
    for scale in (_PERCENT, _ML_50_G):
        if one in scale and other in scale:
            return scale[one] / scale[other]
    return None


def _compare(limit: Limit, low: Decimal, high: Decimal, open_ended: bool) -> tuple[Verdict, Text]:
    """A verdict for a mean between `low` and `high`; with `open_ended` it is less than `high`."""
    least, most = limit.minimum, limit.maximum
    under = least is not None and (high < least or (open_ended and high <= least))
    over = most is not None and low > most
    if under or over:
        bound = least if under else most
        assert bound is not None
        rounded = (high if under else low).quantize(bound, ROUND_HALF_UP)
        if not open_ended and rounded == bound:
            return Verdict.UNDETERMINED, Text(
                "四捨五入で基準値と同じになる値です。公定書の桁数で判断してください",
                "equals the limit once rounded: the digits of the pharmacopoeia decide",
            )
        ja, en = ("下限を下回ります", "below the least") if under else ("上限を上回ります", "above the most")
        return Verdict.FAILED, Text(ja, en)
    if (least is None or low >= least) and (most is None or high <= most):
        return Verdict.PASSED, Text("基準内です", "within the limits")
    return Verdict.UNDETERMINED, Text(
        "定量下限未満の値があり、どちらとも言えません",
        "values below the limit of quantification leave it open",
    )


def verdict_table(verdict: LotVerdict) -> pd.DataFrame:
    """The tests of a verdict, one row each, in words of the current language."""
    labels = VOCABULARIES["quality_test"].labels
    rows = [
        {
            "test": str(labels[test.limit.test]) if test.limit.test in labels else test.limit.test,
            "analyte": test.limit.analyte,
            "min": _plain(test.limit.minimum),
            "max": _plain(test.limit.maximum),
            "unit": test.limit.unit,
            "n": test.n,
            "mean": _plain(test.high)
            if test.low == test.high
            else f"{_plain(test.low)} - {_plain(test.high)}",
            "verdict": str(test.verdict.label),
            "reason": str(test.reason),
            "source": test.limit.source,
            "confidence": test.limit.confidence,
        }
        for test in verdict.tests
    ]
    columns = (
        "test",
        "analyte",
        "min",
        "max",
        "unit",
        "n",
        "mean",
        "verdict",
        "reason",
        "source",
        "confidence",
    )
    return pd.DataFrame(rows, columns=list(columns))


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value:.6g}"
