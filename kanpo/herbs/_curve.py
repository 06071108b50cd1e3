"""The curve of a row: how membership follows from a value, as the cells of requirements.csv say it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from kanpo.errors import Place, Problem
from kanpo.herbs._requirement import Bell, Corners, Points
from kanpo.locale import Text
from kanpo.reading import read_number
from kanpo.schema import Factor

Row = dict[str, str]

#: Narrower than this share of what is possible no measurement tells a curve from a spike, and dividing by
#: its spread overflows.
_NARROWEST = 1e-3

#: Cells that each kind of curve is written in.
_CELLS = {
    "trapezoid": ("a", "b", "c", "d"),
    "gaussian": ("a", "b"),
    "piecewise": ("classes",),
    "classes": ("classes",),
}


def problem(code: str, ja: str, en: str, mend_ja: str, mend_en: str, place: Place) -> Problem:
    """A problem of the catalogue."""
    return Problem(f"catalogue.{code}", Text(ja, en), Text(mend_ja, mend_en), place)


def at(place: Place, row: Row, column: str) -> Place:
    """The place of one cell."""
    return Place(place.file, row=place.row, column=column, value=row.get(column, ""))


def number_of(text: str) -> float | None:
    """A finite number, or None."""
    value = read_number(text)
    return None if isinstance(value, Problem) else value


def check_curve(row: Row, factor: Factor, place: Place) -> Iterator[Problem]:
    """What is wrong with the curve of a row, and with cells that its kind does not use."""
    able = ("trapezoid", "gaussian", "piecewise") if factor.kind == "number" else ("classes",)
    kind = row.get("kind", "")
    if kind not in able:
        yield problem(
            *(
                "kind",
                f"この要因の型は {'・'.join(able)} です",
                f"the kind of this factor is {' or '.join(able)}",
            ),
            *(f"{'・'.join(able)} のどれかに", f"use {' or '.join(able)}", at(place, row, "kind")),
        )
        return
    yield from _CHECKS[kind](row, factor, place)
    for column in ("a", "b", "c", "d", "classes"):
        if column not in _CELLS[kind] and row.get(column, "").strip():
            yield problem(
                *("kind", f"{kind} の行には使わない列です", f"is not used in a row of kind {kind}"),
                *("空にしてください", "leave it empty", at(place, row, column)),
            )


def corners_of(row: Row) -> Corners:
    """The corners of a trapezoid row; None where a cell is empty."""
    a, b, c, d = (number_of(row.get(key, "")) for key in "abcd")
    return a, b, c, d


def _check_corners(row: Row, factor: Factor, place: Place) -> Iterator[Problem]:
    wrong = list(_not_numbers(row, "abcd", place))
    if wrong:
        yield from wrong
        return
    corners = corners_of(row)
    a, b, c, d = corners
    if (a is None) != (b is None) or (c is None) != (d is None) or (b is None and c is None):
        yield problem(
            *(
                "corners-open",
                "開いた側は2つの角とも空にします",
                "an open side leaves both its corners empty",
            ),
            *(
                "a と b、または c と d を両方埋めるか両方空にしてください",
                "fill or empty a and b, or c and d, together",
                place,
            ),
        )
        return
    given = [value for value in corners if value is not None]
    if given != sorted(given):
        yield problem(
            *(
                "corners-order",
                "角が a ≤ b ≤ c ≤ d の順ではありません",
                "the corners are not in the order a ≤ b ≤ c ≤ d",
            ),
            *("小さい順に並べてください", "put them in rising order"),
            Place(place.file, row=place.row, column="a,b,c,d", value=_listed(given)),
        )
    yield from _beyond(given, factor, place, "a,b,c,d")


def _not_numbers(row: Row, columns: str, place: Place) -> Iterator[Problem]:
    for column in columns:
        if row.get(column, "").strip() and number_of(row[column]) is None:
            yield problem(
                *("corner", "数値ではありません", "is not a number"),
                *("数だけを入れてください", "enter digits only", at(place, row, column)),
            )


def _beyond(values: list[float], factor: Factor, place: Place, column: str) -> Iterator[Problem]:
    assert factor.minimum is not None and factor.maximum is not None
    if any(not factor.minimum <= value <= factor.maximum for value in values):
        yield problem(
            *(
                "corners-range",
                f"あり得る範囲({factor.minimum:g}〜{factor.maximum:g})の外です",
                "outside what is possible",
            ),
            *(
                "単位と桁を確かめてください",
                f"possible is {factor.minimum:g} to {factor.maximum:g} {factor.unit}",
            ),
            Place(place.file, row=place.row, column=column, value=_listed(values)),
        )


def _listed(values: list[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)


def bell_of(row: Row) -> Bell | None:
    """Centre and spread of a ``gaussian`` row; None where a cell is not a number."""
    centre, sigma = number_of(row.get("a", "")), number_of(row.get("b", ""))
    return None if centre is None or sigma is None else (centre, sigma)


def _check_bell(row: Row, factor: Factor, place: Place) -> Iterator[Problem]:
    wrong = list(_not_numbers(row, "ab", place))
    if wrong:
        yield from wrong
        return
    bell = bell_of(row)
    if bell is None:
        column = "a" if number_of(row.get("a", "")) is None else "b"
        yield problem(
            *("bell", "中心(a)と広がり(b)の両方が要ります", "needs a centre (a) and a spread (b)"),
            *("両方に数を入れてください", "enter a number in both", at(place, row, column)),
        )
        return
    assert factor.minimum is not None and factor.maximum is not None
    most = factor.maximum - factor.minimum
    least = most * _NARROWEST
    if not least <= bell[1] <= most:
        yield problem(
            "bell",
            f"広がり(b、標準偏差)は {least:g}〜{most:g} の数です",
            f"the spread (b, sigma) is a number from {least:g} to {most:g}",
            "適合度が 0.61 に下がるまでの幅を、要因の単位で入れてください(幅のない条件は trapezoid で)",
            "enter the distance at which membership is 0.61, in the unit of the factor; use trapezoid for steps",
            at(place, row, "b"),
        )
    yield from _beyond([bell[0]], factor, place, "a")


def points_of(row: Row) -> Points:
    """Points (value, membership) of a ``piecewise`` row, in the order written; what is no number is left out."""
    pairs = (part.split("=", 1) for part in row.get("classes", "").split(";") if "=" in part)
    read = ((number_of(value), number_of(membership)) for value, membership in pairs)
    return tuple((x, y) for x, y in read if x is not None and y is not None)


def _check_points(row: Row, factor: Factor, place: Place) -> Iterator[Problem]:
    points = points_of(row)
    here = at(place, row, "classes")
    parts = [part for part in row.get("classes", "").split(";") if part.strip()]
    if len(points) != len(parts) or len(points) < 2:
        yield problem(
            *(
                "points",
                "「値=適合度」の点が読めないか、2点に足りません",
                "points are unreadable or fewer than two",
            ),
            *(
                "0=0;10=1;30=0.2 の形で2点以上を入れてください",
                "give two or more, such as 0=0;10=1;30=0.2",
                here,
            ),
        )
        return
    values = [value for value, _ in points]
    if any(one >= other for one, other in pairwise(values)):
        yield problem(
            *("points-order", "点の値が小さい順ではありません", "the values of the points do not rise"),
            *("値の小さい順に、同じ値は1つだけ", "put them in rising order, each value once", here),
        )
    yield from _check_memberships([membership for _, membership in points], here)
    yield from _beyond(values, factor, place, "classes")


def classes_of(row: Row) -> dict[str, float]:
    """Membership of each class of a ``classes`` row, in the order written."""
    pairs = (part.split("=", 1) for part in row.get("classes", "").split(";") if "=" in part)
    return {key.strip(): value for key, text in pairs if (value := number_of(text)) is not None}


def _check_classes(row: Row, factor: Factor, place: Place) -> Iterator[Problem]:
    memberships = classes_of(row)
    place = at(place, row, "classes")
    if set(memberships) != set(factor.classes) or row.get("classes", "").count("=") != len(factor.classes):
        wanted = ";".join(f"{key}=…" for key in factor.classes)
        yield problem(
            *(
                "classes",
                "区分が足りないか、重なるか、知らない区分です",
                "a class is missing, repeated or unknown",
            ),
            *(f"{wanted} の形で全区分を入れてください", f"give all classes: {wanted}", place),
        )
    yield from _check_memberships(list(memberships.values()), place)


def _check_memberships(memberships: list[float], place: Place) -> Iterator[Problem]:
    if any(not 0 <= membership <= 1 for membership in memberships):
        yield problem(
            *("membership", "適合度は0〜1です", "a membership lies between 0 and 1"),
            *("0から1の数にしてください", "use a number from 0 to 1", place),
        )


_CHECKS: dict[str, Callable[[Row, Factor, Place], Iterator[Problem]]] = {
    "trapezoid": _check_corners,
    "gaussian": _check_bell,
    "piecewise": _check_points,
    "classes": _check_classes,
}
