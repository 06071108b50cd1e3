"""How many visits it takes until the best parcels are known: the plan against a random order.

The sample knows the truth of its soils (`data/truth.csv`); what it does not know is completed at
random. A visit shows everything that a visit and a soil sample can show. It is visited in batches, each
batch chosen from what is known by then, until the best k are those of full knowledge.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from kanpo.herbs import Catalogue, load_catalogue
from kanpo.parcels import current_parcels, ingest_parcels
from kanpo.schema import FACTORS
from kanpo.sites import Factors, add_layer, compute_factors
from kanpo.store import Project
from kanpo.suitability import Compiled, FactorColumns, compile_requirements, run_kernel
from kanpo.visits import plan_visits

#: Factors that cost a visit or a soil sample.
FIELD = [key for key, factor in FACTORS.items() if factor.cost != "desk"]
BEST = 20


@dataclass(frozen=True, eq=False)
class World:
    """Parcels, what is known of them at the start, and what is true."""

    parcels: gpd.GeoDataFrame
    known: Factors
    truth: Factors

    def after(self, visited: list[str]) -> Factors:
        """What is known when some parcels have been visited."""
        values = self.known.values.copy()
        values.loc[visited, FIELD] = self.truth.values.loc[visited, FIELD]
        return Factors(values, self.known.sources, self.known.coverage)


def sample_world(sample: Path, folder: Path, seed: int, *, desk_only: bool) -> World:
    """The sample municipality with its truth.

    Parameters
    ----------
    sample : Path
        ``data`` of this repository.
    folder : Path
        For the project.
    desk_only : bool
        Whether the start hides all that costs a visit; otherwise what the sample's register, layers
        and visits say counts as known and true.
    """
    path = folder / "visits.gpkg"
    if not path.exists():
        with Project.create(path) as project:
            # A copy, since what is rejected is written beside the file.
            ingest_parcels(project, Path(shutil.copy(sample / "parcels.geojson", folder)))
            soil = {
                "soil_texture": "texture",
                "drainage": "drainage",
                "soil_depth_cm": "depth_cm",
                "soil_ph": "ph",
            }
            add_layer(project, sample / "elevation.tif", kind="raster")
            add_layer(project, sample / "soil.geojson", columns=soil)
            add_layer(project, sample / "climate_mesh.csv")
            compute_factors(project)
    with Project.open(path) as project:
        parcels, factors = current_parcels(project), compute_factors(project, keep=False)
    known, random = factors.values.copy(), np.random.default_rng(seed)
    truth = known.copy()
    if desk_only:
        told = pd.read_csv(sample / "truth.csv", dtype={"parcel_id": str}).set_index("parcel_id")
        for key in told.columns:
            truth[key] = told[key].reindex(truth.index).combine_first(truth[key])
    for key in truth.columns:
        gone = truth[key].isna().to_numpy()
        truth.loc[gone, key] = random.choice(truth[key].dropna().to_numpy(), gone.sum())
        if key not in FIELD:
            known[key] = truth[key]
        elif desk_only:
            known[key] = np.nan if FACTORS[key].kind == "number" else None
    return World(
        parcels,
        Factors(known, factors.sources, factors.coverage),
        Factors(truth, factors.sources, factors.coverage),
    )


#: From who was visited so far to the next batch.
Policy = Callable[[list[str]], list[str]]


def planned(world: World, catalogue: Catalogue, herb: str, batch: int) -> Policy:
    """Batches as `kanpo visits plan` proposes them."""

    def choose(visited: list[str]) -> list[str]:
        plan = plan_visits(world.parcels, world.after(visited), catalogue, [herb], budget=batch, best=BEST)
        return list(plan.visits["parcel_id"])

    return choose


def at_random(world: World, seed: int, batch: int) -> Policy:
    """Batches in a random order of all parcels."""
    order = list(np.random.default_rng(seed).permutation(world.known.parcel_ids))
    return lambda visited: order[len(visited) : len(visited) + batch]


def visits_needed(world: World, catalogue: Catalogue, herb: str, policy: Policy) -> int:
    """Visits until the best `BEST` by rank are those of full knowledge; all parcels where that never is."""
    compiled = compile_requirements({herb: catalogue.requirements_of(herb)})
    places = {parcel_id: position for position, parcel_id in enumerate(world.known.parcel_ids)}
    known = {key: column.copy() for key, column in world.known.columns().items()}
    truth = world.truth.columns()
    wanted = _best(truth, compiled, world)
    visited: list[str] = []
    while _best(known, compiled, world) != wanted:
        batch = policy(visited)
        if not batch:
            return len(places)
        rows = [places[parcel_id] for parcel_id in batch]
        for key in FIELD:
            known[key][rows] = truth[key][rows]
        visited += batch
    return len(visited)


def _best(columns: FactorColumns, compiled: Compiled, world: World) -> set[str]:
    """The best parcels, ranked as `Scores.frame` ranks them (which takes ten times as long)."""
    result = run_kernel(columns, compiled)
    score = np.nan_to_num(result.score[0], nan=-1.0)
    ids = np.array(world.known.parcel_ids, dtype=str)
    return set(ids[np.lexsort((ids, -result.lower[0], -score))[:BEST]])


def simulate(
    sample: Path, folder: Path, herbs: list[str] | None, seed: int, batch: int, *, desk_only: bool
) -> pd.DataFrame:
    """Visits needed with the plan and in random order, a row for each herb."""
    catalogue = load_catalogue()
    world = sample_world(sample, folder, seed, desk_only=desk_only)
    rows = []
    for herb in herbs or list(catalogue.herbs):
        plan = visits_needed(world, catalogue, herb, planned(world, catalogue, herb, batch))
        random = visits_needed(world, catalogue, herb, at_random(world, seed, batch))
        rows.append((herb, seed, plan, random))
    return pd.DataFrame(rows, columns=["herb_id", "seed", "plan", "random"])
