"""Maps and pictures as a user asks for them."""

from __future__ import annotations

import shutil
from pathlib import Path

from .conftest import Kanpo


def test_pictures_and_a_small_map_of_the_sample(kanpo: Kanpo, demo_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(demo_folder, tmp_path / "demo")
    project = ("--project", tmp_path / "demo" / "sample.gpkg")
    assert kanpo("picture", "scores", "分布.svg", "--herb", "芍薬", *project).code == 0
    assert (tmp_path / "分布.svg").read_text(encoding="utf-8").startswith("<?xml")
    said = kanpo("picture", "map", "a.png", *project)
    assert said.code == 2
    assert "--herb" in said.err
    assert kanpo("picture", "parcel", "p.png", "--parcel", "そんな筆", *project).code == 2
    assert kanpo("picture", "parcel", "p.pdf", "--parcel", "そんな筆", *project).code == 2
    assert not list(tmp_path.glob("p.*"))
    assert kanpo("map", "--out", "few.html", "--parcels", 30, "--herb", "芍薬", *project).code == 0
    assert kanpo("map", "--out", "all.html", "--herb", "芍薬", *project).code == 0
    assert (tmp_path / "few.html").stat().st_size < (tmp_path / "all.html").stat().st_size
    assert kanpo("map", "--out", "x.html", "--logo", "none.png", *project).code == 2
