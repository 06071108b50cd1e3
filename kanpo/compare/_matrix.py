"""Samples by components: which columns are numbers, what is missing or zero, and what is made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from kanpo.compare._table import Table
from kanpo.errors import InputUnusable, Problem, UsageError
from kanpo.locale import Text
from kanpo.reading import normalise

Impute = Literal["none", "half-min"]

#: Below this many samples nothing is compared.
LEAST_SAMPLES = 3
#: Headers of a column that names the samples, in lower case after `normalise`.
_SAMPLE_NAMES = frozenset(
    (
        "sample",
        "sample_id",
        "sampleid",
        "id",
        "no",
        "no.",
        "name",
        "試料",
        "試料名",
        "番号",
        "サンプル",
        "検体",
        "検体番号",
        "lot",
        "lot_code",
        "ロット",
    )
)


@dataclass(frozen=True, slots=True, eq=False)
class SampleMatrix:
    """Values (n, p) of n samples in p components, NaN where nothing was measured.

    `groups` (n,) is the group of each sample, empty text where none is asked for. `left_out` are
    columns that hold text.
    """

    file: str
    samples: tuple[str, ...]
    components: tuple[str, ...]
    values: np.ndarray
    groups: np.ndarray
    left_out: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Treated:
    """Values as they are computed with, and where (n, p) the written ones were `zero` or `missing`."""

    values: np.ndarray
    zero: np.ndarray
    missing: np.ndarray
    log: bool
    impute: Impute

    @property
    def handling(self) -> Text:
        """What was done with zeros and missing values, for the reader of the result."""
        zeros, gaps = int(self.zero.sum()), int(self.missing.sum())
        if self.impute == "half-min":
            ja = "0 と欠測は、その成分の正の最小値の半分で置き換えました"
            en = "zeros and missing values were replaced by half the least positive value of their component"
        elif self.log:
            ja = "欠測は除き、0 と負の値も対数が取れないので除きました(置き換えるなら --impute half-min)"
            en = (
                "missing values are left out, and so are zeros and negative values, which have no logarithm "
                "(--impute half-min replaces them)"
            )
        else:
            ja = "欠測は除き、0 は数値の 0 として数えました"
            en = "missing values are left out; a zero counts as the number 0"
        return Text(
            f"0 が {zeros:,} 個、欠測が {gaps:,} 個: {ja}。", f"{zeros:,} zeros, {gaps:,} missing: {en}."
        )


def sample_matrix(
    table: Table, *, group: str | None = None, sample: str | None = None, ignore: Sequence[str] = ()
) -> SampleMatrix:
    """Take a table for a matrix of samples.

    Columns are components where at least half of what is written is numbers; the others are left
    out by name. The samples are named by `sample`, else by the first column if it holds text or is
    headed like an id, else by number.

    Raises
    ------
    UsageError
        A column is not there, or no column holds numbers.
    InputUnusable
        There are fewer than three samples, or samples without a group.
    """
    if len(table.cells) < LEAST_SAMPLES:
        raise InputUnusable(
            "compare.few-samples",
            Text(f"試料が {len(table.cells)} 点しかありません", f"has only {len(table.cells)} samples"),
            Text(f"{LEAST_SAMPLES} 点以上が要ります", f"at least {LEAST_SAMPLES} are needed"),
            table.place(),
        )
    share = table.share_of_numbers()
    names = _sample_column(table, share, sample)
    apart = {
        table.position(name) for name in (*ignore, *([group] if group else []), *([names] if names else []))
    }
    numeric = [at for at in range(len(table.headers)) if at not in apart and not share[at] < 0.5]
    if not numeric:
        raise UsageError(
            "compare.no-numbers",
            Text("数値の列がありません", "no column holds numbers"),
            Text("試料を行に、成分を列に並べてください", "put samples into rows and components into columns"),
            table.place(),
        )
    values, problems = table.numbers(numeric)
    samples = table.texts(names) if names else np.arange(1, len(values) + 1)
    groups = table.texts(group) if group else np.full(len(values), "", dtype=object)
    return SampleMatrix(
        table.file,
        tuple(str(one) for one in samples),
        tuple(table.headers[at] for at in numeric),
        values,
        groups,
        tuple(table.headers[at] for at in range(len(share)) if at not in apart and share[at] < 0.5),
        problems,
    )


def _sample_column(table: Table, share: np.ndarray, wanted: str | None) -> str | None:
    if wanted is not None:
        return table.headers[table.position(wanted)]
    first = table.headers[0]
    if share[0] < 0.5 or normalise(first).casefold() in _SAMPLE_NAMES:
        return first
    return None


def treated(matrix: SampleMatrix, *, log: bool = False, impute: Impute = "none") -> Treated:
    """Values made ready: gaps filled where asked for, then logarithms to base 2 where asked for.

    Half the least positive value is the usual stand-in for what lies below the limit of detection
    (R. Wei et al. 2018, Missing value imputation approach for mass spectrometry-based metabolomics
    data, Scientific Reports 8: 663). A component without any positive value stays missing.
    """
    values = matrix.values
    zero, missing = values == 0, np.isnan(values)
    if impute == "half-min":
        least = np.where(values > 0, values, np.inf).min(axis=0)
        half = np.where(np.isfinite(least), least / 2, np.nan)
        values = np.where(zero | missing, half, values)
    if log:
        values = np.log2(np.where(values > 0, values, np.nan))
    return Treated(values, zero, missing, log, impute)
