"""The parcel of former paddy that `docs/explain.md` walks through by hand: every number is computed here."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest

from kanpo.herbs import load_catalogue
from kanpo.schema import FACTORS
from kanpo.suitability import Expectations, Explanation, explain

from . import reference
from .sites import factors_of

PAGE = (Path(__file__).parents[2] / "docs" / "explain.md").read_text(encoding="utf-8")
GIVEN: dict[str, Any] = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0])
CATALOGUE = load_catalogue()
NEEDS = CATALOGUE.requirements_of(GIVEN["herb_id"])
NONE = (math.nan,) * 4


def explained() -> Explanation:
    now, then = (
        {
            (GIVEN["herb_id"], need.factor): (GIVEN[side].get(need.factor, math.nan), *NONE[1:])
            for need in NEEDS
        }
        for side in ("expected", "expected_after_works")
    )
    factors = factors_of([GIVEN["site"]], [GIVEN["parcel_id"]], [GIVEN["land_type"]])
    return explain(
        factors, GIVEN["parcel_id"], GIVEN["herb_id"], CATALOGUE, expectations=Expectations(now, then)
    )


FOUND = explained()


def rows_of_factors() -> list[str]:
    """What the table of factors of the page has to say, row by row."""
    rows = []
    for line in FOUND.lines:
        numbers = [f"{number:.4f}" for number in line.numbers]
        shown = "不明" if line.value is None else FACTORS[line.factor].class_labels.get(str(line.value))
        value = str(shown) if shown else f"{line.value:g}"  # type: ignore[str-bytes-safe]
        mu = "–" if line.value is None else f"{line.membership:.4f}"
        cells = [str(FACTORS[line.factor].label), value, mu, *numbers, f"{line.after:.4f}"]
        rows.append(f"| {' | '.join(cells)} | {line.requirement.weight:g} | {line.weight:.4f} |")
    return rows


def rows_of_scores() -> list[str]:
    """The five numbers as the land lies and after works: m, g and √(m·g)."""
    rows = []
    for name, at in (("目録の下限", 0), ("下限", 1), ("適地度", 2), ("上限", 3), ("目録の上限", 4)):
        least = min(line.numbers[at] for line in FOUND.lines)
        mean = math.prod(line.numbers[at] ** line.weight for line in FOUND.lines)
        side = FOUND.now, FOUND.then
        now, then = ((one.least, one.lower, one.score, one.upper, one.most)[at] for one in side)
        assert math.sqrt(least * mean) == pytest.approx(now, abs=1e-12)
        rows.append(f"| {name} | {least:.4f} | {mean:.4f} | {now:.4f} | {then:.4f} |")
    return rows


def words() -> list[str]:
    """Classes, kinds, works and yen."""
    (option,) = FOUND.options
    money = option.money
    found = [
        f"{FOUND.now.class_lower}〜{FOUND.now.class_upper}",
        f"{FOUND.then.class_lower}〜{FOUND.then.class_upper}",
        f"{FOUND.known:.1%}",
        f"{option.label.ja} → {option.reaches}({option.score:.4f})",
        f"{money.yen_low:,.0f}〜{money.yen_high:,.0f} 円/10a",
        f"{money.hours_low:g}〜{money.hours_high:g} 時間/10a",
    ]
    for priced in option.works:
        one = priced.money
        found.append(
            f"| {priced.work.label.ja} | {one.yen_low:,.0f}〜{one.yen_high:,.0f} 円 "
            f"| {one.hours_low:g}〜{one.hours_high:g} 時間 | works.csv {priced.work.row}行 |"
        )
    return found


@pytest.mark.parametrize("line", [*rows_of_factors(), *rows_of_scores(), *words()])
def test_every_number_of_the_walk_stands_in_the_page(line: str) -> None:
    assert line in PAGE


def test_the_explanation_agrees_with_the_slow_definition() -> None:
    own = reference.serving(CATALOGUE.works, GIVEN["herb_id"])
    for side, works, key in (
        (FOUND.now, (), "expected"),
        (FOUND.then, own, "expected_after_works"),
    ):
        expected = {(factor, GIVEN["land_type"]): number for factor, number in GIVEN[key].items()}
        wanted = reference.told(
            *(NEEDS, GIVEN["site"], "limitation"),
            land=GIVEN["land_type"],
            works=works,
            expected=expected,
        )
        numbers = (side.least, side.lower, side.score, side.upper, side.most)
        assert numbers == pytest.approx(wanted.numbers, abs=1e-9)
    assert FOUND.limiting[0] == "drainage" and FOUND.missing == ("sunlight",)
    assert FOUND.now.certainty == FOUND.then.certainty == "by_measuring"


def test_the_cautious_mean_of_the_page_is_what_is_computed() -> None:
    """25 paddies whose light is known: 18 full, 5 partial, 2 shaded."""
    light = next(need for need in NEEDS if need.factor == "sunlight")
    sites: list[tuple[dict[str, object], str | None]] = [
        ({"sunlight": name}, "paddy")
        for name, count in (("full", 18), ("partial", 5), ("shade", 2))
        for _ in range(count)
    ]
    works = reference.serving(CATALOGUE.works, GIVEN["herb_id"])
    for key, mended in (("expected", ()), ("expected_after_works", works)):
        wanted = reference.expectation(light, sites, "paddy", mended)
        assert wanted == pytest.approx(GIVEN[key]["sunlight"], abs=5e-7)
        assert f"**{wanted:.4f}**" in PAGE
