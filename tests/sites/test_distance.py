"""How far it is from parcels to the nearest feature of a layer."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kanpo.errors import UsageError
from kanpo.sites import Factors, Layer, LayerSettings, inspect_layer, site_factors
from kanpo.sites._layer import Side
from tests.sites.made_up import attributes, fields, write_polygons

ROAD = {"road_access_m": "distance"}
Features = list[tuple[shapely.Geometry, dict[str, object]]]


def layer(tmp_path: Path, features: Features, **how: object) -> Layer:
    path = write_polygons(tmp_path / "roads.geojson", features)
    return inspect_layer(path, kind="distance", columns=ROAD, settings=LayerSettings(**how))  # type: ignore[arg-type]


def measured(tmp_path: Path, features: Features, outlines: list[shapely.Geometry], **how: object) -> Factors:
    parcels = fields(outlines)
    return site_factors(parcels, [layer(tmp_path, features, **how)], attributes(parcels))


def test_the_distance_is_that_from_the_outline_to_the_nearest_feature(tmp_path: Path) -> None:
    features: Features = [
        (shapely.LineString([(0, 0), (400, 0)]), {}),
        (shapely.Point(200, 300), {}),
        (shapely.box(300, 200, 400, 300), {}),
    ]
    outlines = [
        shapely.box(10, 30, 20, 40),  # above the line
        shapely.box(0, -5, 5, 5),  # across the line
        shapely.box(190, 290, 210, 310),  # around the point
        shapely.box(203, 304, 213, 314),  # 3 east and 4 north of the point
        shapely.box(320, 220, 330, 230),  # in the polygon
    ]

    factors = measured(tmp_path, features, outlines)

    assert factors.values["road_access_m"].tolist() == pytest.approx([30, 0, 0, 5, 0], abs=0.02)
    assert set(factors.sources["road_access_m"]) == {"layer:roads"}
    assert factors.coverage["road_access_m"].tolist() == [1] * 5


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10_000))
def test_distances_are_those_of_a_search_of_all_features(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    # Long lines and polygons of many corners are cut up inside.
    walk = np.cumsum(rng.normal(0, 15, (300, 2)), axis=0) + 500
    angle = np.linspace(0, 2 * np.pi, 900, endpoint=False)
    pond = shapely.Polygon(np.column_stack([np.cos(angle), np.sin(angle)]) * rng.uniform(20, 90) + (900, 200))
    features = [shapely.LineString(walk), pond, *shapely.points(rng.uniform(0, 1000, (5, 2)))]
    outlines = [shapely.box(x, y, x + 20, y + 30) for x, y in rng.uniform(0, 1000, (30, 2))]

    found = measured(tmp_path, [(shape, {}) for shape in features], outlines, reach_m=5_000)

    expected = [min(shapely.distance(outline, shape) for shape in features) for outline in outlines]
    assert found.values["road_access_m"].to_numpy() == pytest.approx(expected, abs=0.03)


def test_a_distance_is_unknown_where_something_nearer_may_lie_outside_the_layer(tmp_path: Path) -> None:
    features: Features = [(shapely.Point(0, 0), {}), (shapely.Point(1000, 1000), {})]
    # 400 m from the point to the south west, 290 m from the northern edge of the box.
    outlines = [shapely.box(300, 400, 310, 710), shapely.box(-60, -10, -50, 0), shapely.box(5000, 0, 5010, 9)]

    def known(reach: float) -> list[bool]:
        factors = measured(tmp_path, features, outlines, reach_m=reach)
        assert (factors.coverage["road_access_m"] > 0).equals(factors.values["road_access_m"].notna())
        return factors.values["road_access_m"].notna().tolist()

    assert known(0) == [False, False, False]
    assert known(105) == [False, False, False]
    assert known(111) == [False, True, False]
    assert known(300) == [True, True, False]
    assert known(10_000) == [True, True, True]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10_000), st.floats(0, 400))
def test_a_known_distance_never_changes_when_features_outside_are_added(
    tmp_path: Path, seed: int, reach: float
) -> None:
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 1000, (6, 2))
    west, south = points.min(axis=0) - reach
    east, north = points.max(axis=0) + reach
    outside = [(west - 1, rng.uniform(0, 1000)), (east + 1, 500), (500, north + 1), (500, south - 1)]
    outlines = [shapely.box(x, y, x + 5, y + 5) for x, y in rng.uniform(-300, 1300, (25, 2))]

    alone = measured(tmp_path, [(shapely.Point(p), {}) for p in points], outlines, reach_m=reach)
    more = [(shapely.Point(p), {}) for p in (*points, *outside)]
    all_of_them = measured(tmp_path, more, outlines, reach_m=50_000)

    known = alone.values["road_access_m"].notna()
    one, other = alone.values["road_access_m"][known], all_of_them.values["road_access_m"][known]
    assert one.to_numpy() == pytest.approx(other.to_numpy(), abs=0.03)


def test_only_the_features_that_were_asked_for_count(tmp_path: Path) -> None:
    features: Features = [
        (shapely.LineString([(0, 0), (100, 0)]), {"幅員": "3m未満", "lanes": 1}),
        (shapely.LineString([(0, 60), (100, 60)]), {"幅員": "3m以上", "lanes": 2}),
        (shapely.LineString([(0, 200), (100, 200)]), {"幅員": "5.5m以上", "lanes": 2}),
    ]
    parcel = [shapely.box(10, 10, 20, 20)]

    def distance(*where: tuple[str, str]) -> float:
        return float(measured(tmp_path, features, parcel, where=where).values.loc["P1", "road_access_m"])

    assert distance() == pytest.approx(10, abs=0.02)
    assert distance(("幅員", "3m以上"), ("幅員", "5.5m以上")) == pytest.approx(40, abs=0.02)
    assert distance(("幅員", "３ｍ以上")) == pytest.approx(40, abs=0.02)
    assert distance(("lanes", "2"), ("幅員", "5.5m以上")) == pytest.approx(180, abs=0.05)


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ((("width", "3m"),), "layer.unknown-column"),
        ((("幅員", "9m"),), "layer.where-nothing"),
        ((("幅員", "' OR 1=1 --"),), "layer.where-nothing"),
    ],
)
def test_a_filter_that_finds_nothing_is_refused(
    tmp_path: Path, where: tuple[tuple[str, str], ...], code: str
) -> None:
    with pytest.raises(UsageError) as refused:
        layer(tmp_path, [(shapely.Point(0, 0), {"幅員": "3m"})], where=where)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({}, "layer.no-factor"),
        ({"slope_deg": "distance"}, "layer.no-distance"),
        ({"drainage": "distance"}, "layer.no-distance"),
        ({"road_access_m": "幅員"}, "layer.unknown-column"),
        ({"road": "distance"}, "layer.unknown-factor"),
    ],
)
def test_what_is_no_distance_is_refused(tmp_path: Path, columns: dict[str, str], code: str) -> None:
    path = write_polygons(tmp_path / "roads.geojson", [(shapely.Point(0, 0), {"幅員": "3m"})])
    with pytest.raises(UsageError) as refused:
        inspect_layer(path, kind="distance", columns=columns)

    assert refused.value.code == code


def test_a_parcel_without_outline_has_no_distance(tmp_path: Path) -> None:
    parcels = fields([shapely.box(0, 0, 9, 9)] * 2)
    parcels.loc[0, "geometry"] = None
    found = site_factors(parcels, [layer(tmp_path, [(shapely.Point(0, 0), {})])], attributes(parcels))
    assert found.values["road_access_m"].isna().tolist() == [True, False]

    bare = gpd.GeoDataFrame(parcels.assign(geometry=None), geometry="geometry", crs=6668)
    nothing = site_factors(bare, [layer(tmp_path, [(shapely.Point(0, 0), {})])], attributes(bare))
    assert nothing.values["road_access_m"].isna().all()


@given(
    st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=3),
    st.floats(0, 1e6),
    st.sampled_from(["inside", "outside"]),
    st.floats(0.01, 1),
)
def test_settings_survive_being_stored(
    where: list[tuple[str, str]], reach: float, side: Side, share: float
) -> None:
    told = LayerSettings(tuple(where), reach, side, share)

    assert LayerSettings.from_dict(json.loads(json.dumps(told.to_dict()))) == told
    assert LayerSettings().to_dict() == {}
