"""What the trials say: from plots, observations and harvests to tables of treatments."""

from kanpo.evidence._plot_values import PLOT_VALUE_COLUMNS, YIELD_TRAITS, plot_values, values_by_year
from kanpo.evidence._summary import summarise_trial

__all__ = ["PLOT_VALUE_COLUMNS", "YIELD_TRAITS", "plot_values", "summarise_trial", "values_by_year"]
