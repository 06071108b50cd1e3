"""Yields per 10 a, by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from kanpo.trials import harvests_with_yield

PLOTS = pd.DataFrame(
    {
        "trial_code": ["T1", "T1"],
        "plot_code": ["A", "B"],
        "treatment": ["標準", "早植え"],
        "replicate": [1, 1],
        "area_m2": [10.0, 20.0],
    }
)


def test_yield_is_per_thousand_square_metres() -> None:
    harvests = pd.DataFrame(
        {
            "trial_code": ["T1", "T1", "T1"],
            "plot_code": ["A", "B", "B"],
            "area_m2": [None, 5.0, None],
            "fresh_kg": [8.0, 4.0, None],
            "dry_kg": [2.0, None, 0.0],
        }
    )
    frame = harvests_with_yield(harvests, PLOTS)
    assert frame["yield_fresh_kg_per_10a"].tolist()[:2] == [800.0, 800.0]
    assert frame["yield_dry_kg_per_10a"].tolist()[0] == 200.0
    assert frame["yield_dry_kg_per_10a"].tolist()[2] == 0.0
    assert frame["yield_dry_kg_per_10a"].isna().tolist() == [False, True, False]
    assert frame["dry_fresh_ratio"].tolist()[0] == pytest.approx(0.25)
