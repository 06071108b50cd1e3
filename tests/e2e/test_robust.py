"""``kanpo robust``: how sure the ranking is."""

from __future__ import annotations

import json
from pathlib import Path

from .conftest import Kanpo


def test_robust_lists_probabilities_and_writes_all_parcels(kanpo: Kanpo, demo_folder: Path) -> None:
    project = next(demo_folder.glob("*.gpkg"))
    before = project.read_bytes()
    words = ("robust", "--project", project, "--herb", "芍薬", "--draws", 200, "--best", 10)
    said = kanpo(*words, "--top", 0, "--json", "--ranks", "--out", "all.csv")
    assert said.code == 0
    rows = json.loads(said.out)
    assert round(sum(row["probability"] for row in rows), 6) == 10
    assert {"rank_1", "rank_10", "standard_error", "expected_rank"} <= rows[0].keys()
    text = Path("all.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(text) == len(rows) + 1 and text[0].startswith("parcel_id,settlement")
    assert project.read_bytes() == before, "nothing is stored"
    again = kanpo(*words, "--top", 0, "--json", "--ranks", "--dry-run", "--out", "dry.csv")
    assert again.out == said.out and not Path("dry.csv").exists()


def test_robust_shows_a_table_and_refuses_what_it_cannot_do(kanpo: Kanpo, demo_folder: Path) -> None:
    project = next(demo_folder.glob("*.gpkg"))
    said = kanpo(
        "robust", "--project", project, "--herb", "toki", "--draws", 64, "--top", 3, "--method", "owa"
    )
    assert said.code == 0 and len(said.out.splitlines()) == 5
    assert "PCG64" in said.err
    assert kanpo("robust", "--project", project, "--herb", "toki", "--draws", 0).code == 2
    assert kanpo("robust", "--project", project, "--herb", "にんじんもどき").code == 2
