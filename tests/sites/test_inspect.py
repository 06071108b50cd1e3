"""What files are taken as layers, and which are refused."""

import hashlib
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from kanpo.errors import InputUnusable, KanpoError, UsageError
from kanpo.sites import inspect_layer
from kanpo.sites._distance import distance_values
from kanpo.sites._vectors import open_vector
from tests.conftest import parcels_frame
from tests.sites.made_up import SOUTH, WEST, fields, write_polygons, write_raster

FLAT = np.full((20, 20), 100.0)
SQUARE = shapely.box(0, 0, 100, 100)


def refusal(path: Path, **how: object) -> KanpoError:
    with pytest.raises(KanpoError) as refused:
        inspect_layer(path, **how)  # type: ignore[arg-type]
    assert refused.value.what.ja and refused.value.mend.en
    return refused.value


@pytest.mark.parametrize("name", ["my_DEM_5m.tif", "標高.tif", "elevation_m.tif"])
def test_an_elevation_model_gives_elevation_and_slope(tmp_path: Path, name: str) -> None:
    layer = inspect_layer(write_raster(tmp_path / name, FLAT))

    assert (layer.kind, layer.columns) == ("raster", {"elevation_m": "1", "slope_deg": "slope"})


def test_a_name_written_on_a_mac_is_recognised(tmp_path: Path) -> None:
    # NFD: ヘ and its mark apart, as macOS stores file names
    path = write_raster(tmp_path / "デーto\u0301 dem.tif", FLAT)

    assert "slope_deg" in inspect_layer(path).columns


def test_a_raster_can_be_said_to_be_one_factor(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "grid.tif", FLAT)

    assert inspect_layer(path, columns={"max_snow_depth_cm": "1"}).columns == {"max_snow_depth_cm": "1"}
    assert inspect_layer(path, kind="dem").columns == {"elevation_m": "1", "slope_deg": "slope"}
    assert inspect_layer(path, columns={"slope_deg": "slope"}).columns == {"slope_deg": "slope"}
    assert refusal(path).code == "layer.no-factor"


def test_a_layer_keeps_the_file_byte_for_byte(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "dem.tif", FLAT)
    layer = inspect_layer(path, title="標高", source="架空", licence="CC0", date="2025")

    assert layer.content == path.read_bytes()
    assert layer.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (layer.layer_id, layer.title, layer.file_name) == ("dem", "標高", "dem.tif")
    assert "content" not in repr(layer)


@pytest.mark.parametrize("driver", ["GeoJSON", "GPKG", "FlatGeobuf"])
def test_polygons_are_recognised_by_content_and_columns_by_name(tmp_path: Path, driver: str) -> None:
    frame = fields([SQUARE])[["geometry"]].assign(土性="壌土", PH=5.5, memo="x", drainage="good")
    frame["drainage"] = "well"
    path = tmp_path / "no_suffix_at_all"
    source = tmp_path / f"soil.{ {'GeoJSON': 'geojson', 'GPKG': 'gpkg', 'FlatGeobuf': 'fgb'}[driver] }"
    frame.to_file(source, driver=driver)
    path.write_bytes(source.read_bytes())

    layer = inspect_layer(path)

    assert layer.kind == "polygons"
    assert layer.columns == {"soil_ph": "PH", "soil_texture": "土性", "drainage": "drainage"}


def canary(tmp_path: Path) -> Path:
    """A good file that a hostile one points at."""
    return write_polygons(tmp_path / "secret.geojson", [(SQUARE, {"texture": "clay"})])


@pytest.mark.parametrize("name", ["soil.geojson", "soil.gpkg", "soil.fgb", "dem.tif", "mesh.csv"])
@pytest.mark.parametrize("kind", [None, "polygons", "mesh", "raster", "dem"])
def test_a_vrt_under_another_name_opens_nothing(tmp_path: Path, name: str, kind: str | None) -> None:
    target, raster = canary(tmp_path), write_raster(tmp_path / "secret.tif", FLAT)
    vector_vrt = (
        f"<OGRVRTDataSource><OGRVRTLayer name='secret'><SrcDataSource>{target}</SrcDataSource>"
        "</OGRVRTLayer></OGRVRTDataSource>"
    )
    raster_vrt = (
        "<VRTDataset rasterXSize='20' rasterYSize='20'><SRS>EPSG:6678</SRS>"
        f"<GeoTransform>{WEST},10,0,{SOUTH + 200},0,-10</GeoTransform><VRTRasterBand dataType='Float32' band='1'>"
        f"<SimpleSource><SourceFilename>{raster}</SourceFilename><SourceBand>1</SourceBand></SimpleSource>"
        "</VRTRasterBand></VRTDataset>"
    )
    for text in (vector_vrt, raster_vrt):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        assert isinstance(refusal(path, kind=kind), InputUnusable)


def test_json_that_is_no_geojson_is_refused(tmp_path: Path) -> None:
    ring = [[139.8, 38.7], [139.8, 38.71], [139.81, 38.71], [139.81, 38.7], [139.8, 38.7]]
    esri = {
        "geometryType": "esriGeometryPolygon",
        "spatialReference": {"wkid": 4326},
        "fields": [{"name": "texture", "type": "esriFieldTypeString", "alias": "texture"}],
        "features": [{"attributes": {"texture": "clay"}, "geometry": {"rings": [ring]}}],
    }
    topology = {
        "type": "Topology",
        "arcs": [ring],
        "objects": {
            "soil": {
                "type": "GeometryCollection",
                "geometries": [{"type": "Polygon", "arcs": [[0]], "properties": {"texture": "clay"}}],
            }
        },
    }
    empty = {"type": "FeatureCollection", "features": []}
    for text in (*map(json.dumps, (esri, topology, empty)), '{"type": "FeatureCollection"', "{}"):
        path = tmp_path / "soil.geojson"
        path.write_text(text, encoding="utf-8")
        assert isinstance(refusal(path), InputUnusable)


@pytest.mark.parametrize("name", ["http://example.com/dem.tif", "/vsicurl/http://example.com/dem.tif", "."])
def test_addresses_and_folders_are_no_files(name: str) -> None:
    assert refusal(Path(name)).code == ("file.folder" if name == "." else "layer.missing")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", None),
        (b"II*\0", None),
        (b"II*\0" + b"\xff" * 200, None),
        (b"SQLite format 3\0" + b"\0" * 200, None),
        (b"fgb\x03fgb\x00" + b"\xff" * 64, None),
        (b"PK\x03\x04\xff\xfe", None),
        (b"<html>", "raster"),
    ],
)
def test_damaged_files_are_refused_in_words(tmp_path: Path, content: bytes, kind: str | None) -> None:
    path = tmp_path / "broken"
    path.write_bytes(content)

    assert isinstance(refusal(path, kind=kind), InputUnusable)


@pytest.mark.filterwarnings("error")
def test_an_open_ring_is_closed_and_what_is_no_shape_is_left_out(tmp_path: Path) -> None:
    path = write_polygons(tmp_path / "soil.geojson", [(SQUARE, {"texture": "clay"})] * 3)
    told = json.loads(path.read_text(encoding="utf-8"))
    ring = told["features"][0]["geometry"]["coordinates"][0]
    told["features"][0]["geometry"]["coordinates"] = [ring[:-1]]
    told["features"][1]["geometry"]["coordinates"] = [[[None, 1], [2, 3]]]
    path.write_text(json.dumps(told), encoding="utf-8")

    features = open_vector(path.read_bytes(), path.name)

    assert features.index.tolist() == [1, 3]
    first, last = shapely.area(features.geometry.to_numpy())
    assert first == pytest.approx(last)
    assert inspect_layer(path).columns == {"soil_texture": "texture"}


def test_layers_without_a_coordinate_system_are_refused(tmp_path: Path) -> None:
    assert refusal(write_raster(tmp_path / "dem.tif", FLAT, crs=None)).code == "layer.no-crs"
    fields([SQUARE])[["geometry"]].assign(texture="clay").set_crs(None, allow_override=True).to_file(
        tmp_path / "soil.gpkg", driver="GPKG"
    )
    assert refusal(tmp_path / "soil.gpkg").code == "layer.no-crs"


def test_a_geojson_whose_coordinate_system_nobody_knows_is_refused(tmp_path: Path) -> None:
    path = write_polygons(tmp_path / "soil.geojson", [(SQUARE, {"texture": "clay"})])
    told = json.loads(path.read_text(encoding="utf-8"))
    told = {"type": told["type"], "crs": {"type": "name", "properties": {"name": "EPSG:999999"}}, **told}
    path.write_text(json.dumps(told), encoding="utf-8")

    assert refusal(path).code == "layer.crs-unknown"


def test_layers_that_cannot_overlap_any_parcel_are_refused(tmp_path: Path) -> None:
    metres = [(shapely.box(0, 0, 100, 100), {"texture": "clay"})]
    path = write_polygons(tmp_path / "soil.geojson", metres)
    told = json.loads(path.read_text(encoding="utf-8"))
    told["features"][0]["geometry"] = shapely.geometry.mapping(shapely.box(WEST, SOUTH, WEST + 9, SOUTH + 9))
    path.write_text(json.dumps(told), encoding="utf-8")
    assert refusal(path).code == "layer.not-in-japan"

    london = write_raster(tmp_path / "dem.tif", FLAT, cell=0.01, crs=4326, origin=(0.0, 51.5))
    assert refusal(london).code == "layer.not-in-japan"


@pytest.mark.parametrize("corner", [(139.7, 383.0), (139.7, -95.0)])
def test_a_corner_that_is_nowhere_on_the_earth_is_named(tmp_path: Path, corner: tuple[float, float]) -> None:
    lines = [shapely.LineString([(139.7, 38.6), (139.71, 38.6)]), shapely.LineString([(139.7, 38.6), corner])]
    path = tmp_path / "streams.geojson"
    gpd.GeoDataFrame(geometry=lines, crs=4326).to_file(path, driver="GeoJSON")
    with pytest.raises(InputUnusable) as refused:
        inspect_layer(path, kind="distance", columns={"water_access_m": "distance"})
    assert [(p.code, p.place.feature) for p in refused.value.problems] == [("layer.nowhere", 2)]


def test_lines_on_the_other_side_of_the_earth_are_no_neighbours(tmp_path: Path) -> None:
    lines = [
        shapely.LineString([(139.7, 38.6), (139.71, 38.6)]),
        shapely.LineString([(-40, -38), (-41, -38)]),
    ]
    path = tmp_path / "streams.geojson"
    gpd.GeoDataFrame(geometry=lines, crs=4326).to_file(path, driver="GeoJSON")
    layer = inspect_layer(path, kind="distance", columns={"water_access_m": "distance"})
    (found,) = distance_values(layer, parcels_frame())
    assert found.factor == "water_access_m"


def test_a_turned_raster_is_refused(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "dem.tif", FLAT)
    with rasterio.open(path, "r+") as raster:
        raster.transform = Affine.translation(WEST, SOUTH) @ Affine.rotation(30) @ Affine.scale(10, -10)

    assert refusal(path).code == "layer.not-north-up"


def test_impossible_cells_of_a_raster_are_counted_and_the_first_is_shown(tmp_path: Path) -> None:
    grid = FLAT.copy()
    grid[3, 7] = grid[9, 9] = -9999

    error = refusal(write_raster(tmp_path / "dem.tif", grid))

    (problem,) = error.problems
    assert (problem.place.row, problem.place.column, problem.place.value) == (4, "8", "-9999")
    assert "2" in problem.detail.ja and "nodata" in problem.mend.ja
    assert inspect_layer(write_raster(tmp_path / "dem.tif", grid, nodata=-9999)).columns


def test_every_bad_value_of_a_polygon_layer_is_named_with_its_feature(tmp_path: Path) -> None:
    zones = [
        (SQUARE, {"texture": "loam", "ph": 5.5}),
        (SQUARE, {"texture": "ねば土", "ph": None}),
        (SQUARE, {"texture": "埴土", "ph": 55.0}),
    ]

    error = refusal(write_polygons(tmp_path / "soil.geojson", zones))

    found = {(p.code, p.place.feature, p.place.column, p.place.value) for p in error.problems}
    assert found == {("layer.class", 2, "texture", "ねば土"), ("layer.value", 3, "ph", "55.0")}


def test_a_geopackage_with_several_polygon_layers_asks_for_one(tmp_path: Path) -> None:
    path = tmp_path / "soil.gpkg"
    frame = fields([SQUARE])[["geometry"]].assign(texture="clay")
    for name in ("a", "b"):
        frame.to_file(path, driver="GPKG", layer=name)
    assert refusal(path).code == "layer.several"

    points = gpd.GeoDataFrame({"x": [1]}, geometry=[shapely.Point(139.8, 38.7)], crs=6668)
    path = tmp_path / "one.gpkg"
    points.to_file(path, driver="GPKG", layer="points")
    frame.to_file(path, driver="GPKG", layer="soil")
    assert inspect_layer(path).columns == {"soil_texture": "texture"}


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"kind": "picture"}, "layer.unknown-kind"),
        ({"columns": {"elevation": "1"}}, "layer.unknown-factor"),
        ({"columns": {"elevation_m": "2"}}, "layer.unknown-column"),
        ({"columns": {"elevation_m": "slope"}}, "layer.unknown-column"),
        ({"columns": {"drainage": "1"}}, "layer.class-raster"),
    ],
)
def test_wishes_that_cannot_be_met_are_refused(tmp_path: Path, how: dict[str, object], code: str) -> None:
    error = refusal(write_raster(tmp_path / "dem.tif", FLAT), **how)

    assert (error.code, type(error)) == (code, UsageError)


def test_a_column_that_a_polygon_layer_does_not_have_is_refused(tmp_path: Path) -> None:
    path = write_polygons(tmp_path / "soil.geojson", [(SQUARE, {"a": "clay", "b": "clay"})])

    assert refusal(path).code == "layer.no-factor"
    assert refusal(path, columns={"soil_texture": "a,b"}).code == "layer.unknown-column"
    assert refusal(path, columns={"soil_texture": "c"}).code == "layer.unknown-column"
    assert inspect_layer(path, columns={"soil_texture": "a"}).columns == {"soil_texture": "a"}
