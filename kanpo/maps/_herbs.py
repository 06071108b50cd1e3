"""Herbs as the page computes with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kanpo.herbs import Catalogue, Requirement
from kanpo.maps._content import HerbOnMap, RequirementOnMap
from kanpo.sites import Factors
from kanpo.suitability import Expectations, ScoreSettings, expect


def expectations_of(catalogue: Catalogue, settings: ScoreSettings, factors: Factors) -> Expectations:
    """What the scores that the project holds expect where nothing is known.

    Where it holds none, expectations are estimated from the parcels that are there, as `score` would.
    """
    needed = {herb_id: catalogue.requirements_of(herb_id) for herb_id in catalogue.herbs}
    expected = settings.expectations
    if expected is None or not expected.cover(needed):
        expected = expect(factors.columns(), factors.land_codes(), needed, catalogue.works)
    return expected


def herbs_on_map(
    catalogue: Catalogue,
    expected: Expectations,
    weights: Mapping[str, Mapping[str, float]] | None = None,
) -> tuple[HerbOnMap, ...]:
    """All herbs of a catalogue as the page computes with them.

    Parameters
    ----------
    expected : Expectations
        What is to be expected where nothing is known.
    weights : mapping, optional
        Herb id to factor to weight, in place of the catalogue's.
    """
    current, after = expected.current, expected.after(catalogue.works)
    return tuple(
        HerbOnMap(
            herb_id,
            herb.label,
            tuple(
                replace(
                    _requirement(one, (weights or {}).get(herb_id, {}).get(one.factor, one.weight)),
                    expected=current.get((herb_id, one.factor), ()),
                    expected_after=after.get((herb_id, one.factor), ()),
                )
                for one in catalogue.requirements_of(herb_id)
            ),
            catalogue.reference_only(herb_id),
            herb.years_to_harvest,
        )
        for herb_id, herb in catalogue.herbs.items()
    )


def _requirement(requirement: Requirement, weight: float) -> RequirementOnMap:
    return RequirementOnMap(
        requirement.factor,
        requirement.corners if requirement.kind == "trapezoid" else None,
        requirement.classes if requirement.kind == "classes" else None,
        weight,
        requirement.knock_out,
        requirement.confidence,
        requirement.source,
        requirement.bell,
        requirement.points,
    )
