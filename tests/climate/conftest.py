"""A record of thirty years, and a project whose parcels have climate normals."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kanpo.climate import Anomalies, StationYears, add_weather, find_anomalies, station_years
from kanpo.herbs import load_catalogue
from kanpo.sites import add_layer
from kanpo.store import Batch, Project
from kanpo.suitability import score_project
from kanpo.weather import read_station_file
from tests.climate.made_up import MONTHS, station_text, write_station
from tests.conftest import parcels_frame


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


@pytest.fixture(scope="session")
def recorded(station_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file of three parcels with normals of a mesh that is 1 degree warmer than the station, and its record."""
    folder = tmp_path_factory.mktemp("climate")
    mesh = folder / "climate.csv"
    header = ["mesh_code", *(f"mean_temp_c_{month:02d}" for month in range(1, 13)), "annual_precip_mm"]
    values = [*(f"{mean + 1:.1f}" for mean in MONTHS), "2000"]
    codes = [f"583906{row}{column}" for row in range(10) for column in range(10)]
    rows = [",".join([code, *values]) for code in codes]
    mesh.write_text("\n".join([",".join(header), *rows]) + "\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KANPO_CONFIG", str(folder / "config"))
        patch.setenv("KANPO_ACTOR", "検査担当")
        with Project.create(folder / "template.gpkg") as opened:
            parcels = [(parcels_frame(), 3, 0, 0)]
            opened.imported.store_parcels(Batch("parcels.geojson", "0" * 64), parcels)
            add_layer(opened, mesh)
            (report,) = add_weather(opened, [station_file])
            score_project(opened, load_catalogue())
        assert report.stored == 10_958
        yield folder / "template.gpkg"


@pytest.fixture
def gpkg(recorded: Path, tmp_path: Path) -> str:
    """A copy of it, scored."""
    return str(shutil.copy(recorded, tmp_path / "test.gpkg"))
