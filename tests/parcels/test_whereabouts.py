"""Where parcels should lie: metres without a word, the old datum, other cities, shared ground."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from kanpo.crs import STORED_EPSG, ZONE_ORIGINS, zone_epsg
from kanpo.errors import InputUnusable
from kanpo.parcels import Whereabouts, check_ground, ingest_file, reproject
from kanpo.store import Project

#: A place in each prefecture's zone that tests use, degrees.
TSURUOKA = (139.83, 38.73)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path / "town.gpkg")


def _square(x: float, y: float, side: float) -> list[list[float]]:
    return [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]


def _file(path: Path, rings: list[list[list[float]]], **properties: object) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {"parcel_id": f"p{number}", **properties},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for number, ring in enumerate(rings)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def _municipality(path: Path) -> Path:
    ring = _square(TSURUOKA[0] - 0.1, TSURUOKA[1] - 0.1, 0.2)
    return _file(path, [ring], N03_007="06203", N03_004="鶴岡市")


def _metres(zone: int, longitude: float, latitude: float) -> list[list[float]]:
    (point,) = reproject(
        np.array([shapely.Point(longitude, latitude)], dtype=object), STORED_EPSG, zone_epsg(zone)
    )
    return _square(point.x, point.y, 30.0)


def test_metres_without_a_word_are_read_in_the_only_zone_that_lies_in_the_municipality(
    project: Project, tmp_path: Path
) -> None:
    ingest_file(project, _municipality(tmp_path / "city.geojson"))
    (report,) = ingest_file(project, _file(tmp_path / "metres.geojson", [_metres(10, *TSURUOKA)]))
    assert report.batch.stored == 1 and report.batch.source_crs == "EPSG:6678"
    (said,) = [problem for problem in report.problems if problem.code == "file.zone-found"]
    assert "第10系" in said.what.ja and "--crs" in said.mend.ja
    (parcel,) = project.imported.parcels().geometry
    assert parcel.distance(shapely.Point(TSURUOKA)) < 1e-6


def test_metres_are_asked_about_where_no_zone_or_several_would_do(project: Project, tmp_path: Path) -> None:
    metres = _file(tmp_path / "metres.geojson", [_metres(10, *TSURUOKA)])
    with pytest.raises(InputUnusable) as said:
        ingest_file(project, metres)
    assert said.value.code == "file.metres" and "EPSG:6678" in said.value.mend.ja
    ingest_file(project, _municipality(tmp_path / "city.geojson"))
    elsewhere = _file(tmp_path / "far.geojson", [_square(500_000.0, 500_000.0, 30.0)])
    with pytest.raises(InputUnusable) as said:
        ingest_file(project, elsewhere)
    assert "どの系でも" in said.value.mend.ja
    assert project.imported.parcels().empty


def test_a_prefecture_named_in_the_file_tells_the_zone_where_the_project_knows_nothing(
    project: Project, tmp_path: Path
) -> None:
    path = _file(tmp_path / "m.geojson", [_metres(10, *TSURUOKA)], municipality_code="06203")
    (report,) = ingest_file(project, path)
    assert report.batch.source_crs == "EPSG:6678"
    hokkaido = _file(tmp_path / "h.geojson", [_metres(12, 142.5, 43.5)], municipality_code="01204")
    with pytest.raises(InputUnusable, match="EPSG"):
        # Hokkaido has three zones, and the parcels so far lie elsewhere.
        ingest_file(Project.create(tmp_path / "other.gpkg"), hokkaido)


def test_all_zones_are_tried() -> None:
    ground = shapely.box(139.7, 38.6, 139.9, 38.8)
    for zone in ZONE_ORIGINS:
        if zone in (9, 10, 11):
            ring = shapely.Polygon(_metres(zone, *TSURUOKA))
            fits = Whereabouts(ground).zones_of(np.array([ring], dtype=object), [])
            assert [fit.zone for fit in fits] == [zone]


def test_the_old_tokyo_datum_is_transformed_as_the_survey_authority_does(
    project: Project, tmp_path: Path
) -> None:
    # 日本経緯度原点 in the old datum and in JGD2000, as published when the datum was changed.
    old = np.array([shapely.Point(139 + 44 / 60 + 40.5020 / 3600, 35 + 39 / 60 + 17.5148 / 3600)], object)
    (new,) = reproject(old, 4301, STORED_EPSG)
    assert new.x == pytest.approx(139 + 44 / 60 + 28.8759 / 3600, abs=1e-5)
    assert new.y == pytest.approx(35 + 39 / 60 + 29.1572 / 3600, abs=1e-5)
    path = _file(tmp_path / "old.geojson", [_square(*TSURUOKA, 0.0003)])
    whole = json.loads(path.read_text(encoding="utf-8"))
    whole["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4301"}}
    path.write_text(json.dumps(whole), encoding="utf-8")
    (report,) = ingest_file(project, path)
    assert "file.old-datum" in [problem.code for problem in report.problems]
    (parcel,) = project.imported.parcels().geometry
    assert parcel.bounds[0] == pytest.approx(TSURUOKA[0] - 0.00336, abs=1e-4)
    assert parcel.bounds[1] == pytest.approx(TSURUOKA[1] + 0.00289, abs=1e-4)


def test_the_old_datum_in_metres_lands_where_the_one_in_degrees_does() -> None:
    degrees = np.array([shapely.Point(TSURUOKA)], object)
    metres = reproject(degrees, 4301, STORED_EPSG)
    # Zone X of the old datum: EPSG:30170.
    import pyproj

    x, y = pyproj.Transformer.from_crs(4301, 30170, always_xy=True).transform(*TSURUOKA)
    (again,) = reproject(np.array([shapely.Point(x, y)], object), 30170, STORED_EPSG)
    assert again.distance(metres[0]) < 1e-9


def test_overlaps_and_parcels_of_other_cities_are_said_when_they_come_in(
    project: Project, tmp_path: Path
) -> None:
    ingest_file(project, _municipality(tmp_path / "city.geojson"))
    x, y = TSURUOKA
    rings = [_square(x, y, 0.0004), _square(x + 0.0003, y, 0.0004), _square(x + 1.0, y, 0.0004)]
    (report,) = ingest_file(project, _file(tmp_path / "p.geojson", rings))
    said = {problem.code: problem for problem in report.problems}
    assert report.batch.stored == 3, "warned of, and kept"
    assert "p1" in said["parcel.overlap"].what.ja and "㎡" in said["parcel.overlap"].what.ja
    assert said["parcel.overlap"].place.feature == 1
    assert said["parcel.outside-municipality"].place.value == "p2"
    later = _file(tmp_path / "later.geojson", [_square(x - 0.0003, y, 0.0004)])
    later.write_text(later.read_text(encoding="utf-8").replace('"p0"', '"q0"'), encoding="utf-8")
    (report,) = ingest_file(project, later)
    (overlap,) = [problem for problem in report.problems if problem.code == "parcel.overlap"]
    assert "p0" in overlap.what.ja, "also with what was there before"


def test_many_overlaps_are_counted_not_listed(project: Project, tmp_path: Path) -> None:
    x, y = TSURUOKA
    rings = [_square(x + 0.0003 * number, y, 0.0004) for number in range(40)]
    (report,) = ingest_file(project, _file(tmp_path / "p.geojson", rings))
    said = [problem for problem in report.problems if problem.code.startswith("parcel.")]
    assert sum(problem.code == "parcel.overlap" for problem in said) == 20
    assert "19" in said[-1].what.ja and "kanpo parcels overlaps" in said[-1].mend.ja
    assert check_ground(project, report.batch)


def test_strips_find_what_one_look_finds(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, y = TSURUOKA
    rings = [_square(x + 0.0003 * (number % 7), y + 0.0003 * (number // 7), 0.0004) for number in range(21)]
    (report,) = ingest_file(project, _file(tmp_path / "p.geojson", rings))
    whole = [(problem.place.value, problem.what) for problem in check_ground(project, report.batch)]
    monkeypatch.setattr("kanpo.parcels._ground._STRIP", 4)
    parts = [(problem.place.value, problem.what) for problem in check_ground(project, report.batch)]
    assert len(parts) == len(whole) == 21
    assert parts[-1] == whole[-1], "as many are counted"
