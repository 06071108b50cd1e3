"""What works do to the values of a factor, and to what they can come to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kanpo.herbs import Catalogue, Requirement, Work, lower_corner
from kanpo.sites import LAND_TYPES, Factors

#: Code of a land type that is not known.
NO_LAND_TYPE = len(LAND_TYPES)


def works_for(works: Sequence[Work], herb_id: str, factor: str) -> tuple[Work, ...]:
    """The works that move a factor and are done for a herb."""
    return tuple(work for work in works if work.factor == factor and work.serves(herb_id, None))


def can_be_done(work: Work, land: np.ndarray, *, hopeful: bool) -> np.ndarray:
    """On which parcels (n,) a work can be done, from their codes of the land type.

    Where the type of the land is not known and the work asks for one, only a `hopeful` view has it.
    """
    by_code = [not work.land_types or name in work.land_types for name in LAND_TYPES]
    by_code.append(not work.land_types or hopeful)
    return np.array(by_code)[land]


def land_decides(
    factors: Factors, catalogue: Catalogue, herbs: Sequence[str]
) -> tuple[tuple[Work, ...], np.ndarray]:
    """Works for some herbs that ask for a type of land, and the parcels (n,) whose missing type leaves them open.

    A parcel counts where the type of its land is not known and such a work would move a factor of it, as
    it is or as it may be.
    """
    unknown = factors.land_codes() == NO_LAND_TYPE
    asking = [
        work for work in catalogue.works if work.land_types and any(work.serves(one, None) for one in herbs)
    ]
    open_ = np.zeros(len(unknown), dtype=bool)
    used = []
    for work in asking:
        values = factors.values[work.factor]
        if work.kind == "classes":
            stays = {key for key, to in work.classes.items() if key == to}
            moved = ~values.isin(stays).to_numpy()
        elif work.kind == "add":
            moved = ~(values >= work.most).to_numpy()
        else:
            moved = np.ones(len(unknown), dtype=bool)
        if (unknown & moved).any():
            used.append(work)
        open_ |= unknown & moved
    return tuple(used), open_


def turns_after(work: Work, requirement: Requirement, turns: Sequence[float]) -> list[float]:
    """Values of a number before a work at which the curve of what is there after it may turn."""
    if work.kind == "add":
        ends = [work.most - work.amount, work.most]
        return [*ends, *(turn - work.amount for turn in turns)]
    corner = lower_corner(requirement)
    return [] if corner is None else [corner]
