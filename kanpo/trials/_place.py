"""Panels of a plan on the cells of a grid: each compact, or along a gradient as even as can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kanpo.trials._grid import Grid
from kanpo.trials.designs import Panel

#: What spread along the rows weighs against spread along a gradient across them.
_ALONG_ROWS = 0.01


@dataclass(frozen=True, slots=True)
class Placed:
    """Cells in the order of the plots.

    `torn` is 0 where every panel lies in one band of rows, 1 where some turn into the next band, 2
    where some lie in two pieces of the parcel; `spread` is the mean square distance of plots from
    the middle of their panel, m² (with a gradient: along it, and a little across).
    """

    rows: np.ndarray
    columns: np.ndarray
    torn: int
    spread: float


def place_panels(grid: Grid, panels: Sequence[Panel], *, gradient: bool) -> Placed | None:
    """The best place found for all panels on one grid, None when they do not fit."""
    if sum(panel.count for panel in panels) > grid.room_for:
        return None
    if panels[0].shapes:
        found = [_windows(grid, panels, shape) for shape in panels[0].shapes]
        chosen = [(0, cells) for cells in found if cells is not None]
    else:
        chosen = []
        for height in _heights(grid, panels, gradient):
            run = _runs(grid, [panel.count for panel in panels], height)
            chosen += [] if run is None else [run]
    options = [
        Placed(rows, columns, torn, _spread(grid, panels, rows, columns, gradient))
        for torn, (rows, columns) in chosen
    ]
    return min(options, key=lambda placed: (placed.torn, placed.spread), default=None)


def _heights(grid: Grid, panels: Sequence[Panel], gradient: bool) -> list[int]:
    """Rows in a band of panels: one with a gradient, else those that make a panel about square."""
    if gradient or len(panels) == 1:
        return [1]
    count = max(panel.count for panel in panels)
    square = max(1, round((count * grid.across / grid.along) ** 0.5))
    return sorted({1, max(1, square - 1), square, square + 1} & set(range(1, count + 1)))


_Cells = tuple[np.ndarray, np.ndarray]


def _runs(grid: Grid, sizes: Sequence[int], height: int) -> tuple[int, _Cells] | None:
    """Panels as runs of cells on a walk to and fro through bands of rows, piece by piece."""
    rows, columns = np.nonzero(grid.inside)
    pieces = grid.pieces[rows, columns]
    size_of = np.bincount(grid.pieces[grid.inside])
    band = (rows - rows.min()) // height
    back = band % 2 == 1
    turned = np.where(back, -columns, columns)
    up = np.where(columns % 2 == 1, -rows, rows) if height > 1 else rows
    walk = np.lexsort((up, turned, band, pieces, -size_of[pieces]))
    rows, columns, band, pieces = rows[walk], columns[walk], band[walk], pieces[walk]
    new_piece = np.diff(pieces) != 0
    new_band = new_piece | (np.diff(band) != 0)
    none = np.zeros(len(new_band), dtype=bool)
    for torn, breaks in enumerate((new_band, new_piece, none)):
        ends = np.flatnonzero(np.append(breaks, True)) + 1
        taken = _taken(sizes, ends)
        if taken is not None:
            return torn, (rows[taken], columns[taken])
    return None


def _taken(sizes: Sequence[int], ends: np.ndarray) -> np.ndarray | None:
    """Numbers of the cells that runs of these sizes take when no run may cross one of `ends`."""
    taken: list[np.ndarray] = []
    position = 0
    for size in sizes:
        while True:
            later = ends[ends > position]
            if not len(later):
                return None
            if later[0] - position >= size:
                break
            position = int(later[0])
        taken.append(np.arange(position, position + size))
        position += size
    return np.concatenate(taken)


def _windows(grid: Grid, panels: Sequence[Panel], shape: tuple[int, int]) -> _Cells | None:
    """Panels as whole rectangles of cells, each the first free one row by row."""
    height, width = shape
    free = grid.inside.copy()
    if free.shape[0] < height or free.shape[1] < width:
        return None
    rows: list[np.ndarray] = []
    columns: list[np.ndarray] = []
    for _ in panels:
        whole = _whole_windows(free, height, width)
        if not whole.any():
            return None
        row, column = (int(i) for i in np.argwhere(whole)[0])
        free[row : row + height, column : column + width] = False
        at = np.arange(height * width)
        down, right = at // width, at % width
        rows.append(row + down)
        columns.append(column + np.where(down % 2 == 1, width - 1 - right, right))
    return np.concatenate(rows), np.concatenate(columns)


def _whole_windows(free: np.ndarray, height: int, width: int) -> np.ndarray:
    """Where a window of `height` x `width` cells may begin, by a summed table."""
    total = np.zeros((free.shape[0] + 1, free.shape[1] + 1), dtype=int)
    total[1:, 1:] = free.cumsum(0).cumsum(1)
    inner = (
        total[height:, width:] - total[:-height, width:] - total[height:, :-width] + total[:-height, :-width]
    )
    return inner == height * width


def _spread(
    grid: Grid, panels: Sequence[Panel], rows: np.ndarray, columns: np.ndarray, gradient: bool
) -> float:
    x, y = grid.x[columns], grid.y[rows]
    panel = np.repeat(np.arange(len(panels)), [panel.count for panel in panels])
    count = np.bincount(panel)
    apart = [values - (np.bincount(panel, values) / count)[panel] for values in (x, y)]
    across = _ALONG_ROWS if gradient else 1.0
    return float((across * apart[0] ** 2 + apart[1] ** 2).mean())
