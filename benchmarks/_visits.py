"""What a plan of visits is worth against a random order, on the sample, whose truth is known.

The sample knows the truth of its soils (`data/truth.csv`); what it does not know is completed at
random. Of what costs a visit most is hidden: value by value, or whole parcels. A visit shows
everything that a visit and a soil sample can show. Parcels are visited in batches, each chosen from
what is known by then; expectations stay those of the start, as `kanpo score` leaves them.

    python -m benchmarks._visits [runs]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from kanpo.herbs import Catalogue, load_catalogue
from kanpo.parcels import current_parcels, ingest_parcels
from kanpo.schema import FACTORS
from kanpo.sites import Factors, add_layer, compute_factors
from kanpo.store import Project
from kanpo.suitability import Expectations, ScoreSettings, compile_requirements, expect, score_parcels
from kanpo.visits import plan_visits

#: Factors that cost a visit or a soil sample.
FIELD = [key for key, factor in FACTORS.items() if factor.cost != "desk"]
BEST, VISITS, BATCH = 20, 40, 10
#: Share of the values, or of the parcels, that nobody has looked at.
HIDDEN = 0.85

Hiding = Literal["values", "parcels", "nothing"]


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
        return replace(self.known, values=values)


def sample_world(sample: Path, folder: Path, seed: int, hiding: Hiding) -> World:
    """The sample municipality with its truth, and what is known of it when most is hidden.

    Parameters
    ----------
    sample : Path
        ``data`` of this repository.
    folder : Path
        For the project.
    hiding : {"values", "parcels", "nothing"}
        Whether each value that costs a visit is hidden by itself, or all of a parcel together; with
        "nothing" what the sample's register, layers and visits say is known and true.
    """
    parcels, factors = _sample(sample, folder)
    truth, random = factors.values.copy(), np.random.default_rng(seed)
    told = pd.read_csv(sample / "truth.csv", dtype={"parcel_id": str}).set_index("parcel_id")
    for key in told.columns if hiding != "nothing" else ():
        truth[key] = told[key].reindex(truth.index).combine_first(truth[key])
    for key in truth.columns:
        gone = truth[key].isna().to_numpy()
        truth.loc[gone, key] = random.choice(truth[key].dropna().to_numpy(), gone.sum())
    known = truth.copy()
    if hiding == "nothing":
        known[FIELD] = factors.values[FIELD]
        return World(parcels, replace(factors, values=known), replace(factors, values=truth))
    each = random.random((len(truth), len(FIELD))) < HIDDEN
    whole = np.repeat(random.random((len(truth), 1)) < HIDDEN, len(FIELD), axis=1)
    hidden = each if hiding == "values" else whole
    for column, key in enumerate(FIELD):
        known.loc[hidden[:, column], key] = np.nan if FACTORS[key].kind == "number" else None
    return World(parcels, replace(factors, values=known), replace(factors, values=truth))


def _sample(sample: Path, folder: Path) -> tuple[gpd.GeoDataFrame, Factors]:
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
        return current_parcels(project), compute_factors(project, keep=False)


#: From who was visited so far to the next batch.
Policy = Callable[[list[str]], list[str]]


@dataclass(frozen=True, eq=False)
class Search:
    """The search for the best parcels of a herb in a world, with expectations as they were at the start."""

    world: World
    catalogue: Catalogue
    herb: str
    settings: ScoreSettings

    @classmethod
    def begin(cls, world: World, catalogue: Catalogue, herb: str) -> Search:
        """With what the parcels that are known at the start let expect."""
        needs = {herb: catalogue.requirements_of(herb)}
        hope: Expectations = expect(world.known.columns(), world.known.land_codes(), needs, ())
        return cls(world, catalogue, herb, ScoreSettings(expectations=hope))

    def plan(self, visited: list[str]) -> list[str]:
        """The next batch as `kanpo visits plan` proposes it."""
        plan = plan_visits(
            self.world.parcels,
            self.world.after(visited),
            self.catalogue,
            [self.herb],
            budget=BATCH,
            best=BEST,
            settings=self.settings,
        )
        return list(plan.visits["parcel_id"])

    def ranked(self, factors: Factors) -> pd.DataFrame:
        """Every parcel by rank, with its score."""
        scores = score_parcels(
            factors, self.catalogue, [self.herb], expectations=self.settings.expectations, works=()
        )
        return scores.frame(self.herb).sort_values("rank", kind="stable").set_index("parcel_id")

    def loss(self, visited: list[str]) -> float:
        """By how much the true mean score of the best chosen lies below that of the truly best."""
        truth = self.ranked(self.world.truth)["score"]
        chosen = self.ranked(self.world.after(visited)).index[:BEST]
        return float(truth.iloc[:BEST].mean() - truth.loc[chosen].mean())

    def unseen_first(self, *, plain: bool = False) -> float:
        """Share of the best at the start of which nothing that costs a visit is known.

        By the point alone, whatever class is known; `plain` expects the plain mean in place of the
        cautious one, for comparison.
        """
        settings = self.settings
        if plain:
            settings = replace(settings, expectations=_plain(self.world, self.catalogue, self.herb))
        frame = replace(self, settings=settings).ranked(self.world.known)
        first = frame.sort_values(["score", "lower"], ascending=False, kind="stable").index[:BEST]
        return float(self.world.known.values.loc[first, FIELD].isna().all(axis=1).mean())


def _plain(world: World, catalogue: Catalogue, herb: str) -> Expectations:
    """The plain mean of each membership over the known parcels, on every type of land."""
    compiled = compile_requirements({herb: catalogue.requirements_of(herb)})
    columns, land = world.known.columns(), world.known.land_codes()
    means = {
        (herb, judge.factor): (float(np.nanmean(judge.judge(columns[judge.factor], land, 0))),)
        * compiled.worst.shape[2]
        for judge in compiled.judges
    }
    return Expectations(means, means)


def visit_at_random(world: World, seed: int) -> Policy:
    """Batches in a random order of all parcels."""
    order = list(np.random.default_rng(seed).permutation(world.known.parcel_ids))
    return lambda visited: order[len(visited) : len(visited) + BATCH]


def visit(policy: Policy) -> list[str]:
    """Who was visited when the visits are spent."""
    visited: list[str] = []
    while len(visited) < VISITS:
        batch = policy(visited)
        if not batch:
            break
        visited += batch
    return visited


def simulate(
    sample: Path, folder: Path, herbs: list[str] | None, seeds: list[int], hiding: Hiding
) -> pd.DataFrame:
    """Losses of the plan and of a random order from the same start, a row for each herb and seed.

    All herbs of which the catalogue knows enough for a class, where none are named.
    """
    catalogue = load_catalogue()
    herbs = herbs or [herb for herb in catalogue.herbs if not catalogue.reference_only(herb)]
    rows = []
    for seed in seeds:
        world = sample_world(sample, folder, seed, hiding)
        for herb in herbs:
            search = Search.begin(world, catalogue, herb)
            rows.append(
                {
                    "herb_id": herb,
                    "seed": seed,
                    "before": search.loss([]),
                    "plan": search.loss(visit(search.plan)),
                    "random": search.loss(visit(visit_at_random(world, seed))),
                    "unseen": search.unseen_first(),
                    "unseen_plain": search.unseen_first(plain=True),
                }
            )
    return pd.DataFrame(rows)


def main() -> None:
    """Print the losses per herb and over all runs, with values and with whole parcels hidden."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    sample = Path(__file__).parents[1] / "data"
    with tempfile.TemporaryDirectory() as folder:
        for hiding in ("values", "parcels"):
            found = simulate(sample, Path(folder), None, list(range(runs)), hiding)
            numbers = found.drop(columns="seed")
            print(f"\n{HIDDEN:.0%} of the {hiding} hidden, {VISITS} visits, {len(found)} paired runs")
            print(numbers.groupby("herb_id").mean().round(4).to_string())
            mean = numbers.drop(columns="herb_id").mean()
            print(mean.round(4).to_string())
            ratio = mean["plan"] / mean["random"]
            print(f"loss of the plan / loss of random visits: {ratio:.2f}", flush=True)


if __name__ == "__main__":
    main()
