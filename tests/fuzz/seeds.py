"""A small project and one good file for every reader, to be broken."""

from __future__ import annotations

import io
import json
import shutil
import sys
import zipfile
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import rasterio
from openpyxl import Workbook, load_workbook

import kanpo.herbs
from kanpo.cli import main
from kanpo.store import Project
from tests.climate.made_up import station_text, write_grid
from tests.fuzz.heavy import png
from tests.parcels.made_up import collection, feature

CATALOGUE = Path(kanpo.herbs.__file__).parent / "catalogue"
SAMPLE = Path(__file__).parents[2] / "data"
#: Files of the project; a command that fails leaves their bytes as they are.
PROJECT = ("field.gpkg", "field.people.sqlite")
_DAY = ("--date", "2026-06-01")

#: Every command line with a path of a file, ``@`` before the file that is broken.
LINES: tuple[tuple[str, ...], ...] = (
    *(("ingest", f"@parcels.{kind}") for kind in ("geojson", "gpkg", "fgb", "parquet", "zip", "shp")),
    ("ingest", "@pins.geojson", "--as", "register"),
    ("ingest", "@areas.geojson", "--as", "farm_settlements"),
    ("ingest", "@register.csv"),
    ("ingest", "@register.xlsx"),
    ("ingest", "@register.xlsx", "--dry-run"),
    ("ingest", "@plane.geojson", "--crs", "EPSG:6678"),
    ("layers", "add", "@soil.geojson", "--id", "s2"),
    ("layers", "add", "@soil.gpkg", "--id", "s3"),
    ("layers", "add", "@soil.fgb", "--id", "s4", "--as", "exclusion"),
    ("layers", "add", "@soil.zip", "--id", "s5"),
    ("layers", "add", "@streams.geojson", "--as", "distance", "--map", "water_access_m=distance"),
    ("layers", "add", "@mesh.csv"),
    ("layers", "add", "@dem.tif", "--as", "dem"),
    ("layers", "add", "@gml.zip"),
    ("climate", "add", "@station.csv"),
    ("climate", "add", "@station.nc"),
    ("climate", "add", "@TMP_mea_1995.csv"),
    ("climate", "scenario", "当帰", "--scenarios", "@scenarios.csv"),
    ("growers", "import", "@growers.csv"),
    ("herbs", "use", "@own"),
    ("herbs", "check", "--folder", "@own"),
    ("weights", "judge", "@judged.csv", "--out", "w.csv"),
    ("weights", "judge", "@judged.xlsx", "--out", "w.csv"),
    ("weights", "judge", "@template.csv", "--out", "w.csv"),
    ("score", "--herb", "当帰", "--weights", "@weights.csv"),
    *(("records", "import", f"@{kind}.csv") for kind in ("visits", "observations", "operations", "harvests", "trials", "plots", "weather", "wide", "lots")),
    ("records", "import", "@observations.xlsx"),
    ("records", "import", "@form.xlsx"),
    ("records", "import", "@phone.json"),
    ("records", "import", "@fieldbook.csv"),
    ("records", "import", "@visits.csv", "--dry-run"),
    ("lots", "matrix", "import", "@matrix.csv", "--id", "M9"),
    ("lots", "matrix", "import", "@matrix.xlsx", "--id", "M8"),
    ("lots", "check", "D1", "--limits", "@limits.csv"),
    ("compare", "groups", "@matrix.csv", "--group", "産地", "--out", "o.csv", "--svg", "o.svg", "--png", "o.png", "--report", "o.html"),
    ("compare", "groups", "@matrix.xlsx", "--group", "産地"),
    ("compare", "pca", "@matrix.csv", "--loadings", "l.csv", "--out", "o.csv", "--svg", "o.svg", "--png", "o.png", "--report", "o.html"),
    ("compare", "panel", "@panel.csv", "--out", "o.csv", "--svg", "o.svg", "--png", "o.png", "--report", "o.html"),
    ("compare", "correlate", "@panel.csv", "matrix.csv", "--out", "o.csv", "--svg", "o.svg", "--png", "o.png", "--report", "o.html"),
    ("compare", "correlate", "panel.csv", "@matrix.csv"),
    ("compare", "years", "@years.csv", "--year", "年", "--unit", "系統", "--value", "収量", "--out", "o.csv", "--svg", "o.svg", "--png", "o.png", "--report", "o.html"),
    ("compare", "stability", "@years.csv", "--year", "年", "--unit", "系統", "--value", "収量", "--out", "o.csv", "--svg", "o.svg", "--png", "o.png", "--report", "o.html"),
    ("compare", "drying", "@drying.csv", "--time", "時間", "--value", "重さ", "--equilibrium", "20", "--out", "o.csv", "--svg", "o.svg", "--png", "o.png", "--report", "o.html"),
    ("compare", "storage", "@drying.csv", "--time", "時間", "--value", "重さ", "--out", "o.csv", "--svg", "o.svg", "--png", "o.png", "--report", "o.html"),
    ("compare", "degree-days", "@weather_days.csv", "periods.csv", "--mean", "mean", "--out", "o.csv", "--svg", "o.svg", "--png", "o.png", "--report", "o.html"),
    ("compare", "degree-days", "weather_days.csv", "@periods.csv", "--mean", "mean"),
    ("verify", "@field.zip"),
    ("verify", "@foreign.gpkg"),
    ("status", "--project", "@foreign.gpkg"),
    ("merge", "@foreign.gpkg"),
    ("restore", "@field.backup", "--to", "back.gpkg"),
    ("restore", "field.backup", "--to", "back.gpkg", "--people", "@members.backup"),
    ("map", "--out", "m.html", "--logo", "@logo.png"),
    ("blocks", "--herb", "当帰", "--barrier", "@streams.geojson", "--out", "b.csv"),
    # Where only what is written has a path: the path is broken.
    ("init", "new.gpkg"),
    ("weights", "template", "--herb", "当帰", "--factor", "土性", "--factor", "排水", "--factor", "日照", "--out", "t.csv"),
    ("robust", "--herb", "当帰", "--draws", "20", "--out", "r.csv"),
    ("ranking", "--herb", "当帰", "--out", "r.csv"),
    ("visits", "plan", "--herb", "当帰", "--budget", "3", "--out", "v.csv"),
    ("picture", "scores", "p.svg", "--herb", "当帰"),
    ("parcels", "export", "p.csv"),
    ("trials", "design", "N2", "--herb", "芍薬", "--parcel", "A1", "--treatments", "甲,乙", "--plots", "6", "--planting-list", "pl.csv"),
    ("trials", "phone", "T1", "--out", "ph.html"),
    ("trials", "sheet", "T1", "--out", "sh.html", "--form", "sh.xlsx"),
    ("trials", "fieldbook", "T1", "--out", "fb.csv"),
    ("trials", "suggest", "--budget", "2", "--herb", "当帰", "--out", "su.csv"),
    ("lots", "label", "D1", "--out", "la.html"),
    ("lots", "matrix", "export", "M1", "mx.csv"),
    ("analyze", "T1", "--trait", "草丈", "--report", "an.html", "--out", "an.csv"),
    ("records", "template", "visit", "te.xlsx"),
    ("evidence", "calibrate", "--herb", "当帰", "--out", "c.csv", "--svg", "c.svg", "--png", "c.png", "--report", "c.html"),
    ("evidence", "reestimate", "--herb", "当帰", "--out", "re", "--yields", "ry.csv"),
    ("backup", "--out", "b2.backup"),
    ("archive", "a2.zip"),
)  # fmt: skip
#: Lines that are refused even unbroken: two trials, and no years of weather, are too few.
REFUSED = tuple(line for line in LINES if line[0] == "evidence" or line[:2] == ("climate", "scenario"))
#: Commands whose paths are not tried, and why.
LEFT_OUT = {"demo": "it makes the whole sample and takes seconds; its paths are tried in tests/e2e"}


def make(folder: Path) -> None:
    """Write the project and the seeds into a folder that is the current one."""
    _tables(folder)
    _vectors(folder)
    _project(folder)
    _copies(folder)


def _kanpo(*words: str) -> None:
    code = main([*words])
    assert code in (0, 1), f"the seed {words} ends with {code}: {sys.stderr.getvalue()[-400:]}"  # type: ignore[attr-defined]


def _vectors(folder: Path) -> None:
    text = collection(
        [feature(n, land_type="畑", settlement="架空沢", lot_number=f"{n}-1") for n in range(12)]
    )
    (folder / "parcels.geojson").write_text(text, encoding="utf-8")
    frame = pyogrio.read_dataframe(folder / "parcels.geojson")
    for name in ("parcels.gpkg", "parcels.fgb", "parcels.shp"):
        pyogrio.write_dataframe(frame, folder / name)
    frame.to_parquet(folder / "parcels.parquet")
    with zipfile.ZipFile(folder / "parcels.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for part in folder.glob("parcels.*"):
            if part.suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
                archive.write(part, part.name)
    points = frame.set_geometry(frame.geometry.centroid.set_crs(4326, allow_override=True))
    points.assign(DaichoId=[f"D{n}" for n in range(len(points))]).to_file(folder / "pins.geojson")
    frame.to_crs(6678).to_file(folder / "plane.geojson", driver="GeoJSON")
    areas = frame.iloc[:2].assign(KEY=["1", "2"], RCOM_NAME=["甲", "乙"])
    areas.to_file(folder / "areas.geojson", driver="GeoJSON")
    soil = frame.iloc[:6].assign(
        soil_ph=[5.5, 6.0, 6.5, 5.0, None, 7.0], texture=["壌土", "埴土", "砂土", None, "壌土", "埴土"]
    )
    soil = soil[["soil_ph", "texture", "geometry"]]
    for name in ("soil.geojson", "soil.gpkg", "soil.fgb"):
        soil.to_file(folder / name)
    with zipfile.ZipFile(folder / "soil.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder / "soil.geojson", "soil.geojson")
    lines = gpd.GeoDataFrame({"kind": ["river"] * 4}, geometry=soil.boundary.iloc[:4].to_numpy(), crs=4326)
    lines.to_file(folder / "streams.geojson", driver="GeoJSON")
    with rasterio.open(SAMPLE / "elevation.tif") as raster:
        window = rasterio.windows.Window(0, 0, 24, 24)
        profile = raster.profile | {"width": 24, "height": 24, "tiled": False}
        for key in ("blockxsize", "blockysize"):
            profile.pop(key, None)
        with rasterio.open(folder / "dem.tif", "w", **profile) as out:
            out.write(raster.read(window=window))
    (folder / "logo.png").write_bytes(png(32, 32))
    from tests.sites.tiles import tile_xml

    with zipfile.ZipFile(folder / "gml.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        tile = tile_xml([float(n % 50) for n in range(64)], lower=(38.6, 139.7), size=(8, 8))
        archive.writestr("FG-GML-5739-76-13-DEM5A-20250101.xml", tile)


def _tables(folder: Path) -> None:
    rows = 10
    tables = {
        "register.csv": "大字,地番,地目,面積(㎡),調査結果,調査年月日\n" + "".join(f"架空沢,{n}-1,畑,{800 + n},1,令和6年5月{n + 1}日\n" for n in range(rows)),
        "mesh.csv": "".join((SAMPLE / "climate_mesh.csv").read_text(encoding="utf-8").splitlines(keepends=True)[:8]),
        "growers.csv": (SAMPLE / "growers.csv").read_text(encoding="utf-8"),
        "judged.csv": "要因A,要因B,甲\n土性,排水,1/3\n土性,日照,3\n排水,日照,5\n",
        "template.csv": "要因,土性,排水,日照\n土性,1,1/3,3\n排水,3,1,5\n日照,1/3,1/5,1\n",
        "visits.csv": "parcel_id,happened_at,drainage,soil_ph,note\nA1,2025-06-01,良,5.5,\nA2,2025-06-02,不良,,湧水\n",
        "trials.csv": "trial_code,title,herb_id,parcel_id,season,happened_at\nT2,試験,toki,A2,2025,2025-04-01\n",
        "plots.csv": "trial_code,plot_code,treatment,replicate,area_m2,happened_at\n" + "".join(f"T1,T1-{n},{'甲乙'[n % 2]},{n // 2 + 1},10,2025-04-01\n" for n in range(8)),
        "observations.csv": "trial_code,plot_code,trait,value,happened_at\n" + "".join(f"T1,T1-{n},草丈,{30 + n % 5},2025-07-01\n" for n in range(8)),
        "operations.csv": "trial_code,operation,happened_at,amount,unit,labour_hours\nT1,除草,2025-06-01,,,2\nT1,追肥,2025-06-10,5,kg/10a,1\n",
        "harvests.csv": "trial_code,plot_code,happened_at,area_m2,fresh_kg,dry_kg,lot_id\n" + "".join(f"T1,T1-{n},2025-11-01,10,{7 + n},{2 + n / 9:.2f},L{n}\n" for n in range(4)),
        "weather.csv": "station,happened_at,tmean_c\n鶴岡,2025-04-01,8.1\n鶴岡,2025-04-02,9.5\n",
        "wide.csv": "trial_code,plot_code,happened_at,草丈,生存率\nT1,T1-0,2025-08-01,41,95\nT1,T1-1,2025-08-01,38,90\n",
        "lots.csv": "lot_id,herb_id,mass_kg,happened_at\nL77,toki,5,2025-12-01\n",
        "limits.csv": "herb_id,test,analyte,min,max,unit,source,confidence\ntoki,extract,,35,,%,own,high\n",
        "matrix.csv": "sample_id,産地,a,b\n" + "".join(f"S{n},{('鶴岡', '奈良')[n % 2]},{n * 1.7 % 5:.2f},{n * 2.3 % 7:.2f}\n" for n in range(rows)),
        "panel.csv": "sample_id,甲,乙,丙\n" + "".join(f"S{n},{n * 3 % 7},{n * 5 % 8},{n}\n" for n in range(rows)),
        "years.csv": "年,系統,収量\n" + "".join(f"{2020 + y},{s},{100 + 7 * y + 3 * k + (y * k) % 5}\n" for y in range(4) for k, s in enumerate("甲乙丙")),
        "drying.csv": "時間,重さ\n" + "".join(f"{t},{20 + 80 * 0.8**t:.2f}\n" for t in range(8)),
        "weather_days.csv": "date,mean\n" + "".join(f"2025-04-{d:02},{8 + d % 9}\n" for d in range(1, 31)),
        "periods.csv": "unit,start,end\nA,2025-04-01,2025-04-25\nB,2025-04-03,2025-04-30\n",
        "fieldbook.csv": 'observationunit_name,trait,value,timestamp,person,number\nT1-0,plant_height_cm,35,2025-07-04 10:00:00+0900,a,1\nT1-1,plant_height_cm,37,2025-07-04 10:01:00+0900,a,1\n',
    }  # fmt: skip
    for name, text in (tables | _weather(folder)).items():
        (folder / name).write_text(text, encoding="utf-8")
    for name in ("register", "observations", "matrix", "judged"):
        book = Workbook()
        for line in tables[f"{name}.csv"].splitlines():
            book.active.append(
                [float(cell) if cell.replace(".", "", 1).isdigit() else cell for cell in line.split(",")]
            )
        book.save(folder / f"{name}.xlsx")
    own = folder / "own"
    shutil.copytree(CATALOGUE, own)


def _weather(folder: Path) -> dict[str, str]:
    """A mesh in netCDF, and the texts of a station, a mesh and scenarios; a month each."""
    grid = np.full((31, 20, 20), 4.0) + np.arange(31)[:, None, None] % 5
    write_grid(folder / "station.nc", grid, date(1995, 1, 1), south=38.5, west=139.5)
    codes = [
        f"{square}{row}{column}" for square in (573975, 573976) for row in range(10) for column in range(10)
    ]
    days = ",".join(f"1995-01-{day:02}" for day in range(1, 32))
    lines = station_text(1995, 1995, leave_out=lambda day: day.month > 1)
    return {
        "station.csv": lines,
        "TMP_mea_1995.csv": f"mesh_code,{days}\n" + "".join(code + ",2.5" * 31 + "\n" for code in codes),
        "scenarios.csv": "scenario_id,degrees,precipitation_percent,source,confidence\na,1.5,,県,medium\n",
    }


def _project(folder: Path) -> None:
    _kanpo("init", "field.gpkg")
    _kanpo("ingest", "parcels.geojson")
    _kanpo("layers", "add", "soil.geojson", "--id", "soil")
    _kanpo("growers", "import", "growers.csv")
    _kanpo(
        "record",
        "trial",
        "--trial-code",
        "T1",
        "--herb-id",
        "toki",
        "--parcel-id",
        "A1",
        "--design",
        "rcbd",
        *_DAY,
    )
    for name in ("plots", "observations", "harvests", "visits"):
        _kanpo("records", "import", f"{name}.csv")
    _kanpo("record", "lot", "--lot-id", "D1", "--herb-id", "toki", "--mass-kg", "5", *_DAY)
    _kanpo("record", "assay", "--lot-id", "D1", "--test", "extract", "--measured", "41", "--unit", "%", *_DAY)
    _kanpo("lots", "matrix", "import", "matrix.csv", "--id", "M1")
    _kanpo("score", "--herb", "当帰")
    _kanpo("weights", "judge", "judged.csv", "--out", "weights.csv")
    _kanpo("records", "template", "visit", "form.xlsx")
    book = load_workbook(folder / "form.xlsx")
    keys = [cell.value for cell in book["記入"][2]]
    for key, value in (("parcel_id", "A3"), ("happened_at", "2025-06-03"), ("drainage", "良")):
        book["記入"].cell(4, keys.index(key) + 1).value = value
    book.save(folder / "form.xlsx")


def _copies(folder: Path) -> None:
    """Copies of the project in every form, and what a phone hands over."""
    _kanpo("archive", "field.zip")
    _kanpo("backup", "--out", "field.backup")
    shutil.copy(folder / "field.gpkg", folder / "foreign.gpkg")
    shutil.copy(folder / "field.people.sqlite", folder / "members.backup")
    record = {
        "record_id": "01900000-0000-7000-8000-000000000001", "happened_at": "2025-07-03T10:00:00+09:00", "actor": "甲",
        "trial_code": "T1", "plot_code": "T1-0", "trait": "plant_height_cm", "value": "33",
    }  # fmt: skip
    out = io.StringIO()
    with Project.open(folder / "field.gpkg") as opened:
        project6 = str(opened.meta["project_id"])[-6:]
    out.write(f'{{"kanpo":"phone","form":1,"trial":"T1","project":"{project6}","device":"d","records":[\n')
    out.write(json.dumps(record, ensure_ascii=False) + '\n],"photos":[\n],"end":{"records":1,"photos":0}}')
    (folder / "phone.json").write_text(out.getvalue(), encoding="utf-8")
