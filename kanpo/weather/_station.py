"""The daily CSV of the Japan Meteorological Agency (過去の気象データ・ダウンロード)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from kanpo.errors import InputUnusable, Place, Problem, Severity
from kanpo.locale import Text
from kanpo.reading import normalise
from kanpo.tables import WORKBOOKS, read_sheets, text_of
from kanpo.weather._repeated import no_day, told_apart
from kanpo.weather._units import check_degrees, check_unit

#: Beginnings of the agency's item names and the field that each is kept in. Where two fit, the longer
#: one counts; items that are not here are named and left out.
_ITEMS = {
    "平均気温": "tmean_c",
    "最高気温": "tmax_c",
    "最低気温": "tmin_c",
    "降水量の合計": "precip_mm",
    "日照時間": "sunshine_h",
    "平均風速": "wind_m_s",
    "平均湿度": "humidity_percent",
    "最深積雪": "snow_depth_cm",
}
#: What stands in the last title row above a column that is no value.
_QUALITY, _HOMOGENEITY, _NO_PHENOMENON = "品質情報", "均質番号", "現象なし情報"
_GOOD, _USUAL = "8", "1"
_DAY = re.compile(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})")


@dataclass(frozen=True, slots=True)
class StationDays:
    """What a file holds: one row per station and day, all text, as the journal's validator reads it.

    `frame` has ``station``, ``happened_at``, the fields of the kind ``weather`` and ``row`` (of the
    file). `problems` names values of less than good quality, and items that were left out.
    """

    frame: pd.DataFrame
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of values with the columns that speak of it."""

    index: int
    station: str
    field: str
    quality: int | None = None
    homogeneity: int | None = None


def is_station_file(path: Path) -> bool:
    """Whether a file begins as the agency's downloads do."""
    if not path.is_file():
        return False
    wanted = "ダウンロードした時刻"
    with path.open("rb") as stream:
        start = stream.read(400)
    if start.startswith(WORKBOOKS):
        try:
            rows = rows_of(path)
        except InputUnusable:
            return False
        return bool(rows and rows[0] and rows[0][0].startswith(wanted))
    plain = start.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    return any(plain.startswith(wanted.encode(e)) for e in ("cp932", "utf-8", "utf-16-le", "utf-16-be"))


def read_station_file(path: Path) -> StationDays:
    """Read a daily file: titles as many as there are, columns by station, item and kind.

    The date may stand in one column, or in three (年, 月, 日). An empty value is missing whatever its code says. A
    value whose quality is not 8 (good) is kept with its code; so is a homogeneity number that is
    not 1 (the series has a break there).

    Raises
    ------
    InputUnusable
        It is no such file, or it is not daily.
    """
    rows = [_with_one_date(row) for row in rows_of(path)]
    first = next((i for i, row in enumerate(rows) if row and _DAY.fullmatch(row[0].strip())), None)
    named = next((i for i, row in enumerate(rows) if row and row[0].strip() == "年月日"), None)
    if first is None or named is None or not 0 < named < first:
        raise InputUnusable(
            "weather.form",
            Text("気象庁の日別データの形ではありません", "is not a daily file of the Meteorological Agency"),
            Text(
                "「過去の気象データ・ダウンロード」で、日別値・日付を1列にして保存したCSVを使ってください",
                "download daily values with the date in one column from 過去の気象データ・ダウンロード",
            ),
            Place(path.name),
        )
    columns, problems = columns_of(rows[named - 1 : first], path.name)
    problems += [no_day(row[0], Place(path.name, row=number)) for number, row in _without_day(rows, first)]
    found, repeated = told_apart(list(_days(rows, first, columns)), path.name)
    problems += repeated
    check_degrees([day for day, _ in found], path.name)
    problems += _doubtful(found, path.name)
    return StationDays(pd.DataFrame([day for day, _ in found]).astype(object), tuple(problems))


def rows_of(path: Path) -> list[list[str]]:
    """The rows of a download as text, also where somebody saved it as a workbook.

    Raises
    ------
    InputUnusable
        It is no table.
    """
    sheets = [sheet for sheet in read_sheets(path) if sheet.rows]
    if not sheets:
        return []
    rows: list[list[str]] = []
    for row in sheets[0].rows:
        rows += [[] for _ in range(row.number - len(rows) - 1)]
        rows.append(list(map(text_of, row.cells)))
    return rows


def _with_one_date(row: list[str]) -> list[str]:
    """A row whose date stands in three columns, with the date in one and two blank ones."""
    parts = [part.strip() for part in row[:3]]
    if parts == ["年", "月", "日"]:
        return ["年月日", "", "", *row[3:]]
    if len(parts) == 3 and re.fullmatch(r"\d{4}", parts[0]) and all(part.isdecimal() for part in parts[1:]):
        return ["/".join(parts), "", "", *row[3:]]
    return row


def columns_of(
    titles: Sequence[Sequence[str]], name: str, known: Mapping[str, str] = _ITEMS
) -> tuple[list[Column], list[Problem]]:
    """The columns of values under the rows of titles, and which items are not among those `known`."""
    stations, items, *below = titles
    last = below[-1] if below else []
    columns: list[Column] = []
    left_out: set[str] = set()
    for index, item in enumerate(items[1:], 1):
        kind = _cell(last, index)
        field = _field_of(item, known)
        station = _cell(stations, index)
        if field is not None:
            check_unit(item, field, name)
        if field is None:
            left_out |= {item} if item.strip() else set()
        elif not kind:
            # Wind has its direction beside its speed, under a title of its own one row higher.
            if any("風向" in _cell(row, index) for row in below):
                continue
            columns.append(Column(index, station, field))
        elif columns and (columns[-1].station, columns[-1].field) == (station, field):
            columns[-1] = _with(columns[-1], kind, index)
    problems = [
        Problem(
            "weather.item-left-out",
            Text("読まない項目です", "item is not read"),
            Text("そのままで構いません", "nothing to do"),
            Place(name, column=item),
            Severity.WARNING,
        )
        for item in sorted(left_out)
    ]
    return columns, problems


def _with(column: Column, kind: str, index: int) -> Column:
    if kind == _QUALITY and column.quality is None:
        return Column(column.index, column.station, column.field, index, column.homogeneity)
    if kind == _HOMOGENEITY:
        return Column(column.index, column.station, column.field, column.quality, index)
    return column


def _field_of(item: str, known: Mapping[str, str]) -> str | None:
    plain = normalise(item).replace(" ", "").partition("(")[0]
    return known.get(plain)


def _cell(row: Sequence[str], index: int) -> str:
    return row[index].strip() if index < len(row) else ""


def _day_of(row: Sequence[str]) -> str | None:
    """The day of a row as ISO 8601; None where there is none of the calendar."""
    day = _DAY.fullmatch(row[0].strip()) if row else None
    with suppress(ValueError):
        return date(*map(int, day.groups())).isoformat() if day else None
    return None


def _without_day(rows: Sequence[Sequence[str]], first: int) -> Iterator[tuple[int, Sequence[str]]]:
    """Rows with values and no day; a line of text below the table has nothing beside it."""
    for number, row in enumerate(rows[first:], first + 1):
        if any(cell.strip() for cell in row[1:]) and _day_of(row) is None:
            yield number, row


def _days(
    rows: Sequence[Sequence[str]], first: int, columns: Sequence[Column]
) -> Iterator[tuple[dict[str, object], list[tuple[str, str, str]]]]:
    """Each station and day with its values, and what is less than good: field, value, code."""
    stations = list(dict.fromkeys(column.station for column in columns))
    for number, row in enumerate(rows[first:], first + 1):
        happened = _day_of(row)
        if happened is None:
            continue
        for station in stations:
            values: dict[str, object] = {"station": station, "happened_at": happened, "row": number}
            poor: list[tuple[str, str, str]] = []
            breaks: list[str] = []
            for column in columns:
                value = _cell(row, column.index)
                if column.station != station or not value or column.field in values:
                    continue
                values[column.field] = value
                code = _cell(row, column.quality) if column.quality is not None else _GOOD
                series = _cell(row, column.homogeneity) if column.homogeneity is not None else _USUAL
                if code not in (_GOOD, ""):
                    poor.append((column.field, value, code))
                if series not in (_USUAL, ""):
                    breaks.append(f"{column.field}={series}")
            if len(values) > 3:
                values["quality"] = "; ".join(f"{field}={code}" for field, _, code in poor)
                values["homogeneity"] = "; ".join(breaks)
                yield values, poor


#: The agency's codes of quality. 4, 2 and 0 are as commonly given.
_CODES = {
    "5": Text("準正常値", "incomplete but usable"),
    "4": Text("資料不足値", "too few data"),
    "2": Text("疑問値", "doubtful"),
    "1": Text("欠測", "missing"),
    "0": Text("観測なし", "not observed"),
}


def _doubtful(
    found: Sequence[tuple[dict[str, object], list[tuple[str, str, str]]]], name: str
) -> Iterator[Problem]:
    for values, poor in found:
        for field, value, code in poor:
            label = _CODES.get(code, Text("不明", "unknown"))
            yield Problem(
                "weather.quality",
                Text(f"品質情報が {code}({label.ja})です", f"quality is {code} ({label.en})"),
                Text("値は品質とともに残しました", "the value was kept with its quality"),
                Place(name, row=int(str(values["row"])), column=field, value=value),
                Severity.WARNING,
            )
