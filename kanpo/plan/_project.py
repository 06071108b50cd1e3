"""Suggestions for the next season of a project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from kanpo.errors import UsageError
from kanpo.evidence import learn_project
from kanpo.herbs import Catalogue, find_herb
from kanpo.locale import Text
from kanpo.parcels import ParcelFilter, Selection, carried_over, select_parcels
from kanpo.plan._suggest import BOLDNESS, Limits, Suggestion, suggest_trials
from kanpo.store import Project
from kanpo.suitability import project_sites, score_as_stored


def suggest_for_project(
    path: Path,
    catalogue: Catalogue,
    herbs: Sequence[str] = (),
    *,
    budget: int,
    trait: str,
    limits: Limits | None = None,
    with_grower: bool = False,
    boldness: float = BOLDNESS,
    wanted: ParcelFilter | None = None,
) -> tuple[Suggestion, dict[str, int], Selection]:
    """Suggest next season's trials from what a project holds; see `suggest_trials`.

    Parameters
    ----------
    herbs : sequence of str
        Names or ids; those that have had a trial by default.
    trait : str
        Of the trials so far; herbs without values of it go by the catalogue.
    wanted : ParcelFilter, optional
        The parcels to choose from; all when not given. What trials teach is of all.
    with_grower : bool
        Whether a grower in the parcel's settlement is needed, with the least area to spare where the
        record says how much they can take on.

    Returns
    -------
    Suggestion
    dict
        Herb id to the means of parcels and years that were learned from.
    Selection
        The parcels that there were to choose from.

    Raises
    ------
    UsageError
        No herb is given and none has a trial.
    """
    with Project.open(path) as project:
        trials = carried_over(project.journal.read("trial"), project)
        chosen = _herbs(trials, catalogue, herbs)
        if with_grower:
            limits = _where_growers_are(limits or Limits(), project)
        parcels, factors = project_sites(project)
        selection = select_parcels(project, wanted or ParcelFilter(cultivated=True))
        parcels = parcels[selection.rows(parcels["parcel_id"])]
        beliefs = {herb: learn_project(project, catalogue, herb, trait, least=0) for herb in chosen}
        scores = score_as_stored(project, factors, catalogue, chosen)
    found = suggest_trials(
        parcels,
        factors.subset(parcels["parcel_id"].tolist()),
        beliefs,
        budget=budget,
        limits=limits or Limits(),
        tried=set(zip(trials["herb_id"], trials["parcel_id"], strict=True)),
        boldness=boldness,
        scores=scores,
    )
    return found, {herb: belief.n for herb, belief in beliefs.items()}, selection


def _where_growers_are(limits: Limits, project: Project) -> Limits:
    able = _settlements(project.journal.read("grower"), limits.least_area_m2 or 0.0)
    return replace(limits, settlements=able)


def _herbs(trials: pd.DataFrame, catalogue: Catalogue, names: Sequence[str]) -> list[str]:
    found = [find_herb(catalogue, name).herb_id for name in names]
    found = list(dict.fromkeys(found or [herb for herb in trials["herb_id"] if herb in catalogue.herbs]))
    if not found:
        raise UsageError(
            "plan.no-herb",
            Text("試験のある生薬がまだありません", "no herb has had a trial yet"),
            Text("--herb で生薬を指定してください", "say which with --herb"),
        )
    return found


def _settlements(growers: pd.DataFrame, least_area_m2: float) -> frozenset[str]:
    """Settlements with a grower who can take on that much, or does not say how much."""
    spare = pd.to_numeric(growers["available_area_m2"], errors="coerce")
    able = growers[(spare >= least_area_m2) | spare.isna()]
    return frozenset(able["settlement"].dropna()) - {""}
