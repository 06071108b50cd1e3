"""What a design is asked for, and the plan that comes of it before any field is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Design:
    """What is asked for.

    Parameters
    ----------
    kind : str
        A key of the vocabulary ``design``, without ``other``.
    treatments : tuple of str
        All treatments (entries and checks); in split-plot and strip-plot designs those of the
        whole plots (of the strips along the rows).
    replicates : int
        How often each treatment stands in the trial; in an augmented design the number of blocks,
        in which only the checks are repeated.
    sub_treatments : tuple of str
        Treatments of the sub-plots (of the strips across the rows).
    checks : tuple of str
        Those of `treatments` that have to stand in every block.
    block_size : int, optional
        Entries in one incomplete block of an alpha design.
    """

    kind: str
    treatments: tuple[str, ...]
    replicates: int = 3
    sub_treatments: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    block_size: int | None = None

    @property
    def entries(self) -> tuple[str, ...]:
        """Treatments that are no checks."""
        return tuple(name for name in self.treatments if name not in self.checks)


@dataclass(frozen=True, slots=True)
class PlannedPlot:
    """One plot of a plan.

    `group` numbers the plots among which treatments may change places without breaking the design.
    """

    treatment: str
    replicate: int
    block: int | None = None
    whole_plot: int | None = None
    main_treatment: str = ""
    sub_treatment: str = ""
    group: int = 0


@dataclass(frozen=True, slots=True)
class Panel:
    """Plots that have to lie together, as many as `count`.

    `shapes` are the (rows, columns) in which they may lie, filled row by row with every other row
    backwards; empty when any run of neighbouring plots will do.
    """

    count: int
    shapes: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Plots panel by panel, in the order in which they are laid out."""

    design: Design
    plots: tuple[PlannedPlot, ...]
    panels: tuple[Panel, ...]

    def counts(self) -> dict[str, int]:
        """Plots of each treatment, in the order in which treatments first stand in the plan."""
        counts: dict[str, int] = {}
        for plot in self.plots:
            counts[plot.treatment] = counts.get(plot.treatment, 0) + 1
        return counts
