"""Regression figures of the made-up sample: not laws of nature, but they should not slip unseen."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from kanpo.herbs import load_catalogue
from kanpo.parcels import ingest_parcels
from kanpo.sites import Factors, add_layer, compute_factors
from kanpo.store import Project
from kanpo.suitability import project_sites, score_parcels

DATA = Path(__file__).parents[2] / "data"
CATALOGUE = load_catalogue()
Sample = tuple[gpd.GeoDataFrame, Factors]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """The sample with elevation, soil and climate."""
    folder = tmp_path_factory.mktemp("sample")
    with Project.create(folder / "sample.gpkg") as project:
        ingest_parcels(project, DATA / "parcels.geojson", rejects=folder / "rejects.geojson")
        for name, kind in (
            ("elevation.tif", "dem"),
            ("soil.geojson", "polygons"),
            ("climate_mesh.csv", "mesh"),
        ):
            add_layer(project, DATA / name, kind=kind)
        compute_factors(project)
        return project_sites(project)


def test_herbs_are_told_apart_and_size_is_not_what_scores_follow(sample: Sample) -> None:
    """0.91 and 0.99 in the first version."""
    parcels, factors = sample
    scores = score_parcels(factors, CATALOGUE)
    ranks = pd.DataFrame(dict(zip(scores.herb_ids, scores.result.score, strict=True))).rank()
    pairs = ranks.corr().to_numpy()[np.triu_indices(len(scores.herb_ids), 1)]
    area = ranks.corrwith(pd.Series(parcels["area_m2"].to_numpy()).rank())
    assert np.nanmedian(pairs) <= 0.6
    assert abs(np.nanmedian(area)) <= 0.2


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("share", [0.3, 0.6])
def test_hiding_what_is_known_is_not_paid_for(sample: Sample, share: float, seed: int) -> None:
    """Averaged over parcels whose factors were hidden, the point is at most 0.03 above the true mean."""
    _, factors = sample
    random = np.random.default_rng(seed)
    true = score_parcels(factors, CATALOGUE)
    values = factors.values.copy()
    for key in ("soil_ph", "soil_texture", "drainage", "soil_depth_cm", "sunlight"):
        hidden = random.random(len(values)) < share
        values[key] = values[key].mask(hidden)
    poor = Factors(
        values, factors.sources, factors.coverage, factors.exclusions, land_types=factors.land_types
    )
    scores = score_parcels(poor, CATALOGUE)
    assert (scores.result.score - true.result.score).mean() <= 0.03
    by_herb = (scores.result.score - true.result.score).mean(axis=1)
    assert by_herb.max() <= 0.06


def test_every_parcel_is_of_one_kind_of_certainty_and_on_day_one_none_is_of_a_class(sample: Sample) -> None:
    """With elevation and climate alone nothing is sure."""
    _, factors = sample
    scores = score_parcels(factors, CATALOGUE)
    for herb_id in scores.herb_ids[::5]:
        assert scores.frame(herb_id)["certainty"].notna().all()
    values = factors.values.copy()
    for key in ("soil_ph", "soil_texture", "drainage", "soil_depth_cm", "sunlight"):
        values[key] = values[key].mask(np.ones(len(values), bool))
    day_one = Factors(values, factors.sources, factors.coverage, land_types=factors.land_types)
    assert (score_parcels(day_one, CATALOGUE).certainty() == 3).all()
