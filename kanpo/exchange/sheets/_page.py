"""The field sheet: A4, a QR code and a human-readable code for each plot, room to write beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from string import Template

from kanpo.exchange._html import html_text, page_file, policy
from kanpo.exchange._walk import TrialWalk, WalkedPlot, plot_qr
from kanpo.files import replacing
from kanpo.locale import Text, language
from kanpo.pages import PAGE_END, page_start
from kanpo.schema import Trait

_PACKAGE = "kanpo.exchange.sheets"
#: Millimetres: what each kind of column takes, and what A4 with margins of 10 mm has.
_QR_MM, _CODE_MM = 27, 33
_NUMBER_MM, _TICK_MM, _TEXT_MM, _PHOTO_MM = 30, 12, 48, 16
_PORTRAIT_MM, _LANDSCAPE_MM = 190, 277
_PLOTS_PORTRAIT, _PLOTS_LANDSCAPE = 8, 5


def sheet_id(walk: TrialWalk, made: str) -> str:
    """The sheet's own number: trial, day and four signs that change with what is printed on it."""
    codes = "\n".join([walk.seal, *(plot.code for plot in walk.plots), *(trait.key for trait in walk.traits)])
    digest = hashlib.sha256(f"{walk.project_id}\n{made}\n{codes}".encode()).hexdigest()
    return f"{walk.trial_code}/{made}/{digest[:4].upper()}"


def field_sheet(walk: TrialWalk, made: str | None = None) -> str:
    """The sheet as one HTML page with a print style; nothing in it is fetched or runs.

    Parameters
    ----------
    made : str, optional
        Day that the sheet says it was made; today by default.
    """
    made = made or date.today().isoformat()
    groups = _groups(walk.traits)
    wide = sum(_width(trait) for trait in groups[0]) > _PORTRAIT_MM - _QR_MM - _CODE_MM or len(groups) > 1
    per_page = _PLOTS_LANDSCAPE if wide else _PLOTS_PORTRAIT
    pages = [
        (group, walk.plots[start : start + per_page])
        for group in groups
        for start in range(0, len(walk.plots), per_page)
    ]
    own_id = sheet_id(walk, made)
    sections = [
        _section(walk, group, plots, own_id, f"{number} / {len(pages)}")
        for number, (group, plots) in enumerate(pages, 1)
    ]
    return Template(page_file(_PACKAGE, "sheet.html")).substitute(
        language=language(),
        policy=policy(()),
        title=html_text(f"{walk.trial_code} {Text('野帳', 'field sheet')}"),
        begin=page_start(),
        orientation="landscape" if wide else "portrait",
        end=PAGE_END,
        style=page_file(_PACKAGE, "sheet.css"),
        sections="\n".join(sections),
    )


def write_field_sheet(path: Path, walk: TrialWalk, made: str | None = None) -> None:
    """Write the sheet, all or nothing.

    Raises
    ------
    EnvironmentFailure
        The file cannot be written.
    """
    page = field_sheet(walk, made)
    with replacing(path) as draft:
        draft.write_text(page, encoding="utf-8", newline="\n")


def _width(trait: Trait) -> int:
    if trait.categories:
        return max(_NUMBER_MM, _TICK_MM * len(trait.categories) + 2)
    return {"number": _NUMBER_MM, "text": _TEXT_MM, "photo": _PHOTO_MM}[trait.type]


def _groups(traits: Sequence[Trait]) -> list[list[Trait]]:
    """Traits in groups that fit side by side on a page across; a group for each set of pages."""
    groups: list[list[Trait]] = [[]]
    room = _LANDSCAPE_MM - _QR_MM - _CODE_MM
    left = room
    for trait in traits:
        if groups[-1] and _width(trait) > left:
            groups.append([])
            left = room
        groups[-1].append(trait)
        left -= _width(trait)
    return groups


def _section(
    walk: TrialWalk, traits: Sequence[Trait], plots: Sequence[WalkedPlot], own_id: str, page: str
) -> str:
    heads = "".join(f'<th style="width:{_width(trait)}mm">{html_text(trait.header)}</th>' for trait in traits)
    rows = "\n".join(_row(walk, traits, plot) for plot in plots)
    return Template(page_file(_PACKAGE, "section.html")).substitute(
        trial=html_text(walk.trial_code),
        title=html_text(walk.title or walk.herb),
        id_label=html_text(Text("用紙番号", "sheet")),
        sheet=html_text(own_id),
        page=html_text(page),
        seal_label=html_text(Text("封印", "seal")),
        seal=html_text(walk.seal),
        day=html_text(Text("調査日", "day")),
        hours=html_text(Text("時刻", "from – to")),
        weather=html_text(Text("天気", "weather")),
        choices="".join(
            f'<span class="tick"></span>{html_text(word)} '
            for word in (Text("晴", "fine"), Text("曇", "cloudy"), Text("雨", "rain"))
        ),
        initials=html_text(Text("記入者", "initials")),
        plot=html_text(Text("試験区", "plot")),
        heads=heads,
        rows=rows,
        qr_mm=_QR_MM,
        code_mm=_CODE_MM,
    )


def _row(walk: TrialWalk, traits: Sequence[Trait], plot: WalkedPlot) -> str:
    import segno

    content = plot_qr(walk.project6, plot.code)
    # A wet or torn sheet must still be read: a quarter of the code may be lost (level Q).
    picture = segno.make(content, error="q", micro=False).svg_inline(border=0, omitsize=True)
    place = (
        ""
        if plot.row is None or plot.column is None
        else str(Text(f"{plot.row}行{plot.column}列", f"row {plot.row}, column {plot.column}"))
    )
    cells = "".join(_cell(walk, trait, plot) for trait in traits)
    check = content.rpartition(":")[2]
    return (
        f'<tr><td class="qr">{picture}</td><th scope="row"><b>{html_text(plot.code)}</b>'
        f'<span class="check">{html_text(check)}</span><span>{html_text(plot.treatment)}</span>'
        f"<span>{html_text(place)}</span></th>{cells}</tr>"
    )


def _cell(walk: TrialWalk, trait: Trait, plot: WalkedPlot) -> str:
    last = walk.last.get((plot.code, trait.key))
    shown = "" if last is None or trait.type == "photo" else f"{last.value} ({last.day[5:]})"
    return f'<td>{"".join(_room(trait))}<span class="last">{html_text(shown)}</span></td>'


def _room(trait: Trait) -> Iterator[str]:
    """Where to write: boxes to tick, a box for digits, lines for words."""
    if trait.categories:
        yield '<span class="ticks">'
        for value, label in trait.categories.items():
            yield f'<span><span class="tick"></span><small>{html_text(value)} {html_text(label)}</small></span>'
        yield "</span>"
    elif trait.type == "photo":
        yield '<span class="tick"></span>'
    else:
        yield f'<span class="{"digits" if trait.type == "number" else "words"}"></span>'
