"""``kanpo demo``."""

from __future__ import annotations

import site
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kanpo.cli._analysis_text import SUMMARY_LABELS, summary_in_words
from kanpo.cli._click import argument, command, option
from kanpo.cli._options import InputPath, OutputFolder, Written
from kanpo.cli._present import say, show_table
from kanpo.cli._ranking_text import SCORE_LABELS
from kanpo.cli._score_text import side_table, sureness_words
from kanpo.cli._selection import say_selection
from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text

if TYPE_CHECKING:
    from kanpo.herbs import Catalogue
    from kanpo.store import Project

_NAME = "kanpo demo"
#: File, id, title, kind.
_LAYERS = (
    ("elevation.tif", "elevation", Text("標高(見本)", "elevation (sample)"), "dem"),
    ("soil.geojson", "soil", Text("土壌(見本)", "soil (sample)"), "polygons"),
    ("climate_mesh.csv", "climate", Text("気候1kmメッシュ(見本)", "climate, 1 km mesh (sample)"), "mesh"),
    ("streams.geojson", "streams", Text("川と沢(見本)", "rivers and brooks (sample)"), "distance"),
)
_RECORDS = ("trials", "plots", "operations", "observations", "harvests", "visits")
_SEASONS = ("trials", "plots", "harvests", "assays")


@command(
    "demo",
    help=Text(
        "見本の町(架空)で、取込から地図までを一通り動かす。\n\n"
        "--seasons を付けると、当帰の実証を3年分(架空)加え、適地度が当たったかと年ごとの変化を見られるようにする。",
        "Run everything on the (made-up) sample municipality, from ingest to map.\n\n"
        "--seasons adds three made-up seasons of trials, to see whether scores were right and what changed by year.",
    ),
)
@argument("folder", type=OutputFolder, default=Path("demo"))
@option("--map", "out", type=Written(makes_folders=True), help=Text("地図のファイル名", "file of the map"))
@option("--data", type=InputPath, help=Text("見本データのフォルダ", "folder of the sample data"))
@option(
    "--seasons",
    is_flag=True,
    help=Text("当帰の実証3年分(架空)も入れて、当否を出す", "add three made-up seasons and calibrate"),
)
def demo(folder: Path, out: Path | None, data: Path | None, seasons: bool) -> int:
    from kanpo.cli._demo_folder import LEFT, clear_folder, left_by_demo
    from kanpo.files import check_target, make_folder
    from kanpo.herbs import load_catalogue
    from kanpo.store import Project

    data = _sample_folder(data)
    path, target = folder / "sample.gpkg", out or folder / "maps" / "sample.html"
    for page in (target, *(folder / f"{code}.html" for code in _trial_codes(data))):
        check_target(page)
    make_folder(folder)
    clear_folder(path)
    _step(f"kanpo init {path}")
    Project.create(path, _NAME).close()
    catalogue = load_catalogue()
    with Project.open(path, write=True) as project:
        _ingest(project, data, folder)
        _add_layers(project, data)
        _record(project, data)
        best = _score(project, catalogue)
        page = _trial(project, folder)
        if seasons:
            _three_seasons(project, catalogue, data)
        _map(project, catalogue, target)
        seal = project.journal.seal()
        project.keep_note(LEFT, left_by_demo(project))
    say(Text("\n終わりました。開くファイル:", "\ndone. Files to open:"))
    say(Text(f"  地図        {target}(ブラウザで)", f"  map        {target} (in a browser)"))
    say(Text(f"  試験の報告  {page}(ブラウザで)", f"  report     {page} (in a browser)"))
    say(Text(f"  プロジェクト {path}(QGISでも開ける)", f"  project    {path} (opens in QGIS too)"))
    say(
        Text(
            f"  差戻し      {folder / 'parcels_差戻し.geojson'}",
            f"  rejected   {folder / 'parcels_差戻し.geojson'}",
        )
    )
    say(
        Text(
            f"次に試す: kanpo explain {best} --herb 芍薬 --project {path}(封印 {seal})",
            f"next, try: kanpo explain {best} --herb shakuyaku --project {path} (seal {seal})",
        )
    )
    if not seasons:
        say(
            Text(
                "適地度の当否を見る(架空の試験3年分): kanpo demo 別のフォルダ --seasons",
                "were the scores right (three made-up seasons)? kanpo demo FOLDER --seasons",
            )
        )
    click.echo(str(target))
    return 0


def _step(words: str) -> None:
    say(f"\n$ {words}")


def _sample_folder(given: Path | None) -> Path:
    """The sample: the folder given, else in the checkout or where the installer put it."""
    import kanpo

    places = (
        (given,)
        if given is not None
        else (
            Path(kanpo.__file__).parent.parent / "data",
            Path(sys.prefix) / "share" / "kanpo" / "sample",
            Path(site.getuserbase()) / "share" / "kanpo" / "sample",
            Path.cwd() / "data",
        )
    )
    for place in places:
        if (place / "parcels.geojson").is_file():
            return place
    raise InputUnusable(
        "demo.no-sample",
        Text(
            "見本データ(parcels.geojson ほか)が見つかりません",
            "the sample data (parcels.geojson …) were not found",
        ),
        Text("--data で data フォルダを指定してください", "say where the data folder is with --data"),
        Place(str(places[0])),
    )


def _trial_codes(data: Path) -> list[str]:
    """The trials of the sample, of which one gets a report named after it."""
    from kanpo.tables import read_table

    codes = read_table(data / "trials" / "trials.csv").columns().get("trial_code", [])
    return [code for code in codes if code]


def _ingest(project: Project, data: Path, folder: Path) -> None:
    from kanpo.parcels import ingest_parcels

    _step(f"kanpo ingest {data / 'parcels.geojson'}")
    report = ingest_parcels(project, data / "parcels.geojson", rejects=folder / "parcels_差戻し.geojson")
    say(report.text())


def _add_layers(project: Project, data: Path) -> None:
    from kanpo.sites import add_layer

    made_up = str(Text("架空(kanpo の見本)", "made up (kanpo's sample)"))
    for name, layer_id, title, kind in _LAYERS:
        distance = kind == "distance"
        how = " --as distance --map water_access_m=distance" if distance else ""
        _step(f"kanpo layers add {data / name} --id {layer_id}{how}")
        layer = add_layer(
            project,
            data / name,
            layer_id=layer_id,
            title=str(title),
            kind=kind,
            columns={"water_access_m": "distance"} if distance else None,
            source=made_up,
            licence="CC0-1.0",
        )
        say(", ".join(layer.columns))


def _record(project: Project, data: Path) -> None:
    from kanpo.exchange import import_growers

    _step(f"kanpo growers import {data / 'growers.csv'}")
    growers = import_growers(project, data / "growers.csv")
    say(Text(f"生産者(架空) {growers.stored}", f"growers (fictitious) {growers.stored}"))
    _import(project, data / "trials", _RECORDS)


def _import(project: Project, folder: Path, names: tuple[str, ...]) -> None:
    from kanpo.exchange import import_records

    for name in names:
        file = folder / f"{name}.csv"
        _step(f"kanpo records import {file}")
        report = import_records(project, file, rejects=project.path.parent / f"{name}_差戻し.csv").report
        say(
            Text(
                f"記録 {report.stored}、差戻し {len(report.rejected)}",
                f"{report.stored} recorded, {len(report.rejected)} rejected",
            )
        )


def _score(project: Project, catalogue: Catalogue) -> str:
    from kanpo.exchange import style_project
    from kanpo.parcels import ParcelFilter, select_parcels
    from kanpo.suitability import score_project, summary

    _step("kanpo score")
    scores = score_project(project, catalogue)
    style_project(project, catalogue)
    selection = select_parcels(project, ParcelFilter())
    scores = scores.among(selection.parcel_ids)
    parcels = project.imported.parcels().set_index("parcel_id")
    table = summary(scores, catalogue, parcels["area_m2"].reindex(scores.parcel_ids).to_numpy(dtype=float))
    say(sureness_words(table))
    show_table(side_table(table[~table["reference"]].head(8), ""), SCORE_LABELS)
    say_selection(selection)
    return str(scores.frame("shakuyaku").sort_values("rank")["parcel_id"].iloc[0])


def _trial(project: Project, folder: Path) -> Path:
    """A trial summarised and analysed; its report."""
    from kanpo.evidence import analyse_trial, summarise_trial
    from kanpo.reports import write_analysis_page

    code, trait = project.journal.read("trial")["trial_code"].iloc[0], "yield_dry_kg_per_10a"
    _step(f"kanpo trials summary {code}")
    table = summarise_trial(project, code)
    show_table(summary_in_words(table[table["trait"].str.startswith("yield")]), SUMMARY_LABELS)
    page = folder / f"{code}.html"
    _step(f"kanpo analyze {code} --trait {trait} --report {page}")
    results = analyse_trial(project, [code], [trait])
    for sentence in results[0].sentences:
        click.echo(str(sentence))
    write_analysis_page(page, results, code, recorded=True)
    return page


def _three_seasons(project: Project, catalogue: Catalogue, data: Path) -> None:
    """Made-up trials of three years; their predictions are kept, but after harvests of the past."""
    from kanpo.cli._evidence_text import say_about, show_calibration
    from kanpo.evidence import calibrate_project

    _import(project, data / "seasons", _SEASONS)
    _step("kanpo evidence calibrate --herb 当帰")
    found = calibrate_project(project, catalogue, "toki", "yield_dry_kg_per_10a")
    show_calibration(found)
    say_about(found)
    say(
        Text(
            "(見本は過去の試験を今まとめて入れたので、予測は値より後になります。"
            "実際に試験を作れば、その時の予測が値より前に記録簿に残ります。)",
            "(The sample enters past trials today, so predictions come after the values. "
            "With a trial that you make, the journal holds the prediction before any value.)",
        )
    )
    say(
        Text(
            "次に試す: kanpo compare years --herb 当帰 --assays --by strain --svg 年.svg",
            "then try: kanpo compare years --herb toki --assays --by strain --svg years.svg",
        )
    )


def _map(project: Project, catalogue: Catalogue, target: Path) -> None:
    from kanpo.maps import map_project
    from kanpo.parcels import ParcelFilter, select_parcels
    from kanpo.schema import Audience

    _step("kanpo map")
    title = str(Text("薬草の適地(見本の町・架空)", "Suitability for crude-drug herbs (made-up sample)"))
    map_project(
        project,
        catalogue,
        target,
        audience=Audience.PARTNER,
        first_herb="shakuyaku",
        title=title,
        among=select_parcels(project, ParcelFilter()).parcel_ids,
    )
