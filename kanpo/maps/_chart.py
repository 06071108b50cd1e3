"""Pictures of points and lines as pixels: what `Picture` draws as SVG, drawn by matplotlib."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from kanpo.compare import MOST_NAMED, Picture, Series, Spot, free_spots, shortened, told_apart, wide
from kanpo.locale import Text
from kanpo.maps._drawing import japanese_font, picture_file, sheet
from kanpo.maps._picture import PictureReport

_SHAPES = ("o", "s", "^", "D")
#: Names beside points are cut to so many pixels of 13-pixel letters.
_NAME_ROOM = 150.0
#: Titles, in the same pixels.
_WIDEST = 900.0
#: Size of these names, points.
_LETTER = 7


def write_chart(picture: Picture, path: Path) -> PictureReport:
    """Write a picture as PNG (or SVG), all or nothing; it holds what `Picture.svg` holds.

    Raises
    ------
    UsageError
        The name ends neither in .png nor in .svg.
    EnvironmentFailure
        matplotlib is not installed, or the file cannot be written.
    """
    picture_file(path)
    rows = len(picture.y_names)
    with sheet(path, 180, max(115.0, 30 + 6.0 * rows)) as figure:
        axes = figure.subplots()
        for number, series in enumerate(picture.series):
            _draw(axes, series, _SHAPES[number % len(_SHAPES)])
        for y in picture.across:
            axes.axhline(y, color="#999999", linestyle="--", linewidth=0.8, zorder=0)
        for x in picture.up:
            axes.axvline(x, color="#999999", linestyle="--", linewidth=0.8, zorder=0)
        if picture.x_names:
            axes.set_xticks(*_named(picture.x_names))
        if picture.y_names:
            axes.set_yticks(*_named(picture.y_names))
        axes.set_title(shortened(picture.title, _WIDEST), loc="left", fontweight="bold")
        axes.set_xlabel(shortened(picture.x_label, _WIDEST))
        axes.set_ylabel(shortened(picture.y_label, _WIDEST))
        (axes_x, axes_y) = picture.reach()
        axes.set_xlim(*axes_x)
        axes.set_ylim(*axes_y)
        _legend(figure, axes)
        _label(figure, axes, picture)
    return PictureReport(path, path.stat().st_size, japanese_font())


def _draw(axes: Any, series: Series, shape: str) -> None:
    known = np.isfinite(series.x) & np.isfinite(series.y)
    x, y = series.x[known], series.y[known]
    dash = ("--" if series.dashed else "-") if series.line else "none"
    marker = shape if series.marks else "none"
    # A name that begins with an underscore would be hidden from the legend.
    label = f"\u200b{shortened(series.name, 240.0)}" if series.name else "_nolegend_"
    axes.plot(x, y, color=series.colour, linestyle=dash, marker=marker, markersize=4, alpha=0.85, label=label)
    for spans, across in ((series.across, True), (series.up, False)):
        if len(spans):
            low, high = spans[known].T
            ends = (axes.hlines, y) if across else (axes.vlines, x)
            ends[0](ends[1], low, high, color=series.colour, linewidth=0.9)


def _label(figure: Any, axes: Any, picture: Picture) -> None:
    """Names beside points where they hide neither a point nor another name, as the SVG has them."""
    figure.draw_without_rendering()
    pixel = 72 / figure.dpi
    spots, names, points = [], [], []
    for series in picture.series:
        if not series.marks:
            continue
        known = np.isfinite(series.x) & np.isfinite(series.y)
        # In points from above, as `free_spots` counts.
        places = axes.transData.transform(np.column_stack([series.x[known], series.y[known]])) * (
            pixel,
            -pixel,
        )
        points += [(float(x), float(y)) for x, y in places]
        named = np.asarray(series.labels, dtype=object)[known] if len(series.labels) else []
        for (x, y), name in zip(places, named, strict=False):
            if name:
                words = shortened(str(name), _NAME_ROOM)
                spots.append(Spot(float(x), float(y), wide(words) * _LETTER / 13, _LETTER + 1))
                names.append(words)
    box = axes.get_window_extent()
    frame = (box.x0 * pixel, -box.y1 * pixel, box.x1 * pixel, -box.y0 * pixel)
    for spot, at, name in zip(spots, free_spots(spots, points, frame), names, strict=True):
        if at is not None:
            place = axes.transData.inverted().transform((spot.x / pixel, -spot.y / pixel))
            offset = (at[0] - spot.x, spot.y - at[1])
            axes.annotate(name, place, offset, textcoords="offset points", fontsize=_LETTER)


def _named(names: Any) -> tuple[list[float], list[str]]:
    return [at for at, _ in names], told_apart([name for _, name in names], 200.0)


def _legend(figure: Any, axes: Any) -> None:
    handles, labels = axes.get_legend_handles_labels()
    if not handles:
        return
    rest = len(handles) - MOST_NAMED
    title = (
        str(Text(f"初めの {MOST_NAMED}(ほか {rest})", f"first {MOST_NAMED} ({rest} more)"))
        if rest > 0
        else None
    )
    figure.legend(
        handles[:MOST_NAMED],
        labels[:MOST_NAMED],
        loc="outside right upper",
        fontsize=8,
        title=title,
        title_fontsize=8,
    )
