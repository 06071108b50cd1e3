"""Made-up sites for the tests: values that could be measured, some exactly on a corner, some unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from kanpo.herbs import load_catalogue
from kanpo.schema import FACTORS
from kanpo.sites import LAND_TYPES, Exclusions, Factors

Site = dict[str, object]
HERBS = tuple(load_catalogue().herbs)

_CORNERS: dict[str, list[float]] = {}
for _herb in HERBS:
    for _need in load_catalogue().requirements_of(_herb):
        _CORNERS.setdefault(_need.factor, []).extend(x for x in _need.corners if x is not None)


def value_of(key: str) -> st.SearchStrategy[object]:
    """A possible value of a factor; corners of requirements are as likely as all the rest."""
    factor = FACTORS[key]
    if factor.kind == "class":
        return st.sampled_from(factor.classes)
    anything = st.floats(factor.minimum, factor.maximum, allow_subnormal=False)
    corners = sorted(set(_CORNERS.get(key, ())))
    if not corners:
        return anything
    near = st.floats(max(factor.minimum or 0, corners[0] * 0.8), min(factor.maximum or 0, corners[-1] * 1.2))
    return st.one_of(st.sampled_from(corners), near, anything)


#: Types of land, None where it is not known.
LANDS: tuple[str | None, ...] = (*LAND_TYPES, None)
lands = st.sampled_from(LANDS)


def sites(*, unknown: bool = True) -> st.SearchStrategy[Site]:
    """A site, with unknown factors (None) unless told otherwise."""
    return st.fixed_dictionaries(
        {key: st.one_of(st.none(), value_of(key)) if unknown else value_of(key) for key in FACTORS}
    )


def good_site() -> Site:
    """A level, deep, drained, sunny field in the lowland, which excludes none of the herbs."""
    return {
        "warmth_index_c_month": 95.0,
        "warmest_month_temp_c": 25.0,
        "coldest_month_min_temp_c": -3.0,
        "annual_precip_mm": 2000.0,
        "max_snow_depth_cm": 60.0,
        "slope_deg": 2.0,
        "elevation_m": 400.0,
        "soil_ph": 5.7,
        "soil_texture": "loam",
        "drainage": "well",
        "soil_depth_cm": 80.0,
        "sunlight": "full",
        "area_m2": 2000.0,
        "road_access_m": 20.0,
        "water_access_m": 100.0,
        "years_abandoned": 2.0,
        "wildlife_pressure": "none",
    }


def factors_of(
    rows: Sequence[Mapping[str, object]],
    ids: Sequence[str] | None = None,
    land: Sequence[str | None] | None = None,
) -> Factors:
    """Sites as `Factors`; everything known is said to come from a visit."""
    index = pd.Index(ids or [f"P{n}" for n in range(len(rows))], name="parcel_id", dtype=object)
    values: dict[str, object] = {}
    for key, factor in FACTORS.items():
        column = [row.get(key) for row in rows]
        if factor.kind == "number":
            values[key] = np.array([np.nan if v is None else v for v in column], dtype=float)
        else:
            values[key] = np.array(column, dtype=object)
    frame = pd.DataFrame(values, index=index)
    known = frame.notna()
    sources = known.replace({True: "visit:0190", False: ""}).astype(object)
    types = {key: name for key, name in zip(index, land or (), strict=False) if name}
    return Factors(frame, sources, known.astype(float), land_types=types)


def random_sites(count: int, seed: int, missing: float = 0.3) -> list[Site]:
    """Many sites at once, spread over what herbs care about."""
    random = np.random.default_rng(seed)
    rows: list[Site] = [{} for _ in range(count)]
    for key, factor in FACTORS.items():
        if factor.kind == "class":
            column = np.array(factor.classes, dtype=object)[random.integers(0, len(factor.classes), count)]
        else:
            corners = sorted(set(_CORNERS.get(key, ()))) or [factor.minimum or 0, factor.maximum or 1]
            spread = random.uniform(max(corners[0] * 0.9, factor.minimum or 0), corners[-1] * 1.05, count)
            column = np.where(random.random(count) < 0.1, random.choice(corners, count), spread).astype(
                object
            )
        gone = random.random(count) < missing
        for row, value, unknown in zip(rows, column, gone, strict=True):
            row[key] = None if unknown else value
    return rows


def random_lands(count: int, seed: int) -> list[str | None]:
    """A type of land for each of many sites, unknown for some."""
    return [LANDS[n] for n in np.random.default_rng(seed).integers(0, len(LANDS), count)]


def excluded_by(factors: Factors, shares: Sequence[float], *, limit: float = 0.5) -> Factors:
    """The same factors with a layer of floods over them that concerns `shares` of the sites."""
    frame = pd.DataFrame({"flood": shares}, index=factors.values.index)
    return replace(factors, exclusions=Exclusions(frame, {"flood": "浸水想定区域"}, {"flood": limit}))
