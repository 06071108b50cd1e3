"""What a partner does with the map beyond looking: change, compare, keep, share, print, take away."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from kanpo.maps import write_map
from kanpo.tables import guarded

from . import made_up

pytestmark = pytest.mark.browser

COUNT = 260
TEXT = "(id) => document.getElementById(id).textContent"
ORDER = "() => [...document.querySelectorAll('#kanpo-list tr')].slice(0, 30).map((line) => Number(line.dataset.row))"
SCORES = "() => [...kanpo.app.result.score]"
DRAG = """([selector, value]) => {
  const input = document.querySelector(selector);
  input.dispatchEvent(new Event("pointerdown"));
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  return new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
}"""
RELEASE = (
    "(selector) => document.querySelector(selector).dispatchEvent(new Event('change', { bubbles: true }))"
)
WEIGHT = "[data-weight=slope_deg]"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    content = made_up.found_content(COUNT)
    return write_map(content, tmp_path_factory.mktemp("map") / "map.html").path


@pytest.fixture
def opened(sample: Path, open_file: Callable[..., Any]) -> Any:
    return open_file(sample)


def shown_rows(page: Any) -> int:
    return int(page.evaluate("kanpo.app.codes.filter((code) => code !== 255).length"))


def hash_of(page: Any) -> dict[str, list[str]]:
    page.wait_for_timeout(450)
    return parse_qs(urlsplit(page.url).fragment)


def saved(page: Any, button: str) -> list[list[str]]:
    """The CSV that a button gives, as rows; it begins with a byte order mark."""
    with page.expect_download() as download:
        page.click(button)
    raw = Path(download.value.path()).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))


def test_a_dragged_weight_moves_the_ranking_and_says_so_everywhere(opened: Any) -> None:
    page = opened.page
    before = page.evaluate(SCORES)
    page.locator("#kanpo-list tr").first.click()
    page.click("#kanpo-adjust-open")
    page.evaluate(DRAG, [WEIGHT, "4.5"])
    followed = page.evaluate(SCORES)
    page.evaluate(RELEASE, WEIGHT)
    settled = page.evaluate(SCORES)
    assert followed != before
    assert all(
        abs(one - other) < 1e-12 for one, other in zip(followed, settled, strict=True) if one and other
    )
    assert "傾斜" in page.evaluate(TEXT, "kanpo-changed")
    assert "傾斜" in page.evaluate(TEXT, "kanpo-print-line")
    assert page.locator("#kanpo-card .kanpo-changed-mark").count() == 2
    assert page.locator("#kanpo-adjust .kanpo-changed-mark:not([hidden])").count() == 1
    assert hash_of(page)["w.slope_deg"] == ["4.5"]
    assert {row[-1] for row in saved(page, "#kanpo-csv")[1:]} == {"変更"}
    page.click("#kanpo-changed-reset")
    assert page.evaluate(SCORES) == before
    assert page.locator("#kanpo-changed").is_hidden()
    assert "w.slope_deg" not in hash_of(page)
    assert opened.complaints == []


@pytest.mark.parametrize("aggregation", ["limitation", "geometric", "arithmetic", "minimum", "owa"])
def test_following_a_slider_gives_the_scores_of_a_whole_computation(
    tmp_path: Path, open_file: Any, aggregation: str
) -> None:
    content = made_up.found_content(120, aggregation=aggregation)
    page = open_file(write_map(content, tmp_path / "map.html").path).page
    different = page.evaluate("""() => {
      const { app } = kanpo;
      let most = 0;
      for (const herb of app.data.herbs) {
        app.herb = herb;
        for (const { factor, corners, classes } of herb.requirements) {
          app.changes.set(herb, factor, { weight: 2.25 });
          if (corners) app.changes.set(herb, factor, { corners: corners.map((c) => (c === null ? null : c * 1.07 + 0.3)) });
          if (classes) app.changes.set(herb, factor, { classes: classes.map((mu) => mu / 2) });
          const quick = app.scorer.moved(app.current(), factor);
          const whole = app.scorer.scores(app.current());
          const told = (result) => [...result.numbers, ...result.potential, result.codes, result.after.codes, result.known];
          const columns = told(whole);
          told(quick).forEach((column, nth) => column.forEach((value, i) => {
            const away = Math.abs(value - columns[nth][i]);
            if (!(away <= most)) most = away === away ? away : 1;
          }));
          for (let i = 0; i < app.data.n; i++) {
            if (quick.limiting(i) !== whole.limiting(i) || quick.deciding(i) !== whole.deciding(i)) most = 1;
          }
        }
      }
      return most;
    }""")
    assert different < 1e-12


def test_bounds_are_set_by_number_and_may_not_cross(opened: Any) -> None:
    page = opened.page
    page.click("#kanpo-adjust-open")
    page.locator("section[data-factor=warmth_index_c_month] summary").click()
    fields = page.locator("section[data-factor=warmth_index_c_month] input[type=number]")
    assert [fields.nth(n).input_value() for n in range(4)] == ["40", "55", "85", "120"]
    fields.nth(1).fill("500")
    fields.nth(1).dispatch_event("change")
    assert fields.nth(1).input_value() == "85"
    assert hash_of(page)["t.warmth_index_c_month"] == ["40,85,85,120"]
    page.locator("section[data-factor=warmth_index_c_month] .kanpo-reset-one").click()
    assert page.locator("#kanpo-changed").is_hidden()
    page.keyboard.press("Escape")
    assert page.locator("#kanpo-adjust").is_hidden()
    assert page.evaluate("document.activeElement.id") == "kanpo-adjust-open"


def test_filters_by_area_width_and_distance(opened: Any) -> None:
    page = opened.page
    page.click("#kanpo-filters summary")
    areas = made_up.found_content(COUNT).parcels["area_m2"]
    page.fill("#kanpo-filter-maximum", "2000")
    assert shown_rows(page) == int((areas <= 2000).sum())
    page.fill("#kanpo-filter-maximum", "")
    page.fill("#kanpo-filter-width", "0.2")
    narrow = (
        "[...kanpo.app.result.upper].filter((upper, i) => upper - kanpo.app.result.lower[i] <= 0.2).length"
    )
    assert 0 < shown_rows(page) == page.evaluate(narrow) < COUNT
    page.fill("#kanpo-filter-width", "")
    page.click("#kanpo-pick")
    box = page.locator("#map_kanpo, .folium-map").first.bounding_box()
    page.mouse.click(box["x"] + 0.4 * box["width"], box["y"] + 0.4 * box["height"])
    assert page.locator("#kanpo-card").is_hidden()
    page.fill("#kanpo-filter-distance", "700")
    latitude, longitude = map(float, hash_of(page)["from"][0].split(","))
    middles = made_up.found_content(COUNT).parcels.to_crs(6678).geometry.envelope.centroid
    import geopandas as gpd

    centre = gpd.GeoSeries.from_xy([longitude], [latitude], crs=6668).to_crs(6678).iloc[0]
    away = middles.distance(centre)
    assert 0 < int((away < 695).sum()) <= shown_rows(page) <= int((away < 705).sum()) < COUNT
    assert page.locator(".leaflet-overlay-pane path").count() == 1
    page.click("#kanpo-filter-fields button:last-child")
    assert shown_rows(page) == COUNT


def test_two_parcels_and_two_herbs_stand_side_by_side(opened: Any) -> None:
    page = opened.page
    names = []
    for nth in (0, 5):
        page.locator("#kanpo-list tr").nth(nth).click()
        names.append(page.locator("#kanpo-card h2").text_content())
        page.click("#kanpo-take")
    heads = page.locator("#kanpo-compare-parcels thead th")
    assert [heads.nth(n).text_content() for n in range(2)] == names
    assert page.locator("#kanpo-compare-parcels tbody tr").count() == 3 + 11
    page.select_option("[data-side='1']", "herb_2")
    assert "川芎" in page.locator("#kanpo-compare-herbs thead").last.text_content()
    told = page.locator("#kanpo-compare-herbs p").first.text_content()
    good = page.evaluate("""() => {
      const [one, other] = ["herb_0", "herb_2"].map((id) => kanpo.kernel.scores(kanpo.app.data.herbs.find((h) => h.id === id), kanpo.app.data.factors, kanpo.app.data.n, kanpo.app.data.meta));
      const good = ({ classes, kinds }, i) => [1, 2].includes(classes[i]) && kinds[i] <= 1;
      return [...one.score.keys()].filter((i) => good(one, i) && good(other, i)).length;
    }""")
    assert f"{good}筆" in told
    page.keyboard.press("Escape")
    assert page.evaluate("document.getElementById('kanpo-compare').open") is False


def test_blocks_have_area_score_and_rims(opened: Any) -> None:
    page = opened.page
    plain = page.evaluate("document.querySelector('.kanpo-canvas').toDataURL().length")
    page.click("#kanpo-tab-blocks")
    assert page.locator("#kanpo-blocks .kanpo-row").count() == 50
    scores = [
        float(text) for text in page.locator("#kanpo-blocks .kanpo-score").all_text_contents() if text != "–"
    ]
    assert scores == sorted(scores, reverse=True)
    page.check("#kanpo-rims")
    assert page.evaluate("document.querySelector('.kanpo-canvas').toDataURL().length") != plain
    page.locator("#kanpo-blocks .kanpo-row").first.click()
    assert page.evaluate("kanpo.app.map.getZoom()") >= 16
    page.focus("#kanpo-tab-blocks")
    page.keyboard.press("ArrowLeft")
    assert page.locator("#kanpo-parcels").is_visible()
    ids = made_up.found_content(COUNT).parcels["parcel_id"].tolist()
    page.evaluate("(id) => kanpo.app.choose(kanpo.app.rowOf(id), {})", ids[5])
    assert f"B-{min(ids[4:8])}" in page.locator("#kanpo-card").text_content()


def test_the_card_tells_what_to_measure_visits_trials_and_pins(opened: Any) -> None:
    page = opened.page
    ids = made_up.found_content(COUNT).parcels["parcel_id"].tolist()
    page.evaluate("(id) => kanpo.app.choose(kanpo.app.rowOf(id), {})", ids[0])
    card = page.locator("#kanpo-card")
    assert "2025-07-21、2025-09-01" in card.text_content()
    rows = page.locator("#kanpo-trial-results tbody tr").all_text_contents()
    assert sorted(rows) == ["T26-01密植4198.9 (4)", "T26-01標準4181.2 (3)"]
    unknown = page.locator(".kanpo-factors tbody tr.kanpo-unknown").count()
    assert page.locator(".kanpo-next li").count() == unknown > 0
    page.evaluate("(id) => kanpo.app.choose(kanpo.app.rowOf(id), {})", ids[3])
    assert "台帳のピンのみの筆です" in card.text_content()
    assert "2025-07-21" not in card.text_content()


def test_a_newer_map_shows_what_was_kept_on_the_older(opened: Any, tmp_path: Path) -> None:
    page = opened.page
    for nth in (0, 1):
        page.locator("#kanpo-list tr").nth(nth).click()
        page.click("#kanpo-keep")
    kept = page.evaluate("kanpo.app.text('parcel_id', kanpo.app.list.first())")
    content = made_up.found_content(COUNT)
    stays = content.parcels[content.parcels["parcel_id"].isin([kept, *content.parcels["parcel_id"].iloc[:3]])]
    newer = write_map(dataclasses.replace(content, parcels=stays, seal="other"), tmp_path / "newer.html").path
    for path, count in ((newer, 1), (Path(opened.requests[0].removeprefix("file://")), 2)):
        page.goto(path.as_uri())
        page.evaluate("async () => { await window.kanpoReady; }")
        assert page.locator(".kanpo-kept").count() == count
        page.evaluate("kanpo.app.favourites.render()")


def test_kept_parcels_are_taken_home_with_decision_and_note(opened: Any) -> None:
    page = opened.page
    page.locator("#kanpo-list tr").first.click()
    page.click("#kanpo-keep")
    assert page.locator("#kanpo-keep").get_attribute("aria-pressed") == "true"
    page.click("#kanpo-tab-kept")
    page.select_option(".kanpo-kept select", "deferred")
    page.fill(".kanpo-kept textarea", "=水路を,\n確認")
    page.fill("#kanpo-actor", "架空製薬")
    head, row = saved(page, "#kanpo-kept-save")
    kept = dict(zip(head, row, strict=True))
    assert kept["decision"] == "deferred"
    assert kept["note"] == guarded("=水路を,\n確認")
    assert kept["actor"] == "架空製薬"
    assert kept["record_id"][14] == "7"
    assert saved(page, "#kanpo-kept-save")[1] == row
    page.fill(".kanpo-kept textarea", "よい")
    _, first, last = saved(page, "#kanpo-kept-save")
    again = dict(zip(head, last, strict=True))
    assert first == row
    assert again["supersedes"] == kept["record_id"] != again["record_id"]
    page.reload()
    page.evaluate("async () => { await window.kanpoReady; }")
    assert page.locator(".kanpo-kept").count() == 1
    page.locator(".kanpo-kept .kanpo-close").evaluate("(button) => button.click()")
    assert page.locator(".kanpo-kept").count() == 0


def test_the_list_is_taken_away_as_it_stands(opened: Any) -> None:
    page = opened.page
    page.click("[data-klass='4']")
    rows = saved(page, "#kanpo-csv")
    assert len(rows) - 1 == shown_rows(page) < COUNT
    head = rows[0]
    rank, score, lower, low, certainty = (
        head.index(name) for name in ("順位", "点", "下限", "区分の下", "確かさ")
    )
    ranks = [int(row[rank]) for row in rows[1:]]
    # Equal parcels share a rank, and the next is counted from them.
    assert ranks == [
        1 + ranks.index(one) if ranks.index(one) == nth else one for nth, one in enumerate(ranks)
    ]
    assert all(
        (one[score], one[lower]) == (other[score], other[lower])
        for one, other in pairwise(rows[1:])
        if one[rank] == other[rank]
    )
    assert {row[certainty] for row in rows[1:]} <= {"確か", "根拠しだい", "測れば変わる", "不明"}
    first = page.evaluate("kanpo.app.text('parcel_id', kanpo.app.list.first())")
    assert rows[1][1] == first
    assert all((row[low] == "") == (row[certainty] == "不明") for row in rows[1:])
    for known in (True, False):
        scores = [float(row[score]) for row in rows[1:] if bool(row[low]) == known]
        assert scores == sorted(scores, reverse=True)
    assert [bool(row[low]) for row in rows[1:]] == sorted((bool(row[low]) for row in rows[1:]), reverse=True)
    assert opened.requests[1:] == []


def test_a_view_is_shared_by_its_address(opened: Any, sample: Path, open_file: Any) -> None:
    page = opened.page
    page.select_option("#kanpo-herb", "herb_1")
    page.click("[data-klass='5']")
    page.fill("#kanpo-search", "中沢")
    page.keyboard.press("Enter")
    page.click("#kanpo-adjust-open")
    page.evaluate(DRAG, [WEIGHT, "3"])
    page.evaluate(RELEASE, WEIGHT)
    page.click("#kanpo-language")
    fragment = urlsplit(page.url).fragment if hash_of(page) else ""
    scores, order = page.evaluate(SCORES), page.evaluate(ORDER)
    other = open_file(sample)
    other.page.evaluate("(text) => { location.hash = text; }", fragment)
    other.page.wait_for_timeout(500)
    assert other.page.evaluate(SCORES) == scores
    assert other.page.evaluate(ORDER) == order
    assert other.page.evaluate("kanpo.app.selected") == page.evaluate("kanpo.app.selected") >= 0
    assert other.page.evaluate("document.documentElement.lang") == "en"
    assert other.page.evaluate("kanpo.app.map.getZoom()") == page.evaluate("kanpo.app.map.getZoom()")
    assert "slope" in other.page.evaluate(TEXT, "kanpo-changed")


HOSTILE = (
    "herb=<img src=x onerror=window.pwned=1>&parcel=__proto__&find=%3Cscript%3Ewindow.pwned%3D1%3C/script%3E",
    "w.slope_deg=1e999&t.slope_deg=,,20,8&w.__proto__=1&k.drainage=9,9,9,9&t.soil_ph=1,2,3&g.slope_deg=1,0",
    "at=NaN,Infinity,99&from=999,999&distance=-5&minimum=abc&width=0x10&hide=constructor,7,-1&c.__proto__=1",
    "lang=xx&blocks=%00&w.slope_deg=" + "9" * 7000,
    "x" * 20_000,
    "%E0%A4%A&&&===;;;herb",
)


@pytest.mark.parametrize("fragment", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_address_does_nothing(sample: Path, open_file: Any, fragment: str) -> None:
    plain = open_file(sample)
    scores = plain.page.evaluate(SCORES)
    view = plain.page.evaluate("[kanpo.app.map.getCenter().lat, kanpo.app.map.getZoom()]")
    for text in (fragment, f"herb=herb_0&{fragment}"):
        plain.page.evaluate("(text) => { location.hash = text; }", text)
        plain.page.wait_for_timeout(100)
    assert plain.page.evaluate("[kanpo.app.map.getCenter().lat, kanpo.app.map.getZoom()]") == view
    assert shown_rows(plain.page) == (0 if "find=" in fragment else COUNT)
    assert plain.page.evaluate(SCORES) == scores
    assert plain.page.evaluate("window.pwned") is None
    assert plain.page.evaluate(
        "[kanpo.app.selected, kanpo.app.hidden.size, kanpo.app.changes.count(kanpo.app.herb)]"
    ) == [-1, 0, 0]
    assert plain.page.evaluate("Object.keys(Object.prototype).length") == 0
    assert plain.page.locator("img").count() == 0
    assert plain.complaints == []


def test_a_printed_page_is_one_sheet_with_legend_scale_and_seal(opened: Any) -> None:
    page = opened.page
    page.locator("#kanpo-list tr").first.click()
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == 1
    assert "3f9a1c0b77de" in page.evaluate(TEXT, "kanpo-print-line")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for part in (
        "#kanpo-print-line",
        ".kanpo-classes",
        ".leaflet-control-scale",
        "#kanpo-card",
        ".kanpo-canvas",
    ):
        assert page.locator(part).is_visible(), part
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#kanpo-print-line").is_hidden()


def test_rows_are_walked_by_arrow_keys(opened: Any) -> None:
    page = opened.page
    page.locator("#kanpo-list button").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    second = page.locator("#kanpo-list button").nth(1).text_content()
    assert page.evaluate("document.activeElement.textContent") == second


NAMELESS = """() => [...document.querySelectorAll("button, input, select, textarea, [role=tab], dialog, aside")]
  .filter((e) => e.offsetParent !== null && e.getAttribute("aria-hidden") !== "true")
  .filter((e) => !(e.textContent.trim() || e.getAttribute("aria-label") || e.getAttribute("aria-labelledby") || (e.labels && e.labels.length)))
  .map((e) => e.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 800)])
def test_everything_has_a_name_and_fits(sample: Path, open_file: Any, width: int, height: int) -> None:
    page = open_file(sample, width, height).page
    if width < 760:
        page.click("#kanpo-handle")
    page.locator("#kanpo-filters summary").click()
    page.locator("#kanpo-list button").first.click()
    page.click("#kanpo-keep")
    page.keyboard.press("Escape")
    if width < 760:
        page.click("#kanpo-handle")
    for opener in ("#kanpo-tab-kept", "#kanpo-tab-blocks", "#kanpo-adjust-open"):
        page.click(opener)
        assert page.evaluate(NAMELESS) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture
def priced(tmp_path: Path, open_file: Callable[..., Any]) -> Any:
    """Some of the parcels, with workability."""
    plain = made_up.content(120, whole=300)
    costs, labels = made_up.costs(plain)
    content = dataclasses.replace(plain, costs=costs, cost_labels=labels)
    return open_file(write_map(content, tmp_path / "priced.html").path)


def test_the_words_say_among_which_parcels_ranks_are(priced: Any, opened: Any) -> None:
    assert "全300筆のうち120筆だけ" in priced.page.evaluate(TEXT, "kanpo-summary")
    assert "順位はこの" not in priced.page.evaluate(TEXT, "kanpo-count")
    priced.page.fill("#kanpo-search", made_up.SETTLEMENTS[0])
    priced.page.locator("#kanpo-count", has_text="うち12筆").wait_for()
    assert "順位はこの12筆の中のもの" in priced.page.evaluate(TEXT, "kanpo-count")
    assert "だけを載せた" not in opened.page.evaluate(TEXT, "kanpo-summary")


def test_a_list_by_what_the_place_takes(priced: Any) -> None:
    page = priced.page
    assert page.get_attribute("th.kanpo-col-cost", "aria-sort") == "none"
    page.click("th.kanpo-col-cost button")
    assert page.get_attribute("th.kanpo-col-cost", "aria-sort") == "ascending"
    assert page.get_attribute("th.kanpo-col-score", "aria-sort") == "none"
    shown = page.evaluate(
        "() => [...document.querySelectorAll('td.kanpo-col-cost')].map((cell) => cell.textContent)"
    )
    closed = [text for text in shown if not text.endswith("〜")]
    assert shown == closed + shown[len(closed) :]
    least = [float(text.split("〜")[0]) for text in closed]
    assert least == sorted(least)
    # A rank is that of the score, in whatever order they are listed.
    ranks = page.evaluate(
        "() => [...document.querySelectorAll('td.kanpo-col-rank > span')].map((cell) => Number(cell.textContent))"
    )
    assert sorted(ranks) != ranks
    assert min(ranks) == 1


def test_the_saved_list_has_yen_and_what_is_not_counted(priced: Any) -> None:
    head, *rows = saved(priced.page, "#kanpo-csv")
    table = [dict(zip(head, row, strict=True)) for row in rows]
    assert len(table) == 120
    assert {row["順位を付けた筆数"] for row in table} == {"120"}
    assert {row["全筆数"] for row in table} == {"300"}
    assert {row["事業性 時間/10a 上限"] for row in table} == {""}
    assert all("作業時間(1作)" in row["数えていないもの"] for row in table)
    assert {row["事業性 円/10a 下限"] for row in table} == {"20000", "30000", "40000", "50000", "60000"}


def test_the_first_screen_says_when_parcels_cannot_be_told_apart(
    tmp_path: Path, open_file: Callable[..., Any]
) -> None:
    plain = made_up.content(40)
    nothing = plain.factors.assign(
        **{key: None if plain.factors[key].dtype == object else float("nan") for key in plain.factors}
    )
    page = open_file(
        write_map(dataclasses.replace(plain, factors=nothing), tmp_path / "map.html").path, 1366, 625
    ).page
    words = page.locator("#kanpo-not-apart")
    assert "この資料では筆の差は分からない(どの筆も同じ点)。次に手に入れるもの: " in words.inner_text()
    assert words.bounding_box()["y"] < 400
    half = dataclasses.replace(plain, factors=nothing.assign(sunlight=["full", "shade"] * 20), land_types={})
    page = open_file(write_map(half, tmp_path / "half.html").path, 390, 844).page
    assert "確かにほかより良いと言える筆がない" in page.locator("#kanpo-not-apart").inner_text()
