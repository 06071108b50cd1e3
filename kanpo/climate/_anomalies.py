"""How far each year of a station lay off its normal, and what more degrees make of a normal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kanpo.climate._station import StationYears
from kanpo.locale import Text
from kanpo.schema import FACTORS

#: Years that a record needs before a chance is spoken of; below, three bad years more or less decide it.
LEAST_YEARS = 10
#: Years that are looked at, at most: as many as a normal has (World Meteorological Organization, WMO-No. 1203).
MOST_YEARS = 30
#: Years of the climate normals now in use.
NORMAL = (1991, 2020)
#: Factors whose years are a share of the normal and not a difference: a place with twice the snow has years
#: twice as far off, and neither falls below 0.
BY_SHARE = frozenset({"annual_precip_mm", "max_snow_depth_cm"})
#: Of which a place may have none: less than this on average (mm, cm) and a share of it means nothing.
_LEAST_MEAN = 10.0
#: Kira's threshold, °C.
_THRESHOLD = 5.0


@dataclass(frozen=True, slots=True)
class Shift:
    """What is added to the normals: degrees (°C) to every month, per cent to the precipitation."""

    degrees: float = 0.0
    precipitation_percent: float = 0.0


#: The normals as they are.
NO_SHIFT = Shift()


@dataclass(frozen=True, slots=True, eq=False)
class Anomalies:
    """A small table: Y years by factor, off the station's own mean over the normal period.

    Parameters
    ----------
    station : str
        Of which station.
    years : ndarray (Y,)
        At most `MOST_YEARS`, in order; years may be missing between.
    normal : pair of int
        First and last year of the normal period; `base` of its years the station has.
    by_factor : mapping
        Factor to its years (Y,): differences, or of `BY_SHARE` the share of the mean; NaN where that year
        is not known.
    short : mapping
        Factor to how many years there are, of those that have too few.
    cycle : ndarray (12,)
        Mean temperatures of the station's months, °C; NaN where they are not known.
    """

    station: str
    years: np.ndarray
    normal: tuple[int, int]
    base: int
    by_factor: Mapping[str, np.ndarray]
    short: Mapping[str, int]
    cycle: np.ndarray

    def values(self, factor: str, normals: np.ndarray) -> np.ndarray:
        """The factor (Y, n) in each year at places whose normals (n,) are given, in its unit."""
        own = self.by_factor[factor][:, None]
        if factor in BY_SHARE:
            return own * normals
        found = own + normals
        if FACTORS[factor].minimum == 0:
            np.maximum(found, 0.0, out=found)
        return found

    def shifted(self, factor: str, normals: np.ndarray, shift: Shift) -> np.ndarray:
        """Normals (n,) of a factor after more degrees and precipitation; of no shift they are the same, to the bit.

        The warmth index grows with the degrees by the months that are above 5 °C: the year of the place is
        taken to have the shape of the station's, warmer or colder by what its own index says. Snow stays as
        it is: degrees alone do not tell it.
        """
        if factor == "annual_precip_mm" and shift.precipitation_percent:
            return normals * max(0.0, 1 + shift.precipitation_percent / 100)
        if not shift.degrees:
            return normals
        if factor in ("warmest_month_temp_c", "coldest_month_min_temp_c"):
            return normals + shift.degrees
        return self._warmed(normals, shift.degrees) if factor == "warmth_index_c_month" else normals

    def _warmed(self, normals: np.ndarray, degrees: float) -> np.ndarray:
        # The index of the cycle moved by t degrees is made of straight lines that turn where a month
        # passes 5 °C, so that it can be read backwards exactly.
        turns = np.sort(_THRESHOLD - self.cycle)
        turns = np.append(turns, turns[-1] + 100.0)
        index = np.maximum(self.cycle[:, None] + turns - _THRESHOLD, 0.0).sum(axis=0)
        # Equal turns (two months alike) would make two equal points.
        kept = np.r_[True, np.diff(index) > 0]
        turns, index = turns[kept], index[kept]
        moved = np.interp(normals, index, turns) + degrees
        # Right of the last turn all twelve months count.
        grown = index[-1] + 12 * np.maximum(moved - turns[-1], 0.0)
        found = np.where(moved > turns[-1], grown, np.interp(moved, turns, index))
        return np.where(np.isnan(normals), np.nan, found)

    def to_dict(self) -> dict[str, object]:
        """As a page carries it: plain numbers, None where a year is not known."""
        return {
            "station": self.station,
            "years": self.years.tolist(),
            "normal": list(self.normal),
            "base": self.base,
            "cycle": [None if value != value else round(float(value), 3) for value in self.cycle],
            "by_share": sorted(BY_SHARE & set(self.by_factor)),
            "anomalies": {
                factor: [None if value != value else round(float(value), 4) for value in own]
                for factor, own in self.by_factor.items()
            },
        }

    def text(self) -> Text:
        """Station, years and base in words."""
        first, last = int(self.years[0]), int(self.years[-1])
        return Text(
            f"{self.station}、{first}〜{last}年のうち{len(self.years)}年、"
            f"平年 {self.normal[0]}〜{self.normal[1]}年のうちこの地点にある{self.base}年の平均に対して",
            f"{self.station}, {len(self.years)} years of {first} to {last}, against the mean of the {self.base} "
            f"years that it has of {self.normal[0]} to {self.normal[1]}",
        )


def find_anomalies(series: StationYears, normal: tuple[int, int] = NORMAL) -> Anomalies:
    """Years of a station off its own mean over the normal period, the latest `MOST_YEARS` of them.

    A factor with fewer than `LEAST_YEARS` years, among the latest or in the normal period, is left out and
    stands in `short`.
    """
    inside = (series.years >= normal[0]) & (series.years <= normal[1])
    known = [np.isfinite(column) for column in series.factors.values()]
    any_known = np.logical_or.reduce(known) if known else np.zeros(len(series.years), bool)
    at = np.flatnonzero(any_known)[-MOST_YEARS:]
    by_factor, short, base = {}, {}, 0
    for factor, column in series.factors.items():
        own = column[inside]
        own = own[np.isfinite(own)]
        count = min(len(own), int(np.isfinite(column[at]).sum()))
        mean = own.mean() if len(own) else np.nan
        if count < LEAST_YEARS or (factor in BY_SHARE and mean < _LEAST_MEAN):
            short[factor] = count
            continue
        base = max(base, len(own))
        by_factor[factor] = column[at] / mean if factor in BY_SHARE else column[at] - mean
    whole = series.months[inside & np.isfinite(series.months).all(axis=1)]
    cycle = whole.mean(axis=0) if len(whole) else np.full(12, np.nan)
    return Anomalies(series.station, series.years[at], normal, base, by_factor, short, cycle)
