"""A printed label shows the whole QR code, square by square."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import rasterio
import segno

from kanpo.lots import lot_code, read_book, write_labels
from kanpo.store import Project
from tests.lots.made_up import two_plots

pytestmark = pytest.mark.browser
_BORDER = 4


@pytest.mark.parametrize("width", [1280, 390])
def test_every_square_of_the_code_is_on_the_label(
    trial_project: Project,
    tmp_path: Path,
    chromium: Any,
    width: int,
) -> None:
    two_plots(trial_project)
    path, project_id = tmp_path / "札.html", trial_project.meta["project_id"]
    write_labels(path, read_book(trial_project), project_id, ["PACK-1"])
    page = chromium.new_page(viewport={"width": width, "height": 800}, device_scale_factor=4)
    try:
        page.goto(path.as_uri())
        shot = page.locator(".label svg").screenshot()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    finally:
        page.close()
    with rasterio.open(io.BytesIO(shot)) as picture:
        grey = picture.read([1, 2, 3]).mean(axis=0)
    squares = segno.make(lot_code(project_id, "PACK-1"), error="q", micro=False).matrix
    count = len(squares) + 2 * _BORDER
    for row, line in enumerate(squares):
        for column, dark in enumerate(line):
            y = int((row + _BORDER + 0.5) / count * grey.shape[0])
            x = int((column + _BORDER + 0.5) / count * grey.shape[1])
            assert (grey[y, x] < 128) == bool(dark), (row, column)
