"""Notes of the shipped catalogue in both languages, described in ``notes.csv``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from kanpo.locale import Text
from kanpo.tables import csv_dicts


def note_text(note: str) -> Text:
    """A note of a catalogue's row in both languages; one of the user's own reads the same in both."""
    return Text(_japanese().get(note, note), note)


@cache
def _japanese() -> dict[str, str]:
    """English note to Japanese note. The rows bear the English one, by which a row that changes is noticed."""
    text = files("kanpo.herbs").joinpath("catalogue", "notes.csv").read_text(encoding="utf-8")
    return {row["note_en"]: row["note_ja"] for row in csv_dicts(text)}
