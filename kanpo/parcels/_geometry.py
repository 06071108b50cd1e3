"""From coordinates to polygons, for a whole chunk at once; odd ones are looked at one by one."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
import shapely

from kanpo.budgets import RINGS
from kanpo.parcels._findings import Finding, reject, repair

_NUMBERS = frozenset((int, float))


@dataclass(slots=True)
class Built:
    """Geometries (n,) of a chunk, None where rejected, and what was found by feature position."""

    shapes: np.ndarray
    findings: list[tuple[int, Finding]] = field(default_factory=list)


def build_polygons(geometries: list[Any]) -> Built:
    """Build polygons from GeoJSON geometries (n).

    Plain polygons (lists of rings of number pairs, four or more each) go through in columns;
    everything else (a third coordinate, text, several parts, short rings, other types) one by one.
    """
    built = Built(np.full(len(geometries), None, dtype=object))
    plain = [
        position
        for position, geometry in enumerate(geometries)
        if type(geometry) is dict
        and geometry.get("type") == "Polygon"
        and _has_rings(geometry.get("coordinates"))
    ]
    odd = set(range(len(geometries))) - set(plain)
    coordinates = _pairs([geometries[position]["coordinates"] for position in plain])
    if coordinates is None:
        sorted_out = [p for p in plain if _pairs([geometries[p]["coordinates"]]) is None]
        odd |= set(sorted_out)
        plain = [position for position in plain if position not in odd]
        coordinates = _pairs([geometries[position]["coordinates"] for position in plain])
    if plain and coordinates is not None:
        _build_plain(built, plain, [geometries[position]["coordinates"] for position in plain], coordinates)
    for position in sorted(odd):
        shape, findings = _build_odd(geometries[position])
        built.shapes[position] = shape
        built.findings += [(position, finding) for finding in findings]
    return built


def _has_rings(rings: Any) -> bool:
    return (
        type(rings) is list and bool(rings) and all(type(ring) is list and len(ring) >= 4 for ring in rings)
    )


def _pairs(polygons: list[Any]) -> np.ndarray | None:
    """All points of some polygons as (m, 2); None unless every one is a pair of numbers."""
    points = list(chain.from_iterable(chain.from_iterable(polygons)))
    if not points:
        return np.empty((0, 2))
    if set(map(type, points)) != {list} or set(map(len, points)) != {2}:
        return None
    numbers = list(chain.from_iterable(points))
    if not set(map(type, numbers)) <= _NUMBERS:
        return None
    return np.array(numbers, dtype=float).reshape(-1, 2)


def _build_plain(built: Built, positions: list[int], polygons: list[Any], points: np.ndarray) -> None:
    rings_of = np.array([len(rings) for rings in polygons])
    points_of = np.array([len(ring) for rings in polygons for ring in rings])
    owner = np.repeat(np.arange(len(polygons)), rings_of)
    starts = np.concatenate([[0], np.cumsum(points_of)[:-1]])
    ends = starts + points_of - 1
    for ring in np.flatnonzero((points[starts] != points[ends]).any(axis=1)):
        built.findings.append((positions[owner[ring]], repair("ring-open")))
    same = np.zeros(len(points), dtype=bool)
    same[1:] = (points[1:] == points[:-1]).all(axis=1)
    same[starts] = False
    ring_of_point = np.repeat(np.arange(len(points_of)), points_of)
    if same.any():
        for polygon in np.unique(owner[ring_of_point[same]]):
            built.findings.append((positions[polygon], repair("point-repeated")))
        points, ring_of_point = points[~same], ring_of_point[~same]
        points_of = np.bincount(ring_of_point, minlength=len(points_of))
    short = points_of < 4
    bad = np.unique(owner[short])
    if len(bad):
        # Fewer than three corners are left: look at them one by one, with the reason.
        for polygon in bad:
            shape, findings = _build_odd({"type": "Polygon", "coordinates": polygons[polygon]})
            built.shapes[positions[polygon]] = shape
            built.findings += [
                (positions[polygon], found)
                for found in findings
                if found.code not in ("point-repeated", "ring-open")
            ]
        keep = ~np.isin(owner, bad)
        chosen = keep[ring_of_point]
        points = points[chosen]
        ring_of_point = (np.cumsum(keep) - 1)[ring_of_point[chosen]]
        owner = owner[keep]
    rings: Any = shapely.linearrings(points, indices=ring_of_point)
    good, index = np.unique(owner, return_inverse=True)
    if len(good):
        built.shapes[np.array(positions)[good]] = shapely.polygons(rings, indices=index)


def _build_odd(geometry: Any) -> tuple[Any, list[Finding]]:
    """One geometry with its findings; None when it is rejected."""
    if geometry is None:
        return None, [reject("no-geometry")]
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind in ("Point", "MultiPoint"):
        return None, [reject("is-point", kind)]
    if kind not in ("Polygon", "MultiPolygon"):
        return None, [reject("not-polygon", kind)]
    if not isinstance(coordinates, list) or not coordinates:
        return None, [reject("empty")]
    if kind == "MultiPolygon" and len(coordinates) > RINGS:
        return None, [reject("many-rings", f"{len(coordinates):,}")]
    findings: list[Finding] = []
    parts = []
    for rings in coordinates if kind == "MultiPolygon" else [coordinates]:
        part = _part(rings, findings)
        if part is None:
            return None, [finding for finding in findings if finding.rejects]
        parts.append(part)
    if kind == "MultiPolygon" and len(parts) == 1:
        findings.append(repair("single-part"))
    return (parts[0] if len(parts) == 1 else shapely.multipolygons(parts)), findings


def _part(rings: Any, findings: list[Finding]) -> Any:
    if not isinstance(rings, list) or not rings:
        findings.append(reject("empty"))
        return None
    built: list[Any] = []
    for ring in rings:
        found: list[Finding] = []
        points = _ring(ring, found)
        if points is None and built and [one.code for one in found if one.rejects] == ["too-few-points"]:
            # A hole of one or two places takes nothing away.
            findings.append(repair("hole-collapsed"))
            continue
        findings += found
        if points is None:
            return None
        built.append(shapely.linearrings(points))
    return shapely.polygons(built[0], holes=built[1:] or None)


def _ring(ring: Any, findings: list[Finding]) -> np.ndarray | None:
    """A ring as (m, 2), closed and without repeated points; None when it is rejected."""
    if not isinstance(ring, list) or not ring:
        findings.append(reject("empty"))
        return None
    for point in ring:
        numbers = isinstance(point, list) and len(point) >= 2 and all(type(n) in _NUMBERS for n in point[:2])
        if not numbers:
            findings.append(reject("not-numbers", point))
            return None
    if any(len(point) > 2 for point in ring):
        findings.append(repair("z-dropped"))
    points = np.array([point[:2] for point in ring], dtype=float)
    if (points[0] != points[-1]).any():
        findings.append(repair("ring-open"))
        points = np.vstack([points, points[:1]])
    same = np.concatenate([[False], (points[1:] == points[:-1]).all(axis=1)])
    if same.any():
        findings.append(repair("point-repeated"))
        points = points[~same]
    if len(np.unique(points, axis=0)) < 3:
        findings.append(reject("too-few-points"))
        return None
    return points


def take_polygons(shapes: np.ndarray) -> Built:
    """Geometries (n) that a file gives ready-made, with what is odd about them."""
    built = Built(np.full(len(shapes), None, dtype=object))
    kinds = shapely.get_type_id(shapes)
    polygonal = np.isin(kinds, (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    empty = shapely.is_empty(shapes) & polygonal
    for position in np.flatnonzero(~polygonal | empty):
        shape = shapes[position]
        code = "no-geometry" if shape is None else "empty" if shape.is_empty else "not-polygon"
        if shape is not None and shape.geom_type in ("Point", "MultiPoint"):
            code = "is-point"
        value = None if shape is None else shape.geom_type
        built.findings.append((int(position), reject(code, value)))
    for position in np.flatnonzero(polygonal & ~empty):
        shape = shapes[position]
        if shapely.has_z(shape):
            built.findings.append((int(position), repair("z-dropped")))
            shape = shapely.force_2d(shape)
        if shape.geom_type == "MultiPolygon" and len(shape.geoms) == 1:
            built.findings.append((int(position), repair("single-part")))
            shape = shape.geoms[0]
        built.shapes[position] = shape
    return built
