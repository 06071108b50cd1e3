"""A short way through some places."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.visits import short_route

PLACES = st.lists(
    st.tuples(st.integers(0, 5000), st.integers(0, 5000)), min_size=0, max_size=30, unique=True
).map(lambda places: np.array(places, dtype=float).reshape(-1, 2))


def length(points: np.ndarray) -> float:
    return float(np.hypot(*np.diff(points, axis=0).T).sum())


@settings(deadline=None)
@given(PLACES)
def test_every_place_is_visited_once_and_the_length_is_that_of_the_way(places: np.ndarray) -> None:
    route = short_route(places)
    assert sorted(route.order) == list(range(len(places)))
    assert route.length_m == pytest.approx(length(places[route.order]) if len(places) else 0)


@settings(deadline=None)
@given(PLACES, st.tuples(st.integers(0, 5000), st.integers(0, 5000)))
def test_with_a_start_the_way_there_and_back_counts(places: np.ndarray, start: tuple[int, int]) -> None:
    home = np.array(start, dtype=float)
    route = short_route(places, home)
    assert sorted(route.order) == list(range(len(places)))
    if len(places):
        assert route.length_m == pytest.approx(length(np.vstack([home, places[route.order], home])))


def test_places_on_a_line_are_visited_along_it() -> None:
    places = np.array([[300, 0], [0, 0], [200, 0], [100, 0], [400, 0]], dtype=float)
    assert short_route(places).length_m == pytest.approx(400)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_it_is_at_most_a_quarter_longer_than_the_best_of_all_orders(seed: int) -> None:
    places = np.random.default_rng(seed).uniform(0, 1000, (7, 2))
    best = min(length(places[list(order)]) for order in permutations(range(7)))
    assert short_route(places).length_m <= 1.25 * best + 1e-9
