"""``kanpo evidence``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kanpo.cli._click import group, option, subcommand
from kanpo.cli._discover import catalogue_of, find_project
from kanpo.cli._options import PathType, dry_run_option, output_options, project_option
from kanpo.cli._present import say, show_json, show_table
from kanpo.cli.commands.compare import Files, file_options, with_short_p
from kanpo.locale import Text

if TYPE_CHECKING:
    import pandas as pd

    from kanpo.evidence import Calibration
    from kanpo.herbs import Catalogue
    from kanpo.reports import Part

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
        "保存してあるスコアを使う。スコアの計算が試験の始まりより前なら「試験前の予測」、\n"
        "後なら「後からの計算」とはっきり示す。外れを最もよく説明する要因も出す。",
        "Hold yields (or quality) of trial parcels against the suitability that was predicted.\n\n"
        "Uses the stored scores. Whether they were computed before a trial began or after the fact is told by "
        "their stamp. Names the factors that go with the misfit.",
    ),
)
@option("--herb", required=True, help=Text("生薬", "herb"))
@option(
    "--trait",
    default=_TRAIT,
    show_default=True,
    help=Text("項目(収量・調査項目)", "trait (a yield or observation)"),
)
@option(
    "--sites",
    type=click.IntRange(0, 500),
    default=6,
    show_default=True,
    help=Text("報告に書く来季の候補の筆数(0 で省く)", "parcels for next season in the report (0: leave out)"),
)
@project_option
@file_options
@output_options
def calibrate(
    herb: str,
    trait: str,
    sites: int,
    project: Path | None,
    files: Files,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.evidence import calibrate_project
    from kanpo.herbs import find_herb
    from kanpo.store import Project

    path = find_project(project)
    catalogue = catalogue_of(path)
    known = find_herb(catalogue, herb)
    with Project.open(path) as opened:
        found = calibrate_project(opened, catalogue, known.herb_id, trait)
    files.write_table(found.parcels, _LABELS)
    if as_json:
        show_json(_as_json(found))
    elif as_csv:
        show_table(found.parcels, _LABELS, as_csv=True)
    else:
        show_table(found.parcels.drop(columns=["lower", "upper", "plots"]), _LABELS)
        click.echo("")
        show_table(found.groups, _LABELS)
        click.echo("")
        show_table(with_short_p(found.factors.head(8)), _LABELS)
    _say_about(found)
    files.write_pictures([found.picture()])
    if files.report is not None:
        title = Text(f"{known.label.ja}: 試験が語ること", f"{known.label.en}: what the trials say")
        files.write_report(title, _parts(found, path, catalogue, sites))
    return 0


def _parts(found: Calibration, path: Path, catalogue: Catalogue, sites: int) -> list[Part]:
    """Calibration, proposal and sites for next season; a part that there is not enough for says so."""
    from kanpo.cli.commands.trials_suggest import left_out_words
    from kanpo.errors import InputUnusable
    from kanpo.evidence import learn_project, trait_label
    from kanpo.plan import suggest_for_project
    from kanpo.reports import Part, calibration_part, proposal_part, suggestion_part
    from kanpo.store import Project

    herb_id, trait = found.herb_id, found.trait
    parts = [calibration_part(found, trait_label(trait))]
    try:
        with Project.open(path) as opened:
            parts.append(proposal_part(learn_project(opened, catalogue, herb_id, trait)))
    except InputUnusable as error:
        parts.append(Part(Text("目録を直す提案", "A proposal for the catalogue"), [error.what, error.mend]))
    if sites:
        chosen, _ = suggest_for_project(path, catalogue, [herb_id], budget=sites, trait=trait)
        parts.append(suggestion_part(chosen, left_out_words(chosen)))
    return parts


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
        "year_adjusted": found.year_adjusted,
        "parcels": rows(found.parcels),
        "groups": rows(found.groups),
        "factors": rows(found.factors),
    }


def _say_about(found: Calibration) -> None:
    n = len(found.parcels)
    when = found.scored_at[:16].replace("T", " ")
    if found.before == n:
        say(
            Text(
                f"スコアの計算({when} UTC)は、どの試験の始まりよりも前です: 本当の予測の検証です。",
                f"the scores ({when} UTC) are older than every trial: this tests true predictions.",
            )
        )
    else:
        say(
            Text(
                f"注意: {n} 筆のうち {n - found.before} 筆は、スコアの計算({when} UTC)が試験の始まりより後です。"
                "後からの計算なので、予測が当たった証拠にはなりません。",
                f"note: for {n - found.before} of {n} parcels the scores ({when} UTC) are younger than the trial. "
                "That is after the fact and proves no prediction.",
            )
        )
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
