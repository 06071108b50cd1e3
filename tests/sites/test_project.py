"""Layers and factors of a project file."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kanpo.errors import InputUnusable
from kanpo.sites import add_layer, compute_factors, stored_factors
from kanpo.store import Project
from tests.sites.made_up import write_raster


def elevation(tmp_path: Path, metres: float = 100.0) -> Path:
    """A flat elevation model in degrees over the three parcels of the project."""
    grid = np.full((40, 40), metres)
    return write_raster(tmp_path / "dem.tif", grid, cell=0.0002, crs=6668, origin=(139.818, 38.724))


def test_a_layer_outlives_the_file_it_came_from(tmp_path: Path, project: Project) -> None:
    path = elevation(tmp_path)
    add_layer(project, path)
    path.unlink()

    factors = compute_factors(project)

    assert factors.values["elevation_m"].tolist() == [100.0] * 3
    assert factors.values["slope_deg"].tolist() == [0.0] * 3
    assert set(factors.sources["elevation_m"]) == {"layer:dem"}


def test_factors_are_read_back_as_they_were_computed(tmp_path: Path, project: Project) -> None:
    add_layer(project, elevation(tmp_path))
    computed = compute_factors(project)

    stored, changed = stored_factors(project)

    assert changed == ()
    for one, other in (
        (computed.values, stored.values),
        (computed.sources, stored.sources),
        (computed.coverage, stored.coverage),
    ):
        pd.testing.assert_frame_equal(one, other, check_dtype=False, check_index_type=False, atol=1e-4)


def test_a_layer_put_in_anew_makes_the_factors_stale_and_then_counts(
    tmp_path: Path, project: Project
) -> None:
    add_layer(project, elevation(tmp_path))
    compute_factors(project)

    add_layer(project, elevation(tmp_path, 250.0))

    assert stored_factors(project)[1] != ()
    assert compute_factors(project).values["elevation_m"].tolist() == [250.0] * 3


def test_looking_at_a_layer_or_refusing_it_changes_nothing(tmp_path: Path, project: Project) -> None:
    before = project.inputs()
    add_layer(project, elevation(tmp_path), keep=False)
    with pytest.raises(InputUnusable):
        add_layer(project, elevation(tmp_path, -9999.0))

    assert project.inputs() == before
    assert compute_factors(project, keep=False).values["elevation_m"].isna().all()
