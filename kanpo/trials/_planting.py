"""What to bring to the field: plants, seed and fertiliser of each plot."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import pandas as pd
from scipy import optimize

from kanpo.errors import Place, UsageError
from kanpo.locale import Text
from kanpo.parcels import measure_area_m2
from kanpo.trials._trial import TrialPlan
from kanpo.trials.designs import PlannedPlot

#: Nitrogen is met first; phosphate and potash as nearly as the products then allow.
_PRIORITY = np.array([100.0, 1.0, 1.0])
#: N, P2O5 and K2O.
Nutrients = tuple[float, float, float]
NUTRIENTS = ("N", "P2O5", "K2O")


@dataclass(frozen=True, slots=True)
class Product:
    """A fertiliser and what is guaranteed in it: N, P2O5 and K2O, percent of weight."""

    name: str
    percent: Nutrients


@dataclass(frozen=True, slots=True)
class Rates:
    """What every 10 a (1,000 m²) is to get; None where the list need not say it.

    `plants_of` and `nutrients_of` hold what some treatments get instead (of split-plots also a
    whole-plot or sub-plot treatment; what is said of the sub-plot counts first).
    """

    plants_per_10a: float | None = None
    seed_kg_per_10a: float | None = None
    nutrients_kg_per_10a: Nutrients | None = None
    products: tuple[Product, ...] = ()
    plants_of: Mapping[str, float] = field(default_factory=dict)
    nutrients_of: Mapping[str, Nutrients] = field(default_factory=dict)

    def nutrients(self, plot: PlannedPlot) -> Nutrients:
        """N, P2O5 and K2O of one plot, kg per 10 a."""
        return _special(plot, self.nutrients_of) or self.nutrients_kg_per_10a or (0.0, 0.0, 0.0)

    def plants(self, plot: PlannedPlot) -> float:
        """Plants per 10 a of one plot."""
        special = _special(plot, self.plants_of)
        return special if special is not None else self.plants_per_10a or 0.0


def planting_list(planned: TrialPlan, rates: Rates) -> pd.DataFrame:
    """Quantities plot by plot, then the sum of each treatment, then of the whole trial.

    Returns
    -------
    DataFrame
        Columns ``scope`` (plot, treatment, trial), ``plot_code``, ``block``, ``replicate``,
        ``treatment``, ``plots``, ``area_m2``; as far as `rates` say ``plants`` (whole plants,
        rounded up in each plot), ``seed_g`` and one column ``g: name`` for each product. Sums are
        sums of what stands in the plots, so that what is weighed out is enough.

    Raises
    ------
    UsageError
        The rates name a treatment that the trial does not have.
    """
    plots = planned.plan.plots
    _check_treatments(plots, rates)
    area = np.round(measure_area_m2(np.array(planned.layout.outlines, dtype=object)), 2)
    table = pd.DataFrame(
        {
            "scope": "plot",
            "plot_code": planned.plot_codes,
            "block": [plot.block for plot in plots],
            "replicate": [plot.replicate for plot in plots],
            "treatment": [plot.treatment for plot in plots],
            "plots": 1,
            "area_m2": area,
        }
    )
    if rates.plants_per_10a is not None or rates.plants_of:
        density = np.array([rates.plants(plot) for plot in plots])
        # A rounding error must not add a plant to a plot that needs a whole number of them.
        table["plants"] = np.ceil(density * area / 1000 - 1e-6).astype(int)
    if rates.seed_kg_per_10a is not None:
        table["seed_g"] = np.round(rates.seed_kg_per_10a * area, 1)
    kg = np.array([product_rates(rates.nutrients(plot), rates.products) for plot in plots])
    for number, product in enumerate(rates.products):
        table[f"g: {product.name}"] = np.round(kg[:, number] * area, 1)
    sums = list(table.columns[5:])
    by_treatment = table.groupby("treatment", sort=False, as_index=False)[sums].sum()
    whole = table[sums].sum().to_frame().T
    parts = [table, by_treatment.assign(scope="treatment"), whole.assign(scope="trial")]
    whole_numbers = {key: "Int64" for key in ("block", "replicate", "plots", "plants") if key in table}
    together = pd.concat([part.reindex(columns=table.columns) for part in parts], ignore_index=True)
    return together.astype(whole_numbers).round(2)


def product_rates(wanted: Nutrients, products: Sequence[Product]) -> np.ndarray:
    """Kilograms per 10 a of each product that meet the nutrients wanted.

    Non-negative least squares (Lawson & Hanson 1974) with nitrogen first: where the products cannot
    meet all three, nitrogen is met and the others are missed; `nutrient_gap` says by how much.
    """
    if not products or not any(wanted):
        return np.zeros(len(products))
    contents = np.array([product.percent for product in products]).T / 100
    amounts, _ = optimize.nnls(_PRIORITY[:, None] * contents, _PRIORITY * np.array(wanted))
    return np.asarray(amounts)


def nutrient_gap(wanted: Nutrients, products: Sequence[Product]) -> Text | None:
    """What the products give too much or too little, kg per 10 a; None when all is met to 0.05 kg."""
    if not products:
        return None
    contents = np.array([product.percent for product in products]).T / 100
    gap = contents @ product_rates(wanted, products) - np.array(wanted)
    words = [f"{name} {value:+.1f}" for name, value in zip(NUTRIENTS, gap, strict=True) if abs(value) > 0.05]
    if not words:
        return None
    listed = ", ".join(words)
    goal = "-".join(f"{value:g}" for value in wanted)
    return Text(
        f"この製品では目標 {goal} にぴったり合いません(目標との差、kg/10a): {listed}",
        f"these products do not meet {goal} exactly (off by, kg per 10 a): {listed}",
    )


def planting_sheet(table: pd.DataFrame, products: Sequence[Product]) -> pd.DataFrame:
    """The planting list with headers and kinds of rows in the language of the reader."""
    kinds = {
        "plot": Text("試験区", "plot"),
        "treatment": Text("処理の計", "sum of treatment"),
        "trial": Text("合計", "total"),
    }
    labels = {
        "scope": Text("行の種類", "row"),
        "plot_code": Text("試験区コード", "plot code"),
        "block": Text("ブロック", "block"),
        "replicate": Text("反復", "replicate"),
        "treatment": Text("処理", "treatment"),
        "plots": Text("区数", "plots"),
        "area_m2": Text("面積(m2)", "area (m2)"),
        "plants": Text("苗・株数", "plants"),
        "seed_g": Text("種子(g)", "seed (g)"),
    }
    labels |= {f"g: {p.name}": Text(f"{p.name}(g)", f"{p.name} (g)") for p in products}
    sheet = table.assign(scope=[str(kinds[kind]) for kind in table["scope"]])
    sheet = sheet.astype(object).where(sheet.notna(), None)
    return sheet.rename(columns={key: str(label) for key, label in labels.items()})


_Value = TypeVar("_Value")


def _special(plot: PlannedPlot, values: Mapping[str, _Value]) -> _Value | None:
    names = (plot.treatment, plot.sub_treatment, plot.main_treatment)
    return next((values[name] for name in names if name in values), None)


def _check_treatments(plots: Sequence[PlannedPlot], rates: Rates) -> None:
    known = {name for plot in plots for name in (plot.treatment, plot.sub_treatment, plot.main_treatment)}
    for name in (*rates.plants_of, *rates.nutrients_of):
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            raise UsageError(
                "trial.unknown-treatment",
                Text("その処理はこの試験にありません", "the trial has no such treatment"),
                Text(f"もしかして「{near[0]}」ですか", f"did you mean '{near[0]}'?")
                if near
                else Text("--treatments の名前を使ってください", "use a name given in --treatments"),
                Place(column="treatment", value=name),
            )
