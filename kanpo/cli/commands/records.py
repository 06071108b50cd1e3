"""``kanpo records``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kanpo.cli._click import argument, group, option, subcommand
from kanpo.cli._discover import find_project
from kanpo.cli._number import Whole
from kanpo.cli._options import (
    InputPath,
    OutputPath,
    dry_run_option,
    limits_option,
    output_options,
    own_limits,
    project_option,
)
from kanpo.cli._present import labels_of, say, say_predictions, say_problems, show_table
from kanpo.errors import UsageError
from kanpo.locale import Text
from kanpo.schema import JOURNAL, RECORD_KINDS

if TYPE_CHECKING:
    import pandas as pd

_KIND = click.Choice(list(RECORD_KINDS))


@group("records", help=Text("記録の一覧・取込・訂正・取消。", "List, import, correct and withdraw records."))
def records() -> None:
    pass


@subcommand(
    records,
    "list",
    help=Text("ある種類の記録の一覧(訂正後の今の姿)。", "List the standing records of a kind."),
)
@argument("kind", type=_KIND)
@project_option
@option("--history", is_flag=True, help=Text("訂正前・取消も含める", "with what was corrected or withdrawn"))
@option(
    "--limit",
    type=Whole(1),
    default=50,
    show_default=True,
    help=Text("新しい順に何件", "the newest so many"),
)
@output_options
def list_records(
    kind: str, project: Path | None, history: bool, limit: int, as_json: bool, as_csv: bool
) -> int:
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        frame = opened.journal.entries(kind) if history else opened.journal.read(kind)
    labels = labels_of(JOURNAL, RECORD_KINDS[kind]) | {"superseded": Text("訂正済み", "superseded")}
    frame = frame.drop(columns=["geometry"], errors="ignore")
    if not (as_json or as_csv):
        frame = frame.dropna(axis="columns", how="all").drop(
            columns=["device", "recorded_at", "kind"], errors="ignore"
        )
    show_table(frame.tail(limit), labels, as_json=as_json, as_csv=as_csv)
    if len(frame) > limit:
        say(Text(f"全 {len(frame):,} 件のうち新しい {limit} 件", f"the newest {limit} of {len(frame):,}"))
    return 0


@subcommand(
    records,
    "show",
    help=Text("1件の記録と、その訂正のいきさつ。", "One record, and how it was corrected."),
)
@argument("record_id")
@project_option
@output_options
def show(record_id: str, project: Path | None, as_json: bool, as_csv: bool) -> int:
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        entries = opened.journal.entries()
        found = entries[entries["record_id"].str.startswith(record_id)].drop_duplicates("record_id")
        if len(found) != 1:
            raise UsageError(
                "record.unknown",
                Text(
                    f"「{record_id}」で始まる記録は {len(found)} 件です",
                    f"{len(found)} records begin with '{record_id}'",
                ),
                Text(
                    "kanpo records list で記録IDを確かめてください", "look the id up with kanpo records list"
                ),
            )
        family = opened.journal.entries(record_id=found.iloc[0]["record_id"])
    keys = ["record_id", "happened_at", "actor", "recorded_at", "body", "supersedes", "reason", "superseded"]
    labels = labels_of(JOURNAL) | {"superseded": Text("訂正済み", "superseded")}
    show_table(family[keys], labels, as_json=as_json, as_csv=as_csv)
    return 0


@subcommand(
    records,
    "import",
    help=Text(
        "記録をまとめて取り込む(CSV・Excel・スマートフォンのファイル・Field Book の書き出し)。列名は日本語でもよい。\n\n"
        "問題のある行は理由を付けて 名前_差戻し.csv に書く。同じファイルを二度取り込んでも増えない。"
        "元のファイルはプロジェクトの横にそのまま残す。\n\n"
        "気象庁の日別データ(過去の気象データ・ダウンロード)は、落としたままのファイルを読む。",
        "Import records from CSV, Excel, the file of a phone or an export of Field Book; "
        "headers may be Japanese labels or keys.\n\n"
        "Rows with a problem go to NAME_差戻し.csv with the reason. The same file twice adds nothing. "
        "The file is kept as it came, beside the project.\n\n"
        "Daily files of the Meteorological Agency are read as they were downloaded.",
    ),
)
@argument("file", type=InputPath)
@option(
    "--kind",
    type=_KIND,
    help=Text("記録の種類(省略時は見出しから判断)", "kind (default: told from the headers)"),
)
@project_option
@dry_run_option
def import_command(file: Path, kind: str | None, project: Path | None, dry_run: bool) -> int:
    from kanpo.exchange import RecordsImport, import_records
    from kanpo.store import Project
    from kanpo.trials import find_conflicts
    from kanpo.weather import import_weather, is_station_file

    with Project.open(find_project(project), write=True) as opened:
        if kind in (None, "weather") and is_station_file(file):
            result = RecordsImport(import_weather(opened, file, dry_run=dry_run), None)
        else:
            result = import_records(opened, file, kind, dry_run=dry_run)
        report = result.report
        clashes = (
            find_conflicts(opened, report.contradicting) if report.contradicting and not dry_run else None
        )
    say_problems(report.problems)
    label = RECORD_KINDS[report.kind].label
    say(
        Text(
            f"{label.ja}: 読込 {report.read}、記録 {report.stored}、記録済み {report.repeated}、差戻し {len(report.rejected)}",
            f"{label.en}: read {report.read}, recorded {report.stored}, known {report.repeated}, "
            f"rejected {len(report.rejected)}",
        )
    )
    say_predictions(0 if dry_run else report.predictions)
    if clashes is not None:
        _say_clashes(clashes)
    if result.photos:
        say(Text(f"写真: {result.photos} 枚", f"photos: {result.photos}"))
    if result.rejects:
        say(Text(f"差戻し: {result.rejects}(直して、そのまま取り込めます)", f"sent back: {result.rejects}"))
    if dry_run:
        say(Text("予告だけです。何も変えていません。", "dry run: nothing was changed."))
    if report.clashes:
        return 4
    return 1 if report.rejected else 0


def _say_clashes(found: pd.DataFrame) -> None:
    """Values about the same that differ: both stand, and a person decides."""
    groups = list(found.groupby("conflict", sort=False))
    for _, rows in groups[:10]:
        values = " / ".join(f"{row.says}({row.actor})" for row in rows.itertuples())
        day = str(rows["happened_at"].iloc[0])[:10]
        say(
            Text(
                f"食い違い: {rows['about'].iloc[0]} {day}: {values}",
                f"contradiction: {rows['about'].iloc[0]} {day}: {values}",
            )
        )
    if groups:
        say(
            Text(
                f"食い違う値が {len(groups)} 組あります(両方残しました): kanpo records conflicts、kanpo records resolve",
                f"{len(groups)} contradictions (both sides are kept): kanpo records conflicts, kanpo records resolve",
            )
        )


@subcommand(
    records,
    "doubtful",
    help=Text(
        "確かめたほうがよい記録と、その理由(値・日付の前後・農薬・ロットの収支・不適合や未測定の出荷)。",
        "Records to look at, and why: values, order of days, pesticides, mass balance of lots, "
        "lots shipped untested or failing.",
    ),
)
@limits_option
@project_option
@output_options
def doubtful(limits: Path | None, project: Path | None, as_json: bool, as_csv: bool) -> int:
    from kanpo.lots import doubtful_records
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        frame = doubtful_records(opened, own_limits(limits, opened))
    if as_json or as_csv:
        show_table(frame, as_json=as_json, as_csv=as_csv)
        return 0
    for row in frame.to_dict("records"):
        where = f" {row['where']}" if row["where"] else ""
        click.echo(f"{row['day']}{where}: {row['why']} [{row['code']}] {row['record_id']}")
    say(Text(f"{len(frame)} 件(記録はそのまま残っています)", f"{len(frame)} found (the records stay)"))
    return 0


@subcommand(
    records,
    "template",
    help=Text("記入用のExcelブック(.xlsx)かCSVを作る。", "Make an empty workbook (.xlsx) or CSV to fill in."),
)
@argument("kind", type=_KIND)
@argument("out", type=OutputPath)
@dry_run_option
def template(kind: str, out: Path, dry_run: bool) -> int:
    from kanpo.exchange import records_template

    click.echo(str(records_template(kind, out, dry_run=dry_run)))
    return 0


@subcommand(
    records,
    "correct",
    help=Text(
        "記録を訂正する。元の記録も理由とともに残る。\n\n"
        "例: kanpo records correct 0193a --set value=36 --reason 読み違い",
        "Correct a record; the one before stays, with the reason.\n\n"
        "Example: kanpo records correct 0193a --set value=36 --reason misread",
    ),
)
@argument("record_id")
@option(
    "--set",
    "changes",
    multiple=True,
    required=True,
    metavar="FIELD=VALUE",
    help=Text("項目=新しい値。何度でも", "repeatable"),
)
@option("--reason", required=True, help=Text("訂正の理由", "why"))
@project_option
@dry_run_option
def correct(
    record_id: str, changes: tuple[str, ...], reason: str, project: Path | None, dry_run: bool
) -> int:
    from kanpo.store import Project
    from kanpo.trials import correct_record

    pairs = [change.partition("=") for change in changes]
    with Project.open(find_project(project), write=True) as opened:
        new = {key: value for key, _, value in pairs}
        report = correct_record(opened, record_id, new, reason, dry_run=dry_run)
    say_problems(problem.at(row=None) for problem in report.problems)
    if report.rejected or not report.stored:
        say(Text("訂正していません。", "nothing was corrected."))
        return 3
    say(Text("訂正しました。元の記録も残っています。", "corrected; the record before stays visible."))
    click.echo(report.record_ids[0])
    return 0


@subcommand(
    records,
    "withdraw",
    help=Text(
        "記録を取り消す。元の記録も理由とともに残る。", "Withdraw a record; it stays visible with the reason."
    ),
)
@argument("record_id")
@option("--reason", required=True, help=Text("取消の理由", "why"))
@project_option
@dry_run_option
def withdraw(record_id: str, reason: str, project: Path | None, dry_run: bool) -> int:
    from kanpo.store import Project
    from kanpo.trials import withdraw_record

    with Project.open(find_project(project), write=True) as opened:
        click.echo(withdraw_record(opened, record_id, reason, dry_run=dry_run))
    say(
        Text(
            "取り消しました。元の記録も残っています。", "withdrawn; the record stays visible with the reason."
        )
    )
    return 0
