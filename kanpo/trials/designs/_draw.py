"""From a design and a seed to a plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import TypeVar

from kanpo.trials.designs._alpha import alpha_blocks
from kanpo.trials.designs._check import check_design
from kanpo.trials.designs._latin import latin_square
from kanpo.trials.designs._plan import Design, Panel, Plan, PlannedPlot
from kanpo.trials.designs._shuffle import Shuffle

_Drawn = tuple[list[PlannedPlot], list[Panel]]
_Item = TypeVar("_Item")


def draw_plan(design: Design, seed: int) -> Plan:
    """Randomise a design as its rules demand.

    Parameters
    ----------
    design : Design
        What is asked for.
    seed : int
        At least 0. The same seed gives the same plan on every machine (raw stream of PCG64).

    Returns
    -------
    Plan
        Without a place on the ground; `kanpo.trials.lay_out_plan` gives it one.

    Raises
    ------
    UsageError
        The design cannot be made of these treatments and numbers; the message says what would do.
    """
    check_design(design, seed)
    return draw_with(design, Shuffle(seed))


def draw_with(design: Design, shuffle: Shuffle) -> Plan:
    """A plan of a design that was checked, from draws that may have begun before."""
    plots, panels = _DRAWS[design.kind](design, shuffle)
    return Plan(design, tuple(plots), tuple(panels))


def combined(main: str, sub: str) -> str:
    """Name of a combination of two treatments."""
    return f"{main}×{sub}"


def _demonstration(design: Design, shuffle: Shuffle) -> _Drawn:
    plots = [
        PlannedPlot(name, replicate)
        for replicate, name in product(range(1, design.replicates + 1), design.treatments)
    ]
    return plots, [Panel(len(plots))]


def _crd(design: Design, shuffle: Shuffle) -> _Drawn:
    plots, panels = _demonstration(design, shuffle)
    return shuffle.shuffled(plots), panels


def _rcbd(design: Design, shuffle: Shuffle) -> _Drawn:
    plots = [
        PlannedPlot(name, block, block, group=block)
        for block in range(1, design.replicates + 1)
        for name in shuffle.shuffled(design.treatments)
    ]
    return plots, [Panel(len(design.treatments))] * design.replicates


def _latin(design: Design, shuffle: Shuffle) -> _Drawn:
    order = len(design.treatments)
    squares = design.replicates // order
    plots: list[PlannedPlot] = []
    for square in range(1, squares + 1):
        names = shuffle.shuffled(design.treatments)
        for number, row in enumerate(latin_square(order, shuffle)):
            replicate = (square - 1) * order + number + 1
            plots += [
                PlannedPlot(names[letter], replicate, square, group=len(plots) + column)
                for column, letter in enumerate(_to_and_fro(row, number))
            ]
    return plots, [Panel(order * order, ((order, order),))] * squares


def _split_plot(design: Design, shuffle: Shuffle) -> _Drawn:
    wholes, subs = len(design.treatments), len(design.sub_treatments)
    plots: list[PlannedPlot] = []
    for block in range(1, design.replicates + 1):
        for main in shuffle.shuffled(design.treatments):
            whole = len(plots) // subs + 1
            plots += [
                PlannedPlot(combined(main, sub), block, block, whole, main, sub, group=whole)
                for sub in shuffle.shuffled(design.sub_treatments)
            ]
    # A whole plot lies in one row, so that it is worked as one piece.
    shapes = tuple((rows, wholes // rows * subs) for rows in range(1, wholes + 1) if wholes % rows == 0)
    return plots, [Panel(wholes * subs, shapes)] * design.replicates


def _strip_plot(design: Design, shuffle: Shuffle) -> _Drawn:
    plots: list[PlannedPlot] = []
    for block in range(1, design.replicates + 1):
        across = shuffle.shuffled(design.sub_treatments)
        for number, main in enumerate(shuffle.shuffled(design.treatments)):
            plots += [
                PlannedPlot(combined(main, sub), block, block, None, main, sub, group=len(plots) + column)
                for column, sub in enumerate(_to_and_fro(across, number))
            ]
    shape = len(design.treatments), len(design.sub_treatments)
    return plots, [Panel(shape[0] * shape[1], (shape,))] * design.replicates


def _augmented(design: Design, shuffle: Shuffle) -> _Drawn:
    entries = shuffle.shuffled(design.entries)
    plots: list[PlannedPlot] = []
    panels: list[Panel] = []
    for block in range(1, design.replicates + 1):
        new = entries[block - 1 :: design.replicates]
        members = [PlannedPlot(name, block, block, group=block) for name in design.checks]
        members += [PlannedPlot(name, 1, block, group=block) for name in new]
        plots += shuffle.shuffled(members)
        panels.append(Panel(len(members)))
    return plots, panels


def _alpha(design: Design, shuffle: Shuffle) -> _Drawn:
    assert design.block_size is not None
    names = shuffle.shuffled(design.entries)
    replicates = alpha_blocks(len(names), design.block_size, design.replicates)
    plots: list[PlannedPlot] = []
    panels: list[Panel] = []
    for replicate, blocks in enumerate(shuffle.shuffled(replicates), 1):
        # Blocks that are one short stand last, so that the outline does not depend on the seed.
        for entries in sorted(shuffle.shuffled(blocks), key=len, reverse=True):
            block = len(panels) + 1
            members = [*(names[entry] for entry in entries), *design.checks]
            plots += [PlannedPlot(name, replicate, block, group=block) for name in shuffle.shuffled(members)]
            panels.append(Panel(len(members)))
    return plots, panels


def _to_and_fro(row: Sequence[_Item], number: int) -> Sequence[_Item]:
    """The row as it is walked: every other row backwards."""
    return row if number % 2 == 0 else row[::-1]


_DRAWS: dict[str, Callable[[Design, Shuffle], _Drawn]] = {
    "demonstration": _demonstration,
    "crd": _crd,
    "rcbd": _rcbd,
    "latin": _latin,
    "splitplot": _split_plot,
    "stripplot": _strip_plot,
    "augmented": _augmented,
    "alpha": _alpha,
}
