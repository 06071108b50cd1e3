"""What would be if: the same numbers as if it were so, and nothing stored."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.errors import UsageError
from kanpo.herbs import load_catalogue
from kanpo.schema import FACTORS
from kanpo.suitability import read_assumptions, score_parcels, what_if
from tests.suitability.sites import factors_of, good_site, random_sites, value_of

CATALOGUE = load_catalogue()
ONE = st.sampled_from(sorted(FACTORS)).flatmap(lambda key: st.tuples(st.just(key), value_of(key)))


@settings(max_examples=25, deadline=None)
@given(ONE, st.integers(0, 19))
def test_it_is_the_score_of_a_parcel_that_is_so(change: tuple[str, object], position: int) -> None:
    rows, (key, value) = random_sites(20, 3), change
    told = [row | {key: value} if n == position else row for n, row in enumerate(rows)]
    found = what_if(factors_of(rows), f"P{position}", {key: value}, CATALOGUE, ["toki", "oren"])
    before = score_parcels(factors_of(rows), CATALOGUE, ["toki", "oren"])
    # What is expected elsewhere does not follow from what is assumed here.
    after = score_parcels(factors_of(told), CATALOGUE, ["toki", "oren"], expectations=before.expectations)
    for herb, line in zip(("toki", "oren"), found.itertuples(index=False), strict=True):
        now, then = (side.frame(herb).set_index("parcel_id").loc[f"P{position}"] for side in (before, after))
        assert line.herb_id == herb and line.rank == now["rank"] and line.new_rank == then["rank"]
        assert line.lower == now["lower"] and line.upper == now["upper"]
        assert line.new_lower == then["lower"] and line.new_upper == then["upper"]


def test_learning_a_value_narrows_the_interval() -> None:
    factors = factors_of([good_site() | {"soil_ph": None}, good_site()])
    (line,) = what_if(factors, "P0", {"soil_ph": 4.6}, CATALOGUE, ["shakuyaku"]).to_dict("records")
    assert (
        line["lower"] < line["new_lower"] == pytest.approx(line["new_upper"])
        and line["new_upper"] < line["upper"]
    )
    assert line["new_rank"] == 2 and line["new_limiting_factor"] == "soil_ph"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"slope_deg": "５"}, {"slope_deg": 5.0}),
        ({"傾斜": "5"}, {"slope_deg": 5.0}),
        ({"排水": "良", "Drainage": "poor"}, {"drainage": "poor"}),
        ({"排水": "やや不良"}, {"drainage": "imperfect"}),
        ({"土壌pH(H2O)": "6.2"}, {"soil_ph": 6.2}),
        ({"soil_ph": ""}, {"soil_ph": None}),
        ({"日照": "不明"}, {"sunlight": None}),
    ],
)
def test_values_are_read_as_people_write_them(written: dict[str, str], read: dict[str, object]) -> None:
    assert read_assumptions(written) == read


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ({"slope_deg": "95"}, "value.out-of-range"),
        ({"slope_deg": "-1"}, "value.out-of-range"),
        ({"slope_deg": "急"}, "value.not-number"),
        ({"slope_deg": "nan"}, "value.not-number"),
        ({"drainage": "ふつう"}, "value.not-in-list"),
        ({"勾配": "5"}, "factor.unknown"),
        ({"soil_depth_cm": "4,5"}, "what-if.comma"),
        ({"土壌pH(H2O)": "６，５"}, "what-if.comma"),
    ],
)
def test_what_cannot_be_is_refused_with_a_mend(written: dict[str, str], code: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_assumptions(written)
    assert caught.value.code == code and caught.value.mend.ja and caught.value.mend.en


def test_a_parcel_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError):
        what_if(factors_of([good_site()]), "P9", {"slope_deg": 3.0}, CATALOGUE)
