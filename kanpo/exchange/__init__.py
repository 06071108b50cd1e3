"""Files that other tools read and write.

In come CSV tables of records as offices make them, out go tables and parcel layers for Excel and
GIS, with only the columns that the audience may see.
"""

from kanpo.exchange._export import FORMATS, export_layer, export_parcels, export_table, layer_file, table_file
from kanpo.exchange._records import RecordsImport, import_records, kind_of_headers, records_template
from kanpo.exchange._table import WrittenTable, read_csv
from kanpo.files import csv_text, write_csv

__all__ = [
    "FORMATS",
    "RecordsImport",
    "WrittenTable",
    "csv_text",
    "export_layer",
    "export_parcels",
    "export_table",
    "import_records",
    "kind_of_headers",
    "layer_file",
    "read_csv",
    "records_template",
    "table_file",
    "write_csv",
]
