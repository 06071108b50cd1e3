"""A station's days, month by month and year by year: which years can be used, and why others cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kanpo.errors import Place, Problem, Severity
from kanpo.locale import Text
from kanpo.schema import FACTORS, RECORD_KINDS
from kanpo.sites import warmth_index

#: Share of its days that a month needs. The Meteorological Agency gives no monthly value where more than
#: a fifth of the days is missing (気象庁, 気象観測統計指針: 資料不足値).
ENOUGH_DAYS = 0.8
#: Codes of quality whose values count: 8 good, 5 incomplete but usable.
_USABLE = ("8", "5")
#: What a year's factor is worked out from.
FIELD_OF: Mapping[str, str] = {
    "warmth_index_c_month": "tmean_c",
    "warmest_month_temp_c": "tmean_c",
    "coldest_month_min_temp_c": "tmin_c",
    "annual_precip_mm": "precip_mm",
    "max_snow_depth_cm": "snow_depth_cm",
}
#: Months that have to be there for the deepest snow of a winter: December of the year before to March.
_WINTER = (-1, 0, 1, 2)
#: Months as a year that is left out names them; 0 is December of the year before.
_EVERY_MONTH, _EVERY_WINTER_MONTH = tuple(range(1, 13)), (0, 1, 2, 3)


@dataclass(frozen=True, slots=True, eq=False)
class StationYears:
    """What Y years of one station were like.

    `months` (Y, 12) has mean temperatures, °C, `factors` a column (Y,) by site factor, in its unit; NaN
    where too many days are missing. The snow of a year is that of the winter which ends in it. `problems`
    name the years left out, and where the series has a break.
    """

    station: str
    years: np.ndarray
    months: np.ndarray
    factors: Mapping[str, np.ndarray]
    problems: tuple[Problem, ...]

    def usable(self, factor: str) -> int:
        """How many years a factor is known of."""
        return int(np.isfinite(self.factors[factor]).sum()) if factor in self.factors else 0


def station_years(days: pd.DataFrame, station: str) -> StationYears:
    """Yearly climate of one station from its days.

    A value whose quality is neither 8 nor 5 is missing. Where the homogeneity number changes (the station
    moved, or was equipped anew) only the longest stretch of one number is used. A month with less than
    `ENOUGH_DAYS` of its days is missing; a year with a missing month is left out, by factor.

    Parameters
    ----------
    days : DataFrame
        Records of the kind ``weather``: station, happened_at (ISO 8601), the fields, quality, homogeneity.
    """
    own = days[days["station"] == station].sort_values("happened_at", kind="stable")
    own = own.drop_duplicates("happened_at", keep="last")
    dates = pd.to_datetime(own["happened_at"].str[:10])
    years = np.arange(dates.dt.year.min(), dates.dt.year.max() + 1) if len(own) else np.arange(0)
    columns: dict[str, np.ndarray] = {}
    moved: dict[tuple[str, str], list[str]] = {}
    for field in dict.fromkeys(FIELD_OF.values()):
        columns[field], stretches = _values(own, field)
        for ends in stretches:
            first, last = (dates.iloc[at].date().isoformat() for at in ends)
            moved.setdefault((first, last), []).append(field)
    months, factors = np.full((len(years), 12), np.nan), {}
    short: dict[tuple[int, tuple[int, ...]], list[str]] = {}
    for factor, field in FIELD_OF.items():
        if not np.isfinite(columns[field]).any():
            continue
        means, greatest = _by_month(dates, columns[field], years)
        if factor == "warmth_index_c_month":
            months = means
        factors[factor] = _year_values(factor, means, greatest, years)
        for year, missing in _short_years(factor, factors[factor], means, years):
            short.setdefault((year, missing), []).append(factor)
    problems = [_moved(station, *ends, fields) for ends, fields in moved.items()]
    # A year within a stretch that was left out is named with that stretch.
    gone = {year for first, last in moved for year in range(int(first[:4]), int(last[:4]) + 1)}
    problems += [
        _left_out(station, year, missing, keys)
        for (year, missing), keys in sorted(short.items())
        if year not in gone or missing not in (_EVERY_MONTH, _EVERY_WINTER_MONTH)
    ]
    return StationYears(station, years, months, factors, tuple(problems))


def _values(own: pd.DataFrame, field: str) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Usable values (n,) of a field, NaN elsewhere, and first and last positions of stretches left out."""
    if field not in own:
        return np.full(len(own), np.nan), []
    values = pd.to_numeric(own[field], errors="coerce").to_numpy(dtype=float, copy=True)
    values[~np.isin(_codes(own, "quality", field, "8"), _USABLE)] = np.nan
    there = np.flatnonzero(np.isfinite(values))
    numbers = _codes(own, "homogeneity", field, "1")[there]
    starts = np.flatnonzero(np.r_[True, numbers[1:] != numbers[:-1]]) if len(there) else np.arange(0)
    if len(starts) < 2:
        return values, []
    stretches = [there[start:end] for start, end in zip(starts, [*starts[1:], len(there)], strict=True)]
    # Of two that are equally long the later one tells more of the years to come.
    longest = max(range(len(stretches)), key=lambda at: (len(stretches[at]), at))
    others = [stretch for at, stretch in enumerate(stretches) if at != longest]
    for stretch in others:
        values[stretch] = np.nan
    return values, [(int(stretch[0]), int(stretch[-1])) for stretch in others]


def _codes(own: pd.DataFrame, column: str, field: str, usual: str) -> np.ndarray:
    """The code of each day (n,) that a column such as ``tmean_c=5; precip_mm=4`` has for a field."""
    if column not in own:
        return np.full(len(own), usual, dtype=object)
    written = own[column].fillna("").astype(str)
    return written.str.extract(rf"(?:^|;\s*){field}=([^;\s]+)")[0].fillna(usual).to_numpy(dtype=object)


def _by_month(dates: pd.Series, values: np.ndarray, years: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means and greatest values (Y, 12) of the months that have enough days, NaN elsewhere."""
    known = np.isfinite(values)
    at = ((dates.dt.year - years[0]) * 12 + dates.dt.month - 1).to_numpy()[known]
    size = 12 * len(years)
    counts = np.bincount(at, minlength=size)
    sums = np.bincount(at, weights=values[known], minlength=size)
    greatest = np.full(size, -np.inf)
    np.maximum.at(greatest, at, values[known])
    first = pd.period_range(f"{years[0]:04d}-01", periods=size, freq="M")
    enough = counts >= ENOUGH_DAYS * first.days_in_month.to_numpy()
    means = np.where(enough, sums / np.maximum(counts, 1), np.nan)
    return means.reshape(-1, 12), np.where(enough, greatest, np.nan).reshape(-1, 12)


def _year_values(factor: str, means: np.ndarray, greatest: np.ndarray, years: np.ndarray) -> np.ndarray:
    if factor == "warmth_index_c_month":
        return warmth_index(means)
    if factor == "warmest_month_temp_c":
        return np.asarray(means.max(axis=1))
    if factor == "coldest_month_min_temp_c":
        return np.asarray(means.min(axis=1))
    if factor == "annual_precip_mm":
        # A month with a few missing days counts as if those had been like the others.
        days = pd.period_range(f"{years[0]:04d}-01", periods=means.size, freq="M").days_in_month.to_numpy()
        return np.asarray((means * days.reshape(-1, 12)).sum(axis=1))
    return np.asarray(_winters(greatest).max(axis=1))


def _winters(monthly: np.ndarray) -> np.ndarray:
    """Months (Y, 4) of the winter that ends in each year; the first year has no December before it."""
    flat = np.r_[np.full(12, np.nan), monthly.ravel()]
    return flat[12 * np.arange(1, len(monthly) + 1)[:, None] + np.array(_WINTER)]


def _short_years(
    factor: str, values: np.ndarray, means: np.ndarray, years: np.ndarray
) -> list[tuple[int, tuple[int, ...]]]:
    """Years that a factor is not known of, each with the months that are short of days (0: December before)."""
    winter = factor == "max_snow_depth_cm"
    needed = _winters(means) if winter else means
    names = _EVERY_WINTER_MONTH if winter else _EVERY_MONTH
    return [
        (
            int(years[at]),
            tuple(name for name, value in zip(names, needed[at], strict=True) if value != value),
        )
        for at in np.flatnonzero(~np.isfinite(values))
    ]


def _left_out(station: str, year: int, missing: Sequence[int], factors: Sequence[str]) -> Problem:
    """That some factors of a year are not used, and for want of which months."""
    labels = [FACTORS[factor].label for factor in factors]
    names = ["前年12" if month == 0 else str(month) for month in missing]
    names_en = ["12 of the year before" if month == 0 else str(month) for month in missing]
    every = tuple(missing) == _EVERY_MONTH
    ja = "どの月も" if every else f"{'・'.join(names)}月が"
    en = "every month" if every else f"month {', '.join(names_en)}"
    return Problem(
        "climate.year-left-out",
        Text(
            f"{year}年の{'・'.join(label.ja for label in labels)}は使いません({ja}日数の8割に足りない)",
            f"{', '.join(label.en for label in labels)} of {year} left out (too few days in {en})",
        ),
        Text("その年の日別データがあれば足してください", "add the days of that year where there are any"),
        Place(station),
        Severity.WARNING,
    )


def _moved(station: str, first: str, last: str, fields: Sequence[str]) -> Problem:
    """A stretch that was left out since the station moved or was equipped anew."""
    known = {field.key: field.label for field in RECORD_KINDS["weather"].fields}
    labels = [known[field] for field in fields]
    return Problem(
        "climate.station-moved",
        Text(
            f"{first}〜{last} の{'・'.join(label.ja for label in labels)}は均質番号が違う"
            "(観測の場所か方法が変わった)ので、続きとしては使いません",
            f"{', '.join(label.en for label in labels)} of {first} to {last}: another homogeneity number "
            "(the station moved or was equipped anew), not joined",
        ),
        Text(
            "一番長い区間だけで計算しました。移転のない近くの地点があれば、その地点を使ってください",
            "only the longest stretch was used; use a station nearby that was not moved, if there is one",
        ),
        Place(station),
        Severity.WARNING,
    )


def stations_in(days: pd.DataFrame) -> Sequence[str]:
    """Names of the stations, in the order in which they first stand there."""
    return list(dict.fromkeys(days["station"])) if len(days) else []
