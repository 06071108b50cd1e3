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
        "名簿(people.sqlite)と、横のフォルダ(名前_originals・名前_photos)は写さない。"
        "元のファイルと写真も残すには kanpo archive。戻すには kanpo restore。\n\n"
        "--thin を付けると、古い写しを 7 日分・4 週分・12 か月分だけ残して消す。",
        "Copy the project and check the copy; safe while it is in use.\n\nThe people file and the folders beside "
        "the project (NAME_originals, NAME_photos) are not copied: kanpo archive takes these files and photos. "
        "kanpo restore brings a copy back.\n\n"
        "With --thin, older copies are deleted except those of 7 days, 4 weeks and 12 months.",
    ),
)
@project_option
@option("--out", type=PathType, help=Text("写しのファイル名", "name of the copy"))
@option("--thin", is_flag=True, help=Text("古い写しを間引く", "delete older copies that are too many"))
def backup(project: Path | None, out: Path | None, thin: bool) -> int:
    from kanpo.exchange import files_beside
    from kanpo.store import backup_project, dated_name, thin_out

    path = find_project(project)
    target = out or dated_name(path, datetime.now())
    backup_project(path, target)
    say(Text("写しを作り、確かめました。", "copied and checked."))
    beside = files_beside(path)
    if beside:
        ja = "、".join(f"{folder.name} {count:,} 個" for folder, count in beside.items())
        en = ", ".join(f"{count:,} in {folder.name}" for folder, count in beside.items())
        say(
            Text(
                f"横のフォルダのファイルは写していません({ja})。一緒に残すには kanpo archive {path.stem}.zip",
                f"files beside the project were not copied ({en}); to keep them, too: kanpo archive {path.stem}.zip",
            )
        )
    gone = thin_out(path, target) if thin else []
    if gone:
        say(Text(f"古い写しを {len(gone)} 個消しました。", f"deleted {len(gone)} older copies."))
    click.echo(str(target))
    return 0
