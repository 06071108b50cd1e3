"""Laws that hold for any trial, and error rates over simulated ones."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks._coverage import layouts, measure
from kanpo.errors import KanpoError
from kanpo.evidence import Analysis, Design, analyse, make_design
from tests.evidence.plots import columns

DESIGN = make_design("splitplot", whole_plot="w", sub_plot="s", blocks=["b"])


def trial(seed: int, drop: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    b, w, s = (axis.ravel() for axis in np.meshgrid(range(4), range(3), range(2), indexing="ij"))
    kept = np.sort(rng.choice(24, 24 - drop, replace=False))
    y = rng.normal(size=24) + rng.normal(size=4)[b] + rng.normal(size=(4, 3))[b, w] + w
    return {"b": b[kept], "w": w[kept], "s": s[kept], "y": y[kept]}


def numbers(found: Analysis) -> np.ndarray:
    return np.array([(row.df, row.F, row.p) for row in found.anova if row.F == row.F])


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    drop=st.integers(0, 3),
    shift=st.floats(-1e3, 1e3),
    scale=st.floats(0.01, 100),
)
def test_units_and_order_of_rows_do_not_matter(seed: int, drop: int, shift: float, scale: float) -> None:
    table = trial(seed, drop)
    plain = analyse(columns(table), DESIGN, "y")
    order = np.random.default_rng(seed).permutation(len(table["y"]))
    other = {key: values[order] for key, values in table.items()} | {"y": shift + scale * table["y"][order]}
    turned = analyse(columns(other), DESIGN, "y")
    assert numbers(turned) == pytest.approx(numbers(plain), rel=1e-6, abs=1e-9)
    assert list(turned.means["mean"]) == pytest.approx(
        list(shift + scale * plain.means["mean"]), rel=1e-6, abs=1e-6 * scale
    )
    assert list(turned.means["se"]) == pytest.approx(list(scale * plain.means["se"]), rel=1e-4)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), drop=st.integers(0, 4))
def test_sums_of_squares_add_up_to_the_total(seed: int, drop: int) -> None:
    table = trial(seed, drop)
    found = analyse(columns(table), DESIGN, "y")
    assert sum(row.df for row in found.anova) == len(table["y"]) - 1
    total = ((table["y"] - table["y"].mean()) ** 2).sum()
    assert sum(row.sum_sq for row in found.anova) == pytest.approx(total, rel=1e-9)


@pytest.mark.parametrize(("name", "trials"), [("rcbd 5 x 4", 300), ("rcbd 5 x 4, a covariate", 150)])
def test_error_rates_over_simulated_trials(name: str, trials: int) -> None:
    """Within four standard errors of a share of 300 (the seed is fixed); docs/analysis.md has 2,000 of each."""
    rates = measure(next(one for one in layouts() if one.name == name), trials)
    assert 0.01 <= rates.error <= 0.10
    assert rates.family_error <= 0.10
    assert 0.91 <= rates.mean_covered <= 0.98
    assert 0.90 <= rates.difference_covered <= 0.99


DESIGNS = (
    make_design("crd", treatments=["p", "q"]),
    make_design("rcbd", treatments=["p"], blocks=["r"], checks=["0"]),
    make_design("latin", treatments=["p"], row="q", column="r"),
    make_design("splitplot", whole_plot="p", sub_plot="q", blocks=["r"]),
    make_design("stripplot", treatments=["p", "q"], blocks=["r"]),
    make_design("augmented", treatments=["p"], blocks=["r"]),
    make_design("alpha", treatments=["p"], replicate="q", blocks=["r"]),
    make_design("multienv", treatments=["p"], environment="q", blocks=["r"]),
    make_design("multienv", treatments=["p"], environment="q", blocks=["r"], fixed_environments=True),
    make_design("multienv", treatments=["p", "r"], environment="q"),
    make_design("splitplot", treatments=["p", "q"], whole_plot="r"),
    make_design("splitplot", whole_plot="p", sub_plot="q", treatments=["r"], blocks=["s"]),
    make_design("stripplot", treatments=["p", "q"], sub_plot="s", blocks=["r"]),
    make_design("alpha", treatments=["p"], blocks=["r"]),
)
CELLS = st.one_of(
    st.integers(0, 3).map(str),
    st.floats(allow_nan=True, allow_infinity=True).map(repr),
    st.sampled_from(["", "<0.1", "x", "欠測", "１２", "-"]),
)


@settings(max_examples=100, deadline=None)
@given(design=st.sampled_from(DESIGNS), data=st.data())
def test_any_table_gives_an_analysis_or_says_why_not(design: Design, data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 14))
    levels = st.lists(st.sampled_from("0123"), min_size=size, max_size=size)
    table: dict[str, list[str | None]] = {name: list(data.draw(levels)) for name in "pqrs"}
    table["y"] = list(data.draw(st.lists(CELLS, min_size=size, max_size=size)))
    try:
        found = analyse(table, design, "y")
    except KanpoError:
        return
    json.dumps(found.to_dict(), allow_nan=False)
    assert found.sentences
    assert found.plots + found.missing + found.rejected <= size
