"""``kanpo evidence``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kanpo.cli._click import group, option, subcommand
from kanpo.cli._discover import catalogue_of, find_project
from kanpo.cli._options import PathType, dry_run_option, output_options, project_option
from kanpo.cli._present import say, show_json, show_table
from kanpo.cli.commands.compare import (
    check_files,
    out_option,
    svg_option,
    with_short_p,
    write_picture,
    write_table,
)
from kanpo.locale import Text

if TYPE_CHECKING:
    import pandas as pd

    from kanpo.evidence import Calibration

_LABELS = {
    "parcel_id": Text("筆ID", "parcel id"),
    "years": Text("年", "years"),
    "started": Text("試験の始まり", "trial began"),
    "plots": Text("区数", "plots"),
    "value": Text("値", "value"),
    "adjusted": Text("年をならした値", "adjusted for years"),
    "score": Text("スコア", "score"),
    "lower": Text("下限", "lower"),
    "upper": Text("上限", "upper"),
    "rank_value": Text("値の順位", "rank of value"),
    "rank_score": Text("スコアの順位", "rank of score"),
    "before": Text("試験前の予測", "predicted before"),
    "proof": Text("予測の証拠", "evidence of the prediction"),
    "predicted_at": Text("予測の計算日時", "predicted at"),
    "scores": Text("スコアの幅", "scores"),
    "n": Text("筆数", "parcels"),
    "mean_score": Text("平均スコア", "mean score"),
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
_TRAIT = "yield_dry_kg_per_10a"


@group("evidence", help=Text("試験が予測(スコア)に何を教えるか。", "What the trials say about the scores."))
def evidence() -> None:
    pass


@subcommand(
    evidence,
    "calibrate",
    help=Text(
        "試験の筆の収量(や品質)を、予測していた適地スコアと比べる。スコアは当たっていたか。\n\n"
        "試験を記録したときに記録簿へ書き添えた予測を使い、収穫より前に書かれたかを記録簿の順番で確かめる。\n"
        "予測のない筆は保存してあるスコアを使い、計算が試験の始まりより前か「後からの計算」かを示す。\n"
        "どちらかは筆ごとに出す。外れを最もよく説明する要因も出す。",
        "Hold yields (or quality) of trial parcels against the suitability that was predicted.\n\n"
        "Uses the prediction that the journal kept with the trial, and checks in the journal that it was written "
        "before the harvest; where there is none, the stored score, and its stamp tells whether it was computed "
        "before the trial or after the fact. Says which, parcel by parcel. Names the factors that go with the "
        "misfit.",
    ),
)
@option("--herb", required=True, help=Text("生薬", "herb"))
@option(
    "--trait",
    default=_TRAIT,
    show_default=True,
    help=Text("項目(収量・調査項目)", "trait (a yield or observation)"),
)
@project_option
@out_option
@svg_option
@output_options
def calibrate(
    herb: str,
    trait: str,
    project: Path | None,
    out: Path | None,
    svg: Path | None,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.evidence import calibrate_project
    from kanpo.herbs import find_herb
    from kanpo.store import Project

    check_files([out], svg)
    path = find_project(project)
    catalogue = catalogue_of(path)
    with Project.open(path) as opened:
        found = calibrate_project(opened, catalogue, find_herb(catalogue, herb).herb_id, trait)
    write_table(out, _spoken(found), _LABELS)
    if as_json:
        show_json(_as_json(found))
    elif as_csv:
        show_table(found.parcels, _LABELS, as_csv=True)
    else:
        show_calibration(found)
    say_about(found)
    if svg is not None:
        write_picture(svg, found.picture())
    return 0


def _spoken(found: Calibration) -> pd.DataFrame:
    """The parcels with their proofs in words."""
    from kanpo.evidence import Proof

    return found.parcels.assign(proof=[str(Proof(one).label) for one in found.parcels["proof"]])


def show_calibration(found: Calibration) -> None:
    """The tables of a calibration on the screen."""
    beside = ["lower", "upper", "plots", "before", "predicted_at"]
    shown = _spoken(found).drop(columns=beside)
    for key in ("rank_value", "rank_score"):
        shown[key] = [f"{rank:g}" for rank in shown[key]]
    show_table(shown, _LABELS)
    click.echo("")
    show_table(found.groups, _LABELS)
    click.echo("")
    show_table(with_short_p(found.factors.head(8)), _LABELS)


def _as_json(found: Calibration) -> dict[str, object]:
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
        "before": found.before,
        "proofs": {str(proof): count for proof, count in found.proofs.items()},
        "year_adjusted": found.year_adjusted,
        "parcels": rows(found.parcels),
        "groups": rows(found.groups),
        "factors": rows(found.factors),
    }


def say_about(found: Calibration) -> None:
    n = len(found.parcels)
    _say_proofs(found, n)
    rho, lower, upper, p = (
        "-" if value != value else f"{value:.2f}" for value in (found.rho, found.lower, found.upper, found.p)
    )
    say(
        Text(
            f"スコアと値の順位相関 {rho}(95%区間 {lower}〜{upper}、p = {p}、{n} 筆)。「-」は、筆が足りないか値が同じで出せません。",
            f"rank correlation of score and value {rho} (95 % {lower} to {upper}, p = {p}, {n} parcels); "
            "'-': too few parcels, or all alike.",
        )
    )
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


def _say_proofs(found: Calibration, n: int) -> None:
    """For how many parcels it is shown, and by what, that the score came before the trial."""
    from kanpo.evidence import Proof

    when = found.scored_at[:16].replace("T", " ")
    counts = found.proofs
    kept = counts.get(Proof.BEFORE_TRIAL, 0) + counts.get(Proof.BEFORE_VALUES, 0)
    if kept:
        late = counts.get(Proof.BEFORE_VALUES, 0)
        also = Text(f"(うち {late} 筆は、試験の始まりの後・値の前)", f" ({late} of them after its start)")
        say(
            Text(
                f"{n} 筆のうち {kept} 筆は、予測が値より前から記録簿にあります: 本当の予測の検証です"
                + (f"{also.ja}。" if late else "。"),
                f"for {kept} of {n} parcels the journal held the prediction before any value: this tests true predictions"
                + (f"{also.en}." if late else "."),
            )
        )
    stored = counts.get(Proof.STORED_BEFORE, 0)
    if stored == n:
        say(
            Text(
                f"スコアの計算({when} UTC)は、どの試験の始まりよりも前です: 本当の予測の検証です。",
                f"the scores ({when} UTC) are older than every trial: this tests true predictions.",
            )
        )
    elif stored:
        say(
            Text(
                f"{stored} 筆は保存スコアで、計算の日付({when} UTC)が試験の始まりより前です(記録簿には残っていません)。",
                f"for {stored} parcels the stored score ({when} UTC) is older than the trial (the journal did not keep it).",
            )
        )
    after = counts.get(Proof.STORED_AFTER, 0)
    if after:
        say(
            Text(
                f"注意: {n} 筆のうち {after} 筆は、スコアの計算({when} UTC)が試験の始まりより後です。"
                "後からの計算なので、予測が当たった証拠にはなりません。",
                f"note: for {after} of {n} parcels the scores ({when} UTC) are younger than the trial. "
                "That is after the fact and proves no prediction.",
            )
        )
    too_late = counts.get(Proof.KEPT_LATE, 0)
    if too_late:
        say(
            Text(
                f"注意: {n} 筆のうち {too_late} 筆は、予測が記録簿に入ったのが収穫や調査の後です(試験を後から取り込んだなど)。"
                "予測が当たった証拠にはなりません。",
                f"note: for {too_late} of {n} parcels the prediction came into the journal after the harvest or "
                "observation (a trial entered afterwards, say). It proves nothing.",
            )
        )


@subcommand(
    evidence,
    "keep",
    help=Text(
        "今のスコアを予測として記録簿に残す。あとで「当たっていたか」を確かめるため。\n\n"
        "試験を作るときには自動で残る。これは、予測のない試験(スコアより先に作った、古い版で作った)のため。\n"
        "--herb と --top を付けると、試験のない筆も上位から残す(場所を決める日に)。",
        "Keep the present scores in the journal as predictions, to be checked against harvests later.\n\n"
        "New trials do this by themselves; this is for trials that have none (made before the scores, or with an "
        "older kanpo). With --herb and --top the best parcels are kept whether they have a trial or not: for the "
        "day of a decision.",
    ),
)
@option("--herb", help=Text("生薬(省略時は試験のある全部)", "herb (default: all that have trials)"))
@option(
    "--top",
    type=click.IntRange(1, 5000),
    help=Text("上位何筆かも残す(--herb が要る)", "also the best N parcels (needs --herb)"),
)
@project_option
@dry_run_option
def keep(herb: str | None, top: int | None, project: Path | None, dry_run: bool) -> int:
    from kanpo.errors import UsageError
    from kanpo.herbs import find_herb
    from kanpo.store import Project
    from kanpo.trials import keep_predictions

    if top is not None and herb is None:
        raise UsageError(
            "evidence.keep-herb",
            Text("--top には --herb が要ります", "--top needs --herb"),
            Text("例: kanpo evidence keep --herb 当帰 --top 100", "for example: --herb toki --top 100"),
        )
    path = find_project(project)
    herb_id = find_herb(catalogue_of(path), herb).herb_id if herb else None
    with Project.open(path, write=not dry_run) as opened:
        count, unknown = keep_predictions(opened, herb_id, best=top or 0, dry_run=dry_run)
        seal = opened.journal.seal()
    say(
        Text(
            f"予測を {count:,} 件、記録簿に残しました。封印 {seal} を外の人に渡しておくと、日付も証明できます。",
            f"{count:,} predictions kept in the journal. Give the seal {seal} to somebody outside to prove the day.",
        )
        if not dry_run
        else Text(
            f"予測 {count:,} 件を残せます。予告だけです。何も変えていません。",
            f"{count:,} predictions would be kept. dry run: nothing was changed.",
        )
    )
    if unknown:
        say(
            Text(
                f"注意: スコアのない試験: {'、'.join(unknown[:10])}(kanpo score を先に)",
                f"note: trials without a score: {', '.join(unknown[:10])} (run kanpo score first)",
            )
        )
    return 0


@subcommand(
    evidence,
    "reestimate",
    help=Text(
        "試験から、要求条件の境と重みを推定し直す。試験が少なければ、目録からほとんど動かない。\n\n"
        "--out のフォルダに、kanpo herbs use が読む形(requirements.csv)で提案を書く。使うかどうかは人が決める。",
        "Estimate bounds and weights anew from trials, held to the catalogue: few trials move little.\n\n"
        "--out writes a folder that kanpo herbs use takes (requirements.csv). A person accepts it by using it.",
    ),
)
@option("--herb", required=True, help=Text("生薬", "herb"))
@option("--trait", default=_TRAIT, show_default=True, help=Text("項目", "trait"))
@option(
    "--strength",
    type=click.FloatRange(0.1, 10),
    default=1.0,
    show_default=True,
    help=Text("目録をどれだけ信じるか(2なら2倍)", "how sure of the catalogue (2: twice as sure)"),
)
@option("--out", type=PathType, metavar="FOLDER", help=Text("提案を書くフォルダ", "folder for the proposal"))
@project_option
@dry_run_option
@output_options
def reestimate(
    herb: str,
    trait: str,
    strength: float,
    out: Path | None,
    project: Path | None,
    dry_run: bool,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.evidence import learn_project, moves, proposed_rows, write_proposal
    from kanpo.herbs import find_herb
    from kanpo.store import Project

    path = find_project(project)
    catalogue = catalogue_of(path)
    herb_id = find_herb(catalogue, herb).herb_id
    with Project.open(path) as opened:
        found = learn_project(opened, catalogue, herb_id, trait, strength=strength)
        own = opened.own_catalogue()
    rows = proposed_rows(found)
    table = moves(found)
    show_table(table if as_json or as_csv else table.head(12), _LABELS, as_json=as_json, as_csv=as_csv)
    before = {row.factor: row for row in found.response.requirements}
    for row in rows:
        one = before[row.factor]
        say(
            Text(
                f"{row.factor}: {one.text.ja}(重み {one.weight:g})→ {row.text.ja}(重み {row.weight:.3g})",
                f"{row.factor}: {one.text.en} (weight {one.weight:g}) -> {row.text.en} (weight {row.weight:.3g})",
            )
        )
    say(
        Text(
            f"筆・年の平均 {found.n} 個から。誤差の標準偏差(対数) {found.error_sd:.2f}。動かす行 {len(rows)}。",
            f"from {found.n} means of parcel and year; error sd (log) {found.error_sd:.2f}; {len(rows)} rows move.",
        )
    )
    if out is not None and not dry_run:
        written = write_proposal(out, rows, found, herb_id=herb_id, trait=trait, own=own)
        say(
            Text(
                f"提案を書きました: {out}({written} 行)。見るには kanpo herbs use {out} --dry-run、使うには kanpo herbs use {out}。",
                f"proposal written: {out} ({written} rows). Look: kanpo herbs use {out} --dry-run; accept: kanpo herbs use {out}.",
            )
        )
    return 0
