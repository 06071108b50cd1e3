"""Uniting copies: no record is lost, the order does not matter, contradictions are shown."""

from __future__ import annotations

import itertools
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kanpo.errors import Conflict, InputUnusable, IntegrityFailure, UsageError
from kanpo.schema import RECORD_KINDS
from kanpo.store import NewRecord, Project, merge_projects, verify_project
from kanpo.trials import find_conflicts, resolve_conflict, unite_copies
from tests.store.test_journal import _tamper

#: More for a night's run: KANPO_EXAMPLES=1000.
EXAMPLES = int(os.environ.get("KANPO_EXAMPLES", "25"))

Events = frozenset[tuple[str, int, str]]


def observation(value: float, plot: str = "T1-1", **more: object) -> NewRecord:
    body = {"trial_code": "T1", "plot_code": plot, "trait": "plant_height_cm", "value": value}
    return NewRecord("observation", body | more.pop("body", {}), "2025-05-01", **more)  # type: ignore[operator,arg-type]


def events(path: Path) -> Events:
    """Every record of a copy, by lane, number and hash."""
    with Project.open(path) as project:
        return frozenset((row[2], row[3], row[12]) for row in project.journal.chain())


def shown(path: Path) -> list[list[tuple[object, ...]]]:
    """What a person sees in a copy: the standing records of each kind, in their order, and the conflicts."""
    with Project.open(path) as project:
        tables = [*(project.journal.read(kind) for kind in RECORD_KINDS), find_conflicts(project)]
        seal = project.journal.seal()
    plain = [frame.drop(columns="geometry", errors="ignore").astype(object) for frame in tables]
    return [
        [(str(seal),)],
        *(list(f.where(f.notna(), None).itertuples(index=False, name=None)) for f in plain),
    ]


def replayed(path: Path, kind: str) -> list[str]:
    """The ids of the standing records of a kind, worked out from the journal alone."""
    with Project.open(path) as project:
        entries = project.journal.entries(kind)
        read = project.journal.read(kind)
    gone = set(entries["supersedes"].dropna())
    standing = entries[entries["body"].notna() & ~entries["record_id"].isin(gone)]
    standing = standing.drop_duplicates(["record_id", "body"])
    for row, shown_row in zip(standing.itertuples(), read.to_dict("records"), strict=True):
        for key, value in json.loads(row.body).items():
            number = isinstance(value, int | float)
            assert float(shown_row[key]) == value if number else shown_row[key] == value
    assert list(standing["record_id"]) == list(read["record_id"])
    return list(standing["record_id"])


def merge(path: Path, other: Path) -> int:
    with Project.open(path, write=True) as project:
        return len(merge_projects(project, other).came)


@contextmanager
def device(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[None]:
    """Work on a device whose settings lie in `folder`."""
    with monkeypatch.context() as patch:
        patch.setenv("KANPO_CONFIG", str(folder))
        yield


@pytest.fixture
def copies(project: Project, tmp_path: Path) -> list[Path]:
    """Three copies of a project, each with one record of its own beside a common one."""
    project.journal.append([observation(0)])
    project.close()
    paths = [tmp_path / f"{name}.gpkg" for name in "abc"]
    for number, path in enumerate(paths, 1):
        shutil.copy(project.path, path)
        with Project.open(path, write=True) as opened:
            shape = shapely.box(139.8 + number / 1000, 38.7, 139.81, 38.71)
            plot = {"trial_code": "T1", "plot_code": f"T1-{number}", "treatment": "標準"}
            opened.journal.append([NewRecord("plot", plot, "2025-04-01", outline=shape), observation(number)])
    return paths


def test_r09_r10_the_union_holds_every_record_whatever_the_order(copies: list[Path], tmp_path: Path) -> None:
    everything = frozenset().union(*map(events, copies))
    results = []
    for number, order in enumerate(itertools.permutations(copies)):
        target = tmp_path / f"united{number}.gpkg"
        shutil.copy(order[0], target)
        for other in order[1:]:
            before = other.read_bytes()
            assert merge(target, other) > 0
            assert merge(target, other) == 0, "again adds nothing"
            assert other.read_bytes() == before
        assert events(target) == everything
        assert verify_project(target) == []
        results.append(shown(target))
    assert all(result == results[0] for result in results)
    with Project.open(target) as united:
        assert len(united.journal.read("plot")["geometry"].map(shapely.to_wkb).unique()) == 3


def test_r09_uniting_pairs_first_gives_the_same(copies: list[Path]) -> None:
    a, b, c = copies
    left, right = a.with_name("left.gpkg"), a.with_name("right.gpkg")
    shutil.copy(a, left)
    shutil.copy(b, right)
    merge(left, b)
    merge(left, c)
    merge(right, c)
    merge(right, a)
    assert shown(left) == shown(right)


_VALUES = st.lists(st.integers(0, 3), max_size=4)


@pytest.fixture(scope="module")
def common(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("common") / "common.gpkg"
    Project.create(path).close()
    return path


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mine=_VALUES, yours=_VALUES)
def test_r09_r11_merging_commutes_and_shows_exactly_the_contradictions(
    common: Path, mine: list[int], yours: list[int]
) -> None:
    a, b, ab, ba = (common.with_name(f"{name}.gpkg") for name in ("a", "b", "ab", "ba"))
    said: dict[str, set[int]] = {}
    for path, values in ((a, mine), (b, yours)):
        shutil.copy(common, path)
        with Project.open(path, write=True) as project:
            for value in values:
                plot = f"T1-{value % 2}"
                said.setdefault(plot, set()).add(value)
                project.journal.append([observation(value, plot)])
    shutil.copy(a, ab)
    shutil.copy(b, ba)
    merge(ab, b)
    merge(ba, a)
    assert shown(ab) == shown(ba)
    assert events(ab) == events(a) | events(b)
    with Project.open(ab) as project:
        found = find_conflicts(project)
    assert found["conflict"].nunique() == sum(len(values) > 1 for values in said.values())


def test_r11_what_agrees_or_is_numbered_is_no_contradiction(copies: list[Path]) -> None:
    a, b, _ = copies
    for path, repeat in ((a, 1), (b, 2)):
        with Project.open(path, write=True) as project:
            project.journal.append(
                [observation(7, "T1-7"), observation(repeat, "T1-8", body={"repeat": repeat})]
            )
    result = unite_copies(a, b)
    # The three fixtures' values on T1-1 are the only ones that contradict each other.
    assert set(result.conflicts["about"]) == {"T1 T1-1 plant_height_cm 2025-05-01"}
    assert set(result.conflicts["says"]) == {"value=0", "value=1", "value=2"}


def test_r11_two_corrections_of_one_record_and_a_withdrawal_against_a_correction_are_shown(
    project: Project, tmp_path: Path
) -> None:
    one, two = project.journal.append([observation(1), observation(1, "T1-2")])
    other = tmp_path / "b.gpkg"
    shutil.copy(project.path, other)
    project.journal.append(
        [observation(2, supersedes=one, reason="a"), observation(2, "T1-2", supersedes=two, reason="a")]
    )
    withdrawal = NewRecord("observation", None, "2025-05-01", supersedes=two, reason="b")
    with Project.open(other, write=True) as theirs:
        theirs.journal.append([observation(3, supersedes=one, reason="b"), withdrawal])
    merge_projects(project, other)
    found = find_conflicts(project)
    assert found.groupby("conflict").size().tolist() == [2, 2]
    for name, members in found.groupby("conflict"):
        resolve_conflict(project, str(name), members["record_id"].iloc[0], "野帳で確認")
    assert find_conflicts(project).empty


def test_opposite_decisions_come_up_again_and_can_be_decided(project: Project, tmp_path: Path) -> None:
    project.journal.append([observation(1), observation(2)])
    other = tmp_path / "b.gpkg"
    shutil.copy(project.path, other)
    ((name, members),) = find_conflicts(project).groupby("conflict")
    first, second = members["record_id"]
    resolve_conflict(project, str(name), first, "甲")
    with Project.open(other, write=True) as theirs:
        resolve_conflict(theirs, str(name), second, "乙")
    merge_projects(project, other)
    again = find_conflicts(project)
    assert set(again["record_id"]) == {first, second}, "a value that both sides gave up is not lost silently"
    resolve_conflict(project, again["conflict"].iloc[0], second, "現地で測り直した")
    assert find_conflicts(project).empty
    assert list(project.journal.read("observation")["value"]) == [2]


def test_a_decision_needs_a_conflict_and_one_of_its_records(project: Project) -> None:
    ids = project.journal.append([observation(1), observation(2), observation(5, "T1-9")])
    name = find_conflicts(project)["conflict"].iloc[0]
    for conflict, keep in (("nothing", ids[0]), (name, ids[2])):
        with pytest.raises(UsageError):
            resolve_conflict(project, conflict, keep, "x")
    assert len(project.journal.read("observation")) == 3


@pytest.fixture
def clones(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Sequence[Sequence[NewRecord]]], list[Path]]:
    """Copies of a project whose devices were cloned with their settings: each goes on with the same lane."""

    def made(tails: Sequence[Sequence[NewRecord]]) -> list[Path]:
        settings_folder = tmp_path / "settings"
        with device(monkeypatch, settings_folder), Project.open(project.path, write=True) as opened:
            opened.journal.append([observation(1)])
        paths = []
        for number, records in enumerate(tails):
            clone, path = tmp_path / f"clone{number}", tmp_path / f"clone{number}.gpkg"
            shutil.copytree(settings_folder, clone)
            shutil.copy(project.path, path)
            with device(monkeypatch, clone), Project.open(path, write=True) as opened:
                opened.journal.append(records)
            paths.append(path)
        return paths

    return made


Clones = Callable[[Sequence[Sequence[NewRecord]]], list[Path]]


def test_r12_r24_a_cloned_device_is_united_where_nothing_contradicts(
    clones: Clones, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    paths = clones([[observation(2), observation(3)], [observation(4)], [observation(5), observation(6)]])
    seals = []
    for path in paths:
        with Project.open(path) as opened:
            seals.append(str(opened.journal.seal()))
    assert len({row[0] for path in paths for row in events(path)}) == 1, "one lane, three ways"
    everything = frozenset().union(*map(events, paths))
    assert len(everything) == 6
    results = []
    for number, order in enumerate(itertools.permutations(paths)):
        target = tmp_path / f"united{number}.gpkg"
        shutil.copy(order[0], target)
        for other in order[1:]:
            merge(target, other)
            assert merge(target, other) == 0, "again adds nothing"
        assert events(target) == everything and verify_project(target) == []
        for seal in seals:
            assert verify_project(target, seal) == [], "a seal printed before holds after"
        replayed(target, "observation")
        results.append(shown(target))
    assert all(result == results[0] for result in results)
    pair = tmp_path / "pair.gpkg"
    shutil.copy(paths[1], pair)
    merge(pair, paths[2])
    merge(pair, tmp_path / "united0.gpkg")
    assert shown(pair) == results[0], "pairs first gives the same"
    with device(monkeypatch, tmp_path / "clone0"), Project.open(pair, write=True) as opened:
        opened.journal.append([observation(7)])
        assert opened.journal.read("observation")["value"].tolist()[-1] == 7
    assert verify_project(pair) == []


def test_r12_a_cloned_device_that_contradicts_stops_the_merge_with_both_copies_as_they_were(
    clones: Clones, tmp_path: Path
) -> None:
    identity = "0193aaaa-0000-7000-8000-000000000001"
    paths = clones([[observation(2, record_id=identity)], [observation(3, record_id=identity)]])
    before = [path.read_bytes() for path in paths]
    with pytest.raises(Conflict) as caught:
        unite_copies(*paths)
    assert caught.value.exit_code == 4
    assert [problem.code for problem in caught.value.problems] == ["merge.contradiction"]
    assert [path.read_bytes() for path in paths] == before
    assert not list(tmp_path.glob("*.backup")), "nothing changed, so no copy is left behind"


def test_a_damaged_or_foreign_copy_is_not_merged(copies: list[Path], tmp_path: Path) -> None:
    a, b, _ = copies
    _tamper(b, "UPDATE journal SET actor = 'x' WHERE sequence = 1 AND fid > 1")
    Project.create(tmp_path / "stranger.gpkg").close()
    before = a.read_bytes()
    with Project.open(a, write=True) as project:
        for other, error in (
            (b, IntegrityFailure),
            (tmp_path / "stranger.gpkg", InputUnusable),
            (tmp_path / "none.gpkg", InputUnusable),
            (a, UsageError),
        ):
            with pytest.raises(error):
                merge_projects(project, other)
        assert merge_projects(project, tmp_path / "stranger.gpkg", another=True).came == ()
    assert a.read_bytes() == before


def test_a_record_that_both_copies_imported_counts_once(copies: list[Path]) -> None:
    """Two offices read in the same file from the same phone."""
    a, b, _ = copies
    for path in (a, b):
        with Project.open(path, write=True) as project:
            project.journal.append([observation(9, "T1-5", record_id="0193aaaa-0000-7000-8000-000000000001")])
    assert merge(a, b) > 0
    with Project.open(a) as project:
        frame = project.journal.read("observation")
        assert (frame["plot_code"] == "T1-5").sum() == 1
        assert "T1-5" not in " ".join(find_conflicts(project)["about"])
    assert verify_project(a) == []


def test_a_seal_printed_anywhere_before_the_merge_can_still_be_checked(copies: list[Path]) -> None:
    seals = []
    for path in copies:
        with Project.open(path, write=True) as project:
            seals.append(str(project.journal.seal()))
            project.journal.append([observation(5, "T1-6")])
            seals.append(str(project.journal.seal()))
    a, b, c = copies
    merge(b, c)
    merge(a, b)
    assert [verify_project(a, seal) for seal in seals] == [[]] * 6
    assert [p.code for p in verify_project(a, "000000000000-3")] == ["verify.seal"]


def test_imported_data_stay_ours_and_differences_are_said(copies: list[Path]) -> None:
    from kanpo.store import Batch
    from tests.conftest import parcels_frame

    a, b, _ = copies
    with Project.open(b, write=True) as theirs:
        theirs.imported.store_parcels(Batch("新年度.geojson", "9" * 64), [(parcels_frame(5), 5, 0, 0)])
        theirs.journal.append([NewRecord("visit", {"parcel_id": "P5", "soil_ph": 6.0}, "2025-05-01")])
        theirs.people.enter({"grower_code": "G1", "name": "名前の見本", "phone": None, "note": None})
    result = unite_copies(a, b)
    assert list(result.report.files["name"]) == ["新年度.geojson"]
    assert set(result.orphans["value"]) == {"T1", "P5"}, "no trial T1 was ever recorded here"
    assert result.people is None
    with Project.open(a) as ours:
        assert len(ours.imported.parcels()) == 3
        assert "P5" in set(ours.journal.read("visit")["parcel_id"])
        assert ours.people.read().empty
    assert result.backup is not None and verify_project(result.backup) == []
    assert len(events(result.backup)) < len(events(a))


def test_r17_a_file_that_a_record_names_comes_along(copies: list[Path]) -> None:
    from kanpo.store import sha256_of

    a, b, _ = copies
    content, other = b"assay certificate", b"of nobody"
    with Project.open(b, write=True) as theirs:
        for kept in (content, other):
            theirs.imported.keep_original(kept)
        body = {"parcel_id": "P1", "sha256": sha256_of(content)}
        theirs.journal.append([NewRecord("decision", body, "2025-05-01")])
    merge(a, b)
    with Project.open(a) as ours:
        assert ours.imported.original(sha256_of(content)) == content
        assert ours.imported.original(sha256_of(other)) is None
    assert verify_project(a) == []
    _tamper(a, "UPDATE originals SET content = ?", b"forged certificate")
    assert [problem.code for problem in verify_project(a)] == ["verify.original"]


def test_people_are_taken_over_on_request_and_ours_stay(copies: list[Path]) -> None:
    a, b, _ = copies
    for path, people in ((a, {"G1": "見本一"}), (b, {"G1": "見本壱", "G2": "見本二"})):
        with Project.open(path, write=True) as project:
            for code, name in people.items():
                project.people.enter({"grower_code": code, "name": name, "phone": None, "note": None})
    result = unite_copies(a, b, people=True)
    assert result.people is not None and result.people.to_numpy().tolist() == [["G1", "name"]]
    with Project.open(a) as project:
        assert project.people.read()["name"].tolist() == ["見本一", "見本二"]


def test_a_dry_run_tells_the_same_and_changes_nothing(copies: list[Path]) -> None:
    a, b, _ = copies
    before = a.read_bytes(), sorted(a.parent.iterdir())
    told = unite_copies(a, b, dry_run=True)
    assert (a.read_bytes(), sorted(a.parent.iterdir())) == before
    done = unite_copies(a, b)
    assert told.report.came == done.report.came
    pd.testing.assert_frame_equal(told.conflicts, done.conflicts)
