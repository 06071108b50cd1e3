"""Assays of a lot against the limits of a pharmacopoeia."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from kanpo.locale import Text
from kanpo.lots._analytes import Key, basis_factors, find_analyte, has_all_parts, parts_of
from kanpo.lots._book import LotBook
from kanpo.lots._limits import Limit, limits_of
from kanpo.lots._material import Material, material_of
from kanpo.lots._measured import Assay
from kanpo.lots._units import unit_factor
from kanpo.lots._verdict import LimitVerdict, LotVerdict, Verdict

_ENDLESS = Decimal("Infinity")
#: Tests of what stays in a drug whatever is done to it.
_LASTING = frozenset({"heavy_metals", "arsenic", "pesticide_residue"})
#: Of several determinations of one test the worst counts.
_WORST_FIRST = (Verdict.FAILED, Verdict.UNDETERMINED, Verdict.PASSED)


def check_lot(book: LotBook, lot_id: str, own: pd.DataFrame | None = None) -> LotVerdict:
    """Compare the assays of a lot with the limits of its herb.

    Assays count of the lot, of its samples, and of the lots that it was only split, packed or stored
    from, unless they are dated before the last thing that changed the drug. Replicates (same lot,
    sample, day and laboratory) are averaged (arithmetic mean); of several determinations the worst
    counts, so that testing again does not wash a failure away. A value below a limit of quantification
    stands for all between 0 and that limit, one that does not say as what it is reckoned (arsenic as
    As or as As2O3) for all that it may mean, so a mean is an interval, and a verdict needs the whole
    interval on one side. Units are converted where the factor is exact. A mean that meets a limit only
    when rounded to the digits of the limit is not determined, since the digits of the pharmacopoeia
    decide there (JP, General Notices: n digits are got by rounding off the (n+1)th).

    The lot fails when one test fails. It passes when somebody vouches for the table as the whole of
    the monograph and every test of it passes. Else what was judged is within its limits, where
    something of the table was, and nothing is said where nothing was.

    Parameters
    ----------
    own : DataFrame, optional
        Limits of the user's own; see `limits_of`.

    Raises
    ------
    UsageError
        There is no such lot.
    """
    book.require(lot_id)
    herbs = sorted(book.herbs_of(lot_id))
    table = limits_of(herbs[0] if len(herbs) == 1 else "", own)
    material = material_of(book, lot_id)
    tests = [_check_limit(limit, table.limits, material) for limit in table.limits]
    tests += _without_limit(table.limits, material)
    if len(herbs) == 1:
        reason = Text("", "")
    elif herbs:
        reason = _several(herbs)
    else:
        reason = Text("生薬が決まりません", "its herb is not known")
    verdict = LotVerdict(
        lot_id,
        "、".join(herbs),
        Verdict.UNDETERMINED,
        tuple(tests),
        reason,
        table.complete,
        _tainted(table.limits, material),
    )
    return replace(verdict, verdict=_verdict_of(verdict))


def _tainted(limits: Sequence[Limit], material: Material) -> tuple[str, ...]:
    """The lots that it was made from which failed by what no drying or mixing takes away."""
    lasting = [limit for limit in limits if limit.test in _LASTING]
    failed = []
    for lot in dict.fromkeys(assay.lot_id for assay in material.before):
        alone = Material((lot,), tuple(assay for assay in material.before if assay.lot_id == lot), (), ())
        if any(_check_limit(limit, limits, alone).verdict is Verdict.FAILED for limit in lasting):
            failed.append(lot)
    return tuple(failed)


def count_verdicts(book: LotBook, own: pd.DataFrame | None = None) -> dict[Verdict, int]:
    """How many lots there are of each verdict; see `check_lot`."""
    verdicts = [check_lot(book, lot, own).verdict for lot in book.lot_ids]
    return {verdict: verdicts.count(verdict) for verdict in Verdict}


def _verdict_of(lot: LotVerdict) -> Verdict:
    if any(test.verdict is Verdict.FAILED for test in lot.tests):
        return Verdict.FAILED
    if lot.reason.ja or not lot.judged:
        return Verdict.UNDETERMINED
    every = lot.judged == len(lot.table)
    # A guard that was measured and could not be judged leaves open what the table forgot to ask.
    guards = [test for test in lot.tests if test.has_limit and not test.limit.of_table and test.n]
    whole = lot.complete and every and all(test.decided for test in guards)
    return Verdict.PASSED if whole else Verdict.WITHIN


def _several(herbs: Sequence[str]) -> Text:
    return Text(
        f"複数の生薬が混ざっています({'、'.join(herbs)})", f"several herbs are mixed: {', '.join(herbs)}"
    )


def _check_limit(limit: Limit, limits: Sequence[Limit], material: Material) -> LimitVerdict:
    direct = [assay for assay in material.assays if _is_of(assay, limit, limits)]
    verdicts = [_judge(limit, assays) for assays in _determinations(direct)]
    parts = [assay for assay in material.assays if assay.key and assay.key[1] in parts_of(limit.key[1])]
    sums = [_judge_parts(limit, assays) for assays in _determinations(parts)]
    # Some parts of a total can show that it is too much, never that it is not.
    verdicts += [total for total in sums if total.verdict is Verdict.FAILED or not direct]
    if not verdicts:
        return LimitVerdict(limit, Verdict.UNDETERMINED, _why_missing(limit, limits, material))
    worst = min(verdicts, key=lambda judged: _WORST_FIRST.index(judged.verdict))
    notes = [worst.reason]
    if worst.of_lot != material.lots[0]:
        notes.append(Text(f"ロット {worst.of_lot} の測定", f"measured on lot {worst.of_lot}"))
    if len(verdicts) > 1:
        notes.append(
            Text(
                f"{len(verdicts)} 回の測定のうち最も悪いもの", f"the worst of {len(verdicts)} determinations"
            )
        )
    reason = Text(
        _noted([note.ja for note in notes], "(", "、", ")"), _noted([n.en for n in notes], " (", ", ", ")")
    )
    return replace(worst, reason=reason)


def _noted(notes: Sequence[str], start: str, between: str, end: str) -> str:
    first, *rest = notes
    return f"{first}{start}{between.join(rest)}{end}" if rest else first


def _is_of(assay: Assay, limit: Limit, limits: Sequence[Limit]) -> bool:
    # With one limit for a test, an assay need not say of which analyte it is.
    if assay.key == (assay.test, ""):
        keys = {other.key for other in limits if other.test == assay.test}
        return keys == {limit.key}
    return assay.key == limit.key


def _determinations(assays: Iterable[Assay]) -> list[list[Assay]]:
    groups: dict[tuple[str, ...], list[Assay]] = {}
    for assay in assays:
        groups.setdefault(assay.determination, []).append(assay)
    return list(groups.values())


def _why_missing(limit: Limit, limits: Sequence[Limit], material: Material) -> Text:
    """Why there is no value that holds for the lot."""
    for assays in (material.too_early, material.before):
        old = [assay for assay in assays if _is_of(assay, limit, limits)]
        if old:
            lots = "、".join(dict.fromkeys(assay.lot_id for assay in old))
            change = material.changed
            if material.mixed:
                return Text(
                    f"混合したロットは混合の後に測る。混ぜる前(ロット {lots})の測定は使えません",
                    f"a mixed lot needs an assay of its own; those before mixing (lot {lots}) do not hold",
                )
            return Text(
                f"{change.ja}より前(ロット {lots})の測定は使えません",
                f"assays before {change.en} (lot {lots}) do not hold",
            )
    others = {assay.analyte for assay in material.assays if assay.test == limit.test and assay.analyte}
    if others:
        names = "、".join(sorted(others))
        return Text(
            f"「{limit.analyte}」の測定がありません(あるのは {names})",
            f"'{limit.analyte}' not measured (but {names})",
        )
    return Text("測定がありません", "not measured")


def _judge(limit: Limit, assays: Sequence[Assay]) -> LimitVerdict:
    """One determination: the mean of its replicates against the limit."""
    lot, n = assays[0].lot_id, len(assays)
    spans = []
    for assay in assays:
        span = _span(assay, limit)
        if span is None:
            what = Text(
                f"単位 {assay.unit} を {limit.unit} に換算できません",
                f"{assay.unit} cannot be turned into {limit.unit}",
            )
            return LimitVerdict(limit, Verdict.UNDETERMINED, what, n, of_lot=lot)
        spans.append(span)
    low, high = (sum(ends, Decimal(0)) / n for ends in zip(*spans, strict=True))
    below = any(assay.measured.startswith("<") for assay in assays)
    if limit.undetected:
        verdict, reason = _compare_nothing(low, high, below)
    else:
        verdict, reason = _compare(limit, low, high, below)
    for note in (_basis_note(assays, limit), _beyond_note(limit, verdict, spans)):
        reason = Text(f"{reason.ja}{note.ja}", f"{reason.en}{note.en}")
    return LimitVerdict(limit, verdict, reason, n, low, high, lot)


def _beyond_note(limit: Limit, verdict: Verdict, spans: Sequence[tuple[Decimal, Decimal]]) -> Text:
    """How many replicates lie beyond a limit that their mean meets: the mean decides, and does not hide them."""
    least, most = limit.minimum, limit.maximum
    beyond = [
        low if most is not None and low > most else high
        for low, high in spans
        if (most is not None and low > most) or (least is not None and high < least)
    ]
    if verdict is not Verdict.PASSED or not beyond:
        return Text("", "")
    values = "、".join(f"{value:.6g}" for value in beyond)
    return Text(
        f"(平均では。反復 {len(spans)} 個のうち {len(beyond)} 個は基準の外: {values})",
        f" (by the mean; {len(beyond)} of {len(spans)} replicates are beyond the limit: {values.replace('、', ', ')})",
    )


def _span(assay: Assay, limit: Limit) -> tuple[Decimal, Decimal] | None:
    """What a value may be in the unit of the limit and reckoned as the limit is; None where not known."""
    unit = Decimal(1) if limit.undetected else unit_factor(assay.unit, limit.unit)
    if unit is None:
        return None
    factors = basis_factors(_name_of(assay), limit.analyte)
    value = Decimal(assay.measured.removeprefix("<")) * unit
    low, high = value * min(factors), value * max(factors)
    return (Decimal(0), high) if assay.measured.startswith("<") else (low, high)


def _name_of(assay: Assay) -> str:
    """The name of what was measured; one that says no basis where what is written is in no list."""
    known = assay.analyte and find_analyte(assay.analyte)
    return assay.analyte if known or assay.key is None else assay.key[1]


def _basis_note(assays: Sequence[Assay], limit: Limit) -> Text:
    """As what a value is reckoned, where that is not as the limit is."""
    other = find_analyte(limit.analyte)
    for assay in assays:
        analyte = find_analyte(_name_of(assay))
        if analyte is None or other is None or analyte.basis == other.basis:
            continue
        if analyte.basis and other.basis:
            return Text(
                f"({analyte.basis} としての値を {other.basis} に換算)",
                f" (reckoned from {analyte.basis} to {other.basis})",
            )
        side = Text("測定値", "the value") if other.basis else Text("基準値", "the limit")
        basis = other.basis or analyte.basis
        return Text(
            f"({side.ja}が {basis} としての量か書かれていないので、幅で比べた)",
            f" ({side.en} does not say whether it is as {basis}: all that it may mean was compared)",
        )
    return Text("", "")


def _judge_parts(limit: Limit, assays: Sequence[Assay]) -> LimitVerdict:
    """The sum of the parts of a total that were measured together."""
    by_part: dict[Key | None, list[tuple[Decimal, Decimal] | None]] = {}
    for assay in assays:
        by_part.setdefault(assay.key, []).append(_span(assay, limit))
    low = high = Decimal(0)
    known = 0
    for spans in by_part.values():
        sure = [span for span in spans if span is not None]
        if len(sure) < len(spans):
            continue
        known += 1
        low += sum((span[0] for span in sure), Decimal(0)) / len(sure)
        high += sum((span[1] for span in sure), Decimal(0)) / len(sure)
    key = limit.key[1]
    whole = has_all_parts(key) and known == len(parts_of(key))
    names = "、".join(dict.fromkeys(assay.analyte for assay in assays))
    below = any(assay.measured.startswith("<") for assay in assays)
    verdict, reason = _compare(limit, low, high if whole else _ENDLESS, below and whole)
    if not whole and verdict is Verdict.UNDETERMINED:
        reason = Text(f"{names} だけでは決まりません", f"{names} alone does not decide it")
    else:
        reason = Text(f"{reason.ja}({names} の和)", f"{reason.en} (sum of {names})")
    return LimitVerdict(
        limit, verdict, reason, len(assays), low, high if whole else _ENDLESS, assays[0].lot_id
    )


def _compare_nothing(low: Decimal, high: Decimal, below: bool) -> tuple[Verdict, Text]:
    """A verdict where nothing may be found."""
    if low > 0:
        return Verdict.FAILED, Text("検出されています", "was found")
    if below:
        return Verdict.PASSED, Text(
            f"検出されていません(下限 {high:.6g})", f"not found (limit of quantification {high:.6g})"
        )
    return Verdict.UNDETERMINED, Text(
        "0 では検出の下限が分かりません。<0.01 の形で記録してください",
        "0 does not say from where on it would have been found: record it as <0.01",
    )


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
    if open_ended:
        return Verdict.UNDETERMINED, Text(
            "定量下限未満の値があり、どちらとも言えません",
            "values below the limit of quantification leave it open",
        )
    return Verdict.UNDETERMINED, Text("どちらとも言えません", "is left open")


def _without_limit(limits: Sequence[Limit], material: Material) -> list[LimitVerdict]:
    """What was measured and belongs to no limit: it stands in the answer, and nothing is said of it."""
    totals = {part for limit in limits for part in parts_of(limit.key[1])}
    groups: dict[tuple[str, str, str], list[Assay]] = {}
    for assay in (*material.assays, *material.too_early):
        if not any(_is_of(assay, limit, limits) for limit in limits):
            groups.setdefault((assay.test, assay.analyte, assay.unit), []).append(assay)
    return [_bare(assays, totals, material) for assays in groups.values()]


def _bare(assays: Sequence[Assay], totals: set[str], material: Material) -> LimitVerdict:
    first = assays[0]
    limit = Limit(first.test, first.analyte, None, None, first.unit, "", "", of_table=False)
    holding = [assay for assay in assays if assay not in material.too_early]
    in_total = first.key is not None and first.key[1] in totals
    if first.key is None:
        reason = Text(
            f"試験と成分「{first.analyte}」が合いません",
            f"the test and '{first.analyte}' contradict each other",
        )
    elif not holding:
        change = material.changed
        reason = Text(f"{change.ja}より前の測定です", f"measured before {change.en}")
    elif in_total:
        reason = Text(
            "この成分だけの基準はなく、合計で見ます", "has no limit of its own: counts into its total"
        )
    elif first.key == (first.test, ""):
        reason = Text("どの成分か書かれていません", "it is not said of which analyte")
    else:
        reason = Text("基準なし", "no limit")
    values = [Decimal(assay.measured.removeprefix("<")) for assay in holding]
    lows = [Decimal(0) if a.measured.startswith("<") else v for a, v in zip(holding, values, strict=True)]
    n = len(holding)
    low, high = (sum(ends, Decimal(0)) / n if n else None for ends in (lows, values))
    return LimitVerdict(limit, Verdict.UNDETERMINED, reason, n, low, high, first.lot_id, in_total)
