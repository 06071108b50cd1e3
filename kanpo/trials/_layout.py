"""Plots as rectangles on the parcel's real outline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from kanpo.crs import STORED_EPSG, zone_epsg, zone_of
from kanpo.errors import UsageError
from kanpo.locale import Text
from kanpo.parcels import reproject


@dataclass(frozen=True, slots=True)
class Layout:
    """Plots in walking order: outlines in longitude and latitude, row and column from 1, and the room there was."""

    outlines: tuple[BaseGeometry, ...]
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    room_for: int


def lay_out_plots(
    parcel: BaseGeometry,
    count: int,
    *,
    width_m: float,
    length_m: float,
    alley_m: float = 0.5,
    headland_m: float = 1.0,
) -> Layout:
    """Lay `count` plots on a parcel, wholly inside it.

    Rows of plots run along the parcel's longest side (that of its smallest enclosing rectangle),
    walked to and fro. A plot that would reach over the edge is left out, so that odd shapes give
    rows of different lengths.

    Parameters
    ----------
    parcel : geometry
        Outline, longitude and latitude.
    count : int
        Plots wanted.
    width_m, length_m : float
        Size of a plot across and along the row, metres.
    alley_m, headland_m : float
        Free strip between plots and along the parcel's edge, metres.

    Raises
    ------
    UsageError
        A size is not positive, or the parcel has no room for that many plots; the message says
        for how many it has.
    """
    _check_sizes(width_m, length_m, alley_m, headland_m)
    plane = zone_epsg(zone_of(parcel.centroid.x, parcel.centroid.y))
    flat = _moved(parcel, STORED_EPSG, plane)
    angle = _angle_of_longest_side(flat)
    turned = affinity.rotate(flat, -angle, origin=(0, 0))
    boxes, rows, columns = _grid(turned.buffer(-headland_m), length_m, width_m, alley_m)
    if len(boxes) < count:
        raise UsageError(
            "trial.no-room",
            Text(
                f"この筆には {length_m:g}×{width_m:g} m の試験区が {len(boxes)} 区しか入りません({count} 区必要)",
                f"the parcel has room for {len(boxes)} plots of {length_m:g} x {width_m:g} m, {count} are wanted",
            ),
            Text(
                "区を小さくするか、反復を減らしてください", "make the plots smaller or the replicates fewer"
            ),
        )
    placed = (affinity.rotate(box, angle, origin=(0, 0)) for box in boxes[:count])
    outlines = tuple(_moved(box, plane, STORED_EPSG) for box in placed)
    return Layout(outlines, tuple(rows[:count]), tuple(columns[:count]), len(boxes))


def _check_sizes(width_m: float, length_m: float, alley_m: float, headland_m: float) -> None:
    if min(width_m, length_m) <= 0 or alley_m < 0 or headland_m < 0:
        raise UsageError(
            "trial.plot-size",
            Text("試験区の大きさは正の数にしてください", "the size of a plot must be positive"),
            Text("例: --plot-size 2x5", "for example: --plot-size 2x5"),
        )


def _moved(shape: BaseGeometry, source: int, target: int) -> BaseGeometry:
    """One geometry in another coordinate system."""
    return reproject(np.array([shape], dtype=object), source, target)[0]


def _angle_of_longest_side(flat: BaseGeometry) -> float:
    """Direction of the longest side of the smallest enclosing rectangle, degrees."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(flat))
    sides = np.diff(corners, axis=0)
    dx, dy = sides[np.argmax(np.hypot(sides[:, 0], sides[:, 1]))]
    return float(np.degrees(np.arctan2(dy, dx)))


def _grid(
    room: BaseGeometry, length: float, width: float, alley: float
) -> tuple[list[BaseGeometry], list[int], list[int]]:
    """All plots that fit into `room` on a grid along x, row after row, every other row backwards."""
    if room.is_empty:
        return [], [], []
    west, south, east, north = room.bounds
    xs = np.arange(west, east - length + 1e-9, length + alley)
    ys = np.arange(south, north - width + 1e-9, width + alley)
    boxes: list[BaseGeometry] = []
    rows: list[int] = []
    columns: list[int] = []
    for number, y in enumerate(ys, 1):
        row = shapely.box(xs, y, xs + length, y + width)
        order = np.arange(len(xs)) if number % 2 else np.arange(len(xs))[::-1]
        for i in order[shapely.covers(room, row)[order]]:
            boxes.append(row[i])
            rows.append(number)
            columns.append(int(i) + 1)
    return boxes, rows, columns
