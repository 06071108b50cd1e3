"""Daily files of the Meteorological Agency are read whatever columns were chosen."""

from __future__ import annotations

from pathlib import Path

import pytest

from kanpo.errors import InputUnusable, UsageError
from kanpo.store import Project
from kanpo.weather import import_weather, is_station_file, read_station_file, station_temperatures

# Made-up values in the agency's form: rain has 現象なし情報, wind its direction, snow is not asked for.
HEAD = """ダウンロードした時刻：2026/01/05 09:00:00

,架空,架空,架空,架空,架空,架空,架空,架空,架空,架空,架空,架空,架空
年月日,平均気温(℃),平均気温(℃),平均気温(℃),降水量の合計(mm),降水量の合計(mm),降水量の合計(mm),降水量の合計(mm),平均風速(m/s),平均風速(m/s),平均風速(m/s),平均風速(m/s),平均風速(m/s),天気概況(昼)
,,,,,,,,,,風向,風向,,
,,品質情報,均質番号,,現象なし情報,品質情報,均質番号,,品質情報,,品質情報,均質番号,
"""
DAYS = """2025/1/1,-1.0,8,1,0,1,8,1,2.5,8,西,8,1,晴
2025/1/2,0.4,5,1,3.5,0,8,2,,1,,1,1,雪
2025/1/3,,1,1,,,1,1,,1,,1,1,
2025/1/4,2.0,8,1,0.0,0,8
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A download with every option on."""
    path = tmp_path / "data.csv"
    path.write_bytes((HEAD + DAYS).replace("\n", "\r\n").encode("cp932"))
    return path


def test_values_are_taken_by_their_titles(file: Path) -> None:
    assert is_station_file(file)
    frame = read_station_file(file).frame
    assert frame["happened_at"].tolist() == ["2025-01-01", "2025-01-02", "2025-01-04"], "no values, no row"
    assert frame["station"].unique().tolist() == ["架空"]
    assert frame["tmean_c"].tolist() == ["-1.0", "0.4", "2.0"]
    assert frame["precip_mm"].tolist() == ["0", "3.5", "0.0"]
    assert frame.loc[0, "wind_m_s"] == "2.5"
    assert frame["row"].tolist() == [7, 8, 10]


def test_quality_and_breaks_stay_beside_the_value(file: Path) -> None:
    days = read_station_file(file)
    assert days.frame["quality"].tolist() == ["", "tmean_c=5", ""]
    assert days.frame["homogeneity"].tolist() == ["", "precip_mm=2", ""]
    (poor,) = [problem for problem in days.problems if problem.code == "weather.quality"]
    place = poor.place
    assert (place.file, place.row, place.column, place.value) == ("data.csv", 8, "tmean_c", "0.4")
    assert "準正常値" in poor.what.ja
    assert [p.place.column for p in days.problems if p.code == "weather.item-left-out"] == ["天気概況(昼)"]


def test_an_import_again_adds_nothing_and_a_revision_supersedes(project: Project, file: Path) -> None:
    first = import_weather(project, file)
    assert (first.read, first.stored, first.repeated) == (3, 3, 0)
    again = import_weather(project, file)
    assert (again.stored, again.repeated) == (0, 3)
    file.write_bytes(file.read_bytes().replace(b"2025/1/2,0.4,5", b"2025/1/2,0.6,8"))
    revised = import_weather(project, file)
    assert (revised.stored, revised.repeated) == (1, 2)
    standing = project.journal.read("weather").sort_values("happened_at")
    assert standing["tmean_c"].tolist() == [-1.0, 0.6, 2.0]
    assert len(project.journal.entries("weather")) == 4
    assert import_weather(project, file).repeated == 3


def test_several_stations_and_fewer_options(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    text = (
        "ダウンロードした時刻：2026/01/05 09:00:00\n\n,甲,乙,乙\n"
        "年月日,最高気温(℃),最高気温(℃),最低気温(℃)\n2025/7/1,31.5,29.0,20.1\n2025/7/2,,28.0,\n"
    )
    path.write_text(text, encoding="utf-8-sig")
    assert import_weather(project, path).stored == 3
    frame = project.journal.read("weather").set_index(["station", "happened_at"])
    assert frame.loc[("甲", "2025-07-01"), "tmax_c"] == 31.5
    assert frame.loc[("乙", "2025-07-01"), ["tmax_c", "tmin_c"]].tolist() == [29.0, 20.1]
    assert ("甲", "2025-07-02") not in frame.index


def test_a_date_in_three_columns_is_the_same_date(file: Path, tmp_path: Path) -> None:
    parts = [
        line.replace("/", ",", 2)
        if line.startswith("2025/")
        else ",," + line
        if line.startswith(",")
        else line
        for line in (HEAD + DAYS).replace("年月日", "年,月,日").split("\n")
    ]
    other = tmp_path / "parts.csv"
    other.write_bytes("\n".join(parts).encode("cp932"))
    assert read_station_file(other).frame.equals(read_station_file(file).frame)


def test_a_value_that_cannot_be_is_said_with_its_row(project: Project, file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"2025/1/4,2.0", b"2025/1/4,200"))
    report = import_weather(project, file)
    assert (report.stored, len(report.rejected)) == (2, 1)
    (problem,) = [problem for problem in report.problems if problem.code == "value.out-of-range"]
    assert (problem.place.file, problem.place.row, problem.place.column) == ("data.csv", 10, "tmean_c")


def test_a_dry_run_writes_nothing(project: Project, file: Path) -> None:
    assert import_weather(project, file, dry_run=True).stored == 3
    assert project.journal.read("weather").empty


@pytest.mark.parametrize(
    "text", ["", "a,b\n1,2\n", "ダウンロードした時刻：x\n\n,甲\n年月時,気温\n2025/7/1 1:00:00,3\n"]
)
def test_other_files_are_refused(project: Project, tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputUnusable):
        import_weather(project, path)
    assert not is_station_file(tmp_path / "none.csv")


def test_temperatures_of_a_daily_file_are_numbers(file: Path) -> None:
    frame, problems = station_temperatures(file)
    assert frame["mean"].tolist() == [-1.0, 0.4, 2.0]
    assert frame["date"].tolist() == ["2025-01-01", "2025-01-02", "2025-01-04"]
    assert [problem.place.column for problem in problems] == ["tmean_c"]


def test_an_hourly_file_gives_means_of_whole_days(tmp_path: Path) -> None:
    # The hour that ends at 0:00 belongs to the day before; the second day has too few values.
    hours = [f"2025/5/1 {hour}:00:00,{hour},8,1,x" for hour in range(1, 24)]
    hours += ["2025/5/2 0:00:00,24,8,1,x", *[f"2025/5/2 {hour}:00:00,,1,1,x" for hour in range(1, 20)]]
    head = (
        "ダウンロードした時刻：2026/01/05 09:00:00\n\n,甲,甲,甲,甲\n年月日時,気温(℃),気温(℃),気温(℃),天気\n"
        ",,品質情報,均質番号,\n"
    )
    path = tmp_path / "hours.csv"
    path.write_bytes((head + "\n".join(hours) + "\n").encode("cp932"))
    frame, problems = station_temperatures(path)
    assert frame.to_dict("records") == [{"date": "2025-05-01", "mean": 12.5}]
    assert not problems


def test_several_stations_need_a_name_and_other_items_are_no_temperatures(tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    head = "ダウンロードした時刻：2026/01/05 09:00:00\n\n"
    path.write_text(
        head + ",甲,乙,乙\n年月日,平均気温(℃),最高気温(℃),最低気温(℃)\n2025/7/1,25.0,30,20\n",
        encoding="utf-8-sig",
    )
    with pytest.raises(UsageError, match="甲、乙"):
        station_temperatures(path)
    frame, _ = station_temperatures(path, "乙")
    assert frame[["least", "greatest"]].iloc[0].tolist() == [20, 30]
    path.write_text(head + ",甲\n年月日,日照時間(時間)\n2025/7/1,5\n", encoding="utf-8-sig")
    with pytest.raises(InputUnusable, match="気温"):
        station_temperatures(path)
