"""A made-up municipality for the tests: no place, no person, no field in it exists."""

from __future__ import annotations

import dataclasses
import uuid

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kanpo.climate import Anomalies
from kanpo.herbs import load_catalogue
from kanpo.locale import Text
from kanpo.maps import HerbOnMap, MapContent, RequirementOnMap, SourceOnMap
from kanpo.schema import FACTORS

SETTLEMENTS = ("上野山", "下川原", "中沢", "西田面", "東岩本", "小名部", "大泉", "田沢原", "柳久瀬", "松根下")
_SPREAD = {
    "warmth_index_c_month": (70, 105, 1),
    "warmest_month_temp_c": (22, 26, 1),
    "coldest_month_min_temp_c": (-7, -1, 1),
    "annual_precip_mm": (1900, 3000, 0),
    "max_snow_depth_cm": (40, 320, 0),
    "slope_deg": (0, 24, 1),
    "elevation_m": (5, 480, 1),
    "soil_ph": (4.4, 7.2, 1),
    "soil_depth_cm": (10, 90, 0),
    "road_access_m": (0, 420, 0),
    "water_access_m": (0, 1400, 0),
    "years_abandoned": (0, 30, 0),
}


def outlines(count: int, random: np.random.Generator) -> np.ndarray:
    """Fields of about 30 m by 40 m with six to nine corners, in clusters of one settlement each."""
    per = -(-count // len(SETTLEMENTS))
    side = int(np.ceil(np.sqrt(per)))
    nth = np.arange(count)
    cluster, place = nth // per, nth % per
    west = 139.76 + 0.0004 * side * 1.6 * (cluster % 4) + 0.0005 * (place % side)
    south = 38.60 + 0.0004 * side * 1.6 * (cluster // 4) + 0.00042 * (place // side)
    corners = random.integers(6, 10, count)
    shapes = []
    for x, y, k in zip(west, south, corners, strict=True):
        angle = np.linspace(0, 2 * np.pi, k, endpoint=False) + random.uniform(0, 0.6)
        reach = random.uniform(0.75, 1.0, k)
        ring = np.column_stack([x + 0.00022 * reach * np.cos(angle), y + 0.00018 * reach * np.sin(angle)])
        shapes.append(shapely.Polygon(ring))
    return np.array(shapes, dtype=object)


def factor_tables(ids: list[str], random: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Values with gaps, and where each came from."""
    n = len(ids)
    values: dict[str, object] = {}
    sources: dict[str, object] = {}
    for key, factor in FACTORS.items():
        if factor.kind == "class":
            column = np.array(factor.classes, dtype=object)[random.integers(0, len(factor.classes), n)]
            missing = random.random(n) < (0.6 if key in ("soil_texture", "drainage") else 0.3)
            column[missing] = None
            source = np.where(missing, "", "visit:0190aaaa-0000-7000-8000-000000000000")
        else:
            low, high, decimals = _SPREAD.get(key, (100, 6000, 0))
            column = np.round(random.uniform(low, high, n), decimals)
            if key in ("soil_ph", "soil_depth_cm"):
                column[random.random(n) < 0.7] = np.nan
            source = np.where(np.isnan(column), "", "layer:dem5a" if key == "slope_deg" else "layer:mesh2020")
        values[key], sources[key] = column, source
    return pd.DataFrame(values, index=ids), pd.DataFrame(sources, index=ids)


def herbs(count: int = 3) -> tuple[HerbOnMap, ...]:
    """Herbs with different needs; the first three carry names of crude drugs, the rest are numbered."""
    names = [Text("当帰(トウキ)", "Toki (Angelica)"), Text("芍薬(シャクヤク)", "Shakuyaku (Paeonia)")]
    names += [Text("川芎(センキュウ)", "Senkyu (Cnidium)")]
    names += [Text(f"生薬{nth}", f"Herb {nth}") for nth in range(4, count + 1)]
    return tuple(_herb(f"herb_{nth}", name, nth) for nth, name in enumerate(names[:count]))


def _herb(herb_id: str, label: Text, nth: int) -> HerbOnMap:
    shift = 4.0 * (nth % 7)
    drainage = {"well": 1.0, "moderate": 0.8, "imperfect": 0.35, "poor": 0.05}
    return HerbOnMap(
        herb_id,
        label,
        (
            RequirementOnMap(
                "warmth_index_c_month", (40 + shift, 55 + shift, 85 + shift, 120 + shift), None, 3, True
            ),
            RequirementOnMap("slope_deg", (None, None, 8, 22 + shift), None, 1.5, True),
            RequirementOnMap("soil_ph", (4.5, 5.5, 6.8 - shift / 30, 8.0), None, 1),
            RequirementOnMap("drainage", None, drainage, 2.5, False, "medium", "general"),
            RequirementOnMap(
                "soil_texture",
                None,
                {"sand": 0.4, "sandy_loam": 0.7, "loam": 1.0, "clay_loam": 1.0, "clay": 0.7},
                1.5,
            ),
            RequirementOnMap("soil_depth_cm", (15, 40 + shift, None, None), None, 1.5),
            RequirementOnMap("sunlight", None, {"full": 1.0, "partial": 0.6, "shade": 0.2}, 1.5),
            RequirementOnMap("max_snow_depth_cm", (None, None, 150 + 10 * shift, 400), None, 1),
            RequirementOnMap("area_m2", (100, 1000, None, None), None, 1),
            RequirementOnMap("road_access_m", (None, None, 50, 400), None, 1),
            RequirementOnMap("years_abandoned", (None, None, 3, 25), None, 1),
        ),
    )


def content(count: int = 200, herb_count: int = 3, seed: int = 1, **changes: object) -> MapContent:
    """A whole map content with `count` parcels; `changes` replaces fields."""
    random = np.random.default_rng(seed)
    ids = [str(uuid.UUID(bytes=random.bytes(16), version=4)) for _ in range(count)]
    shapes = outlines(count, random)
    values, sources = factor_tables(ids, random)
    per = -(-max(count, 1) // len(SETTLEMENTS))
    lands = np.array(["field", "paddy"], dtype=object)[random.integers(0, 2, count)]
    parcels = gpd.GeoDataFrame(
        {
            "parcel_id": ids,
            "settlement": [SETTLEMENTS[nth // per] for nth in range(count)],
            "lot_number": [
                f"{nth % per + 1}-{nth % 3 + 1}" if nth % 2 else str(nth % per + 1) for nth in range(count)
            ],
            "area_m2": values["area_m2"].to_numpy(dtype=float),
            "land_type": lands,
            "idle_class": np.array(["1", "2", None], dtype=object)[random.integers(0, 3, count)],
            "devastation_class": np.array(["A", "B", None], dtype=object)[random.integers(0, 3, count)],
            "attributes": ['{"owner": "never leaves"}'] * count,
        },
        geometry=shapes,
        crs=6668,
    )
    fields: dict[str, object] = {
        "title": Text("薬用作物 適地マップ(見本)", "Suitability for medicinal herbs (sample)"),
        "made_at": "2026-11-24 10:00",
        "audience": Text("共同研究者", "partners"),
        "seal": "3f9a1c0b77de",
        "note": Text("架空の自治体です。", "A made-up municipality."),
        "parcels": parcels,
        "factors": values,
        "factor_sources": sources,
        "herbs": herbs(herb_count),
        # Of every ninth parcel nobody knows what land it is.
        "land_types": {
            parcel: str(land) for nth, (parcel, land) in enumerate(zip(ids, lands, strict=True)) if nth % 9
        },
        "works": load_catalogue().works,
        "plots": trial_plots() if count else None,
        "labels": {"yield_dry_kg_per_10a": Text("乾燥収量(kg/10a)", "dry yield (kg/10 a)")},
        "layers_sources": (
            SourceOnMap(Text("筆ポリゴン", "Farmland parcels"), "農林水産省", "CC BY 4.0", "2025"),
            SourceOnMap(Text("農業気象メッシュ", "Climate mesh"), "見本", "–", "1991–2020"),
        ),
    }
    return MapContent(**(fields | changes))  # type: ignore[arg-type]


def years() -> Anomalies:
    """Thirty years of a station that are all as its normal."""
    return Anomalies(
        "架空",
        np.arange(1991, 2021),
        (1991, 2020),
        30,
        {"warmth_index_c_month": np.zeros(30), "max_snow_depth_cm": np.ones(30)},
        {},
        np.zeros(12),
    )


def costs(content: MapContent) -> tuple[dict[str, pd.DataFrame], dict[str, Text]]:
    """Yen that are known and hours that were not asked of every parcel and herb, with their labels."""
    ids = content.parcels["parcel_id"]
    nth = np.arange(len(ids))
    table = pd.DataFrame(
        {
            "yen_low": 20_000.0 + 10_000 * (nth % 5),
            "yen_high": np.where(nth % 7 == 6, np.nan, 60_000.0 + 20_000 * (nth % 5)),
            "hours_low": 0.0,
            "hours_high": np.nan,
            "works": np.where(nth % 3 == 0, "ditches", ""),
            "asked": "labour_hours",
            "unknown": np.where(nth % 2 == 0, "slope", ""),
        },
        index=pd.Index(ids, name="parcel_id"),
    )
    labels = {
        "ditches": Text("明渠", "ditches"),
        "labour_hours": Text("作業時間(1作)", "hours of a crop"),
        "slope": Text("傾斜", "slope"),
    }
    return {herb.herb_id: table for herb in content.herbs}, labels


def trial_plots() -> gpd.GeoDataFrame:
    """Eight plots of one trial, four metres wide."""
    shapes = [
        shapely.box(x, y, x + 0.00004, y + 0.00003)
        for x in (139.7600, 139.76005, 139.7601, 139.76015)
        for y in (38.6000, 38.60004)
    ]
    return gpd.GeoDataFrame(
        {
            "trial_code": "T26-01",
            "plot_code": [f"P{nth + 1:02}" for nth in range(8)],
            "treatment": ["標準", "密植", "標準", "密植", "密植", "標準", "密植", "標準"],
            "yield_dry_kg_per_10a": [182.4, 201.0, 176.2, 198.5, 190.1, 185.0, 205.9, np.nan],
        },
        geometry=shapes,
        crs=6668,
    )


def found_content(count: int = 260, **changes: object) -> MapContent:
    """A content with what was found besides: visits, trials on a parcel, blocks of four, a register pin."""
    plain = content(count)
    ids = plain.parcels["parcel_id"].tolist()
    fields: dict[str, object] = {
        "parcels": plain.parcels.assign(located_by=["pin" if nth == 3 else None for nth in range(count)]),
        "plots": trial_plots().assign(parcel_id=ids[0]),
        "results": ("yield_dry_kg_per_10a",),
        "visits": pd.DataFrame(
            {"parcel_id": [ids[0], ids[0], "gone"], "date": ["2025-07-21", "2025-09-01", ""]}
        ),
        "blocks": pd.Series([nth // 4 for nth in range(count)], index=ids),
    }
    return dataclasses.replace(plain, **(fields | changes))  # type: ignore[arg-type]
