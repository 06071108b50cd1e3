"""The few strokes that pictures of a report are made of: SVG as text, without a plotting library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from kanpo.compare import printable

#: Width of every picture, in its own units: letters stay legible where it is shrunk to a phone.
WIDTH = 440
AXIS, FAINT, INK = "#888", "#ddd", "#222"


def drawing(title: str, height: float, parts: Sequence[str], told: str = "") -> str:
    """A picture for the body of an HTML page; `title` is its name, `told` what it shows, for who cannot see it.

    There is no namespace as an HTML parser needs none, and so the page holds no address.
    """
    return (
        f'<svg role="img" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" height="{height:.0f}" '
        f'font-size="12" fill="{INK}"><title>{escape(printable(title))}</title>{_described(told)}{"".join(parts)}</svg>'
    )


def _described(told: str) -> str:
    return f"<desc>{escape(printable(told))}</desc>" if told else ""


def text(x: float, y: float, words: str, *, anchor: str = "start", size: int = 12, colour: str = INK) -> str:
    """Words at a place, escaped."""
    found = escape(printable(words))
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}">'
        f"{found}</text>"
    )


def line(x1: float, y1: float, x2: float, y2: float, colour: str = AXIS, *, width: float = 1) -> str:
    """A straight line."""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'stroke="{colour}" stroke-width="{width:g}"/>'
    )


def dot(x: float, y: float, colour: str, name: str = "", *, radius: float = 3.4) -> str:
    """A point that shows its name under the pointer."""
    title = f"<title>{escape(printable(name))}</title>" if name else ""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{colour}" fill-opacity="0.7">{title}</circle>'


def box(
    x: float, y: float, width: float, height: float, colour: str, name: str = "", *, dotted: bool = False
) -> str:
    """A filled rectangle with a fine border."""
    title = f"<title>{escape(printable(name))}</title>" if name else ""
    dots = ' stroke-dasharray="1 3"' if dotted else ""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}" '
        f'stroke="{AXIS}" stroke-width="0.6"{dots}>{title}</rect>'
    )


def reach(values: Sequence[float]) -> tuple[float, float]:
    """The span of the finite values, with a little room."""
    known = [value for value in values if math.isfinite(value)]
    if not known:
        return 0.0, 1.0
    low, high = min(known), max(known)
    room = (high - low) * 0.06 or max(abs(low), 1.0) * 0.1
    return low - room, high + room


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers (1, 2 or 5 times a power of ten apart) between `low` and `high`."""
    raw = (high - low) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(step for step in (power, 2 * power, 5 * power, 10 * power) if step >= raw * (1 - 1e-9))
    first, last = math.ceil(low / step), math.floor(high / step)
    return [number * step for number in range(first, last + 1)]


def tick_text(value: float) -> str:
    """A number at an axis."""
    return f"{value:.6g}"
