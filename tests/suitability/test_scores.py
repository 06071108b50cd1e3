"""Scores of parcels: classes, ranking, weights of one's own, and the tables made of them."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from kanpo.errors import UsageError
from kanpo.herbs import load_catalogue
from kanpo.suitability import CLASSES, ClassBounds, land_decides, ranking, score_parcels, summary

from .sites import HERBS, excluded_by, factors_of, good_site, random_sites

CATALOGUE = load_catalogue()
#: Nothing mends soil that is far too alkaline.
BARRED = good_site() | {"soil_ph": 10.0}
WET = good_site() | {"drainage": "poor"}
WORSE = good_site() | {"soil_depth_cm": 30.0}
UNSURE = good_site() | {"soil_ph": None}
NOTHING: dict[str, object] = {}
COLUMNS = [
    *("parcel_id", "herb_id", "least", "lower", "score", "upper", "most"),
    *("class", "class_lower", "class_upper", "certainty"),
    *("potential_score", "potential_lower", "potential_upper"),
    *("potential_class", "potential_class_lower", "potential_class_upper", "potential_certainty"),
    *("known", "limiting_factor", "deciding_factor", "rank"),
]


def test_a_frame_of_one_herb() -> None:
    factors = factors_of([WORSE, good_site(), BARRED, NOTHING, UNSURE, WET], land=["field"] * 6)
    frame = score_parcels(factors, CATALOGUE).frame("shakuyaku")
    assert list(frame.columns) == COLUMNS
    assert frame["rank"].tolist() == [3, 1, 4, 6, 2, 4]
    assert frame["class"].fillna("").tolist() == ["S2", "S1", "N2", "", "", "N1"]
    assert frame["certainty"].tolist() == [
        *("sure", "sure", "sure", "unknown", "by_measuring", "sure"),
    ]
    assert frame["limiting_factor"].fillna("").tolist() == [
        *("soil_depth_cm", "", "soil_ph", "", "", "drainage"),
    ]
    assert frame["deciding_factor"].fillna("").tolist()[:3] == ["", "", ""]
    assert frame["deciding_factor"].iloc[4] == "soil_ph"
    assert (frame["class_lower"].iloc[4], frame["class_upper"].iloc[4]) == ("N2", "S1")
    assert frame[["class_lower", "class_upper"]].iloc[3].isna().all(), "an outline has no class"


def test_the_first_table_of_what_was_wrong_is_right_now() -> None:
    """What the first version said of these sites no agronomist would have signed."""
    rows = [
        good_site() | {"soil_depth_cm": 0.0},
        good_site() | {"soil_ph": 3.0},
        good_site() | {"drainage": "poor", "soil_texture": "clay"},
        NOTHING,
        good_site() | {"warmth_index_c_month": 117.0},
    ]
    scores = score_parcels(factors_of(rows, land=["paddy"] * 5), CATALOGUE)
    frames = {herb_id: scores.frame(herb_id) for herb_id in HERBS}
    assert frames["shakuyaku"]["class"].iloc[0] == "N2", "0 cm of soil, and 15 cm more are not enough"
    assert frames["toki"]["class"].iloc[1] == "N1", "pH 3: lime mends it"
    assert frames["ninjin"]["class"].iloc[2] == "N1", "waterlogged clay: drains can be laid"
    for herb_id in HERBS:
        assert frames[herb_id]["class_lower"].isna().iloc[3]
        assert frames[herb_id]["rank"].iloc[3] == 5
    assert frames["shakuyaku"]["class"].iloc[4] == "S1", "as warm as Toyama"


def test_equal_parcels_share_a_rank_whatever_their_ids() -> None:
    ids = ["P10", "P2", "P1", "P3"]
    factors = factors_of([UNSURE, good_site(), good_site(), UNSURE], ids)
    frame = score_parcels(factors, CATALOGUE, ["shakuyaku"]).frame("shakuyaku")
    assert dict(zip(frame["parcel_id"], frame["rank"], strict=True)) == {"P1": 1, "P2": 1, "P10": 3, "P3": 3}


def test_ranks_go_with_the_parcels_when_they_are_shuffled() -> None:
    rows = random_sites(200, seed=2)
    ids = [f"P{n:04}" for n in range(200)]
    order = np.random.default_rng(4).permutation(200)
    plain = score_parcels(factors_of(rows, ids), CATALOGUE, ["toki"])
    mixed = factors_of([rows[n] for n in order], [ids[n] for n in order])
    shuffled = score_parcels(mixed, CATALOGUE, ["toki"], expectations=plain.expectations)
    one, other = (scores.frame("toki").set_index("parcel_id")["rank"] for scores in (plain, shuffled))
    assert one.equals(other.reindex(one.index))


def test_long_has_every_herb_below_the_other() -> None:
    scores = score_parcels(factors_of(random_sites(7, seed=1)), CATALOGUE)
    long = scores.long()
    assert len(long) == 7 * 26
    assert long["herb_id"].drop_duplicates().tolist() == list(HERBS)
    assert long.groupby("herb_id")["rank"].min().eq(1).all()


def test_chosen_herbs_come_in_the_order_chosen() -> None:
    scores = score_parcels(factors_of([good_site()]), CATALOGUE, ["toki", "daio"])
    assert scores.herb_ids == ("toki", "daio")
    assert scores.long()["herb_id"].tolist() == ["toki", "daio"]


def test_no_parcels_and_no_herbs_give_empty_tables() -> None:
    none = score_parcels(factors_of([]), CATALOGUE)
    assert len(none.long()) == len(none.frame("toki")) == 0
    assert none.known_share() == 1
    herbless = score_parcels(factors_of([good_site()]), CATALOGUE, [])
    assert len(herbless.long()) == 0


def test_the_share_of_weight_that_is_known() -> None:
    assert score_parcels(factors_of([good_site()]), CATALOGUE).known_share() == pytest.approx(1)
    assert score_parcels(factors_of([NOTHING]), CATALOGUE).known_share() == 0
    unsure = score_parcels(factors_of([UNSURE]), CATALOGUE, ["shakuyaku"])
    assert unsure.known_share() == pytest.approx(10.5 / 11.5)


@pytest.mark.parametrize(
    ("score", "name"),
    [(1.0, "S1"), (0.75, "S1"), (0.7499, "S2"), (0.5, "S2"), (0.25, "S3"), (0.2499, "N1"), (0.0, "N1")],
)
def test_classes_begin_at_their_bound(score: float, name: str) -> None:
    found = ClassBounds().codes(np.array([score, score]), np.array([False, True]))
    assert CLASSES[int(found[0])] == name
    assert CLASSES[int(found[1])] == name.replace("N1", "N2")


def test_bounds_of_classes_can_be_set() -> None:
    factors = factors_of([WORSE])
    strict = score_parcels(factors, CATALOGUE, ["shakuyaku"], bounds=ClassBounds(0.99, 0.9, 0.1)).frame(
        "shakuyaku"
    )
    loose = score_parcels(factors, CATALOGUE, ["shakuyaku"], bounds=ClassBounds(0.3, 0.2, 0.1)).frame(
        "shakuyaku"
    )
    assert (strict["class_lower"].iloc[0], loose["class_lower"].iloc[0]) == ("S3", "S1")


@pytest.mark.parametrize(
    "bounds", [(0.5, 0.75, 0.25), (1.1, 0.5, 0.25), (0.75, 0.75, 0.25), (0.75, 0.5, 0), (math.nan, 0.5, 0.25)]
)
def test_bounds_out_of_order_are_refused(bounds: tuple[float, float, float]) -> None:
    with pytest.raises(UsageError):
        ClassBounds(*bounds)


def test_weights_of_ones_own() -> None:
    factors = factors_of([WORSE])
    plain = score_parcels(factors, CATALOGUE, ["shakuyaku"]).result.score[0, 0]
    heavy = score_parcels(factors, CATALOGUE, ["shakuyaku"], weights={"shakuyaku": {"soil_depth_cm": 15}})
    none = score_parcels(factors, CATALOGUE, ["shakuyaku"], weights={"shakuyaku": {"soil_depth_cm": 0}})
    assert heavy.result.score[0, 0] < plain < none.result.score[0, 0]
    # The least membership still holds the score down, whatever its weight.
    assert none.result.score[0, 0] == pytest.approx(math.sqrt(15 / 35))
    others = score_parcels(factors, CATALOGUE, ["toki"], weights={"shakuyaku": {"soil_depth_cm": 15}})
    np.testing.assert_array_equal(
        others.result.score, score_parcels(factors, CATALOGUE, ["toki"]).result.score
    )


@pytest.mark.parametrize(
    "weights",
    [
        {"shakuyaku": {"slope_deg": 1.0}},
        {"shakuyaku": {"elevation_m": 1.0}},
        {"shakuyaku": {"soil_ph": -1.0}},
        {"shakuyaku": {"soil_ph": math.nan}},
        {"shakuyaku": {"soil_ph": math.inf}},
        {"peony": {"soil_ph": 1.0}},
        {"shakuyaku": {need.factor: 0.0 for need in CATALOGUE.requirements_of("shakuyaku")}},
    ],
)
def test_weights_that_make_no_sense_are_refused(weights: dict[str, dict[str, float]]) -> None:
    with pytest.raises(UsageError):
        score_parcels(factors_of([good_site()]), CATALOGUE, weights=weights)


def test_an_unknown_herb_or_method_is_refused() -> None:
    factors = factors_of([good_site()])
    with pytest.raises(UsageError, match=r"score\.herb"):
        score_parcels(factors, CATALOGUE, ["peony"])
    with pytest.raises(UsageError, match=r"score\.method"):
        score_parcels(factors, CATALOGUE, method="mean")  # type: ignore[arg-type]


def test_summary_counts_every_parcel_once() -> None:
    scores = score_parcels(factors_of([good_site(), WORSE, BARRED, NOTHING]), CATALOGUE)
    table = summary(scores, CATALOGUE, np.array([1e4, 2e4, 3e4, np.nan])).set_index("herb_id")
    kinds = ["sure", "by_catalogue", "by_measuring", "unknown"]
    assert (table[kinds].sum(axis=1) == 4).all()
    assert table[[f"{kind}_ha" for kind in kinds]].sum(axis=1).tolist() == pytest.approx([6.0] * 26)
    classes = table[["S1", "S2", "S3", "N1", "N2", "N1_N2"]].sum(axis=1)
    assert (classes == table["sure"] + table["by_catalogue"]).all()
    assert table.loc["shakuyaku", "herb"] == "芍薬(シャクヤク)"
    assert table.loc["shakuyaku", "N2"] == 1 and table.loc["shakuyaku", "unknown"] == 1
    assert table.loc["shakuyaku", "best_score"] == pytest.approx(1)
    empty = summary(score_parcels(factors_of([]), CATALOGUE), CATALOGUE)
    assert len(empty) == 26 and empty["best_score"].isna().all()


def test_what_may_be_mended_or_not_is_counted_as_neither() -> None:
    """Poor drainage excludes for certain; whether drains can be laid goes by a type of land that nobody knows."""
    wet = good_site() | {"drainage": "poor"}
    factors = factors_of(
        [wet, wet, wet, good_site(), good_site()], land=["paddy", None, "other", None, "field"]
    )
    (row,) = summary(score_parcels(factors, CATALOGUE, ["ninjin"]), CATALOGUE).to_dict("records")
    assert (row["N1"], row["N1_N2"], row["N2"]) == (1, 1, 1)
    works, open_ = land_decides(factors, CATALOGUE, ["ninjin"])
    assert open_.tolist() == [False, True, False, False, False], "what is drained well needs no drains"
    assert {work.work_id for work in works} == {"ditches", "tile_drains"}


def test_ranking_lists_the_best_with_their_address() -> None:
    scores = score_parcels(factors_of([WORSE, good_site(), BARRED]), CATALOGUE, ["shakuyaku", "toki"])
    columns = {
        "parcel_id": ["P0", "P1", "P2"],
        "settlement": ["上沢", "下沢", None],
        "lot_number": ["1", "2-3", "4"],
    }
    parcels = gpd.GeoDataFrame({**columns, "area_m2": [1.0, 2.0, 3.0]}, geometry=[None] * 3, crs=6668)
    table = ranking(scores, parcels, 2)
    assert table["herb_id"].tolist() == ["shakuyaku"] * 2 + ["toki"] * 2
    assert table["rank"].tolist() == [1, 2, 1, 2]
    assert table["parcel_id"].iloc[:2].tolist() == ["P1", "P0"]
    assert table["lot_number"].iloc[0] == "2-3"
    assert table["limiting_factor"].iloc[1] == "有効土層深"


def test_a_layer_excludes_a_parcel_for_every_herb_whatever_is_known() -> None:
    sites = [good_site(), NOTHING, BARRED, WORSE, good_site()]
    plain = factors_of(sites)
    barred = score_parcels(excluded_by(plain, [0.5, 1.0, 0.9, 0.499, 0.0]), CATALOGUE)
    free = score_parcels(plain, CATALOGUE)

    for herb_id in HERBS:
        frame = barred.frame(herb_id)
        out = frame.iloc[:3]
        assert (out[["least", "lower", "score", "upper", "most", "potential_upper"]] == 0).all(axis=None)
        if not CATALOGUE.reference_only(herb_id):
            assert (out[["class", "class_lower", "class_upper", "potential_class"]] == "N2").all(axis=None)
            assert (out["certainty"] == "sure").all()
        assert out[["limiting_factor", "deciding_factor"]].isna().all(axis=None), "nothing is left to measure"
        rest = ["score", "lower", "upper", "class", "limiting_factor", "deciding_factor"]
        own, other = (told.iloc[3:][rest].astype(object).fillna("") for told in (frame, free.frame(herb_id)))
        assert own.equals(other)


def test_equal_parcels_are_listed_by_what_the_place_takes_and_keep_their_rank() -> None:
    rows = [good_site()] * 4 + [good_site() | {"drainage": "imperfect"}]
    factors = factors_of(rows)
    scores = score_parcels(factors, CATALOGUE, ["shakuyaku"])
    names = pd.DataFrame(
        {"parcel_id": factors.parcel_ids, "settlement": "", "lot_number": "", "area_m2": 1.0}
    )
    yen = {"P0": np.nan, "P1": 30_000.0, "P2": 10_000.0, "P3": 30_000.0, "P4": 0.0}
    table = ranking(scores, names, 5, middle_yen=lambda _, ids: np.array([yen[one] for one in ids]))
    assert table["parcel_id"].tolist() == ["P2", "P1", "P3", "P0", "P4"], (
        "an open range last, suitability first"
    )
    assert table["order"].tolist() == [1, 2, 2, 4, 5] and table["rank"].tolist() == [1, 1, 1, 1, 5]
    assert table["equal_with"].tolist() == [1, 2, 2, 1, 1]
    asked: list[str] = []
    ranking(scores, names, 2, middle_yen=lambda _, ids: (asked.extend(ids), np.zeros(len(ids)))[1])
    assert "P4" not in asked, "who cannot come into the list is not costed"
