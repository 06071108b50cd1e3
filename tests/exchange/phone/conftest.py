"""A phone: Chromium of 390 x 844 with touch, offline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kanpo.exchange import walk_of, write_phone_page
from kanpo.store import Project
from tests.browser import Opened

TRAITS = ("plant_height_cm", "weed_cover_percent", "disease_score_0_4")
SCREEN = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def page_file(field_project: Project, tmp_path: Path) -> Path:
    """The page of the trial T60 with three traits."""
    path = tmp_path / "T60.html"
    write_phone_page(path, walk_of(field_project, "T60", TRAITS))
    return path


@pytest.fixture
def phone(chromium: Any) -> Iterator[Callable[..., Opened]]:
    """Opens pages on one phone: what one page keeps, the next one finds."""
    context = chromium.new_context(**SCREEN, accept_downloads=True)
    context.set_offline(True)

    def open_it(path: Path, before: str = "") -> Opened:
        opened = Opened(context.new_page())
        opened.page.set_default_timeout(5000)
        opened.page.on("request", lambda request: opened.requests.append(request.url))
        opened.page.on("console", lambda message: opened.complaints.append(message.text))
        opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        if before:
            opened.page.add_init_script(before)
        opened.page.goto(path.as_uri())
        opened.js("async () => { await window.kanpoReady; }")
        return opened

    yield open_it
    context.close()


def begin(page: Any, name: str = "佐藤") -> None:
    """Say who records."""
    page.fill("#name", name)
    page.tap("#start")
    page.locator("#plot").wait_for()


def hand_over(page: Any, folder: Path) -> Path:
    """The file that the phone hands over."""
    page.tap("#go-hand")
    with page.expect_download() as download:
        page.tap("#save")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path
