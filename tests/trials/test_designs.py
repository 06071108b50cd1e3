"""Every design holds each treatment as often and where its definition says, and is random."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from kanpo.errors import UsageError
from kanpo.trials.designs import (
    Design,
    Plan,
    Shuffle,
    draw_apart,
    draw_plan,
    latin_square,
    neighbours_of,
    with_plots,
)

SEEDS = st.integers(0, 2**40)


def _names(count: int, letter: str = "t") -> tuple[str, ...]:
    return tuple(f"{letter}{number}" for number in range(count))


def _by(plan: Plan, *keys: str) -> dict[tuple[object, ...], list[str]]:
    groups: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for plot in plan.plots:
        groups[tuple(getattr(plot, key) for key in keys)].append(plot.treatment)
    return groups


@given(st.integers(1, 9), st.integers(1, 6), SEEDS)
def test_completely_randomised_and_complete_blocks(treatments: int, replicates: int, seed: int) -> None:
    names = _names(treatments)
    crd = draw_plan(Design("crd", names, replicates), seed)
    assert crd.counts() == dict.fromkeys(crd.counts(), replicates)
    rcbd = draw_plan(Design("rcbd", names, replicates), seed)
    blocks = _by(rcbd, "block")
    assert len(blocks) == replicates
    assert all(sorted(block) == sorted(names) for block in blocks.values())


@settings(deadline=None)
@given(st.integers(2, 8), st.integers(1, 2), SEEDS)
def test_a_latin_square_has_each_treatment_once_in_every_row_and_column(
    order: int, squares: int, seed: int
) -> None:
    plan = draw_plan(Design("latin", _names(order), order * squares), seed)
    letters = np.array([plot.treatment for plot in plan.plots]).reshape(squares, order, order)
    letters[:, 1::2] = letters[:, 1::2, ::-1]
    for square in letters:
        assert all(len(set(line)) == order for line in (*square, *square.T))
    assert [panel.shapes for panel in plan.panels] == [((order, order),)] * squares


@given(st.integers(2, 5), st.integers(2, 5), st.integers(1, 4), SEEDS)
def test_a_split_plot_holds_every_sub_treatment_in_every_whole_plot(
    wholes: int, subs: int, replicates: int, seed: int
) -> None:
    plan = draw_plan(
        Design("splitplot", _names(wholes, "A"), replicates, sub_treatments=_names(subs, "B")), seed
    )
    for (_, main), names in _by(plan, "whole_plot", "main_treatment").items():
        assert sorted(names) == sorted(f"{main}×{sub}" for sub in _names(subs, "B"))
    for _, mains in itertools.groupby(plan.plots, key=lambda plot: plot.replicate):
        wholes_here = {(plot.whole_plot, plot.main_treatment) for plot in mains}
        assert sorted(main for _, main in wholes_here) == sorted(_names(wholes, "A"))
    starts = [plot.whole_plot for plot in plan.plots]
    assert starts == sorted(starts), "sub-plots of a whole plot lie together"


@given(st.integers(2, 5), st.integers(2, 5), st.integers(1, 4), SEEDS)
def test_strips_of_a_strip_plot_run_through_the_whole_replicate(
    rows: int, columns: int, replicates: int, seed: int
) -> None:
    plan = draw_plan(
        Design("stripplot", _names(rows, "A"), replicates, sub_treatments=_names(columns, "B")), seed
    )
    main = np.array([plot.main_treatment for plot in plan.plots]).reshape(replicates, rows, columns)
    sub = np.array([plot.sub_treatment for plot in plan.plots]).reshape(replicates, rows, columns)
    sub[:, 1::2] = sub[:, 1::2, ::-1]
    assert (main == main[:, :, :1]).all() and (sub == sub[:, :1, :]).all()
    assert all(sorted(block[:, 0]) == sorted(_names(rows, "A")) for block in main)
    assert all(sorted(block[0]) == sorted(_names(columns, "B")) for block in sub)


@given(st.integers(1, 4), st.integers(1, 40), st.integers(1, 7), SEEDS)
def test_an_augmented_design_repeats_checks_only(checks: int, entries: int, blocks: int, seed: int) -> None:
    names = _names(checks, "c")
    plan = draw_plan(Design("augmented", names + _names(entries, "e"), blocks, checks=names), seed)
    counts = plan.counts()
    assert {name: counts[name] for name in names} == dict.fromkeys(names, blocks)
    assert {name: counts[name] for name in _names(entries, "e")} == dict.fromkeys(_names(entries, "e"), 1)
    sizes = [len(block) for block in _by(plan, "block").values()]
    assert max(sizes) - min(sizes) <= 1
    assert all(set(names) <= set(block) for block in _by(plan, "block").values())


def test_a_demonstration_keeps_the_order_given() -> None:
    plan = draw_plan(Design("demonstration", ("標準", "新"), 1), 5)
    assert [plot.treatment for plot in plan.plots] == ["標準", "新"]


@pytest.mark.parametrize(
    ("design", "plots"),
    [
        # Counts of textbook plans: Fisher's 5 x 5 Latin square, Yates' oats (1935: 6 blocks of 3
        # varieties by 4 manures), a rice trial of 6 rates in 4 blocks (Gomez & Gomez 1984, ch. 2).
        (Design("latin", _names(5), 5), 25),
        (Design("splitplot", _names(3), 6, sub_treatments=_names(4, "N")), 72),
        (Design("rcbd", _names(6), 4), 24),
        (Design("stripplot", _names(6), 3, sub_treatments=_names(3, "N")), 54),
    ],
)
def test_plans_have_the_size_of_published_ones(design: Design, plots: int) -> None:
    assert len(draw_plan(design, 1).plots) == plots


def test_a_seed_fixes_the_plan_for_good() -> None:
    """These draws come from the raw stream of PCG64; another NumPy must not change them."""
    assert Shuffle(1).order(8) == [2, 0, 4, 6, 3, 1, 5, 7]
    plan = draw_plan(Design("rcbd", ("a", "b", "c", "d"), 2), 2026)
    assert "".join(plot.treatment for plot in plan.plots) == "bdacbacd"
    assert draw_plan(plan.design, 2026) == plan != draw_plan(plan.design, 2027)


def _evenness(outcomes: list[object], kinds: int) -> float:
    counts = Counter(outcomes)
    expected = [len(outcomes) / kinds] * kinds
    return float(stats.chisquare([*counts.values(), *([0] * (kinds - len(counts)))], expected).pvalue)


@pytest.mark.parametrize("kind", ["crd", "rcbd"])
def test_every_order_is_equally_likely(kind: str) -> None:
    design = Design(kind, ("a", "b", "c", "d"), 1)
    orders: list[object] = [tuple(p.treatment for p in draw_plan(design, seed).plots) for seed in range(4800)]
    assert _evenness(orders, 24) > 0.001


def test_every_latin_square_of_order_four_is_equally_likely() -> None:
    """576 squares in two classes that permuting rows, columns and letters alone does not mix."""
    squares: list[object] = [str(latin_square(4, Shuffle(seed))) for seed in range(1728)]
    assert _evenness(squares, 576) > 0.001


def test_every_treatment_is_as_likely_on_every_plot_of_an_alpha_design() -> None:
    design = Design("alpha", _names(6), 2, block_size=3)
    first: list[object] = [draw_plan(design, seed).plots[0].treatment for seed in range(1200)]
    assert _evenness(first, 6) > 0.001


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(["crd", "rcbd"]), st.integers(3, 6), st.integers(2, 5), SEEDS)
def test_neighbours_differ_where_asked_and_the_design_stays(
    kind: str, treatments: int, replicates: int, seed: int
) -> None:
    design = Design(kind, _names(treatments), replicates)
    rows = [number // treatments for number in range(treatments * replicates)]
    columns = [number % treatments for number in range(treatments * replicates)]
    around = neighbours_of(rows, columns)
    plan = draw_apart(design, seed, around)
    assert all(
        plot.treatment != plan.plots[other].treatment
        for plot, others in zip(plan.plots, around, strict=True)
        for other in others
    )
    assert plan.counts() == dict.fromkeys(plan.counts(), replicates)
    if kind == "rcbd":
        assert all(len(set(block)) == treatments for block in _by(plan, "block").values())


def test_neighbours_that_cannot_differ_are_said() -> None:
    with pytest.raises(UsageError) as caught:
        draw_apart(Design("crd", ("a",), 4), 1, neighbours_of([1] * 4, [1, 2, 3, 4]))
    assert caught.value.code == "trial.neighbours"


@pytest.mark.parametrize(
    ("design", "code", "said"),
    [
        (Design("other", ("a", "b")), "trial.design", "rcbd"),
        (Design("rcbd", ()), "trial.treatments", "標準"),
        (Design("rcbd", ("a", "a")), "trial.treatments", "重複"),
        (Design("rcbd", ("a;b", "c")), "trial.treatments", ";"),
        (Design("rcbd", ("a", "b"), 0), "trial.treatments", "反復は1以上"),
        (Design("latin", _names(4), 3), "trial.latin", "--replicates 4"),
        (Design("latin", _names(13), 13), "trial.latin", "rcbd"),
        (Design("splitplot", ("a", "b")), "trial.two-factors", "--sub-treatments"),
        (Design("rcbd", ("a", "b"), sub_treatments=("x", "y")), "trial.two-factors", "splitplot"),
        (Design("augmented", ("在来", "b")), "trial.augmented", "--checks"),
        (Design("augmented", ("在来", "b"), checks=("在耒",)), "trial.unknown-check", "在来"),
        (Design("crd", ("a", "b"), checks=("a",)), "trial.check-without-block", "rcbd"),
        (Design("alpha", _names(12), 2), "trial.block-size", "3, 4"),
        (Design("alpha", _names(12), 2, block_size=12), "trial.block-size", "--block-size"),
        (Design("alpha", _names(12), 1, block_size=4), "trial.replicates", "2"),
        (Design("rcbd", _names(100), 100), "trial.too-many-plots", "10,000"),
    ],
)
def test_what_makes_no_design_is_refused_with_a_way_out(design: Design, code: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        draw_plan(design, 1)
    assert caught.value.code == code
    assert said in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(UsageError, match="0以上"):
        draw_plan(Design("rcbd", ("a", "b")), -1)


def test_a_number_of_plots_gives_the_replicates() -> None:
    assert with_plots(Design("rcbd", _names(4)), 12).replicates == 3
    assert with_plots(Design("latin", _names(4)), 32).replicates == 8
    assert with_plots(Design("augmented", _names(10), checks=("t0", "t1")), 20).replicates == 6
    with pytest.raises(UsageError, match="少なくとも 4 区"):
        with_plots(Design("rcbd", _names(4)), 3)
    with pytest.raises(UsageError, match="12 区か 16 区"):
        with_plots(Design("rcbd", _names(4)), 14)
