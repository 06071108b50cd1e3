"""Growing degree days between sowing (or transplanting) and harvest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kanpo.compare._table import Table
from kanpo.errors import InputUnusable, Place, Problem, UsageError
from kanpo.locale import Text

#: Gaps of the weather up to so many days are bridged by a straight line.
LONGEST_GAP = 3


@dataclass(frozen=True, slots=True, eq=False)
class DegreeDays:
    """Days and degree days of each period, and which of the two varies less.

    `periods` has unit, start, end, days, degree_days (NaN where weather is missing), bridged and
    missing (days). `cv_days` and `cv_degree_days` are coefficients of variation over the periods with
    degree days; NaN below two.
    """

    periods: pd.DataFrame
    cv_days: float
    cv_degree_days: float


def daily_mean(weather: pd.DataFrame) -> pd.Series:
    """Mean temperature by day, from mean, or from (least + greatest) / 2 where there is no mean.

    Parameters
    ----------
    weather : DataFrame
        date, and mean or both least and greatest, degC. Several rows of a day are averaged.
    """
    mean = weather["mean"] if "mean" in weather else pd.Series(np.nan, index=weather.index)
    if {"least", "greatest"} <= set(weather.columns):
        mean = mean.fillna((weather["least"] + weather["greatest"]) / 2)
    days = pd.DatetimeIndex(pd.to_datetime(weather["date"]))
    by_day: pd.Series = pd.Series(mean.to_numpy(dtype=float), index=days).groupby(level=0).mean()
    return by_day


def degree_days(
    weather: pd.Series, periods: pd.DataFrame, *, base: float = 5.0, ceiling: float | None = None
) -> DegreeDays:
    """Σ max(mean temperature − base, 0) over the days from start to the day before end.

    Source: G. S. McMaster, W. W. Wilhelm (1997), Growing degree-days: one equation, two
    interpretations, Agricultural and Forest Meteorology 87: 291-300 (the first interpretation).

    Parameters
    ----------
    weather : Series
        Mean temperature by day, see `daily_mean`.
    periods : DataFrame
        unit, start and end (days).
    base, ceiling : float
        Temperatures below `base` count nothing, those above `ceiling` as much as `ceiling`, degC.

    Raises
    ------
    InputUnusable
        A period ends before it starts.
    """
    start, end = pd.to_datetime(periods["start"]), pd.to_datetime(periods["end"])
    wrong = np.flatnonzero((end <= start).to_numpy())
    if len(wrong):
        raise InputUnusable(
            "compare.period",
            Text("収穫の日が始まりの日より後ではありません", "a harvest is not after its start"),
            Text("日付を確かめてください", "check the dates"),
            Place(column="unit", value=str(periods["unit"].iloc[int(wrong[0])])),
        )
    rows = []
    for unit, first, last in zip(periods["unit"], start, end, strict=True):
        days = pd.date_range(first, last - pd.Timedelta(days=1))
        known = weather.reindex(days)
        whole = _bridged(known)
        warmth = np.maximum(np.minimum(whole, ceiling if ceiling is not None else np.inf) - base, 0.0)
        missing = int(whole.isna().sum())
        total = float(warmth.sum()) if not missing else np.nan
        bridged = int(known.isna().sum()) - missing
        rows.append(
            (unit, first.date().isoformat(), last.date().isoformat(), len(days), total, bridged, missing)
        )
    columns = ["unit", "start", "end", "days", "degree_days", "bridged", "missing"]
    table = pd.DataFrame(rows, columns=columns)
    usable = table[table["degree_days"].notna()]
    return DegreeDays(table, _variation(usable["days"]), _variation(usable["degree_days"]))


def _bridged(known: pd.Series) -> pd.Series:
    """Short gaps within the known days filled by straight lines; longer ones stay whole."""
    gap = known.isna()
    run = gap.groupby((gap != gap.shift()).cumsum()).transform("sum")
    filled = known.interpolate(limit_area="inside")
    return filled.where(~gap | (run <= LONGEST_GAP))


def _variation(column: pd.Series) -> float:
    mean = float(column.mean()) if len(column) > 1 else 0.0
    return float(column.std() / mean) if mean > 0 else np.nan


def weather_table(
    table: Table, date: str, columns: Mapping[str, str]
) -> tuple[pd.Series, tuple[Problem, ...]]:
    """Mean temperature by day from a table of a weather station, and what could not be read.

    Parameters
    ----------
    date : str
        Column of the days.
    columns : mapping
        ``mean``, or ``least`` and ``greatest``, to column.

    Raises
    ------
    UsageError
        A column is not there, or neither mean nor least and greatest are given.
    """
    if "mean" not in columns and not {"least", "greatest"} <= set(columns):
        raise UsageError(
            "compare.weather-columns",
            Text("気温の列が分かりません", "the columns of the temperatures are not given"),
            Text(
                "--mean、または --least と --greatest を指定してください",
                "give --mean, or --least and --greatest",
            ),
        )
    days, problems = table.dates(date)
    numbers, more = table.numbers([table.position(name) for name in columns.values()])
    frame = pd.DataFrame(numbers, columns=list(columns)).assign(date=days)
    return daily_mean(frame[frame["date"] != ""]), (*problems, *more)


def period_table(
    table: Table, *, unit: str, start: str, end: str
) -> tuple[pd.DataFrame, tuple[Problem, ...]]:
    """Periods (unit, start, end) from a table; rows without both days are left out.

    Raises
    ------
    UsageError
        A column is not there.
    """
    first, problems = table.dates(start)
    last, more = table.dates(end)
    frame = pd.DataFrame({"unit": table.texts(unit), "start": first, "end": last})
    whole = frame[(frame["start"] != "") & (frame["end"] != "")]
    return whole.reset_index(drop=True), (*problems, *more)
