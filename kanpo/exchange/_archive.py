"""A project in one zip that can be read without kanpo."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import orjson
import pandas as pd
import shapely

from kanpo import __version__
from kanpo.exchange._archive_readme import archive_readme
from kanpo.exchange._archive_records import record_table, table_csv
from kanpo.exchange._archive_tables import write_tables
from kanpo.exchange._beside import originals_folder, photos_folder
from kanpo.files import replacing
from kanpo.schema import (
    BATCHES,
    FORMER_PARCELS,
    LAYERS,
    LINEAGE,
    PARCELS,
    RECORD_KINDS,
    REGISTER,
    SCORES,
    Audience,
    Table,
)
from kanpo.store import Project, Seal, files_for_zip, sha256_of

MANIFEST = "manifest.json"
JOURNAL_LINES = "journal.jsonl"
OUTLINES_FILE = "outlines.geojson"
TABLES_FILE = "tables.jsonl"
FORMAT = "kanpo-archive/2"
#: The first form had no tables from which a project could be made again.
FORMER_FORMAT = "kanpo-archive/1"

#: The earliest moment a zip can name; the time of writing would make every archive another one.
_MOMENT = (1980, 1, 1, 0, 0, 0)
#: Columns as they were received may hold anything, names of owners among them.
_NEVER = frozenset({"attributes"})


@dataclass(frozen=True, slots=True)
class Archive:
    """What was written: how many files, the seal over all of them, and the seal of the records.

    `missing` are files that records or layers name and that the project does not have.
    """

    count: int
    seal: Seal
    records: Seal
    missing: tuple[str, ...]


def write_archive(project: Project, path: Path) -> Archive:
    """Write everything that a project holds and the office may see into one zip, all or nothing.

    The same project gives the same bytes. The people file is not in it, nor are the columns of
    imported files that kanpo does not know.

    Raises
    ------
    EnvironmentFailure
        The file cannot be written.
    """
    members = {}
    missing = missing_files(project)
    with replacing(path) as draft, zipfile.ZipFile(draft, "w") as out:
        for name, content in _members(project):
            _add(out, name, content)
            members[name] = {"sha256": sha256_of(content), "bytes": len(content)}
        seal = project.journal.seal()
        manifest = {
            "format": FORMAT,
            "kanpo": __version__,
            "project_id": project.meta["project_id"],
            "name": project.meta["name"],
            "audience": Audience.OFFICE.value,
            "seal": str(seal),
            "seal_sha256": seal.digest,
            "records": seal.records,
            "missing": list(missing),
            "members": members,
        }
        written = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode()
        _add(out, MANIFEST, written)
    return Archive(len(members) + 1, archive_seal(written, seal), seal, missing)


def archive_seal(manifest: bytes, records: Seal) -> Seal:
    """The seal over a whole archive: the hash of its manifest, which has the hash of every file."""
    return Seal(sha256_of(manifest), records.records, records.devices)


def missing_files(project: Project) -> tuple[str, ...]:
    """Files that layers and records name, and that are not there, as members of an archive."""
    there = {f"originals/{digest}" for digest in project.imported.original_names()}
    there |= {f"photos/{name}" for name in files_for_zip(photos_folder(project))}
    return named_files(project.journal.chain(), project.imported.layer_table()["sha256"]).missing(there)


@dataclass(frozen=True, slots=True)
class NamedFiles:
    """Files that layers and records name: the member of an archive that each is, and who names it."""

    by: dict[str, str]

    def missing(self, there: Container[str]) -> tuple[str, ...]:
        """Those that are not there."""
        return tuple(name for name in self.by if name not in there)


def named_files(chain: Iterable[Sequence[Any]], layers: Iterable[str]) -> NamedFiles:
    """What records and layers name.

    Parameters
    ----------
    chain : iterable
        Records as `Journal.chain` gives them.
    layers : iterable of str
        The hashes of the files of layers.
    """
    by = {f"originals/{digest}": "" for digest in layers}
    for row in chain:
        body = json.loads(row[10]) if row[10] else {}
        digest, value = body.get("sha256"), body.get("value")
        if isinstance(digest, str):
            by.setdefault(f"originals/{digest}", row[0])
        if body.get("trait") == "photo" and isinstance(value, str):
            by.setdefault(f"photos/{value}", row[0])
    return NamedFiles(by)


def _add(out: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _MOMENT)
    entry.create_system, entry.external_attr = 3, 0o644 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    out.writestr(entry, content, compresslevel=6)


def _members(project: Project) -> Iterator[tuple[str, bytes]]:
    tables: list[tuple[str, Table]] = []
    for name, table, frame in _imported(project):
        tables.append((f"{name}.csv", table))
        yield f"{name}.csv", table_csv(frame)
        if isinstance(frame, gpd.GeoDataFrame):
            yield f"{name}.geojson", _geojson(frame)
    for kind, table in RECORD_KINDS.items():
        tables.append((f"records/{table.name}.csv", table))
        yield f"records/{table.name}.csv", table_csv(record_table(project.journal.entries(kind), table))
    yield JOURNAL_LINES, b"".join(orjson.dumps(row) + b"\n" for row in project.journal.chain())
    outlines = project.journal.outlines()
    frame = gpd.GeoDataFrame({"outline": list(outlines)}, geometry=list(outlines.values()), crs=6668)
    yield OUTLINES_FILE, _geojson(frame)
    yield TABLES_FILE, write_tables(project)
    for digest in project.imported.original_names():
        yield f"originals/{digest}", project.imported.original(digest) or b""
    for folder, name in ((originals_folder(project), "imported_files"), (photos_folder(project), "photos")):
        for member, path in files_for_zip(folder).items():
            yield f"{name}/{member}", path.read_bytes()
    yield "README.md", archive_readme(tables).encode("utf-8-sig")


def _imported(project: Project) -> Iterator[tuple[str, Table, pd.DataFrame]]:
    imported, computed = project.imported, project.computed
    frames = (
        (PARCELS, imported.parcels()),
        (FORMER_PARCELS, imported.former_parcels()),
        (LINEAGE, imported.lineage()),
        (REGISTER, imported.register()),
        (BATCHES, imported.batches()),
        (LAYERS, imported.layer_table()),
        (SCORES, computed.scores()),
    )
    for table, frame in frames:
        visible = {field.key for field in table.visible_to(Audience.OFFICE)} - _NEVER
        yield (
            table.name,
            table,
            frame[[key for key in frame.columns if key in visible or key == "geometry"]],
        )


def _geojson(frame: gpd.GeoDataFrame) -> bytes:
    """A collection with every digit of the coordinates, so that outlines keep their hash."""
    plain = pd.DataFrame(frame.drop(columns="geometry")).astype(object)
    rows = plain.where(plain.notna(), None).to_dict("records")
    features = [
        {
            "type": "Feature",
            "properties": row,
            "geometry": None if shape is None else shapely.geometry.mapping(shape),
        }
        for row, shape in zip(rows, frame.geometry, strict=True)
    ]
    lines = b",\n".join(orjson.dumps(feature, default=str) for feature in features)
    return b'{"type":"FeatureCollection","features":[\n' + lines + b"\n]}\n"
