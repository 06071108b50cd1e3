"""A file of parcels into the project: all that is good in it, or nothing when the file is unusable."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypedDict

import geopandas as gpd
import pandas as pd

from kanpo.crs import STORED_EPSG
from kanpo.errors import InputUnusable, Place, Problem, Severity
from kanpo.files import check_target, place_beside
from kanpo.locale import Text
from kanpo.parcels._day import AskDay, assumed_day, day_of_file, of_what_day
from kanpo.parcels._identity import Identity
from kanpo.parcels._persons import names_persons
from kanpo.parcels._read import ParcelReader, Progress, read_parcels
from kanpo.parcels._rejects import Reject, reject_path, write_rejects
from kanpo.parcels._succession import succeed
from kanpo.parcels._whereabouts import Whereabouts
from kanpo.parcels.sources import SOURCES
from kanpo.schema import BOUNDARIES
from kanpo.store import Batch, Project
from kanpo.tables import not_collecting

#: Names of forms that are no GeoJSON.
OTHER_FORMS = {"table": Text("台帳の表", "office table")}
#: Repairs and warnings kept for display; counts are complete.
_KEPT = 2_000


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What came of ingesting a file.

    read = stored + updated + unchanged + repeated + rejected in `batch`. `rejects` is the file of what was
    sent back, if any. `same_file` tells that this very file was ingested before.
    """

    batch: Batch
    problems: tuple[Problem, ...]
    rejects: Path | None
    same_file: bool
    dry_run: bool
    lineage: Text | None = None
    day_assumed: Text | None = None

    def text(self) -> Text:
        """The counts in words."""
        b = self.batch
        label = (
            SOURCES[b.source].label if b.source in SOURCES else OTHER_FORMS.get(b.source, Text.same(b.source))
        )
        ja = (
            f"{b.file_name}({label.ja}、{b.source_crs}): 読込 {b.read:,}、追加 {b.stored:,}、更新 {b.updated:,}、"
            f"変更なし {b.unchanged:,}、差戻し {b.rejected:,}。入れた筆のうち補正したもの {b.repaired:,}"
        )
        en = (
            f"{b.file_name} ({label.en}, {b.source_crs}): read {b.read:,}, added {b.stored:,}, updated {b.updated:,}, "
            f"unchanged {b.unchanged:,}, rejected {b.rejected:,}; {b.repaired:,} of those kept were repaired"
        )
        if b.repeated:
            ja += f"。同じ筆の繰り返し {b.repeated:,}"
            en += f"; {b.repeated:,} stand in it a second time"
        if self.day_assumed:
            ja += f"\n{self.day_assumed.ja}"
            en += f"\n{self.day_assumed.en}"
        if self.lineage:
            ja += f"\n前の年の筆: {self.lineage.ja}"
            en += f"\nparcels of the year before: {self.lineage.en}"
        if self.same_file:
            ja += "\n同じファイルは前に取り込み済みです。増えていません。"
            en += "\nThis very file was ingested before; nothing was added."
        if self.rejects:
            ja += f"\n差戻し: {self.rejects}(直して、そのまま取り込めます)"
            en += f"\nrejected: {self.rejects} (mend it and ingest it as it is)"
        return Text(ja, en)

    def to_dict(self) -> dict[str, object]:
        """Counts as plain values."""
        counts = {
            key: value for key, value in asdict(self.batch).items() if key not in ("actor", "batch_kind")
        }
        rejects = str(self.rejects) if self.rejects else None
        return counts | {"rejects_file": rejects, "same_file": self.same_file, "dry_run": self.dry_run}


def ingest_parcels(
    project: Project,
    path: Path,
    *,
    source: str | None = None,
    crs: str | None = None,
    layer: str | None = None,
    strict: bool = False,
    dry_run: bool = False,
    rejects: Path | None = None,
    as_of: str | None = None,
    ask_day: AskDay | None = None,
    on_progress: Progress | None = None,
) -> IngestReport:
    """Read a file of parcels into the project.

    Good parcels are stored; a parcel that is already there is updated when it changed. What cannot
    be used goes to ``NAME_差戻し.geojson`` beside the file.

    Parameters
    ----------
    source, crs, layer, on_progress
        See `read_parcels`.
    strict : bool
        All of the file or nothing: a parcel that cannot be used, or a missing end, stops it.
    dry_run : bool
        Count everything, change nothing, write no file.
    rejects : Path, optional
        Another place for the rejects.
    as_of, ask_day : optional
        The day (ISO 8601) that the file speaks of, where its features say none, or who is asked for it.

    Raises
    ------
    InputUnusable
        The file cannot be used at all; the project is unchanged.
    """
    target = place_beside(rejects or reject_path(path), project.path)
    if as_of is None and ask_day is not None:
        as_of = _asked_day(path, source, crs, layer, ask_day)
    form: _Form = {"source": source, "crs": crs, "layer": layer}
    around = Whereabouts.of(project)
    with not_collecting(), read_parcels(path, **form, on_progress=on_progress, whereabouts=around) as reader:
        reader.elsewhere = lambda: project.imported.boxes_of_other_files(path.name)
        known = project.imported.batch_of(reader.sha256)
        day = day_of_file(as_of, None, known, path.name, 1)
        found = _Found()
        if not dry_run:
            # Before anything is stored: what comes back needs a place.
            check_target(target, gives_way=True)
        batch = _store(project, reader, found, strict, day, keep=not dry_run)
        found.problems += _of_the_file(batch, reader, path)
        written = target if found.rejects and not dry_run else None
        if written is not None:
            write_rejects(written, found.rejects, reader.crs)
    problems = (*found.problems, *of_what_day(batch))
    day_assumed = assumed_day(batch, found.undated)
    return IngestReport(batch, problems, written, known is not None, dry_run, found.lineage, day_assumed)


def _of_the_file(batch: Batch, reader: ParcelReader, path: Path) -> list[Problem]:
    if not batch.read:
        raise _nothing_read(path)
    return [] if reader.complete else [_cut_short(path.name)]


class _Form(TypedDict):
    source: str | None
    crs: str | None
    layer: str | None


def _asked_day(
    path: Path, source: str | None, crs: str | None, layer: str | None, ask_day: AskDay
) -> str | None:
    """The day that a person says where pins of a register at the beginning of a file say none."""
    with read_parcels(path, source=source, crs=crs, layer=layer, whereabouts=None) as reader:
        chunk = next(iter(reader), None)
    undated = 0 if chunk is None else int(chunk.pins["survey_date"].isna().sum())
    return day_of_file(None, ask_day, None, path.name, undated)


def _store(
    project: Project,
    reader: ParcelReader,
    found: _Found,
    strict: bool,
    day: str | None,
    *,
    keep: bool,
) -> Batch:
    return project.imported.store_parcels(
        Batch(
            reader.name,
            reader.sha256,
            as_of=day or project.today(),
            as_of_basis="file" if day else "assumed",
        ),
        _chunks(project, reader, found, strict),
        keep=keep,
        describe=_describe(reader, found),
        register=found.register,
        boundaries=found.boundary,
        succeed=lambda stored: found.succeed(project, stored),
        received=lambda: None if names_persons(reader.names) else reader.path,
    )


class _Found:
    """What comes up while chunks go by."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.rejects: list[Reject] = []
        self.duplicates = 0
        self.pins: list[gpd.GeoDataFrame] = []
        self.boundaries: list[gpd.GeoDataFrame] = []
        self.before: gpd.GeoDataFrame | None = None
        self.replaced: set[str] = set()
        self.lineage: Text | None = None
        self.identity: Identity | None = None

    @property
    def undated(self) -> int:
        """How many pins say no day of a survey."""
        return sum(int(frame["survey_date"].isna().sum()) for frame in self.pins)

    def register(self) -> gpd.GeoDataFrame | None:
        """All pins that were found."""
        pins = [frame for frame in self.pins if len(frame)]
        return gpd.GeoDataFrame(pd.concat(pins), geometry="geometry", crs=STORED_EPSG) if pins else None

    def boundary(self) -> gpd.GeoDataFrame | None:
        """All boundaries that were found, with the columns of their table but the batch."""
        if not self.boundaries:
            return None
        rows = pd.concat(self.boundaries).rename(
            columns={"parcel_id": "boundary_id", "farm_settlement": "name"}
        )
        if "mark" in rows:
            rows["mark"] = rows["mark"].where(rows["mark"].notna(), rows["undetermined"])
            rows["name"] = rows["lot_number"]
        else:
            rows["mark"] = None
        keys = [key for key in BOUNDARIES.keys if key != "batch_id"]
        return gpd.GeoDataFrame(rows[[*keys, "geometry"]], geometry="geometry", crs=STORED_EPSG)

    def succeed(self, project: Project, batch: Batch) -> None:
        """Let parcels of a newer year take the place of those of the years before."""
        if self.before is None or self.before.empty:
            return
        succession = succeed(project, self.before, batch)
        if succession is not None:
            self.lineage = succession.lineage.text
            self.problems += succession.problems

    def add(self, problems: tuple[Problem, ...], rejects: tuple[Reject, ...]) -> None:
        """Keep all rejections, and repairs and warnings up to a number that somebody may read."""
        grave = [problem for problem in problems if problem.severity is Severity.REJECT]
        light = [problem for problem in problems if problem.severity is not Severity.REJECT]
        self.problems += grave + light[: max(0, _KEPT - len(self.problems))]
        self.rejects += rejects


def _chunks(
    project: Project, reader: ParcelReader, found: _Found, strict: bool
) -> Iterator[tuple[gpd.GeoDataFrame, int, int, int]]:
    for chunk in reader:
        if found.before is None and reader.source is not None and reader.source.yearly:
            # Asked before the first chunk is stored: these are the parcels of the years before.
            found.before = project.imported.parcels()
            found.replaced = project.imported.former_ids() - set(found.before["parcel_id"])
        found.add(chunk.problems, chunk.rejects)
        found.duplicates += chunk.duplicates
        found.pins.append(chunk.pins)
        if strict and chunk.rejects:
            raise not_whole(
                reader.name, tuple(problem for reject in chunk.rejects for problem in reject.problems)
            )
        frame = chunk.frame
        if reader.source is not None and reader.source.boundary:
            found.boundaries.append(frame.assign(boundary_kind=reader.source.boundary))
            frame = frame.iloc[:0]
        if reader.local:
            found.identity = found.identity or Identity(project)
            frame, problems = found.identity.settle(frame, reader.name)
            found.add(tuple(problems), ())
        # Parcels of a year that was read before and is replaced stay replaced.
        frame = frame[~frame["parcel_id"].isin(found.replaced)] if found.replaced else frame
        yield frame, chunk.read, chunk.repaired, len(chunk.rejects)
    found.problems = reader.problems + found.problems
    if strict and not reader.complete:
        raise not_whole(reader.name, (_cut_short(reader.name),))


def _describe(reader: ParcelReader, found: _Found) -> Callable[[Batch], Batch]:
    """What is known of the file only after it was read: its form, and how many parcels stand in it twice."""

    def described(batch: Batch) -> Batch:
        kept = batch.stored + batch.updated + batch.unchanged
        again = batch.read - batch.rejected - kept - found.duplicates
        return replace(
            batch,
            repeated=found.duplicates,
            source=reader.source.key if reader.source else "",
            source_crs=_crs_name(reader),
            unchanged=batch.unchanged + again,
        )

    return described


def _crs_name(reader: ParcelReader) -> str:
    return f"EPSG:{reader.crs}" if reader.crs else "CRS84"


def not_whole(name: str, problems: tuple[Problem, ...]) -> InputUnusable:
    """The error of a strict ingest: something in the file cannot be used, so nothing was taken."""
    return InputUnusable(
        "ingest.strict",
        Text(
            "使えないものが混ざっているので、何も取り込みませんでした(--strict)",
            "something in it cannot be used, so nothing was taken (--strict)",
        ),
        Text(
            "上の箇所を直すか、--strict を外してください", "mend what is named above, or leave out --strict"
        ),
        Place(name),
        problems,
    )


def _nothing_read(path: Path) -> InputUnusable:
    return InputUnusable(
        "file.not-json",
        Text("筆を1つも読めません(JSONが壊れています)", "not one feature can be read (the JSON is damaged)"),
        Text("書き出しかダウンロードをやり直してください", "export or download it again"),
        Place(str(path)),
    )


def _cut_short(name: str) -> Problem:
    return Problem(
        "file.cut-short",
        Text(
            "ファイルの終わりが欠けています。読めたところまで取り込みました",
            "the end of the file is missing; what could be read was",
        ),
        Text(
            "元のファイルを取り直し、もう一度取り込んでください(増えません)",
            "get the file again and ingest it (nothing is doubled)",
        ),
        Place(name),
        Severity.WARNING,
    )
