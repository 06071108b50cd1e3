"""The worked example of `docs/suitability.md` is what kanpo computes."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest

from kanpo.herbs import load_catalogue
from kanpo.suitability import FLOOR, Expectations, score_parcels

from . import reference
from .sites import LANDS, factors_of

PAGE = (Path(__file__).parents[2] / "docs" / "suitability.md").read_text(encoding="utf-8")
EXAMPLE: dict[str, Any] = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0])
CATALOGUE = load_catalogue()
HERB = EXAMPLE["herb_id"]
NEEDS = CATALOGUE.requirements_of(HERB)
NUMBERS = ("least", "lower", "score", "upper", "most")
RESULTS = pytest.mark.parametrize(
    "result", EXAMPLE["results"], ids=lambda one: f"{one['method']}-{one['land_type']}-{[*one['change']]}"
)


def test_the_documented_requirements_are_the_catalogues() -> None:
    assert [need.factor for need in NEEDS] == [row["factor"] for row in EXAMPLE["requirements"]]
    for need, row in zip(NEEDS, EXAMPLE["requirements"], strict=True):
        assert (need.weight, need.knock_out, need.confidence) == (
            *(row["weight"], row["knock_out"], row["confidence"]),
        )
        if need.kind == "classes":
            assert need.classes == row["classes"]
        else:
            assert need.corners == tuple(row["corners"])


@RESULTS
def test_the_documented_results_are_what_is_computed(result: dict[str, Any]) -> None:
    table = {
        (HERB, need.factor): tuple(
            math.nan if number is None else number
            for number in EXAMPLE["expected"].get(need.factor, [None] * 4)
        )
        for need in NEEDS
    }
    factors = factors_of([EXAMPLE["site"] | result["change"]], land=[result["land_type"]])
    scores = score_parcels(
        factors, CATALOGUE, [HERB], method=result["method"], expectations=Expectations(table, table)
    )
    row = scores.frame(HERB).iloc[0]
    for prefix, numbers in (("", scores.result.numbers), ("potential_", scores.potential.numbers)):
        for name, array in zip(NUMBERS, numbers, strict=True):
            assert array[0, 0] == pytest.approx(result[f"{prefix}{name}"], abs=1e-6)
    assert row["known"] == pytest.approx(result["known"], abs=1e-6)
    for name in ("class", "class_lower", "class_upper", "certainty", "limiting_factor", "deciding_factor"):
        assert row[name] == result[name], name
    for name in ("potential_class_lower", "potential_class_upper"):
        assert row[name] == result[name], name


@RESULTS
def test_the_slow_definition_gives_the_documented_results(result: dict[str, Any]) -> None:
    expected = {
        (factor, land): number
        for factor, numbers in EXAMPLE["expected"].items()
        for land, number in zip(LANDS, numbers, strict=True)
    }
    for prefix, works in (("", ()), ("potential_", reference.serving(CATALOGUE.works, HERB))):
        told = reference.told(
            *(NEEDS, EXAMPLE["site"] | result["change"], result["method"]),
            land=result["land_type"],
            works=works,
            expected=expected,
        )
        wanted = [result[f"{prefix}{name}"] for name in NUMBERS]
        assert told.numbers == pytest.approx(wanted, abs=1e-6)


def test_the_constants_of_the_page_are_those_of_the_code() -> None:
    assert f"FLOOR = **{FLOOR:g}**" in PAGE and reference.FLOOR == FLOOR
    assert "**0.05, 0.10 or 0.25** for confidence high, medium or low" in PAGE
    assert f"**at least {reference.LEAST_KNOWN}**" in PAGE
    assert f"at least {reference.KNOWN_ENOUGH:.0%} of the weight known".replace("%", " %") in PAGE
