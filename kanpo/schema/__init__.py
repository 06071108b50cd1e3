"""Every table and record kind of a project, described once.

What is said here (key, label, type, unit, range, vocabulary, privacy) is what validation, the
database, column headers, help texts and the documentation are made from.
"""

from kanpo.schema._assumed import ASSUMPTION
from kanpo.schema._computed import FACTOR_VALUES, REGISTER_LINKS, SCORES, STAMPS
from kanpo.schema._document import TABLES, document
from kanpo.schema._factors import FACTORS, Factor
from kanpo.schema._field import Audience, Field, Kind, Privacy, Table
from kanpo.schema._imported import (
    BATCHES,
    BOUNDARIES,
    FORMER_PARCELS,
    LAYERS,
    LINEAGE,
    ORIGINALS,
    PARCELS,
    REGISTER,
    STATEMENTS,
)
from kanpo.schema._names import names_of
from kanpo.schema._reading import read_value
from kanpo.schema._recorded import JOURNAL, JUDGEMENT, OUTLINES, PEOPLE, RECORD_KINDS, SITE_VISIT
from kanpo.schema._traits import TRAITS, Trait, find_trait
from kanpo.schema._validate import (
    AS_WRITTEN,
    ENVELOPE,
    CheckedRecord,
    CheckedRecords,
    check_records,
)
from kanpo.schema._vocabulary import VOCABULARIES, Vocabulary
from kanpo.schema._written import Portion, portions_of, read_ingredients, read_measured
from kanpo.schema._zone import DEFAULT_ZONE, bring_home, day_of, today_in, zone_of

__all__ = [
    "ASSUMPTION",
    "AS_WRITTEN",
    "BATCHES",
    "BOUNDARIES",
    "DEFAULT_ZONE",
    "ENVELOPE",
    "FACTORS",
    "FACTOR_VALUES",
    "FORMER_PARCELS",
    "JOURNAL",
    "JUDGEMENT",
    "LAYERS",
    "LINEAGE",
    "ORIGINALS",
    "OUTLINES",
    "PARCELS",
    "PEOPLE",
    "RECORD_KINDS",
    "REGISTER",
    "REGISTER_LINKS",
    "SCORES",
    "SITE_VISIT",
    "STAMPS",
    "STATEMENTS",
    "TABLES",
    "TRAITS",
    "VOCABULARIES",
    "Audience",
    "CheckedRecord",
    "CheckedRecords",
    "Factor",
    "Field",
    "Kind",
    "Portion",
    "Privacy",
    "Table",
    "Trait",
    "Vocabulary",
    "bring_home",
    "check_records",
    "day_of",
    "document",
    "find_trait",
    "names_of",
    "portions_of",
    "read_ingredients",
    "read_measured",
    "read_value",
    "today_in",
    "zone_of",
]
