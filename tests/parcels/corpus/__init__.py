"""The corpus: files as offices get them and as nobody wants them, each with what becomes of it.

Read it as a table, file to outcome: `_geojson` (text), `_formats` (zips and binary forms),
`_sheets` (office tables), `_real` (published files). All but the published files are made up.
"""

from tests.parcels.corpus import _formats, _geojson, _real, _sheets
from tests.parcels.corpus._case import Case
from tests.parcels.corpus._geojson import NO_FILES

CASES: list[Case] = [*_geojson.CASES, *_formats.CASES, *_sheets.CASES, *_real.CASES]

__all__ = ["CASES", "NO_FILES", "Case"]
