"""What parcels are expected to yield by what the trials teach."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kanpo.evidence._reestimate import Posterior
from kanpo.sites import Factors

#: Columns of `expected_yields`.
EXPECTED_COLUMNS = ("rank", "parcel_id", "settlement", "lot_number", "expected", "low", "high")
#: The yield lies between these quantiles of the draws (80 %).
_BETWEEN = (0.1, 0.9)
#: Parcels worked out at once, for memory.
_AT_ONCE = 5_000


def expected_yields(posterior: Posterior, parcels: pd.DataFrame, factors: Factors) -> pd.DataFrame:
    """Relative yield of parcels (1: everything as the herb needs it), greatest first.

    `expected` is the mean over what may be true, which loses least on average when the first of them are
    grown on; `low` and `high` hold 80 % of the draws. It is of the site alone, without the luck of a
    season or a plot. Excluded parcels are left out, so are those of which nothing is known.

    Parameters
    ----------
    parcels : DataFrame
        parcel_id, settlement and lot_number.
    factors : Factors
        Of those parcels at least.
    """
    parcels = parcels[["parcel_id", "settlement", "lot_number"]].reset_index(drop=True)
    parts = []
    for first in range(0, len(parcels), _AT_ONCE):
        some = parcels.iloc[first : first + _AT_ONCE]
        own = factors.subset(list(some["parcel_id"]))
        yields = np.exp(posterior.draw(own.columns()).log_yield)
        low, high = np.quantile(yields, _BETWEEN, axis=0)
        found = some.assign(expected=yields.mean(axis=0), low=low, high=high)
        parts.append(found[~own.excluded()])
    table = pd.concat(parts) if parts else parcels.assign(expected=np.nan, low=np.nan, high=np.nan)
    table = table[table["expected"].notna()].sort_values(
        ["expected", "parcel_id"], ascending=[False, True], kind="stable"
    )
    ranked = table.assign(rank=np.arange(1, len(table) + 1))
    return pd.DataFrame(ranked[list(EXPECTED_COLUMNS)].reset_index(drop=True))
