"""``kanpo compare panel`` and ``correlate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kanpo.cli._click import argument, command, option
from kanpo.cli._compare_options import (
    column,
    ignore_option,
    limit_option,
    read_file,
    sample_option,
    sheet_option,
)
from kanpo.cli._number import Whole
from kanpo.cli._options import InputPath, output_options
from kanpo.cli._present import say, say_problems, show_json, show_table
from kanpo.cli.commands.compare import Files, file_options, with_short_p
from kanpo.errors import UsageError
from kanpo.locale import Text

if TYPE_CHECKING:
    from kanpo.compare import Agreement, PanelCorrelation, SampleMatrix
    from kanpo.reports import Part

_LABELS = {
    "assessor": Text("評価者", "assessor"),
    "rho": Text("順位相関", "rho"),
    "mean": Text("平均点", "mean"),
    "sd": Text("標準偏差", "sd"),
    "sample": Text("試料", "sample"),
    "mean_rank": Text("平均順位(大きいほど高い点)", "mean rank (greater is a higher score)"),
    "mean_score": Text("平均点", "mean score"),
    "score": Text("評価", "score"),
    "component": Text("成分", "component"),
    "n": Text("点数", "n"),
    "lower": Text("下限", "lower"),
    "upper": Text("上限", "upper"),
    "p": Text("p", "p"),
    "q": Text("q(FDR)", "q (FDR)"),
}


@command(
    "panel",
    help=Text(
        "味・香りなどの評価者が一致しているかを、Kendall の一致係数 W で調べる。\n\n"
        "行が試料、列が評価者の点数の表。1点1行の表なら --assessor と --score で列を示す。",
        "Whether assessors (taste, smell) agree: Kendall's coefficient of concordance W.\n\n"
        "Rows are samples, columns are the assessors' scores; or a row for each score, with --assessor and --score.",
    ),
)
@argument("file", type=InputPath)
@sample_option
@column("--assessor", "評価者の列(1点1行の表)", "column of the assessors (a row for each score)")
@column("--score", "点数の列(1点1行の表)", "column of the scores (a row for each score)")
@ignore_option("評価者", "assessor")
@sheet_option
@file_options
@output_options
def panel(
    file: Path,
    sample: str | None,
    assessor: str | None,
    score: str | None,
    ignore: tuple[str, ...],
    sheet: str | None,
    files: Files,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.compare import agreement, rank_picture

    scores = _panel(file, sheet, sample, assessor, score, ignore)
    say_problems(scores.problems)
    found = agreement(scores)
    files.write_table(found.ranks, _LABELS)
    if as_json:
        show_json(
            {
                "w": found.w,
                "chi2": found.chi2,
                "p": found.p,
                "samples": found.samples,
                "left_out": list(found.left_out),
                "assessors": found.assessors.astype(object)
                .where(found.assessors.notna(), None)
                .to_dict("records"),
                "ranks": found.ranks.to_dict("records"),
            }
        )
    else:
        show_table(found.assessors, _LABELS, as_csv=as_csv)
        if not as_csv:
            click.echo("")
            show_table(found.ranks, _LABELS)
    m = len(found.assessors)
    say(
        Text(
            f"Kendall の W = {found.w:.3f}(0 不一致〜1 一致)、χ² = {found.chi2:.2f}、自由度 {found.samples - 1}、"
            f"p = {found.p:.4f}。評価者 {m} 人、試料 {found.samples} 点。",
            f"Kendall's W = {found.w:.3f} (0 none to 1 full agreement), chi² = {found.chi2:.2f}, "
            f"{found.samples - 1} df, p = {found.p:.4f}; {m} assessors, {found.samples} samples.",
        )
    )
    if found.left_out:
        say(
            Text(
                f"点の欠けた試料は除きました: {'、'.join(found.left_out)}",
                f"samples with a score missing are left out: {', '.join(found.left_out)}",
            )
        )
    apart = found.assessors[~(found.assessors["rho"] > 0)]["assessor"].tolist()
    if apart:
        say(
            Text(
                f"ほかの人と順が合わない(相関が 0 以下か、点に差がない)評価者: {'、'.join(apart)}",
                f"assessors whose order does not go with the others': {', '.join(apart)}",
            )
        )
    files.write_pictures([rank_picture(found)])
    files.write_report(Text(f"{file.name}: 評価者の一致", f"{file.name}: agreement"), [_part(found)])
    return 1 if scores.problems else 0


def _part(found: Agreement) -> Part:
    from kanpo.compare import panel_words, rank_picture
    from kanpo.reports import Part

    m = len(found.assessors)
    # The page goes to partners: assessors are people and stand there without their names.
    numbered = found.assessors.assign(assessor=[f"#{number}" for number in range(1, m + 1)])
    caption = Text(
        f"{m} 人の順位の平均({found.samples} 試料)。",
        f"Means of the ranks of {m} assessors ({found.samples} samples).",
    )
    by_place = Text("評価者ごと(名前は載せず、表の順の番号)", "Assessors, by their place in the table")
    return Part(
        Text("評価者の一致", "Agreement of the assessors"),
        panel_words(found),
        [(rank_picture(found), caption)],
        [
            (Text("試料の順位", "Ranks of the samples"), found.ranks, _LABELS),
            (by_place, numbered, _LABELS),
        ],
    )


def _panel(
    file: Path,
    sheet: str | None,
    sample: str | None,
    assessor: str | None,
    score: str | None,
    ignore: tuple[str, ...] = (),
) -> SampleMatrix:
    from kanpo.compare import panel_of_rows, sample_matrix

    table = read_file(file, sheet, names=[sample, assessor, score, *ignore])
    if assessor is None and score is None:
        return sample_matrix(table, sample=sample, ignore=ignore)
    if assessor is None or score is None or sample is None:
        raise UsageError(
            "compare.panel-columns",
            Text("1点1行の表には3つの列が要ります", "a table with a row for each score needs three columns"),
            Text(
                "--sample・--assessor・--score を全部指定してください",
                "give --sample, --assessor and --score",
            ),
        )
    return panel_of_rows(table, sample, assessor, score)


@command(
    "correlate",
    help=Text(
        "評価の点と成分の順位相関(Spearman)。区間はブートストラップ、q は Benjamini-Hochberg。\n\n"
        "2つの表は試料名で合わせる。点は列(評価者)の平均。--each なら列(甘味・苦味など)を1つずつ。\n"
        "評価者ごとの行がある表(列が評価項目)や、--attribute と --score で示す1点1行の表では、\n"
        "一度に全部の評価項目を調べる。",
        "Rank correlation (Spearman) of the scores of a panel and components; bootstrap intervals, q-values.\n\n"
        "Samples are matched by name. The score is the mean of the columns (assessors), or with --each every column "
        "apart. Tables with a row for each assessor (columns are attributes), or for each score (--attribute, "
        "--score), give all attributes in one run.",
    ),
)
@argument("panel_file", type=InputPath)
@argument("matrix_file", type=InputPath)
@sample_option
@option(
    "--each/--mean",
    default=None,
    help=Text(
        "評価の列を1つずつ(項目ごと)か、平均してか(省略時: 同じ試料の行がいくつもあれば項目ごと)",
        "each column of the panel apart, or their mean (default: apart where samples have several rows)",
    ),
)
@column(
    "--attribute", "評価項目(甘味など)の列(1点1行の表)", "column of the attributes (a row for each score)"
)
@column("--score", "点数の列(1点1行の表)", "column of the scores (a row for each score)")
@column("--assessor", "評価者の列", "column of the assessors")
@ignore_option("成分", "component")
@option(
    "--interval",
    "way",
    type=click.Choice(["bca", "percentile"]),
    default="bca",
    show_default=True,
    help=Text("区間の作り方", "kind of interval"),
)
@option(
    "--intervals",
    type=Whole(0),
    default=100,
    show_default=True,
    help=Text("区間を出す行数(pの小さい順)", "rows that get an interval, from the smallest p"),
)
@option("--seed", type=Whole(0, None), default=1, show_default=True, help=Text("乱数の種", "seed"))
@limit_option
@file_options
@output_options
def correlate(
    panel_file: Path,
    matrix_file: Path,
    sample: str | None,
    each: bool | None,
    attribute: str | None,
    score: str | None,
    assessor: str | None,
    ignore: tuple[str, ...],
    way: Any,
    intervals: int,
    seed: int,
    limit: int,
    files: Files,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.cli.commands.compare_matrix import read_matrix
    from kanpo.compare import correlate_panel, correlation_picture, correlation_words
    from kanpo.reports import Part

    scores = _tasted(panel_file, sample, attribute, score, assessor)
    say_problems(scores.problems)
    if each is None:
        several = len(set(scores.samples)) < len(scores.samples)
        each = several or attribute is not None or assessor is not None
    if each:
        names = scores.components
        say(
            Text(
                f"評価項目 {len(names)} つを1つずつ調べました({'、'.join(names[:10])})。q は全部の項目と成分をまとめた値です。",
                f"{len(names)} attributes, each apart ({', '.join(names[:10])}); q is over all attributes and components.",
            )
        )
    matrix = read_matrix(matrix_file, None, None, sample, ignore)
    found = correlate_panel(scores, matrix, each=each, way=way, intervals=intervals, seed=seed)
    files.write_table(found.table, _LABELS)
    table = found.table if as_json or as_csv else with_short_p(found.table.head(limit))
    show_table(table, _LABELS, as_json=as_json, as_csv=as_csv)
    about = _about(found, intervals)
    for words in about:
        say(words)
    picture = correlation_picture(found)
    files.write_pictures([picture])
    caption = Text(
        f"p の小さい順。点は順位相関({len(found.samples)} 試料)、横線は95 %区間(検定の多さは入れていない)。",
        f"By p. Points: rank correlation of {len(found.samples)} samples; bars: 95 % intervals, not corrected for the number of tests.",
    )
    part = Part(
        Text("評価と成分", "Scores and components"),
        correlation_words(found),
        [(picture, caption)],
        [(Text("順位相関(p の小さい順)", "Rank correlations, by p"), found.table, _LABELS)],
        about,
    )
    files.write_report(
        Text(f"{panel_file.name} と {matrix_file.name}", f"{panel_file.name} and {matrix_file.name}"), [part]
    )
    return 1 if scores.problems or matrix.problems else 0


def _tasted(
    file: Path, sample: str | None, attribute: str | None, score: str | None, assessor: str | None
) -> SampleMatrix:
    """Scores of samples by attribute or assessor; rows of several assessors are averaged later."""
    from kanpo.compare import panel_of_rows, sample_matrix

    table = read_file(file, names=[sample, attribute, score, assessor])
    if attribute is None and score is None:
        return sample_matrix(table, sample=sample, ignore=[assessor] if assessor else [])
    if attribute is None or score is None:
        raise UsageError(
            "compare.panel-columns",
            Text(
                "1点1行の表には評価項目と点数の列が要ります",
                "a table with a row for each score needs columns of attributes and scores",
            ),
            Text("--attribute と --score を指定してください", "give --attribute and --score"),
        )
    return panel_of_rows(table, sample or table.headers[0], attribute, score)


def _about(found: PanelCorrelation, intervals: int) -> list[Text]:
    """What the correlations rest on."""
    told = [
        Text(
            f"両方にある試料 {len(found.samples)} 点、検定 {found.tested:,} 件。区間(95%)は p の小さい {intervals:,} 件に出し、"
            "検定の多さは q だけが考えに入れています。",
            f"{len(found.samples)} samples in both, {found.tested:,} tests. Intervals (95 %) for the {intervals:,} smallest p; "
            "only q allows for the number of tests.",
        )
    ]
    for names, ja, en in (
        (found.only_panel, "評価だけにある試料", "only in the panel"),
        (found.only_matrix, "成分だけにある試料", "only in the matrix"),
    ):
        if names:
            told.append(Text(f"{ja}: {'、'.join(names[:10])}", f"{en}: {', '.join(names[:10])}"))
    return told
