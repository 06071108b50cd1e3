"""Every page that kanpo writes says in words that it was cut, or that something keeps it from running."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kanpo.exchange import walk_of, write_field_sheet, write_phone_page
from kanpo.lots import read_book, write_labels
from kanpo.maps import write_map
from kanpo.reports import analysis_page
from kanpo.store import Project
from tests.engines import Engine
from tests.lots.made_up import two_plots
from tests.maps import made_up
from tests.reports.test_recorded_trials import recorded

pytestmark = pytest.mark.browser

CUT, STOPPED = "まだ全部届いていません", "まだ動いていません"
RUNNING = ("phone", "map")
#: Where files get cut: parts of their length, and bytes before their end.
PARTS = (0.03, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99)
#: In fewer bytes no page can say anything: its encoding, its policy and its first words take them.
FIRST_WORDS = 1000
POLICED = """<meta http-equiv="Content-Security-Policy" content="script-src 'none'{more}">"""


def write_phone(project: Project, path: Path) -> None:
    write_phone_page(path, walk_of(project, "T1"))


def write_sheet(project: Project, path: Path) -> None:
    write_field_sheet(path, walk_of(project, "T1"))


def write_label(project: Project, path: Path) -> None:
    two_plots(project)
    write_labels(path, read_book(project), project.meta["project_id"], ["PACK-1"])


def write_report(_: Project, path: Path) -> None:
    page = analysis_page([recorded(["標準", "早植え"])], "TK", "2025-01-01", recorded=True)
    path.write_text(page, encoding="utf-8")


def write_small_map(_: Project, path: Path) -> None:
    write_map(made_up.content(20), path)


WRITERS: dict[str, Callable[[Project, Path], None]] = {
    "phone": write_phone,
    "map": write_small_map,
    "report": write_report,
    "sheet": write_sheet,
    "label": write_label,
}


@pytest.fixture(params=WRITERS)
def written(request: pytest.FixtureRequest, trial_project: Project, tmp_path: Path) -> tuple[str, bytes]:
    """Kind and bytes of a page."""
    path = tmp_path / "page.html"
    WRITERS[request.param](trial_project, path)
    return request.param, path.read_bytes()


def test_r28_a_cut_page_says_so_wherever_it_was_cut(
    engine: Engine, written: tuple[str, bytes], tmp_path: Path
) -> None:
    kind, whole = written
    path = tmp_path / "cut.html"
    end = whole.index(b'<style id="kanpo-end">')
    lengths = [int(len(whole) * part) for part in PARTS]
    path.write_bytes(whole)
    page = engine.open(path, plain=True, ready=kind in RUNNING)
    assert CUT not in page.body() and STOPPED not in page.body()
    for length in (FIRST_WORDS, 1500, *lengths, end, end + 20, end + 40):
        if not FIRST_WORDS <= length <= end + 40:
            continue
        path.write_bytes(whole[:length])
        page.load(ready=False)
        assert CUT in page.body(), (kind, length, len(whole))
        assert STOPPED not in page.body(), "one reason at a time"


@pytest.mark.parametrize("kind", RUNNING)
@pytest.mark.parametrize("half", ["<!-- kan", "<!-- kanpo-sha256:12ab", "<!--"])
def test_r28_half_a_mark_at_the_very_end_is_a_cut(
    engine: Engine, trial_project: Project, tmp_path: Path, kind: str, half: str
) -> None:
    path = tmp_path / "page.html"
    WRITERS[kind](trial_project, path)
    whole = path.read_text(encoding="utf-8").partition("</html>")[0] + "</html>\n"
    path.write_text(whole + half, encoding="utf-8")
    page = engine.open(path, plain=True, ready=False)
    page.wait(lambda: CUT in page.body())
    for fine in (f"<!-- kanpo-sha256:{'0' * 64} -->\n", "<!-- scanned -->", ""):
        path.write_text(whole + fine, encoding="utf-8")
        page.load()
        assert CUT not in page.body(), fine


@pytest.mark.parametrize("kind", RUNNING)
@pytest.mark.parametrize("more", ["", "; style-src 'none'"], ids=["scripts", "scripts and styles"])
def test_r28_a_page_that_may_not_run_says_so(
    engine: Engine, trial_project: Project, tmp_path: Path, kind: str, more: str
) -> None:
    path = tmp_path / "page.html"
    WRITERS[kind](trial_project, path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("<head>", "<head>" + POLICED.format(more=more), 1), encoding="utf-8")
    page = engine.open(path, plain=True, ready=False)
    if more:
        # Without styles the words of the cut stay, which say what to do as well.
        assert CUT in page.body() or STOPPED in page.body()
    else:
        assert STOPPED in page.body() and CUT not in page.body()


@pytest.mark.parametrize("kind", RUNNING)
def test_r28_without_javascript_a_page_says_why(
    chromium: object, trial_project: Project, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "page.html"
    WRITERS[kind](trial_project, path)
    context = chromium.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto(path.as_uri())
    shown = page.locator("body").inner_text()
    context.close()
    assert STOPPED in shown and "JavaScript が止められています" in shown and CUT not in shown


@pytest.mark.parametrize("kind", RUNNING)
def test_r28_an_error_at_the_start_is_said(
    engine: Engine, trial_project: Project, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "page.html"
    WRITERS[kind](trial_project, path)
    broken = (
        "delete window.DecompressionStream; Object.defineProperty(window, 'crypto', { value: undefined });"
    )
    page = engine.open(path, before=broken, ready=False)
    page.wait(lambda: STOPPED in page.body())
