"""Weights of site factors from an expert panel that compares them two by two (AHP).

In come the filled sheets of one or more judges, out go the priorities of each judge and of the
group, how consistent each is and why not, and how far the judges are apart. `docs/weights.md`
defines the numbers.
"""

from kanpo.weights._comparisons import Comparisons, Triple
from kanpo.weights._group import Dispute, group_of
from kanpo.weights._panel import CONSISTENT, Judge, Panel, panel_of
from kanpo.weights._priorities import Misfit, Priorities, prioritise, random_index
from kanpo.weights._questions import QuestionPair, factors_to_compare, questions
from kanpo.weights._scale import LEAST, MOST, SCALE, read_judgement
from kanpo.weights._sheet import FIRST_HEADERS, SECOND_HEADERS, Answers, Grid, Judgement, read_answers

__all__ = [
    "CONSISTENT",
    "FIRST_HEADERS",
    "LEAST",
    "MOST",
    "SCALE",
    "SECOND_HEADERS",
    "Answers",
    "Comparisons",
    "Dispute",
    "Grid",
    "Judge",
    "Judgement",
    "Misfit",
    "Panel",
    "Priorities",
    "QuestionPair",
    "Triple",
    "factors_to_compare",
    "group_of",
    "panel_of",
    "prioritise",
    "questions",
    "random_index",
    "read_answers",
    "read_judgement",
]
