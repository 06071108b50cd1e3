"""What the store wrote as JSON, read back."""

from __future__ import annotations

import json
from typing import Any

from kanpo.errors import IntegrityFailure, Place
from kanpo.locale import Text


def stored_json(text: str | bytes) -> Any:
    """A value that the store wrote.

    Raises
    ------
    IntegrityFailure
        Somebody wrote something else there.
    """
    try:
        return json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise IntegrityFailure(
            "store.damaged",
            Text("プロジェクトの中の値が壊れています", "a value in the project is damaged"),
            Text(
                "kanpo verify で調べ、バックアップから戻してください",
                "examine it with kanpo verify and restore a backup",
            ),
            Place(value=str(text)[:40]),
        ) from error
