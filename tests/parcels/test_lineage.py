"""Parcels keep their story when a new year's file gives them new ids, and nothing recorded is lost."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.errors import UsageError
from kanpo.locale import Text
from kanpo.parcels._lineage import Lineage, link_years
from kanpo.parcels._lineage_tree import ancestors, descendants, lineage_tree, successor_of
from kanpo.parcels._measure import reproject

#: A place in the Shonai plain in zone X, metres.
EAST, NORTH = -90_000.0, -140_000.0


def parcels(shapes: dict[str, Any], year: int, **attributes: dict[str, Any]) -> gpd.GeoDataFrame:
    """Parcels from outlines in metres; `attributes` by parcel id."""
    ids = list(shapes)
    plane = shapely.transform(
        np.array(list(shapes.values()), dtype=object), lambda xy: xy + np.array([EAST, NORTH])
    )
    return gpd.GeoDataFrame(
        {
            "parcel_id": ids,
            "attributes": [json.dumps(attributes.get(key, {}), ensure_ascii=False) for key in ids],
            "source_year": year,
        },
        geometry=reproject(plane, 6678, 6668) if ids else [],
        crs=6668,
    )


def box(x: float, y: float, width: float = 30.0, height: float = 40.0) -> shapely.Polygon:
    return shapely.box(x, y, x + width, y + height)


def link(old: dict[str, Any], new: dict[str, Any], **attributes: dict[str, Any]) -> Lineage:
    return link_years(parcels(old, 2024), parcels(new, 2025, **attributes))


def pairs(lineage: Lineage) -> dict[tuple[str | None, str | None], str]:
    return {(row.old_id, row.new_id): row.kind for row in lineage.links.itertuples()}


def of(lineage: Lineage, old: str | None, new: str | None) -> pd.Series:
    links = lineage.links
    mine = (links["old_id"].isna() if old is None else links["old_id"] == old) & (
        links["new_id"].isna() if new is None else links["new_id"] == new
    )
    return links[mine].iloc[0]


# One kind at a time


def test_the_same_outline_is_found_again_without_its_id() -> None:
    lineage = link({"a": box(0, 0), "b": box(30, 0)}, {"x": box(0, 0), "y": box(30, 0)})
    assert pairs(lineage) == {("a", "x"): "same", ("b", "y"): "same"}
    assert of(lineage, "a", "x")["by"] == "overlap"
    assert of(lineage, "a", "x")["share_old"] == pytest.approx(1)
    assert list(lineage.links[["old_year", "new_year"]].drop_duplicates().iloc[0]) == [2024, 2025]


def test_an_outline_drawn_anew_is_the_same_even_in_a_small_field() -> None:
    crooked = shapely.Polygon([(0.4, -0.3), (10.3, 0.2), (9.7, 12.3), (-0.2, 11.8)])
    lineage = link({"a": box(0, 0, 10, 12), "b": box(10, 0, 10, 12)}, {"x": crooked})
    assert pairs(lineage) == {("a", "x"): "same", ("b", None): "gone"}


def test_a_moved_edge_reshapes_both_neighbours_and_says_which_land_went_over() -> None:
    lineage = link({"a": box(0, 0), "b": box(30, 0)}, {"x": box(0, 0, 26), "y": shapely.box(26, 0, 60, 40)})
    assert set(lineage.old_fates) == set(lineage.new_fates) == {"reshaped"}
    assert pairs(lineage) == dict.fromkeys([("a", "x"), ("a", "y"), ("b", "y")], "reshaped")
    assert of(lineage, "a", "y")["share_old"] == pytest.approx(4 / 30, abs=1e-3)


def test_a_split_and_a_merger_have_shares() -> None:
    lineage = link(
        {"a": box(0, 0), "b": box(30, 0), "c": box(60, 0, 10)},
        {"x": box(0, 0, 20), "y": box(20, 0, 10), "z": box(30, 0, 40)},
    )
    assert dict(lineage.old_fates) == {"a": "split", "b": "merged", "c": "merged"}
    assert dict(lineage.new_fates) == {"x": "split_part", "y": "split_part", "z": "merged"}
    assert of(lineage, "a", "y")[["share_old", "share_new"]].tolist() == pytest.approx([1 / 3, 1], abs=1e-3)
    assert of(lineage, "c", "z")[["share_old", "share_new"]].tolist() == pytest.approx([1, 0.25], abs=1e-3)


def test_half_of_a_split_parcel_may_join_its_neighbour() -> None:
    lineage = link({"a": box(0, 0), "b": box(30, 0)}, {"x": box(0, 0, 15), "y": box(15, 0, 45)})
    assert dict(lineage.old_fates) == {"a": "split", "b": "merged"}
    assert dict(lineage.new_fates) == {"x": "split_part", "y": "merged"}


def test_land_given_up_and_land_taken_up() -> None:
    lineage = link({"a": box(0, 0)}, {"x": box(500, 0)})
    assert pairs(lineage) == {("a", None): "gone", (None, "x"): "new"}
    assert dict(lineage.old_fates) == {"a": "gone"} and dict(lineage.new_fates) == {"x": "new"}


def test_a_strip_that_a_neighbour_took_leaves_the_rest_gone() -> None:
    lineage = link({"a": box(0, 0), "b": box(30, 0)}, {"y": shapely.box(25, 0, 60, 40)})
    assert dict(lineage.old_fates) == {"a": "gone", "b": "reshaped"}
    assert of(lineage, "a", None)["share_old"] == pytest.approx(5 / 6, abs=1e-3)
    assert of(lineage, "a", "y")["share_old"] == pytest.approx(1 / 6, abs=1e-3)


def test_land_drawn_twice_is_no_merger() -> None:
    lineage = link({"a": box(0, 0), "twin": box(0, 0), "half": box(0, 0, 15)}, {"x": box(0, 0)})
    assert dict(lineage.new_fates) == {"x": "same"}
    assert dict(lineage.old_fates) == {"a": "same", "twin": "same", "half": "reshaped"}


def test_re_plotted_land_is_split_and_merged_not_gone() -> None:
    strips = {f"s{n}": shapely.box(0, 12 * n, 300, 12 * n + 12) for n in range(10)}
    columns = {f"c{n}": shapely.box(30 * n, 0, 30 * n + 30, 120) for n in range(10)}
    lineage = link(strips, columns)
    assert set(lineage.old_fates) == {"split"} and set(lineage.new_fates) == {"merged"}
    assert len(lineage.links) == 100


# Ids

HISTORY = [
    {"筆ポリゴンID": "n", "更新年度": 2024, "前年同一": True},
    [{"筆ポリゴンID": "a", "発生年度": 2020}],
]


@pytest.mark.parametrize(
    "properties",
    [
        {"last_polygon_uuid": "a"},
        {"last_polygon_uuid": None, "prev_last_polygon_uuid": "a"},
        {"history": HISTORY},
        {"history": json.dumps(HISTORY, ensure_ascii=False)},
        {"history": [[["a"]]]},
        {"history_ja": json.dumps(HISTORY), "last_polygon_uuid": "unknown"},
        {"old_polygon_id": "a"},
    ],
)
def test_ids_that_the_file_names_make_a_link_sure(properties: dict[str, Any]) -> None:
    row = of(link({"a": box(0, 0)}, {"x": box(0, 0)}, x=properties), "a", "x")
    assert (row["by"], row["kind"]) == ("both", "same")
    assert row["confidence"] == pytest.approx(1)


@pytest.mark.parametrize("text", ["", "null", "[1]", "{", '{"history": "[{"}', '{"history": 3}', None])
def test_attributes_that_say_nothing_are_no_trouble(text: str | None) -> None:
    new = parcels({"x": box(0, 0)}, 2025)
    new["attributes"] = [text]
    assert list(link_years(parcels({"a": box(0, 0)}, 2024), new).links["by"]) == ["overlap"]


def test_a_named_parcel_that_lies_elsewhere_stays_reachable_but_doubtful() -> None:
    lineage = link({"a": box(0, 0)}, {"x": box(500, 0)}, x={"last_polygon_uuid": "a"})
    row = of(lineage, "a", "x")
    assert (row["by"], row["kind"], row["share_old"]) == ("id", "reshaped", 0)
    assert row["confidence"] < 0.5
    assert "要確認" in lineage_tree(lineage.links, "a").ja


def test_numbers_given_out_anew_are_not_believed() -> None:
    lineage = link({"1": box(0, 0), "2": box(500, 0)}, {"2": box(0, 0), "1": box(500, 0)})
    assert pairs(lineage) == {("1", "2"): "same", ("2", "1"): "same"}


def test_years_must_be_known_and_in_order() -> None:
    frame = parcels({"a": box(0, 0)}, 2024)
    with pytest.raises(UsageError) as order:
        link_years(frame, frame)
    assert order.value.code == "lineage.order"
    with pytest.raises(UsageError) as unknown:
        link_years(frame.drop(columns="source_year"), frame)
    assert unknown.value.code == "lineage.year"
    assert len(link_years(frame, frame, 2023, 2024).links) == 1


def test_parcels_without_outlines_and_years_without_parcels() -> None:
    none = parcels({}, 2024)
    assert list(link_years(none, parcels({"x": box(0, 0)}, 2025), 2024).new_fates) == ["new"]
    assert list(link_years(parcels({"a": box(0, 0)}, 2024), none, 2024, 2025).old_fates) == ["gone"]
    assert link_years(none, none, 2024, 2025).links.empty
    lost = parcels({"a": box(0, 0)}, 2025)
    lost["geometry"] = gpd.GeoSeries([None], crs=6668)
    assert pairs(link_years(parcels({"a": box(0, 0)}, 2024), lost)) == {("a", "a"): "reshaped"}


# Several years


@pytest.fixture
def three_years() -> pd.DataFrame:
    """a is split into b1 and b2, b2 merges with c, b1 is given up; d keeps its id and is split late."""
    first = link(
        {"a": box(0, 0), "c": box(30, 0), "d": box(100, 0)},
        {"b1": box(0, 0, 10), "b2": box(10, 0, 20), "c2": box(30, 0), "d": box(100, 0)},
    ).links
    second = link_years(
        parcels({"b1": box(0, 0, 10), "b2": box(10, 0, 20), "c2": box(30, 0), "d": box(100, 0)}, 2025),
        parcels({"m": box(10, 0, 50), "d": box(100, 0, 15), "e": box(115, 0, 15)}, 2026),
    ).links
    return pd.concat([second, first], ignore_index=True)


def test_successors_follow_the_chain_and_gone_land_stays_with_its_last_parcel(
    three_years: pd.DataFrame,
) -> None:
    found = successor_of(three_years, ["a", "d", "m", "nowhere", "a"])
    told = {(r.old_id, r.current_id): (round(r.share, 2), r.kind) for r in found.itertuples()}
    assert told == {
        ("a", "m"): (0.67, "merged"),
        ("a", "b1"): (0.33, "gone"),
        ("d", "d"): (0.5, "split"),
        ("d", "e"): (0.5, "split"),
        ("m", "m"): (1, "current"),
        ("nowhere", "nowhere"): (1, "unknown"),
    }
    assert list(found["old_id"].drop_duplicates()) == ["a", "d", "m", "nowhere"]


def test_ancestors_and_descendants_over_years(three_years: pd.DataFrame) -> None:
    down = descendants(three_years, "a")
    assert list(zip(down["parcel_id"], down["year"], strict=True)) == [
        ("b2", 2025),
        ("b1", 2025),
        ("m", 2026),
    ]
    up = ancestors(three_years, "m")
    assert list(zip(up["parcel_id"], up["year"], strict=True)) == [
        ("c2", 2025),
        ("b2", 2025),
        ("c", 2024),
        ("a", 2024),
    ]
    assert up["share"].round(2).tolist() == [0.6, 0.4, 0.6, 0.4]
    assert ancestors(three_years, "e")["parcel_id"].tolist() == ["d", "d"]
    assert descendants(three_years, "nowhere").empty


def test_the_tree_is_readable_in_both_languages(three_years: pd.DataFrame) -> None:
    tree = lineage_tree(three_years, "b2")
    assert tree == Text(
        "b2\nもとの筆:\n└─ a  2024年  分割  100 %\nその後の筆:\n└─ m  2026年  統合  100 %",
        "b2\nfrom:\n└─ a  2024  split  100 %\nbecame:\n└─ m  2026  merged  100 %",
    )
    assert lineage_tree(three_years, "a").ja.splitlines()[1:] == [
        "その後の筆:",
        "├─ b2  2025年  分割  67 %",
        "│  └─ m  2026年  統合  100 %",
        "└─ b1  2025年  分割  33 %",
        "   └─ 2026年  なくなった  100 %",
    ]
    assert "\x1b" not in lineage_tree(three_years, "\x1b[2J").ja


def test_an_id_that_stays_in_use_does_not_go_round() -> None:
    years = [
        link_years(parcels({"a": box(0, 0)}, y), parcels({"a": box(0, 0)}, y + 1)) for y in range(2020, 2025)
    ]
    links = pd.concat([year.links for year in years])
    assert descendants(links, "a")["year"].tolist() == [2021, 2022, 2023, 2024, 2025]
    assert successor_of(links, ["a"])[["current_id", "kind"]].to_numpy().tolist() == [["a", "same"]]


# Laws


@st.composite
def layouts(draw: st.DrawFn) -> dict[str, Any]:
    edges = st.integers(0, 120)
    cuts = draw(st.lists(st.tuples(edges, edges, st.integers(3, 60), st.integers(3, 60)), max_size=7))
    return {f"p{n}": box(x, y, w, h) for n, (x, y, w, h) in enumerate(cuts)}


@settings(max_examples=40, deadline=None)
@given(layouts(), layouts(), st.randoms(use_true_random=False))
def test_laws_of_links(old: dict[str, Any], new: dict[str, Any], random: Any) -> None:
    new = {f"q{key}": shape for key, shape in new.items()}
    before, after = parcels(old, 2024), parcels(new, 2025)
    lineage = link_years(before, after, 2024, 2025)
    links = lineage.links
    assert links[["share_old", "share_new", "confidence"]].apply(lambda c: c.between(0, 1).all()).all()
    assert set(links["old_id"].dropna()) == set(old), "every old parcel is in some link"
    assert set(links["new_id"].dropna()) == set(new), "every new parcel is in some link"
    assert not links.duplicated(["old_id", "new_id"]).any()
    assert set(successor_of(links, old)["old_id"]) == set(old), "nothing is orphaned"

    backwards = link_years(after, before, 2024, 2025).links
    shared = {(r.old_id, r.new_id): (r.share_old, r.share_new) for r in links.dropna().itertuples()}
    flipped = {(r.new_id, r.old_id): (r.share_new, r.share_old) for r in backwards.dropna().itertuples()}
    assert shared.keys() == flipped.keys()
    assert all(shared[key] == pytest.approx(flipped[key], abs=1e-6) for key in shared)

    order = [random.sample(range(len(frame)), len(frame)) for frame in (before, after)]
    shuffled = link_years(before.iloc[order[0]], after.iloc[order[1]], 2024, 2025)
    pd.testing.assert_frame_equal(shuffled.links, links)
    pd.testing.assert_series_equal(shuffled.old_fates, lineage.old_fates)


# A municipality


@dataclass
class Municipality:
    """Two years of one municipality, and what truly became of each parcel."""

    seed: int
    old: dict[str, Any] = field(default_factory=dict)
    new: dict[str, Any] = field(default_factory=dict)
    old_fates: dict[str, str] = field(default_factory=dict)
    new_fates: dict[str, str] = field(default_factory=dict)
    links: set[tuple[str, str]] = field(default_factory=set)
    names: dict[str, list[str]] = field(default_factory=dict)

    #: How often each event begins at a slot: 2 % of the parcels are split, 2 % merge (in twos and
    #: threes), 3 % are reshaped (two at a moved edge, or one that loses a corner), 1 % are gone, 1 % new.
    EVENTS = (
        *(("split", 0.0186), ("merge", 0.0072), ("merge three", 0.0014)),
        *(("edge", 0.0132), ("corner", 0.005), ("gone", 0.0105), ("new", 0.0105), ("half joins", 0.0014)),
    )

    def build(self, size: int) -> Municipality:
        self.random = np.random.default_rng(self.seed)
        y, row = 0.0, 0
        while len(self.old) < size:
            depth = self.random.uniform(25, 60)
            self._row(y, depth, size)
            # Rows stand back to back in pairs, with a road after each pair.
            y += depth + (6.0 if row % 2 else 0.0)
            row += 1
        return self

    def _row(self, y: float, depth: float, size: int) -> None:
        widths = self.random.uniform(11, 35, 140)
        edges = np.concatenate([[0], np.cumsum(widths)])
        slot, names, chances = 0, *zip(*self.EVENTS, strict=True)
        while slot < 140 and len(self.old) < size:
            event = self.random.choice([*names, "same"], p=[*chances, 1 - sum(chances)])
            slots = {"merge": 2, "merge three": 3, "edge": 2, "half joins": 2}.get(event, 1)
            if slot + slots > 140 or len(self.old) + slots > size:
                event, slots = "same", 1
            cuts = [float(edge) for edge in edges[slot : slot + slots + 1]]
            getattr(self, "_" + event.split()[0])(cuts, y, y + depth)
            slot += slots

    def _piece(self, year: int, west: float, east: float, south: float, north: float, fate: str) -> str:
        shapes, fates = ((self.old, self.old_fates), (self.new, self.new_fates))[year]
        key = f"{'on'[year]}{len(shapes):06d}"
        shapes[key] = [(west, south), (east, south), (east, north), (west, north)]
        fates[key] = fate
        return key

    def _link(self, old: str, new: str, named: bool = True) -> None:
        self.links.add((old, new))
        if named:
            self.names.setdefault(new, []).append(old)

    def _same(self, cuts: list[float], south: float, north: float) -> None:
        self._link(*(self._piece(year, *cuts, south, north, "same") for year in (0, 1)))

    def _gone(self, cuts: list[float], south: float, north: float) -> None:
        self._piece(0, *cuts, south, north, "gone")

    def _new(self, cuts: list[float], south: float, north: float) -> None:
        self._piece(1, *cuts, south, north, "new")

    def _split(self, cuts: list[float], south: float, north: float) -> None:
        old = self._piece(0, *cuts, south, north, "split")
        lines = np.sort(self.random.uniform(0.2, 0.8, 1 + int(self.random.random() < 0.2)))
        if len(lines) == 2:
            lines = np.array([0.3, 0.65])
        across = [south, *(south + lines * (north - south)), north]
        for low, high in pairwise(across):
            self._link(old, self._piece(1, *cuts, low, high, "split_part"))

    def _merge(self, cuts: list[float], south: float, north: float) -> None:
        new = self._piece(1, cuts[0], cuts[-1], south, north, "merged")
        for west, east in pairwise(cuts):
            self._link(self._piece(0, west, east, south, north, "merged"), new)

    def _edge(self, cuts: list[float], south: float, north: float) -> None:
        west, middle, east = cuts
        moved = middle - self.random.uniform(0.12, 0.2) * min(middle - west, east - middle)
        a, b = (self._piece(0, *ends, south, north, "reshaped") for ends in ((west, middle), (middle, east)))
        x, y = (self._piece(1, *ends, south, north, "reshaped") for ends in ((west, moved), (moved, east)))
        self._link(a, x)
        self._link(b, y)
        self._link(a, y, named=False)

    def _corner(self, cuts: list[float], south: float, north: float) -> None:
        west, east = cuts
        old, new = (self._piece(year, *cuts, south, north, "reshaped") for year in (0, 1))
        share = self.random.uniform(0.45, 0.7)
        x, y = east - share * (east - west), north - share * (north - south)
        self.new[new] = [(west, south), (east, south), (east, y), (x, north), (west, north)]
        self._link(old, new)

    def _half(self, cuts: list[float], south: float, north: float) -> None:
        west, middle, east = cuts
        half = west + (middle - west) * 0.5
        a = self._piece(0, west, middle, south, north, "split")
        b = self._piece(0, middle, east, south, north, "merged")
        self._link(a, self._piece(1, west, half, south, north, "split_part"))
        joined = self._piece(1, half, east, south, north, "merged")
        self._link(a, joined, named=False)
        self._link(b, joined)

    def frames(self, noise: float = 0.3, lost: float = 0.5) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
        """Both years, the land turned by 17 degrees, each corner drawn anew with noise (m per axis).

        Parcels that share a corner share its noise; a share of new parcels has lost all ids.
        """
        forgotten = set(self.random.permutation(list(self.new))[: round(lost * len(self.new))])
        properties = {key: self._names(names) for key, names in self.names.items() if key not in forgotten}
        return (
            parcels(self._drawn(self.old, 0), 2024),
            parcels(self._drawn(self.new, noise), 2025, **properties),
        )

    def _names(self, names: list[str]) -> dict[str, Any]:
        history = [{"筆ポリゴンID": name, "更新年度": 2024} for name in names]
        if self.random.random() < 0.2:
            return {"history": json.dumps([history], ensure_ascii=False)}
        return {"last_polygon_uuid": names[0], "history": history}

    def _drawn(self, shapes: dict[str, Any], noise: float) -> dict[str, Any]:
        moved: dict[tuple[float, float], np.ndarray] = {}
        turn = np.deg2rad(17)
        turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        drawn = {}
        for key, corners in shapes.items():
            for corner in corners:
                if corner not in moved:
                    moved[corner] = np.array(corner) @ turned + self.random.normal(0, noise, 2) * (noise > 0)
            drawn[key] = shapely.Polygon([moved[corner] for corner in corners])
        return drawn


@pytest.mark.parametrize("lost", [0.5, 1.0])
def test_a_municipality_of_20_000_parcels(lost: float, record_property: Any) -> None:
    truth = Municipality(seed=20240401).build(20_000)
    old, new = truth.frames(lost=lost)
    counts = pd.Series(truth.old_fates).value_counts(normalize=True)
    assert counts[["split", "merged", "reshaped", "gone"]].round(3).tolist() == pytest.approx(
        [0.02, 0.02, 0.03, 0.01], abs=0.003
    )

    start = time.perf_counter()
    lineage = link_years(old.sample(frac=1, random_state=2), new.sample(frac=1, random_state=3))
    took = time.perf_counter() - start

    right_old = (lineage.old_fates == pd.Series(truth.old_fates)[lineage.old_fates.index]).mean()
    right_new = (lineage.new_fates == pd.Series(truth.new_fates)[lineage.new_fates.index]).mean()
    per_fate = (lineage.old_fates == pd.Series(truth.old_fates)).groupby(truth.old_fates).mean()
    assert per_fate.min() >= 0.98, "no kind of change is missed while the many that stay hide it"
    whole = lineage.links[["old_id", "new_id"]].dropna()
    found = set(whole.itertuples(index=False, name=None))
    agree = len(found & truth.links) / len(found | truth.links)
    record_property("lineage", f"old {right_old:.4%} new {right_new:.4%} links {agree:.4%} {took:.2f} s")
    assert min(right_old, right_new, agree) >= 0.995

    recorded = list(np.random.default_rng(1).permutation(list(truth.old))[:3000])
    reached = successor_of(lineage.links, recorded)
    assert set(reached["old_id"]) == set(recorded), "no record is orphaned"
    alive = reached[reached["kind"] != "gone"]
    assert set(alive["current_id"]) <= set(truth.new)
    assert (reached.loc[reached["kind"] == "gone", "old_id"].map(truth.old_fates) == "gone").mean() >= 0.995
