"""The farmland register as eMAFF農地ナビ publishes it, with columns that a city office adds."""

import re

from kanpo.locale import Text
from kanpo.parcels.sources._source import Column, Source, day, identity, municipality, number, one_of, text
from kanpo.schema import normalise

_PREFECTURE = re.compile(r"^(?:東京都|北海道|(?:京都|大阪)府|.{2,3}県)")
#: Cities whose names hold a word for a county or village, then any: 四日市市 ends at its last 市.
_MUNICIPALITY = re.compile(
    r"^(?:(?:東村山|武蔵村山|大和郡山|蒲郡|小郡)市|(?:.+?郡)?.+?[市区町村](?![市町村]))"
)
#: Digits are taken all at once: a long row of them could be cut in two in too many ways.
_LOT = re.compile(r"(?<![0-9０-９])[0-9０-９]++(?:番地?)?(?:[-－‐ー−の]?[0-9０-９]++)*[^0-9０-９]*$")


def _settlement(value: object) -> str | None:
    """The 大字 of a full address: prefecture, municipality and lot number removed.

    What has neither prefecture nor lot number is no address but the name itself (羽黒町手向), and
    stays as it is.
    """
    written = text(value)
    if written is None or not (_PREFECTURE.match(written) or _LOT.search(written)):
        return written
    rest = _MUNICIPALITY.sub("", _PREFECTURE.sub("", written), count=1)
    return _LOT.sub("", rest).strip() or written


def _land_type(value: object) -> str | None:
    if value is None or not normalise(value):
        return None
    return {"田": "paddy", "1": "paddy", "畑": "field", "2": "field"}.get(normalise(value), "other")


def _devastation(value: object) -> str | None:
    plain = normalise(value).upper()[:1] if value is not None else ""
    return plain if plain in ("A", "B") else None


REGISTER = Source(
    key="register",
    label=Text("農地台帳(eMAFF農地ナビの形式)", "farmland register (eMAFF)"),
    marks=("DaichoId", "Tiban"),
    columns={
        "parcel_id": Column(("DaichoId",), identity),
        "municipality_code": Column(("ShikuchosonCode",), municipality),
        "settlement": Column(("大字", "Address"), _settlement),
        "lot_number": Column(("Tiban",), text),
        "land_type": Column(("ClassificationOfLandCodeName", "ClassificationOfLand"), _land_type),
        "registered_area_m2": Column(("AreaOnRegistry",), number),
        # 1 and 2 are idle farmland (遊休農地1号・2号); 3 is none, 9 under survey.
        "idle_class": Column(("UsageSituationInvestigationResult",), one_of({"1": "1", "2": "2"})),
        "devastation_class": Column(("荒廃農地分類",), _devastation),
        "years_abandoned": Column(("耕作放棄年数",), number),
        "survey_date": Column(("UsageSituationInvestigationDate",), day),
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
