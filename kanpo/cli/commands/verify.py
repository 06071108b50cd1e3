"""``kanpo verify``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from kanpo.cli._click import argument, command, option
from kanpo.cli._discover import find_project, notes_on
from kanpo.cli._options import PathType, project_option
from kanpo.cli._present import say, say_problems
from kanpo.locale import Text

_SHOWN = 20


@command(
    "verify",
    help=Text(
        "ファイルの破損と、記録の書き換え・抜けを調べる。\n\n"
        "末尾の記録の抜けは、地図などに印字された封印(--seal)と比べると分かる。"
        "相手のない記録、狂った時計、重さの合わない工程や由来のないロットは注意として出す。FILE に保存用の zip も指定できる。",
        "Check the file for damage, and the records for changes and gaps.\n\n"
        "Records missing from the end are noticed against a seal printed earlier (--seal). Records about "
        "unknown things, wrong clocks, steps whose masses do not add up and lots from nowhere are said as "
        "warnings. FILE may be a zip of kanpo archive.",
    ),
)
@argument("file", type=PathType, required=False)
@project_option
@option("--seal", help=Text("以前の封印(例 3f9c…-120)", "a seal printed earlier"))
def verify(file: Path | None, project: Path | None, seal: str | None) -> int:
    from kanpo.lots import look_over
    from kanpo.store import Project, parse_seal, prove, verify_project

    if file is not None and file.suffix.lower() == ".zip":
        return _verify_archive(file, seal)
    path = find_project(file or project)
    problems, proof = prove(path, None if seal is None else parse_seal(seal))
    problems += verify_project(path, seal if proof.records else None)
    say_problems(problems)
    if problems:
        return 5
    with Project.open(path) as opened:
        now = opened.journal.seal()
        doubtful = look_over(opened)
    say_problems(doubtful)
    _all_is_well(now.records, str(now), len(doubtful))
    if proof.seal_file or proof.whole:
        say(Text("写しの封印とも合っています。", "it fits the seal of the backup, too."))
    for note in notes_on(path):
        say(note)
    return 0


def _verify_archive(path: Path, seal: str | None) -> int:
    from kanpo.exchange import verify_archive

    checked = verify_archive(path, seal)
    say_problems(checked.problems)
    if checked.problems or checked.records is None:
        return 5
    _all_is_well(checked.records.records, str(checked.records))
    say(Text(f"zip 全体の封印 {checked.whole}", f"seal of the whole archive {checked.whole}"))
    say_missing(checked.missing)
    if not checked.covered:
        say_not_covered()
    return 0


def say_missing(names: Sequence[str]) -> None:
    """Files that records or layers name and that are not there."""
    for name in names[:_SHOWN]:
        say(
            Text(
                f"注意: 記録や主題図が名を挙げるファイルがありません: {name}",
                f"warning: a file that records or layers name is not there: {name}",
            )
        )
    if len(names) > _SHOWN:
        say(Text(f"ほか {len(names) - _SHOWN:,} 個", f"{len(names) - _SHOWN:,} more"))


def say_not_covered() -> None:
    """That nothing proves that an archive was not made anew."""
    say(
        Text(
            "zip 全体の封印とは比べていません。作り直された zip でないことまで確かめるには、控えた封印を --seal に。",
            "not compared with a seal of the whole archive; to know that it was not made anew, give --seal.",
        )
    )


def _all_is_well(records: int, seal: str, doubtful: int = 0) -> None:
    sound = Text("異常はありません。", "all is well: ")
    if doubtful:
        sound = Text(
            f"破損や書き換えはありません(上の注意 {doubtful} 件は記録の中身のことです)。",
            f"no damage and no changes (the {doubtful} warnings above are about what the records say): ",
        )
    click.echo(
        str(
            Text(
                f"{sound.ja}記録 {records} 件、封印 {seal}",
                f"{sound.en}{records} records, seal {seal}",
            )
        )
    )
