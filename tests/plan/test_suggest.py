"""Where to try next."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kanpo.evidence import SEASON_SD, Posterior, prior_of
from kanpo.herbs import load_catalogue
from kanpo.plan import COLUMNS, Limits, Suggestion, suggest_trials
from kanpo.suitability import score_parcels
from tests.suitability.sites import excluded_by, factors_of, good_site, random_sites

CATALOGUE = load_catalogue()
BELIEFS = {herb: prior_of(CATALOGUE.requirements_of(herb)) for herb in ("toki", "shakuyaku")}


def parcels_of(count: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "parcel_id": [f"P{at}" for at in range(count)],
            "settlement": ["上沢" if at % 2 else "下沢" for at in range(count)],
            "lot_number": [str(at) for at in range(count)],
        }
    )


def suggested(rows: list[dict[str, object]], budget: int, **settings: object) -> Suggestion:
    return suggest_trials(parcels_of(len(rows)), factors_of(rows), BELIEFS, budget=budget, **settings)  # type: ignore[arg-type]


def test_budget_limits_and_reasons() -> None:
    found = suggested(random_sites(400, 4), 8)
    sites = found.sites
    assert list(sites.columns) == list(COLUMNS) and list(sites["order"]) == list(range(1, 9))
    assert sites["parcel_id"].is_unique, "one herb on a parcel"
    assert (sites["low"] <= sites["promise"]).all() and (sites["promise"] <= sites["high"]).all()
    assert (sites["high"] <= 1).all() and (sites["gain"] > 0).all()
    assert sites["why"].str.contains("候補").all()
    values = factors_of(random_sites(400, 4)).values.loc[sites["parcel_id"]]
    assert (values["area_m2"] >= 300).all() and (values["road_access_m"] <= 400).all()
    assert found.left_out["area"] > 0 and found.left_out["road"] > 0


def test_the_best_site_comes_first_when_only_promise_counts() -> None:
    rows = [good_site() | {"soil_depth_cm": 12.0, "drainage": "imperfect"}] * 5 + [good_site()]
    found = suggested(rows, 1, boldness=0.0)
    assert found.sites["parcel_id"].tolist() == ["P5"]


def test_a_site_that_something_unknown_may_exclude_comes_last_and_says_what_to_measure() -> None:
    """A fine site without a pH may be one where nothing grows: others are tried first."""
    open_ = good_site() | {"soil_ph": None}
    rows = [open_] * 6 + [good_site() | {"soil_texture": "clay", "sunlight": "partial"}] * 2
    scores = score_parcels(factors_of(rows), CATALOGUE, list(BELIEFS))
    sites = suggested(rows, 4, scores=scores).sites
    assert set(sites["parcel_id"].iloc[:2]) == {"P6", "P7"}
    assert sites["unknown"].iloc[2:].str.contains("土壌pH").all()
    assert sites["why"].iloc[2:].str.contains("試験の前に土壌pH").all()
    assert not sites["learns"].iloc[2:].str.contains("土壌pH").any(), (
        "nothing is learnt of what is not measured"
    )


def test_twins_of_a_chosen_site_lose_their_worth() -> None:
    """Ten alike sites that could be good and one of another kind: the second choice is the other kind."""
    deep = good_site() | {"soil_depth_cm": 22.0}
    wet = good_site() | {"soil_texture": "clay"}
    found = suggested([deep] * 10 + [wet], 2, boldness=3.0)
    herbs = found.sites["herb_id"].tolist()
    kinds = [parcel == "P10" for parcel in found.sites["parcel_id"]]
    assert len(set(zip(herbs, kinds, strict=True))) == 2
    gain = found.sites["gain"].tolist()
    alike = suggested([deep] * 10, 6, boldness=3.0).sites
    for _, of_herb in alike.groupby("herb_id"):
        assert of_herb["gain"].is_monotonic_decreasing
    assert min(gain) > 0


def doubt_left(belief: Posterior, logs: np.ndarray, sites: list[int]) -> float:
    """Share of the variance of yield differences between contenders that harvests at `sites` leave (Gaussian)."""
    yields = np.exp(logs)
    chance = np.zeros(logs.shape[1])
    for draw in yields:
        chance[np.argsort(-draw)[:20]] += 1
    chance /= chance.sum()
    apart = yields - yields.mean(axis=0)
    apart = (apart - (apart @ chance)[:, None]) * np.sqrt(chance)
    shown = (logs - logs.mean(axis=0))[:, sites]
    size = len(logs) - 1
    seen = shown.T @ shown / size + belief.error_sd**2 * np.eye(len(sites))
    seen += SEASON_SD**2 + belief.level_sd**2
    toward = apart.T @ shown / size
    return 1 - float(np.trace(toward @ np.linalg.solve(seen, toward.T)) / (apart**2).sum() * size)


def test_suggested_sites_tell_more_about_the_best_than_promising_or_random_ones() -> None:
    rows = [row | {"area_m2": 900.0, "road_access_m": 40.0} for row in random_sites(300, 6)]
    factors, belief = factors_of(rows), BELIEFS["toki"]
    logs = belief.draw(factors.columns()).log_yield
    found = suggest_trials(parcels_of(300), factors, {"toki": belief}, budget=6, boldness=10.0)
    suggested = doubt_left(belief, logs, [int(parcel[1:]) for parcel in found.sites["parcel_id"]])
    promising = doubt_left(belief, logs, list(np.argsort(-np.exp(logs).mean(axis=0))[:6]))
    random = np.random.default_rng(1)
    others = [doubt_left(belief, logs, list(random.choice(300, 6, replace=False))) for _ in range(20)]
    assert suggested < min(promising, *others) and 1 - suggested > 1.5 * (1 - np.mean(others))


def test_tried_excluded_and_growerless_parcels_are_left_out() -> None:
    rows = [good_site()] * 6
    tried = {("toki", "P0"), ("shakuyaku", "P0"), ("toki", "P1"), ("shakuyaku", "P1")}
    assert set(suggested(rows, 9, tried=tried).sites["parcel_id"]) == {"P2", "P3", "P4", "P5"}
    near = suggested(rows, 9, limits=Limits(settlements={"上沢"}))
    assert set(near.sites["parcel_id"]) == {"P1", "P3", "P5"} and near.left_out["grower"] == 3
    flooded = excluded_by(factors_of(rows), [1.0] * 5 + [0.0])
    found = suggest_trials(parcels_of(6), flooded, BELIEFS, budget=3)
    assert found.sites["parcel_id"].tolist() == ["P5"] and found.left_out["excluded"] == 5
    none = suggested(rows, 3, limits=Limits(least_area_m2=1e6))
    assert none.sites.empty and list(none.sites.columns) == list(COLUMNS)


def test_unknown_factors_are_named_and_an_unknown_road_is_no_road() -> None:
    rows = [good_site() | {"soil_ph": None}, good_site() | {"road_access_m": None}]
    found = suggested(rows, 2)
    assert found.sites["parcel_id"].tolist() == ["P0"] and "土壌pH" in found.sites["unknown"].iloc[0]
    assert len(suggested(rows, 2, limits=Limits(most_road_m=None)).sites) == 2


def test_a_site_of_which_little_is_known_is_visited_first() -> None:
    gone = dict.fromkeys(
        ("soil_ph", "soil_texture", "drainage", "soil_depth_cm", "sunlight", "warmth_index_c_month")
    )
    found = suggested([good_site() | gone, good_site()], 2)
    assert found.sites["parcel_id"].tolist() == ["P1"] and found.left_out["unknown"] == 1


@pytest.mark.parametrize("herb", ["toki", "hatomugi"])
def test_the_order_of_parcels_does_not_matter(herb: str) -> None:
    rows = random_sites(60, 9, missing=0.1)
    beliefs = {herb: prior_of(CATALOGUE.requirements_of(herb))}
    order = np.random.default_rng(1).permutation(60)
    factors, parcels = factors_of(rows), parcels_of(60)
    one = suggest_trials(parcels, factors, beliefs, budget=5)
    ids = [f"P{at}" for at in order]
    other = suggest_trials(parcels.iloc[order].reset_index(drop=True), factors.subset(ids), beliefs, budget=5)
    assert one.sites["parcel_id"].tolist() == other.sites["parcel_id"].tolist()


def test_a_site_says_its_class_and_one_that_is_excluded_is_not_suggested() -> None:
    """Five sites: a good one, two that may be unsuitable for what nobody looked at, and two that are."""
    rows = [
        good_site(),
        good_site() | {"soil_ph": None},
        good_site() | {"drainage": None, "soil_depth_cm": None, "soil_texture": None},
        *[good_site() | {"drainage": "poor"}] * 2,
    ]
    factors = factors_of(rows)
    beliefs = {"toki": BELIEFS["toki"]}
    scores = score_parcels(factors, CATALOGUE, ["toki"])
    limits = Limits(least_known=0.0)
    found = suggest_trials(parcels_of(5), factors, beliefs, budget=5, limits=limits, scores=scores)
    sites = found.sites.set_index("parcel_id")
    assert set(sites.index) == {"P0", "P1", "P2"}
    assert sites.at["P0", "class_lower"] == "S1" and "区分 S1(確か)" in sites.at["P0", "why"]
    assert sites.at["P1", "certainty"] == "by_measuring"
    assert "試験の前に土壌pH(H2O)を調べて" in sites.at["P1", "why"]
    assert sites.at["P2", "certainty"] == "unknown" and pd.isna(sites.at["P2", "class_lower"])
    assert "区分はまだ言えません(不明)" in sites.at["P2", "why"]
