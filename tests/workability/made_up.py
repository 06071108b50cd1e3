"""Made-up parcels for the tests of workability: a site, and what the register says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from kanpo.herbs import load_catalogue
from kanpo.suitability import Expectations, expect
from kanpo.workability import Answer, Assumptions, Workability, ground_of, workability
from tests.suitability.sites import factors_of, good_site, random_sites

CATALOGUE = load_catalogue()
REGISTER = ("idle_class", "devastation_class", "land_type")


def _expectations() -> Expectations:
    factors = factors_of(random_sites(200, seed=1))
    needs = {herb_id: CATALOGUE.requirements_of(herb_id) for herb_id in CATALOGUE.herbs}
    return expect(factors.columns(), factors.land_codes(), needs, CATALOGUE.works)


#: Estimated once and held fixed, as a project keeps them.
EXPECTATIONS = _expectations()


def level_field(**more: object) -> dict[str, object]:
    """A level field by a road, good for everything, left for two years, of class A green."""
    return {
        **good_site(),
        "water_access_m": 0.0,
        "road_access_m": 0.0,
        "idle_class": "1_green",
        "devastation_class": "A",
        "land_type": "field",
        **more,
    }


def answers(**figures: float | tuple[float, float]) -> Assumptions:
    """Assumptions that hold for every herb."""
    kept = {}
    for key, figure in figures.items():
        low, high = figure if isinstance(figure, tuple) else (figure, figure)
        kept[key, None] = Answer(low, high, "聞き取り")
    return Assumptions(kept)


def costs_of(
    rows: Sequence[Mapping[str, object]],
    herb_id: str,
    kept: Assumptions | None = None,
    block_area_m2: Sequence[float] | None = None,
) -> Workability:
    """Workability of made-up parcels."""
    factors = factors_of(rows)
    lands = {
        key: str(row["land_type"])
        for key, row in zip(factors.parcel_ids, rows, strict=True)
        if row.get("land_type")
    }
    factors = replace(factors, land_types=lands)
    parcels = pd.DataFrame(
        {"parcel_id": factors.parcel_ids, **{key: [row.get(key) for row in rows] for key in REGISTER}}
    )
    blocks = None if block_area_m2 is None else np.array(block_area_m2, dtype=float)
    ground = ground_of(parcels, factors, blocks)
    return workability(factors, ground, CATALOGUE, [herb_id], kept, expectations=EXPECTATIONS)


def part_of(costs: Workability, herb_id: str, what: str) -> tuple[float, float, float, float] | None:
    """Yen and hours of a part of the first parcel; None where it has no such part."""
    table = costs.parts_table(herb_id, [costs.ground.parcel_ids[0]])
    rows = table[table["what"] == what]
    if rows.empty:
        return None
    return tuple(rows.iloc[0][["yen_low", "yen_high", "hours_low", "hours_high"]])  # type: ignore[return-value]
