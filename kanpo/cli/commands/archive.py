"""``kanpo archive``."""

from __future__ import annotations

from pathlib import Path

import click

from kanpo.cli._click import argument, command
from kanpo.cli._discover import find_project
from kanpo.cli._options import PathType, project_option
from kanpo.cli._present import say
from kanpo.errors import Place, UsageError
from kanpo.locale import Text


@command(
    "archive",
    help=Text(
        "全部の記録(訂正前も)・筆・受け取ったファイルを、kanpo がなくても読める1つの zip に書く。\n\n"
        "庁内用。名簿(people.sqlite)は入れない。同じ内容なら同じバイト列になる。確かめるには kanpo verify OUT.zip。",
        "Write all records (corrected ones too), parcels and received files into one zip that can be read "
        "without kanpo.\n\nFor the office; the people file is not in it. Check it with kanpo verify OUT.zip.",
    ),
)
@argument("out", type=PathType)
@project_option
def archive(out: Path, project: Path | None) -> int:
    from kanpo.exchange import write_archive
    from kanpo.store import Project

    if out.suffix.lower() != ".zip":
        raise UsageError(
            "archive.suffix",
            Text("ファイル名は .zip で終わらせてください", "the name has to end in .zip"),
            Text(f"例: kanpo archive {out.stem}.zip", f"for example: kanpo archive {out.stem}.zip"),
            Place(str(out)),
        )
    with Project.open(find_project(project)) as opened:
        count = write_archive(opened, out)
        seal = opened.journal.seal()
    say(
        Text(
            f"{count} 個のファイルを書きました。封印 {seal} を控えておいてください。",
            f"wrote {count} files; note down the seal {seal}.",
        )
    )
    click.echo(str(out))
    return 0
