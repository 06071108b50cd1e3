"""By how much weights and requirements may be off, and one draw of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from kanpo.errors import UsageError
from kanpo.herbs import Requirement
from kanpo.locale import Text
from kanpo.suitability._membership import class_table, curve_of
from kanpo.suitability._shapes import SPREAD, flank, spread_of


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
        return spread_of(requirement, self.spread)


@dataclass(frozen=True, slots=True, eq=False)
class VariedCurve:
    """A requirement and a column of n values without gaps, of which the membership is asked many times.

    `rise` and `fall` (n,) are the two slopes of a trapezoid, not cut off at 0 and 1; None for what
    has no slope there.
    """

    requirement: Requirement
    values: np.ndarray
    rise: np.ndarray | None
    fall: np.ndarray | None

    @classmethod
    def of(cls, requirement: Requirement, values: np.ndarray) -> VariedCurve:
        """From numbers (n,) or class codes (n,)."""
        a, b, c, d = requirement.corners
        slopes = a != b or c != d
        steps = (a is not None and a == b) or (c is not None and c == d)
        if not slopes or steps:
            return cls(requirement, values, None, None)
        rise = None if a is None or b is None else (values - a) / (b - a)
        fall = None if c is None or d is None else (d - values) / (d - c)
        return cls(requirement, values, rise, fall)

    def membership(self, off: float, out: np.ndarray, spare: np.ndarray) -> None:
        """Membership (n,), in `out`, by a requirement that is off by a share of its flank.

        A curve is shifted by off × flank. A table of classes has nothing to shift: its memberships
        are raised to the power of 1 + off, which keeps 0, 1 and their order.
        """
        need = self.requirement
        if need.kind == "classes":
            np.take(class_table(need) ** (1.0 + off), self.values, out=out, mode="clip")
            return
        shift = off * flank(need)
        if self.rise is None and self.fall is None:
            curve_of(need, self.values - shift if shift else self.values, out)
            return
        a, b, c, d = need.corners
        if self.rise is not None and a is not None and b is not None:
            np.subtract(self.rise, shift / (b - a), out=out)
        else:
            out.fill(1.0)
        if self.fall is not None and c is not None and d is not None:
            np.minimum(np.add(self.fall, shift / (d - c), out=spare), out, out=out)
        np.minimum(out, 1.0, out=out)
        np.maximum(out, 0.0, out=out)
