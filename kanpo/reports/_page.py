"""The page that every report is: sections of sentences, pictures and tables; it fetches and runs nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from string import Template

import pandas as pd
from markupsafe import escape

from kanpo.files import replacing
from kanpo.locale import Text, language
from kanpo.pages import PAGE_END, page_start

#: Rows of a table that unfold; a page bears no more.
_MOST_UNFOLDED = 2_000


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture as SVG, and what it shows."""

    title: Text
    caption: Text
    svg: str


def page(title: Text, sections: Sequence[str], made: str | None = None) -> str:
    """One HTML page in the current language.

    Parameters
    ----------
    sections : sequence of str
        HTML, as `section` makes it.
    made : str, optional
        Day that the page says it was made; today by default.
    """
    made = made or date.today().isoformat()
    folder = files("kanpo.reports").joinpath("page")
    return Template(folder.joinpath("report.html").read_text(encoding="utf-8")).substitute(
        language=language(),
        begin=page_start(),
        end=PAGE_END,
        title=html(title),
        made=html(Text(f"作成日 {made}", f"made on {made}")),
        style=folder.joinpath("report.css").read_text(encoding="utf-8"),
        sections="\n".join(sections),
    )


def write_page(path: Path, text: str) -> None:
    """Write a page, all or nothing.

    Raises
    ------
    EnvironmentFailure
        The file cannot be written.
    """
    with replacing(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")


def html(text: object) -> str:
    """Text that stays text."""
    return str(escape(str(text)))


def section(title: object, *parts: str, beside: object = "", under: object = "", short: bool = False) -> str:
    """A section of a page; `beside` and `under` are small words with its title.

    On paper each begins on a sheet of its own but for what follows a `short` one.
    """
    small = f" <small>{html(beside)}</small>" if str(beside) else ""
    below = f'\n<p class="design">{html(under)}</p>' if str(under) else ""
    filled = "\n".join(part for part in parts if part)
    kind = ' class="short"' if short else ""
    return f"<section{kind}>\n<h2>{html(title)}{small}</h2>{below}\n{filled}\n</section>"


def said(sentences: Sequence[object]) -> str:
    """What is read first."""
    return _list("said", sentences) if sentences else ""


def headed(title: Text, lines: Sequence[object]) -> str:
    """Lines in small print under a title; nothing where there are none."""
    return f"<h3>{html(title)}</h3>\n{_list('notes', lines)}" if lines else ""


def pictured(figures: Sequence[Figure]) -> str:
    """Pictures, two beside each other where there is room."""
    drawn = "\n".join(_figure(figure) for figure in figures)
    return f'<div class="pictures">\n{drawn}\n</div>' if figures else ""


def tabled(title: Text, table: pd.DataFrame, labels: Mapping[str, Text], *, most: int | None = None) -> str:
    """A table under its title; what is beyond `most` rows unfolds, up to `_MOST_UNFOLDED` rows.

    Columns without anything are left out.

    Numbers stand as they are: what should be shorter is given as text. A column is set to the right
    where all that it says is a number.
    """
    filled = table[[key for key in table if any(not _blank(value) for value in table[key])]]
    if filled.empty:
        return ""
    first = filled if most is None else filled.head(most)
    shown = f"<h3>{html(title)}</h3>\n{_rows(title, first, filled, labels)}"
    if len(first) == len(filled):
        return shown
    unfolded = filled.iloc[len(first) : len(first) + _MOST_UNFOLDED]
    more = Text(f"ほか {len(unfolded)} 行", f"{len(unfolded)} more rows")
    beyond = len(filled) - len(first) - len(unfolded)
    if beyond:
        more = Text(
            f"{more.ja}(さらに {beyond} 行は --json・--csv にあります)",
            f"{more.en} (another {beyond} are in --json and --csv)",
        )
    paper = Text("(紙に出すには、開いてから印刷)", " (unfold before printing to have them on paper)")
    rest = _rows(title, unfolded, filled, labels)
    return (
        f'{shown}\n<details><summary>{html(more)}<span class="paper">{html(paper)}</span></summary>'
        f"{rest}</details>"
    )


def _figure(figure: Figure) -> str:
    caption = f"<b>{html(figure.title)}</b>{html(figure.caption)}"
    return f"<figure><figcaption>{caption}</figcaption>{figure.svg}</figure>"


def _list(name: str, lines: Sequence[object]) -> str:
    return f'<ul class="{name}">' + "".join(f"<li>{html(line)}</li>" for line in lines) + "</ul>"


def _blank(value: object) -> bool:
    return value is None or value != value or str(value) in ("", "-")


def _numeric(value: object) -> bool:
    try:
        float(str(value).removeprefix("<").replace(",", ""))
    except ValueError:
        return False
    return True


def _rows(title: Text, table: pd.DataFrame, whole: pd.DataFrame, labels: Mapping[str, Text]) -> str:
    kinds = [' class="number"' if all(_blank(v) or _numeric(v) for v in whole[key]) else "" for key in whole]
    names = [str(labels.get(str(key), key)) for key in table]
    head = "".join(
        f'<th scope="col"{kind}>{html(name)}</th>' for kind, name in zip(kinds, names, strict=True)
    )
    lines = [
        "<tr>"
        + "".join(
            f"<td{kind}>{html('-' if value != value or value is None else value)}</td>"
            for kind, value in zip(kinds, row, strict=True)
        )
        + "</tr>"
        for row in table.itertuples(index=False, name=None)
    ]
    body = "\n".join(lines)
    return (
        f'<div class="wide" tabindex="0" role="group" aria-label="{html(title)}"><table><thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )
