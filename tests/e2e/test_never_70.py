"""No input and no folder ends a command with exit 70, and whatever stops it leaves the project as it was.

The walk goes to every command that there is, with the words that ``test_every_command`` gives it; each
option and argument is then given what nobody foresees.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click
import pytest
import shapely

from kanpo.cli import main
from kanpo.cli._argv import check_name
from kanpo.errors import UsageError
from tests.e2e.test_every_command import COMMANDS, WALK, Console, folder

__all__ = ["folder"]

WORDS = dict(WALK)
#: Days that no calendar has, or that no field of today has seen.
DAYS = ("2026-02-30", "令和0年1月1日", "0000-00-00", "9999-12-31", "0001-01-01", "2026-13-01")
LONG = "長" * 5_000
#: What a command line may hold that is no text: NUL, and what Python makes of bytes that are no UTF-8.
NO_TEXT = ("a\0b", b"\xff\xfe".decode("utf-8", "surrogateescape"))
UNNAMED = {
    "too long": f"{'長' * 86}.gpkg",
    "too long a folder": f"{'n' * 256}/x.gpkg",
    "UNC": r"\\server\share\x.gpkg",
    "a device of Windows": "CON",
    "a trailing dot": "sample.gpkg.",
    "a trailing blank": "sample.gpkg ",
    "no folder": "nowhere/x.gpkg",
    "a file for a folder": "text.csv/x.gpkg",
    "nothing": "",
    "this folder": ".",
    "the folder above": "..",
}
#: Made anew before each case, since an output may replace them.
STANDING = ("empty.gpkg", "text.csv", "no-project.gpkg", "folder")


def lay(here: Path) -> None:
    """What stands in the folder and is not what a command expects."""
    (here / "empty.gpkg").write_bytes(b"")
    (here / "text.csv").write_text("これは本文です\n", encoding="utf-8")
    (here / "no-project.gpkg").write_text("これは本文です\n", encoding="utf-8")
    (here / "folder").mkdir(exist_ok=True)
    # A map makes the folders that it needs.
    shutil.rmtree(here / "nowhere", ignore_errors=True)


class Case:
    """Runs commands against one project and keeps book of what they must not do."""

    def __init__(self, folder: Path, project: str) -> None:
        self.console = Console(pytest.MonkeyPatch())
        self.folder, self.project = folder, folder / project
        self.kept = {
            path: path.read_bytes()
            for path in (self.project, self.project.with_suffix(".people.sqlite"))
            if path.exists()
        }
        self.faults: list[str] = []
        self.count = 0
        lay(folder)

    def run(self, *words: str) -> int:
        """One command, looked at; afterwards the project is again as it was."""
        return self.look(*words)[0]

    def look(self, *words: str) -> tuple[int, str, str]:
        """As `run`, with what it said."""
        code, out, err = self.console.run(*words)
        self.count += 1
        shown = " ".join(word if len(word) < 40 else f"{word[:12]}…" for word in words)
        if code not in range(7):
            self.faults.append(f"{shown!r}: ended with {code}: {err[-300:]}{reason(err)}")
        if "Traceback" in out + err:
            self.faults.append(f"{shown!r}: shows a traceback")
        if code >= 2 and "→" not in out + err and "--help" not in err:
            self.faults.append(f"{shown!r}: {code} without a mend: {err[-300:]}")
        for path, content in self.kept.items():
            if not path.exists() or path.read_bytes() != content:
                if code >= 2:
                    self.faults.append(f"{shown!r}: ended with {code} and changed {path.name}")
                path.write_bytes(content)
        return code, out, err


def reason(err: str) -> str:
    """The end of the log that an exit 70 leaves."""
    log = Path(err.strip().rpartition(" ")[2])
    return " | ".join(log.read_text(encoding="utf-8").splitlines()[-5:]) if log.suffix == ".log" else ""


def lines(name: str, swap: Callable[[click.Parameter], Sequence[str]]) -> Iterator[list[str]]:
    """The command with its words, each of its options and arguments in turn replaced by those of `swap`."""
    command = COMMANDS[name]
    given, _, _ = command.make_parser(click.Context(command)).parse_args(list(WORDS[name]))
    for param in command.params:
        if param.name in ("lang", "debug") or getattr(param, "is_flag", False):
            continue
        for value in swap(param):
            yield [*name.split(), *spelled(command, {**given, param.name: [value] if many(param) else value})]


def many(param: click.Parameter) -> bool:
    return param.nargs == -1 or getattr(param, "multiple", False)


def spelled(command: click.Command, given: dict[str, object]) -> Iterator[str]:
    """Parsed words as a command line again; arguments after ``--``, so that none is taken for an option."""
    tail: list[str] = []
    for param in command.params:
        value = given.get(param.name or "")
        values = (
            list(value)
            if isinstance(value, list | tuple)
            else [value]
            if isinstance(value, str | bool)
            else []
        )
        for each in values:
            if isinstance(param, click.Argument):
                tail.append(str(each))
            elif getattr(param, "is_flag", False):
                yield param.opts[0]
            else:
                yield from (param.opts[0], str(each))
    if tail:
        yield from ("--", *tail)


def is_path(param: click.Parameter) -> bool:
    return isinstance(param.type, click.Path)


def is_day(param: click.Parameter) -> bool:
    return "day" in str(getattr(param, "metavar", "")).lower() or {"--date", "--season"} & set(param.opts)


@pytest.fixture
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("KANPO_PROJECT", str(folder / "sample.gpkg"))
    lay(folder)
    return folder


@pytest.mark.parametrize("name", [name for name in WORDS if name != "init"])
def test_s16_no_command_stumbles_over_an_empty_project(name: str, here: Path, monkeypatch) -> None:
    project = here / "blank.gpkg"
    if not project.exists():
        assert main(["init", str(project)]) == 0
    monkeypatch.setenv("KANPO_PROJECT", str(project))
    case = Case(here, "blank.gpkg")
    case.run(*name.split(), *WORDS[name])
    assert not case.faults, "\n".join(case.faults)


@pytest.fixture(scope="module")
def groundless(folder: Path) -> Path:
    """A project in which QGIS left a parcel without geometry, one with an empty and one with half of one."""
    project = folder / "groundless.gpkg"
    shutil.copy(folder / "sample.gpkg", project)
    shutil.copy(folder / "sample.people.sqlite", folder / "groundless.people.sqlite")
    header = b"GP\x00\x11" + (6668).to_bytes(4, "little")
    with sqlite3.connect(project) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            if name.startswith("rtree_"):
                connection.execute(f'DROP TRIGGER "{name}"')
        for parcel, geometry in (
            ("069001736", None),
            ("069000690", header + shapely.to_wkb(shapely.MultiPolygon())),
        ):
            connection.execute("UPDATE parcels SET geom = ? WHERE parcel_id = ?", (geometry, parcel))
    connection.close()
    return project


@pytest.mark.parametrize("name", [name for name in WORDS if name not in ("init", "demo", "doctor")])
def test_s16_no_command_stumbles_over_a_parcel_without_ground(
    name: str, here: Path, groundless: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KANPO_PROJECT", str(groundless))
    case = Case(here, groundless.name)
    case.run(*name.split(), *WORDS[name])
    assert not case.faults, "\n".join(case.faults)


@pytest.mark.parametrize("name", [name for name in WORDS if name != "traits"])
def test_s16_no_command_stumbles_over_words_that_are_no_text(name: str, here: Path) -> None:
    case = Case(here, "sample.gpkg")
    for line in lines(name, lambda param: NO_TEXT):
        code = case.run(*line)
        if code != 2:
            case.faults.append(f"{line!r}: ended with {code}")
    for line in lines(name, lambda param: () if name == "demo" and not is_path(param) else (LONG,)):
        case.run(*line)
    assert case.count
    assert not case.faults, "\n".join(case.faults)


@pytest.mark.parametrize("name", [name for name in WORDS if name != "traits"])
def test_s16_no_command_stumbles_over_a_path(name: str, here: Path) -> None:
    case = Case(here, "sample.gpkg")
    # What is a name like another here would run the whole demonstration.
    unnamed = [
        path for what, path in UNNAMED.items() if name != "demo" or what.startswith(("too", "no", "a f"))
    ]
    for line in lines(name, lambda param: (*unnamed, *STANDING) if is_path(param) else ()):
        case.run(*line)
        lay(here)
    assert not case.faults, "\n".join(case.faults)


@pytest.mark.parametrize(
    "name", [name for name, command in COMMANDS.items() if any(map(is_day, command.params))]
)
def test_s16_no_command_takes_a_day_that_no_calendar_has(name: str, here: Path) -> None:
    case = Case(here, "sample.gpkg")
    for line in lines(name, lambda param: DAYS if is_day(param) else ()):
        case.run(*line)
    assert not case.faults, "\n".join(case.faults)


@pytest.mark.parametrize(
    "path", ["CON", "aux.csv", "a/NUL/b.gpkg", "com1", "x.gpkg.", "x.gpkg ", "a./x.gpkg"]
)
def test_s16_no_command_takes_a_name_that_windows_keeps_or_changes(path: str) -> None:
    with pytest.raises(UsageError):
        check_name(Path(path), windows=True)
    check_name(Path("../コン/console.csv"), windows=True)
