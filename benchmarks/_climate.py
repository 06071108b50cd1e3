"""Thirty years of climate beside the plain kernel: a task of `benchmarks._tasks`."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks._scoring import random_columns

#: Cells of the tertiary mesh that a municipality of 1,300 km² has.
_CELLS = 1_300


def climate_years(count: str) -> dict[str, Any]:
    """All herbs in thirty years, where every parcel has a climate of its own and where they share mesh cells."""
    from kanpo.climate import Anomalies, climate_risk
    from kanpo.herbs import load_catalogue
    from kanpo.suitability import compile_requirements, run_kernel

    catalogue, columns = load_catalogue(), random_columns(int(count))
    compiled = compile_requirements({herb: catalogue.requirements_of(herb) for herb in catalogue.herbs})
    random = np.random.default_rng(0)
    by_factor = {
        "warmth_index_c_month": random.normal(0, 6, 30),
        "warmest_month_temp_c": random.normal(0, 1.2, 30),
        "coldest_month_min_temp_c": random.normal(0, 1.2, 30),
        "annual_precip_mm": random.normal(1, 0.1, 30),
        "max_snow_depth_cm": np.abs(random.normal(1, 0.4, 30)),
    }
    years = np.arange(1991, 2021)
    anomalies = Anomalies("made up", years, (1991, 2020), 30, by_factor, {}, np.linspace(2, 25, 12))
    cell = random.integers(0, min(_CELLS, int(count)), int(count))
    mesh = columns | {key: columns[key][cell] for key in by_factor}
    return {
        "kernel": _least(lambda: run_kernel(columns, compiled)),
        "seconds": _least(lambda: climate_risk(columns, catalogue, anomalies)),
        "mesh_seconds": _least(lambda: climate_risk(mesh, catalogue, anomalies)),
    }


def _least(work: Callable[[], object]) -> float:
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


CLIMATE_TASKS: dict[str, Callable[..., dict[str, Any]]] = {"climate_years": climate_years}
