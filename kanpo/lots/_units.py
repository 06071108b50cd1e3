"""Units of what is measured in a drug, and how one is turned into another exactly."""

from __future__ import annotations

import re
from decimal import Decimal

from kanpo.reading import normalise

#: Mass per mass, in percent of one unit. All are exact.
_PERCENT = {
    **dict.fromkeys(
        ("%", "g/100g", "w/w%", "%w/w", "wt%", "mass%", "質量%", "重量%", "パーセント"), Decimal(1)
    ),
    **dict.fromkeys(("g/g", "kg/kg", "mg/mg"), Decimal(100)),
    **dict.fromkeys(("mg/g", "g/kg", "‰"), Decimal("0.1")),
    **dict.fromkeys(("mg/100g", "mg%"), Decimal("0.001")),
    **dict.fromkeys(("mg/kg", "ppm", "μg/g", "ug/g", "mcg/g", "g/t"), Decimal("0.0001")),
    **dict.fromkeys(("μg/kg", "ug/kg", "mcg/kg", "ppb", "ng/g"), Decimal("0.0000001")),
    **dict.fromkeys(("μg/100g", "ug/100g"), Decimal("0.000001")),
    "ng/kg": Decimal("0.0000000001"),
}
#: Oil per mass of drug, in mL of one unit per 50 g. All are exact.
_ML_50_G = {
    "ml/50g": Decimal(1),
    **dict.fromkeys(("ml/100g", "v/w%", "%v/w", "vol/w%"), Decimal("0.5")),
    "ml/10g": Decimal(5),
    "ml/g": Decimal(50),
    **dict.fromkeys(("ml/kg", "μl/g", "ul/g"), Decimal("0.05")),
    **dict.fromkeys(("l/kg",), Decimal(50)),
}
_SIGNS = re.compile(r"[\s()]+")


def unit_factor(unit: str, wanted: str) -> Decimal | None:
    """By how much to multiply a value in `unit` to have it in `wanted`; None when not exactly known."""
    one, other = (_SIGNS.sub("", normalise(text)).lower() for text in (unit, wanted))
    # The sign of micro and the Greek letter look the same; a unit per mass may be written with ・ or ^-1.
    if one == other:
        return Decimal(1)
    for scale in (_PERCENT, _ML_50_G):
        if one in scale and other in scale:
            return scale[one] / scale[other]
    return None
