"""``kanpo layers``."""

from __future__ import annotations

from pathlib import Path

import click

from kanpo.cli._click import argument, group, option, subcommand
from kanpo.cli._discover import find_project
from kanpo.cli._options import PathType, dry_run_option, mapping, output_options, project_option
from kanpo.cli._present import labels_of, say, show_table
from kanpo.errors import UsageError
from kanpo.locale import Text


@group("layers", help=Text("主題図(標高・土壌・気候)を登録する。", "Map layers that give site factors."))
def layers() -> None:
    pass


@subcommand(
    layers,
    "add",
    help=Text(
        "主題図を登録する。中身はプロジェクトに入るので、元のファイルは無くなってもよい。\n\n"
        "ラスタ(GeoTIFF、標高なら傾斜も)、ポリゴン(GeoJSON・GeoPackage・FlatGeobuf)、\n"
        "地域メッシュの表(CSV)を読む。",
        "Add a layer. Its content goes into the project, so the file is not needed afterwards.\n\n"
        "Rasters (GeoTIFF; a DEM also gives slope), polygons (GeoJSON, GeoPackage, FlatGeobuf)\n"
        "and tables by JIS mesh code (CSV).",
    ),
)
@argument("file", type=PathType)
@project_option
@option(
    "--id",
    "layer_id",
    help=Text("主題図のID(省略時はファイル名)", "id of the layer (default: the file's name)"),
)
@option("--title", default="", help=Text("名称", "title"))
@option(
    "--as",
    "kind",
    type=click.Choice(["dem", "raster", "polygons", "mesh"]),
    help=Text("種類(省略時は中身から判断)", "kind (default: told from the content)"),
)
@option(
    "--map",
    "columns",
    multiple=True,
    metavar="FACTOR=COLUMN",
    help=Text(
        "立地要因=列名(ラスタはバンド番号)。何度でも", "factor=column (band number for rasters), repeatable"
    ),
)
@option("--source", default="", help=Text("出典", "source"))
@option("--licence", default="", help=Text("利用条件", "licence"))
@option("--date", default="", help=Text("データの時点", "date of the data"))
@dry_run_option
def add(
    file: Path,
    project: Path | None,
    layer_id: str | None,
    title: str,
    kind: str | None,
    columns: tuple[str, ...],
    source: str,
    licence: str,
    date: str,
    dry_run: bool,
) -> int:
    from kanpo.sites import add_layer
    from kanpo.store import Project

    with Project.open(find_project(project), write=True) as opened:
        layer = add_layer(
            opened,
            file,
            layer_id=layer_id,
            title=title,
            kind=kind,
            columns=mapping(columns, "soil_texture=土性"),
            source=source,
            licence=licence,
            date=date,
            keep=not dry_run,
        )
    factors = ", ".join(f"{factor}={column}" for factor, column in layer.columns.items())
    say(
        Text(
            f"登録しました: {layer.layer_id}({layer.kind}): {factors}",
            f"added: {layer.layer_id} ({layer.kind}): {factors}",
        )
    )
    return 0


@subcommand(layers, "list", help=Text("登録した主題図の一覧。", "List the layers."))
@project_option
@output_options
def list_layers(project: Path | None, as_json: bool, as_csv: bool) -> int:
    from kanpo.schema import LAYERS
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        frame = opened.imported.layer_table()
    keys = ["layer_id", "title", "layer_kind", "columns", "source", "licence", "date"]
    show_table(frame[keys], labels_of(LAYERS), as_json=as_json, as_csv=as_csv)
    return 0


@subcommand(layers, "remove", help=Text("主題図を外す。", "Take a layer out."))
@argument("layer_id")
@project_option
def remove(layer_id: str, project: Path | None) -> int:
    from kanpo.store import Project

    with Project.open(find_project(project), write=True) as opened:
        there = opened.imported.remove_layer(layer_id)
    if not there:
        raise UsageError(
            "layer.unknown",
            Text(f"主題図「{layer_id}」はありません", f"there is no layer '{layer_id}'"),
            Text("kanpo layers list で確かめてください", "see kanpo layers list"),
        )
    say(Text(f"外しました: {layer_id}", f"removed: {layer_id}"))
    return 0
