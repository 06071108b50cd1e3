"""A trial is walked to and fro, with what was found last."""

from __future__ import annotations

import binascii

import pytest

from kanpo.errors import UsageError
from kanpo.exchange import plot_qr, walk_of
from kanpo.store import Project


def test_plots_are_walked_to_and_fro(field_project: Project) -> None:
    codes = [plot.code for plot in walk_of(field_project, "T60").plots]
    assert codes[:2] + codes[9:12] == ["T60-101", "T60-102", "T60-110", "T60-210", "T60-209"]
    assert len(set(codes)) == 60


def test_plots_without_rows_are_walked_by_number(trial_project: Project) -> None:
    walk = walk_of(trial_project, "T1")
    assert [plot.code for plot in walk.plots] == ["T1-1", "T1-2", "T1-3", "T1-4"]
    assert len({plot.corners for plot in walk.plots}) == 4


def test_the_plan_stands_upright_in_metres(field_project: Project) -> None:
    walk = walk_of(field_project, "T60")
    width, height = walk.plan_m
    assert 15 < width < 25 and 20 < height < 26
    for plot in walk.plots:
        assert all(0 <= x <= width + 0.01 and 0 <= y <= height + 0.01 for x, y in plot.corners)
    first, last = walk.plots[0].corners, walk.plots[-1].corners
    assert min(y for _, y in first) > max(y for _, y in last), "north is up"
    assert abs(walk.north_deg) < 3


def test_the_last_value_and_the_traits_looked_at_before(field_project: Project) -> None:
    walk = walk_of(field_project, "T60")
    assert [trait.key for trait in walk.traits] == ["plant_height_cm"]
    last = walk.last[("T60-101", "plant_height_cm")]
    assert (last.value, last.day) == ("31", "2025-06-01")


@pytest.mark.parametrize(
    ("trial", "traits", "near"), [("T6O", (), "T60"), ("T60", ("病害の程度",), "病害程度")]
)
def test_what_is_not_there_is_named_with_the_nearest(
    field_project: Project, trial: str, traits: tuple[str, ...], near: str
) -> None:
    with pytest.raises(UsageError) as error:
        walk_of(field_project, trial, traits)
    assert f"もしかして「{near}」" in error.value.mend.ja


def test_the_code_of_a_plot_shows_any_mistyped_letter() -> None:
    code = plot_qr("a1b2c3", "TK26-01")
    content, check = code.rsplit(":", 1)
    assert content == "KP1:a1b2c3:TK26-01"
    for position in range(len(content)):
        wrong = content[:position] + chr(ord(content[position]) ^ 1) + content[position + 1 :]
        assert f"{binascii.crc_hqx(wrong.encode(), 0):04X}" != check
