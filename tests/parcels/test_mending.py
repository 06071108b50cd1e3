"""The law of ingest: what was read is stored or sent back, and what was sent back, mended, completes the set."""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.parcels import ingest_parcels
from kanpo.store import Project
from tests.parcels.made_up import collection, feature

#: Ways to break a feature, each with what becomes of it: repaired, or sent back.
FAULTS: dict[str, tuple[Any, str]] = {
    "open": (lambda g: g["coordinates"][0].pop(), "repaired"),
    "doubled": (lambda g: g["coordinates"][0].insert(1, g["coordinates"][0][1]), "repaired"),
    "clockwise": (lambda g: g["coordinates"][0].reverse(), "repaired"),
    "height": (lambda g: [point.append(12.0) for point in g["coordinates"][0]], "repaired"),
    "swapped": (lambda g: [point.reverse() for point in g["coordinates"][0]], "repaired"),
    "text": (lambda g: g["coordinates"][0].__setitem__(1, ["139.7", "38.6"]), "rejected"),
    "far": (lambda g: [point.__setitem__(0, 10.0) for point in g["coordinates"][0]], "rejected"),
    "line": (lambda g: g.update(type="LineString", coordinates=g["coordinates"][0]), "rejected"),
    "short": (lambda g: g["coordinates"].__setitem__(0, g["coordinates"][0][:2] * 2), "rejected"),
    "bow tie": (
        lambda g: g["coordinates"][0].__setitem__(
            slice(1, 3), [g["coordinates"][0][2], g["coordinates"][0][1]]
        ),
        "rejected",
    ),
}


@settings(deadline=None, max_examples=30)
@given(st.lists(st.none() | st.sampled_from(sorted(FAULTS)), min_size=1, max_size=25))
def test_read_is_stored_or_sent_back_and_mending_completes_the_set(faults: list[str | None]) -> None:
    truth = [feature(number) for number in range(len(faults))]
    broken = copy.deepcopy(truth)
    for item, fault in zip(broken, faults, strict=True):
        if fault is not None:
            FAULTS[fault][0](item["geometry"])
    expected = [None if fault is None else FAULTS[fault][1] for fault in faults]
    with tempfile.TemporaryDirectory() as folder, Project.create(Path(folder) / "町.gpkg") as project:
        path = Path(folder) / "筆.geojson"
        path.write_text(collection(broken), encoding="utf-8")
        report = ingest_parcels(project, path)
        batch = report.batch
        assert batch.read == batch.stored + batch.rejected == len(faults)
        assert batch.repaired == expected.count("repaired")
        assert batch.rejected == expected.count("rejected")
        assert shapely.is_valid(project.imported.parcels().geometry.array).all()
        if report.rejects is not None:
            sent_back = json.loads(report.rejects.read_text(encoding="utf-8"))
            whole = {item["properties"]["parcel_id"]: item["geometry"] for item in truth}
            for item in sent_back["features"]:
                assert item["properties"]["差戻し理由"] and item["properties"]["直し方"]
                item["geometry"] = whole[item["properties"]["parcel_id"]]
            report.rejects.write_text(json.dumps(sent_back, ensure_ascii=False), encoding="utf-8")
            again = ingest_parcels(project, report.rejects)
            assert (again.batch.stored, again.batch.rejected) == (batch.rejected, 0)
        parcels = project.imported.parcels().set_index("parcel_id")
        assert set(parcels.index) == {f"A{number}" for number in range(len(faults))}
        for item in truth:
            stored = parcels.geometry[item["properties"]["parcel_id"]]
            assert stored.equals(shapely.from_geojson(json.dumps(item["geometry"])))
