"""Zips and binary forms: as QGIS and the ministry write them, incomplete, disguised, hostile."""

from __future__ import annotations

import io
import json
import shutil
import struct
import warnings
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from tests.parcels.corpus._case import Case, refused
from tests.parcels.made_up import collection, feature, polygon, square

Write = Callable[[Path], object]
IDS = ("A1", "A2", "A3")


def frame(numbers: tuple[int, ...] = (1, 2, 3), **columns: list[Any]) -> gpd.GeoDataFrame:
    values = {"parcel_id": [f"A{i}" for i in numbers], "大字": ["表町"] * len(numbers)} | columns
    return gpd.GeoDataFrame(values, geometry=[shapely.Polygon(square(i)) for i in numbers], crs=6668)


THREE = frame()


def as_file(data: gpd.GeoDataFrame, driver: str = "GPKG", **options: Any) -> Write:
    """Write with GDAL, whatever the name."""

    def write(path: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Named in a way that GDAL takes for one file, then as the case has it.
            own = path.with_suffix({"GPKG": ".gpkg", "FlatGeobuf": ".fgb"}.get(driver, ".shp"))
            data.to_file(own, driver=driver, engine="pyogrio", **options)
            if own != path:
                own.rename(path)

    return write


def layers(**kinds: gpd.GeoDataFrame) -> Write:
    def write(path: Path) -> None:
        for name, data in kinds.items():
            data.to_file(path, driver="GPKG", layer=name, engine="pyogrio")

    return write


def shapefile(data: gpd.GeoDataFrame = THREE, *, encoding: str = "CP932", without: tuple[str, ...] = ()) -> Write:  # fmt: skip
    def write(path: Path) -> None:
        as_file(data, "ESRI Shapefile", encoding=encoding)(path)
        for suffix in without:
            path.with_suffix(suffix).unlink()

    return write


def with_cpg(said: str) -> Write:
    def write(path: Path) -> None:
        shapefile()(path)
        path.with_suffix(".cpg").write_text(said, encoding="ascii")

    return write


def capitals(path: Path) -> None:
    shapefile(without=(".cpg",))(path.with_name("fields.shp"))
    for part in path.parent.glob("fields.*"):
        part.rename(part.with_name(part.name.upper()))


def cut(write: Write, share: float) -> Write:
    """The beginning of a file only, as of a download that broke off."""

    def cut_short(path: Path) -> None:
        write(path)
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])

    return cut_short


def parquet(data: gpd.GeoDataFrame = THREE, geo: dict[str, Any] | None = None, **columns: Any) -> Write:
    """GeoParquet; `geo` goes over its own ``geo`` member, `columns` are added to the table."""

    def write(path: Path) -> None:
        data.to_parquet(path)
        table = pq.read_table(path)
        for name, values in columns.items():
            table = table.append_column(name, values)
        metadata = dict(table.schema.metadata)
        metadata[b"geo"] = json.dumps(json.loads(metadata[b"geo"]) | (geo or {})).encode()
        pq.write_table(table.replace_schema_metadata(metadata), path)

    return write


def measured(path: Path) -> None:
    """A shapefile with measures (M), as GIS programs write it: form 25 of the shapefile specification."""
    shapefile()(path)
    content, index = path.read_bytes(), path.with_suffix(".shx").read_bytes()
    head, records, entries, at = content[:32] + b"\x19" + content[33:100], b"", b"", 100
    while at < len(content):
        number, words = struct.unpack_from(">ii", content, at)
        body = content[at + 8 : at + 8 + 2 * words]
        points = struct.unpack_from("<i", body, 40)[0]
        body = b"\x19" + body[1:] + struct.pack(f"<{points + 2}d", *[0.0] * (points + 2))
        entries += struct.pack(">ii", (100 + len(records)) // 2, len(body) // 2)
        records += struct.pack(">ii", number, len(body) // 2) + body
        at += 8 + 2 * words
    head = head[:24] + struct.pack(">i", (100 + len(records)) // 2) + head[28:]
    path.write_bytes(head + records)
    path.with_suffix(".shx").write_bytes(index[:32] + b"\x19" + index[33:100] + entries)


def plain_parquet(path: Path) -> None:
    pq.write_table(pa.table({"parcel_id": ["A1"]}), path)


def zipped(*members: tuple[str, str | bytes | Write], cp932: bool = False) -> Write:
    """A zip; what is written by a callable brings its neighbours (.shx, .dbf) along."""

    def write(path: Path) -> None:
        with warnings.catch_warnings(), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            warnings.simplefilter("ignore", UserWarning)  # of a name that stands twice
            for name, content in members:
                if callable(content):
                    folder = path.with_suffix(".parts")
                    folder.mkdir()
                    content(folder / Path(name).name)
                    for part in sorted(folder.iterdir()):
                        archive.write(part, str(Path(name).with_name(part.name)))
                    shutil.rmtree(folder)
                else:
                    archive.writestr(_OldName(name) if cp932 else name, content)

    return write


class _OldName(zipfile.ZipInfo):
    """A member named as the zip of Windows names it: CP932, without the flag that says UTF-8."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("cp932"), self.flag_bits


def linked(path: Path) -> None:
    """A zip with a symbolic link to a file of the system."""
    link = zipfile.ZipInfo("筆.json")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")


def locked(path: Path) -> None:
    """A zip with a password: the flag of its only member says so."""
    zipped(("a.json", text(1)))(path)
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)


def text(*numbers: int, **properties: Any) -> str:
    return collection([feature(i, **properties) for i in numbers])


def fude(year: int, *numbers: int, municipality: str = "062031") -> str:
    """Parcels of the ministry: ids are issued anew each year."""
    return collection(
        [
            {
                "type": "Feature",
                "properties": {"polygon_uuid": f"{year}-{i}", "land_type": 200, "issue_year": year, "local_government_cd": municipality, "last_polygon_uuid": f"{year - 1}-{i}"},
                "geometry": polygon(square(i)),
            }
            for i in numbers
        ]
    )  # fmt: skip


def _nested_zip() -> bytes:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.json", text(1))
    return inner.getvalue()


PINS = gpd.GeoDataFrame({"name": ["x"]}, geometry=[shapely.Point(139.7, 38.6)], crs=6668)
BOW_TIE = frame().set_geometry([shapely.Polygon(square(1)), shapely.Polygon([square(2)[i] for i in (0, 2, 1, 3, 0)]), shapely.Polygon(square(3))], crs=6668)  # fmt: skip
HEIGHTS = frame().set_geometry([shapely.MultiPolygon([shapely.force_3d(shape)]) for shape in THREE.geometry], crs=6668)  # fmt: skip
SECOND_NULL = frame().set_geometry([THREE.geometry[0], None, THREE.geometry[2]], crs=6668)
NO_ID_IN_SECOND = gpd.GeoDataFrame({"id": gpd.pd.array([7, None, 9], dtype="Int64")}, geometry=THREE.geometry, crs=6668)  # fmt: skip
DATED = frame(調査日=gpd.pd.to_datetime(["2025-08-01"] * 3))
IN_METRES = THREE.to_crs(6678)

BINARY = [
    Case("GeoPackage", "筆.gpkg", as_file(THREE), 0, (3, 3, 0, 0), ids=IDS, holds={"A1": {"settlement": "表町"}}),
    Case("GeoPackage in metres of zone X", "筆.gpkg", as_file(IN_METRES), 0, (3, 3, 0, 0), ids=IDS, holds={"A1": {"area_m2": 870.3}}),
    Case("GeoPackage named .geojson", "筆.geojson", as_file(THREE), 0, (3, 3, 0, 0), ids=IDS),
    Case("GeoPackage with a layer of pins beside the parcels", "筆.gpkg", layers(pins=PINS, fields=THREE), 0, (3, 3, 0, 0), ids=IDS),
    Case("GeoPackage with two layers of parcels", "筆.gpkg", layers(田=frame((1,)), 畑=frame((2, 3))), 2, None, "file.several-layers", "筆.gpkg", says=("--layer", "田", "畑")),
    Case("GeoPackage with two layers, one chosen", "筆.gpkg", layers(田=frame((1,)), 畑=frame((2, 3))), 0, (2, 2, 0, 0), options=("--layer", "畑"), ids=("A2", "A3")),
    Case("GeoPackage, a layer chosen that it does not have", "筆.gpkg", layers(田=frame((1,))), 2, None, "file.no-such-layer", "筆.gpkg", options=("--layer", "畑"), says=("田",)),
    Case("GeoPackage without a coordinate system", "筆.gpkg", as_file(THREE.set_crs(None, allow_override=True)), 0, (3, 3, 0, 0), ids=IDS),
    refused("GeoPackage in the coordinates of web maps", "筆.gpkg", as_file(THREE.to_crs(3857)), "file.crs", "列「crs」 値「EPSG:3857」"),
    Case("GeoPackage with lists, blanks and moments", "筆.gpkg", as_file(frame(列=[["a"], ["b"], None], 真=[True, None, False], 時=gpd.pd.to_datetime(["2025-08-01T10:00+09:00"] * 3))), 0, (3, 3, 0, 0), ids=IDS),
    refused("GeoPackage of pins only", "筆.gpkg", as_file(PINS), "file.no-polygons"),
    refused("GeoPackage with no rows", "筆.gpkg", as_file(THREE.iloc[:0], geometry_type="Polygon"), "file.no-features"),
    refused("GeoPackage cut short", "筆.gpkg", cut(as_file(THREE), 0.3), "file.unreadable"),
    refused("database that is no GeoPackage", "筆.gpkg", b"SQLite format 3\0" + bytes(2000), "file.unreadable"),
    Case("GeoPackage with multipolygons of one part, with heights", "筆.gpkg", as_file(HEIGHTS), 0, (3, 3, 3, 0), "parcel.z-dropped", "1番目の地物", also=("parcel.single-part",), ids=IDS),
    Case("GeoPackage with a bow tie", "筆.gpkg", as_file(BOW_TIE), 1, (3, 2, 0, 1), "parcel.invalid", "2番目の地物", ids=("A1", "A3")),
    Case("GeoPackage with a row without geometry", "筆.gpkg", as_file(SECOND_NULL), 1, (3, 2, 0, 1), "parcel.no-geometry", "2番目の地物", ids=("A1", "A3")),
    Case("GeoPackage with ids that are numbers, one of them missing", "筆.gpkg", as_file(NO_ID_IN_SECOND), 0, (3, 3, 0, 0), holds={"7": {"source_row": 1}, "9": {"source_row": 3}}),
    Case("GeoPackage with a column of days", "筆.gpkg", as_file(DATED), 0, (3, 3, 0, 0), ids=IDS),
    Case("FlatGeobuf", "筆.fgb", as_file(THREE, "FlatGeobuf", SPATIAL_INDEX="NO"), 0, (3, 3, 0, 0), ids=IDS, holds={"A1": {"settlement": "表町"}}),
    Case("FlatGeobuf under another name", "筆.dat", as_file(THREE, "FlatGeobuf"), 0, (3, 3, 0, 0), ids=IDS),
    refused("FlatGeobuf cut short", "筆.fgb", cut(as_file(frame(tuple(range(1, 60))), "FlatGeobuf"), 0.95), "file.unreadable", "筆.fgb", says=("59 筆のうち",)),
    refused("FlatGeobuf without an index, cut short", "筆.fgb", cut(as_file(frame(tuple(range(60))), "FlatGeobuf", SPATIAL_INDEX="NO"), 0.9), "file.unreadable"),
    Case("GeoParquet", "筆.parquet", parquet(), 0, (3, 3, 0, 0), ids=IDS, holds={"A1": {"settlement": "表町"}}),
    Case("GeoParquet in metres of zone X", "筆.parquet", parquet(IN_METRES), 0, (3, 3, 0, 0), ids=IDS),
    Case("GeoParquet with ids that are numbers, one of them missing", "筆.parquet", parquet(NO_ID_IN_SECOND), 0, (3, 3, 0, 0), holds={"7": {"source_row": 1}, "9": {"source_row": 3}}),
    Case("GeoParquet with decimals, lists of lists, times and boxes", "筆.parquet", parquet(THREE, 面積=pa.array([Decimal("8.70")] * 3), 履歴=pa.array([[[1, 2], [3]]] * 3), 時=pa.array([3_600_000_000] * 3, pa.time64("us")), bbox=pa.array([{"xmin": 1.0}] * 3), 期=pa.array([1] * 3, pa.duration("s")), 生=pa.array([[b"x"]] * 3)), 0, (3, 3, 0, 0), ids=IDS),
    refused("GeoParquet whose metadata name no column", "筆.parquet", parquet(geo={"primary_column": "なし"}), "file.unreadable"),
    refused("GeoParquet in an encoding of its own", "筆.parquet", parquet(geo={"columns": {"geometry": {"encoding": "polygon", "geometry_types": []}}}), "file.unreadable"),
    refused("GeoParquet with a coordinate system without a code", "筆.parquet", parquet(IN_METRES, geo={"columns": {"geometry": {"encoding": "WKB", "geometry_types": [], "crs": {"type": "ProjectedCRS", "name": "x"}}}}), "file.crs"),
    refused("Parquet without geometry", "筆.parquet", plain_parquet, "file.unreadable"),
    refused("GeoParquet cut short", "筆.parquet", cut(parquet(), 0.8), "file.unreadable"),
]  # fmt: skip

SHAPEFILES = [
    Case("shapefile in CP932, .cpg says CP932", "筆.shp", shapefile(), 0, (3, 3, 0, 0), ids=IDS, holds={"A1": {"settlement": "表町"}}),
    Case("shapefile in CP932, .cpg says 932", "筆.shp", with_cpg("932"), 0, (3, 3, 0, 0), ids=IDS, holds={"A1": {"settlement": "表町"}}),
    Case("shapefile in CP932, .cpg says Shift_JIS", "筆.shp", with_cpg("Shift_JIS"), 0, (3, 3, 0, 0), ids=IDS, holds={"A1": {"settlement": "表町"}}),
    Case("shapefile in CP932, .cpg says ANSI 932", "筆.shp", with_cpg("ANSI 932"), 0, (3, 3, 0, 0), ids=IDS, holds={"A1": {"settlement": "表町"}}),
    Case("shapefile in CP932 without .cpg", "筆.shp", shapefile(without=(".cpg",)), 0, (3, 3, 0, 0), ids=IDS, holds={"A1": {"settlement": "表町"}}),
    Case("shapefile in UTF-8 without .cpg", "筆.shp", shapefile(encoding="UTF-8", without=(".cpg",)), 0, (3, 3, 0, 0), ids=IDS, holds={"A1": {"settlement": "表町"}}),
    Case("shapefile in CP932, .cpg says UTF-8", "筆.shp", with_cpg("UTF-8"), 0, (3, 3, 0, 0), ids=IDS, holds={"A1": {"settlement": "表町"}}),
    Case("shapefile in UTF-8 without .cpg, with a wide column", "筆.shp", shapefile(frame(備考=["山" * 70] * 3), encoding="UTF-8", without=(".cpg",)), 0, (3, 3, 0, 0), ids=IDS, holds={"A1": {"settlement": "表町"}}),
    Case("shapefile in CP932 with names in capitals", "FIELDS.SHP", capitals, 0, (3, 3, 0, 0), ids=IDS, holds={"A1": {"settlement": "表町"}}),
    refused("shapefile in letters that nobody knows", "筆.shp", with_cpg("KLINGON"), "file.unreadable"),
    Case("shapefile with measures", "筆.shp", measured, 0, (3, 3, 0, 0), ids=IDS, holds={"A1": {"area_m2": 870.34}}),
    Case("shapefile in metres of zone X", "筆.shp", shapefile(IN_METRES), 0, (3, 3, 0, 0), ids=IDS),
    Case("shapefile in metres without .prj", "筆.shp", shapefile(IN_METRES, without=(".prj",)), 0, (3, 3, 0, 0), "file.zone-found", "EPSG:6678", ids=IDS),
    Case("shapefile in metres without .prj, said by the user", "筆.shp", shapefile(IN_METRES, without=(".prj",)), 0, (3, 3, 0, 0), options=("--crs", "EPSG:6678"), ids=IDS),
    refused("shapefile without .shx", "筆.shp", shapefile(without=(".shx",)), "file.part-missing", "筆.shp", says=("筆.shx",)),
    refused("shapefile without .dbf", "筆.shp", shapefile(without=(".dbf",)), "file.part-missing", "筆.shp", says=("筆.dbf",)),
    refused("table of a shapefile for the shapefile", "筆.dbf", lambda path: shapefile()(path.with_suffix(".shp")), "file.other-format", "筆.dbf", says=(".shp",)),
    refused("shapefile cut short", "筆.shp", cut(shapefile(), 0.4), "file.unreadable"),
]  # fmt: skip

ZIPS = [
    Case("zip of two municipalities", "2025.zip", zipped(("2025_062031.json", fude(2025, 1, 2)), ("2025_062049.json", fude(2025, 11, municipality="062049"))), 0, (3, 3, 0, 0), ids=("2025-1", "2025-2", "2025-11"), holds={"2025-11": {"municipality_code": "06204"}}),
    Case("zip with the litter of a Mac", "筆.zip", zipped(("__MACOSX/._a.json", b"\0\5\x16\7"), (".DS_Store", b"\0\0\0\1Bud1"), ("a.json", text(1))), 0, (1, 1, 0, 0), ids=("A1",)),
    Case("zip with a note beside the parcels", "筆.zip", zipped(("README.txt", "出典: 架空"), ("a.json", text(1))), 0, (1, 1, 0, 0), ids=("A1",)),
    Case("zip with a Japanese name, made on Windows", "筆.zip", zipped(("表町の筆.json", text(1))), 0, (1, 1, 0, 0), ids=("A1",), says=("表町の筆.json",)),
    Case("zip with a Japanese name in CP932", "筆.zip", zipped(("表町の筆.json", text(1)), cp932=True), 0, (1, 1, 0, 0), ids=("A1",), says=("表町の筆.json",)),
    Case("zip of a shapefile", "筆.zip", zipped(("2025/筆.shp", shapefile())), 0, (3, 3, 0, 0), ids=IDS, holds={"A1": {"settlement": "表町"}}),
    Case("zip of shapefiles of the same name in two folders", "筆.zip", zipped(("北/fields.shp", shapefile(frame((1, 2)))), ("南/fields.shp", shapefile(frame((11,))))), 0, (3, 3, 0, 0), ids=("A1", "A2", "A11")),
    Case("zip of files of the same name in two folders", "筆.zip", zipped(("北/a.json", text(1, 2)), ("南/a.json", text(11))), 0, (3, 3, 0, 0), ids=("A1", "A2", "A11")),
    Case("zip with the same name twice", "筆.zip", zipped(("a.json", text(1)), ("a.json", text(2))), 0, (2, 2, 0, 0), ids=("A1", "A2")),
    Case("zip with names that Windows cannot write", "筆.zip", zipped(("a?.json", text(1)), ("A?.json", text(2)), ("<b>|.json", text(3))), 0, (3, 3, 0, 0), ids=IDS),
    Case("zip with names that lead out of the folder", "筆.zip", zipped(("../../a.json", text(1)), ("/tmp/b.json", text(2)), ("C:\\c.json", text(3))), 0, (3, 3, 0, 0), ids=IDS),
    Case("zip of one good file and one with a bad parcel", "筆.zip", zipped(("a.json", text(1)), ("b.json", collection([feature(2), feature(3, None)]))), 1, (3, 2, 0, 1), "parcel.no-geometry", "b.json 2番目の地物", ids=("A1", "A2")),
    Case("zip of one good file and one that cannot be used", "筆.zip", zipped(("a.json", text(1)), ("b.json", "<html/>")), 3, None, "file.other-format", "b.json"),
    Case("zip of two files whose ids both count from 1", "筆.zip", zipped(("a.json", collection([feature(1, parcel_id="1"), feature(2, parcel_id="2")])), ("b.json", collection([feature(11, parcel_id="1"), feature(12, parcel_id="2")]))), 1, (4, 2, 0, 2), "parcel.id-elsewhere", "b.json"),
    Case("zip with an office table", "台帳.zip", zipped(("台帳.csv", "大字,地番,面積(㎡)\n表町,1-1,870\n".encode("cp932"))), 0, (1, 1, 0, 0), holds={"表町:1-1": {"registered_area_m2": 870.0}}),
    refused("zip bomb", "筆.zip", zipped(("a.json", b"0" * 20_000_000)), "zip.too-large"),
    refused("zip in a zip", "筆.zip", zipped(("b.zip", _nested_zip())), "zip.nothing"),
    refused("zip of pictures", "筆.zip", zipped(("a.png", b"\x89PNG")), "zip.nothing"),
    refused("empty zip", "筆.zip", zipped(), "zip.nothing"),
    refused("zip with a password", "筆.zip", locked, "zip.unreadable", says=("暗号化",)),
    refused("zip cut short", "筆.zip", cut(zipped(("a.json", text(*range(50)))), 0.5), "zip.unreadable", says=("zip", "壊れている")),
    refused("zip with a link to a file of the system", "筆.zip", linked, "file.not-geojson", "筆.json"),
    refused("zip of a VRT", "筆.zip", zipped(("a.geojson", "<OGRVRTDataSource/>")), "file.other-format", "a.geojson"),
    refused("zip of a shapefile without .dbf", "筆.zip", zipped(("筆.shp", shapefile(without=(".dbf",)))), "file.part-missing", "筆.zip", says=("筆.dbf",)),
    Case("zip of two years, the newer first by name", "筆.zip", zipped(("a_2025.json", fude(2025, 1, 2)), ("b_2024.json", fude(2024, 1, 2))), 0, (4, 4, 0, 0), "lineage.older", "b_2024.json", ids=("2025-1", "2025-2"), retired=2),
    Case("parcels of the ministry whose municipality is a number", "2025.json", fude(2025, 1).replace('"062031"', "62031"), 0, (1, 1, 0, 0), holds={"2025-1": {"municipality_code": "06203"}}),
    Case("zip of two years, the older first", "筆.zip", zipped(("2024_062031.json", fude(2024, 1, 2)), ("2025_062031.json", fude(2025, 1, 2))), 0, (4, 4, 0, 0), ids=("2025-1", "2025-2"), retired=2),
]  # fmt: skip

CASES = [*BINARY, *SHAPEFILES, *ZIPS]
