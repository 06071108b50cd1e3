"""Where the features stand in a GeoJSON text, and what stands around them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import orjson

from kanpo.crs import SAME_AS_STORED, TOKYO_EPSG, TOKYO_PLANES
from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text
from kanpo.parcels._open import InputFile

_FEATURES = re.compile(rb'"features"\s*:\s*\[')
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]]', re.DOTALL)
#: Bytes searched for the beginning of the list of features.
_HEAD = 1024 * 1024
#: Lines that are looked at to recognise one feature a line.
_LINES = 5
#: A file that is one object without a list of features is parsed whole up to this size.
_WHOLE = 100 * 1024 * 1024
_GEOMETRIES = (
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
)
_EPSG = re.compile(r"(?:EPSG:{1,2}|EPSG/0/)(\d{4,5})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Layout:
    """`start` to `end` holds the features; `crs` is the EPSG code that the file says, if any.

    `complete` tells whether the end of the collection was found.
    """

    form: Literal["collection", "feature", "geometry", "lines"]
    start: int
    end: int
    crs: int | None
    complete: bool = True


def find_layout(file: InputFile, crs: int | None = None) -> Layout:
    """Find the features of a file.

    Parameters
    ----------
    crs : int, optional
        What the user says of the coordinate system; goes before what the file says.

    Raises
    ------
    InputUnusable
        It is no GeoJSON, has no features, or an unknown coordinate system.
    """
    start = _list_of_features(file)
    if start is None:
        return _single(file, crs)
    head = file.data[file.start : start]
    end, tail = _end_of_features(file, start, head)
    members = _members(head, tail)
    kind = members.get("type") if members else "FeatureCollection"
    if kind != "FeatureCollection":
        raise _not_geojson(file, kind, esri=bool({"geometryType", "spatialReference"} & set(members or ())))
    # What the user says goes first: it is the mend for a file that says nonsense.
    said = _crs_of(members.get("crs"), file) if members and crs is None else None
    if file.data.find(b"{", start, end) < 0:
        raise _no_features(file)
    return Layout("collection", start, end, crs or said, complete=members is not None)


def _list_of_features(file: InputFile) -> int | None:
    """Position behind the ``[`` of the top-level member ``features``."""
    data = file.data
    for match in _FEATURES.finditer(data, file.start, min(len(data), file.start + _HEAD)):
        depth = 0
        for token in _TOKEN.finditer(data, file.start, match.start()):
            depth += {b"{": 1, b"[": 1, b"}": -1, b"]": -1}.get(token[0], 0)
        if depth == 1:
            return match.end()
    return None


def _end_of_features(file: InputFile, start: int, head: bytes) -> tuple[int, bytes]:
    """Position of the ``]`` that closes the list, and what follows; the end of the file if it is missing."""
    data, end = file.data, len(file.data)
    for _ in range(6):
        end = data.rfind(b"]", start, end)
        if end < 0:
            break
        tail = data[end + 1 :]
        if len(tail) < _HEAD and _members(head, tail) is not None:
            return end, tail
    return len(data), b""


def _members(head: bytes, tail: bytes) -> dict[str, object] | None:
    """The members of the collection with its features left out; None when it does not parse."""
    try:
        found = orjson.loads(head + b"]" + tail)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _single(file: InputFile, crs: int | None) -> Layout:
    size = len(file.data) - file.start
    # Several lines, since the first may be damaged.
    lines = file.data[file.start : file.start + min(size, _HEAD)].lstrip().split(b"\n", _LINES)
    for line in map(_parsed, lines[:_LINES] if len(lines) > 1 else ()):
        if isinstance(line, dict) and line.get("type") == "Feature":
            return Layout("lines", file.start, len(file.data), crs)
    whole = _parsed(file.data[file.start :]) if size <= _WHOLE else None
    if not isinstance(whole, dict):
        raise InputUnusable(
            "file.not-json",
            Text("JSONとして読めません", "cannot be read as JSON"),
            Text(
                "壊れていないか確かめ、GeoJSONとして書き出し直してください",
                "see whether it is damaged, export it again as GeoJSON",
            ),
            Place(str(file.path)),
        )
    kind = whole.get("type")
    if kind == "FeatureCollection":
        raise _no_features(file)
    said = _crs_of(whole.get("crs"), file) if crs is None else None
    if kind == "Feature":
        return Layout("feature", file.start, len(file.data), crs or said)
    if kind in _GEOMETRIES:
        return Layout("geometry", file.start, len(file.data), crs or said)
    raise _not_geojson(file, kind, esri="geometryType" in whole or "rings" in whole)


def _parsed(text: bytes) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _no_features(file: InputFile) -> InputUnusable:
    return InputUnusable(
        "file.no-features",
        Text("筆が1つもありません(featuresが空です)", "has no features"),
        Text("書き出しの範囲を確かめてください", "check what was exported"),
        Place(str(file.path)),
    )


def _not_geojson(file: InputFile, kind: object, esri: bool = False) -> InputUnusable:
    if esri:
        what = Text("GeoJSONではなく Esri JSON です", "is Esri JSON, not GeoJSON")
    else:
        what = Text("JSONですが、GeoJSONではありません", "is JSON, but not GeoJSON")
    mend = Text(
        "GeoJSON(FeatureCollection)として書き出してください", "export it as GeoJSON (FeatureCollection)"
    )
    return InputUnusable("file.not-geojson", what, mend, Place(str(file.path), column="type", value=kind))


def _crs_of(member: object, file: InputFile) -> int | None:
    """EPSG code of a ``crs`` member; None when there is none or it says CRS84."""
    if member is None:
        return None
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if isinstance(name, str):
        if name.upper().endswith("CRS84"):
            return None
        match = _EPSG.search(name.strip())
        if match:
            return known_epsg(int(match[1]), file.path, name)
    raise _unknown_crs(file.path, name or member)


def known_epsg(code: int, path: object, written: object) -> int:
    """`code` when it is a coordinate system of parcels in Japan.

    Raises
    ------
    InputUnusable
        It is another one.
    """
    japanese = 6669 <= code <= 6687 or 2443 <= code <= 2461 or code == TOKYO_EPSG or code in TOKYO_PLANES
    if code in SAME_AS_STORED or japanese:
        return code
    raise _unknown_crs(path, written)


def _unknown_crs(path: object, written: object) -> InputUnusable:
    return InputUnusable(
        "file.crs",
        Text("この座標系は扱えません", "this coordinate system is not supported"),
        Text(
            "経緯度(EPSG:6668・4326)か平面直角座標系(EPSG:6669〜6687)で書き出すか、--crs で正しいものを指定してください",
            "export in degrees (EPSG:6668, 4326) or a plane zone (EPSG:6669 to 6687), or say the right one with --crs",
        ),
        Place(None if path is None else str(path), column="crs", value=str(written)),
    )
