"""Two seasons of made-up field trials: plots on real outlines of the sample, work, observations, harvests.

Yields lie in the usual ranges of each herb; treatment, block and plot effects are drawn at random, so
that an analysis finds something and not too much.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from sample_parcels import Field
from sample_protocols import TRIALS, Trial
from sample_register import Register
from sample_terrain import Terrain, outline_lonlat
from shapely import affinity

RECORDERS = ("見本記録者A", "見本記録者B")
GROWERS = pd.DataFrame(
    {
        "grower_code": [f"G{n:02d}" for n in range(1, 7)],
        "name": [f"架空 {n}（見本）" for n in ("一郎", "二葉", "三平", "四季", "五月", "六花")],
        "phone": [f"000-0000-000{n}" for n in range(1, 7)],
        "note": [
            "見本データ。実在しない人物",
            "見本データ。実在しない人物。畑の経験あり",
            "見本データ。実在しない人物。乾燥機を持つ",
            "見本データ。実在しない人物。水稲が主",
            "見本データ。実在しない人物。新規就農",
            "見本データ。実在しない人物。週末のみ",
        ],
    }
)

#: Plots of which the roots were not weighed dry, by trial and order of harvest.
_NOT_DRIED = {"TK-2024": {5}, "TK-2025": {2, 11}, "SY-2024": {7}}


def choose_sites(register: Register, fields: list[Field], terrain: Terrain) -> dict[str, int]:
    """Index of the field of each trial: flat and dry ones for roots, a wet former paddy for ハトムギ."""
    centres = np.array([f.shape.centroid.coords[0] for f in fields])
    steep = np.hypot(*terrain.slope(centres).T)
    drainage = register.truth["drainage"].to_numpy()
    texture = register.truth["soil_texture"].to_numpy()
    kinds = np.array([field.kind for field in fields])
    root = (drainage == "well") & np.isin(texture, ("loam", "sandy_loam")) & (kinds == "valley")
    suits = {
        **{f"flat {n}": (root, 3, 4) for n in (1, 2, 3)},
        "wet": ((drainage == "imperfect") & np.isin(kinds, ("valley", "consolidated")), 2, 1),
    }
    chosen: dict[str, int] = {}
    taken: set[int] = set()
    for site, (suited, columns, rows) in suits.items():
        for n in np.flatnonzero(suited & (steep < 0.05)).tolist():
            if fields[n].settlement not in taken and _grid(fields[n], (8.0, 3.0), columns, rows):
                chosen[site] = n
                taken.add(fields[n].settlement)
                break
    return chosen


def _grid(field: Field, plot_m: tuple[float, float], columns: int, rows: int) -> list[shapely.Polygon] | None:
    """Plots in rows along the longest side, 0.5 m between plots and 1 m between rows; None without room."""
    corners = shapely.get_coordinates(field.shape.minimum_rotated_rectangle)[:4]
    sides = np.roll(corners, -1, axis=0) - corners
    along = sides[np.hypot(*sides.T).argmax()]
    angle = float(np.degrees(np.arctan2(along[1], along[0])))
    long, wide = plot_m
    length, depth = columns * long + (columns - 1) * 0.5, rows * wide + (rows - 1) * 1.0
    centre = field.shape.centroid
    plots = []
    for row in range(rows):
        for column in range(columns):
            x, y = centre.x - length / 2 + column * (long + 0.5), centre.y + depth / 2 - row * (wide + 1.0)
            box = shapely.box(x, y - wide, x + long, y)
            plots.append(affinity.rotate(box, angle, origin=centre))
    room = field.shape.buffer(-0.5)
    return plots if all(room.contains(plot) for plot in plots) else None


def trial_tables(
    rng: np.random.Generator, register: Register, fields: list[Field], sites: dict[str, int]
) -> dict[str, pd.DataFrame]:
    """Tables of trials, plots, operations, observations and harvests, by file name."""
    parts: dict[str, list[pd.DataFrame]] = {
        name: [] for name in ("trials", "plots", "operations", "observations", "harvests")
    }
    for trial in TRIALS:
        field = fields[sites[trial.site]]
        plots = _plots(rng, trial, field)
        parts["trials"].append(_head(trial, register.ids[sites[trial.site]]))
        parts["plots"].append(plots)
        parts["operations"].append(_operations(trial))
        parts["observations"].append(_observations(rng, trial, plots))
        parts["harvests"].append(_harvests(rng, trial, plots))
    return {name: pd.concat(tables, ignore_index=True) for name, tables in parts.items()}


def _head(trial: Trial, parcel: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "trial_code": [trial.code],
            "title": trial.title,
            "herb_id": trial.herb,
            "parcel_id": parcel,
            "season": trial.season,
            "design": trial.design,
            "treatments": ";".join(trial.treatments),
            "grower_code": trial.grower,
            "happened_at": trial.started,
            "actor": RECORDERS[0],
        }
    )


def _plots(rng: np.random.Generator, trial: Trial, field: Field) -> pd.DataFrame:
    """One row of plots is one block; the order of treatments within each is drawn."""
    columns = len(trial.treatments)
    shapes = _grid(field, trial.plot_m, columns, trial.replicates)
    assert shapes is not None
    rows = []
    for block in range(trial.replicates):
        for column, treatment in enumerate(rng.permutation(columns)):
            outline = outline_lonlat(shapes[block * columns + column], 7)
            rows.append(
                {
                    "trial_code": trial.code,
                    "plot_code": f"{trial.code}-{block + 1}{column + 1:02d}",
                    "treatment": trial.treatments[treatment],
                    "replicate": block + 1,
                    "plot_row": block + 1,
                    "plot_column": column + 1,
                    "area_m2": trial.plot_m[0] * trial.plot_m[1],
                    "wkt": shapely.to_wkt(outline, rounding_precision=7),
                    "happened_at": trial.started,
                    "actor": RECORDERS[0],
                }
            )
    return pd.DataFrame(rows)


def _operations(trial: Trial) -> pd.DataFrame:
    columns = ["happened_at", "operation", "amount", "unit", "product", "labour_hours", "note"]
    table = pd.DataFrame(list(trial.labour), columns=columns)
    table.insert(0, "trial_code", trial.code)
    table.insert(1, "plot_code", "")
    table["actor"] = RECORDERS[1]
    order = [
        "trial_code",
        "plot_code",
        "operation",
        "happened_at",
        "amount",
        "unit",
        "product",
        "labour_hours",
    ]
    return table[[*order, "note", "actor"]]


def _effect(trial: Trial, treatment: str) -> float:
    """What a treatment adds, as a share of the mean yield."""
    return trial.effects[trial.treatments.index(treatment)] / trial.dry_kg_per_10a


def _observations(rng: np.random.Generator, trial: Trial, plots: pd.DataFrame) -> pd.DataFrame:
    rows: list[tuple[str, ...]] = []
    for day, trait, mean, spread in trial.observed:
        for plot in plots.to_dict("records"):
            value = mean * (1 + 0.5 * _effect(trial, plot["treatment"])) + rng.normal(0, spread)
            if trait.endswith("percent"):
                value = float(np.clip(value, 0, 100))
            shown = str(int(np.clip(round(value), 0, 4))) if trait == "disease_score_0_4" else f"{value:.1f}"
            rows.append((trial.code, plot["plot_code"], trait, shown, day, "", RECORDERS[len(rows) % 2]))
    columns = ["trial_code", "plot_code", "trait", "value", "happened_at", "note", "actor"]
    return pd.DataFrame(rows, columns=columns)


def _harvests(rng: np.random.Generator, trial: Trial, plots: pd.DataFrame) -> pd.DataFrame:
    blocks = rng.normal(0, 0.05, trial.replicates)
    rows = []
    for number, plot in enumerate(plots.to_dict("records")):
        relative = (
            1 + _effect(trial, plot["treatment"]) + blocks[plot["replicate"] - 1] + rng.normal(0, 0.055)
        )
        dry = trial.dry_kg_per_10a * relative * plot["area_m2"] / 1000
        fresh = dry / (trial.dry_share + rng.normal(0, 0.012))
        dried = number not in _NOT_DRIED.get(trial.code, set())
        rows.append(
            {
                "trial_code": trial.code,
                "plot_code": plot["plot_code"],
                "happened_at": trial.harvested,
                "area_m2": plot["area_m2"],
                "fresh_kg": round(fresh, 2),
                "dry_kg": round(dry, 2) if dried else np.nan,
                "note": "" if dried else "乾燥重は未測定",
                "actor": RECORDERS[1],
            }
        )
    return pd.DataFrame(rows)


_LIGHT = {"日なた": "full", "半日陰": "partial", "日陰": "shade"}
_HARM = {"なし": "none", "少": "low", "中": "medium", "多": "high"}
_NOTES = (
    "",
    "",
    "ススキが優占",
    "水路は使える",
    "石が多い",
    "進入路は軽トラック可",
    "湧水あり",
    "クズが繁茂",
)


def visit_table(rng: np.random.Generator, register: Register, sites: dict[str, int]) -> pd.DataFrame:
    """Visits to 25 parcels, those of the trials among them; some values were not taken."""
    others = [int(n) for n in rng.permutation(len(register.ids)) if n not in sites.values()]
    rows = []
    for n in sorted([*sites.values(), *others[: 25 - len(sites)]]):
        truth = register.truth.iloc[n]
        known: dict[str, str] = register.features[n]["properties"]  # type: ignore[assignment]
        taken = rng.random(6) < np.array([0.9, 0.9, 0.85, 0.6, 0.9, 0.9])
        values = (
            truth["drainage"],
            truth["soil_texture"],
            str(int(truth["soil_depth_cm"])),
            f"{float(truth['soil_ph']):.1f}",
            _LIGHT.get(known["日照"], "full"),
            _HARM.get(known["獣害"], "low"),
        )
        shown = [value if take else "" for value, take in zip(values, taken, strict=True)]
        month, day = int(rng.integers(5, 11)), int(rng.integers(1, 29))
        before = n in sites.values()
        date = (
            f"2023-{month:02d}-{day:02d}" if before else f"{rng.integers(2023, 2026)}-{month:02d}-{day:02d}"
        )
        note = str(rng.choice(_NOTES))
        rows.append((register.ids[n], date, *shown, note, RECORDERS[int(rng.integers(0, 2))]))
    columns = ["parcel_id", "happened_at", "drainage", "soil_texture", "soil_depth_cm", "soil_ph", "sunlight"]
    return pd.DataFrame(rows, columns=[*columns, "wildlife_pressure", "note", "actor"])
