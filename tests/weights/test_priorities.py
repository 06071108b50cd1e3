"""Priorities are the principal eigenvector, to published digits, by other hands, and by the laws it obeys."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymcdm.weights.subjective import AHP

from kanpo.weights import Comparisons, prioritise, random_index

from .made_up import NAMES, consistent, judged, random_matrix, weight_lists, with_gaps

DRINKS = json.loads((Path(__file__).parent / "files" / "saaty_drinks.json").read_text(encoding="utf-8"))
many = settings(max_examples=60, deadline=None)


def drinks() -> Comparisons:
    matrix = np.array([[float(Fraction(cell)) for cell in row] for row in DRINKS["matrix"]])
    return Comparisons(tuple(DRINKS["items"]), matrix)


def test_the_published_example_comes_out_to_the_published_digits() -> None:
    found = prioritise(drinks())
    assert [round(float(weight), 3) for weight in found.weights] == DRINKS["published_priorities"]
    assert round(found.consistency_ratio, 3) == DRINKS["published_consistency_ratio"]
    assert found.comparisons.missing == 0


def test_a_thousand_random_matrices_agree_with_other_programs() -> None:
    random = np.random.default_rng(20)
    for _ in range(1000):
        n = int(random.integers(3, 18))
        found = prioritise(Comparisons(NAMES[:n], random_matrix(random, n)))
        values, vectors = np.linalg.eig(found.comparisons.matrix)
        principal = np.argmax(values.real)
        vector = vectors[:, principal].real
        assert found.weights == pytest.approx(vector / vector.sum(), abs=1e-9)
        assert found.weights == pytest.approx(AHP(matrix=found.comparisons.matrix)(), abs=1e-9)
        assert found.lambda_max == pytest.approx(values[principal].real, abs=1e-9)


def test_open_pairs_agree_with_an_eigensolver_on_harkers_matrix() -> None:
    random = np.random.default_rng(21)
    for _ in range(200):
        n = int(random.integers(4, 12))
        whole = Comparisons(NAMES[:n], random_matrix(random, n))
        found = prioritise(with_gaps(whole, (random.random(n * n) < 0.5).tolist()))
        gaps = np.isnan(found.comparisons.matrix)
        harker = np.where(gaps, 0, found.comparisons.matrix) + np.diag(gaps.sum(axis=1))
        values, vectors = np.linalg.eig(harker)
        vector = vectors[:, np.argmax(values.real)].real
        assert found.weights == pytest.approx(vector / vector.sum(), abs=1e-9)
        filled = np.where(gaps, found.weights[:, None] / found.weights[None, :], found.comparisons.matrix)
        again = prioritise(Comparisons(NAMES[:n], filled))
        assert again.weights == pytest.approx(found.weights, abs=1e-9), "open pairs count as w_i / w_j"
        assert again.lambda_max == pytest.approx(found.lambda_max, abs=1e-9)


@given(weight_lists)
@many
def test_answers_that_agree_give_back_their_weights(weights: list[float]) -> None:
    found = prioritise(consistent(weights))
    assert found.weights == pytest.approx(np.array(weights) / sum(weights), rel=1e-12)
    assert found.consistency_ratio == pytest.approx(0, abs=1e-12)
    assert found.lambda_max == pytest.approx(len(weights), rel=1e-12)
    assert not found.comparisons.triples() and not found.misfits()


@given(weight_lists, st.lists(st.booleans(), min_size=1, max_size=40))
@many
def test_answers_that_agree_need_not_be_complete(weights: list[float], gone: list[bool]) -> None:
    found = prioritise(with_gaps(consistent(weights), gone))
    assert found.weights == pytest.approx(np.array(weights) / sum(weights), rel=1e-9)
    assert found.consistency_ratio == pytest.approx(0, abs=1e-9)


@given(judged(), st.randoms(use_true_random=False))
@many
def test_the_order_of_items_does_not_matter(comparisons: Comparisons, random) -> None:  # type: ignore[no-untyped-def]
    order = list(range(len(comparisons.items)))
    random.shuffle(order)
    mixed = Comparisons(tuple(comparisons.items[n] for n in order), comparisons.matrix[np.ix_(order, order)])
    assert prioritise(mixed).by_item == pytest.approx(prioritise(comparisons).by_item, abs=1e-12)


@given(weight_lists)
@many
def test_asking_the_other_way_round_turns_the_order_around(weights: list[float]) -> None:
    there, back = consistent(weights), consistent([1 / weight for weight in weights])
    assert back.matrix == pytest.approx(there.matrix.T)
    product = prioritise(there).weights * prioritise(Comparisons(there.items, there.matrix.T)).weights
    assert product == pytest.approx(np.full(len(weights), product[0]), rel=1e-9)


@given(judged(least=2, most=12), st.lists(st.booleans(), min_size=1, max_size=66))
@many
def test_weights_are_positive_and_sum_to_one(comparisons: Comparisons, gone: list[bool]) -> None:
    found = prioritise(with_gaps(comparisons, gone))
    assert (found.weights > 0).all() and found.weights.sum() == pytest.approx(1)
    assert found.consistency_ratio >= 0 and found.lambda_max >= len(found.weights) - 1e-9


def test_even_a_weight_sixteen_steps_down_is_positive_and_exact() -> None:
    whole = consistent([9.0**-n for n in range(17)])
    found = prioritise(with_gaps(whole, [True]))
    assert found.comparisons.spare == 0
    assert found.weights[1:] / found.weights[:-1] == pytest.approx(np.full(16, 1 / 9), rel=1e-9)


def test_what_nothing_connects_is_no_comparison() -> None:
    matrix = np.array([[1, 3, np.nan], [1 / 3, 1, np.nan], [np.nan, np.nan, 1]])
    comparisons = Comparisons(("a", "b", "c"), matrix)
    assert comparisons.parts() == (("a", "b"), ("c",))
    with pytest.raises(ValueError, match="not connected"):
        prioritise(comparisons)


def test_two_items_and_trees_cannot_contradict_themselves() -> None:
    assert prioritise(Comparisons(("a", "b"), np.array([[1, 9], [1 / 9, 1]]))).consistency_ratio == 0
    tree = with_gaps(Comparisons(NAMES[:5], random_matrix(np.random.default_rng(3), 5)), [True])
    assert (tree.spare, prioritise(tree).consistency_ratio) == (0, 0)


@pytest.mark.parametrize(("n", "missing"), [(3, 0), (5, 0), (5, 3), (7, 0), (7, 7), (17, 0)])
def test_the_random_index_is_what_random_answers_give(n: int, missing: int) -> None:
    random = np.random.default_rng(n + missing)
    found = []
    while len(found) < 400:
        matrix = random_matrix(random, n)
        gone = random.permutation(n * (n - 1) // 2)[:missing]
        i, j = (ends[gone] for ends in np.triu_indices(n, 1))
        matrix[i, j] = matrix[j, i] = np.nan
        comparisons = Comparisons(NAMES[:n], matrix)
        if len(comparisons.parts()) == 1:
            found.append(prioritise(comparisons).consistency_index)
    assert random_index(n, missing) == pytest.approx(np.mean(found), rel=0.15)


def test_the_random_index_rises_with_items_and_falls_to_nothing_with_gaps() -> None:
    values = [random_index(n) for n in range(1, 31)]
    assert values[:2] == [0, 0] and values == sorted(values) and values[-1] < 1.77
    assert random_index(6, 10) == pytest.approx(0), "a tree of 6 items leaves 10 of 15 pairs open"
    assert prioritise(consistent(range(1, 21))).consistency_ratio == pytest.approx(0, abs=1e-12)


def test_the_worst_contradiction_comes_first_and_says_what_should_be() -> None:
    matrix = consistent([8, 4, 2, 1]).matrix.copy()
    matrix[0, 3], matrix[3, 0] = 1 / 2, 2
    comparisons = Comparisons(("slope_deg", "drainage", "soil_ph", "sunlight"), matrix)
    first, second = comparisons.triples()
    assert {first.first, first.third} == {"slope_deg", "sunlight"}
    assert first.factor == pytest.approx(16) == pytest.approx(second.factor)
    assert "「傾斜」は「日照」の 8 倍のはずですが、1/2 倍とされています(16 倍の食い違い)" in first.text().ja
    assert "8 x sunlight, but was judged 1/2 x" in first.text().en
    worst = prioritise(comparisons).misfits()[0]
    assert (worst.first, worst.second, worst.judged) == ("slope_deg", "sunlight", 0.5)
    assert worst.weighed > 1 and "1/2 倍とされていますが" in worst.text().ja
