"""Browsers of a test process, started when the first test needs them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engines._page import Engine
from tests.engines._start import NAMES, Browser, NoBrowser, start_browser

#: Kept open for all tests of this process: starting one takes seconds.
_running: dict[str, Browser] = {}


def _started(name: str, profile: Path | None = None) -> Browser:
    try:
        return start_browser(name, profile)
    except NoBrowser as missing:
        if os.environ.get("KANPO_REQUIRE_BROWSER") == "1":
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def _browsers() -> Iterator[dict[str, Browser]]:
    yield _running
    for browser in _running.values():
        browser.kill()
    _running.clear()


@pytest.fixture(params=NAMES)
def engine(request: pytest.FixtureRequest, _browsers: dict[str, Browser]) -> Iterator[Engine]:
    """A browser engine; the pages that the test opens are closed when it ends."""
    name = request.param
    if name not in _browsers:
        _browsers[name] = _started(name)
    opened = Engine(name, _browsers[name])
    yield opened
    try:
        opened.close_pages()
    except Exception:
        # A browser that a test broke is of no use to the next one.
        _browsers.pop(name).kill()
        raise


@pytest.fixture
def fresh_engine(tmp_path: Path) -> Iterator[Callable[[str], Engine]]:
    """Starts a browser of its own on a profile that is kept until the test ends, so that it can be killed."""
    started: list[Browser] = []

    def start(name: str) -> Engine:
        started.append(_started(name, tmp_path / f"profile-{name}"))
        return Engine(name, started[-1])

    yield start
    for browser in started:
        with contextlib.suppress(Exception):
            browser.kill()
