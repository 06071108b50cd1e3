"""Notes of the catalogue in Japanese beside English."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

import kanpo.herbs
from kanpo.herbs import note_text

FOLDER = Path(kanpo.herbs.__file__).parent / "catalogue"


@pytest.mark.parametrize("name", ["requirements", "costs", "works", "assumptions"])
def test_every_note_that_people_read_has_a_japanese_one(name: str) -> None:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        notes = {row["note"] for row in csv.DictReader(file) if row["note"]}
    missing = [
        note
        for note in notes
        if not re.search("[ぁ-んァ-ヶ一-龠]", note_text(note).ja) or note_text(note).ja == note
    ]
    assert not missing, f"add these to catalogue/notes.csv: {missing}"


def test_a_note_of_the_users_own_is_as_written() -> None:
    assert note_text("地元の試験から").ja == note_text("地元の試験から").en == "地元の試験から"
