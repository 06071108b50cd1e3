"""An explanation says what a planner needs: verdict, reasons, what is unknown, grounds, and how sure they are."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given, settings

from kanpo.errors import InputUnusable, UsageError
from kanpo.herbs import load_catalogue
from kanpo.locale import use_language
from kanpo.sites import Factors
from kanpo.suitability import FLOOR, METHODS, ClassBounds, Explanation, explain, score_parcels

from .sites import HERBS, Site, excluded_by, factors_of, good_site, sites

CATALOGUE = load_catalogue()
#: Held down by drainage and depth; pH and light are not known.
FAIR = good_site() | {"drainage": "imperfect", "soil_ph": None, "sunlight": None, "soil_depth_cm": 30.0}


def explained(site: Site, herb_id: str = "shakuyaku", **options: object) -> Explanation:
    factors = factors_of([site], land=["paddy"])
    return explain(factors, "P0", herb_id, CATALOGUE, **options)  # type: ignore[arg-type]


def test_the_first_lines_are_the_verdict_as_it_lies_and_after_works() -> None:
    found = explained(FAIR)
    now, then = found.text().ja.splitlines()[:2]
    assert now.startswith("芍薬(シャクヤク): 現況 N2〜S2(測れば変わる)") and f"{found.now.score:.2f}" in now
    assert f"{found.now.lower:.2f}〜{found.now.upper:.2f}" in now
    assert "改良後" in then and f"{found.then.score:.2f}" in then
    english = found.text().en.splitlines()[0]
    assert english.startswith("shakuyaku (Paeoniae Radix): as it lies N2 to S2")


def test_what_holds_it_down_comes_dearest_first() -> None:
    found = explained(FAIR)
    assert found.limiting == ("drainage", "soil_depth_cm")
    page = found.text().ja
    assert page.index("点を下げている要因") < page.index("排水 やや不良") < page.index("有効土層深 30.0")
    assert found.loss_share("soil_ph") is None and (found.loss_share("drainage") or 0) > 0.5


def test_what_limits_is_said_first_also_where_something_unknown_is_expected_to_be_worse() -> None:
    """The least known membership limits, whatever the weights and whatever is expected elsewhere."""
    site = good_site() | {"soil_depth_cm": 36.0, "warmth_index_c_month": 127.0, "drainage": None}
    found = explained(site)
    factors = factors_of([site], land=["paddy"])
    frame = score_parcels(factors, CATALOGUE, ["shakuyaku"]).frame("shakuyaku")
    assert found.limiting[0] == frame["limiting_factor"].iloc[0] == "soil_depth_cm"


def test_what_is_unknown_comes_in_the_order_in_which_measuring_helps() -> None:
    found = explained(FAIR)
    assert found.missing == ("soil_ph", "sunlight")
    page = found.text().ja
    assert "・土壌pH(H2O)(土壌分析、重み 9%、除外もあり得る: 4未満か8.5超)" in page
    assert "・日照(現地調査、重み 13%)" in page
    assert "次に測るとよいもの: 土壌pH(H2O)" in page


def test_how_often_an_unknown_value_excludes_elsewhere_stands_beside_it_and_moves_nothing() -> None:
    """ "N2 to S1" for want of a pH tells a planner nothing; that none of the known parcels is so does."""
    open_ = good_site() | {"soil_ph": None}
    others = [good_site() | {"soil_ph": value} for value in (3.0, 5.5, 6.0, 9.0, 8.5)]
    found = explain(factors_of([open_, *others]), "P0", "shakuyaku", CATALOGUE)
    ph = found.line("soil_ph").elsewhere
    assert ph is not None and (ph.known, ph.excluded) == (5, 3), "at 8.5 the membership is 0 too"
    assert "4未満か8.5超。分かっている 5 筆では 3 筆" in found.text().ja
    assert "below 4 or above 8.5, as in 3 of the 5 parcels known" in found.text().en
    told = next(row for row in found.to_dict()["factors"] if row["factor"] == "soil_ph")  # type: ignore[attr-defined]
    assert (told["known_parcels"], told["excluded_by_it"]) == (5, 3)
    assert found.now.lower == 0 and found.now.class_lower == "N2", "the bound is still the worst possible"


def test_the_floor_is_marked_and_explained() -> None:
    found = explained(good_site() | {"warmth_index_c_month": 20.0})
    warmth = found.line("warmth_index_c_month")
    assert warmth.membership == 0 and warmth.effective == pytest.approx(FLOOR) and warmth.floored
    assert not any(line.floored for line in found.lines if line is not warmth)
    assert "0.00 *" in found.text().ja and "0.05 を下限" in found.text().ja
    assert "0.05 を下限" not in explained(good_site()).text().ja


def test_a_knock_out_is_said_plainly_with_the_works_that_mend_it() -> None:
    found = explained(good_site() | {"drainage": "poor"})
    assert found.excluded and found.limiting[0] == "drainage"
    assert (found.now.score, found.now.lower, found.now.upper) == (0, 0, 0)
    assert found.now.class_lower == found.now.class_upper == "N1", "drains can be laid"
    assert found.options and found.options[-1].reaches == "S1"
    assert found.loss_share("drainage") is None
    nothing = explained(good_site() | {"soil_ph": 10.0})
    assert nothing.now.class_lower == "N2" and not nothing.options
    assert "除外条件に当たる" in found.text().ja


def test_the_cheapest_works_for_each_class_are_named_with_yen() -> None:
    found = explained(good_site() | {"drainage": "poor"}, "ninjin")
    assert [option.reaches for option in found.options] == ["S3", "S1"][-len(found.options) :]
    for option in found.options:
        assert option.score >= {"S3": 0.25, "S2": 0.5, "S1": 0.75}[option.reaches]
        assert option.money.yen_low is not None and option.label.ja in found.text().ja
    yen = [option.money.yen_low or 0 for option in found.options]
    assert yen == sorted(yen), "a better class is not cheaper"


def test_a_parcel_of_which_nothing_is_known() -> None:
    found = explained({})
    assert found.now.class_lower is None and found.now.certainty == "unknown"
    assert len(found.missing) == len(found.lines) and found.known == 0
    page = found.text().ja
    assert page.startswith("芍薬(シャクヤク): 現況 区分は言えない(不明)")


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
    assert "注意: 重みの 22% は、まだ誰も確かめていない仮の要求条件" in page
    assert "confidence low" in found.text().en
    assert sum(line.weight for line in found.lines) == pytest.approx(1)


def test_where_a_value_comes_from_is_said() -> None:
    factors = factors_of([good_site()])
    sources, coverage = factors.sources.copy(), factors.coverage.copy()
    sources.loc["P0", "drainage"], coverage.loc["P0", "drainage"] = "layer:dem5", 0.8
    sources.loc["P0", "soil_ph"] = "attribute:土壌酸度"
    sources.loc["P0", "soil_depth_cm"] = "measured"
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
    assert "現況" in japanese.ja and "現況" not in japanese.en


def test_for_programs_it_is_plain_json() -> None:
    for site in (FAIR, good_site(), {}, FAIR | {"drainage": "poor"}):
        told = json.loads(json.dumps(explained(site).to_dict(), allow_nan=False, default=float))
        assert told["parcel_id"] == "P0" and len(told["factors"]) == 6
    told = json.loads(json.dumps(explained(FAIR).to_dict(), default=float))
    assert told["missing"] == ["soil_ph", "sunlight"] and told["limiting"][0] == "drainage"
    by_factor = {row["factor"]: row for row in told["factors"]}
    assert by_factor["soil_ph"]["value"] is None and by_factor["soil_ph"]["may_exclude"]
    assert by_factor["soil_ph"]["cost_to_measure"] == "laboratory"
    assert by_factor["drainage"]["value"] == "imperfect" and by_factor["drainage"]["confidence"] == "medium"
    assert by_factor["drainage"]["catalogue_row"].startswith("requirements.csv:")
    assert told["current"]["score"] < told["potential"]["score"]


@settings(max_examples=8, deadline=None)
@given(sites())
def test_an_explanation_has_the_numbers_of_the_scores(site: Site) -> None:
    factors = factors_of([site], land=["paddy"])
    for number, herb_id in enumerate(HERBS[::9]):
        method = METHODS[number % 3]
        scores = score_parcels(factors, CATALOGUE, [herb_id], method=method)
        frame = scores.frame(herb_id).iloc[0]
        found = explain(factors, "P0", herb_id, CATALOGUE, method=method)
        for side, result in ((found.now, scores.result), (found.then, scores.potential)):
            numbers = (side.least, side.lower, side.score, side.upper, side.most)
            assert numbers == tuple(float(array[0, 0]) for array in result.numbers)
        assert (found.limiting or (None,))[0] == (
            None if frame.isna()["limiting_factor"] else frame["limiting_factor"]
        )
        if not found.excluded and found.missing and not frame.isna()["deciding_factor"]:
            assert found.missing[0] == frame["deciding_factor"]
        assert found.text().ja and found.text().en


def test_weights_and_bounds_of_ones_own_are_explained() -> None:
    found = explained(FAIR, weights={"shakuyaku": {"drainage": 30}}, bounds=ClassBounds(0.9, 0.8, 0.7))
    assert found.limiting[0] == "drainage" and found.line("drainage").weight == pytest.approx(30 / 38.5)
    assert "S1 0.9 以上" in found.text().ja


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
    first = page.ja.splitlines()[0]
    assert first.startswith("芍薬(シャクヤク): 不適(N2") and "除外図「浸水想定区域」に当たる" in first
    assert "浸水想定区域[flood]: 筆の 80.0%(50% 以上なので除外)" in page.ja
    assert "not suitable (N2)" in page.en and "80.0% of the parcel" in page.en
    assert (barred.now.score, barred.now.class_lower, barred.excluded) == (0, "N2", True)
    told = json.loads(json.dumps(barred.to_dict(), allow_nan=False, default=float))
    assert told["exclusions"] == [
        {"layer": "flood", "title": "浸水想定区域", "share": 0.8, "excludes_from": 0.5, "excludes": True}
    ]
    touched = explain(excluded_by(factors, [0.3]), "P0", "shakuyaku", CATALOGUE)
    assert touched.now.score == explain(factors, "P0", "shakuyaku", CATALOGUE).now.score
    assert "筆の 30.0%(50% 未満なので除外しない)" in touched.text().ja
    assert "除外図" not in explain(factors, "P0", "shakuyaku", CATALOGUE).text().ja
