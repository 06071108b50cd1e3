"""Cutting a GeoJSON text into features, a chunk at a time, so that memory does not grow with the file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import orjson

from kanpo.errors import Place, Problem
from kanpo.locale import Text
from kanpo.parcels._layout import Layout
from kanpo.parcels._open import InputFile

#: How features begin in the files of all common writers.
_START = re.compile(rb'\{\s*"type"\s*:\s*"Feature"\s*[,}]')
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}]', re.DOTALL)
#: Features handled together.
CHUNK = 20_000
#: A feature is at most cut into so many pieces by a text inside it that looks like a beginning.
_JOINS = 4
_BLANK = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Damage:
    """A feature that is no JSON: its number, its text and the problem."""

    number: int
    text: bytes
    problem: Problem


@dataclass(slots=True)
class FeatureChunk:
    """Features as parsed, with their numbers (the first of the file is 1), and damaged ones."""

    numbers: list[int] = field(default_factory=list)
    features: list[dict[str, Any]] = field(default_factory=list)
    damages: list[Damage] = field(default_factory=list)
    position: int = 0

    @property
    def read(self) -> int:
        """How many features there were."""
        return len(self.features) + len(self.damages)


def split_features(file: InputFile, layout: Layout, size: int = CHUNK) -> Iterator[FeatureChunk]:
    """The features of a file in order, at most about `size` at a time.

    A damaged feature becomes one `Damage`; those before and after it are read.
    """
    if layout.form in ("feature", "geometry"):
        found = orjson.loads(file.data[layout.start : layout.end])
        feature = (
            found if layout.form == "feature" else {"type": "Feature", "properties": {}, "geometry": found}
        )
        yield FeatureChunk([1], [feature], [], layout.end)
        return
    yield from _Splitter(file, layout).chunks(size)


class _Splitter:
    def __init__(self, file: InputFile, layout: Layout) -> None:
        self._data = file.data
        self._file = file
        self._layout = layout
        self._number = 0
        self._line = 1
        self._line_at = 0

    def chunks(self, size: int) -> Iterator[FeatureChunk]:
        """Cut at what looks like beginnings of features; what does not parse is looked at closely."""
        start, end = self._layout.start, self._layout.end
        beginnings = (match.start() for match in _START.finditer(self._data, start, end))
        first = next(beginnings, None)
        if first is None or self._data[start:first].strip(_BLANK):
            # Another order of keys, at least at the beginning: follow the braces instead.
            yield from self._by_braces(start, end, size)
            return
        position: int | None = first
        while position is not None:
            cuts = [position, *islice(beginnings, size)]
            position = cuts.pop() if len(cuts) > size else None
            yield self._chunk([*cuts, end if position is None else position])

    def _chunk(self, cuts: list[int]) -> FeatureChunk:
        chunk = FeatureChunk(position=cuts[-1])
        text = self._slice(cuts[0], cuts[-1])
        found = _list(text)
        if found is not None and len(found) == len(cuts) - 1 and not _may_repeat_keys(text, found):
            self._take(chunk, found)
        else:
            self._one_by_one(chunk, cuts)
        return chunk

    def _take(self, chunk: FeatureChunk, found: list[Any]) -> None:
        chunk.numbers += range(self._number + 1, self._number + 1 + len(found))
        chunk.features += found
        self._number += len(found)

    def _one_by_one(self, chunk: FeatureChunk, cuts: list[int]) -> None:
        index = 0
        while index < len(cuts) - 1:
            for joined in range(1, _JOINS + 1):
                if index + joined >= len(cuts):
                    continue
                text = self._slice(cuts[index], cuts[index + joined])
                found = _list(text)
                if found is not None:
                    self._accept(chunk, text, found, cuts[index])
                    break
            else:
                joined = 1
                self._damaged(chunk, cuts[index], cuts[index + 1])
            index += joined

    def _accept(self, chunk: FeatureChunk, text: bytes, found: list[Any], offset: int) -> None:
        repeated = _repeated_key(text) if _may_repeat_keys(text, found) else None
        if repeated is None:
            self._take(chunk, found)
            return
        self._number += 1
        what = Text(f"同じ項目名「{repeated}」が2回あります", f"the key '{repeated}' stands twice")
        mend = Text("どちらが正しいか決めて1つにしてください", "decide which is right and keep one")
        place = Place(self._file.name, feature=self._number, line=self._line_of(offset))
        chunk.damages.append(Damage(self._number, text, Problem("parcel.repeated-key", what, mend, place)))

    def _damaged(self, chunk: FeatureChunk, start: int, end: int) -> None:
        text = self._slice(start, end)
        self._number += 1
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

    def _slice(self, start: int, end: int) -> bytes:
        """The text between two beginnings without the comma that parts them."""
        text = self._data[start:end].rstrip(_BLANK)
        return text[:-1].rstrip(_BLANK) if text.endswith(b",") else text

    def _by_braces(self, start: int, end: int, size: int) -> Iterator[FeatureChunk]:
        """Find each top-level object by counting braces outside of strings."""
        chunk = FeatureChunk(position=start)
        depth, opened = 0, start
        for token in _TOKEN.finditer(self._data, start, end):
            if token[0] == b"{":
                if depth == 0:
                    opened = token.start()
                depth += 1
            elif token[0] == b"}" and depth:
                depth -= 1
                if depth == 0:
                    self._object(chunk, opened, token.end())
                    chunk.position = token.end()
                    if chunk.read >= size:
                        yield chunk
                        chunk = FeatureChunk(position=token.end())
        if depth:
            self._damaged(chunk, opened, end)
        if chunk.read:
            yield chunk

    def _object(self, chunk: FeatureChunk, start: int, end: int) -> None:
        text = self._data[start:end]
        found = _list(text)
        if found is None:
            self._damaged(chunk, start, end)
        else:
            self._accept(chunk, text, found, start)


def _list(text: bytes) -> list[Any] | None:
    """The objects in a text, parted by commas or line breaks; None when it is no JSON."""
    try:
        found = orjson.loads(b"[" + text + b"]")
    except orjson.JSONDecodeError:
        found = _lines(text) if b"\n" in text else None
    return found if found and all(type(item) is dict for item in found) else None


def _lines(text: bytes) -> list[Any] | None:
    """Newline-delimited objects (RFC 8142 without its separators)."""
    try:
        return [orjson.loads(line) for line in text.split(b"\n") if line.strip(_BLANK)]
    except orjson.JSONDecodeError:
        return None


def _may_repeat_keys(text: bytes, found: list[Any]) -> bool:
    """A quick look: are there more keys in the text than in what was parsed from it?"""
    return text.count(b'":') - text.count(b'\\":') != sum(map(_keys, found))


def _keys(value: Any) -> int:
    """How many keys an object has, inner objects included."""
    total = 0
    stack = [value]
    while stack:
        item = stack.pop()
        if type(item) is dict:
            total += len(item)
            stack += [inner for inner in item.values() if type(inner) is dict or type(inner) is list]
        elif type(item) is list and item and type(item[0]) in (dict, list):
            # Coordinates are lists of lists of numbers: nothing to count in them.
            inner = item[0]
            while type(inner) is list and inner:
                inner = inner[0]
            if type(inner) is dict:
                stack += item
    return total


def _repeated_key(text: bytes) -> str | None:
    """The first key that stands twice in one object."""
    found: list[str] = []

    def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        found.extend(key for key in keys if keys.count(key) > 1)
        return dict(pairs)

    try:
        json.loads(b"[" + text + b"]", object_pairs_hook=look)
    except (ValueError, RecursionError):
        return None
    return found[0] if found else None


def _refuse_constant(name: str) -> float:
    raise ValueError(name)
