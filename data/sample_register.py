"""What the office knows of each field of the sample, and the dirt that real files carry.

The columns are those of the published farmland register (eMAFF農地ナビ), every value as text, with a
few columns that an office adds. All of it is made up.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from sample_parcels import SETTLEMENTS, Field
from sample_terrain import SOILS, Array, Terrain, feature, outline_lonlat

Feature = dict[str, object]

_USE = {
    "1": "遊休農地（不耕作）※分類中",
    "2": "遊休農地（利用の程度が著しく劣る）",
    "3": "遊休農地ではない",
    "9": "調査中",
}
_ZONE = {"1": "農業振興地域内・農用地区域内(青地)", "2": "農業振興地域内・農用地区域外(白地)"}
_INTENT = {"9": "調査中", "2": "農地中間管理事業の利用", "6": "調査対象外"}
#: Columns of the register that are empty for every field of the sample.
_NEVER_FILLED = (
    "PublicNoticeDate",
    "RightOfMiddleManagement",
    "RecommendationContenDate",
    "ActionOrderDate",
    "MayorPublicAnnouncementDate",
)
_LAND = {"1": "田", "2": "畑"}
#: Mean years since last cultivated, by kind.
_YEARS = {"consolidated": 4.0, "valley": 10.0, "terrace": 19.0, "dry": 9.0}
_TEXTURES = ("sand", "sandy_loam", "loam", "clay_loam", "clay")
_DRAINAGE = ("poor", "imperfect", "moderate", "well")


@dataclass(frozen=True)
class Register:
    """Features of the parcel file (clean), their ids, and the made-up truth of their soil."""

    features: list[Feature]
    ids: list[str]
    truth: pd.DataFrame


def make_register(rng: np.random.Generator, terrain: Terrain, fields: list[Field]) -> Register:
    """Number the fields, and say of each what an office would know."""
    centres = np.array([f.shape.centroid.coords[0] for f in fields])
    lots = _lot_numbers(rng, fields)
    rivers = shapely.MultiLineString([c.points for c in terrain.channels])
    water = np.asarray(shapely.distance(rivers, shapely.points(centres)))
    slope = terrain.slope(centres)
    years = _years(rng, fields)
    features, ids = [], []
    for number, field in enumerate(fields):
        identity = f"069{number + 1:06d}"
        properties = _of_register(rng, field, identity, lots[number])
        properties |= _of_office(rng, field, years[number], float(water[number]), slope[number], properties)
        features.append(feature(outline_lonlat(field.shape), dict(properties)))
        ids.append(identity)
    return Register(features, ids, _truth(rng, terrain, centres, ids))


def _lot_numbers(rng: np.random.Generator, fields: list[Field]) -> list[str]:
    """地番 in walking order within each settlement; some lots are divided (枝番)."""
    lots, base, branch, settlement = [], 0, 0, -1
    for field in fields:
        if field.settlement != settlement:
            settlement, base, branch = field.settlement, int(rng.integers(3, 40)), 0
        if branch and rng.random() < 0.62:
            branch += 1
        else:
            base += int(rng.integers(1, 4))
            branch = int(rng.random() < 0.45)
        lots.append(f"{base}-{branch}" if branch else str(base))
    return lots


def _years(rng: np.random.Generator, fields: list[Field]) -> list[int]:
    """Years since last cultivated: a few on the plain, decades on the terraces."""
    return [int(np.clip(rng.gamma(2.2, _YEARS[f.kind] / 2.2), 1, 45)) for f in fields]


def _of_register(rng: np.random.Generator, field: Field, identity: str, lot: str) -> dict[str, str]:
    """The columns of the published register."""
    name = SETTLEMENTS[field.settlement].name
    land = "2" if field.kind == "dry" or (field.kind == "terrace" and rng.random() < 0.25) else "1"
    use = str(rng.choice(["1", "2", "3", "9"], p=[0.66, 0.18, 0.06, 0.10]))
    zone = (
        "1"
        if rng.random() < {"consolidated": 1.0, "valley": 0.85, "terrace": 0.45, "dry": 0.4}[field.kind]
        else "2"
    )
    survey = ""
    if use != "9" and rng.random() < 0.93:
        survey = f"{rng.choice([2016, 2021, 2023, 2024, 2025], p=[0.06, 0.09, 0.2, 0.3, 0.35])}"
        survey += f"{rng.integers(8, 12):02d}{rng.integers(1, 31):02d}"
    intent = "6" if use in "39" else str(rng.choice(["9", "2"], p=[0.8, 0.2]))
    city = "2" if field.kind == "consolidated" else ""
    asked = f"{survey[:4]}1201" if survey and use in "12" and rng.random() < 0.6 else ""
    return {
        "FarmCommitteeCd": "0620300",
        "FarmCommitteeName": "見本農業委員会",
        "TodofukenCode": "06",
        "ShikuchosonCode": "062031",
        "OazaCode": f"{90010 + 10 * field.settlement}",
        "ClassificationOfLandCodeName": _LAND[land],
        "ClassificationOfLand": land,
        "AreaOnRegistry": f"{max(50, round(field.shape.area * rng.normal(0.97, 0.05)))}",
        "SectionOfNoushinhouCodeName": _ZONE[zone],
        "SectionOfNoushinhou": zone,
        "SectionOfToshikeikakuhouCodeName": "市街化調整区域" if city else "",
        "SectionOfToshikeikakuhou": city,
        "OwnerFarmIntentionCodeName": "非公表",
        "OwnerFarmIntention": "999",
        "FarmerIndicationNumberHash": "",
        "KindOfRightCodeName": "賃借権等の設定がない",
        "KindOfRight": "0",
        "CommencementDate": "",
        "EndStagesDate": "",
        "RightSettingContentsCodeName": "農地中間管理権が設定されていない",
        "RightSettingContents": "0",
        "UsageSituationInvestigationDate": survey,
        "UsageSituationInvestigationResultCodeName": _USE[use],
        "UsageSituationInvestigationResult": use,
        "UseIntentionInvestigationDate": asked,
        "OwnerStatementIntentSurveyResultsCodeName": _INTENT[intent],
        "OwnerStatementIntentSurveyResults": intent,
        "UseIntentionAscertainmentResultCodeName": "対象外" if intent == "6" else "調査中",
        "UseIntentionAscertainmentResult": "1" if intent == "6" else "2",
        **dict.fromkeys(_NEVER_FILLED, ""),
        "Address": f"山形県鶴岡市{name}{lot}",
        "Tiban": lot,
        "SectionOfPolygon": "3",
        "SectionOfPolygonCodeName": "その他",
        "DaichoId": identity,
        "daicho_shubetsu_cd": "KNO01",
        "大字": name,
    }


def _of_office(
    rng: np.random.Generator, field: Field, years: int, water_m: float, slope: Array, register: dict[str, str]
) -> dict[str, str]:
    """The columns an office adds; empty where nobody has looked yet."""
    steep, north = float(np.hypot(*slope)), float(slope[1])
    idle = register["UsageSituationInvestigationResult"] in "12"
    ruined = "B分類" if years > 18 + 8 * rng.normal() else "A分類"
    light = "日なた"
    if steep > 0.07 and north < -0.03:
        light = "日陰" if steep > 0.16 and rng.random() < 0.6 else "半日陰"
    elif field.kind in ("terrace", "valley") and rng.random() < 0.22:
        light = "半日陰"
    harm = ["なし", "少", "中", "多"]
    weights = {
        "consolidated": [0.7, 0.2, 0.08, 0.02],
        "valley": [0.25, 0.35, 0.28, 0.12],
        "terrace": [0.08, 0.27, 0.37, 0.28],
        "dry": [0.2, 0.4, 0.28, 0.12],
    }[field.kind]

    def known(value: str, share: float) -> str:
        return value if rng.random() < share else ""

    return {
        "荒廃農地分類": known(ruined, 0.85) if idle else "",
        "耕作放棄年数": known(str(years), 0.72),
        "獣害": known(str(rng.choice(harm, p=weights)), 0.55),
        "道路距離m": known(f"{round(field.road_m + rng.uniform(0, 12))}", 0.8),
        "水源距離m": known(f"{round(max(3.0, min(water_m, 380.0) + rng.normal(0, 4)))}", 0.6),
        "日照": known(light, 0.5),
    }


def _truth(rng: np.random.Generator, terrain: Terrain, centres: Array, ids: list[str]) -> pd.DataFrame:
    """What a laboratory and a spade would find: the soil map's values, scattered."""
    rows = []
    for identity, kind in zip(ids, terrain.soil_at(centres), strict=True):
        _, texture, drainage, depth, ph = SOILS[int(kind)]
        texture_at = _TEXTURES.index(texture) + int(rng.choice([-1, 0, 1], p=[0.15, 0.7, 0.15]))
        drainage_at = _DRAINAGE.index(drainage) + int(rng.choice([-1, 0, 1], p=[0.2, 0.65, 0.15]))
        rows.append(
            {
                "parcel_id": identity,
                "soil_ph": round(float(np.clip((ph or 5.0) + rng.normal(0, 0.35), 4.2, 7.4)), 1),
                "drainage": _DRAINAGE[int(np.clip(drainage_at, 0, 3))],
                "soil_depth_cm": int(np.clip(depth + rng.normal(0, 11), 12, 130)),
                "soil_texture": _TEXTURES[int(np.clip(texture_at, 0, 4))],
            }
        )
    return pd.DataFrame(rows)


def _ring(item: Feature) -> list[list[float]]:
    """The exterior ring of a feature, to be changed in place."""
    return item["geometry"]["coordinates"][0]  # type: ignore[index, no-any-return]


def _unclose(item: Feature) -> None:
    _ring(item).pop()


def _bow_tie(item: Feature) -> None:
    ring = _ring(item)
    ring[1], ring[2] = ring[2], ring[1]


def _repeat(item: Feature) -> None:
    ring = _ring(item)
    ring[2:2] = [list(ring[1]), list(ring[1])]


def _lift(item: Feature) -> None:
    for point in _ring(item):
        point.append(100.0)


def _swap(item: Feature) -> None:
    for point in _ring(item):
        point.reverse()


def _as_text(item: Feature) -> None:
    ring = _ring(item)
    ring[:] = [[str(value) for value in point] for point in ring]  # type: ignore[misc]


def _no_shape(item: Feature) -> None:
    item["geometry"] = None


def _one_part(item: Feature) -> None:
    shape = item["geometry"]
    item["geometry"] = {"type": "MultiPolygon", "coordinates": [shape["coordinates"]]}  # type: ignore[index]


def _far_away(item: Feature) -> None:
    for point in _ring(item):
        point[0] = round(point[0] - 130, 7)


def _set(key: str, change: Callable[[str], str]) -> Callable[[Feature], None]:
    def apply(item: Feature) -> None:
        properties: dict[str, str] = item["properties"]  # type: ignore[assignment]
        properties[key] = change(properties[key])

    return apply


_WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")

#: Dirt put on a parcel's shape or values: name, how many, what is done, what a reader can be expected to do.
_DIRT: tuple[tuple[str, int, Callable[[Feature], None], str], ...] = (
    ("unclosed_ring", 6, _unclose, "repaired"),
    ("bow_tie", 5, _bow_tie, "repaired_or_rejected"),
    ("repeated_points", 4, _repeat, "repaired"),
    ("z_values", 3, _lift, "repaired"),
    ("swapped_axes", 2, _swap, "repaired"),
    ("null_geometry", 2, _no_shape, "rejected"),
    ("coordinates_as_text", 2, _as_text, "repaired_or_rejected"),
    ("single_part_multipolygon", 1, _one_part, "repaired"),
    ("far_outside_japan", 1, _far_away, "rejected"),
    ("full_width_lot_number", 15, _set("Tiban", lambda lot: lot.translate(_WIDE)), "stored"),
    ("registered_area_missing", 12, _set("AreaOnRegistry", lambda _: ""), "stored"),
    ("land_class_missing", 9, _set("ClassificationOfLand", lambda _: ""), "stored"),
    ("lot_number_missing", 4, _set("Tiban", lambda _: ""), "stored"),
)


def add_dirt(
    rng: np.random.Generator, register: Register, fields: list[Field], spared: set[str]
) -> tuple[list[Feature], dict[str, dict[str, object]]]:
    """Spoil a few parcels, each in one way, and add redrawn doubles and slivers.

    Parameters
    ----------
    spared : set of str
        Parcels with trials or visits, which stay clean.

    Returns
    -------
    features, facts
        The features of the file, and for each kind of dirt its count, the ids and the expected outcome.
    """
    features: list[Feature] = json.loads(json.dumps(register.features))
    order = [int(n) for n in rng.permutation(len(features)) if register.ids[n] not in spared]
    facts: dict[str, dict[str, object]] = {}
    for name, count, change, expected in _DIRT:
        usable = [n for n in order if _suits(name, fields[n])][:count]
        order = [n for n in order if n not in usable]
        for n in usable:
            change(features[n])
            if name == "land_class_missing":
                _set("ClassificationOfLandCodeName", lambda _: "")(features[n])
        facts[name] = _fact([register.ids[n] for n in sorted(usable)], expected)
    doubles = sorted([n for n in order if fields[n].shape.area > 900][:3])
    for n in doubles:
        smaller = outline_lonlat(fields[n].shape.buffer(-3.0, join_style="mitre"))
        features.append(feature(smaller, json.loads(json.dumps(register.features[n]["properties"]))))
    facts["duplicate_id_other_shape"] = _fact([register.ids[n] for n in doubles], "second_of_each_rejected")
    slivers = []
    for n in [n for n in order if n not in doubles and fields[n].kind == "consolidated"][:2]:
        identity = f"069{len(features) + 1 - len(doubles):06d}"
        features.append(_sliver(fields[n], register.features[n], identity))
        slivers.append(identity)
    facts["sliver_below_10_m2"] = _fact(slivers, "rejected")
    return features, facts


def _suits(dirt: str, field: Field) -> bool:
    """Whether a field can show this dirt: a bow-tie needs four corners, a full-width lot any."""
    if dirt == "bow_tie":
        return len(field.shape.exterior.coords) == 5
    return True


def _fact(ids: list[str], expected: str) -> dict[str, object]:
    return {"count": len(ids), "expected": expected, "daicho_ids": ids}


def _sliver(beside: Field, original: Feature, identity: str) -> Feature:
    """A thread of land, 20 m x 0.3 m, along the first edge of a field."""
    (x0, y0), (x1, y1) = beside.shape.exterior.coords[0], beside.shape.exterior.coords[1]
    edge = np.array([x1 - x0, y1 - y0])
    edge /= np.hypot(*edge)
    across = np.array([edge[1], -edge[0]]) * 0.3
    start = np.array([x0, y0])
    thread = shapely.Polygon([start, start + edge * 20, start + edge * 20 + across, start + across])
    properties = json.loads(json.dumps(original["properties"]))
    lot = f"{properties['Tiban']}-9" if "-" not in properties["Tiban"] else f"{properties['Tiban']}9"
    properties |= {"DaichoId": identity, "AreaOnRegistry": "6", "Tiban": lot}
    properties["Address"] = f"山形県鶴岡市{properties['大字']}{lot}"
    return feature(outline_lonlat(thread), properties)
