"""What a visit is worth: nothing where it cannot change the best ones."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.herbs import load_catalogue
from kanpo.schema import FACTORS
from kanpo.suitability import METHODS, Method, ScoreSettings
from kanpo.visits import VisitValues, visit_values
from tests.suitability.sites import Site, factors_of, good_site, random_sites, sites

CATALOGUE = load_catalogue()


def values_of(rows: list[Site], best: int, herb: str = "shakuyaku", **more: int) -> VisitValues:
    points = np.column_stack([np.arange(len(rows)) * 100.0, np.zeros(len(rows))])
    return visit_values(factors_of(rows), points, CATALOGUE, [herb], best=best, **more)


def test_a_parcel_that_is_known_or_hopeless_is_worth_nothing() -> None:
    good, open_, less = good_site(), good_site() | {"drainage": None}, good_site() | {"sunlight": "partial"}
    hopeless = good_site() | {"drainage": "poor", "soil_ph": None}
    found = values_of([good, open_, less, hopeless], best=2)
    assert list(found.contested[0]) == [False, True, False, False]
    assert found.gain[0, 1] > 0 and not found.gain[0, [0, 2, 3]].any()
    assert not found.decided[0]


def test_whoever_may_fall_further_is_worth_more() -> None:
    rows = [good_site() | {"wildlife_pressure": None}, good_site() | {"drainage": None}]
    rows += [good_site() | {"sunlight": "partial"}] * 2
    found = values_of(rows, best=2)
    assert found.gain[0, 1] > found.gain[0, 0]


def test_values_nearby_count() -> None:
    """Beside swampy fields a place among the best is hardly hoped for, beside dry ones it is likely."""
    wet, dry = good_site() | {"drainage": "poor"}, good_site() | {"sunlight": "partial"}
    unknown = good_site() | {"drainage": None}
    rows = (
        [wet] * 6
        + [unknown]
        + [wet] * 6
        + [good_site() | {"sunlight": "shade"}] * 40
        + [dry] * 6
        + [unknown]
        + [dry] * 6
    )
    found = values_of(rows, best=3)
    assert found.chance[0, 6] < 0.4 < 0.6 < found.chance[0, 59]


def test_few_parcels_are_all_among_the_best() -> None:
    found = values_of(random_sites(5, 1), best=5)
    assert found.decided.all() and not found.gain.any()


def test_the_same_seed_gives_the_same_worth() -> None:
    rows = random_sites(60, 3)
    assert np.array_equal(values_of(rows, 5, seed=4).gain, values_of(rows, 5, seed=4).gain)


@settings(max_examples=20, deadline=None)
@given(st.lists(sites(), min_size=4, max_size=6), st.integers(1, 3), st.randoms())
def test_what_is_not_contested_stays_whatever_is_learnt(rows: list[Site], best: int, random) -> None:  # type: ignore[no-untyped-def]
    """Complete the gaps somehow: who is surely in stays in, who is surely out stays out."""
    before = values_of(rows, best)
    told = [
        {
            key: value
            if value is not None
            else random.choice(
                FACTORS[key].classes or (FACTORS[key].minimum, FACTORS[key].maximum, 6.0, 50.0)
            )
            for key, value in row.items()
        }
        for row in rows
    ]
    told = [
        {k: min(v, FACTORS[k].maximum) if isinstance(v, float) else v for k, v in row.items()} for row in told
    ]
    after = values_of(told, best)
    lower, upper = before.scores.result.lower[0], before.scores.result.upper[0]
    for p, q in product(range(len(rows)), repeat=2):
        if lower[p] > upper[q]:
            assert after.scores.result.score[0, p] > after.scores.result.score[0, q] - 1e-12
    if before.decided[0]:
        truth = np.sort(after.scores.result.score[0])[-best]
        assert (after.scores.result.score[0][before.inside[0]] >= truth - 1e-12).all()
    assert before.gain[~before.contested].sum() == 0
    assert ((before.chance >= 0) & (before.chance <= 1)).all()


@pytest.mark.parametrize("method", METHODS)
def test_every_method_has_worths(method: Method) -> None:
    rows = random_sites(80, 5)
    points = np.random.default_rng(1).uniform(0, 1000, (80, 2))
    found = visit_values(factors_of(rows), points, CATALOGUE, best=10, settings=ScoreSettings(method))
    assert found.gain.shape == (len(CATALOGUE.herbs), 80)
    assert (found.gain >= 0).all() and (found.gain[found.contested] > 0).any()


def test_who_cannot_be_chosen_is_not_visited_and_takes_no_place() -> None:
    """Of two eligible parcels and two best nothing has to be learnt; the others still tell what to expect."""
    rows = [good_site() | {"drainage": None}] * 2 + [good_site()] * 4
    points = np.column_stack([np.arange(6) * 100.0, np.zeros(6)])
    eligible = np.array([True, True, False, False, False, False])
    found = visit_values(factors_of(rows), points, CATALOGUE, ["shakuyaku"], best=2, eligible=eligible)
    assert found.decided.all() and found.inside[0].tolist() == eligible.tolist()
    one = visit_values(factors_of(rows), points, CATALOGUE, ["shakuyaku"], best=1, eligible=eligible)
    assert one.contested[0].tolist() == eligible.tolist() and not one.gain[0, 2:].any()
    assert (one.rank[0, 2:] == 1).all(), "ranks are those among all"


def test_expectations_that_are_given_are_held_fixed() -> None:
    """What is learnt of one parcel moves the point of no other."""
    rows = random_sites(60, 3)
    points = np.random.default_rng(1).uniform(0, 1000, (60, 2))
    before = visit_values(factors_of(rows), points, CATALOGUE, ["toki"], best=5)
    fixed = ScoreSettings(expectations=before.scores.expectations)
    told = [good_site() | {"soil_ph": 5.0}, *rows[1:]]
    after = visit_values(factors_of(told), points, CATALOGUE, ["toki"], best=5, settings=fixed)
    assert np.array_equal(after.scores.result.score[0, 1:], before.scores.result.score[0, 1:])
