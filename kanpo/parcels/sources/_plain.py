"""Any other file: properties that are called as columns of an office's table are, in either language, are taken."""

from kanpo.locale import Text
from kanpo.parcels.sources._source import (
    Column,
    Reader,
    Source,
    area,
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
_OWN: dict[str, Reader] = {
    "parcel_id": identity,
    "registered_area_m2": area,
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
    return tuple(dict.fromkeys((field.key, field.label.ja, field.label.en, *names_of(field.key))))


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
