"""Files that other tools read and write.

In come tables of records and filled sheets of a panel as offices make them, out go tables and parcel layers for Excel and
GIS, with only the columns that the audience may see.
"""

from kanpo.exchange._archive import write_archive
from kanpo.exchange._archive_check import verify_archive
from kanpo.exchange._export import FORMATS, export_layer, export_parcels, export_table, layer_file, table_file
from kanpo.exchange._judgements import JUDGES, judgement_template, read_judgements
from kanpo.exchange._records import RecordsImport, import_records, kind_of_headers, records_template
from kanpo.exchange._table import WrittenTable, read_csv
from kanpo.exchange._weights import read_weights, write_weights
from kanpo.files import csv_text, write_csv

__all__ = [
    "FORMATS",
    "JUDGES",
    "RecordsImport",
    "WrittenTable",
    "csv_text",
    "export_layer",
    "export_parcels",
    "export_table",
    "import_records",
    "judgement_template",
    "kind_of_headers",
    "layer_file",
    "read_csv",
    "read_judgements",
    "read_weights",
    "records_template",
    "table_file",
    "verify_archive",
    "write_archive",
    "write_csv",
    "write_weights",
]
