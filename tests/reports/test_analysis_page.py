"""The report of an analysis: the numbers of the analysis, in words, pictures and tables that stay text."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from html import escape, unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kanpo.cli import main
from kanpo.evidence import Analysis, analyse, make_design
from kanpo.locale import use_language
from kanpo.reports import analysis_page, figure_text, probability_text
from tests.browser import Opened
from tests.evidence.plots import case, columns

PAYLOAD = "<script>alert(1)</script>"


def trial(effect: float = 30.0, first: str = "在来") -> Analysis:
    """Four blocks of three treatments on a plan of four rows and three columns."""
    rng = np.random.default_rng(7)
    block, place = np.divmod(np.arange(12), 3)
    treated = np.array([first, "大深", "北海"])[(place + block) % 3]
    y = 200 + effect * (treated == "大深") + rng.normal(size=12) * 5
    table = {"品種": treated, "反復": block + 1, "plot_row": block + 1, "plot_column": place + 1, "収量": y}
    design = make_design("rcbd", treatments=["品種"], blocks=["反復"], checks=[first])
    return analyse(columns(table), design, "収量")


def years() -> Analysis:
    rng = np.random.default_rng(2)
    year, rest = np.divmod(np.arange(36), 12)
    design = make_design("multienv", treatments=["t"], environment="year")
    table = {"year": year + 2022, "t": rest // 3, "y": 50 + rest // 3 * 4 + year * 7 + rng.normal(size=36)}
    return analyse(columns(table), design, "y")


def page_of(found: Analysis, language: str = "ja") -> str:
    with use_language(language):
        return analysis_page([found], "TK-2024", "2024-12-01")


def cells(page: str) -> list[list[str]]:
    lines = re.findall(r"<tr>(.*?)</tr>", page)
    return [[unescape(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", line)] for line in lines]


def pictures(page: str) -> list[ET.Element]:
    return [ET.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]


def test_the_tables_hold_the_numbers_of_the_analysis() -> None:
    found = trial()
    lines, told = cells(page_of(found)), found.to_dict()
    tested = next(row for row in told["anova"] if row["term"] == "品種")
    line = next(line for line in lines if line[:2] == ["区内(Within)", "品種"])
    assert line[-2:] == [figure_text(tested["F"]), probability_text(tested["p"])]
    for mean in told["means"]:
        numbers = [figure_text(mean[key]) for key in ("mean", "se", "lower", "upper")]
        assert ["品種", mean["level"], str(mean["n"]), *numbers, mean["letters"]] in lines
    for pair in told["pairs"]:
        numbers = [figure_text(pair[key]) for key in ("diff", "lower", "upper")]
        assert ["品種", pair["pair"], pair["method"], *numbers, probability_text(pair["p_adj"])] in lines


@pytest.mark.parametrize(
    ("effect", "said"),
    [(30.0, "差が認められます"), (0.0, "差は示されませんでした")],
    ids=["shown", "not shown"],
)
def test_the_sentences_come_before_pictures_and_tables(effect: float, said: str) -> None:
    found = trial(effect)
    page = page_of(found)
    places = [page.index(f"<li>{escape(text.ja)}</li>") for text in found.sentences]
    assert said in page
    assert max(places) < page.index("<svg") < page.index("<table")
    assert "設計: 乱塊法(rcbd)、処理: 品種、ブロック: 反復、標準: 在来" in page
    assert "作成日 2024-12-01" in page


def test_english_where_it_is_wanted() -> None:
    page = page_of(trial(), "en")
    assert '<html lang="en">' in page
    assert "differ significantly" in page
    assert "分散分析" not in page


def test_names_of_treatments_stay_text() -> None:
    page = page_of(trial(first=PAYLOAD))
    assert "<script" not in page
    assert page.count("&lt;script&gt;") > 3
    assert "default-src 'none'" in page
    assert not re.search(r"https?://|\bsrc=|\bhref=|url\(|@import", page)


@pytest.mark.parametrize("made", [trial, years], ids=["plan", "years"])
def test_every_picture_is_well_formed_and_shows_every_plot(made: Any) -> None:
    found = made()
    drawn = {svg[0].text: svg for svg in pictures(page_of(found))}
    treatment = found.design.treatments[0]
    points = drawn[f"{treatment}ごとの{found.trait}"].findall("circle")
    values = [f"{row['plot']}: {row['value']:.5g}" for row in found.to_dict()["residuals"]]
    assert sorted(point[0].text or "" for point in points) == sorted(values)
    against = drawn["残差とあてはめ値"].findall("circle")
    assert len(against) == found.plots
    assert ("yearごとの平均" in drawn) == (found.design.kind == "multienv")
    places = [box for box in drawn["残差の配置"].findall("rect") if len(box)]
    assert len(places) == found.plots


def test_the_plan_has_the_colour_of_the_residual() -> None:
    found = trial()
    assert found.field is not None
    plan = next(svg for svg in pictures(page_of(found)) if svg[0].text == "残差の配置")
    told = {box[0].text: box.get("fill") for box in plan.findall("rect") if len(box)}
    for row, line in zip(found.field.rows, found.field.residuals, strict=True):
        for column, value in zip(found.field.columns, line, strict=True):
            size = int(np.clip(np.trunc(value), -2, 2))
            colour = {2: "#d55e00", 1: "#f3b98a", 0: "#f7f7f7", -1: "#8fc3e3", -2: "#0072b2"}[size]
            assert told[f"{row}, {column}: {value:+.2f}"] == colour


def test_lines_of_years_pass_through_the_means() -> None:
    found = years()
    svg = next(svg for svg in pictures(page_of(found)) if svg[0].text == "yearごとの平均")
    values = found.levels.assign(value=found.residuals["value"]).groupby(["t", "year"])["value"].mean()
    told = {point[0].text for point in svg.findall("circle")}
    assert told == {f"{t}: {value:.5g}" for (t, _), value in values.items()}
    assert len(svg.findall("polyline")) == 4


def test_interactions_have_pictures_of_their_own() -> None:
    design = make_design("splitplot", blocks=["B"], whole_plot="V", sub_plot="N")
    found = analyse(case("splitplot_oats"), design, "Y")
    drawn = {svg[0].text: svg for svg in pictures(page_of(found))}
    assert len(drawn["V×NごとのY"].findall("circle")) == 72


def covered(name: str = "株数", treatments: int = 3) -> Analysis:
    """Four blocks with a stand count that no treatment changed."""
    rng = np.random.default_rng(3)
    block, treated = (axis.ravel() for axis in np.meshgrid(range(4), range(treatments), indexing="ij"))
    stand = rng.integers(150, 250, len(block))
    y = 50 + 0.4 * stand + 8 * block + 3 * treated + rng.normal(size=len(block))
    table = {"品種": [f"系統{t:02d}" for t in treated], "反復": block, name: stand, "収量": y}
    design = make_design("rcbd", treatments=["品種"], blocks=["反復"], covariates=[name])
    return analyse(columns(table), design, "収量")


def test_lines_over_a_covariate_are_parallel_and_cross_its_mean_at_the_adjusted_means() -> None:
    found = covered()
    svg = next(svg for svg in pictures(page_of(found)) if svg[0].text == "株数と収量")
    ends = [
        [float(line.get(key) or "nan") for key in ("x1", "y1", "x2", "y2")]
        for line in svg.findall("line")
        if line.get("stroke-width") == "2"
    ]
    assert len(ends) == 3
    slopes = [(y2 - y1) / (x2 - x1) for x1, y1, x2, y2 in ends]
    assert slopes == pytest.approx([slopes[0]] * 3, abs=0.01)
    (mean,) = (float(line.get("x1") or "nan") for line in svg.findall("line") if line.get("stroke") == "#222")
    heights = sorted(y1 + slope * (mean - x1) for (x1, y1, _, _), slope in zip(ends, slopes, strict=True))
    gaps = np.diff(np.sort(found.means["mean"].to_numpy())[::-1])
    assert np.diff(heights) / np.diff(heights)[0] == pytest.approx(gaps / gaps[0], abs=0.1)
    assert len(svg.findall("circle")) == found.plots


def test_a_page_with_a_covariate_says_what_was_adjusted() -> None:
    found = covered()
    page = page_of(found)
    (one,) = found.covariates
    assert "共変量: 株数" in page
    numbers = [figure_text(value) for value in (one.mean, one.slope, one.se)]
    line = next(line for line in cells(page) if line[:2] == ["株数", numbers[0]])
    assert line[1:4] == numbers
    assert "<h3>調整平均</h3>" in page
    assert f"({found.gains[0].ratio:.2f}" not in page and f"反復を {found.gains[0].ratio:.2f} 倍" in page


def test_the_name_of_a_covariate_stays_text_and_many_treatments_share_grey() -> None:
    page = page_of(covered(PAYLOAD, treatments=12))
    assert "<script" not in page
    assert "灰色は、ほか 4 処理" in page


@pytest.mark.parametrize("values", [["5", "5", "5", "5"], ["1", "1", "2", "2"], ["<1", "<1", "2", "3"]])
def test_what_cannot_be_tested_is_said_without_pictures_of_residuals(values: list[str]) -> None:
    table = {"t": ["a", "a", "b", "b"], "y": values}
    page = page_of(analyse(columns(table), make_design("crd", treatments=["t"]), "y"))
    assert "残差の配置" not in page
    assert '<ul class="said"><li>' in page


def test_the_command_writes_the_page_and_never_over_a_table(tmp_path: Path, capsys: Any) -> None:
    table = tmp_path / "data.csv"
    table.write_text("v,y\na,1\na,2\na,1.5\nb,5\nb,6\nb,5.2\n", encoding="utf-8")
    asked = ["analyze", str(table), "--design", "crd", "--treatment", "v", "--trait", "y", "--report"]
    assert main([*asked, str(tmp_path / "out.html")]) == 0
    assert "data.csv" in (tmp_path / "out.html").read_text(encoding="utf-8")
    assert "<svg" not in capsys.readouterr().out
    before = table.read_bytes()
    assert main([*asked, str(table)]) == 2
    assert table.read_bytes() == before


@pytest.mark.browser
def test_the_page_asks_for_nothing_and_fits_a_phone(tmp_path: Path, chromium: Any) -> None:
    path = tmp_path / "report.html"
    path.write_text(page_of(years()), encoding="utf-8")
    opened = Opened(chromium.new_page(viewport={"width": 390, "height": 800}))
    opened.page.on("request", lambda request: opened.requests.append(request.url))
    opened.page.on("console", lambda message: opened.complaints.append(message.text))
    opened.page.goto(path.as_uri())
    assert opened.requests == [path.as_uri()]
    assert not opened.complaints
    assert opened.js("document.documentElement.scrollWidth") <= 390
    opened.page.close()
