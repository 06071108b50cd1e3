"""What the trials say: from plots, observations and harvests to tables of treatments and their analysis."""

from kanpo.evidence._summary import summarise_trial, trait_label
from kanpo.evidence._trial import analyse_trial, plot_table, recorded_design
from kanpo.evidence.analysis import (
    DESIGNS,
    Analysis,
    Design,
    analyse,
    analyse_traits,
    make_design,
)

__all__ = [
    "DESIGNS",
    "Analysis",
    "Design",
    "analyse",
    "analyse_traits",
    "analyse_trial",
    "make_design",
    "plot_table",
    "recorded_design",
    "summarise_trial",
    "trait_label",
]
