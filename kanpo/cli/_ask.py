"""Asking for what was not said, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from kanpo.cli._present import say
from kanpo.locale import Text
from kanpo.reading import normalise
from kanpo.schema import Field, read_value

#: Choices shown before a question; more would push it off the screen.
_SHOWN = 30
_REMEMBERED = 20


def may_ask(no_input: bool) -> bool:
    """Whether a person sits there: a script, a pipe and ``--no-input`` are never asked."""
    return not no_input and sys.stdin.isatty() and sys.stderr.isatty()


def ask(field: Field, earlier: Sequence[str] = (), last: str | None = None, *, optional: bool = False) -> str:
    """Ask for one field until the answer can be read; empty only where it is optional.

    Parameters
    ----------
    earlier : sequence of str
        What was entered before, the newest last: the arrow keys bring it back.
    last : str, optional
        What is shown as the last value.
    """
    if field.choices is not None:
        words = list(field.choices.labels.items())[:_SHOWN]
        say("  ".join(f"{key}={label}" for key, label in words))
    _remember(earlier)
    hint = f" {Text(f'(前回 {last})', f'(last {last})')}" if last else ""
    end = Text("(なければ空のまま)", " (empty if there is none)") if optional else ""
    while True:
        answer = click.prompt(
            f"{field.header}{hint}{end}", default="", show_default=False, prompt_suffix=": ", err=True
        )
        plain = normalise(answer)
        if not plain:
            if optional:
                return ""
            say(Text("値を入れてください(やめるときは Ctrl+C)", "enter a value (Ctrl+C to stop)"))
            continue
        _, problem = read_value(field, answer)
        if problem is None:
            return str(answer)
        say(problem.text())


def _remember(values: Sequence[str]) -> None:
    """Put earlier answers where the arrow keys find them."""
    try:
        import readline
    except ImportError:
        # Windows has no readline; its console keeps a history of its own.
        return
    readline.clear_history()
    for value in values[-_REMEMBERED:]:
        readline.add_history(value)
