"""The field sheet prints whole plots in walking order, and every code on it can be read."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import median_filter

from kanpo.exchange import field_sheet, plot_qr, sheet_id, walk_of, write_field_sheet
from kanpo.schema import TRAITS
from kanpo.store import Project

DPI = 150
BOXES = """() => [...document.querySelectorAll(".qr svg")].map((e) => e.getBoundingClientRect())
  .map((r) => [r.x + scrollX, r.y + scrollY, r.width, r.height])"""


@pytest.mark.browser
def test_every_code_is_read_at_150_dpi_also_with_noise(
    field_project: Project, chromium: Any, tmp_path: Path
) -> None:
    zxing = pytest.importorskip("zxingcpp")
    image_module = pytest.importorskip("PIL.Image")
    walk = walk_of(field_project, "T60", ["草丈", "病害程度"])
    write_field_sheet(tmp_path / "sheet.html", walk)
    context = chromium.new_context(viewport={"width": 1100, "height": 800}, device_scale_factor=DPI / 96)
    page = context.new_page()
    page.emulate_media(media="print")
    page.goto((tmp_path / "sheet.html").as_uri())
    boxes = np.array(page.evaluate(BOXES))
    sheet = np.asarray(image_module.open(io.BytesIO(page.screenshot(full_page=True))).convert("L"))
    pdf = page.pdf(prefer_css_page_size=True)
    context.close()
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 8, "60 plots, eight to a page, none cut in two"
    assert (boxes[:, 2:] >= 20 / 25.4 * 96).all(), "20 mm and more"
    margin = 3 / 25.4 * DPI
    rng = np.random.default_rng(1)
    expected = [plot_qr(walk.project6, plot.code) for plot in walk.plots]
    read: dict[str, list[str | None]] = {"clean": [], "grain": [], "speckles": []}
    for x, y, width, height in boxes * DPI / 96:
        cut = sheet[int(y - margin) : int(y + height + margin), int(x - margin) : int(x + width + margin)]
        grain = np.clip(cut + rng.normal(0, 25.5, cut.shape), 0, 255)
        speckles = np.where(rng.random(cut.shape) < 0.1, rng.choice([0, 255], cut.shape), cut)
        # A scanner takes speckles out before anybody reads.
        pictures = {"clean": cut, "grain": grain, "speckles": median_filter(speckles, 3)}
        for name, picture in pictures.items():
            found = zxing.read_barcodes(np.ascontiguousarray(picture.astype(np.uint8)))
            read[name].append(found[0].text if found else None)
    assert read["clean"] == expected
    for name in ("grain", "speckles"):
        assert np.mean([a == b for a, b in zip(read[name], expected, strict=True)]) >= 0.99, name


def test_a_sheet_says_what_it_is_and_runs_nothing(field_project: Project) -> None:
    walk = walk_of(field_project, "T60")
    page = field_sheet(walk, "2026-06-01")
    assert sheet_id(walk, "2026-06-01") in page and walk.seal in page
    for word in ("調査日", "天気", "記入者", "31 (06-01)"):
        assert word in page
    assert (
        "<script" not in page
        and "src=" not in page
        and "http://" not in page.replace("http://www.w3.org", "")
    )
    assert page == field_sheet(walk, "2026-06-01")
    codes = re.findall(r"<b>(T60-\d+)</b>", page)
    assert codes == [plot.code for plot in walk.plots]


def test_the_number_of_a_sheet_changes_with_what_is_printed(field_project: Project) -> None:
    first = sheet_id(walk_of(field_project, "T60"), "2026-06-01")
    assert first != sheet_id(walk_of(field_project, "T60", ["葉数"]), "2026-06-01")
    assert first != sheet_id(walk_of(field_project, "T60"), "2026-06-02")


def test_more_traits_than_fit_go_on_pages_of_their_own(field_project: Project) -> None:
    page = field_sheet(walk_of(field_project, "T60", list(TRAITS)), "2026-06-01")
    for trait in TRAITS.values():
        assert page.count(f">{trait.header.ja}</th>") == 12, "once on each page of its group"


def test_names_are_text_on_paper(field_project: Project) -> None:
    import dataclasses

    walk = walk_of(field_project, "T60")
    evil = dataclasses.replace(
        walk,
        title="<script>x</script>",
        plots=(dataclasses.replace(walk.plots[0], treatment='"><img src=x>'),),
    )
    page = field_sheet(evil)
    assert "<script" not in page and "<img" not in page
