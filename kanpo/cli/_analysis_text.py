"""An analysis of a trial on the screen: sentences, tables, residuals on the plan, notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kanpo.cli._present import show_table
from kanpo.locale import Text

if TYPE_CHECKING:
    import pandas as pd

    from kanpo.evidence import Analysis

#: Comparisons shown on the screen; the rest is in ``--json``.
_MOST_PAIRS = 30


def print_analysis(result: Analysis) -> None:
    """Print the sentences first, then the tables."""
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


SUMMARY_LABELS = {
    "treatment": Text("処理", "treatment"),
    "name": Text("項目", "trait"),
    "trait": Text("キー", "key"),
    "unit": Text("単位", "unit"),
    "n": Text("区数", "plots"),
    "mean": Text("平均", "mean"),
    "sd": Text("標準偏差", "sd"),
    "min": Text("最小", "min"),
    "max": Text("最大", "max"),
    "undecided": Text("未決", "undecided"),
    "day": Text("日", "day"),
}


def summary_in_words(table: pd.DataFrame) -> pd.DataFrame:
    """A summary of a trial with traits by their names; what is undecided only where there is some."""
    from kanpo.evidence import trait_label

    shown = table.copy()
    shown.insert(1, "name", [str(trait_label(trait)) for trait in table["trait"]])
    return shown if table["undecided"].sum() else shown.drop(columns="undecided")
