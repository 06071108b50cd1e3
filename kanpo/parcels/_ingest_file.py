"""Any file that an office got: outlines, pins, tables, and zips of these."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from kanpo.crs import STORED_EPSG
from kanpo.errors import KanpoError
from kanpo.files import check_kind, check_target, place_beside
from kanpo.parcels._day import AskDay, assumed_day, day_of_file, of_what_day
from kanpo.parcels._formats import is_table, is_workbook, is_zip, unpack
from kanpo.parcels._ground import check_ground
from kanpo.parcels._ingest import IngestReport, ingest_parcels, not_whole
from kanpo.parcels._open import check_place
from kanpo.parcels._persons import names_persons
from kanpo.parcels._read import Progress, read_parcels
from kanpo.parcels._rejects import reject_path
from kanpo.parcels._surveyed import table_denials
from kanpo.parcels.tables import ADDED_HEADERS, OfficeTable, read_office_table
from kanpo.schema import REGISTER
from kanpo.store import Batch, Project, sha256_of
from kanpo.tables import write_csv, write_workbook


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """What the user says of a file; everything may be left out.

    `source`, `crs` and `layer` are for outlines (see `read_parcels`), `columns` and `sheet` for
    tables (see `kanpo.parcels.tables.read_office_table`). `strict` takes all of a file or nothing.
    `as_of` is the day (ISO 8601) that a file speaks of where its rows do not say it; `ask_day` asks a
    person for it, by the name of the file and how many rows have none, and may answer None.
    """

    source: str | None = None
    crs: str | None = None
    layer: str | None = None
    columns: Mapping[str, str] | None = None
    sheet: str | None = None
    strict: bool = False
    as_of: str | None = None
    ask_day: AskDay | None = None


def ingest_file(
    project: Project,
    path: Path,
    options: IngestOptions = IngestOptions(),
    *,
    dry_run: bool = False,
    on_progress: Progress | None = None,
) -> list[IngestReport]:
    """Read a file of any known form into the project; a zip gives one report for each file in it.

    Outlines become parcels, pins and rows of tables become rows of the farmland register.

    Raises
    ------
    InputUnusable
        The file cannot be used at all; nothing of it was stored.
    """
    check_place(path)
    # Pages and XML have words of their own, where outlines are expected.
    check_kind(path, able=("sqlite", "old", "html", "pdf") if not is_table(path) else ("sqlite", "old"))
    if is_zip(path):
        with tempfile.TemporaryDirectory() as folder:
            members = unpack(path, Path(folder))
            if len(members) > 1:
                # Before anything is stored: a zip that cannot be used as a whole changes nothing.
                for member in members:
                    with _named_in(path, member):
                        _look_at(member, options)
            reports = []
            for member in members:
                with _named_in(path, member):
                    beside = path.with_name(member.name)
                    reports.append(_ingest_one(project, member, options, dry_run, on_progress, beside))
            return reports
    return [_ingest_one(project, path, options, dry_run, on_progress, beside=path)]


@contextmanager
def _named_in(archive: Path, member: Path) -> Iterator[None]:
    """Errors of a member name the zip, not the folder that it was unpacked to for a while."""
    try:
        yield
    except KanpoError as error:
        if error.place.file and Path(error.place.file).parent == member.parent:
            inside = f"{archive.name} の {Path(error.place.file).name}"
            error.place = replace(error.place, file=inside)
        raise


def _look_at(path: Path, options: IngestOptions) -> None:
    """Read the beginning of outlines, or a whole table, to see whether it can be used at all."""
    if is_table(path):
        read_office_table(path, columns=options.columns, sheet=options.sheet)
        return
    with read_parcels(
        path, source=options.source, crs=options.crs, layer=options.layer, whereabouts=None
    ) as reader:
        next(iter(reader), None)


def _ingest_one(
    project: Project,
    path: Path,
    options: IngestOptions,
    dry_run: bool,
    on_progress: Progress | None,
    beside: Path,
) -> IngestReport:
    if is_table(path):
        return ingest_table(project, path, options, dry_run=dry_run, beside=beside)
    report = ingest_parcels(
        project,
        path,
        source=options.source,
        crs=options.crs,
        layer=options.layer,
        strict=options.strict,
        dry_run=dry_run,
        rejects=reject_path(beside),
        as_of=options.as_of,
        ask_day=options.ask_day,
        on_progress=on_progress,
    )
    if dry_run or report.batch.batch_kind != "parcels":
        return report
    return replace(report, problems=(*report.problems, *check_ground(project, report.batch)))


def ingest_table(
    project: Project,
    path: Path,
    options: IngestOptions = IngestOptions(),
    *,
    dry_run: bool = False,
    beside: Path | None = None,
) -> IngestReport:
    """Read an office table (Excel or CSV) into the farmland register of the project.

    Rows that cannot be used go to ``NAME_差戻し.xlsx`` (or ``.csv``) beside the file (or beside
    `beside`, for a file in a zip), with their cells as they were.
    """
    table = _read_as_before(project, path, options)
    if options.strict and table.rejected:
        raise not_whole(path.name, tuple(problem for row in table.rejected for problem in row.problems))
    # A table that is no text is a workbook.
    suffix = ".xlsx" if is_workbook(path) else ".csv"
    target = place_beside((beside or path).with_name(f"{path.stem}_差戻し{suffix}"), project.path)
    if not dry_run:
        # Before anything is stored: what comes back needs a place.
        check_target(target, gives_way=True)
    digest = sha256_of(path.read_bytes())
    known = project.imported.batch_of(digest)
    undated = int(table.rows["survey_date"].isna().sum())
    day = day_of_file(options.as_of, None if dry_run else options.ask_day, known, path.name, undated)
    batch = project.imported.store_parcels(
        Batch(
            path.name,
            digest,
            "register",
            "table",
            mapping=json.dumps(dict(options.columns), ensure_ascii=False) if options.columns else "",
            as_of=day or project.today(),
            as_of_basis="file" if day else "assumed",
            read=table.kept + len(table.rejected),
            rejected=len(table.rejected),
        ),
        (),
        keep=not dry_run,
        register=lambda: register_rows(table, dated=day is not None),
        received=lambda: None if names_persons(_headers(table)) else path,
    )
    rejects = target if table.rejected and not dry_run else None
    if rejects is not None:
        write_rejected_rows(rejects, table)
    problems = (*table.problems, *of_what_day(batch))
    day_assumed = assumed_day(batch, undated)
    return IngestReport(batch, problems, rejects, known is not None, dry_run, None, day_assumed)


def _headers(table: OfficeTable) -> set[str]:
    received = (json.loads(text) for text in table.rows["attributes"])
    return {name for row in received for name in row} | {n for row in table.rejected for n in row.cells}


def _read_as_before(project: Project, path: Path, options: IngestOptions) -> OfficeTable:
    """Read a table with the mapping given, else with the last one given for a table of such columns."""
    if options.columns:
        return read_office_table(path, columns=options.columns, sheet=options.sheet)
    batches = project.imported.batches()
    for mapping in batches.loc[batches["mapping"].fillna("") != "", "mapping"][::-1]:
        try:
            return read_office_table(path, columns=json.loads(mapping), sheet=options.sheet)
        except KanpoError:
            # That mapping names columns which this table does not have.
            continue
    return read_office_table(path, sheet=options.sheet)


def register_rows(table: OfficeTable, *, dated: bool = False) -> gpd.GeoDataFrame:
    """The rows of an office table as rows of the register; without a place the geometry is None.

    `dated` tells that somebody said of which day the whole table is.
    """
    rows = table.rows.rename(columns={"parcel_id": "register_id"})
    places = [
        shapely.Point(x, y) if pd.notna(x) and pd.notna(y) else None
        for x, y in zip(rows["longitude"], rows["latitude"], strict=True)
    ]
    rows["denied"] = pd.Series(table_denials(table.rows, table.mapping, dated=dated), dtype=object)
    keys = [key for key in (*REGISTER.keys, "denied") if key != "batch_id"]
    return gpd.GeoDataFrame(rows[keys], geometry=places, crs=STORED_EPSG)


def write_rejected_rows(path: Path, table: OfficeTable) -> None:
    """Write the rows that could not be used with their cells as they were, and why; CSV or workbook."""
    headers = list(dict.fromkeys(header for row in table.rejected for header in row.cells))
    rows = [
        (
            *(row.cells.get(header, "") for header in headers),
            " / ".join(problem.what.ja for problem in row.problems),
            " / ".join(problem.mend.ja for problem in row.problems),
            row.row,
        )
        for row in table.rejected
    ]
    write = write_workbook if path.suffix == ".xlsx" else write_csv
    write(path, [*headers, *ADDED_HEADERS], rows, gives_way=True)
