"""What a partner keeps on the map comes back into the project's records, once."""

from __future__ import annotations

import json
import subprocess
import uuid
from pathlib import Path
from typing import Any

from kanpo.exchange import import_records
from kanpo.store import Project

from .node import HERE, node


def csv_of(kept: list[dict[str, Any]], actor: str) -> bytes:
    done = subprocess.run(
        [node(), str(HERE / "kept_in_node.js")],
        input=json.dumps({"kept": kept, "actor": actor}).encode(),
        capture_output=True,
        check=True,
    )
    return done.stdout


def version(decision: str, note: str, supersedes: str = "") -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "day": "2026-03-02",
        "decision": decision,
        "note": note,
        "supersedes": supersedes,
    }


def test_kept_parcels_are_stored_once_and_the_last_word_stands(project: Project, tmp_path: Path) -> None:
    first = version("candidate", "水路を確認, 「東側」")
    last = version("deferred", "=1+1\n次年度", first["id"])
    kept = [{**last, "parcel": "P1", "herb": "toki", "sent": False, "before": [first]}]
    kept += [{**version("selected", ""), "parcel": "P2", "herb": "shakuyaku", "sent": True, "before": []}]
    file = tmp_path / "kanpo_decision.csv"
    file.write_bytes(csv_of(kept, "架空製薬"))
    assert import_records(project, file).report.stored == 3
    again = import_records(project, file).report
    assert (again.stored, again.repeated, again.rejected) == (0, 3, frozenset())
    stands = project.journal.read("decision").set_index("parcel_id")
    assert stands.loc["P1", "decision"] == "deferred"
    assert "次年度" in stands.loc["P1", "note"]
    assert stands.loc["P2", ["herb_id", "decision", "actor"]].tolist() == [
        "shakuyaku",
        "selected",
        "架空製薬",
    ]


def test_a_parcel_that_is_not_there_comes_back_with_the_reason(project: Project, tmp_path: Path) -> None:
    kept = [{**version("candidate", ""), "parcel": "gone", "herb": "toki", "sent": False, "before": []}]
    file = tmp_path / "kanpo_decision.csv"
    file.write_bytes(csv_of(kept, ""))
    result = import_records(project, file)
    assert (result.report.stored, len(result.report.rejected)) == (0, 1)
    assert result.rejects is not None
