"""A project with a few parcels, used as a person uses it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import Kanpo, kanpo

__all__ = ["kanpo"]
FILES = Path(__file__).parent / "files"


@pytest.fixture
def field_sample(kanpo: Kanpo) -> tuple[Kanpo, Path]:
    """The commands, and a project with three outlines."""
    kanpo("init", "町.gpkg")
    assert kanpo("ingest", FILES / "outlines.geojson", "--project", "町.gpkg").code == 0
    return kanpo, Path("町.gpkg")
