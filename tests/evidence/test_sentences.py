"""What is said agrees with the numbers."""

from __future__ import annotations

import numpy as np
import pytest

from kanpo.evidence import Analysis, analyse, make_design
from tests.evidence.plots import columns

DESIGN = make_design("crd", treatments=["t"], checks=["c"])


def trial(effect: float, seed: int = 1, shape: str = "normal") -> Analysis:
    rng = np.random.default_rng(seed)
    t = np.repeat(["c", "d", "e"], 8)
    noise = rng.normal(size=24) if shape == "normal" else rng.exponential(size=24) ** 2
    y = 10 + effect * (t == "e") + noise
    return analyse(columns({"t": t, "y": y}), DESIGN, "y")


def said(found: Analysis) -> str:
    return " ".join(text.en for text in found.sentences)


def test_a_clear_effect() -> None:
    found = trial(5.0)
    assert found.anova[0].p < 0.001
    text = said(found)
    assert "The levels of 't' differ significantly" in text
    assert "greatest mean is that of e" in text
    assert "differs significantly from all others" in text
    assert "higher: e; lower: none; not distinguishable: 1" in text
    assert "No difference" not in text


def test_no_effect_is_no_proof_and_says_what_would_have_been_seen() -> None:
    found = trial(0.0)
    assert found.anova[0].p >= 0.05
    text = said(found)
    assert "No difference between the levels of 't' was shown" in text
    assert "does not prove" in text
    assert f"{found.powers[0].percent:.0f} % of the mean" in text
    assert "differ significantly" not in text
    assert "greatest mean" not in text


@pytest.mark.parametrize("effect", [0.0, 0.8, 1.2, 1.6, 3.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_claim_follows_from_a_p(effect: float, seed: int) -> None:
    found = trial(effect, seed)
    text = said(found)
    assert ("differ significantly (F" in text) == (found.anova[0].p < 0.05)
    dunnett = found.pairs[found.pairs["method"] == "Dunnett"]
    sure = dunnett[dunnett["p_adj"] < 0.05]
    assert f"not distinguishable: {len(dunnett) - len(sure)}" in text
    for pair, diff in zip(sure["pair"], sure["diff"], strict=True):
        level = pair.removesuffix("-c")
        assert f"{'higher' if diff > 0 else 'lower'}: {level}" in text


def test_letters_are_shared_exactly_by_means_that_do_not_differ() -> None:
    rng = np.random.default_rng(4)
    t = np.repeat([f"v{i}" for i in range(9)], 4)
    y = rng.normal(size=36) + np.repeat(np.arange(9) * 0.7, 4)
    found = analyse(columns({"t": t, "y": y}), make_design("crd", treatments=["t"]), "y")
    letters = dict(zip(found.means["level"], found.means["letters"], strict=True))
    assert 2 < len(set("".join(letters.values()))) < 9
    for pair, p in zip(found.pairs["pair"], found.pairs["p_adj"], strict=True):
        one, other = pair.split("-")
        assert bool(set(letters[one]) & set(letters[other])) == (p >= 0.05)


def test_crooked_values_are_said_with_what_to_do() -> None:
    found = trial(0.0, seed=3, shape="crooked")
    assert found.assumptions is not None and found.assumptions.shapiro is not None
    assert found.assumptions.shapiro[1] < 0.05
    text = said(found)
    assert "not normal" in text
    assert "test on ranks" in text and "Kruskal-Wallis" in text


def test_an_outlier_is_named_by_its_plot() -> None:
    rng = np.random.default_rng(2)
    y = 10 + rng.normal(size=24) * 0.3
    y[7] = 25.0
    table = {"plot": [f"T-{i:02d}" for i in range(24)], "t": np.repeat(["c", "d", "e"], 8), "y": y}
    found = analyse(columns(table), DESIGN, "y")
    assert found.assumptions is not None
    assert [one.plot for one in found.assumptions.outliers] == ["T-07"]
    assert "Outlying plots: T-07" in said(found)


def test_a_transformation_is_advised_where_it_fits() -> None:
    rng = np.random.default_rng(6)
    t = np.repeat(["c", "d", "e"], 12)
    y = np.exp(1 + (t == "e") * 1.5 + rng.normal(size=36) * 0.8)
    found = analyse(columns({"t": t, "y": y}), DESIGN, "y")
    assert found.assumptions is not None and found.assumptions.box_cox is not None
    assert found.assumptions.box_cox.lower <= 0 <= found.assumptions.box_cox.upper
    assert "Consider analysing the logarithm" in said(found)


def test_residuals_lie_on_the_plan() -> None:
    rng = np.random.default_rng(1)
    row, column = np.divmod(np.arange(12), 4)
    table = {"row": row + 1, "column": column + 1, "t": list("cdecdecdecde"), "y": rng.normal(size=12)}
    found = analyse(columns(table), DESIGN, "y")
    assert found.field is not None
    assert (found.field.rows, found.field.columns) == ((1, 2, 3), (1, 2, 3, 4))
    assert found.field.residuals[1, 2] == found.residuals["studentised"][6]
