"""Pages opened offline, and what they said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import Opened


@pytest.fixture
def open_file(chromium: Any) -> Iterator[Any]:
    contexts = []

    def open_it(
        path: Path, width: int = 1280, height: int = 800, before: str = "", ready: bool = True
    ) -> Opened:
        context = chromium.new_context(viewport={"width": width, "height": height})
        context.set_offline(True)
        contexts.append(context)
        opened = Opened(context.new_page())
        opened.page.on("request", lambda request: opened.requests.append(request.url))
        opened.page.on("console", lambda message: opened.complaints.append(message.text))
        opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        opened.page.on("dialog", lambda dialog: opened.complaints.append("dialog"))
        if before:
            opened.page.add_init_script(before)
        opened.page.goto(path.as_uri())
        if ready:
            opened.js("async () => { await window.kanpoReady; }")
        return opened

    yield open_it
    for context in contexts:
        context.close()
