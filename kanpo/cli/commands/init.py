"""``kanpo init``."""

from __future__ import annotations

from pathlib import Path

from kanpo.cli._click import argument, command, option
from kanpo.cli._options import PathType
from kanpo.cli._present import say
from kanpo.locale import Text


@command(
    "init",
    help=Text(
        "新しいプロジェクト(1つのファイル)を作る。\n\n例: kanpo init 鶴岡.gpkg",
        "Make a new project: one GeoPackage file.\n\nExample: kanpo init tsuruoka.gpkg",
    ),
)
@argument("file", type=PathType)
@option(
    "--name",
    default="",
    help=Text("プロジェクトの名前(省略時はファイル名)", "name of the project (default: the file's)"),
)
def init(file: Path, name: str) -> int:
    from kanpo.store import Project

    Project.create(file, name).close()
    say(Text(f"作りました: {file}", f"made: {file}"))
    say(
        Text(
            f"次は: kanpo ingest 筆.geojson --project {file}",
            f"next: kanpo ingest PARCELS.geojson --project {file}",
        )
    )
    return 0
