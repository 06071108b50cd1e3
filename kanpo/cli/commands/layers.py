"""``kanpo layers``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kanpo.cli._click import argument, group, option, subcommand
from kanpo.cli._discover import find_project
from kanpo.cli._number import Number
from kanpo.cli._options import InputPath, dry_run_option, mapping, output_options, pairs, project_option
from kanpo.cli._present import labels_of, say, show_json, show_table
from kanpo.errors import UsageError
from kanpo.locale import Text

if TYPE_CHECKING:
    from kanpo.sites import LayerReport


@group("layers", help=Text("主題図(標高・土壌・気候)を登録する。", "Map layers that give site factors."))
def layers() -> None:
    pass


@subcommand(
    layers,
    "add",
    help=Text(
        "主題図を登録する。中身はプロジェクトに入るので、元のファイルは無くなってもよい。\n\n"
        "ラスタ(GeoTIFF、標高なら傾斜も)、ポリゴン(GeoJSON・GeoPackage・FlatGeobuf、zip入りの\n"
        "シェープファイルも)、地域メッシュの表(CSV)を読む。基盤地図情報の数値標高モデル(xml・zip)と\n"
        "国土数値情報の平年値メッシュ(zip)は、ダウンロードしたまま何個でもまとめて指定できる。\n"
        "道路などからの距離は --as distance、除外する区域は --as exclusion。",
        "Add a layer. Its content goes into the project, so the file is not needed afterwards.\n\n"
        "Rasters (GeoTIFF; a DEM also gives slope), polygons (GeoJSON, GeoPackage, FlatGeobuf, also a\n"
        "shapefile in a zip) and tables by JIS mesh code (CSV). Tiles of the elevation model of the\n"
        "Geospatial Information Authority (xml, zip) and climate normals of the national land numerical\n"
        "information (zip) are taken as downloaded, several at once. Distances to roads and the like:\n"
        "--as distance; areas to be excluded: --as exclusion.",
    ),
)
@argument("files", type=InputPath, nargs=-1, required=True, metavar="FILE...")
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
    type=click.Choice(["dem", "raster", "polygons", "mesh", "distance", "exclusion"]),
    help=Text("種類(省略時は中身から判断)", "kind (default: told from the content)"),
)
@option(
    "--map",
    "columns",
    multiple=True,
    metavar="FACTOR=COLUMN",
    help=Text(
        "立地要因=列名(ラスタはバンド番号、距離は distance)。何度でも",
        "factor=column (band number for rasters, 'distance' for distances), repeatable",
    ),
)
@option(
    "--where",
    multiple=True,
    metavar="COLUMN=VALUE",
    help=Text("列がこの値の地物だけ使う。同じ列に何度でも", "use only features with this value, repeatable"),
)
@option(
    "--reach",
    "reach_m",
    type=Number(),
    default=1_000.0,
    show_default=True,
    help=Text(
        "距離の図が、地物の範囲の外側何mまで漏れなく載せているか",
        "how many metres around its features a distance layer is complete",
    ),
)
@option(
    "--inside/--outside",
    "inside",
    default=True,
    help=Text(
        "除外図: 区域の内側を除外(省略時)、外側を除外", "exclude inside (default) or outside the polygons"
    ),
)
@option(
    "--share",
    type=Number(),
    default=0.5,
    show_default=True,
    help=Text("除外図: 筆のこの割合以上が当たれば除外", "share of a parcel from which on it is excluded"),
)
@option("--source", default="", help=Text("出典", "source"))
@option("--licence", default="", help=Text("利用条件", "licence"))
@option("--date", default="", help=Text("データの時点", "date of the data"))
@dry_run_option
def add(
    files: tuple[Path, ...],
    project: Path | None,
    layer_id: str | None,
    title: str,
    kind: str | None,
    columns: tuple[str, ...],
    where: tuple[str, ...],
    reach_m: float,
    inside: bool,
    share: float,
    source: str,
    licence: str,
    date: str,
    dry_run: bool,
) -> int:
    from kanpo.sites import LayerSettings, add_layer, sample_report
    from kanpo.store import Project

    settings = LayerSettings(pairs(where, "--where"), reach_m, "inside" if inside else "outside", share)
    with Project.open(find_project(project), write=True) as opened:
        layer = add_layer(
            opened,
            files,
            layer_id=layer_id,
            title=title,
            kind=kind,
            columns=mapping(columns, "soil_texture=土性"),
            source=source,
            licence=licence,
            date=date,
            settings=settings,
            keep=not dry_run,
        )
        report = sample_report(opened, layer)
    factors = ", ".join(f"{factor}={column}" for factor, column in layer.columns.items())
    done = (
        Text("登録できます(まだ登録していません)", "can be added")
        if dry_run
        else Text("登録しました", "added")
    )
    say(
        Text(
            f"{done.ja}: {layer.layer_id}({layer.kind}){f': {factors}' if factors else ''}",
            f"{done.en}: {layer.layer_id} ({layer.kind}){f': {factors}' if factors else ''}",
        )
    )
    _say_reach(report)
    return 0


def _say_reach(report: LayerReport) -> None:
    """How much of the parcels a layer that was just added reaches."""
    if not report.parcels:
        return
    about = Text("約", "about ") if report.sampled else Text("", "")
    if report.layer.kind == "exclusion":
        say(
            Text(
                f"筆の{about.ja}{report.share:.0%} が除外に当たります。",
                f"it excludes {about.en}{report.share:.0%} of the parcels.",
            )
        )
    elif report.share > 0:
        say(
            Text(
                f"筆の{about.ja}{report.share:.0%}(面積の {report.area_share:.0%})に値があります。",
                f"it says something of {about.en}{report.share:.0%} of the parcels ({report.area_share:.0%} of the area).",
            )
        )
    else:
        say(
            Text(
                "注意: どの筆にも値がありません。範囲と座標系を確かめてください。"
                "距離の図で範囲が狭い時は --reach を大きくしてください。",
                "warning: it says nothing of any parcel. Check where it lies and its coordinate system; "
                "for distances from few features give a larger --reach.",
            )
        )


@subcommand(layers, "list", help=Text("登録した主題図の一覧。", "List the layers."))
@project_option
@output_options
def list_layers(project: Path | None, as_json: bool, as_csv: bool) -> int:
    from kanpo.schema import LAYERS
    from kanpo.sites import layers_reached
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        frame = opened.imported.layer_table()
        reached = layers_reached(opened)
    frame["parcels_reached"] = frame["layer_id"].map(reached).astype(float)
    keys = ["layer_id", "title", "layer_kind", "columns", "parcels_reached", "source", "licence", "date"]
    labels = labels_of(LAYERS) | {"parcels_reached": Text("値のある筆の割合", "share of parcels reached")}
    show_table(frame[keys], labels, as_json=as_json, as_csv=as_csv)
    return 0


@subcommand(
    layers,
    "show",
    help=Text(
        "主題図1つの出典・元ファイル・ハッシュと、筆のどれだけに何を言うか。",
        "One layer: source, files, hash, and what it says of how many parcels.",
    ),
)
@argument("layer_id")
@project_option
@option("--json", "as_json", is_flag=True, help=Text("JSONで出す", "print JSON"))
def show(layer_id: str, project: Path | None, as_json: bool) -> int:
    import pandas as pd

    from kanpo.schema import FACTORS, LAYERS
    from kanpo.sites import layer_report
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        report = layer_report(opened, layer_id)
        table = opened.imported.layer_table()
    told = table[table["layer_id"] == layer_id].iloc[0].to_dict()
    told |= {"parcels": report.parcels, "share": report.share, "area_share": report.area_share}
    if as_json:
        rows = report.factors.astype(object).where(report.factors.notna(), None).to_dict("records")
        for key in ("columns", "settings", "made_from"):
            told[key] = json.loads(told[key] or "{}")
        show_json(told | {"factors": rows})
        return 0
    excludes = report.layer.kind == "exclusion"
    labels = labels_of(LAYERS) | {
        "parcels": Text("筆の数", "parcels"),
        "share": Text("除外に当たる筆", "parcels excluded")
        if excludes
        else Text("値のある筆", "parcels reached"),
        "area_share": Text("除外に当たる面積", "area excluded")
        if excludes
        else Text("値のある面積", "area reached"),
    }
    told |= {key: f"{told[key]:.1%}" for key in ("share", "area_share")}
    told["settings"] = str(report.layer.settings.text(report.layer.kind))
    for key, value in told.items():
        if value not in (None, "", "{}"):
            click.echo(f"{labels[str(key)]}: {''.join(c if c.isprintable() else '?' for c in str(value))}")
    if not report.factors.empty:
        frame = report.factors.dropna(axis=1, how="all")
        frame = frame.assign(factor=[str(FACTORS[key].label) for key in frame["factor"]])
        click.echo()
        show_table(pd.DataFrame(frame), _FACTOR_LABELS)
    return 0


_FACTOR_LABELS = {
    "factor": Text("立地要因", "site factor"),
    "parcels": Text("筆の数", "parcels"),
    "least": Text("最小", "least"),
    "middle": Text("中央", "median"),
    "greatest": Text("最大", "greatest"),
    "classes": Text("区分ごとの筆の数", "parcels by class"),
}


@subcommand(layers, "remove", help=Text("主題図を外す。", "Take a layer out."))
@argument("layer_id")
@project_option
@dry_run_option
def remove(layer_id: str, project: Path | None, dry_run: bool) -> int:
    from kanpo.store import Project

    with Project.open(find_project(project), write=not dry_run) as opened:
        if dry_run:
            there = layer_id in set(opened.imported.layer_table()["layer_id"])
        else:
            there = opened.imported.remove_layer(layer_id)
    if not there:
        raise UsageError(
            "layer.unknown",
            Text(f"主題図「{layer_id}」はありません", f"there is no layer '{layer_id}'"),
            Text("kanpo layers list で確かめてください", "see kanpo layers list"),
        )
    if dry_run:
        say(Text(f"外す予定(何も変えていません): {layer_id}", f"would be removed: {layer_id}"))
    else:
        say(Text(f"外しました: {layer_id}", f"removed: {layer_id}"))
    return 0
