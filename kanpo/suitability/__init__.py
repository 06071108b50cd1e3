"""How well each parcel suits each herb, how sure that is, and why.

In come site factors and the herb catalogue, out go scores with bounds, classes and limiting
factors, rankings, and explanations that a planner can read. `docs/suitability.md` defines the
numbers.
"""

from kanpo.suitability._changes import (
    CHANGE_COLUMNS,
    Changes,
    change_reasons,
    project_changes,
    ranking_changes,
)
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
from kanpo.suitability._excluding import Excluding, excluding, excluding_notes
from kanpo.suitability._explain import Explanation, FactorLine, explain
from kanpo.suitability._kernel import FactorColumns, KernelResult, run_kernel, score_chunks
from kanpo.suitability._membership import FLOOR, membership
from kanpo.suitability._method import METHODS, Memberships, Method, combine
from kanpo.suitability._neighbours import Ranges, neighbour_ranges, score_within
from kanpo.suitability._origins import NOT_INDEPENDENT, Validation, climate_score, validate_origins
from kanpo.suitability._panel_weights import EVERY_HERB, WEIGHT_COLUMNS, PanelWeights, check_panel_weights
from kanpo.suitability._pareto import Criterion, pareto_levels, pareto_table, read_criteria
from kanpo.suitability._project import (
    DEFINITION,
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
from kanpo.suitability._shapes import SPREAD
from kanpo.suitability._tables import (
    MiddleYen,
    Separation,
    ranking,
    separation,
    shade_words,
    suited_herbs,
    summary,
)
from kanpo.suitability._tones import (
    CLASS_COLOURS,
    LINE_COLOURS,
    MUTED_COLOURS,
    PALE_COLOURS,
    REFERENCE,
    TONES,
    Tone,
    tones_in,
)
from kanpo.suitability._variation import Variation
from kanpo.suitability._what_if import read_assumptions, what_if, with_assumed
from kanpo.suitability._works import land_decides

__all__ = [
    "CERTAINTY_LABELS",
    "CHANGE_COLUMNS",
    "CLASSES",
    "CLASS_COLOURS",
    "CLASS_LABELS",
    "DEFINITION",
    "EVERY_HERB",
    "FLOOR",
    "LINE_COLOURS",
    "METHODS",
    "MUTED_COLOURS",
    "NOT_INDEPENDENT",
    "PALE_COLOURS",
    "REFERENCE",
    "SPREAD",
    "TONES",
    "WEIGHT_COLUMNS",
    "Certainty",
    "Changes",
    "ClassBounds",
    "Compiled",
    "Criterion",
    "Excluding",
    "Expectations",
    "Explanation",
    "FactorColumns",
    "FactorLine",
    "Freshness",
    "KernelResult",
    "Memberships",
    "Method",
    "MiddleYen",
    "PanelWeights",
    "Ranges",
    "Robustness",
    "ScoreSettings",
    "Scores",
    "Separation",
    "Tone",
    "Validation",
    "Variation",
    "Weights",
    "certainty_of",
    "change_reasons",
    "check_panel_weights",
    "class_names",
    "climate_score",
    "combine",
    "compile_requirements",
    "excluding",
    "excluding_notes",
    "expect",
    "explain",
    "freshness",
    "land_decides",
    "membership",
    "neighbour_ranges",
    "open_factors",
    "pareto_levels",
    "pareto_table",
    "project_changes",
    "project_sites",
    "ranking",
    "ranking_changes",
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
    "separation",
    "shade_words",
    "suited_herbs",
    "summary",
    "tones_in",
    "validate_origins",
    "what_if",
    "with_assumed",
]
