"""Pictures: names that fit and do not hide anything, everything escaped, the same on a page as in a file."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanpo.compare import COLOURS, Picture, Series, Spot, free_spots, shortened, told_apart, wide

PAYLOAD = "<script>alert(1)</script>"
numbers = st.floats(0, 400)


@given(
    st.lists(st.tuples(numbers, numbers), max_size=30),
    st.floats(10, 120),
)
def test_names_cover_no_name_and_no_point(points: list[tuple[float, float]], width: float) -> None:
    spots = [Spot(x, y, width, 12.0) for x, y in points]
    found = free_spots(spots, points, (0, 0, 400, 400))
    boxes = [(x, y - 10, x + width, y + 2) for x, y in (at for at in found if at is not None)]
    for at, (left, top, right, bottom) in enumerate(boxes):
        assert left >= 0 and top >= 0 and right <= 400 and bottom <= 400
        assert not any(left < x < right and top < y < bottom for x, y in points)
        assert not any(
            left < box[2] and right > box[0] and top < box[3] and bottom > box[1] for box in boxes[:at]
        )


def test_a_lonely_point_has_its_name_to_the_right() -> None:
    assert free_spots([Spot(50, 50, 40, 12)], [(50, 50)], (0, 0, 200, 100)) == [(55.0, 54.0)]


@given(st.text(max_size=60), st.floats(40, 200))
def test_a_name_fits_its_room(name: str, room: float) -> None:
    assert wide(shortened(name, room)) <= room or len(shortened(name, room)) <= 2


@given(st.integers(0, 30), st.integers(0, 30))
def test_names_that_differ_in_the_middle_stay_different(before: int, after: int) -> None:
    names = [f"{'前' * before}{number:02d}{'後' * after}" for number in range(12)]
    cut = told_apart(names, 160.0)
    assert len(set(cut)) == 12
    assert all(wide(name) <= 175 for name in cut)


def picture(name: str = "甲", count: int = 3) -> Picture:
    x = np.arange(count, dtype=float)
    spans = np.column_stack([x - 1, x + 1])
    one = Series(name, x, x * 2, COLOURS[0], [name] * count, line=True, up=spans, across=spans)
    return Picture(name, name, name, [one], x_names=[(0.0, name)], told=name)


@pytest.mark.parametrize("page", [False, True], ids=["file", "page"])
def test_hostile_names_stay_text(page: bool) -> None:
    made = picture(PAYLOAD + "\x00=cmd")
    svg = made.svg_of_page() if page else made.svg()
    assert "<script" not in svg and "\x00" not in svg
    ElementTree.fromstring(svg)
    assert ("http://" in svg) != page, "a page holds no address"


def test_points_and_intervals_are_in_the_frame() -> None:
    root = ElementTree.fromstring(picture().svg_of_page())
    frame = next(one for one in root.iter("rect"))
    left, top = float(frame.get("x", 0)), float(frame.get("y", 0))
    right, bottom = left + float(frame.get("width", 0)), top + float(frame.get("height", 0))
    dots = [one for one in root.iter("circle") if one.get("cy") and float(one.get("cy", 0)) <= bottom]
    assert len(dots) == 3
    assert all(left <= float(dot.get("cx", 0)) <= right for dot in dots)
    assert root[0].text == "甲" and root[1].tag == "desc"


def test_many_series_are_counted_in_the_legend() -> None:
    x = np.arange(2.0)
    series = [Series(f"系{at}", x, x + at, COLOURS[at % 8], line=True) for at in range(40)]
    svg = Picture("t", "x", "y", series).svg()
    height = float(svg.split('height="')[1].split('"')[0])
    assert "ほか 16" in svg and svg.count(">系") == 24
    assert height >= 25 * 22, "the legend is not cut off"


def test_nothing_to_draw_is_still_a_picture() -> None:
    empty = Picture("空", "x", "y", [Series("", np.empty(0), np.empty(0), COLOURS[0])])
    ElementTree.fromstring(empty.svg_of_page())
