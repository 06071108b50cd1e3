"""``kanpo backup``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from kanpo.cli._click import command, option
from kanpo.cli._discover import find_project
from kanpo.cli._options import PathType, project_option
from kanpo.cli._present import say
from kanpo.locale import Text


@command(
    "backup",
    help=Text(
        "プロジェクトの写しを作り、壊れていないことを確かめる。使用中でも安全。\n\n"
        "名簿(people.sqlite)は写さない。",
        "Copy the project and check the copy; safe while it is in use.\n\nThe people file is not copied.",
    ),
)
@project_option
@option("--out", type=PathType, help=Text("写しのファイル名", "name of the copy"))
def backup(project: Path | None, out: Path | None) -> int:
    from kanpo.store import backup_project

    path = find_project(project)
    target = out or path.with_name(f"{path.stem}.{datetime.now():%Y%m%d-%H%M%S}.backup")
    backup_project(path, target)
    say(Text("写しを作り、確かめました。", "copied and checked."))
    click.echo(str(target))
    return 0
