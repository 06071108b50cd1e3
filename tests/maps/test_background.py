"""Lines to find one's way by: what the project has near its parcels, and nothing else."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from kanpo.maps import write_map
from kanpo.maps._background import MOST_CORNERS, background_lines
from kanpo.maps._payload import encode_content
from kanpo.parcels import current_parcels
from kanpo.sites import LayerSettings, add_layer
from kanpo.store import Batch, Project

from . import made_up
from .node import unpack

DRAWN = """() => {
  const canvas = document.querySelector(".kanpo-lines");
  return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean);
}"""


def write(path: Path, *shapes: shapely.Geometry, **columns: list[str]) -> Path:
    frame = gpd.GeoDataFrame(columns or {"n": list(range(len(shapes)))}, geometry=list(shapes), crs=6668)
    frame.to_file(path, driver="GeoJSON")
    return path


def around(project: Project) -> np.ndarray:
    box: np.ndarray = current_parcels(project).total_bounds
    return box


def line_through(project: Project, shift: float = 0.0) -> shapely.LineString:
    west, south, east, north = around(project)
    return shapely.LineString([(west - 1, south + shift), (east + 1, north + shift)])


def lines(project: Project) -> gpd.GeoDataFrame:
    return background_lines(project, current_parcels(project))


def test_roads_water_zones_and_points(project: Project, tmp_path: Path) -> None:
    road, river = line_through(project), line_through(project, 0.001)
    west, south, east, north = around(project)
    add_layer(
        project, write(tmp_path / "r.geojson", road), kind="distance", columns={"road_access_m": "distance"}
    )
    add_layer(
        project, write(tmp_path / "w.geojson", river), kind="distance", columns={"water_access_m": "distance"}
    )
    add_layer(project, write(tmp_path / "z.geojson", shapely.box(west, south, east, north)), kind="exclusion")
    point = shapely.Point(west, south)
    add_layer(
        project,
        write(tmp_path / "p.geojson", point),
        kind="distance",
        columns={"road_access_m": "distance"},
        layer_id="p",
    )
    found = lines(project)
    assert sorted(found["kind"]) == ["road", "water", "zone"], "a point is no line"
    assert (found.geom_type == "LineString").all()
    (clipped,) = found.geometry[found["kind"] == "road"]
    reach = 2_000 / 111_000 + 1e-9
    assert clipped.bounds[1] >= south - reach and clipped.bounds[3] <= north + reach, "2 km around, not more"
    assert shapely.hausdorff_distance(clipped, clipped.intersection(road.buffer(1e-6))) < 1e-5


def test_only_the_features_that_count_are_drawn(project: Project, tmp_path: Path) -> None:
    path = write(
        tmp_path / "r.geojson", line_through(project), line_through(project, 0.001), width=["wide", "narrow"]
    )
    settings = LayerSettings(where=(("width", "wide"),))
    add_layer(project, path, kind="distance", columns={"road_access_m": "distance"}, settings=settings)
    assert len(lines(project)) == 1


def test_a_border_between_two_settlements_is_drawn_once(project: Project) -> None:
    west, south, east, north = around(project)
    middle = (west + east) / 2
    rows = gpd.GeoDataFrame(
        {
            "boundary_id": ["a", "b"],
            "source_row": [1, 2],
            "boundary_kind": "farm_settlement",
            "municipality_code": "06203",
            "farm_settlement_key": ["a", "b"],
            "name": ["甲", "乙"],
        },
        geometry=[shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)],
        crs=6668,
    )
    project.imported.store_parcels(Batch("b.geojson", "1" * 64), [], boundaries=lambda: rows)
    found = lines(project)
    assert set(found["kind"]) == {"settlement"}
    height, width = north - south, east - west
    assert found.length.sum() == pytest.approx(3 * height + 2 * width, rel=1e-6)


def test_very_long_coasts_become_simpler(project: Project, tmp_path: Path) -> None:
    west, south, east, _ = around(project)
    x = np.linspace(west - 0.01, east + 0.01, 200_000)
    y = south + 0.002 * np.sin(np.arange(200_000) * 1.3)
    path = write(tmp_path / "c.geojson", shapely.LineString(np.column_stack([x, y])))
    add_layer(project, path, kind="distance", columns={"water_access_m": "distance"})
    assert 0 < shapely.get_num_coordinates(lines(project).geometry.to_numpy()).sum() <= MOST_CORNERS


def test_nothing_known_draws_nothing(project: Project) -> None:
    assert lines(project).empty
    assert unpack(encode_content(made_up.content(5)))["background"] == []


def test_lines_come_out_within_a_metre() -> None:
    content = made_up.content(5)
    west, south, east, north = content.parcels.total_bounds
    shapes = [
        shapely.LineString([(west, south), (east, south), (east, north)]),
        shapely.LineString([(west, north), (east, south)]),
    ]
    frame = gpd.GeoDataFrame({"kind": ["road", "water"]}, geometry=shapes, crs=6668)
    page = unpack(encode_content(dataclasses.replace(content, background=frame)))
    assert [one["kind"] for one in page["background"]] == ["water", "road"], "roads lie on water"
    for one, shape in zip(page["background"], shapes[::-1], strict=True):
        (got,) = one["lines"]
        assert np.abs(np.array(got) - shapely.get_coordinates(shape)).max() * 111_000 < 1.0


def test_a_press_hides_a_kind_of_line(tmp_path: Path, open_file: Any) -> None:
    content = made_up.content(60)
    west, south, east, north = content.parcels.total_bounds
    cross = [shapely.LineString([(west, south), (east, north)])]
    frame = gpd.GeoDataFrame({"kind": ["road"]}, geometry=cross, crs=6668)
    path = write_map(dataclasses.replace(content, background=frame), tmp_path / "map.html").path
    opened = open_file(path)
    assert opened.requests == [path.as_uri()] and opened.complaints == []
    assert opened.js(DRAWN)
    button = opened.page.locator("#kanpo-background button")
    assert button.text_content() == "道路"
    button.click()
    assert button.get_attribute("aria-pressed") == "false" and not opened.js(DRAWN)
    button.click()
    assert opened.js(DRAWN)
