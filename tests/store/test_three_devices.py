"""Three devices do whatever people do with copies of a file, and no record is ever lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kanpo.store import NewRecord, Project, verify_project
from tests.store.test_merge import EXAMPLES, events, merge, observation, replayed, shown


class ThreeDevices(RuleBasedStateMachine):
    """Three devices copy, record, correct, withdraw and merge in any order."""

    def __init__(self) -> None:
        super().__init__()
        import tempfile

        self.folder = Path(tempfile.mkdtemp(prefix="kanpo-devices-"))
        self.paths = [self.folder / f"{name}.gpkg" for name in "abc"]
        self.ever: set[tuple[str, int, str]] = set()
        self.patch = pytest.MonkeyPatch()

    def _on(self, number: int) -> Path:
        self.patch.setenv("KANPO_CONFIG", str(self.folder / f"settings{number}"))
        return self.paths[number]

    @initialize()
    def begin(self) -> None:
        Project.create(self._on(0)).close()
        for path in self.paths[1:]:
            shutil.copy(self.paths[0], path)

    @rule(number=st.integers(0, 2), value=st.integers(0, 2), plot=st.integers(0, 1))
    def record(self, number: int, value: int, plot: int) -> None:
        with Project.open(self._on(number), write=True) as project:
            project.journal.append([observation(value, f"T1-{plot}")])

    @rule(number=st.integers(0, 2), which=st.integers(0, 5), value=st.none() | st.integers(0, 2))
    def correct_or_withdraw(self, number: int, which: int, value: int | None) -> None:
        with Project.open(self._on(number), write=True) as project:
            standing = project.journal.read("observation")
            if standing.empty:
                return
            row = standing.iloc[which % len(standing)]
            old = str(row["record_id"])
            new = (
                NewRecord("observation", None, "2025-05-01", supersedes=old, reason="x")
                if value is None
                else observation(value, str(row["plot_code"]), supersedes=old, reason="x")
            )
            project.journal.append([new])

    @rule(number=st.integers(0, 2), other=st.integers(0, 2))
    def unite(self, number: int, other: int) -> None:
        if number != other:
            before = events(self.paths[number]) | events(self.paths[other])
            merge(self._on(number), self.paths[other])
            assert events(self.paths[number]) == before

    @rule(number=st.integers(0, 2), other=st.integers(0, 2))
    def copy_over(self, number: int, other: int) -> None:
        """Somebody takes the other's file and goes on with it, after merging his own into it."""
        if number != other:
            merge(self._on(other), self.paths[number])
            shutil.copy(self.paths[other], self.paths[number])

    @invariant()
    def nothing_is_lost(self) -> None:
        now = {event for path in self.paths if path.exists() for event in events(path)}
        assert self.ever <= now
        self.ever = now

    def teardown(self) -> None:
        if all(path.exists() for path in self.paths):
            for number, other in ((0, 1), (0, 2), (1, 0), (2, 0)):
                merge(self._on(number), self.paths[other])
            assert shown(self.paths[0]) == shown(self.paths[1]) == shown(self.paths[2])
            assert events(self.paths[0]) == self.ever
            for path in self.paths:
                assert verify_project(path) == []
                replayed(path, "observation")
        self.patch.undo()
        shutil.rmtree(self.folder)


ThreeDevices.TestCase.settings = settings(
    max_examples=EXAMPLES // 3, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.slow
class TestR09R10R15ThreeDevices(ThreeDevices.TestCase):  # type: ignore[name-defined,misc]
    """Run by pytest: all copies equal after a full exchange, nothing ever lost, replay equals views."""
