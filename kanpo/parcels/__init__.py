"""Parcels: read, checked, repaired where that is certain, measured, and handed to the store.

In comes a file as an office got it, out go parcels in the project, problems with their place, and
a file of what could not be used.
"""

from kanpo.parcels._attributes import AttributeFactors, attribute_factors
from kanpo.parcels._find import find_parcel, search_parcels
from kanpo.parcels._ingest import IngestReport, ingest_parcels
from kanpo.parcels._measure import measure_area_m2, reproject
from kanpo.parcels._read import ParcelChunk, ParcelReader, read_parcels
from kanpo.parcels._rejects import Reject, write_rejects
from kanpo.parcels.sources import SOURCES, Source

__all__ = [
    "SOURCES",
    "AttributeFactors",
    "IngestReport",
    "ParcelChunk",
    "ParcelReader",
    "Reject",
    "Source",
    "attribute_factors",
    "find_parcel",
    "ingest_parcels",
    "measure_area_m2",
    "read_parcels",
    "reproject",
    "search_parcels",
    "write_rejects",
]
