"""Going back to a backup: the backup is checked first, and the present file is kept."""

from __future__ import annotations

import os
import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kanpo.errors import InputUnusable, IntegrityFailure
from kanpo.store import (
    Project,
    backup_project,
    dated_name,
    merge_projects,
    restore_project,
    surplus,
    thin_out,
    verify_project,
)
from tests.store.test_journal import _observations, _tamper
from tests.store.test_merge import observation, replayed


@pytest.mark.slow
def test_r14_a_backup_brings_back_what_was_there(project: Project, tmp_path: Path) -> None:
    project.close()
    path, chance = project.path, random.Random(14)
    for run in range(100):
        with Project.open(path, write=True) as opened:
            ids = opened.journal.append([observation(run, f"T1-{i}") for i in range(chance.randint(1, 3))])
            if chance.random() < 0.5:
                opened.journal.append([observation(99, supersedes=ids[0], reason="x")])
            backup = tmp_path / f"{run}.backup"
            backup_project(path, backup)
            seal = opened.journal.seal()
        content = bytearray(path.read_bytes())
        wreck = run % 4
        if wreck == 0:
            path.write_bytes(content[: chance.randrange(len(content))])
        elif wreck == 1:
            path.write_bytes(os.urandom(2000))
        elif wreck == 2:
            path.unlink()
        else:
            with Project.open(path, write=True) as opened:
                opened.journal.append(_observations(2))
        there = path.exists()
        wrecked = path.read_bytes() if there else None
        kept = restore_project(backup, path).placed.kept
        assert (kept.read_bytes() if kept else None) == wrecked
        with Project.open(path) as opened:
            assert opened.journal.seal() == seal
        assert verify_project(path) == []
    replayed(path, "observation")


def test_a_damaged_or_foreign_backup_is_refused_and_changes_nothing(project: Project, tmp_path: Path) -> None:
    project.journal.append(_observations(20))
    project.close()
    damaged, foreign = tmp_path / "damaged.backup", tmp_path / "foreign.backup"
    backup_project(project.path, damaged)
    _tamper(damaged, "UPDATE journal SET body = '{}' WHERE fid = 3")
    foreign.write_bytes(b"no backup")
    before = project.path.read_bytes(), sorted(tmp_path.iterdir())
    for backup, error in (
        (damaged, IntegrityFailure),
        (foreign, InputUnusable),
        (tmp_path / "no", InputUnusable),
    ):
        with pytest.raises(error):
            restore_project(backup, project.path)
    assert (project.path.read_bytes(), sorted(tmp_path.iterdir())) == before


def test_a_restored_file_goes_on_in_a_lane_of_its_own(project: Project, tmp_path: Path) -> None:
    project.journal.append(_observations(1))
    backup = tmp_path / "b.backup"
    backup_project(project.path, backup)
    project.journal.append(_observations(1))
    project.close()
    kept = restore_project(backup, project.path).placed.kept
    assert kept is not None
    with Project.open(project.path, write=True) as opened:
        opened.journal.append(_observations(1, 7))
        assert len(merge_projects(opened, kept).came) == 1, (
            "what the restore took back can be merged in again"
        )


def test_backups_are_thinned_to_days_weeks_and_months(project: Project) -> None:
    start = datetime(2026, 1, 1, 12)
    moments = [start + timedelta(hours=8 * i) for i in range(3 * 400)]
    kept = sorted(set(moments) - set(surplus(moments)))
    assert len({m.date() for m in kept[-7:]}) == 7 and kept[-1] == moments[-1]
    assert len(kept) <= 7 + 4 + 12
    assert len({(m.year, m.month) for m in kept}) == 12
    for moment in moments[:30]:
        dated_name(project.path, moment).write_bytes(b"")
    stranger = project.path.with_name("other.20260101-120000.backup")
    stranger.write_bytes(b"")
    newest = dated_name(project.path, moments[40])
    backup_project(project.path, newest)
    gone = thin_out(project.path, newest)
    assert gone and newest.exists() and stranger.exists()
    assert not any(path.exists() for path in gone)
