"""Cutting a GeoJSON text into features, a chunk at a time, so that memory does not grow with the file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import orjson

from kanpo.errors import Place, Problem
from kanpo.locale import Text
from kanpo.parcels._layout import Layout
from kanpo.parcels._open import InputFile, forget
from kanpo.parcels._repeated_keys import may_repeat_keys, repeated_key

#: How features begin in the files of all common writers.
_START = re.compile(rb'(\{\s*"type"\s*:\s*"Feature"\s*[,}])')
_START_OF_LINE = re.compile(rb"^[ \t\r]*(\{)", re.MULTILINE)
_FIRST_KEY = re.compile(rb'\{\s*("(?:[^"\\]|\\.)*")\s*:', re.DOTALL)
#: Texts and the brackets of one kind, by the bracket that opens.
_TOKENS = {
    b"{": re.compile(rb'"(?:[^"\\]|\\.)*"|[{}]', re.DOTALL),
    b"[": re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]]', re.DOTALL),
}
_MEMBER = re.compile(rb'"(?:[^"\\]|\\.)*"\s*:', re.DOTALL)
_SEPARATORS = re.compile(rb"[ \t\r\n,]*")
_STRAY = re.compile(rb"[ \t\r\n,}\]]*")
#: A value between features that is no object, up to the comma or line break behind it.
_SCALAR = re.compile(rb'(?:"(?:[^"\\\n]|\\.)*"|[^{}\[\]",\n])+(?=[,\n]|\s*\Z)')
#: Features handled together, and the bytes they may take.
CHUNK = 20_000
_CHUNK_BYTES = 32 * 1024 * 1024
#: Beginnings that may lie inside one feature: texts and objects in it that look like features.
_INSIDE = 64
_BLANK = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Damage:
    """A feature that is no JSON: its number, its text and the problem."""

    number: int
    text: bytes
    problem: Problem


@dataclass(slots=True)
class FeatureChunk:
    """Features as parsed, with their numbers (the first of the file is 1), and damaged ones.

    `shapes` are their geometries where the file gives them ready-made; `position` tells how far
    into the file the chunk reaches.
    """

    numbers: list[int] = field(default_factory=list)
    features: list[dict[str, Any]] = field(default_factory=list)
    damages: list[Damage] = field(default_factory=list)
    position: int = 0
    shapes: np.ndarray | None = None

    @property
    def read(self) -> int:
        """How many features there were."""
        return len(self.features) + len(self.damages)


def split_features(file: InputFile, layout: Layout, size: int = CHUNK) -> Iterator[FeatureChunk]:
    """The features of a file in order, at most about `size` at a time.

    A damaged feature becomes one `Damage`; those before and after it are read.
    """
    splitter = _Splitter(file, layout)
    if layout.form == "geometry":
        found = orjson.loads(file.data[layout.start : layout.end])
        feature = {"type": "Feature", "properties": {}, "geometry": found}
        yield FeatureChunk([1], [feature], [], layout.end)
    else:
        for chunk in splitter.chunks(size):
            yield chunk
            forget(file.data, chunk.position)


class _Splitter:
    def __init__(self, file: InputFile, layout: Layout) -> None:
        self._data = file.data
        self._file = file
        self._end = layout.end
        self._position = self._after(_SEPARATORS, layout.start)
        self._lines = layout.form == "lines"
        self._start = self._beginning()
        self._number = 0
        self._line = 1
        self._line_at = 0

    def _beginning(self) -> re.Pattern[bytes]:
        """What a feature begins with in this file: nearly always its type, else its first key."""
        if self._lines:
            return _START_OF_LINE
        head = min(self._end, self._position + 64 * 1024)
        if _START.search(self._data, self._position, head):
            return _START
        key = _FIRST_KEY.match(self._data, self._position, head)
        if key is None:
            return _START
        # Behind a comma or bracket, so that an object that is a property's value is not taken for one.
        return re.compile(rb"[\[,]\s*(\{\s*" + re.escape(key[1]) + rb"\s*:)")

    def chunks(self, size: int) -> Iterator[FeatureChunk]:
        """Cut at what looks like beginnings of features; what does not parse is looked at closely."""
        while self._position < self._end:
            cuts = self._cuts(size)
            whole = len(cuts) < size and self._end - self._position <= _CHUNK_BYTES
            last = self._end if whole else cuts.pop() if cuts else self._end
            chunk = FeatureChunk()
            if last - self._position > _CHUNK_BYTES or not self._at_once(chunk, cuts, last):
                self._closely(chunk, cuts, last, size)
            chunk.position = self._position
            if chunk.read:
                yield chunk

    def _cuts(self, size: int) -> list[int]:
        """Beginnings of the features that follow the one at the present position."""
        limit = min(self._end, self._position + _CHUNK_BYTES)
        found = self._start.finditer(self._data, self._position + 1, limit)
        return [match.start(1) for match in islice(found, size)]

    def _at_once(self, chunk: FeatureChunk, cuts: list[int], last: int) -> bool:
        """Parse everything up to `last`; False, with nothing taken, when it is not all in order."""
        text = self._data[self._position : last].rstrip(b" \t\r\n,")
        found = _objects(text)
        if found is None or len(found) != len(cuts) + 1 or may_repeat_keys(text, found):
            return False
        chunk.numbers += range(self._number + 1, self._number + 1 + len(found))
        chunk.features += found
        self._number += len(found)
        self._position = self._after(_SEPARATORS, last)
        return True

    def _closely(self, chunk: FeatureChunk, cuts: list[int], last: int, size: int) -> None:
        """Take object by object; what does not parse ends where the next feature begins."""
        ahead = 0
        while self._position < last and chunk.read < size:
            start = self._position
            while ahead < len(cuts) and cuts[ahead] <= start:
                ahead += 1
            following = cuts[ahead] if ahead < len(cuts) else last
            text = self._data[start:following].rstrip(b" \t\r\n,")
            found = _object(text)
            if found is not None:
                self._accept(chunk, text, found)
                self._position = self._after(_SEPARATORS, following)
            elif self._data[start] == ord("{"):
                beyond = ahead + _INSIDE
                self._one(chunk, following, cuts[beyond] if beyond < len(cuts) else self._end)
            else:
                self._no_object(chunk, following)

    def _one(self, chunk: FeatureChunk, following: int, bound: int) -> None:
        """One object that does not reach exactly to the `following` beginning, or is damaged."""
        start = self._position
        close = self._closing(start, bound)
        found = None if close is None else _object(self._data[start:close])
        if close is None or found is None:
            sound = close is not None and close <= following and self._data[self._next(close)] == ord("{")
            self._damaged(chunk, close if close is not None and sound else following)
            return
        complete = "geometry" in found and "properties" in found
        if not complete and _MEMBER.match(self._data, self._next(close), following):
            # A brace too many in the middle of a feature: the rest of it belongs to it.
            self._damaged(chunk, following)
            return
        self._accept(chunk, self._data[start:close], found)
        self._position = self._after(_STRAY, close)

    def _no_object(self, chunk: FeatureChunk, following: int) -> None:
        """What stands where a feature should begin: a single value, or the rest of a damaged feature."""
        start = self._position
        if self._data[start] == ord("["):
            end = self._closing(start, following)
        else:
            scalar = _SCALAR.match(self._data, start, following)
            end = scalar.end() if scalar and _is_json(scalar[0]) else None
        self._damaged(chunk, following if end is None else end)

    def _closing(self, start: int, bound: int) -> int | None:
        """Position behind the bracket that closes the one at `start`; None when there is none."""
        opening = self._data[start : start + 1]
        closing = b"}" if opening == b"{" else b"]"
        depth = 0
        for token in _TOKENS[opening].finditer(self._data, start, bound):
            if token[0] == opening:
                depth += 1
            elif token[0] == closing:
                depth -= 1
                if depth == 0:
                    return token.end()
        return None

    def _after(self, what: re.Pattern[bytes], position: int) -> int:
        found = what.match(self._data, position, self._end)
        return found.end() if found else position

    def _next(self, position: int) -> int:
        """Position of what follows the separators; the last byte of the file where nothing does."""
        return min(self._after(_SEPARATORS, position), len(self._data) - 1)

    def _accept(self, chunk: FeatureChunk, text: bytes, found: dict[str, Any]) -> None:
        repeated = repeated_key(text) if may_repeat_keys(text, [found]) else None
        self._number += 1
        if repeated is None:
            chunk.numbers.append(self._number)
            chunk.features.append(found)
            return
        what = Text(f"同じ項目名「{repeated}」が2回あります", f"the key '{repeated}' stands twice")
        mend = Text("どちらが正しいか決めて1つにしてください", "decide which is right and keep one")
        place = Place(self._file.name, feature=self._number, line=self._line_of(self._position))
        chunk.damages.append(Damage(self._number, text, Problem("parcel.repeated-key", what, mend, place)))

    def _damaged(self, chunk: FeatureChunk, end: int) -> None:
        start = self._position
        text = self._data[start:end].rstrip(b" \t\r\n,")
        self._number += 1
        self._position = self._after(_SEPARATORS, end)
        line, column, value = self._where(text, start)
        what = Text("JSONとして読めません", "cannot be read as JSON")
        mend = Text(
            "余分なカンマ・欠けたかっこ・引用符・NaN がないか見てください",
            "look for a comma too many, a missing bracket or quote, NaN",
        )
        place = Place(self._file.name, feature=self._number, line=line, column=str(column), value=value)
        chunk.damages.append(Damage(self._number, text, Problem("parcel.not-json", what, mend, place)))

    def _where(self, text: bytes, start: int) -> tuple[int, int, str]:
        """Line, column and surroundings of the first fault in a damaged text."""
        try:
            json.loads(text.decode("utf-8", errors="replace"), parse_constant=_refuse_constant)
            position = 0
        except json.JSONDecodeError as error:
            position = len(text.decode("utf-8", errors="replace")[: error.pos].encode())
        except (ValueError, RecursionError):
            position = max(text.find(b"NaN"), text.find(b"Infinity"), 0)
        before = text[:position]
        column = position - before.rfind(b"\n") if b"\n" in before else self._column_of(start) + position
        return (
            self._line_of(start) + before.count(b"\n"),
            column,
            text[position : position + 30].decode(errors="replace"),
        )

    def _line_of(self, position: int) -> int:
        """Line of a position; positions come in rising order."""
        if position >= self._line_at:
            self._line += self._data[self._line_at : position].count(b"\n")
            self._line_at = position
        return self._line

    def _column_of(self, position: int) -> int:
        return position - self._data.rfind(b"\n", 0, position)


def _objects(text: bytes) -> list[Any] | None:
    """The objects in a text, parted by commas or line breaks; None when anything else is there."""
    try:
        found = orjson.loads(b"[" + text + b"]")
    except orjson.JSONDecodeError:
        found = _lines(text) if b"\n" in text else None
    return found if found and set(map(type, found)) == {dict} else None


def _lines(text: bytes) -> list[Any] | None:
    """Newline-delimited objects (RFC 8142 without its separators)."""
    try:
        return [orjson.loads(line) for line in text.split(b"\n") if line.strip(_BLANK)]
    except orjson.JSONDecodeError:
        return None


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return found if type(found) is dict else None


def _is_json(text: bytes) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _refuse_constant(name: str) -> float:
    raise ValueError(name)
