"""A table of works that makes land worse or goes round in a circle is refused with its row and the mend."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

import kanpo.herbs
from kanpo.errors import InputUnusable
from kanpo.herbs import check_catalogue, read_overlay

_SHIPPED = Path(kanpo.herbs.__file__).parent / "catalogue"


def _catalogue(tmp_path: Path, file: str, row: int, **cells: str) -> Path:
    """The shipped catalogue with some cells of one row changed; the header is row 1."""
    folder = shutil.copytree(_SHIPPED, tmp_path / "catalogue")
    path = folder / file
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    rows[row - 2] |= cells
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return folder


@pytest.mark.parametrize(
    ("file", "cells"),
    [
        ("works.csv", {"to": "well=poor;moderate=well;imperfect=moderate;poor=imperfect"}),
        ("works.csv", {"to": "well=moderate;moderate=well;imperfect=moderate;poor=imperfect"}),
        ("works.csv", {"yen_low": "50000", "yen_high": "10000"}),
        ("works.csv", {"yen_low": "安い"}),
        ("works.csv", {"yen_low": "1", "yen_high": "1e300"}),
        ("works.csv", {"to": "well=well;moderate=moderate;imperfect=imperfect;poor=poor"}),
        ("works.csv", {"factor": "warmth_index_c_month", "kind": "herb_corner", "to": "lower_corner"}),
        ("works.csv", {"factor": "max_snow_depth_cm", "kind": "add", "to": "amount=100;most=200"}),
        ("works.csv", {"factor": "soil_depth_cm", "kind": "add", "to": "amount=1e-300;most=50"}),
        ("works.csv", {"factor": "soil_depth_cm", "kind": "add", "to": "amount=1e308;most=50"}),
        ("works.csv", {"factor": "soil_depth_cm", "kind": "add", "to": "amount=-15;most=50"}),
        ("works.csv", {"factor": "soil_depth_cm", "kind": "add", "to": "amount=15;most=1e9"}),
        ("costs.csv", {"yen_high": "-5"}),
        ("costs.csv", {"what": "party"}),
        ("costs.csv", {"source": "nobody"}),
        ("assumptions.csv", {"low": "5", "high": "1"}),
        ("assumptions.csv", {"low": "0", "high": "1e308"}),
        ("assumptions.csv", {"low": "nan"}),
        ("assumptions.csv", {"scope": "village"}),
    ],
)
def test_a_row_that_cannot_be_is_named_with_its_mend(
    tmp_path: Path, file: str, cells: dict[str, str]
) -> None:
    problems = check_catalogue(_catalogue(tmp_path, file, 2, **cells))
    assert problems
    assert all(problem.place.file and Path(problem.place.file).name == file for problem in problems)
    assert problems[0].place.row == 2 and problems[0].mend.ja and problems[0].mend.en


_HEAD = "work_id,label_ja,factor,kind,to,herbs,yen_low,yen_high,hours_low,hours_high,per,source,confidence,cost_source,cost_confidence\n"
_ALL_WELL = "well=well;moderate=well;imperfect=well;poor=well"


def _own(tmp_path: Path, *rows: str) -> Path:
    folder = tmp_path / "自分の目録"
    folder.mkdir()
    (folder / "works.csv").write_text(_HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return folder


def _row(kind: str, to: str, factor: str = "排水", herbs: str = "", yen: str = "1000,２０００") -> str:
    return f"mizo,溝,{factor},{kind},{to},{herbs},{yen},1,2,10a,own,low,own,low"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (
            _row("classes", "well=moderate;moderate=well;imperfect=imperfect;poor=poor"),
            "catalogue.work-loops",
        ),
        (
            _row("classes", "well=moderate;moderate=imperfect;imperfect=well;poor=poor"),
            "catalogue.work-loops",
        ),
        (_row("classes", "well=well;moderate=poor;imperfect=poor;poor=poor"), "catalogue.work-lowers"),
        (
            _row("classes", "well=poor;moderate=poor;imperfect=poor;poor=poor", herbs="当帰"),
            "catalogue.work-lowers",
        ),
        (_row("classes", "well=well;moderate=moderate;imperfect=imperfect;poor=poor"), "catalogue.work-idle"),
        (
            _row("classes", "well=well;moderate=moderate;imperfect=imperfect;poor=well"),
            "catalogue.work-order",
        ),
        (_row("classes", "良=良"), "catalogue.classes"),
        (_row("add", "amount=-5;most=7", "土壌pH(H2O)"), "catalogue.work-lowers"),
        (_row("add", "amount=1e-300;most=7", "土壌pH(H2O)"), "catalogue.work-lowers"),
        (_row("herb_corner", "6.5", "土壌pH(H2O)"), "catalogue.work-to"),
        (_row("add", "amount=5;most=50", "暖かさの指数"), "catalogue.work-factor"),
        (_row("classes", _ALL_WELL, herbs="にんじん畑"), "catalogue.unknown-herb"),
        (_row("classes", _ALL_WELL, yen="2000,1000"), "catalogue.range"),
        (_row("classes", _ALL_WELL, yen="nan,1000"), "catalogue.number"),
        (_row("classes", _ALL_WELL, yen="1000,1e308"), "catalogue.number"),
    ],
)
def test_own_works_that_lower_loop_or_cost_what_cannot_be_are_refused(
    tmp_path: Path, row: str, code: str
) -> None:
    with pytest.raises(InputUnusable) as caught:
        read_overlay(_own(tmp_path, row))
    assert code in [problem.code for problem in caught.value.problems]
    assert all(
        problem.place.file == "自分の目録/works.csv" and problem.place.row == 2
        for problem in caught.value.problems
    )
    assert caught.value.place.file == "自分の目録", "no file is blamed that is not there"


def test_own_works_name_herbs_in_japanese(tmp_path: Path) -> None:
    own, problems = read_overlay(_own(tmp_path, _row("classes", _ALL_WELL, herbs="当帰、シャクヤク")))
    assert not problems and own.works[0]["herbs"] == "toki;shakuyaku"
