"""The catalogue against places known to grow a herb."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kanpo.herbs import load_catalogue
from kanpo.suitability import NOT_INDEPENDENT, climate_score, validate_origins

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
