"""Plots as rectangles on the parcel's real outline."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from shapely.geometry.base import BaseGeometry

from kanpo.errors import UsageError
from kanpo.locale import Text
from kanpo.trials._grid import Grid, Ground, grids, grounds
from kanpo.trials._place import Placed, place_panels
from kanpo.trials.designs import Panel

#: Where a grid may lie in its slack: against the edge, in the middle; and finer, when that fails.
_COARSE = ((0.0, 0.0), (0.5, 0.5))
_FINE = tuple((x / 3, y / 3) for x in range(4) for y in range(4))
#: Sizes tried, each this much smaller than the one before, down to a tenth.
_SMALLER = 0.95
_STEPS = 45
_LEAST_SIDE_M = 0.1


@dataclass(frozen=True, slots=True)
class PlotShape:
    """Size of the plots and what is left free around them, metres.

    `width_m` lies across the row of plots and `length_m` along it; with a gradient the length lies
    along the gradient, so that every plot of a block has a share of good and poor ground (Gomez &
    Gomez 1984, Statistical Procedures for Agricultural Research, ch. 2).
    """

    width_m: float = 2.0
    length_m: float = 5.0
    alley_m: float = 0.5
    headland_m: float = 1.0

    def scaled(self, share: float) -> PlotShape:
        """The same form smaller or larger, rounded down to 0.1 m."""
        return replace(
            self,
            width_m=int(self.width_m * share * 10 + 1e-6) / 10,
            length_m=int(self.length_m * share * 10 + 1e-6) / 10,
        )


@dataclass(frozen=True, slots=True)
class Layout:
    """Plots in the order of the plan.

    Attributes
    ----------
    outlines : tuple of polygons
        Longitude and latitude.
    rows, columns : tuple of int
        Place on the grid, from 1.
    room_for : int
        Plots of this size that the parcel has room for.
    bearing_deg : float
        Direction of the rows, clockwise from north; columns count in that direction, rows to the
        left of it.
    shape : PlotShape
        As laid out.
    torn : int
        Whether some panel had to be broken up: 0 none, 1 into the next band of rows, 2 into another
        piece of the parcel.
    """

    outlines: tuple[BaseGeometry, ...]
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    room_for: int
    bearing_deg: float
    shape: PlotShape
    torn: int


def lay_out_plots(
    parcel: BaseGeometry,
    count: int,
    *,
    width_m: float,
    length_m: float,
    alley_m: float = 0.5,
    headland_m: float = 1.0,
) -> Layout:
    """Lay `count` plots on a parcel, wholly inside it, in rows walked to and fro.

    The short form of `lay_out_plan` for plots that need not lie in blocks.
    """
    return lay_out_plan(parcel, [Panel(count)], PlotShape(width_m, length_m, alley_m, headland_m))


def lay_out_plan(
    parcel: BaseGeometry,
    panels: Sequence[Panel],
    shape: PlotShape,
    *,
    orientation_deg: float | None = None,
    gradient_deg: float | None = None,
) -> Layout:
    """Lay the panels of a plan on a parcel, every plot wholly inside it.

    Plots lie on a grid. Rows run along the parcel's longest side (or across it, where only that has
    room), in a given direction, or across a given gradient. Panels without a shape take
    neighbouring plots on a walk to and fro; they are made about square, or with a gradient as thin
    along it as can be, so that a block is homogeneous.

    Parameters
    ----------
    parcel : geometry
        Outline in longitude and latitude; with holes and several parts as it comes.
    panels : sequence of Panel
        Of the plan, at least one.
    orientation_deg, gradient_deg : float, optional
        Direction of the rows, and in which the ground changes; degrees clockwise from north.

    Raises
    ------
    UsageError
        A size is not positive, or the panels do not fit; the message says how many plots do and at
        which size all would.
    """
    seen = _seen(parcel, shape, orientation_deg, gradient_deg)
    gradient = gradient_deg is not None
    room_for = 0
    for ground in seen:
        for phases in (_COARSE, _FINE):
            best, room = _best(ground, panels, shape, phases, gradient)
            room_for = max(room_for, room)
            if best is not None:
                return _layout(ground, *best, room_for, shape)
    raise _no_room(panels, room_for, shape, _fitting(seen, panels, shape, gradient))


def largest_that_fits(
    parcel: BaseGeometry,
    panels: Sequence[Panel],
    shape: PlotShape,
    *,
    orientation_deg: float | None = None,
    gradient_deg: float | None = None,
) -> PlotShape:
    """Plots of the form of `shape`, as large as the parcel has room for, in steps of about 5 %.

    Raises
    ------
    UsageError
        Not even plots of a tenth of the size fit.
    """
    seen = _seen(parcel, shape, orientation_deg, gradient_deg)
    wanted = sum(panel.count for panel in panels)
    share = (max(ground.room.area for ground in seen) / (wanted * shape.width_m * shape.length_m)) ** 0.5
    fits = _fitting(seen, panels, shape, gradient_deg is not None, largest=share)
    if fits is None:
        # Says for how many there is room.
        return lay_out_plan(
            parcel, panels, shape, orientation_deg=orientation_deg, gradient_deg=gradient_deg
        ).shape
    return fits


def _seen(
    parcel: BaseGeometry, shape: PlotShape, orientation_deg: float | None, gradient_deg: float | None
) -> list[Ground]:
    """The parcel as rows may lie on it."""
    sides, strips = (shape.width_m, shape.length_m), (shape.alley_m, shape.headland_m)
    if (
        min(sides) < _LEAST_SIDE_M
        or min(strips) < 0
        or not all(math.isfinite(value) for value in sides + strips)
    ):
        raise UsageError(
            "trial.plot-size",
            Text(
                f"試験区の大きさは正の数({_LEAST_SIDE_M:g} m 以上)、通路と枕地は0以上にしてください",
                f"plots need sides of {_LEAST_SIDE_M:g} m or more, alley and headland 0 or more",
            ),
            Text("例: --plot-size 2x5", "for example: --plot-size 2x5"),
        )
    if any(not math.isfinite(degrees) for degrees in (orientation_deg, gradient_deg) if degrees is not None):
        raise UsageError(
            "trial.orientation",
            Text("方位を読めません", "the bearing is no number"),
            Text("0 から 360 の度で入れてください", "give degrees from 0 to 360"),
        )
    if orientation_deg is not None and gradient_deg is not None:
        raise UsageError(
            "trial.orientation",
            Text("傾きの方向を決めると、列の向きも決まります", "a gradient already decides how the rows lie"),
            Text(
                "--orientation と --gradient のどちらかにしてください",
                "use either --orientation or --gradient",
            ),
        )
    bearing = orientation_deg if gradient_deg is None else gradient_deg + 90
    return grounds(parcel, shape.headland_m, bearing)


def _best(
    ground: Ground,
    panels: Sequence[Panel],
    shape: PlotShape,
    phases: Sequence[tuple[float, float]],
    gradient: bool,
) -> tuple[tuple[Grid, Placed] | None, int]:
    """The best place on this ground, and for how many plots it has room."""
    across, along = (shape.width_m, shape.length_m) if gradient else (shape.length_m, shape.width_m)
    best: tuple[Grid, Placed] | None = None
    room_for = 0
    for grid in grids(ground, across, along, shape.alley_m, phases):
        room_for = max(room_for, grid.room_for)
        placed = place_panels(grid, panels, gradient=gradient)
        if placed is None:
            continue
        if best is None or (placed.torn, placed.spread) < (best[1].torn, best[1].spread):
            best = grid, placed
    return best, room_for


def _fitting(
    seen: Sequence[Ground],
    panels: Sequence[Panel],
    shape: PlotShape,
    gradient: bool,
    largest: float = _SMALLER,
) -> PlotShape | None:
    """The first smaller size at which all panels fit."""
    for step in range(_STEPS):
        smaller = shape.scaled(largest * _SMALLER**step)
        if min(smaller.width_m, smaller.length_m) < _LEAST_SIDE_M:
            return None
        if any(_best(ground, panels, smaller, _COARSE, gradient)[0] is not None for ground in seen):
            return smaller
    return None


def _layout(ground: Ground, grid: Grid, placed: Placed, room_for: int, shape: PlotShape) -> Layout:
    cells = list(zip(placed.rows.tolist(), placed.columns.tolist(), strict=True))
    return Layout(
        tuple(ground.outlines_of([grid.box(row, column) for row, column in cells])),
        tuple((placed.rows - placed.rows.min() + 1).tolist()),
        tuple((placed.columns - placed.columns.min() + 1).tolist()),
        room_for,
        ground.bearing_deg,
        shape,
        placed.torn,
    )


def _no_room(panels: Sequence[Panel], room_for: int, shape: PlotShape, fits: PlotShape | None) -> UsageError:
    wanted = sum(panel.count for panel in panels)
    size = f"{shape.length_m:g}×{shape.width_m:g} m"
    if room_for < wanted:
        what = Text(
            f"この筆には {size} の試験区が {room_for} 区しか入りません({wanted} 区必要)",
            f"the parcel has room for {room_for} plots of {size}, {wanted} are wanted",
        )
    else:
        rows, columns = panels[0].shapes[0]
        what = Text(
            f"{size} の試験区は {room_for} 区入りますが、{rows}×{columns} のまとまりに並びません",
            f"{room_for} plots of {size} fit, but not in groups of {rows} x {columns}",
        )
    if fits is None:
        return UsageError(
            "trial.no-room",
            what,
            Text(
                "ほかの筆にするか、通路・枕地・反復を減らしてください",
                "choose another parcel, or smaller alleys and headlands or fewer replicates",
            ),
        )
    smaller = f"{fits.width_m:g}x{fits.length_m:g}"
    mend = Text(
        f"区を小さくするか(--plot-size {smaller} なら入ります)、反復を減らしてください",
        f"make the plots smaller (--plot-size {smaller} fits) or the replicates fewer",
    )
    return UsageError("trial.no-room", what, mend)
