"""Which value counts: visit before attribute before layer."""

from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.schema import FACTORS
from kanpo.sites import Layer, all_values, inspect_layer, overruled_text, site_factors
from tests.sites.made_up import attributes, fields, write_polygons

OUTLINES = [shapely.box(20 * i, 0, 20 * i + 15, 10) for i in range(4)]


def soil(tmp_path: Path, name: str, east: float, **told: object) -> Layer:
    """A layer over the parcels west of `east`."""
    return inspect_layer(
        write_polygons(tmp_path / f"{name}.geojson", [(shapely.box(-5, -50, east, 50), told)])
    )


def visits(*rows: tuple[str, str, str, dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(
        [{"record_id": r, "parcel_id": p, "happened_at": when, **told} for r, p, when, told in rows],
        columns=["record_id", "parcel_id", "happened_at", *FACTORS],
    )


def test_visit_wins_over_attribute_over_layer(tmp_path: Path) -> None:
    parcels = fields(OUTLINES)
    own = attributes(parcels, soil_ph=[5.0, 5.0, np.nan, np.nan])
    seen = visits(("v1", "P1", "2025-05-01", {"soil_ph": 4.0}))

    factors = site_factors(parcels, [soil(tmp_path, "map", 55, ph=6.0)], own, seen)

    assert factors.values["soil_ph"].tolist()[:3] == [4, 5, 6] and np.isnan(factors.values["soil_ph"].iloc[3])
    assert factors.sources["soil_ph"].tolist() == [
        "visit:2025-05-01 v1",
        "attribute:soil_ph",
        "layer:map",
        "",
    ]
    assert factors.coverage["soil_ph"].round(3).tolist() == [1, 1, 1, 0]


def test_the_layer_added_last_wins_where_it_knows_something(tmp_path: Path) -> None:
    parcels = fields(OUTLINES)
    wide, narrow = soil(tmp_path, "wide", 100, ph=6.0), soil(tmp_path, "narrow", 35, ph=7.0)

    one = site_factors(parcels, [wide, narrow], attributes(parcels))
    other = site_factors(parcels, [narrow, wide], attributes(parcels))

    assert one.values["soil_ph"].tolist() == [7, 7, 6, 6]
    assert one.sources["soil_ph"].tolist() == ["layer:narrow"] * 2 + ["layer:wide"] * 2
    assert other.values["soil_ph"].tolist() == [6] * 4


def test_of_several_visits_the_newest_value_of_each_factor_counts() -> None:
    parcels = fields(OUTLINES)
    seen = visits(
        ("v3", "P1", "2025-06-01T09:00:00", {"soil_ph": 5.5, "drainage": None}),
        ("v1", "P1", "2024-05-01", {"soil_ph": 4.0, "drainage": "poor"}),
        ("v2", "P1", "2025-06-01T08:00:00", {"soil_ph": 9.0}),
        ("v4", "P9", "2025-06-01", {"soil_ph": 9.0}),
    )

    factors = site_factors(parcels, [], attributes(parcels), seen)

    assert factors.values.loc["P1", ["soil_ph", "drainage"]].tolist() == [5.5, "poor"]
    assert factors.sources.loc["P1", ["soil_ph", "drainage"]].tolist() == [
        "visit:2025-06-01 v3",
        "visit:2024-05-01 v1",
    ]
    assert factors.parcel_ids == ["P1", "P2", "P3", "P4"]


def test_the_area_is_measured_whatever_anyone_says() -> None:
    parcels = fields(OUTLINES)
    seen = visits(("v1", "P1", "2025-05-01", {"area_m2": 1.0}))

    factors = site_factors(parcels, [], attributes(parcels, area_m2=[2.0] * 4), seen)

    np.testing.assert_allclose(factors.values["area_m2"], parcels["area_m2"], atol=0.005)
    assert set(factors.sources["area_m2"]) == {"measured"}


def test_years_abandoned_come_from_the_attributes() -> None:
    parcels = fields(OUTLINES)

    factors = site_factors(parcels, [], attributes(parcels, years_abandoned=[3.0, np.nan, 0.0, 12.0]))

    assert factors.sources["years_abandoned"].tolist() == [
        "attribute:years_abandoned",
        "",
        "attribute:years_abandoned",
        "attribute:years_abandoned",
    ]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_source_stands_exactly_where_a_value_does(data: st.DataObject) -> None:
    parcels = fields(OUTLINES)
    ph = st.one_of(st.just(float("nan")), st.floats(2, 11))
    drainage = st.one_of(st.none(), st.sampled_from(FACTORS["drainage"].classes))
    own = attributes(
        parcels,
        soil_ph=data.draw(st.lists(ph, min_size=4, max_size=4)),
        drainage=np.array(data.draw(st.lists(drainage, min_size=4, max_size=4)), dtype=object),
    )
    rows = data.draw(
        st.lists(st.tuples(st.sampled_from(["P1", "P2"]), st.integers(1, 9), ph, drainage), max_size=5)
    )
    seen = visits(
        *((f"v{i}", p, f"2025-0{m}-01", {"soil_ph": v, "drainage": d}) for i, (p, m, v, d) in enumerate(rows))
    )

    factors = site_factors(parcels, [], own, seen)

    assert (factors.sources != "").equals(factors.values.notna())
    assert (factors.coverage > 0).equals(factors.values.notna())


def test_no_parcels_are_no_error(tmp_path: Path) -> None:
    parcels = fields(OUTLINES).iloc[:0]

    factors = site_factors(parcels, [soil(tmp_path, "map", 55, ph=6.0)], attributes(parcels), visits())

    assert factors.parcel_ids == [] and list(factors.values.columns) == list(FACTORS)


def test_everything_that_is_said_of_a_parcel_is_listed_in_the_order_of_precedence(tmp_path: Path) -> None:
    parcels = fields(OUTLINES).iloc[:1]
    own = attributes(parcels, soil_ph=[5.0])
    seen = visits(("v1", "P1", "2025-05-01", {"soil_ph": 4.0}))
    layers = [soil(tmp_path, "first", 99, ph=6.0, texture="clay"), soil(tmp_path, "second", 99, ph=7.0)]

    said = all_values(parcels, layers, own, seen)

    ph = said[said["factor"] == "soil_ph"]
    assert ph["value"].tolist() == [4, 5, 7, 6]
    assert ph["source"].tolist() == [
        "visit:2025-05-01 v1",
        "attribute:soil_ph",
        "layer:second",
        "layer:first",
    ]
    assert ph["used"].tolist() == [True, False, False, False]
    page = overruled_text(said)
    assert (
        "土壌pH(H2O): 4(現地調査 2025-05-01) を採用。ほかに 5(台帳「soil_ph」)" in page.ja
        and "土性" not in page.ja
    )
    assert page.en.index("layer second") < page.en.index("layer first")
    assert overruled_text(said[said["used"]]).ja == ""


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["P1", "P2"]), st.floats(2, 11)), max_size=4), st.floats(2, 11))
def test_what_is_listed_as_used_is_what_the_factors_hold(rows: list[tuple[str, float]], own: float) -> None:
    parcels = fields(OUTLINES)
    known = attributes(parcels, soil_ph=[own, np.nan, own, np.nan])
    seen = visits(*((f"v{i}", p, f"2025-01-0{i + 1}", {"soil_ph": v}) for i, (p, v) in enumerate(rows)))

    factors = site_factors(parcels, [], known, seen)
    said = all_values(parcels, [], known, seen)

    used = said[said["used"] & (said["factor"] == "soil_ph")].set_index("parcel_id")
    expected = factors.values["soil_ph"].dropna()
    assert used["value"].astype(float).round(2).to_dict() == expected.to_dict()
    assert used["source"].to_dict() == factors.sources["soil_ph"][expected.index].to_dict()
