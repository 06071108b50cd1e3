"""A contradiction is found among whatever else is recorded, and only contradictions are."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.store import NewRecord, Project
from kanpo.trials import find_conflicts

#: Plot, day with or without a time, number of the repeat, value.
_SAID = st.lists(
    st.tuples(
        st.sampled_from(("T1-1", "T1-2")),
        st.sampled_from(("2025-05-01", "2025-05-01T09:30:00", "2025-05-02")),
        st.sampled_from((None, 1, 2)),
        st.sampled_from((10.0, 11.0)),
    ),
    min_size=4,
    max_size=20,
)


@settings(max_examples=10, deadline=None)
@given(_SAID)
def test_two_values_of_one_plot_day_and_repeat_contradict_each_other(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[str, str, int | None, float]]
) -> None:
    path = tmp_path_factory.mktemp("said") / "project.gpkg"
    expected: dict[tuple[object, ...], dict[str, float]] = defaultdict(dict)
    records = []
    for plot, day, repeat, value in said:
        body = {
            "trial_code": "T1",
            "plot_code": plot,
            "trait": "leaf_count",
            "value": value,
            "repeat": repeat,
        }
        records.append(NewRecord("observation", body, day))
        expected[plot, day[:10], repeat][records[-1].record_id] = value
    with Project.create(path) as project:
        project.journal.append(records)
        found = find_conflicts(project)
    groups = {frozenset(rows["record_id"]) for _, rows in found.groupby("conflict")}
    contradictions = [group for group in expected.values() if len(set(group.values())) > 1]
    assert groups == {frozenset(group) for group in contradictions}
