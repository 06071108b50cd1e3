"""What the trial shows and what it does not, in sentences that follow from the numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kanpo.evidence.analysis._assumptions import Assumptions, BoxCox, RankTest
from kanpo.evidence.analysis._compare import LEVEL
from kanpo.evidence.analysis._design import Term, term_name
from kanpo.evidence.analysis._fit import RESIDUALS, Fit, Prepared, Row
from kanpo.evidence.analysis._names import design_label, factor_label, trait_words
from kanpo.evidence.analysis._power import Power
from kanpo.evidence.analysis._projection import Floats
from kanpo.evidence.analysis._table import PlotTable
from kanpo.locale import Text

_NAMED = 10


def p_words(p: float) -> str:
    """A probability as people print it."""
    return "p < 0.0001" if p < 0.0001 else f"p = {p:.3g}"


def names_of(names: Sequence[str]) -> Text:
    """A list of names, the first ten and how many more."""
    shown, rest = list(names[:_NAMED]), len(names) - _NAMED
    more = Text(f"、ほか{rest}", f" and {rest} more") if rest > 0 else Text("", "")
    return Text("、".join(shown) + more.ja, ", ".join(shown) + more.en)


def summary_sentence(prepared: Prepared, table: PlotTable) -> Text:
    """What was analysed, on how many plots."""
    counts = [(name, len(table.factors[name].levels)) for name in prepared.design.factors]
    ja = "、".join(f"{factor_label(name).ja} {count} 水準" for name, count in counts)
    en = ", ".join(f"{name} ({count} levels)" for name, count in counts)
    trait, design = trait_words(table.trait), design_label(prepared.design.kind)
    return Text(
        f"{trait.ja}を {len(table.y)} 区の値で解析しました({design.ja}: {ja})。",
        f"{trait.en} analysed on {len(table.y)} plots ({design.en}: {en}).",
    )


def nothing_varies(fitted: Fit, y: Floats) -> list[Text]:
    """Why there is no test, where there is nothing to test or nothing to test it with."""
    if not fitted.exact:
        return []
    if not fitted.rows and np.ptp(y) == 0:
        return [
            Text(
                "値がすべて同じなので、検定するものがありません。",
                "All values are equal: there is nothing to test.",
            )
        ]
    if fitted.errors and fitted.errors[-1][2] > 0:
        return [
            Text(
                "同じ処理の区の値が完全に一致していて、誤差がありません。入力(平均値を写していないか)を確かめてください。",
                "Plots of a treatment agree exactly: there is no error. Check whether averages were entered.",
            )
        ]
    return [
        Text(
            "誤差を測る反復がないので、差は検定できません。処理ごとの値だけを示します。",
            "There are no replicates to measure the error by: differences cannot be tested; "
            "only the values are shown.",
        )
    ]


def effect_sentences(
    rows: Sequence[Row],
    means: pd.DataFrame,
    pairs: pd.DataFrame,
    powers: Sequence[Power],
    tested: Sequence[Term],
) -> list[Text]:
    """For every treatment term whether the trial shows an effect; interactions before what they qualify."""
    by_term = {row.term: row for row in rows if row.term != RESIDUALS and row.p == row.p}
    detectable = {power.term: power for power in powers}
    sentences: list[Text] = []
    interacting: set[str] = set()
    for term in sorted(tested, key=len, reverse=True):
        name = term_name(term)
        row = by_term.get(name)
        if row is None:
            known = any(one.term == name for one in rows)
            sentences.append(_untested(name) if known else confounded_words(name))
            continue
        if row.p >= LEVEL:
            sentences.append(_nothing_shown(name, row, len(term) > 1, detectable.get(name)))
            continue
        sentences.append(_shown(name, row, len(term) > 1))
        if len(term) > 1:
            interacting |= set(term)
        else:
            sentences += _best(name, means, pairs)
        if name in interacting and len(term) == 1:
            sentences.append(
                Text(
                    f"ただし「{factor_label(name).ja}」の効き方はほかの要因の水準によって変わるので、この平均だけで決めないでください。",
                    f"But the effect of '{name}' depends on other factors: do not go by its means alone.",
                )
            )
    return sentences


def confounded_words(name: str) -> Text:
    """That nothing can be said about a term."""
    return Text(
        f"「{factor_label(name).ja}」はブロックやほかの要因と完全に交絡していて、この試験からは何も言えません。",
        f"'{name}' is wholly confounded with blocks or other terms: this trial says nothing about it.",
    )


def f_words(row: Row) -> str:
    """An F test as people print it."""
    error = f"{row.df_error:.1f}".removesuffix(".0")
    return f"F({row.df:.0f}, {error}) = {row.F:.3g}, {p_words(row.p)}"


def _shown(name: str, row: Row, interaction: bool) -> Text:
    if interaction:
        return Text(
            f"「{factor_label(name).ja}」の交互作用が認められます({f_words(row)})。",
            f"The interaction '{name}' is significant ({f_words(row)}).",
        )
    return Text(
        f"「{factor_label(name).ja}」の水準の間に差が認められます({f_words(row)})。",
        f"The levels of '{name}' differ significantly ({f_words(row)}).",
    )


def _nothing_shown(name: str, row: Row, interaction: bool, power: Power | None) -> Text:
    if interaction:
        return Text(
            f"「{factor_label(name).ja}」の交互作用は示されませんでした({f_words(row)})。",
            f"No interaction '{name}' was shown ({f_words(row)}).",
        )
    seen = Text("", "")
    if power is not None and power.percent == power.percent:
        seen = Text(
            f"この試験の規模では、平均の {power.share} %({power.detectable:.4g})より小さい差は見逃しやすいと考えてください。",
            f" The trial is likely to miss differences below {power.share} % of the mean ({power.detectable:.4g}).",
        )
    return Text(
        f"「{factor_label(name).ja}」の水準の間に差は示されませんでした({f_words(row)})。"
        f"差がないことの証明ではありません。{seen.ja}",
        f"No difference between the levels of '{name}' was shown ({f_words(row)}). "
        f"This does not prove that there is none.{seen.en}",
    )


def _untested(name: str) -> Text:
    return Text(
        f"「{factor_label(name).ja}」は検定できません(比べるための誤差がありません)。",
        f"'{name}' cannot be tested: there is no error to measure it by.",
    )


def _best(name: str, means: pd.DataFrame, pairs: pd.DataFrame) -> list[Text]:
    """The greatest mean and those that do not differ from it."""
    mine = means[(means["term"] == name) & means["mean"].notna()].sort_values("mean", ascending=False)
    tukey = pairs[(pairs["term"] == name) & (pairs["method"] == "Tukey")] if len(pairs) else pairs
    if mine.empty or tukey.empty:
        return []
    top = mine.iloc[0]
    with_top = tukey[(tukey["level"] == top["level"]) | (tukey["against"] == top["level"])]
    if len(with_top) < len(mine) - 1:
        return []
    alike = with_top[with_top["p_adj"] >= LEVEL]
    names = {*alike["level"], *alike["against"]}
    close = [str(level) for level in mine["level"].iloc[1:] if level in names]
    first = Text(
        f"平均が最も大きいのは「{top['level']}」({top['mean']:.4g})です。",
        f"The greatest mean is that of {top['level']} ({top['mean']:.4g}).",
    )
    if not close:
        return [first, _SEPARATE]
    found = names_of(close)
    return [
        first,
        Text(
            f"これとの差が有意でないのは {found.ja} です(Tukey、5 %)。",
            f"Not significantly different from it: {found.en} (Tukey, 5 %).",
        ),
    ]


_SEPARATE = Text(
    "ほかのすべての水準との差が有意です(Tukey、5 %)。",
    "It differs significantly from all others (Tukey, 5 %).",
)


def check_sentences(pairs: pd.DataFrame, checks: Sequence[str]) -> list[Text]:
    """Against each check: which are higher, which lower, how many cannot be told from it (Dunnett)."""
    sentences = []
    dunnett = pairs[pairs["method"] == "Dunnett"] if len(pairs) else pairs
    for check in checks:
        mine = dunnett[dunnett["against"] == check] if len(dunnett) else dunnett
        if mine.empty:
            continue
        level = mine["level"]
        sure = mine["p_adj"] < LEVEL
        higher = names_of(list(level[sure & (mine["diff"] > 0)]))
        lower = names_of(list(level[sure & (mine["diff"] < 0)]))
        rest = int((~sure).sum())
        sentences.append(
            Text(
                f"「{check}」を基準に比べると(Dunnett、5 %)、有意に大きいもの: {higher.ja or 'なし'}。"
                f"有意に小さいもの: {lower.ja or 'なし'}。差を示せないもの: {rest}。",
                f"Compared with the check '{check}' (Dunnett, 5 %): higher: {higher.en or 'none'}; "
                f"lower: {lower.en or 'none'}; not distinguishable: {rest}.",
            )
        )
    return sentences


def assumption_sentences(checks: Assumptions, ranks: RankTest | None) -> list[Text]:
    """Whether the analysis rests on sound ground, and what else to do."""
    sentences = []
    normal = checks.shapiro is None or checks.shapiro[1] >= LEVEL
    equal = checks.levene is None or checks.levene[1] >= LEVEL
    if not normal and checks.shapiro is not None:
        words = p_words(checks.shapiro[1])
        sentences.append(
            Text(
                f"残差が正規分布から外れています(Shapiro-Wilk、{words})。",
                f"Residuals are not normal (Shapiro-Wilk, {words}).",
            )
        )
    if not equal and checks.levene is not None:
        words = p_words(checks.levene[1])
        sentences.append(
            Text(
                f"処理によってばらつきが違います(Levene、{words})。",
                f"Treatments differ in their variance (Levene, {words}).",
            )
        )
    if checks.outliers:
        found = names_of([outlier.plot for outlier in checks.outliers])
        sentences.append(
            Text(
                f"飛び離れた区があります: {found.ja}。記録を確かめてください(理由なく除かないこと)。",
                f"Outlying plots: {found.en}. Check the records; do not drop them without a reason.",
            )
        )
    if not (normal and equal):
        sentences += [] if ranks is None else [_rank_words(ranks)]
    elif checks.shapiro is not None:
        sentences.append(
            Text(
                "残差の正規性と等分散を疑う理由は、検定では見つかりませんでした。",
                "Tests of the residuals give no reason to doubt normality and equal variances.",
            )
        )
    return sentences + _advice(checks.box_cox, sound=normal and equal)


def _advice(found: BoxCox | None, *, sound: bool) -> list[Text]:
    """Which transformation fits better than the values as they are; advised where these are not `sound`."""
    if found is None or found.lower <= 1 <= found.upper:
        return []
    named = (
        (0.0, Text("対数", "the logarithm")),
        (0.5, Text("平方根", "the square root")),
        (-1.0, Text("逆数", "the reciprocal")),
    )
    fitting = [name for power, name in named if found.lower <= power <= found.upper]
    name = fitting[0] if fitting else Text(f"{found.best:.2g} 乗", f"the power {found.best:.2g}")
    if sound:
        return [
            Text(
                f"ただし {name.ja}に変換したほうが、当てはまりはよくなります"
                f"(Box-Cox λ の95 %区間 {found.lower:.2f} から {found.upper:.2f})。結論が変わらないか見てください。",
                f"Still, {name.en} would fit better (Box-Cox lambda, 95 % interval {found.lower:.2f} to "
                f"{found.upper:.2f}): see whether the conclusions stay.",
            )
        ]
    return [
        Text(
            f"{name.ja}に変換して解析し直すことを勧めます(Box-Cox λ の95 %区間 {found.lower:.2f} から {found.upper:.2f})。",
            f"Consider analysing {name.en} (Box-Cox lambda, 95 % interval {found.lower:.2f} to {found.upper:.2f}).",
        )
    ]


def _rank_words(ranks: RankTest) -> Text:
    shown = ranks.p < LEVEL
    words = f"{ranks.name}, {p_words(ranks.p)}"
    return Text(
        f"順位による検定では、処理の差が{'認められます' if shown else 'あるとは言えません'}({words})。",
        f"A test on ranks {'shows' if shown else 'does not show'} a difference of treatments ({words}).",
    )


def rank_sentence(ranks: RankTest | None, below: int, count: int) -> list[Text]:
    """What can be said when values lie below the limit of measurement."""
    first = Text(
        f"{count} 区のうち {below} 区が測定の下限未満です。平均や分散分析は偏るので計算しません。",
        f"{below} of {count} plots are below the limit of measurement: means and the analysis of variance "
        "would be biased and were not computed.",
    )
    none = Text(
        "この設計では順位の検定もできません。下限未満の区の数だけを比べてください。",
        "There is no test on ranks for this design: compare only how many plots are below the limit.",
    )
    return [first, none if ranks is None else _rank_words(ranks)]
