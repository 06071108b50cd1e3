"""The trials of a project against its scores."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kanpo.errors import InputUnusable, Place
from kanpo.evidence._calibrate import Calibration, calibrate
from kanpo.evidence._days import LAST, When
from kanpo.evidence._kept import FORMER_DEFINITION, kept_predictions
from kanpo.evidence._plot_values import plot_values
from kanpo.evidence._propose import LEAST_TO_LEARN, learn_from_trials
from kanpo.evidence._reestimate import Posterior
from kanpo.evidence._traits import find_trait
from kanpo.herbs import Catalogue, Herb
from kanpo.locale import Text
from kanpo.parcels import carried_over
from kanpo.store import Project
from kanpo.suitability import project_sites, score_settings

#: The trait that the catalogue's yields are of, and the least doubt about them (log scale).
_DRY_YIELD, _LEAST_DOUBT = "yield_dry_kg_per_10a", 0.2


def trial_values(project: Project, herb_id: str, trait: str | None = None, when: When = LAST) -> pd.DataFrame:
    """Values of the plots of a herb (`plot_values`), by the parcels on which they count today.

    Parameters
    ----------
    trait : str, optional
        Has to be among the traits, by its key or its name (`find_trait`).

    Raises
    ------
    UsageError
        There are values, but none of `trait`; those there are are named.
    """
    values = plot_values(project, herb_id=herb_id, when=when)
    if trait is not None:
        _meant(values, herb_id, trait)
    return carried_over(values, project)


def _meant(values: pd.DataFrame, herb_id: str, trait: str) -> str:
    """The trait of the values that is meant; as it is where there are no values."""
    known = sorted(set(values["trait"]))
    where = Text(f"{herb_id} の試験", f"the trials of {herb_id}")
    return find_trait(trait, known, where) if known else trait


def calibrate_project(
    project: Project,
    catalogue: Catalogue,
    herb_id: str,
    trait: str,
    when: When = LAST,
    *,
    definition: str | None = None,
) -> Calibration:
    """Hold the trials of a herb against what was predicted of their parcels; see `calibrate`.

    The prediction of a parcel is the one that the journal kept (`kept_predictions`); where there is
    none, the score that the project stores, as it was computed then, and its stamp tells whether that
    was before the trial. Nothing is computed anew, and each score is judged within the definition by
    which it was computed (`definition`; that of most parcels when not given).

    Raises
    ------
    InputUnusable
        The herb has neither, or fewer than three trial parcels have a value and a score.
    """
    values = trial_values(project, herb_id, trait, when)
    trait = _meant(values, herb_id, trait)
    kept = kept_predictions(project, values, trait)
    stamp = project.computed.stamp("scores")
    stored = project.computed.scores(herb_id, set(values["parcel_id"]))
    if kept.empty and (stamp is None or project.computed.scores(herb_id).empty):
        raise InputUnusable(
            "evidence.no-scores",
            Text(f"{herb_id} の適地度がまだありません", f"there are no scores of {herb_id} yet"),
            Text("kanpo score で計算してください", "compute them with kanpo score"),
            Place(str(project.path)),
        )
    _, factors = project_sites(project)
    stored = stored.assign(definition=stamp.inputs.get("definition", FORMER_DEFINITION) if stamp else None)
    scores = pd.concat([kept, stored[~stored["parcel_id"].isin(kept["parcel_id"])]], ignore_index=True)
    scores = scores.astype(dict.fromkeys(("score", "lower", "upper"), float))
    scores = scores[scores["parcel_id"].isin(factors.parcel_ids)].reset_index(drop=True)
    columns = factors.subset(list(scores["parcel_id"])).columns()
    return calibrate(
        values,
        scores,
        columns,
        catalogue.requirements_of(herb_id),
        herb_id=herb_id,
        trait=trait,
        scored_at=stamp.computed_at if stamp else "",
        definition=definition,
    )


def learn_project(
    project: Project,
    catalogue: Catalogue,
    herb_id: str,
    trait: str,
    *,
    strength: float = 1.0,
    least: int = LEAST_TO_LEARN,
) -> Posterior:
    """Estimate the requirements of a herb anew from the project's trials; see `learn_from_trials`.

    Weights are those that the project was last scored with.

    Raises
    ------
    InputUnusable
        Fewer than `least` parcels have a value.
    """
    weights = (score_settings(project).weights_for(catalogue) or {}).get(herb_id)
    values = trial_values(project, herb_id, trait if least else None)
    trait = _meant(values, herb_id, trait) if least else trait
    _, factors = project_sites(project)
    return learn_from_trials(
        values,
        factors,
        catalogue.requirements_of(herb_id),
        herb_id=herb_id,
        trait=trait,
        weights=weights,
        strength=strength,
        least=least,
        level=_level(catalogue.herbs[herb_id]) if trait == _DRY_YIELD else None,
    )


def _level(herb: Herb) -> tuple[float, float] | None:
    """The greater yield of the catalogue's range for a site where everything fits; half the range is its doubt."""
    low, high = herb.yield_dry_kg_per_10a_low, herb.yield_dry_kg_per_10a_high
    if high is None or not high > 0:
        return None
    return high, max(_LEAST_DOUBT, np.log(high / low) / 2 if low else _LEAST_DOUBT)
