"""Blocks as a table, and the files that barriers come from."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from kanpo.blocks import block_table, form_blocks, outlines, read_barriers, with_costs
from kanpo.errors import InputUnusable
from kanpo.herbs import load_catalogue
from kanpo.suitability import Scores, score_parcels
from tests.blocks.made_up import fields, line
from tests.suitability.sites import factors_of, good_site, random_sites

CATALOGUE = load_catalogue()
#: Two fields of 900 and 1,800 m² that touch, and one of 900 m² far away.
FRAME = fields((0, 0, 30, 30), (30, 0, 90, 30), (500, 0, 530, 30))


def scored(*changes: dict[str, object], herbs: list[str] | None = None) -> Scores:
    return score_parcels(
        factors_of([good_site() | change for change in changes], ids=["P0", "P1", "P2"]), CATALOGUE, herbs
    )


def test_a_blocks_score_is_the_mean_by_area() -> None:
    scores = scored({"sunlight": "shade"}, {}, {"drainage": None}, herbs=["shakuyaku"])
    table = block_table(form_blocks(FRAME), FRAME, scores).set_index("block_id")
    frame = scores.frame("shakuyaku").set_index("parcel_id")
    for key in ("score", "lower", "upper"):
        assert table.loc["B-P0", key] == pytest.approx((frame.loc["P0", key] + 2 * frame.loc["P1", key]) / 3)
        assert table.loc["B-P2", key] == pytest.approx(frame.loc["P2", key])
    assert list(table["parcels"]) in ([2, 1], [1, 2]) and table.loc["B-P0", "area_m2"] == pytest.approx(2700)
    assert table.loc["B-P0", "compactness"] == pytest.approx(1, abs=1e-3)
    assert table.loc["B-P0", "parcel_ids"] == "P0;P1" and table.loc["B-P0", "settlements"] == "架空沢"


def test_an_excluded_parcel_counts_with_nothing() -> None:
    scores = scored({"drainage": "poor"}, {}, {}, herbs=["shakuyaku"])
    table = block_table(form_blocks(FRAME), FRAME, scores).set_index("block_id")
    own = scores.frame("shakuyaku").set_index("parcel_id").loc["P1", "score"]
    assert table.loc["B-P0", "score"] == pytest.approx(own * 2 / 3)
    assert table.loc["B-P0", "suitable_m2"] == pytest.approx(1800, abs=0.2)


def test_the_best_herb_of_a_block_is_the_best_of_the_whole_not_of_one_field() -> None:
    rows = random_sites(3, 5, missing=0)
    scores = score_parcels(factors_of(rows, ids=["P0", "P1", "P2"]), CATALOGUE)
    table = block_table(form_blocks(FRAME), FRAME, scores).set_index("block_id")
    means = {
        herb: (lambda f: (f.loc["P0", "score"] + 2 * f.loc["P1", "score"]) / 3)(
            scores.frame(herb).set_index("parcel_id")
        )
        for herb in scores.herb_ids
        if not CATALOGUE.reference_only(herb)
    }
    assert table.loc["B-P0", "score"] == pytest.approx(max(means.values()))
    assert means[table.loc["B-P0", "herb_id"]] == pytest.approx(max(means.values()))


def test_nothing_known_is_no_score_and_comes_last() -> None:
    nothing = dict.fromkeys(good_site())
    table = block_table(form_blocks(FRAME), FRAME, scored({}, {}, nothing))
    assert list(table["block_id"]) == ["B-P0", "B-P2"]
    last = table.iloc[1]
    assert last[["score", "herb_id", "class"]].isna().all()
    assert last["lower"] == 0


def test_a_block_is_no_surer_than_its_parcels() -> None:
    """One of two fields unknown: the mean may lie in one class, but of the block nothing is certain."""
    nothing = dict.fromkeys(good_site())
    surely = block_table(form_blocks(FRAME), FRAME, scored({}, {}, {}, herbs=["shakuyaku"]))
    half = block_table(form_blocks(FRAME), FRAME, scored(nothing, {}, {}, herbs=["shakuyaku"]))
    before, after = (table.set_index("block_id").loc["B-P0"] for table in (surely, half))
    assert before["class"] == "S1" and before["certainty"] in ("sure", "by_catalogue")
    assert after["certainty"] == "unknown" and after[["class", "class_lower"]].isna().all()
    assert after["lower"] < before["lower"]


def test_a_sliver_that_nobody_knows_does_not_make_a_large_block_unknown() -> None:
    frame = fields((0, 0, 30, 30), (30, 0, 33, 30))
    rows = [good_site(), dict.fromkeys(good_site())]
    scores = score_parcels(factors_of(rows, ids=["P0", "P1"]), CATALOGUE, ["shakuyaku"])
    line_ = block_table(form_blocks(frame), frame, scores).iloc[0]
    assert line_["certainty"] != "unknown" and line_["sure_m2"] == pytest.approx(900, abs=0.2)


def test_a_range_is_shown_where_measuring_decides_and_areas_say_how_much_may_suit() -> None:
    scores = scored({"drainage": None}, {}, {}, herbs=["shakuyaku"])
    line_ = block_table(form_blocks(FRAME), FRAME, scores).set_index("block_id").loc["B-P0"]
    assert line_["certainty"] == "by_measuring" and pd.isna(line_["class"])
    assert line_["class_lower"] > line_["class_upper"], "S1 comes before S3"
    assert line_["suitable_m2"] == pytest.approx(1800, abs=0.2)
    assert line_["maybe_m2"] == pytest.approx(900, abs=0.2)


def test_a_block_whose_ends_are_one_class_has_that_class_however_sure_it_is() -> None:
    scores = scored({"sunlight": None}, {}, {}, herbs=["shakuyaku", "toki", "ninjin"])
    for gap in (0.0, 1000.0):
        table = block_table(form_blocks(FRAME, gap_m=gap), FRAME, scores)
        same = table["class_lower"] == table["class_upper"]
        assert same.any() and table.loc[same, "class"].equals(table.loc[same, "class_lower"])
        assert table.loc[~same, "class"].isna().all()


def test_a_herb_that_little_is_known_of_is_never_the_best() -> None:
    rows = random_sites(3, 11, missing=0)
    scores = score_parcels(factors_of(rows, ids=["P0", "P1", "P2"]), CATALOGUE)
    table = block_table(form_blocks(FRAME), FRAME, scores)
    assert not any(CATALOGUE.reference_only(herb) for herb in table["herb_id"].dropna())
    reference = next(herb for herb in CATALOGUE.herbs if CATALOGUE.reference_only(herb))
    asked = block_table(form_blocks(FRAME), FRAME, scored({}, {}, {}, herbs=[reference]))
    assert (asked["herb_id"] == reference).all() and asked["class"].isna().all()
    assert (asked["suitable_m2"] == 0).all()


def test_blocks_of_some_parcels_have_the_scores_of_these() -> None:
    scores = scored({"sunlight": "shade"}, {}, {}, herbs=["shakuyaku"])
    some = FRAME.iloc[[0, 2]].reset_index(drop=True)
    table = block_table(form_blocks(some), some, scores).set_index("block_id")
    own = scores.frame("shakuyaku").set_index("parcel_id")
    assert table.loc["B-P0", "score"] == pytest.approx(own.loc["P0", "score"])
    assert table.loc["B-P0", "parcels"] == 1


def test_small_blocks_are_left_out_and_ranks_have_no_gaps() -> None:
    table = block_table(form_blocks(FRAME), FRAME, scored({}, {}, {}), least_area_m2=1000)
    assert list(table["block_id"]) == ["B-P0"] and list(table["rank"]) == [1]


def test_outlines_cover_the_ground_of_the_parcels() -> None:
    formed = form_blocks(FRAME)
    made = outlines(formed, block_table(formed, FRAME, scored({}, {}, {}))).set_index("block_id")
    assert made.to_crs(6678).area["B-P0"] == pytest.approx(2700, rel=1e-3)
    assert made.geom_type["B-P0"] == "Polygon" and made.crs.to_epsg() == 6668


@pytest.mark.parametrize(
    ("name", "driver"), [("川.geojson", "GeoJSON"), ("川.gpkg", "GPKG"), ("川.fgb", "FlatGeobuf")]
)
def test_barriers_are_read_from_what_offices_have(tmp_path: Path, name: str, driver: str) -> None:
    gpd.GeoDataFrame(geometry=line((0, 0), (10, 10)), crs=6668).to_crs(6678).to_file(
        tmp_path / name, driver=driver, engine="pyogrio"
    )
    found = read_barriers(tmp_path / name)
    assert len(found) == 1 and found[0].equals_exact(line((0, 0), (10, 10))[0], 1e-6)


def test_a_file_that_only_pretends_is_refused(tmp_path: Path) -> None:
    vrt = tmp_path / "川.geojson"
    vrt.write_text("<OGRVRTDataSource></OGRVRTDataSource>", encoding="utf-8")
    points = tmp_path / "点.geojson"
    gpd.GeoDataFrame(geometry=gpd.points_from_xy([139.8], [38.7]), crs=4326).to_file(points, driver="GeoJSON")
    far = tmp_path / "遠い.geojson"
    far.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":'
        '{"type":"LineString","coordinates":[[-80000,-140000],[-79000,-140000]]}}]}',
        encoding="utf-8",
    )
    broken = tmp_path / "壊れ.geojson"
    broken.write_text('{"type": "FeatureCollection", "features": [', encoding="utf-8")
    for path, code in (
        (vrt, "layer.form"),
        (points, "barrier.no-lines"),
        (far, "layer.not-in-japan"),
        (broken, "layer.unreadable"),
        (tmp_path / "無い.geojson", "barrier.missing"),
    ):
        with pytest.raises(InputUnusable) as caught:
            read_barriers(path)
        assert caught.value.code == code, path.name


def test_equal_blocks_stand_by_what_they_take_and_an_open_amount_last() -> None:
    """Suitability first, then yen, then area."""
    table = block_table(form_blocks(FRAME), FRAME, scored({}, {}, {}, herbs=["shakuyaku"]))
    assert len(table) > 1 and table["score"].nunique() == table["lower"].nunique() == 1
    ids = table["block_id"].tolist()
    low = [50_000.0] + [10_000.0] * (len(ids) - 1)
    high = [60_000.0, *[20_000.0] * (len(ids) - 1)]
    costs = pd.DataFrame({"block_id": ids, "yen_per_10a_low": low, "yen_per_10a_high": high})
    assert with_costs(table, costs)["block_id"].tolist()[-1] == ids[0], "the largest, and the dearest"
    costs["yen_per_10a_high"] = [60_000.0, *[np.nan] * (len(ids) - 1)]
    costed = with_costs(table, costs)
    assert costed["block_id"].iloc[0] == ids[0] and costed["rank"].tolist() == list(range(1, len(ids) + 1))


def test_where_no_block_has_a_herb_the_list_stands_without_costs() -> None:
    table = block_table(form_blocks(FRAME), FRAME, scored({}, {}, {}))
    pd.testing.assert_frame_equal(with_costs(table, pd.DataFrame({"block_id": []})), table)
