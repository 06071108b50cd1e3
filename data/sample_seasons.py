"""Three made-up seasons of 当帰 on many parcels, for looking at what trials say about scores and years.

Two strains side by side on each parcel; some parcels in all three years, others in one. Yields follow
the true soil of the sample, with a season, a strain and chance, and are better in half shade, where
the catalogue expects less, so that there is something to find out.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sample_register import Register
from sample_terrain import SOILS
from sample_trials import RECORDERS

STRAINS = ("系統A", "系統B")
#: What a season does to yields and to the content of a component.
SEASONS = {2023: (0.88, 0.85), 2024: (1.00, 1.00), 2025: (1.07, 1.15)}
#: Parcels in every season, and those in each single season.
EVERY_YEAR, SINGLE = 8, 6
_BEST_DRY_KG_PER_10A, _PLOT_M2, _DRY_SHARE = 280.0, 10.0, 0.29
#: Limit of quantification of the component, percent.
_LIMIT = 0.05

_DRAINAGE = {"well": 1.0, "moderate": 0.9, "imperfect": 0.72, "poor": 0.5}
_TEXTURE = {"loam": 1.0, "sandy_loam": 0.96, "clay_loam": 0.9, "sandy": 0.75, "clay": 0.68}
_LIGHT = {"日なた": 0.72, "半日陰": 1.0, "日陰": 1.0}
_WILDLIFE = {"なし": 1.0, "少": 0.98, "中": 0.93, "多": 0.85}


def true_worth(register: Register) -> np.ndarray:
    """How well 当帰 would grow on each parcel (n,), 1 where nothing is amiss."""
    truth = register.truth
    known = [feature["properties"] for feature in register.features]
    depth = np.clip(truth["soil_depth_cm"].to_numpy(dtype=float) / 55, 0.4, 1)
    acid = np.clip(1 - 0.25 * np.abs(truth["soil_ph"].to_numpy(dtype=float) - 6.0), 0.5, 1)
    harm = np.array([_WILDLIFE.get(str(one["獣害"]), 0.95) for one in known])  # type: ignore[index]
    light = np.array([_LIGHT.get(str(one["日照"]), 0.9) for one in known])  # type: ignore[index]
    ground = truth["drainage"].map(_DRAINAGE).fillna(0.8) * truth["soil_texture"].map(_TEXTURE).fillna(0.8)
    worth: np.ndarray = ground.to_numpy(dtype=float) * depth * acid * harm * light
    return worth


def season_tables(
    rng: np.random.Generator, register: Register, soils: np.ndarray, spared: set[str]
) -> dict[str, pd.DataFrame]:
    """Tables of trials, plots, harvests and assays, by file name; parcels of `spared` have none.

    `soils` (n,) is what the soil map shows on each parcel.
    """
    worth = true_worth(register)
    count = EVERY_YEAR + SINGLE * len(SEASONS)
    sites = _sites(rng, register, worth, soils, spared, count)
    order = rng.permutation(count)
    every, single = order[:EVERY_YEAR], np.array_split(order[EVERY_YEAR:], len(SEASONS))
    parts: dict[str, list[dict[str, object]]] = {
        name: [] for name in ("trials", "plots", "harvests", "assays")
    }
    for alone, (season, effects) in zip(single, SEASONS.items(), strict=True):
        for number, which in enumerate(sorted([*every.tolist(), *alone.tolist()]), 1):
            site = sites[which]
            _add(
                parts, rng, (season, *effects), number, register.ids[site], worth[site], bool(which in every)
            )
    return {name: pd.DataFrame(rows) for name, rows in parts.items()}


def _sites(
    rng: np.random.Generator,
    register: Register,
    worth: np.ndarray,
    soils: np.ndarray,
    spared: set[str],
    count: int,
) -> list[int]:
    """Parcels of known light on soils of every drainage that the map knows, good and bad ones of each."""
    lit = [str(feature["properties"]["日照"]) != "" for feature in register.features]  # type: ignore[index]
    free = [n for n, one in enumerate(register.ids) if one not in spared and lit[n]]
    mapped = np.array([list(_DRAINAGE).index(SOILS[int(kind)][2]) for kind in soils])
    sites: list[int] = []
    for kind, share in enumerate(np.array_split(np.arange(count), len(_DRAINAGE))):
        there = np.array([n for n in free if mapped[n] == kind])
        ranked = there[np.argsort(worth[there], kind="stable")]
        sites += [int(rng.choice(part)) for part in np.array_split(ranked, len(share))]
    return sites


def _add(
    parts: dict[str, list[dict[str, object]]],
    rng: np.random.Generator,
    season: tuple[int, float, float],
    number: int,
    parcel: str,
    worth: float,
    assayed: bool,
) -> None:
    """One parcel in one season: a plot of each strain, its harvest, and assays of its lot."""
    year, growth, content = season
    code = f"TS{year % 100}-{number:02d}"
    started = f"{year}-04-{10 + number % 8:02d}"
    common = {"happened_at": started, "actor": RECORDERS[0]}
    parts["trials"].append(
        {
            "trial_code": code,
            "title": f"当帰 系統の実証({year}年・架空)",
            "herb_id": "toki",
            "parcel_id": parcel,
            "season": year,
            "design": "demonstration",
            "treatments": ";".join(STRAINS),
            "grower_code": f"G{int(parcel) % 6 + 1:02d}",
            **common,
        }
    )
    site = rng.normal(0, 0.08)
    for at, strain in enumerate(STRAINS):
        plot, lot = f"{code}-{at + 1}", f"L{code}-{strain[-1]}"
        place = {"trial_code": code, "plot_code": plot}
        parts["plots"].append({**place, "treatment": strain, "replicate": 1, "area_m2": _PLOT_M2, **common})
        dry = _BEST_DRY_KG_PER_10A * worth * growth * (1 - 0.07 * at) * np.exp(site + rng.normal(0, 0.06))
        kg = dry * _PLOT_M2 / 1000
        day = f"{year}-11-{8 + number % 9:02d}"
        weights = {"fresh_kg": round(kg / (_DRY_SHARE + rng.normal(0, 0.008)), 2), "dry_kg": round(kg, 2)}
        parts["harvests"].append(
            {**place, "happened_at": day, **weights, "lot_id": lot, "actor": RECORDERS[1]}
        )
        if assayed:
            parts["assays"] += _assays(rng, lot, year, content, at)


def _assays(
    rng: np.random.Generator, lot: str, year: int, content: float, strain: int
) -> list[dict[str, object]]:
    extract = 41 + 2.5 * (content - 1) * 10 * 0.4 + 1.5 * strain + rng.normal(0, 1.2)
    oil = 0.09 * content * (1 - 0.35 * strain) * np.exp(rng.normal(0, 0.35))
    common = {"happened_at": f"{year + 1}-01-20", "laboratory": "見本分析室", "actor": RECORDERS[1]}
    return [
        {
            "lot_id": lot,
            "test": "extract",
            "analyte": "希エタノールエキス",
            "measured": f"{extract:.1f}",
            "unit": "%",
            **common,
        },
        {
            "lot_id": lot,
            "test": "other",
            "analyte": "リグスチリド",
            "measured": f"<{_LIMIT:.2f}" if oil < _LIMIT else f"{oil:.2f}",
            "unit": "%",
            **common,
        },
    ]
