"""The project file: one GeoPackage that holds what was imported, recorded and computed.

In come checked frames and records, out come frames, records and the news whether computed data
are stale. This is the only room with SQL.
"""

from kanpo.store._backup import backup_project
from kanpo.store._computed import INPUT_LABELS, Stamp
from kanpo.store._identity import sha256_of
from kanpo.store._imported import Batch
from kanpo.store._journal import NewRecord, Seal, record_content
from kanpo.store._layers import StoredLayer
from kanpo.store._location import is_project, shared_location
from kanpo.store._own_catalogue import OwnCatalogue
from kanpo.store._people import People
from kanpo.store._project import SCHEMA_VERSION, Project
from kanpo.store._verify import verify_project

__all__ = [
    "INPUT_LABELS",
    "SCHEMA_VERSION",
    "Batch",
    "NewRecord",
    "OwnCatalogue",
    "People",
    "Project",
    "Seal",
    "Stamp",
    "StoredLayer",
    "backup_project",
    "is_project",
    "record_content",
    "sha256_of",
    "shared_location",
    "verify_project",
]
