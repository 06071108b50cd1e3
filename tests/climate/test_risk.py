"""Shares of years and chances of a stand, for every herb of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.climate import (
    Anomalies,
    Shift,
    climate_risk,
    count_stands,
    count_windows,
    parcel_years,
    wilson_interval,
)
from kanpo.herbs import load_catalogue
from kanpo.sites import warmth_index
from kanpo.suitability import ClassBounds, climate_score
from tests.climate.made_up import MONTHS

CATALOGUE = load_catalogue()
FACTORS = ("warmth_index_c_month", "warmest_month_temp_c", "coldest_month_min_temp_c", "annual_precip_mm")
FACTORS = (*FACTORS, "max_snow_depth_cm")
RANDOM = np.random.default_rng(3)
PLACES: Mapping[str, np.ndarray] = {
    "warmth_index_c_month": RANDOM.uniform(20, 200, 300),
    "warmest_month_temp_c": RANDOM.uniform(15, 32, 300),
    "coldest_month_min_temp_c": RANDOM.uniform(-15, 8, 300),
    "annual_precip_mm": RANDOM.uniform(800, 4000, 300),
    "max_snow_depth_cm": RANDOM.uniform(0, 400, 300),
}


def table(years: np.ndarray, columns: Mapping[str, np.ndarray]) -> Anomalies:
    """Anomalies as they would come out of a station."""
    return Anomalies("架空", years, (1991, 2020), len(years), columns, {}, np.array(MONTHS))


def flat(count: int = 12) -> Anomalies:
    """Years that are all as the normal."""
    zero, one = np.zeros(count), np.ones(count)
    return table(
        1991 + np.arange(count),
        {key: one if key in ("annual_precip_mm", "max_snow_depth_cm") else zero for key in FACTORS},
    )


@pytest.mark.parametrize("herb_id", CATALOGUE.herbs)
def test_years_as_the_normal_give_the_normals_score(herb_id: str) -> None:
    risk = climate_risk(PLACES, CATALOGUE, flat(), [herb_id])[herb_id]
    for at in range(0, 300, 7):
        values = {key: float(column[at]) for key, column in PLACES.items()}
        score, _ = climate_score(CATALOGUE, herb_id, values)
        years = parcel_years(values, CATALOGUE, herb_id, flat())
        assert years["score"].tolist() == pytest.approx([score] * 12, abs=1e-12)
        if abs(score - 0.25) > 1e-9:
            assert risk.share[at] == float(score >= 0.25)
            assert risk.stand[at] == risk.share[at] or np.isnan(risk.stand[at])


@pytest.mark.parametrize("herb_id", CATALOGUE.herbs)
def test_the_table_of_a_parcel_and_the_share_agree(herb_id: str, anomalies: Anomalies) -> None:
    risk = climate_risk(PLACES, CATALOGUE, anomalies, [herb_id])[herb_id]
    for at in range(0, 300, 23):
        values = {key: float(column[at]) for key, column in PLACES.items()}
        years = parcel_years(values, CATALOGUE, herb_id, anomalies)
        assert len(years) == risk.years
        assert years["inside"].mean() == pytest.approx(risk.share[at])
        for row in years.to_dict("records"):
            moved = {key: row[key] for key in values if key in row}
            assert row["score"] == pytest.approx(climate_score(CATALOGUE, herb_id, moved)[0], abs=1e-12)


def test_no_chance_is_better_than_a_year(anomalies: Anomalies) -> None:
    for risk in climate_risk(PLACES, CATALOGUE, anomalies).values():
        assert ((risk.share >= 0) & (risk.share <= 1)).all()
        known = ~np.isnan(risk.stand)
        assert (risk.stand[known] <= risk.share[known]).all()
        assert ((risk.limiting >= 0) == (risk.share < 1)).all()
        frame = risk.frame([str(at) for at in range(300)])
        assert (frame["share_lower"] <= frame["share_of_years"] + 1e-12).all()
        assert (frame["share_upper"] >= frame["share_of_years"] - 1e-12).all()


@given(st.lists(st.booleans(), min_size=1, max_size=30), st.integers(1, 6), st.data())
@settings(max_examples=150, deadline=None)
def test_stands_are_counted_as_by_hand(inside: list[bool], length: int, data: st.DataObject) -> None:
    steps = data.draw(st.lists(st.integers(1, 2), min_size=len(inside), max_size=len(inside)))
    years = 1990 + np.cumsum(steps)
    by_year = dict(zip(years.tolist(), inside, strict=True))
    windows = [
        [year + step for step in range(length)]
        for year in by_year
        if all(year + step in by_year for step in range(length))
    ]
    assert count_windows(years, length)[0] == len(windows)
    stands = sum(all(by_year[year] for year in window) for window in windows)
    assert count_stands(np.array(inside)[:, None], years, length).tolist() == [stands]


def test_missing_years_between_do_not_make_a_stand_likelier_than_a_year() -> None:
    years = np.array([*range(1991, 2003), *range(2004, 2009)])
    off = np.where(years < 2003, 0.0, 200.0)
    own = table(years, {"warmth_index_c_month": off})
    risk = climate_risk(
        {"warmth_index_c_month": np.array([100.0])}, CATALOGUE, own, ["shakuyaku"], stand_years=6
    )
    assert risk["shakuyaku"].share[0] == pytest.approx(12 / 17)
    assert risk["shakuyaku"].stand[0] == pytest.approx(12 / 17), "all six-year windows are inside"


@pytest.mark.parametrize("herb_id", ["shakuyaku", "toki", "senkyu", "kanzo"])
def test_warmer_never_helps_where_it_is_too_warm_already(herb_id: str, anomalies: Anomalies) -> None:
    warm = {key: np.full(40, 20.0) for key in FACTORS}
    warm["warmth_index_c_month"] = np.linspace(100, 150, 40)
    warm["warmest_month_temp_c"] = np.linspace(23, 30, 40)
    shares = [
        climate_risk(warm, CATALOGUE, anomalies, [herb_id], shift=Shift(degrees))[herb_id].share
        for degrees in (0.0, 0.5, 1.4, 2.5, 4.5)
    ]
    assert all((after <= before + 1e-12).all() for before, after in pairwise(shares))
    assert shares[-1].mean() < shares[0].mean()


@given(st.floats(0, 220), st.floats(0, 6), st.floats(0, 3))
@settings(max_examples=200, deadline=None)
def test_more_degrees_never_lower_a_warmth_index(index: float, degrees: float, more: float) -> None:
    own, place = flat(), np.array([index])
    first, second = (
        own.shifted("warmth_index_c_month", place, Shift(by))[0] for by in (degrees, degrees + more)
    )
    assert index - 1e-9 <= first <= second + 1e-9
    assert second - first <= 12 * more + 1e-9, "at most twelve months grow"


def test_the_warmed_index_is_that_of_the_warmed_months() -> None:
    for lower, degrees in ((0.0, 1.4), (-2.3, 1.4), (1.0, 4.5), (8.0, 3.0)):
        months = np.array([MONTHS]) + lower
        place = warmth_index(months)
        grown = flat().shifted("warmth_index_c_month", place, Shift(degrees))
        assert grown == pytest.approx(warmth_index(months + degrees), abs=1e-9)


def test_no_degrees_change_nothing_to_the_bit() -> None:
    own = flat()
    for key, column in PLACES.items():
        assert own.shifted(key, column, Shift()) is column


def test_what_is_not_known_is_not_said(anomalies: Anomalies) -> None:
    places = {"warmth_index_c_month": np.array([100.0, np.nan])}
    risk = climate_risk(places, CATALOGUE, anomalies)
    assert risk["shakuyaku"].share[0] >= 0
    assert np.isnan(risk["shakuyaku"].share[1])
    assert np.isnan(risk["botanpi"].share).all(), "snow is a need of it and not known"


def test_a_factor_without_years_stays_at_its_normal_and_is_named(anomalies: Anomalies) -> None:
    only = table(anomalies.years, {"warmth_index_c_month": anomalies.by_factor["warmth_index_c_month"]})
    risk = climate_risk(PLACES, CATALOGUE, only, ["botanpi"])["botanpi"]
    assert risk.moving == ("warmth_index_c_month",)
    assert risk.still == ("max_snow_depth_cm",)
    assert np.isfinite(risk.share).all()


def test_a_long_stand_needs_a_long_record() -> None:
    risk = climate_risk(PLACES, CATALOGUE, flat(12), ["obaku"])["obaku"]
    assert np.isfinite(risk.share).all()
    assert np.isnan(risk.stand).all(), "fifteen years do not fit into twelve"


def test_bounds_of_classes_decide_what_is_inside(anomalies: Anomalies) -> None:
    strict, kind = (
        climate_risk(PLACES, CATALOGUE, anomalies, ["toki"], bounds=ClassBounds(0.9, 0.8, s3))["toki"].share
        for s3 in (0.7, 0.1)
    )
    assert (strict <= kind).all()
    assert strict.mean() < kind.mean()


def test_wilson_gives_the_published_interval() -> None:
    # Newcombe 1998, Statistics in Medicine 17:857-872, table I: 15 of 148 and 0 of 20.
    low, high = wilson_interval(np.array([15 / 148]), 148)
    assert (low[0], high[0]) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    low, high = wilson_interval(np.array([0.0]), 20)
    assert (low[0], high[0]) == pytest.approx((0.0, 0.1611), abs=5e-5)
