"""GeoJSON as it comes: damaged, disguised, hostile, or right in an unusual way."""

from __future__ import annotations

import codecs
import json
import math
from typing import Any

from tests.parcels.corpus._case import SOME_REJECTED, Case, refused
from tests.parcels.made_up import SIDE, collection, feature, polygon, square, texts

RING = square(5)
A, B, C = (json.dumps(feature(i), ensure_ascii=False) for i in (1, 2, 3))
WHOLE = texts([A, B, C])
ALL = ("A1", "A2", "A3")
SECOND = "2番目の地物"
#: A square of 30 m in zone X.
METRES = [[-88000.0, -140000.0], [-87970.0, -140000.0], [-87970.0, -139970.0], [-88000.0, -139970.0]]
METRES.append(METRES[0])


def moved(ring: list[Any], dx: float, dy: float = 0.0) -> list[list[float]]:
    return [[x + dx, y + dy] for x, y in ring]


def scaled(ring: list[Any], factor: float) -> list[list[float]]:
    x0, y0 = ring[0]
    return [[x0 + (x - x0) * factor, y0 + (y - y0) * factor] for x, y in ring]


def between(geometry: Any, **properties: Any) -> str:
    """A parcel A5 between two good ones."""
    return collection([feature(1), feature(5, geometry, **properties), feature(9)])


def rejected(name: str, geometry: Any, code: str, place: str = SECOND) -> Case:
    """The second of three is sent back, the others are kept."""
    return Case(name, "筆.geojson", between(geometry), SOME_REJECTED, (3, 2, 0, 1), code, place, ids=("A1", "A9"))  # fmt: skip


def repaired(name: str, geometry: Any, code: str, *also: str, area_m2: float = 870.34) -> Case:
    """The second of three is repaired, and that is said."""
    return Case(name, "筆.geojson", between(geometry), 0, (3, 3, 1, 0), code, SECOND, also, ids=("A1", "A5", "A9"), holds={"A5": {"area_m2": area_m2}})  # fmt: skip


def doubted(name: str, geometry: Any, code: str, value: str, *also: str, **properties: Any) -> Case:
    """The second of three is kept, and a person is asked to look at it."""
    content = between(geometry, **properties)
    place = f"{SECOND} 値「{value}」"
    return Case(name, "筆.geojson", content, 0, (3, 3, 0, 0), code, place, also, ids=("A1", "A5", "A9"))


def damaged(name: str, second: str, place: str, code: str = "parcel.not-json") -> Case:
    """The text of the second of three is no JSON; the others are kept."""
    content = texts([A, second, C])
    return Case(name, "筆.geojson", content, SOME_REJECTED, (3, 2, 0, 1), code, place, ids=("A1", "A3"))


def said_crs(name: str) -> dict[str, Any]:
    return {"type": "name", "properties": {"name": name}}


def nested_collection(depth: int) -> str:
    return '{"type": "GeometryCollection", "geometries": [' * depth + "]}" * depth


VRT = '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>other.geojson</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
ESRI = {"geometryType": "esriGeometryPolygon", "spatialReference": {"wkid": 6668}, "features": [{"attributes": {"id": 1}, "geometry": {"rings": [RING]}}]}  # fmt: skip
CIRCLE = [[139.72 + 0.0005 * math.cos(a / 8000), 38.62 + 0.0004 * math.sin(a / 8000)] for a in range(50_265)]
CIRCLE.append(CIRCLE[0])

DISGUISED = [
    refused("empty file", "筆.geojson", b"", "file.empty"),
    refused("nothing but blanks", "筆.geojson", b" \r\n\r\n ", "file.not-geojson"),
    refused("error page of a web server", "筆.geojson", "<!DOCTYPE html><html><body>404 Not Found</body></html>", "file.other-format", says=("ウェブページ",)),
    refused("VRT renamed .geojson", "筆.geojson", VRT, "file.other-format", says=("VRT",)),
    refused("VRT renamed .gpkg", "筆.gpkg", VRT, "file.other-format", says=("VRT",)),
    refused("VRT behind a byte order mark", "筆.geojson", codecs.BOM_UTF8 + VRT.encode(), "file.other-format"),
    refused("GML", "筆.gml", '<?xml version="1.0"?><gml:FeatureCollection/>', "file.other-format"),
    refused("Esri JSON", "筆.geojson", json.dumps(ESRI), "file.not-geojson", says=("Esri",)),
    refused("TopoJSON", "筆.geojson", '{"type": "Topology", "objects": {}, "arcs": []}', "file.not-geojson", "列「type」 値「Topology」"),
    refused("settings in JSON", "筆.geojson", '{"name": "x", "value": 3}', "file.not-geojson"),
    refused("CP932", "筆.geojson", collection([feature(1, 大字="表町の畑")]).encode("cp932"), "file.cp932", "表町の畑", says=("UTF-8",)),
    refused("UTF-16, as saved by an old Notepad", "筆.geojson", WHOLE.encode("utf-16"), "file.not-utf8", says=("UTF-16",)),
    refused("picture", "筆.geojson", b"\x89PNG\r\n\x1a\n" + bytes(200), "file.picture"),
    refused("PDF", "筆.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "file.other-format", says=("PDF",)),
    refused("list of features without a collection", "筆.geojson", f"[{A}, {B}]", "file.not-geojson", "本文1行目 値「[{"),
    refused("comment before the collection", "筆.geojson", f"// 架空市\n{WHOLE}", "file.not-geojson", "本文1行目 値「// 架空市"),
    refused("gzip", "筆.geojson.gz", b"\x1f\x8b\x08\0" + bytes(100), "file.other-format", says=("gzip",)),
    refused("no features", "筆.geojson", '{"type": "FeatureCollection", "features": []}', "file.no-features"),
    refused("features missing", "筆.geojson", '{"type": "FeatureCollection"}', "file.no-features"),
    refused("download that broke off in the first bytes", "筆.geojson", '{"type": "FeatureColl', "file.not-json"),
    refused("arrays nested 100,000 deep", "筆.geojson", '{"type": "FeatureCollection", "features": ' + "[" * 100_000, "file.no-features"),
    refused("objects nested 100,000 deep", "筆.geojson", '{"a":' * 100_000 + "1" + "}" * 100_000, "file.not-json"),
]  # fmt: skip

SYSTEMS = [
    refused("crs EPSG:999999", "筆.geojson", collection([feature(1)], crs=said_crs("EPSG:999999")), "file.crs", "列「crs」 値「EPSG:999999」"),
    Case("crs of the old Tokyo datum", "筆.geojson", collection([feature(1)], crs=said_crs("urn:ogc:def:crs:EPSG::4301")), 0, (1, 1, 0, 0), "file.old-datum", "列「crs」", ids=("A1",)),
    refused("crs of web maps", "筆.geojson", collection([feature(1)], crs=said_crs("EPSG:3857")), "file.crs", "EPSG:3857"),
    refused("crs that is a link", "筆.geojson", collection([feature(1)], crs={"type": "link"}), "file.crs"),
    Case("crs EPSG:999999, overruled by the user", "筆.geojson", collection([feature(1)], crs=said_crs("EPSG:999999")), 0, (1, 1, 0, 0), options=("--crs", "EPSG:6668")),
    Case("metres of zone X, said in the file", "筆.geojson", collection([feature(1, polygon(METRES))], crs=said_crs("urn:ogc:def:crs:EPSG::6678")), 0, (1, 1, 0, 0), holds={"A1": {"area_m2": 900.0}}),
    Case("metres of zone X, said by the user", "筆.geojson", collection([feature(1, polygon(METRES))]), 0, (1, 1, 0, 0), options=("--crs", "EPSG:6678"), holds={"A1": {"area_m2": 900.0}}),
    refused("metres without a word, far from all parcels so far", "筆.geojson", collection([feature(1, polygon(METRES))]), "file.metres", "列「crs」", says=("--crs", "EPSG:6678")),
]  # fmt: skip

LAYOUTS = [
    Case("plain", "筆.geojson", WHOLE, 0, (3, 3, 0, 0), ids=ALL),
    Case("byte order mark", "筆.geojson", codecs.BOM_UTF8 + WHOLE.encode(), 0, (3, 3, 0, 0), ids=ALL),
    Case("all on one line", "筆.geojson", WHOLE.replace("\n", ""), 0, (3, 3, 0, 0), ids=ALL),
    Case("lines of Windows", "筆.geojson", WHOLE.replace("\n", "\r\n"), 0, (3, 3, 0, 0), ids=ALL),
    Case("one feature a line", "筆.geojsonl", f"{A}\n{B}\n{C}\n", 0, (3, 3, 0, 0), ids=ALL),
    Case("one feature a line, the second damaged", "筆.geojsonl", f"{A}\n{B[:-1]}\n{C}\n", 1, (3, 2, 0, 1), "parcel.not-json", "2番目の地物 本文2行目", ids=("A1", "A3")),
    Case("one feature", "筆.geojson", A, 0, (1, 1, 0, 0), ids=("A1",)),
    Case("bare geometry", "筆.geojson", json.dumps(polygon(RING)), 0, (1, 1, 0, 0)),
    Case("named .txt", "筆.txt", WHOLE, 0, (3, 3, 0, 0), ids=ALL),
    Case("comma after the last", "筆.geojson", texts([A, B, C + ","]), 0, (3, 3, 0, 0), ids=ALL),
    Case("commas missing", "筆.geojson", WHOLE.replace("},\n", "}\n"), 0, (3, 3, 0, 0), ids=ALL),
    Case("end missing", "筆.geojson", WHOLE[:-4], 0, (3, 3, 0, 0), "file.cut-short", "筆.geojson", ids=ALL),
    Case("cut within the third", "筆.geojson", WHOLE[:-40], 1, (3, 2, 0, 1), "parcel.not-json", "3番目の地物 本文4行目", also=("file.cut-short",), ids=("A1", "A2")),
    Case("cut within the third, all or nothing", "筆.geojson", WHOLE[:-40], 3, None, "parcel.not-json", "3番目の地物 本文4行目", also=("ingest.strict",), options=("--strict",)),
    Case("two collections, one after the other", "筆.geojson", collection([feature(1)]) + "\n" + collection([feature(2)]), 1, (3, 2, 0, 1), "parcel.not-json", "本文2行目", ids=("A1", "A2")),
    Case("bare geometries in a collection", "筆.geojson", collection([polygon(square(1)), feature(2)]), 1, (2, 1, 0, 1), "parcel.no-geometry", "1番目の地物", ids=("A2",)),
    damaged("comment within a feature", B.replace('"geometry"', '/* 境界未定 */ "geometry"'), f"{SECOND} 本文3行目 列「{B.index(chr(34) + 'geometry') + 1}」"),
    damaged("comma too many in the properties", B.replace('"A2"', '"A2",'), f"{SECOND} 本文3行目"),
    damaged("single quotes", B.replace('"', "'"), f"{SECOND} 本文3行目 列「2」"),
    damaged("NaN", B.replace("38.6", "NaN", 1), f"{SECOND} 本文3行目 列「{B.index('38.6') + 1}」 値「NaN"),
    damaged("Infinity", B.replace("38.6", "Infinity", 1), f"{SECOND} 本文3行目 列「{B.index('38.6') + 1}」 値「Infinity"),
    damaged("number beyond numbers", B.replace("38.6", "1e999", 1), f"{SECOND} 本文3行目"),
    damaged("bracket missing", B.replace("]]]", "]]"), f"{SECOND} 本文3行目"),
    damaged("key twice in the properties", B.replace('"A2"', '"A2", "parcel_id": "Z"'), f"{SECOND} 本文3行目", "parcel.repeated-key"),
    damaged("coordinates twice", B.replace('"coordinates"', '"coordinates": [], "coordinates"'), f"{SECOND} 本文3行目", "parcel.repeated-key"),
    damaged("lists nested 100,000 deep in a property", B.replace('"A2"', "[" * 100_000 + "]" * 100_000), f"{SECOND} 本文3行目"),
    damaged("collections nested 2,000 deep", json.dumps(feature(2, None)).replace("null", nested_collection(2000)), f"{SECOND} 本文3行目"),
]  # fmt: skip

SHAPES = [
    rejected("null geometry", None, "parcel.no-geometry"),
    rejected("empty polygon", polygon(), "parcel.empty"),
    rejected("text as geometry", "POLYGON ((139 38, 140 38, 140 39, 139 38))", "parcel.not-polygon"),
    rejected("pin for an outline", {"type": "Point", "coordinates": RING[0]}, "parcel.is-point", f"{SECOND} 値「Point」"),
    rejected("line for an outline", {"type": "LineString", "coordinates": RING}, "parcel.not-polygon", f"{SECOND} 値「LineString」"),
    rejected("collection for an outline", {"type": "GeometryCollection", "geometries": [polygon(RING)]}, "parcel.not-polygon", f"{SECOND} 値「GeometryCollection」"),
    rejected("coordinates as strings", polygon([[str(x), str(y)] for x, y in RING]), "parcel.not-numbers", f"{SECOND} 値「['139.705'"),
    rejected("null for a coordinate", polygon([*RING[:2], [None, 38.6], RING[0]]), "parcel.not-numbers", f"{SECOND} 値「[None, 38.6]」"),
    rejected("1e300 for a coordinate", polygon([*RING[:2], [1e300, 38.6], RING[0]]), "parcel.outside-japan"),
    rejected("off the coast of Africa", polygon(scaled([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]], SIDE)), "parcel.outside-japan", f"{SECOND} 値「0, 0」"),
    rejected("box over the antimeridian", polygon([[-179.9, 38], [179.9, 38], [179.9, 39], [-179.9, 39], [-179.9, 38]]), "parcel.outside-japan", f"{SECOND} 値「-179.9, 38」"),
    rejected("two points", polygon([RING[0], RING[1], RING[1], RING[0]]), "parcel.too-few-points"),
    rejected("no area: to and fro", polygon([RING[0], RING[1], RING[2], RING[1], RING[0]]), "parcel.no-area"),
    rejected("bow tie", polygon([RING[0], RING[2], RING[1], RING[3], RING[0]]), "parcel.invalid"),
    rejected("hole outside", polygon(RING, moved(RING, 0.001)), "parcel.invalid"),
    rejected("hole as large as the parcel", polygon(RING, RING[::-1]), "parcel.invalid"),
    rejected("hole that sticks out", polygon(RING, moved(scaled(RING, 0.2), 0.9 * SIDE, SIDE / 2)), "parcel.invalid"),
    rejected("bow tie that is not closed", polygon([RING[0], RING[2], RING[1], RING[3]]), "parcel.invalid"),
    repaired("ring not closed", polygon(RING[:-1]), "parcel.ring-open"),
    repaired("points repeated", polygon([RING[0], *RING]), "parcel.point-repeated"),
    repaired("clockwise", polygon(RING[::-1]), "parcel.orientation"),
    repaired("heights", polygon([[x, y, 12.5] for x, y in RING]), "parcel.z-dropped"),
    repaired("multipolygon of one part", {"type": "MultiPolygon", "coordinates": [[RING]]}, "parcel.single-part"),
    repaired("latitude before longitude", polygon([[y, x] for x, y in RING]), "parcel.axes-swapped"),
    repaired("spike", polygon([*RING[:2], [RING[1][0] + SIDE, RING[1][1]], *RING[1:]]), "parcel.self-crossing", "parcel.orientation"),
    repaired("parts that overlap", {"type": "MultiPolygon", "coordinates": [[RING], [moved(RING, SIDE / 2)]]}, "parcel.self-crossing", "parcel.orientation", area_m2=1305.5),
    doubted("sliver", polygon(scaled(RING, 0.05)), "parcel.sliver", "2.2 m2"),
    doubted("several parcels in one outline", polygon(scaled(RING, 40)), "parcel.huge", "139 ha", "parcel.overlap"),
    doubted("area that differs from the register", polygon(RING), "parcel.area-differs", "870 / 300 m2", registered_area_m2="３００"),
    Case("outline of 50,000 points", "筆.geojson", collection([feature(1, polygon(CIRCLE))]), 0, (1, 1, 0, 0), ids=("A1",)),
    Case("all latitude before longitude", "筆.geojson", collection([feature(i, polygon([[y, x] for x, y in square(i)])) for i in (1, 2, 3)]), 0, (3, 3, 3, 0), "parcel.axes-swapped", "1番目の地物", ids=ALL),
    Case("all kinds of trouble at once", "筆.geojson", collection([feature(1, polygon(square(1)[:-1])), feature(2, None), feature(4, parcel_id="A1"), feature(3, polygon(square(3)[::-1])), None]), 1, (5, 2, 2, 3), "parcel.repeated-id", "3番目の地物 値「A1」", also=("parcel.no-geometry", "parcel.ring-open", "parcel.orientation", "parcel.not-json"), ids=("A1", "A3")),
]  # fmt: skip

PLAIN = {"type": "Feature", "properties": {}, "geometry": polygon(RING)}
IDENTITIES = [
    Case("ids with leading zeros", "筆.geojson", collection([feature(1, parcel_id="0012"), feature(2, parcel_id="12")]), 0, (2, 2, 0, 0), ids=("0012", "12")),
    Case("ids that are numbers", "筆.geojson", collection([feature(1, parcel_id=7), feature(2, parcel_id=12345678901234567)]), 0, (2, 2, 0, 0), ids=("7", "12345678901234567")),
    Case("ids that are numbers of more than 64 bits", "筆.geojson", collection([feature(1, parcel_id=123456789012345678901), feature(2, parcel_id=123456789012345678902)]), 1, (2, 0, 0, 2), "parcel.id-rounded", "1番目の地物", says=("引用符",)),
    Case("ids that pandas made floating point", "筆.geojson", collection([feature(1, parcel_id=12.0)]), 0, (1, 1, 0, 0), ids=("12",)),
    Case("ids with control characters", "筆.geojson", collection([feature(1, parcel_id="A\0B"), feature(2, parcel_id="A\0C"), feature(3, parcel_id="A\n\x1b[31m")]), 0, (3, 3, 0, 0), ids=("A\0B", "A\0C", "A\n\x1b[31m")),
    Case("id that is a formula and HTML", "筆.geojson", collection([feature(1, parcel_id="=1+1<b>")]), 0, (1, 1, 0, 0), ids=("=1+1<b>",)),
    Case("id that is a path and SQL", "筆.geojson", collection([feature(1, parcel_id="../x'; DROP TABLE parcels; --")]), 0, (1, 1, 0, 0), ids=("../x'; DROP TABLE parcels; --",)),
    Case("id of the feature, none in the properties", "筆.geojson", collection([PLAIN | {"id": "甲-1"}]), 0, (1, 1, 0, 0), ids=("甲-1",)),
    Case("no ids at all", "筆.geojson", collection([PLAIN, PLAIN | {"geometry": polygon(square(6))}]), 0, (2, 2, 0, 0)),
    Case("id twice, two places", "筆.geojson", collection([feature(1), feature(2), feature(3, parcel_id="A1")]), 1, (3, 2, 0, 1), "parcel.repeated-id", "3番目の地物 値「A1」", ids=("A1", "A2")),
    Case("parcel twice, the same in every respect", "筆.geojson", collection([feature(1), feature(2), feature(1)]), 0, (3, 2, 0, 0), ids=("A1", "A2")),
    Case("everything stored before, and one more", "筆.geojson", collection([feature(i, parcel_id=f"既{i}") for i in (80, 81, 82, 83)]), 0, (4, 1, 0, 0), ids=("既83",)),
]  # fmt: skip

#: Words that are no regular file; they are given as they are, no file is made.
NO_FILES = [
    ("web address", "https://example.org/筆.geojson", "file.address"),
    ("address over the file system of GDAL", "/vsicurl/https://example.org/a.geojson", "file.address"),
    ("archive over the file system of GDAL", "/vsizip/a.zip/a.geojson", "file.address"),
    ("address with a driver in front", "GeoJSON:/vsicurl/http://example.org/a", "file.address"),
    ("connection to a database", "PG:host=example.org dbname=x", "file.missing"),
    ("file that is not there", "なし.geojson", "file.missing"),
    ("folder", ".", "file.folder"),
    ("device", "/dev/zero", "file.not-regular"),
]

CASES = [*DISGUISED, *SYSTEMS, *LAYOUTS, *SHAPES, *IDENTITIES]
