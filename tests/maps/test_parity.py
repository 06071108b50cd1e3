"""The page and the library say the same, whatever the catalogue, the method, the weights and the works."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kanpo.blocks import block_table, form_blocks
from kanpo.herbs import Catalogue, Money, Requirement, Work, load_catalogue
from kanpo.locale import Text
from kanpo.maps import MapContent
from kanpo.maps._herbs import herbs_on_map
from kanpo.maps._payload import encode_content
from kanpo.schema import FACTORS
from kanpo.sites import LAND_TYPES, Factors
from kanpo.suitability import METHODS, SPREAD, ClassBounds, Scores, score_parcels

from . import made_up
from .node import unpack

COUNT = 220
NEAR = 1e-9
CLASSES = (None, "S1", "S2", "S3", "N1", "N2")
KINDS = ("sure", "by_catalogue", "by_measuring", "unknown")
NUMBERS = ("least", "lower", "score", "upper", "most")


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
    form = random.integers(0, 6)
    if form == 0:
        return {"kind": "gaussian", "bell": (b, max(0.1, (high - low) / 5))}
    if form == 1:
        return {
            "kind": "piecewise",
            "points": ((a, 0.2), (b + 0.1, 1.0), (d + 0.2, float(random.integers(0, 2)) / 2)),
        }
    corners = [(a, b, c, d), (None, None, c, d), (a, b, None, None), (b, b, c, c)][form - 2]
    return {"kind": "trapezoid", "corners": corners}


def random_works(random: np.random.Generator) -> tuple[Work, ...]:
    """Works of all three kinds, some for a type of land or for one herb only."""
    nothing = Money(None, None, None, None)
    works = []
    for nth, key in enumerate(random.choice(list(FACTORS), 9, replace=False)):
        factor = FACTORS[str(key)]
        lands = tuple(LAND_TYPES[: random.integers(0, 3)])
        herbs = ("two",) if random.random() < 0.3 else ()
        kind = "classes" if factor.kind == "class" else ("add", "herb_corner")[random.integers(0, 2)]
        low, high, _ = made_up._SPREAD.get(str(key), (100, 6000, 0))
        to = {name: factor.classes[max(0, at - 1)] for at, name in enumerate(factor.classes)}
        works.append(
            Work(
                f"work_{nth}", Text("作業", "work"), str(key), kind, lands, herbs, nothing,  # type: ignore[arg-type]
                classes=to if kind == "classes" else {}, amount=(high - low) / 4, most=(low + 2 * high) / 3,
            )
        )  # fmt: skip
    return tuple(works)


def random_catalogue(random: np.random.Generator) -> Catalogue:
    """Three herbs that want anything of anything."""
    shipped = load_catalogue()
    names = dict(zip(("one", "two", "three"), list(shipped.herbs.values())[:3], strict=True))
    requirements: dict[str, list[Requirement]] = {herb: [] for herb in names}
    for herb in names:
        for key in random.choice(list(FACTORS), random.integers(3, 14), replace=False):
            requirements[herb].append(
                Requirement(
                    **(
                        {"herb_id": herb, "factor": str(key), "corners": (None,) * 4, "classes": {}}
                        | random_curve(str(key), random)
                    ),
                    weight=float(random.choice([0.5, 1, 1.5, 3])),
                    knock_out=bool(random.random() < 0.3),
                    confidence=str(random.choice(["low", "medium", "high", ""])),
                )
            )
    return dataclasses.replace(
        shipped,
        herbs=names,
        requirements={herb: tuple(own) for herb, own in requirements.items()},
        works=random_works(random),
    )


def sites(count: int, seed: int) -> tuple[MapContent, Factors]:
    """Random parcels with much that is not known, some on no known type of land, some barred by a layer."""
    plain = made_up.content(count, seed=seed)
    random = np.random.default_rng(seed)
    values = plain.factors.mask(random.random(plain.factors.shape) < 0.15)
    if seed % 3 == 0 and count:
        # A column that nobody has anything of, and one that is known everywhere.
        values["soil_depth_cm"], values["soil_ph"] = np.nan, 5.5
    ids = plain.parcels["parcel_id"].tolist()
    lands = random.choice([*LAND_TYPES, ""], count)
    known = {parcel: str(land) for parcel, land in zip(ids, lands, strict=True) if land}
    return plain, Factors(values, plain.factor_sources, values.notna().astype(float), land_types=known)


def content_for(
    plain: MapContent, factors: Factors, catalogue: Catalogue, scores: Scores, weights: Any = None
) -> MapContent:
    """The page's content for scores that the library has computed."""
    bounds = scores.bounds
    return dataclasses.replace(
        plain,
        factors=factors.values,
        herbs=herbs_on_map(catalogue, scores.expectations, weights),
        land_types=factors.land_types,
        works=catalogue.works,
        aggregation=scores.method,
        bounds=(bounds.s1, bounds.s2, bounds.s3),
    )


def texts(column: pd.Series) -> np.ndarray:
    """A column of names, None where there is none."""
    return np.array([name if isinstance(name, str) else None for name in column], dtype=object)


def assert_same(mine: dict[str, Any], frame: pd.DataFrame, bounds: ClassBounds) -> None:
    """All that the page computed of one herb is what the library says, to `NEAR`; `frame` in the page's order."""
    borders = np.array([bounds.s1, bounds.s2, bounds.s3])
    at_border = np.zeros(len(frame), dtype=bool)
    for at, name in enumerate(NUMBERS):
        theirs = frame[name].to_numpy()
        assert np.abs(np.array(mine["numbers"][at]) - theirs).max(initial=0) <= NEAR, name
        at_border |= (np.abs(theirs[:, None] - borders) <= NEAR).any(axis=1)
    for name in ("lower", "score", "upper"):
        theirs = frame[f"potential_{name}"].to_numpy()
        assert np.abs(np.array(mine["after"][name]) - theirs).max(initial=0) <= NEAR, name
        at_border |= (np.abs(theirs[:, None] - borders) <= NEAR).any(axis=1)
    assert np.abs(np.array(mine["known"]) - frame["known"].to_numpy()).max(initial=0) <= NEAR
    for prefix, side in (("", mine), ("potential_", mine["after"])):
        shown = np.array(side["shown"], dtype=bool)
        for column, codes in (("class_lower", side["classes"]), ("class_upper", side["best"])):
            told = np.array([CLASSES[code] for code in codes], dtype=object)
            theirs = texts(frame[prefix + column])
            assert ((np.where(shown, told, None) == theirs) | at_border).all(), prefix + column
        kinds = np.array([KINDS[code] for code in side["kinds"]], dtype=object)
        assert ((kinds == texts(frame[prefix + "certainty"])) | at_border).all()
    for column, key in (("limiting_factor", "limiting"), ("deciding_factor", "deciding")):
        told = np.array([*FACTORS, None], dtype=object)[mine[key]]
        assert (told == texts(frame[column])).all(), column
    wanted = ranks_of(frame)
    assert ((np.array(mine["ranks"]) == wanted) | at_border.any()).all()


def ranks_of(frame: pd.DataFrame) -> np.ndarray:
    """The library's order; what differs in the last digits only, which no two machines share, counts as equal."""
    keys = pd.DataFrame(
        {
            "hidden": frame["class_lower"].isna(),
            "score": -frame["score"].round(9),
            "lower": -frame["lower"].round(9),
        }
    )
    return keys.apply(tuple, axis=1).rank(method="min").to_numpy(dtype=int)


def check(catalogue: Catalogue, method: Any, seed: int, weights: Any = None, count: int = COUNT) -> None:
    plain, factors = sites(count, seed)
    scores = score_parcels(factors, catalogue, method=method, weights=weights)
    page = unpack(encode_content(content_for(plain, factors, catalogue, scores, weights)))
    order = page["columns"]["parcel_id"]
    assert len(page["scores"]) == len(catalogue.herbs)
    for herb_id, mine in zip(catalogue.herbs, page["scores"], strict=True):
        frame = scores.frame(herb_id).set_index("parcel_id").loc[order]
        assert_same(mine, frame, scores.bounds)


@pytest.mark.parametrize("seed", range(15))
def test_random_catalogues(seed: int) -> None:
    random = np.random.default_rng(1000 + seed)
    catalogue = random_catalogue(random)
    weights = None
    if seed % 3 == 0:
        # As a panel of experts would weigh the factors of one herb; one of them not at all.
        own = {need.factor: float(random.uniform(0, 1)) for need in catalogue.requirements_of("two")}
        weights = {"two": own | {next(iter(own)): 0.0}}
    check(catalogue, METHODS[seed % len(METHODS)], seed, weights)


@pytest.mark.parametrize("method", METHODS)
def test_the_shipped_catalogue(method: Any) -> None:
    check(load_catalogue(), method, 4)


def test_spread_and_bounds_are_those_of_the_library() -> None:
    content = made_up.content(1)
    bounds = ClassBounds()
    assert content.spread == dict(SPREAD)
    assert content.bounds == (bounds.s1, bounds.s2, bounds.s3)


def test_blocks_are_measured_as_on_the_command_line() -> None:
    plain, factors = sites(COUNT, 4)
    catalogue = load_catalogue()
    formed = form_blocks(plain.parcels, gap_m=10.0)
    scores = score_parcels(factors, catalogue)
    content = content_for(plain, factors, catalogue, scores)
    blocks = pd.Series(formed.block_of, index=formed.parcel_ids)
    page = unpack(encode_content(dataclasses.replace(content, blocks=blocks)))
    ids = page["columns"]["parcel_id"]
    assert 10 < len(formed.block_ids) < COUNT
    for herb, mine in zip(catalogue.herbs, page["blocks"], strict=True):
        if herb not in ("toki", "shakuyaku"):
            continue
        one = score_parcels(factors, catalogue, [herb], expectations=scores.expectations)
        table = block_table(formed, plain.parcels, one).set_index("block_id")
        names = {
            block: f"B-{min(parcel for parcel, at in zip(ids, mine['of'], strict=True) if at == block)}"
            for block in mine["ranked"]
        }
        order = [names[block] for block in mine["ranked"]]
        assert sorted(order) == sorted(table.index)
        # Equal blocks may stand in any order.
        told = table.loc[order]
        shown = np.array([mine["kinds"][block] < 3 for block in mine["ranked"]])
        assert [KINDS[mine["kinds"][block]] for block in mine["ranked"]] == told["certainty"].tolist()
        for key, codes in (("class_lower", mine["classes"]), ("class_upper", mine["best"])):
            names = np.array([CLASSES[codes[block]] for block in mine["ranked"]], dtype=object)
            assert (np.where(shown, names, None) == texts(told[key])).all()
        for key in ("score", "lower"):
            assert np.allclose(table.loc[order, key], table[key], rtol=0, atol=NEAR)
        for column, key in (
            ("area_m2", "area"),
            ("score", "score"),
            ("lower", "lower"),
            ("upper", "upper"),
            ("suitable_m2", "suitable"),
            ("maybe_m2", "maybe"),
            ("sure_m2", "sure"),
            ("parcels", "parcels"),
        ):
            theirs = told[column]
            assert np.allclose(
                [mine[key][block] for block in mine["ranked"]], theirs, atol=0.051 if "m2" in column else 1e-9
            )
