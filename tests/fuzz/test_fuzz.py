"""A short run of the fuzzer in two halves; ``make fuzz`` runs 30,000 cases."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import pytest

from kanpo.cli._main import root
from kanpo.cli._options import PathType
from tests.fuzz.seeds import LEFT_OUT, LINES

CASES = 1_500


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="an alarm that breaks off a hang is POSIX")
@pytest.mark.parametrize("seed", [20_261_130, 20_261_131])
def test_s01_no_input_and_no_path_gives_70_or_hangs(seed: int, tmp_path: Path) -> None:
    from tests.fuzz.run import run

    totals = run(CASES, seed, tmp_path)
    assert not totals.faults, totals.text(0)
    assert totals.ends["0"] + totals.ends["1"] > CASES / 10, "some were taken in"
    assert totals.ends["outlines read"] > CASES / 100 and totals.ends["outlines refused"] > CASES / 100
    assert totals.ends["3"] > CASES / 10, "many were refused"


def test_s01_every_path_that_a_command_takes_is_tried() -> None:
    """A new command with a path has to have a line in `tests.fuzz.seeds`."""
    tried = {name for line in LINES for name in _paths_given(line)}
    untried = {
        f"no seed file for kanpo {command} {param.opts[0]}"
        for command, leaf in _leaves(root())
        for param in leaf.params
        if param.type is PathType and param.name != "project" and command not in LEFT_OUT
        if (command, param.name) not in tried
    }
    assert not untried


def _paths_given(line: tuple[str, ...]) -> set[tuple[str, str]]:
    command: click.Command = root()
    words, names = [word.removeprefix("@") for word in line], list[str]()
    context = click.Context(command)
    while isinstance(command, click.Group):
        found = command.get_command(context, words[0])
        assert found is not None, line
        command, names = found, [*names, words.pop(0)]
    context = command.make_context(" ".join(names), list(words), resilient_parsing=True)
    given = {name for name, value in context.params.items() if value}
    return {(" ".join(names), param.name or "") for param in command.params if param.name in given}


def _leaves(command: click.Command, path: str = "") -> list[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        return [(path, command)]
    context = click.Context(command)
    found = []
    for name in command.list_commands(context):
        child = command.get_command(context, name)
        assert child is not None
        found += _leaves(child, f"{path} {name}".strip())
    return found
