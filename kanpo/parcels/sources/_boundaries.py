"""Boundaries: 農業集落境界 of the agricultural census, and municipalities of 国土数値情報 (N03)."""

from kanpo.locale import Text
from kanpo.parcels.sources._source import Column, Source, cell_reader, farm_settlement_key, text
from kanpo.reading import normalise


def _municipality_of(key: object) -> object:
    """The municipality of a settlement code: its first five digits."""
    return cell_reader("municipality_code")(normalise(key)[:5])


#: Codes are prefecture (2), municipality (3), former municipality (2), settlement (3); a settlement
#: may come in several pieces.
FARM_SETTLEMENTS = Source(
    key="farm_settlements",
    label=Text("農業集落境界(農林業センサス)", "agricultural settlements (census)"),
    marks=("KEY", "RCOM_NAME"),
    boundary="farm_settlement",
    columns={
        "municipality_code": Column(("KEY",), _municipality_of),
        "farm_settlement_key": Column(("KEY",), farm_settlement_key),
        "farm_settlement": Column(("RCOM_NAME",), text),
    },
)

MUNICIPALITIES = Source(
    key="municipalities",
    label=Text("行政区域(国土数値情報)", "municipalities (N03)"),
    marks=("N03_007",),
    boundary="municipality",
    columns={
        "municipality_code": Column(("N03_007",), cell_reader("municipality_code")),
        "farm_settlement": Column(("N03_004",), text),
    },
)
