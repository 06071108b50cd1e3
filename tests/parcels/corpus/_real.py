"""Published files as they were handed out (their origin: ``tests/parcels/files/SOURCE.md``)."""

from __future__ import annotations

import json
from pathlib import Path

from tests.parcels.corpus._case import Case

FILES = Path(__file__).parents[1] / "files"
PINS = (FILES / "emaff_nara_11.geojson").read_bytes()
OUTLINES = (FILES / "fude_sapporo_2024.geojson").read_bytes()
IDLE = ("290244395", "290244431", "290244432", "290244434")


def _ids(content: bytes, key: str) -> tuple[str, ...]:
    return tuple(found["properties"][key] for found in json.loads(content)["features"])


def _turned() -> str:
    """The pins with latitude before longitude."""
    found = json.loads(PINS)
    for pin in found["features"]:
        pin["geometry"]["coordinates"].reverse()
    return json.dumps(found, ensure_ascii=False)


def _twice() -> str:
    found = json.loads(PINS)
    found["features"].append(found["features"][0])
    return json.dumps(found, ensure_ascii=False)


ALL_PINS: dict[str, dict[str, object]] = {
    identity: {
        "idle_class": "1" if identity in IDLE else None,
        "survey_date": "2016-11-24" if identity in IDLE else None,
        "settlement": "誓多林町",
        "municipality_code": "29201",
    }
    for identity in _ids(PINS, "DaichoId")
}

CASES = [
    Case("pins of the farmland register, every one with its status and the day of its survey", "奈良.geojson", PINS, 0, (11, 11, 0, 0), holds=ALL_PINS, ids=()),
    Case("pins of the register, cut short", "奈良.geojson", PINS[: len(PINS) * 3 // 4], 1, (9, 8, 0, 1), "parcel.not-json", "9番目の地物", also=("file.cut-short",), ids=()),
    Case("pins of the register, latitude before longitude", "奈良.geojson", _turned(), 0, (11, 11, 11, 0), "parcel.axes-swapped", "1番目の地物", holds=ALL_PINS, ids=()),
    Case("pins of the register, one of them twice, the same in every respect", "奈良.geojson", _twice(), 0, (12, 11, 0, 0), "parcel.same-parcel", "1番目と12番目", holds=ALL_PINS, ids=()),
    Case("a hundred outlines of 2024", "2024_011011.json", OUTLINES, 0, (100, 100, 100, 0), "parcel.orientation", "1番目の地物", ids=_ids(OUTLINES, "polygon_uuid")),
]  # fmt: skip
