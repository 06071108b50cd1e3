"""The limits of the catalogue: one row for a substance, and no table complete that nobody vouches for."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from kanpo.herbs import check_catalogue, load_catalogue


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A catalogue to be spoilt."""
    with as_file(files("kanpo.herbs").joinpath("catalogue")) as shipped:
        shutil.copytree(shipped, tmp_path / "catalogue")
    return tmp_path / "catalogue"


def test_no_shipped_monograph_is_complete_and_every_recalled_limit_says_so() -> None:
    catalogue = load_catalogue()
    assert set(catalogue.monographs["herb_id"]) == set(catalogue.herbs)
    assert set(catalogue.monographs["complete"]) == {"no"}
    defaults = catalogue.quality[catalogue.quality["herb_id"] == "*"]
    assert set(defaults["test"]) == {"arsenic", "heavy_metals", "pesticide_residue"}
    assert set(defaults["confidence"]) == {"low"}


def test_a_catalogue_without_monographs_vouches_for_none(folder: Path) -> None:
    (folder / "monographs.csv").unlink()
    assert check_catalogue(folder) == []
    assert load_catalogue(folder).monographs.empty


@pytest.mark.parametrize(
    ("file", "row", "code"),
    [
        ("quality.csv", "toki,total_ash,灰分,,8.0,%,jp18,low,", "catalogue.repeated"),
        ("quality.csv", "toki,purity,木部,,検出せず,%,jp18,low,", "catalogue.number"),
        ("quality.csv", "toki,purity,木部,,1.0,%,nowhere,low,", "catalogue.unknown-source"),
        ("monographs.csv", "toki,yes,JP18,jp18,high,", "catalogue.repeated"),
        ("monographs.csv", "*,maybe,JP18,jp18,high,", "catalogue.complete"),
    ],
)
def test_a_limit_that_cannot_be_meant_is_named(folder: Path, file: str, row: str, code: str) -> None:
    with (folder / file).open("a", encoding="utf-8") as text:
        text.write(f"{row}\n")
    (problem,) = check_catalogue(folder)
    assert (problem.code, problem.place.file) == (code, file)
