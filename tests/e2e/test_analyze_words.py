"""Options of ``kanpo analyze`` as strangers use them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.conftest import Kanpo

CASES = Path(__file__).parents[1] / "evidence" / "cases"
SEASONS = CASES / "r" / "seasons_rice.csv"
RATES = CASES / "r" / "rcbd_seedrate.csv"


@pytest.fixture
def places(tmp_path: Path) -> Path:
    """A series of trials over two years and two places."""
    lines = ["Year,Place,Rep,Seed rate,Yield (t/ha)"]
    for number in range(48):
        year, place, rep, rate = 2023 + number // 24, "ab"[number // 12 % 2], number // 4 % 3, number % 4
        lines.append(f"{year},{place},{rep},{rate * 25},{3 + rate * 0.2 + number * 7 % 11 / 10:.1f}")
    path = tmp_path / "series.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_years_and_places_together_are_environments(kanpo: Kanpo, places: Path) -> None:
    said = kanpo(
        "analyze", places, "--design", "multienv", "--treatment", "Seed rate", "--trait", "Yield (t/ha)",
        "--environment", "Year", "--environment", "Place", "--replicate", "Rep", "--json", "--lang", "en",
    )  # fmt: skip
    assert (said.code, said.err) == (0, "")
    names = [one["term"] for one in json.loads(said.out)["variance"]]
    assert names == ["Year:Place", "Year:Place:Seed rate", "Year:Place:Rep", "Residual"]


def test_blocks_in_several_environments_are_a_series(kanpo: Kanpo) -> None:
    words = (
        "--treatment",
        "nitrogen",
        "--block",
        "rep",
        "--environment",
        "season",
        "--trait",
        "yield",
        "--json",
    )
    series = kanpo("analyze", SEASONS, "--design", "multienv", *words, "--lang", "en")
    blocks = kanpo("analyze", SEASONS, "--design", "rcbd", *words, "--lang", "en")
    assert json.loads(blocks.out) == json.loads(series.out)
    assert "analysed as design multienv" in blocks.err


def test_columns_with_commas_between_them(kanpo: Kanpo) -> None:
    table = CASES / "rcbd_npk.csv"
    words = ("analyze", table, "--design", "rcbd", "--block", "block", "--trait", "yield", "--json")
    apart = kanpo(*words, "--treatment", "N", "--treatment", "P", "--treatment", "K")
    assert kanpo(*words, "--treatment", "N, P,K") == apart


@pytest.mark.parametrize(
    ("words", "unused"),
    [
        (("crd", "--block", "rep"), "--block"),
        (("rcbd", "--replicate", "rep"), None),
        (("rcbd", "--block", "rep", "--column", "yield"), "--column"),
    ],
)
def test_an_option_without_use_is_pointed_out(
    kanpo: Kanpo, words: tuple[str, ...], unused: str | None
) -> None:
    said = kanpo(
        "analyze",
        RATES,
        "--treatment",
        "rate",
        "--trait",
        "yield",
        "--json",
        "--lang",
        "en",
        "--design",
        *words,
    )
    assert said.code == 0
    assert said.err == "" if unused is None else f"{unused} is not used" in said.err
