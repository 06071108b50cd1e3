"""The project file: one GeoPackage that holds what was imported, recorded and computed.

In come checked frames and records, out come frames, records and the news whether computed data
are stale. This is the only room with SQL.
"""

from kanpo.store._at_rest import read_at_rest
from kanpo.store._backup import (
    BackupFiles,
    Proof,
    backup_people,
    backup_project,
    files_for_zip,
    free_name,
    prove,
)
from kanpo.store._backup_seal import BackupSeal
from kanpo.store._computed import INPUT_LABELS, Stamp
from kanpo.store._copy import not_writable
from kanpo.store._geometry import to_blobs as outline_blobs
from kanpo.store._identity import new_record_ids, sha256_of
from kanpo.store._imported import Batch
from kanpo.store._in_place import Placed, put_in_place, unfinished_restore
from kanpo.store._journal import (
    CHAIN_COLUMNS,
    Content,
    NewRecord,
    outline_hash,
    record_content,
)
from kanpo.store._layers import StoredLayer
from kanpo.store._location import in_wal_mode, is_project, shared_location
from kanpo.store._merge import MergeReport, merge_projects
from kanpo.store._own_catalogue import OwnCatalogue
from kanpo.store._people import People, people_file
from kanpo.store._project import SCHEMA_VERSION, Project
from kanpo.store._rebuild import TableRows, arrivals, dump_tables, project_notes, rebuild_project
from kanpo.store._restore import Restored, check_backup, check_people, plain_name, restore_project
from kanpo.store._seal import PrintedSeal, Seal, parse_seal, seal_of
from kanpo.store._thinning import dated_name, surplus, thin_out
from kanpo.store._verify import check_chains, verify_project

__all__ = [
    "CHAIN_COLUMNS",
    "INPUT_LABELS",
    "SCHEMA_VERSION",
    "BackupFiles",
    "BackupSeal",
    "Batch",
    "Content",
    "MergeReport",
    "NewRecord",
    "OwnCatalogue",
    "People",
    "Placed",
    "PrintedSeal",
    "Project",
    "Proof",
    "Restored",
    "Seal",
    "Stamp",
    "StoredLayer",
    "TableRows",
    "arrivals",
    "backup_people",
    "backup_project",
    "check_backup",
    "check_chains",
    "check_people",
    "dated_name",
    "dump_tables",
    "files_for_zip",
    "free_name",
    "in_wal_mode",
    "is_project",
    "merge_projects",
    "new_record_ids",
    "not_writable",
    "outline_blobs",
    "outline_hash",
    "parse_seal",
    "people_file",
    "plain_name",
    "project_notes",
    "prove",
    "put_in_place",
    "read_at_rest",
    "rebuild_project",
    "record_content",
    "restore_project",
    "seal_of",
    "sha256_of",
    "shared_location",
    "surplus",
    "thin_out",
    "unfinished_restore",
    "verify_project",
]
