"""What else must hold of scores beside the laws: company, weights, kinds of certainty, ranks, rows that are off."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kanpo.errors import UsageError
from kanpo.suitability import Method, compile_requirements, run_kernel, score_parcels

from . import reference
from .kernel_run import CATALOGUE, NEEDS, NUMBERS, ORDER
from .sites import HERBS, Site, factors_of, lands, random_lands, random_sites, sites
from .test_laws import FIXED, UNSOURCED, assert_equal, best_of, keys, methods, scores_of, some, told


@some
@given(st.integers(0, 999), methods)
def test_order_company_and_choice_of_herbs_change_no_bit(seed: int, method: Method) -> None:
    rows, land = random_sites(30, seed, missing=0.4), random_lands(30, seed)
    random = np.random.default_rng(seed)
    whole = scores_of(rows, land, method=method)
    order = random.permutation(30)[: int(random.integers(1, 31))]
    part = scores_of([rows[n] for n in order], [land[n] for n in order], method=method)
    assert_equal(whole, part, parcels=order)
    chosen = sorted(random.permutation(len(HERBS))[:4])
    factors = factors_of(rows, land=land)
    own = score_parcels(factors, CATALOGUE, [HERBS[n] for n in chosen], method=method, expectations=FIXED)
    assert_equal(whole, own, herbs=chosen)


@some
@given(st.integers(0, 999), methods, st.floats(1e-3, 1e3))
def test_only_the_proportion_of_weights_counts(seed: int, method: Method, scale: float) -> None:
    rows = random_sites(20, seed)
    scaled = {herb: {need.factor: need.weight * scale for need in needs} for herb, needs in NEEDS.items()}
    one, other = scores_of(rows, method=method), scores_of(rows, method=method, weights=scaled)
    for name in NUMBERS:
        np.testing.assert_allclose(getattr(one.result, name), getattr(other.result, name), rtol=0, atol=1e-12)


@some
@given(st.integers(0, 999))
def test_kinds_of_certainty_are_those_of_the_definition_and_add_up(seed: int) -> None:
    missing = np.random.default_rng(seed).choice([0.1, 0.4, 0.8])
    rows, land = random_sites(15, seed, missing=float(missing)), random_lands(15, seed)
    scores = scores_of(rows, land)
    found = {mended: scores.certainty(after_works=mended) for mended in (False, True)}
    kinds = {0: "sure", 1: "by_catalogue", 2: "by_measuring", 3: "unknown"}
    for herb, herb_id in [*enumerate(HERBS)][seed % 4 :: 4]:
        frame = scores.frame(herb_id)
        for parcel, site in enumerate(rows):
            now, then = (
                reference.Told(
                    *(float(array[herb, parcel]) for array in result.numbers),
                    None,
                    bool(result.excluded[herb, parcel]),
                )
                for result in (scores.result, scores.potential)
            )
            known = reference.share_known(NEEDS[herb_id], site)
            for prefix, mended in (("", False), ("potential_", True)):
                wanted = reference.certainty(now, then, known, after_works=mended)
                wanted = "unknown" if herb_id in UNSOURCED else wanted
                row = frame.iloc[parcel]
                assert row[f"{prefix}certainty"] == wanted
                assert kinds[found[mended][herb, parcel]] == wanted
                ends = [told(row[f"{prefix}{name}"]) for name in ("class_lower", "class_upper")]
                if wanted in ("sure", "by_catalogue"):
                    assert told(row[f"{prefix}class"]) == (ends[0] if ends[0] == ends[1] else None)
                else:
                    assert told(row[f"{prefix}class"]) is None
                shown = wanted != "unknown" or (herb_id in UNSOURCED and known >= 0.6 - 1e-12)
                assert (ends != [None, None]) == shown
        wanted_ranks = reference.ranks(
            list(zip(frame["class_lower"].notna(), frame["score"], frame["lower"], strict=True))
        )
        assert frame["rank"].tolist() == wanted_ranks


@some
@given(sites(), st.sampled_from(HERBS))
def test_the_factor_that_decides_is_the_one_of_the_definition(site: Site, herb_id: str) -> None:
    scores = scores_of([site])
    herb = HERBS.index(herb_id)
    assume(not scores.result.excluded[herb, 0])
    place = int(scores.deciding[herb, 0])
    assert (None if place < 0 else ORDER[place]) == reference.deciding(NEEDS[herb_id], site)


def test_workability_parts_what_is_equal_and_nothing_else() -> None:
    rows = random_sites(20, 5)
    scores = scores_of([*rows, *rows])
    hours = np.concatenate([np.full(20, 9.0), np.arange(20.0)])
    for herb_id in HERBS:
        plain, parted = scores.frame(herb_id)["rank"], scores.frame(herb_id, hours)["rank"]
        assert (plain[:20].to_numpy() == plain[20:].to_numpy()).all()
        less = np.sign(np.subtract.outer(plain.to_numpy(), plain.to_numpy()))
        more = np.sign(np.subtract.outer(parted.to_numpy(), parted.to_numpy()))
        assert (more[less != 0] == less[less != 0]).all()
        unknown = scores.frame(herb_id, np.full(40, np.nan))["rank"]
        assert unknown.tolist() == plain.tolist()


def test_a_weight_of_0_leaves_a_factor_its_say_in_the_least() -> None:
    """A score is at most the root of the least membership, whatever the weights."""
    weights = {"shakuyaku": {"drainage": 0.0}}
    row = {need.factor: best_of(need) for need in NEEDS["shakuyaku"]}
    scores = scores_of([row, row | {"drainage": "imperfect"}, row | {"drainage": "poor"}], weights=weights)
    herb = HERBS.index("shakuyaku")
    assert scores.result.score[herb].tolist() == pytest.approx([1.0, np.sqrt(0.4), 0.0])
    assert scores.result.excluded[herb].tolist() == [False, False, True]


def test_weights_that_are_no_numbers_are_refused() -> None:
    for weight in (-1.0, float("nan"), float("inf")):
        with pytest.raises(UsageError):
            scores_of([{}], weights={"toki": {"drainage": weight}})


@some
@given(sites(), lands, keys, st.data())
def test_the_catalogues_interval_holds_the_scores_of_rows_that_are_off_by_what_their_confidence_allows(
    site: Site, land: str | None, key: str, data: st.DataObject
) -> None:
    """Every curve shifted by any part of what its confidence allows."""
    shares = {"high": 0.05, "medium": 0.10, "low": 0.25}
    off = {
        herb_id: [
            shifted(need, data.draw(st.floats(-1, 1)) * shares[need.confidence]) for need in NEEDS[herb_id]
        ]
        for herb_id in HERBS[::5]
    }
    known: Site = {name: value for name, value in site.items() if value is not None}
    columns = factors_of([known]).columns()
    result = run_kernel(columns, compile_requirements({herb_id: NEEDS[herb_id] for herb_id in off}))
    moved = run_kernel(columns, compile_requirements(off))
    alive = ~result.excluded & ~moved.excluded
    assert (result.least <= moved.lower + 1e-9)[alive].all()
    assert (moved.upper <= result.most + 1e-9)[alive].all()
    assert (result.least <= moved.lower + 1e-9)[moved.excluded].all(), "what may exclude has no lower end"


def shifted(need: reference.Requirement, share: float) -> reference.Requirement:
    if need.kind == "classes":
        return dataclasses.replace(
            need, classes={name: value ** (1 - share) for name, value in need.classes.items()}
        )
    move = share * reference.flank(need)
    a, b, c, d = (None if corner is None else corner + move for corner in need.corners)
    return dataclasses.replace(need, corners=(a, b, c, d))


def test_a_table_of_parcels_is_complete() -> None:
    frame = scores_of(random_sites(12, 1)).long()
    assert len(frame) == 12 * len(HERBS) and not frame.duplicated(["herb_id", "parcel_id"]).any()
    for name in NUMBERS:
        assert frame[name].between(0, 1 + 1e-12).all()
    assert isinstance(frame, pd.DataFrame)
