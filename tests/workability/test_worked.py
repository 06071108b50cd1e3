"""Figures that can be worked out by hand: every row of costs, on land where nothing is unknown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kanpo.herbs import load_catalogue
from kanpo.locale import use_language
from kanpo.store import Project
from kanpo.trials import record_rows
from kanpo.workability import (
    HOURS,
    YEN,
    areas_of_blocks,
    block_workability,
    ground_of,
    in_words,
    margin_of,
    parcel_workability,
    previous_crops,
    range_text,
    replant_rules,
    workability,
    workability_text,
)
from tests.suitability.sites import factors_of
from tests.workability.made_up import CATALOGUE, EXPECTATIONS, answers, costs_of, level_field, part_of

#: Rows C01 to C04 of restoration: what is known of the land, and yen per 10 a.
_CLEARING = [
    ({"idle_class": "1_green", "years_abandoned": 1.0}, (20_000, 60_000)),
    ({"idle_class": "1_yellow", "years_abandoned": 5.0}, (50_000, 120_000)),
    ({"idle_class": "1_yellow", "years_abandoned": 20.0}, (100_000, 250_000)),
    ({"idle_class": "1_yellow", "years_abandoned": 20.0, "land_type": "other"}, (150_000, 300_000)),
    ({"idle_class": None, "devastation_class": "B", "years_abandoned": 20.0}, (300_000, 1_250_000)),
]


@pytest.mark.parametrize(("land", "yen"), _CLEARING)
def test_clearing_costs_what_its_row_says(land: dict[str, object], yen: tuple[float, float]) -> None:
    costs = costs_of([level_field(**land)], "shakuyaku")
    found = part_of(costs, "shakuyaku", "restoration")
    assert found is not None and found[:2] == yen


def test_clearing_on_a_slope_costs_a_fifth_more() -> None:
    costs = costs_of([level_field(slope_deg=16.0, years_abandoned=1.0)], "shakuyaku")
    assert part_of(costs, "shakuyaku", "restoration_slope") == (4_000, 12_000, 0, 0)
    flat = costs_of([level_field(slope_deg=14.9)], "shakuyaku")
    assert part_of(flat, "shakuyaku", "restoration_slope") is None


def test_liming_goes_by_the_rise_to_the_herbs_own_corner() -> None:
    """C07: from pH 5.2 to 6.2 5,000 to 20,000 yen per 10a; half of the rise takes half of it."""
    herb_id, corner = "shakuyaku", None
    for need in CATALOGUE.requirements_of(herb_id):
        if need.factor == "soil_ph":
            corner = need.corners[1]
    assert corner is not None
    liming = next(work for work in CATALOGUE.works if work.work_id == "liming")
    assert (liming.cost(5.2, 6.2).yen_low, liming.cost(5.2, 6.2).yen_high) == pytest.approx((5_000, 20_000))
    # So far below that liming is what brings it to the best class.
    acid = costs_of([level_field(soil_ph=corner - 1.5)], herb_id)
    assert part_of(acid, herb_id, "liming")[:2] == pytest.approx((7_500, 30_000))  # type: ignore[index]
    assert part_of(costs_of([level_field(soil_ph=corner)], herb_id), herb_id, "liming") is None


def test_drains_are_those_that_bring_it_to_the_best_class() -> None:
    wet = costs_of([level_field(drainage="imperfect", land_type="paddy")], "shakuyaku")
    works = wet.frame("shakuyaku")["works"].iloc[0]
    assert works in ("ditches", "tile_drains")
    yen = {"ditches": (10_000, 40_000), "tile_drains": (150_000, 400_000)}[works]
    assert part_of(wet, "shakuyaku", works)[:2] == yen  # type: ignore[index]
    # Good land needs no works, and none are counted.
    assert costs_of([level_field()], "shakuyaku").frame("shakuyaku")["works"].iloc[0] == ""


@pytest.mark.parametrize(
    ("herb_id", "animals", "yen"),
    [
        ("toki", "none", None),
        ("toki", "low", None),
        ("toki", "medium", (20_000, 80_000)),
        ("toki", "high", (20_000, 80_000)),
        ("toki", None, (0, 80_000)),
        ("shakuyaku", "high", (0, 80_000)),
        ("mishimasaiko", "medium", (0, 80_000)),
    ],
)
def test_a_fence_where_animals_are_many(
    herb_id: str, animals: str | None, yen: tuple[int, int] | None
) -> None:
    found = part_of(costs_of([level_field(wildlife_pressure=animals)], herb_id), herb_id, "fence")
    assert (None if found is None else found[:2]) == yen


def test_shade_is_asked_for_and_counted_once() -> None:
    bare = costs_of([level_field()], "ninjin")
    assert np.isnan(part_of(bare, "ninjin", "shade")[1])  # type: ignore[index]
    assert {"shade_yen_per_10a", "shade_hours_per_10a"} <= set(bare.asked("ninjin"))
    kept = answers(shade_yen_per_10a=(800_000, 1_000_000), shade_hours_per_10a=40)
    shaded = costs_of([level_field()], "ninjin", kept)
    assert part_of(shaded, "ninjin", "shade") == (800_000, 1_000_000, 40, 40)
    row = shaded.frame("ninjin").iloc[0]
    assert row["yen_per_10a_high"] < 2 * 1_000_000
    assert part_of(costs_of([level_field(sunlight="partial")], "ninjin", kept), "ninjin", "shade") is None


def test_hours_of_slope_block_travel_and_carrying() -> None:
    """By hand: 0.5 × 200; 0.2 × 200; 30 trips × 2 years × 0.5 h on 2 x 10a; 150 m of road; 100 m of water."""
    kept = answers(
        labour_hours_per_10a=200,
        slope_hours_share=0.5,
        small_block_hours_share=0.2,
        small_block_area_m2=3_000,
        trips_per_year=30,
        travel_hours_per_trip=0.5,
        carrying_hours_per_10a_100m=2,
        water_hours_per_10a_100m=3,
    )
    row = level_field(slope_deg=9.0, area_m2=2000.0, road_access_m=150.0, water_access_m=100.0)
    costs = costs_of([row], "mishimasaiko", kept)
    years = CATALOGUE.herbs["mishimasaiko"].years_to_harvest
    expected = {
        "slope": (100, 100),
        "block_size": (40, 40),
        "travel": (30 * years * 0.5 / 2, 30 * years * 0.5 / 2),
        "road": (3, 3),
        # Not every herb is watered.
        "water": (0, 3),
    }
    for what, hours in expected.items():
        assert part_of(costs, "mishimasaiko", what)[2:] == pytest.approx(hours), what  # type: ignore[index]
    whole = costs.frame("mishimasaiko").iloc[0]
    assert whole["hours_per_10a_high"] == pytest.approx(sum(most for _, most in expected.values()))


def test_by_the_year_works_are_written_off_and_hours_are_paid() -> None:
    kept = answers(
        wage_yen_per_hour=1_000, years_of_use=5, travel_hours_per_trip=1, trips_per_year=10,
        small_block_area_m2=0, carrying_hours_per_10a_100m=0, water_hours_per_10a_100m=0,
        small_block_hours_share=0, labour_hours_per_10a=100,
    )  # fmt: skip
    costs = costs_of([level_field(area_m2=1000.0, years_abandoned=1.0)], "hatomugi", kept)
    row = costs.frame("hatomugi").iloc[0]
    assert (row["yen_per_10a_low"], row["yen_per_10a_high"]) == (20_000, 60_000)
    assert (row["yen_per_10a_year_low"], row["yen_per_10a_year_high"]) == (4_000 + 10_000, 12_000 + 10_000)


def test_a_block_goes_there_once() -> None:
    """Two parcels of 10a and 30a: as a block they share the trips, alone each bears them all."""
    kept = answers(
        travel_hours_per_trip=1, trips_per_year=10, small_block_area_m2=0, carrying_hours_per_10a_100m=0,
        water_hours_per_10a_100m=0, small_block_hours_share=0, labour_hours_per_10a=100,
    )  # fmt: skip
    rows = [level_field(area_m2=1000.0), level_field(area_m2=3000.0)]
    areas = areas_of_blocks([0, 0], [1000.0, 3000.0])
    assert areas.tolist() == [4000.0, 4000.0]
    together = block_workability(costs_of(rows, "hatomugi", kept, list(areas)), "hatomugi", [0, 0])
    alone = block_workability(costs_of(rows, "hatomugi", kept), "hatomugi", [0, 1])
    assert together["hours_high"].tolist() == [10.0] and alone["hours_high"].tolist() == [10.0, 10.0]
    assert together["yen_low"].iloc[0] == alone["yen_low"].sum()


def test_the_gross_margin_of_a_crop() -> None:
    """By hand: 200 kg × 0.9 × 2,000 yen − 30,000 − 50,000, over the years of the crop and its hours."""
    kept = answers(
        yield_dry_kg_per_10a=200, accepted_share=0.9, price_yen_per_kg=2_000, stock_yen_per_10a=30_000,
        materials_yen_per_10a=50_000, labour_hours_per_10a=200,
    )  # fmt: skip
    margin = margin_of(CATALOGUE, kept, "toki")
    years = CATALOGUE.herbs["toki"].years_to_harvest
    assert margin.crop == (280_000, 280_000)
    assert margin.year == (280_000 / years, 280_000 / years) and margin.hour == (1_400, 1_400)
    assert margin_of(CATALOGUE, answers(price_yen_per_kg=2_000), "toki").crop is None


def test_every_part_has_a_source_that_the_catalogue_names_and_a_confidence() -> None:
    known = set(load_catalogue().sources["source_id"])
    wild = level_field(
        slope_deg=20.0,
        wildlife_pressure="high",
        drainage="poor",
        land_type="paddy",
        soil_ph=4.2,
        sunlight="shade",
    )
    for herb_id in ("toki", "ninjin"):
        table = costs_of([wild, level_field()], herb_id).parts_table(herb_id)
        assert set(table["confidence"]) <= {"low", "medium", "high"}
        for sources in table["source"]:
            assert {name.strip() for name in sources.split(";")} <= known


def test_class_b_and_subsidies_are_said_with_their_source() -> None:
    costs = costs_of([level_field(devastation_class="B", idle_class=None), level_field()], "toki")
    first, second = (parcel_workability(costs, "toki", key) for key in ("P0", "P1"))
    assert first["not_worth"] is True and [rule["rule"] for rule in first["rules"]] == ["class_b"]  # type: ignore[index]
    assert [rule["rule"] for rule in second["rules"]] == ["green"]  # type: ignore[index]
    assert "43,000" in workability_text(costs, "toki", "P1").ja
    with use_language("en"):
        assert "farm promotion" in str(workability_text(costs, "toki", "P1"))


def test_a_subsidy_is_for_land_of_its_class_only() -> None:
    kept = answers(subsidy_yen_per_10a=40_000)
    costs = costs_of([level_field(), level_field(idle_class="2"), level_field(idle_class=None)], "toki", kept)
    frame = costs.frame("toki")
    assert frame["subsidy_yen_per_10a_low"].fillna(-1).tolist() == [40_000, -1, -1]
    told = [workability_text(costs, "toki", parcel_id).ja for parcel_id in ("P0", "P1")]
    assert "補助金(答えた額。上の円からは引いていない、要件は農業委員会に): 40,000円" in told[0]
    assert "補助金(答えた額" not in told[1]
    shown = in_words(frame.assign(settlement=None, lot_number=None), CATALOGUE)
    assert shown["subsidy"].tolist() == ["40,000円", "-", "-"]


def test_green_and_yellow_and_land_in_use_are_read_from_the_register() -> None:
    rows = [level_field(idle_class="1", years_abandoned=1.0) for _ in range(3)]
    factors = factors_of(rows)
    parcels = pd.DataFrame(
        {
            "parcel_id": factors.parcel_ids,
            "idle_class": ["1", "1", None],
            "devastation_class": ["A", "A", None],
            "shade": ["1_green", "1_yellow", None],
            "use": ["idle", "idle", "cultivated"],
        }
    )
    ground = ground_of(parcels, factors)
    assert ground.idle_class.tolist() == ["1_green", "1_yellow", None]
    costs = workability(factors, ground, CATALOGUE, ["shakuyaku"], expectations=EXPECTATIONS)
    parts = costs.parts_table("shakuyaku")
    cleared = parts[parts["what"] == "restoration"]
    # Yellow after one year contradicts the table: the class was seen, the years are left aside.
    assert dict(zip(cleared["parcel_id"], cleared["yen_low"], strict=True)) == {"P0": 20_000, "P1": 50_000}


def test_land_that_nothing_is_known_of_may_still_be_in_use() -> None:
    row = level_field(idle_class=None, devastation_class=None, years_abandoned=None, land_type=None)
    assert part_of(costs_of([row], "toki"), "toki", "restoration")[:2] == (0, 1_250_000)  # type: ignore[index]


def test_the_same_herb_again_is_said_with_the_years_to_wait(project: Project) -> None:
    herb = next(one for one in CATALOGUE.herbs.values() if one.replant_years)
    row = {
        "trial_code": "R1",
        "herb_id": herb.herb_id,
        "parcel_id": "P1",
        "season": "2025",
        "happened_at": "2025-04-01",
    }
    assert record_rows(project, "trial", {key: [value] for key, value in row.items()}).stored == 1
    before = previous_crops(project)
    (rule,) = replant_rules(before, "P1", herb.herb_id, CATALOGUE, 2026)
    assert "2025" in rule.text.ja and rule.source == herb.source
    assert replant_rules(before, "P2", herb.herb_id, CATALOGUE, 2026) == ()
    assert replant_rules(before, "P1", herb.herb_id, CATALOGUE, 2099) == ()


def test_what_is_open_from_nothing_on_is_not_known_and_no_amount() -> None:
    nan = float("nan")
    assert range_text(0, nan, HOURS).ja == "時間は分からない" and range_text(4, nan, HOURS).ja == "4時間以上"
    assert range_text(0, 0, YEN).ja == "0円" and range_text(50_000, 120_000, YEN).ja == "50,000〜120,000円"
