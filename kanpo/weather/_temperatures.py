"""Temperatures by day from a download of the Meteorological Agency, daily or hourly."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd

from kanpo.errors import InputUnusable, Place, Problem, UsageError
from kanpo.locale import Text
from kanpo.weather._station import columns_of, read_station_file, rows_of

_TIME = re.compile(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})[ T](\d{1,2}):\d{2}(?::\d{2})?")
#: Hours that a day needs for its mean, as the agency asks for 80 % of its values.
_FEWEST_HOURS = 20
_FIELDS = {"tmean_c": "mean", "tmin_c": "least", "tmax_c": "greatest"}


def station_temperatures(path: Path, station: str | None = None) -> tuple[pd.DataFrame, tuple[Problem, ...]]:
    """Mean, least and greatest temperature by day of one station.

    Hourly values are averaged over the 24 hours that end at midnight; days with fewer than 20 are
    left out.

    Parameters
    ----------
    station : str, optional
        Needed where the file has several.

    Returns
    -------
    DataFrame
        date (ISO 8601), mean, least, greatest (degC, NaN where not given).
    tuple of Problem
        Temperatures of less than good quality (warnings; the values are used).

    Raises
    ------
    InputUnusable
        It is no such file, or it has no temperatures.
    UsageError
        It has several stations and none is named, or not the one that is.
    """
    hours = _hourly(path)
    if hours is not None:
        frame, problems = hours, tuple[Problem, ...]()
    else:
        days = read_station_file(path)
        frame = days.frame.rename(columns={"happened_at": "date", **_FIELDS})
        found = [problem for problem in days.problems if problem.place.column in _FIELDS]
        problems = tuple(found)
    given = [key for key in _FIELDS.values() if key in frame]
    if not given:
        raise InputUnusable(
            "weather.no-temperature",
            Text("気温の列がありません", "there are no temperatures"),
            Text(
                "平均気温(または最高・最低気温)を選んでダウンロードしてください",
                "download mean, or least and greatest temperatures",
            ),
            Place(path.name),
        )
    frame = frame[frame["station"] == _chosen(list(dict.fromkeys(frame["station"])), station, path.name)]
    numbers = {key: pd.to_numeric(frame[key], errors="coerce") for key in given}
    return frame[["date"]].assign(**numbers).reset_index(drop=True), problems


def _chosen(stations: Sequence[str], wanted: str | None, name: str) -> str:
    if wanted in stations:
        return str(wanted)
    if wanted is None and len(stations) == 1:
        return stations[0]
    what = (
        Text(f"地点「{wanted}」がありません", f"there is no station '{wanted}'")
        if wanted
        else Text(f"地点が {len(stations)} つあります", f"there are {len(stations)} stations")
    )
    names = "、".join(stations)
    raise UsageError(
        "weather.station",
        what,
        Text(f"--station で選んでください: {names}", f"choose with --station: {names.replace('、', ', ')}"),
        Place(name),
    )


def _hourly(path: Path) -> pd.DataFrame | None:
    """Means by station and day of an hourly file; None when it is none."""
    rows = rows_of(path)
    first = next((at for at, row in enumerate(rows) if row and _TIME.fullmatch(row[0].strip())), None)
    named = next((at for at, row in enumerate(rows) if row and row[0].strip() == "年月日時"), None)
    if first is None or named is None or not 0 < named < first:
        return None
    columns, _ = columns_of(rows[named - 1 : first], path.name, {"気温": "tmean_c"})
    values = []
    for row in rows[first:]:
        time = _TIME.fullmatch(row[0].strip()) if row else None
        if time is None:
            continue
        year, month, day, hour = map(int, time.groups())
        # The agency's hour is that which ends then: 0:00 belongs to the day before.
        try:
            ends = datetime(year, month, day) + timedelta(hours=hour)
        except (ValueError, OverflowError):
            raise InputUnusable(
                "weather.no-day",
                Text("暦にある日ではありません", "is no day of the calendar"),
                Text("2025/1/31 10:00:00 のような日時にしてください", "write it as 2025/1/31 10:00:00"),
                Place(path.name, column="年月日時", value=row[0]),
            ) from None
        of = (ends - timedelta(hours=1)).date().isoformat()
        values += [(column.station, of, row[column.index]) for column in columns if column.index < len(row)]
    frame = pd.DataFrame(values, columns=["station", "date", "mean"])
    frame["mean"] = pd.to_numeric(frame["mean"], errors="coerce")
    by_day = frame.groupby(["station", "date"], sort=False)["mean"].agg(["mean", "count"]).reset_index()
    return by_day[by_day["count"] >= _FEWEST_HOURS].drop(columns="count")
