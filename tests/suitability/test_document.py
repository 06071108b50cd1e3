"""The worked example of `docs/suitability.md` is what kanpo computes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from kanpo.herbs import load_catalogue
from kanpo.suitability import explain, score_parcels

from .sites import factors_of

PAGE = (Path(__file__).parents[2] / "docs" / "suitability.md").read_text(encoding="utf-8")
EXAMPLE: dict[str, Any] = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0])


def test_the_documented_requirements_are_the_catalogues() -> None:
    needs = load_catalogue().requirements_of(EXAMPLE["herb_id"])
    assert [need.factor for need in needs] == [row["factor"] for row in EXAMPLE["requirements"]]
    for need, row in zip(needs, EXAMPLE["requirements"], strict=True):
        assert (need.weight, need.knock_out) == (row["weight"], row["knock_out"])
        if need.kind == "classes":
            assert need.classes == row["classes"]
        else:
            assert need.corners == tuple(row["corners"])


@pytest.mark.parametrize(
    "result", EXAMPLE["results"], ids=lambda result: f"{result['method']}-{result['change']}"
)
def test_the_documented_results_are_what_is_computed(result: dict[str, Any]) -> None:
    factors = factors_of([EXAMPLE["site"] | result["change"]])
    scores = score_parcels(factors, load_catalogue(), [EXAMPLE["herb_id"]], method=result["method"])
    row = scores.frame(EXAMPLE["herb_id"]).iloc[0]
    for name in ("score", "lower", "upper"):
        assert row[name] == pytest.approx(result[name], abs=1e-6)
    assert (row["class"], row["limiting_factor"]) == (result["class"], result["limiting"])


def test_the_documented_order_of_measuring_is_the_explanations() -> None:
    found = explain(factors_of([EXAMPLE["site"]]), "P0", EXAMPLE["herb_id"], load_catalogue())
    assert found.missing == ("soil_ph", "years_abandoned")
    assert sum(line.loss for line in found.lines if line.known) == pytest.approx(0.564931, abs=1e-6)
    assert found.line("road_access_m").loss == pytest.approx(0.176220, abs=1e-6)
