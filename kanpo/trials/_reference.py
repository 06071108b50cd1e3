"""What is said of a reference to something that is not there."""

from __future__ import annotations

from collections.abc import Sequence

from kanpo.errors import Place, Problem
from kanpo.locale import Text


def unknown_reference(column: str, value: object, noun: Text, near: Sequence[str]) -> Problem:
    """The problem of a code that nothing has, with the nearest code that exists."""
    mend = (
        Text(f"もしかして「{near[0]}」ですか", f"did you mean '{near[0]}'?")
        if near
        else Text(
            f"先にその{noun.ja}を登録するか、コードを確かめてください",
            f"enter that {noun.en} first, or check the code",
        )
    )
    what = Text(f"その{noun.ja}は登録されていません", f"no such {noun.en}")
    return Problem(f"record.unknown-{column.split('_')[0]}", what, mend, Place(column=column, value=value))
