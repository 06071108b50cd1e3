"""``kanpo analyze``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kanpo.cli._analysis_design import (
    KINDS,
    Columns,
    columns_asked,
    design_asked,
    design_missing,
    each,
    single,
)
from kanpo.cli._analysis_out import check_out, write_out
from kanpo.cli._analysis_text import print_analysis
from kanpo.cli._click import argument, command, option
from kanpo.cli._discover import find_project
from kanpo.cli._options import OutputPath, PagePath, date_option, output_options, project_option
from kanpo.cli._present import say, say_problems, show_json, show_table
from kanpo.errors import UsageError
from kanpo.locale import Text

if TYPE_CHECKING:
    from kanpo.evidence import Analysis, DdfMethod, Design
    from kanpo.tables import Table

_DDF = ("kenward-roger", "satterthwaite")


def _column(name: str, ja: str, en: str, *, multiple: bool = False) -> Callable[..., Any]:
    found: Callable[..., Any] = option(name, metavar="COLUMN", help=Text(ja, en), multiple=multiple)
    return found


@command(
    "analyze",
    help=Text(
        "試験を解析する: 分散分析・平均と信頼区間・多重比較・前提の点検・見逃し得る差。\n\n"
        "試験コードを挙げれば、記録された設計で解析する(複数なら試験を環境とする混合モデル)。\n"
        "表(CSV・Excel)を挙げれば、--design と列の役を指定して解析する(プロジェクトは要らない)。\n"
        "何日も観察した項目は区ごとの最後の日の値を使う(--date で選べる)。\n\n"
        "例: kanpo analyze TK-2024 --trait yield_dry_kg_per_10a\n"
        "例: kanpo analyze data.csv --design rcbd --treatment 品種 --block 反復 --trait 収量 --check 在来",
        "Analyse a trial: analysis of variance, means, comparisons, assumptions, what it could have missed.\n\n"
        "Name a trial code (several: a mixed model with trials as environments), or a table (CSV, Excel) with "
        "--design. Of a trait observed on several days the last of each plot counts (--date).\n\n"
        "Example: kanpo analyze data.csv --design rcbd --treatment variety --block rep --trait yield",
    ),
)
@argument("targets", nargs=-1, required=True, metavar="TRIAL…|FILE")
@option(
    "--trait",
    "traits",
    multiple=True,
    required=True,
    help=Text(
        "項目(何度でも)。試験では、名前やその一部でもよく(乾物収量)、all は全部(20まで)。表では列名",
        "trait (repeatable); of trials also by name or a part of it, and all (up to 20); of a table a column",
    ),
)
@date_option()
@option("--sheet", help=Text("ブックのシート(省略時は先頭)", "sheet of a workbook (default: the first)"))
@option(
    "--design", type=click.Choice(KINDS, case_sensitive=False), help=Text("試験設計", "experimental design")
)
@option(
    "--treatment",
    "treatments",
    multiple=True,
    metavar="COLUMN",
    help=Text(
        "処理の列(繰り返すと交互作用を含む要因試験)", "treatment (repeat for a factorial with interactions)"
    ),
)
@option("--additive", is_flag=True, help=Text("交互作用を入れない", "main effects only"))
@option(
    "--block",
    "blocks",
    multiple=True,
    metavar="COLUMN",
    help=Text("ブロック(alpha では不完備ブロック)", "block (alpha: the incomplete block)"),
)
@_column(
    "--replicate", "反復(alpha・multienv の完備な反復)", "complete replicate (alpha, multienv); else a block"
)
@_column("--row", "行(ラテン方格)", "row of a Latin square")
@_column("--column", "列(ラテン方格)", "column of a Latin square")
@_column("--whole-plot", "主区の要因(分割区。繰り返し可)", "whole-plot factor of a split-plot", multiple=True)
@_column("--sub-plot", "副区の要因(分割区。繰り返し可)", "sub-plot factor of a split-plot", multiple=True)
@_column(
    "--environment",
    "環境(年次・場所。年と場所なら2回)",
    "environment: year or place (both: give it twice)",
    multiple=True,
)
@option(
    "--fixed-environments",
    is_flag=True,
    help=Text(
        "multienv で、結論をこの年次・場所だけのものとする(母数効果)",
        "multienv: conclusions are about these environments only (fixed effects)",
    ),
)
@option(
    "--check",
    "checks",
    multiple=True,
    metavar="LEVEL",
    help=Text("標準とする処理(Dunnett の比較。繰り返し可)", "check to compare with by Dunnett (repeatable)"),
)
@option(
    "--ddf",
    type=click.Choice(_DDF),
    help=Text(
        "混合モデルの自由度の求め方(既定 kenward-roger。satterthwaite は lmerTest と同じ)",
        "degrees of freedom in mixed models (default kenward-roger; satterthwaite as lmerTest has it)",
    ),
)
@option(
    "--covariate",
    "covariates",
    multiple=True,
    metavar="COLUMN",
    help=Text(
        "共変量とする数値の列・項目(株数・処理前の草丈など。繰り返し可)",
        "covariate: a column of numbers or a trait, such as a stand count (repeatable)",
    ),
)
@option(
    "--report",
    type=PagePath,
    metavar="OUT.html",
    help=Text(
        "文章・図・表を1つのHTMLにも書く(印刷できる)", "also write sentences, pictures and tables as one page"
    ),
)
@option(
    "--out",
    type=OutputPath,
    metavar="FILE",
    help=Text(
        "全部の表も書き出す(.xlsx は表ごとのシート、.csv、.json)",
        "also write all tables (.xlsx: a sheet for each; .csv; .json)",
    ),
)
@project_option
@output_options
def analyze(
    targets: tuple[str, ...],
    traits: tuple[str, ...],
    when: str,
    sheet: str | None,
    design: str | None,
    ddf: DdfMethod | None,
    report: Path | None,
    out: Path | None,
    project: Path | None,
    as_json: bool,
    as_csv: bool,
    **asked: Any,
) -> int:
    from kanpo.tables import named, read_table

    check_out(out)
    file = _file(targets)
    names = [*traits, *columns_asked(asked)]
    read = None if file is None else read_table(file, recognise=named(single(names)), sheet=sheet)
    if read is not None:
        say_problems(read.doubts)
        read.refuse_doubles(named(single(names)))
    table: Columns | None = None if read is None else read.columns()
    chosen, table = design_asked(design, asked, table)
    results = (
        _of_file(read, table, chosen, each(traits, table), ddf or "kenward-roger")
        if read is not None and table is not None
        else _of_trials(project, targets, chosen, traits, asked, when, ddf or "kenward-roger")
    )
    if ddf is not None and not any(result.ddf for result in results):
        _say_no_mixed_model()
    _present(results, as_json=as_json, as_csv=as_csv)
    if out is not None:
        write_out(out, results)
    if report is not None:
        source = file.name if file is not None else " ".join(targets)
        _write_report(report, results, source, recorded=file is None)
    return 1 if any(result.rejected for result in results) else 0


def _write_report(path: Path, results: Sequence[Analysis], source: str, *, recorded: bool) -> None:
    from kanpo.reports import write_analysis_page

    write_analysis_page(path, results, source, recorded=recorded)
    say(Text(f"報告を書きました: {path}", f"report written: {path}"))


def _file(targets: Sequence[str]) -> Path | None:
    """The table meant, or None when trial codes are meant."""
    from kanpo.files import note_input

    path = Path(targets[0])
    looks = path.suffix.lower() in (".csv", ".tsv", ".txt", ".xlsx", ".xls") or path.is_file()
    if not looks:
        return None
    note_input(path)
    if len(targets) > 1:
        raise UsageError(
            "analysis.one-file",
            Text("ファイルは1つだけ指定してください", "give one file"),
            Text(
                "複数年は1つの表にまとめ、--environment で年の列を指定してください",
                "put several years into one table and name its column with --environment",
            ),
        )
    return path


def _say_no_mixed_model() -> None:
    say(
        Text(
            "注意: 混合モデルを使わない解析なので、--ddf は使いませんでした。",
            "note: --ddf was not used: this analysis needs no mixed model.",
        )
    )


def _of_file(
    read: Table,
    table: Columns,
    design: Design | None,
    traits: Sequence[str],
    ddf: DdfMethod,
) -> list[Analysis]:
    from kanpo.evidence import analyse_traits

    if design is None:
        raise design_missing()
    first = read.number_of(0) if read.rows else 2
    return analyse_traits(table, design, traits, ddf=ddf, file=read.file_name, first_row=first)


def _of_trials(
    project: Path | None,
    codes: Sequence[str],
    design: Design | None,
    traits: Sequence[str],
    asked: Mapping[str, Any],
    written: str,
    ddf: DdfMethod,
) -> list[Analysis]:
    from dataclasses import replace

    from kanpo.evidence import analyse_trial, plot_table, read_when, recorded_design
    from kanpo.store import Project

    when, checks, covariates = read_when(written), asked["checks"], asked["covariates"]
    with Project.open(find_project(project)) as opened:
        if design is None and (checks or covariates):
            recorded = recorded_design(opened, codes, plot_table(opened, codes))
            design = replace(recorded, checks=checks or recorded.checks, covariates=covariates)
        return analyse_trial(opened, codes, traits, design, when, ddf=ddf)


def _present(results: Sequence[Analysis], *, as_json: bool, as_csv: bool) -> None:
    import pandas as pd

    for result in results:
        say_problems(result.problems)
    if as_json:
        found = [result.to_dict() for result in results]
        show_json(found[0] if len(found) == 1 else found)
    elif as_csv:
        tables = [result.means.assign(trait=result.trait) for result in results]
        show_table(pd.concat(tables, ignore_index=True), as_csv=True)
    else:
        for number, result in enumerate(results):
            if number:
                click.echo("")
            print_analysis(result)
