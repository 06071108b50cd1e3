"""Everything that an analysis found, as tables for a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pandas as pd

from kanpo.locale import Text
from kanpo.reports._tables import ANALYSIS_LABELS, PAIRS_TITLE, analysis_tables, measures

if TYPE_CHECKING:
    from kanpo.evidence import Analysis

_LABELS = {
    **ANALYSIS_LABELS,
    "kind": Text("種類", "kind"),
    "words": Text("内容", "words"),
    "plot": Text("区", "plot"),
    "value": Text("値", "value"),
    "fitted": Text("あてはめ値", "fitted"),
    "residual": Text("残差", "residual"),
    "studentised": Text("標準化残差", "studentised"),
    "against": Text("相手", "against"),
    "t": Text.same("t"),
    "d": Text("差(標準偏差の何倍)", "d"),
    "se_difference": Text("差の標準誤差", "se of a difference"),
    "detectable": Text("検出できる差", "detectable difference"),
    "percent": Text("平均に対する%", "% of the mean"),
    "lsd": Text("LSD(5%)", "LSD (5%)"),
    "partial_eta_sq": Text("偏イータ2乗", "partial eta²"),
    "partial_omega_sq": Text("偏オメガ2乗", "partial omega²"),
}


def analysis_sheets(results: Sequence[Analysis]) -> list[tuple[Text, pd.DataFrame]]:
    """Tables of one or several analyses with their titles, headers in words and a first column for the trait.

    The sentences and notes come first, then the tables that are printed (means and differences with
    all their columns), sizes of effects, detectable differences and residuals. Numbers are not
    rounded; empty tables are left out.
    """
    parts: dict[str, tuple[Text, list[pd.DataFrame]]] = {}
    for found in results:
        for title, table in _tables_of(found):
            if not table.empty:
                kept = parts.setdefault(title.en, (title, []))[1]
                kept.append(table.assign(trait=found.trait)[["trait", *table.columns]])
    sheets = [(title, pd.concat(tables, ignore_index=True)) for title, tables in parts.values()]
    return [(title, _headed(table)) for title, table in sheets]


def _tables_of(found: Analysis) -> Iterable[tuple[Text, pd.DataFrame]]:
    yield Text("要約", "Summary"), _words(found)
    printed = {title.en: (title, table) for title, table in analysis_tables(found)}
    whole = {"Means": found.means, PAIRS_TITLE.en: found.pairs.drop(columns="pair")}
    for key, (title, table) in printed.items():
        yield title, whole.get(key, table)
    yield Text("効果の大きさ", "Effect sizes"), _rows(found.effects)
    yield Text("検出できる差", "Detectable differences"), _rows(found.powers)
    yield Text("残差", "Residuals"), _residuals(found)


def _words(found: Analysis) -> pd.DataFrame:
    said, note = str(Text("結果", "result")), str(Text("注", "note"))
    rows = [(said, str(words)) for words in (*found.sentences, *measures(found))]
    rows += [(note, str(words)) for words in found.notes]
    return pd.DataFrame(rows, columns=["kind", "words"])


def _rows(values: Iterable[Any]) -> pd.DataFrame:
    return pd.DataFrame([asdict(value) for value in values])


def _residuals(found: Analysis) -> pd.DataFrame:
    """Residuals with the levels of their plots beside them."""
    levels = found.levels.reset_index(drop=True)
    levels = levels[[key for key in levels.columns if key not in found.residuals.columns]]
    if len(levels) != len(found.residuals):
        return found.residuals
    return pd.concat([found.residuals.reset_index(drop=True), levels], axis=1)


def _headed(table: pd.DataFrame) -> pd.DataFrame:
    from kanpo.evidence import factor_label

    names = {
        key: [str(factor_label(name)) for name in table[key]] for key in ("stratum", "term") if key in table
    }
    return table.assign(**names).rename(columns={key: str(words) for key, words in _LABELS.items()})
