"""What a plan achieves, in plain words."""

from __future__ import annotations

from kanpo.locale import Text
from kanpo.trials.designs._alpha import concurrences
from kanpo.trials.designs._plan import Plan
from kanpo.trials.designs._power import efficiency, smallest_differences

#: With fewer degrees of freedom of the error, t is well above 2: a usual rule of field experimenters.
_FEW_DF = 12


def describe_plan(plan: Plan) -> Text:
    """How many plots, treatments and blocks; of an alpha design also how often entries meet."""
    counts = plan.counts()
    ja = f"{len(counts)} 処理、{len(plan.plots)} 区、{len(plan.panels)} まとまり"
    en = f"{len(counts)} treatments, {len(plan.plots)} plots, {len(plan.panels)} groups of plots"
    if plan.design.kind != "alpha":
        return Text(f"{ja}。", f"{en}.")
    entries = set(plan.design.entries)
    blocks: dict[int | None, list[str]] = {}
    for plot in plan.plots:
        if plot.treatment in entries:
            blocks.setdefault(plot.block, []).append(plot.treatment)
    met = concurrences(blocks.values(), len(entries))
    times = ",".join(str(number) for number in range(max(met) + 1))
    pairs_ja = "、".join(f"{number}回 {count:,} 組" for number, count in met.items())
    pairs_en = ", ".join(f"{number} times: {count:,} pairs" for number, count in met.items())
    share = f"{efficiency(plan):.2f}"
    return Text(
        f"{ja}。α({times}) 計画: 同じブロックに入る回数は {pairs_ja}。効率 {share}(完備ブロック=1)。",
        f"{en}. alpha({times}) design: together in a block {pairs_en}. Efficiency {share} (complete blocks: 1).",
    )


def describe_power(plan: Plan, cv_percent: float, mean_kg_per_10a: float | None = None) -> Text:
    """The smallest difference that would be found, kind of comparison by kind of comparison.

    Two-sided test at 5 %, power 80 %; with a mean also in kg per 10 a.
    """
    found = smallest_differences(plan, cv_percent)
    if not found and plan.design.kind != "demonstration":
        return Text(
            "処理が1つなので、比べるものがありません。", "There is only one treatment: nothing to compare."
        )
    if not found:
        return Text(
            "実証展示は無作為化と反復による誤差の見積りがないので、差の検定はできません。見比べるための配置です。",
            "A demonstration is not randomised: differences cannot be tested. It is for looking at.",
        )
    ja: list[str] = []
    en: list[str] = []
    for row in found:
        if row.percent is None:
            ja.append(f"{row.between.ja}: 誤差の自由度が 0 なので検定できません(反復を増やしてください)")
            en.append(f"{row.between.en}: no test, the error has 0 degrees of freedom (use more replicates)")
            continue
        kg = row.percent / 100 * mean_kg_per_10a if mean_kg_per_10a else None
        ja.append(f"{row.between.ja}: 平均の {row.percent:.0f} %" + (f"({kg:.0f} kg/10a)" if kg else ""))
        en.append(
            f"{row.between.en}: {row.percent:.0f} % of the mean" + (f" ({kg:.0f} kg/10a)" if kg else "")
        )
    least = min(row.error_df for row in found)
    few = 0 < least < _FEW_DF
    few_ja = f" 誤差の自由度が {least} と少なく、あてになりにくい見積りです。" if few else ""
    few_en = f" The error has only {least} degrees of freedom, so this is a rough guide." if few else ""
    heading_ja = f"区の変動係数が {cv_percent:.3g} % なら、この差があれば10回のうち8回は見つかります"
    heading_en = f"If single plots vary by {cv_percent:.3g} % (CV), a true difference of this size is found 8 times in 10:"
    return Text(
        f"{heading_ja}(両側5 %・検出力80 %)。{'、'.join(ja)}。{few_ja}",
        f"{heading_en} (two-sided 5 %, power 80 %) {'; '.join(en)}.{few_en}",
    )
