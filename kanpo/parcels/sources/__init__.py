"""Known forms of parcel files, each one short declaration.

A form says how it is recognised by the names of its properties, and which property means what. A
prefecture's own form is one more file here and one more entry in `SOURCES`.
"""

from kanpo.parcels.sources._boundaries import FARM_SETTLEMENTS, MUNICIPALITIES
from kanpo.parcels.sources._fude import FUDE
from kanpo.parcels.sources._plain import PLAIN
from kanpo.parcels.sources._register import REGISTER
from kanpo.parcels.sources._registry_map import ARBITRARY, REGISTRY_MAP
from kanpo.parcels.sources._source import ROUNDED, Column, Source

#: Every form, in the order in which they are tried; the last takes anything.
SOURCES: dict[str, Source] = {
    source.key: source for source in (FUDE, REGISTER, REGISTRY_MAP, FARM_SETTLEMENTS, MUNICIPALITIES, PLAIN)
}

__all__ = ["ARBITRARY", "ROUNDED", "SOURCES", "Column", "Source"]
