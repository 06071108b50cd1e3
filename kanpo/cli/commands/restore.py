"""``kanpo restore``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kanpo.cli._click import argument, command, option
from kanpo.cli._discover import find_project
from kanpo.cli._options import PathType, dry_run_option
from kanpo.cli._present import say
from kanpo.cli.commands.verify import say_missing, say_not_covered
from kanpo.errors import UsageError
from kanpo.locale import Text

if TYPE_CHECKING:
    from kanpo.store import Placed, PrintedSeal, Proof


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
    from kanpo.store import parse_seal

    path = target or _present_project(backup)
    if path.suffix.lower() != ".gpkg":
        raise UsageError(
            "restore.target",
            Text("戻す先の名前は .gpkg で終わらせてください", "what is restored to has to end in .gpkg"),
            Text(f"例: --to {path.stem}.gpkg", f"for example --to {path.stem}.gpkg"),
        )
    printed = None if seal is None else parse_seal(seal)
    if backup.suffix.lower() == ".zip":
        _restore_archive(backup, path, people, printed, dry_run=dry_run)
    else:
        _restore_backup(backup, path, people, printed, dry_run=dry_run)
    click.echo(str(path))
    return 0


def _present_project(backup: Path) -> Path:
    """The project here; where there is none, it has to be said where to."""
    try:
        return find_project(None)
    except UsageError as error:
        if error.code != "project.none":
            raise
        name = f"{backup.name.split('.')[0]}.gpkg"
        raise UsageError(
            "restore.where",
            Text("ここにはプロジェクトがありません", "there is no project here"),
            Text(f"戻す先を --to {name} のように指定してください", f"say where to, as --to {name}"),
        ) from error


def _restore_backup(
    backup: Path, path: Path, people: Path | None, printed: PrintedSeal | None, *, dry_run: bool
) -> None:
    from kanpo.store import Project, restore_project

    done = restore_project(backup, path, seal=printed, people=people, dry_run=dry_run)
    _say_proof(done.proof)
    if dry_run:
        _say_plan(path, done.placed)
        return
    _say_placed(done.placed)
    with Project.open(path) as opened:
        seal, parcels = opened.journal.seal(), len(opened.imported.parcel_ids())
    say(
        Text(
            f"戻しました。筆 {parcels:,}、記録 {seal.records:,}、封印 {seal}",
            f"restored: {parcels:,} parcels, {seal.records:,} records, seal {seal}",
        )
    )


def _restore_archive(
    archive: Path, path: Path, people: Path | None, printed: PrintedSeal | None, *, dry_run: bool
) -> None:
    from kanpo.exchange import restore_archive

    done = restore_archive(archive, path, seal=printed, people=people, dry_run=dry_run)
    if not dry_run:
        _say_placed(done.placed)
    say(
        Text(
            f"保存用の zip から、筆 {done.parcels:,}、記録 {done.seal.records:,}、主題図 {done.layers}、"
            f"元のファイルと写真 {done.files:,} 個を{'戻せます(何も変えていません)' if dry_run else '戻しました'}。封印 {done.seal}",
            f"{'can restore' if dry_run else 'restored'} {done.parcels:,} parcels, {done.seal.records:,} records, "
            f"{done.layers} layers and {done.files:,} files from the archive"
            f"{' (nothing was changed)' if dry_run else ''}. Seal {done.seal}",
        )
    )
    say_missing(done.missing)
    if not done.covered:
        say_not_covered()
    say(Text("スコアは kanpo score で計算し直してください。", "compute the scores again with kanpo score."))


def _say_proof(proof: Proof) -> None:
    if "people" in proof.absent:
        say(
            Text(
                "注意: 封印にある名簿の写し(.people.backup)がここにありません。別の場所にあれば --people で指定してください。",
                "note: the copy of the people file that the seal names is not here; if it lies elsewhere, name it "
                "with --people.",
            )
        )
    if proof.whole:
        return
    if proof.records:
        say(
            Text(
                "注意: その封印は記録だけのものです。筆・名簿・写真が作った時のままかは"
                f"{'横の封印(.seal.txt)で確かめました。' if proof.seal_file else '確かめていません。'}",
                "note: that seal covers the records only; parcels, people and photos were "
                f"{'checked against the seal beside the backup.' if proof.seal_file else 'not checked.'}",
            )
        )
    elif not proof.seal_file:
        say(
            Text(
                "注意: 横に封印(.seal.txt)がなく、--seal もないので、ファイルの中に矛盾がないことだけを確かめました。"
                "消された筆や末尾の記録がないことまでは言えません。",
                "note: no seal lies beside the backup and none was given, so only that it holds together was "
                "checked, not that no parcels or last records were taken out.",
            )
        )


def _say_plan(path: Path, plan: Placed) -> None:
    ja, en = ["プロジェクト"], ["the project"]
    if plan.people:
        ja.append("名簿")
        en.append("the people file")
    if plan.added:
        ja.append(f"元のファイルと写真 {plan.added:,} 個")
        en.append(f"{plan.added:,} received files and photos")
    say(
        Text(
            f"写しに異常はありません。{path} に{'・'.join(ja)}を戻せます(何も変えていません)。",
            f"the backup is whole: {', '.join(en)} can be restored to {path} (nothing was changed).",
        )
    )
    for place in plan.aside:
        say(
            Text(
                f"同じ名前で中身の違うファイルがあるので、{place} に置きます。",
                f"a file of that name with other content is there; it would go to {place}.",
            )
        )


def _say_placed(done: Placed) -> None:
    if done.kept is not None:
        say(Text(f"前のファイル: {done.kept}", f"the file before: {done.kept}"))
    if done.kept_people is not None:
        say(Text(f"前の名簿: {done.kept_people}", f"the people file before: {done.kept_people}"))
    for place in done.leftovers:
        say(
            Text(
                f"前のファイルの続き(-wal・-journal)は {place} に移しました。",
                f"a journal of the file before is now {place}.",
            )
        )
    if not done.people:
        say(
            Text(
                "名簿の写しがないので、名簿は変えていません。",
                "no copy of the people file, so it was left as it is.",
            )
        )
    if done.added:
        say(Text(f"元のファイルと写真を {done.added:,} 個足しました。", f"{done.added:,} files were added."))
    for place in done.aside:
        say(
            Text(
                f"同じ名前で中身の違うファイルがあったので、{place} に置きました。",
                f"a file of that name with other content was there; put at {place}.",
            )
        )
