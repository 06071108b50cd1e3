"""A packed lot goes back to its plots, and a plot forward to its customers."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kanpo.errors import UsageError
from kanpo.locale import use_language
from kanpo.lots import read_book, trace_lot, trace_text
from kanpo.store import Project
from kanpo.trials import correct_record, record_rows
from tests.lots.made_up import HARVESTS, step, two_plots, write


def test_a_packed_lot_is_traced_to_both_plots_and_to_its_customer(trial_project: Project) -> None:
    two_plots(trial_project)
    book = read_book(trial_project)
    trace = trace_lot(book, "PACK-1")
    assert trace.plots == {("T1", "T1-1"), ("T1", "T1-3")}
    assert trace.parcels == {"P1"}
    assert trace.seeds == {"苗2024-3"}
    assert trace.customers == {"C01"}
    assert trace.lots_before == {"A", "B", "A-D", "B-D", "M", "M1"}
    assert trace_lot(book, "B").lots_after == {"B-D", "M", "M1", "M2", "PACK-1"}
    assert trace_lot(book, "M2").customers == frozenset(), "the other half was not shipped"


def test_the_tree_shows_masses_work_seed_and_where(trial_project: Project) -> None:
    two_plots(trial_project)
    trace = trace_lot(read_book(trial_project), "PACK-1")
    text = trace_text(trace.back)
    for part in (
        "ロット PACK-1",
        "2025-12-01 混合 25 kg",
        "試験区 T1-3",
        "苗2024-3",
        "ひげ根",
        "筆 P1",
        "定植",
    ):
        assert part in text.ja, part
    assert "2025-12-01 mixing 25 kg" in text.en and "plot T1-3" in text.en
    assert "出荷先 C01" in trace_text(trace.forward).ja
    kinds = {node.kind for node in trace.back.walk()}
    assert kinds == {"lot", "step", "harvest", "plot", "operation"}


def test_a_lot_that_is_reached_twice_is_opened_once(trial_project: Project) -> None:
    write(trial_project, "harvest", HARVESTS[0])
    write(
        trial_project,
        "lot_step",
        step("2025-11-12", "splitting", "A=40", "A1=20; A2=20"),
        step("2025-11-13", "mixing", "A1=20; A2=20", "AA=40"),
    )
    nodes = list(trace_lot(read_book(trial_project), "AA").back.walk())
    again = [node for node in nodes if node.kind == "lot" and node.key == "A"]
    assert [node.repeated for node in again] == [False, True]
    assert sum(node.kind == "harvest" for node in nodes) == 1


def test_a_lot_from_elsewhere_says_so(trial_project: Project) -> None:
    row = {
        "happened_at": "2025-11-01",
        "lot_id": "X",
        "parcel_id": "P2",
        "mass_kg": "30",
        "seed_lot": "購入苗",
    }
    assert write(trial_project, "lot", row | {"herb_id": "toki"}).stored == 1
    book = read_book(trial_project)
    trace = trace_lot(book, "X")
    assert (trace.parcels, trace.seeds) == ({"P2"}, {"購入苗"})
    assert book.herbs_of("X") == {"toki"}
    assert "受入" in trace_text(trace.back).ja


def test_the_herb_of_a_lot_is_that_of_its_trials(trial_project: Project) -> None:
    two_plots(trial_project)
    assert read_book(trial_project).herbs_of("PACK-1") == {"toki"}


def test_a_corrected_step_counts_and_the_one_before_does_not(trial_project: Project) -> None:
    two_plots(trial_project)
    steps = trial_project.journal.read("lot_step")
    mixing = steps.loc[steps["step"] == "mixing", "record_id"].iloc[0]
    report = correct_record(trial_project, mixing, {"inputs": "A-D=10", "outputs": "M=10"}, "Bは混ぜていない")
    assert report.stored == 1
    assert trace_lot(read_book(trial_project), "PACK-1").plots == {("T1", "T1-1")}


def test_an_unknown_lot_is_named_with_the_nearest(trial_project: Project) -> None:
    two_plots(trial_project)
    with pytest.raises(UsageError, match="PACK-1"):
        trace_lot(read_book(trial_project), "PACK1")


@pytest.mark.parametrize(
    ("row", "code", "column", "hint"),
    [
        (step("2025-12-11", "packing", "M3=1", "Q=1"), "record.unknown-inputs", "inputs", "M"),
        (step("2025-12-11", "packing", "M2=-1", "Q=1"), "lot.negative-mass", "inputs", "0以上"),
        (step("2025-12-11", "packing", "M2=500 g", "Q=1"), "lot.unit", "inputs", "M2=0.5"),
        (step("2025-12-11", "packing", "M2", "Q=1"), "lot.masses", "inputs", "L1=12.5"),
        (step("2025-12-11", "packing", "M2=1; M2=1", "Q=1"), "lot.twice", "inputs", "1度だけ"),
        (step("2025-12-02", "packing", "M2=1", "Q=1"), "lot.before-it-exists", "happened_at", "訂正"),
        (step("2025-12-11", "mixing", "M2=1; PACK-1=1", "M=2"), "lot.cycle", "outputs", "新しい番号"),
        (step("2025-12-11", "packing", "M2=1", "M2=1"), "lot.cycle", "outputs", "新しい番号"),
        (step("2025-12-11", "packing", "M2=1"), "value.missing", "outputs", "入れて"),
        (step("2025-12-11", "shipping", "M2=1"), "value.missing", "customer_code", "入れて"),
        (step("2025-12-11", "冷凍", "M2=1", "Q=1"), "value.not-in-list", "step", "選べる"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place_and_how_to_mend_it(
    trial_project: Project, row: dict[str, str], code: str, column: str, hint: str
) -> None:
    two_plots(trial_project)
    columns = {key: [value] for key, value in row.items()}
    report = record_rows(trial_project, "lot_step", columns, file="工程.csv")
    assert report.rejected == {2} and not report.stored
    problem = next(problem for problem in report.problems if problem.code == code)
    assert (problem.place.file, problem.place.row, problem.place.column) == ("工程.csv", 2, column)
    assert problem.place.value is not None or code == "value.missing"
    assert hint in problem.mend.ja
    with use_language("en"):
        assert problem.mend.en


def test_lots_are_read_as_people_write_them(trial_project: Project) -> None:
    two_plots(trial_project)
    report = write(trial_project, "lot_step", step("2025-12-11", "包装", "M2 ＝ １０kg、M1=0", "①号=１０"))
    assert report.stored == 1
    stored = trial_project.journal.read("lot_step").iloc[-1]
    assert (stored["inputs"], stored["outputs"]) == ("M2=10; M1=0", "①号=10")


def test_rows_of_one_file_may_stand_in_any_order(trial_project: Project) -> None:
    assert write(trial_project, "harvest", *HARVESTS).stored == 2
    assert write(trial_project, "lot_step", *STEPS_BACKWARDS).stored == 2
    cycle = write(
        trial_project,
        "lot_step",
        step("2025-12-20", "mixing", "Y=1", "Z=1"),
        step("2025-12-20", "mixing", "Z=1", "Y=1"),
    )
    assert cycle.rejected == {3}


STEPS_BACKWARDS = (
    step("2025-12-10", "packing", "A-D=10", "PACK-9=10"),
    step("2025-11-20", "drying", "A=40", "A-D=10"),
)


def test_a_project_that_an_older_kanpo_left_shows_its_lots(tmp_path: Path) -> None:
    """Views of kinds and fields that came later are made when the file is opened, also for reading."""
    path = tmp_path / "old.gpkg"
    Project.create(path).close()
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript("DROP VIEW lots; UPDATE kanpo_meta SET value = 'older' WHERE key = 'views'")
    with Project.open(path) as opened:
        assert read_book(opened).lot_ids == ()


def test_what_is_written_about_a_lot_stands_before_what_it_comes_from(trial_project: Project) -> None:
    two_plots(trial_project)
    row = {"happened_at": "2025-12-01", "lot_id": "M", "herb_id": "hokkai_toki"}
    assert write(trial_project, "lot", row).stored == 1
    book = read_book(trial_project)
    assert (book.herbs_of("A"), book.herbs_of("M"), book.herbs_of("PACK-1")) == (
        {"toki"},
        {"hokkai_toki"},
        {"hokkai_toki"},
    )
