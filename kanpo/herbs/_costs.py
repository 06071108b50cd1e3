"""What land costs to bring back and to work, and what has to be asked of the user because no table bears it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from kanpo.herbs._curve import Row, number_of
from kanpo.herbs._works import Money, listed
from kanpo.locale import Text

#: What a row of ``costs.csv`` may be about.
COST_KINDS = (
    *("restoration", "restoration_slope", "fence", "shade"),
    *("slope", "block_size", "travel", "road", "water"),
)
#: What its figures are by: 10 a, a share of what they add to, or a trip.
COST_UNITS = ("10a", "share", "trip")


#: Units of assumptions in Japanese, part by part.
_UNITS = {"yen": "円", "hour": "時間", "share": "割合", "time": "回", "year": "年", "m2": "㎡"}


@dataclass(frozen=True, slots=True)
class Cost:
    """One row of ``costs.csv``: what something takes, and on which land and for which herbs.

    An empty condition holds everywhere. `years` are years since the last crop, least and most; `slope_from`
    is in degrees. Where `money` holds nothing, `assumption` is the key to ask for.
    """

    cost_id: str
    what: str
    label: Text
    herbs: tuple[str, ...]
    land_types: tuple[str, ...]
    idle_classes: tuple[str, ...]
    devastation_classes: tuple[str, ...]
    years: tuple[float | None, float | None]
    slope_from: float | None
    wildlife: tuple[str, ...]
    per: str
    money: Money
    assumption: str
    source: str
    confidence: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Assumption:
    """One row of ``assumptions.csv``: a figure that no table bears, for the project or for each herb.

    `low` and `high` bound what can be meant; there is no default.
    """

    key: str
    scope: Literal["project", "herb"]
    label: Text
    unit: str
    low: float
    high: float
    purpose: Text
    source: str = ""
    note: str = ""

    @property
    def unit_label(self) -> Text:
        """The unit as people write it: ``円/10a``."""
        return Text("/".join(_UNITS.get(part, part) for part in self.unit.split("/")), self.unit)


def cost_of_row(row: Row) -> Cost:
    """A checked row as a cost."""
    money = (number_of(row.get(key, "")) for key in ("yen_low", "yen_high", "hours_low", "hours_high"))
    return Cost(
        cost_id=row["cost_id"],
        what=row["what"],
        label=Text(row["label_ja"], row["label_en"]),
        herbs=listed(row.get("herbs", "")),
        land_types=listed(row.get("land_types", "")),
        idle_classes=listed(row.get("idle_class", "")),
        devastation_classes=listed(row.get("devastation_class", "")),
        years=(number_of(row.get("years_from", "")), number_of(row.get("years_to", ""))),
        slope_from=number_of(row.get("slope_from", "")),
        wildlife=listed(row.get("wildlife", "")),
        per=row["per"],
        money=Money(*money),
        assumption=row.get("assumption", ""),
        source=row["source"],
        confidence=row["confidence"],
        note=row.get("note", ""),
    )


def assumption_of_row(row: Row) -> Assumption:
    """A checked row as an assumption."""
    return Assumption(
        key=row["key"],
        scope="herb" if row["scope"] == "herb" else "project",
        label=Text(row["label_ja"], row["label_en"]),
        unit=row["unit"],
        low=number_of(row["low"]) or 0.0,
        high=number_of(row["high"]) or 0.0,
        purpose=Text(row["purpose_ja"], row["purpose_en"]),
        source=row.get("source", ""),
        note=row.get("note", ""),
    )


def restoration_of(
    costs: Sequence[Cost],
    *,
    idle_class: str | None = None,
    devastation_class: str | None = None,
    years_abandoned: float | None = None,
    land_type: str | None = None,
) -> tuple[Cost, ...]:
    """The rows of restoration that a parcel may be: all that nothing known of it rules out.

    What is not known rules out nothing, so that the range widens with ignorance. The classes were seen on
    the spot and go before the years, which are remembered: where no row fits both, the years are left aside.
    """
    able = [
        cost
        for cost in costs
        if cost.what == "restoration"
        and _allows(cost.idle_classes, idle_class)
        and _allows(cost.devastation_classes, devastation_class)
        and _allows(cost.land_types, land_type)
    ]
    in_years = [cost for cost in able if _in_years(cost, years_abandoned)]
    return tuple(in_years or able)


def span_of(costs: Sequence[Cost]) -> Money:
    """Least and most of several rows; None where one of them does not say it."""
    moneys = [cost.money for cost in costs]
    return Money(
        yen_low=_end(min, [money.yen_low for money in moneys]),
        yen_high=_end(max, [money.yen_high for money in moneys]),
        hours_low=_end(min, [money.hours_low for money in moneys]),
        hours_high=_end(max, [money.hours_high for money in moneys]),
    )


def _end(choose: Callable[[list[float]], float], values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return choose(known) if known and len(known) == len(values) else None


def _allows(allowed: tuple[str, ...], value: str | None) -> bool:
    return not allowed or not value or value in allowed


def _in_years(cost: Cost, years: float | None) -> bool:
    least, most = cost.years
    if years is None or years != years:
        return True
    return (least is None or years >= least) and (most is None or years <= most)
