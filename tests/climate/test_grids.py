"""Meshes from the user's files: read where they are what they say, refused with words where not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from scipy.io import netcdf_file

from kanpo.climate import add_weather, mesh_days, model_scenario, project_stations, station_anomalies
from kanpo.errors import InputUnusable
from kanpo.sites import mesh_code
from kanpo.store import Project
from tests.climate.made_up import days_of, write_grid, year_grid

HERE = np.array([139.8202]), np.array([38.7202])
NEW_YEAR = date(1995, 1, 1)


def write_years(folder: Path, first: int, last: int, **more: Any) -> list[Path]:
    """A file for each year."""
    warmer = more.pop("warmer", 0.0)
    name = more.get("variable", "TMP_mea")
    return [
        write_grid(folder / f"{name}_{year}.nc", year_grid(year, warmer=warmer), date(year, 1, 1), **more)
        for year in range(first, last + 1)
    ]


def test_the_cell_of_the_parcel_is_read(tmp_path: Path) -> None:
    grid = year_grid(1995)
    grid[:, 2, 1] = np.arange(365) / 10
    days = mesh_days([write_grid(tmp_path / "a.nc", grid, NEW_YEAR)], *HERE)
    assert days["happened_at"].tolist()[:2] == ["1995-01-01", "1995-01-02"]
    assert days["tmean_c"].tolist() == pytest.approx(np.arange(365) / 10, abs=1e-3)


def test_cells_are_averaged_and_the_sea_is_left_out(tmp_path: Path) -> None:
    grid = np.full((365, 5, 5), 10.0)
    grid[:, 0, 0], grid[:, 4, 4] = np.nan, 20.0
    lon, lat = 139.8 + (np.array([0, 4, 1]) + 0.5) / 80, 38.7 + (np.array([0, 4, 1]) + 0.5) / 120
    days = mesh_days([write_grid(tmp_path / "a.nc", grid, NEW_YEAR)], lon, lat)
    assert days["tmean_c"].tolist() == pytest.approx([15.0] * 365)
    assert days["station"].iloc[0] == "メッシュ農業気象データ(筆のある3格子の平均)"


def test_netcdf_of_either_age_is_read(tmp_path: Path) -> None:
    old = write_grid(tmp_path / "old.nc", year_grid(1995), NEW_YEAR)
    new = tmp_path / "new.nc"
    with rasterio.open(old, driver="netCDF") as raster:
        profile, data, tags = raster.profile, raster.read(), raster.tags(1)
    assert tags["units"] == "degC"
    rasterio.shutil.copy(str(old), str(new), driver="netCDF", FORMAT="NC4")
    assert new.read_bytes()[:4] == b"\x89HDF"
    assert profile["count"] == len(data) == 365
    ours = [mesh_days([path], *HERE)["tmean_c"].tolist() for path in (old, new)]
    assert ours[0] == ours[1]


def kelvin(path: Path) -> Path:
    return write_grid(path, year_grid(1995) + 273.15, NEW_YEAR, unit="K")


def no_unit(path: Path) -> Path:
    return write_grid(path, year_grid(1995), NEW_YEAR, unit=None)


def lying_unit(path: Path) -> Path:
    return write_grid(path, year_grid(1995) + 273.15, NEW_YEAR)


def flux(path: Path) -> Path:
    return write_grid(path, np.abs(year_grid(1995)), NEW_YEAR, variable="APCP", unit="kg m-2 s-1")


def coarse(path: Path) -> Path:
    return write_grid(path, year_grid(1995), NEW_YEAR, step=(1 / 24, 1 / 16))


def shifted(path: Path) -> Path:
    return write_grid(path, year_grid(1995), NEW_YEAR, south=38.7 + 0.4 / 120)


def elsewhere(path: Path) -> Path:
    return write_grid(path, year_grid(1995), NEW_YEAR, south=36.0)


def all_sea(path: Path) -> Path:
    return write_grid(path, np.full((365, 5, 5), np.nan), NEW_YEAR)


def leapless(path: Path) -> Path:
    return write_grid(path, year_grid(1995), NEW_YEAR, calendar="noleap")


def monthly(path: Path) -> Path:
    return write_grid(path, year_grid(1995)[:12], NEW_YEAR, stride=30)


def other_variable(path: Path) -> Path:
    return write_grid(path, year_grid(1995), NEW_YEAR, variable="RH")


def modelled(path: Path) -> Path:
    return write_grid(path, year_grid(1995), NEW_YEAR, variable="tas")


def cut_off(path: Path) -> Path:
    write_grid(path, year_grid(1995), NEW_YEAR)
    path.write_bytes(path.read_bytes()[:300])
    return path


def words(path: Path) -> Path:
    path.write_text("no netCDF\n", encoding="utf-8")
    return path


def zero_filled(path: Path) -> Path:
    return write_grid(path, np.zeros((365, 5, 5)), NEW_YEAR)


def fahrenheit(path: Path) -> Path:
    return write_grid(path, year_grid(1995) * 1.8 + 32, NEW_YEAR, unit="degF")


def silent_fahrenheit(path: Path) -> Path:
    return write_grid(path, year_grid(1995) * 1.8 + 32, NEW_YEAR)


def unscaled(path: Path) -> Path:
    return changed(path, "TMP_mea", scale_factor=np.float64(0.0))


def endless_scale(path: Path) -> Path:
    return changed(path, "TMP_mea", scale_factor=np.float64(np.nan))


def endless_time(path: Path) -> Path:
    return changed(path, "time", np.full(365, 1e300))


def no_time(path: Path) -> Path:
    return changed(path, "time", np.full(365, np.nan))


def backwards(path: Path) -> Path:
    return changed(path, "time", 34_700.0 - np.arange(365))


def fortnights(path: Path) -> Path:
    return write_grid(path, year_grid(1995), NEW_YEAR, since="fortnights since 1900-01-01")


def thirty_days(path: Path) -> Path:
    return write_grid(path, year_grid(1995), NEW_YEAR, calendar="360_day")


def one_cell(path: Path) -> Path:
    return write_grid(path, year_grid(1995, shape=(1, 1)), NEW_YEAR)


def crooked(path: Path) -> Path:
    return changed(path, "lat", np.array([38.7, 38.71, 38.8, 38.95, 39.0]))


def to_come(path: Path) -> Path:
    return write_grid(path, year_grid(1995), date(2095, 1, 1))


def changed(path: Path, name: str, values: np.ndarray | None = None, **words: object) -> Path:
    """A good file in which a variable has other values or says something else of itself."""
    write_grid(path, year_grid(1995), NEW_YEAR)
    with netcdf_file(path, "a") as file:
        variable = file.variables[name]
        if values is not None:
            variable[:] = values
        for word, said in words.items():
            setattr(variable, word, said)
    return path


@pytest.mark.parametrize(
    ("make", "code", "word"),
    [
        (zero_filled, "climate.value", "どの日の気温も 0"),
        (fahrenheit, "climate.unit", "degC"),
        (silent_fahrenheit, "climate.value", "単位"),
        (unscaled, "climate.value", "scale_factor"),
        (endless_scale, "climate.no-values", "値がありません"),
        (endless_time, "climate.days", "日付が読めません"),
        (no_time, "climate.days", "日付が読めません"),
        (backwards, "climate.days", "の次が"),
        (fortnights, "climate.days", "fortnights"),
        (thirty_days, "climate.days", "360_day"),
        (one_cell, "climate.grid", "3次メッシュ"),
        (crooked, "climate.grid", "3次メッシュ"),
        (to_come, "climate.to-come", "kanpo climate scenario"),
        (kelvin, "climate.unit", "degC"),
        (no_unit, "climate.unit", "単位がありません"),
        (lying_unit, "climate.value", "単位"),
        (flux, "climate.unit", "mm/day"),
        (coarse, "climate.grid", "3次メッシュ"),
        (shifted, "climate.grid", "3次メッシュ"),
        (elsewhere, "climate.not-here", "範囲"),
        (all_sea, "climate.no-values", "値がありません"),
        (leapless, "climate.days", "暦"),
        (monthly, "climate.days", "日別"),
        (other_variable, "climate.no-variable", "TMP_mea"),
        (modelled, "climate.model-years", "scenario"),
        (cut_off, "climate.unreadable", "netCDF"),
        (words, "climate.table-form", "mesh_code"),
    ],
)
def test_what_is_not_as_it_should_be_is_refused_and_nothing_is_stored(
    project: Project, tmp_path: Path, make: Callable[[Path], Path], code: str, word: str
) -> None:
    good = write_grid(tmp_path / "good.nc", year_grid(1994), date(1994, 1, 1))
    with pytest.raises(InputUnusable) as raised:
        add_weather(project, [good, make(tmp_path / "bad.nc")])
    assert raised.value.code == code
    assert word in str(raised.value)
    assert "bad.nc" in str(raised.value)
    assert project.journal.read("weather").empty


def test_a_table_by_mesh_code_is_read(tmp_path: Path) -> None:
    days = [day.isoformat() for day in days_of(1995, 1995)]
    (code,) = mesh_code(*HERE)
    path = tmp_path / "TMP_mea_1995.csv"
    lines = [f"{code[:4]}-{code[4:6]}-{code[6:]}," + ",".join(["7.5"] * 364) + ",", "58390600" + ",1" * 365]
    path.write_text("\n".join(["mesh_code," + ",".join(days), *lines]) + "\n", encoding="utf-8")
    assert mesh_days([path], *HERE)["tmean_c"].tolist() == [7.5] * 364, "a blank is no day"


@pytest.mark.parametrize(
    ("name", "head", "row", "code"),
    [
        ("year.csv", "mesh_code,1995-01-01,1995-01-02", "58390665,1,2", "climate.table-form"),
        ("TMP_mea.csv", "mesh_code,1月,2月", "58390665,1,2", "climate.table-form"),
        ("TMP_mea.csv", "mesh_code,1995-01-01,1995-01-03", "58390665,1,2", "climate.days"),
        ("TMP_mea.csv", "mesh_code,1995-01-01,1995-01-02", "5839066,1,2", "climate.mesh-code"),
        ("TMP_mea.csv", "mesh_code,1995-01-01,1995-01-02", "58390600,1,2", "climate.not-here"),
        ("TMP_mea.csv", "mesh_code,1995-01-01,1995-01-02", "58390665,1,暖", "climate.number"),
        ("TMP_mea.csv", "mesh_code,1995-01-01,1995-01-02", "58390665,1,299", "climate.value"),
    ],
)
def test_other_tables_are_refused(tmp_path: Path, name: str, head: str, row: str, code: str) -> None:
    path = tmp_path / name
    path.write_text(f"{head}\n{row}\n", encoding="utf-8")
    with pytest.raises(InputUnusable) as raised:
        mesh_days([path], *HERE)
    assert raised.value.code == code


def test_two_files_that_differ_about_a_day_are_refused(tmp_path: Path) -> None:
    first = write_grid(tmp_path / "a.nc", year_grid(1995), NEW_YEAR)
    other = write_grid(tmp_path / "b.nc", year_grid(1995) + 1, NEW_YEAR)
    with pytest.raises(InputUnusable, match="1995-01-01"):
        mesh_days([first, other], *HERE)
    assert len(mesh_days([first, first], *HERE)) == 365


def test_a_mesh_is_a_station_of_its_own(project: Project, tmp_path: Path) -> None:
    files = write_years(tmp_path, 1991, 2003)
    (report,) = add_weather(project, files)
    assert report.stored == 4748
    (again,) = add_weather(project, files)
    assert (again.stored, again.repeated) == (0, 4748)
    found, _ = station_anomalies(project_stations(project))
    assert found.years.tolist() == list(range(1991, 2004))


def test_the_change_of_a_model_is_future_less_past(tmp_path: Path) -> None:
    for folder in ("p", "f"):
        (tmp_path / folder).mkdir()
    past = write_years(tmp_path / "p", 1981, 2000, variable="tas")
    future = write_years(tmp_path / "f", 2041, 2060, variable="tas", warmer=2.0)
    rain = [
        write_grid(
            folder / f"pr_{year}.nc",
            np.full((366 if year % 4 == 0 else 365, 5, 5), amount),
            date(year, 1, 1),
            variable="pr",
            unit="mm/day",
        )
        for folder, years, amount in (
            (tmp_path / "p", range(1981, 2001), 5.0),
            (tmp_path / "f", range(2041, 2061), 5.5),
        )
        for year in years
    ]
    scenario = model_scenario([*past, *rain[:20]], [*future, *rain[20:]], *HERE)
    # The same thirty made-up years come round at another place, so that their means differ a little.
    offs = [
        np.mean([year_grid(year)[0, 0, 0] for year in years])
        for years in (range(1981, 2001), range(2041, 2061))
    ]
    assert scenario.shift.degrees == pytest.approx(2.0 + offs[1] - offs[0], abs=0.02)
    assert scenario.shift.precipitation_percent == pytest.approx(10.0, abs=0.1)
    assert (scenario.base, scenario.period) == ("1981-2000", "2041-2060")


def test_few_years_of_a_model_mean_nothing(tmp_path: Path) -> None:
    past = write_years(tmp_path, 1981, 1990, variable="tas")
    with pytest.raises(InputUnusable) as raised:
        model_scenario(past, past, *HERE)
    assert raised.value.code == "climate.model-short"
    assert "10 年" in str(raised.value)


def test_a_future_before_its_past_is_refused(tmp_path: Path) -> None:
    years = write_years(tmp_path, 1981, 2000, variable="tas")
    with pytest.raises(InputUnusable) as raised:
        model_scenario(years, years, *HERE)
    assert raised.value.code == "climate.periods"
