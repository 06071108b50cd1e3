"""A plan of visits, and that it loses far less than visits in a random order."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from benchmarks._visits import Search, sample_world, simulate
from kanpo.herbs import load_catalogue
from kanpo.sites import Factors
from kanpo.suitability import score_parcels
from kanpo.visits import plan_visits
from tests.suitability.sites import factors_of, good_site, random_sites

CATALOGUE = load_catalogue()
SAMPLE = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the project of the sample is made once."""
    return tmp_path_factory.mktemp("simulation")


def parcels_of(factors: Factors) -> gpd.GeoDataFrame:
    count = len(factors.parcel_ids)
    random = np.random.default_rng(1)
    west, south = 139.8 + random.uniform(0, 0.1, count), 38.6 + random.uniform(0, 0.1, count)
    return gpd.GeoDataFrame(
        {"parcel_id": factors.parcel_ids, "settlement": "架空沢", "lot_number": None},
        geometry=shapely.box(west, south, west + 0.0003, south + 0.0003),
        crs=6668,
    )


def test_the_plan_keeps_to_the_budget_and_says_what_to_measure() -> None:
    rows = random_sites(200, 2)
    factors = factors_of(rows)
    plan = plan_visits(parcels_of(factors), factors, CATALOGUE, ["shakuyaku"], budget=12, best=10)
    assert list(plan.visits["order"]) == list(range(1, 13))
    assert plan.visits["parcel_id"].is_unique and plan.length_m > 0
    for line in plan.visits.itertuples():
        keys = line.factors.split(";")
        assert keys and factors.values.loc[line.parcel_id, keys].isna().all()
        assert not {"slope_deg", "area_m2", "elevation_m"} & set(keys), "those need no visit"
        assert "位" in line.why and line.lower < line.upper


def test_desk_work_is_kept_apart() -> None:
    rows = [
        good_site() | {"warmth_index_c_month": None},
        good_site() | {"drainage": None},
        *[good_site() | {"sunlight": "partial"}] * 2,
    ]
    factors = factors_of(rows)
    plan = plan_visits(parcels_of(factors), factors, CATALOGUE, ["shakuyaku"], budget=5, best=2)
    assert list(plan.visits["parcel_id"]) == ["P1"] and list(plan.visits["factors"]) == ["drainage"]
    assert list(plan.desk["parcel_id"]) == ["P0"] and list(plan.desk["factors"]) == ["warmth_index_c_month"]


def test_a_soil_sample_is_announced() -> None:
    rows = [good_site() | {"soil_ph": None}, *[good_site() | {"sunlight": "partial"}] * 3]
    factors = factors_of(rows)
    plan = plan_visits(parcels_of(factors), factors, CATALOGUE, ["shakuyaku"], budget=5, best=1)
    assert plan.visits["measure"].tolist() == ["土壌pH(H2O)(採土)"]


def test_nothing_open_is_nothing_to_visit() -> None:
    factors = factors_of([good_site()] * 30)
    plan = plan_visits(parcels_of(factors), factors, CATALOGUE, budget=5, best=20)
    assert plan.visits.empty and plan.desk.empty and plan.length_m == 0
    assert set(plan.undecided.values()) == {0}
    none = Factors.unknown([])
    assert plan_visits(parcels_of(none), none, CATALOGUE, budget=5).visits.empty


def test_what_holds_the_interval_open_most_is_measured_first() -> None:
    """Of this parcel: where the soil is bad already its light hardly counts, whatever the catalogue says."""
    rows = [good_site() | {"drainage": None, "sunlight": None}, *[good_site() | {"sunlight": "partial"}] * 4]
    factors = factors_of(rows)
    plan = plan_visits(parcels_of(factors), factors, CATALOGUE, ["shakuyaku"], budget=1, best=1)
    deciding = score_parcels(factors, CATALOGUE, ["shakuyaku"]).frame("shakuyaku").loc[0, "deciding_factor"]
    assert plan.visits.loc[0, "factors"].split(";")[0] == deciding == "drainage"
    assert plan.visits.loc[0, "certainty"] in ("by_measuring", "unknown")


def test_only_parcels_that_can_be_chosen_are_visited() -> None:
    factors = factors_of(random_sites(120, 2))
    some = factors.parcel_ids[:40]
    plan = plan_visits(parcels_of(factors), factors, CATALOGUE, ["toki"], budget=12, best=5, eligible=some)
    assert len(plan.visits) and set(plan.visits["parcel_id"]) <= set(some)
    assert plan_visits(parcels_of(factors), factors, CATALOGUE, budget=12, eligible=[]).visits.empty


def test_herbs_that_little_is_known_of_send_nobody_out_unless_they_are_named() -> None:
    factors = factors_of(random_sites(60, 4))
    plan = plan_visits(parcels_of(factors), factors, CATALOGUE, budget=3, best=5)
    assert not any(CATALOGUE.reference_only(herb) for herb in plan.undecided)
    reference = next(herb for herb in CATALOGUE.herbs if CATALOGUE.reference_only(herb))
    assert len(plan_visits(parcels_of(factors), factors, CATALOGUE, [reference], budget=3, best=5).visits)


def test_the_plan_loses_at_most_half_of_what_random_visits_lose(folder: Path) -> None:
    """On the sample with 85 % of the values hidden; `python -m benchmarks._visits` does every herb, and more seeds."""
    found = simulate(SAMPLE, folder, ["toki", "kanzo", "kikyo", "hatomugi"], [2], "values")
    assert found["plan"].mean() <= found["random"].mean() / 2
    assert (found["plan"] < found["before"]).all()


def test_ignorance_does_not_come_first(folder: Path) -> None:
    """With whole parcels hidden, hardly any of which nothing is known is among the best before any visit."""
    world = sample_world(SAMPLE, folder, 1, "parcels")
    first = [Search.begin(world, CATALOGUE, herb).unseen_first() for herb in ("toki", "kanzo", "oren")]
    assert np.mean(first) <= 0.15


@pytest.mark.parametrize("budget", [1, 3, 10])
def test_a_start_lengthens_the_way(budget: int) -> None:
    factors = factors_of(random_sites(100, 7))
    parcels = parcels_of(factors)
    near = plan_visits(parcels, factors, CATALOGUE, ["toki"], budget=budget, best=5)
    far = plan_visits(parcels, factors, CATALOGUE, ["toki"], budget=budget, best=5, start=(139.5, 38.6))
    assert far.length_m > near.length_m + 2 * 20_000
