"""Every file that kanpo writes goes through this room, so that nothing of a person is destroyed.

In come a path and what to write; out comes the whole new file or the untouched old one. A project,
what lies beside it and the inputs of a run are never replaced; what a person changed is kept under
a dated name; what nobody but a person wrote stays, unless it is told otherwise.
"""

from kanpo.files._guard import check_target, check_targets
from kanpo.files._kinds import check_input, check_kind
from kanpo.files._marks import BLANK_MARK
from kanpo.files._outputs import KeptAside, Outputs, current_outputs, note_input, outputs
from kanpo.files._replace import make_folder, place_beside, replacing
from kanpo.files._tables import (
    LARGEST_TABLE,
    check_table_file,
    csv_text,
    decode_text,
    guarded,
    not_collecting,
    read_rows,
    write_csv,
)
from kanpo.files._workbook import save_workbook, write_workbook

__all__ = [
    "BLANK_MARK",
    "LARGEST_TABLE",
    "KeptAside",
    "Outputs",
    "check_input",
    "check_kind",
    "check_table_file",
    "check_target",
    "check_targets",
    "csv_text",
    "current_outputs",
    "decode_text",
    "guarded",
    "make_folder",
    "not_collecting",
    "note_input",
    "outputs",
    "place_beside",
    "read_rows",
    "replacing",
    "save_workbook",
    "write_csv",
    "write_workbook",
]
