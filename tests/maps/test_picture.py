"""Pictures for reports: whole files of the kind asked for, in the colours of the page, without a browser."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
import shapely

from kanpo.errors import EnvironmentFailure, UsageError
from kanpo.herbs import load_catalogue
from kanpo.maps import PictureReport, picture_map, picture_parcel, picture_scores
from kanpo.maps import _drawing as drawing
from kanpo.schema import Audience
from kanpo.store import Project
from kanpo.suitability import CLASS_COLOURS, LINE_COLOURS, MUTED_COLOURS, PALE_COLOURS

from .test_colours import colours


def colours_in(path: Path) -> set[str]:
    return set(re.findall(r"fill: (#[0-9a-f]{6})", path.read_text(encoding="utf-8")))


def test_the_map_is_a_picture_of_its_kind(project: Project, tmp_path: Path) -> None:
    for name, begin in (("a.png", b"\x89PNG\r\n"), ("a.svg", b"<?xml")):
        report = picture_map(project, load_catalogue(), "toki", tmp_path / name)
        assert isinstance(report, PictureReport)
        assert report.path.read_bytes().startswith(begin)
        assert report.bytes == report.path.stat().st_size
    assert ET.parse(tmp_path / "a.svg").getroot().tag.endswith("svg")


def test_the_same_picture_has_the_same_bytes(project: Project, tmp_path: Path) -> None:
    one, other = (
        picture_scores(project, load_catalogue(), "toki", tmp_path / name).path.read_bytes()
        for name in ("1.svg", "2.svg")
    )
    assert one == other


def test_a_parcel_is_drawn_with_the_plots_of_its_trial(trial_project: Project, tmp_path: Path) -> None:
    partner = Audience.PARTNER
    path = picture_parcel(trial_project, load_catalogue(), "P1", tmp_path / "p.svg", audience=partner).path
    assert "#cc79a7" in colours_in(path)
    public = picture_parcel(trial_project, load_catalogue(), "P1", tmp_path / "r.svg")
    assert "#cc79a7" not in colours_in(public.path), "trials are not for the public, as on the map"
    assert public.hidden > 0
    empty = picture_parcel(trial_project, load_catalogue(), "P2", tmp_path / "q.svg", audience=partner).path
    assert "#cc79a7" not in colours_in(empty)


def test_classes_have_the_colours_of_the_page() -> None:
    for ours, tones in (
        (CLASS_COLOURS, "fills"),
        (PALE_COLOURS, "pales"),
        (MUTED_COLOURS, "mutes"),
        (LINE_COLOURS, "lines"),
    ):
        assert [ours[name] for name in (None, "S1", "S2", "S3", "N1", "N2")] == colours(tones)


def test_holes_stay_open() -> None:
    ring = shapely.box(0, 0, 10, 10).difference(shapely.box(4, 4, 6, 6))
    outside, inside = (shapely.LinearRing(part) for part in drawing._path(ring).to_polygons())
    # A fill leaves out what rings of both directions go around.
    assert outside.is_ccw != inside.is_ccw
    assert drawing._path(shapely.Polygon()) is None


def test_other_endings_and_a_missing_matplotlib_are_said(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="svg"):
        picture_map(project, load_catalogue(), "toki", tmp_path / "a.pdf")
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    with pytest.raises(EnvironmentFailure, match="pictures"):
        picture_map(project, load_catalogue(), "toki", tmp_path / "a.png")
    assert list(tmp_path.glob("a.*")) == []


def test_a_computer_without_japanese_letters_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "JAPANESE_FONTS", ("No Such Font",))
    assert drawing.japanese_font() is None


def test_names_are_no_formulas(project: Project, tmp_path: Path) -> None:
    with drawing.sheet(tmp_path / "f.png", 40, 40) as figure:
        axes = figure.subplots()
        axes.set_title("$\\frac{1$ <b>")
        drawing.draw_shapes(axes, np.array([None, shapely.Point(1, 1)], dtype=object), "#000000")
    assert (tmp_path / "f.png").stat().st_size > 0
