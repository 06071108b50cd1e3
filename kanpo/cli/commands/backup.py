"""``kanpo backup``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from kanpo.cli._click import command, option
from kanpo.cli._discover import find_project
from kanpo.cli._options import PathType, project_option
from kanpo.cli._present import say
from kanpo.cli.commands.verify import say_missing
from kanpo.locale import Text

_LABELS = {
    "project": Text("プロジェクト", "project"),
    "people": Text("名簿(個人情報。人に渡さないこと)", "people (personal data: give it to nobody)"),
    "files": Text("元のファイルと写真", "received files and photos"),
}


@command(
    "backup",
    help=Text(
        "プロジェクトの写しを、名簿・元のファイル・写真と一緒に作り、確かめて封印する。使用中でも安全。\n\n"
        "できるもの: 名前.日時.backup(プロジェクト)、.people.backup(名簿)、.files.zip(元のファイルと写真)、"
        ".backup.seal.txt(封印)。戻すには kanpo restore。全部を同じフォルダに置いておくこと。\n\n"
        "--thin を付けると、古い写しを 7 日分・4 週分・12 か月分だけ残して消す。",
        "Copy the project with its people, received files and photos, check the copy and seal it; safe while "
        "it is in use.\n\nThis makes NAME.DATE.backup (the project), .people.backup, .files.zip and "
        ".backup.seal.txt; keep them together. kanpo restore brings them back.\n\n"
        "With --thin, older copies are deleted except those of 7 days, 4 weeks and 12 months.",
    ),
)
@project_option
@option("--out", type=PathType, help=Text("写しのファイル名", "name of the copy"))
@option("--thin", is_flag=True, help=Text("古い写しを間引く", "delete older copies that are too many"))
def backup(project: Path | None, out: Path | None, thin: bool) -> int:
    from kanpo.exchange import missing_files
    from kanpo.store import BackupFiles, Project, backup_project, dated_name, thin_out

    path = find_project(project)
    target = out or dated_name(path, datetime.now())
    sealed = backup_project(path, target)
    say(Text("写しを作り、確かめました:", "copied and checked:"))
    files = BackupFiles.of(target)
    for part in sealed.parts:
        label = _LABELS[part.what]
        say(
            Text(
                f"  {label.ja}: {files.parts[part.what].name}", f"  {label.en}: {files.parts[part.what].name}"
            )
        )
    say(
        Text(
            f"筆 {sealed.parcels:,}、記録 {sealed.records.records:,}。写しの封印 {sealed.seal} を控えておいてください"
            f"({files.seal.name} にも書きました)。",
            f"{sealed.parcels:,} parcels, {sealed.records.records:,} records. Note down the seal {sealed.seal} "
            f"(it also stands in {files.seal.name}).",
        )
    )
    with Project.open(path) as opened:
        say_missing(missing_files(opened))
    gone = thin_out(path, target) if thin else []
    if gone:
        say(Text(f"古い写しを {len(gone)} 個消しました。", f"deleted {len(gone)} older copies."))
    click.echo(str(target))
    return 0
