"""Units of area and yield, exactly.

Traditional Japanese units follow the Weights and Measures Act of 1891: 1 shaku = 10/33 m, so
1 tsubo = 36 shaku² = 400/121 m², 1 se = 30 tsubo, 1 tan = 300 tsubo, 1 cho = 3,000 tsubo.
"""

from __future__ import annotations

from fractions import Fraction

TSUBO_M2 = Fraction(400, 121)

#: Square metres in one unit of area.
AREA_UNITS_M2: dict[str, Fraction] = {
    "m2": Fraction(1),
    "a": Fraction(100),
    "10a": Fraction(1_000),
    "ha": Fraction(10_000),
    "坪": TSUBO_M2,
    "畝": 30 * TSUBO_M2,
    "反": 300 * TSUBO_M2,
    "町": 3_000 * TSUBO_M2,
}


def area_m2(amount: float, unit: str) -> float:
    """Convert an area to square metres.

    Raises
    ------
    KeyError
        The unit is none of `AREA_UNITS_M2`.
    """
    return float(Fraction(amount) * AREA_UNITS_M2[unit])


def kg_per_10a(kg: float, area_in_m2: float) -> float:
    """Yield in kg per 10 a (1,000 m²) of `kg` harvested from `area_in_m2` square metres.

    Columns of numbers are taken as well as single ones.
    """
    return kg * 1_000.0 / area_in_m2
