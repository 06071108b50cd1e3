"""Filled sheets are read as people fill them in; every fault says where it is and how to mend it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanpo.schema import FACTORS
from kanpo.weights import SCALE, Grid, Judgement, panel_of, questions, read_answers, read_judgement

from .made_up import NAMES, grid

ALL = tuple(FACTORS)
HEAD = "番号,要因A,要因B,factor_a,factor_b"


def pairs(*rows: str, judges: str = "甲") -> Grid:
    return grid("\n".join([f"{HEAD},{judges}", *(f"{n},,,{row}" for n, row in enumerate(rows, 1))]))


def said(judgements: tuple[Judgement, ...]) -> dict[tuple[str, str], float]:
    return {(judgement.first, judgement.second): judgement.value for judgement in judgements}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("9", 9), ("1/3", 1 / 3), ("１／３", 1 / 3), ("⅓", 1 / 3), (" 1 / 9 ", 1 / 9), ("0.333", 1 / 3),
        ("0.11", 1 / 9), ("0.125", 1 / 8), ("３", 3), ("2.5", 2.5), ("0.4", 0.4), ("3.0", 3), ("3/1", 3),
    ],
)  # fmt: skip
def test_a_judgement_is_read_as_people_write_it(written: str, meant: float) -> None:
    assert read_judgement(written) == (pytest.approx(meant, rel=1e-12), None)


@pytest.mark.parametrize("step", SCALE)
def test_every_step_of_the_scale_and_its_reverse_are_each_others_reciprocal(step: str) -> None:
    there, back = (read_judgement(text)[0] for text in (step, SCALE[16 - SCALE.index(step)]))
    assert there is not None and back is not None and there * back == pytest.approx(1)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("A", "weights.not-a-judgement"), ("1/0", "weights.not-a-judgement"), ("nan", "weights.not-a-judgement"),
        ("=1/3", "weights.not-a-judgement"), ("1/3/5", "weights.not-a-judgement"), ("#N/A", "weights.not-a-judgement"),
        ("10", "weights.out-of-scale"), ("0", "weights.out-of-scale"), ("-3", "weights.out-of-scale"),
        ("0.1", "weights.out-of-scale"), ("1/10", "weights.out-of-scale"),
        ("2026-01-03", "weights.date"), ("1月3日", "weights.date"), ("2026/1/3", "weights.date"),
    ],
)  # fmt: skip
def test_what_is_no_judgement_is_said_with_the_mend(written: str, code: str) -> None:
    value, problem = read_judgement(written)
    assert value is None and problem is not None and problem.code == code and problem.mend.ja


def test_a_date_of_excel_is_refused_with_what_was_probably_typed() -> None:
    problem = read_judgement("2026-01-03")[1]
    assert problem is not None and "1/3" in problem.mend.ja


@given(st.text())
def test_no_text_breaks_the_reading(text: str) -> None:
    value, problem = read_judgement(text)
    assert (value is None) != (problem is None)


def test_a_column_for_each_judge_and_blank_columns_are_nobody() -> None:
    sheet = pairs("slope_deg,drainage,3,1/3,", "drainage,soil_ph,,2,", judges="甲,乙,丙")
    answers, problems = read_answers([sheet], ALL)
    assert not problems
    assert [(one.judge, len(one.judgements)) for one in answers] == [("甲", 1), ("乙", 2)]
    assert answers[1].items == ("slope_deg", "drainage", "soil_ph")
    assert answers[1].judgements[0].place.row == 2


def test_factors_are_known_by_key_or_label_under_a_title() -> None:
    text = "当帰の比較\n\n要因A,要因B,甲\n傾斜,排水,3\n土壌ＰＨ(H2O),SLOPE_DEG,1/3\n"
    answers, problems = read_answers([grid(text)], ALL)
    assert not problems
    assert said(answers[0].judgements) == {("slope_deg", "drainage"): 3, ("soil_ph", "slope_deg"): 1 / 3}


def test_bad_rows_and_cells_are_left_out_and_the_rest_counts() -> None:
    sheet = pairs(
        "slope_deg,drainage,3", "slope,soil_ph,2", "drainage,soil_ph,12", "soil_ph,soil_ph,2", "drainage,soil_ph,x"
    )  # fmt: skip
    answers, problems = read_answers([sheet], ALL)
    assert said(answers[0].judgements) == {("slope_deg", "drainage"): 3}
    assert [(p.code, p.place.row, p.place.column, p.place.value) for p in problems] == [
        ("weights.factor-unknown", 3, "factor_a", "slope"),
        ("weights.out-of-scale", 4, "甲", "12"),
        ("weights.with-itself", 5, "factor_b", "soil_ph"),
        ("weights.not-a-judgement", 6, "甲", "x"),
    ]
    assert "slope_deg" in problems[0].mend.ja
    assert all(p.place.file == "比較.csv" for p in problems)


def test_a_factor_that_the_herb_does_not_need_is_refused() -> None:
    _, problems = read_answers([pairs("slope_deg,elevation_m,3")], ["slope_deg", "drainage"])
    assert [p.code for p in problems] == ["weights.factor-not-needed"]


def test_the_same_pair_twice_counts_once_and_not_at_all_when_the_values_differ() -> None:
    sheet = pairs(
        "slope_deg,drainage,0.3", "drainage,slope_deg,3.3", "drainage,soil_ph,2", "soil_ph,drainage,2"
    )
    answers, (problem,) = read_answers([sheet], ALL)
    assert said(answers[0].judgements) == {("drainage", "slope_deg"): 3.3}
    assert (problem.code, problem.place.row, problem.place.value) == ("weights.pair-twice", 5, "2")
    assert "4行目に合わせるなら 1/2" in problem.mend.ja


def test_two_columns_with_one_name_are_one_judge_too_many() -> None:
    answers, (problem,) = read_answers([pairs("slope_deg,drainage,3,5", judges="甲,甲")], ALL)
    assert problem.code == "weights.judge-twice" and len(answers) == 1


def test_a_square_matrix_is_one_judge_named_like_the_file() -> None:
    text = ",傾斜,排水,土壌pH(H2O)\n傾斜,1,3,\n排水,0.33,1,2\n土壌pH(H2O),1/5,,1\n"
    (answers,), problems = read_answers([grid(text, file="普及員.csv")], ALL)
    assert not problems and answers.judge == "普及員"
    assert said(answers.judgements) == {
        ("slope_deg", "drainage"): 3, ("drainage", "soil_ph"): 2, ("soil_ph", "slope_deg"): 1 / 5,
    }  # fmt: skip


def test_a_matrix_with_faults_loses_only_the_faulty_pairs() -> None:
    text = ",傾斜,排水,日照,謎\n傾斜,2,3,5,1\n排水,1/2,1,2,1\n日照,1/5,1/2,1,1\n謎,1,1,1,1\n"
    (answers,), problems = read_answers([grid(text)], ALL)
    assert set(said(answers.judgements)) == {("slope_deg", "sunlight"), ("drainage", "sunlight")}
    assert [(p.code, p.place.row, p.place.value) for p in problems] == [
        ("weights.factor-unknown", 1, "謎"),
        ("weights.with-itself", 2, "2"),
        ("weights.not-reciprocal", 3, "1/2"),
    ]


@pytest.mark.parametrize("text", [",傾斜,排水\n傾斜,1,3\n", ",傾斜,傾斜\n傾斜,1,1\n傾斜,1,1\n"])
def test_a_table_that_is_not_square_is_refused(text: str) -> None:
    answers, problems = read_answers([grid(text)], ALL)
    assert not answers and [p.code for p in problems] == ["weights.not-square"]


def test_a_table_of_something_else_is_refused() -> None:
    answers, problems = read_answers([grid("筆ID,面積\n1,2\n")], ALL)
    assert not answers and [p.code for p in problems] == ["weights.no-table"]


@given(st.lists(st.lists(st.text(max_size=6), max_size=5), max_size=6))
def test_no_table_breaks_the_reading(rows: list[list[str]]) -> None:
    head = (*HEAD.split(","), "甲")
    for sheet in (tuple(map(tuple, rows)), (head, *map(tuple, rows))):
        read_answers([Grid("x.csv", None, tuple(enumerate(sheet, 1)))], ALL)


@pytest.mark.parametrize("n", range(2, 18))
def test_questions_ask_each_pair_once_and_connect_all_factors_in_the_first_round(n: int) -> None:
    asked = questions(NAMES[:n])
    assert len({frozenset((q.first, q.second)) for q in asked}) == len(asked) == n * (n - 1) // 2
    first_round = [(q.first, q.second) for q in asked[: n - 1]]
    reached = {NAMES[0]}
    for _ in range(n):
        reached |= {name for pair in first_round if reached & set(pair) for name in pair}
    assert reached == set(NAMES[:n])


def test_what_was_read_makes_a_panel() -> None:
    sheet = pairs("slope_deg,drainage,2,2", "drainage,soil_ph,2,2", "slope_deg,soil_ph,4,1/4", judges="甲,乙")
    panel = panel_of(*read_answers([sheet], ALL))
    assert panel.judges[0].priorities.by_item == pytest.approx(
        {"slope_deg": 4 / 7, "drainage": 2 / 7, "soil_ph": 1 / 7}
    )
    assert [(p.code, p.place.column) for p in panel.problems] == [("weights.inconsistent", "乙")]
