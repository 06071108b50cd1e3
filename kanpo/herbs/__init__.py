"""The herb catalogue: what each crude-drug herb needs of a site, with source and confidence.

In come the CSV files beside this room, checked at loading; out go herbs, their requirements and
the tables of quality, market and field work.
"""

from kanpo.herbs._catalogue import Catalogue, find_herb, herb_table, load_catalogue, requirement_table
from kanpo.herbs._check import check_catalogue
from kanpo.herbs._overlay import catalogue_diff, lay_over, project_catalogue, read_overlay
from kanpo.herbs._requirement import Work, BELL_REACH, Bell, Corners, Herb, Points, Requirement

__all__ = [
    "BELL_REACH",
    "Bell",
    "Catalogue",
    "Corners",
    "Herb",
    "Points",
    "Requirement",
    "catalogue_diff",
    "check_catalogue",
    "find_herb",
    "herb_table",
    "lay_over",
    "load_catalogue",
    "project_catalogue",
    "read_overlay",
    "requirement_table",
]
