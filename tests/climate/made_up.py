"""Made-up weather: daily files as the Meteorological Agency gives them, and meshes as netCDF."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from scipy.io import netcdf_file

#: Mean temperatures of a made-up lowland, °C, January first; warmth index 101.6.
MONTHS = (1.8, 2.2, 5.0, 10.6, 15.9, 20.1, 23.9, 25.3, 21.3, 15.2, 9.4, 4.3)
#: Off the normal in each of thirty years, °C.
OFF = np.random.default_rng(7).normal(0, 0.8, 30).round(1)
HEAD = "ダウンロードした時刻：2026/01/05 09:00:00\n\n"


def days_of(first: int, last: int) -> Iterable[date]:
    """Every day of some years."""
    day = date(first, 1, 1)
    while day.year <= last:
        yield day
        day += timedelta(days=1)


def off_of(year: int) -> float:
    """How far a year is off the normal, °C."""
    return float(OFF[(year - 1991) % len(OFF)])


def station_text(
    first: int = 1991,
    last: int = 2020,
    *,
    name: str = "架空",
    leave_out: Callable[[date], bool] = lambda day: False,
    quality: Callable[[date], int] = lambda day: 8,
    homogeneity: Callable[[date], int] = lambda day: 1,
) -> str:
    """A daily file of mean and least temperature, rain and snow."""
    items = ("平均気温(℃)", "最低気温(℃)", "降水量の合計(mm)", "最深積雪(cm)")
    titles = [
        "," + ",".join([name] * 12),
        "年月日," + ",".join(item for item in items for _ in range(3)),
        "," * 12,
        "," + ",".join(["", "品質情報", "均質番号"] * 4),
    ]
    lines = []
    for day in days_of(first, last):
        if leave_out(day):
            continue
        mean = MONTHS[day.month - 1] + off_of(day.year)
        codes = f",{quality(day)},{homogeneity(day)}"
        snow = max(0, round(30 - 20 * off_of(day.year))) if day.month in (12, 1, 2, 3) else 0
        values = (f"{mean:.1f}", f"{mean - 4:.1f}", "5.0" if day.day % 2 else "6.0", str(snow))
        lines.append(f"{day.year}/{day.month}/{day.day}," + ",".join(value + codes for value in values))
    return HEAD + "\n".join([*titles, *lines]) + "\n"


def write_station(path: Path, text: str) -> Path:
    """A daily file as it is downloaded."""
    path.write_bytes(text.replace("\n", "\r\n").encode("cp932"))
    return path


def write_grid(
    path: Path,
    values: np.ndarray,
    first: date,
    *,
    variable: str = "TMP_mea",
    unit: str | None = "degC",
    south: float = 38.7,
    west: float = 139.8,
    step: tuple[float, float] = (1 / 120, 1 / 80),
    calendar: str | None = None,
    since: str = "days since 1900-01-01 00:00:00",
    stride: int = 1,
) -> Path:
    """A netCDF file of `values` (days, rows from the south, columns) on the tertiary mesh unless told otherwise."""
    fill = np.float32(9.96921e36)
    with netcdf_file(path, "w") as file:
        for name, size in zip(("time", "lat", "lon"), values.shape, strict=True):
            file.createDimension(name, size)
        time = file.createVariable("time", "f8", ("time",))
        time.units = since
        if calendar:
            time.calendar = calendar
        time[:] = (first - date(1900, 1, 1)).days + stride * np.arange(len(values))
        for name, start, size, width, units in (
            ("lat", south, values.shape[1], step[0], "degrees_north"),
            ("lon", west, values.shape[2], step[1], "degrees_east"),
        ):
            axis = file.createVariable(name, "f4", (name,))
            axis.units = units
            axis[:] = start + (np.arange(size) + 0.5) * width
        data = file.createVariable(variable, "f4", ("time", "lat", "lon"))
        data._FillValue = fill
        if unit is not None:
            data.units = unit
        data[:] = np.where(np.isnan(values), fill, values)
    return path


def year_grid(year: int, *, warmer: float = 0.0, shape: tuple[int, int] = (5, 5)) -> np.ndarray:
    """Mean temperatures (days, rows, columns) of a year; rows to the north are colder."""
    means = [MONTHS[day.month - 1] + off_of(year) + warmer for day in days_of(year, year)]
    return (
        np.array(means)[:, None, None] - 0.5 * np.arange(shape[0])[None, :, None] + np.zeros((1, 1, shape[1]))
    )
