"""The report of a herb: its sentences agree with the calibration, curves show what is proposed, nothing runs."""

from __future__ import annotations

import re
from html import unescape

import numpy as np
import pandas as pd
import pytest

from kanpo.compare import COLOURS, Picture, Series
from kanpo.evidence import (
    calibration_words,
    curve_moves,
    learn_from_trials,
    proposed_rows,
    requirement_picture,
)
from kanpo.locale import Text, use_language
from kanpo.plan import Suggestion
from kanpo.reports import Part, calibration_part, comparison_page, proposal_part, suggestion_part
from tests.evidence.test_calibrate import CATALOGUE, DEPTHS, SITES, TRAIT, calibrated, plot_rows, scores_of

PAYLOAD = "<script>alert(1)</script>"
YIELD = Text("乾燥収量", "dry yield")


def joined(sentences: list[Text]) -> str:
    return "\n".join(text.ja for text in sentences)


@pytest.mark.parametrize(
    ("yields", "said"),
    [
        ([100 * score for score in scores_of()["score"]], "適地度の高い筆ほど、よい値でした"),
        ([300.0 - depth for depth in DEPTHS], "適地度は当たっていません"),
        ([100.0, 103, 99, 104, 98, 102, 101, 100.5], "まだ言えません"),
    ],
    ids=["right", "wrong", "open"],
)
def test_the_verdict_agrees_with_the_interval(yields: list[float], said: str) -> None:
    found = calibrated(yields)
    words = joined(calibration_words(found))
    assert said in words and f"{found.rho:.2f}" in words
    assert ("よい値でした" in words) == (found.lower > 0)
    assert ("当たっていません" in words) == (found.upper < 0)


def test_few_parcels_prove_nothing() -> None:
    words = joined(calibration_words(calibrated([100 * score for score in scores_of()["score"][:5]])))
    assert "8 筆より少ないので" in words and "よい値でした" not in words


def test_after_the_fact_is_said() -> None:
    yields = [1.0 * depth for depth in DEPTHS]
    assert "予測の検証です" in joined(calibration_words(calibrated(yields)))
    assert "8 筆は、適地度の計算(2026-05-01 00:00 UTC)が試験の始まりより後" in joined(
        calibration_words(calibrated(yields, "2026-05-01T00:00:00Z"))
    )


def test_only_clear_factors_are_called_misleading() -> None:
    clear = calibrated([300.0 - depth for depth in DEPTHS])
    page = comparison_page(Text.same("t"), [calibration_part(clear, YIELD)])
    assert "外れを説明する要因: 有効土層深" in page
    nothing = calibrated([100.0, 103, 99, 104, 98, 102, 101, 100.5])
    page = comparison_page(Text.same("t"), [calibration_part(nothing, YIELD)])
    unclear = nothing.factors["q"] > 0.1
    assert page.count("<td>はっきりしない</td>") == unclear.sum() == len(nothing.factors)
    assert "重みが軽すぎるか" not in page


def test_the_proposal_shows_the_curves_that_move() -> None:
    found = learn_from_trials(
        plot_rows([10.0, 14, 11, 160, 170, 200, 205, 204]), SITES, CATALOGUE.requirements_of("toki"),
        herb_id="toki", trait=TRAIT,
    )  # fmt: skip
    part = proposal_part(found)
    before = {row.factor: row for row in found.response.requirements}
    moving = [row for row in proposed_rows(found) if curve_moves(before[row.factor], row) >= 0.02]
    assert len(part.pictures) == len(moving) > 0
    depth = next(row for row in moving if row.factor == "soil_depth_cm")
    drawn = requirement_picture(before["soil_depth_cm"], depth)
    assert drawn.series[0].dashed and not drawn.series[1].dashed
    assert float(np.abs(drawn.series[0].y - drawn.series[1].y).max()) == pytest.approx(
        curve_moves(before["soil_depth_cm"], depth)
    )
    assert f"{len(proposed_rows(found))} 行を少し動かす" in joined(list(part.sentences))


def sites(count: int) -> Suggestion:
    rows = [
        (at + 1, f"P{at}", PAYLOAD, "=cmd|x", "toki", 0.8, 0.5, 0.9, 1, 10, 0.1, "傾斜の上限", "", "よい")
        for at in range(count)
    ]
    names = "order parcel_id settlement lot_number herb_id promise low high rank candidates gain learns unknown why"
    return Suggestion(pd.DataFrame(rows, columns=names.split()), {})


def test_sites_are_counted_and_hostile_names_stay_text() -> None:
    page = comparison_page(Text.same(PAYLOAD), [suggestion_part(sites(3)), suggestion_part(sites(0))])
    assert "3 筆を提案します" in page and "条件に合う筆がありません" in page
    assert "<script" not in page and "=cmd|x" in page
    assert not re.search(r"https?://|\bsrc=|\bhref=|url\(|@import", page)


def test_a_comparison_escapes_and_says_how_much_of_a_table_it_holds() -> None:
    table = pd.DataFrame({"component": [PAYLOAD] * 400, "p": 0.00001, "q": np.nan, "best": True, "n": 3})
    picture = Picture(PAYLOAD, "x", "y", [Series(PAYLOAD, np.zeros(1), np.zeros(1), COLOURS[0], [PAYLOAD])])
    part = Part(Text.same(PAYLOAD), [Text.same(PAYLOAD)], [(picture, Text.same(PAYLOAD))],
                [(Text.same(PAYLOAD), table, {"component": Text.same(PAYLOAD)})])  # fmt: skip
    with use_language("ja"):
        page = comparison_page(Text.same("t"), [part], "2025-01-01")
    assert "<script" not in page
    assert page.count("<tr><td>") == 300 and "ほか 100 行" in unescape(page) and "ほか 270 行" in page
    assert "&lt;0.0001" in page and "<td>はい</td>" in page
    assert ">q<" not in page, "a column without anything is left out"
