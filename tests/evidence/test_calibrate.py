"""Scores held against what grew, and proposals for the catalogue."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kanpo.errors import InputUnusable
from kanpo.evidence import (
    FORMER_DEFINITION,
    Calibration,
    calibrate,
    calibration_words,
    learn_from_trials,
    parcel_means,
    proposed_rows,
    write_proposal,
)
from kanpo.herbs import lay_over, load_catalogue, read_overlay
from kanpo.schema import FACTORS
from kanpo.store import OwnCatalogue
from kanpo.suitability import DEFINITION, score_parcels
from tests.suitability.sites import factors_of, good_site

CATALOGUE = load_catalogue()
TRAIT = "yield_dry_kg_per_10a"
DEPTHS = (15, 20, 25, 30, 35, 45, 60, 80)
SITES = factors_of(
    [good_site() | {"soil_depth_cm": float(d), "soil_ph": 5.0 + 0.1 * (d % 7)} for d in DEPTHS]
)


def plot_rows(yields: list[float], year: str = "2026", started: str = "2026-04-01") -> pd.DataFrame:
    rows = [
        ("T", "toki", f"P{at}", "", started, year, f"T-{at}-{plot}", "標準", TRAIT, value + 2 * plot - 1)
        for at, value in enumerate(yields)
        for plot in (0, 1)
    ]
    names = [
        "trial_code",
        "herb_id",
        "parcel_id",
        "grower_code",
        "started",
        "year",
        "plot_code",
        "treatment",
        "trait",
        "value",
    ]
    return pd.DataFrame(rows, columns=names)


def scores_of() -> pd.DataFrame:
    return score_parcels(SITES, CATALOGUE, ["toki"]).frame("toki")[["parcel_id", "score", "lower", "upper"]]


def calibrated(yields: list[float], scored_at: str = "2026-01-01T00:00:00Z"):  # type: ignore[no-untyped-def]
    return calibrate(
        plot_rows(yields),
        scores_of(),
        SITES.columns(),
        CATALOGUE.requirements_of("toki"),
        herb_id="toki",
        trait=TRAIT,
        scored_at=scored_at,
    )


def test_yields_in_the_order_of_scores_are_a_perfect_calibration() -> None:
    found = calibrated(list(100 * scores_of()["score"]))
    assert found.rho == pytest.approx(1) and found.before == 8
    assert found.groups["mean_value"].is_monotonic_decreasing and found.groups["n"].sum() == 8
    assert found.parcels["rank_value"].tolist() == found.parcels["rank_score"].tolist()


def test_a_score_younger_than_the_trial_is_after_the_fact() -> None:
    assert calibrated([1.0 * d for d in DEPTHS], "2026-04-01T00:00:00Z").before == 0, (
        "the same day proves nothing"
    )
    assert calibrated([1.0 * d for d in DEPTHS], "2026-03-31T23:00:00Z").before == 8


def test_the_factor_that_misled_is_named() -> None:
    """Yields fall with depth although the score rises with it."""
    found = calibrated([300.0 - d for d in DEPTHS])
    first = found.factors.iloc[0]
    assert first["factor"] == "soil_depth_cm" and first["rho"] < -0.8 and first["q"] < 0.05
    assert "有効土層深" in first["meaning"] and found.rho < 0
    assert "<svg" in found.picture().svg()


def test_years_are_taken_out_where_they_can_be() -> None:
    both = pd.concat([plot_rows([100.0, 200, 300]), plot_rows([200.0, 400, 600], "2027", "2027-04-01")])
    means, adjusted = parcel_means(both, TRAIT)
    assert adjusted and means["years"].tolist() == ["2026;2027"] * 3
    assert means["adjusted"].tolist() == pytest.approx([150, 300, 450], rel=0.01)
    _, apart = parcel_means(pd.concat([plot_rows([100.0]), plot_rows([0.0, 200], "2027")]), TRAIT)
    assert not apart


def test_two_parcels_are_too_few() -> None:
    with pytest.raises(InputUnusable, match=r"evidence\.few-parcels"):
        calibrated([100.0, 200.0])


def learned(strength: float = 1.0):  # type: ignore[no-untyped-def]
    return learn_from_trials(
        plot_rows([100.0, 104, 110, 160, 170, 200, 205, 204]),
        SITES,
        CATALOGUE.requirements_of("toki"),
        herb_id="toki",
        trait=TRAIT,
        strength=strength,
    )


def test_a_proposal_is_taken_by_the_catalogue(tmp_path: Path) -> None:
    found = learned()
    rows = proposed_rows(found)
    assert "soil_depth_cm" in {row.factor for row in rows}
    own = OwnCatalogue(
        "old.csv",
        "0",
        (
            {"herb_id": "*", "factor": "coldest_month_min_temp_c", "kind": "trapezoid", "a": "-15", "b": "-5", "c": "", "d": "",
             "classes": "", "weight": "1", "knock_out": "0", "source": "own", "confidence": "low", "note": "", "row": "2"},
        ),
        (),
    )  # fmt: skip
    count = write_proposal(tmp_path / "案", rows, found, herb_id="toki", trait=TRAIT, own=own)
    read, problems = read_overlay(tmp_path / "案")
    assert not problems and len(read.rows) == count == len(rows) + 1
    used = lay_over(CATALOGUE, read)
    proposed = {row.factor: row for row in rows}
    for row in used.requirements_of("toki"):
        if row.factor in proposed:
            assert row.corners == pytest.approx(proposed[row.factor].corners) if row.corners[0] else True
            assert row.classes == proposed[row.factor].classes
            assert row.weight == pytest.approx(proposed[row.factor].weight, rel=0.01)
            assert used.source_title(row.source).startswith("試験からの再推定")


def test_proposed_bounds_stay_in_order_and_possible() -> None:
    for row in proposed_rows(learned(0.2)):
        corners = [x for x in row.corners if x is not None]
        assert corners == sorted(corners)
        low, high = FACTORS[row.factor].minimum, FACTORS[row.factor].maximum
        assert all(low <= x <= high for x in corners if low is not None and high is not None)
        assert all(0 <= m <= 1 for m in row.classes.values()) and row.weight > 0


def test_a_failed_crop_counts_and_no_trials_leave_the_catalogue() -> None:
    values = plot_rows([0.5, 100, 110, 120, 130])
    values.loc[values["parcel_id"] == "P0", "value"] = 0.0
    requirements = CATALOGUE.requirements_of("toki")
    found = learn_from_trials(values, SITES, requirements, herb_id="toki", trait=TRAIT)
    assert found.n == 5 and np.isfinite(found.z).all()
    none = learn_from_trials(values.head(0), SITES, requirements, herb_id="toki", trait=TRAIT, least=0)
    assert none.n == 0 and (none.z == 0).all()
    with pytest.raises(InputUnusable, match=r"evidence\.few-parcels"):
        learn_from_trials(values.head(2), SITES, requirements, herb_id="toki", trait=TRAIT)


def test_scores_of_two_definitions_are_never_ranked_together() -> None:
    """Five predictions of before, three of today: the five are judged, and the three are named."""
    mixed = scores_of().assign(definition=[FORMER_DEFINITION] * 5 + [DEFINITION] * 3)
    values = plot_rows(list(100 * mixed["score"]))

    def judged(definition: str | None = None) -> Calibration:
        about = {"herb_id": "toki", "trait": TRAIT, "scored_at": "2026-01-01T00:00:00Z"}
        needs = CATALOGUE.requirements_of("toki")
        return calibrate(values, mixed, SITES.columns(), needs, definition=definition, **about)

    found = judged()
    assert (found.definition, dict(found.elsewhere)) == (FORMER_DEFINITION, {DEFINITION: 3})
    assert set(found.parcels["parcel_id"]) == {f"P{at}" for at in range(5)}
    words = " ".join(text.ja for text in calibration_words(found))
    assert "制限法より前" in words and "別に 3 筆" in words and f"--definition {DEFINITION}" in words
    assert set(judged(DEFINITION).parcels["parcel_id"]) == {"P5", "P6", "P7"}
    with pytest.raises(InputUnusable):
        judged("no such definition")
