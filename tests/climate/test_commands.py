"""``kanpo climate``, ``ranking --risk`` and ``explain`` as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kanpo.cli import main
from kanpo.climate import add_weather, load_scenarios
from kanpo.errors import InputUnusable
from kanpo.store import Project
from tests.climate.made_up import station_text, write_grid, write_station, year_grid


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, what is printed, and what is said beside it."""
    capsys.readouterr()
    code = main(list(words))
    out, err = capsys.readouterr()
    return code, out, err


def test_years_of_a_herb(gpkg: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "climate", "years", "芍薬", "--project", gpkg, "--json")
    assert code == 0
    rows = json.loads(out)
    assert [row["parcel_id"] for row in rows] == ["P1", "P2", "P3"]
    for row in rows:
        assert (row["years"], row["stand_years"], row["windows"]) == (30, 4, 27)
        assert 0 <= row["share_lower"] <= row["share_of_years"] <= row["share_upper"] <= 1
        assert row["stand_chance"] <= row["share_of_years"]
    assert "架空" in err
    assert "土・排水・日照は見ていません" in err


def test_the_years_of_a_parcel_are_its_normal_and_the_stations_anomaly(
    gpkg: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "climate", "years", "芍薬", "--parcel", "P2", "--project", gpkg, "--json")
    assert code == 0
    rows = json.loads(out)
    assert [row["year"] for row in rows] == list(range(1991, 2021))
    mean = sum(row["warmth_index_c_month"] for row in rows) / 30
    assert mean == pytest.approx(111.0, abs=1.5), "the normals are a degree warmer than the station"
    assert all(row["inside"] == (row["score"] >= 0.25) for row in rows)


def test_warmer_is_worse_for_what_likes_it_cool(gpkg: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "climate", "scenario", "芍薬", "当帰", "--project", gpkg, "--json")
    assert code == 0
    rows = json.loads(out)
    assert [row["scenario_id"] for row in rows] == ["today", "warmer_2", "warmer_4"] * 2
    for herb in ("shakuyaku", "toki"):
        shares = [row["mean_share"] for row in rows if row["herb_id"] == herb]
        assert shares == sorted(shares, reverse=True)
        assert shares[-1] < shares[0]
    assert "日本の気候変動2025" in err
    _, out, err = run(capsys, "climate", "scenario", "芍薬", "--warmer", "1.4", "--project", gpkg, "--json")
    assert json.loads(out)[1]["mean_share"] == rows[1]["mean_share"]
    assert "出典なし" in err


def test_a_ranking_with_risk_has_two_columns_more(gpkg: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "ranking", "--herb", "芍薬", "--risk", "--project", gpkg, "--json")
    assert code == 0
    assert all(row["stand_chance"] <= row["share_of_years"] <= 1 for row in json.loads(out))
    code, out, _ = run(capsys, "ranking", "--parcel", "P1", "--risk", "--project", gpkg, "--json")
    assert code == 0
    rows = {row["herb_id"]: row for row in json.loads(out)}
    assert rows["shakuyaku"]["share_of_years"] is not None
    assert rows["botanpi"]["share_of_years"] is None, "its snow is not known here"
    _, out, _ = run(capsys, "ranking", "--herb", "芍薬", "--project", gpkg, "--json")
    assert "share_of_years" not in json.loads(out)[0]
    for words in (("--herb", "芍薬"), ("--parcel", "P1")):
        _, out, _ = run(capsys, "--lang", "ja", "ranking", *words, "--risk", "--project", gpkg)
        assert "気候が収まる年の割合" in out and "続けて収まる見込み" in out, "on the screen, too"


def test_explain_says_what_the_years_say(gpkg: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "explain", "P1", "--herb", "芍薬", "--project", gpkg)
    assert code == 0
    (line,) = [line for line in out.splitlines() if line.startswith("年々の気候")]
    assert "架空" in line
    assert "/30" in line
    assert "4年続けて収まる見込み" in line
    code, out, _ = run(capsys, "explain", "P1", "--herb", "牡丹皮", "--project", gpkg)
    assert "年々の気候: 言えません(最深積雪がこの筆で分からない)" in out
    code, out, _ = run(capsys, "explain", "P1", "--herb", "芍薬", "--project", gpkg, "--json")
    assert json.loads(out)["climate_years"]["windows"] == 27


def test_explain_without_a_record_says_nothing_of_years(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(project.path)
    project.close()
    assert main(["score", "--project", path]) == 0
    code, out, _ = run(capsys, "explain", "P1", "--herb", "芍薬", "--project", path)
    assert code == 0
    assert "年々の気候" not in out
    code, _, err = run(capsys, "climate", "years", "芍薬", "--project", path)
    assert code == 2
    assert "kanpo climate add" in err


def test_stations_names_years_that_cannot_be_used(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = station_text(
        1991,
        2012,
        leave_out=lambda day: (day.year, day.month) == (2003, 8),
        homogeneity=lambda day: 1 if day.year < 1994 else 2,
    )
    add_weather(project, [write_station(tmp_path / "s.csv", text)])
    path = str(project.path)
    project.close()
    code, out, err = run(capsys, "climate", "stations", "--project", path, "--json")
    assert code == 0
    row = next(row for row in json.loads(out) if row["factor"] == "暖かさの指数")
    assert (row["first"], row["last"], row["years"], row["left_out"]) == (1994, 2012, 18, "2003")
    assert "均質番号" in err


def test_few_years_give_no_chance(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_weather(project, [write_station(tmp_path / "s.csv", station_text(2013, 2020))])
    path = str(project.path)
    project.close()
    code, out, err = run(capsys, "climate", "years", "芍薬", "--project", path)
    assert (code, out) == (3, "")
    assert "架空 8年" in err
    assert "見込みは出しません" in err


def test_of_several_stations_one_is_named(
    gpkg: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = write_station(tmp_path / "b.csv", station_text(1995, 2010, name="別の町"))
    path = gpkg
    assert main(["climate", "add", str(other), "--project", path]) == 0
    code, _, err = run(capsys, "climate", "years", "芍薬", "--project", path)
    assert code == 2
    assert "架空、別の町" in err
    code, out, _ = run(capsys, "climate", "years", "芍薬", "--station", "別の町", "--project", path, "--json")
    assert code == 0
    assert json.loads(out)[0]["years"] == 16
    code, _, err = run(capsys, "climate", "years", "芍薬", "--station", "ない町", "--project", path)
    assert code == 2
    assert "ない町" in err


def test_files_come_in_by_one_command(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from datetime import date

    path = str(project.path)
    project.close()
    grid = write_grid(tmp_path / "TMP_mea_1995.nc", year_grid(1995), date(1995, 1, 1))
    station = write_station(tmp_path / "s.csv", station_text(1995, 1996))
    code, _, err = run(capsys, "climate", "add", str(station), str(grid), "--project", path, "--dry-run")
    assert code == 0
    assert "予告だけ" in err
    code, _, err = run(capsys, "climate", "add", str(station), str(grid), "--project", path)
    assert code == 0
    with Project.open(Path(path)) as opened:
        assert opened.journal.read("weather")["station"].value_counts().to_dict() == {
            "架空": 731,
            "メッシュ農業気象データ(筆のある1格子の平均)": 365,
        }
    code, _, err = run(capsys, "climate", "add", str(tmp_path / "none.nc"), "--project", path)
    assert code == 3
    assert "none.nc" in err


@pytest.mark.parametrize(
    "words",
    [
        ["--warmer", "2", "--scenarios", "x.csv"],
        ["--past", "x.nc"],
        ["--precipitation", "5"],
        ["--normal", "1991"],
    ],
)
def test_options_that_do_not_go_together(
    gpkg: str, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert run(capsys, "climate", "scenario", *words, "--project", gpkg)[0] == 2


def test_a_warming_that_cannot_be_is_refused(gpkg: str, capsys: pytest.CaptureFixture[str]) -> None:
    for given, refused, said in (
        ("20", 3, "climate.shift"),
        ("nan", 2, "--warmer"),
        ("-30", 3, "climate.shift"),
    ):
        code, _, err = run(capsys, "climate", "scenario", "--warmer", given, "--project", gpkg)
        assert code == refused, given
        assert said in err


def test_scenarios_of_ones_own_need_a_source(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    head = "scenario_id,degrees,precipitation_percent,source,confidence\n"
    path.write_text(
        head + "a,1.5,,県の報告書 2024,medium\nb,2.5,-5,県の報告書 2024,medium\n", encoding="utf-8"
    )
    found = load_scenarios(path)
    assert [(one.shift.degrees, one.shift.precipitation_percent) for one in found] == [
        (1.5, 0.0),
        (2.5, -5.0),
    ]
    path.write_text(head + "a,1.5,,,medium\na,K,,x,low\n", encoding="utf-8")
    with pytest.raises(InputUnusable) as raised:
        load_scenarios(path)
    assert [(p.place.row, p.place.column) for p in raised.value.problems] == [
        (2, "source"),
        (3, "degrees"),
        (3, "scenario_id"),
    ]
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputUnusable, match="scenario_id"):
        load_scenarios(path)


def test_every_shipped_scenario_has_its_source() -> None:
    for one in load_scenarios():
        assert one.source
        assert one.base
        assert one.confidence != "low", "what is not sourced does not decide unseen"
