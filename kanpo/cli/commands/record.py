"""``kanpo record``: one command for each kind of record, made from the schema."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kanpo.cli._ask import ask, may_ask
from kanpo.cli._click import BilingualCommand, BilingualOption, group
from kanpo.cli._discover import find_project, wal_note
from kanpo.cli._options import dry_run_option, project_option
from kanpo.cli._present import say, say_problems
from kanpo.locale import Text
from kanpo.schema import RECORD_KINDS, Field, Table, find_trait

if TYPE_CHECKING:
    import pandas as pd


@group(
    "record",
    help=Text(
        "記録を1件つける。記録は追記だけで、直しは kanpo records correct で行う。"
        "端末では、足りない項目だけを尋ねる(↑で前の値)。\n\n"
        "例: kanpo record observation --plot-code TK26-01 --trait 草丈 --value 35",
        "Write one record. Records are only ever added; correct one with kanpo records correct. "
        "On a terminal, what is missing is asked for (arrow up brings earlier values).\n\n"
        "Example: kanpo record observation --plot-code TK26-01 --trait plant_height_cm --value 35",
    ),
)
def record() -> None:
    pass


def _write(kind: str, project: Path | None, dry_run: bool, **values: str | None) -> int:
    from kanpo.store import Project
    from kanpo.trials import record_rows

    row = {key: value for key, value in values.items() if value is not None}
    path = find_project(project)
    with Project.open(path, write=True) as opened:
        row.setdefault("happened_at", opened.today())
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
    note = wal_note(path)
    if note is not None:
        say(note)
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
        help=Text(
            f"{field.header.ja}{ja}{'[必須]' if field.required else ''}",
            f"{field.header.en}{en}{' [required]' if field.required else ''}",
        ),
    )


#: Of each group one field has to be said, or is asked for; True where it may stay empty.
_ASKED: dict[str, tuple[tuple[str, ...], tuple[str, ...], bool]] = {
    "observation": (("plot_code", "parcel_id", "trial_code"), ("plot_code",), False),
    "operation": (("plot_code", "parcel_id", "trial_code"), ("plot_code",), False),
    "harvest": (("fresh_kg", "dry_kg"), ("fresh_kg", "dry_kg"), True),
}


def _complete(table: Table, project: Path | None, values: dict[str, str | None], no_input: bool) -> None:
    """Ask for what is missing, or say which option it is where nobody can be asked."""
    missing = [field for field in table.fields if field.required and values[field.key] is None]
    if not may_ask(no_input):
        if missing:
            context = click.get_current_context()
            named = {param.name: param for param in context.command.params}
            raise click.MissingParameter(ctx=context, param=named[missing[0].key])
        return
    group, also, optional = _ASKED.get(table.key, ((), (), True))
    if any(values[key] is not None for key in group):
        also = ()
    keys = {field.key for field in missing}
    wanted = [field for field in table.fields if field.key in keys or field.key in also]
    if not wanted:
        return
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        before = opened.journal.read(table.key)
    for field in wanted:
        earlier = [str(value) for value in before[field.key].dropna().drop_duplicates(keep="last")]
        last = earlier[-1] if earlier else None
        if field.key == "value":
            last = _last_value(before, values)
        values[field.key] = ask(field, earlier, last, optional=optional and field.key not in keys) or None


def _last_value(before: pd.DataFrame, values: dict[str, str | None]) -> str | None:
    """The newest value of the same trait on the same plot."""
    trait = find_trait(str(values.get("trait")))
    same = before[
        (before["plot_code"] == values.get("plot_code")) & (before["trait"] == (trait and trait.key))
    ]
    if same.empty:
        return None
    newest = same.sort_values("happened_at", kind="stable").iloc[-1]
    return f"{newest['value']}, {str(newest['happened_at'])[:10]}"


def _command(table: Table) -> BilingualCommand:
    def run(**values: Any) -> int:
        project, dry_run, no_input = (values.pop(key) for key in ("project", "dry_run", "no_input"))
        _complete(table, project, values, no_input)
        return _write(table.key, project, dry_run, **values)

    made = BilingualCommand(
        table.key,
        callback=run,
        help=Text(f"{table.label.ja}を1件記録する。", f"Record one of: {table.label.en}."),
        params=[_option(field) for field in table.fields if not field.by_kanpo],
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
        BilingualOption(
            ["--no-input"], is_flag=True, help=Text("足りない項目を尋ねない", "never ask for what is missing")
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
    if not _table.by_kanpo:
        record.add_command(_command(_table))
