"""The project file: one GeoPackage that holds what was imported, recorded and computed.

In come checked frames and records, out come frames, records and the news whether computed data
are stale. This is the only room with SQL.
"""

from kanpo.store._at_rest import read_at_rest
from kanpo.store._backup import BackupFiles, backup_people, backup_project, check_sealed, free_name
from kanpo.store._backup_seal import BackupSeal
from kanpo.store._batch import Batch
from kanpo.store._chain import CHAIN_COLUMNS, Content, NewRecord, outline_hash, record_content
from kanpo.store._computed import INPUT_LABELS, Stamp
from kanpo.store._edits import Edit, list_additions
from kanpo.store._foreign import check_foreign_tables, ordinary_tables
from kanpo.store._geometry import to_blobs as outline_blobs
from kanpo.store._identity import new_record_ids, sha256_of
from kanpo.store._layers import StoredLayer
from kanpo.store._location import in_wal_mode, is_project, shared_location
from kanpo.store._mend import Mended, go_on_as_it_is, list_edits, undo_edits
from kanpo.store._merge import MergeReport, merge_projects
from kanpo.store._own_catalogue import OwnCatalogue
from kanpo.store._people import People, people_file
from kanpo.store._project import SCHEMA_VERSION, Project
from kanpo.store._rebuild import TableRows, arrivals, dump_tables, project_notes, rebuild_project
from kanpo.store._restore import (
    Proof,
    Restored,
    check_backup,
    dated_name,
    put_in_place,
    put_people_in_place,
    restore_project,
    surplus,
    thin_out,
)
from kanpo.store._seal import PrintedSeal, Seal, heads_of, parse_seal, seal_of
from kanpo.store._statements import settle
from kanpo.store._styles import STYLE_AUTHOR, STYLE_TABLE, StoredStyle
from kanpo.store._take_back import Undone, undo_import
from kanpo.store._verify import check_chains, verify_project

__all__ = [
    "CHAIN_COLUMNS",
    "INPUT_LABELS",
    "SCHEMA_VERSION",
    "STYLE_AUTHOR",
    "STYLE_TABLE",
    "BackupFiles",
    "BackupSeal",
    "Batch",
    "Content",
    "Edit",
    "Mended",
    "MergeReport",
    "NewRecord",
    "OwnCatalogue",
    "People",
    "PrintedSeal",
    "Project",
    "Proof",
    "Restored",
    "Seal",
    "Stamp",
    "StoredLayer",
    "StoredStyle",
    "TableRows",
    "Undone",
    "arrivals",
    "backup_people",
    "backup_project",
    "check_backup",
    "check_chains",
    "check_foreign_tables",
    "check_sealed",
    "dated_name",
    "dump_tables",
    "free_name",
    "go_on_as_it_is",
    "heads_of",
    "in_wal_mode",
    "is_project",
    "list_additions",
    "list_edits",
    "merge_projects",
    "new_record_ids",
    "ordinary_tables",
    "outline_blobs",
    "outline_hash",
    "parse_seal",
    "people_file",
    "project_notes",
    "put_in_place",
    "put_people_in_place",
    "read_at_rest",
    "rebuild_project",
    "record_content",
    "restore_project",
    "seal_of",
    "settle",
    "sha256_of",
    "shared_location",
    "surplus",
    "thin_out",
    "undo_edits",
    "undo_import",
    "verify_project",
]
