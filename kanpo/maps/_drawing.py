"""Sheets of paper for pictures: matplotlib without a window, a font for Japanese, shapes, a scale bar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from kanpo.errors import EnvironmentFailure, UsageError
from kanpo.files import replacing
from kanpo.locale import Text

#: Fonts with Japanese letters, as Windows, macOS and Linux bring them; the first that is there is taken.
JAPANESE_FONTS = (
    *("Noto Sans CJK JP", "Noto Sans JP", "Yu Gothic", "Meiryo", "BIZ UDGothic", "MS Gothic"),
    *("Hiragino Sans", "Hiragino Kaku Gothic ProN", "IPAexGothic", "IPAGothic", "TakaoGothic", "VL Gothic"),
    *("Noto Serif CJK JP", "Noto Sans CJK SC"),
)
_SUFFIXES = (".png", ".svg")
_DPI = 150
#: Lengths that a scale bar may have, metres.
_BARS = [digit * 10**power for power in range(5) for digit in (1, 2, 5)]


def japanese_font() -> str | None:
    """The name of an installed font that has Japanese letters; None where there is none."""
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    return next((name for name in JAPANESE_FONTS if name in installed), None)


def picture_file(path: Path) -> Path:
    """The path, when its ending is one that pictures have.

    Raises
    ------
    UsageError
        Another ending.
    EnvironmentFailure
        matplotlib is not installed.
    """
    if path.suffix.lower() not in _SUFFIXES:
        raise UsageError(
            "picture.ending",
            Text(f"「{path.suffix}」の画像は書けません", f"a picture cannot be '{path.suffix}'"),
            Text(".png か .svg の名前にしてください", "give a name that ends in .png or .svg"),
        )
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise EnvironmentFailure(
            "picture.matplotlib-missing",
            Text("画像を描く部品(matplotlib)がありません", "pictures need matplotlib"),
            Text("pip install 'kanpo[pictures]' を実行してください", "run pip install 'kanpo[pictures]'"),
        ) from error
    return path


@contextmanager
def sheet(path: Path, width_mm: float, height_mm: float) -> Iterator[Any]:
    """A `matplotlib.figure.Figure` that is written to `path` when the block ends well, all or nothing.

    The same figure gives the same bytes.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    font = japanese_font()
    settings: Any = {
        "font.family": [*([font] if font else []), "sans-serif"],
        "font.size": 9,
        "svg.hashsalt": "kanpo",
        # A name with two dollar signs is no formula.
        "text.parse_math": False,
        "axes.unicode_minus": False,
    }
    with matplotlib.rc_context(settings):
        figure = Figure(figsize=(width_mm / 25.4, height_mm / 25.4), layout="constrained")
        FigureCanvasAgg(figure)
        yield figure
        kind = path.suffix.lower().removeprefix(".")
        told = {"Date": None} if kind == "svg" else {"Software": "kanpo"}
        with replacing(path) as draft:
            figure.savefig(draft, format=kind, dpi=_DPI, metadata=told)


def draw_shapes(axes: Any, shapes: np.ndarray, fill: Sequence[str] | str, **style: Any) -> None:
    """Polygons with their holes; points as dots; nothing for what has no shape.

    Parameters
    ----------
    axes : matplotlib Axes
    shapes : ndarray of geometries, shape (n,)
        In metres.
    fill : str or sequence of n str
        Colours.
    """
    from matplotlib.collections import PathCollection

    fills = np.array([fill] * len(shapes) if isinstance(fill, str) else fill, dtype=object)
    paths = [_path(shape) for shape in shapes]
    drawn = [nth for nth, path in enumerate(paths) if path is not None]
    axes.add_collection(
        PathCollection([paths[nth] for nth in drawn], facecolors=fills[drawn].tolist(), **style)
    )
    dots = np.array([shape is not None and shape.geom_type == "Point" for shape in shapes], dtype=bool)
    if dots.any():
        at = shapely.get_coordinates(shapes[dots])
        axes.scatter(at[:, 0], at[:, 1], s=12, c=fills[dots].tolist(), edgecolors="#555555", linewidths=0.3)


def _path(shape: Any) -> Any:
    from matplotlib.path import Path as Outline

    parts = (
        []
        if shape is None
        else [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon" and not p.is_empty]
    )
    if not parts:
        return None
    # Holes are seen where rings turn the other way.
    rings = [
        ring
        for part in parts
        for ring in (shapely.normalize(part).exterior, *shapely.normalize(part).interiors)
    ]
    return Outline.make_compound_path(
        *(Outline(np.asarray(ring.coords)[:, :2], closed=True) for ring in rings)
    )


def as_map(axes: Any, bounds: Sequence[float]) -> None:
    """Axes in metres without numbers, around bounds (west, south, east, north), with a scale bar."""
    west, south, east, north = bounds
    margin = 0.05 * max(east - west, north - south, 20.0)
    axes.set_aspect("equal")
    axes.set_xlim(west - margin, east + margin)
    axes.set_ylim(south - 2 * margin, north + margin)
    axes.set_xticks([])
    axes.set_yticks([])
    for side in axes.spines.values():
        side.set_color("#bbbbbb")
    span = east - west + 2 * margin
    length = max((bar for bar in _BARS if bar <= span / 4), default=1)
    left, low = west, south - margin
    axes.plot([left, left + length], [low, low], color="#222222", linewidth=2, solid_capstyle="butt")
    words = f"{length // 1000:,} km" if length >= 1000 else f"{length} m"
    axes.text(left + length / 2, low + 0.15 * margin, words, ha="center", va="bottom", fontsize=8)
