"""A table of works that makes land worse or goes round in a circle is refused with its row and the mend."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

import kanpo.herbs
from kanpo.herbs import check_catalogue

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
