"""One tile of a digital elevation model of the Geospatial Information Authority of Japan.

基盤地図情報(数値標高モデル) as downloaded, in JPGIS (GML): a secondary or tertiary mesh of cells of
0.4" (10 m), 0.2" (5 m) or 0.04" (1 m). The cells stand row by row from the north west
(``sequenceRule`` ``+x-y``), one "kind,height" each, from ``startPoint`` on; cells before it and
after the last one are not told. −9999 stands for no data and for the sea. Source of the format:
国土地理院, 基盤地図情報ダウンロードデータ ファイル仕様書 (数値標高モデル編).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

import numpy as np

from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.sites._archive import Member
from kanpo.sites._values import impossible, outside, refuse

#: Datums of the tiles. JGD2024 has no code of its own; its longitudes and latitudes are those of JGD2011.
_EPSG = {"fguuid:jgd2000.bl": 4612, "fguuid:jgd2011.bl": 6668, "fguuid:jgd2024.bl": 6668}
_NO_DATA = -9999.0
#: The largest tile read, bytes; a 10 m tile has about 15 million.
_LARGEST = 256 * 1024**2
#: Cells of the largest tile read; those of 10 m have 843,750.
_MOST_CELLS = 10_000_000
#: Open pits lie down to 170 m below the sea. No field does, so what lies lower than one counts as not told.
_DEEPEST_PIT = -200.0
#: By how much of a cell a corner, written to nine decimals, may lie off the grid.
_OFF = 0.05
_TEXTS = ("lowerCorner", "upperCorner", "low", "high", "startPoint", "tupleList")
_ENCODING = re.compile(rb"""<\?xml[^>]{0,100}encoding\s*=\s*["']([\w-]{1,20})["']""")
_ENCODINGS = {"utf-8": "utf-8-sig", "shift_jis": "cp932", "shift-jis": "cp932", "windows-31j": "cp932"}
#: Type and day in the names of the tiles; of the 5 m models A (laser) is the most exact, C the least.
_NAME = re.compile(r"dem(\d+)([a-c]).*?(\d{8})?\.xml$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """Heights in metres (rows, columns) from the north west, NaN where not told.

    Cells are 1 / `per_degree` (longitude, latitude) degrees wide and high; `column` and `row` count
    them from 0° E to the west edge and from 0° N to the north edge. Of tiles that lie on each other
    the one with the greatest `rank` counts.
    """

    name: str
    epsg: int
    per_degree: tuple[int, int]
    column: int
    row: int
    heights: np.ndarray
    rank: tuple[str, str]


def is_dem(member: Member) -> bool:
    """Whether a file is such a tile, whatever it is called."""
    head = member.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"<") and b"<DEM" in head


def read_tile(member: Member) -> Tile:
    """Read a tile.

    Raises
    ------
    InputUnusable
        No such tile, an unknown datum or order of cells, more heights than cells, or heights that
        cannot be (with file, line and value).
    """
    found = _parsed(member)
    try:
        (south, west), (north, east) = (_numbers(found[key], float) for key in ("lowerCorner", "upperCorner"))
        low, high, start = (_numbers(found[key], int) for key in ("low", "high", "startPoint"))
        epsg = _EPSG[found["srsName"]]
    except (KeyError, ValueError):
        raise _no_tile(member) from None
    columns, rows = int(high[0] - low[0]) + 1, int(high[1] - low[1]) + 1
    there = west < east and south < north and columns > 0 and rows > 0 and columns * rows <= _MOST_CELLS
    if found.get("order") != "+x-y" or not there:
        raise _no_tile(member)
    # Coarser than a degree is no tile, and would be 0 here.
    per_degree = max(1, round(columns / (east - west))), max(1, round(rows / (north - south)))
    column, row = west * per_degree[0], north * per_degree[1]
    off = max(abs(at - round(at)) for at in (column, row, east * per_degree[0], south * per_degree[1]))
    skipped = int(start[0] - low[0]) + int(start[1] - low[1]) * columns
    told = _heights(found["tupleList"], found["line"], member)
    if off > _OFF or not 0 <= skipped <= columns * rows or skipped + len(told) > columns * rows:
        raise _no_tile(member)
    heights = np.full(columns * rows, np.nan, dtype=np.float32)
    heights[skipped : skipped + len(told)] = told
    match = _NAME.search(member.name)
    rank = (chr(ord("z") - ord(match[2].lower()) + ord("a")), match[3] or "") if match else ("", "")
    return Tile(
        member.path, epsg, per_degree, round(column), round(row), heights.reshape(rows, columns), rank
    )


def _parsed(member: Member) -> dict[str, Any]:
    """Texts of the elements that count, the two attributes, and the line at which the heights begin."""
    content = member.read(_LARGEST + 1)
    declared = _ENCODING.match(content[:200].removeprefix(b"\xef\xbb\xbf"))
    encoding = _ENCODINGS.get(declared[1].decode().lower() if declared else "utf-8")
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    found: dict[str, Any] = {}
    pieces: list[str] | None = None

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal pieces
        local = name.rpartition(" ")[2]
        pieces = [] if local in _TEXTS and local not in found else None
        if local == "tupleList":
            found.setdefault("line", parser.CurrentLineNumber)
        if local in ("Envelope", "sequenceRule"):
            key = "srsName" if local == "Envelope" else "order"
            found.setdefault(key, attributes.get(key, ""))

    def text(piece: str) -> None:
        if pieces is not None:
            pieces.append(piece)

    def end(name: str) -> None:
        nonlocal pieces
        if pieces is not None:
            found[name.rpartition(" ")[2]] = "".join(pieces)
        pieces = None

    def refuse_declarations(*_: object) -> None:
        raise _no_tile(member)

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, text
    # No published tile has a document type; entities could blow up or read other files.
    parser.StartDoctypeDeclHandler = refuse_declarations
    try:
        if encoding is None or len(content) > _LARGEST:
            raise _no_tile(member)
        parser.Parse(content.decode(encoding), True)
    except (expat.ExpatError, UnicodeDecodeError):
        raise _no_tile(member) from None
    return found


def _numbers(text: str, kind: type[int] | type[float]) -> tuple[float, float]:
    """The two numbers of a text."""
    first, second = text.split()
    if not np.isfinite(float(first)) or not np.isfinite(float(second)):
        raise ValueError(text)
    return kind(first), kind(second)


def _heights(tuples: str, line: int, member: Member) -> np.ndarray:
    """Heights in their order, NaN for no data."""
    written = [piece.rpartition(",")[2] for piece in tuples.split()]
    try:
        heights = np.array(written, dtype=np.float64)
    except ValueError:
        heights = np.array([_number(text) for text in written])
    heights[heights == _NO_DATA] = np.nan
    height = FACTORS["elevation_m"]
    assert height.minimum is not None and height.maximum is not None
    heights[(heights < height.minimum) & (heights > _DEEPEST_PIT)] = np.nan
    line += tuples[: len(tuples) - len(tuples.lstrip())].count("\n")
    problems = [
        impossible(
            height.label,
            height.minimum,
            height.maximum,
            height.unit,
            Place(member.path, line=line + int(at), value=written[at]),
        )
        # What is no number has become infinite.
        for (at,) in outside("elevation_m", heights)
    ]
    refuse(problems, member.path)
    return heights


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("inf")


def _no_tile(member: Member) -> InputUnusable:
    return InputUnusable(
        "layer.dem-tile",
        Text(
            "基盤地図情報の数値標高モデル(JPGIS GML)として読めません",
            "cannot be read as a tile of the DEM of the Geospatial Information Authority (JPGIS GML)",
        ),
        Text(
            "基盤地図情報ダウンロードサービスから、もう一度ダウンロードしてください",
            "download it once more from the service of the Geospatial Information Authority",
        ),
        Place(member.path),
    )
