"""Dated statements: each column from the newest that speaks of it; a blank empties nothing."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest

from kanpo.store import settle

_COLUMNS = (
    *("lot", "as_of", "as_of_basis", "idle_class", "devastation_class"),
    *("years_abandoned", "survey_date", "denied", "land_type"),
)


def _said(*rows: tuple[object, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(_COLUMNS)).astype(object)
    blank = dict.fromkeys(("municipality_code", "settlement", "lot_number"))
    return frame.assign(**blank, registered_area_m2=None, farm_promotion_zone=None)


def _stands(frame: pd.DataFrame, lot: str = "P") -> dict[str, object]:
    return settle(frame).loc[lot].to_dict()


OLD = ("P", "2021-09-01", "own", "1", "B", 8.0, "2021-09-01", None, "paddy")
NEW = ("P", "2023-09-01", "own", None, "A", None, "2023-09-01", None, None)
LEDGER = ("P", "2026-04-01", "assumed", None, None, None, None, None, "field")


@pytest.mark.parametrize("order", itertools.permutations((OLD, NEW, LEDGER)))
def test_each_column_comes_from_the_newest_that_speaks_of_it_in_any_order(
    order: tuple[tuple[object, ...], ...],
) -> None:
    stands = _stands(_said(*order))
    assert (stands["idle_class"], stands["devastation_class"]) == ("1", "A")
    assert (stands["years_abandoned"], stands["survey_date"]) == (8.0, "2023-09-01")
    # What has a day goes before what was only assumed, however late that came.
    assert stands["land_type"] == "paddy"


def test_a_survey_that_found_none_ends_a_class_and_its_years_a_blank_does_not() -> None:
    blank = ("P", "2024-09-01", "own", None, None, None, "2024-09-01", None, None)
    none = (*blank[:7], "idle_class devastation_class", None)
    assert _stands(_said(OLD, blank))["devastation_class"] == "B"
    ended = _stands(_said(OLD, none))
    assert (ended["idle_class"], ended["devastation_class"], ended["years_abandoned"]) == (None, None, None)
    assert ended["survey_date"] == "2024-09-01"
    assert _stands(_said(none, OLD)) | {"status_row": 0} == ended | {"status_row": 0}
    again = ("P", "2025-09-01", "own", "2", None, 1.0, "2025-09-01", None, None)
    assert _stands(_said(OLD, none, again))["years_abandoned"] == 1.0


def test_an_assumed_day_stands_below_any_day_and_above_nothing_said() -> None:
    late = ("P", "2026-11-30", "assumed", "2", None, None, None, None, None)
    assert _stands(_said(OLD, late))["idle_class"] == "1"
    alone = _stands(_said(late))
    assert alone["idle_class"] == "2" and alone["survey_date"] is None
