"""Which treatment stands on which plot, from a seed."""

from __future__ import annotations

from collections.abc import Sequence

from kanpo.trials.designs import Design, draw_plan


def randomise(treatments: Sequence[str], replicates: int, design: str, seed: int) -> list[tuple[int, str]]:
    """The treatments in the order of the plots, each with its replicate (from 1).

    The short form of `kanpo.trials.designs.draw_plan` for designs of one factor.

    Raises
    ------
    UsageError
        No treatments, a treatment twice, no replicate, or a design that cannot be made of them.
    """
    plan = draw_plan(Design(design, tuple(treatments), replicates), seed)
    return [(plot.replicate, plot.treatment) for plot in plan.plots]
