"""Uniting two copies of a project, with what a person should look at afterwards."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kanpo.store import BackupFiles, MergeReport, Project, backup_project, free_name, merge_projects
from kanpo.trials._conflicts import find_conflicts
from kanpo.trials._soundness import find_orphans


@dataclass(frozen=True, slots=True)
class Union:
    """What came of uniting two copies.

    `conflicts` are those that were not there before, `orphans` the new records about parcels, trials
    or plots that this copy does not know, `people` where the two people files differ (None: they
    were not united), `backup` the copy made before. `unpredicted` counts trials that came without a
    prediction: uniting writes no record of its own, so that its order does not matter.
    """

    report: MergeReport
    conflicts: pd.DataFrame
    orphans: pd.DataFrame
    people: pd.DataFrame | None
    backup: Path | None
    unpredicted: int = 0


def unite_copies(
    path: Path, other: Path, *, people: bool = False, another: bool = False, dry_run: bool = False
) -> Union:
    """Back a project up and add the records of another copy to it.

    Parameters
    ----------
    path, other : Path
        The project, and the copy whose records come in; the latter is only read.
    people : bool
        Enter the people of the other's people file too. Personal data are left out otherwise.
    another : bool
        Take the records of a project that is no copy of this one.
    dry_run : bool
        Unite in a copy that is thrown away.

    Raises
    ------
    InputUnusable, IntegrityFailure, Conflict
        See `kanpo.store.merge_projects`; both files are unchanged.
    """
    if not dry_run:
        return _unite(path, other, people=people, another=another)
    with Project.open(path):
        pass
    with tempfile.TemporaryDirectory(prefix="kanpo-") as folder:
        trial = Path(folder) / path.name
        backup_project(path, trial)
        return _unite(trial, other, people=False, another=another, backup=False)


def _unite(path: Path, other: Path, *, people: bool, another: bool, backup: bool = True) -> Union:
    with Project.open(path, write=True) as project:
        before = set(find_conflicts(project)["conflict"])
        copy = free_name(path, "before-merge") if backup else None
        if copy is not None:
            backup_project(path, copy)
        try:
            report = merge_projects(project, other, another=another)
        except BaseException:
            _drop(copy)
            raise
        if not report.came:
            _drop(copy)
            copy = None
        conflicts = find_conflicts(project)
        orphans = find_orphans(project)
        trials = project.journal.read("trial")
        trials = trials[trials["record_id"].isin(report.came)]
        unpredicted = ~trials["trial_code"].isin(project.journal.read("prediction")["trial_code"])
        differing = project.people.take_over(other) if people else None
    return Union(
        report,
        conflicts[~conflicts["conflict"].isin(before)].reset_index(drop=True),
        orphans[orphans["record_id"].isin(report.came)].reset_index(drop=True),
        differing,
        copy,
        int(unpredicted.sum()),
    )


def _drop(backup: Path | None) -> None:
    """Delete a backup that nobody needs."""
    if backup is not None:
        BackupFiles.of(backup).remove()
