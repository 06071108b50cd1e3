"""Drying, storage and degree days."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kanpo.compare import daily_mean, degree_days, drying_picture, fit_drying, fit_storage
from kanpo.errors import InputUnusable


def curve(t: np.ndarray, values: np.ndarray, unit: str = "A") -> pd.DataFrame:
    return pd.DataFrame({"unit": unit, "time": t, "value": values})


def test_an_exact_curve_gives_its_parameters_back() -> None:
    t = np.linspace(0, 48, 13)
    table = fit_drying(curve(t, 20 + 80 * np.exp(-((0.08 * t) ** 1.3))), equilibrium=20, until=0.1)
    page = table[table["model"] == "page"].set_index("parameter")
    assert page["best"].all() and not table[table["model"] == "newton"]["best"].any()
    assert (page.at["k", "value"], page.at["n", "value"]) == pytest.approx((0.08, 1.3), rel=1e-4)
    assert page.at["k", "until_time"] == pytest.approx(np.log(10) ** (1 / 1.3) / 0.08, rel=1e-4)
    svg = drying_picture(curve(t, 20 + 80 * np.exp(-0.1 * t)), table, equilibrium=20).svg()
    assert "<polyline" in svg and "page" in svg


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Newton's rate in 95 of 100; with 60 curves the share lies above 85 %."""
    random, t = np.random.default_rng(4), np.linspace(0, 30, 10)
    inside = []
    for _ in range(60):
        ratio = np.exp(-0.1 * t) + random.normal(0, 0.01, 10) * (t > 0)
        row = fit_drying(curve(t, ratio)).query("model == 'newton'").iloc[0]
        inside.append(row["lower"] <= 0.1 <= row["upper"])
    assert np.mean(inside) >= 0.85


def test_what_does_not_dry_is_left_out() -> None:
    t = np.arange(8.0)
    both = pd.concat([curve(t, np.exp(-0.3 * t)), curve(t, 1 + t, "wet")])
    assert set(fit_drying(both)["unit"]) == {"A"}
    with pytest.raises(InputUnusable, match=r"compare\.drying-small"):
        fit_drying(curve(t, 1 + t))


def test_storage_is_a_regression_of_logarithms() -> None:
    random, t = np.random.default_rng(2), np.repeat([0.0, 3, 6, 12, 24], 3)
    values = 5 * np.exp(-0.03 * t) * np.exp(random.normal(0, 0.02, len(t)))
    row = fit_storage(curve(t, values), limit=3.0).iloc[0]
    line = stats.linregress(t, np.log(values))
    reach = stats.t.ppf(0.975, len(t) - 2) * line.stderr
    assert (row["rate"], row["rate_lower"], row["rate_upper"]) == pytest.approx(
        (-line.slope, -line.slope - reach, -line.slope + reach)
    )
    assert row["half_life_lower"] < row["half_life"] < row["half_life_upper"]
    # The confidence limit meets the limit before the mean does (ln(5/3)/0.03 = 17.0).
    assert 14 < row["shelf_life"] < np.log(row["start"] / 3) / row["rate"]


def test_no_loss_has_no_half_life() -> None:
    t = np.arange(6.0)
    row = fit_storage(curve(t, np.array([5, 5.2, 4.9, 5.1, 5.0, 5.1])), limit=4).iloc[0]
    assert row["rate_lower"] < 0 < row["rate_upper"] and np.isnan(row["half_life_upper"])
    with pytest.raises(InputUnusable, match=r"compare\.storage-small"):
        fit_storage(curve(np.zeros(4), np.ones(4)))


def weather(days: int = 30) -> pd.DataFrame:
    return pd.DataFrame({"date": pd.date_range("2025-05-01", periods=days), "least": 8.0, "greatest": 22.0})


def test_degree_days_by_hand() -> None:
    periods = pd.DataFrame(
        {"unit": ["A", "B"], "start": ["2025-05-01", "2025-05-11"], "end": ["2025-05-11", "2025-05-31"]}
    )
    found = degree_days(daily_mean(weather()), periods, base=5)
    assert found.periods["days"].tolist() == [10, 20]
    assert found.periods["degree_days"].tolist() == pytest.approx([100, 200])
    assert degree_days(daily_mean(weather()), periods, base=5, ceiling=12).periods[
        "degree_days"
    ].tolist() == [70, 140]
    assert found.cv_days == pytest.approx(found.cv_degree_days)


def test_short_gaps_are_bridged_and_long_ones_said() -> None:
    rows = weather().drop(index=[3, 4])
    periods = pd.DataFrame({"unit": ["A"], "start": ["2025-05-01"], "end": ["2025-05-11"]})
    found = degree_days(daily_mean(rows), periods).periods.iloc[0]
    assert (found["bridged"], found["missing"], found["degree_days"]) == (2, 0, 100)
    gone = degree_days(daily_mean(weather().drop(index=range(2, 7))), periods).periods.iloc[0]
    assert gone["missing"] == 5 and np.isnan(gone["degree_days"])
    wrong = pd.DataFrame({"unit": ["A"], "start": ["2025-05-11"], "end": ["2025-05-01"]})
    with pytest.raises(InputUnusable, match=r"compare\.period"):
        degree_days(daily_mean(weather()), wrong)
