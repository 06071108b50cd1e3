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
from kanpo.compare._fitting import printable, shortened, told_apart, wide
from kanpo.compare._groups import PAIR_COLUMNS, GroupComparison, compare_groups
from kanpo.compare._matrix import LEAST_SAMPLES, Impute, SampleMatrix, Treated, sample_matrix, treated
from kanpo.compare._panel import Agreement, PanelCorrelation, agreement, correlate_panel, panel_of_rows
from kanpo.compare._pca import PrincipalComponents, principal_components
from kanpo.compare._picture import COLOURS, GREY, MOST_NAMED, Picture, Series
from kanpo.compare._pictures import correlation_picture, rank_picture, score_picture, volcano
from kanpo.compare._spots import Spot, free_spots
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
from kanpo.compare._time_pictures import (
    degree_day_picture,
    drying_picture,
    stability_picture,
    storage_picture,
    year_picture,
)
from kanpo.compare._words import (
    correlation_words,
    degree_day_words,
    drying_words,
    group_words,
    panel_words,
    pca_words,
    stability_words,
    storage_words,
    year_words,
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
    "MOST_NAMED",
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
    "Spot",
    "Stability",
    "Table",
    "TestResult",
    "Treated",
    "agreement",
    "compare_groups",
    "correlate_panel",
    "correlation_picture",
    "correlation_words",
    "curve_table",
    "daily_mean",
    "degree_day_picture",
    "degree_day_words",
    "degree_days",
    "drying_picture",
    "drying_words",
    "false_discovery_rates",
    "fit_drying",
    "fit_storage",
    "free_spots",
    "group_words",
    "kruskal",
    "long_table",
    "mann_whitney",
    "moments",
    "panel_of_rows",
    "panel_words",
    "pca_words",
    "period_table",
    "principal_components",
    "printable",
    "rank_picture",
    "read_table",
    "sample_matrix",
    "score_picture",
    "shortened",
    "spearman",
    "spearman_interval",
    "stability",
    "stability_picture",
    "stability_words",
    "storage_picture",
    "storage_words",
    "told_apart",
    "treated",
    "volcano",
    "weather_table",
    "welch",
    "welch_anova",
    "wide",
    "year_changes",
    "year_picture",
    "year_words",
]
