"""The map in three engines, on a phone and on a desk: it opens, is drawn, and answers."""

from __future__ import annotations

import dataclasses
import re
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


@pytest.fixture(scope="module")
def priced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A map of some of the parcels, with workability and years."""
    plain = made_up.content(120, whole=300, years=made_up.years())
    costs, labels = made_up.costs(plain)
    content = dataclasses.replace(plain, costs=costs, cost_labels=labels)
    return write_map(content, tmp_path_factory.mktemp("map") / "priced.html").path


@pytest.mark.parametrize("size", [(390, 844), (1280, 800), (1366, 625)], ids=["phone", "desk", "low"])
def test_the_card_has_yen_and_years_in_every_engine(
    engine: Engine, priced: Path, size: tuple[int, int]
) -> None:
    page = engine.open(priced, size=size)
    assert "全300筆のうち120筆だけ" in page.text("#kanpo-part-of")
    if size[0] < 760:
        page.click("#kanpo-handle")
    page.wait("() => document.querySelectorAll('#kanpo-list .kanpo-col-cost').length > 20")
    # Rows of the list are on the first screen.
    assert page.run(
        "() => document.querySelector('#kanpo-list tr').getBoundingClientRect().bottom <= innerHeight"
    )
    page.click("#kanpo-list-head .kanpo-col-cost button")
    first = page.run("() => document.querySelector('#kanpo-list .kanpo-col-cost').textContent")
    assert first == "2〜6"
    page.click("#kanpo-list .kanpo-name button")
    page.wait("() => !document.getElementById('kanpo-card').hidden")
    costs = page.run("() => document.getElementById('kanpo-costs').textContent")
    assert "20,000〜60,000円" in costs
    assert "時間はまだ言えない" in costs
    assert "数えていないもの: 作業時間" in costs
    assert "30/30" in page.run("() => document.getElementById('kanpo-years').textContent")
    body = page.run("() => document.body.innerText")
    assert not re.search(r"undefined|NaN|\[object|labour_hours|yearsMet|\{\w+\}", body)
    assert page.run("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert page.complaints() == []
