"""Sentences of comparisons agree with their numbers, whether something is shown or not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kanpo.compare import (
    DegreeDays,
    agreement,
    compare_groups,
    correlate_panel,
    correlation_words,
    degree_day_words,
    drying_words,
    fit_drying,
    fit_storage,
    group_words,
    panel_words,
    pca_words,
    principal_components,
    stability,
    stability_words,
    storage_words,
    year_changes,
    year_words,
)
from kanpo.locale import Text
from tests.compare.made_up import matrix_of

GROUPS = ["鶴岡"] * 8 + ["奈良"] * 8


def joined(sentences: list[Text]) -> str:
    return "\n".join(text.ja for text in sentences)


def matrix(effect: float, columns: int = 4):  # type: ignore[no-untyped-def]
    values = np.random.default_rng(1).normal(5, 0.5, size=(16, columns))
    values[:8, 0] += effect
    return matrix_of(values, GROUPS)


@pytest.mark.parametrize("effect", [4.0, 0.0], ids=["shown", "not shown"])
def test_groups(effect: float) -> None:
    found = compare_groups(matrix(effect))
    sure, said = found.pairs[found.pairs["q"] <= 0.05], joined(group_words(found))
    assert len(sure) == (effect > 0)
    if effect:
        row = sure.iloc[0]
        way = "多い" if row["mean"] > row["mean_against"] else "少ない"
        assert f"{row['group']} で {row['against']} より{way}もの: c0(" in said
        assert f"{2 ** abs(row['log2_fold_change']):.3g}倍" in said
    else:
        assert "差があると言える成分はありませんでした" in said and "証明ではありません" in said


def test_principal_components_are_no_test() -> None:
    found = principal_components(matrix(4.0))
    said = joined(pca_words(found))
    assert f"{found.explained[:2].sum():.0%}" in said and "検定ではありません" in said


@pytest.mark.parametrize("noise", [0.1, 1e6], ids=["agree", "do not"])
def test_panels(noise: float) -> None:
    random = np.random.default_rng(4)
    scores = np.arange(10.0)[:, None] + random.normal(0, noise, size=(10, 4))
    found = agreement(matrix_of(scores))
    said = joined(panel_words(found))
    assert ("一致しています" in said) == (found.p < 0.05) == (noise < 1)
    assert ("最も高いのは S10" in said) == (noise < 1)


@pytest.mark.parametrize("noise", [0.1, 1e6], ids=["shown", "not shown"])
def test_correlations(noise: float) -> None:
    random = np.random.default_rng(4)
    values = np.arange(12.0)[:, None] + random.normal(0, [[noise, 1e6, 1e6]], size=(12, 3))
    found = correlate_panel(matrix_of(np.arange(12.0)[:, None]), matrix_of(values), intervals=0)
    said = joined(correlation_words(found))
    assert ("c0 (" in said) == (found.table["q"].min() <= 0.05) == (noise < 1)
    assert ("ありませんでした" in said) == (noise > 1)


@pytest.mark.parametrize(
    ("step", "said"), [(5.0, "増えたと言えます"), (-5.0, "減ったと言えます"), (0.0, "変わったとは言えません")]
)
def test_years(step: float, said: str) -> None:
    random = np.random.default_rng(2)
    rows = [
        (year, unit, "収量", 100 + step * at + random.normal(0, 0.5))
        for at, year in enumerate(("2024", "2025"))
        for unit in "甲乙丙丁"
        for _ in range(3)
    ]
    changes = year_changes(pd.DataFrame(rows, columns=["year", "unit", "trait", "value"]))
    words = joined(year_words(changes))
    each = changes[changes["unit"] != ""]
    assert said in words
    assert f"増えた {(each['lower'] > 0).sum()}" in words and f"減った {(each['upper'] < 0).sum()}" in words
    assert "2年続けて" in joined(year_words(changes.head(0)))


def test_stability_calls_a_falling_unit_no_stable_one() -> None:
    units = {"平": 1.0, "伸": 3.0, "鈍": 0.2, "逆": -0.2}
    rows = [
        (str(2020 + at), unit, 100 + slope * 10 * at + 0.01 * (at % 2))
        for unit, slope in units.items()
        for at in range(5)
    ]
    found = stability(pd.DataFrame(rows, columns=["year", "unit", "value"]))
    said = stability_words("収量", found)
    assert found.table["unit"].iloc[0] in said[0].ja
    line = {text.ja.split(":")[0]: text.ja for text in said[1:]}
    assert "伸 (" in line["良い環境でよく伸びる(傾き > 1)"]
    assert (
        "鈍 (" in line["環境に左右されにくい(傾き 0〜1)"]
        and "逆" not in line["環境に左右されにくい(傾き 0〜1)"]
    )
    assert "逆 (" in line["良い環境でかえって下がる(傾き < 0)"]


def test_times_beyond_what_was_measured_are_called_so() -> None:
    t = np.arange(0, 30, 3.0)
    values = pd.DataFrame({"unit": "A", "time": t, "value": np.exp(-0.02 * t) + 0.001 * np.cos(t)})
    fits = fit_drying(values, until=0.1)
    assert "測った時間の外" in joined(drying_words(values, fits, 0.1))
    assert "測った時間の外" not in joined(drying_words(values, fit_drying(values, until=0.8), 0.8))


@pytest.mark.parametrize("rate", [0.05, 0.0], ids=["loses", "does not"])
def test_storage(rate: float) -> None:
    t = np.arange(0, 24, 3.0)
    values = pd.DataFrame({"unit": "A", "time": t, "value": np.exp(-rate * t) + 0.01 * np.cos(5 * t)})
    fits = fit_storage(values, limit=0.5)
    said = joined(storage_words(values, fits, 0.5))
    assert ("減っています" in said) == bool(fits["rate_lower"].iloc[0] > 0) == (rate > 0)
    assert ("減っているとは言えません" in said) == (rate == 0)
    assert f"{fits['shelf_life'].iloc[0]:.4g} まで" in said or "出せません" in said


def test_degree_days() -> None:
    periods = pd.DataFrame({"unit": ["a", "b"], "degree_days": [100.0, 110.0]})
    assert "小さい積算温度の方" in joined(degree_day_words(DegreeDays(periods, 0.2, 0.1)))
    assert "小さい日数の方" in joined(degree_day_words(DegreeDays(periods, 0.1, 0.2)))
    assert "比べられません" in joined(degree_day_words(DegreeDays(periods.head(1), np.nan, np.nan)))
