"""Tables of samples compared: groups, principal components, panels, years, curves.

In come tables as people and instruments write them (samples by components, scores of a panel, values
by year, weights by hour), out go tests with their false discovery rates, pictures, and fits with
intervals. Nothing here needs a project. `docs/evidence.md` defines the numbers.
"""

from kanpo.compare._bootstrap import RESAMPLES, Interval, spearman, spearman_interval
from kanpo.compare._curves import (
    DRYING_COLUMNS,
    DRYING_MODELS,
    STORAGE_COLUMNS,
    DryingModel,
    curve_table,
    fit_drying,
    fit_storage,
)
from kanpo.compare._degree_days import DegreeDays, daily_mean, degree_days, period_table, weather_table
from kanpo.compare._groups import PAIR_COLUMNS, GroupComparison, compare_groups
from kanpo.compare._matrix import LEAST_SAMPLES, Impute, SampleMatrix, Treated, sample_matrix, treated
from kanpo.compare._panel import Agreement, PanelCorrelation, agreement, correlate_panel, panel_of_rows
from kanpo.compare._pca import PrincipalComponents, principal_components
from kanpo.compare._picture import COLOURS, GREY, Picture, Series
from kanpo.compare._pictures import drying_picture, score_picture, volcano
from kanpo.compare._table import Table, read_table
from kanpo.compare._tests import (
    Moments,
    TestResult,
    false_discovery_rates,
    kruskal,
    mann_whitney,
    moments,
    welch,
    welch_anova,
)
from kanpo.compare._years import (
    BELOW,
    CHANGE_COLUMNS,
    LONG_COLUMNS,
    Below,
    Stability,
    long_table,
    stability,
    year_changes,
    year_picture,
)

__all__ = [
    "BELOW",
    "CHANGE_COLUMNS",
    "COLOURS",
    "DRYING_COLUMNS",
    "DRYING_MODELS",
    "GREY",
    "LEAST_SAMPLES",
    "LONG_COLUMNS",
    "PAIR_COLUMNS",
    "RESAMPLES",
    "STORAGE_COLUMNS",
    "Agreement",
    "Below",
    "DegreeDays",
    "DryingModel",
    "GroupComparison",
    "Impute",
    "Interval",
    "Moments",
    "PanelCorrelation",
    "Picture",
    "PrincipalComponents",
    "SampleMatrix",
    "Series",
    "Stability",
    "Table",
    "TestResult",
    "Treated",
    "agreement",
    "compare_groups",
    "correlate_panel",
    "curve_table",
    "daily_mean",
    "degree_days",
    "drying_picture",
    "false_discovery_rates",
    "fit_drying",
    "fit_storage",
    "kruskal",
    "long_table",
    "mann_whitney",
    "moments",
    "panel_of_rows",
    "period_table",
    "principal_components",
    "read_table",
    "sample_matrix",
    "score_picture",
    "spearman",
    "spearman_interval",
    "stability",
    "treated",
    "volcano",
    "weather_table",
    "welch",
    "welch_anova",
    "year_changes",
    "year_picture",
]
