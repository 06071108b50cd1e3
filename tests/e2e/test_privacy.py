"""Personal data never leave: canaries in every private place, looked for in everything that goes out."""

from __future__ import annotations

import base64
import json
import re
import zlib
from pathlib import Path

import pytest

from tests.e2e.conftest import Kanpo
from tests.e2e.test_bad_input import collection, feature

CANARY = "金糸雀カナリア"


@pytest.mark.parametrize("audience", ["public", "partner"])
def test_no_canary_reaches_map_or_export(kanpo: Kanpo, tmp_path: Path, audience: str) -> None:
    kanpo("init", "町.gpkg")
    owner = {"parcel_id": "A1", "settlement": "沢", "owner": CANARY, "所有者": CANARY, "note": CANARY}
    path = tmp_path / "筆.geojson"
    path.write_text(collection([feature(1, properties=owner)]), encoding="utf-8")
    assert kanpo("ingest", path).code == 0
    kanpo("growers", "add", "G01", "--name", CANARY, "--phone", CANARY, "--note", CANARY)
    kanpo("record", "visit", "--parcel-id", "A1", "--soil-ph", "6", "--note", CANARY)
    kanpo(
        "trials",
        "create",
        "T1",
        "--herb",
        "toki",
        "--parcel",
        "A1",
        "--treatments",
        "標準",
        "--replicates",
        "1",
    )
    kanpo(
        "record",
        "observation",
        "--plot-code",
        "T1-01",
        "--trait",
        "plant_height_cm",
        "--value",
        "3",
        "--note",
        CANARY,
    )
    kanpo("score", "--herb", "toki")
    assert kanpo("map", "--audience", audience, "--out", "m.html").code == 0
    for suffix in ("csv", "geojson", "gpkg"):
        assert kanpo("parcels", "export", f"out.{suffix}", "--audience", audience, "--herb", "toki").code == 0
    for name in ("m.html", "out.csv", "out.geojson", "out.gpkg"):
        content = (tmp_path / name).read_bytes()
        for spelling in _spellings(CANARY):
            assert spelling not in content, name
        for inner in _inflated(content):
            for spelling in _spellings(CANARY):
                assert spelling not in inner, name
    assert CANARY.encode() in (tmp_path / "町.people.sqlite").read_bytes()


def _spellings(text: str) -> list[bytes]:
    return [
        text.encode(),
        text.encode("utf-16-le"),
        json.dumps(text)[1:-1].encode(),
        base64.b64encode(text.encode())[:-4],
    ]


def _inflated(content: bytes) -> list[bytes]:
    """Whatever is base64 and compressed in a page, unpacked."""
    found = []
    for block in re.findall(rb"[A-Za-z0-9+/]{200,}={0,2}", content):
        raw = base64.b64decode(block + b"=" * (-len(block) % 4))
        for window in (15, -15, 31):
            try:
                found.append(zlib.decompress(raw, window))
            except zlib.error:
                continue
    return found
