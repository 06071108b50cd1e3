"""Pictures of points and lines as SVG: text that any browser and Word shows, without a plotting library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np

from kanpo.files import replacing

_WIDTH, _HEIGHT = 760, 520
_LEFT, _RIGHT, _TOP, _BOTTOM = 78, 190, 44, 62
#: Colours that people with a colour vision deficiency tell apart (M. Okabe, K. Ito 2008).
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#444444", "#b8a800")
GREY = "#b3b3b3"
#: Fonts of Windows, macOS and Linux that have Japanese; the viewer takes the first it knows.
_FONTS = "'Yu Gothic','Hiragino Sans','Noto Sans CJK JP','Noto Sans JP',Meiryo,sans-serif"


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Points (n,) and (n,) with one name and colour; `line` joins them, `labels` stand beside them."""

    name: str
    x: np.ndarray
    y: np.ndarray
    colour: str
    labels: Sequence[str] = ()
    line: bool = False
    marks: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture of `series` with two axes; `across` and `up` are reference lines at a y and an x.

    With `x_names` the axis across carries these names at 0, 1, 2 … instead of numbers.
    """

    title: str
    x_label: str
    y_label: str
    series: Sequence[Series]
    across: Sequence[float] = ()
    up: Sequence[float] = ()
    x_names: Sequence[str] = ()

    def svg(self) -> str:
        """The picture as text."""
        x_low, x_high = _reach([s.x for s in self.series], self.up)
        y_low, y_high = _reach([s.y for s in self.series], self.across)
        wide, high = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

        def place(x: float, y: float) -> tuple[float, float]:
            return (
                _LEFT + (x - x_low) / (x_high - x_low) * wide,
                _TOP + (y_high - y) / (y_high - y_low) * high,
            )

        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
            f'height="{_HEIGHT}" font-family="{_FONTS}" font-size="13" fill="#222">',
            f"<title>{escape(self.title)}</title>",
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
            _text(_LEFT, 26, self.title, size=16),
            f'<rect x="{_LEFT}" y="{_TOP}" width="{wide}" height="{high}" fill="none" stroke="#888"/>',
        ]
        named = [(float(at), _short(name)) for at, name in enumerate(self.x_names)]
        for x, name in named or [(x, f"{x:g}") for x in ticks(x_low, x_high)]:
            at, _ = place(x, y_low)
            parts.append(_line(at, _TOP + high, at, _TOP + high + 5, "#888"))
            parts.append(_text(at, _TOP + high + 20, name, anchor="middle"))
        for y in ticks(y_low, y_high):
            _, at = place(x_low, y)
            parts.append(_line(_LEFT - 5, at, _LEFT, at, "#888"))
            parts.append(_text(_LEFT - 9, at + 4, f"{y:g}", anchor="end"))
        parts += [_line(*place(x_low, y), *place(x_high, y), "#999", dashed=True) for y in self.across]
        parts += [_line(*place(x, y_low), *place(x, y_high), "#999", dashed=True) for x in self.up]
        parts.append(_text(_LEFT + wide / 2, _HEIGHT - 18, self.x_label, anchor="middle"))
        middle = _TOP + high / 2
        parts.append(
            f'<g transform="translate(20 {middle:.0f}) rotate(-90)">{_text(0, 0, self.y_label, anchor="middle")}</g>'
        )
        for number, series in enumerate(self.series):
            parts += _drawn(series, place)
            legend = _TOP + 14 + number * 22
            parts.append(
                f'<circle cx="{_WIDTH - _RIGHT + 18}" cy="{legend - 4}" r="5" fill="{series.colour}"/>'
            )
            parts.append(_text(_WIDTH - _RIGHT + 30, legend, _short(series.name)))
        return "\n".join([*parts, "</svg>\n"])

    def write(self, path: Path) -> None:
        """Write the picture, all or nothing.

        Raises
        ------
        EnvironmentFailure
            The file cannot be written.
        """
        with replacing(path) as draft:
            draft.write_text(self.svg(), encoding="utf-8")


def ticks(low: float, high: float, about: int = 6) -> list[float]:
    """Round numbers (1, 2 or 5 times a power of ten apart) between `low` and `high`."""
    raw = (high - low) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(step for step in (power, 2 * power, 5 * power, 10 * power) if step >= raw)
    return [round(number * step, 12) for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _reach(columns: Sequence[np.ndarray], lines: Sequence[float]) -> tuple[float, float]:
    values = np.concatenate([*(np.asarray(c, dtype=float) for c in columns), np.asarray(lines, dtype=float)])
    values = values[np.isfinite(values)]
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    room = (high - low) * 0.06 or max(abs(low), 1.0) * 0.1
    return low - room, high + room


def _drawn(series: Series, place: object) -> list[str]:
    assert callable(place)
    known = np.isfinite(series.x) & np.isfinite(series.y)
    points = [place(float(x), float(y)) for x, y in zip(series.x[known], series.y[known], strict=True)]
    parts = []
    if series.line:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{series.colour}" stroke-width="2"/>')
    if series.marks:
        parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.6" fill="{series.colour}" fill-opacity="0.75"/>'
            for x, y in points
        ]
    named = np.asarray(series.labels, dtype=object)[known] if len(series.labels) else []
    return parts + [
        _text(x + 6, y - 5, _short(str(name)), size=11) for (x, y), name in zip(points, named, strict=False)
    ]


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, *, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{dash}/>'


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: int = 13) -> str:
    plain = "".join(letter if letter.isprintable() else "?" for letter in text)
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{escape(plain)}</text>'


def _short(text: str) -> str:
    return text if len(text) <= 20 else text[:19] + "…"
