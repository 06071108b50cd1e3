"""``kanpo restore``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kanpo.cli._click import argument, command, option
from kanpo.cli._discover import find_project
from kanpo.cli._options import PathType, dry_run_option
from kanpo.cli._present import say
from kanpo.errors import UsageError
from kanpo.locale import Text

if TYPE_CHECKING:
    from kanpo.store import PrintedSeal, Proof, Restored


@command(
    "restore",
    help=Text(
        "写し(kanpo backup)か保存用の zip(kanpo archive)を確かめてから、プロジェクトをその時点に戻す。\n\n"
        "横に名簿の写し(.people.backup)と元のファイルの写し(.files.zip)があれば、それも戻す。"
        "横の封印(.seal.txt)か --seal と合わない写しは使わない。"
        "今のファイルは 名前.before-restore.backup などに残し、写真は足すだけで消さない。",
        "Check a backup, or a zip of kanpo archive, and put it in the place of the project.\n\n"
        "The copies of people and files that lie beside it come back too. A backup that does not fit the seal "
        "beside it, or --seal, is refused. The present files are kept as NAME.before-restore.backup; photos are "
        "added, never deleted.",
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
@option(
    "--people",
    type=PathType,
    metavar="FILE",
    help=Text("名簿の写し(横にない時)", "the copy of the people file, where it does not lie beside"),
)
@option("--seal", help=Text("控えておいた封印(例 3f9c01ab27de-120)", "a seal noted down earlier"))
@dry_run_option
def restore(backup: Path, target: Path | None, people: Path | None, seal: str | None, dry_run: bool) -> int:
    from kanpo.store import Project, check_backup, parse_seal, restore_project

    path = target or find_project(None)
    if path.suffix.lower() != ".gpkg":
        raise UsageError(
            "restore.target",
            Text("戻す先の名前は .gpkg で終わらせてください", "what is restored to has to end in .gpkg"),
            Text(f"例: --to {path.stem}.gpkg", f"for example --to {path.stem}.gpkg"),
        )
    wanted = None if seal is None else parse_seal(seal)
    if backup.suffix.lower() == ".zip":
        return _restore_archive(backup, path, people, wanted, dry_run=dry_run)
    if dry_run:
        _say_proof(check_backup(backup, wanted))
        say(
            Text(
                f"写しに異常はありません。{path} に戻せます(何も変えていません)。",
                f"the backup is whole and can be restored to {path} (nothing was changed).",
            )
        )
        return 0
    done = restore_project(backup, path, seal=wanted, people=people)
    _say_proof(done.proof)
    _say_restored(done)
    with Project.open(path) as opened:
        seal_now, parcels = opened.journal.seal(), len(opened.imported.parcel_ids())
    say(
        Text(
            f"戻しました。筆 {parcels:,}、記録 {seal_now.records:,}、封印 {seal_now}",
            f"restored: {parcels:,} parcels, {seal_now.records:,} records, seal {seal_now}",
        )
    )
    click.echo(str(path))
    return 0


def _restore_archive(
    archive: Path, path: Path, people: Path | None, seal: PrintedSeal | None, *, dry_run: bool
) -> int:
    from kanpo.exchange import restore_archive

    done = restore_archive(archive, path, seal=seal, people=people, dry_run=dry_run)
    say(
        Text(
            f"保存用の zip から、筆 {done.parcels:,}、記録 {done.seal.records:,}、主題図 {done.layers}、"
            f"元のファイルと写真 {done.files:,} 個を{'戻せます(何も変えていません)' if dry_run else '戻しました'}。封印 {done.seal}",
            f"{'can restore' if dry_run else 'restored'} {done.parcels:,} parcels, {done.seal.records:,} records, "
            f"{done.layers} layers and {done.files:,} files from the archive. Seal {done.seal}",
        )
    )
    if done.kept is not None:
        say(Text(f"前のファイル: {done.kept}", f"the file before: {done.kept}"))
    if seal is None:
        say(
            Text(
                "封印(--seal)と比べていないので、後から作り直された zip でないことまでは確かめていません。",
                "not compared with a seal (--seal): that the zip was not made anew later is not proven.",
            )
        )
    say(Text("適地度は kanpo score で計算し直してください。", "compute the scores again with kanpo score."))
    click.echo(str(path))
    return 0


def _say_proof(proof: Proof) -> None:
    if proof.edits:
        say(
            Text(
                f"注意: この写しには、ほかのプログラムでの編集(行の削除など)が {proof.edits} か所あります。"
                "戻した後に kanpo edits list で確かめてください。",
                f"note: this backup holds {proof.edits} edits by another program (such as deleted rows); "
                "see kanpo edits list after restoring.",
            )
        )
    if not (proof.seal_file or proof.typed):
        say(
            Text(
                "注意: 横に封印(.seal.txt)がなく、--seal もないので、ファイルの中に矛盾がないことだけを確かめました。"
                "消された筆や末尾の記録がないことまでは言えません。",
                "note: no seal lies beside the backup and none was given, so only that it holds together was "
                "checked, not that no parcels or last records were taken out.",
            )
        )


def _say_restored(done: Restored) -> None:
    if done.kept is not None:
        say(Text(f"前のファイル: {done.kept}", f"the file before: {done.kept}"))
    if done.kept_people is not None:
        say(Text(f"前の名簿: {done.kept_people}", f"the people file before: {done.kept_people}"))
    if not done.people:
        say(
            Text(
                "名簿の写しがないので、名簿は変えていません。",
                "no copy of the people file, so it was left as it is.",
            )
        )
    if done.added:
        say(Text(f"元のファイルと写真を {done.added:,} 個足しました。", f"{done.added:,} files were added."))
    for path in done.aside:
        say(
            Text(
                f"同じ名前で中身の違うファイルがあったので、{path} に置きました。",
                f"a file of that name with other content was there; put at {path}.",
            )
        )
