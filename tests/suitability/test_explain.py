"""An explanation says what a planner needs: verdict, reasons, what is unknown, grounds, and how sure they are."""

from __future__ import annotations

import dataclasses
import json
import math

import pytest
from hypothesis import given, settings

from kanpo.errors import InputUnusable, UsageError
from kanpo.herbs import load_catalogue
from kanpo.locale import use_language
from kanpo.sites import Factors
from kanpo.suitability import METHODS, ClassBounds, Explanation, explain, score_parcels

from .sites import HERBS, Site, excluded_by, factors_of, good_site, sites

CATALOGUE = load_catalogue()
FAIR = good_site() | {
    "drainage": "imperfect",
    "soil_ph": None,
    "slope_deg": None,
    "soil_depth_cm": 30.0,
    "road_access_m": 900.0,
}


def explained(site: Site, herb_id: str = "shakuyaku", **options: object) -> Explanation:
    return explain(factors_of([site]), "P0", herb_id, CATALOGUE, **options)  # type: ignore[arg-type]


def test_the_first_lines_are_the_verdict() -> None:
    found = explained(FAIR)
    verdict, doubt = found.text().ja.splitlines()[:2]
    assert verdict.startswith(
        f"芍薬(シャクヤク): 適地スコア {found.score:.2f}(幅 {found.lower:.2f}〜{found.upper:.2f})"
    )
    assert verdict.endswith(f"{found.suitability_class}(中程度適)")
    assert doubt == "分からない要因しだいで N2 から S2 まであり得ます。", "the slope may still exclude"
    english = found.text().en.splitlines()[0]
    assert english.startswith("shakuyaku (Paeoniae Radix): score 0.") and "moderately suitable" in english


def test_what_holds_it_down_comes_dearest_first() -> None:
    found = explained(FAIR)
    assert found.limiting == ("road_access_m", "drainage", "soil_depth_cm")
    losses = [found.line(key).loss for key in found.limiting]
    assert losses == sorted(losses, reverse=True)
    page = found.text().ja
    assert page.index("点を下げている要因") < page.index("道路までの距離 900") < page.index("排水 やや不良")
    shares = [found.loss_share(key) or 0.0 for key in found.limiting]
    assert sum(shares) == pytest.approx(1)
    assert found.loss_share("soil_ph") is None


def test_what_is_unknown_comes_in_the_order_in_which_measuring_helps() -> None:
    found = explained(FAIR)
    assert found.missing == ("slope_deg", "soil_ph")
    page = found.text().ja
    assert "・傾斜(机上で調べられる、重み 9%、除外もあり得る)" in page
    assert "・土壌pH(H2O)(土壌分析、重み 6%)" in page
    assert "次に測るとよいもの: 傾斜" in page


def test_a_requirement_that_is_never_0_is_not_said_to_exclude() -> None:
    """The worst drainage is worth 0.1 to 芍薬, so that not knowing it cannot mean exclusion."""
    found = explained(good_site() | {"drainage": None})
    assert found.line("drainage").requirement.knock_out
    assert not found.line("drainage").may_exclude and found.lower > 0
    assert "除外もあり得る" not in found.text().ja


def test_the_floor_is_marked_and_explained() -> None:
    found = explained(FAIR)
    road = found.line("road_access_m")
    assert (road.membership, road.effective, road.floored) == (0.0, 0.05, True)
    assert "0.00 *" in found.text().ja and "0.05 を下限" in found.text().ja
    assert "0.05" not in explained(good_site()).text().ja


def test_a_knock_out_is_said_plainly() -> None:
    found = explained(FAIR | {"slope_deg": 45.0})
    first = found.text().ja.splitlines()[0]
    assert (
        first == "芍薬(シャクヤク): 不適(N2)。「傾斜」が除外条件に当たるため、ほかの要因に関わらず 0 です。"
    )
    assert found.excluded and found.limiting[0] == "slope_deg"
    assert (found.score, found.lower, found.upper, found.suitability_class) == (0, 0, 0, "N2")
    assert found.loss_share("drainage") is None


def test_a_parcel_of_which_nothing_is_known() -> None:
    found = explained({})
    assert found.suitability_class is None and math.isnan(found.score)
    assert len(found.missing) == len(found.lines)
    page = found.text().ja
    assert page.startswith("芍薬(シャクヤク): 値のある要因がなく、評価できません。")
    assert "点を下げている要因はありません" not in page


def test_a_parcel_of_which_all_is_known() -> None:
    page = explained(good_site()).text().ja
    assert "要因はすべて分かっています。" in page and "分からない要因(" not in page


def test_every_line_has_value_source_ground_and_confidence() -> None:
    found = explained(FAIR)
    page = found.text().ja
    for line in found.lines:
        assert f"requirements.csv {line.requirement.row}行" in page
        assert line.source_title and line.source_title in page
    assert "現地調査 0190" in page
    assert "確からしさ 低(仮の値)" in page
    assert "注意: 重みの 47% は、まだ誰も確かめていない仮の要求条件" in page
    assert "confidence low" in found.text().en
    assert sum(line.weight for line in found.lines) == pytest.approx(1)


def test_where_a_value_comes_from_is_said() -> None:
    factors = factors_of([good_site()])
    sources, coverage = factors.sources.copy(), factors.coverage.copy()
    sources.loc["P0", "slope_deg"], coverage.loc["P0", "slope_deg"] = "layer:dem5", 0.8
    sources.loc["P0", "soil_ph"] = "attribute:土壌酸度"
    sources.loc["P0", "area_m2"] = "measured"
    page = explain(Factors(factors.values, sources, coverage), "P0", "shakuyaku", CATALOGUE).text().ja
    assert "主題図 dem5(筆の80%)" in page
    assert "台帳「土壌酸度」" in page
    assert "図上計測" in page


def test_text_from_data_is_text() -> None:
    """Control characters of a column name never reach the terminal; braces are not placeholders."""
    factors = factors_of([good_site()])
    sources = factors.sources.copy()
    sources.loc["P0", "soil_ph"] = "attribute:\x1b[31m{herb}\n<script>"
    found = explain(Factors(factors.values, sources, factors.coverage), "P0", "shakuyaku", CATALOGUE)
    for page in (found.text().ja, found.text().en):
        assert "\x1b" not in page and "{herb}" in page
    lines = [dataclasses.replace(r, note="{x}\r\n\x07") for r in CATALOGUE.requirements_of("shakuyaku")]
    own = dataclasses.replace(CATALOGUE, requirements={**CATALOGUE.requirements, "shakuyaku": tuple(lines)})
    page = explain(factors, "P0", "shakuyaku", own).text().ja
    assert "\x07" not in page and "\r" not in page and "{x}" in page


def test_the_language_of_the_moment_does_not_mix_the_pages() -> None:
    with use_language("en"):
        english = explained(FAIR).text()
    japanese = explained(FAIR).text()
    assert english == japanese
    assert "適地スコア" in japanese.ja and "適地スコア" not in japanese.en


def test_for_programs_it_is_plain_json() -> None:
    for site in (FAIR, good_site(), {}, FAIR | {"slope_deg": 45.0}):
        told = json.loads(json.dumps(explained(site).to_dict(), allow_nan=False))
        assert told["parcel_id"] == "P0" and len(told["factors"]) == 12
    told = explained(FAIR).to_dict()
    assert told["missing"] == ["slope_deg", "soil_ph"] and told["limiting"][0] == "road_access_m"  # type: ignore[index]
    by_factor = {row["factor"]: row for row in told["factors"]}  # type: ignore[attr-defined]
    assert by_factor["slope_deg"]["value"] is None and by_factor["slope_deg"]["may_exclude"]
    assert by_factor["soil_ph"]["cost_to_measure"] == "laboratory"
    assert by_factor["road_access_m"]["floored"] and by_factor["road_access_m"]["loss_share"] > 0.3
    assert by_factor["drainage"]["value"] == "imperfect" and by_factor["drainage"]["confidence"] == "high"
    assert by_factor["drainage"]["catalogue_row"].startswith("requirements.csv:")


@settings(max_examples=15, deadline=None)
@given(sites())
def test_an_explanation_has_the_numbers_of_the_scores(site: Site) -> None:
    factors = factors_of([site])
    for number, herb_id in enumerate(HERBS[::9]):
        method = METHODS[number % 3]
        frame = score_parcels(factors, CATALOGUE, [herb_id], method=method).frame(herb_id).iloc[0]
        found = explain(factors, "P0", herb_id, CATALOGUE, method=method)
        assert (found.lower, found.upper) == (frame["lower"], frame["upper"])
        assert found.score == frame["score"] or math.isnan(found.score)
        if found.suitability_class is not None:
            assert (found.limiting or (None,))[0] == (
                None if frame.isna()["limiting_factor"] else frame["limiting_factor"]
            )
        assert found.text().ja and found.text().en
        json.dumps(found.to_dict(), allow_nan=False)


def test_weights_and_bounds_of_ones_own_are_explained() -> None:
    found = explained(FAIR, weights={"shakuyaku": {"drainage": 30}}, bounds=ClassBounds(0.9, 0.8, 0.7))
    assert found.limiting[0] == "drainage" and found.line("drainage").weight == pytest.approx(30 / 44)
    assert "S1 0.9 以上" in found.text().ja
    assert explained(FAIR, weights={"shakuyaku": {"drainage": 0}}).limiting == (
        "road_access_m",
        "soil_depth_cm",
    )


def test_an_unknown_parcel_or_herb_is_refused() -> None:
    factors = factors_of([good_site()])
    with pytest.raises(InputUnusable, match=r"explain\.no-factors"):
        explain(factors, "P1", "shakuyaku", CATALOGUE)
    with pytest.raises(UsageError):
        explain(factors, "P0", "peony", CATALOGUE)


def test_a_layer_that_excludes_is_the_reason_and_one_that_does_not_is_shown() -> None:
    factors = factors_of([FAIR])
    barred = explain(excluded_by(factors, [0.8]), "P0", "shakuyaku", CATALOGUE)
    page = barred.text()
    assert page.ja.splitlines()[0] == (
        "芍薬(シャクヤク): 不適(N2)。除外図「浸水想定区域」に当たるため、ほかの要因に関わらず 0 です。"
    )
    assert "浸水想定区域[flood]: 筆の 80.0%(50% 以上なので除外)" in page.ja
    assert "not suitable (N2)" in page.en and "80.0% of the parcel" in page.en
    assert (barred.score, barred.suitability_class, barred.excluded) == (0, "N2", True)
    told = json.loads(json.dumps(barred.to_dict(), allow_nan=False))
    assert told["exclusions"] == [
        {"layer": "flood", "title": "浸水想定区域", "share": 0.8, "excludes_from": 0.5, "excludes": True}
    ]

    touched = explain(excluded_by(factors, [0.3]), "P0", "shakuyaku", CATALOGUE)
    assert touched.score == explain(factors, "P0", "shakuyaku", CATALOGUE).score
    assert "筆の 30.0%(50% 未満なので除外しない)" in touched.text().ja
    assert "除外図" not in explain(factors, "P0", "shakuyaku", CATALOGUE).text().ja
