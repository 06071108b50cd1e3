"""Workability (事業性): the second number of a parcel, in yen and hours per 10 a, never a score.

In come parcels, their factors, the catalogue's costs and works, and what the user was asked for; out go
ranges of yen and hours with their parts, sources, and what is still to be asked or measured.
"""

from kanpo.workability._assumed import (
    OF_ONE_HERB,
    Answer,
    Assumptions,
    assumption_table,
    read_assumptions_kept,
)
from kanpo.workability._blocks import areas_of_blocks, block_workability
from kanpo.workability._ground import Ground, ground_of
from kanpo.workability._margin import Margin, margin_of
from kanpo.workability._project import (
    answer_works,
    costs_of_blocks,
    costs_of_parcel,
    middle_yen_of,
    project_workability,
)
from kanpo.workability._rules import NOT_WORTH, SUBSIDIES, Rule, previous_crops, replant_rules, rules_of
from kanpo.workability._span import Span
from kanpo.workability._tables import cost_table, in_words
from kanpo.workability._text import (
    HOURS,
    YEN,
    asked_text,
    assumed_text,
    fact_label,
    parcel_workability,
    range_text,
    workability_text,
)
from kanpo.workability._workability import Workability, workability

__all__ = [
    "HOURS",
    "NOT_WORTH",
    "OF_ONE_HERB",
    "SUBSIDIES",
    "YEN",
    "Answer",
    "Assumptions",
    "Ground",
    "Margin",
    "Rule",
    "Span",
    "Workability",
    "answer_works",
    "areas_of_blocks",
    "asked_text",
    "assumed_text",
    "assumption_table",
    "block_workability",
    "cost_table",
    "costs_of_blocks",
    "costs_of_parcel",
    "fact_label",
    "ground_of",
    "in_words",
    "margin_of",
    "middle_yen_of",
    "parcel_workability",
    "previous_crops",
    "project_workability",
    "range_text",
    "read_assumptions_kept",
    "replant_rules",
    "rules_of",
    "workability",
    "workability_text",
]
