"""The phone page starts, says what stops it, and keeps on writing: in three engines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engines import Engine
from tests.engines._prepared import STORAGE_BLOCKED
from tests.exchange.phone.test_days import EVENING, HEIGHT, WEEDS, begin, record, records, values

pytestmark = pytest.mark.browser

UNANSWERED = """for (const name of ["persist", "persisted", "estimate"])
  if (navigator.storage) Object.defineProperty(navigator.storage, name, { value: () => new Promise(() => {}) });"""
#: The connection is lost, as when a browser put the page to sleep; the next one works.
LOST = """() => { const whole = IDBDatabase.prototype.transaction; let lost = 1;
  IDBDatabase.prototype.transaction = function (...given) {
    if (lost-- > 0) throw new DOMException("closed", "InvalidStateError");
    return whole.apply(this, given);
  }; }"""
BROKEN = """() => { IDBDatabase.prototype.transaction = () => { throw new DOMException("gone", "UnknownError"); }; }"""


def test_r28_the_page_opens_and_records_while_a_permission_is_not_answered(
    engine: Engine, page_file: Path
) -> None:
    page = engine.open(page_file, before=UNANSWERED)
    begin(page)
    record(page, HEIGHT, "40")
    assert not page.shown("#kanpo-cut, #kanpo-stopped")
    assert (page.complaints(), page.requests()) == ([], [])


def test_r28_after_going_back_the_page_writes_and_the_draft_is_there(
    engine: Engine, page_file: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere.html"
    elsewhere.write_text("<title>elsewhere</title>", encoding="utf-8")
    page = engine.open(page_file, at=EVENING)
    begin(page)
    record(page, WEEDS, "20")
    page.type(HEIGHT, "44")
    for _ in range(2):
        page.leave_and_return(elsewhere)
        page.wait(lambda: page.value(HEIGHT) == "44")
        assert "まだ記録していません" in page.body()
    page.press(HEIGHT, "Enter")
    page.wait_text(".status.good", "記録済み 44")
    assert [value for *_, value in values(page)] == ["20", "44"]


def test_r28_a_lost_connection_is_made_anew_and_a_failed_write_is_said(
    engine: Engine, page_file: Path
) -> None:
    page = engine.open(page_file)
    begin(page)
    page.run(LOST)
    record(page, HEIGHT, "40")
    page.type(WEEDS, "30")
    page.run(BROKEN)
    page.press(WEEDS, "Enter")
    page.wait_text(".status.bad", "記録できませんでした")
    assert page.value(WEEDS) == "30"
    page.reload()
    assert [value for *_, value in values(page)] == ["40"]
    assert page.value(WEEDS) == "30"
    page.press(WEEDS, "Enter")
    page.wait_text(".status.good", "記録済み 30")


def test_r28_without_storage_the_page_says_so_and_takes_nothing(engine: Engine, page_file: Path) -> None:
    page = engine.open(page_file, before=STORAGE_BLOCKED)
    assert "値を残せません" in page.body() and "Cookie" in page.body()
    assert page.count("input") == 0


def test_r28_with_only_the_smaller_storage_days_and_drafts_are_kept(engine: Engine, page_file: Path) -> None:
    without = """Object.defineProperty(window, "indexedDB", { get() { throw new DOMException("no", "SecurityError"); } });"""
    page = engine.open(page_file, at=EVENING, before=without)
    begin(page)
    record(page, HEIGHT, "40")
    page.type(WEEDS, "3")
    page.reload()
    assert len(records(page)) == 1
    assert (page.value(HEIGHT), page.value(WEEDS)) == ("40", "3")


def test_r28_a_season_on_a_phone_without_a_network(engine: Engine, page_file: Path) -> None:
    page = engine.open(page_file, at=EVENING)
    assert page.run("() => [innerWidth, innerHeight]") == [390, 844]
    begin(page)
    for number in range(1, 4):
        record(page, HEIGHT, str(30 + number))
        record(page, WEEDS, str(number))
        page.run("() => document.querySelectorAll('.category')[1].click()")
        page.wait(lambda: page.count(".status.good") == 3)
        page.click("#next")
        page.wait_text("#where", f"{number + 1} / 60")
    page.click("#go-plan")
    page.wait(lambda: page.count(".plot-shape.all") == 3)
    page.click("#go-hand")
    page.wait_text("#counts", "9 件")
    made = page.run("() => kanpo.hand.make(kanpo.app.state)")
    assert made["records"] == 9
    assert page.run("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert (page.complaints(), page.requests()) == ([], [])
