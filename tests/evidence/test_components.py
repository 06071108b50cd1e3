"""Assays over the years: through lots back to parcels, strains and growers."""

from __future__ import annotations

import numpy as np
import pytest

from kanpo.compare import year_changes, year_picture
from kanpo.evidence import component_values, plot_values, values_by_year, with_strain
from kanpo.store import Project
from kanpo.trials import enter_growers, record_rows
from tests.lots.made_up import two_plots, write


def assay(lot: str, measured: str, unit: str = "%", **more: str) -> dict[str, str]:
    own = {"test": "assay", "analyte": "ペオニフロリン", "happened_at": "2026-01-10"}
    return {"lot_id": lot, "measured": measured, "unit": unit, **own, **more}


@pytest.fixture
def harvested(trial_project: Project) -> Project:
    """The trial T1, its two plots harvested, dried apart, mixed and packed."""
    two_plots(trial_project)
    return trial_project


def test_a_lot_goes_back_to_where_it_grew(harvested: Project) -> None:
    write(harvested, "assay", assay("A-D", "2.0"), assay("A-D", "3.0"), assay("PACK-1", "2.4"))
    found = component_values(harvested).set_index("lot_id")
    dried, packed = found.loc["A-D"], found.loc["PACK-1"]
    assert dried["value"] == pytest.approx(2.5), "two assays of a lot are one value"
    assert dried["trait"] == "ペオニフロリン (%)"
    assert (dried["parcel_id"], dried["trial_code"], dried["treatment"]) == ("P1", "T1", "標準")
    assert (dried["strain"], dried["year"], dried["herb_id"]) == ("苗2024-3", "2025", "toki")
    assert packed["parcel_id"] == "P1", "mixed of two plots of one parcel"


def test_a_mixture_of_two_parcels_tells_nothing_of_either(harvested: Project) -> None:
    write(harvested, "lot", {"lot_id": "X", "parcel_id": "P2", "mass_kg": "5", "herb_id": "toki", "happened_at": "2025-11-01"})  # fmt: skip
    write(harvested, "lot_step", {"step": "mixing", "inputs": "X=5; PACK-1=5", "outputs": "Y=10", "happened_at": "2025-12-22"})  # fmt: skip
    write(harvested, "assay", assay("X", "1.0"), assay("Y", "1.5"))
    found = component_values(harvested).set_index("lot_id")
    assert found.loc["X", "parcel_id"] == "P2"
    assert not isinstance(found.loc["Y", "parcel_id"], str)
    assert values_by_year(found.reset_index(), "parcel_id")["unit"].tolist() == ["P2"]


@pytest.mark.parametrize(
    ("below", "value"), [("half", 0.025), ("zero", 0.0), ("limit", 0.05), ("leave-out", None)]
)
def test_values_below_the_limit_count_as_asked_and_are_marked(
    harvested: Project,
    below,  # type: ignore[no-untyped-def]
    value: float | None,
) -> None:
    write(harvested, "assay", assay("A-D", "<0.05"))
    found = component_values(harvested, below=below)
    if value is None:
        assert found.empty
    else:
        assert found["below"].tolist() == [True] and found["value"].tolist() == pytest.approx([value])


def test_units_are_converted_only_where_that_is_exact(harvested: Project) -> None:
    rows = [assay("A-D", "2.0"), assay("B-D", "25", "mg/g"), assay("M1", "2.2"), assay("M2", "7", "点")]
    write(harvested, "assay", *rows)
    found = component_values(harvested).set_index("lot_id")
    assert found.loc["B-D", ["trait", "value"]].tolist() == ["ペオニフロリン (%)", pytest.approx(2.5)]
    assert found.loc["M2", "trait"] == "ペオニフロリン (点)"


def test_a_sample_from_the_field_belongs_to_its_plot(harvested: Project) -> None:
    sample = {"sample_id": "S1", "trial_code": "T1", "plot_code": "T1-2", "happened_at": "2025-08-01"}
    write(harvested, "sample", sample)
    row = assay("", "1.1") | {"sample_id": "S1"}
    write(harvested, "assay", row)
    found = component_values(harvested).iloc[0]
    assert (found["parcel_id"], found["treatment"], found["year"]) == ("P1", "早植え", "2025")


def test_strains_are_sources_of_seed_or_else_treatments(harvested: Project) -> None:
    values = with_strain(plot_values(harvested), harvested)
    assert set(values["strain"]) == {"苗2024-3"}
    own = {"plot_code": "T1-1", "operation": "sowing", "seed_lot": "系統B", "happened_at": "2025-04-11"}
    write(harvested, "operation", own)
    values = with_strain(plot_values(harvested), harvested)
    assert values.groupby("plot_code")["strain"].first().to_dict() == {"T1-1": "系統B", "T1-3": "苗2024-3"}


def test_growers_are_followed_by_code(project: Project) -> None:
    enter_growers(project, {"grower_code": ["G1"], "name": ["架空 一郎"], "phone": ["000"]})
    for year in ("2024", "2025"):
        write(project, "trial", {"trial_code": year, "herb_id": "toki", "parcel_id": "P1", "grower_code": "G1", "happened_at": f"{year}-04-01"})  # fmt: skip
        write(project, "plot", {"trial_code": year, "plot_code": f"{year}-1", "treatment": "標準", "area_m2": "10", "happened_at": f"{year}-04-01"})  # fmt: skip
        write(project, "harvest", {"trial_code": year, "plot_code": f"{year}-1", "dry_kg": year[-1], "lot_id": f"L{year}", "happened_at": f"{year}-11-01"})  # fmt: skip
        write(project, "assay", assay(f"L{year}", f"<0.0{year[-1]}"))
    table = year_changes(values_by_year(component_values(project), "grower_code"))
    row = table.iloc[0]
    assert (row["unit"], row["from_year"], row["to_year"]) == ("G1", "2024", "2025")
    assert (row["below_from"], row["below_to"]) == (1, 1)
    assert row["change"] == pytest.approx(0.005)
    traits = year_changes(values_by_year(with_strain(plot_values(project), project), "strain"))
    assert set(traits["unit"]) == {"標準"} and (traits["below_to"] == 0).all()
    assert record_rows(project, "assay", {}).stored == 0


def test_the_picture_has_a_line_for_each_unit() -> None:
    import pandas as pd

    rows = [
        (str(2020 + year), f"u{unit}", "t", float(unit + year))
        for unit in range(11)
        for year in range(2 + unit % 2)
    ]
    values = pd.DataFrame(rows, columns=["year", "unit", "trait", "value"])
    picture = year_picture(values)
    assert {series.name for series in picture.series} == {f"u{unit}" for unit in range(11)}
    (first,) = (series for series in picture.series if series.name == "u1")
    assert np.rint(first.x).tolist() == [0, 1, 2] and first.y.tolist() == [1, 2, 3]
    svg = picture.svg()
    assert ">2020<" in svg and ">2021.5<" not in svg
    assert np.isfinite(picture.series[-1].y).all()
