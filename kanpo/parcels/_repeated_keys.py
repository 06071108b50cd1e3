"""Keys that stand twice in one JSON object: parsers keep the last silently, which loses data."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import numpy as np

#: A quote, not escaped, that ends a key.
_KEY = re.compile(rb'(?<!\\)"[ \t\r\n]*:')
_BLANK, _QUOTE, _COLON, _BACKSLASH = b' ":\\'


def may_repeat_keys(text: bytes, found: list[Any]) -> bool:
    """A quick look: may `text` have more keys than the objects `found` that were parsed from it?

    True only asks for a closer look; False is certain.
    """
    characters = np.frombuffer(text, dtype=np.uint8)
    colons = np.flatnonzero(characters == _COLON)
    colons = colons[colons >= len('{"":') - 1]
    before = characters[colons - 1]
    escaped = (before == _QUOTE) & (characters[colons - 2] == _BACKSLASH)
    if (escaped & (characters[colons - 3] == _BACKSLASH)).any():
        # After an escaped backslash, a quote may or may not end a key.
        return True
    if (before <= _BLANK).any():
        if b'\\\\"' in text:
            return True
        written = len(_KEY.findall(text))
    else:
        written = int((before == _QUOTE).sum() - escaped.sum())
    return written != sum(map(_flat_keys, found)) and written != sum(map(_keys, found))


def _flat_keys(feature: dict[str, Any]) -> int:
    """The keys of an ordinary feature; fewer than all where objects lie deeper."""
    properties, geometry = feature.get("properties"), feature.get("geometry")
    return (
        len(feature)
        + (len(properties) if type(properties) is dict else 0)
        + (len(geometry) if type(geometry) is dict else 0)
    )


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
    """A key that stands twice in one object of a JSON text."""
    found: list[str] = []

    def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = dict(pairs)
        if len(keys) < len(pairs):
            found.append(Counter(key for key, _ in pairs).most_common(1)[0][0])
        return keys

    try:
        json.loads(b"[" + text + b"]", object_pairs_hook=look)
    except (ValueError, RecursionError):
        return None
    return found[0] if found else None
