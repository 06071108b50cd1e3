"""Workability and years on the map: the same as `kanpo costs` and `kanpo climate`, and only what the audience may see."""

from __future__ import annotations

import dataclasses
import json
import subprocess
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kanpo.climate import Anomalies, climate_risk
from kanpo.herbs import load_catalogue
from kanpo.maps import MapContent, project_content
from kanpo.maps._payload import encode_content
from kanpo.schema import FACTORS, Audience
from kanpo.sites import compute_factors
from kanpo.store import Batch, Project
from kanpo.suitability import METHODS, score_parcels
from kanpo.trials import record_rows
from kanpo.workability import project_workability
from tests.conftest import parcels_frame

from .node import HERE, node
from .test_parity import content_for, sites

CATALOGUE = load_catalogue()
AMOUNTS = {"yen_low": "yen_per_10a_low", "yen_high": "yen_per_10a_high"}
AMOUNTS |= {"hours_low": "hours_per_10a_low", "hours_high": "hours_per_10a_high"}


def opened(content: MapContent, methods: tuple[str, ...] = ()) -> Any:
    """What the page knows of costs and years."""
    done = subprocess.run(
        [node(), str(HERE / "costs_and_years_in_node.js")],
        input=json.dumps({"payload": encode_content(content), "methods": methods}),
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    return json.loads(done.stdout)


@pytest.fixture
def left(project: Project) -> Project:
    """Three parcels: class A, class B with its years, and one of which nothing is known."""
    frame = parcels_frame().assign(
        idle_class=["1", "2", None], devastation_class=["A", "B", None], years_abandoned=[4, 20, None]
    )
    project.imported.store_parcels(Batch("again.geojson", "1" * 64), [(frame, 3, 0, 0)])
    visit = {"parcel_id": ["P1"], "slope_deg": ["9"], "happened_at": ["2025-06-01"]}
    assert record_rows(project, "visit", visit).stored == 1
    answers = {"key": ["labour_hours_per_10a", "slope_hours_share"], "low": ["200", "0.5"]}
    assert record_rows(project, "assumption", {**answers, "happened_at": ["2025-06-01"] * 2}).stored == 2
    compute_factors(project)
    return project


def test_yen_and_hours_are_those_of_the_command(left: Project) -> None:
    page = opened(project_content(left, CATALOGUE, Audience.OFFICE))
    found = project_workability(left, CATALOGUE, list(CATALOGUE.herbs))
    for herb_id in CATALOGUE.herbs:
        frame = found.frame(herb_id).set_index("parcel_id").loc[page["ids"]]
        mine = page["costs"][herb_id]
        for name, column in AMOUNTS.items():
            carried = [np.nan if one[name] is None else one[name] for one in mine]
            digits = 0 if name.startswith("yen") else 1
            np.testing.assert_allclose(carried, frame[column].round(digits).to_numpy(), rtol=0, atol=1e-9)
        for name in ("works", "asked", "unknown"):
            assert [";".join(one[name]) for one in mine] == frame[name].tolist()
            assert {key for one in mine for key in one[name]} <= page["labels"].keys()


def test_what_was_not_asked_is_named_and_never_nothing(left: Project) -> None:
    for parcel in opened(project_content(left, CATALOGUE, Audience.PARTNER))["costs"]["toki"]:
        assert parcel["hours_high"] is None
        assert "labour_hours_per_10a" in parcel["asked"]


def test_answers_stay_in_the_office_and_classes_from_the_public(left: Project) -> None:
    costs = {
        audience: dict(zip(page["ids"], page["costs"]["toki"], strict=True))
        for audience in Audience
        for page in [opened(project_content(left, CATALOGUE, audience))]
    }
    office, partner, public = (
        costs[one]["P1"] for one in (Audience.OFFICE, Audience.PARTNER, Audience.PUBLIC)
    )
    assert "labour_hours_per_10a" in partner["asked"]
    assert "labour_hours_per_10a" not in office["asked"]
    assert office["yen_low"] == partner["yen_low"] >= public["yen_low"]
    assert public["yen_high"] is None or public["yen_high"] > partner["yen_high"]
    assert {"devastation_class", "years_abandoned"} <= set(public["unknown"])
    # P1, P2 and P3 differ in nothing else that the public may see but the slope of P1.
    others = [costs[Audience.PUBLIC][key] for key in ("P2", "P3")]
    assert others[0] == others[1]
    assert costs[Audience.PARTNER]["P2"] != costs[Audience.PARTNER]["P3"]


def test_years_abandoned_are_not_in_the_public_map(left: Project) -> None:
    public, partner = (
        opened(project_content(left, CATALOGUE, one)) for one in (Audience.PUBLIC, Audience.PARTNER)
    )
    assert set(public["known"]["years_abandoned"]) == {None}
    assert set(partner["known"]["years_abandoned"]) == {4, 20, None}


def test_a_map_of_some_parcels_says_of_how_many(left: Project) -> None:
    assert opened(project_content(left, CATALOGUE, Audience.PUBLIC))["whole"] == 3
    some = project_content(left, CATALOGUE, Audience.PUBLIC, among={"P1", "P2"})
    page = opened(some)
    assert (page["whole"], len(page["ids"])) == (3, 2)
    assert opened(project_content(left, CATALOGUE, Audience.PUBLIC, best=1))["whole"] == 3


def test_of_a_herb_without_a_table_nothing_is_said(left: Project) -> None:
    content = project_content(left, CATALOGUE, Audience.OFFICE)
    toki = {"toki": content.costs["toki"].drop(index="P2")}
    page = opened(dataclasses.replace(content, costs=toki))
    assert {parcel: one is None for parcel, one in zip(page["ids"], page["costs"]["toki"], strict=True)} == {
        "P1": False,
        "P2": True,
        "P3": False,
    }
    assert page["costs"]["shakuyaku"] == [None] * 3


def weather(gaps: bool) -> Anomalies:
    """Thirty years that go both ways, some years missing between, some factors not known in some."""
    random = np.random.default_rng(5)
    years = np.delete(np.arange(1990, 2021), 11 if gaps else 0)
    wide = {"warmth_index_c_month": 25.0, "warmest_month_temp_c": 4.0, "coldest_month_min_temp_c": 5.0}
    columns = {key: random.normal(0, by, len(years)) for key, by in wide.items()}
    columns["annual_precip_mm"] = random.uniform(0.2, 2, len(years))
    if gaps:
        columns["warmest_month_temp_c"][3] = np.nan
    else:
        columns["max_snow_depth_cm"] = random.uniform(0, 3, len(years))
    return Anomalies("架空", years, (1991, 2020), 30, columns, {}, np.zeros(12))


@pytest.mark.parametrize("gaps", [False, True])
def test_years_of_every_herb_by_every_method_are_those_of_the_library(gaps: bool) -> None:
    plain, factors = sites(60, 3)
    given = score_parcels(factors, CATALOGUE)
    anomalies = weather(gaps)
    content = content_for(plain, factors, CATALOGUE, given)
    page = opened(dataclasses.replace(content, years=anomalies), tuple(METHODS))
    columns = factors.subset(page["ids"]).columns()
    told = 0
    for method in METHODS:
        risks = climate_risk(columns, CATALOGUE, anomalies, method=method)
        for herb_id, risk in risks.items():
            mine = pd.DataFrame(page["years"][method][herb_id])
            for name in ("share", "stand"):
                np.testing.assert_allclose(
                    mine[name].astype(float),
                    getattr(risk, name),
                    rtol=0,
                    atol=1e-9,
                    err_msg=f"{method} {herb_id}",
                )
            assert mine["limiting"].tolist() == risk.limiting.tolist(), (method, herb_id)
            assert set(mine["years"]) == {risk.years}
            assert set(mine["windows"]) <= {risk.windows}
            assert set(mine["apart"]) <= {risk.apart}
            keys = list(FACTORS)
            assert [keys[place] for place in mine["moving"][0]] == list(risk.moving)
            assert [keys[place] for place in mine["still"][0]] == list(risk.still)
            told += int(((risk.share > 0) & (risk.share < 1)).sum())
    assert told > 100
