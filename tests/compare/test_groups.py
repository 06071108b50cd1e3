"""Groups compared: fold changes, counts of zeros and missing, corrections over all tests."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from kanpo.compare import GroupComparison, compare_groups, volcano
from kanpo.errors import InputUnusable, UsageError
from tests.compare.made_up import matrix_of

GROUPS = ["control", "control", "control", "hot", "hot", "hot"]


def row(found: GroupComparison, component: str) -> dict[str, object]:
    return found.pairs[found.pairs["component"] == component].iloc[0].to_dict()


def test_a_pair_by_hand() -> None:
    values = np.array([[1, 0, 5], [2, 4, 5], [3, 2, 5], [4, np.nan, 5], [8, 0, 5], [12, 6, 5]], dtype=float)
    found = compare_groups(matrix_of(values, GROUPS), control="control")
    first, second = row(found, "c0"), row(found, "c1")
    assert (first["group"], first["against"]) == ("hot", "control")
    assert first["log2_fold_change"] == pytest.approx(2.0), "8 against 2"
    assert (second["zeros"], second["zeros_against"], second["missing"], second["n"]) == (1, 1, 1, 2)
    assert found.tested == 2 and found.untested == 1, "the constant is not tested"
    assert np.isnan(float(str(row(found, "c2")["p"])))
    assert found.sizes == {"control": 3, "hot": 3}


def test_with_logarithms_the_ratio_is_of_geometric_means() -> None:
    values = np.array([[1.0, 1], [4, 2], [2, 3], [8, 1], [32, 2], [16, 3]])
    found = compare_groups(matrix_of(values, GROUPS), log=True)
    assert row(found, "c0")["log2_fold_change"] == pytest.approx(3.0)
    assert row(found, "c0")["mean"] == pytest.approx(16.0)


def test_q_values_are_over_all_pairs_together() -> None:
    random = np.random.default_rng(1)
    groups = ["a"] * 5 + ["b"] * 5 + ["c"] * 5
    found = compare_groups(matrix_of(random.normal(size=(15, 12)), groups), way="rank")
    assert len(found.pairs) == 36 and found.tested == 36
    np.testing.assert_allclose(found.pairs["q"], stats.false_discovery_control(found.pairs["p"]))
    np.testing.assert_allclose(found.overall["q"], stats.false_discovery_control(found.overall["p"]))
    against = compare_groups(matrix_of(random.normal(size=(15, 12)), groups), control="b")
    assert set(against.pairs["against"]) == {"b"} and set(against.pairs["group"]) == {"a", "c"}


def test_one_group_an_empty_group_and_an_unknown_control_are_said() -> None:
    values = np.arange(12.0).reshape(4, 3)
    for groups, code in ((["a"] * 4, "compare.one-group"), (["a", "a", "b", ""], "compare.no-group")):
        with pytest.raises(InputUnusable) as caught:
            compare_groups(matrix_of(values, groups))
        assert caught.value.code == code
    with pytest.raises(UsageError, match=r"compare\.control"):
        compare_groups(matrix_of(values, ["a", "a", "b", "b"]), control="c")


def test_a_name_is_text_in_a_picture() -> None:
    random = np.random.default_rng(2)
    values = random.normal(10, 1, (6, 3))
    values[3:] += 8
    matrix = matrix_of(values, ["<b>x</b>"] * 3 + ["y & z"] * 3)
    found = compare_groups(matrix)
    svg = volcano(found, "y & z", "<b>x</b>").svg()
    assert "<b>" not in svg and "y &amp; z" in svg and svg.count("<circle") >= 3
    from xml.etree import ElementTree

    ElementTree.fromstring(svg)
