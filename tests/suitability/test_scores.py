"""Scores of parcels: classes, ranking, weights of one's own, and the tables made of them."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pytest

from kanpo.errors import UsageError
from kanpo.herbs import load_catalogue
from kanpo.suitability import ClassBounds, ranking, score_parcels, summary

from .sites import HERBS, excluded_by, factors_of, good_site, random_sites

CATALOGUE = load_catalogue()
STEEP = good_site() | {"slope_deg": 45.0}
WORSE = good_site() | {"soil_depth_cm": 30.0}
UNSURE = good_site() | {"soil_ph": None}
NOTHING: dict[str, object] = {}


def test_a_frame_of_one_herb() -> None:
    frame = score_parcels(factors_of([WORSE, good_site(), STEEP, NOTHING]), CATALOGUE).frame("shakuyaku")
    assert list(frame.columns) == [
        *("parcel_id", "herb_id", "score", "lower", "upper", "class", "class_lower", "class_upper"),
        *("limiting_factor", "rank"),
    ]
    assert frame["rank"].tolist() == [2, 1, 3, 4]
    assert frame["class"].iloc[:3].tolist() == ["S1", "S1", "N2"]
    assert frame["class_lower"].iloc[2] == frame["class_upper"].iloc[2] == "N2"
    assert frame["limiting_factor"].iloc[0] == "soil_depth_cm"
    assert frame["limiting_factor"].isna().tolist() == [False, True, False, True]
    assert frame["class"].isna().tolist() == [False, False, False, True]
    assert (frame["class_lower"].iloc[3], frame["class_upper"].iloc[3]) == ("N1", "S1")


def test_equal_scores_are_ranked_by_lower_bound_then_by_id() -> None:
    ids = ["P10", "P2", "P1", "P3"]
    factors = factors_of([UNSURE, good_site(), good_site(), UNSURE], ids)
    frame = score_parcels(factors, CATALOGUE, ["shakuyaku"]).frame("shakuyaku")
    assert frame["score"].nunique() == 1
    assert dict(zip(frame["parcel_id"], frame["rank"], strict=True)) == {"P1": 1, "P2": 2, "P10": 3, "P3": 4}


def test_ranks_go_with_the_parcels_when_they_are_shuffled() -> None:
    rows = random_sites(200, seed=2)
    ids = [f"P{n:04}" for n in range(200)]
    order = np.random.default_rng(4).permutation(200)
    plain = score_parcels(factors_of(rows, ids), CATALOGUE, ["toki"]).frame("toki").set_index("parcel_id")
    mixed = factors_of([rows[n] for n in order], [ids[n] for n in order])
    shuffled = score_parcels(mixed, CATALOGUE, ["toki"]).frame("toki").set_index("parcel_id")
    assert plain["rank"].equals(shuffled["rank"].reindex(plain.index))
    assert sorted(plain["rank"]) == list(range(1, 201))


def test_best_names_for_each_parcel_a_herb_that_suits_it() -> None:
    wet = good_site() | {"drainage": "poor", "sunlight": "partial", "soil_texture": "clay"}
    best = score_parcels(
        factors_of([good_site(), wet, STEEP | {"warmth_index_c_month": 249.0}, NOTHING]), CATALOGUE
    ).best()
    assert best["herb_id"].iloc[1] in ("hatomugi", "juyaku")
    assert best["herb_id"].isna().tolist() == [False, False, True, True], "nothing suits, nothing is known"
    assert best["class"].iloc[2] == "N2" and math.isnan(best["score"].iloc[3])
    scores = score_parcels(factors_of([good_site()]), CATALOGUE)
    assert scores.best()["score"].iloc[0] == scores.result.score[:, 0].max()


def test_long_has_every_herb_below_the_other() -> None:
    scores = score_parcels(factors_of(random_sites(7, seed=1)), CATALOGUE)
    long = scores.long()
    assert len(long) == 7 * 26
    assert long["herb_id"].drop_duplicates().tolist() == list(HERBS)
    assert long.groupby("herb_id")["rank"].apply(sorted).tolist() == [list(range(1, 8))] * 26


def test_chosen_herbs_come_in_the_order_chosen() -> None:
    scores = score_parcels(factors_of([good_site()]), CATALOGUE, ["toki", "daio"])
    assert scores.herb_ids == ("toki", "daio")
    assert scores.long()["herb_id"].tolist() == ["toki", "daio"]


def test_no_parcels_and_no_herbs_give_empty_tables() -> None:
    none = score_parcels(factors_of([]), CATALOGUE)
    assert len(none.long()) == len(none.best()) == len(none.frame("toki")) == 0
    assert none.known_share() == 1
    herbless = score_parcels(factors_of([good_site()]), CATALOGUE, [])
    assert len(herbless.long()) == len(herbless.best()) == 0


def test_the_share_of_weight_that_is_known() -> None:
    assert score_parcels(factors_of([good_site()]), CATALOGUE).known_share() == pytest.approx(1)
    assert score_parcels(factors_of([NOTHING]), CATALOGUE).known_share() == 0
    unsure = score_parcels(factors_of([UNSURE]), CATALOGUE, ["shakuyaku"])
    assert unsure.known_share() == pytest.approx(16 / 17)


@pytest.mark.parametrize(
    ("score", "name"),
    [(1.0, "S1"), (0.75, "S1"), (0.7499, "S2"), (0.5, "S2"), (0.25, "S3"), (0.2499, "N1"), (0.0, "N1")],
)
def test_classes_begin_at_their_bound(score: float, name: str) -> None:
    code = int(ClassBounds().codes(np.array([score]))[0])
    assert ("S1", "S2", "S3", "N1", "N2")[code] == name
    assert ClassBounds().codes(np.array([math.nan]))[0] == -1


def test_bounds_of_classes_can_be_set() -> None:
    factors = factors_of([WORSE])
    strict = score_parcels(factors, CATALOGUE, ["shakuyaku"], bounds=ClassBounds(0.99, 0.9, 0.1)).frame(
        "shakuyaku"
    )
    loose = score_parcels(factors, CATALOGUE, ["shakuyaku"], bounds=ClassBounds(0.3, 0.2, 0.1)).frame(
        "shakuyaku"
    )
    assert (strict["class"].iloc[0], loose["class"].iloc[0]) == ("S2", "S1")


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
    assert heavy.result.score[0, 0] < plain < none.result.score[0, 0] == 1
    others = score_parcels(factors, CATALOGUE, ["toki"], weights={"shakuyaku": {"soil_depth_cm": 15}})
    np.testing.assert_array_equal(
        others.result.score, score_parcels(factors, CATALOGUE, ["toki"]).result.score
    )


def test_a_weight_of_0_leaves_a_knock_out_its_power() -> None:
    weights = {"shakuyaku": {"slope_deg": 0.0}}
    steep = score_parcels(factors_of([STEEP]), CATALOGUE, ["shakuyaku"], weights=weights)
    assert steep.result.excluded[0, 0] and steep.frame("shakuyaku")["limiting_factor"].iloc[0] == "slope_deg"
    unknown = score_parcels(
        factors_of([good_site() | {"slope_deg": None}]), CATALOGUE, ["shakuyaku"], weights=weights
    )
    assert unknown.result.lower[0, 0] == 0, "it may still exclude"


@pytest.mark.parametrize(
    "weights",
    [
        {"shakuyaku": {"slope": 1.0}},
        {"shakuyaku": {"elevation_m": 1.0}},
        {"shakuyaku": {"slope_deg": -1.0}},
        {"shakuyaku": {"slope_deg": math.nan}},
        {"shakuyaku": {"slope_deg": math.inf}},
        {"peony": {"slope_deg": 1.0}},
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
    scores = score_parcels(factors_of([good_site(), WORSE, STEEP, NOTHING]), CATALOGUE)
    table = summary(scores, CATALOGUE).set_index("herb_id")
    assert (table[["S1", "S2", "S3", "N1", "N2", "unknown"]].sum(axis=1) == 4).all()
    assert table.loc["shakuyaku", "herb"] == "芍薬(シャクヤク)"
    assert table.loc["shakuyaku", "N2"] == 1 and table.loc["shakuyaku", "unknown"] == 1
    assert table.loc["shakuyaku", "best_score"] == 1
    empty = summary(score_parcels(factors_of([]), CATALOGUE), CATALOGUE)
    assert len(empty) == 26 and empty["best_score"].isna().all()


def test_ranking_lists_the_best_with_their_address() -> None:
    scores = score_parcels(factors_of([WORSE, good_site(), STEEP]), CATALOGUE, ["shakuyaku", "toki"])
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
    sites = [good_site(), NOTHING, STEEP, WORSE, good_site()]
    plain = factors_of(sites)
    barred = score_parcels(excluded_by(plain, [0.5, 1.0, 0.9, 0.499, 0.0]), CATALOGUE)
    free = score_parcels(plain, CATALOGUE)

    for herb_id in HERBS:
        frame = barred.frame(herb_id)
        out = frame.iloc[:3]
        assert (out[["score", "lower", "upper"]] == 0).all(axis=None)
        assert (out[["class", "class_lower", "class_upper"]] == "N2").all(axis=None)
        assert out["limiting_factor"].isna().all()
        rest = ["score", "lower", "upper", "class", "limiting_factor"]
        own, other = (told.iloc[3:][rest].astype(object).fillna("") for told in (frame, free.frame(herb_id)))
        assert own.equals(other)
    assert barred.best()["herb_id"].isna().tolist() == [True, True, True, False, False]
    assert summary(barred, CATALOGUE)["unknown"].tolist() == [0] * len(HERBS)
