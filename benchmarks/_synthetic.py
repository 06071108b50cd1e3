"""Synthetic parcels that look like a ministry's file, of any size."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

#: About 570 bytes a feature, as in a municipality's file of 筆ポリゴン.
_HISTORY = '[{"type": "new", "year": 2019}, {"type": "reshape", "year": 2022, "from": ["%s"]}]'


def write_parcels(path: Path, count: int, seed: int = 1) -> None:
    """Write `count` fields of 6 to 11 corners on a loose grid in the Shonai plain, as GeoJSON."""
    random = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(count)))
    with path.open("w", encoding="utf-8") as out:
        out.write('{"type":"FeatureCollection","name":"2025_062031","features":[\n')
        for i in range(count):
            row, column = divmod(i, side)
            ring = _ring(random, 139.70 + column * 0.0006, 38.60 + row * 0.0006)
            identity = f"{i:08x}-0000-4000-8000-{i:012x}"
            feature = {
                "type": "Feature",
                "properties": {
                    "polygon_uuid": identity,
                    "land_type": 100 if i % 3 else 200,
                    "issue_year": 2025,
                    "edit_year": 2024,
                    "history": _HISTORY % identity[::-1],
                    "last_polygon_uuid": identity[::-1],
                    "prev_last_polygon_uuid": None,
                    "local_government_cd": "062031",
                    "point_lng": ring[0][0],
                    "point_lat": ring[0][1],
                },
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
            out.write(json.dumps(feature, ensure_ascii=False))
            out.write("\n" if i == count - 1 else ",\n")
        out.write("]}\n")


def _ring(random: np.random.Generator, west: float, south: float) -> list[list[float]]:
    corners = int(random.integers(6, 12))
    angles = np.sort(random.uniform(0, 2 * np.pi, corners)) + np.linspace(0, 0.01, corners)
    radius = random.uniform(0.00012, 0.00026, corners)
    x = np.round(west + 0.0003 + radius * np.cos(angles), 7)
    y = np.round(south + 0.0003 + radius * np.sin(angles), 7)
    ring = [[float(a), float(b)] for a, b in zip(x, y, strict=True)]
    return [*ring, ring[0]]
