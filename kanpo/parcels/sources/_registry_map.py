"""登記所備付地図: the land registry's map, as the national converter writes it to GeoJSON."""

import re

from kanpo.locale import Text
from kanpo.parcels.sources._source import Column, Source, cell_reader, text
from kanpo.reading import normalise

#: The system of maps that nobody can put on the ground.
ARBITRARY = "任意座標系"
#: What stands in place of a lot number where there is no lot.
_APART = {"地区外": "outside", "別図": "other_map", "道": "road", "水": "water"}
_UNDETERMINED = re.compile(r"筆界未定|[0-9]\s*[+＋]\s*[0-9]")


def _mark(value: object) -> str | None:
    """What a feature is that is no ordinary lot, by its lot number."""
    written = normalise(value) if value is not None else ""
    for word, key in _APART.items():
        if written.startswith(word):
            return key
    return "undetermined" if _UNDETERMINED.search(written) else None


def _undetermined(value: object) -> str | None:
    return "undetermined" if value is not None and normalise(value) else None


#: A number of a 筆 (筆ID) is counted anew on every map.
REGISTRY_MAP = Source(
    key="registry_map",
    label=Text("登記所備付地図(法務省)", "map of the land registry"),
    marks=("地図名", "筆ID", "座標系", "地番"),
    boundary="registry_lot",
    identity=("地図名", "筆ID"),
    columns={
        "municipality_code": Column(("市区町村コード",), cell_reader("municipality_code")),
        "settlement": Column(("大字名",), text),
        "lot_number": Column(("地番",), text),
    },
    extra={
        "mark": Column(("地番",), _mark),
        "undetermined": Column(("筆界未定構成筆",), _undetermined),
        "system": Column(("座標系",), text),
    },
)
