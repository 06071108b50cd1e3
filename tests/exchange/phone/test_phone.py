"""Recording on a phone: every value that was called recorded arrives, and none arrives twice."""

from __future__ import annotations

import io
import json
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kanpo.exchange import import_records, photos_folder
from kanpo.store import Project
from tests.browser import FLAGS
from tests.exchange.conftest import observations

from .conftest import begin, hand_over

pytestmark = pytest.mark.browser

FULL = """() => { IDBObjectStore.prototype.put = () => { throw new DOMException("full", "QuotaExceededError"); }; }"""
SAVED = re.compile("記録済み")
#: Fills the three values of plots one after the other with the events of a person, and waits for each status.
WALK = """async ([from, to]) => {
  const done = [];
  const until = async (ready) => { for (let i = 0; i < 500 && !ready(); i++) await new Promise((go) => setTimeout(go, 4)); };
  for (let number = from; number < to; number++) {
    const code = document.getElementById("plot").textContent;
    const values = { plant_height_cm: String(20 + number / 2), weed_cover_percent: String(number % 100) };
    for (const [key, value] of Object.entries(values)) {
      const input = document.getElementById(`in-${key}`);
      input.value = value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    }
    document.querySelectorAll(".category")[number % 5].click();
    await until(() => document.querySelectorAll(".status.good").length === 3);
    if (document.querySelectorAll(".status.good").length !== 3) throw new Error(`not recorded: ${code}`);
    for (const [key, value] of Object.entries(values)) done.push([code, key, value]);
    done.push([code, "disease_score_0_4", String(number % 5)]);
    if (number < 59) document.getElementById("next").click();
    await until(() => number === 59 || document.getElementById("where").textContent === `${number + 2} / 60`);
  }
  return done;
}"""


def camera_picture() -> bytes:
    """A JPEG as a camera writes it, with maker and position."""
    image_module = pytest.importorskip("PIL.Image")
    image = image_module.new("RGB", (2400, 1200), (40, 120, 60))
    exif = image_module.Exif()
    exif[0x010F] = "Maker"
    exif[0x8825] = {1: "N", 2: (38.0, 43.0, 12.0), 3: "E", 4: (139.0, 49.0, 36.0)}
    out = io.BytesIO()
    image.save(out, "jpeg", exif=exif)
    return out.getvalue()


def fill_plot(page: Any, number: int) -> list[tuple[str, str, str]]:
    """Three values on the plot that is shown; returns them once the page called them recorded."""
    code = page.locator("#plot").inner_text()
    height, weeds, score = f"{20 + number / 2:g}", str(number % 100), number % 5
    page.fill("#in-plant_height_cm", height)
    page.press("#in-plant_height_cm", "Enter")
    page.fill("#in-weed_cover_percent", weeds)
    page.press("#in-weed_cover_percent", "Enter")
    page.locator(".category").nth(score).tap()
    page.locator(".status.good").nth(2).wait_for()
    values = ((height, "plant_height_cm"), (weeds, "weed_cover_percent"), (str(score), "disease_score_0_4"))
    return [(code, trait, str(float(value))) for value, trait in values]


def test_sixty_plots_survive_closing_and_a_crash_and_arrive_once(
    field_project: Project, page_file: Path, phone: Callable[..., Any], tmp_path: Path
) -> None:
    opened = phone(page_file)
    begin(opened.page)
    acknowledged: list[tuple[str, str, str]] = []
    for first, last in ((0, 20), (20, 40), (40, 60)):
        assert opened.page.locator("#where").inner_text() == f"{first + 1} / 60", "where it was left"
        acknowledged += [(p, t, str(float(v))) for p, t, v in opened.page.evaluate(WALK, [first, last])]
        if last == 20:
            opened.page.close()
            opened = phone(page_file)
        elif last == 40:
            # The tab is killed as a phone kills it: without a word to the page.
            with pytest.raises(Exception, match=r"crash|closed"):
                opened.page.goto("chrome://crash")
            opened.page.close()
            opened = phone(page_file)
    assert opened.page.locator("#progress").inner_text() == "今日 60 / 60 区"
    file = hand_over(opened.page, tmp_path)
    assert re.fullmatch(r"T60_\d{4}-\d\d-\d\d_[0-9a-f]{6}\.kanpo\.json", file.name)
    assert opened.requests == [page_file.as_uri()] or all(r.startswith("blob:") for r in opened.requests[1:])
    assert opened.complaints == []
    before = observations(field_project)
    assert import_records(field_project, file).report.stored == 180
    again = import_records(field_project, hand_over(opened.page, tmp_path))
    assert (again.report.stored, again.report.repeated) == (0, 180)
    assert sorted(observations(field_project)) == sorted(before + acknowledged)
    assert set(field_project.journal.read("observation")["actor"]) >= {"佐藤"}


def test_a_killed_browser_keeps_what_it_called_recorded(
    page_file: Path, chromium: Any, tmp_path: Path
) -> None:
    """SIGKILL of the whole browser, as when the battery dies, right after the page said recorded."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    folder = tmp_path / "profile"

    def started() -> tuple[subprocess.Popen[bytes], Any]:
        port_file = folder / "DevToolsActivePort"
        port_file.unlink(missing_ok=True)
        words = [program, *FLAGS, "--headless=new", f"--user-data-dir={folder}", "--remote-debugging-port=0"]
        process = subprocess.Popen([*map(str, words), "about:blank"], stderr=subprocess.DEVNULL)
        for _ in range(100):
            if port_file.is_file() and port_file.read_text().strip():
                break
            time.sleep(0.1)
        port = port_file.read_text().split()[0]
        browser = chromium.browser_type.connect_over_cdp(f"http://127.0.0.1:{port}")
        page = browser.contexts[0].new_page()
        page.set_default_timeout(8000)
        page.goto(page_file.as_uri())
        page.evaluate("async () => { await window.kanpoReady; }")
        return process, page

    process, page = started()
    page.fill("#name", "鈴木")
    page.click("#start")
    page.fill("#in-plant_height_cm", "33")
    page.press("#in-plant_height_cm", "Enter")
    page.locator(".status.good", has_text=SAVED).first.wait_for()
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    process, page = started()
    try:
        assert page.locator("#person").inner_text() == "鈴木"
        assert page.locator("#in-plant_height_cm").input_value() == "33"
        assert "記録済み" in page.locator(".status.good").first.inner_text()
    finally:
        process.kill()
        process.wait(10)


def test_a_full_phone_says_so_before_it_takes_the_value(
    field_project: Project, page_file: Path, phone: Callable[..., Any], tmp_path: Path
) -> None:
    page = phone(page_file).page
    begin(page)
    kept = fill_plot(page, 7)
    page.tap("#next")
    page.locator("#where", has_text="2 / 60").wait_for()
    page.evaluate(FULL)
    page.fill("#in-plant_height_cm", "44")
    page.press("#in-plant_height_cm", "Enter")
    page.locator(".status.bad", has_text="記録できませんでした").wait_for()
    page.locator(".category").nth(1).tap()
    assert page.locator(".category[aria-pressed=true]").count() == 0
    page.tap("#next")
    assert page.locator("#where").inner_text() == "2 / 60", "an unrecorded value is not left behind"
    page.reload()
    page.evaluate("async () => { await window.kanpoReady; }")
    assert page.locator("#in-plant_height_cm").input_value() == "44", "what was typed is still there"
    assert "まだ記録していません" in page.locator(".status.doubt").first.inner_text()
    page.fill("#in-plant_height_cm", "")
    page.evaluate("() => { navigator.storage.estimate = async () => ({ quota: 1e9, usage: 1e9 - 1000 }); }")
    page.fill("#in-plant_height_cm", "45")
    page.press("#in-plant_height_cm", "Enter")
    page.locator(".status.bad", has_text="空きが足りない").wait_for()
    file = hand_over(page, tmp_path)
    assert "1 KB" in page.locator("#room").inner_text()
    before = observations(field_project)
    assert import_records(field_project, file).report.stored == 3
    assert sorted(observations(field_project)) == sorted(before + kept)


def test_doubtful_and_wrong_values_and_corrections(
    field_project: Project, page_file: Path, phone: Callable[..., Any], tmp_path: Path
) -> None:
    page = phone(page_file).page
    begin(page)
    assert "前回 31 cm(2025-06-01)" in page.locator(".last").first.inner_text()
    page.fill("#in-weed_cover_percent", "たくさん")
    page.tap("#next")
    page.locator(".status.bad", has_text="数字で").wait_for()
    page.fill("#in-weed_cover_percent", "")
    page.fill("#in-plant_height_cm", "４１２")
    page.press("#in-plant_height_cm", "Enter")
    page.locator(".status.doubt", has_text="0〜400").wait_for()
    page.get_by_role("button", name="この値で記録する").locator("visible=true").tap()
    page.locator(".status.good", has_text="412").wait_for()
    page.fill("#in-plant_height_cm", "41.2")
    page.tap("#next")
    page.locator("#where", has_text="2 / 60").wait_for()
    report = import_records(field_project, hand_over(page, tmp_path)).report
    assert (report.stored, report.rejected) == (2, frozenset())
    assert ("T60-101", "plant_height_cm", "41.2") in observations(field_project)
    assert ("T60-101", "plant_height_cm", "412.0") not in observations(field_project)
    family = field_project.journal.entries("observation")
    assert "打ち直し" in set(family["reason"])


def test_photos_come_clean_and_whole(
    field_project: Project, page_file: Path, phone: Callable[..., Any], tmp_path: Path
) -> None:
    from kanpo.exchange import walk_of, write_phone_page

    write_phone_page(page_file, walk_of(field_project, "T60", ["photo"]))
    page = phone(page_file).page
    begin(page)
    picture = {"name": "IMG.jpg", "mimeType": "image/jpeg", "buffer": camera_picture()}
    page.set_input_files("#in-photo", picture)
    page.locator(".status.good", has_text="1 枚").wait_for()
    page.tap("#keep-position")
    page.set_input_files("#in-photo", picture)
    page.locator(".status.good", has_text="2 枚").wait_for()
    page.set_input_files("#in-photo", {"name": "x.png", "mimeType": "image/png", "buffer": b"no picture"})
    page.locator(".status.bad", has_text="写真を読めません").wait_for()
    file = hand_over(page, tmp_path)
    result = import_records(field_project, file)
    assert (result.report.stored, result.photos) == (2, 2)
    for _, trait, value in observations(field_project):
        if trait == "photo":
            kept = (photos_folder(field_project) / value).read_bytes()
            assert kept.startswith(b"\xff\xd8") and b"Exif" not in kept and b"Maker" not in kept
    plain, placed = (r["note"] for r in json.loads(file.read_text(encoding="utf-8"))["records"])
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", plain)
    assert placed == f"{plain} 38.720000,139.826667"


def test_the_plan_leads_to_a_plot_and_the_page_speaks_english(
    page_file: Path, phone: Callable[..., Any]
) -> None:
    opened = phone(page_file)
    page = opened.page
    begin(page)
    page.tap("#go-plan")
    shapes = page.locator(".plot-shape")
    assert shapes.count() == 60
    sizes = page.evaluate(
        """() => [...document.querySelectorAll(".plot-shape polygon")].map((e) => e.getBoundingClientRect())
        .map((r) => Math.min(r.width, r.height))"""
    )
    assert min(sizes) >= 44
    shapes.nth(15).scroll_into_view_if_needed()
    shapes.nth(15).tap()
    page.locator("#where", has_text="16 / 60").wait_for()
    page.fill("#in-plant_height_cm", "999")
    page.tap("#language")
    page.locator("h2", has_text="plant height").wait_for()
    assert page.locator("#in-plant_height_cm").input_value() == "999"
    assert "not recorded yet" in page.locator(".status.doubt").inner_text()
    page.fill("#in-plant_height_cm", "")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.tap("#person")
    begin(page, "Sato")
    assert page.locator("#person").inner_text() == "Sato"
    assert opened.complaints == []


def test_every_view_is_accessible(page_file: Path, phone: Callable[..., Any]) -> None:
    axe_module = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = phone(page_file).page
    found = {}

    def look(view: str) -> None:
        result = axe_module.Axe().run(page).response
        found[view] = [(v["id"], v["nodes"][0]["html"][:120]) for v in result["violations"]]
        small = page.evaluate(
            """() => [...document.querySelectorAll("button, input:not([type=checkbox]):not([type=file]), textarea, .option")]
            .filter((e) => e.offsetParent).map((e) => [e.id || e.textContent, e.getBoundingClientRect()])
            .filter(([, r]) => r.width < 44 || r.height < 44).map(([name, r]) => `${name} ${r.width}x${r.height}`)"""
        )
        found[view] += [("target-size", name) for name in small]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found[view] += [("scrolls sideways", str(wide))] if wide > 0 else []

    look("who")
    begin(page)
    fill_plot(page, 3)
    look("walk")
    page.fill("#in-plant_height_cm", "999")
    page.press("#in-plant_height_cm", "Enter")
    page.locator(".status.doubt").wait_for()
    look("doubt")
    page.get_by_role("button", name="打ち直す").locator("visible=true").tap()
    page.tap("#go-plan")
    look("plan")
    page.tap("#go-hand")
    page.locator("#save").wait_for()
    look("hand")
    assert {view: problems for view, problems in found.items() if problems} == {}


def test_where_nothing_can_be_kept_no_value_is_taken(page_file: Path, phone: Callable[..., Any]) -> None:
    nothing = """Object.defineProperty(window, "indexedDB", { get() { throw new DOMException("no", "SecurityError"); } });
      Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no", "SecurityError"); } });"""
    page = phone(page_file, nothing).page
    assert "値を残せません" in page.locator("[role=alert]").inner_text()
    assert page.locator("#name").count() == 0


def test_without_a_database_the_other_storage_serves_and_is_brought_over(
    page_file: Path, phone: Callable[..., Any]
) -> None:
    without = """Object.defineProperty(window, "indexedDB", { get() { throw new DOMException("no", "SecurityError"); } });"""
    first = phone(page_file, without)
    begin(first.page)
    fill_plot(first.page, 4)
    first.page.close()
    page = phone(page_file).page
    begin(page)
    assert page.evaluate("async () => (await kanpo.app.state.store.records()).length") == 3
    assert page.evaluate("kanpo.app.state.store.kind") == "indexedDB"
