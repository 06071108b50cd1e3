"""Trials that cannot bear what is asked of them: said plainly, nothing computed that they do not support."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kanpo.errors import InputUnusable, UsageError
from kanpo.evidence import Analysis, Design, analyse, make_design
from tests.evidence.plots import columns

RCBD = make_design("rcbd", treatments=["t"], blocks=["b"])


def trial(seed: int = 1, blocks: int = 4, treatments: str = "pqr") -> dict[str, list[str | None]]:
    rng = np.random.default_rng(seed)
    b, t = np.meshgrid(np.arange(blocks), np.arange(len(treatments)), indexing="ij")
    y = 10 + b + 2 * t + rng.normal(size=b.shape)
    return columns({"b": b.ravel() + 1, "t": [treatments[i] for i in t.ravel()], "y": np.round(y.ravel(), 3)})


def said(found: Analysis) -> str:
    return " ".join(text.en for text in (*found.sentences, *found.notes))


def untested(found: Analysis) -> bool:
    return all(math.isnan(row.F) and math.isnan(row.p) for row in found.anova) and found.pairs.empty


def test_one_replicate_gives_values_and_no_test() -> None:
    found = analyse(trial(blocks=1), RCBD, "y")
    assert untested(found)
    assert "no replicates" in said(found)
    assert found.means["mean"].notna().all()
    assert found.means["se"].isna().all()


def test_equal_values() -> None:
    found = analyse(trial() | {"y": ["5"] * 12}, RCBD, "y")
    assert not found.anova
    assert "All values are equal" in said(found)


def test_no_error_between_plots_of_a_treatment() -> None:
    table = trial()
    level = {"p": "1", "q": "2", "r": "3"}
    found = analyse(table | {"y": [level[str(t)] for t in table["t"]]}, RCBD, "y")
    assert untested(found)
    assert "there is no error" in said(found)


def test_a_treatment_that_fills_its_own_block_is_not_compared() -> None:
    table = trial()
    found = analyse(table | {"b": table["t"]}, RCBD, "y")
    assert "'t' is wholly confounded" in found.sentences[1].en
    assert found.pairs.empty
    assert "t" not in {row.term for row in found.anova}


def test_groups_of_treatments_that_never_meet_are_compared_only_within() -> None:
    b, t = ["1", "1", "2", "2", "3", "3", "4", "4"], list("pqpqrsrs")
    table = columns({"b": b, "t": t, "y": [1, 2, 3, 3.5, 5, 6.5, 7, 8]})
    found = analyse(table, RCBD, "y")
    assert set(found.pairs["pair"]) == {"q-p", "s-r"}
    assert found.means["mean"].isna().all()
    assert "lost degrees of freedom" in said(found)


def test_a_treatment_in_one_block_is_named() -> None:
    table = trial()
    for key, value in (("b", "1"), ("t", "extra"), ("y", "12.5")):
        table[key] = [*table[key], value]
    found = analyse(table, RCBD, "y")
    assert "extra: in one block only" in said(found)
    assert found.adjusted


def test_samples_of_plots_are_not_taken_for_plots_in_silence() -> None:
    table = trial()
    assert "samples of one plot" not in said(analyse(table, RCBD, "y"))
    twice = {key: [*values, *values] for key, values in table.items()}
    twice["y"] = [f"{float(str(y)) + 0.01 * row}" for row, y in enumerate(twice["y"])]
    assert "samples of one plot" in said(analyse(twice, RCBD, "y"))


def test_missing_plots_are_counted_and_not_filled_in() -> None:
    table = trial()
    table["y"][0], table["y"][5] = "", "欠測"
    found = analyse(table, RCBD, "y")
    assert (found.plots, found.missing, found.rejected) == (10, 2, 0)
    assert "2 plots have no value" in said(found)


def test_a_cell_that_is_no_number_leaves_its_row_out_with_its_place() -> None:
    table = trial()
    table["y"][3] = "12.3cm"
    found = analyse(table, RCBD, "y", file="plots.csv")
    assert (found.plots, found.rejected) == (11, 1)
    (problem,) = found.problems
    assert (problem.place.row, problem.place.column, problem.place.value) == (5, "y", "12.3cm")


def test_full_width_digits_are_numbers() -> None:
    table = trial()
    table["y"][0] = "１２．５"
    assert analyse(table, RCBD, "y").residuals["value"][0] == 12.5


@pytest.mark.parametrize("written", ["<0.05", "ND", "検出限界未満", "0.05未満", "＜0.05"])
def test_below_the_limit_only_ranks_are_used(written: str) -> None:
    table = trial()
    table["y"][0] = table["y"][3] = written
    found = analyse(table, RCBD, "y")
    assert not found.anova
    assert found.means.empty
    assert "2 of 12 plots are below the limit" in said(found)
    assert found.ranks is not None
    lowest = analyse(table | {"y": ["-99" if v == written else v for v in table["y"]]}, RCBD, "y")
    assert lowest.ranks is not None
    assert found.ranks.p == pytest.approx(lowest.ranks.p)


def test_a_trait_of_text_is_refused() -> None:
    with pytest.raises(InputUnusable, match=r"analysis\.trait-is-text"):
        analyse(trial() | {"y": ["good"] * 12}, RCBD, "y")


@pytest.mark.parametrize(
    ("design", "trait", "near"),
    [
        (make_design("rcbd", treatments=["tt"], blocks=["b"]), "y", "'t'"),
        (RCBD, "yy", "'y'"),
        (make_design("rcbd", treatments=["t"], blocks=["b"], checks=["pp"]), "y", "'p'"),
    ],
)
def test_what_is_not_there_is_named_with_the_nearest(design: Design, trait: str, near: str) -> None:
    with pytest.raises(UsageError) as caught:
        analyse(trial(), design, trait)
    assert near in caught.value.mend.en


def test_one_environment_is_refused_with_what_to_do() -> None:
    design = make_design("multienv", treatments=["t"], environment="e")
    with pytest.raises(InputUnusable) as caught:
        analyse(trial() | {"e": ["2024"] * 12}, design, "y")
    assert "rcbd" in caught.value.mend.en


def test_a_random_term_that_cannot_be_told_is_dropped_and_named() -> None:
    table = trial()
    design = make_design("multienv", treatments=["t"], environment="b")
    found = analyse(table, design, "y")
    assert [one.term for one in found.variance] == ["b", "Residual"]
    assert "b:t: cannot be told" in said(found)


def test_levels_that_look_alike_are_pointed_out() -> None:
    table = trial()
    table["t"][0] = "P"
    (problem,) = analyse(table, RCBD, "y").problems
    assert problem.code == "analysis.levels-alike"


@pytest.mark.parametrize(
    "kind", ["rcbd", "latin", "splitplot", "stripplot", "augmented", "alpha", "multienv"]
)
def test_a_design_without_its_columns_says_which(kind: str) -> None:
    with pytest.raises(UsageError, match=r"analysis\.design-incomplete"):
        make_design(kind)  # type: ignore[arg-type]


def test_a_square_that_is_none_is_said() -> None:
    table = trial(blocks=3) | {"r": ["1", "2", "3"] * 3, "c": ["1"] * 3 + ["2"] * 3 + ["3"] * 3}
    design = make_design("latin", treatments=["t"], row="r", column="c")
    assert "not a Latin square" in said(analyse(table, design, "y"))


def test_entries_that_stand_once_are_no_sign_of_crooked_residuals() -> None:
    """Their residuals are exactly 0; counted in, nearly every augmented trial would look abnormal."""
    rng = np.random.default_rng(3)
    design = make_design("augmented", treatments=["t"], blocks=["b"])
    doubted = 0
    for _ in range(30):
        table = {
            "b": [b for b in range(6) for _ in range(7)],
            "t": [f"c{i}" if i < 4 else f"n{b}{i}" for b in range(6) for i in range(7)],
            "y": 10 + rng.normal(size=42),
        }
        found = analyse(columns(table), design, "y").assumptions
        assert found is not None and found.shapiro is not None
        doubted += found.shapiro[1] < 0.05
    assert doubted <= 6
