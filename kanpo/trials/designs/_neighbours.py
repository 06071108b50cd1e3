"""Plans in which no plot has the same treatment as its neighbour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kanpo.errors import UsageError
from kanpo.locale import Text
from kanpo.trials.designs._draw import draw_with
from kanpo.trials.designs._plan import Design, Plan, PlannedPlot
from kanpo.trials.designs._shuffle import Shuffle

#: Draws of the whole plan, and in each the rounds in which every plot that clashes tries one exchange.
_DRAWS = 60
_ROUNDS = 60


def neighbours_of(rows: Sequence[int], columns: Sequence[int]) -> list[list[int]]:
    """For each plot the plots beside, before and behind it on the grid."""
    at = {place: index for index, place in enumerate(zip(rows, columns, strict=True))}
    return [
        [at[place] for place in ((r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)) if place in at]
        for r, c in zip(rows, columns, strict=True)
    ]


def draw_apart(design: Design, seed: int, neighbours: Sequence[Sequence[int]]) -> Plan:
    """A plan whose neighbouring plots all differ in treatment, by a bounded search.

    The plan is drawn as usual, then plots that clash change places with plots of their own group
    (block, whole plot), so that the design stays what it is. The search begins with the plan that
    the seed gives without the restriction.

    Parameters
    ----------
    design : Design
        Already checked.
    neighbours : list of list of int
        For each plot of the plan, the numbers of its neighbours.

    Raises
    ------
    UsageError
        Impossible, or not found within the bound.
    """
    shuffle = Shuffle(seed)
    for _ in range(_DRAWS):
        plan = draw_with(design, shuffle)
        plots = _moved_apart(list(plan.plots), neighbours, shuffle)
        if plots is not None:
            return replace(plan, plots=tuple(plots))
    raise UsageError(
        "trial.neighbours",
        Text(
            f"隣り合う区の処理がすべて違う配置は見つかりません({_DRAWS} 回の割付けで探索)",
            f"no plan was found in which all neighbours differ ({_DRAWS} plans were searched)",
        ),
        Text(
            "処理を増やすか、ブロックの形や向きを変えるか、--no-same-neighbours を外してください",
            "more treatments, other blocks or another orientation, or leave --no-same-neighbours out",
        ),
    )


def _moved_apart(
    plots: list[PlannedPlot], neighbours: Sequence[Sequence[int]], shuffle: Shuffle
) -> list[PlannedPlot] | None:
    """The plots after exchanges that never add clashes; None when some clash is left at the end."""
    groups: dict[int, list[int]] = {}
    for index, plot in enumerate(plots):
        groups.setdefault(plot.group, []).append(index)

    def clashes(*indices: int) -> int:
        return sum(plots[i].treatment == plots[j].treatment for i in indices for j in neighbours[i])

    for _ in range(_ROUNDS):
        clashing = [i for i in shuffle.order(len(plots)) if clashes(i)]
        if not clashing:
            return plots
        if all(len(groups[plots[i].group]) == 1 for i in clashing):
            return None
        for one in clashing:
            group = groups[plots[one].group]
            other = group[shuffle.below(len(group))]
            before = clashes(one, other)
            plots[one], plots[other] = plots[other], plots[one]
            if clashes(one, other) > before:
                plots[one], plots[other] = plots[other], plots[one]
    return None
