"""Any other file: columns that are named as ours, in either language, are taken."""

from kanpo.locale import Text
from kanpo.parcels.sources._source import (
    Column,
    Reader,
    Source,
    day,
    identity,
    municipality,
    number,
    text,
    year,
)
from kanpo.schema import PARCELS, Field, normalise

_IDS = ("parcel_id", "筆ID", "id", "ID", "fid", "FID", "uuid", "polygon_uuid", "DaichoId")


def _choice(field: Field) -> Reader:
    choices = field.choices
    assert choices is not None

    def read(value: object) -> str | None:
        return None if value is None else choices.key_of(normalise(value))

    return read


def _reader(field: Field) -> Reader:
    if field.choices is not None:
        return _choice(field)
    if field.key == "parcel_id":
        return identity
    if field.key == "municipality_code":
        return municipality
    return {"number": number, "integer": year, "date": day}.get(field.type, text)


_TAKEN = [
    field
    for field in PARCELS.fields
    if field.key not in ("area_m2", "located_by", "attributes", "batch_id", "source_row")
]

PLAIN = Source(
    key="plain",
    label=Text("その他のGeoJSON", "other GeoJSON"),
    marks=(),
    columns={
        field.key: Column(
            _IDS if field.key == "parcel_id" else (field.key, field.label.ja, field.label.en), _reader(field)
        )
        for field in _TAKEN
    },
)
