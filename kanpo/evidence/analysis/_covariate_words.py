"""What covariates did, in sentences that follow from the numbers."""

from __future__ import annotations

from collections.abc import Sequence

from kanpo.evidence.analysis._compare import LEVEL
from kanpo.evidence.analysis._covariate import CovariateEffect
from kanpo.evidence.analysis._words import f_words, names_of, p_words
from kanpo.locale import Text

RANKS_UNADJUSTED = Text(
    "順位の検定では、共変量は使っていません。", "The test on ranks does not make use of the covariates."
)


def covariate_sentences(effects: Sequence[CovariateEffect], trait: str) -> list[Text]:
    """What means were adjusted to, each slope, and where the adjustment is in doubt."""
    if not effects:
        return []
    sentences = [_adjusted(effects)]
    for one in effects:
        sentences += [_slope(one, trait), *_not_parallel(one), *_changed(one)]
    return sentences


def _adjusted(effects: Sequence[CovariateEffect]) -> Text:
    at = [f"{one.covariate} = {one.mean:.4g}" for one in effects]
    return Text(
        f"処理の平均と差は、共変量を全区の平均({'、'.join(at)})にそろえた値(調整平均)です。",
        f"Means and differences of treatments are adjusted to the mean of the covariate ({', '.join(at)}).",
    )


def _slope(one: CovariateEffect, trait: str) -> Text:
    interval = f"{one.lower:.4g} … {one.upper:.4g}"
    if one.p >= LEVEL:
        return Text(
            f"共変量「{one.covariate}」と「{trait}」の関係は示されませんでした"
            f"(傾き {one.slope:.4g}、95 %信頼区間 {interval}、{p_words(one.p)})。",
            f"No relation of '{trait}' to the covariate '{one.covariate}' was shown "
            f"(slope {one.slope:.4g}, 95 % interval {interval}, {p_words(one.p)}).",
        )
    return Text(
        f"共変量「{one.covariate}」が1大きい区は、「{trait}」が {one.slope:+.4g} 違います"
        f"(95 %信頼区間 {interval}、{p_words(one.p)})。",
        f"'{trait}' changes by {one.slope:+.4g} for one unit of the covariate '{one.covariate}' "
        f"(95 % interval {interval}, {p_words(one.p)}).",
    )


def _not_parallel(one: CovariateEffect) -> list[Text]:
    if one.parallel is None or one.parallel.p >= LEVEL:
        return []
    words = f_words(one.parallel)
    return [
        Text(
            f"注意: 「{one.covariate}」の傾きが処理によって違います({words})。処理の差は共変量の値によって変わるので、"
            f"上の差は {one.covariate} = {one.mean:.4g} のところでだけ成り立ちます。",
            f"Caution: the slope of '{one.covariate}' differs between treatments ({words}). Their differences "
            f"depend on the covariate; those given hold at {one.covariate} = {one.mean:.4g} only.",
        )
    ]


def _changed(one: CovariateEffect) -> list[Text]:
    rows = [row for row in one.changed if row.p < LEVEL]
    if not rows:
        return []
    names = names_of([row.term for row in rows])
    words = f_words(min(rows, key=lambda row: row.p))
    return [
        Text(
            f"注意: 共変量「{one.covariate}」そのものが処理({names.ja})で違います({words})。処理が共変量を変えたのなら、"
            "調整すると処理の効果の一部まで除くので、調整平均の比較は処理の比較になりません。"
            "処理の前に測った値なら、偶然の偏りを直しただけです。",
            f"Caution: the covariate '{one.covariate}' itself differs between treatments ({names.en}; {words}). If "
            "the treatment changed it, adjusting takes away a part of the treatment's effect, and adjusted means do "
            "not compare treatments. If it was measured before treatment, only a chance imbalance was put right.",
        )
    ]
