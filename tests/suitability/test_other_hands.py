"""Weighted means agree with those of pymcdm, which others wrote."""

from __future__ import annotations

import numpy as np
import pytest
from pymcdm.methods import WPM, WSM

from kanpo.herbs import load_catalogue
from kanpo.suitability import Method, score_parcels

from . import reference
from .sites import HERBS, factors_of, random_sites

CATALOGUE = load_catalogue()


@pytest.mark.parametrize(("method", "other"), [("geometric", WPM), ("arithmetic", WSM)])
def test_a_thousand_random_matrices_agree_to_nine_digits(method: Method, other: type) -> None:
    """Random parcels and random weights for each of the herbs, until a thousand matrices were compared."""
    random = np.random.default_rng(30)
    compute = other(normalization_function=lambda column, cost: column)
    checked = 0
    for seed in range(120):
        if checked >= 1000:
            break
        sites = random_sites(6, seed=seed, missing=0)
        needs = {herb_id: CATALOGUE.requirements_of(herb_id) for herb_id in HERBS}
        given = {
            herb_id: {need.factor: float(random.uniform(0.1, 9)) for need in own}
            for herb_id, own in needs.items()
        }
        scores = score_parcels(factors_of(sites), CATALOGUE, method=method, weights=given)
        for position, herb_id in enumerate(HERBS):
            matrix = np.array(
                [[reference.effective(n, site[n.factor]) for n in needs[herb_id]] for site in sites]
            )
            weights = np.array(list(given[herb_id].values()))
            types = np.ones(len(weights))
            expected = compute(matrix, weights / weights.sum(), types, validation=False)
            suits = ~scores.result.excluded[position]
            assert scores.result.score[position][suits] == pytest.approx(expected[suits], abs=1e-9)
            checked += int(suits.any())
    assert checked >= 1000, "herbs excluded on all parcels of a set do not count"
