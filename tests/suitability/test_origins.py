"""The catalogue against places known to grow a herb, and a score by limitation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanpo.herbs import load_catalogue
from kanpo.suitability import NOT_INDEPENDENT, climate_score, limitation, validate_origins

CATALOGUE = load_catalogue()
FOUND = validate_origins(CATALOGUE)
SITES = FOUND.sites


def test_no_known_origin_is_excluded_by_climate() -> None:
    origins = SITES[SITES["origin"] == "yes"]
    assert len(origins) == 21 and (origins["score"] >= 0.25).all()
    assert set(origins["class"]) <= {"S1", "S2", "S3"} and origins["holds"].eq(True).all()
    assert not SITES["class"].isin(["N1", "N2"]).any()


def test_places_without_production_are_no_s1() -> None:
    places = SITES[SITES["origin"] == "none"]
    assert len(places) == 3 and (places["score"] < 0.75).all() and places["holds"].eq(True).all()
    assert SITES.loc[SITES["origin"] == "unclear", "holds"].isna().all()


def test_toyama_grows_peony() -> None:
    (row,) = SITES[(SITES["herb_id"] == "shakuyaku") & (SITES["place"] == "富山(富山)")].itertuples()
    assert row.score == pytest.approx((150 - 117.2) / 35)


def test_all_climate_that_is_known_of_a_place_counts() -> None:
    score, factors = climate_score(
        CATALOGUE, "toki", {"warmth_index_c_month": 117.2, "warmest_month_temp_c": 26.9}
    )
    warm = 0.62
    assert factors == ("warmth_index_c_month", "warmest_month_temp_c")
    assert score == pytest.approx((warm * warm ** (1.5 / 4.5)) ** 0.5)
    nothing, factors = climate_score(CATALOGUE, "toki", {})
    assert np.isnan(nothing) and factors == ()


def test_separation_is_pooled_and_by_herb_only_from_five_origins_on() -> None:
    table = FOUND.separation
    assert list(table["scope"]) == ["pooled", "shakuyaku"]
    assert table["origins"].tolist() == [21, 5]
    assert ((table["lower"] <= table["auc"]) & (table["auc"] <= table["upper"])).all()
    assert validate_origins(CATALOGUE).separation.equals(table), "the interval is the same each time"


def test_what_climate_cannot_tell_is_said() -> None:
    lower = FOUND.separation["lower"].iloc[0]
    assert ("とは言えません" in FOUND.verdict.ja) == (lower <= 0.5)
    assert "独立な検証ではありません" in NOT_INDEPENDENT.ja and "Not independent" in NOT_INDEPENDENT.en


def test_the_document_says_what_is_computed() -> None:
    text = (Path(__file__).parents[2] / "docs" / "herbs.md").read_text(encoding="utf-8")
    pooled, peony = FOUND.separation.itertuples(index=False)
    assert f"AUC {pooled.auc:.2f}({pooled.lower:.2f}〜{pooled.upper:.2f})" in text
    assert f"芍薬(5か所)は {peony.auc:.2f}({peony.lower:.2f}〜{peony.upper:.2f})" in text
    sourced = [key for key in CATALOGUE.herbs if not CATALOGUE.reference_only(key)]
    named = text.split("いま出典がそろうのは")[1].split("。")[0].replace("(2種)", "").split("・")
    assert named == list(dict.fromkeys(CATALOGUE.herbs[key].crude_drug_ja for key in sourced))


def test_a_catalogue_that_excludes_an_origin_is_told() -> None:
    """The peony of the first version: full up to 100, none above 115, at Toyama's 117."""
    rows = tuple(
        replace(row, corners=(30.0, 45.0, 100.0, 115.0), knock_out=True)
        if row.factor == "warmth_index_c_month"
        else row
        for row in CATALOGUE.requirements_of("shakuyaku")
    )
    found = validate_origins(replace(CATALOGUE, requirements={**CATALOGUE.requirements, "shakuyaku": rows}))
    assert set(found.failed["place"]) == {"富山(富山)", "奈良(奈良)", "松江(島根)"}
    assert set(found.failed["herb_id"]) == {"shakuyaku"}


@pytest.mark.parametrize("keep", [0, 1])
def test_too_few_places_give_no_interval(keep: int) -> None:
    found = validate_origins(replace(CATALOGUE, known_sites=CATALOGUE.known_sites.iloc[: 2 * keep]))
    assert "言えません" in found.verdict.ja
    assert np.isnan(found.separation["lower"].iloc[0]) and len(found.sites) == 2 * keep


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0.01, 10)), min_size=1, max_size=8),
    st.floats(0, 1),
)
def test_a_score_is_never_above_the_root_of_the_least(
    pairs: list[tuple[float, float]], better: float
) -> None:
    memberships = np.array([[membership] for membership, _ in pairs])
    weights = np.array([weight for _, weight in pairs])
    score = limitation(memberships, weights)[0]
    assert 0 <= score <= np.sqrt(memberships.min()) + 1e-12
    assert (score == 0) == (memberships.min() == 0) or memberships.min() < 1e-150
    raised = memberships.copy()
    raised[0] = max(raised[0, 0], better)
    assert limitation(raised, weights)[0] >= score - 1e-12
    assert limitation(memberships, weights * 7)[0] == pytest.approx(score, abs=1e-12)


def test_a_factor_of_weight_0_counts_for_nothing() -> None:
    assert limitation(np.array([[0.0], [0.5]]), np.array([0.0, 2.0]))[0] == pytest.approx(0.5)
