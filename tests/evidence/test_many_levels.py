"""Trials of many entries: all pairs as far as they are of use, the check always, and the top group beyond."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy import stats

from kanpo.evidence import Analysis, analyse, make_design
from kanpo.evidence.analysis import _compare
from kanpo.evidence.analysis._multiple import range_of, scales
from kanpo.locale import use_language
from kanpo.reports import analysis_page
from tests.evidence.plots import columns


def many(entries: int, blocks: int = 3, *, missing: int = 0) -> Analysis:
    rng = np.random.default_rng(entries)
    b, t = (axis.ravel() for axis in np.meshgrid(range(blocks), range(entries), indexing="ij"))
    y = 50 + 8 * rng.normal(size=entries)[t] + b + 2 * rng.normal(size=len(t))
    kept = np.sort(rng.choice(len(t), len(t) - missing, replace=False))
    table = {"b": b[kept], "t": [f"E{i:03d}" for i in t[kept]], "y": y[kept]}
    design = make_design("rcbd", treatments=["t"], blocks=["b"], checks=["E000"])
    return analyse(columns(table), design, "y")


def test_all_pairs_and_letters_of_eighty_entries() -> None:
    found = many(80, missing=7)
    tukey = found.pairs[found.pairs["method"] == "Tukey"]
    assert len(tukey) == 80 * 79 / 2
    row = tukey.iloc[1000]
    want = stats.studentized_range.sf(abs(row["t"]) * np.sqrt(2), 80, row["df"])
    assert row["p_adj"] == pytest.approx(want, abs=1e-6)
    letters = found.means.set_index("level")["letters"].map(lambda text: set(re.findall("[a-z]'*", text)))
    for pair in tukey.iloc[::37].itertuples():
        assert bool(letters[pair.level] & letters[pair.against]) == (pair.p_adj >= 0.05)


def test_the_check_is_compared_with_every_entry_first() -> None:
    found = many(80)
    dunnett = found.pairs[found.pairs["method"] == "Dunnett"]
    assert set(dunnett["against"]) == {"E000"}
    assert len(dunnett) == 79
    assert list(dunnett.index) == list(range(79))
    # Equal numbers: correlations of one half, so that one integral over the check's own error is left.
    z, dz = np.linspace(-8, 8, 1601, retstep=True)
    scale, weight = scales(float(dunnett["df"][0]))
    t = float(np.sort(np.abs(dunnett["t"]))[40])
    reach = t * scale[:, None] * np.sqrt(2)
    inside = (stats.norm.cdf(z + reach) - stats.norm.cdf(z - reach)) ** 79 @ stats.norm.pdf(z) * dz
    mine = dunnett.loc[np.isclose(np.abs(dunnett["t"]), t), "p_adj"].iloc[0]
    assert mine == pytest.approx(1 - float(inside @ weight), abs=1e-6)


def test_beyond_that_the_best_is_compared_as_it_would_be_among_all_pairs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    full = many(70)
    monkeypatch.setattr(_compare, "MOST_COMPARED", 63)
    found = many(70)
    best = full.means.loc[full.means["mean"].idxmax(), "level"]
    tukey = found.pairs[found.pairs["method"] == "Tukey"].set_index("level")
    assert (tukey["against"] == best).all()
    assert len(tukey) == 69
    everything = full.pairs[full.pairs["method"] == "Tukey"]
    with_best = everything[(everything["level"] == best) | (everything["against"] == best)]
    for row in with_best.itertuples():
        other = row.against if row.level == best else row.level
        assert tukey.loc[other, "p_adj"] == pytest.approx(row.p_adj, abs=1e-12)
    assert (found.means["letters"] == "").all()
    # The same entries stand beside the best, in the same words.
    assert [text.en for text in found.sentences] == [text.en for text in full.sentences]
    assert any("only those with the greatest mean" in note.en for note in found.notes)
    assert not any("only those with the greatest mean" in note.en for note in full.notes)


def test_the_range_of_many_means_is_as_exact_as_of_few() -> None:
    for count in (100, 500):
        mine = range_of(count).p_value(np.array([5.5]), np.array([40.0]))[0]
        assert mine == pytest.approx(stats.studentized_range.sf(5.5, count, 40), abs=1e-8)


def test_many_degrees_of_freedom_at_once_as_one_by_one() -> None:
    """As unbalanced mixed models have them: each comparison its own."""
    rng = np.random.default_rng(1)
    df, c = 1 / rng.uniform(1 / 80, 1 / 3, 200), rng.uniform(1, 8, 200)
    largest = range_of(12)
    single = [largest.p_value(c[[i]], df[[i]])[0] for i in range(200)]
    assert largest.p_value(c, df) == pytest.approx(single, abs=1e-8)
    critical = [largest.critical(round(float(one), 3)) for one in df]
    assert largest.criticals(df) == pytest.approx(critical, rel=1e-7)


def test_a_report_of_many_entries_stays_a_page() -> None:
    found = many(80)
    with use_language("en"):
        page = analysis_page([found], "many", "2024-12-01")
    assert "another 1209 are" in page
    assert len(page) < 1_500_000
