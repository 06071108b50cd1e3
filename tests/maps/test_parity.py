"""The page and the command line say the same, whatever the catalogue, the method and the weights."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kanpo.blocks import block_table, form_blocks
from kanpo.herbs import Requirement, load_catalogue
from kanpo.locale import Text
from kanpo.maps import HerbOnMap
from kanpo.maps._payload import encode_content
from kanpo.maps._project import _requirement as on_map
from kanpo.schema import FACTORS
from kanpo.sites import Factors
from kanpo.suitability import METHODS, ClassBounds, compile_requirements, run_kernel, score_parcels

from . import made_up
from .node import unpack

COUNT, BEST = 220, 100
#: Beside a bound of a class by less than this, the class may differ: quantised factors move a score by less.
EDGE = 1e-3
BOUNDS = (0.75, 0.5, 0.25)


def random_curve(key: str, random: np.random.Generator) -> dict[str, Any]:
    """A requirement's curve of any form, over a range in which parcels lie."""
    factor = FACTORS[key]
    if factor.kind == "class":
        classes = dict(
            zip(factor.classes, random.choice([0, 0.1, 0.35, 0.8, 1], len(factor.classes)), strict=True)
        )
        return {"kind": "classes", "classes": {name: float(mu) for name, mu in classes.items()}}
    low, high, _ = made_up._SPREAD.get(key, (100, 6000, 0))
    a, b, c, d = (float(x) for x in np.sort(random.uniform(low, high, 4)).round(1))
    form = random.integers(0, 5)
    if form == 0:
        return {"kind": "gaussian", "bell": (b, max(0.1, (high - low) / 5))}
    if form == 1:
        return {
            "kind": "piecewise",
            "points": ((a, 0.2), (b + 0.1, 1.0), (d + 0.2, float(random.integers(0, 2)) / 2)),
        }
    corners = [(a, b, c, d), (None, None, c, d), (a, b, None, None)][form - 2]
    return {"kind": "trapezoid", "corners": corners}


def random_catalogue(random: np.random.Generator) -> dict[str, list[Requirement]]:
    catalogue = {}
    for herb in ("one", "two", "three"):
        keys = random.choice(list(FACTORS), random.integers(3, 14), replace=False)
        catalogue[herb] = [
            Requirement(
                **(
                    {"herb_id": herb, "factor": str(key), "corners": (None,) * 4, "classes": {}}
                    | random_curve(str(key), random)
                ),
                weight=float(random.choice([0.5, 1, 1.5, 3])),
                knock_out=bool(random.random() < 0.3),
            )
            for key in keys
        ]
    return catalogue


def kernel_columns(values: pd.DataFrame) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, factor in FACTORS.items():
        if factor.kind == "number":
            out[key] = values[key].to_numpy(dtype=float)
        else:
            place = {name: nth for nth, name in enumerate(factor.classes)}
            out[key] = np.array([place.get(value, -1) for value in values[key]], dtype=np.int8)
    return out


def codes_of(score: np.ndarray, excluded: np.ndarray) -> np.ndarray:
    codes = np.where(
        np.isnan(score), 0, 4 - np.searchsorted(BOUNDS[::-1], np.nan_to_num(score), side="right")
    )
    return np.where(excluded, 5, codes)


def check(
    catalogue: dict[str, list[Requirement]],
    method: Any,
    seed: int,
    weights: dict[str, dict[str, float]] | None = None,
) -> None:
    """Scores to 1e-3, classes except at an edge, and the best hundred in the same order."""
    plain = made_up.content(COUNT, seed=seed)
    random = np.random.default_rng(seed)
    values = plain.factors.copy()
    if seed % 2:
        # Numbers with all their digits are rounded in the page; those with few decimals are not.
        for key, factor in FACTORS.items():
            if factor.kind == "number":
                values[key] = values[key].to_numpy(dtype=float) * random.uniform(0.97, 1.03, COUNT)
    own = weights or {}
    herbs = tuple(
        HerbOnMap(
            herb,
            Text(herb, herb),
            tuple(on_map(need, own.get(herb, {}).get(need.factor, need.weight)) for need in needs),
        )
        for herb, needs in catalogue.items()
    )
    barred = dict.fromkeys(plain.parcels["parcel_id"].iloc[:9], "浸水想定区域")
    content = dataclasses.replace(
        plain, factors=values, herbs=herbs, aggregation=method, bounds=BOUNDS, excluded_by=barred
    )
    page = unpack(encode_content(content))
    order = page["columns"]["parcel_id"]
    told = run_kernel(
        kernel_columns(values.loc[order]), compile_requirements(catalogue, weights), method=method
    )
    out = np.array([parcel in barred for parcel in order])
    for nth, result in enumerate(page["scores"]):
        mine = {key: np.array([np.nan if x is None else x for x in result[key]]) for key in result}
        excluded = told.excluded[nth] | out
        for key in ("score", "lower", "upper"):
            theirs = np.where(out, 0.0, getattr(told, key)[nth])
            assert (np.isnan(mine[key]) == np.isnan(theirs)).all()
            assert np.nanmax(np.abs(mine[key] - theirs)) <= 1e-3
        score = np.where(excluded, 0.0, told.score[nth])
        at_edge = (np.abs(score[:, None] - np.array(BOUNDS)) < EDGE).any(axis=1)
        assert ((mine["classes"] == codes_of(score, excluded)) | at_edge).all()
        assert_same_best(mine["score"], score)


def assert_same_best(mine: np.ndarray, theirs: np.ndarray) -> None:
    """The best hundred of one stand in the order of the other, but for scores that round alike."""
    best = np.argsort(-np.nan_to_num(mine, nan=-1), kind="stable")[:BEST]
    assert (np.diff(np.nan_to_num(theirs, nan=-1)[best]) <= 2e-6).all()


@pytest.mark.parametrize("seed", range(20))
def test_random_catalogues(seed: int) -> None:
    random = np.random.default_rng(1000 + seed)
    catalogue = random_catalogue(random)
    weights = None
    if seed % 3 == 0:
        # As a panel of experts would weigh the factors of one herb.
        weights = {"two": {need.factor: float(random.uniform(0, 1)) for need in catalogue["two"]}}
    check(catalogue, METHODS[seed % 4], seed, weights)


@pytest.mark.parametrize("method", METHODS)
def test_the_shipped_catalogue(method: Any) -> None:
    catalogue = load_catalogue()
    check({herb: list(catalogue.requirements_of(herb)) for herb in catalogue.herbs}, method, 3)


def test_bounds_are_those_of_the_command_line() -> None:
    bounds = ClassBounds()
    assert (bounds.s1, bounds.s2, bounds.s3) == BOUNDS


def test_blocks_are_measured_as_on_the_command_line() -> None:
    plain = made_up.content(COUNT)
    catalogue = load_catalogue()
    wanted = ["toki", "shakuyaku"]
    factors = Factors(plain.factors, plain.factor_sources, plain.factors.notna().astype(float))
    formed = form_blocks(plain.parcels, gap_m=10.0)
    herbs = tuple(
        HerbOnMap(
            herb,
            Text(herb, herb),
            tuple(on_map(need, need.weight) for need in catalogue.requirements_of(herb)),
        )
        for herb in wanted
    )
    page = unpack(
        encode_content(
            dataclasses.replace(
                plain, herbs=herbs, blocks=pd.Series(formed.block_of, index=formed.parcel_ids)
            )
        )
    )
    ids = page["columns"]["parcel_id"]
    assert 10 < len(formed.block_ids) < COUNT
    for herb, mine in zip(wanted, page["blocks"], strict=True):
        table = block_table(formed, plain.parcels, score_parcels(factors, catalogue, [herb])).set_index(
            "block_id"
        )
        names = {
            block: f"B-{min(parcel for parcel, at in zip(ids, mine['of'], strict=True) if at == block)}"
            for block in mine["ranked"]
        }
        assert [names[block] for block in mine["ranked"]] == table.index.tolist()
        for column, key in (
            ("area_m2", "area"),
            ("score", "score"),
            ("lower", "lower"),
            ("suitable_m2", "suitable"),
            ("parcels", "parcels"),
        ):
            theirs = table.loc[[names[block] for block in mine["ranked"]], column]
            assert np.allclose(
                [mine[key][block] for block in mine["ranked"]], theirs, atol=0.051 if "m2" in column else 1e-9
            )
