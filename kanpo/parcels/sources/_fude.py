"""筆ポリゴン: outlines of fields by the Ministry of Agriculture, Forestry and Fisheries."""

from kanpo.locale import Text
from kanpo.parcels.sources._source import (
    Column,
    Source,
    cell_reader,
    farm_settlement_key,
    identity,
    one_of,
    year,
)

FUDE = Source(
    key="fude",
    label=Text("筆ポリゴン(農林水産省)", "筆ポリゴン (MAFF)"),
    marks=("polygon_uuid", "land_type"),
    yearly=True,
    columns={
        "parcel_id": Column(("polygon_uuid",), identity),
        "municipality_code": Column(("local_government_cd",), cell_reader("municipality_code")),
        "land_type": Column(
            ("land_type",), one_of({"100": "paddy", "200": "field", "100.0": "paddy", "200.0": "field"})
        ),
        "source_year": Column(("issue_year",), year),
        # The FlatGeobuf of a prefecture that comes with the census names the settlement.
        "farm_settlement_key": Column(("key", "KEY"), farm_settlement_key),
    },
)
