"""The map in three engines, on a phone and on a desk: it opens, is drawn, and answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from kanpo.maps import write_map
from tests.engines import Engine
from tests.engines._prepared import STORAGE_BLOCKED

from . import made_up

pytestmark = pytest.mark.browser

COLOURS = """() => {
  const canvas = document.querySelector(".kanpo-canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Set();
  for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) colours.add(data.slice(i, i + 3).join());
  return colours.size;
}"""
FIRST_ROWS = (
    "() => [...document.querySelectorAll('#kanpo-list .kanpo-name')].slice(0, 20).map((e) => e.textContent)"
)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_map(made_up.content(120), tmp_path_factory.mktemp("map") / "map.html").path


@pytest.mark.parametrize("size", [(390, 844), (1280, 800)], ids=["phone", "desk"])
def test_r28_the_map_opens_is_drawn_and_answers(engine: Engine, sample: Path, size: tuple[int, int]) -> None:
    page = engine.open(sample, size=size)
    assert page.run("() => [innerWidth, innerHeight]") == list(size)
    assert page.run(COLOURS) > 3
    before = page.run(FIRST_ROWS)
    page.choose("#kanpo-herb", "herb_2")
    page.wait(lambda: page.run(FIRST_ROWS) != before)
    if size[0] < 760:
        page.click("#kanpo-handle")
    name = page.text("#kanpo-list .kanpo-name button")
    page.click("#kanpo-list .kanpo-name button")
    page.wait("() => !document.getElementById('kanpo-card').hidden")
    assert page.text("#kanpo-card h2") == name
    assert page.run("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert not page.shown("#kanpo-cut, #kanpo-stopped, #kanpo-wait")
    assert (page.complaints(), page.requests()) == ([], [])


def test_r28_the_map_opens_where_nothing_is_kept_and_after_going_back(
    engine: Engine, sample: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere.html"
    elsewhere.write_text("<title>elsewhere</title>", encoding="utf-8")
    page = engine.open(sample, before=STORAGE_BLOCKED)
    assert page.run(COLOURS) > 3
    page.leave_and_return(elsewhere)
    assert page.run(COLOURS) > 3
    assert page.complaints() == []
