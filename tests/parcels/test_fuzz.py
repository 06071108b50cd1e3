"""A short run of the fuzzer; ``make fuzz`` runs a long one."""

from __future__ import annotations

from pathlib import Path

from tests.parcels.fuzz import run


def test_broken_files_are_answered_and_no_wrong_parcel_is_taken(tmp_path: Path) -> None:
    answers = run(1_000, 20_251_124, tmp_path)
    assert answers["read"] > 100 and len(answers) > 3, "files of every kind were tried"
