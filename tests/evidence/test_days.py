"""Which day of several counts, and that it is said."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanpo.errors import UsageError
from kanpo.evidence import (
    When,
    analyse_trial,
    day_notes,
    find_trait,
    make_design,
    plot_values,
    read_when,
    summarise_trial,
    trial_values_of,
)
from kanpo.evidence._days import rounds_of
from kanpo.locale import Text
from kanpo.store import Project
from kanpo.trials import record_rows

CRD = make_design("crd", treatments=["treatment"])


def _heights(project: Project, *rows: tuple[str, str, str]) -> None:
    table = {
        "plot_code": [plot for plot, _, _ in rows],
        "happened_at": [day for _, day, _ in rows],
        "value": [value for _, _, value in rows],
        "trait": ["plant_height_cm"] * len(rows),
    }
    table["repeat"] = [
        str(1 + sum(earlier[:2] == row[:2] for earlier in rows[:n])) for n, row in enumerate(rows)
    ]
    assert record_rows(project, "observation", table).stored == len(rows)


def _two_days(project: Project) -> None:
    june = [(f"T1-{n}", "2025-06-10", str(10 + n)) for n in (1, 2, 3, 4)]
    september = [(f"T1-{n}", "2025-09-12", str(100 + n)) for n in (1, 2, 3)]
    late = [("T1-4", "2025-09-14", "104"), ("T1-4", "2025-09-14", "108")]
    _heights(project, *june, *september, *late)


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("last", [101, 102, 103, 106]),
        ("first", [11, 12, 13, 14]),
        ("mean", [56, 57, 58, 60]),
        ("2025-06-10", [11, 12, 13, 14]),
        ("2025-09-12", [101, 102, 103, 106]),
        ("R7.9.14", [101, 102, 103, 106]),
    ],
)
def test_every_command_goes_by_the_same_day(
    trial_project: Project, written: str, wanted: list[float]
) -> None:
    _two_days(trial_project)
    when = read_when(written)
    values = trial_values_of(trial_project, "T1", when).sort_values("plot_code")
    assert values["value"].tolist() == wanted
    assert plot_values(trial_project, when=when).sort_values("plot_code")["value"].tolist() == wanted
    (result,) = analyse_trial(trial_project, ["T1"], ["草丈"], CRD, when)
    assert sorted(result.residuals["value"]) == wanted
    table = summarise_trial(trial_project, "T1", when)
    assert (table["mean"] * table["n"]).sum() == sum(wanted)


def test_the_last_day_is_said_with_the_days_there_are(trial_project: Project) -> None:
    _two_days(trial_project)
    (result,) = analyse_trial(trial_project, ["T1"], ["plant_height_cm"], CRD)
    note = result.notes[0]
    assert "2025-06-10、2025-09-12 の 2 回" in note.ja and "--date" in note.ja
    assert "2025-09-12、2025-09-14(4 区)" in note.ja, "a round of three days is one"
    assert not any("注意: 使った観察日" in one.ja for one in result.notes)


def test_plots_with_other_last_rounds_are_said(trial_project: Project) -> None:
    _heights(
        trial_project,
        *[(f"T1-{n}", "2025-06-10", "10") for n in (1, 2, 3, 4)],
        *[(f"T1-{n}", "2025-09-12", "90") for n in (1, 2, 3)],
    )
    notes = day_notes(trial_values_of(trial_project, "T1"), "plant_height_cm")
    assert "2025-06-10(1 区)、2025-09-12(3 区)" in notes[0].ja
    assert "区によって違います" in notes[1].ja and "differ" in notes[1].en


def test_one_round_needs_no_words(trial_project: Project) -> None:
    _heights(trial_project, ("T1-1", "2025-06-10", "10"), ("T1-2", "2025-06-13", "12"))
    assert day_notes(trial_values_of(trial_project, "T1"), "plant_height_cm") == []


def test_all_gives_every_round_its_own_analysis(trial_project: Project) -> None:
    _two_days(trial_project)
    results = analyse_trial(trial_project, ["T1"], ["plant_height_cm"], CRD, When("all"))
    assert [one.trait for one in results] == ["plant_height_cm@2025-06-10", "plant_height_cm@2025-09-12"]
    assert sorted(results[0].residuals["value"]) == [11, 12, 13, 14]
    table = summarise_trial(trial_project, "T1", When("all"))
    assert table["day"].tolist() == ["2025-06-10", "2025-06-10", "2025-09-12/2025-09-14", "2025-09-12"]


def test_an_undecided_last_day_is_not_replaced_by_an_earlier_one(trial_project: Project) -> None:
    _heights(trial_project, ("T1-1", "2025-06-10", "10"), ("T1-2", "2025-09-12", "90"))
    for value in ("80", "95"):
        row = {"plot_code": "T1-1", "trait": "plant_height_cm", "value": value, "happened_at": "2025-09-12"}
        record_rows(trial_project, "observation", {key: [cell] for key, cell in row.items()})
    values = trial_values_of(trial_project, "T1").set_index("plot_code")
    assert values.loc["T1-1", "value"] != values.loc["T1-1", "value"]
    assert values.loc["T1-1", "undecided"] == 2


def test_cuts_add_up_and_are_said_with_the_plots_that_have_fewer(trial_project: Project) -> None:
    cuts = [("T1-1", "2025-07-01", "2"), ("T1-2", "2025-07-01", "3"), ("T1-1", "2025-10-01", "4")]
    record_rows(
        trial_project,
        "harvest",
        {
            "trial_code": ["T1"] * 3,
            "plot_code": [plot for plot, _, _ in cuts],
            "happened_at": [day for _, day, _ in cuts],
            "fresh_kg": [kg for _, _, kg in cuts],
        },
    )
    trait = "yield_fresh_kg_per_10a"
    for rule in ("last", "first", "mean"):
        values = trial_values_of(trial_project, "T1", When(rule))
        assert values.sort_values("plot_code")["value"].tolist() == pytest.approx([600, 300])
    notes = day_notes(values, trait)
    assert "足し合わせました" in notes[0].ja and "2025-07-01、2025-10-01" in notes[0].ja
    assert "少ない区: T1-2" in notes[1].ja
    first = trial_values_of(trial_project, "T1", read_when("2025-07-01"))
    assert first.sort_values("plot_code")["value"].tolist() == pytest.approx([200, 300])
    assert "合計ではありません" in day_notes(first, trait)[0].ja


@pytest.mark.parametrize("written", ["いつか", "2025-13-01", ""])
def test_a_day_that_cannot_be_read(written: str) -> None:
    with pytest.raises(UsageError, match="last"):
        read_when(written)


def test_a_day_without_observations_names_those_there_are(trial_project: Project) -> None:
    _two_days(trial_project)
    with pytest.raises(UsageError, match="2025-06-10"):
        summarise_trial(trial_project, "T1", read_when("2025-08-01"))


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 28)), min_size=1, max_size=40))
def test_a_round_is_short_and_meets_no_plot_twice(seen: list[tuple[int, int]]) -> None:
    frame = pd.DataFrame(
        [(f"p{plot}", f"2025-06-{day:02d}") for plot, day in seen], columns=["plot", "day"]
    ).drop_duplicates()
    frame["round"] = frame["day"].map(rounds_of(frame["plot"], frame["day"]))
    assert (frame["round"] <= frame["day"]).all()
    assert not frame.duplicated(["plot", "round"]).any()
    length = pd.to_datetime(frame["day"]) - pd.to_datetime(frame["round"])
    assert length.dt.days.max() <= 6


@pytest.mark.parametrize(
    ("words", "trait"),
    [
        ("乾物収量", "yield_dry_kg_per_10a"),
        ("乾燥", "yield_dry_kg_per_10a"),
        ("Dry yield", "yield_dry_kg_per_10a"),
        ("草丈", "plant_height_cm"),
        ("ｐｌａｎｔ　ｈｅｉｇｈｔ", "plant_height_cm"),
        ("height", "plant_height_cm"),
    ],
)
def test_traits_go_by_the_names_that_people_have(words: str, trait: str) -> None:
    known = ["yield_dry_kg_per_10a", "yield_fresh_kg_per_10a", "plant_height_cm"]
    assert find_trait(words, known, Text("ここ", "here")) == trait


@pytest.mark.parametrize(
    ("words", "hint"), [("収量", "乾燥収量"), ("yield", "yield_fresh"), ("草竹", "草丈"), ("zzz", "草丈")]
)
def test_a_name_that_fits_none_or_several_lists_what_is_near(words: str, hint: str) -> None:
    known = ["yield_dry_kg_per_10a", "yield_fresh_kg_per_10a", "plant_height_cm"]
    with pytest.raises(UsageError, match=hint):
        find_trait(words, known, Text("ここ", "here"))
