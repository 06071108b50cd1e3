"""The page in a real browser without a network: what a partner sees and does."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import pytest
import shapely

from kanpo.locale import Text
from kanpo.maps import SourceOnMap, SuitabilityLayer, build_map, write_map
from kanpo.maps._leaflet import leaflet_script

from . import made_up

pytestmark = pytest.mark.browser

COLOURED = """() => {
  const canvas = document.querySelector(".kanpo-canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Set();
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] === 255) colours.add(data.slice(i, i + 3).join());
  }
  return [...colours];
}"""
FIRST_ROWS = (
    "() => [...document.querySelectorAll('#kanpo-list .kanpo-name')].slice(0, 20).map((e) => e.textContent)"
)
PLACE_OF_SELECTED = """() => {
  const { data, map, selected } = kanpo.app;
  const [west, north, east, south] = data.outlines.box.subarray(4 * selected);
  const place = map.options.crs.pointToLatLng(L.point(128 * (west + east), 128 * (north + south)), 0);
  const inside = map.latLngToContainerPoint(place);
  const { left, top } = map.getContainer().getBoundingClientRect();
  return [left + inside.x, top + inside.y];
}"""
TEXT = "(id) => document.getElementById(id).textContent"
WIDTHS = "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_map(made_up.content(260), tmp_path_factory.mktemp("map") / "map.html").path


def test_opens_offline_and_asks_for_nothing(sample: Path, open_file: Any) -> None:
    opened = open_file(sample)
    assert opened.requests == [sample.as_uri()]
    assert opened.complaints == []
    assert opened.page.title() == "薬用作物 適地マップ(見本)"
    assert opened.js("kanpoTimings.painted") < 5000


def test_parcels_are_drawn_in_the_colours_of_the_legend(sample: Path, open_file: Any) -> None:
    opened = open_file(sample)
    drawn = set(opened.js(COLOURED))
    # What is sure has the class's own colour, what the catalogue decides its pale one; hatches have two.
    wanted = opened.js("""() => [...new Set(kanpo.app.codes)].filter((code) => code < 16)
      .map((code) => [1, 3, 5].map((at) => parseInt(kanpo.style.tone(code).slice(at, at + 2), 16)).join())""")
    assert len(wanted) > 2
    assert set(wanted) <= drawn


SENTENCE = "() => [...document.querySelectorAll('#kanpo-summary p')].map((line) => line.textContent)"


def test_the_first_sentence_says_how_much_is_sure_and_adds_up(sample: Path, open_file: Any) -> None:
    page = open_file(sample).page
    assert page.locator("#kanpo-summary").is_visible()
    now, after = page.evaluate(SENTENCE)
    assert (now[:4], after[:5]) == ("現況: ", "改良後: ")
    for line in (now, after):
        for words in ("確かに適", "測れば変わる", "不明", "ha"):
            assert words in line
        assert sum(int(count.replace(",", "")) for count in re.findall(r"([\d,]+)筆", line)) == 260
    sure = page.evaluate(
        "[...kanpo.app.result.kinds].filter((kind, i) => kind === 0 && kanpo.app.result.classes[i] < 4).length"
    )
    assert f"({sure}筆)" in now.split("、")[0]


def test_a_class_that_is_not_sure_is_shown_as_a_range_and_never_by_its_point(
    sample: Path, open_file: Any
) -> None:
    page = open_file(sample).page
    rows = page.evaluate("""() => [...document.querySelectorAll('#kanpo-list .kanpo-row')].map((line) => {
      const side = kanpo.verdict.at(kanpo.app.result, Number(line.dataset.row));
      const { CLASSES } = kanpo.verdict;
      return [line.querySelector('.kanpo-chip').textContent, line.querySelector('.kanpo-why').textContent, side.kind, CLASSES[side.klass], CLASSES[side.best]];
    })""")
    kinds = ["確か", "根拠しだい", "測れば変わる", "不明"]
    assert {row[2] for row in rows} >= {0, 1, 2}
    for chip, why, kind, low, high in rows:
        assert why.startswith(kinds[kind])
        assert chip == ("?" if kind == 3 else low if low == high else f"{low}〜{high}")
        assert (kind == 2) <= ("決め手: " in why)


def test_equal_parcels_share_a_rank_and_are_counted_in_words(tmp_path: Path, open_file: Any) -> None:
    content = made_up.content(60)
    same = content.factors.copy()
    for key in same.columns:
        same[key] = same[key].dropna().iloc[0]
    page = open_file(write_map(dataclasses.replace(content, factors=same), tmp_path / "map.html").path).page
    ranks = page.locator("#kanpo-list .kanpo-col-rank").all_text_contents()
    assert (ranks[0], set(ranks[1:])) == ("160筆が同じ順位", {"1"})
    assert "この資料では筆の差は分からない" in page.evaluate(SENTENCE)[-1]
    page.locator("#kanpo-list .kanpo-name button").first.click()
    assert "この資料では筆の差は分からない" in page.locator("#kanpo-card").text_content()


def test_a_herb_for_reference_has_a_range_muted_and_is_no_best_herb(tmp_path: Path, open_file: Any) -> None:
    content = made_up.content(60)
    herbs = tuple(dataclasses.replace(herb, reference=nth == 0) for nth, herb in enumerate(content.herbs))
    page = open_file(write_map(dataclasses.replace(content, herbs=herbs), tmp_path / "map.html").path).page
    assert "参考" in page.evaluate(SENTENCE)[2]
    assert "(60筆)" in page.evaluate(SENTENCE)[0]
    assert set(page.evaluate("[...new Set(kanpo.app.codes)].map((code) => code >> 3)")) <= {0, 3}
    assert page.evaluate("kanpo.app.codes.includes(0) || kanpo.app.codes.some((code) => code > 24)")
    chips = set(page.locator("#kanpo-list .kanpo-chip").all_text_contents())
    assert all(chip == "?" or chip.startswith("(") for chip in chips)
    page.locator("#kanpo-list .kanpo-name button").first.click()
    best = page.locator("#kanpo-card .kanpo-herbs").text_content()
    assert "当帰" not in best
    assert "芍薬" in best


def test_the_card_tells_now_and_after_works_and_what_decides(sample: Path, open_file: Any) -> None:
    page = open_file(sample).page
    row = page.evaluate("""() => {
      const { result, data } = kanpo.app;
      return [...result.kinds.keys()].find((i) => {
        const told = kanpo.kernel.explain(kanpo.app.herb, data.factors, i, data.meta);
        return result.kinds[i] === 2 && result.deciding(i) >= 0 && told.parts.some((part) => part.works.length);
      });
    }""")
    page.evaluate("(row) => kanpo.app.choose(row, {})", row)
    card = page.locator("#kanpo-card").text_content()
    for words in ("現況", "改良後", "測れば変わる", "いちばんの決め手は", "効く作業: ", "制限要因は"):
        assert words in card, words


def test_choosing_another_herb_changes_list_and_legend(sample: Path, open_file: Any) -> None:
    page = open_file(sample).page
    before, legend = page.evaluate(FIRST_ROWS), page.evaluate(TEXT, "kanpo-legend")
    page.select_option("#kanpo-herb", "herb_2")
    assert page.evaluate(FIRST_ROWS) != before
    assert page.evaluate(TEXT, "kanpo-legend") != legend


def test_a_row_opens_the_card_with_reasons_and_escape_closes_it(sample: Path, open_file: Any) -> None:
    page = open_file(sample).page
    row = page.locator("#kanpo-list .kanpo-name button").first
    name = row.text_content()
    row.focus()
    page.keyboard.press("Enter")
    card = page.locator("#kanpo-card")
    assert card.is_visible()
    assert card.locator("h2").text_content() == name
    assert page.evaluate("document.activeElement.tagName") == "H2"
    assert page.locator(".kanpo-reasons li").count() >= 1
    assert page.locator(".kanpo-factors tbody tr").count() == 11
    assert "現地調査" in card.text_content()
    assert page.evaluate("kanpo.app.map.getZoom()") >= 17
    page.keyboard.press("Escape")
    assert card.is_hidden()
    assert page.evaluate("document.activeElement.textContent") == name


def test_the_card_names_the_layer_that_excludes_a_parcel_as_plain_text(
    tmp_path: Path, open_file: Any
) -> None:
    content = made_up.content(30)
    barred = dict.fromkeys(content.parcels["parcel_id"], "<b>浸水</b>想定区域")
    page = open_file(
        write_map(dataclasses.replace(content, excluded_by=barred), tmp_path / "map.html").path
    ).page
    page.locator("#kanpo-list .kanpo-name button").first.click()
    assert "除外図「<b>浸水</b>想定区域」に当たる" in page.locator(".kanpo-reasons").text_content()
    assert page.locator(".kanpo-reasons b").count() == 0


def test_a_click_on_the_map_opens_the_parcel_under_it(sample: Path, open_file: Any) -> None:
    page = open_file(sample).page
    page.locator("#kanpo-list tr").nth(4).click()
    name = page.locator("#kanpo-card h2").text_content()
    place = page.evaluate(PLACE_OF_SELECTED)
    page.keyboard.press("Escape")
    page.mouse.click(*place)
    assert page.locator("#kanpo-card h2").text_content() == name


def test_search_takes_any_width_and_ids(sample: Path, open_file: Any) -> None:
    page = open_file(sample).page
    for query in ("中沢 7", "中沢７", "大字中沢　７番地"):
        page.fill("#kanpo-search", query)
        page.keyboard.press("Enter")
        assert page.locator("#kanpo-card").is_visible()
        assert all(name.startswith("中沢 7") for name in page.evaluate(FIRST_ROWS))
        page.keyboard.press("Escape")
    page.fill("#kanpo-search", made_up.content(260).parcels["parcel_id"].iloc[7])
    page.keyboard.press("Enter")
    assert page.locator("#kanpo-list .kanpo-row").count() == 1


def test_filters_and_hidden_classes_shorten_the_list(sample: Path, open_file: Any) -> None:
    page = open_file(sample).page
    page.click("#kanpo-filters summary")
    page.select_option("[data-column=devastation_class]", label="A分類(再生可能)")
    page.fill("#kanpo-filter-minimum", "3000")
    parcels = made_up.content(260).parcels
    wanted = parcels[(parcels["devastation_class"] == "A") & (parcels["area_m2"] >= 3000)]
    assert page.evaluate(TEXT, "kanpo-count").startswith(f"260筆のうち{len(wanted)}筆")
    page.click("[data-klass='1']")
    assert page.evaluate("[...kanpo.app.codes].every((code) => code === 255 || (code & 7) !== 1)")


def test_sorting_by_area(sample: Path, open_file: Any) -> None:
    page = open_file(sample).page
    page.click(".kanpo-col-area button")
    top = page.locator("#kanpo-list .kanpo-col-area").first.text_content()
    assert top == f"{made_up.content(260).parcels['area_m2'].max():,.0f} ㎡"
    assert page.locator("th.kanpo-col-area").get_attribute("aria-sort") == "descending"


def test_the_list_shows_more_when_asked(sample: Path, open_file: Any) -> None:
    page = open_file(sample).page
    assert page.locator("#kanpo-list tr").count() == 200
    page.click("#kanpo-more")
    assert page.locator("#kanpo-list tr").count() == 260


def test_english_and_back(sample: Path, open_file: Any) -> None:
    page = open_file(sample).page
    page.locator("#kanpo-list tr").first.click()
    page.click("#kanpo-language")
    assert page.evaluate(TEXT, "kanpo-title") == "Suitability for medicinal herbs (sample)"
    assert page.evaluate("document.documentElement.lang") == "en"
    assert "Reasons" in page.locator("#kanpo-card").text_content()
    page.click("#kanpo-language")
    assert "理由" in page.locator("#kanpo-card").text_content()


def test_trial_plots_tell_treatment_and_yield(sample: Path, open_file: Any) -> None:
    page = open_file(sample).page
    page.evaluate("kanpo.app.map.setView([38.600015, 139.76002], 19, { animate: false })")
    page.locator(".leaflet-kanpoPlots-pane path").first.click()
    popup = page.locator(".kanpo-popup")
    popup.wait_for()
    assert "標準" in popup.text_content()
    assert "乾燥収量(kg/10a)" in popup.text_content()
    assert "182.4" in popup.text_content()


def test_about_names_sources_and_precision(sample: Path, open_file: Any) -> None:
    page = open_file(sample).page
    page.click("#kanpo-about-open")
    text = page.locator("#kanpo-about").text_content()
    for part in ("農林水産省", "CC BY 4.0", "0.18 m", "3f9a1c0b77de", "Leaflet"):
        assert part in text


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 800)])
def test_nothing_sticks_out_sideways(sample: Path, open_file: Any, width: int, height: int) -> None:
    page = open_file(sample, width, height).page
    if width < 760:
        page.click("#kanpo-handle")
    page.locator("#kanpo-list tr").first.click()
    for _ in range(2):
        scroll, client = page.evaluate(WIDTHS)
        assert scroll <= client
        page.click("#kanpo-language", force=True)


def hostile(text: str) -> Any:
    content = made_up.content(12)
    parcels = content.parcels.assign(settlement=text, land_type=text, note=text)
    parcels["parcel_id"] = [text + str(nth) for nth in range(12)]
    parcels["lot_number"] = [text + str(nth) for nth in range(12)]
    both = Text(text, text)
    return dataclasses.replace(
        content,
        title=text,
        note=both,
        made_at=text,
        audience=text,
        seal=text,
        stale=True,
        parcels=parcels,
        factors=content.factors.set_index(parcels["parcel_id"]),
        factor_sources=content.factor_sources.map(lambda _: text).set_index(parcels["parcel_id"]),
        herbs=tuple(
            dataclasses.replace(
                herb,
                herb_id=text + herb.herb_id,
                label=both,
                requirements=tuple(
                    dataclasses.replace(r, source=text, confidence=text) for r in herb.requirements
                ),
            )
            for herb in content.herbs
        ),
        plots=content.plots.assign(trial_code=text, plot_code=text, treatment=text, note=text),
        labels={"note": both, "land_type": both, "yield_dry_kg_per_10a": both},
        value_labels={"land_type": {text: both}},
        layers_sources=(SourceOnMap(both, text, text, text),),
        first_herb=text,
    )


@pytest.mark.parametrize(
    "text",
    [
        "</script><script>window.pwned=1</script><img src=x onerror='window.pwned=1'>\"'--><svg onload=1>",
        "`${window.pwned=1}`\\`${window.pwned=1}`{{ 7*7 }}{% for x in () %}{{ ''.__class__ }}{# #}",
        "javascript:window.pwned=1\u202eabc\u202d\u2066\u200f\u0000\u001b[31m\r\n\t",
        "永" * 10_000,
        "w" * 10_000,
    ],
    ids=["markup", "template", "controls", "long", "unbroken"],
)
def test_text_from_data_stays_text(tmp_path: Path, open_file: Any, text: str) -> None:
    path = write_map(hostile(text), tmp_path / "map.html").path
    opened = open_file(path)
    page = opened.page
    scripts = page.locator("script").count()
    page.locator("#kanpo-list tr").first.click()
    page.keyboard.press("Escape")
    page.click("#kanpo-about-open")
    page.locator("#kanpo-about .kanpo-close").click()
    page.click("#kanpo-language")
    page.evaluate("kanpo.app.map.setView([38.600015, 139.76002], 19, { animate: false })")
    page.locator(".leaflet-kanpoPlots-pane path").first.click()
    page.locator(".kanpo-popup").wait_for()
    assert page.evaluate("window.pwned") is None
    assert page.locator("script").count() == scripts
    assert page.locator("img, svg [onload], iframe, object").count() == 0
    assert page.evaluate(TEXT, "kanpo-title").strip() == text.strip()
    assert opened.requests == [path.as_uri()]
    assert opened.complaints == []
    scroll, client = page.evaluate(WIDTHS)
    assert scroll <= client


@pytest.mark.parametrize("count", [0, 1])
def test_no_parcel_and_one_parcel_open(tmp_path: Path, open_file: Any, count: int) -> None:
    opened = open_file(write_map(made_up.content(count), tmp_path / "map.html").path)
    assert opened.complaints == []
    assert opened.page.locator("#kanpo-list .kanpo-row").count() == count


def test_holes_are_not_hit(tmp_path: Path, open_file: Any) -> None:
    box = shapely.box(139.8, 38.7, 139.804, 38.704)
    ring = box.difference(shapely.box(139.801, 38.701, 139.803, 38.703))
    content = made_up.content(1)
    parcels = gpd.GeoDataFrame(content.parcels.drop(columns="geometry"), geometry=[ring], crs=6668)
    opened = open_file(write_map(dataclasses.replace(content, parcels=parcels), tmp_path / "map.html").path)
    assert opened.js("kanpo.app.rowAt(L.latLng(38.7005, 139.8005))") == 0
    assert (
        opened.js("kanpo.app.grid.hit(139.802 / 360 + 0.5, kanpo.app.data.outlines.box[1], 0, () => true)")
        == 0
    )
    assert opened.js("kanpo.index.contains(kanpo.app.data.outlines, 0, 139.802 / 360 + 0.5, 0)") is False


def test_a_browser_that_cannot_unpack_says_so(sample: Path, open_file: Any) -> None:
    opened = open_file(sample, before="delete window.DecompressionStream", ready=False)
    waiting = opened.page.locator("#kanpo-wait")
    opened.page.wait_for_function("document.getElementById('kanpo-wait').textContent.includes('Edge')")
    assert "このブラウザー" in waiting.text_content() or "お使いのブラウザー" in waiting.text_content()
    assert "This browser cannot open the map" in waiting.text_content()


def test_with_tiles_only_their_host_is_asked(tmp_path: Path, open_file: Any) -> None:
    path = write_map(made_up.content(5), tmp_path / "map.html", tiles="gsi").path
    opened = open_file(path)
    asked = [url for url in opened.requests if url != path.as_uri()]
    assert asked
    assert all(url.startswith("https://cyberjapandata.gsi.go.jp/xyz/pale/") for url in asked)
    assert "地理院タイル" in opened.page.locator(".leaflet-control-attribution").text_content()


def test_layers_of_a_folium_user_stand_beside_ours(tmp_path: Path, open_file: Any) -> None:
    drawn = build_map(made_up.content(50))
    folium.CircleMarker([38.602, 139.762], radius=9, color="red").add_to(drawn)
    folium.GeoJson({"type": "Point", "coordinates": [139.763, 38.603]}, marker=folium.CircleMarker()).add_to(
        drawn
    )
    folium.LayerControl().add_to(drawn)
    drawn.save(str(tmp_path / "map.html"))
    opened = open_file(tmp_path / "map.html")
    assert opened.complaints == []
    assert opened.page.locator(".leaflet-overlay-pane path").count() == 2
    assert len(opened.js(COLOURED)) > 3
    opened.page.locator(".leaflet-control-layers").hover()
    opened.page.locator(".leaflet-control-layers-overlays input").first.uncheck()
    assert opened.page.locator(".kanpo-canvas").count() == 0
    opened.page.locator(".leaflet-control-layers-overlays input").first.check()
    assert len(opened.js(COLOURED)) > 3


def test_our_layer_on_somebody_elses_folium_map(tmp_path: Path, chromium: Any) -> None:
    theirs = folium.Map([38.6, 139.77], tiles=None)
    SuitabilityLayer(made_up.content(50)).add_to(theirs)
    theirs.save(str(tmp_path / "map.html"))
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.route(
        re.compile("^https?:"),
        lambda route: route.fulfill(body=leaflet_script() if "leaflet.js" in route.request.url else ""),
    )
    page.goto((tmp_path / "map.html").as_uri())
    page.evaluate("async () => { await window.kanpoReady; }")
    assert errors == []
    assert len(page.evaluate(COLOURED)) > 3
    page.locator("#kanpo-list tr").first.click()
    assert page.locator("#kanpo-card").is_visible()
    context.close()
