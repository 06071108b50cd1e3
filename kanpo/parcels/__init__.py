"""Parcels: read, checked, repaired where that is certain, measured, and handed to the store.

In comes a file as an office got it, out go parcels in the project, problems with their place, and
a file of what could not be used.
"""

from kanpo.parcels._attributes import AttributeFactors, attribute_factors, known_attributes
from kanpo.parcels._day import AskDay, read_day_option
from kanpo.parcels._edited import Accepted, accept_edits
from kanpo.parcels._find import find_parcel, search_parcels
from kanpo.parcels._ground import check_ground, groundless, has_ground, no_ground
from kanpo.parcels._history import (
    CHANGES,
    changes_between,
    counts_by_year,
    statements_on,
    yearly_states,
)
from kanpo.parcels._ingest import IngestReport, ingest_parcels
from kanpo.parcels._ingest_file import IngestOptions, ingest_file
from kanpo.parcels._joined import current_parcels, lone_pins, refresh_links
from kanpo.parcels._land_use import INTENTIONS, USES, ZONES, read_land_use
from kanpo.parcels._lineage import Lineage, link_years
from kanpo.parcels._lineage_tree import ancestors, descendants, lineage_tree, successor_of
from kanpo.parcels._link_reasons import REASONS, doubtful
from kanpo.parcels._links import join_register
from kanpo.parcels._measure import measure_area_m2, plane_points, reproject, to_plane
from kanpo.parcels._overlap import overlaps
from kanpo.parcels._read import ParcelChunk, ParcelReader, read_parcels
from kanpo.parcels._rejects import Reject, write_rejects
from kanpo.parcels._selection import DECISIONS, ParcelFilter, Selection, select_parcels
from kanpo.parcels._settlements import count_by, with_farm_settlements
from kanpo.parcels._succession import carried_over, find_current, records_of, whole_lineage
from kanpo.parcels._whereabouts import Whereabouts, outside_municipality
from kanpo.parcels.sources import SOURCES, Source

__all__ = [
    "CHANGES",
    "DECISIONS",
    "INTENTIONS",
    "REASONS",
    "SOURCES",
    "USES",
    "ZONES",
    "Accepted",
    "AskDay",
    "AttributeFactors",
    "IngestOptions",
    "IngestReport",
    "Lineage",
    "ParcelChunk",
    "ParcelFilter",
    "ParcelReader",
    "Reject",
    "Selection",
    "Source",
    "Whereabouts",
    "accept_edits",
    "ancestors",
    "attribute_factors",
    "carried_over",
    "changes_between",
    "check_ground",
    "count_by",
    "counts_by_year",
    "current_parcels",
    "descendants",
    "doubtful",
    "find_current",
    "find_parcel",
    "groundless",
    "has_ground",
    "ingest_file",
    "ingest_parcels",
    "join_register",
    "known_attributes",
    "lineage_tree",
    "link_years",
    "lone_pins",
    "measure_area_m2",
    "no_ground",
    "outside_municipality",
    "overlaps",
    "plane_points",
    "read_day_option",
    "read_land_use",
    "read_parcels",
    "records_of",
    "refresh_links",
    "reproject",
    "search_parcels",
    "select_parcels",
    "statements_on",
    "successor_of",
    "to_plane",
    "whole_lineage",
    "with_farm_settlements",
    "write_rejects",
    "yearly_states",
]
