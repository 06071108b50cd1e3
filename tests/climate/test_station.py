"""Days become years: what is short of days, doubtful or moved is left out and named."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from kanpo.climate import StationYears, find_anomalies, station_years
from kanpo.sites import warmth_index
from kanpo.weather import read_station_file
from tests.climate.made_up import MONTHS, off_of, station_text, write_station


def read(tmp_path: Path, text: str) -> StationYears:
    """The years of a file."""
    return station_years(read_station_file(write_station(tmp_path / "x.csv", text)).frame, "架空")


def test_a_whole_year_is_what_its_days_say(series: StationYears) -> None:
    assert series.years.tolist() == list(range(1991, 2021))
    at = 4
    months = np.array(MONTHS) + off_of(1995)
    assert series.months[at] == pytest.approx(months)
    assert series.factors["warmth_index_c_month"][at] == pytest.approx(warmth_index(months[None])[0])
    assert series.factors["warmest_month_temp_c"][at] == pytest.approx(months.max())
    assert series.factors["coldest_month_min_temp_c"][at] == pytest.approx(months.min() - 4)
    assert 1990 < series.factors["annual_precip_mm"][at] < 2010
    # The snow of 1995 is that of the winter that ends in it, December 1994 among it.
    snow = max(0, round(30 - 20 * off_of(1994))), max(0, round(30 - 20 * off_of(1995)))
    assert series.factors["max_snow_depth_cm"][at] == max(snow)


def test_the_first_year_has_no_december_before_it(series: StationYears) -> None:
    assert np.isnan(series.factors["max_snow_depth_cm"][0])
    (problem,) = series.problems
    assert problem.code == "climate.year-left-out"
    assert "1991年の最深積雪" in problem.what.ja
    assert "前年12月" in problem.what.ja


def test_a_month_without_a_fifth_of_its_days_takes_its_year_with_it(tmp_path: Path) -> None:
    def few(day: date) -> bool:
        return (day.year, day.month) == (1993, 7) and day.day <= 7

    def some(day: date) -> bool:
        return (day.year, day.month) == (1993, 7) and day.day <= 6

    gone = read(tmp_path, station_text(1991, 1995, leave_out=few))
    assert np.isnan(gone.factors["warmth_index_c_month"]).tolist() == [False, False, True, False, False]
    named = [problem.what.ja for problem in gone.problems if "1993年の暖かさの指数" in problem.what.ja]
    assert len(named) == 1
    assert "7月" in named[0]
    kept = read(tmp_path, station_text(1991, 1995, leave_out=some))
    assert np.isfinite(kept.factors["warmth_index_c_month"]).all()


def test_rain_of_a_month_with_missing_days_is_not_taken_as_dry(tmp_path: Path) -> None:
    whole = read(tmp_path, station_text(1993, 1993))
    short = read(
        tmp_path, station_text(1993, 1993, leave_out=lambda day: day.month == 6 and day.day in (1, 2, 3, 4))
    )
    ours, all_days = (one.factors["annual_precip_mm"][0] for one in (short, whole))
    assert ours == pytest.approx(all_days, rel=0.002)


@pytest.mark.parametrize(("code", "counts"), [(5, True), (4, False), (2, False), (1, False)])
def test_values_of_poor_quality_are_missing(tmp_path: Path, code: int, counts: bool) -> None:
    text = station_text(1991, 1993, quality=lambda day: code if (day.year, day.month) == (1992, 8) else 8)
    assert np.isfinite(read(tmp_path, text).factors["warmth_index_c_month"][1]) == counts


def test_a_station_that_moved_is_not_joined(tmp_path: Path) -> None:
    moved = read(tmp_path, station_text(1991, 2012, homogeneity=lambda day: 1 if day.year < 1996 else 2))
    usable = moved.years[np.isfinite(moved.factors["warmth_index_c_month"])]
    assert usable.tolist() == list(range(1996, 2013)), "the longest stretch only"
    said = [problem for problem in moved.problems if problem.code == "climate.station-moved"]
    assert len(said) == 1
    assert "平均気温・最低気温・降水量・最深積雪" in said[0].what.ja
    others = [problem.what.ja for problem in moved.problems if problem.code == "climate.year-left-out"]
    assert others == ["1996年の最深積雪は使いません(前年12月が日数の8割に足りない)"], "the rest is said once"
    assert "1991-01-01〜1995-12-31" in said[0].what.ja
    assert "均質番号" in said[0].what.ja


def test_fewer_than_ten_years_give_no_anomalies(tmp_path: Path) -> None:
    found = find_anomalies(read(tmp_path, station_text(2012, 2020)))
    assert not found.by_factor
    assert found.short["warmth_index_c_month"] == 9


def test_anomalies_are_off_the_mean_of_the_normal_period(series: StationYears) -> None:
    found = find_anomalies(series, (1991, 2010))
    assert found.base == 20
    assert len(found.years) == 30
    own = found.by_factor["warmth_index_c_month"]
    assert own[:20].mean() == pytest.approx(0, abs=1e-9)
    assert found.by_factor["annual_precip_mm"][:20].mean() == pytest.approx(1)
    index = series.factors["warmth_index_c_month"]
    assert np.diff(own) == pytest.approx(np.diff(index))


def test_a_page_can_carry_the_table(series: StationYears) -> None:
    table = find_anomalies(series).to_dict()
    assert table["cycle"] == pytest.approx(
        np.array(MONTHS) + np.mean([off_of(y) for y in range(1991, 2021)]), abs=1e-3
    )
    assert len(table["years"]) == 30  # type: ignore[arg-type]
    snow = table["anomalies"]["max_snow_depth_cm"]  # type: ignore[index]
    assert snow[0] is None
    assert table["by_share"] == ["annual_precip_mm", "max_snow_depth_cm"]
