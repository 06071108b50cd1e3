"""Tables of city offices: Excel and CSV files as they are kept, read without guessing.

In comes a path, out come rows of parcels in the units of the parcel table, problems with file,
sheet, row and column, and the rejected rows as they were written. Nothing is stored here.
"""

from kanpo.parcels.tables._names import recognise
from kanpo.parcels.tables._office import OfficeTable, RejectedRow, read_office_table
from kanpo.parcels.tables._rows import ADDED_HEADERS
from kanpo.parcels.tables._sheet import Row, Sheet, Unusable, text_of
from kanpo.parcels.tables._wide_sheet import read_wide_sheet
from kanpo.parcels.tables._workbook import check_archive, read_workbook

__all__ = [
    "ADDED_HEADERS",
    "OfficeTable",
    "RejectedRow",
    "Row",
    "Sheet",
    "Unusable",
    "check_archive",
    "read_office_table",
    "read_wide_sheet",
    "read_workbook",
    "recognise",
    "text_of",
]
