"""``kanpo restore``."""

from __future__ import annotations

from pathlib import Path

import click

from kanpo.cli._click import argument, command, option
from kanpo.cli._discover import find_project
from kanpo.cli._options import PathType, dry_run_option
from kanpo.cli._present import say
from kanpo.locale import Text


@command(
    "restore",
    help=Text(
        "写し(kanpo backup)を確かめてから、プロジェクトをその時点に戻す。\n\n"
        "今のファイルは 名前.before-restore.backup に残す。名簿(people.sqlite)と、"
        "元のファイル・写真のフォルダ(名前_originals・名前_photos)は変えない。",
        "Check a backup and put it in the place of the project.\n\n"
        "The present file is kept as NAME.before-restore.backup. The people file and the folders of received files "
        "and photos (NAME_originals, NAME_photos) are not touched.",
    ),
)
@argument("backup", type=PathType)
@option(
    "--to",
    "target",
    type=PathType,
    metavar="FILE.gpkg",
    help=Text("戻す先(省略時は今のプロジェクト)", "where to (default: the present project)"),
)
@dry_run_option
def restore(backup: Path, target: Path | None, dry_run: bool) -> int:
    from kanpo.store import Project, check_backup, restore_project

    path = target or find_project(None)
    if dry_run:
        check_backup(backup)
        say(
            Text(
                f"写しに異常はありません。{path} に戻せます(何も変えていません)。",
                f"the backup is whole and can be restored to {path} (nothing was changed).",
            )
        )
        return 0
    kept = restore_project(backup, path)
    with Project.open(path) as opened:
        seal = opened.journal.seal()
    if kept is not None:
        say(Text(f"前のファイル: {kept}", f"the file before: {kept}"))
    say(
        Text(
            f"戻しました。記録 {seal.records} 件、封印 {seal}",
            f"restored: {seal.records} records, seal {seal}",
        )
    )
    click.echo(str(path))
    return 0
