"""Nothing gets lost unseen, and nothing comes from nowhere."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.lots import Step, find_faults, lot_table, read_book, step_table, trace_lot, trace_text
from kanpo.lots._book import HarvestOfLot
from kanpo.schema import Portion
from kanpo.store import Project
from kanpo.trials import StepMasses, correct_record, weigh_step
from tests.lots.made_up import HARVESTS, book_of, step, two_plots, write


def test_a_story_that_adds_up_has_no_faults(trial_project: Project) -> None:
    two_plots(trial_project)
    book = read_book(trial_project)
    assert find_faults(book) == ()
    table = lot_table(book).set_index("lot_id")
    assert table.loc["M2", "left_kg"] == pytest.approx(14.5)
    assert table.loc["PACK-1", ["left_kg", "customers"]].tolist() == [0, "C01"]


def test_three_percent_missing_is_flagged_with_where(trial_project: Project) -> None:
    two_plots(trial_project)
    steps = trial_project.journal.read("lot_step")
    packing = steps.loc[steps["step"] == "packing", "record_id"].iloc[0]
    report = correct_record(trial_project, packing, {"outputs": "PACK-1=9.7"}, "量り直し")
    assert [problem.code for problem in report.problems] == ["lot.mass-gap"], "said when written, and kept"
    book = read_book(trial_project)
    gaps = [fault for fault in find_faults(book) if fault.code == "lot.mass-gap"]
    assert [(fault.record_id, fault.lot_id) for fault in gaps] == [(report.record_ids[0], "PACK-1")]
    assert gaps[0].kg == pytest.approx(0.3) and gaps[0].percent == pytest.approx(3)
    assert "包装 M1 → PACK-1" in gaps[0].what.ja and "3.0 %" in gaps[0].what.ja
    table = step_table(book).set_index("record_id")
    assert table.loc[report.record_ids[0], "fault"] == "lot.mass-gap"
    assert (table["fault"] != "").sum() == 1
    assert not [f for f in find_faults(book, tolerance=0.031) if f.code == "lot.mass-gap"]


def test_a_step_in_order_has_a_gap_of_plain_zero(trial_project: Project) -> None:
    rows = (step("2025-11-20", "packing", "X=10", "P=9.9", loss_kg="0.1"),)
    assert write(trial_project, "lot", {"happened_at": "2025-11-01", "lot_id": "X", "mass_kg": "10"}).stored
    assert write(trial_project, "lot_step", *rows).stored == 1
    assert str(step_table(read_book(trial_project))["gap_kg"].iloc[0]) == "0.0"


def test_shipping_more_than_was_packed_is_flagged(trial_project: Project) -> None:
    two_plots(trial_project)
    row = step("2025-12-22", "shipping", "PACK-1=1", customer_code="C02")
    assert write(trial_project, "lot_step", row).stored == 1
    (fault,) = find_faults(read_book(trial_project))
    assert (fault.code, fault.lot_id, fault.kg, fault.percent) == ("lot.overdrawn", "PACK-1", 1, 10)


def test_a_lot_from_nowhere_is_flagged(trial_project: Project) -> None:
    assert write(trial_project, "lot", {"happened_at": "2025-11-01", "lot_id": "X"}).stored == 1
    (fault,) = find_faults(read_book(trial_project))
    assert (fault.code, fault.lot_id) == ("lot.orphan", "X")


def test_what_is_stored_stays_what_it_is_less_the_loss(trial_project: Project) -> None:
    assert write(trial_project, "harvest", HARVESTS[0]).stored == 1
    rows = (
        step("2025-11-12", "storage", "A=40", loss_kg="1", loss_reason="乾き"),
        step("2025-11-20", "storage", "A=39", "A=38.5", loss_kg="0.5"),
        step("2025-11-25", "packing", "A=38.5", "P=38.5"),
    )
    assert write(trial_project, "lot_step", *rows).stored == 3
    book = read_book(trial_project)
    assert find_faults(book) == ()
    assert lot_table(book).set_index("lot_id").loc["A", "left_kg"] == pytest.approx(0)


@pytest.mark.parametrize(
    ("masses", "codes"),
    [
        (StepMasses("drying", (Portion("A", 40),), (Portion("D", 10),)), []),
        (StepMasses("drying", (Portion("A", 40),), (Portion("D", 41),)), ["lot.mass-gap"]),
        (StepMasses("drying", (Portion("A", 40),), (Portion("D", 10),), None, 78, 12), []),
        (
            StepMasses("drying", (Portion("A", 40),), (Portion("D", 10.3),), None, 78, 12),
            ["lot.dry-matter-gap"],
        ),
        (StepMasses("drying", (Portion("A", 40),), (Portion("D", 10),), 29.0), ["lot.mass-gap"]),
        (StepMasses("trimming", (Portion("A", 40),), (Portion("D", 39.2),)), []),
        (StepMasses("trimming", (Portion("A", 40),), (Portion("D", 39.1),)), ["lot.mass-gap"]),
        (StepMasses("trimming", (Portion("A", 40),), (Portion("D", 39.1),), 0.9), []),
        (StepMasses("steaming", (Portion("A", 40),), (Portion("D", 46),)), []),
        (StepMasses("blanching", (Portion("A", 40),), (Portion("D", 36),)), []),
        (StepMasses("blanching", (Portion("A", 40),), (Portion("D", 400),)), ["lot.mass-gap"]),
        (StepMasses("hot_water_kneading", (Portion("A", 40),), (Portion("D", 42),), None, 70, 73), []),
        (
            StepMasses("hot_water_kneading", (Portion("A", 40),), (Portion("D", 42),), None, 70, 65),
            ["lot.dry-matter-gap"],
        ),
        (StepMasses("peeling", (Portion("A", 40),), (Portion("D", 34),)), ["lot.mass-gap"]),
        (StepMasses("peeling", (Portion("A", 40),), (Portion("D", 34),), 6.0), []),
        (StepMasses("mixing", (Portion("A", 0),), (Portion("D", 0),)), []),
    ],
)
def test_a_step_is_weighed_by_its_kind(masses: StepMasses, codes: list[str]) -> None:
    assert [found.code for found in weigh_step(masses)] == codes


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("湯通し", "blanching"),
        ("ゆどおし", "blanching"),
        ("湯もみ", "hot_water_kneading"),
        ("湯揉み", "hot_water_kneading"),
        ("皮去り", "peeling"),
        ("皮むき", "peeling"),
        ("蒸し", "steaming"),
        ("蒸熱", "steaming"),
        ("steaming", "steaming"),
    ],
)
def test_steps_in_hot_water_and_peeling_are_steps_like_the_others(
    trial_project: Project, written: str, key: str
) -> None:
    assert write(trial_project, "harvest", HARVESTS[0]).stored == 1
    rows = (
        step("2025-11-12", written, "A=40", "K=38", loss_kg="2", loss_reason="皮"),
        step("2025-11-20", "乾燥", "K=38", "D=9.5"),
    )
    assert write(trial_project, "lot_step", *rows).stored == 2
    book = read_book(trial_project)
    assert [one.masses.step for one in book.steps] == [key, "drying"] and find_faults(book) == ()
    assert lot_table(book).set_index("lot_id").loc["D", "made_kg"] == 9.5
    work = {"happened_at": "2025-11-12", "trial_code": "T1", "operation": written}
    assert write(trial_project, "operation", work).stored == 1


@st.composite
def processed(draw: st.DrawFn) -> tuple[tuple[HarvestOfLot, ...], tuple[Step, ...]]:
    """Harvests of some plots, then steps that use up whole lots and lose nothing unsaid."""
    count = draw(st.integers(1, 4))
    harvests = tuple(
        HarvestOfLot(f"h{i}", "2025-10-01", "", f"L{i}", "T", f"p{i}", draw(st.floats(5, 500)))
        for i in range(count)
    )
    stock = {harvest.lot_id: harvest.kg or 0.0 for harvest in harvests}
    steps: list[Step] = []
    for number in range(draw(st.integers(1, 8))):
        chosen = draw(st.lists(st.sampled_from(sorted(stock)), min_size=1, max_size=3, unique=True))
        inputs = tuple(Portion(lot, stock.pop(lot)) for lot in chosen)
        whole = sum(portion.kg for portion in inputs)
        name = draw(st.sampled_from(("drying", "mixing", "splitting", "trimming", "packing")))
        loss = whole * draw(st.floats(0, 0.8)) if name in ("drying", "trimming") else 0.0
        shares = draw(st.lists(st.floats(0.1, 1), min_size=1, max_size=3))
        made = tuple(
            Portion(f"S{number}-{i}", (whole - loss) * share / sum(shares)) for i, share in enumerate(shares)
        )
        stock |= {portion.lot_id: portion.kg for portion in made}
        day = f"2025-11-{number + 1:02d}"
        steps.append(Step(f"r{number}", day, "", StepMasses(name, inputs, made, loss)))
    return harvests, tuple(steps)


@settings(max_examples=80, deadline=None)
@given(processed())
def test_mass_that_is_kept_raises_no_fault(story: tuple[tuple[HarvestOfLot, ...], tuple[Step, ...]]) -> None:
    harvests, steps = story
    book = book_of(steps, harvests=harvests)
    assert find_faults(book) == ()
    grown = sum(harvest.kg or 0 for harvest in harvests)
    lost = sum(one.masses.loss_kg or 0 for one in steps)
    assert lot_table(book)["left_kg"].sum() + lost == pytest.approx(grown)


@settings(max_examples=80, deadline=None)
@given(processed(), st.data())
def test_one_wrong_mass_is_flagged_at_its_step(
    story: tuple[tuple[HarvestOfLot, ...], tuple[Step, ...]], data: st.DataObject
) -> None:
    harvests, steps = story
    index = data.draw(st.integers(0, len(steps) - 1))
    wrong, masses = steps[index], steps[index].masses
    side = data.draw(st.sampled_from(("inputs", "outputs")))
    portions: list[Portion] = list(getattr(masses, side))
    at = data.draw(st.integers(0, len(portions) - 1))
    # More than the tolerance of what goes in, also of what goes in after the change.
    off = (masses.in_kg + 0.001) * data.draw(st.floats(0.025, 0.5)) * data.draw(st.sampled_from((1, -1)))
    if portions[at].kg + off < 0:
        off = -off
    portions[at] = replace(portions[at], kg=portions[at].kg + off)
    changed = replace(wrong, masses=replace(masses, **{side: tuple(portions)}))
    book = book_of((*steps[:index], changed, *steps[index + 1 :]), harvests=harvests)
    gaps = {fault.record_id for fault in find_faults(book) if fault.code == "lot.mass-gap"}
    assert gaps == {wrong.record_id}


@settings(max_examples=40, deadline=None)
@given(processed())
def test_a_trace_finds_the_plots_that_another_walk_finds(
    story: tuple[tuple[HarvestOfLot, ...], tuple[Step, ...]],
) -> None:
    harvests, steps = story
    book = book_of(steps, harvests=harvests)
    # Plots flow forward with the steps, in the order in which they were done.
    reached = {harvest.lot_id: {(harvest.trial_code, harvest.plot_code)} for harvest in harvests}
    for one in steps:
        carried = set().union(*(reached[portion.lot_id] for portion in one.masses.inputs))
        for portion in one.masses.outputs:
            reached[portion.lot_id] = carried
    for lot, plots in reached.items():
        trace = trace_lot(book, lot)
        assert trace.plots == plots
        shown = {node.key for node in trace.back.walk() if node.kind == "plot"}
        assert shown == {plot for _, plot in plots}
        assert all(lot in book.after(before) for before in trace.lots_before)


def test_records_that_met_in_a_circle_are_said_and_not_walked_forever() -> None:
    around = tuple(
        Step(f"r{i}", "2025-11-01", "", StepMasses("mixing", (Portion(a, 1),), (Portion(b, 1),)))
        for i, (a, b) in enumerate([("A", "B"), ("B", "C"), ("C", "A")])
    )
    book = book_of(around)
    assert {fault.lot_id for fault in find_faults(book) if fault.code == "lot.cycle"} == {"A", "B", "C"}
    assert trace_lot(book, "A").lots_before == {"B", "C"}


def test_a_chain_of_thousands_is_traced_whole_and_shown_in_part() -> None:
    chain = tuple(
        Step(
            f"r{i}",
            "2025-11-01",
            "",
            StepMasses("storage", (Portion(f"L{i}", 1),), (Portion(f"L{i + 1}", 1),)),
        )
        for i in range(3000)
    )
    book = book_of(chain)
    trace = trace_lot(book, "L3000")
    assert len(trace.lots_before) == 3000
    assert sum(node.kind == "lot" for node in trace.back.walk()) == 101
    assert "kanpo lots trace L2900" in trace_text(trace.back).ja
    assert book.circular == frozenset()
