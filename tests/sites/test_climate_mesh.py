"""Climate normals of the national land numerical information, as they are downloaded."""

import io
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from kanpo.errors import InputUnusable
from kanpo.sites import Layer, inspect_layer, mesh_boxes, mesh_code, site_factors
from tests.sites.made_up import attributes, fields, write_polygons

MEAN = np.array([-10, 0, 30, 80, 140, 180, 220, 240, 200, 140, 80, 20])
RAIN = np.array([2000, 1500, 1400, 1300, 1200, 1300, 2000, 1800, 1700, 1600, 2100, 2300])


def national(codes: list[str], **changed: object) -> gpd.GeoDataFrame:
    """A made-up file in the order of the national data: tenths of °C and mm, centimetres."""
    values: dict[str, object] = {"G02_001": codes}
    numbers = [*RAIN, RAIN.sum()]
    for month in MEAN:
        numbers += [month + 45, month - 40, month]
    numbers += [200, 50, 118, 90, 120, 60, 30, 150, *([999_999] * 26)]
    values |= {f"G02_{at:03d}": int(number) for at, number in enumerate(numbers, 2)}
    west, south, east, north = mesh_boxes(codes).T
    return gpd.GeoDataFrame(values | changed, geometry=shapely.box(west, south, east, north), crs=6668)


def packed(path: Path, frame: gpd.GeoDataFrame, *, geojson: bool = True, shapefile: bool = True) -> Path:
    """A zip as it is downloaded: the same layer as shapefile and as GeoJSON, and a text in XML."""
    folder = path.parent / f"{path.stem}_parts"
    folder.mkdir()
    if shapefile:
        frame.to_file(folder / f"{path.stem}.shp", engine="pyogrio")
    if geojson:
        frame.to_file(folder / f"{path.stem}.geojson")
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("KS-META.xml", "<?xml version='1.0'?><MD_Metadata/>")
        for file in sorted(folder.iterdir()):
            archive.write(file, f"{path.stem}/{file.name}")
    path.write_bytes(memory.getvalue())
    return path


def here() -> str:
    place = fields([shapely.box(0, 0, 30, 30)]).geometry.iloc[0].representative_point()
    return str(mesh_code(np.array([place.x]), np.array([place.y]))[0])


def factors_here(layer: Layer) -> dict[str, float]:
    parcels = fields([shapely.box(0, 0, 30, 30)])
    told = site_factors(parcels, [layer], attributes(parcels)).values.loc["P1"].dropna()
    return {str(key): float(value) for key, value in told.items() if key != "area_m2"}


@pytest.mark.parametrize("how", [{"geojson": False}, {"shapefile": False}, {}])
def test_a_downloaded_zip_gives_five_factors(tmp_path: Path, how: dict[str, bool]) -> None:
    layer = inspect_layer(packed(tmp_path / "G02-22_5739-jgd_GML.zip", national([here()]), **how))

    assert layer.kind == "mesh"
    assert factors_here(layer) == {
        "warmth_index_c_month": 88.0,
        "warmest_month_temp_c": 24.0,
        "coldest_month_min_temp_c": -5.0,
        "annual_precip_mm": 2020.0,
        "max_snow_depth_cm": 150.0,
    }
    assert list(layer.made_from) == ["G02-22_5739-jgd_GML.zip"]


def test_several_files_become_one_layer(tmp_path: Path) -> None:
    paths = [
        packed(tmp_path / "one.zip", national(["57393611"])),
        packed(tmp_path / "two.zip", national([here(), "57403611"])),
    ]

    layer = inspect_layer(paths)

    assert layer.content.decode().count("\r\n") == 4
    assert factors_here(layer)["annual_precip_mm"] == 2020.0


def test_what_is_marked_as_missing_stays_unknown(tmp_path: Path) -> None:
    frame = national([here()], G02_058=999_999, G02_026=999_999)

    told = factors_here(inspect_layer(packed(tmp_path / "a.zip", frame)))

    assert set(told) == {"coldest_month_min_temp_c", "annual_precip_mm"}


@pytest.mark.parametrize(
    "changed",
    [
        {"G02_017": 40},  # a mean above the maximum
        {"G02_019": 10},  # a minimum above the mean
        {"G02_014": 15_000},  # a year that is not the sum of its months
        {"G02_030": "hot"},
    ],
)
def test_columns_in_another_order_are_noticed(tmp_path: Path, changed: dict[str, object]) -> None:
    with pytest.raises(InputUnusable) as refused:
        inspect_layer(packed(tmp_path / "a.zip", national([here()], **changed)))

    assert refused.value.code == "layer.climate-columns"
    assert "mesh_code" in refused.value.mend.ja


def test_a_zip_may_hold_one_layer_in_several_forms_but_not_several_layers(tmp_path: Path) -> None:
    frame = fields([shapely.box(0, 0, 99, 99)])[["geometry"]].assign(土性="埴土")
    assert inspect_layer(packed(tmp_path / "soil.zip", frame)).columns == {"soil_texture": "土性"}

    both = tmp_path / "both.zip"
    one = write_polygons(tmp_path / "one.geojson", [(shapely.box(0, 0, 9, 9), {"texture": "clay"})])
    with zipfile.ZipFile(both, "w") as archive:
        archive.write(one, "one.geojson")
        archive.write(one, "two.geojson")
    with pytest.raises(InputUnusable) as refused:
        inspect_layer(both)
    assert refused.value.code == "layer.several"

    empty = tmp_path / "empty.zip"
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(InputUnusable) as refused:
        inspect_layer(empty)
    assert refused.value.code == "layer.form"


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
def test_a_shapefile_of_japanese_attributes_is_read(tmp_path: Path, encoding: str) -> None:
    frame = fields([shapely.box(0, 0, 99, 99)])[["geometry"]].assign(土性="埴土")
    folder = tmp_path / "parts"
    folder.mkdir()
    frame.to_file(folder / "soil.shp", engine="pyogrio", encoding=encoding)
    path = tmp_path / "soil.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.iterdir():
            if not (encoding == "cp932" and file.suffix == ".cpg"):
                archive.write(file, file.name.upper())

    layer = inspect_layer(path)

    assert layer.columns == {"soil_texture": "土性"}
    parcels = fields([shapely.box(0, 0, 9, 9)])
    assert site_factors(parcels, [layer], attributes(parcels)).values.loc["P1", "soil_texture"] == "clay"


def test_a_vrt_in_a_zip_opens_nothing(tmp_path: Path) -> None:
    target = write_polygons(tmp_path / "secret.geojson", [(shapely.box(0, 0, 9, 9), {"texture": "clay"})])
    vrt = (
        f"<OGRVRTDataSource><OGRVRTLayer name='secret'><SrcDataSource>{target}</SrcDataSource>"
        "</OGRVRTLayer></OGRVRTDataSource>"
    )
    for suffix in ("geojson", "shp", "gpkg", "fgb"):
        path = tmp_path / f"{suffix}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(f"soil.{suffix}", vrt)
        with pytest.raises(InputUnusable):
            inspect_layer(path)
