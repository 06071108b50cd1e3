"""Parcel files of the shapes that offices get, and the ways in which they are broken."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from kanpo.errors import Problem
from kanpo.parcels import ParcelChunk, Reject, read_parcels

#: Side of the squares, degrees: about 26 m by 33 m in the Shonai plain.
SIDE = 0.0003


def square(number: int = 0, side: float = SIDE) -> list[list[float]]:
    """A closed ring, counter-clockwise; each number has a place of its own."""
    x, y = round(139.7 + number % 100 * 0.001, 6), round(38.6 + number // 100 * 0.001, 6)
    return [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]


def polygon(*rings: list[Any]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def feature(number: int = 0, geometry: Any = ..., **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"parcel_id": f"A{number}", **properties},
        "geometry": polygon(square(number)) if geometry is ... else geometry,
    }


def collection(features: list[Any], **members: Any) -> str:
    return json.dumps({"type": "FeatureCollection", **members, "features": features}, ensure_ascii=False)


def texts(features: list[str]) -> str:
    """A collection from features that are already text, broken or not."""
    return '{"type": "FeatureCollection", "features": [\n' + ",\n".join(features) + "\n]}\n"


@dataclass
class Result:
    """All chunks of a file together."""

    read: int = 0
    duplicates: int = 0
    repaired: int = 0
    frames: list[gpd.GeoDataFrame] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    pins: list[str] = field(default_factory=list)
    source: str | None = None

    @property
    def frame(self) -> gpd.GeoDataFrame:
        return (
            gpd.GeoDataFrame(pd.concat(self.frames, ignore_index=True)) if self.frames else gpd.GeoDataFrame()
        )

    @property
    def stored(self) -> int:
        return sum(map(len, self.frames))

    @property
    def ids(self) -> list[str]:
        return list(self.frame["parcel_id"]) if self.stored else []

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem in self.problems]

    @property
    def counted(self) -> Counter[str]:
        return Counter(self.codes)

    def add(self, chunk: ParcelChunk) -> None:
        self.read += chunk.read
        self.duplicates += chunk.duplicates
        self.repaired += chunk.repaired
        self.frames.append(chunk.frame)
        self.pins += list(chunk.pins["register_id"])
        self.problems += chunk.problems
        self.rejects += chunk.rejects


def read(path: Path, **options: Any) -> Result:
    result = Result()
    with read_parcels(path, **options) as reader:
        for chunk in reader:
            result.add(chunk)
        result.source = reader.source.key if reader.source else None
    assert result.read == result.stored + len(result.pins) + len(result.rejects) + result.duplicates
    return result


def read_text(folder: Path, text: str | bytes, **options: Any) -> Result:
    path = folder / "筆.geojson"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(path, **options)
