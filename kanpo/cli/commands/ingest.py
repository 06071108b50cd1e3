"""``kanpo ingest``."""

from __future__ import annotations

from pathlib import Path

import click

from kanpo.cli._click import argument, command, option
from kanpo.cli._discover import find_project
from kanpo.cli._options import PathType, dry_run_option, project_option
from kanpo.cli._present import Progress, say, say_problems, show_json
from kanpo.locale import Text


@command(
    "ingest",
    help=Text(
        "筆のGeoJSONを取り込む。\n\n"
        "1筆ずつ読み、確かな補正だけを行い、使えない筆は理由を付けて 名前_差戻し.geojson に書く。\n"
        "直した差戻しファイルはそのまま取り込める。同じファイルを二度取り込んでも増えない。",
        "Read parcels from GeoJSON.\n\n"
        "Each feature is read on its own; only certain repairs are made; what cannot be used goes to\n"
        "NAME_差戻し.geojson with the reason. That file, mended, can be ingested in turn.\n"
        "The same file twice adds nothing.",
    ),
)
@argument("files", nargs=-1, required=True, type=PathType, metavar="FILE...")
@project_option
@option(
    "--as",
    "source",
    type=click.Choice(["fude", "register", "plain"]),
    help=Text(
        "様式を指定する(fude 筆ポリゴン・register 農地ナビ/台帳・plain その他)",
        "the form of the file (fude: MAFF parcels, register: farmland register, plain: other)",
    ),
)
@option(
    "--crs",
    metavar="EPSG:6678",
    help=Text("ファイルに書かれていない座標系", "coordinate system, where the file says none"),
)
@dry_run_option
@option("--json", "as_json", is_flag=True, help=Text("結果をJSONで出す", "print the counts as JSON"))
def ingest(
    files: tuple[Path, ...],
    project: Path | None,
    source: str | None,
    crs: str | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    from kanpo.parcels import ingest_parcels
    from kanpo.store import Project

    path = find_project(project)
    rejected = 0
    with Project.open(path, write=True) as opened:
        results = []
        for file in files:
            progress = Progress(Text(f"{file.name} を取込中", f"reading {file.name}"))
            report = ingest_parcels(
                opened, file, source=source, crs=crs, dry_run=dry_run, on_progress=progress
            )
            progress.done()
            say_problems(report.problems)
            say(report.text())
            rejected += report.batch.rejected
            results.append(report.to_dict())
    if dry_run:
        say(Text("予告だけです。何も変えていません。", "dry run: nothing was changed."))
    if as_json:
        show_json(results)
    return 1 if rejected else 0
