"""A user's own rows over the shipped catalogue: only what they say changes, and bad rows change nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from kanpo.errors import InputUnusable
from kanpo.herbs import catalogue_diff, lay_over, load_catalogue, project_catalogue, read_overlay
from kanpo.store import Project

SHIPPED = load_catalogue()
HEAD = "herb_id,factor,a,b,c,d,classes,weight,knock_out,source,note\n"


def written(folder: Path, *rows: str, head: str = HEAD, encoding: str = "utf-8") -> Path:
    (folder / "requirements.csv").write_text(head + "\n".join(rows) + "\n", encoding=encoding)
    return folder


def test_only_the_named_row_changes(tmp_path: Path) -> None:
    own, problems = read_overlay(written(tmp_path, "toki,soil_ph,5,5.8,6.5,7,,2,,,県の試験"))
    found = lay_over(SHIPPED, own)
    assert problems == [] and found.digest != SHIPPED.digest
    for herb_id in SHIPPED.herbs:
        for before, after in zip(
            SHIPPED.requirements_of(herb_id), found.requirements_of(herb_id), strict=True
        ):
            if (herb_id, before.factor) == ("toki", "soil_ph"):
                assert after.corners == (5, 5.8, 6.5, 7) and after.weight == 2
                assert (after.file, after.row) == (f"{tmp_path.name}/requirements.csv", 2)
                assert (after.confidence, after.note) == ("low", "県の試験")
                assert "own row" in found.source_title(after.source)
            else:
                assert after == before


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("トウキ,soil_ph,gaussian,6,1e-300,,,,2,,,", "catalogue.bell"),
        ("当帰,有効土層深,gaussian,40,1e9,,,,2,,,", "catalogue.bell"),
        ("当帰,土壌pH(H2O),trapezoid,5,5.8,6.5,7,,1e308,,,", "catalogue.weight"),
        ("当帰,土壌pH(H2O),trapezoid,5,5.8,6.5,7,,1e-320,,,", "catalogue.weight"),
        ("当帰,土壌pH(H2O),trapezoid,5,5.8,6.5,7,,nan,,,", "catalogue.weight"),
    ],
)
def test_curves_and_weights_that_overflow_are_refused_with_their_bounds(
    tmp_path: Path, row: str, code: str
) -> None:
    head = "herb_id,factor,kind,a,b,c,d,classes,weight,knock_out,source,note\n"
    with pytest.raises(InputUnusable) as caught:
        read_overlay(written(tmp_path, row, head=head))
    (problem,) = caught.value.problems
    assert problem.code == code and problem.place.row == 2
    assert any(sign.isdigit() for sign in problem.what.ja), "the bounds are named"


def test_names_in_japanese_cp932_and_blank_cells_are_read(tmp_path: Path) -> None:
    folder = written(tmp_path, "牡丹皮,最深積雪,,,５,１５,,,,,", ",,,,,,,,,,", encoding="cp932")
    own, problems = read_overlay(folder)
    (row,) = lay_over(SHIPPED, own).own
    (before,) = [one for one in SHIPPED.requirements_of("botanpi") if one.factor == "max_snow_depth_cm"]
    assert problems == [] and (row.herb_id, row.factor, row.corners) == (
        "botanpi",
        "max_snow_depth_cm",
        (None, None, 5, 15),
    )
    assert (row.weight, row.knock_out) == (before.weight, before.knock_out), "a blank keeps what is shipped"


def test_a_default_does_not_override_what_a_herb_has_of_its_own(tmp_path: Path) -> None:
    own, _ = read_overlay(written(tmp_path, "*,soil_ph,4,5,6,7,,,,,"))
    found = lay_over(SHIPPED, own)
    for herb_id in SHIPPED.herbs:
        (before,) = [one for one in SHIPPED.requirements_of(herb_id) if one.factor == "soil_ph"]
        (after,) = [one for one in found.requirements_of(herb_id) if one.factor == "soil_ph"]
        assert after.corners == ((4, 5, 6, 7) if before.herb_id == "*" else before.corners)


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("toki,soil_ph,7,6,5,4,,,,,", "catalogue.corners-order", "a,b,c,d"),
        ("toki,soil_ph,5,5.8,6.5,20,,,,,", "catalogue.corners-range", "a,b,c,d"),
        ("toki,勾配,,,5,15,,,,,", "catalogue.unknown-factor", "factor"),
        ("ほうれん草,max_snow_depth_cm,,,5,15,,,,,", "catalogue.unknown-herb", "herb_id"),
        ("toki,max_snow_depth_cm,,,5,15,,-1,,,", "catalogue.weight", "weight"),
        ("toki,max_snow_depth_cm,,,5,15°,,,,,", "catalogue.corner", "d"),
        ("toki,drainage,,,,,well=1;poor=0,,,,", "catalogue.classes", "classes"),
        ("toki,max_snow_depth_cm,,,5,15,,,はい,,", "catalogue.knock-out", "knock_out"),
        ("toki,max_snow_depth_cm,,,5,15,,,,無い本,", "catalogue.unknown-source", "source"),
        ("daio,soil_ph,5,5.8,6.5,7,,,,,", "catalogue.repeated", "herb_id,factor"),
    ],
)
def test_a_bad_row_is_named_and_the_others_go_on(tmp_path: Path, row: str, code: str, column: str) -> None:
    own, problems = read_overlay(written(tmp_path, "daio,soil_ph,5,5.8,6.5,7,,,,,", row))
    (problem,) = problems
    assert (problem.code, problem.place.row, problem.place.column) == (code, 3, column)
    assert problem.mend.ja and problem.mend.en
    assert [line["herb_id"] for line in own.rows] == ["daio"]


def test_weights_that_would_all_be_zero_are_left_out(tmp_path: Path) -> None:
    rows = [
        f"toki,{one.factor},{','.join('' if x is None else f'{x:g}' for x in one.corners)},"
        f"{';'.join(f'{key}={value:g}' for key, value in one.classes.items())},0,,,"
        for one in SHIPPED.requirements_of("toki")
    ]
    own, problems = read_overlay(written(tmp_path, *rows, "daio,soil_ph,5,5.8,6.5,7,,,,,"))
    assert {problem.code for problem in problems} == {"catalogue.weights-zero"} and len(problems) == len(rows)
    assert [row["herb_id"] for row in own.rows] == ["daio"]


def test_nothing_usable_is_refused(tmp_path: Path) -> None:
    for head, row in ((HEAD, "toki,勾配,,,5,15,,,,,"), ("生薬,要因\n", "当帰,傾斜"), (HEAD, "")):
        with pytest.raises(InputUnusable):
            read_overlay(written(tmp_path, row, head=head))
    with pytest.raises(InputUnusable):
        read_overlay(tmp_path / "無い")


def test_a_source_of_ones_own_has_its_title(tmp_path: Path) -> None:
    (tmp_path / "sources.csv").write_text("source_id,title\nken,県の栽培指針(架空)\n", encoding="utf-8")
    own, problems = read_overlay(written(tmp_path, "toki,soil_ph,5,5.8,6.5,7,,,,ken,"))
    assert problems == []
    assert lay_over(SHIPPED, own).source_title("ken") == "県の栽培指針(架空)"


def test_a_project_keeps_its_rows_and_lets_them_go(project: Project, tmp_path: Path) -> None:
    assert project_catalogue(project).digest == SHIPPED.digest
    own, _ = read_overlay(written(tmp_path, "toki,soil_ph,5,5.8,6.5,7,,2,,,", "*,soil_depth_cm,10,40,,,,,,,"))
    project.keep_own_catalogue(own)
    with Project.open(project.path) as again:
        found = project_catalogue(again)
    assert found.digest == lay_over(SHIPPED, own).digest
    table = catalogue_diff(found)
    assert list(table["herb_id"]) == ["*", "toki"] and list(table["own_weight"]) == [1.0, 2.0]
    assert list(table["shipped_weight"]) == [1.0, 1.0]
    project.keep_own_catalogue(None)
    assert project_catalogue(project).digest == SHIPPED.digest and catalogue_diff(SHIPPED).empty


HERBS = "herb_id,crude_drug_ja,plant_ja,species,years_to_harvest,plants_per_10a,note\n"


def with_herbs(folder: Path, *rows: str, requirements: tuple[str, ...] = ()) -> Path:
    (folder / "herbs.csv").write_text(HERBS + "\n".join(rows) + "\n", encoding="utf-8")
    return written(folder, *requirements) if requirements else folder


def test_a_herb_of_ones_own_starts_from_the_defaults(tmp_path: Path) -> None:
    folder = with_herbs(
        tmp_path,
        "shikon,紫根,ムラサキ,Lithospermum erythrorhizon,２,,",
        requirements=("紫根,排水,,,,,well=1;moderate=0.7;imperfect=0.2;poor=0,3,1,,",),
    )
    own, problems = read_overlay(folder)
    found = lay_over(SHIPPED, own)
    herb = found.herbs["shikon"]
    assert problems == []
    assert (herb.label.ja, herb.years_to_harvest, herb.plants_per_10a) == ("紫根(ムラサキ)", 2, None)
    assert herb.confidence == "low" and found.own_herbs == ("shikon",)
    (drainage,) = [row for row in found.requirements_of("shikon") if row.factor == "drainage"]
    assert drainage.classes["imperfect"] == 0.2 and drainage.knock_out
    defaults = {row.factor for row in SHIPPED.requirements_of("toki") if row.herb_id == "*"}
    assert defaults <= {row.factor for row in found.requirements_of("shikon")}
    assert {herb_id: found.requirements_of(herb_id) for herb_id in SHIPPED.herbs} == dict(
        SHIPPED.requirements
    ), "nothing else changes"


def test_a_fact_of_a_shipped_herb_is_replaced_alone(tmp_path: Path) -> None:
    own, problems = read_overlay(with_herbs(tmp_path, "toki,,,,3,,県の試験"))
    before, after = SHIPPED.herbs["toki"], lay_over(SHIPPED, own).herbs["toki"]
    assert problems == [] and after.years_to_harvest == 3 and after.note == "県の試験"
    assert (after.label, after.species, after.yield_dry_kg_per_10a_high) == (
        before.label,
        before.species,
        before.yield_dry_kg_per_10a_high,
    )
    assert after.source == "own", "what was changed is not what the shipped source says"


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("Shikon,紫根,ムラサキ,,2,,", "catalogue.herb-id", "herb_id"),
        ("紫根,紫根,ムラサキ,,2,,", "catalogue.herb-id", "herb_id"),
        ("*,紫根,ムラサキ,,2,,", "catalogue.herb-id", "herb_id"),
        ("shikon,,ムラサキ,,2,,", "catalogue.herb-name", "crude_drug_ja"),
        ("shikon,紫根,ムラサキ,,二年,,", "catalogue.number", "years_to_harvest"),
        ("shikon,紫根,ムラサキ,,0,,", "catalogue.number", "years_to_harvest"),
    ],
)
def test_a_bad_herb_is_named_and_the_others_are_used(
    tmp_path: Path, row: str, code: str, column: str
) -> None:
    own, problems = read_overlay(with_herbs(tmp_path, row, "kikuka,菊花,キク,,1,,"))
    ((one),) = problems
    assert (one.code, one.place.column, one.place.row) == (code, column, 2)
    assert one.place.file == f"{tmp_path.name}/herbs.csv"
    assert [herb["herb_id"] for herb in own.herbs] == ["kikuka"]


def test_a_project_keeps_a_herb_of_its_own(project: Project, tmp_path: Path) -> None:
    own, _ = read_overlay(with_herbs(tmp_path, "shikon,紫根,ムラサキ,,2,,"))
    project.keep_own_catalogue(own)
    assert project_catalogue(project).herbs["shikon"].label.ja == "紫根(ムラサキ)"
    project.keep_own_catalogue(None)
    assert "shikon" not in project_catalogue(project).herbs


@pytest.mark.parametrize(
    "row",
    [
        "当帰,排水,classes,,,,,well=1;moderate=0.8;imperfect=0.3;poor=0.01,1,1,,",
        "当帰,土壌pH(H2O),gaussian,6,9,,,,1,1,,",
        "当帰,土壌pH(H2O),piecewise,,,,,2=0.1;11=1,1,1,,",
        "当帰,最深積雪,trapezoid,0,0,,,,1,1,,",
        "当帰,有効土層深,trapezoid,,,500,500,,1,1,,",
    ],
)
def test_a_knock_out_that_excludes_nothing_is_refused_whatever_its_curve(tmp_path: Path, row: str) -> None:
    head = "herb_id,factor,kind,a,b,c,d,classes,weight,knock_out,source,note\n"
    with pytest.raises(InputUnusable) as caught:
        read_overlay(written(tmp_path, row, head=head))
    (problem,) = caught.value.problems
    assert problem.code == "catalogue.knock-out-idle" and problem.place.row == 2
