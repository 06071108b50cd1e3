"""``kanpo init``."""

from __future__ import annotations

from pathlib import Path

from kanpo.cli._click import argument, command, option
from kanpo.cli._options import PathType
from kanpo.cli._present import say
from kanpo.locale import Text
from kanpo.schema import DEFAULT_ZONE, zone_of


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
@option(
    "--zone",
    default=DEFAULT_ZONE,
    show_default=True,
    help=Text(
        "時間帯。日付はこの時間帯の日付になる(UTC の時刻で届いた記録も)",
        "time zone: days are days there, also of records that come with a time in UTC",
    ),
)
def init(file: Path, name: str, zone: str) -> int:
    from kanpo.store import Project

    zone_of(zone)
    Project.create(file, name, zone).close()
    say(Text(f"作りました: {file}", f"made: {file}"))
    say(
        Text(
            f"次は: kanpo ingest 筆.geojson --project {file}",
            f"next: kanpo ingest PARCELS.geojson --project {file}",
        )
    )
    return 0
