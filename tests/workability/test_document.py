"""The example in docs/workability.md is what kanpo says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.workability.made_up import answers, costs_of, level_field

_PAGE = (Path(__file__).parents[2] / "docs" / "workability.md").read_text(encoding="utf-8")
_PARCEL = level_field(
    land_type="paddy", idle_class="1_yellow", years_abandoned=6.0, drainage="imperfect", soil_ph=5.0, slope_deg=9.0,
    wildlife_pressure="high", area_m2=2000.0, road_access_m=150.0, water_access_m=100.0,
)  # fmt: skip
_ANSWERS = answers(
    labour_hours_per_10a=200, slope_hours_share=0.5, small_block_hours_share=0.2, small_block_area_m2=3_000,
    trips_per_year=30, travel_hours_per_trip=0.5, carrying_hours_per_10a_100m=2, water_hours_per_10a_100m=3,
    wage_yen_per_hour=1_200, years_of_use=5,
)  # fmt: skip


def test_every_row_of_the_example_is_computed_so() -> None:
    section = _PAGE.split("## 手で確かめる例")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (?!費目|---)(.+?) \| (.*?) ?\| (.*?) ?\|", section, re.MULTILINE)
    table = costs_of([_PARCEL], "toki", _ANSWERS).parts_table("toki")
    assert len(rows) == len(table) + 1
    for (label, yen, hours), part in zip(rows, table.itertuples(), strict=False):
        assert _ends(yen) == pytest.approx((part.yen_low, part.yen_high)), label
        assert _ends(hours) == pytest.approx((part.hours_low, part.hours_high)), label
    total = costs_of([_PARCEL], "toki", _ANSWERS).frame("toki").iloc[0]
    assert _ends(rows[-1][1]) == (total["yen_per_10a_low"], total["yen_per_10a_high"])
    assert _ends(rows[-1][2]) == pytest.approx((total["hours_per_10a_low"], total["hours_per_10a_high"]))
    yearly = re.search(r"1年あたりは ([0-9,]+〜[0-9,]+)円", section)
    assert yearly is not None
    assert _ends(yearly[1]) == pytest.approx((total["yen_per_10a_year_low"], total["yen_per_10a_year_high"]))


def _ends(text: str) -> tuple[float, float]:
    numbers = [float(number.replace(",", "")) for number in re.findall(r"[0-9][0-9,.]*", text)] or [0.0]
    return numbers[0], numbers[-1]
