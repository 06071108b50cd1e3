"""The data of the page: one compressed block that the browser unpacks itself."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from kanpo.herbs import BELL_REACH, Work
from kanpo.locale import Text
from kanpo.maps._background import BACKGROUND_GRID_M
from kanpo.maps._columns import Described, Floats, Pack, number_column, text_column
from kanpo.maps._content import (
    BACKGROUND_KINDS,
    CORE_COLUMNS,
    CORE_VALUES,
    HerbOnMap,
    MapContent,
    RequirementOnMap,
    carried_columns,
    logo_kind,
)
from kanpo.maps._costs import add_costs
from kanpo.maps._findings import found_on
from kanpo.maps._outlines import add_outlines, along_curve
from kanpo.maps._text import both, in_degrees
from kanpo.maps._years import describe_years
from kanpo.schema import FACTORS, Factor
from kanpo.sites import LAND_TYPES

#: Decimals that a parcel column keeps; it is shown, not computed with.
_SHOWN_DECIMALS = 2

#: zlib's level: the highest takes ten times as long and saves half a per cent.
_EFFORT = 6


def encode_content(content: MapContent) -> str:
    """The whole content as base64 of a zlib stream (RFC 1950), the same bytes for the same content."""
    parcels = in_degrees(content.parcels)
    order = along_curve(parcels.geometry.to_numpy())
    parcels = parcels.iloc[order]
    pack = Pack()
    header = {
        "meta": _meta(content),
        "parcels": len(parcels),
        "outlines": add_outlines(pack, parcels.geometry.to_numpy()),
        "columns": _columns(pack, content, parcels),
        "factors": _factors(pack, content, parcels["parcel_id"]),
        "excluded": _excluded(pack, content, parcels["parcel_id"]),
        "herbs": [_herb(herb) for herb in content.herbs],
        "works": [_work(work) for work in content.works],
        "lands": _lands(pack, content, parcels["parcel_id"]),
        "background": _background(pack, content),
        "blocks": _blocks(pack, content, parcels["parcel_id"]),
        "costs": add_costs(pack, content, parcels["parcel_id"]),
        "years": describe_years(content.years),
        **found_on(content, parcels["parcel_id"]),
    }
    packed = zlib.compress(pack.to_bytes(header), _EFFORT)
    return base64.b64encode(packed).decode("ascii")


def _meta(content: MapContent) -> Described:
    return {
        "title": both(content.title),
        "made_at": content.made_at,
        "audience": both(content.audience),
        "seal": content.seal,
        "note": both(content.note),
        "stale": content.stale,
        "whole": content.whole,
        "bounds": list(content.bounds),
        "floor": content.floor,
        "spread": dict(content.spread),
        "aggregation": content.aggregation,
        "logo": _logo(content),
        "first_herb": content.first_herb,
        "language": content.language,
        "sources": [
            {"title": both(s.title), "source": both(s.source), "licence": both(s.licence), "date": s.date}
            for s in content.layers_sources
        ],
    }


def _logo(content: MapContent) -> str:
    if content.logo is None:
        return ""
    return f"data:{logo_kind(content.logo)};base64,{base64.b64encode(content.logo).decode('ascii')}"


def _columns(pack: Pack, content: MapContent, parcels: gpd.GeoDataFrame) -> list[Described]:
    described = []
    for name in carried_columns(content):
        values = parcels[name]
        numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
        if numeric:
            numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
            column = number_column(pack, np.round(numbers, _SHOWN_DECIMALS))
        else:
            column = text_column(pack, values.tolist())
        label = content.labels.get(name) or CORE_COLUMNS[name]
        column |= {"name": name, "label": both(label), "values": _value_labels(content, name)}
        described.append(column)
    return described


def _value_labels(content: MapContent, name: str) -> dict[str, list[str]]:
    labels: Mapping[str, Text] = content.value_labels.get(name) or CORE_VALUES.get(name, {})
    return {code: both(text) for code, text in labels.items()}


def _factors(pack: Pack, content: MapContent, ids: pd.Series[str]) -> list[Described]:
    values = content.factors.reindex(ids)
    sources = content.factor_sources.reindex(ids) if content.factor_sources is not None else None
    described = []
    for factor in FACTORS.values():
        column: Described = {
            "key": factor.key,
            "label": both(factor.label),
            "unit": factor.unit,
            "kind": factor.kind,
            "range": [factor.minimum, factor.maximum],
            "classes": list(factor.classes),
            "class_labels": [both(factor.class_labels.get(c, c)) for c in factor.classes],
            "cost": factor.cost,
        }
        if factor.key in values.columns:
            column["column"] = number_column(
                pack, _numbers(factor, values[factor.key]), _corners(content, factor)
            )
        if sources is not None and factor.key in sources.columns:
            column["sources"] = text_column(pack, sources[factor.key].tolist())
        described.append(column)
    return described


def _excluded(pack: Pack, content: MapContent, ids: pd.Series[str]) -> Described | None:
    """For each parcel by which layers it is excluded; None where no layer excludes any."""
    reasons = [content.excluded_by.get(parcel_id) for parcel_id in ids]
    return text_column(pack, reasons) if any(reasons) else None


def _lands(pack: Pack, content: MapContent, ids: pd.Series[str]) -> Described:
    """For each parcel the place of its land type in `LAND_TYPES`, NaN where it is not known."""
    codes = {name: float(code) for code, name in enumerate(LAND_TYPES)}
    return number_column(pack, np.array([codes.get(content.land_types.get(key, ""), np.nan) for key in ids]))


def _work(work: Work) -> Described:
    factor = FACTORS[work.factor]
    place = {name: nth for nth, name in enumerate(factor.classes)}
    return {
        "id": work.work_id,
        "label": both(work.label),
        "factor": list(FACTORS).index(work.factor),
        "kind": work.kind,
        "land_types": [LAND_TYPES.index(name) for name in work.land_types],
        "herbs": list(work.herbs),
        "classes": [place[work.classes[name]] for name in factor.classes] if work.kind == "classes" else [],
        "amount": work.amount,
        "most": work.most,
    }


def _background(pack: Pack, content: MapContent) -> list[Described]:
    """The lines under the parcels, kind by kind."""
    if content.background is None or content.background.empty:
        return []
    lines = in_degrees(content.background)
    described = []
    for kind, label in BACKGROUND_KINDS.items():
        geometry = lines.geometry[lines["kind"] == kind].to_numpy()
        if len(geometry):
            outlines = add_outlines(pack, geometry, BACKGROUND_GRID_M)
            described.append(
                {"kind": kind, "label": both(label), "count": len(geometry), "outlines": outlines}
            )
    return described


def _blocks(pack: Pack, content: MapContent, ids: pd.Series[str]) -> Described | None:
    """For each parcel the number of its block; None where the content has no blocks."""
    if content.blocks is None:
        return None
    codes, names = pd.factorize(content.blocks.reindex(ids).to_numpy(dtype=object))
    numbers = np.where(codes < 0, np.nan, codes.astype(np.float64))
    return {"count": len(names), "gap_m": content.block_gap_m, "codes": number_column(pack, numbers)}


def _corners(content: MapContent, factor: Factor) -> list[float]:
    """Values of a factor at which some herb's membership turns."""
    needs = [r for herb in content.herbs for r in herb.requirements if r.factor == factor.key]
    return sorted({float(turn) for need in needs for turn in _turns(need)})


def _turns(need: RequirementOnMap) -> list[float]:
    if need.bell is not None:
        centre, sigma = need.bell
        return [centre - BELL_REACH * sigma, centre, centre + BELL_REACH * sigma]
    return [c for c in need.corners or () if c is not None] + [value for value, _ in need.points]


def _numbers(factor: Factor, values: pd.Series[Any]) -> Floats:
    """Values of a factor as numbers; a class as its place in the order of classes."""
    if factor.kind == "class":
        place = {name: float(nth) for nth, name in enumerate(factor.classes)}
        return np.array([place.get(value, np.nan) for value in values.tolist()], dtype=np.float64)
    numbers: Floats = values.to_numpy(dtype=np.float64, na_value=np.nan)
    return numbers


def _herb(herb: HerbOnMap) -> Described:
    rank = {key: nth for nth, key in enumerate(FACTORS)}
    ordered = sorted(herb.requirements, key=lambda requirement: rank[requirement.factor])
    return {
        "id": herb.herb_id,
        "label": both(herb.label),
        "reference": herb.reference,
        "years_to_harvest": herb.years_to_harvest,
        "requirements": [_requirement(requirement, rank) for requirement in ordered],
    }


def _requirement(requirement: RequirementOnMap, rank: Mapping[str, int]) -> Described:
    described: Described = {
        "factor": rank[requirement.factor],
        "weight": float(requirement.weight),
        "knock_out": bool(requirement.knock_out),
        "confidence": requirement.confidence,
        "source": requirement.source,
        "expected": _expected(requirement.expected),
        "expected_after": _expected(requirement.expected_after),
    }
    if requirement.classes is not None:
        classes = FACTORS[requirement.factor].classes
        described["classes"] = [float(requirement.classes.get(name, 0.0)) for name in classes]
    elif requirement.bell is not None:
        described["bell"] = [float(number) for number in requirement.bell]
    elif requirement.points:
        described["points"] = [[float(value), float(mu)] for value, mu in requirement.points]
    else:
        corners = requirement.corners or (None, None, None, None)
        described["corners"] = [None if c is None or c != c else float(c) for c in corners]
    return described


def _expected(memberships: tuple[float, ...]) -> list[float | None]:
    return [None if one != one else float(one) for one in memberships]
