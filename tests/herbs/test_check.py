"""A catalogue of one's own is checked: every wrong row is named with its place and how to mend it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import kanpo.herbs
from kanpo.errors import InputUnusable, Problem
from kanpo.herbs import check_catalogue, load_catalogue

SHIPPED = Path(kanpo.herbs.__file__).parent / "catalogue"
Change = Callable[[str, str, str], Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped catalogue."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "catalogue"))


@pytest.fixture
def change(folder: Path) -> Change:
    """Replace the first `old` of a file in the copy by `new`."""

    def replace(file: str, old: str, new: str) -> Path:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return replace


def codes(folder: Path) -> set[str]:
    return {problem.code.removeprefix("catalogue.") for problem in check_catalogue(folder)}


def test_a_copy_is_in_order_and_equal(folder: Path) -> None:
    assert check_catalogue(folder) == []
    assert load_catalogue(folder).digest == load_catalogue().digest


def test_a_local_agronomists_row_overrides_and_changes_the_digest(change: Change) -> None:
    row = "shakuyaku,warmth_index_c_month,trapezoid,30,45,115,150,,3,0,"
    folder = change("requirements.csv", row, row.replace("115,150", "98,110"))
    mended = load_catalogue(folder)
    assert mended.requirements_of("shakuyaku")[0].corners == (30.0, 45.0, 98.0, 110.0)
    assert mended.digest != load_catalogue().digest


def test_an_edited_folder_is_read_anew(change: Change, folder: Path) -> None:
    before = load_catalogue(folder).digest
    change("requirements.csv", SNOW, SNOW.replace("80,250", "90,250"))
    assert load_catalogue(folder).digest != before


SNOW = "botanpi,max_snow_depth_cm,trapezoid,,,80,250,,1,0,general,low"
PH = "*,soil_ph,trapezoid,4,5.5,6.8,8.5,,1,1,general; expert,low"
BELL = PH.removesuffix(",general; expert,low")
DRAINAGE = "well=1;moderate=0.8;imperfect=0.35;poor=0.05"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (SNOW, SNOW.replace("80,250", "250,80"), "corners-order"),
        (SNOW, SNOW.replace("80,250", "80,"), "corners-open"),
        (SNOW, SNOW.replace(",,,80,250", ",,,,"), "corners-open"),
        (SNOW, SNOW.replace("80,250", "eight,250"), "corner"),
        (SNOW, SNOW.replace("80,250", "80,inf"), "corner"),
        (SNOW, SNOW.replace("80,250", "80,2500"), "corners-range"),
        ("*,soil_ph,trapezoid,4", "*,soil_ph,trapezoid,-4", "corners-range"),
        (SNOW, SNOW.replace("max_snow_depth_cm", "snow"), "unknown-factor"),
        (SNOW, SNOW.replace("botanpi,", "togi,"), "unknown-herb"),
        (SNOW, SNOW.replace("trapezoid", "classes"), "kind"),
        (SNOW, SNOW.replace("250,,", "250,flat=1,"), "kind"),
        (SNOW, SNOW.replace(",1,0,", ",-1,0,"), "weight"),
        (SNOW, SNOW.replace(",1,0,", ",,0,"), "weight"),
        (SNOW, SNOW.replace(",1,0,", ",1,yes,"), "knock-out"),
        (SNOW, SNOW.replace("general", "hearsay"), "unknown-source"),
        (SNOW, SNOW.replace("low", "sure"), "confidence"),
        (SNOW, f"{SNOW},\n{SNOW}", "repeated"),
        (SNOW, f"{SNOW},a note, with a comma", "cells"),
        (DRAINAGE, DRAINAGE.replace("moderate=0.8;", ""), "classes"),
        (DRAINAGE, DRAINAGE.replace("moderate", "middling"), "classes"),
        (DRAINAGE, DRAINAGE.replace("moderate=0.8", "moderate=good"), "classes"),
        (DRAINAGE, DRAINAGE.replace("well=1", "well=1;well=0.5"), "classes"),
        (DRAINAGE, DRAINAGE.replace("well=1", "well=1.5"), "membership"),
        (DRAINAGE, DRAINAGE.replace("well=1", "well=-0.1"), "membership"),
        ("*,sunlight,classes,,,,", "*,sunlight,classes,1,2,3,4", "kind"),
        ("*,sunlight,classes", "*,sunlight,piecewise", "kind"),
        (BELL, "*,soil_ph,gaussian,6,0,,,,1,0", "bell"),
        (BELL, "*,soil_ph,gaussian,6,-0.5,,,,1,0", "bell"),
        (BELL, "*,soil_ph,gaussian,6,1e-300,,,,1,0", "bell"),
        (BELL, "*,soil_ph,gaussian,6,1e300,,,,1,0", "corner"),
        (SNOW, SNOW.replace(",1,0,", ",1e308,0,"), "weight"),
        (SNOW, SNOW.replace(",1,0,", ",1e-308,0,"), "weight"),
        (SNOW, SNOW.replace(",1,0,", ",inf,0,"), "weight"),
        (BELL, "*,soil_ph,gaussian,6,,,,,1,0", "bell"),
        (BELL, "*,soil_ph,gaussian,6,wide,,,,1,0", "corner"),
        (BELL, "*,soil_ph,gaussian,60,0.5,,,,1,0", "corners-range"),
        (BELL, "*,soil_ph,gaussian,6,0.5,7,,,1,0", "kind"),
        (BELL, "*,soil_ph,piecewise,,,,,4=0;7=1;6=0.5,1,0", "points-order"),
        (BELL, "*,soil_ph,piecewise,,,,,4=0;4=1,1,0", "points-order"),
        (BELL, "*,soil_ph,piecewise,,,,,4=0,1,0", "points"),
        (BELL, "*,soil_ph,piecewise,,,,,4=0;acid=1,1,0", "points"),
        (BELL, "*,soil_ph,piecewise,,,,,4=0;7:1,1,0", "points"),
        (BELL, "*,soil_ph,piecewise,,,,,4=0;6=1.2,1,0", "membership"),
        (BELL, "*,soil_ph,piecewise,,,,,4=0;60=1,1,0", "corners-range"),
        (BELL, "*,soil_ph,piecewise,1,,,,4=0;6=1,1,0", "kind"),
    ],
)
def test_a_wrong_requirement_is_named(change: Change, old: str, new: str, code: str) -> None:
    folder = change("requirements.csv", old, new)
    assert code in codes(folder)
    with pytest.raises(InputUnusable):
        load_catalogue(folder)


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("herbs.csv", "hokkai_toki,", "toki,", "repeated"),
        ("herbs.csv", ",perennial,2,", ",perennial,two,", "number"),
        ("herbs.csv", ",perennial,2,", ",perennial,0,", "number"),
        ("herbs.csv", ",perennial,2,", ",perennial,2.5,", "number"),
        ("herbs.csv", ",8000,", ",8000本,", "number"),
        ("herbs.csv", ",8000,", ",1e308,", "number"),
        ("herbs.csv", ",perennial,2,", ",perennial,9999999999,", "number"),
        ("herbs.csv", ",150,250,", ",250,150,", "range"),
        ("herbs.csv", "nibn; nibn_29; nara; shibata16", "nibn; nobody", "unknown-source"),
        ("quality.csv", ",35.0,,", ",thirty,,", "number"),
        ("quality.csv", ",35.0,,", ",35.0,30.0,", "range"),
        ("quality.csv", "toki,extract", "togi,extract", "unknown-herb"),
        ("market.csv", ",22000,", ",many,", "number"),
        ("operations.csv", "toki,nursery_sowing,1", "toki,nursery_sowing,first", "number"),
    ],
)
def test_a_wrong_row_of_another_file_is_named(
    change: Change, file: str, old: str, new: str, code: str
) -> None:
    folder = change(file, old, new)
    found = [problem for problem in check_catalogue(folder) if problem.code == f"catalogue.{code}"]
    assert found and found[0].place.file == file and found[0].place.row is not None
    with pytest.raises(InputUnusable):
        load_catalogue(folder)


def test_other_curves_are_read_and_told_in_words(change: Change) -> None:
    change("requirements.csv", BELL, "*,soil_ph,gaussian,6,0.5,,,,1,0")
    folder = change(
        "requirements.csv", SNOW, "botanpi,max_snow_depth_cm,piecewise,,,,,0=1;80=0.8;250=0,1,0,general,low"
    )
    assert check_catalogue(folder) == []
    needs = {need.factor: need for need in load_catalogue(folder).requirements_of("botanpi")}
    assert (needs["soil_ph"].bell, needs["soil_ph"].kind) == ((6.0, 0.5), "gaussian")
    assert needs["max_snow_depth_cm"].points == ((0.0, 1.0), (80.0, 0.8), (250.0, 0.0))
    assert "0.61" in needs["soil_ph"].text.en and "0.61" in needs["soil_ph"].text.ja
    snow = needs["max_snow_depth_cm"].text
    assert "0.8 at 80 cm" in snow.en and "80cmで 0.8" in snow.ja


def test_a_wrong_point_is_told_with_its_cell(change: Change) -> None:
    folder = change("requirements.csv", BELL, "*,soil_ph,piecewise,,,,,4=0;7=1;6=0.5,1,0")
    (problem,) = check_catalogue(folder)
    assert (problem.place.row, problem.place.column) == (2, "classes")
    assert problem.place.value == "4=0;7=1;6=0.5"


def test_all_problems_are_told_at_once_with_place_value_and_mend(change: Change) -> None:
    change("requirements.csv", BELL, BELL.replace("6.8,8.5", "8.5,6.8"))
    folder = change("requirements.csv", "well=1;", "well=7;")
    with pytest.raises(InputUnusable) as caught:
        load_catalogue(folder)
    problems: tuple[Problem, ...] = caught.value.problems
    assert [problem.code for problem in problems] == ["catalogue.corners-order", "catalogue.membership"]
    order = problems[0]
    assert (order.place.file, order.place.row, order.place.column) == ("requirements.csv", 2, "a,b,c,d")
    assert "8.5" in str(order.place.value)
    for problem in problems:
        assert problem.what.ja and problem.what.en and problem.mend.ja and problem.mend.en


def test_weights_that_are_all_zero_are_seen_though_the_replaced_default_row_is_not(folder: Path) -> None:
    """A herb whose own rows replace every weighted default by a weight of 0 has nothing to weigh."""
    lines = (folder / "requirements.csv").read_text(encoding="utf-8").splitlines()
    header, default = lines[0], PH + ","
    own = [f"{herb}{PH[1:]}," for herb in load_catalogue().herbs]
    own[0] = own[0].replace(",1,1,", ",0,1,")
    (folder / "requirements.csv").write_text("\n".join([header, default, *own]) + "\n", encoding="utf-8")
    problems = check_catalogue(folder)
    assert [problem.code for problem in problems] == ["catalogue.weights-zero"]
    assert "toki" in problems[0].what.ja


def test_a_missing_file_and_a_wrong_encoding_are_told(folder: Path) -> None:
    (folder / "market.csv").unlink()
    (folder / "herbs.csv").write_bytes("herb_id,crude_drug_ja\ntoki,当帰\n".encode("cp932"))
    assert codes(folder) == {"missing", "encoding"}


def test_excels_byte_order_mark_and_line_ends_are_read(folder: Path) -> None:
    for file in folder.glob("*.csv"):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    assert check_catalogue(folder) == []
    assert load_catalogue(folder).digest == load_catalogue().digest


def test_a_note_may_hold_a_line_break_and_text_that_looks_like_code(folder: Path) -> None:
    file = folder / "requirements.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[1].startswith(PH)
    lines[1] = f'{PH},"{{x}} <script>alert(1)</script>\n=1+1"'
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert check_catalogue(folder) == []
    ph = next(need for need in load_catalogue(folder).requirements_of("toki") if need.factor == "soil_ph")
    assert ph.note == "{x} <script>alert(1)</script>\n=1+1"


def test_an_empty_file_is_not_a_catalogue(folder: Path) -> None:
    (folder / "requirements.csv").write_text("", encoding="utf-8")
    with pytest.raises(InputUnusable):
        load_catalogue(folder)
