"""The report of a comparison: sentences, pictures and tables of each part, on one page that runs nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from kanpo.compare import Picture
from kanpo.locale import Text
from kanpo.reports._page import Figure, headed, page, pictured, said, section, tabled, write_page
from kanpo.reports._tables import figure_text, probability_text

#: Rows of a table shown at once, and on the page at all: a matrix may have thousands of components.
_AT_ONCE, _MOST = 30, 300
_PROBABILITIES = ("p", "q", "slope_p", "p_adj")


@dataclass(frozen=True, slots=True)
class Part:
    """One section of a report: what it shows, in the order in which it is read.

    `pictures` are each with what the picture shows (points, bars, how many), `tables` each with its
    title and the labels of its columns.
    """

    title: Text
    sentences: Sequence[Text]
    pictures: Sequence[tuple[Picture, Text]] = ()
    tables: Sequence[tuple[Text, pd.DataFrame, Mapping[str, Text]]] = ()
    notes: Sequence[Text] = field(default=())


def comparison_page(title: Text, parts: Sequence[Part], made: str | None = None) -> str:
    """The report as one HTML page in the current language; nothing in it is fetched or runs.

    Parameters
    ----------
    made : str, optional
        Day that the page says it was made; today by default.
    """
    return page(title, [_section(part) for part in parts], made)


def write_comparison_page(path: Path, title: Text, parts: Sequence[Part], made: str | None = None) -> None:
    """Write the report, all or nothing.

    Raises
    ------
    EnvironmentFailure
        The file cannot be written.
    """
    write_page(path, comparison_page(title, parts, made))


def _section(part: Part) -> str:
    figures = [
        Figure(Text.same(picture.title), words, picture.svg_of_page()) for picture, words in part.pictures
    ]
    cut = [len(table) - _MOST for _, table, _ in part.tables if len(table) > _MOST]
    more = [
        Text(
            f"表は初めの {_MOST} 行だけです(ほか {rest:,} 行)。全部は --out で書き出せます。",
            f"The table has its first {_MOST} rows only ({rest:,} more); --out writes them all.",
        )
        for rest in cut
    ]
    return section(
        part.title,
        said(part.sentences),
        pictured(figures),
        *(
            tabled(title, as_text(table.head(_MOST)), labels, most=_AT_ONCE)
            for title, table, labels in part.tables
        ),
        headed(Text("注", "Notes"), [*part.notes, *more]),
    )


def as_text(table: pd.DataFrame) -> pd.DataFrame:
    """A table with its numbers as people print them; whole numbers and texts as they are."""
    shown = table.copy().astype(object)
    for key in table:
        kind = table[key].dtype.kind
        if key in _PROBABILITIES:
            shown[key] = [probability_text(float(value)) for value in table[key]]
        elif kind == "f":
            shown[key] = [figure_text(float(value)) for value in table[key]]
        elif kind == "b":
            yes, no = str(Text("はい", "yes")), str(Text("いいえ", "no"))
            shown[key] = [yes if value else no for value in table[key]]
    return shown
