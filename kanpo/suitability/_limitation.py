"""A score by limitation: what is least weighs as much as everything together."""

from __future__ import annotations

import numpy as np


def limitation(memberships: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Score √(m·g) of each site, m the least effective membership and g the weighted geometric mean.

    It is never above √m, whatever the weights. A membership of 0 makes it 0; a factor of weight 0 counts
    for nothing.

    Parameters
    ----------
    memberships : ndarray (factors, n)
        Effective memberships, from 0 to 1, none of them unknown.
    weights : ndarray (factors,)
        Relative, at least one above 0.

    Returns
    -------
    ndarray (n,)
    """
    counted = weights > 0
    memberships, weights = memberships[counted], weights[counted] / weights[counted].sum()
    least = memberships.min(axis=0)
    with np.errstate(divide="ignore"):
        mean = np.exp(weights @ np.log(memberships))
    return np.sqrt(least * mean)
