"""Files that other tools read and write.

In come tables of records and filled sheets of a panel as offices make them, out go tables and parcel layers for Excel and
GIS, with only the columns that the audience may see.
"""

from kanpo.exchange._archive import Archive, write_archive
from kanpo.exchange._archive_check import CheckedArchive, verify_archive
from kanpo.exchange._archive_restore import RestoredArchive, restore_archive
from kanpo.exchange._assumptions import assumptions_template, import_assumptions
from kanpo.exchange._beside import originals_folder, photos_folder
from kanpo.exchange._export import FORMATS, export_layer, export_parcels, export_table, layer_file, table_file
from kanpo.exchange._growers import import_growers
from kanpo.exchange._header import kind_of_headers
from kanpo.exchange._judgements import JUDGES, judgement_template, read_judgements
from kanpo.exchange._layer_style import LayerStyle, style_layer
from kanpo.exchange._project_styles import style_project
from kanpo.exchange._records import RecordsImport, import_records
from kanpo.exchange._template import records_template
from kanpo.exchange._walk import LastValue, TrialWalk, WalkedPlot, plot_qr, walk_of
from kanpo.exchange._weights import read_weights, write_weights
from kanpo.exchange.fieldbook import write_field_book
from kanpo.exchange.phone import phone_page, read_phone_file, write_phone_page
from kanpo.exchange.sheets import field_sheet, sheet_form, sheet_id, write_field_sheet

__all__ = [
    "FORMATS",
    "JUDGES",
    "Archive",
    "CheckedArchive",
    "LastValue",
    "LayerStyle",
    "RecordsImport",
    "RestoredArchive",
    "TrialWalk",
    "WalkedPlot",
    "assumptions_template",
    "export_layer",
    "export_parcels",
    "export_table",
    "field_sheet",
    "import_assumptions",
    "import_growers",
    "import_records",
    "judgement_template",
    "kind_of_headers",
    "layer_file",
    "originals_folder",
    "phone_page",
    "photos_folder",
    "plot_qr",
    "read_judgements",
    "read_phone_file",
    "read_weights",
    "records_template",
    "restore_archive",
    "sheet_form",
    "sheet_id",
    "style_layer",
    "style_project",
    "table_file",
    "verify_archive",
    "walk_of",
    "write_archive",
    "write_field_book",
    "write_field_sheet",
    "write_phone_page",
    "write_weights",
]
