"""Any other file: properties that are called as columns of an office's table are, in either language, are taken."""

from kanpo.locale import Text
from kanpo.parcels.sources._source import (
    Column,
    Reader,
    Source,
    area_in,
    cell_reader,
    farm_settlement_key,
    identity,
    number,
    text,
    year,
)
from kanpo.parcels.tables._names import names_of
from kanpo.parcels.tables._values import READERS
from kanpo.schema import PARCELS, Field

_IDS = ("parcel_id", "筆ID", "id", "ID", "fid", "FID", "uuid", "polygon_uuid", "DaichoId")
_BARE_AREAS = ("面積", "地積", "農地面積", "筆面積")
_OWN: dict[str, Reader] = {
    "parcel_id": identity,
    "registered_area_m2": area_in("m2"),
    "source_year": year,
    "farm_settlement_key": farm_settlement_key,
}


def _reader(field: Field) -> Reader:
    if field.key in READERS:
        return cell_reader(field.key)
    return _OWN.get(field.key, number if field.type == "number" else text)


def _names(field: Field) -> tuple[str, ...]:
    if field.key == "parcel_id":
        return _IDS
    names = (field.key, field.label.ja, field.label.en, *names_of(field.key))
    # An area under a name that says neither unit nor register may be in anything.
    return tuple(name for name in dict.fromkeys(names) if name not in _BARE_AREAS)


PLAIN = Source(
    key="plain",
    label=Text("その他のGeoJSON", "other GeoJSON"),
    marks=(),
    columns={
        field.key: Column(_names(field), _reader(field))
        for field in PARCELS.fields
        if field.key not in ("area_m2", "located_by", "attributes", "batch_id", "source_row")
    },
)
