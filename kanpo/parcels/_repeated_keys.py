"""Keys that stand twice in one JSON object: parsers keep the last silently, which loses data."""

from __future__ import annotations

import json
import re
from typing import Any

#: A quote, not escaped, that ends a key.
_KEY = re.compile(rb'(?<!\\)"[ \t\r\n]*:')
_BEFORE_COLON = (b'" :', b'"\t:', b'"\r:', b'"\n:')


def may_repeat_keys(text: bytes, found: list[Any]) -> bool:
    """A quick look: may `text` have more keys than the objects `found` that were parsed from it?

    True only asks for a closer look; False is certain.
    """
    if b'\\\\"' in text:
        # After an escaped backslash, a quote may or may not end a key.
        return True
    if any(blank in text for blank in _BEFORE_COLON):
        written = len(_KEY.findall(text))
    else:
        written = text.count(b'":') - text.count(b'\\":')
    return written != sum(map(_keys, found))


def _keys(feature: dict[str, Any]) -> int:
    """How many keys an object has, inner objects included."""
    total = len(feature)
    for value in feature.values():
        kind = type(value)
        if kind is dict:
            total += _keys(value)
        elif kind is list and value and type(value[0]) in (dict, list):
            total += _keys_in_list(value)
    return total


def _keys_in_list(value: list[Any]) -> int:
    inner: Any = value
    while type(inner) is list and inner:
        inner = inner[0]
    # Coordinates are lists of lists of numbers: nothing to count in them.
    if type(inner) is not dict:
        return 0
    return sum(
        _keys(item) if type(item) is dict else _keys_in_list(item) if type(item) is list else 0
        for item in value
    )


def repeated_key(text: bytes) -> str | None:
    """The first key that stands twice in one object of a JSON text."""
    found: list[str] = []

    def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = dict(pairs)
        if len(keys) < len(pairs):
            seen: set[str] = set()
            found.extend(key for key, _ in pairs if key in seen or seen.add(key))
        return keys

    try:
        json.loads(b"[" + text + b"]", object_pairs_hook=look)
    except (ValueError, RecursionError):
        return None
    return found[0] if found else None
