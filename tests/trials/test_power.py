"""What a design would find, against published tables, closed forms and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from kanpo.errors import InputUnusable
from kanpo.store import Project
from kanpo.trials import observed_cv, record_rows
from kanpo.trials.designs import (
    Design,
    describe_power,
    difference_found,
    draw_plan,
    smallest_differences,
)


@pytest.mark.parametrize(("effect", "per_group"), [(0.5, 64), (0.8, 26), (1.0, 17)])
def test_two_groups_agree_with_cohen(effect: float, per_group: int) -> None:
    """Cohen (1988), table 2.4.1: two-sided 5 %, power 80 %; effects in standard deviations."""
    found = [
        smallest_differences(draw_plan(Design("crd", ("a", "b"), n), 1), 1.0)[0].percent
        for n in (per_group, per_group - 1)
    ]
    assert found[0] is not None and found[1] is not None
    assert found[0] <= effect < found[1]


@pytest.mark.parametrize("df", [2, 5, 12, 40, 300])
def test_the_difference_found_has_the_power_that_is_stated(df: int) -> None:
    critical, shift = stats.t.ppf(0.975, df), difference_found(df)
    power = stats.nct.sf(critical, df, shift) + stats.nct.cdf(-critical, df, shift)
    assert power == pytest.approx(0.80, abs=1e-6)


def test_complete_blocks_found_by_simulation() -> None:
    plan = draw_plan(Design("rcbd", ("a", "b", "c", "d"), 5), 1)
    (row,) = smallest_differences(plan, 12.0)
    assert row.percent is not None
    random = np.random.default_rng(4)
    y = random.normal(0, 12.0, (20_000, 5, 4)) + np.array([row.percent, 0, 0, 0])
    means = y.mean(1)
    residual = y - y.mean(1, keepdims=True) - y.mean(2, keepdims=True) + y.mean((1, 2), keepdims=True)
    error = (residual**2).sum((1, 2)) / 12
    t = (means[:, 0] - means[:, 1]) / np.sqrt(error * 2 / 5)
    assert (np.abs(t) > stats.t.ppf(0.975, 12)).mean() == pytest.approx(0.80, abs=0.012)


def test_degrees_of_freedom_and_variances_are_those_of_the_textbook() -> None:
    names = tuple("abcdef")

    def rows(design: Design) -> list[tuple[int, float]]:
        found = smallest_differences(draw_plan(design, 1), 10)
        return [(row.error_df, pytest.approx(row.variance)) for row in found]

    assert rows(Design("rcbd", names, 4)) == [(15, 2 / 4)]
    assert rows(Design("crd", names, 4)) == [(18, 2 / 4)]
    assert rows(Design("latin", names, 6)) == [(20, 2 / 6)]
    split = rows(Design("splitplot", names[:3], 4, sub_treatments=names[3:]))
    assert split == [(6, 2 / 4), (18, 2 / 12), (18, 2 / 4)]
    assert rows(Design("stripplot", names[:3], 4, sub_treatments=names[:2])) == [(6, 2 / 4), (3, 2 / 4)]


def test_an_augmented_design_compares_entries_over_the_checks() -> None:
    """Federer (1961): b blocks, c checks; entries in different blocks 2 (1 + 1/c), in one block 2."""
    b, c = 4, 3
    names = tuple(f"c{i}" for i in range(c))
    entries = tuple(f"e{i}" for i in range(b))
    plan = draw_plan(Design("augmented", names + entries, b, checks=names), 7)
    checks, mixed, new = smallest_differences(plan, 10)
    assert {row.error_df for row in (checks, mixed, new)} == {(b - 1) * (c - 1)}
    assert checks.variance == pytest.approx(2 / b)
    assert mixed.variance == pytest.approx(1 + 1 / c + 1 / b - 1 / (b * c))
    assert new.variance == pytest.approx(2 * (1 + 1 / c)), "one entry in each block"


def test_what_cannot_be_tested_is_said() -> None:
    demonstration = draw_plan(Design("demonstration", ("a", "b"), 1), 1)
    assert smallest_differences(demonstration, 15) == ()
    assert "検定はできません" in describe_power(demonstration, 15).ja
    single = draw_plan(Design("rcbd", ("a",), 4), 1)
    assert "処理が1つ" in describe_power(single, 15).ja
    alone = describe_power(draw_plan(Design("rcbd", ("a", "b"), 1), 1), 15)
    assert "自由度が 0" in alone.ja and "0 degrees of freedom" in alone.en


def test_the_statement_is_plain_and_in_kilograms_where_the_mean_is_known() -> None:
    text = describe_power(draw_plan(Design("rcbd", ("a", "b", "c", "d"), 5), 1), 15, 200)
    assert "平均の 29 %(58 kg/10a)" in text.ja
    assert "10回のうち8回" in text.ja and "8 times in 10" in text.en and "58 kg/10a" in text.en


def _harvest(project: Project, dry: list[str]) -> None:
    rows = {
        "trial_code": ["T1"] * 4,
        "plot_code": ["T1-1", "T1-2", "T1-3", "T1-4"],
        "dry_kg": dry,
        "happened_at": ["2025-11-01"] * 4,
    }
    assert record_rows(project, "harvest", rows).stored == 4


def test_the_variation_of_an_earlier_trial_by_hand(trial_project: Project) -> None:
    """Two treatments in two replicates of 10 m²: residuals ±0.1 kg, one degree of freedom."""
    _harvest(trial_project, ["2.0", "2.6", "2.4", "2.6"])
    seen = observed_cv(trial_project, "T1")
    # Residual mean square (4 x 0.1² / 1) is 0.2² kg²; the mean is 2.4 kg.
    assert (seen.error_df, seen.dry) == (1, True)
    assert seen.percent == pytest.approx(100 * 0.2 / 2.4)
    assert seen.mean_kg_per_10a == pytest.approx(240)


def test_a_trial_that_cannot_tell_is_said(trial_project: Project) -> None:
    with pytest.raises(InputUnusable, match="--cv"):
        observed_cv(trial_project, "T1")
    with pytest.raises(InputUnusable, match="T1"):
        observed_cv(trial_project, "T2")
