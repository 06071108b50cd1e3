"""Layers as a planner downloads them: added, looked at, scored, explained."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from tests.conftest import parcels_frame
from tests.e2e.conftest import Kanpo
from tests.sites.tiles import plane, tile_xml


def started(kanpo: Kanpo) -> None:
    """A project with three parcels P1 … P3 of about 30 m at 139.82 E, 38.72 N."""
    frame = parcels_frame()[["parcel_id", "settlement", "lot_number", "geometry"]]
    frame.to_file("parcels.geojson")
    assert kanpo("init", "a.gpkg").code == 0
    assert kanpo("ingest", "parcels.geojson").code == 0


def write(name: str, shape: shapely.Geometry, **told: object) -> str:
    gpd.GeoDataFrame({key: [value] for key, value in told.items()}, geometry=[shape], crs=6668).to_file(name)
    return name


def test_tiles_are_added_as_downloaded_and_shown_with_their_origin(kanpo: Kanpo) -> None:
    started(kanpo)
    names = []
    for nth in (0, 1):
        names.append(f"FG-GML-5739-66-0{nth}-DEM5A-20161001.xml")
        lower = (38.716666667, 139.8125 + nth * 0.0125)
        heights = np.round(plane((225, 150), 225 * nth, 0.5), 2).ravel().tolist()
        Path(names[-1]).write_bytes(tile_xml(heights, lower=lower))

    said = kanpo("layers", "add", *names, "--id", "dem", "--as", "dem", "--source", "架空の測量")
    assert said.code == 0
    assert "筆の100%(面積の 100%)に値があります" in said.err

    shown = json.loads(kanpo("layers", "show", "dem", "--json").out)
    assert list(shown["made_from"]) == names and shown["source"] == "架空の測量"
    assert (shown["share"], shown["parcels"]) == (1.0, 3)
    by_factor = {row["factor"]: row for row in shown["factors"]}
    assert by_factor["elevation_m"]["parcels"] == 3
    assert by_factor["slope_deg"]["least"] == by_factor["slope_deg"]["greatest"]
    assert "値のある筆: 100.0%" in kanpo("layers", "show", "dem").out
    assert kanpo("layers", "show", "none").code == 2


def test_an_excluded_parcel_is_n2_in_scores_explanation_and_map(kanpo: Kanpo) -> None:
    started(kanpo)
    west = shapely.box(139.0, 38.0, 139.8205, 39.0)
    said = kanpo(
        "layers",
        "add",
        write("a.geojson", west),
        "--as",
        "exclusion",
        "--id",
        "flood",
        "--title",
        "浸水想定区域",
    )
    assert said.code == 0 and "筆の33% が除外に当たります" in said.err
    road = write("road.geojson", shapely.LineString([(139.81, 38.719), (139.83, 38.719)]), 幅員="3m以上")
    words = ("--as", "distance", "--map", "road_access_m=distance", "--where", "幅員=3m以上")
    assert kanpo("layers", "add", road, *words).code == 0

    assert kanpo("score").code == 0
    ranked = json.loads(kanpo("score", "--herb", "toki", "--top", "9", "--json").out)
    assert {row["parcel_id"]: row["class_upper"] == "N2" for row in ranked} == {
        "P1": True,
        "P2": False,
        "P3": False,
    }
    assert "除外図「浸水想定区域」に当たる" in kanpo("explain", "P1", "--herb", "toki").out
    told = json.loads(kanpo("explain", "P2", "--herb", "toki", "--json").out)
    assert told["exclusions"] == []
    road_value = next(row for row in told["all_values"] if row["factor"] == "road_access_m")
    assert road_value["source"] == "layer:road" and road_value["used"] and 100 < road_value["value"] < 120
    listed = json.loads(kanpo("layers", "list", "--json").out)
    assert [round(row["parcels_reached"], 2) for row in listed] == [0.33, 1.0]
    assert "区域の内側が筆の 50% 以上なら除外" in kanpo("layers", "show", "flood").out
    assert "幅員 = 3m以上 だけ" in kanpo("layers", "show", "road").out
    assert kanpo("map", "--out", "map.html").code == 0


def test_a_visit_goes_before_the_layer_and_explain_says_so(kanpo: Kanpo) -> None:
    started(kanpo)
    kanpo("layers", "add", write("soil.geojson", shapely.box(139, 38, 140, 39), texture="埴土"))
    kanpo("record", "visit", "--parcel-id", "P1", "--soil-texture", "壌土", "--date", "2025-05-01")
    assert kanpo("score").code == 0

    page = kanpo("explain", "P1", "--herb", "toki").out

    assert "土性: 壌土(現地調査 2025-05-01) を採用。ほかに 埴土(主題図 soil)" in page


def test_a_layer_that_lies_elsewhere_is_said_to(kanpo: Kanpo) -> None:
    started(kanpo)
    said = kanpo("layers", "add", write("soil.geojson", shapely.box(135, 34, 136, 35), texture="埴土"))
    assert said.code == 0 and "注意: どの筆にも値がありません" in said.err
    assert "どの筆にも値のない主題図があります: soil" in kanpo("score").err


def test_words_that_do_not_fit_are_said(kanpo: Kanpo) -> None:
    started(kanpo)
    path = write("a.geojson", shapely.box(139, 38, 140, 39), kind="x")
    for words in (
        ("--as", "exclusion", "--where", "kind"),
        ("--as", "exclusion", "--where", "kind=y"),
        ("--as", "exclusion", "--share", "0"),
        ("--as", "distance"),
        ("--as", "distance", "--map", "slope_deg=distance"),
    ):
        said = kanpo("layers", "add", path, *words)
        assert said.code == 2 and "→" in said.err, words
    assert "登録できます" in kanpo("layers", "add", path, "--as", "exclusion", "--dry-run").err
    assert json.loads(kanpo("layers", "list", "--json").out) == []
