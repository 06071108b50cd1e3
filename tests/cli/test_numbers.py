"""Numbers on the command line: every option that takes one takes the same, and refuses the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from kanpo.cli import main
from kanpo.cli._number import NoNumber, Number, Whole, typed_number
from kanpo.errors import UsageError
from tests.e2e.test_every_command import COMMANDS, WALK

#: Each is refused by every option of a number: not finite, two meanings, no number at all.
NO_NUMBER = ("nan", "NaN", "inf", "-inf", "∞", "1e999", "3,5", "0,500", "1,00", "1,0000", "三", "", " ", "1_000", "0x10",
             "12m", "1 000", "½", "①", "--", "1e")  # fmt: skip


def numbers() -> Iterator[tuple[str, click.Option]]:
    """Every option of a number of every command."""
    for name, command in COMMANDS.items():
        for param in command.params:
            if isinstance(param, click.Option) and isinstance(param.type, Number):
                yield name, param


def words_of(name: str, param: click.Option) -> list[str]:
    """The words of the walk for a command, without those of one option."""
    words = list(dict(WALK)[name])
    if param.opts[0] in words:
        at = words.index(param.opts[0])
        del words[at : at + 2]
    return words


def test_no_option_takes_a_number_by_another_type() -> None:
    others = [
        (name, param.opts)
        for name, command in COMMANDS.items()
        for param in command.params
        if isinstance(param.type, type(click.FLOAT) | type(click.INT)) and not getattr(param, "count", False)
    ]
    assert not others
    assert len(list(numbers())) > 60
    folder = Path(__file__).parents[2] / "kanpo" / "cli"
    texts = [path.read_text(encoding="utf-8") for path in folder.rglob("*.py")]
    assert not any(re.search(r"click\.(FLOAT|INT|FloatRange|IntRange)\b", text) for text in texts)


@pytest.mark.parametrize(("name", "param"), [pytest.param(*one, id=f"{one[0]} {one[1].opts[0]}") for one in numbers()])  # fmt: skip
def test_every_option_of_a_number_refuses_what_is_none(
    name: str, param: click.Option, capsys: pytest.CaptureFixture[str]
) -> None:
    for written in NO_NUMBER:
        assert main([*name.split(), *words_of(name, param), f"{param.opts[0]}={written}"]) == 2, written
        said = capsys.readouterr().err
        assert param.opts[0] in said and "→" in said, said


@pytest.mark.parametrize(
    ("written", "value"),
    [("12.5", 12.5), ("１２．５", 12.5), ("1,000", 1000), ("１，０００", 1000), ("12,345,678.9", 12345678.9),
     ("−3", -3), ("－３", -3), ("+4", 4), (" 5 ", 5), ("1e3", 1000), (".5", 0.5), ("5.", 5)],
)  # fmt: skip
def test_numbers_are_read_as_people_type_them(written: str, value: float) -> None:
    assert typed_number(written) == value


@pytest.mark.parametrize(("written", "either"), [("3,5", ("3.5", "35")), ("0,500", ("0.500", "0500")), ("３，５", ("3.5", "35"))])  # fmt: skip
def test_a_comma_with_two_meanings_is_asked_about(written: str, either: tuple[str, str]) -> None:
    with pytest.raises(NoNumber) as caught:
        typed_number(written)
    assert caught.value.code == "usage.decimal-comma"
    assert all(one in caught.value.mend.ja for one in either)


def test_bounds_hold_and_are_said() -> None:
    option = click.Option(["--share"])
    for kind, bad, words in (
        (Number(0, 1), "1.1", "0〜1"),
        (Number(0, 1, open=True), "0", "両端を除く"),
        (Number(0), "-0.1", "0以上"),
        (Number(None, 9), "10", "9以下"),
        (Whole(1), "0", "1以上"),
        (Whole(), "9" * 30, "1,000,000,000以下"),
        (Whole(1, 5), "2.5", "整数"),
    ):
        with pytest.raises(UsageError) as caught:
            kind.convert(bad, option, None)
        assert words in str(caught.value), str(caught.value)
        assert "--share" in str(caught.value)
    assert Whole(1).convert("1,000", option, None) == 1000
    assert Number(0, 1).convert("1", option, None) == 1


@pytest.mark.parametrize(
    "words",
    [("visits", "plan", "--budget", "3", "--from", "nan,38"), ("visits", "plan", "--budget", "3", "--from", "139,8,38")],
)  # fmt: skip
def test_places_are_made_of_the_same_numbers(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words]) == 2 or "visits.start" in capsys.readouterr().err
