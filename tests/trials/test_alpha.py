"""Incomplete blocks: resolvable, and no two entries meet more often than stated."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanpo.trials.designs import (
    Design,
    alpha_blocks,
    concurrences,
    describe_plan,
    draw_plan,
    efficiency,
    generating_array,
    smallest_differences,
)


def _meetings(replicates: list[list[list[int]]]) -> Counter[tuple[int, ...]]:
    return Counter(
        pair for blocks in replicates for block in blocks for pair in combinations(sorted(block), 2)
    )


def _series(blocks: int, size: int, replicates: int) -> bool:
    """Where the four series of Patterson & Williams (1976) promise concurrences of 0 and 1."""
    return size <= blocks and (
        replicates == 2
        or (replicates == 3 and (blocks % 2 == 1 or size < blocks))
        or (replicates == 4 and blocks % 2 == 1 and blocks % 3 != 0)
    )


def test_the_published_series_never_let_two_entries_meet_twice() -> None:
    tried = 0
    for replicates in (2, 3, 4):
        for blocks in range(2, 16):
            for size in range(2, blocks + 1):
                if _series(blocks, size, replicates):
                    tried += 1
                    met = _meetings(alpha_blocks(blocks * size, size, replicates))
                    assert max(met.values()) == 1, (blocks, size, replicates)
    assert tried > 200


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 9), st.integers(2, 8), st.integers(2, 6), st.integers(0, 7))
def test_every_replicate_holds_every_entry_once_in_blocks_of_one_size_or_one_less(
    blocks: int, size: int, replicates: int, missing: int
) -> None:
    entries = blocks * size - min(missing, size - 1, blocks)
    if entries <= size or -(-entries // size) != blocks:
        return
    design = alpha_blocks(entries, size, replicates)
    assert len(design) == replicates
    for replicate in design:
        assert len(replicate) == blocks
        assert sorted(entry for block in replicate for entry in block) == list(range(entries))
        assert {len(block) for block in replicate} <= {size, size - 1}


@pytest.mark.parametrize(
    ("blocks", "size", "replicates", "bound"),
    [(7, 5, 5, 1), (8, 4, 4, 1), (5, 5, 5, 1), (5, 6, 5, 2), (4, 4, 6, 2), (4, 10, 2, 2), (10, 10, 3, 2)],
)
def test_the_search_reaches_the_bound(blocks: int, size: int, replicates: int, bound: int) -> None:
    array = generating_array(blocks, size, replicates)
    assert array.shape == (size, replicates)
    assert max(_meetings(alpha_blocks(blocks * size, size, replicates)).values()) == bound
    assert (array == generating_array(blocks, size, replicates)).all()


def test_every_difference_can_be_estimated() -> None:
    """All blocks hang together: the error has the degrees of freedom of a connected design."""
    for blocks, size, replicates in product((2, 3, 4, 6, 8), (2, 3, 5, 6), (2, 3, 4, 5)):
        names = tuple(map(str, range(blocks * size)))
        plan = draw_plan(Design("alpha", names, replicates, block_size=size), 1)
        (row,) = smallest_differences(plan, 10)
        expected = len(plan.plots) - len(names) - replicates * blocks + 1
        assert row.error_df == expected, (blocks, size, replicates)


def test_a_square_lattice_is_a_special_case() -> None:
    """25 entries in 5 blocks of 5, 4 replicates: the quadruple lattice, efficiency 0.818 (k = 5)."""
    plan = draw_plan(Design("alpha", tuple(map(str, range(25))), 4, block_size=5), 3)
    blocks: dict[int | None, list[str]] = {}
    for plot in plan.plots:
        blocks.setdefault(plot.block, []).append(plot.treatment)
    assert concurrences(blocks.values(), 25) == {0: 100, 1: 200}
    k, r = 5, 4
    expected = (k + 1) * (r - 1) / ((k + 1) * (r - 1) + r)
    assert efficiency(plan) == pytest.approx(expected, abs=1e-9)
    assert "α(0,1)" in describe_plan(plan).ja and "200 組" in describe_plan(plan).ja


@given(st.integers(6, 30), st.integers(2, 4), st.integers(0, 1000))
def test_checks_stand_in_every_incomplete_block(entries: int, replicates: int, seed: int) -> None:
    names = tuple(f"e{number}" for number in range(entries))
    design = Design("alpha", ("対照", *names), replicates, checks=("対照",), block_size=3)
    plan = draw_plan(design, seed)
    blocks: dict[int | None, list[str]] = {}
    for plot in plan.plots:
        blocks.setdefault(plot.block, []).append(plot.treatment)
    assert all(block.count("対照") == 1 for block in blocks.values())
    counts = plan.counts()
    assert {counts[name] for name in names} == {replicates}
    assert np.array([panel.count for panel in plan.panels]).sum() == len(plan.plots)
