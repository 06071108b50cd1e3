"""The page's scores are those of the definition, computed here the slow way."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from kanpo.maps import HerbOnMap, RequirementOnMap
from kanpo.maps._payload import encode_content
from kanpo.schema import FACTORS

from . import made_up
from .node import unpack

FLOOR, BOUNDS = 0.05, (0.75, 0.5, 0.25)


def membership(need: RequirementOnMap, value: Any) -> float:
    if need.classes is not None:
        return need.classes[value]
    if need.bell is not None:
        z = (value - need.bell[0]) / need.bell[1]
        return 0.0 if abs(z) > 6 else math.exp(-z * z / 2)
    if need.points:
        return float(np.interp(value, *np.transpose(need.points)))
    a, b, c, d = (
        x if x is not None else end
        for x, end in zip(need.corners, (-math.inf,) * 2 + (math.inf,) * 2, strict=True)
    )
    if value < a or value > d:
        return 0.0
    if value < b:
        return (value - a) / (b - a)
    return (d - value) / (d - c) if value > c else 1.0


def candidates(need: RequirementOnMap) -> list[float]:
    """Memberships at every place where a trapezoid can turn, inside the physical range."""
    factor = FACTORS[need.factor]
    if need.classes is not None:
        return list(need.classes.values())
    turns = [x for x in need.corners or () if x is not None] + [x for x, _ in need.points]
    turns += [need.bell[0]] if need.bell else []
    inside = [x for x in turns if factor.minimum <= x <= factor.maximum]
    return [membership(need, x) for x in (factor.minimum, factor.maximum, *inside)]


def slow_score(herb: HerbOnMap, values: dict[str, Any], method: str) -> dict[str, Any]:
    order = list(FACTORS)
    needs = sorted(herb.requirements, key=lambda need: order.index(need.factor))
    total = sum(need.weight for need in needs)
    known, low, high = [], [], []
    limiting, worst, excluded = -1, 0.0, False
    for need in needs:
        weight, value = need.weight / total, values[need.factor]
        effective = (lambda mu: mu) if need.knock_out else (lambda mu: max(mu, FLOOR))
        if value is None or value != value:
            span = [effective(mu) for mu in candidates(need)]
            low.append((weight, min(span)))
            high.append((weight, max(span)))
            continue
        mu = membership(need, value)
        e = effective(mu)
        for gathered in (known, low, high):
            gathered.append((weight, e))
        if need.knock_out and mu == 0:
            if not excluded:
                limiting = order.index(need.factor)
            excluded = True
        elif not excluded and e < 1 and -weight * math.log(e) > worst + 1e-12:
            worst, limiting = -weight * math.log(e), order.index(need.factor)
    if excluded:
        return {"score": 0.0, "lower": 0.0, "upper": 0.0, "classes": 5, "limiting": limiting}
    lower, upper = joined(low, method, 1.0), joined(high, method, 1.0)
    score = None
    if known:
        score = min(max(joined(known, method, sum(weight for weight, _ in known)), lower), upper)
    klass = 0 if score is None else next((n + 1 for n, bound in enumerate(BOUNDS) if score >= bound), 4)
    return {"score": score, "lower": lower, "upper": upper, "classes": klass, "limiting": limiting}


def joined(parts: list[tuple[float, float]], method: str, share: float) -> float:
    if method == "minimum":
        return min(e for _, e in parts)
    if method == "arithmetic":
        return sum(weight * e for weight, e in parts) / share
    if method == "owa":
        return sum(p * q * min(e, g) for p, e in parts for q, g in parts) / share**2
    return math.prod(e ** (weight / share) for weight, e in parts)


def random_values(content: Any, random: np.random.Generator) -> Any:
    """Values with all their digits, some exactly on corners."""
    values = content.factors.copy()
    for key, factor in FACTORS.items():
        if factor.kind == "number":
            column = values[key].to_numpy(dtype=float).copy()
            column += random.uniform(-0.5, 0.5, len(column))
            corners = [
                c
                for h in content.herbs
                for r in h.requirements
                if r.factor == key and r.corners
                for c in r.corners
            ]
            corners = [c for c in corners if c is not None]
            if corners:
                column[::7] = random.choice(corners, len(column[::7]))
            values[key] = column
    return values


def compare(page: Any, content: Any, values: Any, tolerance: float) -> int:
    classes_differ = 0
    order = page["columns"]["parcel_id"]
    rows = values.loc[order].to_dict("records")
    for herb, result in zip(content.herbs, page["scores"], strict=True):
        for nth, row in enumerate(rows):
            told = slow_score(herb, row, content.aggregation)
            for key in ("score", "lower", "upper"):
                got = result[key][nth]
                assert (got is None) == (told[key] is None)
                assert got is None or abs(got - told[key]) <= tolerance, (herb.herb_id, row, key)
            classes_differ += result["classes"][nth] != told["classes"]
            if tolerance < 1e-6:
                assert result["limiting"][nth] == told["limiting"]
    return classes_differ


@pytest.mark.parametrize("method", ["geometric", "arithmetic", "minimum", "owa"])
def test_kernel_agrees_with_the_definition_to_nine_digits(method: str) -> None:
    content = dataclasses.replace(made_up.content(250, 6), aggregation=method)
    values = random_values(content, np.random.default_rng(5))
    payload = encode_content(content)
    order = unpack(payload)["columns"]["parcel_id"]
    exact = []
    for key, factor in FACTORS.items():
        column = values.loc[order, key]
        if factor.kind == "class":
            exact.append([None if v is None or v != v else float(factor.classes.index(v)) for v in column])
        else:
            exact.append([None if v != v else float(v) for v in column])
    assert compare(unpack(payload, exact), content, values, 1e-9) == 0


@pytest.mark.parametrize("method", ["geometric", "owa"])
def test_gaussian_and_piecewise_curves_agree_too(method: str) -> None:
    content = made_up.content(250, 2)
    curves: dict[str, dict[str, Any]] = {
        "slope_deg": {"points": ((0.0, 1.0), (5.0, 0.7), (18.0, 0.0))},
        "soil_ph": {"bell": (6.0, 0.5)},
        "warmth_index_c_month": {"bell": (90.0, 2.5)},
    }
    herbs = tuple(
        dataclasses.replace(
            herb,
            requirements=tuple(
                dataclasses.replace(need, corners=None, **curves[need.factor])
                if need.factor in curves
                else need
                for need in herb.requirements
            ),
        )
        for herb in content.herbs
    )
    content = dataclasses.replace(content, herbs=herbs, aggregation=method)
    assert compare(unpack(encode_content(content)), content, content.factors, 1e-9) == 0


def test_written_values_give_the_scores_of_the_command_line() -> None:
    content = made_up.content(400, 5)
    assert compare(unpack(encode_content(content)), content, content.factors, 1e-9) == 0


def test_values_with_all_their_digits_are_scored_within_a_thousandth() -> None:
    content = made_up.content(400, 5)
    values = random_values(content, np.random.default_rng(9))
    content = dataclasses.replace(content, factors=values)
    assert compare(unpack(encode_content(content)), content, values, 1e-3) <= 2


def test_a_layer_excludes_on_the_page_as_on_the_command_line() -> None:
    content = made_up.content(60, 3)
    ids = content.parcels["parcel_id"].tolist()
    reasons = {ids[0]: "浸水想定区域", ids[7]: "<b>崖</b>、浸水想定区域"}
    free, barred = (
        unpack(encode_content(c)) for c in (content, dataclasses.replace(content, excluded_by=reasons))
    )

    for one, other in zip(free["scores"], barred["scores"], strict=True):
        for row, parcel_id in enumerate(barred["columns"]["parcel_id"]):
            got = {key: other[key][row] for key in other}
            if parcel_id in reasons:
                assert got == {"score": 0, "lower": 0, "upper": 0, "classes": 5, "limiting": -1}
            else:
                assert got == {key: one[key][row] for key in one}
    assert barred["excluded"] == [reasons.get(parcel_id) for parcel_id in barred["columns"]["parcel_id"]]
    assert free["excluded"] == [None] * 60
