"""Days of the bands of a netCDF file, and of the headers of a table."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from kanpo.errors import InputUnusable, Place, Problem
from kanpo.locale import Text
from kanpo.reading import read_day

_SINCE = re.compile(r"(days|hours) since (\d{1,4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?", re.IGNORECASE)
#: Calendars in which a day is the day that we call so. (Before October 1582 "standard" is not; nobody has
#: weather from then.)
_CALENDARS = ("", "standard", "gregorian", "proleptic_gregorian")
_DAY = re.compile(r"(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})(?:[ T]0{1,2}:00(?::00)?)?")


def band_dates(raster: Any, file: str) -> list[str]:
    """The day (ISO 8601) of every band.

    Raises
    ------
    InputUnusable
        No time, another calendar, or steps that are not one day.
    """
    tags = raster.tags()
    since = _SINCE.fullmatch(tags.get("time#units", "").strip())
    calendar = tags.get("time#calendar", "").lower()
    if since is None or tags.get("NETCDF_DIM_EXTRA", "").strip("{}") != "time":
        raise _unusable(
            file, Text("日付の軸(time)がありません", "has no axis of time in days"), tags.get("time#units")
        )
    if calendar not in _CALENDARS:
        raise _unusable(file, Text("暦がふつうの暦ではありません", "has another calendar"), calendar)
    step = 1.0 if since[1].lower() == "days" else 1 / 24
    try:
        first = date(*map(int, since.groups()[1:4]))
        numbers = [float(raster.tags(band)["NETCDF_DIM_time"]) for band in raster.indexes]
        days = [first + timedelta(days=int(number * step + 1e-6)) for number in numbers]
    except (KeyError, ValueError, OverflowError):
        raise _unusable(file, Text("日付が読めません", "its days cannot be read"), since[0]) from None
    check_daily(days, file)
    return [day.isoformat() for day in days]


def header_date(text: str) -> date | None:
    """The day that a header names (2020-01-01, 2020/1/1, 20200101); None for none."""
    day = read_day(text)
    return None if isinstance(day, Problem) else day


def check_daily(days: list[date], file: str) -> None:
    """Days have to follow one another.

    Raises
    ------
    InputUnusable
        A day is missing, stands there twice, or the steps are longer or shorter than a day.
    """
    for before, after in pairwise(days):
        if (after - before).days != 1:
            raise _unusable(
                file,
                Text(f"{before} の次が {after} です", f"{after} follows on {before}"),
                after.isoformat(),
            )


def _unusable(file: str, what: Text, value: object) -> InputUnusable:
    return InputUnusable(
        "climate.days",
        what,
        Text(
            "日別の、1日も抜けていないファイルを使ってください(月別・時別・365日の暦は読みません)",
            "use a daily file without gaps (not monthly, hourly, or of a calendar without leap days)",
        ),
        Place(file, column="time", value=value),
    )
