"""Tables of city offices: Excel and CSV files as they are kept, read without guessing.

In comes a path, out come rows of parcels in the units of the parcel table, problems with file,
sheet, row and column, and the rejected rows as they were written. Nothing is stored here.
"""

from kanpo.parcels.tables._names import recognise
from kanpo.parcels.tables._office import OfficeTable, RejectedRow, read_office_table
from kanpo.parcels.tables._rows import ADDED_HEADERS

__all__ = [
    "ADDED_HEADERS",
    "OfficeTable",
    "RejectedRow",
    "read_office_table",
    "recognise",
]
