"""The tables of an analysis, their headers in words, and numbers as people print them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from kanpo.locale import Text
from kanpo.reports._names import term_words

if TYPE_CHECKING:
    from kanpo.evidence import Analysis

#: Headers of the tables of an analysis.
ANALYSIS_LABELS: Mapping[str, Text] = {
    "stratum": Text("誤差の層", "stratum"),
    "term": Text("要因", "term"),
    "df": Text("自由度", "df"),
    "sum_sq": Text("平方和", "sum sq"),
    "mean_sq": Text("平均平方", "mean sq"),
    "F": Text.same("F"),
    "p": Text.same("p"),
    "level": Text("水準", "level"),
    "n": Text("区数", "plots"),
    "mean": Text("平均", "mean"),
    "se": Text("標準誤差", "se"),
    "lower": Text("95%下限", "lower 95%"),
    "upper": Text("95%上限", "upper 95%"),
    "letters": Text("記号", "letters"),
    "pair": Text("比較", "pair"),
    "method": Text("方法", "method"),
    "diff": Text("差", "difference"),
    "p_adj": Text("調整p", "adjusted p"),
    "variance": Text("分散成分", "variance"),
    "sd": Text("標準偏差", "sd"),
    "trait": Text("項目", "trait"),
    "covariate": Text("共変量", "covariate"),
    "slope": Text("傾き", "slope"),
}
PAIRS_TITLE = Text("差", "Differences")
#: Smaller than the greatest number of a column by this factor is nothing.
_ROUNDED = 1e-12
_FIGURES = ("mean", "slope", "se", "lower", "upper", "diff", "sum_sq", "mean_sq", "variance", "sd", "F")


def analysis_tables(found: Analysis) -> list[tuple[Text, pd.DataFrame]]:
    """The tables that people read, in their order, each with its title; empty ones are left out.

    Numbers are as computed; `printed` makes them text.
    """
    keys = ["stratum", "term", "df", "sum_sq", "mean_sq", "F", "p"]
    lines = (
        (Text("分散分析", "Analysis of variance"), found.anova),
        (Text("順序によらない検定", "Tests that do not depend on the order"), found.adjusted),
        (
            Text("どの組合せも同じ重みとした検定(Type III)", "Tests over equally weighted cells (type III)"),
            found.type_three,
        ),
        (Text("処理の内訳", "Treatments taken apart"), found.parts),
    )
    tables = [
        (title, pd.DataFrame([{key: getattr(row, key) for key in keys} for row in rows], columns=keys))
        for title, rows in lines
    ]
    slopes = ["covariate", "mean", "slope", "se", "df", "lower", "upper", "p"]
    lines_of = [{key: getattr(one, key) for key in slopes} for one in found.covariates]
    tables.append((Text("共変量の傾き", "Slopes of covariates"), pd.DataFrame(lines_of, columns=slopes)))
    title = Text("調整平均", "Adjusted means") if found.covariates else Text("平均", "Means")
    tables.append((title, found.means.drop(columns="df")))
    tables.append((PAIRS_TITLE, found.pairs.drop(columns=["level", "against", "se", "df", "t", "d"])))
    components = [{"term": one.term, "variance": one.variance, "sd": one.sd} for one in found.variance]
    if len(components) > 1:
        tables.append((Text("分散成分", "Variance components"), pd.DataFrame(components)))
    return [(title, table) for title, table in tables if not table.empty]


def printed(table: pd.DataFrame, called: Callable[[str], Text] | None = None) -> pd.DataFrame:
    """A table of `analysis_tables` as people read it: terms in words (see `measures`), numbers as text."""
    called = called or term_words
    shown = table.copy()
    for key in ("stratum", "term", "covariate"):
        if key in shown:
            shown[key] = [str(called(str(name))) for name in shown[key]]
    for key in ("p", "p_adj"):
        if key in shown:
            shown[key] = [probability_text(value) for value in shown[key]]
    for key in _FIGURES:
        if key in shown:
            # Beside the other numbers of its column this is no number but what rounding left.
            nothing = _ROUNDED * float(shown[key].abs().max())
            shown[key] = [figure_text(0.0 if abs(value) <= nothing else value) for value in shown[key]]
    if "df" in shown:
        shown["df"] = [f"{value:.0f}" if value == round(value) else f"{value:.1f}" for value in shown["df"]]
    return shown


def probability_text(value: float) -> str:
    """A probability with four decimals, ``<0.0001`` below that, ``-`` where there is none."""
    if value != value:
        return "-"
    return "<0.0001" if value < 0.0001 else f"{value:.4f}"


def figure_text(value: float) -> str:
    """Five significant digits, never in powers of ten but for the very small."""
    if value != value:
        return "-"
    if abs(value) >= 10_000:
        return f"{value:,.0f}"
    return f"{value:.5g}" if abs(value) >= 0.0001 or value == 0 else f"{value:.2e}"


def measures(found: Analysis, called: Callable[[str], Text] | None = None) -> list[Text]:
    """Coefficients of variation, sizes of effects, what covariates gain, detectable differences, each in a line.

    `called` gives the words for a term; those of `term_words` by default.
    """
    called = called or term_words
    lines = [
        Text(f"変動係数({called(name).ja}): {value:.1f} %", f"CV ({called(name).en}): {value:.1f} %")
        for name, value in found.cv.items()
    ]
    for effect in found.effects:
        eta, omega = f"{effect.partial_eta_sq:.3f}", f"{effect.partial_omega_sq:.3f}"
        lines.append(
            Text(
                f"効果の大きさ({called(effect.term).ja}): 偏イータ2乗 {eta}、偏オメガ2乗 {omega}",
                f"effect size ({called(effect.term).en}): partial eta squared {eta}, omega squared {omega}",
            )
        )
    lines += [
        Text(
            f"共変量による精度({called(gain.term).ja}): 差の標準誤差が {gain.se_without:.4g} から {gain.se_with:.4g}"
            f"(反復を {gain.ratio:.2f} 倍にしたのと同じ)",
            f"precision with covariates ({called(gain.term).en}): standard error of a difference {gain.se_with:.4g} instead of "
            f"{gain.se_without:.4g} (worth {gain.ratio:.2f} times the replicates)",
        )
        for gain in found.gains
    ]
    lines += [
        Text(
            f"傾きが処理で等しいか({called(one.covariate).ja}): F({one.parallel.df:.0f}, {one.parallel.df_error:.0f}) = "
            f"{one.parallel.F:.3g}、p = {probability_text(one.parallel.p)}",
            f"equal slopes for all treatments ({called(one.covariate).en}): F({one.parallel.df:.0f}, "
            f"{one.parallel.df_error:.0f}) = {one.parallel.F:.3g}, p = {probability_text(one.parallel.p)}",
        )
        for one in found.covariates
        if one.parallel is not None
    ]
    lines += [
        Text(
            f"検出できる差({called(power.term).ja}、検出力80 %): {power.detectable:.4g}"
            f"(平均の {power.share} %)、LSD(5 %): {power.lsd:.4g}",
            f"detectable difference ({called(power.term).en}, power 80 %): {power.detectable:.4g} "
            f"({power.share} % of the mean); LSD (5 %): {power.lsd:.4g}",
        )
        for power in found.powers
    ]
    return lines
