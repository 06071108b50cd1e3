"""How well each parcel suits each herb, how sure that is, and why.

In come site factors and the herb catalogue, out go scores with bounds, classes and limiting
factors, rankings, and explanations that a planner can read. `docs/suitability.md` defines the
numbers.
"""

from kanpo.suitability._classes import (
    CERTAINTY_LABELS,
    CLASS_LABELS,
    CLASSES,
    Certainty,
    ClassBounds,
    certainty_of,
    class_names,
)
from kanpo.suitability._compiled import Compiled, compile_requirements
from kanpo.suitability._deciding import open_factors
from kanpo.suitability._explain import Explanation, FactorLine, explain
from kanpo.suitability._kernel import FactorColumns, KernelResult, run_kernel, score_chunks
from kanpo.suitability._membership import FLOOR, membership
from kanpo.suitability._method import METHODS, Method
from kanpo.suitability._neighbours import Ranges, neighbour_ranges, score_within
from kanpo.suitability._origins import NOT_INDEPENDENT, Validation, climate_score, validate_origins
from kanpo.suitability._panel_weights import EVERY_HERB, WEIGHT_COLUMNS, PanelWeights, check_panel_weights
from kanpo.suitability._pareto import Criterion, pareto_levels, pareto_table, read_criteria
from kanpo.suitability._project import (
    Freshness,
    ScoreSettings,
    freshness,
    project_sites,
    refuse_empty,
    score_as_stored,
    score_project,
    score_settings,
)
from kanpo.suitability._robust import Robustness, robustness
from kanpo.suitability._score import Expectations, Scores, Weights, expect, score_parcels
from kanpo.suitability._tables import ranking, suited_herbs, summary
from kanpo.suitability._variation import Variation
from kanpo.suitability._what_if import read_assumptions, what_if, with_assumed

__all__ = [
    "CERTAINTY_LABELS",
    "CLASSES",
    "CLASS_LABELS",
    "EVERY_HERB",
    "FLOOR",
    "METHODS",
    "NOT_INDEPENDENT",
    "WEIGHT_COLUMNS",
    "Certainty",
    "ClassBounds",
    "Compiled",
    "Criterion",
    "Expectations",
    "Explanation",
    "FactorColumns",
    "FactorLine",
    "Freshness",
    "KernelResult",
    "Method",
    "PanelWeights",
    "Ranges",
    "Robustness",
    "ScoreSettings",
    "Scores",
    "Validation",
    "Variation",
    "Weights",
    "certainty_of",
    "check_panel_weights",
    "class_names",
    "climate_score",
    "compile_requirements",
    "expect",
    "explain",
    "freshness",
    "membership",
    "neighbour_ranges",
    "open_factors",
    "pareto_levels",
    "pareto_table",
    "project_sites",
    "ranking",
    "read_assumptions",
    "read_criteria",
    "refuse_empty",
    "robustness",
    "run_kernel",
    "score_as_stored",
    "score_chunks",
    "score_parcels",
    "score_project",
    "score_settings",
    "score_within",
    "suited_herbs",
    "summary",
    "validate_origins",
    "what_if",
    "with_assumed",
]
