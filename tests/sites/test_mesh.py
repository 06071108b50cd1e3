"""Mesh codes of JIS X 0410, and what tables by mesh say of parcels."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.crs import JAPAN_BOX
from kanpo.errors import InputUnusable, UsageError
from kanpo.sites import Layer, inspect_layer, mesh_box, mesh_boxes, mesh_code, site_factors, warmth_index
from tests.sites.made_up import attributes, fields

DIGITS = st.sampled_from([4, 6, 8, 9, 10])
MONTHS = ",".join(f"mean_temp_c_{month:02d}" for month in range(1, 13))
PLACE = fields([shapely.box(0, 0, 30, 30)]).geometry.iloc[0].representative_point()


def here(digits: int = 8) -> str:
    return str(mesh_code(np.array([PLACE.x]), np.array([PLACE.y]), digits)[0])


def table(tmp_path: Path, *lines: str, encoding: str = "utf-8", **how: object) -> Layer:
    path = tmp_path / "climate.csv"
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))
    return inspect_layer(path, **how)  # type: ignore[arg-type]


def test_tokyo_station_lies_in_primary_mesh_5339() -> None:
    codes = [mesh_code(np.array([139.7671]), np.array([35.6812]), digits)[0] for digits in (4, 6, 8)]

    assert codes == ["5339", "533946", "53394611"]


def test_the_primary_mesh_of_tokyo_spans_40_minutes_by_one_degree() -> None:
    assert mesh_box("5339") == pytest.approx((139.0, 35 + 20 / 60, 140.0, 36.0))


def test_half_and_quarter_meshes_are_numbered_from_the_south_west() -> None:
    west, south, east, north = mesh_box("53394611")
    x = np.array([west + (east - west) * share for share in (0.2, 0.8, 0.2, 0.8)])
    y = np.array([south + (north - south) * share for share in (0.2, 0.2, 0.8, 0.8)])

    assert mesh_code(x, y, 9).tolist() == ["533946111", "533946112", "533946113", "533946114"]
    assert mesh_code(x, y, 10).tolist() == ["5339461111", "5339461122", "5339461133", "5339461144"]


@settings(deadline=None)
@given(st.floats(JAPAN_BOX[0], JAPAN_BOX[2]), st.floats(JAPAN_BOX[1], JAPAN_BOX[3]), DIGITS)
def test_a_place_lies_in_its_mesh_and_the_middle_of_a_mesh_has_its_code(
    lon: float, lat: float, digits: int
) -> None:
    code = mesh_code(np.array([lon]), np.array([lat]), digits)[0]
    west, south, east, north = mesh_box(code)

    assert len(code) == digits
    assert west - 1e-8 <= lon <= east + 1e-8 and south - 1e-8 <= lat <= north + 1e-8
    assert mesh_code(np.array([(west + east) / 2]), np.array([(south + north) / 2]), digits)[0] == code
    assert mesh_code(np.array([west]), np.array([south]), digits)[0] == code


@settings(deadline=None)
@given(st.floats(122, 154), st.floats(20, 46))
def test_a_finer_code_begins_with_the_coarser_one(lon: float, lat: float) -> None:
    codes = [mesh_code(np.array([lon]), np.array([lat]), digits)[0] for digits in (4, 6, 8, 9, 10)]

    assert all(finer.startswith(coarser) for coarser, finer in pairwise(codes))


@pytest.mark.parametrize(
    "code",
    [
        "",
        "533",
        "53398",
        "533980",
        "533908",
        "5339469",
        "533946115",
        "533946110",
        "5339461105",
        "5339461a",
        "５３３９",
    ],
)
def test_what_is_no_mesh_code_has_no_box(code: str) -> None:
    with pytest.raises(ValueError, match=code or "^$"):
        mesh_box(code)
    assert np.isnan(mesh_boxes([code, "5339"])).all(axis=1).tolist() == [True, False]


def test_a_place_that_no_code_can_name_has_an_empty_one() -> None:
    assert mesh_code(np.array([np.nan, 99.9, 139.0]), np.array([35.0, 35.0, -0.1])).tolist() == ["", "", ""]


def test_warmth_index_by_hand() -> None:
    year = [-1.0, 0.0, 3.0, 8.0, 14.0, 18.0, 22.0, 24.0, 20.0, 14.0, 8.0, 2.0]

    # 3 + 9 + 13 + 17 + 19 + 15 + 9 + 3
    assert warmth_index(np.array([year])).tolist() == [88.0]
    assert np.isnan(warmth_index(np.array([[np.nan, *year[1:]]]))).all()


def test_monthly_means_give_the_warmth_index_and_the_warmest_month(tmp_path: Path) -> None:
    layer = table(tmp_path, f"mesh_code,{MONTHS}", f"{here()},-1,0,3,8,14,18,22,24,20,14,8,2")
    parcels = fields([shapely.box(0, 0, 30, 30)])

    values = site_factors(parcels, [layer], attributes(parcels)).values.loc["P1"]

    assert values["warmth_index_c_month"] == 88.0
    assert values["warmest_month_temp_c"] == 24.0


def test_a_month_that_is_missing_leaves_the_warmth_index_unknown(tmp_path: Path) -> None:
    layer = table(tmp_path, f"mesh_code,{MONTHS}", f"{here()},-1,0,3,8,,18,22,24,20,14,8,2")
    parcels = fields([shapely.box(0, 0, 30, 30)])

    factors = site_factors(parcels, [layer], attributes(parcels))

    assert np.isnan(factors.values.loc["P1", "warmth_index_c_month"])
    assert factors.sources.loc["P1", "warmth_index_c_month"] == ""


def test_a_parcel_whose_mesh_is_missing_stays_unknown(tmp_path: Path) -> None:
    layer = table(tmp_path, "mesh_code,annual_precip_mm", "53394611,1500")
    parcels = fields([shapely.box(0, 0, 30, 30)])

    factors = site_factors(parcels, [layer], attributes(parcels))

    assert np.isnan(factors.values.loc["P1", "annual_precip_mm"])
    assert factors.coverage.loc["P1", "annual_precip_mm"] == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize(
    "code", [here(), f"{here()}.0", f" {here()[:4]}-{here()[4:6]}-{here()[6:]}", here(4), here(10)]
)
def test_tables_as_offices_write_them_are_read(tmp_path: Path, encoding: str, code: str) -> None:
    layer = table(
        tmp_path, "メッシュコード,最深積雪,排水", "", f"{code},１２０,やや良", ",,", encoding=encoding
    )
    parcels = fields([shapely.box(0, 0, 30, 30)])

    values = site_factors(parcels, [layer], attributes(parcels)).values.loc["P1"]

    assert values["max_snow_depth_cm"] == 120
    assert values["drainage"] == "moderate"


def test_every_bad_cell_of_a_table_is_named_with_row_column_and_value(tmp_path: Path) -> None:
    with pytest.raises(InputUnusable) as refused:
        table(
            tmp_path,
            "mesh_code,annual_precip_mm,drainage",
            f"{here()},99999,良",
            "5739761,1200,良",
            f"{here()},1200,最高",
            "53394611,たくさん,良,余り",
        )

    found = {(p.code, p.place.row, p.place.column, p.place.value) for p in refused.value.problems}
    assert found == {
        ("layer.value", 2, "annual_precip_mm", "99999"),
        ("layer.mesh-code", 3, "mesh_code", "5739761"),
        ("layer.mesh-twice", 4, "mesh_code", here()),
        ("layer.class", 4, "drainage", "最高"),
        ("layer.value", 5, "annual_precip_mm", "たくさん"),
        ("table.row-length", 5, None, "余り"),
    }
    assert all(str(p.mend) for p in refused.value.problems)


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["a,b", "1,2"], "layer.form"),
        ([""], "layer.form"),
        (["mesh_code,annual_precip_mm,annual_precip_mm", "53394611,1,2"], "table.header-twice"),
        (["mesh_code,annual_precip_mm", "53394611,1", "533946,1"], "layer.values"),
    ],
)
def test_tables_that_are_none_are_refused(tmp_path: Path, lines: list[str], code: str) -> None:
    with pytest.raises(InputUnusable) as refused:
        table(tmp_path, *lines)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"annual_precip_mm": "rain"}, "layer.unknown-column"),
        ({"rain": "annual_precip_mm"}, "layer.unknown-factor"),
        ({"area_m2": "annual_precip_mm"}, "layer.unknown-factor"),
        ({"annual_precip_mm": MONTHS}, "layer.months"),
        ({"warmth_index_c_month": MONTHS}, "layer.unknown-column"),
    ],
)
def test_a_mapping_that_names_nothing_is_refused(tmp_path: Path, columns: dict[str, str], code: str) -> None:
    with pytest.raises(UsageError) as refused:
        table(tmp_path, "mesh_code,annual_precip_mm", "53394611,1500", columns=columns)

    assert refused.value.code == code


def test_an_empty_table_says_nothing(tmp_path: Path) -> None:
    layer = table(tmp_path, "mesh_code,annual_precip_mm")
    parcels = fields([shapely.box(0, 0, 30, 30)])

    assert np.isnan(site_factors(parcels, [layer], attributes(parcels)).values.loc["P1", "annual_precip_mm"])
