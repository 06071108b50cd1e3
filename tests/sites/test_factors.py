"""The factors of parcels as a value that other rooms take."""

import numpy as np
import pandas as pd
import pytest

from kanpo.errors import InputUnusable, UsageError
from kanpo.schema import FACTORS
from kanpo.sites import Factors


def some() -> Factors:
    return Factors.from_frame(
        pd.DataFrame(
            {"drainage": ["poor", None, "well"], "slope_deg": [3.5, np.nan, 12]}, index=["P1", "P2", "P3"]
        ),
        "survey",
    )


def test_frames_have_a_column_for_every_factor_in_the_order_of_the_schema() -> None:
    factors = some()

    for frame in (factors.values, factors.sources, factors.coverage):
        assert list(frame.columns) == list(FACTORS)
        assert frame.index.tolist() == ["P1", "P2", "P3"]
        assert frame.index.name == "parcel_id"
    assert factors.sources["drainage"].tolist() == ["survey", "", "survey"]
    assert factors.coverage["slope_deg"].tolist() == [1, 0, 1]


def test_columns_are_numbers_with_nan_and_class_codes_with_minus_one() -> None:
    columns = some().columns()

    assert list(columns) == list(FACTORS)
    np.testing.assert_array_equal(columns["slope_deg"], [3.5, np.nan, 12])
    assert columns["drainage"].dtype == np.int8
    assert columns["drainage"].tolist() == [
        FACTORS["drainage"].classes.index("poor"),
        -1,
        FACTORS["drainage"].classes.index("well"),
    ]
    assert columns["sunlight"].tolist() == [-1, -1, -1]


def test_a_subset_keeps_the_order_asked_for() -> None:
    chosen = some().subset(["P3", "P1"])

    assert chosen.parcel_ids == ["P3", "P1"]
    assert chosen.values["slope_deg"].tolist() == [12, 3.5]
    assert chosen.sources.index.tolist() == chosen.coverage.index.tolist() == ["P3", "P1"]


def test_a_value_can_be_assumed_without_changing_the_original() -> None:
    factors = some()
    assumed = factors.with_value("P2", "drainage", "moderate").with_value("P2", "soil_ph", 6)

    assert assumed.values.loc["P2", ["drainage", "soil_ph"]].tolist() == ["moderate", 6]
    assert assumed.sources.loc["P2", "drainage"] == "assumed"
    assert assumed.coverage.loc["P2", "drainage"] == 1
    assert pd.isna(factors.values.loc["P2", "drainage"])
    unknown = assumed.with_value("P2", "drainage", None)
    assert pd.isna(unknown.values.loc["P2", "drainage"]) and unknown.sources.loc["P2", "drainage"] == ""


@pytest.mark.parametrize(
    ("parcel", "factor", "value", "code"),
    [
        ("P9", "slope_deg", 3, "factor.unknown-parcel"),
        ("P1", "gradient", 3, "factor.unknown"),
        ("P1", "drainage", "最高", "factor.class"),
        ("P1", "slope_deg", 91, "factor.value"),
        ("P1", "slope_deg", "急", "factor.value"),
        ("P1", "slope_deg", float("inf"), "factor.value"),
    ],
)
def test_an_assumption_that_cannot_be_is_refused(parcel: str, factor: str, value: object, code: str) -> None:
    with pytest.raises(UsageError) as refused:
        some().with_value(parcel, factor, value)

    assert refused.value.code == code


def test_the_known_share_counts_the_factors_that_have_a_value() -> None:
    assert some().known_share().tolist() == [2 / len(FACTORS), 0, 2 / len(FACTORS)]


def test_a_plain_frame_is_checked_whole_before_it_speaks() -> None:
    frame = pd.DataFrame({"drainage": ["poor", "最高"], "slope_deg": [95.0, 3]}, index=["P1", "P2"])

    with pytest.raises(InputUnusable) as refused:
        Factors.from_frame(frame)

    assert [(p.code, p.place.column) for p in refused.value.problems] == [
        ("factor.class", "drainage"),
        ("factor.value", "slope_deg"),
    ]
    assert "P2" in str(refused.value.problems[0].text())


def test_unknown_columns_and_repeated_parcels_are_refused() -> None:
    with pytest.raises(UsageError):
        Factors.from_frame(pd.DataFrame({"gradient": [1.0]}, index=["P1"]))
    with pytest.raises(InputUnusable):
        Factors.from_frame(pd.DataFrame({"slope_deg": [1.0, 2.0]}, index=["P1", "P1"]))
    with pytest.raises(UsageError):
        some().subset(["P1", "P9"])


def test_no_parcels_are_no_error() -> None:
    assert Factors.unknown([]).columns()["drainage"].shape == (0,)
    assert Factors.from_frame(pd.DataFrame({"slope_deg": []})).parcel_ids == []
