"""Rows of a daily file that are no day, or a day that stands there before."""

from __future__ import annotations

from collections.abc import Sequence

from kanpo.errors import Place, Problem, Severity
from kanpo.locale import Text

#: A day of a station with its values, and what is less than good of it.
Day = tuple[dict[str, object], list[tuple[str, str, str]]]


def told_apart(days: Sequence[Day], name: str) -> tuple[list[Day], list[Problem]]:
    """The days without repetitions; one that says something else than the first is sent back."""
    first: dict[tuple[object, object], dict[str, object]] = {}
    kept: list[Day] = []
    problems: list[Problem] = []
    for values, poor in days:
        key = (values["station"], values["happened_at"])
        before = first.setdefault(key, values)
        if before is values:
            kept.append((values, poor))
        elif {**values, "row": 0} != {**before, "row": 0}:
            problems.append(_twice(values, before, name))
    return kept, problems


def _twice(values: dict[str, object], before: dict[str, object], name: str) -> Problem:
    return Problem(
        "weather.day-twice",
        Text(
            f"同じ日が {before['row']} 行目にもあり、値が違います",
            f"the day stands in row {before['row']}, too, with other values",
        ),
        Text(
            "正しいほうだけを残してください({} 行目を使いました)".format(before["row"]),
            f"leave the right one only (row {before['row']} was used)",
        ),
        Place(name, row=int(str(values["row"])), column="年月日", value=values["happened_at"]),
    )


def no_day(written: str, place: Place) -> Problem:
    """The problem with a row of values whose day is none."""
    return Problem(
        "weather.no-day",
        Text("暦にある日ではありません", "is no day of the calendar"),
        Text("2025/1/31 のような日付にしてください", "write the day as 2025/1/31"),
        Place(place.file, row=place.row, column="年月日", value=written),
        Severity.REJECT,
    )
