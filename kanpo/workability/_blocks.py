"""What it takes to grow a herb on a block: trips go to the block, not to each of its parcels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kanpo.workability._workability import Workability

_10A_M2 = 1000.0


def areas_of_blocks(
    block_of: Sequence[int] | np.ndarray, area_m2: Sequence[float] | np.ndarray
) -> np.ndarray:
    """For each parcel (N,) the area of the block that it belongs to."""
    positions = np.asarray(block_of, dtype=np.intp)
    summed = np.bincount(positions, np.nan_to_num(np.asarray(area_m2, dtype=float)))
    areas: np.ndarray = summed[positions]
    return areas


def block_workability(costs: Workability, herb_id: str, block_of: Sequence[int] | np.ndarray) -> pd.DataFrame:
    """Sums over blocks, from amounts of parcels that were worked out with the areas of their blocks.

    With `areas_of_blocks` each parcel bears its share of a trip to the block, so that the trips of a block
    count once; a fence is counted by the area that it goes round.

    Parameters
    ----------
    block_of : sequence of int
        Position of the block of each parcel (N,).

    Returns
    -------
    DataFrame
        One row per block, in order of position: block, yen_low, yen_high, hours_low, hours_high (of the whole
        block), and the same per 10 a (``yen_per_10a_low`` …). NaN where an end is open.
    """
    positions = np.asarray(block_of, dtype=np.intp)
    tens = np.nan_to_num(costs.ground.area_m2) / _10A_M2
    area = np.bincount(positions, tens)
    columns: dict[str, np.ndarray] = {"block": np.arange(len(area))}
    for name, span in zip(("yen", "hours"), costs.spans(herb_id), strict=True):
        for end, values in (("low", span.low), ("high", span.high)):
            # Nothing of an open amount is nothing: a parcel without area adds none.
            parts = np.where(tens > 0, values * np.where(tens > 0, tens, 1.0), 0.0)
            whole = np.bincount(positions, parts, len(area))
            columns[f"{name}_{end}"] = np.where(np.isinf(whole), np.nan, whole)
            with np.errstate(divide="ignore", invalid="ignore"):
                columns[f"{name}_per_10a_{end}"] = np.where(area > 0, columns[f"{name}_{end}"] / area, np.nan)
    return pd.DataFrame(columns)
