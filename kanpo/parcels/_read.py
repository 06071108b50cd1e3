"""Reading a parcel file: chunks of checked parcels, with everything that was found about them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely

from kanpo.crs import STORED_EPSG, TOKYO_EPSG, TOKYO_PLANES, zone_epsg
from kanpo.errors import Problem, Severity, UsageError
from kanpo.locale import Text
from kanpo.parcels._arbitrary import arbitrary_ones, refuse_arbitrary
from kanpo.parcels._check import check_polygons
from kanpo.parcels._findings import Finding, reject, same_as
from kanpo.parcels._formats import vector_driver
from kanpo.parcels._geometry import build_polygons, take_polygons
from kanpo.parcels._layout import find_layout, known_epsg
from kanpo.parcels._open import check_place, open_input
from kanpo.parcels._pins import pin_of
from kanpo.parcels._rejects import Reject
from kanpo.parcels._rows import parcel_rows, properties_of
from kanpo.parcels._split import FeatureChunk, split_features
from kanpo.parcels._vector import feature_count, open_vector, vector_chunks
from kanpo.parcels._whereabouts import ANYWHERE, Whereabouts, in_metres, old_datum, taken_for, which_zone
from kanpo.parcels.sources import ROUNDED, SOURCES, Source
from kanpo.reading import lot_keys
from kanpo.schema import REGISTER
from kanpo.tables import not_collecting

#: Names under which a file of no known form may carry an id; the first kind is counted anew in each file.
LOCAL_IDS = frozenset(("筆ID", "id", "ID", "fid", "FID"))
_IDS = LOCAL_IDS | {"parcel_id", "uuid", "polygon_uuid", "DaichoId"}

#: Told to the caller after each chunk: bytes done, bytes in all.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class ParcelChunk:
    """Some parcels of a file.

    read = rows of `frame` + rows of `pins` + rejects + `duplicates` (parcels that stand in the file
    a second time, the same in every respect). `frame` has the columns of the parcel table but the
    batch, and ``denied`` where surveys are in it (see `feature_denials`); `pins` are points of a farmland register, with the columns of the register table.
    """

    frame: gpd.GeoDataFrame
    pins: gpd.GeoDataFrame
    problems: tuple[Problem, ...]
    rejects: tuple[Reject, ...]
    read: int
    repaired: int
    duplicates: int


@dataclass(slots=True)
class ParcelReader:
    """An opened parcel file; iterating gives its chunks once.

    `crs` is the EPSG code that the file or the user says, None for degrees without a word; metres
    without a word get the one plane zone that puts them where `whereabouts` says. `size` is what
    `FeatureChunk.position` reaches at the end. `complete` is False when the end of the file is
    missing. `problems` are those of the file as a whole.
    """

    name: str
    sha256: str
    crs: int | None
    size: int
    chunks: Iterator[FeatureChunk]
    source: Source | None
    on_progress: Progress | None = None
    complete: bool = True
    whereabouts: Whereabouts | None = field(default_factory=Whereabouts)
    #: Gives the parcels of other files, by id, with their boxes; asked only where ids may be those of a
    #: single file, such as numbers from 1.
    elsewhere: Callable[[], dict[str, tuple[float, ...]]] = dict
    problems: list[Problem] = field(default_factory=list)
    #: The names of all properties so far.
    names: set[str] = field(default_factory=set)
    path: Path | None = None
    #: Id to the number of the parcel that had it first, and a hash of its content.
    _seen: dict[str, tuple[int, int]] = field(default_factory=dict)
    #: Outlines by their box: the outline, its number, and what is said of it.
    _drawn: dict[tuple[float, ...], list[tuple[shapely.Geometry, int, tuple[str, str, str]]]] = field(
        default_factory=dict
    )
    _elsewhere: dict[str, tuple[float, ...]] | None = None
    _placed: bool = False
    _pinned: dict[str, tuple[int, int]] = field(default_factory=dict)
    #: Pins of the present chunk that came before, the same in every respect.
    _again: int = 0

    def __iter__(self) -> Iterator[ParcelChunk]:
        while True:
            with not_collecting():
                chunk = next(self.chunks, None)
                if chunk is None:
                    return
                if self.source is None:
                    self.source = _recognised(chunk)
                checked, position = self._check(chunk), chunk.position
                del chunk
            if self.on_progress is not None:
                self.on_progress(position, self.size)
            yield checked

    def _check(self, chunk: FeatureChunk) -> ParcelChunk:
        assert self.source is not None
        properties = [properties_of(feature) for feature in chunk.features]
        table, unread = parcel_rows(self.source, properties, chunk)
        self.names |= table.attrs.pop("names")
        if "system" in table:
            refuse_arbitrary(table["system"], self.name)
        if chunk.shapes is None:
            built = build_polygons([feature.get("geometry") for feature in chunk.features])
        else:
            built = take_polygons(chunk.shapes)
        if not self._placed:
            self._placed = True
            self._settle_crs(built.shapes, table["municipality_code"])
        areas = table["registered_area_m2"].to_numpy(dtype=float)
        checked = check_polygons(built, self.crs, None if self.source.boundary else areas)
        table["area_m2"] = np.round(checked.areas, 2)
        self._again = 0
        if "system" in table:
            checked = replace(checked, findings=arbitrary_ones(table, checked.shapes, checked.findings))
        pins, findings = self._pins(table, chunk, checked.findings)
        findings, repeated = self._identify(table, checked.shapes, findings)
        kept = np.array([shape is not None for shape in checked.shapes], dtype=bool) & ~repeated
        frame = gpd.GeoDataFrame(table[kept], geometry=checked.shapes[kept], crs=STORED_EPSG)
        return self._chunk(chunk, frame, pins, findings, int(repeated.sum()) + self._again, unread)

    def _settle_crs(self, shapes: np.ndarray, municipality_codes: pd.Series) -> None:
        """Find the plane zone of metres without a word; say so where a datum is rough."""
        if self.crs == TOKYO_EPSG or self.crs in TOKYO_PLANES:
            self.problems.append(old_datum(self.name))
        if self.crs is not None or self.whereabouts is None or not in_metres(shapes):
            return
        there = shapes[~shapely.is_missing(shapes)]
        fits = self.whereabouts.zones_of(there, municipality_codes.dropna().unique())
        if len(fits) != 1:
            raise which_zone(self.name, fits)
        self.crs = zone_epsg(fits[0].zone)
        self.problems.append(taken_for(self.name, fits[0]))

    def _pins(
        self, table: pd.DataFrame, chunk: FeatureChunk, findings: list[tuple[int, Finding]]
    ) -> tuple[gpd.GeoDataFrame, list[tuple[int, Finding]]]:
        """Take the points of a register out: they have no outline, but tell of a parcel."""
        points: dict[int, shapely.Point] = {}
        others: list[tuple[int, Finding]] = []
        register = self.source is not None and self.source.key == "register"
        for position, finding in findings:
            identity = table["parcel_id"].iat[position]
            if not register or finding.code != "is-point" or identity in (None, ROUNDED):
                others.append((position, finding))
                continue
            point, found = pin_of(chunk, position, self.crs)
            if point is None:
                others.append((position, found or finding))
                continue
            content = hash((table["attributes"].iat[position], point.wkb))
            first = identity not in self._pinned
            number = chunk.numbers[position]
            first_number, known = self._pinned.setdefault(identity, (number, content))
            if known != content:
                others.append((position, reject("repeated-id", identity)))
            elif first:
                points[position] = point
                others += [(position, found)] if found else []
            else:
                self._again += 1
                others.append((position, same_as(first_number, alike=True)))
        rows = table.iloc[list(points)].rename(columns={"parcel_id": "register_id"})
        keys = [key for key in (*REGISTER.keys, "denied") if key != "batch_id" and key in rows]
        return gpd.GeoDataFrame(rows[keys], geometry=list(points.values()), crs=STORED_EPSG), others

    def _identify(
        self, table: pd.DataFrame, shapes: np.ndarray, findings: list[tuple[int, Finding]]
    ) -> tuple[list[tuple[int, Finding]], np.ndarray]:
        """Give parcels without an id one from their content; find ids and outlines that come again."""
        repeated = np.zeros(len(table), dtype=bool)
        ids, attributes, outlines = (
            table["parcel_id"].tolist(),
            table["attributes"].tolist(),
            shapely.to_wkb(shapes),
        )
        again: list[tuple[int, Finding]] = []
        if self._elsewhere is None:
            plain = self.source is not None and self.source.key == "plain"
            self._elsewhere = self.elsewhere() if plain and not self.local else {}
        numbers = table["source_row"].tolist()
        boxes = shapely.bounds(shapes).tolist()
        for position, (identity, text, outline) in enumerate(zip(ids, attributes, outlines, strict=True)):
            if outline is None:
                continue
            number = int(numbers[position])
            finding = self._id_problem(identity, shapes[position])
            if identity is None:
                ids[position] = identity = f"x-{sha256(text.encode() + outline).hexdigest()[:16]}"
            if finding is None:
                finding = self._seen_before(identity, hash((text, outline)), number)
            if finding is None and (self.local or identity.startswith("x-")):
                finding = self._same_ground(table, position, shapes[position], boxes[position], number)
            if finding is not None:
                again.append((position, finding))
                repeated[position] = not finding.rejects
                shapes[position] = None if finding.rejects else shapes[position]
        table["parcel_id"] = pd.Series(ids, dtype=object)
        return findings + again, repeated

    @property
    def local(self) -> bool:
        """Whether ids are unique in this file only."""
        named = self.names.intersection(_IDS)
        return self.source is not None and self.source.key == "plain" and named <= LOCAL_IDS

    def _id_problem(self, identity: str | None, shape: shapely.Geometry) -> Finding | None:
        if identity == ROUNDED:
            return reject("id-rounded")
        box = (self._elsewhere or {}).get(identity) if identity is not None else None
        return reject("id-elsewhere", identity) if box and _apart(box, shape.bounds) else None

    def _seen_before(self, identity: str, content: int, number: int) -> Finding | None:
        first, known = self._seen.setdefault(identity, (number, content))
        if first == number:
            return None
        return same_as(first, alike=True) if known == content else reject("repeated-id", identity)

    def _same_ground(
        self, table: pd.DataFrame, position: int, shape: shapely.Geometry, box: list[float], number: int
    ) -> Finding | None:
        """An earlier feature of the very same outline, drawn from whichever corner."""
        row = table.iloc[position]
        content = (_without_ids(row["attributes"]), *lot_keys(row["settlement"], row["lot_number"]))
        for other, first, said in self._drawn.setdefault(tuple(box), []):
            if not shapely.equals_exact(shapely.normalize(shape), shapely.normalize(other), 0.0):
                continue
            lots = [(one, two) for one, two in zip(content[1:], said[1:], strict=True) if one and two]
            if all(one == two for one, two in lots):
                return same_as(first, alike=content == said)
        self._drawn[tuple(box)].append((shape, number, content))
        return None

    def _chunk(
        self,
        chunk: FeatureChunk,
        frame: gpd.GeoDataFrame,
        pins: gpd.GeoDataFrame,
        findings: list[tuple[int, Finding]],
        duplicates: int,
        unread: list[Problem],
    ) -> ParcelChunk:
        problems = [problem.at(file=self.name) for problem in unread]
        rejected: dict[int, list[Problem]] = {}
        repaired: set[int] = set()
        sent_back = {position for position, finding in findings if finding.rejects}
        for position, finding in findings:
            if finding.severity is Severity.REPAIR and position in sent_back:
                # It goes back as it was drawn.
                continue
            problem = finding.problem(self.name, chunk.numbers[position])
            problems.append(problem)
            if finding.rejects:
                rejected.setdefault(position, []).append(problem)
            elif finding.severity.value == "repair":
                repaired.add(position)
        rejects = [Reject(chunk.numbers[p], _whole(chunk, p), tuple(found)) for p, found in rejected.items()]
        rejects += [Reject(damage.number, damage.text, (damage.problem,)) for damage in chunk.damages]
        problems += [damage.problem for damage in chunk.damages]
        return ParcelChunk(
            frame,
            pins,
            tuple(sorted(problems, key=lambda problem: problem.place.feature or 0)),
            tuple(sorted(rejects, key=lambda reject: reject.number)),
            chunk.read,
            len(repaired - rejected.keys()),
            duplicates,
        )


def _without_ids(attributes: str) -> str:
    received = orjson.loads(attributes)
    return repr(sorted((key, value) for key, value in received.items() if key not in LOCAL_IDS))


def _apart(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether two boxes (west, south, east, north) share nothing."""
    return one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]


@contextmanager
def read_parcels(
    path: Path,
    *,
    source: str | None = None,
    crs: str | None = None,
    layer: str | None = None,
    on_progress: Progress | None = None,
    whereabouts: Whereabouts | None = ANYWHERE,
) -> Iterator[ParcelReader]:
    """Open a parcel file for reading: GeoJSON, GeoPackage, FlatGeobuf, Shapefile or GeoParquet.

    The form is told from the content, never from the name.

    Parameters
    ----------
    source : str, optional
        A key of `SOURCES`; recognised from the properties by default.
    crs : str, optional
        ``EPSG:6678`` or the like, where the file does not say it or says it wrongly.
    layer : str, optional
        Which layer, where a file has several with polygons.
    on_progress : callable, optional
        Told how far it is and how far it goes.
    whereabouts : Whereabouts
        What is known of where the parcels should lie, for metres without a coordinate system. None
        leaves that open: such parcels are then sent back one by one.

    Raises
    ------
    InputUnusable
        The file cannot be used at all; or it is in metres and more than one zone fits, or none.
    UsageError
        `crs` is no EPSG code, `source` no known form, or a layer has to be chosen.
    """
    chosen = None if crs is None else _epsg(crs)
    form = None if source is None else _form(source)
    check_place(path)
    driver = vector_driver(path)
    if driver is not None:
        vector = open_vector(path, driver, chosen, layer)
        with path.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        size, chunks = feature_count(vector), vector_chunks(vector)
        reader = ParcelReader(path.name, digest, vector.crs, size, chunks, form, on_progress)
        reader.whereabouts, reader.path = whereabouts, path
        yield reader
        return
    with open_input(path) as file:
        layout = find_layout(file, chosen)
        size, chunks = len(file.data), split_features(file, layout)
        reader = ParcelReader(file.name, file.sha256, layout.crs, size, chunks, form, on_progress)
        reader.complete, reader.whereabouts, reader.path = layout.complete, whereabouts, path
        yield reader


def _whole(chunk: FeatureChunk, position: int) -> dict[str, Any]:
    """A feature with its geometry, to be handed back."""
    feature = chunk.features[position]
    if chunk.shapes is None or chunk.shapes[position] is None:
        return feature
    return {**feature, "geometry": orjson.loads(shapely.to_geojson(chunk.shapes[position]))}


def _epsg(written: str) -> int:
    digits = written.upper().removeprefix("EPSG:")
    if not digits.isdecimal():
        raise UsageError(
            "parcels.crs",
            Text(f"--crs {written} は EPSG コードではありません", f"--crs {written} is no EPSG code"),
            Text("例: --crs EPSG:6678", "for example: --crs EPSG:6678"),
        )
    return known_epsg(int(digits), None, written)


def _form(key: str) -> Source:
    if key not in SOURCES:
        names = "、".join(SOURCES)
        raise UsageError(
            "parcels.source",
            Text(f"「{key}」という様式はありません", f"there is no form '{key}'"),
            Text(f"次から選んでください: {names}", f"choose one of {', '.join(SOURCES)}"),
        )
    return SOURCES[key]


def _recognised(chunk: FeatureChunk) -> Source:
    names: set[str] = set()
    for feature in chunk.features[:200]:
        names |= properties_of(feature).keys()
    return next(source for source in SOURCES.values() if source.recognises(names))
