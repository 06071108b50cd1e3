"""Experimental designs: which treatment stands on which plot, and what the design can tell.

In come treatments and a seed, out go plans, how often entries meet in a block, and the smallest
difference that would be found. Nothing here knows where plots lie.
"""

from kanpo.trials.designs._alpha import alpha_blocks, concurrences, generating_array
from kanpo.trials.designs._check import MOST_PLOTS, check_design, plots_per_replicate, with_plots
from kanpo.trials.designs._draw import combined, draw_plan
from kanpo.trials.designs._latin import latin_square
from kanpo.trials.designs._neighbours import draw_apart, neighbours_of
from kanpo.trials.designs._plan import Design, Panel, Plan, PlannedPlot
from kanpo.trials.designs._power import Detectable, difference_found, efficiency, smallest_differences
from kanpo.trials.designs._shuffle import Shuffle
from kanpo.trials.designs._statement import describe_plan, describe_power

__all__ = [
    "MOST_PLOTS",
    "Design",
    "Detectable",
    "Panel",
    "Plan",
    "PlannedPlot",
    "Shuffle",
    "alpha_blocks",
    "check_design",
    "combined",
    "concurrences",
    "describe_plan",
    "describe_power",
    "difference_found",
    "draw_apart",
    "draw_plan",
    "efficiency",
    "generating_array",
    "latin_square",
    "neighbours_of",
    "plots_per_replicate",
    "smallest_differences",
    "with_plots",
]
