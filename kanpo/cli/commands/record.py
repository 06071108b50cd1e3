"""``kanpo record``: one command for each kind of record, made from the schema."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from kanpo.cli._click import BilingualCommand, BilingualOption, group
from kanpo.cli._discover import find_project
from kanpo.cli._options import dry_run_option, project_option
from kanpo.cli._present import say, say_problems
from kanpo.locale import Text
from kanpo.schema import RECORD_KINDS, Field, Table


@group(
    "record",
    help=Text(
        "記録を1件つける。記録は追記だけで、直しは kanpo records correct で行う。\n\n"
        "例: kanpo record observation --plot-code TK26-01 --trait 草丈 --value 35",
        "Write one record. Records are only ever added; correct one with kanpo records correct.\n\n"
        "Example: kanpo record observation --plot-code TK26-01 --trait plant_height_cm --value 35",
    ),
)
def record() -> None:
    pass


def _write(kind: str, project: Path | None, dry_run: bool, **values: str | None) -> int:
    from kanpo.store import Project
    from kanpo.trials import record_rows

    row = {key: value for key, value in values.items() if value is not None}
    row.setdefault("happened_at", date.today().isoformat())
    with Project.open(find_project(project), write=True) as opened:
        report = record_rows(opened, kind, {key: [value] for key, value in row.items()}, dry_run=dry_run)
    say_problems(problem.at(row=None) for problem in report.problems)
    if report.rejected:
        say(Text("記録していません。", "nothing was recorded."))
        return 3
    if report.repeated:
        say(
            Text("同じ記録がもうあります。増やしていません。", "this is already recorded; nothing was added.")
        )
        return 0
    if dry_run:
        say(Text("予告だけです。記録していません。", "dry run: nothing was recorded."))
        return 0
    say(Text(f"記録しました({RECORD_KINDS[kind].label.ja})", f"recorded ({RECORD_KINDS[kind].label.en})"))
    click.echo(report.record_ids[0])
    return 0


def _option(field: Field) -> BilingualOption:
    choices = field.choices
    ja = en = ""
    if choices is not None:
        ja = "(" + "・".join(f"{key} {label.ja}" for key, label in list(choices.labels.items())[:8]) + ")"
        en = f" ({', '.join(list(choices.labels)[:8])})"
    return BilingualOption(
        [f"--{field.key.replace('_', '-')}", field.key],
        help=Text(f"{field.header.ja}{ja}", f"{field.header.en}{en}"),
        required=field.required,
    )


def _command(table: Table) -> BilingualCommand:
    def run(**values: Any) -> int:
        return _write(table.key, values.pop("project"), values.pop("dry_run"), **values)

    made = BilingualCommand(
        table.key,
        callback=run,
        help=Text(f"{table.label.ja}を1件記録する。", f"Record one of: {table.label.en}."),
        params=[_option(field) for field in table.fields],
    )
    made.params += [
        BilingualOption(
            ["--date", "happened_at"],
            help=Text("行った日(省略時は今日)", "when it happened (default: today)"),
        ),
        BilingualOption(
            ["--actor"],
            help=Text("記録者(省略時は KANPO_ACTOR かログイン名)", "who (default: KANPO_ACTOR or login)"),
        ),
    ]
    if table.outline:
        made.params.append(
            BilingualOption(
                ["--wkt"], help=Text("区画図 POLYGON((経度 緯度, …))", "outline POLYGON((lon lat, ...))")
            )
        )
    for decorate in (project_option, dry_run_option):
        decorate(made)
    return made


for _table in RECORD_KINDS.values():
    record.add_command(_command(_table))
