"""How well each parcel suits each herb, how sure that is, and why.

In come site factors and the herb catalogue, out go scores with bounds, classes and limiting
factors, rankings, and explanations that a planner can read. `docs/suitability.md` defines the
numbers.
"""

from kanpo.suitability._classes import ClassBounds
from kanpo.suitability._compiled import compile_requirements
from kanpo.suitability._explain import Explanation, FactorLine, explain
from kanpo.suitability._kernel import FactorColumns, KernelResult, run_kernel, score_chunks
from kanpo.suitability._membership import FLOOR, membership, worst_and_best
from kanpo.suitability._method import METHODS, Method
from kanpo.suitability._panel_weights import EVERY_HERB, WEIGHT_COLUMNS, PanelWeights, check_panel_weights
from kanpo.suitability._project import Freshness, ScoreSettings, freshness, score_project, score_settings
from kanpo.suitability._robust import Robustness, robustness
from kanpo.suitability._score import Scores, Weights, score_parcels
from kanpo.suitability._tables import ranking, summary
from kanpo.suitability._variation import Variation

__all__ = [
    "EVERY_HERB",
    "FLOOR",
    "METHODS",
    "WEIGHT_COLUMNS",
    "ClassBounds",
    "Explanation",
    "FactorColumns",
    "FactorLine",
    "Freshness",
    "KernelResult",
    "Method",
    "PanelWeights",
    "Robustness",
    "ScoreSettings",
    "Scores",
    "Variation",
    "Weights",
    "check_panel_weights",
    "compile_requirements",
    "explain",
    "freshness",
    "membership",
    "ranking",
    "robustness",
    "run_kernel",
    "score_chunks",
    "score_parcels",
    "score_project",
    "score_settings",
    "summary",
    "worst_and_best",
]
