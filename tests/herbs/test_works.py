"""Works move a factor one way only, own ones lie over those shipped, and what nobody knows is asked for."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import kanpo.herbs
from kanpo.errors import InputUnusable
from kanpo.herbs import Requirement as Need
from kanpo.herbs import (
    Work,
    check_catalogue,
    lay_over,
    load_catalogue,
    lower_corner,
    membership_at,
    project_catalogue,
    read_overlay,
    restoration_of,
    span_of,
)
from kanpo.schema import FACTORS
from kanpo.store import Project

SHIPPED = Path(kanpo.herbs.__file__).parent / "catalogue"
CATALOGUE = load_catalogue()
WORKS = {work.work_id: work for work in CATALOGUE.works}
ROW = "ditches,明渠・心土破砕・高畝"
STEPS = "well=well;moderate=well;imperfect=moderate;poor=imperfect"
SHADE = "full=partial;partial=partial;shade=shade"


def need(herb_id: str, factor: str) -> Need:
    return next(row for row in CATALOGUE.requirements_of(herb_id) if row.factor == factor)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "catalogue"))


def values_of(work: Work) -> np.ndarray:
    factor = FACTORS[work.factor]
    if factor.kind == "class":
        return np.arange(len(factor.classes))
    return np.linspace(factor.minimum or 0, factor.maximum or 0, 401)


@pytest.mark.parametrize("herb_id", list(CATALOGUE.herbs))
def test_what_begins_better_never_ends_worse(herb_id: str) -> None:
    for work in CATALOGUE.works:
        values = values_of(work)
        after = work.after(values, need(herb_id, work.factor))
        assert (np.diff(after) >= 0).all(), work.work_id
        again = work.after(after, need(herb_id, work.factor))
        assert (np.abs(again - after) <= np.abs(after - values).max()).all()
        if not work.herbs and FACTORS[work.factor].kind == "class":
            assert (after <= values).all(), "a work for every herb moves towards the best class"
        if FACTORS[work.factor].kind == "number":
            assert (after >= values).all()


def test_a_work_for_some_herbs_lowers_none_of_them() -> None:
    for work in CATALOGUE.works:
        keys = FACTORS[work.factor].classes
        for herb_id in work.herbs:
            row = need(herb_id, work.factor)
            for key in keys:
                assert membership_at(row, work.classes[key]) >= membership_at(row, key), (
                    work.work_id,
                    herb_id,
                )


@pytest.mark.parametrize("herb_id", list(CATALOGUE.herbs))
def test_lime_goes_to_where_the_herb_is_content_and_never_beyond(herb_id: str) -> None:
    row = need(herb_id, "soil_ph")
    before = np.array([3.0, 5.0, 6.0, 7.9, np.nan])
    after = WORKS["liming"].after(before, row)
    corner = lower_corner(row)
    assert corner is not None
    assert after[:4].tolist() == [max(value, corner) for value in before[:4]] and np.isnan(after[4])
    assert membership_at(row, float(after[0])) == 1


def test_lime_costs_by_the_rise_and_drains_by_the_area() -> None:
    lime = WORKS["liming"].cost(5.0, 5.5)
    assert (lime.yen_low, lime.yen_high) == (2500, 10000)
    assert WORKS["liming"].cost(6.0, 5.5).yen_high == 0
    assert WORKS["ditches"].cost(3, 2).yen_high == 40000
    assert WORKS["shade_frames"].cost().yen_low is None and WORKS["shade_frames"].assumption


def test_ditches_make_one_class_better_and_tile_drains_two() -> None:
    codes = np.array([0, 1, 2, 3, -1])
    assert WORKS["ditches"].after(codes, need("toki", "drainage")).tolist() == [0, 0, 1, 2, -1]
    assert WORKS["tile_drains"].after(codes, need("toki", "drainage")).tolist() == [0, 0, 0, 1, -1]
    assert (
        membership_at(need("ninjin", "drainage"), "poor") == 0
        and membership_at(need("ninjin", "drainage"), "moderate") == 1
    ), "ginseng on waterlogged clay is mended by tile drains"


def test_nothing_makes_soil_more_acid_and_shade_is_for_some_only() -> None:
    assert [work.work_id for work in CATALOGUE.works if work.factor == "soil_ph"] == ["liming"]
    assert WORKS["shade_frames"].serves("ninjin", "field") and not WORKS["shade_frames"].serves(
        "toki", "field"
    )
    assert WORKS["ditches"].serves("toki", "paddy") and not WORKS["ditches"].serves("toki", "other")
    assert WORKS["ditches"].serves("toki", None), "land whose type is not known is not left out"


def test_every_figure_says_how_sure_it_is() -> None:
    for work in CATALOGUE.works:
        assert work.source and work.cost_source and work.confidence and work.cost_confidence
        assert work.money.yen_low is not None or work.assumption
    known = {assumption.key for assumption in CATALOGUE.assumptions}
    for cost in CATALOGUE.costs:
        assert cost.source and cost.confidence
        assert cost.money.yen_low is not None or cost.assumption in known
    assert {"wage_yen_per_hour", "price_yen_per_kg", "accepted_share", "labour_hours_per_10a"} <= known


@pytest.mark.parametrize(
    ("old", "new", "code", "column"),
    [
        (STEPS, STEPS.replace("moderate=well", "moderate=poor"), "work-loops", "to"),
        (STEPS, STEPS.replace("well=well", "well=moderate"), "work-loops", "to"),
        (STEPS, "well=well;moderate=moderate;imperfect=poor;poor=poor", "work-lowers", "to"),
        (STEPS, "well=moderate;moderate=moderate;imperfect=moderate;poor=imperfect", "work-lowers", "to"),
        (STEPS, "well=well;moderate=moderate;imperfect=imperfect;poor=well", "work-order", "to"),
        (STEPS, STEPS.removesuffix(";poor=imperfect"), "classes", "to"),
        (STEPS, STEPS.replace("poor=imperfect", "poor=dry"), "classes", "to"),
        (f"ninjin;oren;senburi,classes,{SHADE}", f"toki,classes,{SHADE}", "work-lowers", "to"),
        (f"ninjin;oren;senburi,classes,{SHADE}", f",classes,{SHADE}", "work-lowers", "to"),
        (f"ninjin;oren;senburi,classes,{SHADE}", f"ginseng,classes,{SHADE}", "unknown-herb", "herbs"),
        ("amount=15;most=50", "amount=-15;most=50", "work-lowers", "to"),
        ("amount=15;most=50", "amount=15", "work-lowers", "to"),
        ("herb_corner,lower_corner", "herb_corner,6.5", "work-to", "to"),
        ("drainage,paddy;field", "slope_deg,paddy;field", "work-factor", "factor"),
        ("drainage,paddy;field", "drainage,rice", "work-land", "land_types"),
        (",10000,40000,4,8,10a,,toyama", ",40000,10000,4,8,10a,,toyama", "range", "yen_low,yen_high"),
        (",10000,40000,4,8,10a,,toyama", ",10000,,4,8,10a,,toyama", "range", "yen_low,yen_high"),
        (",10000,40000,4,8,10a,,toyama", ",cheap,40000,4,8,10a,,toyama", "number", "yen_low"),
        (",10000,40000,4,8,10a,,toyama", ",,,4,8,10a,,toyama", "work-cost", "assumption"),
        (",10000,40000,4,8,10a,,toyama", ",10000,40000,4,8,ha,,toyama", "work-per", "per"),
        (ROW, "Ditches!,明渠", "work-id", "work_id"),
        (ROW, "tile_drains,暗渠", "repeated", "work_id,factor"),
        ("toyama_peony; yakuzen; jeinou_drain,medium", "hearsay,medium", "unknown-source", "source"),
        ("toyama_peony; yakuzen; jeinou_drain,medium", "expert,sure", "confidence", "confidence"),
    ],
)
def test_a_wrong_work_is_named_with_row_and_mend(
    folder: Path, old: str, new: str, code: str, column: str
) -> None:
    text = (folder / "works.csv").read_text(encoding="utf-8")
    assert old in text
    (folder / "works.csv").write_text(text.replace(old, new, 1), encoding="utf-8")
    problems = check_catalogue(folder)
    found = [problem for problem in problems if problem.code == f"catalogue.{code}"]
    assert found, [problem.code for problem in problems]
    assert (found[0].place.file, found[0].place.column) == ("works.csv", column)
    assert found[0].place.row is not None and found[0].mend.ja and found[0].mend.en
    with pytest.raises(InputUnusable):
        load_catalogue(folder)


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("costs.csv", "C01,restoration,", "C01,repair,", "cost-kind"),
        ("costs.csv", ",20000,60000,", ",60000,20000,", "range"),
        ("costs.csv", ",slope_hours_share,", ",a_guess,", "work-cost"),
        ("costs.csv", "C02,", "C01,", "repeated"),
        ("assumptions.csv", "wage_yen_per_hour,project", "wage_yen_per_hour,planet", "assumption"),
        ("assumptions.csv", ",yen/hour,0,10000,", ",yen/hour,10000,0,", "range"),
    ],
)
def test_a_wrong_cost_or_assumption_is_named(folder: Path, file: str, old: str, new: str, code: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    problems = check_catalogue(folder)
    assert f"catalogue.{code}" in {problem.code for problem in problems}
    assert all(problem.place.row is not None for problem in problems)


def test_own_works_lie_over_the_shipped_ones(project: Project, tmp_path: Path) -> None:
    (tmp_path / "works.csv").write_text(
        "work_id,label_ja,要因なし,factor,land_types,kind,to,yen_low,yen_high,note\n"
        "ditches,,,,,,,30000,50000,市の実績\n"
        "soil_dressing,客土,,有効土層深,,add,amount=30;most=80,200000,500000,\n",
        encoding="utf-8",
    )
    own, problems = read_overlay(tmp_path)
    assert problems == []
    used = lay_over(CATALOGUE, own)
    works = {work.work_id: work for work in used.works}
    ditches = works["ditches"]
    assert (ditches.money.yen_low, ditches.money.yen_high, ditches.classes) == (
        30000,
        50000,
        WORKS["ditches"].classes,
    )
    assert (ditches.cost_source, ditches.cost_confidence) == ("own", "low")
    assert (ditches.source, ditches.confidence) == (WORKS["ditches"].source, "medium")
    assert ditches.file == f"{tmp_path.name}/works.csv" and ditches.row == 2
    dressing = works["soil_dressing"]
    assert dressing.after(np.array([20.0, 70.0, 90.0]), need("toki", "soil_depth_cm")).tolist() == [
        50,
        80,
        90,
    ]
    assert used.digest != CATALOGUE.digest and len(used.works) == len(CATALOGUE.works) + 1
    project.keep_own_catalogue(own)
    assert project_catalogue(project).works == used.works
    project.keep_own_catalogue(None)
    assert project_catalogue(project).works == CATALOGUE.works


def test_a_bad_own_work_is_named_and_the_others_are_used(tmp_path: Path) -> None:
    (tmp_path / "works.csv").write_text(
        "work_id,label_ja,factor,kind,to,yen_low,yen_high\n"
        "puddling,代かき,drainage,classes,well=imperfect;moderate=poor;imperfect=poor;poor=poor,1,2\n"
        "swap,入替,drainage,classes,well=well;moderate=well;imperfect=poor;poor=imperfect,1,2\n"
        "liming,,soil_ph,,,9000,30000\n",
        encoding="utf-8",
    )
    own, problems = read_overlay(tmp_path)
    assert [(problem.code, problem.place.row) for problem in problems] == [
        ("catalogue.work-lowers", 2),
        ("catalogue.work-loops", 3),
    ]
    assert [row["work_id"] for row in own.works] == ["liming"]
    (liming,) = [work for work in lay_over(CATALOGUE, own).works if work.work_id == "liming"]
    assert (liming.kind, liming.per, liming.money.yen_high) == ("herb_corner", "unit", 30000)


def test_a_folder_of_bad_works_alone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "works.csv").write_text("work_id,label_ja\nx,\n", encoding="utf-8")
    with pytest.raises(InputUnusable):
        read_overlay(tmp_path)


@pytest.mark.parametrize(
    ("known", "rows"),
    [
        ({}, {"C01", "C02", "C03", "C03-other", "C04"}),
        ({"devastation_class": "B"}, {"C04"}),
        ({"devastation_class": "A", "idle_class": "1_green"}, {"C01", "C02"}),
        ({"devastation_class": "A", "idle_class": "1_green", "years_abandoned": 1.0}, {"C01"}),
        ({"devastation_class": "A", "idle_class": "1_green", "years_abandoned": 30.0}, {"C01", "C02"}),
        ({"devastation_class": "A", "idle_class": "1_yellow", "land_type": "paddy"}, {"C02", "C03"}),
        ({"devastation_class": "A", "idle_class": "1_yellow", "land_type": "other"}, {"C02", "C03-other"}),
        ({"years_abandoned": 20.0, "land_type": "field"}, {"C03", "C04"}),
    ],
)
def test_restoration_is_every_row_that_nothing_known_rules_out(
    known: dict[str, object], rows: set[str]
) -> None:
    found = restoration_of(CATALOGUE.costs, **known)  # type: ignore[arg-type]
    assert {cost.cost_id for cost in found} == rows


def test_learning_narrows_the_cost_of_restoration() -> None:
    wide = span_of(restoration_of(CATALOGUE.costs))
    narrow = span_of(restoration_of(CATALOGUE.costs, devastation_class="A", idle_class="1_green"))
    assert (wide.yen_low, wide.yen_high) == (20000, 1250000)
    assert (narrow.yen_low, narrow.yen_high) == (20000, 120000)
    assert span_of([]).yen_low is None and narrow.hours_low is None
