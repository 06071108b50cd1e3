"""How an analysis was made and what to be careful of, from its pieces."""

from __future__ import annotations

import numpy as np

from kanpo.evidence.analysis._compare import MOST_COMPARED
from kanpo.evidence.analysis._design import Term, term_name
from kanpo.evidence.analysis._fit import Fit, Prepared
from kanpo.evidence.analysis._names import factor_label
from kanpo.evidence.analysis._projection import cells_of
from kanpo.evidence.analysis._table import PlotTable
from kanpo.evidence.analysis._words import confounded_words, names_of
from kanpo.locale import Text


def notes_of(prepared: Prepared, fitted: Fit, table: PlotTable, skipped: bool) -> tuple[Text, ...]:
    """Every note that applies, the method first."""
    found = [
        *_method(prepared, fitted),
        *_missing(table),
        *_layout(prepared),
        *_samples(prepared),
        *_confounded(prepared),
        *_components(prepared, fitted),
    ]
    if skipped:
        found.append(
            Text(
                f"水準が {MOST_COMPARED} を超えるので、総当たりの比較と記号は出さず、平均が最も大きいものとの比較だけを"
                "出しました(どれが最大かもデータで決めたので、総当たりと同じ厳しさの Tukey の基準です)。",
                f"More than {MOST_COMPARED} levels: no letters, and of the pairs only those with the greatest mean, "
                "by Tukey's criterion for all pairs, as the data also say which is the greatest.",
            )
        )
    return tuple(found)


_KENWARD_ROGER = Text(
    "混合モデル(REML)。固定効果は Type III の F 検定で、標準誤差と自由度は Kenward-Roger の方法"
    "(区の少ない試験のための補正)によります。",
    "Mixed model fitted by REML; type III F tests, standard errors and degrees of freedom after Kenward "
    "and Roger (a correction for small trials).",
)
_SATTERTHWAITE = Text(
    "混合モデル(REML)。固定効果は Type III の F 検定、自由度は Satterthwaite の近似です。",
    "Mixed model fitted by REML; type III F tests with Satterthwaite degrees of freedom.",
)
_LIBERAL = Text(
    "小さいアルファ計画では、Satterthwaite の近似の検定はやや甘くなります(36区の模擬試験で、5 %のはずの誤りが"
    "約8 %)。既定の --ddf kenward-roger をお勧めします。",
    "In small alpha designs tests by Satterthwaite's approximation are somewhat liberal (about 8 % instead of 5 % "
    "in simulated trials of 36 plots); the default, --ddf kenward-roger, is better.",
)


def _method(prepared: Prepared, fitted: Fit) -> list[Text]:
    if not prepared.strata:
        if fitted.ddf != "satterthwaite":
            return [_KENWARD_ROGER] if fitted.ddf else []
        small = prepared.design.kind == "alpha" and len(prepared.model.x) <= 60
        return [*([_LIBERAL] if small else []), _SATTERTHWAITE]
    notes = [
        Text(
            "平方和は逐次型(Type I、表の順に入れた値)です。",
            "Sums of squares are sequential (type I), in the order of the table.",
        )
    ]
    if len(prepared.strata) > 1:
        names = [stratum.name for stratum in prepared.strata]
        notes.append(
            Text(
                f"誤差の層ごとに検定しました({'、'.join(names)})。",
                f"Each term is tested in its own error stratum ({', '.join(names)}).",
            )
        )
        notes.append(_errors_of_means(prepared, fitted))
    if fitted.adjusted and len(prepared.strata) == 1:
        covered = bool(prepared.design.covariates)
        why = Text(
            "共変量があるので" if covered else "区の数がそろっていないので",
            "There are covariates" if covered else "The plots are unbalanced",
        )
        notes.append(
            Text(
                f"{why.ja}、表「順序によらない検定」(Type II)も出しました。平均は最小二乗平均(調整平均)です。",
                f"{why.en}: type II tests, which do not depend on the order, are in "
                "anova_adjusted. Means are least-squares (adjusted) means.",
            )
        )
    return notes


def _errors_of_means(prepared: Prepared, fitted: Fit) -> Text:
    if prepared.balanced:
        return Text(
            "平均の標準誤差は層の平均平方から、自由度は Satterthwaite の近似で出しました。",
            "Standard errors of means come from the mean squares of the strata, their degrees of freedom "
            "after Satterthwaite.",
        )
    method = "Satterthwaite" if fitted.ddf == "satterthwaite" else "Kenward-Roger"
    return Text(
        "欠測や共変量のために層が直交しないので、分散分析は層への射影による逐次型(Rの aov と同じ)、"
        f"平均と比較と anova_adjusted は混合モデル(REML、{method})によります。",
        "Strata are not orthogonal (missing plots, covariates): the analysis of variance is sequential within "
        "projections (as R's aov has it); means, comparisons and anova_adjusted come from the mixed model "
        f"(REML, {method}).",
    )


def _missing(table: PlotTable) -> list[Text]:
    notes = []
    if table.missing:
        notes.append(
            Text(
                f"値のない区(欠測)が {table.missing} 区あります。埋めずに、ある区だけで計算しました。",
                f"{table.missing} plots have no value (missing); they were not filled in.",
            )
        )
    if table.rejected:
        notes.append(
            Text(
                f"読めない値などで {table.rejected} 行を除きました。",
                f"{table.rejected} rows were left out for a fault.",
            )
        )
    if table.uncovered:
        names = [one.name for one in table.covariates]
        notes.append(
            Text(
                f"共変量({'、'.join(names)})の値がない(または下限未満の)区が {table.uncovered} 区あり、除きました。",
                f"{table.uncovered} plots without a value of a covariate ({', '.join(names)}), or with one "
                "below the limit, were left out.",
            )
        )
    return notes


def _layout(prepared: Prepared) -> list[Text]:
    """Where the plots are not as the design wants them."""
    design, factors = prepared.design, prepared.model.factors
    notes = []
    treated = cells_of(design.treated, factors)
    ground = {"rcbd": design.block, "augmented": design.block, "multienv": design.environment}.get(
        design.kind
    )
    if design.kind == "augmented" and design.checks:
        notes.append(_checks(names_of(design.checks)))
    if ground is not None and design.kind == "rcbd":
        table = np.zeros((len(factors[ground].levels), len(treated.levels)), dtype=int)
        np.add.at(table, (factors[ground].codes, treated.codes), 1)
        alone = [code for code in range(table.shape[1]) if (table[:, code] > 0).sum() == 1]
        if alone and table.shape[0] > 1:
            notes.append(_in_one_block([_label(prepared, treated.levels[code]) for code in alone]))
        elif (table != table[0, 0]).any():
            notes.append(
                Text(
                    "ブロックごとの処理の区数がそろっていません(不完備)。",
                    "Blocks are incomplete: treatments do not stand equally often in each.",
                )
            )
    if design.kind == "latin" and design.row and design.column:
        for name in (design.row, design.column):
            both = cells_of((name, *design.treated), factors)
            if len(both.levels) != len(factors[name].levels) * len(treated.levels):
                notes.append(
                    Text(
                        f"「{name}」ごとに全処理が1回ずつになっていないので、ラテン方格ではありません(不完備として計算)。",
                        f"Not every treatment stands once in each '{name}': not a Latin square, analysed as unbalanced.",
                    )
                )
    if design.unit is not None:
        notes.append(_unit(design.unit))
    few = design.one_model and ground is not None and len(factors[ground].levels) < 5
    if few and ground is not None:
        notes.append(
            Text(
                f"環境(年次・場所)が {len(factors[ground].levels)} つだけです。環境の分散の推定は不確かです。",
                f"Only {len(factors[ground].levels)} environments: their variance is poorly known.",
            )
        )
    return notes


def _samples(prepared: Prepared) -> list[Text]:
    """Whether there are several values for every treatment of every block, as samples of plots would be."""
    design = prepared.design
    if design.kind not in ("rcbd", "splitplot", "stripplot") or design.block is None:
        return []
    counts = np.bincount(cells_of((design.block, *design.treated), prepared.model.factors).codes)
    if counts.min() < 2:
        return []
    return [
        Text(
            f"どのブロックのどの処理にも {counts.min()} 行以上あります。1つの区を何回か測った値なら、"
            "区ごとの平均にしてから解析してください(このままでは誤差を小さく見積もります)。",
            f"Every treatment has at least {counts.min()} rows in every block. If these are samples of one plot, "
            "take the mean of each plot first: as they are, they make the error look too small.",
        )
    ]


def _unit(name: str) -> Text:
    return Text(
        f"「{name}」は主区を見分ける列とみなしました(その中で変わらない処理が主区の処理)。",
        f"'{name}' was taken to tell whole plots apart; treatments that do not change in them are whole-plot factors.",
    )


def _checks(names: Text) -> Text:
    return Text(
        f"標準は {names.ja} です(--check で指定しなければ、どのブロックにもあるもの)。",
        f"Checks are {names.en} (unless --check names others, the entries that stand in every block).",
    )


def _label(prepared: Prepared, codes: np.ndarray[tuple[int], np.dtype[np.int64]]) -> str:
    factors = prepared.model.factors
    pairs = zip(prepared.design.treated, codes, strict=True)
    return ":".join(factors[name].levels[code] for name, code in pairs)


def _in_one_block(names: list[str]) -> Text:
    return Text(
        f"{'、'.join(names)} は1つのブロックにしかありません。比べ方はそのブロックの差だけに頼ります。",
        f"{', '.join(names)}: in one block only; comparisons rest on that block alone.",
    )


def _confounded(prepared: Prepared) -> list[Text]:
    """Terms that cannot be told, wholly or partly, from those before them."""
    notes = []
    for cells, part in zip(prepared.model.cells[1:], prepared.model.parts[1:], strict=True):
        if not part.df and len(cells.levels) == 1:
            notes.append(_one_level(cells.term))
        elif not part.df:
            notes.append(confounded_words(term_name(cells.term)))
        elif cells.term in prepared.design.effects and part.df < _usual_df(prepared, cells.term):
            name = term_name(cells.term)
            notes.append(
                Text(
                    f"「{factor_label(name).ja}」は一部の組合せがないか、ブロックと交絡しているので、自由度が減っています。",
                    f"'{name}' has lost degrees of freedom: combinations are missing or confounded.",
                )
            )
    return notes


def _usual_df(prepared: Prepared, term: Term) -> int:
    return int(np.prod([len(prepared.model.factors[name].levels) - 1 for name in term]))


def _one_level(term: Term) -> Text:
    name = term_name(term)
    return Text(
        f"「{factor_label(name).ja}」は1つしかないので、その影響は分けられません。",
        f"There is only one '{name}', so that its effect cannot be set apart.",
    )


def _components(prepared: Prepared, fitted: Fit) -> list[Text]:
    notes = []
    if prepared.random is not None and prepared.random.dropped:
        names = [term_name(term) for term in prepared.random.dropped]
        notes.append(
            Text(
                f"{'、'.join(names)} は他の変動(残差や環境)と区別できないので、別の項にしていません。",
                f"{', '.join(names)}: cannot be told from other variation (residual, environment) and is no term of its own.",
            )
        )
    if fitted.reml is not None and (fitted.reml.ratios == 0).any():
        pairs = zip(fitted.reml.random.terms, fitted.reml.ratios, strict=True)
        zero = [term_name(term) for term, ratio in pairs if ratio == 0]
        counts = (
            Text(
                "自由度の計算には入れているので、検定は控えめ(差を見つけにくい側)になります。",
                " It still counts in the degrees of freedom, which makes tests cautious.",
            )
            if fitted.ddf == "kenward-roger"
            else Text("", "")
        )
        notes.append(
            Text(
                f"{'、'.join(factor_label(name).ja for name in zero)} の分散の推定値は 0(境界)です。{counts.ja}",
                f"The variance of {', '.join(zero)} is estimated as 0 (at the border).{counts.en}",
            )
        )
    return notes
