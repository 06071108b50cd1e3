"""Daily files in other units are refused once, and days that cannot be are sent back, each with its reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from kanpo.errors import InputUnusable
from kanpo.store import Project
from kanpo.trials import record_rows
from kanpo.weather import import_weather, read_station_file, station_temperatures

HEAD = "ダウンロードした時刻：2026/01/05 09:00:00\n\n"


def daily(path: Path, items: str, rows: str, encoding: str = "cp932") -> Path:
    """A daily file of one station."""
    stations = "," + ",".join(["架空"] * len(items.split(",")))
    path.write_bytes((HEAD + f"{stations}\n年月日,{items}\n{rows}\n").encode(encoding))
    return path


@pytest.mark.parametrize(
    ("item", "unit", "mend"),
    [
        ("平均気温(°F)", "°F", "1.8"),
        ("平均気温(℉)", "℉", "1.8"),
        ("最高気温（Ｆ）", "Ｆ", "1.8"),
        ("最低気温(K)", "K", "273.15"),
        ("降水量の合計(inch)", "inch", "25.4"),
        ("降水量の合計(cm)", "cm", "mm"),
        ("日照時間(分)", "分", "60"),
        ("平均風速(km/h)", "km/h", "3.6"),
        ("最深積雪(m)", "m", "cm"),
    ],
)
def test_another_unit_in_a_title_is_said_once(
    project: Project, tmp_path: Path, item: str, unit: str, mend: str
) -> None:
    path = daily(tmp_path / "f.csv", item, "2025/1/1,40\n2025/1/2,41", "utf-8")
    with pytest.raises(InputUnusable) as caught:
        import_weather(project, path)
    assert caught.value.code == "weather.unit"
    assert unit in caught.value.what.ja and mend in caught.value.mend.ja
    assert project.journal.read("weather").empty


@pytest.mark.parametrize("item", ["平均気温(℃)", "平均気温（℃）", "平均気温(°C)", "平均気温", "平均気温(度)"])
def test_degrees_celsius_are_known_however_written(tmp_path: Path, item: str) -> None:
    days = read_station_file(daily(tmp_path / "c.csv", item, "2025/1/1,4.0", "utf-8"))
    assert days.frame["tmean_c"].tolist() == ["4.0"]


@pytest.mark.parametrize(
    ("month", "values", "unit"),
    [(7, (81, 84, 79, 86), "°F"), (1, (36, 41, 35, 38), "°F"), (1, (275.1, 276.3, 271.2, 280.0), "K")],
)
def test_fahrenheit_under_a_title_of_celsius_is_told_by_its_days(
    project: Project, tmp_path: Path, month: int, values: tuple[float, ...], unit: str
) -> None:
    rows = "\n".join(f"2025/{month}/{day},{value}" for day, value in enumerate(values, 1))
    with pytest.raises(InputUnusable) as caught:
        import_weather(project, daily(tmp_path / "f.csv", "平均気温(℃)", rows))
    assert unit in caught.value.what.ja and caught.value.place.row == 5
    with pytest.raises(InputUnusable):
        station_temperatures(tmp_path / "f.csv")


def test_a_single_slip_is_a_row_and_not_the_unit(project: Project, tmp_path: Path) -> None:
    rows = "\n".join(f"2025/8/{day},{310 if day == 3 else 28.5}" for day in range(1, 29))
    report = import_weather(project, daily(tmp_path / "s.csv", "平均気温(℃)", rows))
    assert (report.stored, len(report.rejected)) == (27, 1)


def test_a_day_whose_temperatures_do_not_rise_is_sent_back(project: Project, tmp_path: Path) -> None:
    items = "最低気温(℃),平均気温(℃),最高気温(℃)"
    rows = "2025/7/1,20,25,31\n2025/7/2,31,25,20\n2025/7/3,20,32,31\n2025/7/4,26,25,31\n2025/7/5,25.1,25.0,25.0\n2025/7/6,,25,24"
    report = import_weather(project, daily(tmp_path / "d.csv", items, rows))
    assert report.stored == 2
    said = [problem for problem in report.problems if problem.code == "weather.not-rising"]
    assert [problem.place.row for problem in said] == [6, 7, 8, 10]
    assert "最低気温 31℃" in said[0].what.ja and said[0].mend.ja


def test_values_of_half_a_day_do_not_have_to_rise(project: Project, tmp_path: Path) -> None:
    text = (
        HEAD
        + ",架空,架空,架空,架空\n年月日,平均気温(℃),平均気温(℃),最高気温(℃),最高気温(℃)\n,,品質情報,,品質情報\n2025/7/1,25,8,24,4\n"
    )
    path = tmp_path / "q.csv"
    path.write_bytes(text.encode("cp932"))
    assert import_weather(project, path).stored == 1


def test_the_same_holds_for_records_from_any_table(project: Project) -> None:
    report = record_rows(
        project,
        "weather",
        {
            "地点": ["甲", "甲"],
            "happened_at": ["2025-07-01", "2025-07-02"],
            "tmin_c": ["30", "20"],
            "tmax_c": ["20", "30"],
        },
    )
    assert (report.stored, len(report.rejected)) == (1, 1)


def test_rows_that_are_no_day_or_one_that_stands_there_are_sent_back(
    project: Project, tmp_path: Path
) -> None:
    rows = "2025/2/28,5.0\n2025/2/30,5.1\n2025/13/1,5.2\n2月1日,5.3\n2025/3/1,6.0\n2025/3/1,6.0\n2025/3/1,7.0\n2099/1/1,3.0\n※値は準正常値を含む,"
    path = daily(tmp_path / "d.csv", "平均気温(℃)", rows)
    report = import_weather(project, path)
    codes = [problem.code for problem in report.problems]
    assert codes.count("weather.no-day") == 3 and codes.count("weather.day-twice") == 1
    assert codes.count("weather.to-come") == 1
    assert (report.stored, len(report.rejected)) == (2, 5)
    assert {problem.place.row for problem in report.problems} == {6, 7, 8, 11, 12}
    assert all(problem.mend.ja for problem in report.problems)
    assert project.journal.read("weather")["tmean_c"].tolist() == [5.0, 6.0]
    again = import_weather(project, path)
    assert (again.stored, again.repeated) == (0, 2)


def test_an_hour_of_no_day_is_said(tmp_path: Path) -> None:
    path = tmp_path / "h.csv"
    path.write_text(
        HEAD + ",甲\n年月日時,気温(℃)\n2025/2/28 1:00:00,3\n2025/2/30 1:00:00,3\n", encoding="utf-8"
    )
    with pytest.raises(InputUnusable, match="2025/2/30"):
        station_temperatures(path)
