"""What is no usable GeoJSON is refused at once, by its name, with what to do about it."""

from __future__ import annotations

import codecs
import hashlib
import os
import resource
import time
from pathlib import Path

import pytest

from kanpo.errors import InputUnusable, UsageError
from kanpo.locale import use_language
from kanpo.parcels import read_parcels
from tests.parcels.made_up import collection, feature, polygon, read, read_text, square

JAPANESE = collection([feature(1, 大字="表町の畑")])
CRS_999999 = {"type": "name", "properties": {"name": "EPSG:999999"}}


def refused(path: Path, **options: str) -> InputUnusable:
    with pytest.raises(InputUnusable) as caught, read_parcels(path, **options) as reader:
        list(reader)
    message = caught.value.text()
    assert "→" in message.ja and "->" in message.en
    return caught.value


@pytest.mark.parametrize(
    ("content", "code", "word"),
    [
        (b"", "file.empty", "空"),
        (b"  \n ", "file.not-geojson", "GeoJSON"),
        (JAPANESE.encode("cp932"), "file.cp932", "CP932"),
        (JAPANESE.encode("utf-16"), "file.not-utf8", "UTF-16"),
        (JAPANESE.encode("utf-16-le"), "file.not-utf8", "UTF-16"),
        (b"<!DOCTYPE html><html></html>", "file.other-format", "ウェブページ"),
        (b"\xef\xbb\xbf<OGRVRTDataSource/>", "file.other-format", "VRT"),
        (b"PK\x03\x04" + bytes(50), "file.other-format", "zip"),
        (b"\x1f\x8b\x08" + bytes(50), "file.other-format", "gzip"),
        (b"SQLite format 3\0" + bytes(50), "file.unreadable", "GPKG"),
        (b"fgb\x03fgb" + bytes(50), "file.no-polygons", "ポリゴン"),
        (b"[1, 2]", "file.not-geojson", "GeoJSON"),
        (b"parcel_id,area\n1,2\n", "file.not-geojson", "GeoJSON"),
        (b'{"type": "FeatureColl', "file.not-json", "JSON"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "file.not-json", "JSON"),
        (b'{"name": "x"}', "file.not-geojson", "GeoJSON"),
        (b'{"type": "Topology", "objects": {}}', "file.not-geojson", "GeoJSON"),
        (
            b'{"geometryType": "esriGeometryPolygon", "features": [{"attributes": {}}]}',
            "file.not-geojson",
            "Esri",
        ),
        (b'{"rings": [[[0, 0], [1, 1], [1, 0]]], "spatialReference": {}}', "file.not-geojson", "Esri"),
        (b'{"type": "FeatureCollection", "features": [ ]}', "file.no-features", "筆が1つもありません"),
        (b'{"type": "FeatureCollection", "features": [null, 1]}', "file.no-features", "筆が1つもありません"),
        (b'{"type": "FeatureCollection", "features":' + b"[" * 100_000, "file.no-features", "筆が1つも"),
        (b'{"type": "FeatureCollection"}', "file.no-features", "筆が1つもありません"),
        (collection([feature()], crs=CRS_999999).encode(), "file.crs", "座標系"),
        (collection([feature()], crs={"type": "link"}).encode(), "file.crs", "座標系"),
    ],
)
def test_what_is_no_geojson_is_called_by_its_name(
    tmp_path: Path, content: bytes, code: str, word: str
) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(content)
    error = refused(path)
    assert error.code == code
    assert word in str(error)
    assert "a.geojson" in str(error)


def test_messages_speak_english_too(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(b"")
    with use_language("en"):
        assert "is empty" in str(refused(path))


@pytest.mark.parametrize(
    "name",
    ["https://example.org/a.geojson", "/vsicurl/https://example.org/a.geojson", "/vsizip/a.zip", "ftp://x/y"],
)
def test_addresses_are_not_read(name: str) -> None:
    assert refused(Path(name)).code == "file.address"


def test_folders_devices_and_pipes_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.geojson")
    assert refused(tmp_path).code == "file.folder"
    assert refused(tmp_path / "none.geojson").code == "file.missing"
    assert refused(tmp_path / "pipe.geojson").code == "file.not-regular"
    assert refused(Path("/dev/zero")).code == "file.not-regular"


def test_a_file_that_may_not_be_read_is_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(JAPANESE, encoding="utf-8")

    def locked(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", locked)
    assert refused(path).code == "file.not-readable"


@pytest.mark.parametrize("first", [b"", b"{", b'{"type":"FeatureCollection","features":['])
def test_nonsense_is_answered_at_once_and_in_little_memory(tmp_path: Path, first: bytes) -> None:
    path = tmp_path / "a.geojson"
    block = os.urandom(1024 * 1024)
    with path.open("wb") as file:
        file.write(first)
        for _ in range(200):
            file.write(block)
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    refused(path)
    assert time.perf_counter() - start < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


def test_a_byte_order_mark_is_no_matter_and_the_digest_is_of_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(codecs.BOM_UTF8 + JAPANESE.encode())
    with read_parcels(path) as reader:
        (chunk,) = reader
        assert reader.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert list(chunk.frame["settlement"]) == ["表町の畑"]


@pytest.mark.parametrize(
    "name",
    ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::6668", "EPSG:4612"],
)
def test_degrees_are_stored_as_they_are(tmp_path: Path, name: str) -> None:
    crs = {"type": "name", "properties": {"name": name}}
    frame = read_text(tmp_path, collection([feature()], crs=crs)).frame
    assert frame.crs.to_epsg() == 6668
    assert frame.geometry[0].exterior.coords[0] == (139.7, 38.6)


#: A square of 30 m in zone X.
METRES = [[-88000.0, -140000.0], [-87970.0, -140000.0], [-87970.0, -139970.0], [-88000.0, -139970.0]]
METRES.append(METRES[0])


@pytest.mark.parametrize("code", [6678, 2452])
@pytest.mark.parametrize("by", ["file", "user"])
def test_plane_coordinates_are_transformed(tmp_path: Path, code: int, by: str) -> None:
    member = {"crs": {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{code}"}}}
    text = collection([feature(1, polygon(METRES))], **(member if by == "file" else {}))
    result = read_text(tmp_path, text, crs=f"EPSG:{code}" if by == "user" else None)
    (parcel,) = result.frame.itertuples()
    assert 139.7 < parcel.geometry.centroid.x < 139.9 and 38.6 < parcel.geometry.centroid.y < 38.8
    assert parcel.area_m2 == pytest.approx(900, abs=0.5)


def test_metres_without_a_word_are_sent_back_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(InputUnusable) as said:
        read_text(tmp_path, collection([feature(1, polygon(METRES))]))
    assert said.value.code == "file.metres"
    assert "EPSG:6678" in said.value.mend.ja


def test_the_user_may_overrule_a_file_that_says_nonsense(tmp_path: Path) -> None:
    text = collection([feature()], crs=CRS_999999)
    assert read_text(tmp_path, text, crs="EPSG:6668").stored == 1


def test_unknown_words_of_the_user_are_said(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(JAPANESE, encoding="utf-8")
    with pytest.raises(UsageError):
        read(path, crs="zone ten")
    with pytest.raises(InputUnusable):
        read(path, crs="EPSG:3857")
    with pytest.raises(UsageError, match="fude"):
        read(path, source="nonsense")


def test_one_feature_one_geometry_and_one_feature_a_line_are_read(tmp_path: Path) -> None:
    import json

    assert read_text(tmp_path, json.dumps(feature(3), indent=1)).ids == ["A3"]
    assert read_text(tmp_path, json.dumps(polygon(square()))).stored == 1
    lines = "\n".join(json.dumps(feature(i)) for i in range(3))
    assert read_text(tmp_path, lines).ids == ["A0", "A1", "A2"]
    assert read_text(tmp_path, lines.replace("\n", "\r\n\r\n") + "\n").ids == ["A0", "A1", "A2"]
