"""What became of a lot's tests, in kinds and in words: never better than what was looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import pandas as pd

from kanpo.locale import Text
from kanpo.lots._analytes import english_name
from kanpo.lots._limits import Limit
from kanpo.schema import VOCABULARIES


class Verdict(StrEnum):
    """What became of a test, or of a lot.

    ``pass`` of a lot needs the whole table of a monograph that somebody vouches for; ``within`` says
    that what was judged is within its limits, and no more.
    """

    PASSED = "pass"
    WITHIN = "within"
    FAILED = "fail"
    UNDETERMINED = "not determined"

    @property
    def label(self) -> Text:
        """The verdict in words."""
        return {
            Verdict.PASSED: Text("適合", "pass"),
            Verdict.WITHIN: Text("測った項目は基準内", "what was tested is within its limits"),
            Verdict.FAILED: Text("不適合", "fail"),
            Verdict.UNDETERMINED: Text("判定できず", "not determined"),
        }[self]


@dataclass(frozen=True, slots=True)
class LimitVerdict:
    """One test: its limit, and what was measured against it.

    `low` and `high` bound the mean of `n` values in the unit of the limit: they differ where a value
    was only known to be below a limit of quantification, or as what it is reckoned is not said; `high`
    is infinite where only a part of a total was measured. `of_lot` is the lot that was assayed. A test
    that was measured and has no limit stands here with a `limit` without bounds. `in_total` says that
    it is a part of a total that has a limit.
    """

    limit: Limit
    verdict: Verdict
    reason: Text
    n: int = 0
    low: Decimal | None = None
    high: Decimal | None = None
    of_lot: str = ""
    in_total: bool = False

    @property
    def has_limit(self) -> bool:
        """Whether there is anything to compare with."""
        limit = self.limit
        return limit.undetected or limit.minimum is not None or limit.maximum is not None

    @property
    def decided(self) -> bool:
        """Whether it passed or failed."""
        return self.verdict in (Verdict.PASSED, Verdict.FAILED)

    @property
    def to_confirm(self) -> bool:
        """Whether it was decided by a limit that nobody has read in its source."""
        return self.decided and self.limit.to_confirm

    @property
    def label(self) -> Text:
        """The verdict in words, with what has to be confirmed."""
        if not self.has_limit:
            return Text("判定できず(基準なし)", "not determined (no limit)")
        label = self.verdict.label
        return Text(f"{label.ja}(要確認)", f"{label.en} (to confirm)") if self.to_confirm else label

    @property
    def name(self) -> Text:
        """What was tested."""
        test = VOCABULARIES["quality_test"].labels.get(self.limit.test, Text.same(self.limit.test))
        analyte = self.limit.analyte
        return Text(analyte, english_name(analyte)) if analyte else test

    @property
    def mean(self) -> str:
        """What was measured: a number, or what it lies between."""
        if self.low is None or self.high is None:
            return ""
        low, high = _short(self.low), _short(self.high)
        if not self.high.is_finite():
            return f"≧ {low}"
        return high if low == high else f"{low} - {high}"


@dataclass(frozen=True, slots=True)
class LotVerdict:
    """All tests of a lot, measured or wanted.

    Attributes
    ----------
    tests
        Those that have a limit, then those that were measured and have none.
    reason
        Why nothing could be said of the lot as a whole; else empty.
    complete
        Somebody vouches that the limits are the whole table of the monograph.
    tainted
        Lots that it was made from by drying, mixing and the like, and that failed for arsenic, heavy
        metals or pesticides: their assays do not hold for it, and are no reason to be at ease.
    """

    lot_id: str
    herb_id: str
    verdict: Verdict
    tests: tuple[LimitVerdict, ...]
    reason: Text
    complete: bool = False
    tainted: tuple[str, ...] = ()

    @property
    def table(self) -> tuple[LimitVerdict, ...]:
        """The tests of the herb's table."""
        return tuple(test for test in self.tests if test.has_limit and test.limit.of_table)

    @property
    def judged(self) -> int:
        """How many tests of the table were made and could be judged."""
        return sum(test.decided for test in self.table)

    @property
    def tested(self) -> bool:
        """Whether anything was measured that holds for the lot."""
        return any(test.n for test in self.tests)

    @property
    def recalled(self) -> bool:
        """Whether a limit has not been read again in its source."""
        return any(test.limit.confidence not in ("high", "") for test in self.tests if test.has_limit)

    @property
    def to_confirm(self) -> tuple[LimitVerdict, ...]:
        """Tests that were decided by limits that nobody has read in their source."""
        return tuple(test for test in self.tests if test.to_confirm)

    @property
    def label(self) -> Text:
        """The verdict in a few words, for a list or a label: with how much was tested, and what is sure."""
        ja, en = [], []
        if self.verdict in (Verdict.WITHIN, Verdict.UNDETERMINED) and self.tested:
            ja.append(f"{self.judged}/{len(self.table)} 項目")
            en.append(f"{self.judged} of {len(self.table)} tests")
        if not self.tested:
            ja.append("測定なし")
            en.append("not tested")
        if self.to_confirm:
            ja.append("要確認")
            en.append("to confirm")
        label = self.verdict.label
        return Text(f"{label.ja}({'、'.join(ja)})", f"{label.en} ({', '.join(en)})") if ja else label

    @property
    def sentence(self) -> Text:
        """The verdict, with what failed, what was not tested, not judged, and not confirmed."""
        parts = [self.label, *self._failures(), *self._openings(), *self._doubts()]
        return Text(
            f"{parts[0].ja}: " + "。".join(part.ja for part in parts[1:]) if parts[1:] else parts[0].ja,
            f"{parts[0].en}: " + "; ".join(part.en for part in parts[1:]) if parts[1:] else parts[0].en,
        )

    def _failures(self) -> list[Text]:
        reasons = [self.reason] if self.reason.ja else []
        failed = [test for test in self.tests if test.verdict is Verdict.FAILED]
        if not failed:
            return reasons
        return [
            Text(
                "、".join(f"{t.name.ja} {t.mean} {t.limit.unit}({t.limit.words.ja})" for t in failed),
                ", ".join(f"{t.name.en} {t.mean} {t.limit.unit} ({t.limit.words.en})" for t in failed),
            ),
            *reasons,
        ]

    def _openings(self) -> list[Text]:
        """What was not tested, and what was and could not be judged."""
        wanted = [test for test in self.table if not test.n]
        open_ = [
            test
            for test in self.tests
            if test.n and not test.decided and test.has_limit and not test.in_total
        ]
        bare = [test for test in self.tests if test.n and not test.has_limit and not test.in_total]
        out = []
        if wanted:
            of = len(self.table)
            out.append(
                Text(
                    f"表の {of} 項目のうち測っていないのは {_names_ja(wanted)}",
                    f"not tested, of the {of} tests of the table: {_names_en(wanted)}",
                )
            )
        if open_:
            why_ja = "、".join(f"{test.name.ja}({test.reason.ja})" for test in open_)
            why_en = ", ".join(f"{test.name.en} ({test.reason.en})" for test in open_)
            out.append(Text(f"判定できないのは {why_ja}", f"not judged: {why_en}"))
        if bare:
            out.append(
                Text(
                    f"測ったが基準なしで判定できないのは {_names_ja(bare)}",
                    f"measured, without a limit to judge by: {_names_en(bare)}",
                )
            )
        return out

    def _doubts(self) -> list[Text]:
        out = []
        if self.tainted:
            lots = "、".join(self.tainted)
            out.append(
                Text(
                    f"もとのロット {lots} は不適合(重金属・ヒ素・残留農薬)",
                    f"lot {lots}, which it was made from, failed (heavy metals, arsenic or pesticides)",
                )
            )
        if not self.complete and self.table:
            out.append(
                Text(
                    "この表が公定書の全項目とは確かめられていない",
                    "nobody vouches that this table is the whole monograph",
                )
            )
        if self.to_confirm:
            out.append(
                Text(
                    f"要確認(基準値を公定書で確かめていない): {_names_ja(self.to_confirm)}",
                    f"to confirm in the pharmacopoeia: the limits of {_names_en(self.to_confirm)}",
                )
            )
        return out


def _names_ja(tests: Sequence[LimitVerdict]) -> str:
    return "、".join(test.name.ja for test in tests)


def _names_en(tests: Sequence[LimitVerdict]) -> str:
    return ", ".join(test.name.en for test in tests)


#: Columns of the table of a verdict.
_COLUMNS = ["test", "analyte", "min", "max", "unit", "n", "mean", "verdict", "reason", "source", "confidence"]


def verdict_table(verdict: LotVerdict) -> pd.DataFrame:
    """The tests of a verdict, one row each, in words of the current language."""
    labels = VOCABULARIES["quality_test"].labels
    rows = [
        {
            "test": str(labels.get(test.limit.test, test.limit.test)),
            "analyte": test.limit.analyte,
            "min": "" if test.limit.minimum is None else _plain(test.limit.minimum),
            "max": str(test.limit.words)
            if test.limit.undetected
            else ("" if test.limit.maximum is None else _plain(test.limit.maximum)),
            "unit": test.limit.unit,
            "n": test.n,
            "mean": test.mean,
            "verdict": str(test.label),
            "reason": str(test.reason),
            "source": test.limit.source,
            "confidence": test.limit.confidence,
        }
        for test in verdict.tests
    ]
    return pd.DataFrame(rows, columns=_COLUMNS)


def _plain(value: Decimal) -> str:
    return f"{value:.6g}"


def _short(value: Decimal) -> str:
    """A measured mean, without zeros that only reckoning put behind it."""
    return f"{float(value):.6g}"
