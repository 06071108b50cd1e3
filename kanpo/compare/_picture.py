"""Pictures of points and lines as SVG: text that any browser and Word shows, without a plotting library."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import numpy as np

from kanpo.compare._fitting import printable, shortened, told_apart, wide
from kanpo.compare._spots import Spot, free_spots
from kanpo.files import replacing
from kanpo.locale import Text

#: Colours that people with a colour vision deficiency tell apart (M. Okabe, K. Ito 2008).
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#444444", "#b8a800")
GREY = "#b3b3b3"
#: Fonts of Windows, macOS and Linux that have Japanese; the viewer takes the first it knows.
_FONTS = "'Yu Gothic','Hiragino Sans','Noto Sans CJK JP','Noto Sans JP',Meiryo,sans-serif"
#: Names in the legend; the rest is counted.
MOST_NAMED = 24
#: Shapes of marks in the order of the series: colour alone does not reach everyone.
_SHAPES = (
    (),
    ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    ((0, -1.3), (1.2, 0.9), (-1.2, 0.9)),
    ((0, -1.4), (1.4, 0), (0, 1.4), (-1.4, 0)),
)
#: The least mark that is still seen, pixels from its middle.
_MARK = 3.6
_NONE = np.empty(0)

Place = Callable[[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Points (n,) and (n,) with one name and colour.

    `line` joins them, `labels` stand beside them where there is room, `names` show under the pointer
    (by default the labels). `across` and `up` (n, 2) are intervals of x and of y, NaN where there is
    none.
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    colour: str
    labels: Sequence[str] = ()
    line: bool = False
    marks: bool = True
    names: Sequence[str] = ()
    across: np.ndarray = field(default_factory=lambda: _NONE)
    up: np.ndarray = field(default_factory=lambda: _NONE)
    dashed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture of `series` with two axes.

    `across` and `up` are reference lines at a y and an x; `x_names` and `y_names` are names at places
    of an axis in the stead of numbers. `told` says what is seen, for those who cannot see it.
    """

    title: str
    x_label: str
    y_label: str
    series: Sequence[Series]
    across: Sequence[float] = ()
    up: Sequence[float] = ()
    x_names: Sequence[tuple[float, str]] = ()
    y_names: Sequence[tuple[float, str]] = ()
    told: str = ""

    def svg(self) -> str:
        """The picture as a file of its own: title above, legend to the right."""
        sheet = _Sheet(self, 760, 78, 210, 44, 62)
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 760 {sheet.height:.0f}" width="760" '
            f'height="{sheet.height:.0f}" font-family="{_FONTS}" font-size="13" fill="#222">'
        )
        parts = [head, *sheet.words(), f'<rect width="760" height="{sheet.height:.0f}" fill="#fff"/>']
        parts += [_text(_pad(sheet.left), 26, self.title, size=16), *sheet.drawn()]
        return "\n".join([*parts, "</svg>\n"])

    def svg_of_page(self) -> str:
        """The picture for the body of an HTML page: narrow, without a title of its own, legend below.

        There is no namespace as an HTML parser needs none, and so the page holds no address.
        """
        sheet = _Sheet(self, 440, 58, 14, 12, 48)
        head = (
            f'<svg role="img" viewBox="0 0 440 {sheet.height:.0f}" width="440" height="{sheet.height:.0f}" '
            'font-size="12" fill="#222">'
        )
        return "".join([head, *sheet.words(), *sheet.drawn(), "</svg>"])

    def write(self, path: Path) -> None:
        """Write the picture as SVG, all or nothing.

        Raises
        ------
        EnvironmentFailure
            The file cannot be written.
        """
        with replacing(path) as draft:
            draft.write_text(self.svg(), encoding="utf-8")

    def reach(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """What the axes span: (least x, greatest x), (least y, greatest y)."""
        x = [values for s in self.series for values in (s.x, s.across.ravel())]
        y = [values for s in self.series for values in (s.y, s.up.ravel())]
        return _span(x, self.up, self.x_names), _span(y, self.across, self.y_names)


class _Sheet:
    """A picture laid out on a width: margins as given, wider where names stand at the left."""

    def __init__(
        self, picture: Picture, width: float, left: float, right: float, top: float, bottom: float
    ) -> None:
        self.picture, self.width, self.right, self.top, self.bottom = picture, width, right, top, bottom
        fitted = told_apart([name for _, name in picture.y_names], width * 0.36)
        self.y_names = [(at, name) for (at, _), name in zip(picture.y_names, fitted, strict=True)]
        named = max(map(wide, fitted), default=0.0)
        self.left = max(left, named + 34)
        rows = len(picture.y_names)
        plot = max(rows * 22.0, 120.0) if rows else (414.0 if right > 100 else 270.0)
        self.beside = right > 100
        self.legend = [s for s in picture.series if s.name][:MOST_NAMED]
        lines = 0 if self.beside else math.ceil((len(self.legend) + self._more()) / 2)
        if self.beside:
            plot = max(plot, 22.0 * (len(self.legend) + self._more()))
        self.plot = plot
        self.height = top + plot + bottom + 20 * lines
        self.x, self.y = picture.reach()

    def _more(self) -> bool:
        return sum(bool(s.name) for s in self.picture.series) > MOST_NAMED

    def place(self, x: float, y: float) -> tuple[float, float]:
        (x_low, x_high), (y_low, y_high) = self.x, self.y
        return (
            self.left + (x - x_low) / (x_high - x_low) * (self.width - self.left - self.right),
            self.top + (y_high - y) / (y_high - y_low) * self.plot,
        )

    def words(self) -> list[str]:
        told = f"<desc>{escape(printable(self.picture.told))}</desc>" if self.picture.told else ""
        return [f"<title>{escape(printable(self.picture.title))}</title>{told}"]

    def drawn(self) -> list[str]:
        picture, wide_plot = self.picture, self.width - self.left - self.right
        parts = [
            f'<rect x="{self.left:.1f}" y="{self.top:.1f}" width="{wide_plot:.1f}" height="{self.plot:.1f}" '
            'fill="none" stroke="#888"/>'
        ]
        parts += [*self._axis_x(), *self._axis_y()]
        parts += [
            _line(*self.place(self.x[0], y), *self.place(self.x[1], y), "#999", dashed=True)
            for y in picture.across
        ]
        parts += [
            _line(*self.place(x, self.y[0]), *self.place(x, self.y[1]), "#999", dashed=True)
            for x in picture.up
        ]
        for number, series in enumerate(picture.series):
            parts += _drawn(series, self.place, number)
        return [*parts, *self._labels(), *self._legend()]

    def _axis_x(self) -> list[str]:
        parts, under = [], self.top + self.plot
        names = list(self.picture.x_names) or [(x, f"{x:g}") for x in ticks(*self.x)]
        room = (self.width - self.left - self.right) / max(len(names), 1) - 4
        shown = max(1, math.ceil(24 / max(room, 1)))
        for x, name in names[::shown]:
            at, _ = self.place(x, self.y[0])
            parts.append(_line(at, under, at, under + 5, "#888"))
            parts.append(_text(at, under + 19, shortened(name, max(room * shown, 24)), anchor="middle"))
        middle = self.left + (self.width - self.left - self.right) / 2
        label = shortened(self.picture.x_label, self.width - 30)
        return [
            *parts,
            _text(min(middle, self.width - wide(label) / 2 - 4), under + 40, label, anchor="middle"),
        ]

    def _axis_y(self) -> list[str]:
        parts = []
        names = self.y_names or [(y, f"{y:g}") for y in ticks(*self.y)]
        for y, name in names:
            _, at = self.place(self.x[0], y)
            parts.append(_line(self.left - 5, at, self.left, at, "#888"))
            parts.append(_text(self.left - 9, at + 4, name, anchor="end"))
        middle = self.top + self.plot / 2
        words = _text(0, 0, shortened(self.picture.y_label, self.plot), anchor="middle")
        return [*parts, f'<g transform="translate(14 {middle:.0f}) rotate(-90)">{words}</g>']

    def _labels(self) -> list[str]:
        """Names beside points where they hide neither a point nor another name."""
        spots, names = [], []
        points = [self.place(x, y) for s in self.picture.series if s.marks for x, y in _known(s)]
        for series in self.picture.series:
            for (x, y), name in zip(_known(series), _of_known(series, series.labels), strict=False):
                if name:
                    words = shortened(name, 150)
                    spots.append(Spot(*self.place(x, y), wide(words) * 11 / 13, 12.0))
                    names.append(words)
        frame = (self.left, self.top, self.width - self.right, self.top + self.plot)
        found = free_spots(spots, points, frame)
        return [
            _text(at[0], at[1], name, size=11)
            for at, name in zip(found, names, strict=True)
            if at is not None
        ]

    def _legend(self) -> list[str]:
        parts: list[str] = []
        room = self.right - 36 if self.beside else (self.width - 16) / 2 - 28
        named = told_apart([s.name for s in self.legend], room)
        rest = sum(bool(s.name) for s in self.picture.series) - len(self.legend)
        numbers = {id(s): number for number, s in enumerate(self.picture.series)}
        for nth, name in enumerate([*named, *([str(Text(f"ほか {rest}", f"{rest} more"))] if rest else [])]):
            if self.beside:
                x, y = self.width - self.right + 14, self.top + 14 + nth * 22
            else:
                x = 8 + (nth % 2) * (self.width - 16) / 2
                y = self.top + self.plot + self.bottom + 12 + (nth // 2) * 20
            if nth < len(named):
                parts += _key(self.legend[nth], x, y - 4, numbers[id(self.legend[nth])])
            parts.append(_text(x + 22, y, name))
        return parts


def ticks(low: float, high: float, about: int = 6) -> list[float]:
    """Round numbers (1, 2 or 5 times a power of ten apart) between `low` and `high`."""
    raw = (high - low) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(step for step in (power, 2 * power, 5 * power, 10 * power) if step >= raw)
    return [round(number * step, 12) for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _pad(left: float) -> float:
    return min(left, 78.0)


def _span(
    columns: Sequence[np.ndarray], lines: Sequence[float], names: Sequence[tuple[float, str]]
) -> tuple[float, float]:
    """The reach of an axis; named places are one apart and get their own room."""
    values = np.concatenate([*(np.asarray(c, dtype=float) for c in columns), np.asarray(lines, dtype=float)])
    values = values[np.isfinite(values)]
    places = [at for at, _ in names]
    if places:
        return float(min([*values, min(places) - 0.6])), float(max([*values, max(places) + 0.6]))
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    room = (high - low) * 0.06 or max(abs(low), 1.0) * 0.1
    return low - room, high + room


def _mask(series: Series) -> np.ndarray:
    found: np.ndarray = np.isfinite(series.x) & np.isfinite(series.y)
    return found


def _known(series: Series) -> list[tuple[float, float]]:
    known = _mask(series)
    return [(float(x), float(y)) for x, y in zip(series.x[known], series.y[known], strict=True)]


def _of_known(series: Series, words: Sequence[str]) -> list[str]:
    if not len(words):
        return []
    return [str(word) for word, known in zip(words, _mask(series), strict=False) if known]


def _drawn(series: Series, place: Place, number: int) -> list[str]:
    points = [place(x, y) for x, y in _known(series)]
    parts = []
    if series.line and len(points) > 1:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dash = ' stroke-dasharray="6 4"' if series.dashed else ""
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{series.colour}" stroke-width="2"{dash}/>'
        )
    for spans, across in ((series.across, True), (series.up, False)):
        for (x, y), (low, high) in zip(
            _known(series), spans[_mask(series)] if len(spans) else [], strict=False
        ):
            if np.isfinite(low) and np.isfinite(high):
                ends = (*place(low, y), *place(high, y)) if across else (*place(x, low), *place(x, high))
                parts.append(_line(*ends, series.colour))
    if series.marks:
        names = _of_known(series, series.names or series.labels)
        for at, (x, y) in enumerate(points):
            parts.append(_mark(x, y, series.colour, number, names[at] if at < len(names) else ""))
    return parts


def _key(series: Series, x: float, y: float, number: int) -> list[str]:
    parts = [_line(x, y, x + 16, y, series.colour, dashed=series.dashed)] if series.line else []
    return [*parts, _mark(x + 8, y, series.colour, number, "")] if series.marks else parts


def _mark(x: float, y: float, colour: str, number: int, name: str) -> str:
    told = f"<title>{escape(printable(name))}</title>" if name else ""
    shape = _SHAPES[number % len(_SHAPES)]
    if not shape:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_MARK}" fill="{colour}" fill-opacity="0.75">{told}</circle>'
    corners = " ".join(f"{x + dx * _MARK:.1f},{y + dy * _MARK:.1f}" for dx, dy in shape)
    return f'<polygon points="{corners}" fill="{colour}" fill-opacity="0.75">{told}</polygon>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, *, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{dash}/>'


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: int | None = None) -> str:
    sized = f' font-size="{size}"' if size else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{sized}>{escape(printable(text))}</text>'
