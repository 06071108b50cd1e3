"""Where the parcels of a project lie: what tells the plane zone of metres, and what lies outside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from kanpo.crs import JAPAN_BOX, PREFECTURE_ZONES, STORED_EPSG, ZONE_ORIGINS, zone_epsg
from kanpo.errors import InputUnusable, Place, Problem, Severity
from kanpo.locale import Text
from kanpo.parcels._measure import reproject
from kanpo.store import Project

#: How far from known ground new parcels of the same project may lie, degrees.
_NEAR_DEGREES = 0.05
#: Coordinates beyond this are metres.
_DEGREES = 360.0


@dataclass(frozen=True, slots=True)
class Fit:
    """A plane zone that a file in metres may be in, and where its first shapes would then lie."""

    zone: int
    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True, eq=False)
class Whereabouts:
    """What is known of where parcels should lie: ground (EPSG:6668), None where nothing is known."""

    ground: shapely.Geometry | None = None

    @classmethod
    def of(cls, project: Project) -> Whereabouts:
        """The municipality's boundary where the project has one, else the box around its parcels."""
        boundary = project.imported.boundaries("municipality")
        if len(boundary):
            return cls(shapely.union_all(np.asarray(boundary.geometry)))
        box = project.imported.extent()
        return cls(None if box is None else shapely.box(*box).buffer(_NEAR_DEGREES))

    def zones_of(self, shapes: np.ndarray, municipality_codes: Iterable[str | None]) -> list[Fit]:
        """The plane zones of JGD2011 under which shapes in metres (n,) lie where they should.

        Each zone is tried against the ground that is known; where none is, the zones prescribed for
        the prefecture that the parcels name are taken. All zones are given when nothing tells.
        """
        prefectures = {code[:2] for code in municipality_codes if code}
        prescribed = {zone for code in prefectures for zone in PREFECTURE_ZONES.get(code, ())}
        west, south, east, north = shapely.total_bounds(shapes)
        middle = np.array([shapely.Point((west + east) / 2, (south + north) / 2)], dtype=object)
        fits = []
        for zone in sorted(prescribed) if prescribed and self.ground is None else ZONE_ORIGINS:
            point = reproject(middle, zone_epsg(zone), STORED_EPSG)[0]
            if np.isfinite([point.x, point.y]).all() and self._possible(point):
                fits.append(Fit(zone, round(point.x, 4), round(point.y, 4)))
        return fits

    def _possible(self, point: shapely.Point) -> bool:
        if self.ground is not None:
            return bool(shapely.dwithin(self.ground, point, _NEAR_DEGREES))
        west, south, east, north = JAPAN_BOX
        return bool(west <= point.x <= east and south <= point.y <= north)


#: Nothing is known.
ANYWHERE = Whereabouts()


def in_metres(shapes: np.ndarray) -> bool:
    """Whether most of the shapes (n,) that are there have coordinates that can only be metres."""
    there = shapes[~shapely.is_missing(shapes)]
    if not len(there):
        return False
    farthest = np.abs(shapely.bounds(there)).max(axis=1)
    return bool(np.mean((farthest > _DEGREES) & (farthest < 1e7)) > 0.5)


def outside_municipality(project: Project, parcels: gpd.GeoDataFrame) -> np.ndarray:
    """Which parcels (n,) lie in none of the project's municipalities; none where no boundary is known.

    A parcel lies where a point well inside it lies.
    """
    boundary = project.imported.boundaries("municipality")
    if boundary.empty or parcels.empty:
        return np.zeros(len(parcels), dtype=bool)
    points = shapely.point_on_surface(np.asarray(parcels.geometry))
    inside = np.zeros(len(parcels), dtype=bool)
    inside[np.unique(shapely.STRtree(np.asarray(boundary.geometry)).query(points, "intersects")[0])] = True
    return ~inside


def taken_for(name: str, fit: Fit) -> Problem:
    """The warning that metres without a word were read as a zone."""
    where = f"{fit.longitude:.3f}, {fit.latitude:.3f}"
    return Problem(
        "file.zone-found",
        Text(
            f"座標系が書かれていないメートルの座標です。市の範囲に入るのは第{fit.zone}系だけなので、それとして読みました",
            f"metres without a coordinate system; read as zone {fit.zone}, the only one that lies where it should",
        ),
        Text("違うときは --crs で指定してください", "say the coordinate system with --crs if that is wrong"),
        Place(name, column="crs", value=f"EPSG:{zone_epsg(fit.zone)} → {where}"),
        Severity.WARNING,
    )


def which_zone(name: str, fits: list[Fit]) -> InputUnusable:
    """The error for metres of which no zone, or more than one, lies where it should."""
    shown = [f"EPSG:{zone_epsg(fit.zone)} ({fit.longitude:.2f}, {fit.latitude:.2f})" for fit in fits]
    if fits:
        mend = Text(
            f"--crs で選んでください。その系だとした時の位置: {'、'.join(shown)}",
            f"choose one with --crs; where each would put it: {', '.join(shown)}",
        )
    else:
        mend = Text(
            "どの系でも市の範囲に入りません。--crs で正しい座標系を指定してください(鶴岡など山形県は EPSG:6678)",
            "no zone puts it in the municipality; say the right one with --crs (Yamagata: EPSG:6678)",
        )
    return InputUnusable(
        "file.metres",
        Text(
            "座標が度ではなくメートルですが、どの座標系か書かれていません",
            "the coordinates are metres, not degrees, and it does not say in which system",
        ),
        mend,
        Place(name, column="crs"),
    )


def old_datum(name: str) -> Problem:
    """The warning that the old Tokyo datum was transformed roughly."""
    return Problem(
        "file.old-datum",
        Text(
            "日本測地系(旧測地系)を3パラメータで変換しました。位置の誤差は最大9mほどです",
            "the old Tokyo datum was transformed by three parameters: good to about 9 m",
        ),
        Text(
            "もっと正確な位置が要るときは、国土地理院の TKY2JGD で変換したファイルを使ってください",
            "for better places use a file transformed with TKY2JGD of the survey authority",
        ),
        Place(name, column="crs"),
        Severity.WARNING,
    )
