"""Maps opened in a headless Chromium without a network: tasks of `benchmarks._tasks`."""

from __future__ import annotations

import re
import shutil
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_FLAGS = ("--no-sandbox", "--disable-gpu", "--enable-precise-memory-info", "--js-flags=--expose-gc")
_LONGEST_MS = 600_000
#: Milliseconds from the start of the page to the first picture after everything is on it.
_PAINTED = "new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"
_SWITCH = """async () => {
  const times = [];
  for (const { id } of kanpo.app.data.herbs.slice(1, 12)) {
    const began = performance.now();
    kanpo.app.setHerb(id);
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    times.push(performance.now() - began);
  }
  return times;
}"""
_DRAG = """async () => {
  document.getElementById("kanpo-adjust-open").click();
  const times = [];
  for (const input of [...document.querySelectorAll("#kanpo-adjust input[type=range]")].slice(0, 6)) {
    input.dispatchEvent(new Event("pointerdown"));
    const [least, most] = [Number(input.min), Number(input.max)];
    for (let step = 1; step <= 12; step++) {
      input.value = String(least + ((most - least) * step) / 13);
      input.dispatchEvent(new Event("input"));
      await new Promise((done) => requestAnimationFrame((began) => setTimeout(() => {
        times.push(performance.now() - began);
        done();
      })));
    }
    input.dispatchEvent(new Event("change"));
  }
  return times;
}"""
_HEAP = "() => { gc(); return performance.memory.usedJSHeapSize / 1e6; }"


@contextmanager
def _opened(answer: Callable[[str], str] | None = None) -> Iterator[tuple[Any, list[str]]]:
    """A page and the addresses that it asked for; with `answer`, those get a text instead of a network."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.set_default_timeout(_LONGEST_MS)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        if answer is None:
            page.context.set_offline(True)
        else:
            page.route(re.compile("^https?:"), lambda route: route.fulfill(body=answer(route.request.url)))
        yield page, asked
        browser.close()


def open_map(path: str) -> dict[str, Any]:
    """``kanpo map``: first paint, another herb, a slider dragged, memory, requests."""
    with _opened() as (page, asked):
        page.goto(Path(path).as_uri())
        page.evaluate("async () => { await window.kanpoReady; }")
        return {
            "seconds": page.evaluate("kanpoTimings.painted") / 1000,
            "switch_ms": statistics.median(page.evaluate(_SWITCH)),
            "drag_ms": statistics.median(page.evaluate(_DRAG)),
            "heap_mb": page.evaluate(_HEAP),
            "requests": len(asked) - 1,
        }


def open_folium(path: str) -> dict[str, Any]:
    """The alternative: ``folium.GeoJson`` of the same parcels, with Leaflet from this machine."""
    from kanpo.maps._leaflet import leaflet_script

    def answer(url: str) -> str:
        return leaflet_script() if url.endswith("leaflet.js") else ""

    with _opened(answer) as (page, _):
        page.goto(Path(path).as_uri(), timeout=_LONGEST_MS)
        painted = page.evaluate(f"() => {_PAINTED}")
        paths = page.evaluate("document.querySelectorAll('path.leaflet-interactive').length")
        return {"seconds": painted / 1000, "paths": paths, "heap_mb": page.evaluate(_HEAP)}


BROWSER_TASKS: dict[str, Callable[..., dict[str, Any]]] = {"open_map": open_map, "open_folium": open_folium}
