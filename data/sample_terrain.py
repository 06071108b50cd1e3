"""The made-up land of the sample: rivers, heights and the soil that lies on them.

Lengths are metres in local coordinates: x east and y north of `ORIGIN` in EPSG:6678. Nothing here is
a survey of a real place; only the range of the values is that of the foothills round Shonai.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer

Array = npt.NDArray[np.float64]

EPSG_PLANE = 6678
EPSG_STORED = 6668
ORIGIN = (-91_000.0, -155_000.0)
WIDTH, HEIGHT, CELL = 12_000, 14_000, 25
SOIL_CELL = 50
#: Beyond this a stream no longer shapes the land, so distances to it are not worked out, metres.
_REACH_M = 1500.0

TO_LONLAT = Transformer.from_crs(EPSG_PLANE, EPSG_STORED, always_xy=True)
TO_PLANE = Transformer.from_crs(EPSG_STORED, EPSG_PLANE, always_xy=True)


@dataclass(frozen=True)
class Channel:
    """A stream with its valley floor: points every 25 m from the mouth up, and the floor there."""

    name: str
    points: Array
    floor_m: Array
    half_width_m: Array
    is_river: bool

    @property
    def length_m(self) -> float:
        """Length along the stream."""
        return 25.0 * (len(self.points) - 1)

    def at(self, along: Array) -> tuple[Array, Array]:
        """Points on the stream and unit normals to its right (looking up), both (n, 2), `along` metres up."""
        step = np.arange(len(self.points)) * 25.0
        smooth = [np.interp(along, step, self.points[:, k]) for k in (0, 1)]
        ahead = [np.interp(along + 30, step, self.points[:, k]) for k in (0, 1)]
        behind = [np.interp(along - 30, step, self.points[:, k]) for k in (0, 1)]
        tangent = np.column_stack(ahead) - np.column_stack(behind)
        tangent /= np.hypot(tangent[:, 0], tangent[:, 1])[:, None]
        return np.column_stack(smooth), np.column_stack([tangent[:, 1], -tangent[:, 0]])

    def width_at(self, along: Array) -> Array:
        """Half the width of the valley floor, metres."""
        return np.interp(along, np.arange(len(self.points)) * 25.0, self.half_width_m)


@dataclass
class Terrain:
    """Heights on a grid (row 0 is the north edge), the streams, and which soil class each soil cell has."""

    height: Array
    channels: list[Channel]
    soil_class: npt.NDArray[np.int16]
    smooth: Array = field(init=False)
    gradient: tuple[Array, Array] = field(init=False)

    def __post_init__(self) -> None:
        self.smooth = blur(self.height, 2)
        down, east = (np.asarray(part) for part in np.gradient(self.smooth, CELL))
        self.gradient = (east, -down)

    def sample(self, grid: Array, xy: Array) -> Array:
        """Bilinear value of a grid at points (n, 2)."""
        column = np.clip(xy[:, 0] / CELL - 0.5, 0, grid.shape[1] - 1.001)
        row = np.clip((HEIGHT - xy[:, 1]) / CELL - 0.5, 0, grid.shape[0] - 1.001)
        c, r = column.astype(int), row.astype(int)
        fc, fr = column - c, row - r
        top = grid[r, c] * (1 - fc) + grid[r, c + 1] * fc
        bottom = grid[r + 1, c] * (1 - fc) + grid[r + 1, c + 1] * fc
        value: Array = top * (1 - fr) + bottom * fr
        return value

    def slope(self, xy: Array) -> Array:
        """Gradient (dz/dx, dz/dy) at points, shape (n, 2)."""
        return np.column_stack([self.sample(g, xy) for g in self.gradient])

    def soil_at(self, xy: Array) -> npt.NDArray[np.int16]:
        """Soil class (a key of `SOILS`) at points."""
        row = np.clip(((HEIGHT - xy[:, 1]) // SOIL_CELL).astype(int), 0, self.soil_class.shape[0] - 1)
        column = np.clip((xy[:, 0] // SOIL_CELL).astype(int), 0, self.soil_class.shape[1] - 1)
        found: npt.NDArray[np.int16] = self.soil_class[row, column] // 100
        return found


#: Control points of the rivers, from the mouth up, metres; then half width of the floor at mouth and head.
_RIVERS: dict[str, tuple[list[tuple[float, float]], float, float]] = {
    "A": (
        [
            *((1500, 13900), (2700, 12300), (3500, 10700), (4700, 9200), (5300, 7600)),
            *((6200, 6000), (7300, 4600), (7900, 3000), (9000, 1700), (9900, 300)),
        ],
        330,
        55,
    ),
    "B": (
        [
            *((900, 12600), (1500, 11000), (1600, 9400), (2500, 7900), (2300, 6200)),
            *((3100, 4700), (2900, 3200), (3800, 1900), (3900, 400)),
        ],
        230,
        40,
    ),
    "C": (
        [
            *((3900, 13400), (5400, 12500), (6900, 11800), (8000, 10500)),
            *((9200, 9600), (9900, 8200), (11100, 7300), (11700, 6000)),
        ],
        250,
        40,
    ),
}
#: Side valleys: river, how far up it the mouth lies (m), side (1 right, -1 left, looking up), length (m).
_SIDES: list[tuple[str, float, int, float]] = [
    ("A", 4900, 1, 1500),
    ("A", 5900, -1, 1400),
    ("A", 7300, 1, 1900),
    ("A", 8600, -1, 1500),
    ("A", 9900, 1, 1700),
    ("A", 11300, -1, 1600),
    ("B", 3700, 1, 1100),
    ("B", 5200, -1, 1200),
    ("B", 6500, 1, 1500),
    ("B", 8200, -1, 1500),
    ("B", 9600, 1, 1500),
    ("C", 3900, -1, 1500),
    ("C", 5000, 1, 1600),
    ("C", 6600, -1, 1500),
    ("C", 8200, 1, 1500),
]


def blur(grid: Array, times: int) -> Array:
    """Smooth a grid with a 3 x 3 triangle kernel, `times` over; edges repeat."""
    for _ in range(times):
        for axis in (0, 1):
            wide = np.pad(grid, [(1, 1) if a == axis else (0, 0) for a in (0, 1)], mode="edge")
            lower, upper = (
                np.take(wide, range(grid.shape[axis]), axis),
                np.take(wide, range(2, grid.shape[axis] + 2), axis),
            )
            grid = 0.25 * lower + 0.5 * grid + 0.25 * upper
    return grid


def noise(rng: np.random.Generator, shape: tuple[int, int], cells: int) -> Array:
    """Smooth noise of about unit range: random values every `cells` cells, joined by a smooth curve."""
    rows, columns = shape[0] // cells + 3, shape[1] // cells + 3
    knots = rng.uniform(-1, 1, (rows, columns))
    r, c = np.arange(shape[0]) / cells, np.arange(shape[1]) / cells
    ri, ci = r.astype(int), c.astype(int)
    fr, fc = (r - ri)[:, None], (c - ci)[None, :]
    fr, fc = fr * fr * (3 - 2 * fr), fc * fc * (3 - 2 * fc)
    top = knots[ri][:, ci] * (1 - fc) + knots[ri][:, ci + 1] * fc
    bottom = knots[ri + 1][:, ci] * (1 - fc) + knots[ri + 1][:, ci + 1] * fc
    value: Array = top * (1 - fr) + bottom * fr
    return value


def _even(points: Array) -> Array:
    """The same line with a point every 25 m."""
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    wanted = np.arange(0, along[-1], 25.0)
    return np.column_stack([np.interp(wanted, along, points[:, k]) for k in (0, 1)])


def _spline(control: list[tuple[float, float]]) -> Array:
    """A smooth line through (near) the control points: corners cut until they are round."""
    line = np.array(control, dtype=float)
    for _ in range(6):
        near, far = 0.75 * line[:-1] + 0.25 * line[1:], 0.25 * line[:-1] + 0.75 * line[1:]
        line = np.vstack([line[:1], np.stack([near, far], 1).reshape(-1, 2), line[-1:]])
    return _even(line)


def make_channels(rng: np.random.Generator) -> list[Channel]:
    """Rivers and side valleys, each with the height and the width of its floor."""
    channels: dict[str, Channel] = {}
    for name, (control, mouth, head) in _RIVERS.items():
        points = _spline(control)
        up = np.linspace(0, 1, len(points))
        along = np.arange(len(points)) * 25.0 / 1000
        floor = plain_height(points[:1])[0] + 4.0 * along + 1.05 * along**2
        width = head + (mouth - head) * (1 - up) ** 1.5 * (1 + 0.18 * np.sin(along * 2.1))
        channels[name] = Channel(name, points, floor, width, is_river=True)
    for number, (river, start, side, length) in enumerate(_SIDES):
        parent = channels[river]
        origin, normal = parent.at(np.array([start]))
        turn = 0.55 * side
        direction = normal[0] * side
        heading = np.arctan2(direction[1], direction[0]) + turn
        bend = np.cumsum(blur(rng.normal(0, 0.09, (1, int(length / 25))), 6)[0]) * 0.5
        headings = heading + bend
        steps = 25 * np.column_stack([np.cos(headings), np.sin(headings)])
        points = origin[0] + np.vstack([[0, 0], np.cumsum(steps, axis=0)])
        up_m = np.arange(len(points)) * 25.0
        base = np.interp(start, np.arange(len(parent.points)) * 25.0, parent.floor_m)
        past = np.maximum(0, up_m - parent.width_at(np.array([start]))[0])
        floor = np.asarray(base + 0.045 * past + 0.00002 * past**2, dtype=np.float64)
        width = np.asarray(np.linspace(46.0, 22.0, len(points)), dtype=np.float64)
        channels[f"{river}{number}"] = Channel(f"{river}{number}", points, floor, width, is_river=False)
    return list(channels.values())


def plain_height(xy: Array) -> Array:
    """Height of the plain, falling gently to the north west."""
    height: Array = 9 + 0.0028 * (0.8 * (HEIGHT - xy[:, 1]) + 0.6 * xy[:, 0])
    return height


def plain_margin(x: Array) -> Array:
    """Northing where the plain ends and the foothills begin."""
    north: Array = 10_900 + 0.2 * x + 330 * np.sin(x / 900) + 180 * np.sin(x / 370 + 1)
    return north


def _profile(distance: Array, terrace: Array) -> Array:
    """Height above the floor at a distance from its edge: a scarp, a bench, then the hillside."""
    x = np.maximum(0, distance)
    scarp = np.clip((x - 8) / 45, 0, 1)
    rise = 9 * terrace * scarp * scarp * (3 - 2 * scarp)
    bench = 190 * terrace
    return (
        rise
        + 0.025 * np.minimum(x, bench)
        + 0.17 * np.clip(x - bench, 0, 160)
        + 0.40 * np.maximum(0, x - bench - 160)
    )


def _distance(channel: Channel, xy: Array) -> tuple[Array, npt.NDArray[np.int64]]:
    """Distance of points from a stream (large beyond `_REACH_M`), and the index of its nearest point."""
    low, high = channel.points.min(axis=0) - _REACH_M, channel.points.max(axis=0) + _REACH_M
    close = np.flatnonzero(((xy >= low) & (xy <= high)).all(axis=1))
    distance, nearest = np.full(len(xy), 1e5), np.zeros(len(xy), dtype=np.int64)
    for part in np.array_split(close, max(1, len(close) // 4000)):
        squares = ((xy[part, None, :] - channel.points[None, ::2, :]) ** 2).sum(axis=2)
        nearest[part] = 2 * squares.argmin(axis=1)
        distance[part] = np.sqrt(squares.min(axis=1))
    return distance, nearest


def make_terrain(rng: np.random.Generator) -> Terrain:
    """Heights and soil classes of the whole region."""
    channels = make_channels(rng)
    shape = (HEIGHT // CELL, WIDTH // CELL)
    xs, ys = (np.arange(shape[1]) + 0.5) * CELL, HEIGHT - (np.arange(shape[0]) + 0.5) * CELL
    xy = np.column_stack([a.ravel() for a in np.meshgrid(xs, ys)])
    wobble = noise(rng, shape, 24).ravel()
    into_hills = np.maximum(0, plain_margin(xy[:, 0]) - xy[:, 1]) * 0.85
    height = plain_height(xy) + _profile(into_hills - 60, np.zeros(1))
    height = np.where(into_hills <= 0, plain_height(xy), height)
    nearest = np.full(len(xy), np.inf)
    edge = np.full(len(xy), np.inf)
    owner = np.zeros(len(xy), dtype=np.int16)
    for number, channel in enumerate(channels):
        distance, index = _distance(channel, xy)
        beyond = distance - channel.half_width_m[index]
        terrace = np.clip(0.5 + 0.9 * wobble, 0, 1) if channel.is_river else np.zeros(1)
        height = np.minimum(height, channel.floor_m[index] + _profile(beyond, terrace))
        if channel.is_river:
            nearest = np.minimum(nearest, distance)
        owner = np.where(beyond < edge, number, owner).astype(np.int16)
        edge = np.minimum(edge, beyond)
    broad = noise(rng, shape, 60).ravel()
    ridge = 70 + 0.031 * into_hills + 50 * wobble + (60 + 0.011 * into_hills) * broad
    ridge = np.maximum(ridge, plain_height(xy) + 12)
    mix = np.clip(0.5 + 0.5 * (ridge - height) / 70, 0, 1)
    height = ridge * (1 - mix) + height * mix - 70 * mix * (1 - mix)
    height = np.maximum(height, plain_height(xy))
    floor = into_hills <= 0
    height = np.where(floor, plain_height(xy) + 0.6 * wobble, height)
    rough = sum((a * noise(rng, shape, c) for a, c in ((24.0, 14), (11.0, 6), (4.0, 3))), np.zeros(shape))
    steep = np.clip(np.minimum(edge - 230, into_hills - 150) / 350, 0, 1)
    surface = blur((height + rough.ravel() * steep).reshape(shape), 2)
    soil = _classify(rng, surface, edge.reshape(shape), nearest.reshape(shape), into_hills.reshape(shape))
    return Terrain(surface, channels, (soil * 100 + owner.reshape(shape)[::2, ::2]).astype(np.int16))


#: Soil classes: name, texture, drainage, rooting depth (cm), pH (None where the map does not say).
SOILS: dict[int, tuple[str, str, str, int, float | None]] = {
    1: ("グライ土", "clay", "poor", 35, 5.6),
    2: ("灰色低地土", "clay_loam", "imperfect", 50, 5.8),
    3: ("褐色低地土", "sandy_loam", "well", 80, 6.0),
    4: ("黒ボク土", "loam", "well", 90, 5.5),
    5: ("褐色森林土", "clay_loam", "moderate", 55, 5.1),
    6: ("褐色森林土", "loam", "well", 40, None),
    7: ("褐色低地土", "loam", "moderate", 60, 5.7),
}


def _classify(
    rng: np.random.Generator, surface: Array, edge: Array, nearest: Array, into_hills: Array
) -> npt.NDArray[np.int16]:
    """Soil class on every second cell: wet plain floor, levees, valley floors, benches, slopes."""
    shape = surface.shape
    uneven = 90 * noise(rng, shape, 22) + 40 * noise(rng, shape, 8)
    down, east = np.gradient(blur(surface, 4), CELL)
    steep = np.hypot(down, east)
    plain = into_hills <= 0
    valley = edge < 12
    soil = np.where(steep > 0.30, 6, 5)
    soil = np.where((steep < 0.16) & (edge < 420 + uneven) & ~plain, 4, soil)
    soil = np.where(valley, np.where(noise(rng, shape, 40) > 0.35, 2, 7), soil)
    soil = np.where(plain, np.where(edge + 6 * uneven > 650, 1, 2), soil)
    soil = np.where((plain | valley) & (nearest < 140 + uneven), 3, soil)
    return blur_classes(soil[::2, ::2].astype(np.int16))


def blur_classes(classes: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    """Give each cell the class that is commonest round it, so that no map unit is a speck."""
    kinds = np.unique(classes)
    share = np.stack([blur((classes == kind).astype(float), 5) for kind in kinds])
    commonest: npt.NDArray[np.int16] = kinds[share.argmax(axis=0)]
    return commonest


def outline_lonlat(shape: shapely.Geometry, digits: int = 7) -> shapely.Geometry:
    """A local shape in longitude and latitude, rounded, exterior counter-clockwise."""

    def turn(xy: Array) -> Array:
        east, north = TO_LONLAT.transform(xy[:, 0] + ORIGIN[0], xy[:, 1] + ORIGIN[1])
        return np.round(np.column_stack([east, north]), digits)

    return shapely.orient_polygons(shapely.transform(shape, turn))


def feature(shape: shapely.Geometry, properties: dict[str, object]) -> dict[str, object]:
    """A GeoJSON feature."""
    return {"type": "Feature", "properties": properties, "geometry": json.loads(shapely.to_geojson(shape))}
