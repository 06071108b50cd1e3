"""The herb catalogue: what each crude-drug herb needs of a site, with source and confidence.

In come the CSV files beside this room, checked at loading; out go herbs, their requirements, the works
that mend a site, what land costs, and the tables of quality, market, field work and known origins.
"""

from kanpo.herbs._assumed import complete_assumption, find_assumption
from kanpo.herbs._catalogue import (
    TOPICS,
    Catalogue,
    check_catalogue,
    find_herb,
    herb_table,
    load_catalogue,
    requirement_table,
    work_table,
)
from kanpo.herbs._costs import Assumption, Cost, restoration_of, span_of
from kanpo.herbs._note_words import note_text
from kanpo.herbs._notes import catalogue_notes, plants_by_spacing
from kanpo.herbs._overlay import catalogue_diff, lay_over, project_catalogue, read_overlay
from kanpo.herbs._reach import MILD, least_membership, lower_corner, membership_at
from kanpo.herbs._requirement import BELL_REACH, Bell, Corners, Herb, Points, Requirement
from kanpo.herbs._works import Money, Work

__all__ = [
    "BELL_REACH",
    "MILD",
    "TOPICS",
    "Assumption",
    "Bell",
    "Catalogue",
    "Corners",
    "Cost",
    "Herb",
    "Money",
    "Points",
    "Requirement",
    "Work",
    "catalogue_diff",
    "catalogue_notes",
    "check_catalogue",
    "complete_assumption",
    "find_assumption",
    "find_herb",
    "herb_table",
    "lay_over",
    "least_membership",
    "load_catalogue",
    "lower_corner",
    "membership_at",
    "note_text",
    "plants_by_spacing",
    "project_catalogue",
    "read_overlay",
    "requirement_table",
    "restoration_of",
    "span_of",
    "work_table",
]
