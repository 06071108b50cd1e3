"""A value is only what was typed and confirmed, of the day it was typed on: in three engines, over midnight."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engines import Engine, Page

pytestmark = pytest.mark.browser

EVENING, NIGHT = "2026-06-01T17:00:00+09:00", "2026-06-01T23:59:30+09:00"
MORNING, DAY_BEFORE = "2026-06-02T07:10:00+09:00", "2026-05-30T09:00:00+09:00"
HEIGHT, WEEDS = "#in-plant_height_cm", "#in-weed_cover_percent"
#: Everything somebody may do that is no confirmation of what stands on the screen.
NO_CONFIRMATION = ("lock", "hand", "reload", "previous", "plan", "gap", "language", "person", "wait")


def begin(page: Page, name: str = "佐藤") -> None:
    page.type("#name", name)
    page.click("#start")
    page.wait("() => !!document.getElementById('plot')")


def records(page: Page) -> list[dict[str, str]]:
    """What is on the disk."""
    found: list[dict[str, str]] = page.run("() => kanpo.app.state.store.records()")
    return found


def values(page: Page) -> list[tuple[str, str, str]]:
    """Day, plot and value of every record on the disk."""
    return [(one["happened_at"][:10], one["plot_code"], one["value"]) for one in records(page)]


def record(page: Page, selector: str, value: str) -> None:
    """Type and confirm; returns when the page says that it is recorded."""
    before = len(records(page))
    page.type(selector, value)
    page.press(selector, "Enter")
    page.wait(lambda: len(records(page)) > before)


def turn_day(page: Page, moment: str) -> None:
    """The clock moves on while the page is open, and the page has had the time to see it."""
    page.set_clock(moment)
    page.run("() => window.dispatchEvent(new Event('focus'))")
    page.wait("(day) => document.getElementById('day').textContent === day", moment[:10])


def do(page: Page, act: str) -> None:
    if act == "lock":
        page.lock_screen()
        page.unlock_screen()
    elif act == "hand":
        page.click("#go-hand")
        page.wait("() => !!document.getElementById('save')")
    elif act == "reload":
        page.reload()
    elif act == "language":
        for _ in range(2):
            page.run("() => document.getElementById('language').click()")
            page.run("() => new Promise((done) => setTimeout(done, 120))")
    elif act in ("previous", "gap", "person"):
        page.run("(id) => document.getElementById(id).click()", act)
    elif act == "plan":
        page.click("#go-plan")
        page.run("() => document.querySelector('.plot-shape').dispatchEvent(new MouseEvent('click'))")
    elif act == "next":
        page.click("#next")
    page.run("() => new Promise((done) => setTimeout(done, 120))")


def test_r27_yesterdays_values_are_no_records_of_today(engine: Engine, page_file: Path) -> None:
    page = engine.open(page_file, at=EVENING)
    begin(page)
    record(page, HEIGHT, "35.5")
    record(page, WEEDS, "20")
    yesterday = [("2026-06-01", "T60-101", "35.5"), ("2026-06-01", "T60-101", "20")]
    turn_day(page, MORNING)
    assert (page.value(HEIGHT), page.value(WEEDS)) == ("", "")
    assert "前回 35.5 cm(2026-06-01)" in page.body()
    assert "記録済み" not in page.body()
    page.press(HEIGHT, "Enter")
    for act in (*NO_CONFIRMATION, "next"):
        do(page, act)
        assert values(page) == yesterday, act
        page.reload()
        if act == "person":
            assert page.text("#person") == "佐藤"
    assert page.complaints() == []


@pytest.mark.parametrize("act", NO_CONFIRMATION)
def test_r27_half_typed_values_are_drafts_whatever_is_done(engine: Engine, page_file: Path, act: str) -> None:
    page = engine.open(page_file, at=EVENING)
    begin(page)
    page.type(HEIGHT, "44")
    assert "まだ記録していません" in page.body()
    do(page, act)
    page.reload()
    assert records(page) == []
    assert page.value(HEIGHT) == "44"
    assert "打ちかけの値です(2026-06-01 17:00)" in page.body()
    # It was typed before the field was shown: the next plot does not take it for confirmed.
    do(page, "next")
    assert (records(page), page.text("#plot")) == ([], "T60-101")
    page.click(".row button")
    page.wait_text(".status.good", "記録済み 44 cm(2026-06-01 17:00)")
    assert values(page) == [("2026-06-01", "T60-101", "44")]
    assert not page.shown("#drafts")


def test_r27_enter_record_and_next_plot_confirm(engine: Engine, page_file: Path) -> None:
    page = engine.open(page_file, at=EVENING)
    begin(page)
    record(page, HEIGHT, "40")
    page.type(WEEDS, "10")
    page.click("section:nth-of-type(2) .row button")
    page.wait_text(".status.good", "10")
    page.type(HEIGHT, "41")
    page.click("#next")
    page.wait_text("#where", "2 / 60")
    page.type(HEIGHT, "50")
    do(page, "lock")
    page.click("#next")
    page.wait_text("#where", "3 / 60")
    assert [value for *_, value in values(page)] == ["40", "10", "41", "50"]


def test_r27_what_was_typed_before_midnight_is_of_that_day_or_nothing(
    engine: Engine, page_file: Path
) -> None:
    page = engine.open(page_file, at=NIGHT)
    begin(page)
    page.type(HEIGHT, "35")
    page.set_clock(MORNING)
    # The page may not have looked at the clock yet: Enter at once.
    page.press(HEIGHT, "Enter")
    page.wait_text(".earlier", "2026-06-01 23:59 に打ちかけた値 35")
    assert (records(page), page.value(HEIGHT)) == ([], "")
    record(page, HEIGHT, "36")
    page.reload()
    page.click(".earlier button.strong")
    page.wait(lambda: len(records(page)) == 2)
    assert sorted(values(page)) == [("2026-06-01", "T60-101", "35"), ("2026-06-02", "T60-101", "36")]
    late = next(one for one in records(page) if one["value"] == "35")
    assert late["happened_at"].startswith("2026-06-01T23:59:3")
    assert "2026-06-02T07:10" in late["note"]
    assert (page.value(HEIGHT), page.count(".earlier")) == ("36", 0)


def test_r27_a_draft_of_yesterday_can_be_thrown_away(engine: Engine, page_file: Path) -> None:
    page = engine.open(page_file, at=NIGHT)
    begin(page)
    page.type(HEIGHT, "999")
    turn_day(page, MORNING)
    assert page.text("#drafts") == "打ちかけ 1 区"
    height, right = page.run(
        "() => [document.getElementById('progress').offsetHeight, document.getElementById('drafts').getBoundingClientRect().right]"
    )
    assert height < 40 and right <= 390, "the head fits beside the mark of drafts"
    page.click(".earlier button.strong")
    page.wait_text(".earlier", "普通の範囲")
    assert records(page) == []
    page.click(".earlier .button:not(.strong)")
    page.wait(lambda: page.count(".earlier") == 0)
    page.reload()
    assert (records(page), page.value(HEIGHT), page.count(".earlier")) == ([], "", 0)


def test_r27_the_same_value_on_another_day_is_another_observation(engine: Engine, page_file: Path) -> None:
    page = engine.open(page_file, at=EVENING)
    begin(page)
    record(page, HEIGHT, "40")
    turn_day(page, MORNING)
    record(page, HEIGHT, "40")
    turn_day(page, DAY_BEFORE)
    assert page.value(HEIGHT) == ""
    record(page, HEIGHT, "40")
    assert [day for day, *_ in values(page)] == ["2026-06-01", "2026-06-02", "2026-05-30"]
    assert [one for one in records(page) if "supersedes" in one] == []


def test_r27_days_are_those_of_japan_on_any_phone(engine: Engine, page_file: Path) -> None:
    # The engines of the tests run in the zone of this machine, whichever it is.
    page = engine.open(page_file, at="2026-05-31T15:20:00+00:00")
    begin(page)
    record(page, HEIGHT, "40")
    assert page.text("#day") == "2026-06-01"
    assert records(page)[0]["happened_at"].startswith("2026-06-01T00:20:")
    assert records(page)[0]["happened_at"].endswith("+09:00")


@pytest.mark.parametrize("news", ["told", "not told"])
def test_r27_two_tabs_give_one_standing_record(engine: Engine, page_file: Path, news: str) -> None:
    # Old browsers have no locks and tell other tabs nothing.
    old = (
        ""
        if news == "told"
        else (
            "delete window.BroadcastChannel; Object.defineProperty(navigator, 'locks', { value: undefined });"
            "addEventListener('storage', (event) => event.stopImmediatePropagation());"
        )
    )
    one = engine.open(page_file, at=EVENING, before=old)
    begin(one)
    other = engine.open(page_file, at=EVENING, before=old)
    record(one, HEIGHT, "40")
    if news == "told":
        other.wait(lambda: other.value(HEIGHT) == "40")
    record(other, HEIGHT, "41")
    if news == "told":
        one.wait(lambda: one.value(HEIGHT) == "41")
    # The same value once more from a tab that may not have heard: no second record.
    one.type(HEIGHT, "41")
    one.press(HEIGHT, "Enter")
    one.wait_text(".status.good", "記録済み 41")
    first, second = sorted(records(one), key=lambda found: found["value"])
    assert second["supersedes"] == first["record_id"]
    assert (
        one.run(
            "() => kanpo.values.standing(kanpo.app.state.records).get('T60-101\\nplant_height_cm').length"
        )
        == 1
    )


@pytest.mark.parametrize("name", ["chromium", "firefox"])
def test_r27_a_killed_browser_keeps_records_and_drafts(
    fresh_engine: Callable[[str], Engine], page_file: Path, name: str
) -> None:
    """As when the battery dies. WebKit's browser for tests keeps nothing beyond its own end."""
    engine = fresh_engine(name)
    page = engine.open(page_file, at=NIGHT)
    begin(page, "鈴木")
    record(page, WEEDS, "20")
    page.type(HEIGHT, "33")
    page.wait(
        "async () => Object.keys(await kanpo.app.state.store.settings()).some((key) => key.startsWith('draft/'))"
    )
    engine.kill()
    page = fresh_engine(name).open(page_file, at=MORNING)
    assert page.text("#person") == "鈴木"
    assert values(page) == [("2026-06-01", "T60-101", "20")]
    assert "2026-06-01 23:59 に打ちかけた値 33" in page.text(".earlier")
