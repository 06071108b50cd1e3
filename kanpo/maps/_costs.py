"""Workability on the map: what the place takes in yen and hours per 10 a, herb by herb, as `kanpo costs` has it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from kanpo.herbs import Catalogue
from kanpo.locale import Text
from kanpo.maps._columns import Described, Pack, number_column, text_column
from kanpo.maps._content import MapContent
from kanpo.maps._text import both
from kanpo.parcels import read_land_use
from kanpo.schema import FACTORS, PARCELS, Audience
from kanpo.sites import Factors
from kanpo.store import Project
from kanpo.suitability import Expectations, score_settings
from kanpo.workability import (
    Assumptions,
    Workability,
    fact_label,
    ground_of,
    read_assumptions_kept,
    workability,
)

#: Amounts of a parcel and herb, least and most until the first crop is in; NaN where the most is open.
AMOUNTS = ("yen_low", "yen_high", "hours_low", "hours_high")
#: Keys between semicolons: works that are counted, what was not asked yet, and what is not known.
NAMES = ("works", "asked", "unknown")
#: Parcels times herbs that are worked out for one map: some eight seconds of one core.
_MOST = 300_000
#: Hours are shown to a tenth.
_HOUR_DECIMALS = 1


def visible_factors(factors: Factors, audience: Audience) -> Factors:
    """Factors as an audience may see them: what comes from a column of the register that it may not see is unknown."""
    seen = {field.key for field in PARCELS.visible_to(audience)}
    own = {field.key for field in PARCELS.fields}
    hidden = [key for key, factor in FACTORS.items() if key in own - seen and factor.kind == "number"]
    values = factors.values.assign(**dict.fromkeys(hidden, np.nan))
    return replace(factors, values=values, sources=factors.sources.assign(**dict.fromkeys(hidden, "")))


def costs_on_map(
    project: Project,
    catalogue: Catalogue,
    parcels: gpd.GeoDataFrame,
    carried: Collection[str],
    factors: Factors,
    expected: Expectations,
    audience: Audience,
    first_herb: str | None,
) -> dict[str, pd.DataFrame]:
    """For each herb what `MapContent.costs` holds, from what the audience may see.

    Answers of the office (wages, hours, prices) stay in the office: for others they are named as not counted,
    and the range is open there. Classes of idle land, which the public does not see, are unknown to it. Of very
    many parcels only as many herbs are worked out as take seconds, the one that is shown first before the others.

    Parameters
    ----------
    parcels : GeoDataFrame
        All of the project, as of `current_parcels`.
    carried : collection of str
        Ids of those that the map carries.
    factors : Factors
        As `visible_factors` has them.
    """
    there = set(factors.values.index)
    own = factors.subset([key for key in carried if key in there])
    if not len(own.parcel_ids):
        return {}
    table = pd.DataFrame(parcels[parcels["parcel_id"].isin(own.parcel_ids)])
    seen = {field.key for field in PARCELS.visible_to(audience)}
    if {"idle_class", "devastation_class"} <= seen:
        table = table.join(read_land_use(project, table)[["use", "shade"]])
    else:
        table = table.assign(idle_class=None, devastation_class=None)
    ground = ground_of(table, own)
    kept = read_assumptions_kept(project) if audience is Audience.OFFICE else Assumptions()
    settings = score_settings(project)
    ordered = sorted(catalogue.herbs, key=lambda herb_id: herb_id != first_herb)
    chosen = ordered[: max(1, _MOST // len(ground))]
    # Herb by herb: the parts of all of them together would fill the memory.
    return {
        herb_id: _table(
            workability(own, ground, catalogue, [herb_id], kept, settings=settings, expectations=expected),
            herb_id,
        )
        for herb_id in chosen
    }


def _table(found: Workability, herb_id: str) -> pd.DataFrame:
    """Amounts and names of one herb, index parcel_id."""
    frame = found.frame(herb_id).set_index("parcel_id")
    columns = {
        f"{unit}_per_10a_{end}": f"{unit}_{end}" for unit in ("yen", "hours") for end in ("low", "high")
    }
    table = frame[[*columns, *NAMES]].rename(columns=columns)
    for name in AMOUNTS:
        table[name] = table[name].round(0 if name.startswith("yen") else _HOUR_DECIMALS)
    return table


def cost_labels(catalogue: Catalogue, costs: Mapping[str, pd.DataFrame]) -> dict[str, Text]:
    """Labels of every key in `NAMES` that a table of `costs` holds."""
    texts = [text for table in costs.values() for name in NAMES for text in table[name].unique()]
    keys = sorted({key for text in texts for key in str(text).split(";") if key})
    labels = {one.key: one.label for one in catalogue.assumptions}
    labels |= {work.work_id: work.label for work in catalogue.works}
    return {key: labels[key] if key in labels else fact_label(key) for key in keys}


def add_costs(pack: Pack, content: MapContent, ids: pd.Series[str]) -> Described:
    """The tables of `MapContent.costs` for the header: distinct rows of each, and which of them each parcel has."""
    return {
        "labels": {key: both(label) for key, label in content.cost_labels.items()},
        "herbs": {herb_id: _distinct(pack, table.reindex(ids)) for herb_id, table in content.costs.items()},
    }


def _distinct(pack: Pack, table: pd.DataFrame) -> Described:
    known = table["yen_low"].notna().to_numpy()
    groups = table.groupby([*AMOUNTS, *NAMES], dropna=False, sort=True).ngroup().to_numpy()
    codes = np.where(known, groups, np.nan).astype(np.float64)
    rows = pd.Series(np.arange(len(table))).groupby(groups).first()
    distinct: Any = table.iloc[rows.to_numpy()]
    return {
        "count": len(distinct),
        "codes": number_column(pack, codes),
        **{name: number_column(pack, distinct[name].to_numpy(dtype=np.float64)) for name in AMOUNTS},
        **{name: text_column(pack, distinct[name].tolist()) for name in NAMES},
    }
