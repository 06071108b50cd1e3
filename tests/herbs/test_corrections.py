"""What the catalogue says after its correction, and what is refused or named so that it stays so."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

import kanpo.herbs
from kanpo.errors import InputUnusable
from kanpo.herbs import (
    MILD,
    catalogue_notes,
    check_catalogue,
    lay_over,
    least_membership,
    load_catalogue,
    membership_at,
    plants_by_spacing,
    read_overlay,
)
from kanpo.herbs import Requirement as Need
from kanpo.schema import FACTORS
from kanpo.store import OwnCatalogue
from kanpo.suitability import membership

SHIPPED = Path(kanpo.herbs.__file__).parent / "catalogue"
CATALOGUE = load_catalogue()
WORKABILITY = [
    "slope_deg",
    "area_m2",
    "road_access_m",
    "water_access_m",
    "years_abandoned",
    "wildlife_pressure",
]
ROWS = [row for herb_id in CATALOGUE.herbs for row in CATALOGUE.requirements_of(herb_id)]


def need(herb_id: str, factor: str) -> Need:
    return next(row for row in CATALOGUE.requirements_of(herb_id) if row.factor == factor)


def written(folder: Path, file: str, old: str, new: str) -> Path:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "catalogue"))


def test_every_factor_belongs_to_one_of_the_two_numbers() -> None:
    assert [key for key, factor in FACTORS.items() if factor.verdict == "workability"] == [
        factor for factor in FACTORS if factor in WORKABILITY
    ]
    assert {row.factor for row in ROWS}.isdisjoint(WORKABILITY)


@pytest.mark.parametrize("factor", WORKABILITY)
def test_a_requirement_of_workability_is_refused_with_its_mend(folder: Path, factor: str) -> None:
    with (folder / "requirements.csv").open("a", encoding="utf-8") as file:
        kind = "classes" if FACTORS[factor].kind == "class" else "trapezoid"
        file.write(f"toki,{factor},{kind},,,1,2,,1,0,general,low,\n")
    (problem,) = check_catalogue(folder)
    assert (problem.code, problem.place.column, problem.place.value) == (
        "catalogue.workability",
        "factor",
        factor,
    )
    assert "事業性" in problem.what.ja and problem.mend.ja
    with pytest.raises(InputUnusable):
        load_catalogue(folder)


def test_rows_of_workability_that_an_older_kanpo_kept_change_nothing_and_are_shown() -> None:
    cells = {
        "herb_id": "toki",
        "factor": "slope_deg",
        "kind": "trapezoid",
        "a": "",
        "b": "",
        "c": "1",
        "d": "2",
    }
    row = cells | {"weight": "5", "knock_out": "1", "source": "own", "confidence": "low", "row": "2"}
    used = lay_over(CATALOGUE, OwnCatalogue("old.csv", "", (row,), ()))
    assert used.requirements == CATALOGUE.requirements and used.own == ()
    assert [(one.factor, one.row) for one in used.unused] == [("slope_deg", 2)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("poor=0,3,1,nibn; nibn_29; nara", "poor=0.05,3,1,nibn; nibn_29; nara"),
        ("*,soil_ph,trapezoid,4,5.5,6.8,8.5", "*,soil_ph,trapezoid,,,9,11"),
        ("*,soil_ph,trapezoid,4,5.5,6.8,8.5,,1,1", "*,soil_ph,piecewise,,,,,4=0.1;6=1;9=0.2,1,1"),
        ("*,soil_ph,trapezoid,4,5.5,6.8,8.5,,1,1", "*,soil_ph,gaussian,6,3,,,,1,1"),
    ],
)
def test_a_knock_out_that_cannot_exclude_is_refused(folder: Path, old: str, new: str) -> None:
    written(folder, "requirements.csv", old, new)
    found = check_catalogue(folder)
    # A trapezoid that falls to 0 at the end of what is possible does exclude there.
    expected = [] if ",9,11" in new else ["catalogue.knock-out-idle"]
    assert [problem.code for problem in found] == expected
    for problem in found:
        assert problem.place.row and problem.place.column == "knock_out" and problem.mend.ja


def test_an_own_row_cannot_blunt_a_knock_out_unseen(tmp_path: Path) -> None:
    (tmp_path / "requirements.csv").write_text(
        "herb_id,factor,classes,knock_out\n"
        "当帰,排水,well=1;moderate=0.8;imperfect=0.35;poor=0.05,\n"
        "芍薬,排水,well=1;moderate=1;imperfect=0.4;poor=0.1,0\n",
        encoding="utf-8",
    )
    own, problems = read_overlay(tmp_path)
    assert [problem.code for problem in problems] == ["catalogue.knock-out-idle"]
    assert [row["herb_id"] for row in own.rows] == ["shakuyaku"]


def test_every_knock_out_can_exclude_and_no_climate_does() -> None:
    for row in ROWS:
        assert not row.knock_out or least_membership(row) == 0, (row.herb_id, row.factor)
        assert not (row.knock_out and FACTORS[row.factor].topic == "climate")


@pytest.mark.parametrize(
    "herb_id",
    [
        "toki",
        "hokkai_toki",
        "kanzo",
        "ninjin",
        "daio",
        "ogi",
        "mishimasaiko",
        "kikyo",
        "ogon",
        "sojutsu",
        "byakujutsu",
        "obana_okera",
        "oren",
        "senkyu",
        "shakuyaku",
        "benibana",
        "jio",
        "bushi",
    ],
)
def test_wet_land_excludes_where_a_source_or_the_correction_says_so(herb_id: str) -> None:
    row = need(herb_id, "drainage")
    assert row.knock_out and row.classes["poor"] == 0


@pytest.mark.parametrize("herb_id", ["botanpi", "senburi", "obaku", "shiso", "hakka", "hatomugi", "juyaku"])
def test_wet_land_excludes_nothing_that_no_source_says(herb_id: str) -> None:
    assert not need(herb_id, "drainage").knock_out


@pytest.mark.parametrize(
    ("herb_id", "factor", "value", "expected"),
    [
        ("shakuyaku", "warmth_index_c_month", 117, 0.94),
        ("shakuyaku", "soil_depth_cm", 0, 0),
        ("shakuyaku", "soil_depth_cm", 15, 0),
        ("shakuyaku", "soil_depth_cm", 50, 1),
        ("toki", "soil_ph", 3, 0),
        ("toki", "soil_texture", "clay", 0.3),
        ("ninjin", "drainage", "imperfect", 0.15),
        ("ninjin", "sunlight", "full", 1),
        ("daio", "warmth_index_c_month", 102.2, 0.26),
        ("mishimasaiko", "warmth_index_c_month", 102.2, 0.63),
        ("jio", "warmth_index_c_month", 102.2, 0.72),
        ("senkyu", "warmth_index_c_month", 102.2, 0.71),
        ("benibana", "warmth_index_c_month", 126, 1),
        ("hatomugi", "drainage", "imperfect", 1),
    ],
)
def test_the_numbers_that_were_corrected(
    herb_id: str, factor: str, value: float | str, expected: float
) -> None:
    assert membership_at(need(herb_id, factor), value) == pytest.approx(expected, abs=0.005)


def test_a_membership_at_one_value_is_that_of_whole_columns() -> None:
    for row in ROWS:
        factor = FACTORS[row.factor]
        if factor.kind == "class":
            values = list(factor.classes)
            column = np.arange(len(values))
        else:
            column = np.linspace(factor.minimum or 0, factor.maximum or 0, 97)
            values = [float(x) for x in column]
        assert [membership_at(row, x) for x in values] == pytest.approx(membership(row, column).tolist())


def test_gaussian_and_piecewise_curves_too(folder: Path) -> None:
    written(
        folder,
        "requirements.csv",
        "toki,soil_depth_cm,trapezoid,15,40,,",
        "toki,soil_depth_cm,gaussian,40,5,,",
    )
    written(
        folder,
        "requirements.csv",
        "hakka,soil_ph,trapezoid,5,6,7.5,8.5,,",
        "hakka,soil_ph,piecewise,,,,,4=0;6=1;9=0.2,",
    )
    changed = load_catalogue(folder)
    for herb_id, factor in (("toki", "soil_depth_cm"), ("hakka", "soil_ph")):
        (row,) = [one for one in changed.requirements_of(herb_id) if one.factor == factor]
        column = np.linspace(FACTORS[factor].minimum or 0, FACTORS[factor].maximum or 0, 197)
        assert [membership_at(row, float(x)) for x in column] == pytest.approx(
            membership(row, column).tolist()
        )


def test_species_and_crude_drug_belong_together() -> None:
    herbs = CATALOGUE.herbs
    assert herbs["ogi"].species == "Astragalus membranaceus"
    assert herbs["obana_okera"].crude_drug_ja == herbs["byakujutsu"].crude_drug_ja == "白朮"
    assert herbs["obana_okera"].species == "Atractylodes macrocephala"
    assert (herbs["obana_okera"].years_to_harvest, herbs["ogi"].years_to_harvest) == (2, 1)
    assert (herbs["ninjin"].replant_years, herbs["toki"].replant_years) == (10, None)


def test_areas_of_hokkaido_are_of_their_year() -> None:
    areas = CATALOGUE.market[CATALOGUE.market["metric"] == "area_hokkaido"]
    assert len(areas) == 9 and set(areas["fiscal_year"]) == {"2012"}


def test_densities_agree_with_spacing() -> None:
    notes = catalogue_notes(CATALOGUE)
    assert not (notes["note"] == "density").any()
    checked = {key: plants_by_spacing(herb) for key, herb in CATALOGUE.herbs.items()}
    assert checked["toki"] == pytest.approx((6667, 10000), rel=1e-3)
    assert checked["ogon"] == pytest.approx((25000, 25000))
    assert checked["obana_okera"] == pytest.approx((4762, 4762), rel=1e-3)
    assert checked["ninjin"] == pytest.approx((60185, 60185), rel=1e-3)
    assert checked["benibana"] is None, "a band says no number of plants"
    assert sum(able is not None for able in checked.values()) >= 23


@pytest.mark.parametrize(
    ("plants", "named"), [("5300", True), ("100000", True), ("7000", False), ("", False)]
)
def test_a_density_that_contradicts_spacing_is_named(folder: Path, plants: str, named: bool) -> None:
    written(folder, "herbs.csv", '"seed, one-year seedling",8000,', f'"seed, one-year seedling",{plants},')
    notes = catalogue_notes(load_catalogue(folder))
    assert list(notes.loc[notes["note"] == "density", "herb_id"]) == (["toki"] if named else [])


def test_mild_factors_are_named_and_only_they() -> None:
    notes = catalogue_notes(CATALOGUE)
    named = set(notes.loc[notes["note"] == "mild", ["herb_id", "factor"]].itertuples(index=False, name=None))
    assert named == {(row.herb_id, row.factor) for row in ROWS if least_membership(row) >= MILD}
    assert {("*", "soil_texture"), ("hatomugi", "drainage"), ("juyaku", "drainage")} <= named


def test_herbs_that_cannot_be_told_apart_are_named(folder: Path) -> None:
    notes = catalogue_notes(CATALOGUE)
    assert list(notes.loc[notes["note"] == "alike", "herb_id"]) == ["byakujutsu;obana_okera"]
    written(
        folder,
        "requirements.csv",
        "obana_okera,warmth_index_c_month,trapezoid,40,55",
        "obana_okera,warmth_index_c_month,trapezoid,40,60",
    )
    (what,) = (
        row.what for row in catalogue_notes(load_catalogue(folder)).itertuples() if row.note == "alike"
    )
    assert "気候だけ" in what


def test_a_herb_without_a_source_for_what_decides_is_for_reference_only(folder: Path) -> None:
    sourced = {"toki", "hokkai_toki", "shakuyaku", "kikyo", "ninjin", "benibana", "hatomugi"}
    reference = {herb_id for herb_id in CATALOGUE.herbs if CATALOGUE.reference_only(herb_id)}
    assert reference.isdisjoint(sourced) and {"hakka", "senburi", "juyaku"} <= reference
    assert CATALOGUE.unsourced_topics("mishimasaiko") == ("climate",)
    notes = catalogue_notes(CATALOGUE)
    assert set(notes.loc[notes["note"] == "reference", "herb_id"]) == reference
    text = (folder / "requirements.csv").read_text(encoding="utf-8").splitlines()
    lifted = [line.replace(",nibn_7,low,", ",nibn_7,medium,") for line in text]
    (folder / "requirements.csv").write_text("\n".join(lifted) + "\n", encoding="utf-8")
    assert not load_catalogue(folder).reference_only("mishimasaiko")


def test_every_source_that_is_named_stands_in_sources_and_says_what_was_read() -> None:
    seen = dict(zip(CATALOGUE.sources["source_id"], CATALOGUE.sources["seen"], strict=True))
    assert len(seen) == len(CATALOGUE.sources) and all(seen.values())
    named = set()
    for file in SHIPPED.glob("*.csv"):
        for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines()):
            for key in ("source", "cost_source"):
                named |= {part.strip() for part in (row.get(key) or "").split(";") if part.strip()}
    assert named <= set(seen)


def test_an_older_folder_without_the_new_tables_still_loads(folder: Path) -> None:
    for name in ("works", "costs", "assumptions", "known_sites"):
        (folder / f"{name}.csv").unlink()
    assert check_catalogue(folder) == []
    assert load_catalogue(folder).works == CATALOGUE.works


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (",117.2,26.9,yes,", ",117.2,26.9,maybe,", "origin"),
        (",117.2,26.9,yes,", ",,26.9,yes,", "origin"),
        (",117.2,26.9,yes,", ",warm,26.9,yes,", "number"),
        ("shakuyaku,富山", "botan,富山", "unknown-herb"),
    ],
)
def test_a_wrong_place_is_named(folder: Path, old: str, new: str, code: str) -> None:
    written(folder, "known_sites.csv", old, new)
    found = check_catalogue(folder)
    assert f"catalogue.{code}" in {problem.code for problem in found}
    assert all(problem.place.file == "known_sites.csv" and problem.place.row == 2 for problem in found)
