"""Trials where they are suggested, against random sites, over five simulated seasons."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks._seasons import run
from benchmarks._visits import sample_world
from kanpo.herbs import load_catalogue

SAMPLE = Path(__file__).parents[2] / "data"


def test_suggested_sites_lose_less_than_random_ones(tmp_path: Path) -> None:
    """The yield lost on the sites tried in seasons 2 to 5; `docs/evidence.md` has more seeds and herbs."""
    world, catalogue = sample_world(SAMPLE, tmp_path, 0, desk_only=False), load_catalogue()
    lost = {
        way: np.mean(run(world, catalogue, "toki", 0, suggested=way)["regret_of_sites"].to_numpy()[2:])
        for way in (True, False)
    }
    assert lost[True] < 0.75 * lost[False]
