"""A record of thirty years, and a project whose parcels have climate normals."""

from __future__ import annotations

from pathlib import Path

import pytest

from kanpo.climate import Anomalies, StationYears, add_weather, find_anomalies, station_years
from kanpo.sites import add_layer
from kanpo.store import Project
from kanpo.weather import read_station_file
from tests.climate.made_up import MONTHS, station_text, write_station


@pytest.fixture(scope="session")
def station_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty whole years of a station."""
    return write_station(tmp_path_factory.mktemp("station") / "station.csv", station_text())


@pytest.fixture(scope="session")
def series(station_file: Path) -> StationYears:
    """Its years."""
    return station_years(read_station_file(station_file).frame, "架空")


@pytest.fixture(scope="session")
def anomalies(series: StationYears) -> Anomalies:
    """Its years off their mean."""
    return find_anomalies(series)


@pytest.fixture
def climate_project(project: Project, station_file: Path, tmp_path: Path) -> Project:
    """Three parcels with normals of a mesh that is 1 degree warmer than the station, and its record."""
    mesh = tmp_path / "climate.csv"
    header = ["mesh_code", *(f"mean_temp_c_{month:02d}" for month in range(1, 13)), "annual_precip_mm"]
    values = [*(f"{mean + 1:.1f}" for mean in MONTHS), "2000"]
    codes = [f"583906{row}{column}" for row in range(10) for column in range(10)]
    rows = [",".join([code, *values]) for code in codes]
    mesh.write_text("\n".join([",".join(header), *rows]) + "\n", encoding="utf-8")
    add_layer(project, mesh)
    (report,) = add_weather(project, [station_file])
    assert report.stored == 10_958
    return project
