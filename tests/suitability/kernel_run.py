"""One parcel or many through the kernel, in the shape in which the slow definition tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from kanpo.herbs import Requirement, Work, load_catalogue
from kanpo.schema import FACTORS
from kanpo.sites import LAND_TYPES
from kanpo.suitability import KernelResult, Method, compile_requirements, run_kernel

from . import reference
from .sites import HERBS, LANDS, Site, factors_of

CATALOGUE = load_catalogue()
ORDER = list(FACTORS)
NEEDS = {herb_id: CATALOGUE.requirements_of(herb_id) for herb_id in HERBS}
NUMBERS = ("least", "lower", "score", "upper", "most")
#: What the kernel takes and the slow definition reads: (herb, factor) to one number for each land type.
Table = Mapping[tuple[str, str], tuple[float, ...]]


def some_expectations(seed: int) -> dict[tuple[str, str], tuple[float, ...]]:
    """An expectation for each herb, factor and type of land, some of them none."""
    random = np.random.default_rng(seed)
    return {
        (herb_id, need.factor): tuple(
            float("nan") if random.random() < 0.3 else float(random.random()) for _ in LANDS
        )
        for herb_id, needs in NEEDS.items()
        for need in needs
    }


def expected_of(table: Table | None, herb_id: str) -> dict[tuple[str, str | None], float | None]:
    """A table of expectations as the slow definition takes it, of one herb."""
    return {
        (factor, land): None if np.isnan(number) else number
        for (herb, factor), numbers in (table or {}).items()
        if herb == herb_id
        for land, number in zip(LANDS, numbers, strict=True)
    }


def codes_of(lands: Sequence[str | None]) -> np.ndarray:
    return np.array([len(LAND_TYPES) if land is None else LAND_TYPES.index(land) for land in lands])


def run(
    site: Site,
    herb_id: str,
    method: str = "limitation",
    *,
    land: str | None = None,
    works: Sequence[Work] = (),
    table: Table | None = None,
    needs: Sequence[Requirement] | None = None,
) -> reference.Told:
    """One parcel and one herb through the kernel."""
    own = {herb_id: NEEDS[herb_id] if needs is None else needs}
    compiled = compile_requirements(own, works=works, expectations=table)
    chosen: Method = method  # type: ignore[assignment]
    result = run_kernel(factors_of([site]).columns(), compiled, land=codes_of([land]), method=chosen)
    return cell(result, 0, 0)


def cell(result: KernelResult, herb: int, parcel: int) -> reference.Told:
    place = int(result.limiting[herb, parcel])
    numbers = [float(array[herb, parcel]) for array in result.numbers]
    limiting = None if place < 0 else ORDER[place]
    return reference.Told(*numbers, limiting, bool(result.excluded[herb, parcel]))


def assert_same(got: reference.Told, wanted: reference.Told, where: object) -> None:
    assert got.numbers == pytest.approx(wanted.numbers, abs=1e-9), where
    assert (got.limiting, got.excluded) == (wanted.limiting, wanted.excluded), where
