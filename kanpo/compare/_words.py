"""What a comparison shows and what it does not, in sentences that follow from its numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kanpo.compare._degree_days import DegreeDays
from kanpo.compare._groups import GroupComparison
from kanpo.compare._panel import Agreement, PanelCorrelation
from kanpo.compare._pca import PrincipalComponents
from kanpo.compare._years import Stability
from kanpo.locale import Text

#: What counts as shown where nothing else is asked for.
_LEVEL = 0.05
#: Names in a sentence; the rest is counted.
_NAMED = 8
_BEYOND = Text("測った時間の外なので、目安です。", " That is beyond what was measured: a rough figure.")
_NO_PROOF = Text("差がないことの証明ではありません。", " This does not prove that there is none.")


def group_words(found: GroupComparison, rate: float = _LEVEL) -> list[Text]:
    """Which components differ between groups, or that none was shown to."""
    sure = found.pairs[found.pairs["q"] <= rate]
    if sure.empty:
        return [
            Text(
                f"差があると言える成分はありませんでした(検定 {found.tested:,} 件、q ≤ {rate:g} なし)。{_NO_PROOF.ja}",
                f"No component was shown to differ ({found.tested:,} tests, none with q ≤ {rate:g}).{_NO_PROOF.en}",
            )
        ]
    sentences = [
        Text(
            f"検定 {found.tested:,} 件のうち {len(sure):,} 件で差が認められます(q ≤ {rate:g})。",
            f"{len(sure):,} of {found.tested:,} tests show a difference (q ≤ {rate:g}).",
        )
    ]
    for (group, against), rows in sure.groupby(["group", "against"], sort=False):
        change = rows["log2_fold_change"].where(
            rows["log2_fold_change"].notna(), rows["mean"] - rows["mean_against"]
        )
        for ja, en, of in (("多い", "more", change > 0), ("少ない", "less", change < 0)):
            if of.any():
                names = [_component(row.component, row.log2_fold_change) for row in rows[of].itertuples()]
                listed = _listed(names)
                sentences.append(
                    Text(
                        f"{group} で {against} より{ja}もの: {listed.ja}。",
                        f"{en} in {group} than in {against}: {listed.en}.",
                    )
                )
    return sentences


def _component(name: object, change: float) -> Text:
    if change != change:
        return Text.same(str(name))
    times = 2.0 ** abs(change)
    return Text(f"{name}({times:.3g}倍の違い)", f"{name} (by {times:.3g} times)")


def pca_words(found: PrincipalComponents) -> list[Text]:
    """How much of the spread the first components tell, and what they do not prove."""
    share = found.explained[:2]
    names_ja, names_en = ("PC1 と PC2", "PC1 and PC2") if len(share) > 1 else ("PC1", "PC1")
    return [
        Text(
            f"{names_ja}で、{len(found.samples)} 試料・{len(found.components)} 成分のばらつきの {share.sum():.0%} を表します。",
            f"{names_en} tell {share.sum():.0%} of the spread of {len(found.samples)} samples in {len(found.components)} components.",
        ),
        Text(
            "近い点は成分の似た試料です。群が分かれて見えることは、差の検定ではありません(groups で確かめます)。",
            "Samples near each other are alike. That groups lie apart is no test of a difference (see groups).",
        ),
    ]


def panel_words(found: Agreement) -> list[Text]:
    """Whether the assessors agree, and which samples are rated highest and lowest."""
    m = len(found.assessors)
    numbers = f"W = {found.w:.2f}, p {_p(found.p)}"
    if found.p >= _LEVEL:
        return [
            Text(
                f"{m} 人の評価が一致しているとは言えません({numbers})。平均順位で試料を選ばないでください。",
                f"The {m} assessors were not shown to agree ({numbers}): do not choose samples by mean rank.",
            )
        ]
    first, last = found.ranks["sample"].iloc[0], found.ranks["sample"].iloc[-1]
    return [
        Text(f"{m} 人の評価は一致しています({numbers})。", f"The {m} assessors agree ({numbers})."),
        Text(
            f"平均順位が最も高いのは {first}、最も低いのは {last} です。",
            f"{first} ranks highest, {last} lowest.",
        ),
    ]


def correlation_words(found: PanelCorrelation, rate: float = _LEVEL) -> list[Text]:
    """Which components go with the scores, or that none was shown to."""
    sure = found.table[found.table["q"] <= rate]
    if sure.empty:
        return [
            Text(
                f"評価と関係があると言える成分はありませんでした(試料 {len(found.samples)} 点、検定 {found.tested:,} 件、q ≤ {rate:g} なし)。"
                "関係がないことの証明ではありません。",
                f"No component was shown to go with the scores ({len(found.samples)} samples, {found.tested:,} tests, "
                f"none with q ≤ {rate:g}). This does not prove that there is none.",
            )
        ]
    several = sure["score"].nunique() > 1
    names = [
        f"{row.score}×{row.component} ({row.rho:.2f})" if several else f"{row.component} ({row.rho:.2f})"
        for row in sure.itertuples()
    ]
    listed = _listed([Text.same(name) for name in names])
    return [
        Text(
            f"評価とともに変わる成分(q ≤ {rate:g}、括弧は順位相関): {listed.ja}。原因とは限りません。",
            f"Components that go with the scores (q ≤ {rate:g}; rank correlation): {listed.en}. They need not be the cause.",
        )
    ]


def year_words(changes: pd.DataFrame) -> list[Text]:
    """What rose, fell or stayed open from year to year; of all units together where there are several."""
    sentences = []
    for (trait, one, two), rows in changes.groupby(["trait", "from_year", "to_year"], sort=False):
        of = Text(f"「{trait}」{one}→{two}: ", f"'{trait}' {one} to {two}: ")
        for row in rows[rows["unit"] == ""].itertuples():
            numbers = f"{row.change:+.4g}"
            span = Text(
                f"95 %区間 {row.lower:.4g}〜{row.upper:.4g}", f"95 % {row.lower:.4g} to {row.upper:.4g}"
            )
            told = _direction(row.lower, row.upper)
            sentences.append(
                Text(
                    f"{of.ja}{row.n_from:.0f} 単位の平均の変化は {numbers}({span.ja})。{told.ja}",
                    f"{of.en}mean change of {row.n_from:.0f} units {numbers} ({span.en}). {told.en}",
                )
            )
        each = rows[rows["unit"] != ""]
        up, down = each[each["lower"] > 0], each[each["upper"] < 0]
        open_ = len(each) - len(up) - len(down)
        grown, fallen = (_listed([Text.same(str(name)) for name in part["unit"]]) for part in (up, down))
        sentences.append(
            Text(
                f"{of.ja}単位ごとに見ると、増えた {len(up)}{_in(grown.ja)}、減った {len(down)}{_in(fallen.ja)}、どちらとも言えない {open_}。",
                f"{of.en}of single units {len(up)} rose{_in(grown.en)}, {len(down)} fell{_in(fallen.en)}, {open_} stayed open.",
            )
        )
    if not sentences:
        return [Text("2年続けて値のある単位がありません。", "No unit has values in two years.")]
    return sentences


def _direction(lower: float, upper: float) -> Text:
    if lower > 0:
        return Text("増えたと言えます。", "It rose.")
    if upper < 0:
        return Text("減ったと言えます。", "It fell.")
    return Text("変わったとは言えません。", "No change was shown.")


def stability_words(trait: str, found: Stability) -> list[Text]:
    """Which unit is the most stable, and whose answer to the environment differs from the others'."""
    table = found.table
    sentences = [
        Text(
            f"「{trait}」: 最も安定していたのは {table['unit'].iloc[0]}(Shukla の安定分散 {table['shukla'].iloc[0]:.4g})、"
            f"最も揺れたのは {table['unit'].iloc[-1]}({table['shukla'].iloc[-1]:.4g})です"
            f"({len(table)} 単位、{len(found.environments)} 環境)。",
            f"'{trait}': {table['unit'].iloc[0]} was the most stable (Shukla's variance {table['shukla'].iloc[0]:.4g}), "
            f"{table['unit'].iloc[-1]} the least ({table['shukla'].iloc[-1]:.4g}); "
            f"{len(table)} units, {len(found.environments)} environments.",
        )
    ]
    sure = table[table["slope_p"] < _LEVEL]
    steep, falling = sure["slope"] > 1, sure["slope"] < 0
    for ja, en, of in (
        ("良い環境でよく伸びる(傾き > 1)", "gains more from good environments (slope > 1)", steep),
        (
            "環境に左右されにくい(傾き 0〜1)",
            "depends less on the environment (slope 0 to 1)",
            ~steep & ~falling,
        ),
        ("良い環境でかえって下がる(傾き < 0)", "falls in good environments (slope < 0)", falling),
    ):
        if of.any():
            listed = _listed([Text.same(f"{r.unit} ({r.slope:.2f})") for r in sure[of].itertuples()])
            sentences.append(Text(f"{ja}: {listed.ja}。", f"{en}: {listed.en}."))
    if sure.empty:
        sentences.append(
            Text(
                "傾きが 1 と違うと言える単位はありません。環境が少ないと、違いは見つけにくいです。",
                "No slope was shown to differ from 1; with few environments differences are hard to find.",
            )
        )
    return sentences


def drying_words(values: pd.DataFrame, fits: pd.DataFrame, until: float) -> list[Text]:
    """For each unit how long it takes to dry; where that lies beyond what was measured, it is said."""
    best = fits[fits["best"]].drop_duplicates("unit").sort_values("until_time", kind="stable")
    span = values.groupby("unit")["time"].agg(lambda times: times.max() - times.min())
    sentences = []
    for row in best.head(_NAMED).itertuples():
        beyond = row.until_time > span[row.unit]
        sentences.append(
            Text(
                f"{row.unit}: 水分比 {until:g} に届くまで {row.until_time:.4g}"
                f"(95 %区間 {row.until_lower:.4g}〜{row.until_upper:.4g}、{row.model} の式)。{_BEYOND.ja if beyond else ''}",
                f"{row.unit}: {row.until_time:.4g} until a moisture ratio of {until:g} "
                f"(95 % {row.until_lower:.4g} to {row.until_upper:.4g}, {row.model}).{_BEYOND.en if beyond else ''}",
            )
        )
    return [*sentences, *_rest(len(best) - len(sentences))]


def storage_words(values: pd.DataFrame, fits: pd.DataFrame, limit: float | None = None) -> list[Text]:
    """For each unit whether a loss is shown, and how long a limit is kept; beyond what was measured it is said."""
    sentences, last = [], values.groupby("unit")["time"].max()
    for row in fits.head(_NAMED).itertuples():
        if row.rate_lower > 0:
            far = Text("上限は決まらない", "no upper limit") if np.isnan(row.half_life_upper) else None
            upper = far or Text.same(f"{row.half_life_upper:.4g}")
            told = Text(
                f"減っています。半減期 {row.half_life:.4g}(95 %区間 {row.half_life_lower:.4g}〜{upper.ja})。",
                f"loses; half-life {row.half_life:.4g} (95 % {row.half_life_lower:.4g} to {upper.en}).",
            )
        else:
            told = Text(
                f"減っているとは言えません({row.points} 点)。減らないことの証明ではありません。",
                f"no loss was shown ({row.points} values). This does not prove that there is none.",
            )
        kept = Text("", "")
        if limit is not None and row.shelf_life == row.shelf_life:
            beyond = _BEYOND if row.shelf_life > last[row.unit] else Text("", "")
            kept = Text(
                f"{limit:g} を保てるのは {row.shelf_life:.4g} までです。{beyond.ja}",
                f" It stays above {limit:g} until {row.shelf_life:.4g}.{beyond.en}",
            )
        elif limit is not None:
            kept = Text(
                f"{limit:g} を保てる期間は出せません。", f" How long it stays above {limit:g} cannot be told."
            )
        sentences.append(Text(f"{row.unit}: {told.ja}{kept.ja}", f"{row.unit}: {told.en}{kept.en}"))
    return [*sentences, *_rest(len(fits) - len(sentences))]


def degree_day_words(found: DegreeDays) -> list[Text]:
    """Whether days or degree days tell the time of harvest better."""
    known = int(found.periods["degree_days"].notna().sum())
    if found.cv_days != found.cv_days or found.cv_degree_days != found.cv_degree_days:
        return [
            Text(
                f"積算温度の出た単位が {known} しかなく、比べられません。",
                f"only {known} units have degree days: nothing to compare.",
            )
        ]
    warm = found.cv_degree_days < found.cv_days
    ja, en = ("積算温度", "degree days") if warm else ("日数", "days")
    return [
        Text(
            f"ばらつき(変動係数)は、日数 {found.cv_days:.1%}、積算温度 {found.cv_degree_days:.1%}({known} 単位)。"
            f"収穫の時期の目安には、ばらつきの小さい{ja}の方が向きます。検定ではありません。",
            f"Coefficients of variation: days {found.cv_days:.1%}, degree days {found.cv_degree_days:.1%} ({known} units). "
            f"The time of harvest is told better by {en}, which vary less. This is no test.",
        )
    ]


def _p(p: float) -> str:
    return "< 0.0001" if p < 0.0001 else f"= {p:.3g}"


def _in(words: str) -> str:
    return f" ({words})" if words else ""


def _rest(count: int) -> list[Text]:
    return (
        [Text(f"ほか {count} 単位は表にあります。", f"{count} more units are in the table.")]
        if count > 0
        else []
    )


def _listed(names: Sequence[Text]) -> Text:
    shown, rest = names[:_NAMED], len(names) - _NAMED
    more = Text(f"、ほか {rest}", f" and {rest} more") if rest > 0 else Text("", "")
    return Text(
        "、".join(name.ja for name in shown) + more.ja, ", ".join(name.en for name in shown) + more.en
    )
