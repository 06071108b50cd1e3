"""``kanpo assumptions``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kanpo.cli._click import argument, group, option, subcommand
from kanpo.cli._discover import catalogue_of, find_project
from kanpo.cli._options import InputPath, OutputPath, dry_run_option, output_options, project_option
from kanpo.cli._present import say, say_problems, show_table
from kanpo.locale import Text

if TYPE_CHECKING:
    import pandas as pd

    from kanpo.herbs import Catalogue

_LABELS = {
    "key": Text("キー", "key"),
    "herb_id": Text("生薬", "herb"),
    "label": Text("前提の項目", "assumption"),
    "low": Text("下限", "low"),
    "high": Text("上限", "high"),
    "unit": Text("単位", "unit"),
    "least": Text("あり得る下限", "least"),
    "most": Text("あり得る上限", "most"),
    "purpose": Text("何に使うか", "what for"),
    "source": Text("根拠", "source"),
    "note": Text("備考", "note"),
}


@group(
    "assumptions",
    help=Text(
        "前提: 労賃・単価・割合・時間など、表に無いので一度だけ尋ねる数。書かれていない数は補わない。",
        "Assumptions: wage, prices, shares and hours that no table bears and that are asked for once; "
        "what is not given is not filled in.",
    ),
)
def assumptions() -> None:
    pass


@subcommand(
    assumptions,
    "template",
    help=Text(
        "前提の記入用のExcelブック(.xlsx)かCSVを作る。答えた値は入っている。",
        "Make the workbook (.xlsx) or CSV to fill in; what was answered stands in it.",
    ),
)
@option("--out", type=OutputPath, required=True, metavar="FILE", help=Text("書き出すファイル", "file"))
@option("--herb", "herbs", multiple=True, help=Text("尋ねる生薬(何度でも)", "herbs to ask about, repeatable"))
@project_option
@dry_run_option
def template(out: Path, herbs: tuple[str, ...], project: Path | None, dry_run: bool) -> int:
    from kanpo.exchange import assumptions_template
    from kanpo.herbs import find_herb
    from kanpo.store import Project

    catalogue = catalogue_of(find_project(project))
    chosen = [find_herb(catalogue, name).herb_id for name in herbs] or None
    with Project.open(find_project(project)) as opened:
        click.echo(str(assumptions_template(opened, out, chosen, dry_run=dry_run)))
    return 0


@subcommand(
    assumptions,
    "import",
    help=Text(
        "記入した前提を読む。空欄は「まだ聞いていない」のまま。\n\n"
        "変えた値は前の記録の訂正になり、同じ値は増えない。問題のある行は理由を付けて 名前_差戻し.csv に書く。",
        "Read assumptions that were filled in; blanks stay 'not asked yet'.\n\n"
        "A changed figure corrects the record before, the same adds nothing. Rows with a problem go to "
        "NAME_差戻し.csv with the reason.",
    ),
)
@argument("file", type=InputPath)
@project_option
@dry_run_option
def import_command(file: Path, project: Path | None, dry_run: bool) -> int:
    from kanpo.exchange import import_assumptions
    from kanpo.store import Project

    with Project.open(find_project(project), write=True) as opened:
        result = import_assumptions(opened, file, dry_run=dry_run)
    report = result.report
    say_problems(report.problems)
    say(
        Text(
            f"前提: 記入 {report.read}、記録 {report.stored}、記録済み {report.repeated}、差戻し {len(report.rejected)}",
            f"assumptions: filled in {report.read}, recorded {report.stored}, known {report.repeated}, "
            f"rejected {len(report.rejected)}",
        )
    )
    if result.rejects:
        say(Text(f"差戻し: {result.rejects}(直して、そのまま取り込めます)", f"sent back: {result.rejects}"))
    if dry_run:
        say(Text("予告だけです。何も変えていません。", "dry run: nothing was changed."))
    if report.clashes:
        return 4
    return 1 if report.rejected else 0


@subcommand(
    assumptions,
    "list",
    help=Text("前提の一覧と、まだ聞いていないもの。", "List assumptions, those not asked yet included."),
)
@option("--herb", help=Text("この生薬の項目も", "with those of this herb"))
@option("--all", "every", is_flag=True, help=Text("全生薬の項目も", "with those of every herb"))
@project_option
@output_options
def list_assumptions(herb: str | None, every: bool, project: Path | None, as_json: bool, as_csv: bool) -> int:
    from kanpo.herbs import find_herb
    from kanpo.store import Project
    from kanpo.workability import assumption_table, read_assumptions_kept

    catalogue = catalogue_of(find_project(project))
    chosen = find_herb(catalogue, herb).herb_id if herb else None
    with Project.open(find_project(project)) as opened:
        table = assumption_table(catalogue, read_assumptions_kept(opened))
    if not every:
        table = table[table["herb_id"].isna() | (table["herb_id"] == chosen) | table["low"].notna()]
    if not (as_json or as_csv):
        table = _in_words(table, catalogue)
    asked = int(table["low"].isna().sum())
    show_table(table, _LABELS, as_json=as_json, as_csv=as_csv)
    say(
        Text(
            f"{len(table)} 項目、うちまだ聞いていないもの {asked}(- の行)",
            f"{len(table)} rows, {asked} of them not asked yet (those with -)",
        )
    )
    return 0


def _in_words(table: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Assumptions with herbs and units by their names, and figures as they were given."""
    from kanpo.herbs import find_assumption
    from kanpo.workability import OF_ONE_HERB

    unsaid = table["key"].isin(OF_ONE_HERB) & table["low"].isna() & table["herb_id"].isna()
    shown = table[~unsaid | ~table["key"].duplicated(keep=False)]
    shown = shown[["label", "herb_id", "low", "high", "unit", "purpose", "source", "key"]].copy()
    named = [find_assumption(catalogue, key) for key in shown["key"]]
    shown["unit"] = [
        str(one.unit_label) if one else unit for one, unit in zip(named, shown["unit"], strict=True)
    ]
    every, each = (
        str(Text("(すべて)", "(every herb)")),
        str(Text("(生薬ごと: --herb)", "(each herb: --herb)")),
    )
    shown["herb_id"] = [
        str(catalogue.herbs[herb_id].label)
        if herb_id in catalogue.herbs
        else each
        if key in OF_ONE_HERB and low != low
        else every
        for key, herb_id, low in zip(shown["key"], shown["herb_id"], shown["low"], strict=True)
    ]
    for key in ("low", "high"):
        shown[key] = [None if value != value else f"{value:,.10g}" for value in shown[key]]
    return shown
