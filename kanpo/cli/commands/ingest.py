"""``kanpo ingest``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kanpo.cli._ask import ask, may_ask
from kanpo.cli._click import argument, command, option
from kanpo.cli._discover import find_project
from kanpo.cli._options import InputPath, dry_run_option, mapping, project_option
from kanpo.cli._present import Progress, say, say_problems, show_json
from kanpo.locale import Text
from kanpo.schema import STATEMENTS

if TYPE_CHECKING:
    import pandas as pd


@command(
    "ingest",
    help=Text(
        "筆と農地台帳を取り込む。種類は中身から判断する。\n\n"
        "筆: GeoJSON・GeoPackage・FlatGeobuf・シェープファイル・GeoParquet。\n"
        "台帳: 農地ナビのピン(GeoJSON)、市の表(Excel・CSV)。\n"
        "地番: 登記所備付地図(GeoJSON。任意座標系は使えない)。区域: 農業集落境界、行政区域(N03)。これらを入れた zip もよい。\n"
        "1筆ずつ読み、確かな補正だけを行い、使えないものは理由を付けて 名前_差戻し に書く。\n"
        "直した差戻しファイルはそのまま取り込める。同じファイルを二度取り込んでも増えない。",
        "Read parcels and the farmland register; the form is told from the content.\n\n"
        "Outlines: GeoJSON, GeoPackage, FlatGeobuf, Shapefile, GeoParquet. Register: pins (GeoJSON),\n"
        "office tables (Excel, CSV). Lot numbers: map of the land registry (GeoJSON). Boundaries:\n"
        "settlements of the census, municipalities (N03).\n"
        "Zips of these are read too.\n"
        "Each feature is read on its own; only certain repairs are made; what cannot be used goes to\n"
        "NAME_差戻し with the reason. That file, mended, can be ingested in turn.\n"
        "The same file twice adds nothing.",
    ),
)
@argument("files", nargs=-1, type=InputPath, metavar="FILE...")
@project_option
@option(
    "--as",
    "source",
    type=click.Choice(["fude", "register", "registry_map", "farm_settlements", "municipalities", "plain"]),
    help=Text(
        "様式を指定する(fude 筆ポリゴン・register 農地ナビ/台帳・registry_map 登記所備付地図・farm_settlements 農業集落境界・"
        "municipalities 行政区域・plain その他)",
        "the form of the file (fude: MAFF parcels, register: farmland register, "
        "registry_map: map of the land registry, farm_settlements: "
        "settlement boundaries, municipalities: N03, plain: other)",
    ),
)
@option(
    "--crs",
    metavar="EPSG:6678",
    help=Text("ファイルに書かれていない座標系", "coordinate system, where the file says none"),
)
@option(
    "--layer", help=Text("ポリゴンの層が複数あるファイルで、使う層", "which layer, where a file has several")
)
@option("--sheet", help=Text("Excelで使うシート", "which sheet of a workbook"))
@option(
    "--map",
    "columns",
    multiple=True,
    metavar="KEY=HEADER",
    help=Text(
        "表の列の対応(例: lot_number=番号)。何度でも",
        "column of a table, such as lot_number=番号; repeatable",
    ),
)
@option(
    "--undo",
    metavar="BATCH",
    help=Text(
        "取込を取り消し、表を取込前の状態に戻す(取込ID、最後のものは last)。記録は残る",
        "undo an import (its id, or last): every table as it was before; records stay",
    ),
)
@option(
    "--with-later",
    is_flag=True,
    help=Text(
        "--undo で、その上に成り立つあとの取込も一緒に取り消す",
        "with --undo: also later imports that build on it",
    ),
)
@option(
    "--as-of",
    metavar="2023-09-01",
    help=Text(
        "行に調査日がないファイルの、いつ時点か(和暦も可)。言わなければ、端末では尋ね、端末でなければ取込日と仮定して"
        "日付のある資料より下に置く",
        "the day that a file speaks of whose rows say none; if it is not said, you are asked, and without a "
        "terminal the day of the import is assumed, below all that has a day",
    ),
)
@option(
    "--strict",
    is_flag=True,
    help=Text("1つでも使えないものがあれば、何も取り込まない", "all of a file or nothing"),
)
@dry_run_option
@option("--json", "as_json", is_flag=True, help=Text("結果をJSONで出す", "print the counts as JSON"))
def ingest(
    files: tuple[Path, ...],
    project: Path | None,
    source: str | None,
    crs: str | None,
    layer: str | None,
    sheet: str | None,
    columns: tuple[str, ...],
    undo: str | None,
    with_later: bool,
    as_of: str | None,
    strict: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    from kanpo.parcels import IngestOptions, ingest_file, read_day_option, refresh_links
    from kanpo.store import Project

    path = find_project(project)
    if undo is not None:
        return _undo(path, undo, with_later, files, dry_run=dry_run)
    if not files:
        raise click.MissingParameter(param_hint="FILE...", param_type="argument")
    pairs = mapping(columns, "lot_number=番号")
    day = None if as_of is None else read_day_option(as_of)
    asking = _ask_day if may_ask(no_input=dry_run or as_json) else None
    options = IngestOptions(source, crs, layer, pairs, sheet, strict, day, asking)
    rejected = 0
    with Project.open(path, write=True) as opened, opened.imported.one_import():
        results = []
        for file in files:
            progress = Progress(Text(f"{file.name} を取込中", f"reading {file.name}"))
            reports = ingest_file(opened, file, options, dry_run=dry_run, on_progress=progress)
            progress.done()
            for report in reports:
                say_problems(report.problems)
                say(report.text())
                rejected += report.batch.rejected
                results.append(report.to_dict())
        if not dry_run:
            _say_links(refresh_links(opened))
    if dry_run:
        say(Text("予告だけです。何も変えていません。", "dry run: nothing was changed."))
    if as_json:
        show_json(results)
    return 1 if rejected else 0


def _undo(path: Path, batch_id: str, with_later: bool, files: tuple[Path, ...], *, dry_run: bool) -> int:
    from kanpo.parcels import refresh_links
    from kanpo.store import Project, undo_import

    if files:
        raise click.BadParameter(
            str(Text("--undo と一緒にファイルは指定できません", "no files together with --undo")),
            param_hint="FILE...",
        )
    if dry_run:
        # Whoever asks for a trial must not be given the thing itself.
        raise click.UsageError(
            str(
                Text(
                    "--undo は --dry-run で試せません。何も変えていません",
                    "no --dry-run with --undo; nothing was changed",
                )
            )
        )
    with Project.open(path, write=True) as opened:
        say(undo_import(opened, batch_id, with_later=with_later).text())
        _say_links(refresh_links(opened))
    return 0


def _ask_day(name: str, rows: int) -> str | None:
    """Ask of which day a file is; nothing where nobody knows."""
    say(
        Text(
            f"{name}: {rows:,} 行に調査日がありません。いつ時点の資料ですか(分からなければ空のまま)",
            f"{name}: {rows:,} rows say no day. Of which day is this file (empty if nobody knows)?",
        )
    )
    return ask(STATEMENTS.field("as_of"), optional=True) or None


def _say_links(links: pd.DataFrame) -> None:
    """How many rows of the register belong to an outline, and what becomes of the others."""
    if links.empty:
        return
    alone = int(links["parcel_id"].isna().sum())
    say(
        Text(
            f"農地台帳 {len(links):,} 件: 筆の形と対応したもの {len(links) - alone:,}、形がないもの {alone:,}"
            "(登記所備付地図の形か、ピンがあれば登記面積の円として評価・地図に入れます)。確かめる対応は kanpo parcels links --doubtful",
            f"{len(links):,} register rows: {len(links) - alone:,} belong to an outline, {alone:,} have none "
            "(scored and mapped by the land registry's outline, or as circles of the registered area around a pin). "
            "See kanpo parcels links --doubtful",
        )
    )
