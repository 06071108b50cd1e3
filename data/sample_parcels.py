"""The fields of the sample: consolidated paddies, valley paddies, terraces and dry fields.

Every layout is a grid that is bent to the land, so that neighbours share their edges. Which of the
fields lie idle is drawn with smooth noise: abandonment comes in patches, and more of it uphill.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import shapely
import shapely.ops
from sample_terrain import Array, Channel, Terrain, plain_margin
from shapely.geometry import Polygon

#: Fields outside these sizes are left out, m2.
SMALLEST_M2, LARGEST_M2 = 150.0, 3_500.0
#: Fields drawn over each other by more than this are left out, m2.
OVERLAP_M2 = 0.4


@dataclass(frozen=True)
class Settlement:
    """A made-up settlement (大字): where it lies and which streams its fields follow."""

    name: str
    river: str
    along_m: float
    side: int
    brooks: tuple[str, ...] = ()
    centre: tuple[float, float] | None = None
    turn_deg: float = 0.0


SETTLEMENTS: tuple[Settlement, ...] = (
    Settlement("芦間新田", "A", 0, 1, centre=(4300, 13300), turn_deg=-33),
    Settlement("早苗原", "C", 0, 1, centre=(7600, 13350), turn_deg=-24),
    Settlement("鷺浦興屋", "B", 0, 1, centre=(2900, 11950), turn_deg=-58),
    Settlement("白鷺野", "C", 0, 1, centre=(10000, 13500), turn_deg=4),
    Settlement("霧ノ瀬", "A", 5150, 1, ("A0", "A1")),
    Settlement("楢倉平", "A", 7400, -1, ("A2",)),
    Settlement("月待沢", "A", 9300, 1, ("A3", "A4")),
    Settlement("蕗ノ台", "A", 11700, -1, ("A5",)),
    Settlement("風越田", "B", 3300, -1, ("B6", "B7")),
    Settlement("笹音", "B", 6300, 1, ("B8",)),
    Settlement("雪代野", "B", 8900, -1, ("B9", "B10")),
    Settlement("椿谷地", "C", 4300, 1, ("C11",)),
    Settlement("栃ノ窪沢", "C", 6200, -1, ("C12", "C13")),
    Settlement("朴ノ木平", "C", 8500, 1, ("C14",)),
)


@dataclass(frozen=True)
class Field:
    """One idle field: where, whose, of which kind, and how far from a road (m) it lies."""

    shape: Polygon
    settlement: int
    kind: str
    road_m: float


def patches(rng: np.random.Generator, wavelength_m: float) -> Callable[[Array], Array]:
    """A smooth random function of position, about -1 to 1, that changes over `wavelength_m`."""
    angle, phase = rng.uniform(0, 2 * np.pi, 6), rng.uniform(0, 2 * np.pi, 6)
    scale = 2 * np.pi / (wavelength_m * rng.uniform(0.7, 1.6, 6))

    def value(xy: Array) -> Array:
        along = xy[:, 0, None] * np.cos(angle) + xy[:, 1, None] * np.sin(angle)
        height: Array = np.sin(along * scale + phase).sum(axis=1) / 3
        return height

    return value


def consolidated(
    rng: np.random.Generator, place: Settlement, terrain: Terrain
) -> Iterator[tuple[Polygon, str, float]]:
    """Paddies of 30 x 100 m in rows between farm roads, some halved, as land consolidation leaves them."""
    assert place.centre is not None
    angle = np.radians(place.turn_deg)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    rivers = shapely.MultiLineString([c.points for c in terrain.channels if c.is_river])
    for block in range(-3, 3):
        for row in range(-2, 2):
            start, bottom = block * 159.0, row * 104.0 + 2 * (row // 2)
            for number in range(5):
                left = start + 30.5 * number
                parts = [(0.0, 100.0)]
                if rng.random() < 0.22:
                    parts = [(0.0, 50.0), (50.0, 100.0)]
                width = 30.0 if rng.random() < 0.85 else 29.2
                for low, high in parts:
                    ring = np.array([(left, low), (left + width, low), (left + width, high), (left, high)])
                    ring[:, 1] += bottom
                    xy = ring @ turn + place.centre
                    shape = Polygon(xy)
                    dry = rivers.distance(shape) > 45
                    if dry and (xy[:, 1] > plain_margin(xy[:, 0]) + 40).all() and xy[:, 1].max() < 13_950:
                        yield shape, "consolidated", 3.0 + (45.0 if low else 0.0)


def _edge_line(channel: Channel, along: Array, away: Array, side: int) -> Array:
    """Points beside a stream: `away` metres from it at `along` metres up."""
    points, normals = channel.at(along)
    return points + normals * (side * away)[:, None]


def along_stream(
    rng: np.random.Generator,
    channel: Channel,
    side: int,
    span: tuple[float, float],
    plot: tuple[float, float],
) -> Iterator[tuple[Polygon, str, float]]:
    """Older paddies on a valley floor: strips along the stream, cut at uneven lengths.

    `plot` is depth and length of a usual field, metres.
    """
    depth, length = plot
    along = np.arange(span[0], span[1], 8.0)
    if len(along) < 8:
        return
    width = channel.width_at(along) - 4
    bank = 7.0 if channel.is_river else 2.5
    if channel.is_river:
        bank = 16.0
    rows = max(1, round(float(width.mean() - bank) / depth))
    wave = [
        np.sin(along / rng.uniform(40, 90) + rng.uniform(0, 6)) * rng.uniform(0.1, 0.3)
        for _ in range(rows + 1)
    ]
    share = [np.clip(k / rows + (wave[k] / rows if 0 < k < rows else 0), 0, 1) for k in range(rows + 1)]
    lines = [_edge_line(channel, along, bank + (width - bank) * s, side) for s in share]
    for k in range(rows):
        path = 0.03 if k % 2 else 0.0
        lower = lines[k] + (lines[k + 1] - lines[k]) * path
        yield from _cut(rng, lower, lines[k + 1], length / 8.0, "valley", 4.0 + depth * (rows - 1 - k))


def _cut(
    rng: np.random.Generator, lower: Array, upper: Array, length: float, kind: str, road_m: float
) -> Iterator[tuple[Polygon, str, float]]:
    """Cut the strip between two lines of equally many points into fields about `length` points long."""
    start_low = start_up = int(rng.integers(0, 3))
    while True:
        step = max(2, round(length * rng.uniform(0.6, 1.6)))
        slant = int(rng.integers(-1, 2)) if step > 3 else 0
        end_low, end_up = start_low + step, start_low + step + slant
        if max(end_low, end_up) >= len(lower) or end_up <= start_up:
            return
        ring = np.vstack([lower[start_low : end_low + 1], upper[start_up : end_up + 1][::-1]])
        yield Polygon(ring), kind, road_m
        start_low, start_up = end_low, end_up


def terraces(
    rng: np.random.Generator, terrain: Terrain, seed: Array, steps: int, reach_m: float
) -> Iterator[tuple[Polygon, str, float]]:
    """Stepped fields on a slope: a contour through `seed`, then one above the other by marching uphill."""
    line = _contour(terrain, seed, reach_m)
    usual = rng.uniform(1.7, 2.4)
    for number in range(steps):
        upper, rise = line, usual * rng.uniform(0.85, 1.3)
        for _ in range(2):
            slope = terrain.slope(upper)
            steep = np.hypot(slope[:, 0], slope[:, 1])
            stride = np.clip(rise / 2 / np.maximum(steep, 0.02), 3.4, 8.5)
            upper = upper + slope / np.maximum(steep, 1e-6)[:, None] * stride[:, None]
        upper[1:-1] = (upper[:-2] + 2 * upper[1:-1] + upper[2:]) / 4
        bank = line + (upper - line) * 0.07
        yield from _cut(rng, bank, upper, rng.uniform(4.5, 8.5), "terrace", 15.0 + 11.0 * number)
        line = upper[1:-1] if number % 2 else upper
        if len(line) < 8:
            return


def _contour(terrain: Terrain, seed: Array, reach_m: float) -> Array:
    """A line along the slope through a point, `reach_m` both ways, a point every 5 m."""
    halves = []
    for way in (-1.0, 1.0):
        at, points = seed.copy(), []
        for _ in range(int(reach_m / 5)):
            slope = terrain.slope(at[None, :])[0]
            steep = float(np.hypot(*slope))
            at = at + way * 5 * np.array([-slope[1], slope[0]]) / max(steep, 1e-6)
            points.append(at)
        halves.append(points)
    return np.array([*reversed(halves[0]), seed, *halves[1]])


def dry_fields(
    rng: np.random.Generator, centre: Array, angle: float, size: tuple[float, float]
) -> Iterator[tuple[Polygon, str, float]]:
    """Small dry fields round houses: a piece of land split again and again, its edges slightly bent."""
    half = np.array(size) / 2
    start = shapely.box(-half[0], -half[1], half[0], half[1])
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    shift = rng.uniform(0, 6, 4)

    def bend(xy: Array) -> Array:
        dx = 4.5 * np.sin(xy[:, 1] / 31 + shift[0]) + 2.0 * np.sin(xy[:, 0] / 23 + shift[1])
        dy = 4.5 * np.sin(xy[:, 0] / 37 + shift[2]) + 2.0 * np.sin(xy[:, 1] / 19 + shift[3])
        bent: Array = (xy + np.column_stack([dx, dy])) @ turn + centre
        return bent

    waiting, done = [start], []
    while waiting:
        piece = waiting.pop(0)
        if piece.area < rng.uniform(330, 1150):
            done.append(piece)
        else:
            waiting.extend(_halve(rng, piece))
    for piece in done:
        if piece.distance(shapely.Point(0, 0)) > 12:
            bent = shapely.transform(piece.segmentize(9.0), bend)
            yield bent, "dry", float(np.abs(piece.centroid.y))


def _halve(rng: np.random.Generator, piece: Polygon) -> list[Polygon]:
    """Split a piece across its longer side, somewhere near the middle and not quite square."""
    low_x, low_y, high_x, high_y = piece.bounds
    share, slant = rng.uniform(0.36, 0.64), rng.uniform(-0.06, 0.06)
    if high_x - low_x > high_y - low_y:
        x = low_x + share * (high_x - low_x)
        d = slant * (high_y - low_y)
        knife = shapely.LineString([(x - d, low_y - 1), (x + d, high_y + 1)])
    else:
        y = low_y + share * (high_y - low_y)
        d = slant * (high_x - low_x)
        knife = shapely.LineString([(low_x - 1, y - d), (high_x + 1, y + d)])
    return [part for part in shapely.ops.split(piece, knife).geoms if isinstance(part, Polygon)]


def _of_valley(
    rng: np.random.Generator, place: Settlement, terrain: Terrain
) -> Iterator[tuple[Polygon, str, float]]:
    """All fields of a settlement in a valley: river paddies, brook paddies, terraces, dry fields."""
    by_name = {channel.name: channel for channel in terrain.channels}
    river = by_name[place.river]
    reach = 330.0
    for side in (place.side, -place.side):
        span = (place.along_m - reach, place.along_m + (reach if side == place.side else reach * 0.3))
        yield from along_stream(rng, river, side, span, (27.0, 46.0))
    home = np.array([place.along_m])
    edge = river.width_at(home) + 62
    centre = _edge_line(river, home, edge, place.side)[0]
    _, normal = river.at(home)
    angle = float(np.arctan2(normal[0, 0], -normal[0, 1])) + rng.uniform(-0.12, 0.12)
    yield from dry_fields(rng, centre, angle, (rng.uniform(190, 240), 84.0))
    for name in place.brooks:
        brook = by_name[name]
        mouth = river.width_at(home)[0] + 90
        for side in (1, -1):
            yield from along_stream(
                rng, brook, side, (mouth + 0.12 * brook.length_m, brook.length_m * 0.8), (17.0, 27.0)
            )
        for share, side in ((0.6, place.side), (0.97, -place.side)):
            along = np.array([brook.length_m * share])
            seed = _edge_line(brook, along, brook.width_at(along) + 14, side)[0]
            yield from terraces(rng, terrain, seed, int(rng.integers(6, 11)), rng.uniform(85, 150))


#: Share of the fields of a kind that lie idle.
_IDLE = {"consolidated": 0.60, "valley": 0.41, "terrace": 0.56, "dry": 0.62}


def make_fields(rng: np.random.Generator, terrain: Terrain) -> list[Field]:
    """All idle fields, in the order of settlements and of the walk through each, without overlaps."""
    drawn: list[Field] = []
    for number, place in enumerate(SETTLEMENTS):
        layout = consolidated(rng, place, terrain) if place.centre else _of_valley(rng, place, terrain)
        drawn.extend(Field(shape, number, kind, road) for shape, kind, road in layout)
    fields = [
        f
        for f in drawn
        if f.shape.is_valid and SMALLEST_M2 <= f.shape.area <= LARGEST_M2 and _compact(f.shape)
    ]
    fields = [f for f in fields if _on_land(f, terrain)]
    fields = _without_overlaps(fields)
    centres = np.array([f.shape.centroid.coords[0] for f in fields])
    patch = patches(rng, 420)(centres) + 0.35 * rng.normal(size=len(fields))
    kinds = np.array([f.kind for f in fields])
    idle = np.zeros(len(fields), dtype=bool)
    for kind, share in _IDLE.items():
        of_kind = kinds == kind
        idle |= of_kind & (patch >= np.quantile(patch[of_kind], 1 - share))
    return [f for f, lies_idle in zip(fields, idle, strict=True) if lies_idle]


def _compact(shape: Polygon) -> bool:
    """Whether a shape could be worked as a field: neither a thread nor a spike."""
    return 4 * np.pi * shape.area / shape.length**2 > 0.28 and not shape.buffer(-2.0).is_empty


def _on_land(candidate: Field, terrain: Terrain) -> bool:
    """Whether a field lies within the region and on a slope that a terrace wall can hold."""
    low_x, low_y, high_x, high_y = candidate.shape.bounds
    inside = low_x > 60 and low_y > 60 and high_x < 11_940 and high_y < 13_940
    slope = terrain.slope(np.array(candidate.shape.centroid.coords))[0]
    return bool(inside and np.hypot(*slope) < (0.33 if candidate.kind == "terrace" else 0.24))


def _without_overlaps(fields: list[Field]) -> list[Field]:
    """The fields, without those that lie over one that comes before."""
    tree = shapely.STRtree([f.shape for f in fields])
    left, right = tree.query([f.shape for f in fields], predicate="intersects")
    shapes = np.array([f.shape for f in fields])
    later = left > right
    left, right = left[later], right[later]
    over = shapely.area(shapely.intersection(shapes[left], shapes[right])) > OVERLAP_M2
    kept = np.ones(len(fields), dtype=bool)
    for late, early in sorted(zip(left[over].tolist(), right[over].tolist(), strict=True)):
        if kept[early]:
            kept[late] = False
    return [f for f, keep in zip(fields, kept, strict=True) if keep]
