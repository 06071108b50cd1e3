"""Laws of workability: never below nothing, learning never widens, nothing is invented, no score changes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.schema import FACTORS
from kanpo.suitability import score_parcels
from kanpo.workability import Assumptions, workability_text
from tests.suitability.sites import HERBS, factors_of, sites, value_of
from tests.workability.made_up import CATALOGUE, EXPECTATIONS, answers, costs_of, level_field

_CLASSES = {
    "idle_class": ("1", "1_green", "1_yellow", "2"),
    "devastation_class": ("A", "B"),
    "land_type": ("paddy", "field", "other"),
}
_SOME = answers(
    labour_hours_per_10a=(100, 200), slope_hours_share=0.5, small_block_hours_share=(0.1, 0.3),
    small_block_area_m2=(1_000, 3_000), trips_per_year=(20, 40), travel_hours_per_trip=0.5,
    carrying_hours_per_10a_100m=2, water_hours_per_10a_100m=3, shade_yen_per_10a=(5e5, 1e6),
    shade_hours_per_10a=40, overhang_yen_per_10a=(1e4, 5e4), tile_drain_hours_per_10a=(0, 30),
)  # fmt: skip
_WORKABILITY = [key for key, factor in FACTORS.items() if factor.verdict == "workability"]


@st.composite
def parcels(draw: st.DrawFn) -> dict[str, object]:
    """A site and what the register says of it, unknown things among it."""
    register = {key: draw(st.sampled_from((None, *keys))) for key, keys in _CLASSES.items()}
    return {**draw(sites()), **register}


def _ends(costs: object, herb_id: str) -> np.ndarray:
    yen, hours = costs.spans(herb_id)  # type: ignore[attr-defined]
    return np.array([yen.low[0], yen.high[0], hours.low[0], hours.high[0]])


@settings(max_examples=40, deadline=None)
@given(parcels(), st.sampled_from(HERBS), st.sampled_from([Assumptions(), _SOME]))
def test_costs_are_never_below_nothing_and_in_order(
    row: dict[str, object], herb_id: str, kept: Assumptions
) -> None:
    costs = costs_of([row], herb_id, kept)
    low, high, few, many = _ends(costs, herb_id)
    assert 0 <= low <= high and 0 <= few <= many
    for part in costs.parts[herb_id]:
        assert (part.yen.low >= 0).all() and (part.yen.high >= part.yen.low).all()
        assert (part.hours.low >= 0).all() and (part.hours.high >= part.hours.low).all()


@settings(max_examples=40, deadline=None)
@given(parcels(), st.sampled_from(HERBS), st.data())
def test_learning_a_fact_never_widens_a_range(
    row: dict[str, object], herb_id: str, data: st.DataObject
) -> None:
    unknown = [key for key, value in row.items() if value is None]
    if not unknown:
        return
    key = data.draw(st.sampled_from(unknown))
    value = data.draw(st.sampled_from(_CLASSES[key]) if key in _CLASSES else value_of(key))
    before, after = costs_of([row], herb_id, _SOME), costs_of([{**row, key: value}], herb_id, _SOME)
    if _contradicts({**row, key: value}):
        return
    wide, narrow = _ends(before, herb_id), _ends(after, herb_id)
    slack = 1e-9 * (1 + np.nan_to_num(np.abs(wide), posinf=0))
    assert (narrow[[0, 2]] >= wide[[0, 2]] - slack[[0, 2]]).all(), (key, value)
    assert (narrow[[1, 3]] <= wide[[1, 3]] + slack[[1, 3]]).all(), (key, value)


def _contradicts(row: dict[str, object]) -> bool:
    """Whether years and classes fit no row of restoration together: then the classes, which were seen, count."""
    years = row["years_abandoned"]
    fits = [
        cost
        for cost in CATALOGUE.costs
        if cost.what == "restoration"
        and (not cost.idle_classes or row["idle_class"] in (None, *cost.idle_classes))
        and (not cost.devastation_classes or row["devastation_class"] in (None, *cost.devastation_classes))
        and (not cost.land_types or row["land_type"] in (None, *cost.land_types))
    ]
    in_years = [
        cost
        for cost in fits
        if years is None
        or ((cost.years[0] or 0) <= float(str(years)) <= (1e9 if cost.years[1] is None else cost.years[1]))
    ]
    return not in_years


@settings(max_examples=40, deadline=None)
@given(parcels(), st.sampled_from(HERBS))
def test_an_answer_never_widens_a_range_and_without_answers_nothing_is_invented(
    row: dict[str, object], herb_id: str
) -> None:
    bare, told = costs_of([row], herb_id), costs_of([row], herb_id, _SOME)
    wide, narrow = _ends(bare, herb_id), _ends(told, herb_id)
    assert (narrow[[0, 2]] >= wide[[0, 2]] - 1e-6).all() and (narrow[[1, 3]] <= wide[[1, 3]] + 1e-6).all()
    for part in bare.parts[herb_id]:
        assert not part.assumed
        if any(mask[0] for mask in part.asked.values()) and part.where[0]:
            assert np.isinf(part.yen.high[0]) or np.isinf(part.hours.high[0])
    assert bare.assumed(herb_id) == ()


def test_what_is_missing_is_named_in_the_result() -> None:
    row = level_field(slope_deg=12.0, wildlife_pressure=None, years_abandoned=None, idle_class=None)
    costs = costs_of([row], "toki")
    frame = costs.frame("toki").iloc[0]
    assert {"wildlife_pressure", "years_abandoned", "idle_class"} <= set(frame["unknown"].split(";"))
    assert {"labour_hours_per_10a", "slope_hours_share", "travel_hours_per_trip"} <= set(
        frame["asked"].split(";")
    )
    text = workability_text(costs, "toki", "P0")
    assert "まだ聞いていない前提" in text.ja and "獣害" in text.ja and "時間は分からない" in text.ja
    assert "kanpo assumptions template" in text.en


@settings(max_examples=40, deadline=None)
@given(sites(), st.data())
def test_what_belongs_to_workability_changes_no_score_to_the_bit(
    site: dict[str, object], data: st.DataObject
) -> None:
    changed = {**site, **{key: data.draw(st.one_of(st.none(), value_of(key))) for key in _WORKABILITY}}
    assert set(_WORKABILITY) == {
        *("slope_deg", "area_m2", "road_access_m", "water_access_m", "years_abandoned", "wildlife_pressure")
    }
    one, other = (
        score_parcels(factors_of([row]), CATALOGUE, expectations=EXPECTATIONS) for row in (site, changed)
    )
    for result in ("result", "potential"):
        for a, b in zip(getattr(one, result).numbers, getattr(other, result).numbers, strict=True):
            assert a.tobytes() == b.tobytes()


def test_costs_of_many_parcels_are_those_of_each_alone() -> None:
    rows = [
        level_field(),
        level_field(drainage="poor", land_type="paddy"),
        level_field(sunlight=None, soil_ph=None),
    ]
    together = costs_of(rows, "toki", _SOME).frame("toki")
    for position, row in enumerate(rows):
        alone = costs_of([row], "toki", _SOME).frame("toki").iloc[0]
        for key in together.columns:
            if "_per_10a" in key:
                assert together[key].iloc[position] == pytest.approx(alone[key], nan_ok=True), key


def test_the_tie_break_is_the_middle_of_the_yen_and_open_ranges_stand_last() -> None:
    costs = costs_of([level_field(), level_field(years_abandoned=5.0, idle_class="1_yellow")], "shakuyaku")
    middle = costs.middle_yen("shakuyaku")
    assert middle[0] < middle[1] == 85_000
    factors = factors_of([level_field(), level_field()])
    scores = score_parcels(factors, CATALOGUE, ["shakuyaku"], expectations=EXPECTATIONS)
    assert scores.frame("shakuyaku")["rank"].tolist() == [1, 1]
    assert scores.frame("shakuyaku", workability=middle)["rank"].tolist() == [1, 2]
    assert np.isnan(costs_of([level_field()], "ninjin").middle_yen("ninjin")).all()
