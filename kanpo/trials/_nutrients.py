"""What fertiliser brings: nitrogen, phosphate and potash per 10 a."""

from __future__ import annotations

import pandas as pd

from kanpo.reading import normalise

#: Columns of the result: N, P2O5 and K2O, kg per 10 a, in the order of an analysis.
NUTRIENTS = ("n_kg_per_10a", "p2o5_kg_per_10a", "k2o_kg_per_10a")


def nutrients_per_10a(operations: pd.DataFrame) -> pd.DataFrame:
    """Nutrients of each operation: amount (kg per 10 a) x analysis (percent) / 100.

    Parameters
    ----------
    operations : DataFrame
        Standing records as `Journal.read` gives them.

    Returns
    -------
    DataFrame
        Same index, columns `NUTRIENTS`. NaN where no analysis stands, or where the amount is not
        in kg/10a.
    """
    per_10a = operations["unit"].map(lambda unit: normalise(unit).replace(" ", "") == "kg/10a").astype(bool)
    amount = pd.to_numeric(operations["amount"]).where(per_10a)
    parts = operations["analysis"].astype("string").str.split("-", expand=True).reindex(columns=range(3))
    percent = parts.apply(pd.to_numeric).astype(float).set_axis(list(NUTRIENTS), axis=1)
    return percent.mul(amount.astype(float), axis=0) / 100
