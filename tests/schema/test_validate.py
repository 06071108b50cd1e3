"""What offices write is read; what cannot be right is sent back with its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanpo.errors import Severity
from kanpo.schema import RECORD_KINDS, check_records, read_value


def _observation(**columns: list[str | None]) -> dict[str, list[str | None]]:
    count = max((len(values) for values in columns.values()), default=1)
    base: dict[str, list[str | None]] = {
        "trial_code": ["T1"] * count,
        "plot_code": ["T1-1"] * count,
        "trait": ["plant_height_cm"] * count,
        "value": ["12"] * count,
        "happened_at": ["2025-05-01"] * count,
    }
    return base | columns


def test_japanese_headers_full_width_digits_and_japanese_trait_names_are_read() -> None:
    checked = check_records(
        "observation",
        {
            "試験コード": ["T1"],
            "試験区コード": ["T1-1"],
            "調査項目": ["草丈"],
            "値": ["１２．５"],
            "行った日": ["2025年5月1日"],
        },
    )
    assert not checked.problems
    (record,) = checked.good
    assert record.body == {"trial_code": "T1", "plot_code": "T1-1", "trait": "plant_height_cm", "value": 12.5}
    assert record.happened_at == "2025-05-01"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("令和7年5月1日", "2025-05-01"),
        ("Ｒ７．５．１", "2025-05-01"),
        ("平成31年4月30日", "2019-04-30"),
        ("2025/5/1 8:05", "2025-05-01T08:05:00"),
        ("R7.5.1 18:30:15", "2025-05-01T18:30:15"),
    ],
)
def test_days_are_read_as_an_office_writes_them(written: str, read: str) -> None:
    (record,) = check_records("observation", _observation() | {"happened_at": [written]}).good
    assert record.happened_at == read


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("7.5.1", "date.no-era"),
        ("平成31年5月1日", "date.outside-era"),
        ("2025/5/1 25:00", "date.unreadable"),
        ("5月1日", "date.no-year"),
        ("50401", "date.number"),
    ],
)
def test_a_day_that_is_not_certain_is_sent_back_with_what_was_probably_meant(written: str, code: str) -> None:
    checked = check_records("observation", _observation() | {"happened_at": [written]})
    assert [problem.code for problem in checked.problems] == [code] and not checked.good


def test_a_problem_names_the_column_as_it_is_headed_in_the_file() -> None:
    row = _observation() | {"value": ["たくさん"]}
    columns = {{"value": "値", "trait": "調査項目"}.get(key, key): cells for key, cells in row.items()}
    (problem,) = check_records("observation", columns).problems
    assert problem.place.column == "値"


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("happened_at", "昨日", "date.unreadable"),
        ("happened_at", "2025-02-30", "date.no-such-day"),
        ("happened_at", None, "value.missing"),
        ("value", "たくさん", "value.not-number"),
        ("trait", "plant_heigth_cm", "record.unknown-trait"),
        ("repeat", "1.5", "value.not-integer"),
        ("repeat", "0", "value.out-of-range"),
    ],
)
def test_a_bad_value_is_rejected_with_row_column_and_mend(column: str, value: str | None, code: str) -> None:
    columns = _observation(**{column: [None if value is None else value, None]})
    columns = {key: [values[0]] for key, values in columns.items()}
    checked = check_records("observation", columns, file="記録.csv")
    (problem,) = [p for p in checked.problems if p.severity is Severity.REJECT]
    assert problem.code == code
    assert (problem.place.file, problem.place.row) == ("記録.csv", 2)
    assert problem.place.column is not None
    assert problem.mend.ja and problem.mend.en
    assert checked.rejected == {2}
    assert not checked.good


def test_a_doubtful_value_is_kept_and_flagged() -> None:
    checked = check_records("observation", _observation(value=["900"]))
    assert len(checked.good) == 1
    assert [(p.code, p.severity) for p in checked.problems] == [("value.doubtful", Severity.WARNING)]


def test_a_day_in_the_future_is_kept_and_flagged() -> None:
    checked = check_records("observation", _observation(happened_at=["2099-01-01"]))
    assert len(checked.good) == 1
    assert [p.code for p in checked.problems] == ["record.in-future"]


def test_a_correction_needs_a_reason() -> None:
    checked = check_records("observation", _observation(supersedes=["x"]))
    assert [p.code for p in checked.problems] == ["record.no-reason"]


def test_an_unknown_column_is_named_with_a_guess_and_the_row_is_kept() -> None:
    checked = check_records("observation", _observation() | {"valeu": ["1"]})
    assert len(checked.good) == 1
    (problem,) = checked.problems
    assert "value" in problem.mend.en


def test_one_bad_row_does_not_stop_the_good_ones() -> None:
    values: list[str | None] = [str(i) for i in range(1000)]
    for row in range(0, 1000, 27):
        values[row] = "?"
    checked = check_records("observation", _observation(value=values))
    bad = len(range(0, 1000, 27))
    assert len(checked.good) == 1000 - bad
    assert len(checked.rejected) == bad


@given(
    st.sampled_from(sorted(RECORD_KINDS)),
    st.dictionaries(
        st.text(min_size=1, max_size=12), st.lists(st.none() | st.text(max_size=12), max_size=4), max_size=5
    ),
)
def test_any_table_is_answered_and_no_row_is_lost(kind: str, columns: dict[str, list[str | None]]) -> None:
    count = max((len(values) for values in columns.values()), default=0)
    columns = {key: values + [None] * (count - len(values)) for key, values in columns.items()}
    checked = check_records(kind, columns)
    assert len(checked.good) + len(checked.rejected) == count


@given(
    st.sampled_from([f for t in RECORD_KINDS.values() for f in t.fields]), st.text(min_size=1, max_size=30)
)
def test_reading_any_text_gives_a_value_or_a_problem(field: object, text: str) -> None:
    value, problem = read_value(field, text)  # type: ignore[arg-type]
    assert (problem is None) or (value is None)
