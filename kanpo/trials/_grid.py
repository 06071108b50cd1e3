"""The grid of plots that a parcel's outline has room for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from scipy import ndimage
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from kanpo.crs import STORED_EPSG, zone_epsg, zone_of
from kanpo.errors import InputUnusable
from kanpo.locale import Text
from kanpo.parcels import reproject

#: Kept free even where no headland is asked for: outlines are rounded when they are stored, metres.
_EDGE_M = 0.01
#: Places tried on a grid; of a larger parcel only the middle rows are looked at.
_MOST_CELLS = 250_000


@dataclass(frozen=True, slots=True)
class Ground:
    """A parcel in metres, less its headland, turned so that rows of plots run along x.

    `bearing_deg` is the direction of the rows, clockwise from north.
    """

    room: BaseGeometry
    plane_epsg: int
    bearing_deg: float

    def outlines_of(self, boxes: Sequence[BaseGeometry]) -> list[BaseGeometry]:
        """Boxes on this ground as outlines in longitude and latitude."""
        turned = [affinity.rotate(box, _angle(self.bearing_deg), origin=(0, 0)) for box in boxes]
        return list(reproject(np.array(turned, dtype=object), self.plane_epsg, STORED_EPSG))


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of the size of a plot on a ground.

    Attributes
    ----------
    inside : ndarray of bool, shape (rows, columns)
        Whether the cell lies wholly in the room.
    pieces : ndarray of int, same shape
        Number of the connected group of cells (from 1; 0 outside).
    x, y : ndarray of float
        Left edges of the columns and lower edges of the rows, metres.
    across, along : float
        Size of a cell in x and in y, metres.
    """

    inside: np.ndarray
    pieces: np.ndarray
    x: np.ndarray
    y: np.ndarray
    across: float
    along: float

    @property
    def room_for(self) -> int:
        """How many plots fit."""
        return int(self.inside.sum())

    def box(self, row: int, column: int) -> BaseGeometry:
        """One cell, metres."""
        x, y = float(self.x[column]), float(self.y[row])
        return shapely.box(x, y, x + self.across, y + self.along)


def grounds(parcel: BaseGeometry, headland_m: float, bearing_deg: float | None) -> list[Ground]:
    """The parcel with rows along a bearing; without one along its longest side, then across it.

    The longest side is that of the smallest enclosing rectangle.

    Raises
    ------
    InputUnusable
        The parcel has no outline, or an empty one.
    """
    if parcel is None or parcel.is_empty:
        raise InputUnusable(
            "trial.no-ground",
            Text("この筆には形がないので、試験区を置けません", "the parcel has no outline to lay plots on"),
            Text(
                "元の筆のファイルを kanpo ingest で取り込み直してください",
                "read its file again with kanpo ingest",
            ),
        )
    plane = zone_epsg(zone_of(parcel.centroid.x, parcel.centroid.y))
    flat = _moved(parcel, STORED_EPSG, plane)
    shrunk = flat.buffer(-max(headland_m, _EDGE_M))
    longest = _bearing_of_longest_side(flat)
    bearings = [longest, longest + 90] if bearing_deg is None else [bearing_deg]
    seen = []
    for bearing in bearings:
        # Between 0 and 180 degrees x points to the east, so that a plan is read with north on top.
        bearing %= 180
        turned = affinity.rotate(shrunk, -_angle(bearing), origin=(0, 0))
        shapely.prepare(turned)
        seen.append(Ground(turned, plane, bearing))
    return seen


def grids(
    ground: Ground, across: float, along: float, alley: float, phases: Sequence[tuple[float, float]]
) -> Iterator[Grid]:
    """Grids of cells `across` x `along` metres with `alley` between them, shifted by each of `phases`.

    A phase is the share of the slack (of at most one cell) by which the grid is moved in x and y.
    """
    if ground.room.is_empty:
        return
    west, south, east, north = ground.room.bounds
    for share_x, share_y in phases:
        x = _edges(west, east, across, alley, share_x)
        y = _edges(south, north, along, alley, share_y)
        if not len(x) or not len(y):
            continue
        most = max(1, _MOST_CELLS // len(x))
        if len(y) > most:
            first = (len(y) - most) // 2
            y = y[first : first + most]
        left, low = np.meshgrid(x, y)
        cells = shapely.box(left, low, left + across, low + along)
        inside = shapely.covers(ground.room, cells)
        pieces, _ = ndimage.label(inside)
        yield Grid(inside, pieces, x, y, across, along)


def _edges(low: float, high: float, size: float, alley: float, share: float) -> np.ndarray:
    """Where cells begin along one axis; `share` of what is left over lies before the first."""
    pitch = size + alley
    count = int((high - low + alley + 1e-9) // pitch)
    slack = high - low - (count * pitch - alley)
    return low + share * slack + pitch * np.arange(count)


def _moved(shape: BaseGeometry, source: int, target: int) -> BaseGeometry:
    """One geometry in another coordinate system."""
    return reproject(np.array([shape], dtype=object), source, target)[0]


def _angle(bearing_deg: float) -> float:
    """Degrees from east, counter-clockwise, of a bearing clockwise from north."""
    return 90.0 - bearing_deg


def _bearing_of_longest_side(flat: BaseGeometry) -> float:
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(flat))
    sides = np.diff(corners, axis=0)
    dx, dy = sides[np.argmax(np.hypot(sides[:, 0], sides[:, 1]))]
    return float(90 - np.degrees(np.arctan2(dy, dx))) % 180
