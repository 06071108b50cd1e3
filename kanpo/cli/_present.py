"""How results look: tables for people, JSON and CSV for programs, messages on stderr."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from kanpo.errors import KanpoError, Problem, Severity
from kanpo.locale import Text
from kanpo.reading import text_width

if TYPE_CHECKING:
    import pandas as pd

#: Problems shown on the screen before the rest is only counted.
_SHOWN = 20
_WIDEST = 40
#: Seconds after which somebody begins to wonder.
_PATIENCE = 3


def say(text: Text | str) -> None:
    """A message to the person, on stderr."""
    click.echo(str(text), err=True)


def say_error(error: KanpoError) -> None:
    """Why a command stopped, and the problems that led to it."""
    say_problems(error.problems)
    say(f"{Text('エラー', 'error')}: {error}")


def say_problems(problems: Iterable[Problem], *, limit: int = _SHOWN) -> None:
    """Problems, the grave ones first; what comes very often is shown a few times and then counted."""
    words = {
        Severity.REJECT: Text("差戻し", "rejected"),
        Severity.WARNING: Text("注意", "warning"),
        Severity.REPAIR: Text("補正", "repaired"),
    }
    often = {Severity.REJECT: limit, Severity.WARNING: 5, Severity.REPAIR: 3}
    order = list(words)
    shown: Counter[str] = Counter()
    rest: Counter[tuple[Severity, str, str]] = Counter()
    for problem in sorted(problems, key=lambda problem: order.index(problem.severity)):
        if shown[problem.code] < often[problem.severity] and shown.total() < limit:
            shown[problem.code] += 1
            say(f"{words[problem.severity]}: {problem.text()}")
        else:
            rest[(problem.severity, problem.code, str(problem.what))] += 1
    for (severity, code, what), count in rest.most_common(10):
        say(f"{words[severity]}: {Text(f'ほか {count:,} 件', f'{count:,} more')}: {what} [{code}]")


#: Columns whose keys are words of the vocabulary of the same name.
_VOCABULARIES = {"land_type", "certainty"}


def show_table(
    frame: pd.DataFrame,
    labels: Mapping[str, Text] | None = None,
    *,
    as_json: bool = False,
    as_csv: bool = False,
    empty: Text = Text("ありません", "nothing"),
) -> None:
    """A table on stdout: aligned for people, or JSON, or CSV (UTF-8, keys as headers)."""
    if as_json:
        show_json(records(frame))
    elif as_csv:
        click.echo(_csv(frame), nl=False)
    elif frame.empty:
        say(empty)
    else:
        headers = [str((labels or {}).get(str(key), Text.same(str(key)))) for key in frame.columns]
        worded = _in_words(frame)
        rows = [[_cell(value) for value in row] for row in worded.itertuples(index=False, name=None)]
        numeric = [frame[key].dtype.kind in "fiu" for key in frame.columns]
        click.echo(_aligned(headers, rows, numeric))


def _in_words(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with keys of the columns of `_VOCABULARIES` as people say them."""
    from kanpo.schema import VOCABULARIES

    words = {}
    for column in _VOCABULARIES & set(map(str, frame.columns)):
        labels = VOCABULARIES[column].labels
        words[column] = [str(labels[key]) if key in labels else key for key in frame[column]]
    return frame.assign(**words)


def say_predictions(count: int) -> None:
    """That the scores were kept beside new trials."""
    if count:
        say(
            Text(
                f"今の適地度を予測として {count:,} 件、記録簿に残しました(収穫の後に kanpo evidence calibrate)。",
                f"{count:,} scores kept in the journal as predictions (after the harvest: kanpo evidence calibrate).",
            )
        )


def show_json(value: Any) -> None:
    """Any value as JSON on stdout; letters that its encoding may lack (CP932) are written as ``\\uXXXX``."""
    plain = not (sys.stdout.encoding or "").lower().startswith("utf")
    click.echo(json.dumps(value, ensure_ascii=plain, indent=2, default=str, allow_nan=False))


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for JSON: what is missing is null."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]


def _csv(frame: pd.DataFrame) -> str:
    from kanpo.tables import csv_text

    return csv_text([str(key) for key in frame.columns], frame.itertuples(index=False, name=None))


def _cell(value: Any) -> str:
    if value is None or value != value:
        return "-"
    if isinstance(value, bool):
        return str(Text("はい", "yes") if value else Text("いいえ", "no"))
    if isinstance(value, float):
        return f"{value:.3f}" if abs(value) < 10 else f"{value:,.1f}"
    text = "".join(c if c.isprintable() else "?" for c in str(value))
    return text if width(text) <= _WIDEST else _cut(text)


def width(text: str) -> int:
    """Columns that a text takes on a terminal: full-width letters take two."""
    return int(text_width(text))


def _cut(text: str) -> str:
    kept = ""
    for letter in text:
        if width(kept + letter) > _WIDEST - 1:
            break
        kept += letter
    return kept + "…"


def _aligned(headers: list[str], rows: list[list[str]], numeric: list[bool]) -> str:
    widths = [max(map(width, column)) for column in zip(headers, *rows, strict=True)]

    def line(cells: list[str]) -> str:
        padded = []
        for cell, room, right in zip(cells, widths, numeric, strict=True):
            gap = " " * (room - width(cell))
            padded.append(gap + cell if right else cell + gap)
        return "  ".join(padded).rstrip()

    return "\n".join([line(headers), line(["-" * room for room in widths]), *map(line, rows)])


def labels_of(*tables: Any) -> dict[str, Text]:
    """Column headers from tables of the schema."""
    return {field.key: field.header for table in tables for field in table.fields}


class Progress:
    """Counts on a terminal while something lasts; silent elsewhere."""

    #: Whether one is counting, so that `waiting` keeps still.
    counting = False

    def __init__(self, label: Text) -> None:
        self._label = label
        self._live = sys.stderr.isatty()

    def __call__(self, done: int, total: int | None = None) -> None:
        """Show how far it is."""
        if self._live:
            Progress.counting = True
            share = f" {100 * done // total}%" if total else ""
            click.echo(f"\r{self._label} {done:,}{share}", err=True, nl=False)

    def done(self) -> None:
        """Clear the line."""
        Progress.counting = False
        if self._live:
            click.echo("\r" + " " * 60 + "\r", err=True, nl=False)


@contextmanager
def waiting() -> Iterator[None]:
    """Seconds on a terminal while any command lasts, where nothing counts; silent elsewhere.

    The line ends where it began, so that whatever is said next is written over it.
    """
    if not sys.stderr.isatty():
        yield
        return
    over = threading.Event()
    start = time.monotonic()

    def show() -> None:
        while not over.wait(1.0):
            seconds = int(time.monotonic() - start)
            if seconds >= _PATIENCE and not Progress.counting:
                sys.stderr.write(f"… {Text(f'{seconds} 秒', f'{seconds} s')}\r")
                sys.stderr.flush()

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        Progress.counting = False
