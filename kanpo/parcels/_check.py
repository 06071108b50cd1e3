"""Checking and repairing the geometries of a chunk: only what is certain is repaired."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely

from kanpo.budgets import CORNERS, RINGS, crosses_too_often
from kanpo.crs import JAPAN_BOX, SAME_AS_STORED, STORED_EPSG
from kanpo.locale import Text
from kanpo.parcels._findings import Finding, reject, repair, warn
from kanpo.parcels._geometry import Built
from kanpo.parcels._measure import measure_area_m2, reproject

SLIVER_M2 = 10.0
HUGE_M2 = 500_000.0
#: Share by which the measured area may differ from the registered.
AREA_TOLERANCE = 0.30
#: A mended self-intersection is certain when it keeps the area that the outline encloses.
_KEPT_SHARE = 0.9
_DEGREES = 360.0


@dataclass(slots=True)
class Checked:
    """Geometries (n,) in EPSG:6668, None where rejected, their areas in m², and the findings."""

    shapes: np.ndarray
    areas: np.ndarray
    findings: list[tuple[int, Finding]] = field(default_factory=list)


def check_polygons(built: Built, crs: int | None, registered_m2: np.ndarray | None) -> Checked:
    """Check geometries, repair what is certain, measure.

    Parameters
    ----------
    built : Built
        As drawn, in the coordinates of the file.
    crs : int or None
        EPSG code of the file; None for degrees without a word.
    registered_m2 : ndarray (n,) or None
        Registered areas, NaN where unknown; None where the shapes are no parcels, so that no size
        is doubtful.
    """
    shapes, findings = built.shapes.copy(), list(built.findings)
    _within_budget(shapes, findings)
    there = np.flatnonzero([shape is not None for shape in shapes])
    if crs is not None and crs not in SAME_AS_STORED and len(there):
        shapes[there] = reproject(shapes[there], crs, STORED_EPSG)
    _place(shapes, there, findings)
    there = np.flatnonzero([shape is not None for shape in shapes])
    _mend_crossings(shapes, there, findings)
    there = np.flatnonzero([shape is not None for shape in shapes])
    areas = np.full(len(shapes), np.nan)
    if len(there):
        _orient(shapes, there, findings)
        areas[there] = measure_area_m2(shapes[there])
        for position in there[areas[there] <= 0.01]:
            findings.append((int(position), reject("no-area")))
            shapes[position], areas[position] = None, np.nan
    if registered_m2 is not None:
        _doubt(areas, registered_m2, findings)
    return Checked(shapes, areas, _with_areas(findings, built, areas, crs))


def _within_budget(shapes: np.ndarray, findings: list[tuple[int, Finding]]) -> None:
    """Outlines of more corners or rings than can be checked are sent back before anything is done to them."""
    corners, rings = shapely.get_num_coordinates(shapes), _count_rings(shapes)
    for code, counts, most in (("many-corners", corners, CORNERS), ("many-rings", rings, RINGS)):
        for position in np.flatnonzero(counts > most):
            if shapes[position] is not None:
                findings.append((int(position), reject(code, f"{counts[position]:,}")))
                shapes[position] = None


def _count_rings(shapes: np.ndarray) -> np.ndarray:
    """How many rings each of the shapes (n,) has, holes and those of all parts."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings = 1 + np.maximum(shapely.get_num_interior_rings(parts), 0)
    return np.bincount(owner, weights=rings, minlength=len(shapes)).astype(int)


def _inside(bounds: np.ndarray) -> np.ndarray:
    west, south, east, north = JAPAN_BOX
    return (bounds[:, 0] >= west) & (bounds[:, 1] >= south) & (bounds[:, 2] <= east) & (bounds[:, 3] <= north)


def _place(shapes: np.ndarray, there: np.ndarray, findings: list[tuple[int, Finding]]) -> None:
    """In Japan; swapped axes are certain, since no place is in Japan both ways."""
    if not len(there):
        return
    bounds = shapely.bounds(shapes[there])
    good = _inside(bounds)
    swapped = ~good & _inside(bounds[:, [1, 0, 3, 2]])
    for position in there[swapped]:
        shapes[position] = shapely.transform(shapes[position], lambda xy: xy[:, ::-1])
        findings.append((int(position), repair("axes-swapped")))
    for position, box in zip(there[~good & ~swapped], bounds[~good & ~swapped], strict=True):
        metres = np.abs(box).max() > _DEGREES and np.abs(box).max() < 1e7
        where = f"{box[0]:.5g}, {box[1]:.5g}"
        findings.append((int(position), reject("metres" if metres else "outside-japan", where)))
        shapes[position] = None


def _mend_crossings(shapes: np.ndarray, there: np.ndarray, findings: list[tuple[int, Finding]]) -> None:
    """Invalid outlines: mended when what they enclose stays, rejected when it does not."""
    if not len(there):
        return
    crossing = there[~shapely.is_valid(shapes[there])]
    tangled = np.array([crosses_too_often(shape) for shape in shapes[crossing]], dtype=bool)
    for position in crossing[tangled]:
        findings.append((int(position), reject("many-crossings")))
        shapes[position] = None
    crossing = crossing[~tangled]
    for position, valid in zip(crossing, shapely.make_valid(shapes[crossing]), strict=True):
        mended = _polygonal(valid)
        if mended is None:
            findings.append((int(position), reject("no-area")))
            shapes[position] = None
        elif not _certain(shapes[position], mended):
            findings.append((int(position), reject("invalid")))
            shapes[position] = None
        else:
            findings.append((int(position), repair("self-crossing")))
            shapes[position] = mended


def _polygonal(shape: shapely.Geometry) -> shapely.Geometry | None:
    """The polygons of a geometry; None when it has none with an area."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in ("Polygon", "MultiPolygon")]
    parts = [piece for part in parts for piece in shapely.get_parts(part) if piece.area > 0]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


def _certain(drawn: shapely.Geometry, mended: shapely.Geometry) -> bool:
    """A crossing that only cuts off a corner leaves one piece with nearly all of the enclosed area.

    Where several pieces of weight are left (a bow tie), nobody can say which corner was meant.
    """
    largest = max(piece.area for piece in shapely.get_parts(mended))
    enclosed = shapely.union_all(shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(mended)))).area
    kept = enclosed > 0 and largest / enclosed >= _KEPT_SHARE
    return bool(kept and _added(drawn, mended) <= 1e-6 * enclosed)


def _added(drawn: shapely.Geometry, mended: shapely.Geometry) -> float:
    """Area that a mend put outside the outline or into a hole; only holes can bring that about."""
    parts = shapely.get_parts(drawn)
    holes = [shapely.make_valid(shapely.Polygon(ring)) for part in parts for ring in part.interiors]
    if not holes:
        return 0.0
    shells = shapely.union_all(shapely.make_valid(shapely.polygons(shapely.get_exterior_ring(parts))))
    meant = shapely.difference(shells, shapely.union_all(holes))
    return float(shapely.difference(mended, meant).area)


def _orient(shapes: np.ndarray, there: np.ndarray, findings: list[tuple[int, Finding]]) -> None:
    single = shapely.get_type_id(shapes[there]) == shapely.GeometryType.POLYGON
    polygons = there[single]
    wrong = polygons[~shapely.is_ccw(shapely.get_exterior_ring(shapes[polygons]))]
    turned = np.concatenate([wrong, there[~single]])
    if len(turned):
        shapes[turned] = shapely.orient_polygons(shapes[turned])
    findings += [(int(position), repair("orientation")) for position in wrong]


def _doubt(areas: np.ndarray, registered: np.ndarray, findings: list[tuple[int, Finding]]) -> None:
    with np.errstate(invalid="ignore", divide="ignore"):
        small, large = areas < SLIVER_M2, areas > HUGE_M2
        differs = np.abs(areas - registered) > AREA_TOLERANCE * registered
    findings += [(int(p), warn("sliver", f"{areas[p]:.1f} m2")) for p in np.flatnonzero(small)]
    findings += [(int(p), warn("huge", f"{areas[p] / 1e4:.0f} ha")) for p in np.flatnonzero(large)]
    for position in np.flatnonzero(differs & (registered > 0)):
        value = f"{areas[position]:.0f} / {registered[position]:.0f} m2"
        findings.append((int(position), warn("area-differs", value)))


def _with_areas(
    findings: list[tuple[int, Finding]], built: Built, areas: np.ndarray, crs: int | None
) -> list[tuple[int, Finding]]:
    """Say the area before and after where a repair may have changed it."""
    mended = [p for p, finding in findings if finding.code == "self-crossing" and not np.isnan(areas[p])]
    drawn = built.shapes[mended]
    if crs is not None and crs not in SAME_AS_STORED and mended:
        drawn = reproject(drawn, crs, STORED_EPSG)
    before = dict(zip(mended, measure_area_m2(drawn), strict=True))
    described = []
    for position, finding in findings:
        if finding.code == "self-crossing" and position in before:
            text = f"({before[position]:.1f} → {areas[position]:.1f} m2)"
            finding = repair(finding.code, Text(text, text))
        described.append((position, finding))
    return described
