"""What a crop brings in, from what the user was asked for; nothing where one figure is missing."""

from __future__ import annotations

from dataclasses import dataclass

from kanpo.herbs import Catalogue
from kanpo.workability._assumed import Assumptions

#: What sales are made of, and what is spent on the crop wherever it is grown.
SALES = ("yield_dry_kg_per_10a", "accepted_share", "price_yen_per_kg")
SPENT = ("stock_yen_per_10a", "materials_yen_per_10a")
CROP_HOURS = "labour_hours_per_10a"


@dataclass(frozen=True, slots=True)
class Margin:
    """Gross margin of a crop in yen per 10 a, least and most; by the year and by the hour of work.

    The place and its works are not in it. None where an assumption is missing, which `asked` names; a
    margin may be below 0.
    """

    crop: tuple[float, float] | None
    year: tuple[float, float] | None
    hour: tuple[float, float] | None
    used: tuple[str, ...]
    asked: tuple[str, ...]


def margin_of(catalogue: Catalogue, kept: Assumptions, herb_id: str) -> Margin:
    """Yield × accepted share × price − stock − materials of a herb, at its least and its most."""
    keys = (*SALES, *SPENT, CROP_HOURS)
    answers = {key: kept.of(key, herb_id) for key in keys}
    asked = tuple(key for key in keys if answers[key] is None)
    used = tuple(key for key in keys if answers[key] is not None)
    sales = [answer for key in SALES if (answer := answers[key])]
    spent = [answer for key in SPENT if (answer := answers[key])]
    if len(sales) < len(SALES) or len(spent) < len(SPENT):
        return Margin(None, None, None, used, asked)
    least = most = 1.0
    for answer in sales:
        least, most = least * answer.low, most * answer.high
    low = least - sum(answer.high for answer in spent)
    high = most - sum(answer.low for answer in spent)
    years = max(catalogue.herbs[herb_id].years_to_harvest, 1)
    hours = answers[CROP_HOURS]
    by_hour = None
    if hours is not None and hours.low > 0:
        # A loss is greatest by the hour where the hours are few.
        ends = [amount / one for amount in (low, high) for one in (hours.low, hours.high)]
        by_hour = (min(ends), max(ends))
    return Margin((low, high), (low / years, high / years), by_hour, used, asked)
