"""Unusable input: exit 3, one clear message with the mend, not a byte of the project changed."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import Kanpo, digest

VRT = '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
SQUARE = [[139.82, 38.72], [139.821, 38.72], [139.821, 38.721], [139.82, 38.721], [139.82, 38.72]]


def feature(number: int, **changes: object) -> dict[str, object]:
    x = number * 0.002
    ring = [[round(lon + x, 7), lat] for lon, lat in SQUARE]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"parcel_id": f"A{number}"}, "geometry": geometry} | changes


def collection(features: list[object]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


CP932 = collection([feature(1, properties={"parcel_id": "一", "大字": "表町の畑"})]).encode("cp932")

CASES: dict[str, bytes] = {
    "empty": b"",
    "not-json": b"this is no JSON at all",
    "broken-json": b'{"type": "FeatureColl',
    "json-array": b"[1, 2, 3]",
    "json-but-not-geojson": b'{"name": "x", "value": 3}',
    "esri-json": b'{"geometryType": "esriGeometryPolygon", "features": [{"rings": []}]}',
    "no-features": b'{"type": "FeatureCollection", "features": []}',
    "features-missing": b'{"type": "FeatureCollection"}',
    "vrt": VRT.encode(),
    "html": b"<!DOCTYPE html><html><body>404</body></html>",
    "cp932": CP932,
    "utf-16": collection([feature(1)]).encode("utf-16"),
    "zip": b"PK\x03\x04" + bytes(100),
    "sqlite": b"SQLite format 3\0" + bytes(100),
    "unknown-crs": json.dumps(
        {
            "type": "FeatureCollection",
            "crs": {"type": "name", "properties": {"name": "EPSG:999999"}},
            "features": [feature(1)],
        }
    ).encode(),
    "binary": os.urandom(20_000),
    "deep": b'{"type":"FeatureCollection","features":' + b"[" * 100_000,
}


@pytest.fixture
def project(kanpo: Kanpo, tmp_path: Path) -> Path:
    kanpo("init", "町.gpkg")
    path = tmp_path / "good.geojson"
    path.write_text(collection([feature(i) for i in range(3)]), encoding="utf-8")
    assert kanpo("ingest", path).code == 0
    return tmp_path / "町.gpkg"


@pytest.mark.parametrize("case", sorted(CASES))
def test_an_unusable_file_changes_nothing(kanpo: Kanpo, project: Path, tmp_path: Path, case: str) -> None:
    path = tmp_path / f"{case}.geojson"
    path.write_bytes(CASES[case])
    before = digest(project)
    said = kanpo("ingest", path)
    assert said.code == 3, said.err
    assert digest(project) == before
    errors = [line for line in said.err.splitlines() if line.startswith("エラー")]
    assert len(errors) == 1 and "→" in errors[0] and case in errors[0]


@pytest.mark.parametrize(
    "name", ["missing.geojson", ".", "https://example.org/a.geojson", "/vsicurl/http://x/a", "/dev/null"]
)
def test_what_is_no_regular_file_is_refused(kanpo: Kanpo, project: Path, name: str) -> None:
    before = digest(project)
    said = kanpo("ingest", name)
    assert said.code == 3, said.err
    assert digest(project) == before


def test_cp932_and_vrt_are_called_by_their_names(kanpo: Kanpo, project: Path, tmp_path: Path) -> None:
    for case, word in (("cp932", "CP932"), ("vrt", "XML"), ("esri-json", "Esri"), ("zip", "zip")):
        path = tmp_path / f"{case}.geojson"
        path.write_bytes(CASES[case])
        assert word in kanpo("ingest", path).err


def test_200_mb_of_nonsense_are_answered_at_once(kanpo: Kanpo, project: Path, tmp_path: Path) -> None:
    path = tmp_path / "nonsense.geojson"
    block = b"{" + os.urandom(1024 * 1024)
    with path.open("wb") as file:
        for _ in range(200):
            file.write(block)
    before, start = digest(project), time.perf_counter()
    said = kanpo("ingest", path)
    assert said.code == 3, said.err
    assert time.perf_counter() - start < 10
    assert digest(project) == before


def test_one_bad_feature_among_a_thousand(kanpo: Kanpo, project: Path, tmp_path: Path) -> None:
    features: list[object] = [feature(i + 10) for i in range(1000)]
    features[456] = feature(466, geometry=None)
    path = tmp_path / "千筆.geojson"
    path.write_text(collection(features), encoding="utf-8")
    said = kanpo("ingest", path, "--json")
    (counts,) = json.loads(said.out)
    assert said.code == 1
    assert (counts["read"], counts["stored"], counts["rejected"]) == (1000, 999, 1)
    assert "457番目の地物" in said.err
    sent_back = tmp_path / "千筆_差戻し.geojson"
    (bad,) = json.loads(sent_back.read_text(encoding="utf-8"))["features"]
    assert bad["properties"]["parcel_id"] == "A466"
    assert "形がありません" in bad["properties"]["差戻し理由"]
    bad["geometry"] = feature(466)["geometry"]
    sent_back.write_text(collection([bad]), encoding="utf-8")
    again = kanpo("ingest", sent_back, "--json")
    assert again.code == 0
    assert json.loads(again.out)[0]["stored"] == 1
    assert json.loads(kanpo("status", "--json").out)["parcels"] == 1003
    assert "差戻し理由" not in kanpo("parcels", "show", "A466", "--json").out


def test_a_layer_that_cannot_be_used_changes_nothing(kanpo: Kanpo, project: Path, tmp_path: Path) -> None:
    before = digest(project)
    mesh = "mesh_code,annual_precip_mm\n5839,2000\n58391,2000\n"
    for name, content in (
        ("no.tif", b"II*\0 nonsense"),
        ("vrt.tif", VRT.encode()),
        (
            "points.geojson",
            collection(
                [{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [1, 2]}}]
            ).encode(),
        ),
        ("mesh.csv", mesh.encode()),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        said = kanpo("layers", "add", path)
        assert said.code == 3, (name, said.err)
    assert digest(project) == before


def test_a_damaged_project_is_said_not_read(kanpo: Kanpo, project: Path) -> None:
    content = bytearray(project.read_bytes())
    content[100:20_000] = os.urandom(19_900)
    project.write_bytes(content)
    said = kanpo("status", "--project", project)
    assert said.code in (3, 5)


def test_strict_takes_all_or_nothing(kanpo: Kanpo, project: Path, tmp_path: Path) -> None:
    before = digest(project)
    path = tmp_path / "筆.geojson"
    path.write_text(collection([feature(20), feature(21, geometry=None)]), encoding="utf-8")
    said = kanpo("ingest", path, "--strict")
    assert said.code == 3 and "2番目の地物" in said.err
    assert digest(project) == before
    whole = collection([feature(20), feature(21)])
    path.write_text(whole[:-30], encoding="utf-8")
    assert kanpo("ingest", path, "--strict").code == 3
    assert digest(project) == before
    path.write_text(whole, encoding="utf-8")
    assert kanpo("ingest", path, "--strict").code == 0
