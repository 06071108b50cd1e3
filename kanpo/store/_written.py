"""What the store wrote as JSON, read back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kanpo.errors import IntegrityFailure, Place
from kanpo.locale import Text


def stored_json(text: str | bytes, kind: type = dict) -> Any:
    """A value of a kind that the store wrote.

    Raises
    ------
    IntegrityFailure
        Somebody wrote something else there.
    """
    with refusing_damage(text):
        value = json.loads(text)
        if not isinstance(value, kind):
            raise TypeError(kind.__name__)
        return value


@contextmanager
def refusing_damage(text: str | bytes) -> Iterator[None]:
    """Say that a value is damaged where what is made of it cannot be made."""
    try:
        yield
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
        raise IntegrityFailure(
            "store.damaged",
            Text("プロジェクトの中の値が壊れています", "a value in the project is damaged"),
            Text(
                "kanpo verify で調べ、バックアップから戻してください",
                "examine it with kanpo verify and restore a backup",
            ),
            Place(value=str(text)[:40]),
        ) from error
