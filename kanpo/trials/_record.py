"""The one way into the journal: check, resolve references, leave out repeats, append."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from kanpo.errors import Place, Problem, Severity
from kanpo.herbs import complete_assumption, project_catalogue
from kanpo.locale import Text
from kanpo.parcels import measure_area_m2
from kanpo.schema import CheckedRecord, check_records
from kanpo.store import Content, NewRecord, Project, new_record_ids
from kanpo.store import record_content as content_of
from kanpo.trials._lot_rules import LotRules
from kanpo.trials._named_parcels import with_parcel_ids
from kanpo.trials._pesticides import check_spray
from kanpo.trials._prediction import judged_decisions, predictions_with, without_judgement
from kanpo.trials._reference import unknown_reference
from kanpo.trials._standing import ID_TAKEN, Standing, Twins


@dataclass(frozen=True, slots=True)
class RecordReport:
    """What came of a table of records.

    read = stored + repeated + rejected rows; `record_ids` are those written, in order of the rows.
    `predictions` were kept beside new trials. `contradicting` are the ids of those records written that
    are about the same as another one, on the same day where that counts.
    """

    kind: str
    read: int
    record_ids: tuple[str, ...]
    repeated: int
    problems: tuple[Problem, ...]
    rejected: frozenset[int]
    predictions: int = 0
    contradicting: tuple[str, ...] = ()

    @property
    def clashes(self) -> int:
        """How many rows have the id of a record that says something else."""
        return sum(problem.code == ID_TAKEN for problem in self.problems)

    @property
    def stored(self) -> int:
        """How many records were written."""
        return len(self.record_ids)


def record_rows(
    project: Project,
    kind: str,
    columns: Mapping[str, Sequence[str | None]],
    *,
    file: str | None = None,
    first_row: int = 2,
    dry_run: bool = False,
    elsewhere: bool = False,
) -> RecordReport:
    """Write rows of one kind to the journal; with a trial or a decision, the score that stands at that moment.

    Rows that were written before are left out, and so are those with a problem, which is named.

    Parameters
    ----------
    project : Project
        Opened for writing.
    kind : str
        A key of `kanpo.schema.RECORD_KINDS`.
    columns : mapping
        Header to values, all text as written; see `kanpo.schema.check_records`.
    file, first_row, dry_run
        For messages; and to check everything, but write nothing.
    elsewhere : bool
        A correction may move a record to another trial, plot or trait: for a person who sees both.
    """
    count = max((len(values) for values in columns.values()), default=0)
    columns = with_parcel_ids(project, kind, columns)  # 大字 and 地番 are as good as an id
    checked = check_records(kind, columns, file=file, first_row=first_row, zone=project.zone)
    surroundings = _Surroundings(project, checked.good)
    problems = list(checked.problems)
    rejected = set(checked.rejected)
    new: list[NewRecord] = []
    said: list[Content] = []
    repeated = 0
    standing = Standing(project, kind, checked.good)
    there = project.journal.contents(kind, (record.happened_at for record in checked.good))
    contents = {_as_said(content, kind) for content in there}
    twins = Twins(project, kind, checked.good)
    for record in checked.good:
        entry, doubts = surroundings.resolve(record)
        if entry is not None:
            doubts = [*doubts, *standing.check(entry, elsewhere=elsewhere)]
        problems += [_placed(problem, file, record.row, checked.headers) for problem in doubts]
        if entry is None or any(problem.severity is Severity.REJECT for problem in doubts):
            rejected.add(record.row)
            continue
        content = content_of(entry)
        if standing.knows(entry) or _as_said(content, kind) in contents:
            repeated += 1
            continue
        new.append(entry)
        said.append(content)
        contents.add(_as_said(content, kind))
        for memory in (standing, twins):
            memory.note(entry)
    predictions, hints = _append(project, kind, new, said, dry_run=dry_run)
    found = repeated, (*problems, *hints), frozenset(rejected)
    return RecordReport(kind, count, tuple(r.record_id for r in new), *found, predictions, twins.met)


def _as_said(content: Content, kind: str) -> Content:
    """What a person said: a decision that comes again is the same, whatever the score was each time."""
    moment, body, outline, supersedes = content
    if kind != "decision" or body is None:
        return content
    bare = orjson.dumps(without_judgement(orjson.loads(body)), option=orjson.OPT_SORT_KEYS)
    return moment, bare.decode(), outline, supersedes


def _append(
    project: Project, kind: str, new: Sequence[NewRecord], said: Sequence[Content], *, dry_run: bool
) -> tuple[int, tuple[Problem, ...]]:
    """Write records, after the predictions that go with them; how many of these there are, and hints about them."""
    # What was predicted stands in the chain before the trial that is to prove it.
    predictions, hints = predictions_with(project, new if kind == "trial" else ())
    if kind == "decision":
        new = judged_decisions(project, new)
        said = [content_of(record) for record in new]
    if new and not dry_run:
        project.journal.append([*predictions, *new], [*map(content_of, predictions), *said])
    return len(predictions), hints


def _placed(problem: Problem, file: str | None, row: int, headers: Mapping[str, str]) -> Problem:
    """The problem with its place in the file, the column under the name that it has there."""
    column = problem.place.column
    return problem.at(file=file, row=row, column=headers.get(column, column) if column else None)


#: Fields that say what a record is about.
_PLACE = ("parcel_id", "trial_code", "plot_code", "herb_id")


class _Surroundings:
    """What records refer to: parcels, trials, plots and herbs, looked up once for all rows."""

    def __init__(self, project: Project, records: Sequence[CheckedRecord]) -> None:
        self._project = project
        trials = project.journal.read("trial")
        plots = project.journal.read("plot")
        self.trials = dict(zip(trials["trial_code"], trials["parcel_id"], strict=True))
        self.plots: dict[tuple[str, str], BaseGeometry | None] = dict(
            zip(zip(plots["trial_code"], plots["plot_code"], strict=True), plots["geometry"], strict=True)
        )
        self.catalogue = project_catalogue(project)
        self.herbs = self.catalogue.herbs
        named = {str(record.body["parcel_id"]) for record in records if "parcel_id" in record.body}
        parcels = project.imported.parcels(named | set(self.trials.values()))
        former = project.imported.former_parcels()
        # What was noted on a parcel that a newer year replaced is a record all the same.
        self.parcels: dict[str, BaseGeometry] = dict(zip(former["parcel_id"], former.geometry, strict=True))
        self.parcels |= dict(zip(parcels["parcel_id"], parcels.geometry, strict=True))
        self._sound: dict[tuple[object, ...], BaseGeometry | None] = {}
        self._lots = LotRules(project, records)
        self._ids = new_record_ids(len(records))
        self._rules: dict[str, Callable[[CheckedRecord], list[Problem]]] = {
            "trial": self._check_trial,
            "plot": self._check_plot,
        }

    def resolve(self, record: CheckedRecord) -> tuple[NewRecord | None, list[Problem]]:
        """The record with its references checked and its outline, or the problems that forbid it."""
        assumed: list[Problem] = []
        if record.kind == "assumption":
            body, assumed = complete_assumption(record.body, self.catalogue)
            record = record._replace(body=body)
        record, problems, outline = self._place(record)
        problems += assumed
        if record.kind in self._rules:
            problems += self._rules[record.kind](record)
        problems += self._lots.check(record)
        problems += check_spray(record.body, record.kind)
        if problems and any(problem.severity is Severity.REJECT for problem in problems):
            return None, problems
        body = record.body
        if record.kind == "plot" and outline is not None:
            body = {"area_m2": round(float(measure_area_m2([outline])[0]), 2), **body}
        self._remember(record, outline)
        said_by = (record.actor, record.supersedes, record.reason)
        record_id = record.record_id or next(self._ids)
        return NewRecord(record.kind, body, record.happened_at, outline, *said_by, record_id), problems

    def _place(self, record: CheckedRecord) -> tuple[CheckedRecord, list[Problem], BaseGeometry | None]:
        """The record with its trial, what is wrong with its references, and its outline.

        A file has thousands of records on a few places: where nothing was wrong with a place and
        nothing had to be added, the next record there needs no look.
        """
        place = (record.kind, *map(record.body.get, _PLACE), record.wkt)
        if place in self._sound:
            return record, [], self._sound[place]
        completed, problems = self._complete(record)
        problems += self._check_references(completed)
        outline, found = self._outline(completed)
        problems += found
        if not problems and completed is record and record.kind not in self._rules:
            self._sound[place] = outline
        return completed, problems, outline

    def _complete(self, record: CheckedRecord) -> tuple[CheckedRecord, list[Problem]]:
        """Give a plot its trial where only one trial has a plot of that code."""
        code = record.body.get("plot_code")
        if code is None or "trial_code" in record.body:
            return record, []
        found = [trial for trial, plot in self.plots if plot == code]
        if len(found) == 1:
            return record._replace(body={**record.body, "trial_code": found[0]}), []
        if not found and record.kind != "plot":
            return record, []
        what = Text("どの試験の試験区か決まりません", "it is not clear which trial this plot belongs to")
        mend = Text("trial_code も入れてください", "enter trial_code too")
        return record, [Problem("record.which-trial", what, mend, Place(column="plot_code", value=code))]

    def _check_references(self, record: CheckedRecord) -> list[Problem]:
        problems: list[Problem] = []
        body = record.body
        parcel, trial, plot, herb = (body.get(k) for k in ("parcel_id", "trial_code", "plot_code", "herb_id"))
        if parcel is not None and parcel not in self.parcels:
            near = difflib.get_close_matches(
                str(parcel), self._project.imported.parcel_ids(), n=1, cutoff=0.8
            )
            problems.append(unknown_reference("parcel_id", parcel, Text("筆", "parcel"), near))
        if trial is not None and record.kind != "trial" and trial not in self.trials:
            near = difflib.get_close_matches(str(trial), self.trials, n=1, cutoff=0.5)
            problems.append(unknown_reference("trial_code", trial, Text("試験", "trial"), near))
        elif plot is not None and record.kind != "plot" and (trial, plot) not in self.plots:
            codes = [code for of, code in self.plots if trial in (None, of)]
            near = difflib.get_close_matches(str(plot), codes, n=1, cutoff=0.5)
            problems.append(unknown_reference("plot_code", plot, Text("試験区", "plot"), near))
        if herb is not None and herb not in self.herbs:
            near = difflib.get_close_matches(str(herb), self.herbs, n=1)
            problems.append(unknown_reference("herb_id", herb, Text("生薬", "herb"), near))
        return problems

    def _check_trial(self, record: CheckedRecord) -> list[Problem]:
        code = str(record.body["trial_code"])
        return [] if record.supersedes or code not in self.trials else self._maybe_repeat("trial_code", code)

    def _check_plot(self, record: CheckedRecord) -> list[Problem]:
        key = (str(record.body["trial_code"]), str(record.body["plot_code"]))
        return [] if record.supersedes or key not in self.plots else self._maybe_repeat("plot_code", key[1])

    def _maybe_repeat(self, column: str, code: str) -> list[Problem]:
        """A code that is taken: no matter when the same content comes again, else to be looked at."""
        what = Text(
            "同じコードの記録がもうあります(両方残します)", "this code is already recorded (both are kept)"
        )
        mend = Text(
            "直すときは supersedes と reason を入れてください", "to correct it, give supersedes and a reason"
        )
        return [Problem("record.code-taken", what, mend, Place(column=column, value=code), Severity.WARNING)]

    def _outline(self, record: CheckedRecord) -> tuple[BaseGeometry | None, list[Problem]]:
        """The shape the record is about, as it is at this moment."""
        body = record.body
        trial, plot = body.get("trial_code"), body.get("plot_code")
        parcel = body.get("parcel_id") or self.trials.get(str(trial))
        around = self.parcels.get(str(parcel))
        if record.wkt is None:
            known = self.plots.get((str(trial), str(plot)))
            return (known if known is not None else around), []
        place = Place(column="wkt", value=record.wkt)
        outline = shapely.from_wkt(record.wkt, on_invalid="ignore")
        if outline is None or not outline.is_valid or outline.geom_type not in ("Polygon", "MultiPolygon"):
            what = Text("区画図を多角形として読めません", "the outline is no valid polygon")
            mend = Text(
                "POLYGON((経度 緯度, …)) の形で入れてください", "enter it as POLYGON((longitude latitude, …))"
            )
            return None, [Problem("record.outline", what, mend, place)]
        if around is not None and not around.covers(outline):
            what = Text("区画が筆からはみ出しています", "the outline reaches outside the parcel")
            mend = Text(
                "区画図を確かめてください(記録は残しました)", "check the outline (the record was kept)"
            )
            return outline, [Problem("record.outside-parcel", what, mend, place, Severity.WARNING)]
        return outline, []

    def _remember(self, record: CheckedRecord, outline: BaseGeometry | None) -> None:
        """Later rows of the same file may refer to what this row makes."""
        self._lots.remember(record)
        if record.kind == "trial":
            self.trials[str(record.body["trial_code"])] = str(record.body["parcel_id"])
        elif record.kind == "plot":
            self.plots[(str(record.body["trial_code"]), str(record.body["plot_code"]))] = outline
