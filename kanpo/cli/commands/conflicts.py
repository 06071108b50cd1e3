"""``kanpo records conflicts``, ``resolve`` and ``missing``: what a person should look at."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from kanpo.cli._click import argument, option, subcommand
from kanpo.cli._discover import find_project
from kanpo.cli._options import dry_run_option, output_options, project_option
from kanpo.cli._present import labels_of, say, show_table
from kanpo.cli.commands.records import records
from kanpo.errors import Place, Problem, UsageError
from kanpo.locale import Text
from kanpo.reading import read_day
from kanpo.schema import JOURNAL, RECORD_KINDS

_LABELS = {
    "conflict": Text("競合", "conflict"),
    "about": Text("対象", "about"),
    "says": Text("内容", "says"),
    "last": Text("前回の日", "last seen"),
}


@subcommand(
    records,
    "conflicts",
    help=Text(
        "食い違ったまま決まっていない記録の一覧。どれも残っている。\n\n"
        "決めるには kanpo records resolve。両方正しい(別の株など)なら、"
        "kanpo records correct 記録ID --set repeat=2 で反復測定の番号を付ける。",
        "Records that contradict each other and are not decided; all of them stand.\n\n"
        "Decide with kanpo records resolve. If both are right (two plants), number them: "
        "kanpo records correct ID --set repeat=2.",
    ),
)
@project_option
@output_options
def conflicts(project: Path | None, as_json: bool, as_csv: bool) -> int:
    from kanpo.store import Project
    from kanpo.trials import find_conflicts

    with Project.open(find_project(project)) as opened:
        frame = find_conflicts(opened)
    if not (as_json or as_csv):
        frame = frame.drop(columns=["device", "recorded_at"]).dropna(axis="columns", how="all")
    show_table(
        frame,
        labels_of(JOURNAL) | _LABELS,
        as_json=as_json,
        as_csv=as_csv,
        empty=Text("食い違いはありません", "no contradictions"),
    )
    return 0


@subcommand(
    records,
    "resolve",
    help=Text(
        "食い違いを決める。残す記録を選ぶと、ほかは理由とともに取り消される(消えはしない)。\n\n"
        "例: kanpo records resolve 3fa2 --keep 0193a --reason 野帳で確認",
        "Decide a contradiction: the record kept stands, the others are withdrawn with the reason.\n\n"
        "Example: kanpo records resolve 3fa2 --keep 0193a --reason 'checked with the field book'",
    ),
)
@argument("conflict")
@option(
    "--keep",
    required=True,
    metavar="RECORD_ID",
    help=Text("残す記録の記録ID", "id of the record to keep"),
)
@option("--reason", required=True, help=Text("そう決めた理由", "why"))
@project_option
@dry_run_option
def resolve(conflict: str, keep: str, reason: str, project: Path | None, dry_run: bool) -> int:
    from kanpo.store import Project
    from kanpo.trials import resolve_conflict

    with Project.open(find_project(project), write=True) as opened:
        written = resolve_conflict(opened, conflict, keep, reason, dry_run=dry_run)
    for record_id in written:
        click.echo(record_id)
    say(
        Text("予告だけです。何も変えていません。", "dry run: nothing was changed.")
        if dry_run
        else Text("決めました。取り消した記録も残っています。", "decided; what was withdrawn stays visible.")
    )
    return 0


@subcommand(
    records,
    "missing",
    help=Text(
        "その日にまだ値のない試験区と調査項目。\n\n"
        "調査項目を省くと、その日に一つでも測った項目、なければその試験で測ったことのある項目。",
        "Plots and traits without a value on a day.\n\n"
        "Without --trait: what was measured in the trial that day, or else ever.",
    ),
)
@option("--trial", "trial_code", help=Text("試験コード(省略時は全部)", "one trial (default: all)"))
@option("--date", "day", help=Text("日付(省略時は今日)", "day (default: today)"))
@option(
    "--trait",
    "traits",
    multiple=True,
    help=Text("調査項目(名前やその一部でもよい)。何度でも", "trait (a part of its name does), repeatable"),
)
@project_option
@output_options
def missing(
    trial_code: str | None,
    day: str | None,
    traits: tuple[str, ...],
    project: Path | None,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.evidence import find_trait
    from kanpo.schema import TRAITS
    from kanpo.store import Project
    from kanpo.trials import missing_observations

    traits = tuple(find_trait(words, TRAITS, Text("調査項目", "the traits")) for words in traits)
    with Project.open(find_project(project)) as opened:
        frame = missing_observations(opened, _day(day), trial_code, traits)
    show_table(
        frame,
        labels_of(RECORD_KINDS["observation"], RECORD_KINDS["plot"]) | _LABELS,
        as_json=as_json,
        as_csv=as_csv,
        empty=Text("抜けはありません", "nothing is missing"),
    )
    if len(frame):
        say(Text(f"未記録 {len(frame):,} 件", f"{len(frame):,} not recorded yet"))
    return 0


def _day(written: str | None) -> str:
    day = read_day(written) if written else date.today()
    if isinstance(day, Problem):
        raise UsageError(
            "value.not-date",
            Text("日付として読めません", "is not a date"),
            Text("2025-05-01 のように入れてください", "enter it as 2025-05-01"),
            Place(column="--date", value=written),
        )
    return day.isoformat()
