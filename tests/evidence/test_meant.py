"""One design, whatever options its parts were named by."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kanpo.errors import UsageError
from kanpo.evidence import Analysis, analyse, make_design
from tests.evidence.plots import case, columns


@pytest.mark.parametrize(
    ("kind", "ways"),
    [
        ("rcbd", [{"treatments": ["t"], "blocks": ["b"]}, {"treatments": ["t"], "replicate": "b"},
                  {"treatments": ["t"], "blocks": ["b"], "replicate": "b"}]),
        ("augmented", [{"treatments": ["t"], "blocks": ["b"]}, {"treatments": ["t"], "replicate": "b"}]),
        ("latin", [{"treatments": ["t"], "row": "r", "column": "c"}, {"treatments": ["t"], "blocks": ["r", "c"]},
                   {"treatments": ["t"], "row": "r", "blocks": ["c"]},
                   {"treatments": ["t"], "row": "r", "column": "c", "replicate": "r"}]),
        ("splitplot", [{"whole_plot": "w", "sub_plot": "s", "blocks": ["b"]},
                       {"treatments": ["w", "s"], "replicate": "b"},
                       {"treatments": ["s"], "whole_plot": "w", "blocks": ["b"]},
                       {"treatments": ["s", "w"], "whole_plot": ["w"], "blocks": ["b"]},
                       {"treatments": ["w"], "sub_plot": "s", "blocks": ["b"]}]),
        ("stripplot", [{"treatments": ["p", "q"], "blocks": ["b"]}, {"row": "p", "column": "q", "replicate": "b"},
                       {"whole_plot": "p", "sub_plot": "q", "blocks": ["b"]},
                       {"treatments": ["p"], "row": "p", "column": "q", "blocks": ["b"]}]),
        ("alpha", [{"treatments": ["t"], "replicate": "r", "blocks": ["b"]}, {"treatments": ["t"], "blocks": ["r", "b"]},
                   {"treatments": ["t"], "replicate": "r", "blocks": ["r", "b"]}]),
    ],
)  # fmt: skip
def test_ways_to_say_the_same(kind: Any, ways: list[dict[str, Any]]) -> None:
    first, *others = (make_design(kind, **way) for way in ways)
    assert all(other == first for other in others)


def test_replicates_in_environments_are_blocks_that_hold_the_incomplete_ones() -> None:
    parts: dict[str, Any] = {"treatments": ["t"], "environment": "e"}
    assert make_design("multienv", **parts, replicate="r").random[-1] == ("e", "r")
    both = make_design("multienv", **parts, replicate="r", blocks=["b"]).random
    assert both == (("e",), ("e", "t"), ("e", "r"), ("e", "r", "b"))


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        ("rcbd", {"treatments": ["t"], "blocks": ["b"]}),
        ("rcbd", {"treatments": ["t"], "replicate": "b"}),
        ("alpha", {"treatments": ["t"], "blocks": ["b"]}),
        ("alpha", {"treatments": ["t"], "blocks": ["r", "b"]}),
        ("alpha", {"treatments": ["t"], "replicate": "r", "blocks": ["b"]}),
    ],
)
def test_a_design_that_stands_in_several_environments(kind: Any, parts: dict[str, Any]) -> None:
    design = make_design(kind, environment="e", **parts)
    inner = (("e", "r"), ("e", "r", "b")) if design.replicate else (("e", "b"),)
    assert (design.kind, design.random) == ("multienv", (("e",), ("e", "t"), *inner))


def test_every_treatment_meets_every_environment() -> None:
    design = make_design("multienv", treatments=["p", "q"], environment="e")
    assert design.random == (("e",), ("e", "p"), ("e", "q"), ("e", "p", "q"))


def test_three_factors_do_not_say_which_plots_they_are_on() -> None:
    with pytest.raises(UsageError) as caught:
        make_design("splitplot", treatments=["p", "q", "r"], blocks=["b"])
    assert "--whole-plot p --sub-plot q --treatment r" in caught.value.mend.en


def lines(found: Analysis) -> list[tuple[str, str, float, float]]:
    return [(row.stratum, row.term, row.df, round(row.sum_sq, 6)) for row in found.anova]


def oats() -> dict[str, list[str | None]]:
    table = case("splitplot_oats")
    plots = [f"{b}-{v}" for b, v in zip(table["B"], table["V"], strict=True)]
    number = {plot: str(1 + index) for index, plot in enumerate(dict.fromkeys(plots))}
    return table | {"wp": [number[plot] for plot in plots]}


def test_a_column_of_whole_plots_is_no_treatment() -> None:
    by_factor = analyse(oats(), make_design("splitplot", treatments=["V", "N"], blocks=["B"]), "Y")
    by_unit = analyse(
        oats(), make_design("splitplot", treatments=["N", "V"], whole_plot="wp", blocks=["B"]), "Y"
    )
    renamed = [(s.replace("wp", "V"), *rest) for s, *rest in lines(by_unit)]
    assert renamed == [tuple(line) for line in lines(by_factor)]
    assert any("'wp' was taken to tell whole plots apart" in note.en for note in by_unit.notes)


def test_whole_plots_without_blocks() -> None:
    found = analyse(oats(), make_design("splitplot", treatments=["V", "N"], whole_plot="wp"), "Y")
    assert [(row.stratum, row.term, row.df) for row in found.anova if row.stratum != "Within"] == [
        ("wp", "V", 2),
        ("wp", "Residuals", 15),
    ]


def test_a_factorial_on_sub_plots_has_no_stratum_more() -> None:
    table = oats()
    table["half"] = ["late" if str(n).startswith(("0.4", "0.6")) else "early" for n in table["N"]]
    design = make_design("splitplot", whole_plot="V", sub_plot=["half", "N"], blocks=["B"])
    assert list(design.errors) == [("B",), ("B", "V")]
    split = make_design("splitplot", whole_plot="V", sub_plot="half", treatments=["N"], blocks=["B"])
    assert split.errors == (("B",), ("B", "V"), ("B", "V", "half"))


def test_blocks_of_a_split_plot_are_still_asked_for() -> None:
    table = columns({"b": "1122", "p": "xyxy", "q": "1221", "r": "1122", "y": [1, 2, 3, 5]})
    with pytest.raises(UsageError, match=r"--block"):
        analyse(table, make_design("splitplot", whole_plot="p", sub_plot=["q", "r"]), "y")


def test_incomplete_blocks_without_replicates() -> None:
    """Blocks numbered over the whole trial; where numbers begin again in each replicate it is asked for."""
    blocks, entries = ["1", "1", "2", "2", "3", "3"], ["p", "q", "q", "r", "p", "r"]
    table = columns({"b": blocks * 2, "t": entries * 2, "y": np.random.default_rng(1).normal(size=12)})
    design = make_design("alpha", treatments=["t"], blocks=["b"])
    with pytest.raises(UsageError, match=r"--replicate"):
        analyse(table, design, "y")
    table["b"] = [*blocks, "4", "4", "5", "5", "6", "6"]
    assert [one.term for one in analyse(table, design, "y").variance] == ["b", "Residual"]


def test_entries_in_every_block_are_the_checks() -> None:
    table = columns({"b": "111222", "t": ["a", "c", "n1", "a", "c", "n2"], "y": [1, 2, 3, 2, 3.5, 5]})
    design = make_design("augmented", treatments=["t"], blocks=["b"])
    found = analyse(table, design, "y")
    assert set(found.pairs.loc[found.pairs["method"] == "Dunnett", "against"]) == {"a", "c"}
    assert any("Checks are a, c" in note.en for note in found.notes)
    named = make_design("augmented", treatments=["t"], blocks=["b"], checks=["a,c"])
    assert analyse(table, named, "y").design.checks == ("a", "c")


def test_fixed_environments_are_tested_against_their_blocks() -> None:
    rng = np.random.default_rng(2)
    e, b, t = (axis.ravel() for axis in np.meshgrid(range(3), range(4), range(2), indexing="ij"))
    table = columns({"e": e, "b": b, "t": t, "y": rng.normal(size=24) + e})
    design = make_design("multienv", treatments=["t"], environment="e", blocks=["b"], fixed_environments=True)
    found = analyse(table, design, "y")
    assert [(row.stratum, row.term, row.df) for row in found.anova] == [
        ("e:b", "e", 2),
        ("e:b", "Residuals", 9),
        ("Within", "t", 1),
        ("Within", "e:t", 2),
        ("Within", "Residuals", 9),
    ]
    assert {"e", "t", "e:t"} == set(found.means["term"])
