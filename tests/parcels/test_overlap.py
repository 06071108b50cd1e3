"""Overlapping parcels are named with the ground they share."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from kanpo.parcels import overlaps


def _frame(*boxes: tuple[float, float]) -> gpd.GeoDataFrame:
    shapes = [shapely.box(139.82 + west, 38.72, 139.82 + west + width, 38.7203) for west, width in boxes]
    return gpd.GeoDataFrame({"parcel_id": [f"P{i}" for i in range(len(shapes))]}, geometry=shapes, crs=6668)


def test_who_overlaps_whom_and_how_much() -> None:
    found = overlaps(_frame((0, 0.0003), (0.0002, 0.0003), (0.001, 0.0003)))
    assert found[["parcel_id", "other_id"]].values.tolist() == [["P0", "P1"]]
    assert found["share"][0] == pytest.approx(1 / 3, abs=1e-3)
    assert found["overlap_m2"][0] == pytest.approx(290, rel=0.02)


def test_neighbours_that_share_an_edge_do_not_overlap() -> None:
    assert overlaps(_frame((0, 0.0003), (0.0003, 0.0003))).empty
    assert overlaps(_frame()).empty


def test_a_parcel_inside_another_is_found() -> None:
    found = overlaps(_frame((0, 0.0009), (0.0003, 0.0003)))
    assert found["share"][0] == pytest.approx(1.0)
