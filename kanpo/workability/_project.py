"""Workability of a project: its parcels, what was recorded and answered, by the settings of its scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from kanpo.herbs import Catalogue, Money
from kanpo.locale import Text
from kanpo.parcels import current_parcels, read_land_use
from kanpo.sites import Factors, stored_factors
from kanpo.store import Project
from kanpo.suitability import Expectations, MiddleYen, expect, score_settings, with_assumed
from kanpo.workability._assumed import read_assumptions_kept
from kanpo.workability._blocks import areas_of_blocks, block_workability
from kanpo.workability._ground import ground_of
from kanpo.workability._part import Asking
from kanpo.workability._rules import previous_crops, replant_rules
from kanpo.workability._text import parcel_workability, workability_text
from kanpo.workability._workability import Workability, workability


def project_workability(
    project: Project,
    catalogue: Catalogue,
    herbs: Sequence[str],
    *,
    factors: Factors | None = None,
    parcels: gpd.GeoDataFrame | None = None,
    block_area_m2: np.ndarray | None = None,
    expectations: Expectations | None = None,
) -> Workability:
    """What it takes on the parcels of a project; nothing is stored.

    Parameters
    ----------
    factors : Factors, optional
        Of the parcels that are asked about; all that are stored by default.
    parcels : GeoDataFrame, optional
        The parcels, in any order, where the caller has them; those with a row of `factors` count.
    block_area_m2 : ndarray (N,), optional
        Areas of the blocks that the parcels are worked with, in the order of `factors`.
    expectations : Expectations, optional
        What is to be expected where nothing is known, in place of what the scores were computed with.
    """
    if factors is None:
        factors, _ = stored_factors(project)
    if parcels is None:
        parcels = current_parcels(project, factors.parcel_ids)
    uses = read_land_use(project, parcels)
    ground = ground_of(pd.DataFrame(parcels).join(uses), factors, block_area_m2)
    settings = score_settings(project)
    kept = read_assumptions_kept(project)
    return workability(factors, ground, catalogue, herbs, kept, settings=settings, expectations=expectations)


def middle_yen_of(
    project: Project,
    catalogue: Catalogue,
    factors: Factors,
    parcels: gpd.GeoDataFrame,
    expectations: Expectations | None = None,
) -> MiddleYen:
    """What tells parcels of equal suitability apart: the middle of their yen per 10 a, asked for as it is needed.

    Parameters
    ----------
    factors, parcels : Factors, GeoDataFrame
        Of all parcels that may be asked about.
    expectations : Expectations, optional
        As the scores were computed with.
    """

    def middles(herb_id: str, parcel_ids: Sequence[str]) -> np.ndarray:
        own = factors.subset(list(parcel_ids))
        rows = parcels[parcels["parcel_id"].isin(parcel_ids)]
        costs = project_workability(
            project, catalogue, [herb_id], factors=own, parcels=rows, expectations=expectations
        )
        return costs.middle_yen(herb_id)

    return middles


def answer_works(project: Project, catalogue: Catalogue, herb_id: str) -> Catalogue:
    """The catalogue with the figures of its works that the project was asked for and has answered for a herb."""
    kept = read_assumptions_kept(project)
    works = []
    for work in catalogue.works:
        spans = Asking(catalogue, kept, herb_id, 1).money(work.money, work.assumption)
        ends = [float(end[0]) for span in spans for end in (span.low, span.high)]
        # An open end has not been asked yet.
        yen, hours = (pair if np.isfinite(pair).all() else (None, None) for pair in (ends[:2], ends[2:]))
        works.append(replace(work, money=Money(*yen, *hours)))
    return replace(catalogue, works=tuple(works))


def costs_of_blocks(
    project: Project,
    catalogue: Catalogue,
    herb_of: Mapping[str, str],
    factors: Factors,
    parcels: gpd.GeoDataFrame,
    block_of: np.ndarray,
    block_ids: Sequence[str] | np.ndarray,
    expectations: Expectations | None = None,
) -> pd.DataFrame:
    """Yen and hours of blocks, each for its own herb: block_id and the columns of `block_workability` per 10 a.

    Parameters
    ----------
    herb_of : mapping
        Block id to herb id, of the blocks that are asked about.
    factors, parcels : Factors, GeoDataFrame
        Of all parcels of `block_of` at least, and of these in their order.
    block_of : ndarray (N,)
        Position of the block of each parcel in `block_ids`.
    expectations : Expectations, optional
        What is to be expected where nothing is known, in place of what the scores were computed with.
    """
    names = np.array(block_ids, dtype=object)
    areas = areas_of_blocks(block_of, parcels["area_m2"])
    tables = [pd.DataFrame({"block_id": np.array([], dtype=object)})]
    for herb_id in dict.fromkeys(herb_of.values()):
        there = np.flatnonzero([herb_of.get(name) == herb_id for name in names[block_of]])
        own = parcels.iloc[there]
        costs = project_workability(
            project,
            catalogue,
            [herb_id],
            factors=factors.subset(own["parcel_id"].tolist()),
            parcels=own,
            block_area_m2=areas[there],
            expectations=expectations,
        )
        blocks, positions = np.unique(block_of[there], return_inverse=True)
        table = block_workability(costs, herb_id, positions)
        table.insert(0, "block_id", names[blocks])
        tables.append(table[["block_id", *(column for column in table if "_per_10a_" in column)]])
    return pd.concat(tables[1:] or tables, ignore_index=True)


def costs_of_parcel(
    project: Project,
    catalogue: Catalogue,
    herb_id: str,
    parcel_id: str,
    factors: Factors,
    assumed: Mapping[str, object] | None = None,
) -> tuple[dict[str, object], Text]:
    """Workability of one parcel as plain values and in words, the rule of the same herb again included.

    Parameters
    ----------
    assumed : mapping, optional
        Values of factors that are thought of in place of what is known.

    A parcel without factors has nothing to say.
    """
    if parcel_id not in factors.values.index:
        return {}, Text("", "")
    own = factors.subset([parcel_id])
    own = with_assumed(own, parcel_id, assumed) if assumed else own
    expected = score_settings(project).expectations
    if expected is None:
        # One parcel alone tells nothing of what is to be expected; all of them do.
        needs = {herb_id: catalogue.requirements_of(herb_id)}
        expected = expect(factors.columns(), factors.land_codes(), needs, catalogue.works)
    costs = project_workability(project, catalogue, [herb_id], factors=own, expectations=expected)
    year = int(project.today()[:4])
    rules = replant_rules(previous_crops(project), parcel_id, herb_id, catalogue, year)
    values = parcel_workability(costs, herb_id, parcel_id, rules)
    return values, workability_text(costs, herb_id, parcel_id, rules)
