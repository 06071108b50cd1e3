"""What a planner reads in Japanese: words in place of keys, and what limits an answer in the same breath."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from kanpo.herbs import load_catalogue
from kanpo.schema import FACTORS

from .conftest import Kanpo

CATALOGUE = load_catalogue()
#: Keys that have a word: of factors, works and levels of confidence.
KEYS = re.compile(
    rf"\b({'|'.join([*FACTORS, *(work.work_id for work in CATALOGUE.works), 'medium', 'paddy', 'yen/hour'])})\b"
)


@pytest.fixture(scope="module")
def project(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("words") / "a.gpkg"
    shutil.copy(next(demo_folder.glob("*.gpkg")), path)
    return path


@pytest.mark.parametrize(
    "command",
    [
        ("costs", "--herb", "芍薬", "--limit", 300),
        ("costs", "--herb", "芍薬", "--limit", 2, "--parts"),
        ("herbs", "validate"),
        ("herbs", "show", "当帰"),
        ("herbs", "list"),
        ("blocks", "--herb", "当帰", "--limit", 3),
        ("ranking", "--parcel", "069001736"),
        ("score", "--parcel", "069001736", "--what-if", "地目=畑"),
        ("trials", "suggest", "--budget", 1, "--herb", "当帰"),
    ],
    ids=lambda words: " ".join(map(str, words)),
)
def test_tables_for_people_hold_no_keys(kanpo: Kanpo, project: Path, command: tuple[object, ...]) -> None:
    said = kanpo("--lang", "ja", *command, "--project", project)
    assert said.code == 0, said.err
    assert not KEYS.search(said.out), KEYS.search(said.out)
    assert not re.search(r"^(toki|shakuyaku)\b", said.out, re.MULTILINE) or command[:2] == ("herbs", "list")


def test_works_say_where_for_what_and_what_is_still_to_be_asked(kanpo: Kanpo) -> None:
    said = kanpo("--lang", "ja", "herbs", "works")
    assert "田、畑" in said.out and "人参(オタネニンジン)" in said.out and "尋ねる" in said.out
    assert "10a・土壌pH(H2O) 1.0" in said.out, "lime goes by the rise of the pH"
    assert "  expert: 目録を作った者の見積り" in said.err, "a source is named"
    notes = kanpo("--lang", "ja", "herbs", "check")
    assert "芍薬(シャクヤク)" in notes.out and not KEYS.search(notes.out)


def test_assumptions_have_units_in_words_and_no_price_for_all_herbs(kanpo: Kanpo, project: Path) -> None:
    said = kanpo("--lang", "ja", "assumptions", "list", "--herb", "当帰", "--project", project)
    line = next(line for line in said.out.splitlines() if line.startswith("労賃"))
    assert "円/時間" in line and "(すべて)" in line
    prices = [line for line in said.out.splitlines() if line.startswith("買取単価")]
    assert len(prices) == 1 and "当帰(トウキ)" in prices[0] and "円/kg" in prices[0]
    machine = json.loads(kanpo("assumptions", "list", "--json", "--project", project).out)
    assert machine[0]["unit"] == "yen/hour" and "尋ねる" in machine[0]["note"]


def test_explain_gives_the_notes_of_the_catalogue_in_japanese(kanpo: Kanpo, project: Path) -> None:
    ja = kanpo("--lang", "ja", "explain", "069001736", "--herb", "芍薬", "--project", project)
    en = kanpo("--lang", "en", "explain", "069001736", "--herb", "芍薬", "--project", project)
    assert "湿った低地にも、乾く土地にも向かない" in ja.out and "not on wet low ground" not in ja.out
    assert "not on wet low ground" in en.out and "湿った低地" not in en.out


def test_a_ranking_on_stale_scores_says_so_and_how_to_mend_it(
    kanpo: Kanpo, project: Path, tmp_path: Path
) -> None:
    path = tmp_path / "stale.gpkg"
    shutil.copy(project, path)
    at = ("--project", path)
    assert "古くなって" not in kanpo("--lang", "ja", "ranking", "--herb", "当帰", *at).err
    done = kanpo("record", "visit", *at, "--parcel-id", "069001736", "--date", "2026-04-01", "--soil-ph", 6)
    assert done.code == 0, done.err
    for command in (("ranking", "--herb", "当帰"), ("blocks", "--herb", "当帰"), ("costs", "--herb", "当帰")):
        said = kanpo("--lang", "ja", *command, *at)
        lines = [line for line in said.err.splitlines() if "古くなって" in line]
        assert len(lines) == 1 and "kanpo score" in lines[0], said.err
    assert kanpo("score", *at).code == 0
    assert "古くなって" not in kanpo("--lang", "ja", "ranking", "--herb", "当帰", *at).err


def test_land_of_no_known_type_is_counted_where_it_decides_works(kanpo: Kanpo, project: Path) -> None:
    for command in (("ranking", "--herb", "当帰"), ("score", "--herb", "当帰")):
        said = kanpo("--lang", "ja", *command, "--project", project)
        assert re.search(r"^\d+ 筆は地目が分からず、明渠", said.err, re.MULTILINE), said.err


def test_ties_by_lot_are_said(kanpo: Kanpo, project: Path) -> None:
    said = kanpo("--lang", "ja", "robust", "--herb", "当帰", "--draws", 20, "--project", project)
    assert "くじ" in said.err and "席を分け合います" in said.err


def test_outlines_alone_tell_nothing_apart_in_every_command_that_chooses(
    kanpo: Kanpo, tmp_path: Path
) -> None:
    squares = [
        {
            "type": "Feature",
            "properties": {"polygon_uuid": f"00000000-0000-4000-8000-00000000000{n}"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [
                        [139.8 + x / 1e3 + n / 1e3, 38.7 + y / 1e3]
                        for x, y in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
                    ]
                ],
            },
        }
        for n in range(4)
    ]
    (tmp_path / "筆.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": squares}))
    assert kanpo("init", "a.gpkg").code == 0
    assert kanpo("ingest", "筆.geojson").code in (0, 1)
    assert kanpo("score").code == 0
    for command in (
        ("score", "--herb", "当帰"),
        ("ranking", "--herb", "当帰"),
        ("blocks", "--herb", "当帰", "--min-block-area", 0),
        ("visits", "plan", "--budget", 2, "--herb", "当帰", "--best", 1),
    ):
        said = kanpo("--lang", "ja", *command)
        assert "この資料では筆の差は分からない: 当帰(トウキ)" in said.err, (command, said.err)


def test_examples_of_conditions_in_the_walk_of_a_planner_find_parcels(kanpo: Kanpo, project: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "planner.md").read_text(encoding="utf-8")
    lines = [
        line.split() for line in text.splitlines() if re.match(r"kanpo .*--(status|owner-intention) ", line)
    ]
    assert len(lines) >= 2
    for _, _, *words in lines:
        kept = words[2:] if words[:1] == ["--herb"] else words
        found = kanpo("parcels", "list", *kept, "--json", "--project", project)
        assert found.code == 0 and json.loads(found.out), words


def test_what_if_takes_the_type_of_the_land(kanpo: Kanpo, project: Path) -> None:
    wrong = kanpo(
        "--lang", "ja", "score", "--parcel", "069001736", "--what-if", "地目=山", "--project", project
    )
    assert wrong.code == 2 and "田" in wrong.err and "畑" in wrong.err
    said = kanpo(
        "--lang", "ja", "explain", "069001736", "--herb", "当帰", "--what-if", "地目=畑", "--project", project
    )
    assert said.code == 0 and "仮の値での説明です(地目)" in said.err
