"""Which parcels lie together."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.blocks import Blocks, form_blocks
from kanpo.errors import UsageError
from tests.blocks.made_up import fields, line


def together(blocks: Blocks) -> set[frozenset[str]]:
    return {frozenset(blocks.parcel_ids[blocks.block_of == block]) for block in range(len(blocks.block_ids))}


def named(*groups: str) -> set[frozenset[str]]:
    return {frozenset(group.split()) for group in groups}


ROW = ((0, 0, 30, 30), (35, 0, 65, 30), (80, 0, 110, 30))


@pytest.mark.parametrize(
    ("gap", "groups"), [(4, ("P0", "P1", "P2")), (6, ("P0 P1", "P2")), (16, ("P0 P1 P2",))]
)
def test_the_gap_decides(gap: float, groups: tuple[str, ...]) -> None:
    assert together(form_blocks(fields(*ROW), gap_m=gap)) == named(*groups)


def test_a_corner_counts_as_touching() -> None:
    corner = fields((0, 0, 30, 30), (30, 30, 60, 60))
    assert together(form_blocks(corner, gap_m=0.01)) == named("P0 P1")


def test_a_river_between_two_fields_parts_them() -> None:
    river = line((32, -50), (33, 100))
    assert together(form_blocks(fields(*ROW), gap_m=16, barriers=river)) == named("P0", "P1 P2")
    elsewhere = line((-10, -50), (-10, 100))
    assert together(form_blocks(fields(*ROW), gap_m=16, barriers=elsewhere)) == named("P0 P1 P2")


def test_a_way_round_the_river_keeps_them_together() -> None:
    round_ = fields(*ROW[:2], (0, 35, 65, 60))
    river = line((32, -50), (32, 33))
    assert together(form_blocks(round_, gap_m=6, barriers=river)) == named("P0 P1 P2")


def test_a_road_along_a_common_edge_parts_and_one_across_it_does_not() -> None:
    touching = fields((0, 0, 30, 30), (30, 0, 60, 30))
    assert together(form_blocks(touching, barriers=line((30, -10), (30, 40)))) == named("P0", "P1")
    across = np.concatenate([line((-10, y), (70, y)) for y in (0, 10, 20, 30)])
    assert together(form_blocks(touching, barriers=across)) == named("P0 P1")


def test_a_blocks_name_is_its_smallest_parcel_and_stays_when_others_come() -> None:
    few = form_blocks(fields(*ROW, ids=["c", "b", "a"]), gap_m=6)
    assert set(few.block_ids) == {"B-b", "B-a"}
    more = form_blocks(fields((200, 0, 230, 30), *ROW, ids=["z", "c", "b", "a"]), gap_m=6)
    assert set(more.block_ids) == {"B-b", "B-a", "B-z"}


def test_no_parcels_and_an_impossible_gap() -> None:
    assert len(form_blocks(fields()).block_ids) == 0
    for gap in (-1, 2000, float("nan")):
        with pytest.raises(UsageError):
            form_blocks(fields(*ROW), gap_m=gap)


BOXES = st.lists(
    st.tuples(st.integers(0, 300), st.integers(0, 300), st.integers(5, 60)), min_size=1, max_size=12
)


@settings(max_examples=30, deadline=None)
@given(BOXES, st.integers(0, 40), st.integers(0, 40))
def test_blocks_are_those_of_the_slow_definition_and_a_wider_gap_only_joins(
    boxes: list[tuple[int, int, int]], gap: int, more: int
) -> None:
    frame = fields(*[(x, y, x + size, y + size) for x, y, size in boxes])
    near = form_blocks(frame, gap_m=gap)
    left, groups = set(range(len(boxes))), []
    while left:
        group, edge = set(), {left.pop()}
        while edge:
            group |= edge
            edge = {
                p for p in left if any(shapely.distance(near.shapes[p], near.shapes[q]) <= gap for q in edge)
            }
            left -= edge
        groups.append(frozenset(f"P{p}" for p in group))
    assert together(near) == set(groups)
    wide = form_blocks(frame, gap_m=gap + more)
    assert all(any(small <= large for large in together(wide)) for small in together(near))


def test_polygons_can_be_barriers_too() -> None:
    lake = gpd.GeoSeries(line((32, -50), (33, 100)), crs=6668).to_crs(6678).buffer(1).to_crs(6668)
    found = form_blocks(fields(*ROW), gap_m=16, barriers=np.asarray(lake, dtype=object))
    assert together(found) == named("P0", "P1 P2")
