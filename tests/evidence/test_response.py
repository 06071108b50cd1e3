"""The response of yield to requirements, and what trials teach about it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kanpo.evidence import EXPECTED_COLUMNS, Response, Surface, expected_yields, learn, moves, prior_of
from kanpo.herbs import Requirement, load_catalogue
from kanpo.suitability import score_parcels
from tests.suitability.sites import excluded_by, factors_of, good_site, random_sites

CATALOGUE = load_catalogue()
FACTORS_OF_MANY = factors_of(random_sites(150, 3))
COLUMNS = FACTORS_OF_MANY.columns()


@pytest.mark.parametrize("herb", ["toki", "shakuyaku", "ninjin"])
def test_unmoved_it_is_the_logarithm_of_the_score(herb: str) -> None:
    """Where all is known and no knock-out lies below the floor, which the response has for every factor."""
    response = Response(CATALOGUE.requirements_of(herb))
    factors = factors_of(random_sites(400, 3, missing=0.0))
    score = score_parcels(factors, CATALOGUE, [herb]).result.score[0]
    found = np.exp(response.log_yield(factors.columns(), np.zeros(response.size)))
    same = np.isclose(found, score, atol=1e-9)
    assert same.sum() > 15 and (found[~same] > score[~same]).all()


def test_derivatives_are_those_of_differences() -> None:
    response = Response(CATALOGUE.requirements_of("toki"))
    z = np.random.default_rng(1).normal(0, 0.5, response.size)
    ahead, behind = (
        np.stack(
            [response.log_yield(COLUMNS, z + way * 1e-4 * unit) for unit in np.eye(response.size)], axis=1
        )
        for way in (1, -1)
    )
    np.testing.assert_allclose(response.slopes(COLUMNS, z), (ahead - behind) / 2e-4, atol=1e-8)


def test_moved_requirements_say_the_same_as_parameters() -> None:
    response = Response(CATALOGUE.requirements_of("shakuyaku"))
    z = np.random.default_rng(2).normal(0, 0.5, response.size)
    z[-1] = 0.0  # how steeply yield follows the score is no requirement
    again = Response(response.moved(z))
    np.testing.assert_allclose(
        again.log_yield(COLUMNS, np.zeros(again.size)), response.log_yield(COLUMNS, z), atol=0.05
    )
    assert sum(row.weight for row in response.moved(z)) == pytest.approx(response.weights.sum())


def test_no_site_yields_more_than_one_where_everything_fits() -> None:
    draws = prior_of(CATALOGUE.requirements_of("toki")).draw(COLUMNS, 100)
    assert draws.log_yield.max() <= 1e-12
    np.testing.assert_allclose(draws.z.mean(axis=0), 0, atol=1e-12)
    again = prior_of(CATALOGUE.requirements_of("toki")).draw(COLUMNS, 100)
    np.testing.assert_array_equal(draws.log_yield, again.log_yield)


@pytest.mark.parametrize("herb", ["toki", "shakuyaku", "hatomugi"])
def test_many_draws_at_once_are_those_one_by_one(herb: str) -> None:
    response = Response(CATALOGUE.requirements_of(herb))
    z = 2 * np.random.default_rng(3).normal(size=(7, response.size))
    columns = factors_of(random_sites(40, 5, missing=0.2)).columns()
    one_by_one = np.array([response.log_yield(columns, one) for one in z])
    np.testing.assert_allclose(Surface(response, columns)(z), one_by_one, rtol=1e-9, atol=1e-9)


def test_curves_of_other_kinds_count_for_many_draws_too() -> None:
    rows: list[Requirement] = []
    for row in CATALOGUE.requirements_of("toki"):
        if row.factor == "soil_ph":
            row = replace(row, kind="gaussian", corners=(None,) * 4, bell=(6.0, 0.8))
        if row.factor == "slope_deg":
            row = replace(
                row, kind="piecewise", corners=(None,) * 4, points=((0.0, 1.0), (8.0, 0.9), (20.0, 0.0))
            )
        rows.append(row)
    response = Response(rows)
    z = np.random.default_rng(4).normal(size=(5, response.size))
    one_by_one = np.array([response.log_yield(COLUMNS, one) for one in z])
    np.testing.assert_allclose(Surface(response, COLUMNS)(z), one_by_one, rtol=1e-9, atol=1e-9)


def observed(
    truth: np.ndarray, count: int, error: float, seed: int
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    random = np.random.default_rng(seed)
    chosen = random.choice(150, count, replace=False)
    columns = {key: column[chosen] for key, column in COLUMNS.items()}
    response = Response(CATALOGUE.requirements_of("toki"))
    return columns, 200 * np.exp(response.log_yield(columns, truth) + random.normal(0, error, count))


def test_many_trials_find_the_truth_and_few_move_little() -> None:
    prior = prior_of(CATALOGUE.requirements_of("toki"))
    truth = 1.5 * np.random.default_rng(5).normal(size=prior.response.size)
    many = learn(prior, *observed(truth, 100, 0.1, 1), ["2025"] * 50 + ["2026"] * 50)
    few = learn(prior, *observed(truth, 4, 0.1, 1), ["2025"] * 4)
    wanted = prior.response.log_yield(COLUMNS, truth)
    right = [
        stats.spearmanr(p.response.log_yield(COLUMNS, p.z), wanted).statistic for p in (prior, few, many)
    ]
    assert right[2] > 0.97 and right[2] > right[0]
    assert np.abs(few.z).mean() < 0.5 * np.abs(many.z).mean()
    assert 0.08 < many.error_sd < 0.16
    table = moves(many)
    assert table["learned"].between(-1e-9, 1).all() and table["learned"].max() > 0.8


def test_twice_as_sure_moves_less_and_what_no_trial_tells_does_not_move() -> None:
    requirements = CATALOGUE.requirements_of("toki")
    truth = 1.5 * np.random.default_rng(6).normal(size=prior_of(requirements).response.size)
    columns, yields = observed(truth, 12, 0.2, 2)
    columns["sunlight"] = np.full(12, -1)
    loose, tight = (
        learn(prior_of(requirements, strength=s), columns, yields, ["2025"] * 12) for s in (1.0, 3.0)
    )
    moved = [
        np.abs(
            moves(p).query("role != 'slope'")["shift"]
            / moves(prior_of(requirements)).query("role != 'slope'")["sd_before"].mean()
        ).sum()
        for p in (loose, tight)
    ]
    assert moved[1] < moved[0]
    silent = moves(loose).query("factor == 'sunlight'")
    np.testing.assert_allclose(silent["shift"], 0, atol=1e-6)
    np.testing.assert_allclose(silent["learned"], 0, atol=1e-6)


def test_equal_yields_everywhere_leave_a_good_site_alone() -> None:
    prior = prior_of(CATALOGUE.requirements_of("toki"))
    columns = factors_of([good_site()] * 5).columns()
    found = learn(prior, columns, np.full(5, 180.0), ["2025"] * 5)
    assert np.abs(found.z).max() < 0.2
    assert np.exp(found.level) == pytest.approx(180, rel=0.15)


def test_sites_chosen_by_what_is_expected_lose_less_than_the_catalogues() -> None:
    """Mean over eight truths; the draws are spread about as wide as they are wrong."""
    prior = prior_of(CATALOGUE.requirements_of("toki"), strength=0.5)
    lost: dict[str, list[float]] = {"before": [], "after": []}
    within = []
    for seed in range(8):
        truth = 1.2 * np.random.default_rng(seed).normal(size=prior.response.size)
        wanted = prior.response.log_yield(COLUMNS, truth)
        random = np.random.default_rng(seed + 50)
        chosen = random.choice(150, 36, replace=False)
        own = {key: column[chosen] for key, column in COLUMNS.items()}
        yields = 200 * np.exp(wanted[chosen] + random.normal(0, 0.15, 36))
        found = learn(prior, own, yields, ["2025"] * 18 + ["2026"] * 18, level=(200.0, 0.2))
        best = np.sort(np.exp(wanted))[-10:].mean()
        for name, belief in (("before", prior), ("after", found)):
            taken = np.argsort(-belief.expected(COLUMNS))[:10]
            lost[name].append(1 - np.exp(wanted[taken]).mean() / best)
        low, high = np.quantile(found.draw(COLUMNS).log_yield, (0.1, 0.9), axis=0)
        within.append(np.mean((low <= wanted) & (wanted <= high)))
    assert np.mean(lost["after"]) < 0.7 * np.mean(lost["before"])
    assert 0.65 < np.mean(within) < 0.95


def test_draws_keep_to_the_prior_where_nothing_is_told_and_are_the_same_again() -> None:
    prior = prior_of(CATALOGUE.requirements_of("toki"))
    columns, yields = observed(np.zeros(prior.response.size), 12, 0.2, 2)
    columns["sunlight"] = np.full(12, -1)
    one, other = (learn(prior, columns, yields, ["2025"] * 12) for _ in range(2))
    np.testing.assert_array_equal(one.drawn, other.drawn)
    silent = [at for at, p in enumerate(prior.response.parameters) if p.factor == "sunlight"]
    assert np.abs(one.drawn[:, silent].mean(axis=0)).max() < 0.35
    assert 0.7 < one.drawn[:, silent].std() < 1.3
    assert 0.8 < prior.drawn.std() < 1.2


def test_expected_yields_are_listed_best_first_without_what_is_excluded() -> None:
    rows = [good_site() | {"soil_depth_cm": 12.0}, good_site(), good_site() | {"drainage": "poor"}]
    factors = excluded_by(factors_of(rows), [0.0, 0.0, 1.0])
    parcels = pd.DataFrame({"parcel_id": ["P0", "P1", "P2"], "settlement": "上沢", "lot_number": "1"})
    found = expected_yields(prior_of(CATALOGUE.requirements_of("toki")), parcels, factors)
    assert found["parcel_id"].tolist() == ["P1", "P0"] and found["rank"].tolist() == [1, 2]
    assert tuple(found.columns) == EXPECTED_COLUMNS
    assert (found["low"] <= found["expected"]).all() and (found["expected"] <= found["high"]).all()
