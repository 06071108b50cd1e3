"""The farmland register as eMAFF農地ナビ publishes it, with columns that a city office adds."""

from kanpo.locale import Text
from kanpo.parcels.sources._source import (
    Column,
    Source,
    area_in,
    cell_reader,
    identity,
    text,
)
from kanpo.reading import normalise


def _land_type(value: object) -> str | None:
    if value is None or not normalise(value):
        return None
    return {"田": "paddy", "1": "paddy", "畑": "field", "2": "field"}.get(normalise(value), "other")


REGISTER = Source(
    key="register",
    label=Text("農地台帳(eMAFF農地ナビの形式)", "farmland register (eMAFF)"),
    marks=("DaichoId", "Tiban"),
    columns={
        "parcel_id": Column(("DaichoId",), identity),
        "municipality_code": Column(("ShikuchosonCode",), cell_reader("municipality_code")),
        "settlement": Column(("大字", "Address"), text),
        "lot_number": Column(("Tiban",), text),
        "land_type": Column(("ClassificationOfLandCodeName", "ClassificationOfLand"), _land_type),
        "registered_area_m2": Column(("AreaOnRegistry",), area_in("m2")),
        "idle_class": Column(
            ("UsageSituationInvestigationResult", "UsageSituationInvestigationResultCodeName"),
            cell_reader("idle_class"),
        ),
        "devastation_class": Column(("荒廃農地分類",), cell_reader("devastation_class")),
        "years_abandoned": Column(("耕作放棄年数",), cell_reader("years_abandoned")),
        "survey_date": Column(("UsageSituationInvestigationDate",), cell_reader("survey_date")),
        "farm_promotion_zone": Column(("SectionOfNoushinhouCodeName",), text),
    },
    factors={
        "獣害": "wildlife_pressure",
        "日照": "sunlight",
        "道路距離m": "road_access_m",
        "水源距離m": "water_access_m",
        "耕作放棄年数": "years_abandoned",
    },
)
