"""Columns as few bytes: numbers as integers in byte planes, texts as dictionaries.

A number that was written with at most four decimals comes out of the page bit for bit; any other
is rounded to one part in 16.7 million of the column's range. What is lost is reported in the
column's own description (``step``; 0 is exact).
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Described = dict[str, object]

_MOST_DECIMALS = 4
_LEVELS = 2**24 - 2
_UUIDS = re.compile(r"(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\n)+")
_UUID_LENGTH = 36
#: So much of a column tells whether its differences compress better than its values.
_TASTE = 32_768


class Pack:
    """Named pieces of bytes behind a JSON header, in the order in which they were added."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._length = 0

    def add(self, piece: bytes) -> list[int]:
        """Append a piece; returns its offset and length, for the header."""
        place = [self._length, len(piece)]
        self._pieces.append(piece)
        self._length += len(piece)
        return place

    def to_bytes(self, header: object) -> bytes:
        """``KMP1``, the header's length (4 bytes, little-endian), the header, the pieces."""
        text = as_json(header)
        return b"KMP1" + len(text).to_bytes(4, "little") + text + b"".join(self._pieces)


def as_json(value: object) -> bytes:
    """Compact UTF-8 JSON; lone surrogates, which UTF-8 has no bytes for, become ``?``."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def varints(values: Ints) -> bytes:
    """Unsigned integers, seven bits a byte, the least significant first.

    Parameters
    ----------
    values : ndarray of int64, shape (n,)
        Not negative, below 2**31, the integers that the page computes with.
    """
    if not len(values):
        return b""
    septets = np.ones(len(values), dtype=np.int64)
    for more in range(1, 5):
        septets += values >= (1 << (7 * more))
    ends = np.cumsum(septets)
    starts = ends - septets
    out = np.zeros(int(ends[-1]), dtype=np.uint8)
    for nth in range(5):
        here = septets > nth
        piece = (values[here] >> (7 * nth)) & 0x7F
        continued = (septets[here] > nth + 1).astype(np.int64) << 7
        out[starts[here] + nth] = (piece | continued).astype(np.uint8)
    return out.tobytes()


def zigzag(values: Ints) -> Ints:
    """Signed integers as unsigned ones, small stays small."""
    return np.where(values < 0, -2 * values - 1, 2 * values)


def _planes(codes: Ints, width: int) -> bytes:
    return b"".join(((codes >> (8 * nth)) & 0xFF).astype(np.uint8).tobytes() for nth in range(width))


def _decimals(known: Floats) -> int | None:
    """Least number of decimals that says every value exactly; None beyond four."""
    for decimals in range(_MOST_DECIMALS + 1):
        scaled = np.rint(known * 10.0**decimals)
        if np.abs(scaled).max() < 2**30 and bool((scaled / 10.0**decimals == known).all()):
            return decimals
    return None


def number_column(pack: Pack, values: Floats, turns: Sequence[float] = ()) -> Described:
    """Add a column of numbers, NaN unknown; returns its description for the header.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
    turns : sequence of float
        Values at which something turns (corners of requirements): numbers so near to one that
        rounding would shift their membership by more than a thousandth are kept whole.
    """
    known_at = np.isfinite(values)
    known = values[known_at]
    decimals = _decimals(known) if len(known) else 0
    if decimals is None:
        return _rounded_column(pack, values, known_at, turns)
    scale = 10.0**decimals
    codes = np.zeros(len(values), dtype=np.int64)
    whole = np.rint(known * scale).astype(np.int64)
    base = int(whole.min()) if len(known) else 0
    codes[known_at] = whole - base + 1
    return _coded(pack, codes) | {"base": base, "scale": scale, "step": 0.0}


def _rounded_column(
    pack: Pack, values: Floats, known_at: npt.NDArray[np.bool_], turns: Sequence[float]
) -> Described:
    known = values[known_at]
    low, high = float(known.min()), float(known.max())
    step = (high - low) / _LEVELS
    codes = np.zeros(len(values), dtype=np.int64)
    codes[known_at] = np.rint((known - low) / (step or 1.0)).astype(np.int64) + 1
    near = np.zeros(len(values), dtype=bool)
    for turn in turns:
        near |= known_at & (np.abs(values - turn) < 1_000 * step)
    rows = np.flatnonzero(near).astype(np.int64)
    whole = {
        "rows": pack.add(varints(np.diff(rows, prepend=0))),
        "values": pack.add(values[rows].astype("<f8").tobytes()),
    }
    return _coded(pack, codes) | {"base": low, "scale": 0.0, "step": step, "whole": whole}


def _coded(pack: Pack, codes: Ints) -> Described:
    """Byte planes of codes (0 unknown), or of their differences where those compress better."""
    width = max(1, (int(codes.max(initial=0)).bit_length() + 7) // 8)
    plain = _planes(codes, width)
    differences = _planes(np.diff(codes, prepend=0) % (1 << (8 * width)), width)
    delta = _compressed(differences, len(codes), width) < _compressed(plain, len(codes), width)
    return {"kind": "number", "at": pack.add(differences if delta else plain), "width": width, "delta": delta}


def _compressed(planes: bytes, count: int, width: int) -> int:
    """About how long the planes are when compressed, from a taste out of the middle of each."""
    middle = max(0, count - _TASTE) // 2
    return sum(
        len(
            zlib.compress(
                planes[nth * count + middle : min(nth * count + middle + _TASTE, (nth + 1) * count)], 1
            )
        )
        for nth in range(width)
    )


def text_column(pack: Pack, values: Sequence[object]) -> Described:
    """Add a column of texts, None or NaN for nothing; returns its description."""
    texts = pd.Series(values, dtype=object)
    if pd.api.types.infer_dtype(texts, skipna=True) not in ("string", "empty"):
        texts = pd.Series([None if missing(value) else str(value) for value in values], dtype=object)
    codes, words = pd.factorize(texts.mask(texts == "", None))
    identities = _uuids(texts.tolist()) if len(words) == len(texts) else None
    if identities is not None:
        return {"kind": "uuid", "at": pack.add(identities)}
    if 2 * len(words) > len(texts):
        written = [None if missing(text) else text for text in texts.tolist()]
        return {"kind": "text", "at": pack.add(as_json(written))}
    order = sorted(range(len(words)), key=lambda nth: str(words[nth]))
    place = np.empty(len(words) + 1)
    place[order] = np.arange(len(words))
    place[-1] = np.nan
    distinct = [str(words[nth]) for nth in order]
    return {
        "kind": "dictionary",
        "words": pack.add(as_json(distinct)),
        "codes": number_column(pack, place[codes]),
    }


def _uuids(texts: list[str]) -> bytes | None:
    """Sixteen bytes for each text, when all of them are lower-case UUIDs; None otherwise."""
    lines = "".join(f"{text}\n" for text in texts)
    if len(lines) != (_UUID_LENGTH + 1) * len(texts) or not _UUIDS.fullmatch(lines):
        return None
    return bytes.fromhex(lines.replace("-", ""))


def missing(value: object) -> bool:
    """Whether a cell holds nothing: None, NaN, NA, NaT or an empty text."""
    return value is None or value is pd.NA or value is pd.NaT or value != value or value == ""
