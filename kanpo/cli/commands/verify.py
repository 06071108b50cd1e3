"""``kanpo verify``."""

from __future__ import annotations

from pathlib import Path

import click

from kanpo.cli._click import argument, command, option
from kanpo.cli._discover import find_project
from kanpo.cli._options import PathType, limits_option, own_limits, project_option
from kanpo.cli._present import say, say_problems
from kanpo.locale import Text


@command(
    "verify",
    help=Text(
        "ファイルの破損と、記録の書き換え・抜けを調べる。\n\n"
        "末尾の記録の抜けは、地図などに印字された封印(--seal)と比べると分かる。"
        "相手のない記録、狂った時計、重さの合わない工程や由来のないロット、登録番号のない農薬や使用基準の外の使用、"
        "不適合や未測定のまま出荷したロットは注意として出す。FILE に保存用の zip も指定できる。",
        "Check the file for damage, and the records for changes and gaps.\n\n"
        "Records missing from the end are noticed against a seal printed earlier (--seal). Records about "
        "unknown things, wrong clocks, steps whose masses do not add up, lots from nowhere, pesticides without "
        "a registration number or against their label, and lots shipped untested or failing are warnings. FILE may be a zip of kanpo archive.",
    ),
)
@argument("file", type=PathType, required=False)
@project_option
@limits_option
@option("--seal", help=Text("以前の封印(例 3f9c…-120)", "a seal printed earlier"))
def verify(file: Path | None, project: Path | None, limits: Path | None, seal: str | None) -> int:
    from kanpo.lots import look_over
    from kanpo.store import Project, check_sealed, list_additions, parse_seal, verify_project

    if file is not None and file.suffix.lower() == ".zip":
        return _verify_archive(file, seal)
    path = find_project(file or project)
    problems, sealed = check_sealed(path)
    wanted = None if seal is None else parse_seal(seal)
    whole = wanted is not None and sealed is not None and wanted.fits(sealed.seal)
    problems += verify_project(path, None if whole else seal)
    say_problems(problems)
    if problems:
        return 5
    say_problems(list_additions(path))
    with Project.open(path) as opened:
        now = opened.journal.seal()
        doubtful = look_over(opened, own_limits(limits, opened))
    say_problems(doubtful)
    _all_is_well(now.records, str(now), len(doubtful))
    if sealed is not None:
        say(Text("写しの封印とも合っています。", "it fits the seal of the backup, too."))
    return 0


def _verify_archive(path: Path, seal: str | None) -> int:
    from kanpo.exchange import verify_archive

    checked = verify_archive(path, seal)
    say_problems(checked.problems)
    if checked.problems or checked.records is None:
        return 5
    _all_is_well(checked.records.records, str(checked.whole))
    if not checked.covered:
        say(
            Text(
                "zip 全体の封印とは比べていません。作り直された zip でないことまで確かめるには、控えた封印を --seal に。",
                "not compared with a seal of the whole archive; to know that it was not made anew, give --seal.",
            )
        )
    return 0


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
