"""How often intervals cover and tests err, over simulated trials of every design.

``python -m benchmarks._coverage --trials 2000`` prints the table of docs/analysis.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kanpo.evidence import Analysis, Design, analyse_traits, make_design

Floats = npt.NDArray[np.float64]
Codes = dict[str, npt.NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class Layout:
    """A design on its plots, how values without treatment effects are drawn, and which term is tested."""

    name: str
    design: Design
    codes: Codes
    noise: Callable[[np.random.Generator, Codes], Floats]
    term: str
    missing: int = 0
    #: Change of the values for one standard deviation of the design's covariate ``x``.
    slope: float = 0.0


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of trials: F tests below 5 % without effects, and 95 % intervals that hold the truth."""

    name: str
    trials: int
    error: float
    family_error: float
    mean_covered: float
    difference_covered: float


def _grid(**sizes: int) -> Codes:
    axes = np.meshgrid(*(np.arange(size) for size in sizes.values()), indexing="ij")
    return {name: axis.reshape(-1) for name, axis in zip(sizes, axes, strict=True)}


def _plain(random: np.random.Generator, codes: Codes) -> Floats:
    return random.normal(size=len(next(iter(codes.values()))))


def _steady(random: np.random.Generator, codes: Codes) -> Floats:
    """Residuals of 1 on blocks that are always the same: their effects are fixed and add up to 0."""
    blocks = codes["b"].astype(float)
    return random.normal(size=len(blocks)) + blocks - np.unique(blocks).mean()


def _shared(*terms: tuple[tuple[str, ...], float]) -> Callable[[np.random.Generator, Codes], Floats]:
    """Residuals of 1 with normal effects of some terms, each with its standard deviation."""

    def draw(random: np.random.Generator, codes: Codes) -> Floats:
        total = _plain(random, codes)
        for names, sd in terms:
            cell = np.zeros(len(total), dtype=np.int64)
            for name in names:
                cell = cell * 1000 + codes[name]
            _, cell = np.unique(cell, return_inverse=True)
            total = total + sd * random.normal(size=cell.max() + 1)[cell]
        return total

    return draw


def layouts() -> list[Layout]:
    """Every design, with plots as many as trials of crude-drug herbs have."""
    latin = _grid(r=5, c=5)
    latin["t"] = (latin["r"] + latin["c"]) % 5
    alpha = _grid(rep=3, t=12)
    alpha["b"] = (alpha["t"] * np.array([1, 5, 7])[alpha["rep"]] + alpha["t"] // 4 * alpha["rep"]) % 4
    larger = _grid(rep=3, t=24)
    larger["b"] = (larger["t"] + larger["rep"] * (larger["t"] // 6)) % 6
    alpha_design = make_design("alpha", treatments=["t"], replicate="rep", blocks=["b"])
    checks = _grid(b=6, k=4)
    new = _grid(b=6, k=3)
    augmented = {
        "b": np.concatenate([checks["b"], new["b"]]),
        "t": np.concatenate([checks["k"], 4 + np.arange(18)]),
    }
    split = _shared((("b",), 1.0), (("b", "w"), 0.7))
    strip = _shared((("b",), 1.0), (("b", "w"), 0.7), (("b", "s"), 0.7))
    split_design = make_design("splitplot", whole_plot="w", sub_plot="s", blocks=["b"])
    rcbd = make_design("rcbd", treatments=["t"], blocks=["b"])
    series = make_design("multienv", treatments=["t"], environment="e", blocks=["b"])
    effects = _shared((("e",), 1.5), (("e", "t"), 0.8), (("e", "b"), 0.5))
    return [
        Layout("crd 4 x 5", make_design("crd", treatments=["t"]), _grid(t=4, k=5), _plain, "t"),
        Layout("rcbd 5 x 4", rcbd, _grid(b=4, t=5), _steady, "t"),
        Layout("rcbd 5 x 4, 3 plots missing", rcbd, _grid(b=4, t=5), _steady, "t", 3),
        Layout(
            "latin 5 x 5", make_design("latin", treatments=["t"], row="r", column="c"), latin, _plain, "t"
        ),
        Layout("splitplot 4 x (3 x 3), whole", split_design, _grid(b=4, w=3, s=3), split, "w"),
        Layout("splitplot 4 x (3 x 3), sub", split_design, _grid(b=4, w=3, s=3), split, "s"),
        Layout("splitplot, 3 plots missing, sub", split_design, _grid(b=4, w=3, s=3), split, "s", 3),
        Layout(
            "stripplot 4 x (3 x 3)",
            make_design("stripplot", treatments=["w", "s"], blocks=["b"]),
            _grid(b=4, w=3, s=3),
            strip,
            "w",
        ),
        Layout(
            "augmented 6 x (4 + 3)",
            make_design("augmented", treatments=["t"], blocks=["b"]),
            augmented,
            _steady,
            "t",
        ),
        Layout("alpha 3 x 12 in threes", alpha_design, alpha, _shared((("rep", "b"), 0.8)), "t"),
        Layout("alpha 3 x 24 in fours", alpha_design, larger, _shared((("rep", "b"), 0.8)), "t"),
        Layout("multienv 6 x 4 x 3", series, _grid(e=6, b=3, t=4), effects, "t"),
        Layout("multienv 6 x 4 x 3, 8 plots missing", series, _grid(e=6, b=3, t=4), effects, "t", 8),
        Layout(
            "rcbd 5 x 4, a covariate",
            make_design("rcbd", treatments=["t"], blocks=["b"], covariates=["x"]),
            _grid(b=4, t=5),
            _steady,
            "t",
            slope=2.0,
        ),
    ]


def measure(layout: Layout, trials: int, seed: int = 1) -> Rates:
    """Simulate trials without treatment effects around a mean of 10 and count."""
    random = np.random.default_rng(seed)
    count = len(next(iter(layout.codes.values())))
    found: list[Analysis] = []
    # Plots that are missing and covariates change from batch to batch; within one the design is worked out once.
    for size in _batches(trials, layout):
        gone = random.choice(count, layout.missing, replace=False)
        kept = np.setdiff1d(np.arange(count), gone)
        columns: dict[str, list[str | None]] = {
            name: [str(code) for code in codes[kept]] for name, codes in layout.codes.items()
        }
        x = random.normal(size=count)
        # The truth that means are compared with stands at the mean of the covariate.
        x -= x[kept].mean()
        if layout.design.covariates:
            columns["x"] = [repr(float(value)) for value in x[kept]]
        names = [f"y{i}" for i in range(size)]
        for name in names:
            values = 10 + layout.noise(random, layout.codes) + layout.slope * x
            columns[name] = [repr(float(value)) for value in values[kept]]
        found += analyse_traits(columns, layout.design, names)
    return _rates(layout, found)


def _batches(trials: int, layout: Layout) -> list[int]:
    batch = 20 if layout.missing or layout.design.covariates else trials
    return [min(batch, trials - start) for start in range(0, trials, batch)]


def _rates(layout: Layout, found: list[Analysis]) -> Rates:
    error, family, means, differences = [], [], [], []
    for one in found:
        rows = [row for row in one.anova if row.term == layout.term and row.p == row.p]
        error.append(rows[-1].p < 0.05)
        mine = one.means[one.means["term"] == layout.term]
        means.append(((mine["lower"] < 10) & (mine["upper"] > 10)).mean())
        pairs = one.pairs[one.pairs["term"] == layout.term]
        family.append((pairs["p_adj"] < 0.05).any())
        differences.append(((pairs["lower"] < 0) & (pairs["upper"] > 0)).all())
    shares = (float(np.mean(values)) for values in (error, family, means, differences))
    return Rates(layout.name, len(found), *shares)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="benchmarks._coverage")
    parser.add_argument("--trials", type=int, default=2000)
    trials = parser.parse_args().trials
    print("| design | F test errs | Tukey errs | means covered | all differences covered |")
    print("|---|---|---|---|---|")
    for layout in layouts():
        rates = measure(layout, trials)
        shares = (rates.error, rates.family_error, rates.mean_covered, rates.difference_covered)
        print(f"| {layout.name} | " + " | ".join(f"{share:.1%}" for share in shares) + " |", flush=True)


if __name__ == "__main__":
    main()
