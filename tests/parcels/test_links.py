"""Every register row gets a link, the sure links are right, and what a person decided stays."""

from __future__ import annotations

import time
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from kanpo.crs import STORED_EPSG, zone_epsg
from kanpo.locale import Text
from kanpo.parcels._link_reasons import doubtful
from kanpo.parcels._links import LINK_COLUMNS, join_register
from kanpo.parcels._measure import reproject
from kanpo.reading import lot_key

#: A place in the Shonai plain, in zone X, metres.
EAST, NORTH = -85_000.0, -140_000.0


@dataclass(frozen=True)
class Valley:
    """A made-up register of which the truth is known."""

    outlines: gpd.GeoDataFrame
    register: gpd.GeoDataFrame
    truth: pd.Series
    there: pd.Series


def _strips(random: np.random.Generator, count: int, alike: bool, bend: float) -> np.ndarray:
    """Adjacent fields of 300 to 3000 m² in rows that share their edges; bent rows are terraces."""
    fields: list[shapely.Polygon] = []
    per_row = max(int(np.sqrt(count) * 1.2), 3)
    north = 0.0
    while len(fields) < count:
        depth = 30.0 if alike else random.uniform(17, 45)
        widths = (
            np.full(per_row, 33.0)
            if alike
            else np.exp(random.uniform(np.log(300), np.log(3000), per_row)) / depth
        )
        edges = np.concatenate([[0], np.cumsum(widths)])
        low = north + bend * np.sin(edges / 60)
        corners = np.stack([np.column_stack([edges, low]), np.column_stack([edges, low + depth])])
        fields += [
            shapely.Polygon([corners[0, i], corners[0, i + 1], corners[1, i + 1], corners[1, i]])
            for i in range(per_row)
        ]
        # Now and then a lane between two rows.
        north += depth + (4.0 if random.random() < 0.3 else 0.0)
    return np.array(fields[:count], dtype=object)


def valley(
    seed: int, count: int = 3000, *, alike: bool = False, bend: float = 0.0, numbered: float = 0.0
) -> Valley:
    random = np.random.default_rng(seed)
    fields = shapely.transform(_strips(random, count, alike, bend), lambda xy: xy + np.array([EAST, NORTH]))
    area = shapely.area(fields)
    registered = area * np.exp(random.normal(0, 0.05, count))
    gross = random.random(count) < 0.02
    registered[gross] *= np.exp(random.choice([-1, 1], gross.sum()) * random.uniform(0.4, 2.3, gross.sum()))
    centre = shapely.get_coordinates(shapely.centroid(fields)) + random.normal(0, 15, (count, 2))
    there = random.random(count) >= 0.2
    parcel = np.array([f"F{number:05d}" for number in random.permutation(count)])
    written = random.random(count) < numbered
    lots = [f"{i + 1}番地{i % 7 + 1}" if yes else None for i, yes in enumerate(written)]
    plain = [f"{i + 1}-{i % 7 + 1}" if yes else None for i, yes in enumerate(written)]
    outlines = gpd.GeoDataFrame(
        {
            "parcel_id": parcel,
            "settlement": "手向" if numbered else None,
            "lot_number": plain,
            "area_m2": area,
        },
        geometry=reproject(fields, zone_epsg(10), STORED_EPSG),
        crs=STORED_EPSG,
    )[there]
    register = gpd.GeoDataFrame(
        {
            "register_id": [f"R{i:05d}" for i in range(count)],
            "settlement": "大字手向" if numbered else None,
            "lot_number": lots,
            "registered_area_m2": registered.round(),
            "land_type": "paddy",
        },
        geometry=reproject(shapely.points(centre), zone_epsg(10), STORED_EPSG),
        crs=STORED_EPSG,
    )
    truth = pd.Series(np.where(there, parcel, None), index=register["register_id"], dtype=object)
    shuffled = random.permutation(int(there.sum()))
    return Valley(outlines.iloc[shuffled].reset_index(drop=True), register, truth, pd.Series(there))


def figures(made: Valley, links: pd.DataFrame) -> tuple[float, float, float]:
    """Share of high confidence among links, share right among those, share right of all rows."""
    told = links["parcel_id"].fillna("").to_numpy()
    right = told == made.truth.loc[links["register_id"]].fillna("").to_numpy()
    linked = links["parcel_id"].notna().to_numpy()
    high = linked & (links["confidence"] == "high").to_numpy()
    return high.sum() / linked.sum(), right[high].mean(), right.mean()


def small(**changes: object) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Four squares of 30 m in a row, 4 m apart, and a pin in the middle of each."""
    squares = [shapely.box(EAST + 34 * i, NORTH, EAST + 34 * i + 30, NORTH + 30) for i in range(4)]
    places = reproject(np.array(squares, dtype=object), zone_epsg(10), STORED_EPSG)
    outlines = gpd.GeoDataFrame(
        {
            "parcel_id": ["A", "B", "C", "D"],
            "settlement": "手向",
            "lot_number": ["1-1", "1-2", "1-3", "1-4"],
            "area_m2": 900.0,
        },
        geometry=places,
        crs=STORED_EPSG,
    )
    register = gpd.GeoDataFrame(
        {
            "register_id": ["a", "b", "c", "d"],
            "settlement": "手向",
            "lot_number": ["1-1", "1-2", "1-3", "1-4"],
            "registered_area_m2": 900.0,
            **changes,
        },
        geometry=shapely.centroid(places),
        crs=STORED_EPSG,
    )
    return outlines, register


def linked(links: pd.DataFrame) -> dict[str, str | None]:
    return dict(zip(links["register_id"], links["parcel_id"], strict=True))


@pytest.mark.parametrize("bend", [0.0, 8.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sure_links_are_right_with_pins_15_m_off_and_a_fifth_of_the_outlines_gone(
    seed: int, bend: float
) -> None:
    made = valley(seed, bend=bend)
    links = join_register(made.outlines, made.register)
    sure, right, overall = figures(made, links)
    assert right >= 0.995
    assert sure >= 0.6
    assert overall >= 0.94
    assert list(links["register_id"]) == list(made.register["register_id"])
    assert not links["parcel_id"].dropna().duplicated().any()
    alone = (links["kind"] == "alone") & (links["confidence"] == "high")
    assert alone.any()
    assert (~made.there[alone]).mean() >= 0.97


def test_numbers_on_some_make_more_links_sure() -> None:
    made = valley(5, numbered=0.4)
    links = join_register(made.outlines, made.register)
    sure, right, _ = figures(made, links)
    assert right >= 0.995 and sure >= 0.8
    by_number = links[links["kind"] == "number"]
    assert len(by_number) > 800
    assert (by_number["parcel_id"].to_numpy() == made.truth.loc[by_number["register_id"]].to_numpy()).all()


def test_a_probability_means_what_it_says() -> None:
    made = valley(7, 6000)
    links = join_register(made.outlines, made.register)
    right = links["parcel_id"].fillna("").to_numpy() == made.truth.fillna("").to_numpy()
    for least, most in ((0.5, 0.7), (0.7, 0.9), (0.9, 0.98), (0.98, 1.0)):
        chosen = links["probability"].between(least, most)
        assert right[chosen].mean() == pytest.approx(links["probability"][chosen].mean(), abs=0.07)


def test_a_register_of_abandoned_parcels_only_makes_fewer_links_sure_but_no_wrong_ones() -> None:
    made = valley(11, 6000)
    some = np.random.default_rng(0).random(6000) < 0.2
    links = join_register(made.outlines, made.register[some])
    sure, right, _ = figures(made, links)
    assert right >= 0.99 and sure > 0.1


def test_identical_parcels_side_by_side_are_never_told_apart_for_sure() -> None:
    made = valley(4, 1000, alike=True)
    links = join_register(made.outlines, made.register)
    assert (links["confidence"] == "high").mean() < 0.02
    assert len(links) == 1000


@pytest.mark.slow
def test_twenty_thousand_pins_take_less_than_twenty_seconds() -> None:
    made = valley(6, 20_000)
    start = time.perf_counter()
    links = join_register(made.outlines, made.register)
    assert time.perf_counter() - start < 20
    assert figures(made, links)[1] >= 0.995


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("１２３－４", "123-4"),
        ("123番地4", "123-4"),
        ("123番地の4", "123-4"),
        ("123の4", "123-4"),
        ("０１２３ー０００４", "123-4"),
        ("123番", "123"),
        (" 123 番地 ", "123"),
        ("123−4−甲", "123-4-甲"),
        ("100", "100"),
        (None, ""),
        (float("nan"), ""),
    ],
)
def test_lot_numbers_are_compared_in_any_width_and_dash(written: object, key: str) -> None:
    assert lot_key(written) == key


def test_a_number_joins_whatever_its_writing() -> None:
    outlines, register = small(
        settlement=["大字手向", "手向", " 手 向", "手向"], lot_number=["１－１", "1番地2", "1‐3", "1の4"]
    )
    links = join_register(outlines, register)
    assert linked(links) == {"a": "A", "b": "B", "c": "C", "d": "D"}
    assert set(links["kind"]) == {"number"} and set(links["confidence"]) == {"high"}
    assert list(links.columns) == list(LINK_COLUMNS)
    assert links["distance_m"].tolist() == [0.0] * 4
    assert links["area_ratio"].tolist() == pytest.approx([1.0] * 4)


def test_the_same_number_of_another_settlement_is_no_match() -> None:
    outlines, register = small(settlement=["荒川", "手向", "手向", "手向"])
    links = join_register(outlines, register).set_index("register_id")
    assert links.loc["a", "kind"] != "number"
    assert links.loc["a", "confidence"] != "high" or links.loc["a", "parcel_id"] is None


def test_a_number_far_from_its_outline_or_of_another_size_is_doubtful() -> None:
    outlines, register = small(registered_area_m2=[900.0, 9000.0, 900.0, 900.0])
    far = np.asarray(register.geometry).copy()
    far[0] = shapely.Point(far[0].x + 0.01, far[0].y)
    links = join_register(outlines, register.set_geometry(far, crs=STORED_EPSG))
    assert linked(links)["a"] == "A" and linked(links)["b"] == "B"
    look = doubtful(links)
    assert look["register_id"].tolist() == ["a", "b"]
    assert look["reason"].tolist() == ["number_far", "number_area"]
    assert all(isinstance(why, Text) for why in look["why"])


def test_a_parcel_written_in_parts_keeps_every_part() -> None:
    outlines, register = small(lot_number=["1-1", "1-1", "1-3", "1-4"])
    links = join_register(outlines, register).set_index("register_id")
    assert links.loc[["a", "b"], "parcel_id"].tolist() == ["A", "A"]
    assert links.loc[["a", "b"], "reason"].tolist() == ["number_repeated"] * 2
    assert links.loc[["a", "b"], "confidence"].tolist() == ["medium"] * 2


def test_rows_without_a_place_join_by_number_or_stand_alone() -> None:
    outlines, register = small(lot_number=["1-1", "9-9", None, "1-4"])
    bare = np.asarray(register.geometry).copy()
    bare[[0, 1]] = None
    links = join_register(outlines, register.set_geometry(bare, crs=STORED_EPSG)).set_index("register_id")
    assert links.loc["a", ["parcel_id", "kind", "reason"]].tolist() == ["A", "number", "no_pin"]
    assert np.isnan(links.loc["a", "distance_m"])
    assert links.loc["b", ["parcel_id", "kind", "confidence"]].tolist() == [None, "alone", "low"]
    assert links.loc["c", ["parcel_id", "kind"]].tolist() == ["C", "inside"]


def test_outlines_without_a_place_join_by_number_only() -> None:
    outlines, register = small(lot_number=["1-1", None, "1-3", "1-4"])
    bare = np.asarray(outlines.geometry).copy()
    bare[[0, 1]] = None, shapely.Polygon()
    links = join_register(outlines.set_geometry(bare, crs=STORED_EPSG), register)
    assert linked(links)["a"] == "A" and linked(links)["b"] is None


def test_a_decision_wins_over_number_and_place_and_survives_a_new_import() -> None:
    outlines, register = small()
    decided = pd.DataFrame({"register_id": ["a", "a", "d"], "parcel_id": ["C", "B", None]})
    for again in (register, register.iloc[::-1]):
        links = join_register(outlines, again, decided).set_index("register_id")
        assert links.loc["a", ["parcel_id", "kind", "confidence"]].tolist() == ["B", "decision", "high"]
        assert links.loc["d", ["parcel_id", "kind", "confidence"]].tolist() == [None, "decision", "high"]
        assert links.loc["b", "parcel_id"] != "B"
        assert links.loc["c", "parcel_id"] == "C"


def test_a_decision_for_a_parcel_that_is_gone_is_the_first_thing_to_look_at() -> None:
    outlines, register = small()
    decided = pd.DataFrame({"register_id": ["d"], "parcel_id": ["Z"]})
    links = join_register(outlines, register, decided)
    assert linked(links)["d"] == "D"
    look = doubtful(links)
    assert look.loc[0, ["register_id", "reason", "confidence"]].tolist() == ["d", "decision_lost", "low"]


def test_a_place_that_fits_against_the_number_is_never_sure() -> None:
    outlines, register = small(lot_number=["7-7", "1-2", "1-3", "1-4"])
    links = join_register(outlines, register).set_index("register_id")
    assert links.loc["a", "confidence"] != "high" or links.loc["a", "kind"] == "alone"


def test_pins_heaped_on_one_spot_are_doubtful() -> None:
    outlines, register = small(lot_number=None)
    heap = register.set_geometry([register.geometry.iloc[1]] * 4, crs=STORED_EPSG)
    links = join_register(outlines, heap)
    assert len(links) == 4
    assert set(links["reason"]) == {"stacked"} and set(links["confidence"]) == {"low"}
    assert len(doubtful(links)) == 4


def test_a_number_that_everybody_has_says_nothing() -> None:
    made = valley(9, 400)
    outlines, register = made.outlines.assign(lot_number="0"), made.register.assign(lot_number="０")
    links = join_register(outlines.assign(settlement="手向"), register.assign(settlement="手向"))
    assert "number" not in set(links["kind"])
    assert figures(made, links)[1] >= 0.99


def test_the_order_of_rows_changes_nothing() -> None:
    made = valley(8, 500)
    links = join_register(made.outlines, made.register).set_index("register_id").sort_index()
    shuffled = join_register(
        made.outlines.sample(frac=1, random_state=1), made.register.sample(frac=1, random_state=2)
    )
    pd.testing.assert_frame_equal(links, shuffled.set_index("register_id").sort_index(), check_exact=True)


def test_nothing_on_either_side_is_no_error() -> None:
    outlines, register = small(lot_number=None)
    assert join_register(outlines, register[:0]).empty
    alone = join_register(outlines[:0], register)
    assert set(alone["kind"]) == {"alone"} and set(alone["reason"]) == {"no_outline"}
    assert set(alone["confidence"]) == {"high"} and doubtful(alone).empty


def test_unknown_areas_and_bare_columns_still_join() -> None:
    outlines, register = small()
    links = join_register(outlines[["parcel_id", "geometry"]], register[["register_id", "geometry"]])
    assert linked(links) == {"a": "A", "b": "B", "c": "C", "d": "D"}
    assert links["area_ratio"].isna().all()
