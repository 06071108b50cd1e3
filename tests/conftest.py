"""What all tests share: a settings folder of their own, Japanese messages, small projects."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from kanpo.locale import use_language
from kanpo.schema import PARCELS, SCORES
from kanpo.store import Batch, Project
from tests.browser import chromium
from tests.engines import engine, fresh_engine
from tests.engines._fixtures import _browsers

__all__ = ["_browsers", "chromium", "engine", "fresh_engine"]


@pytest.fixture(autouse=True)
def _own_settings(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    monkeypatch.setenv("KANPO_CONFIG", str(tmp_path_factory.mktemp("config")))
    monkeypatch.setenv("KANPO_ACTOR", "検査担当")
    monkeypatch.setenv("KANPO_LANG", "ja")
    for name in ("KANPO_PROJECT", "KANPO_DEVICE"):
        monkeypatch.delenv(name, raising=False)
    with use_language("ja"):
        yield


def parcels_frame(count: int = 3) -> gpd.GeoDataFrame:
    """Square fields of about 30 m in the Shonai plain, named P1, P2 …"""
    size = 0.0003
    boxes = [
        shapely.box(139.82 + i * 0.001, 38.72, 139.82 + i * 0.001 + size, 38.72 + size) for i in range(count)
    ]
    values: dict[str, list[object]] = {key: [None] * count for key in PARCELS.keys}
    values |= {
        "parcel_id": [f"P{i + 1}" for i in range(count)],
        "settlement": ["架空沢"] * count,
        "lot_number": [f"{i + 1}-1" for i in range(count)],
        "land_type": ["field"] * count,
        "area_m2": [870.0] * count,
        "attributes": ["{}"] * count,
        "source_row": list(range(1, count + 1)),
    }
    return gpd.GeoDataFrame(values, geometry=boxes, crs=6668)


def scores_frame(ids: list[str], herb: str = "toki") -> pd.DataFrame:
    """Scores of one herb as they are stored, falling in the order of the ids."""
    return pd.DataFrame(
        {
            "parcel_id": ids,
            "herb_id": herb,
            "score": np.linspace(0.9, 0.5, len(ids)),
            "lower": 0.4,
            "upper": 0.95,
            "class_lower": "S3",
            "class_upper": "S1",
            "certainty": "by_measuring",
            "limiting_factor": "soil_ph",
            "deciding_factor": "drainage",
            "rank": range(1, len(ids) + 1),
        }
    ).reindex(columns=list(SCORES.keys))


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project with three parcels P1, P2, P3."""
    with Project.create(tmp_path / "test.gpkg") as opened:
        opened.imported.store_parcels(Batch("parcels.geojson", "0" * 64), [(parcels_frame(), 3, 0, 0)])
        yield opened


TRIAL = {
    "trial_code": ["T1"],
    "herb_id": ["toki"],
    "parcel_id": ["P1"],
    "season": ["2025"],
    "happened_at": ["2025-04-01"],
}
PLOTS = {
    "trial_code": ["T1"] * 4,
    "plot_code": ["T1-1", "T1-2", "T1-3", "T1-4"],
    "treatment": ["標準", "早植え", "標準", "早植え"],
    "replicate": ["1", "1", "2", "2"],
    "area_m2": ["10", "10", "10", "10"],
    "happened_at": ["2025-04-01"] * 4,
}


@pytest.fixture
def trial_project(project: Project) -> Project:
    """The project with a trial T1 of four plots on P1."""
    from kanpo.trials import record_rows

    assert record_rows(project, "trial", TRIAL).stored == 1
    assert record_rows(project, "plot", PLOTS).stored == 4
    return project
