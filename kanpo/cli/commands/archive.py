"""``kanpo archive``."""

from __future__ import annotations

from pathlib import Path

import click

from kanpo.cli._click import argument, command, option
from kanpo.cli._discover import find_project
from kanpo.cli._options import PathType, project_option
from kanpo.cli._present import say
from kanpo.cli.commands.verify import say_missing
from kanpo.errors import Place, UsageError
from kanpo.locale import Text


@command(
    "archive",
    help=Text(
        "全部の記録(訂正前も)・筆・受け取ったファイルを、kanpo がなくても読める1つの zip に書く。\n\n"
        "庁内用。名簿(people.sqlite)は入れない(--with-people で別のファイルに書く)。"
        "同じ内容なら同じバイト列になる。確かめるには kanpo verify OUT.zip、戻すには kanpo restore OUT.zip。",
        "Write all records (corrected ones too), parcels and received files into one zip that can be read "
        "without kanpo.\n\nFor the office; the people file is not in it (--with-people writes it to a file of its "
        "own). Check it with kanpo verify OUT.zip, bring it back with kanpo restore OUT.zip.",
    ),
)
@argument("out", type=PathType)
@project_option
@option(
    "--with-people",
    is_flag=True,
    help=Text(
        "名簿(個人情報)も OUT.people.backup に書く",
        "write the people file (personal data) to OUT.people.backup, too",
    ),
)
def archive(out: Path, project: Path | None, with_people: bool) -> int:
    from kanpo.exchange import write_archive
    from kanpo.store import Project, backup_people

    if out.suffix.lower() != ".zip":
        raise UsageError(
            "archive.suffix",
            Text("ファイル名は .zip で終わらせてください", "the name has to end in .zip"),
            Text(f"例: kanpo archive {out.stem}.zip", f"for example: kanpo archive {out.stem}.zip"),
            Place(str(out)),
        )
    path = find_project(project)
    people = backup_people(path, out.with_suffix(".people.backup")) if with_people else None
    with Project.open(path) as opened:
        written = write_archive(opened, out)
    say_missing(written.missing)
    say(
        Text(
            f"{written.count} 個のファイルを書きました。zip 全体の封印 {written.seal} を控えておいてください"
            f"(kanpo verify --seal、kanpo restore --seal)。記録だけの封印は {written.records}。",
            f"wrote {written.count} files; note down the seal of the whole archive, {written.seal} "
            f"(kanpo verify --seal, kanpo restore --seal). The seal of the records alone is {written.records}.",
        )
    )
    if people is not None:
        say(
            Text(
                f"名簿: {people}(個人情報。zip とは別に保管してください)",
                f"people: {people} (personal data; keep it apart from the zip)",
            )
        )
    elif with_people:
        say(Text("名簿はまだありません。", "there is no people file yet."))
    click.echo(str(out))
    return 0
