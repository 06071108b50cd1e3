"""What goes into the page comes out of it."""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.locale import Text
from kanpo.maps._columns import Pack, number_column
from kanpo.maps._payload import encode_content
from kanpo.schema import FACTORS

from . import made_up
from .node import unpack

HOSTILE = "</script><script>window.pwned=1</script>`${window.pwned=1}`{{7*7}}{% raw %}\u202e\u0000\n\"'<!--"


def metres(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    scale = np.array([111_320 * np.cos(np.radians(one[:, 1].mean())), 111_320])
    return np.hypot(*((one - other) * scale).T)


def test_outlines_move_by_less_than_20_cm() -> None:
    content = made_up.content(300)
    page = unpack(encode_content(content))
    before = content.parcels.set_index("parcel_id").geometry
    for parcel_id, parts in zip(page["columns"]["parcel_id"], page["shapes"], strict=True):
        corners = shapely.get_coordinates(before[parcel_id])[:-1]
        assert metres(corners, np.array(parts[0][0])).max() <= 0.2


def test_holes_multipolygons_points_and_nothing_survive() -> None:
    box = shapely.box(139.8, 38.7, 139.801, 38.701)
    hole = shapely.Polygon(
        box.exterior.coords, [shapely.box(139.8003, 38.7003, 139.8006, 38.7006).exterior.coords]
    )
    two = shapely.MultiPolygon([hole, shapely.box(139.805, 38.7, 139.806, 38.701)])
    shapes = [hole, two, shapely.Point(139.81, 38.71), None, shapely.Polygon()]
    content = made_up.content(5)
    parcels = gpd.GeoDataFrame(content.parcels.drop(columns="geometry"), geometry=shapes, crs=6668)
    page = unpack(encode_content(dataclasses.replace(content, parcels=parcels)))
    counts = {
        lot: [[len(ring) for ring in part] for part in parts]
        for lot, parts in zip(page["columns"]["parcel_id"], page["shapes"], strict=True)
    }
    assert [counts[parcel_id] for parcel_id in parcels["parcel_id"]] == [
        [[4, 4]],
        [[4, 4], [4]],
        [[1]],
        [],
        [],
    ]


def test_written_decimals_come_out_bit_for_bit() -> None:
    content = made_up.content(200)
    page = unpack(encode_content(content))
    order = page["columns"]["parcel_id"]
    for factor in page["factors"]:
        column = content.factors.loc[order, factor["key"]]
        if FACTORS[factor["key"]].kind == "class":
            classes = FACTORS[factor["key"]].classes
            expected = [None if pd.isna(value) else float(classes.index(value)) for value in column]
        else:
            expected = [None if np.isnan(value) else value for value in column]
        assert factor["values"] == expected, factor["key"]
        sources = content.factor_sources.loc[order, factor["key"]]
        assert factor["sources"] == [value or None for value in sources]


@given(st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), max_size=30))
@settings(max_examples=60, deadline=None)
def test_any_number_is_exact_or_says_its_step(values: list[float]) -> None:
    column = np.array(values, dtype=np.float64)
    described = number_column(Pack(), column)
    known = column[np.isfinite(column)]
    if described["step"]:
        assert described["step"] <= (known.max() - known.min()) / (2**24 - 2) * 1.000001
    elif described["scale"]:
        scale = described["scale"]
        assert (np.rint(known * scale) / scale == known).all()
    else:
        assert (known == described["base"]).all()


def test_columns_without_a_label_stay_at_home() -> None:
    content = made_up.content(20)
    content.parcels["owner_name"] = "nobody"
    page = unpack(encode_content(content))
    assert "owner_name" not in page["columns"]
    assert "attributes" not in page["columns"]


def test_hostile_text_comes_out_as_it_went_in() -> None:
    content = made_up.content(4)
    texts = [HOSTILE, "x" * 10_000, "﨑𠮷🌿", ""]
    content.parcels["lot_number"] = texts
    page = unpack(encode_content(dataclasses.replace(content, title=HOSTILE)))
    assert page["meta"]["title"] == [HOSTILE, HOSTILE]
    assert sorted(text or "" for text in page["columns"]["lot_number"]) == sorted(texts)


def test_parcels_missing_from_the_factors_are_unknown() -> None:
    content = made_up.content(6)
    content = dataclasses.replace(content, factors=content.factors.iloc[:0], factor_sources=None)
    page = unpack(encode_content(content))
    assert all(value is None for factor in page["factors"] for value in factor["values"])
    assert set(page["scores"][0]["codes"]) == {0}
    assert set(page["scores"][0]["shown"]) == {0}


@pytest.mark.parametrize("count", [0, 1])
def test_no_parcel_and_one_parcel(count: int) -> None:
    page = unpack(encode_content(made_up.content(count)))
    assert len(page["shapes"]) == count


def test_cells_that_are_no_texts_are_written_out() -> None:
    content = made_up.content(6)
    content.parcels["mixed"] = pd.Series([1, "1", True, None, "", 2.5], dtype=object)
    content = dataclasses.replace(content, labels={"mixed": Text("混", "mixed")})
    columns = unpack(encode_content(content))["columns"]
    told = dict(zip(columns["parcel_id"], columns["mixed"], strict=True))
    assert [told[parcel] for parcel in content.parcels["parcel_id"]] == ["1", "1", "True", None, None, "2.5"]
