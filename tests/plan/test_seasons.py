"""Trials where they are suggested, against random sites, over five simulated seasons."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks._seasons import areas, run
from benchmarks._visits import sample_world
from kanpo.herbs import load_catalogue

SAMPLE = Path(__file__).parents[2] / "data"


def test_suggested_sites_lose_less_than_random_ones(tmp_path: Path) -> None:
    """The yield lost on the sites tried in seasons 2 to 5; `docs/evidence.md` has more seeds and herbs."""
    world, catalogue = sample_world(SAMPLE, tmp_path, 0, hiding="nothing"), load_catalogue()
    lost = {
        way: np.mean(run(world, catalogue, "toki", 0, suggested=way)["regret_of_sites"].to_numpy()[2:])
        for way in (True, False)
    }
    assert lost[True] < 0.75 * lost[False]


def test_the_measure_of_the_seasons_is_worked_out_by_hand() -> None:
    regret = {"suggest": [0.10, 0.06, 0.04, 0.03, 0.02, 0.02], "random": [0.10, 0.09, 0.08, 0.07, 0.06, 0.05]}
    rows = [
        (way, "toki", seed, season, value, 0.1)
        for way, values in regret.items()
        for seed in (1, 2)
        for season, value in enumerate(values)
    ]
    found = areas(
        pd.DataFrame(rows, columns=["way", "herb_id", "seed", "season", "regret", "regret_of_sites"])
    )
    assert found["suggest"] == pytest.approx(33) and found["random"] == pytest.approx(15)
    assert found["ratio"] == pytest.approx(2.2) and found["ahead se"] == pytest.approx(0)
    assert found["seasons"] == pytest.approx(1.5)
