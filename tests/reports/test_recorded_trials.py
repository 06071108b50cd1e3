"""Reports of recorded trials: words instead of keys, and what a reader needs to judge a picture."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import numpy as np
import pytest

from kanpo.evidence import Analysis, analyse, make_design
from kanpo.locale import use_language
from kanpo.reports import analysis_page
from tests.evidence.plots import columns

TRAIT = "plant_height_cm"


def recorded(levels: list[str], blocks: int = 3, effect: float = 20.0) -> Analysis:
    """A trial as `plot_table` gives it: the second level is taller."""
    rng = np.random.default_rng(5)
    block, place = np.divmod(np.arange(blocks * len(levels)), len(levels))
    table = {
        "treatment": [levels[at] for at in place],
        "replicate": block + 1,
        "plot_row": block + 1,
        "plot_column": place + 1,
        TRAIT: 80 + effect * (place == 1) + rng.normal(size=len(place)),
    }
    design = make_design("rcbd", treatments=["treatment"], blocks=["replicate"])
    return analyse(columns(table), design, TRAIT)


def page_of(found: Analysis, language: str = "ja", *, recorded: bool = True) -> str:
    with use_language(language):
        return analysis_page([found], "TK", "2025-01-01", recorded=recorded)


def body_text(page: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", page.split("<body>")[1]))


def test_a_japanese_page_has_no_english_keys() -> None:
    text = body_text(page_of(recorded(["標準", "早植え", "遅植え"])))
    for word in ("treatment", "replicate", "plot_row", "REML"):
        assert word not in text
    assert "「処理」の水準の間に差が認められます" in text
    assert "区内(Within)" in text and "残差(Residuals)" in text
    assert text.count(TRAIT) == 2, "the key stands beside the word, in the heading and the first sentence"
    assert "草丈(cm)" in text and "処理ごとの草丈" in text


def test_columns_of_a_table_keep_their_names() -> None:
    text = body_text(page_of(recorded(["a", "b", "c"]), recorded=False))
    assert "処理: treatment、ブロック: replicate" in text and "草丈(cm)" not in text


def test_a_treatment_that_is_called_like_a_column_keeps_its_name() -> None:
    found = recorded(["標準", "treatment", "block 2 treatment"])
    text = body_text(page_of(found))
    assert "平均が最も大きいのは「treatment」" in text and "block 2 treatment" in text


@pytest.mark.parametrize("effect", [20.0, 0.0], ids=["shown", "not shown"])
def test_the_sentence_agrees_with_the_table(effect: float) -> None:
    found = recorded(["標準", "早植え", "遅植え"], effect=effect)
    row = next(row for row in found.anova if row.term == "treatment")
    text = body_text(page_of(found))
    assert ("差が認められます" in text) == (row.p < 0.05) == (effect > 0)
    assert ("差は示されませんでした" in text) == (row.p >= 0.05)


def test_a_check_that_is_called_check_is_still_named() -> None:
    found = recorded(["標準", "早植え", "遅植え"])
    design = make_design("rcbd", treatments=["treatment"], blocks=["replicate"], checks=["標準"])
    table = {key: list(found.levels[key]) for key in ("treatment", "replicate")}
    again = analyse(columns(table | {TRAIT: list(found.residuals["value"])}), design, TRAIT)
    assert "設計: 乱塊法(rcbd)、処理、ブロック: 反復、標準: 標準" in body_text(page_of(again))


def test_captions_say_how_many_plots_and_what_the_bars_are() -> None:
    found = recorded(["標準", "早植え", "遅植え"])
    assert "全部で 9 区、1水準に 3 区" in page_of(found) and "95 %信頼区間" in page_of(found)
    single = recorded(["標準", "早植え", "遅植え"], blocks=1)
    page = page_of(single)
    assert "区間は出せません" in page and "横線は平均" not in page
    assert "標準誤差" not in page, "columns without anything are left out"


def test_pictures_tell_what_they_show_to_those_who_cannot_see_them() -> None:
    found = recorded(["標準", "早植え"], blocks=4)
    greatest = found.means.sort_values("mean", ascending=False).iloc[0]
    told = re.findall(r"<desc>(.*?)</desc>", page_of(found))
    assert len(told) == 3
    assert told[0].startswith(f"平均: {greatest['level']} {greatest['mean']:.4g}")


@pytest.mark.parametrize(
    "name", ["long treatment name number {:02d} with more", "系統{:03d}-山奥の長い名前の選抜"]
)
def test_long_names_stay_different(name: str) -> None:
    found = recorded([name.format(at) for at in range(24)])
    picture = re.search(r"<svg.*?</svg>", page_of(found), re.DOTALL)
    assert picture is not None
    labels = [label for label in re.findall(r'text-anchor="end"[^>]*>([^<]*)<', picture[0]) if "…" in label]
    assert len(labels) == len(set(labels)) == 24


def test_several_traits_begin_with_a_list_of_them() -> None:
    found = recorded(["標準", "早植え", "遅植え"])
    page = analysis_page([found, found], "TK", "2025-01-01", recorded=True)
    assert page.index("項目の一覧") < page.index('class="said"')
    assert page.count("<h1") == 1


def test_the_difference_of_equal_means_is_no_dust() -> None:
    table = {"t": ["a", "a", "b", "b", "c", "c"], "y": [0.1 + 0.2, 0.5, 0.3, 0.5, 100.0, 101.0]}
    found = analyse(columns(table), make_design("crd", treatments=["t"]), "y")
    assert not re.search(r"\de-1[5-9]", page_of(found, recorded=False))


@pytest.mark.browser
def test_people_who_use_other_means_can_read_it(tmp_path: Any, chromium: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = recorded([f"{at} <script>alert(1)</script>" for at in range(6)])
    path = tmp_path / "report.html"
    path.write_text(analysis_page([found, found], "TK", "2025-01-01", recorded=True), encoding="utf-8")
    for width in (1280, 390):
        context = chromium.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
        page = context.new_page()
        page.goto(path.as_uri())
        assert axe.run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
        context.close()
