"""``kanpo verify``."""

from __future__ import annotations

from pathlib import Path

import click

from kanpo.cli._click import command, option
from kanpo.cli._discover import find_project
from kanpo.cli._options import project_option
from kanpo.cli._present import say_problems
from kanpo.locale import Text


@command(
    "verify",
    help=Text(
        "ファイルの破損と、記録の書き換え・抜けを調べる。\n\n"
        "末尾の記録の抜けは、地図などに印字された封印(--seal)と比べると分かる。",
        "Check the file for damage, and the records for changes and gaps.\n\n"
        "Records missing from the end are noticed against a seal printed earlier (--seal).",
    ),
)
@project_option
@option("--seal", help=Text("以前の封印(例 3f9c…-120)", "a seal printed earlier"))
def verify(project: Path | None, seal: str | None) -> int:
    from kanpo.store import Project, verify_project

    path = find_project(project)
    problems = verify_project(path, seal)
    say_problems(problems)
    if problems:
        return 5
    with Project.open(path) as opened:
        now = opened.journal.seal()
    click.echo(
        str(
            Text(
                f"異常はありません。記録 {now.records} 件、封印 {now}",
                f"all is well: {now.records} records, seal {now}",
            )
        )
    )
    return 0
