"""The response of yield to requirements, and what trials teach about it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from kanpo.evidence import Response, learn, moves, prior_of
from kanpo.herbs import load_catalogue
from kanpo.suitability import score_parcels
from tests.suitability.sites import factors_of, good_site, random_sites

CATALOGUE = load_catalogue()
FACTORS_OF_MANY = factors_of(random_sites(150, 3))
COLUMNS = FACTORS_OF_MANY.columns()


@pytest.mark.parametrize("herb", ["toki", "shakuyaku", "ninjin"])
def test_unmoved_it_is_the_logarithm_of_the_score(herb: str) -> None:
    """Where no knock-out lies below the floor, which the response has for every factor."""
    response = Response(CATALOGUE.requirements_of(herb))
    score = score_parcels(FACTORS_OF_MANY, CATALOGUE, [herb]).result.score[0]
    found = np.exp(response.log_yield(COLUMNS, np.zeros(response.size)))
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
    columns["wildlife_pressure"] = np.full(12, -1)
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
    silent = moves(loose).query("factor == 'wildlife_pressure'")
    np.testing.assert_allclose(silent["shift"], 0, atol=1e-6)
    np.testing.assert_allclose(silent["learned"], 0, atol=1e-6)


def test_equal_yields_everywhere_leave_a_good_site_alone() -> None:
    prior = prior_of(CATALOGUE.requirements_of("toki"))
    columns = factors_of([good_site()] * 5).columns()
    found = learn(prior, columns, np.full(5, 180.0), ["2025"] * 5)
    assert np.abs(found.z).max() < 0.2
    assert np.exp(found.level) == pytest.approx(180, rel=0.15)
