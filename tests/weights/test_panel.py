"""A panel: judges one by one and together, who may be counted, and where they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.errors import InputUnusable, Place
from kanpo.weights import Answers, Comparisons, Judgement, Panel, group_of, panel_of, prioritise

from .made_up import consistent, judged, with_gaps

FACTORS = ("slope_deg", "drainage", "soil_ph", "sunlight")
Said = Mapping[tuple[int, int], float]
FULL: Said = {(0, 1): 2, (1, 2): 2, (2, 3): 2, (0, 2): 4, (1, 3): 4, (0, 3): 8}


def answers(judge: str, said: Said, factors: Sequence[str] = FACTORS, file: str = "比較.xlsx") -> Answers:
    place = Place(file, "比較", column=judge)
    given = tuple(Judgement(factors[i], factors[j], value, place) for (i, j), value in said.items())
    return Answers(judge, place, tuple(factors), given)


def codes(panel: Panel) -> list[str]:
    return [problem.code for problem in panel.problems]


def test_the_group_is_the_geometric_mean_of_those_who_judged() -> None:
    one, two = answers("甲", FULL), answers("乙", {**FULL, (0, 1): 8})
    three = answers("丙", {pair: value for pair, value in FULL.items() if pair != (0, 1)})
    group = panel_of([one, two, three]).group.comparisons
    assert group.matrix[0, 1] == pytest.approx(4) and group.matrix[1, 0] == pytest.approx(1 / 4)
    assert group.matrix[0, 3] == pytest.approx(8)


@given(st.lists(judged(4, 4), min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_a_group_is_reciprocal_and_the_order_of_judges_does_not_matter(judges: list[Comparisons]) -> None:
    group = group_of(judges)
    assert group.matrix * group.matrix.T == pytest.approx(np.ones((4, 4)))
    assert group_of(judges[::-1]).matrix == pytest.approx(group.matrix)
    assert group_of([*judges, *judges]).matrix == pytest.approx(group.matrix)


@given(judged(3, 6))
@settings(max_examples=40, deadline=None)
def test_judges_of_one_mind_are_the_group(comparisons: Comparisons) -> None:
    group = prioritise(group_of([comparisons, comparisons]))
    assert group.weights == pytest.approx(prioritise(comparisons).weights, abs=1e-9)


def test_judges_may_share_the_work() -> None:
    whole = consistent([8, 4, 2, 1])
    first = with_gaps(whole, [True])
    second = with_gaps(whole, [False, True, True])
    assert prioritise(group_of([first, second])).weights == pytest.approx(prioritise(whole).weights, rel=1e-9)
    upper = answers("甲", {(0, 1): 2, (1, 2): 2, (0, 2): 4}, FACTORS[:3])
    lower = answers("乙", {(0, 1): 2}, FACTORS[2:])
    shared = panel_of([upper, lower])
    assert shared.group.by_item == pytest.approx(dict(zip(FACTORS, np.array([8, 4, 2, 1]) / 15, strict=True)))
    table = shared.table().set_index("factor")
    assert table.loc["soil_ph", ["lowest", "highest"]].tolist() == pytest.approx([1 / 7, 2 / 3])


def test_a_judge_who_does_not_connect_the_factors_is_left_out_and_told_what_to_compare() -> None:
    few = answers("乙", {(0, 1): 2})
    apart = answers("丙", {(0, 1): 2, (1, 2): 2, (0, 2): 4})
    panel = panel_of([answers("甲", FULL), few, apart])
    assert [judge.name for judge in panel.judges] == ["甲"]
    assert codes(panel) == ["weights.too-few", "weights.not-connected"]
    assert "{傾斜・排水} と {土壌pH(H2O)} と {日照}" in panel.problems[0].text().ja
    assert "「土壌pH(H2O)」と「日照」のように" in panel.problems[1].mend.ja
    assert (panel.problems[0].place.file, panel.problems[0].place.column) == ("比較.xlsx", "乙")


def test_without_a_judge_or_a_connection_there_are_no_weights() -> None:
    with pytest.raises(InputUnusable) as caught:
        panel_of([answers("甲", {(0, 1): 2})])
    assert caught.value.code == "weights.no-judges" and caught.value.problems
    with pytest.raises(InputUnusable):
        panel_of([])
    with pytest.raises(InputUnusable) as caught:
        panel_of([answers("甲", {(0, 1): 2}, FACTORS[:2]), answers("乙", {(0, 1): 2}, FACTORS[2:])])
    assert caught.value.code == "weights.group-not-connected" and "{傾斜・排水}" in str(caught.value)


def test_whoever_contradicts_themselves_or_cannot_is_warned() -> None:
    tree = answers("丙", {(0, 1): 2, (1, 2): 2, (2, 3): 2})
    panel = panel_of([answers("甲", FULL), answers("乙", {**FULL, (0, 3): 1 / 8}), tree])
    assert codes(panel) == ["weights.inconsistent", "weights.nothing-spare"]
    ratios = [judge.priorities.consistency_ratio for judge in panel.judges]
    assert ratios[0] == pytest.approx(0, abs=1e-9) and ratios[1] > 0.1 and ratios[2] == 0


def test_how_far_judges_are_apart() -> None:
    panel = panel_of([answers("甲", FULL), answers("乙", {**FULL, (0, 1): 8})])
    assert panel.judges[0].distance == pytest.approx(panel.judges[1].distance)
    assert panel.judges[0].distance == pytest.approx(np.exp(np.sqrt(np.log(2) ** 2 / 6)))
    (dispute,) = panel.disputes
    assert (dispute.low_judge, dispute.high_judge, dispute.factor) == ("甲", "乙", pytest.approx(4))
    assert "「傾斜」は「排水」の何倍か: 甲 2 倍、乙 8 倍" in dispute.text().ja
    assert panel_of([answers("甲", FULL)]).judges[0].distance == pytest.approx(1)


def test_the_same_name_in_two_files_is_two_judges() -> None:
    panel = panel_of([answers("評価者1", FULL, file="a.xlsx"), answers("評価者1", FULL, file="b.xlsx")])
    assert [judge.name for judge in panel.judges] == ["評価者1(a.xlsx)", "評価者1(b.xlsx)"]
    folders = panel_of([answers("評価者1", FULL) for _ in range(3)])
    assert len({judge.name for judge in folders.judges}) == 3, "files in folders may be called the same"


def test_the_tables_say_it_all() -> None:
    panel = panel_of([answers("甲", FULL), answers("乙", {**FULL, (0, 1): 8})])
    table = panel.table()
    assert table["factor"].tolist() == list(FACTORS) and table["label"].iloc[0] == "傾斜"
    assert (table["lowest"] <= table["weight"]).all() and (table["weight"] <= table["highest"]).all()
    judges = panel.judge_table()
    assert judges["judge"].tolist() == ["甲", "乙", "全体"]
    assert judges["pairs"].tolist() == [6, 6, 6] and judges["missing"].tolist() == [0, 0, 0]
    weights = panel.weights("toki")
    assert list(weights.columns) == ["herb_id", "factor", "weight"] and weights[
        "weight"
    ].sum() == pytest.approx(1)
