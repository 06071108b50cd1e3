"""``kanpo compare groups`` and ``pca``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kanpo.cli._click import argument, command, option
from kanpo.cli._compare_options import limit_option, matrix_options, read_file
from kanpo.cli._number import Number, Whole
from kanpo.cli._options import InputPath, OutputPath, output_options
from kanpo.cli._present import say, say_problems, show_table
from kanpo.cli.commands.compare import Files, check_files, file_options, with_short_p, write_table
from kanpo.locale import Text

if TYPE_CHECKING:
    from kanpo.compare import GroupComparison, SampleMatrix

_LABELS = {
    "component": Text("成分", "component"),
    "group": Text("群", "group"),
    "against": Text("相手の群", "against"),
    "n": Text("点数", "n"),
    "n_against": Text("相手の点数", "n against"),
    "mean": Text("平均", "mean"),
    "mean_against": Text("相手の平均", "mean against"),
    "log2_fold_change": Text("log2(平均の比)", "log2 fold change"),
    "effect": Text("効果の大きさ", "effect size"),
    "statistic": Text("統計量", "statistic"),
    "p": Text("p", "p"),
    "q": Text("q(FDR)", "q (FDR)"),
    "zeros": Text("0の数", "zeros"),
    "zeros_against": Text("相手の0の数", "zeros against"),
    "missing": Text("欠測", "missing"),
    "missing_against": Text("相手の欠測", "missing against"),
    "sample": Text("試料", "sample"),
}
#: Pairs of groups that a report has pictures of, and what fits on its page; --out has all columns.
_MOST_PICTURES = 6
_ON_PAGE = ["component", "group", "against", "mean", "mean_against", "log2_fold_change", "effect", "p", "q"]
_SHORT = ["component", "group", "against", "log2_fold_change", "effect", "p", "q"]


def read_matrix(
    file: Path, sheet: str | None, group: str | None, sample: str | None, ignore: tuple[str, ...]
) -> SampleMatrix:
    """The matrix of a file, with what was odd about it on stderr."""
    from kanpo.compare import sample_matrix

    matrix = sample_matrix(
        read_file(file, sheet, names=[group, sample, *ignore]), group=group, sample=sample, ignore=ignore
    )
    say_problems(matrix.problems)
    say(
        Text(
            f"{file.name}: 試料 {len(matrix.samples):,} 点、成分 {len(matrix.components):,}。",
            f"{file.name}: {len(matrix.samples):,} samples, {len(matrix.components):,} components.",
        )
    )
    if matrix.left_out:
        names = matrix.left_out[:8]
        say(
            Text(
                f"文字の列は成分として数えません: {'、'.join(names)}{'…' if len(matrix.left_out) > 8 else ''}",
                f"columns of text are no components: {', '.join(names)}{'…' if len(matrix.left_out) > 8 else ''}",
            )
        )
    return matrix


@command(
    "groups",
    help=Text(
        "群(産地・年・処理など)を成分ごとに比べ、差の大きさ・p・q(FDR)を出す。\n\n"
        "行が試料、列が成分の表(CSV・Excel)。2群は Welch の t か Mann-Whitney、3群以上は分散分析か\n"
        "Kruskal-Wallis の後に全部の組(--control があればそれとの組)。q は全部の検定をまとめた\n"
        "Benjamini-Hochberg。例: kanpo compare groups 成分.csv --group 産地 --log --impute half-min",
        "Compare groups (origin, year, treatment) in every component: fold change, p, q (FDR), effect size.\n\n"
        "Rows are samples, columns are components (CSV, Excel). Two groups: Welch's t or Mann-Whitney; more: "
        "analysis of variance or Kruskal-Wallis, then all pairs (or each against --control). q-values are "
        "Benjamini-Hochberg over all tests together.",
    ),
)
@argument("file", type=InputPath)
@option("--group", "group_column", required=True, metavar="COL", help=Text("群の列", "column of the groups"))
@option("--control", metavar="LEVEL", help=Text("基準にする群", "group that the others are held against"))
@option(
    "--test",
    "way",
    type=click.Choice(["welch", "rank"]),
    default="welch",
    show_default=True,
    help=Text("検定(welch 平均・rank 順位)", "test of means (welch) or of ranks (rank)"),
)
@option(
    "--rate",
    type=Number(0, 1, open=True),
    default=0.05,
    show_default=True,
    help=Text("差があるとみなす q の上限", "greatest q that counts as a difference"),
)
@limit_option
@matrix_options
@file_options
@output_options
def groups(
    file: Path,
    group_column: str,
    control: str | None,
    way: Any,
    rate: float,
    limit: int,
    sheet: str | None,
    sample: str | None,
    ignore: tuple[str, ...],
    log: bool,
    impute: Any,
    files: Files,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.compare import compare_groups, group_words, volcano
    from kanpo.reports import Part

    matrix = read_matrix(file, sheet, group_column, sample, ignore)
    found = compare_groups(matrix, control=control, log=log, impute=impute, way=way)
    files.write_table(found.pairs, _LABELS)
    whole = as_json or as_csv
    if len(found.overall) and not whole:
        say(Text("全部の群をまとめた検定(上位):", "all groups together (first rows):"))
        show_table(with_short_p(found.overall.head(limit)), _LABELS)
        say("")
    table = found.pairs if whole else with_short_p(found.pairs.head(limit)[_SHORT])
    show_table(table, _LABELS, as_json=as_json, as_csv=as_csv)
    about = _about(found, rate)
    for words in about:
        say(words)
    pairs = list(dict.fromkeys(zip(found.pairs["group"], found.pairs["against"], strict=True)))
    pictures = [volcano(found, str(one), str(two), rate=rate) for one, two in pairs[:_MOST_PICTURES]]
    files.write_pictures(pictures[:1])
    overall = [(Text("全部の群をまとめた検定", "All groups together"), found.overall, _LABELS)]
    part = Part(
        Text("群の比較", "Groups compared"),
        group_words(found, rate),
        [(picture, _volcano_caption(found, rate)) for picture in pictures],
        [
            *overall,
            (Text("組ごとの検定(p の小さい順)", "Tests of pairs, by p"), found.pairs[_ON_PAGE], _LABELS),
        ],
        about,
    )
    files.write_report(
        Text(f"{file.name}: {group_column}の比較", f"{file.name}: {group_column} compared"), [part]
    )
    return 1 if matrix.problems else 0


def _volcano_caption(found: GroupComparison, rate: float) -> Text:
    test = (
        Text("平均の検定(Welch)", "Welch's test")
        if found.way == "welch"
        else Text("順位の検定", "a rank test")
    )
    return Text(
        f"点は成分。右ほど多く、上ほど p が小さい({test.ja})。色の付いたものが q ≤ {rate:g}。",
        f"Each point is a component: more to the right, smaller p ({test.en}) upwards; coloured: q ≤ {rate:g}.",
    )


def _about(found: GroupComparison, rate: float) -> list[Text]:
    """What the tests rest on."""
    sizes_ja = "、".join(f"{name} {count}点" for name, count in found.sizes.items())
    sizes_en = ", ".join(f"{name} {count}" for name, count in found.sizes.items())
    sure = int((found.pairs["q"] <= rate).sum())
    told = [
        Text(f"群: {sizes_ja}", f"groups: {sizes_en}"),
        found.handling,
        Text(
            f"検定 {found.tested:,} 件(検定できない {found.untested:,} 件: 値が動かないか、点数が足りない)。"
            f"q ≤ {rate:g} は {sure:,} 件で、そのうち偶然のものは平均して {rate:.0%} 以下の見込みです。",
            f"{found.tested:,} tests ({found.untested:,} could not be tested: constant, or too few values). "
            f"{sure:,} have q ≤ {rate:g}; {rate:.0%} of them at most are expected to be chance.",
        ),
    ]
    small = [name for name, count in found.sizes.items() if count < 3]
    if small:
        told.append(
            Text(
                f"注意: 3点に足りない群があります({'、'.join(small)})。差があっても見つけにくいです。",
                f"note: groups with fewer than three samples ({', '.join(small)}) hardly show a difference.",
            )
        )
    return told


@command(
    "pca",
    help=Text(
        "主成分分析。試料の得点を表にし、寄与率を出す。\n\n"
        "例: kanpo compare pca 成分.csv --group 産地 --log --impute half-min --out 得点.csv --svg 得点.svg",
        "Principal components: scores of the samples, explained variance, loadings.\n\n"
        "Example: kanpo compare pca data.csv --group origin --log --impute half-min --out scores.csv --svg scores.svg",
    ),
)
@argument("file", type=InputPath)
@option(
    "--group",
    "group_column",
    metavar="COL",
    help=Text("色分けする群の列", "column of groups for the picture"),
)
@option(
    "--scale",
    type=click.Choice(["pareto", "unit", "none"]),
    default="pareto",
    show_default=True,
    help=Text(
        "成分の大きさの揃え方(pareto 標準偏差の平方根・unit 標準偏差・none しない)",
        "divide each component by √sd (pareto), by sd (unit) or by nothing",
    ),
)
@option(
    "--count",
    type=Whole(1, 50),
    default=5,
    show_default=True,
    help=Text("主成分の数", "how many to keep"),
)
@option(
    "--loadings",
    type=OutputPath,
    metavar="FILE",
    help=Text("負荷量を書き出すファイル(.csv .xlsx)", "file for the loadings (.csv or .xlsx)"),
)
@matrix_options
@file_options
@output_options
def pca(
    file: Path,
    group_column: str | None,
    scale: Any,
    count: int,
    loadings: Path | None,
    sheet: str | None,
    sample: str | None,
    ignore: tuple[str, ...],
    log: bool,
    impute: Any,
    files: Files,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.compare import pca_words, principal_components, score_picture
    from kanpo.reports import Part

    check_files([loadings])
    matrix = read_matrix(file, sheet, group_column, sample, ignore)
    found = principal_components(matrix, scale=scale, log=log, impute=impute, count=count)
    table = found.score_table(matrix.groups if group_column else None)
    files.write_table(table, _LABELS)
    write_table(loadings, found.loading_table(), _LABELS)
    show_table(table, _LABELS, as_json=as_json, as_csv=as_csv)
    shares = "、".join(f"PC{at} {share:.1%}" for at, share in enumerate(found.explained, 1))
    about = [
        Text(f"寄与率: {shares}", f"explained variance: {shares.replace('、', ', ')}"),
        found.handling,
        Text(
            f"使った成分 {len(found.components):,}。使わなかった成分: 値が動かない {len(found.constant):,}、"
            f"欠測がある {len(found.incomplete):,}(埋めるなら --impute half-min)。",
            f"{len(found.components):,} components used; left out: {len(found.constant):,} constant, "
            f"{len(found.incomplete):,} with missing values (--impute half-min fills them).",
        ),
    ]
    for words in about:
        say(words)
    picture = score_picture(found, matrix.groups)
    files.write_pictures([picture])
    caption = Text(
        f"点は1試料({len(found.samples)} 点)。色と形は群。軸の括弧は寄与率。",
        f"Each point is a sample ({len(found.samples)}); colour and shape: group; in brackets: explained variance.",
    )
    part = Part(
        Text("主成分分析", "Principal components"),
        pca_words(found),
        [(picture, caption)],
        [
            (Text("試料の得点", "Scores of the samples"), table, _LABELS),
            (Text("成分の負荷量", "Loadings of the components"), found.loading_table(), _LABELS),
        ],
        about,
    )
    files.write_report(Text(f"{file.name}: 主成分分析", f"{file.name}: principal components"), [part])
    return 1 if matrix.problems else 0
