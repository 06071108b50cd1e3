"""``kanpo analyze``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kanpo.cli._click import argument, command, option
from kanpo.cli._discover import find_project
from kanpo.cli._options import PathType, output_options, project_option
from kanpo.cli._present import say, say_problems, show_json, show_table
from kanpo.errors import UsageError
from kanpo.locale import Text

if TYPE_CHECKING:
    import pandas as pd

    from kanpo.evidence import Analysis, Design

_KINDS = ("crd", "rcbd", "latin", "splitplot", "stripplot", "augmented", "alpha", "multienv")
#: Comparisons shown on the screen; the rest is in ``--json``.
_MOST_PAIRS = 30


def _column(name: str, ja: str, en: str) -> Callable[..., Any]:
    found: Callable[..., Any] = option(name, metavar="COLUMN", help=Text(ja, en))
    return found


@command(
    "analyze",
    help=Text(
        "試験を解析する: 分散分析・平均と信頼区間・多重比較・前提の点検・見逃し得る差。\n\n"
        "試験コードを挙げれば、記録された設計で解析する(複数なら試験を環境とする混合モデル)。\n"
        "CSVを挙げれば、--design と列の役を指定して解析する(プロジェクトは要らない)。\n\n"
        "例: kanpo analyze TK-2024 --trait yield_dry_kg_per_10a\n"
        "例: kanpo analyze data.csv --design rcbd --treatment 品種 --block 反復 --trait 収量 --check 在来",
        "Analyse a trial: analysis of variance, means, comparisons, assumptions, what it could have missed.\n\n"
        "Name a trial code (several: a mixed model with trials as environments), or a CSV with --design\n\n"
        "Example: kanpo analyze data.csv --design rcbd --treatment variety --block rep --trait yield",
    ),
)
@argument("targets", nargs=-1, required=True, metavar="TRIAL…|FILE.csv")
@option(
    "--trait", "traits", multiple=True, required=True, help=Text("項目(繰り返し可)", "trait (repeatable)")
)
@option("--design", type=click.Choice(_KINDS), help=Text("試験設計", "experimental design"))
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
@_column("--replicate", "反復(alpha の完備な反復)", "complete replicate of an alpha design")
@_column("--row", "行(ラテン方格)", "row of a Latin square")
@_column("--column", "列(ラテン方格)", "column of a Latin square")
@_column("--whole-plot", "主区の要因(分割区)", "whole-plot factor of a split-plot")
@_column("--sub-plot", "副区の要因(分割区)", "sub-plot factor of a split-plot")
@_column("--environment", "環境(年次・場所)", "environment: year or place")
@option(
    "--check",
    "checks",
    multiple=True,
    metavar="LEVEL",
    help=Text("標準とする処理(Dunnett の比較。繰り返し可)", "check to compare with by Dunnett (repeatable)"),
)
@option(
    "--report",
    type=PathType,
    metavar="OUT.html",
    help=Text(
        "文章・図・表を1つのHTMLにも書く(印刷できる)", "also write sentences, pictures and tables as one page"
    ),
)
@project_option
@output_options
def analyze(
    targets: tuple[str, ...],
    traits: tuple[str, ...],
    design: str | None,
    treatments: tuple[str, ...],
    additive: bool,
    blocks: tuple[str, ...],
    replicate: str | None,
    row: str | None,
    column: str | None,
    whole_plot: str | None,
    sub_plot: str | None,
    environment: str | None,
    checks: tuple[str, ...],
    report: Path | None,
    project: Path | None,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.evidence import make_design

    _check_report(report)
    parts: dict[str, Any] = {
        "blocks": blocks,
        "replicate": replicate,
        "row": row,
        "column": column,
        "whole_plot": whole_plot,
        "sub_plot": sub_plot,
        "environment": environment,
    }
    file = _file(targets)
    table = None if file is None else _read(file)
    if design == "alpha" and replicate is None and len(blocks) == 1 and table is not None:
        parts["replicate"] = _replicate_of(table)
    chosen = None
    if design is not None:
        chosen = make_design(
            design,  # type: ignore[arg-type]
            treatments=treatments,
            checks=checks,
            additive=additive,
            **parts,
        )
    elif additive or treatments or any(parts.values()):
        raise _design_missing()
    if chosen is not None:
        _say_unused(chosen, parts)
    results = (
        _of_file(file, table, chosen, traits)
        if file is not None and table is not None
        else _of_trials(project, targets, chosen, traits, checks)
    )
    _present(results, as_json=as_json, as_csv=as_csv)
    if report is not None:
        source = file.name if file is not None else " ".join(targets)
        _write_report(report, results, source, recorded=file is None)
    return 1 if any(result.rejected for result in results) else 0


def _check_report(path: Path | None) -> None:
    """A page goes to a name of a page: a table given by mistake is not written over."""
    if path is not None and path.suffix.lower() not in (".html", ".htm"):
        raise UsageError(
            "analysis.report-name",
            Text(
                f"--report「{path.name}」は .html で終わっていません",
                f"--report '{path.name}' is no .html file",
            ),
            Text("名前の終わりを .html にしてください", "give a name that ends in .html"),
        )


def _write_report(path: Path, results: Sequence[Analysis], source: str, *, recorded: bool) -> None:
    from kanpo.reports import write_analysis_page

    write_analysis_page(path, results, source, recorded=recorded)
    say(Text(f"報告を書きました: {path}", f"report written: {path}"))


def _design_missing() -> UsageError:
    return UsageError(
        "analysis.design-missing",
        Text("試験設計が指定されていません", "no design was given"),
        Text(f"--design {'|'.join(_KINDS)}", f"give --design {'|'.join(_KINDS)}"),
    )


def _file(targets: Sequence[str]) -> Path | None:
    """The table meant, or None when trial codes are meant."""
    path = Path(targets[0])
    looks = path.suffix.lower() in (".csv", ".tsv", ".txt", ".xlsx", ".xls") or path.is_file()
    if not looks:
        return None
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


def _read(path: Path) -> Mapping[str, Sequence[str | None]]:
    from kanpo.exchange import read_csv

    return read_csv(path).columns()


def _replicate_of(table: Mapping[str, Sequence[str | None]]) -> str | None:
    """A column that is called a replicate, for an alpha design that names only its incomplete blocks."""
    names = ("replicate", "rep", "replication", "反復")
    return next((header for header in table if header.strip().casefold() in names), None)


def _say_unused(design: Design, parts: Mapping[str, Any]) -> None:
    """Options that the design has no use for are pointed out, not silently left out."""
    given = {key: value for key, value in parts.items() if value and key != "blocks"}
    for key, value in given.items():
        if value not in design.factors:
            name = f"--{key.replace('_', '-')}"
            say(
                Text(
                    f"注意: {name} は設計 {design.kind} では使いません。",
                    f"note: {name} is not used by design {design.kind}.",
                )
            )


def _of_file(
    path: Path, table: Mapping[str, Sequence[str | None]], design: Design | None, traits: Sequence[str]
) -> list[Analysis]:
    from kanpo.evidence import analyse_traits

    if design is None:
        raise _design_missing()
    return analyse_traits(table, design, traits, file=path.name)


def _of_trials(
    project: Path | None,
    codes: Sequence[str],
    design: Design | None,
    traits: Sequence[str],
    checks: tuple[str, ...],
) -> list[Analysis]:
    from dataclasses import replace

    from kanpo.evidence import analyse_trial, plot_table, recorded_design
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        if design is None and checks:
            recorded = recorded_design(opened, codes, plot_table(opened, codes))
            design = replace(recorded, checks=checks)
        return analyse_trial(opened, codes, traits, design)


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
            _print(result)


def _print(result: Analysis) -> None:
    from kanpo.reports import PAIRS_TITLE, analysis_tables, measures

    for sentence in result.sentences:
        click.echo(str(sentence))
    for title, table in analysis_tables(result):
        most = _MOST_PAIRS if title is PAIRS_TITLE else len(table)
        _table(title, table.head(most))
        if len(table) > most:
            rest = len(table) - most
            click.echo(str(Text(f"ほか {rest} 組(--json で全部)", f"{rest} more (all with --json)")))
    click.echo("")
    for line in measures(result):
        click.echo(str(line))
    _print_field(result)
    for note in result.notes:
        click.echo(f"※ {note}")


def _table(title: Text, frame: pd.DataFrame) -> None:
    from kanpo.reports import ANALYSIS_LABELS, printed

    shown = printed(frame)
    for key in shown:
        if frame[key].dtype.kind in "fi":
            widest = max(len(str(value)) for value in shown[key])
            shown[key] = [str(value).rjust(widest) for value in shown[key]]
    click.echo(f"\n{title}")
    show_table(shown, ANALYSIS_LABELS)


def _print_field(result: Analysis) -> None:
    """Residuals where they lie: + and - for one standard deviation, doubled for two."""
    if result.field is None:
        return
    title = Text(
        "残差の配置(++ と -- は標準偏差の2倍、+ と - は1倍を超える)",
        "Residuals on the plan (++ and --: beyond 2 standard deviations; + and -: beyond 1)",
    )
    click.echo(f"\n{title}")
    click.echo("     " + "".join(f"{column:>4}" for column in result.field.columns))
    for row, line in zip(result.field.rows, result.field.residuals, strict=True):
        click.echo(f"{row:>4} " + "".join(f"{_symbol(value):>4}" for value in line))


def _symbol(value: float) -> str:
    if value != value:
        return ""
    size = min(int(abs(value)), 2)
    return "." if size == 0 else ("+" if value > 0 else "-") * size
