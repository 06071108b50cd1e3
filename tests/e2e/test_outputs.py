"""Every output of every command over what is precious: nothing of a person is destroyed.

The outputs are found by walking over the commands, so that a new one is tried without being named here.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from kanpo.cli import main
from kanpo.cli._paths import PathType, Written, WrittenFolder, writes
from tests.e2e.conftest import digest
from tests.e2e.test_every_command import COMMANDS, WALK, folder

__all__ = ["folder"]

LINE = dict(WALK)
#: Every path to write to: the command and its parameter.
FILES = [
    (name, param.name or "")
    for name, command in COMMANDS.items()
    for param in command.params
    if isinstance(param.type, Written)
]
FOLDERS = [
    (name, param.name or "")
    for name, command in COMMANDS.items()
    for param in command.params
    if isinstance(param.type, WrittenFolder)
]
#: Whole commands in which all outputs are asked for at once, where their words allow it.
OFTEN = {
    "evidence calibrate": "the sample has too few trials",
    "evidence reestimate": "the sample has too few trials",
    "demo": "has tests of its own",
    "trials design": "a trial of that code is there after the first time",
}
#: What a command needs that the sample lacks.
BEFORE = (
    "record trial --trial-code R-1 --herb-id toki --parcel-id 069001736 --date 2026-06-01",
    "record plot --trial-code R-1 --plot-code R1 --treatment 甲 --date 2026-06-01",
    "record harvest --trial-code R-1 --plot-code R1 --fresh-kg 12 --lot-id L1 --date 2026-06-01",
    "record lot_step --step 乾燥 --inputs L1=12 --outputs D1=4 --date 2026-06-01",
    "lots matrix import matrix.csv --id M1",
)


def parameter(command: str, name: str) -> click.Parameter:
    return next(param for param in COMMANDS[command].params if param.name == name)


def ending(command: str, name: str) -> str:
    """An ending that the output may have: its own, that of the walk, or the first that its help names."""
    param = parameter(command, name)
    if isinstance(param.type, Written) and param.type.endings:
        return param.type.endings[0]
    for word in LINE[command]:
        if isinstance(param, click.Argument) and re.fullmatch(r"\w+(\.\w+)", word):
            return Path(word).suffix
    told = f"{getattr(param, 'metavar', '')} {getattr(param, 'help', '')}"
    found = re.search(r"\.(html|csv|xlsx|svg|png|geojson)", told)
    return found.group() if found else ".html" if "map" in command or command == "demo" else ".csv"


def line(command: str, targets: dict[str, Path]) -> list[str]:
    """The words of the walk with the outputs of the command put to other places."""
    words = list(LINE[command])
    for name, target in targets.items():
        param = parameter(command, name)
        if isinstance(param, click.Argument):
            arguments = [p for p in COMMANDS[command].params if isinstance(p, click.Argument)]
            words[arguments.index(param)] = str(target)
            continue
        option = param.opts[0]
        if option in words:
            words[words.index(option) + 1] = str(target)
        else:
            words += [option, str(target)]
    return [*command.split(), *words]


@pytest.fixture(scope="module")
def worked(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the walk with lots and a matrix."""
    before = Path.cwd()
    os.chdir(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KANPO_PROJECT", str(folder / "sample.gpkg"))
        patch.setenv("KANPO_CONFIG", str(tmp_path_factory.mktemp("worked")))
        try:
            for words in BEFORE:
                assert main(words.split()) == 0
            yield folder
        finally:
            os.chdir(before)


@pytest.fixture(autouse=True)
def _in_place(worked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(worked)
    monkeypatch.setenv("KANPO_PROJECT", str(worked / "sample.gpkg"))


def contents(place: Path) -> dict[str, str]:
    return {path.name: digest(path) for path in place.iterdir() if path.is_file()}


def refused(words: list[str], capsys: pytest.CaptureFixture[str], why: str) -> None:
    for more in ([], ["--force"]):
        capsys.readouterr()
        code = main([*words, *more])
        said = capsys.readouterr().err
        assert code == 3 and why in said, (words, more, code, said)


def test_r19_there_are_many_outputs() -> None:
    assert len(FILES) + len(FOLDERS) >= 40
    assert {name for name, command in COMMANDS.items() if writes(command.params)} <= LINE.keys()


@pytest.mark.parametrize(("command", "name"), FILES)
def test_r19_no_output_takes_the_place_of_what_is_precious(
    command: str, name: str, worked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A project, a copy of one, people, inputs, by name, hard link and symbolic link; devices, pipes, folders."""
    suffix = ending(command, name)
    precious = {f"project{suffix}": "sample.gpkg", f"people{suffix}": "sample.people.sqlite"}
    for new, old in precious.items():
        shutil.copy(worked / old, tmp_path / new)
    os.link(worked / "sample.gpkg", tmp_path / f"hard{suffix}")
    (tmp_path / f"soft{suffix}").symlink_to(worked / "sample.gpkg")
    (tmp_path / f"wreck{suffix}").write_bytes((worked / "sample.gpkg").read_bytes()[:100_000])
    before, project = contents(tmp_path), digest(worked / "sample.gpkg")
    for file in sorted(before):
        refused(line(command, {name: tmp_path / file}), capsys, "[output.precious]")
    (tmp_path / f"device{suffix}").symlink_to("/dev/null")
    os.mkfifo(tmp_path / f"pipe{suffix}")
    (tmp_path / f"folder{suffix}").mkdir()
    for file, why in (("device", "special"), ("pipe", "special"), ("folder", "folder")):
        refused(line(command, {name: tmp_path / f"{file}{suffix}"}), capsys, f"[output.{why}]")
    assert contents(tmp_path) == before and digest(worked / "sample.gpkg") == project


@pytest.mark.parametrize(("command", "name"), FILES)
def test_r19_no_output_takes_the_place_of_an_input(
    command: str, name: str, worked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suffix = ending(command, name)
    inputs = [word for word in LINE[command] if (worked / word).is_file() and word not in ("a.zip",)]
    for number, word in enumerate(inputs):
        target = tmp_path / f"linked{number}{suffix}"
        os.link(worked / word, target)
        before = digest(target)
        refused(line(command, {name: target}), capsys, "[output.precious]")
        assert digest(target) == before


@pytest.mark.parametrize(("command", "name"), FILES)
def test_r19_a_stranger_stays_and_nothing_was_begun(
    command: str, name: str, worked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / f"所長の表{ending(command, name)}"
    target.write_bytes("だいじな表".encode())
    project = digest(worked / "sample.gpkg")
    capsys.readouterr()
    assert main(line(command, {name: target})) == 3
    said = capsys.readouterr().err
    assert "[output.foreign]" in said and "--force" in said and target.name in said
    assert (
        contents(tmp_path) == {target.name: digest(target)} and target.read_bytes() == "だいじな表".encode()
    )
    assert digest(worked / "sample.gpkg") == project


@pytest.mark.parametrize(("command", "name"), FOLDERS)
def test_r19_a_folder_to_write_to_is_no_file(
    command: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "表"
    file.write_bytes(b"precious")
    refused(line(command, {name: file}), capsys, "[output.no-folder]")
    assert file.read_bytes() == b"precious"


@pytest.mark.parametrize("command", sorted({command for command, _ in FILES} - OFTEN.keys()))
def test_r19_what_nobody_changed_is_replaced_and_what_somebody_changed_is_kept(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [name for of, name in FILES if of == command]
    targets = {name: tmp_path / f"{name}{ending(command, name)}" for name in names}
    words = line(command, targets)
    for _ in range(2):
        assert main(words) in (0, 1), capsys.readouterr().err
    assert "残しました" not in capsys.readouterr().err
    assert len(list(tmp_path.iterdir())) >= len(targets)
    written = {path for path in targets.values() if path.exists()}
    assert written == set(targets.values())
    for path in written:
        path.write_bytes(path.read_bytes() + b"\nmended by hand")
    changed = {digest(path) for path in written}
    assert main(words) in (0, 1)
    said = capsys.readouterr().err
    assert said.count("残しました") == len(written), said
    kept = {digest(path) for path in tmp_path.glob("* (*)*")}
    assert changed <= kept, "every byte that a person wrote is there"


def test_r19_with_force_a_stranger_gives_way_under_a_dated_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "候補.csv"
    target.write_bytes(b"of somebody else")
    assert main(["ranking", "--herb", "当帰", "--out", str(target), "--force"]) == 0
    (kept,) = tmp_path.glob("候補 (????-??-?? ????).csv")
    assert kept.read_bytes() == b"of somebody else" and kept.name in capsys.readouterr().err
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")


def test_r19_two_outputs_are_never_one_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["trials", "sheet", "TK-2025", "--out", str(tmp_path / "a.html")]
    assert main([*words, "--form", str(tmp_path / "b" / ".." / "a.html")]) in (2, 6)
    (tmp_path / "b").mkdir()
    assert main([*words, "--form", str(tmp_path / "b" / ".." / "a.html")]) == 2
    assert "[output.twice]" in capsys.readouterr().err and not (tmp_path / "a.html").exists()


def test_r19_default_targets_and_folders_follow_the_rule(
    worked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = tmp_path / "町.gpkg"
    shutil.copy(worked / "sample.gpkg", project)
    page = tmp_path / "maps" / "町.html"
    page.parent.mkdir()
    page.write_bytes(b"of somebody else")
    before = digest(project)
    assert main(["map", "--project", str(project)]) == 3
    assert page.read_bytes() == b"of somebody else" and digest(project) == before
    book = tmp_path / "book"
    assert main(["trials", "fieldbook", "TK-2025", "--out", str(book)]) == 0
    (traits,) = book.glob("*.trt")
    field = next(book.glob("*_field.csv"))
    field.write_bytes(b"mended by hand")
    traits.unlink()
    traits.mkdir()
    assert main(["trials", "fieldbook", "TK-2025", "--out", str(book)]) == 3
    assert field.read_bytes() == b"mended by hand", "both are looked at before one is written"


def test_r19_no_output_is_a_path_of_an_unknown_kind() -> None:
    """Only commands whose targets the store guards itself may have paths of which nothing is said."""
    unknown = {
        name
        for name, command in COMMANDS.items()
        for param in command.params
        if type(param.type) is type(PathType)
    }
    assert unknown <= {"init", "backup", "restore", "merge", "verify"}
