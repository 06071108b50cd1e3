"""Layers that exclude parcels: by how much of them, inside or outside."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kanpo.errors import InputUnusable, UsageError
from kanpo.sites import (
    Factors,
    Layer,
    LayerSettings,
    add_layer,
    compute_factors,
    inspect_layer,
    site_factors,
    stored_factors,
)
from kanpo.store import Project
from tests.sites.made_up import attributes, fields, write_polygons

PARCEL = shapely.box(0, 0, 100, 10)


def layer(tmp_path: Path, zones: list[shapely.Geometry], name: str = "flood", **how: object) -> Layer:
    path = write_polygons(
        tmp_path / f"{name}.geojson", [(zone, {"rank": str(i)}) for i, zone in enumerate(zones)]
    )
    return inspect_layer(path, kind="exclusion", title=f"図{name}", settings=LayerSettings(**how))  # type: ignore[arg-type]


def laid(layers: list[Layer], outlines: list[shapely.Geometry] | None = None) -> Factors:
    parcels = fields(outlines or [PARCEL])
    return site_factors(parcels, layers, attributes(parcels))


def test_a_parcel_is_excluded_from_the_share_on_that_was_said(tmp_path: Path) -> None:
    zone = [shapely.box(40, -50, 500, 50)]
    for share, excluded in ((0.5, True), (0.6, True), (0.61, False), (1.0, False)):
        factors = laid([layer(tmp_path, zone, share=share)])
        assert factors.excluded().tolist() == [excluded]
        (concern,) = factors.exclusions.concerns("P1")
        assert concern.share == pytest.approx(0.6, abs=1e-3)
        assert (concern.title, concern.limit, concern.excludes) == ("図flood", share, excluded)


def test_outside_is_what_inside_leaves(tmp_path: Path) -> None:
    factors = laid([layer(tmp_path, [shapely.box(40, -50, 500, 50)], side="outside", share=0.4)])

    assert factors.exclusions.shares.loc["P1", "flood"] == pytest.approx(0.4, abs=1e-3)
    beside = laid([layer(tmp_path, [shapely.box(1000, 0, 1100, 50)], side="outside")])
    assert beside.excluded().tolist() == [True]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10_000))
def test_ground_under_several_polygons_counts_once(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    zones = [shapely.Point(x, y).buffer(r) for x, y, r in rng.uniform([0, 0, 5], [200, 200, 80], (6, 3))]
    outlines = [shapely.box(x, y, x + 30, y + 40) for x, y in rng.uniform(0, 180, (12, 2))]
    whole = shapely.union_all(zones)

    found = laid([layer(tmp_path, zones)], outlines).exclusions.shares["flood"].to_numpy()

    expected = [shapely.area(shapely.intersection(whole, outline)) / 1200 for outline in outlines]
    # Degrees and back move an arc by a little.
    assert found == pytest.approx(expected, abs=2e-3)


def test_several_layers_are_all_named(tmp_path: Path) -> None:
    flood = layer(tmp_path, [shapely.box(0, -9, 60, 99)], "flood")
    slide = layer(tmp_path, [shapely.box(0, -9, 90, 99)], "slide")
    zone = layer(tmp_path, [shapely.box(0, -9, 30, 99)], "zone")

    factors = laid([flood, slide, zone], [PARCEL, shapely.box(500, 500, 510, 510)])

    assert factors.exclusions.reasons(["P1", "P2"]) == ["図flood、図slide", ""]
    assert [c.layer_id for c in factors.exclusions.concerns("P1")] == ["slide", "flood", "zone"]
    assert factors.exclusions.concerns("P2") == ()
    assert factors.values.drop(columns="area_m2").isna().all(axis=None)
    assert factors.subset(["P2"]).excluded().tolist() == [False]
    assert factors.with_value("P1", "soil_ph", 6).excluded().tolist() == [True, False]


def test_only_the_polygons_that_were_asked_for_exclude(tmp_path: Path) -> None:
    zones = [shapely.box(0, -9, 30, 99), shapely.box(30, -9, 100, 99)]

    assert laid([layer(tmp_path, zones, where=(("rank", "0"),))]).excluded().tolist() == [False]
    assert laid([layer(tmp_path, zones, where=(("rank", "1"),))]).excluded().tolist() == [True]


def test_parcels_without_outline_are_not_excluded(tmp_path: Path) -> None:
    parcels = fields([PARCEL, PARCEL])
    parcels.loc[0, "geometry"] = None
    for side in ("inside", "outside"):
        found = layer(tmp_path, [shapely.box(-9, -9, 999, 99)], side=side)
        assert not site_factors(parcels, [found], attributes(parcels)).excluded()[0]


@pytest.mark.parametrize("how", [{"share": 0.0}, {"share": 1.1}, {"reach_m": -1.0}, {"share": float("nan")}])
def test_shares_that_cannot_be_are_refused(tmp_path: Path, how: dict[str, float]) -> None:
    with pytest.raises(UsageError) as refused:
        layer(tmp_path, [PARCEL], **how)
    assert refused.value.code == "layer.settings"


def test_an_exclusion_layer_is_of_polygons_and_gives_no_factor(tmp_path: Path) -> None:
    with pytest.raises(InputUnusable):
        layer(tmp_path, [shapely.Point(0, 0)])
    path = write_polygons(tmp_path / "soil.geojson", [(PARCEL, {"texture": "clay"})])
    with pytest.raises(UsageError) as refused:
        inspect_layer(path, kind="exclusion", columns={"soil_texture": "texture"})
    assert refused.value.code == "layer.exclusion-columns"


def test_exclusions_are_read_back_as_they_were_computed(tmp_path: Path, project: Project) -> None:
    # P1 lies in the polygon, a third of P2, none of P3.
    west = project.imported.parcels().geometry.iloc[0].bounds[0]
    zone = shapely.box(west - 0.0005, 38.7, west + 0.0011, 38.8)
    path = tmp_path / "flood.geojson"
    gpd.GeoDataFrame(geometry=[zone], crs=6668).to_file(path)
    add_layer(project, path, kind="exclusion", title="浸水想定区域", settings=LayerSettings(share=0.6))

    computed = compute_factors(project)
    stored, changed = stored_factors(project)

    assert changed == ()
    assert computed.exclusions.shares["flood"].tolist() == pytest.approx([1, 1 / 3, 0], abs=2e-3)
    assert stored.exclusions.shares.to_dict() == computed.exclusions.shares.to_dict()
    assert stored.exclusions.concerns("P2") == computed.exclusions.concerns("P2")
    assert stored.excluded().tolist() == [True, False, False]
    assert stored.reached == {"flood": pytest.approx(2 / 3, abs=1e-3)}

    add_layer(project, path, kind="exclusion", title="浸水想定区域", settings=LayerSettings(share=0.3))
    assert stored_factors(project)[1] != (), "another share makes the factors stale"
    assert compute_factors(project).excluded().tolist() == [True, True, False]
