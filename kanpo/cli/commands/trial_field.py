"""``kanpo trials phone``, ``sheet`` and ``fieldbook``: a trial as it is taken to the field."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kanpo.cli._click import argument, command, option
from kanpo.cli._discover import find_project
from kanpo.cli._options import OutputFolder, OutputPath, dry_run_option, project_option
from kanpo.cli._present import say, say_problems
from kanpo.locale import Text

if TYPE_CHECKING:
    from kanpo.exchange import TrialWalk

_DRY = Text("予告だけです。何も書いていません。", "dry run: nothing was written.")


def _trait_option(function: Callable[..., Any]) -> Callable[..., Any]:
    decorated: Callable[..., Any] = option(
        "--trait",
        "traits",
        multiple=True,
        metavar="TRAIT",
        help=Text(
            "調査項目(何度でも。省略時は、この試験でこれまでに調べた項目)",
            "trait (repeatable; default: what was looked at in this trial before)",
        ),
    )(function)
    return decorated


def _walk(project: Path | None, trial: str, traits: tuple[str, ...]) -> TrialWalk:
    from kanpo.exchange import walk_of
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        return walk_of(opened, trial, traits)


def _say_walk(walk: TrialWalk) -> None:
    ja, en = "、".join(t.label.ja for t in walk.traits), ", ".join(t.label.en for t in walk.traits)
    say(Text(f"{len(walk.plots)} 区。項目: {ja}", f"{len(walk.plots)} plots; traits: {en}"))


@command(
    "phone",
    help=Text(
        "スマートフォンで記録する画面(1つのHTML)を作る。通信なしで使え、値は端末に残る。\n\n"
        "例: kanpo trials phone TK26 --out TK26.html --trait 草丈 --trait 病害程度",
        "Make a page (one HTML file) to record on a phone, without a network.\n\n"
        "Example: kanpo trials phone TK26 --out TK26.html --trait plant_height_cm",
    ),
)
@argument("trial")
@option("--out", type=OutputPath, required=True, help=Text("書き出す .html", "the .html to write"))
@_trait_option
@project_option
@dry_run_option
def phone(trial: str, out: Path, traits: tuple[str, ...], project: Path | None, dry_run: bool) -> int:
    from kanpo.exchange import write_phone_page

    walk = _walk(project, trial, traits)
    _say_walk(walk)
    if dry_run:
        say(_DRY)
        return 0
    write_phone_page(out, walk)
    say(
        Text(
            "このファイルをスマートフォンに送り、ブラウザで開いてください。"
            "渡されたファイルは kanpo records import で取り込めます。",
            "Send this file to the phone and open it in a browser; "
            "import what comes back with kanpo records import.",
        )
    )
    click.echo(str(out))
    return 0


@command(
    "sheet",
    help=Text(
        "紙の野帳(A4、試験区ごとにQRコード)を作る。ブラウザで開いて印刷する。\n\n"
        "--form を付けると、野帳と同じ順に並んだ、写すための Excel ブックも作る。\n\n"
        "例: kanpo trials sheet TK26 --out 野帳.html --form 写し.xlsx",
        "Make a paper field sheet (A4, a QR code for each plot), to print from a browser.\n\n"
        "--form also makes a workbook in the same order, to type the sheet in.\n\n"
        "Example: kanpo trials sheet TK26 --out sheet.html --form form.xlsx",
    ),
)
@argument("trial")
@option("--out", type=OutputPath, required=True, help=Text("書き出す .html", "the .html to write"))
@option("--form", type=OutputPath, help=Text("写すための .xlsx", "the .xlsx to type the sheet in"))
@_trait_option
@project_option
@dry_run_option
def sheet(
    trial: str, out: Path, form: Path | None, traits: tuple[str, ...], project: Path | None, dry_run: bool
) -> int:
    from kanpo.exchange import sheet_form, write_field_sheet

    walk = _walk(project, trial, traits)
    _say_walk(walk)
    if form is not None:
        sheet_form(form, walk, dry_run=dry_run)
    if dry_run:
        say(_DRY)
        return 0
    write_field_sheet(out, walk)
    for path in filter(None, (out, form)):
        click.echo(str(path))
    return 0


@command(
    "fieldbook",
    help=Text(
        "Field Book(PhenoApps)に入れる圃場ファイルと項目ファイルを作る。\n\n"
        "書き出した結果は kanpo records import で取り込める(「データベース形式」で)。",
        "Make the field file and the trait file for Field Book (PhenoApps).\n\n"
        "Import its export (in database style) with kanpo records import.",
    ),
)
@argument("trial")
@option("--out", type=OutputFolder, required=True, help=Text("書き出すフォルダ", "folder to write to"))
@_trait_option
@project_option
@dry_run_option
def fieldbook(trial: str, out: Path, traits: tuple[str, ...], project: Path | None, dry_run: bool) -> int:
    from kanpo.exchange import walk_of, write_field_book
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        walk = walk_of(opened, trial, traits)
        files = write_field_book(opened, walk, out, dry_run=dry_run)
    say_problems(files.problems)
    _say_walk(walk)
    if dry_run:
        say(_DRY)
        return 0
    for path in (files.field_file, files.trait_file):
        click.echo(str(path))
    return 0
