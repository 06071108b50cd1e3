"""By how much weights and requirements may be off, and one draw of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from kanpo.errors import UsageError
from kanpo.herbs import Requirement
from kanpo.locale import Text
from kanpo.suitability._membership import class_table, curve_of

#: How far a curve may lie off, as a share of its flank, by the confidence of its row. Our assumption.
SPREAD: Mapping[str, float] = MappingProxyType({"high": 0.05, "medium": 0.10, "low": 0.25})


@dataclass(frozen=True, slots=True)
class Variation:
    """What varies, and how much.

    Parameters
    ----------
    concentration : float
        Weights follow a Dirichlet distribution around the catalogue's: a weight w (of a sum of 1)
        varies with the standard deviation √(w·(1 − w) / (concentration + 1)). 100 makes that 3
        points for a weight of 10 %. Infinite: weights stay.
    spread : mapping
        Confidence of a row to the share of its flank by which its curve may be shifted either way.

    Raises
    ------
    UsageError
        A concentration below 1, or a spread that is negative or not below 1.
    """

    concentration: float = 100.0
    spread: Mapping[str, float] = field(default_factory=lambda: SPREAD)

    def __post_init__(self) -> None:
        if not self.concentration >= 1 or not all(0 <= share < 1 for share in self.spread.values()):
            raise UsageError(
                "robust.variation",
                Text("変動の大きさが正しくありません", "the size of the variation is not right"),
                Text(
                    "重みの集中度は 1 以上、要求条件の幅は 0 以上 1 未満にしてください",
                    "a concentration of 1 or more, spreads from 0 to below 1",
                ),
            )

    @classmethod
    def none(cls) -> Variation:
        """Nothing varies but what is unknown."""
        return cls(float("inf"), dict.fromkeys(SPREAD, 0.0))

    def weights(self, weights: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """One draw of weights (m,) that sum to 1; a weight of 0 stays 0."""
        if np.isinf(self.concentration):
            return weights
        drawn = random.standard_gamma(self.concentration * weights)
        return drawn / drawn.sum()

    def spread_of(self, requirement: Requirement) -> float:
        """Share by which a requirement may be off; what has no confidence counts as low."""
        return self.spread.get(requirement.confidence, self.spread.get("low", 0.0))


def flank(requirement: Requirement) -> float:
    """The width over which a curve goes from met to not met, in the unit of the factor.

    Of a trapezoid the mean of its slopes that are not steps, of a Gaussian sigma, of a piecewise
    curve the mean distance of its points.
    """
    if requirement.bell is not None:
        return requirement.bell[1]
    if requirement.points:
        return (requirement.points[-1][0] - requirement.points[0][0]) / (len(requirement.points) - 1)
    a, b, c, d = requirement.corners
    slopes = [high - low for low, high in ((a, b), (c, d)) if low is not None and high is not None]
    slopes = [slope for slope in slopes if slope > 0]
    return sum(slopes) / len(slopes) if slopes else 0.0


def varied_membership(requirement: Requirement, values: np.ndarray, off: float, out: np.ndarray) -> None:
    """Membership (n,) by a requirement that is off by a share of its flank, in `out`; NaN stays NaN.

    A curve is shifted by off × flank. A table of classes has nothing to shift: its memberships are
    raised to the power of 1 + off, which keeps 0, 1 and their order.
    """
    if requirement.kind == "classes":
        np.take(class_table(requirement) ** (1.0 + off), values, out=out, mode="wrap")
    else:
        shift = off * flank(requirement)
        curve_of(requirement, values - shift if shift else values, out)
