"""Texts, errors, units and zones: what everything else stands on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanpo.crs import zone_epsg, zone_of
from kanpo.errors import (
    Conflict,
    EnvironmentFailure,
    InputUnusable,
    IntegrityFailure,
    Place,
    Problem,
    UsageError,
    shown,
)
from kanpo.locale import Text, language, language_from_environment, use_language
from kanpo.units import area_m2, kg_per_10a


def test_a_text_speaks_the_current_language() -> None:
    text = Text("筆", "parcel")
    with use_language("en"):
        assert str(text) == "parcel" and language() == "en"
    with use_language("ja"):
        assert str(text) == "筆"
    assert Text("{n} 筆", "{n} parcels").format(n=3).ja == "3 筆"


@pytest.mark.parametrize(
    ("variables", "wanted"),
    [
        ({}, "ja"),
        ({"LANG": "C.UTF-8"}, "ja"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US", "KANPO_LANG": "ja"}, "ja"),
    ],
)
def test_the_language_follows_the_system(
    variables: dict[str, str], wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("KANPO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language_from_environment() == wanted


def test_every_error_has_its_exit_code() -> None:
    family = {UsageError: 2, InputUnusable: 3, Conflict: 4, IntegrityFailure: 5, EnvironmentFailure: 6}
    assert {kind: kind.exit_code for kind in family} == family


def test_a_message_says_what_where_how_to_mend_and_its_code() -> None:
    problem = Problem(
        "value.x",
        Text("だめです", "is wrong"),
        Text("直して", "mend it"),
        Place("a.csv", "Sheet1", 14, column="面積", value="１２"),
    )
    assert (
        problem.text().ja == "a.csv [Sheet1]シート 14行目 列「面積」 値「１２」: だめです → 直して [value.x]"
    )


@given(st.text(max_size=200))
def test_a_shown_value_is_one_short_line(value: str) -> None:
    text = shown(value)
    assert len(text) <= 40 and "\n" not in text and "\x1b" not in text


def test_traditional_units_are_exact() -> None:
    assert area_m2(1, "反") == pytest.approx(991.7355371900826, abs=1e-12)
    assert area_m2(121, "坪") == 400.0
    assert area_m2(1, "10a") == 1000.0
    assert kg_per_10a(2, 10) == 200.0


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        ((139.83, 38.73), 10),  # Tsuruoka
        ((135.83, 34.68), 6),  # Nara
        ((141.35, 43.06), 12),  # Sapporo; its zone by prefecture is XII
        ((139.69, 35.69), 9),  # Tokyo
        ((127.68, 26.21), 15),  # Naha
        ((130.40, 33.59), 2),  # Fukuoka
    ],
)
def test_zones_are_those_prescribed(place: tuple[float, float], zone: int) -> None:
    assert zone_of(*place) == zone
    assert zone_epsg(10) == 6678
