"""What ``kanpo evidence`` says: tables, proofs and verdicts in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kanpo.cli._present import say, show_table
from kanpo.cli.commands.compare import with_short_p
from kanpo.locale import Text
from kanpo.schema import FACTORS

if TYPE_CHECKING:
    import pandas as pd

    from kanpo.evidence import Calibration, Posterior

EVIDENCE_LABELS = {
    "parcel_id": Text("筆ID", "parcel id"),
    "years": Text("年", "years"),
    "started": Text("試験の始まり", "trial began"),
    "plots": Text("区数", "plots"),
    "value": Text("値", "value"),
    "adjusted": Text("年をならした値", "adjusted for years"),
    "score": Text("適地度", "score"),
    "lower": Text("下限", "lower"),
    "upper": Text("上限", "upper"),
    "rank_value": Text("値の順位", "rank of value"),
    "rank_score": Text("適地度の順位", "rank of score"),
    "before": Text("試験前の予測", "predicted before"),
    "proof": Text("予測の証拠", "evidence of the prediction"),
    "predicted_at": Text("予測の計算日時", "predicted at"),
    "definition": Text("適地度の定義", "definition of the score"),
    "scores": Text("適地度の幅", "scores"),
    "n": Text("筆数", "parcels"),
    "mean_score": Text("平均適地度", "mean score"),
    "mean_value": Text("平均の値", "mean value"),
    "value_lower": Text("下限", "lower"),
    "value_upper": Text("上限", "upper"),
    "factor": Text("要因", "factor"),
    "rho": Text("順位相関", "rho"),
    "p": Text("p", "p"),
    "q": Text("q(FDR)", "q (FDR)"),
    "meaning": Text("意味", "meaning"),
    "role": Text("何が", "what"),
    "of": Text("区分", "class"),
    "shift": Text("動き", "shift"),
    "sd_before": Text("前の標準偏差", "sd before"),
    "sd_after": Text("後の標準偏差", "sd after"),
    "learned": Text("分かった割合", "learned"),
    "now": Text("今の要求条件", "now"),
    "proposed": Text("提案", "proposed"),
    "weight": Text("重み", "weight"),
    "proposed_weight": Text("提案の重み", "proposed weight"),
}

#: With fewer parcels an interval of a rank correlation spans nearly everything.
FEW = 10


def spoken(found: Calibration) -> pd.DataFrame:
    """The parcels with their proofs in words."""
    from kanpo.evidence import Proof

    return found.parcels.assign(proof=[str(Proof(one).label) for one in found.parcels["proof"]])


def show_calibration(found: Calibration) -> None:
    """The tables of a calibration on the screen."""
    beside = ["lower", "upper", "plots", "before", "predicted_at", "definition"]
    shown = spoken(found).drop(columns=beside)
    for key in ("rank_value", "rank_score"):
        shown[key] = [f"{rank:g}" for rank in shown[key]]
    show_table(shown, EVIDENCE_LABELS)
    click.echo("")
    show_table(found.groups, EVIDENCE_LABELS)
    click.echo("")
    factors = found.factors.head(8)
    named = factors.assign(factor=[str(FACTORS[key].label) for key in factors["factor"]])
    show_table(with_short_p(named), EVIDENCE_LABELS)


def calibration_json(found: Calibration) -> dict[str, object]:
    """Every number of a calibration, for programs."""

    def rows(frame: pd.DataFrame) -> list[dict[str, object]]:
        return list(frame.astype(object).where(frame.notna(), None).to_dict("records"))

    def known(value: float) -> float | None:
        return value if value == value else None

    return {
        "herb_id": found.herb_id,
        "trait": found.trait,
        "rho": known(found.rho),
        "p": known(found.p),
        "lower": known(found.lower),
        "upper": known(found.upper),
        "scored_at": found.scored_at,
        "definition": found.definition,
        "elsewhere": dict(found.elsewhere),
        "before": found.before,
        "proofs": {str(proof): count for proof, count in found.proofs.items()},
        "year_adjusted": found.year_adjusted,
        "parcels": rows(found.parcels),
        "groups": rows(found.groups),
        "factors": rows(found.factors),
    }


def say_about(found: Calibration) -> None:
    """What the calibration proves and what its interval allows to say, on stderr."""
    from kanpo.evidence import definition_words, proof_words

    n = len(found.parcels)
    for words in definition_words(found):
        say(words)
    for words in proof_words(found):
        say(words)
    rho, lower, upper, p = (
        "-" if value != value else f"{value:.2f}" for value in (found.rho, found.lower, found.upper, found.p)
    )
    say(
        Text(
            f"適地度と値の順位相関 {rho}(95%区間 {lower}〜{upper}、p = {p}、{n} 筆)。",
            f"rank correlation of score and value {rho} (95 % {lower} to {upper}, p = {p}, {n} parcels).",
        )
    )
    say(_verdict(found, n))
    if not found.year_adjusted and found.parcels["years"].nunique() > 1:
        say(
            Text(
                "年の違いはならしていません(どの年にも2筆以上ないと、年と筆を分けられません)。",
                "the years are not adjusted for: years and parcels cannot be told apart with fewer than two parcels in a year.",
            )
        )
    sure = found.factors[found.factors["q"] <= 0.1]
    if sure.empty:
        say(
            Text(
                "外れを説明する要因は、まだはっきりしません(q > 0.1)。",
                "no factor explains the misfit clearly (q > 0.1).",
            )
        )


def _verdict(found: Calibration, n: int) -> Text:
    """What the interval allows to say, and no more."""
    if found.lower > 0:
        return Text(
            "区間の全体が 0 より上です: 適地度の高い筆ほど、よい値でした。",
            "the whole interval is above 0: parcels with better scores did better.",
        )
    if found.upper < 0:
        return Text(
            "区間の全体が 0 より下です: 適地度の高い筆ほど、悪い値でした。要求条件か重みを見直してください。",
            "the whole interval is below 0: parcels with better scores did worse. Look at requirements and weights.",
        )
    ja = (
        "まだどちらとも言えません: 区間が 0 をまたぎます"
        if found.lower <= 0
        else "区間を出せないので、まだ何も言えません"
    )
    en = (
        "nothing can be said yet: the interval spans 0"
        if found.lower <= 0
        else "nothing can be said yet: there is no interval"
    )
    if n < FEW:
        return Text(
            f"{ja}({n} 筆は少なすぎます。適地度の高い筆も低い筆も入れて {FEW} 筆以上が目安です)。",
            f"{en} ({n} parcels are too few: aim at {FEW} or more, with good and bad scores).",
        )
    return Text(f"{ja}。年か筆を増やしてください。", f"{en}. More parcels or years are needed.")


def show_moves(table: pd.DataFrame) -> None:
    """What has moved most, factors and roles in words."""
    from kanpo.schema import FACTORS

    roles = {
        "lower": Text("下の境", "lower bounds"),
        "upper": Text("上の境", "upper bounds"),
        "place": Text("曲線の位置", "place of the curve"),
        "class": Text("区分の点", "membership of a class"),
        "weight": Text("重み(対数)", "weight (log)"),
        "slope": Text("全体の傾き(対数)", "slope of all (log)"),
    }
    shown = table.head(12).copy()
    classes = {key: factor.class_labels for key, factor in FACTORS.items()}
    shown["of"] = [
        str(classes.get(factor, {}).get(of, Text.same(str(of))))
        for factor, of in zip(shown["factor"], shown["of"], strict=True)
    ]
    shown["factor"] = [
        str(FACTORS[key].label) if key in FACTORS else str(Text("(全体)", "(all)")) for key in shown["factor"]
    ]
    shown["role"] = [str(roles.get(role, Text.same(role))) for role in shown["role"]]
    shown["learned"] = [f"{share:.0%}" for share in shown["learned"]]
    show_table(shown, EVIDENCE_LABELS)


def say_learned(found: Posterior, table: pd.DataFrame, rows: int) -> None:
    """From how much the estimate comes, and how far it can be trusted."""
    learned = float(table["learned"].mean())
    say(
        Text(
            f"筆・年の平均 {found.n} 個から。誤差の標準偏差(対数) {found.error_sd:.2f}。動かす行 {rows}。"
            f"分かった割合は平均 {learned:.0%}(残りは目録のまま)。",
            f"from {found.n} means of parcel and year; error sd (log) {found.error_sd:.2f}; {rows} rows move. "
            f"{learned:.0%} is learned on average, the rest is still the catalogue.",
        )
    )
    if found.n < FEW:
        say(
            Text(
                f"注意: 値が {found.n} 個と少ないので、動きは控えめで、偶然にも左右されます。使う前に次の季節を待つのが無難です。",
                f"note: {found.n} values are few: moves are small and partly chance. Better wait for another season.",
            )
        )
