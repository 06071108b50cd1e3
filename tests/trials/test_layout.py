"""Plots lie inside the parcel, do not overlap, and are randomised as the design says."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kanpo.errors import UsageError
from kanpo.parcels import measure_area_m2
from kanpo.store import Project
from kanpo.trials import NewTrial, create_trial, lay_out_plots, randomise


@st.composite
def _parcels(draw: st.DrawFn) -> shapely.Polygon:
    """Star-shaped fields of 20 to 80 m around a point in the Shonai plain."""
    corners = draw(st.integers(4, 12))
    radii = draw(st.lists(st.floats(20, 80), min_size=corners, max_size=corners))
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    x = 139.82 + np.array(radii) * np.cos(angles) / 87_000
    y = 38.72 + np.array(radii) * np.sin(angles) / 111_000
    return shapely.Polygon(np.column_stack([x, y]))


@settings(deadline=None, max_examples=60)
@given(_parcels(), st.integers(1, 24), st.floats(0, 2), st.floats(0, 3))
def test_plots_lie_inside_keep_their_size_and_do_not_overlap(
    parcel: shapely.Polygon, count: int, alley: float, headland: float
) -> None:
    try:
        layout = lay_out_plots(parcel, count, width_m=2, length_m=5, alley_m=alley, headland_m=headland)
    except UsageError:
        assume(False)
        raise
    assert len(layout.outlines) == count
    grown = parcel.buffer(1e-9)
    assert all(grown.covers(plot) for plot in layout.outlines)
    assert measure_area_m2(np.array(layout.outlines)) == pytest.approx(np.full(count, 10.0), rel=1e-3)
    overlap = [a.intersection(b).area for i, a in enumerate(layout.outlines) for b in layout.outlines[:i]]
    assert max(overlap, default=0) < 1e-13
    assert len(set(zip(layout.rows, layout.columns, strict=True))) == count


def test_a_parcel_without_room_says_for_how_many_plots_it_has(project: Project) -> None:
    parcel = project.imported.parcels().geometry.iloc[0]
    with pytest.raises(UsageError, match="区しか入りません"):
        lay_out_plots(parcel, 500, width_m=2, length_m=5)


@given(st.integers(1, 8), st.integers(1, 6), st.integers(0, 1000))
def test_a_complete_block_holds_each_treatment_once(treatments: int, replicates: int, seed: int) -> None:
    names = [f"処理{i}" for i in range(treatments)]
    order = randomise(names, replicates, "rcbd", seed)
    assert order == randomise(names, replicates, "rcbd", seed), "the same seed gives the same order"
    for block in range(1, replicates + 1):
        assert sorted(name for of, name in order if of == block) == sorted(names)


def test_every_order_of_a_block_is_equally_likely() -> None:
    orders = Counter(
        tuple(name for _, name in randomise(["a", "b", "c"], 1, "rcbd", seed)) for seed in range(6000)
    )
    assert len(orders) == 6
    chi_square = sum((count - 1000) ** 2 / 1000 for count in orders.values())
    assert chi_square < 20.5, "0.1 % point of chi-square with 5 degrees of freedom"


@pytest.mark.parametrize("treatments", [[], ["a", "a"]])
def test_treatments_that_make_no_trial_are_refused(treatments: list[str]) -> None:
    with pytest.raises(UsageError):
        randomise(treatments, 2, "rcbd", 1)


def test_a_trial_is_created_with_its_plots(project: Project) -> None:
    trial = NewTrial("TK26", "toki", "P1", "2026-04-01", ["標準", "早植え"], replicates=3)
    reports = create_trial(project, trial)
    assert [report.stored for report in reports] == [1, 6]
    plots = project.journal.read("plot")
    assert Counter(plots["treatment"]) == {"標準": 3, "早植え": 3}
    assert plots["area_m2"].tolist() == pytest.approx([10.0] * 6, rel=1e-3)


def test_a_trial_on_an_unknown_parcel_or_code_taken_writes_no_plots(project: Project) -> None:
    from kanpo.errors import InputUnusable

    trial = NewTrial("TK26", "toki", "P99", "2026-04-01", ["標準"])
    with pytest.raises(InputUnusable):
        create_trial(project, trial)
    assert project.journal.read("trial").empty
