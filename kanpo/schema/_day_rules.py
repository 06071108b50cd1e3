"""What has to hold between the values of one day of weather."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kanpo.errors import Place, Problem
from kanpo.locale import Text

#: Temperatures of a day in rising order, and how far rounding to tenths may turn them round.
_RISING = (("tmin_c", "tmean_c"), ("tmean_c", "tmax_c"), ("tmin_c", "tmax_c"))
_LABELS = {
    "tmin_c": Text("最低気温", "lowest"),
    "tmean_c": Text("平均気温", "mean"),
    "tmax_c": Text("最高気温", "highest"),
}
_ROUNDED = 0.101


def check_days(
    parsed: Mapping[str, Sequence[object]],
    rows: Iterable[int],
    file: str | None,
    first_row: int,
    tomorrow: str,
) -> Iterator[Problem]:
    """Days that are still to come, and days whose lowest, mean and highest temperature do not rise.

    A value of less than full quality is left out: the highest of half a day may well lie below the mean.
    """
    for index in rows:
        if str(parsed["happened_at"][index])[:10] > tomorrow:
            place = Place(file, row=first_row + index, value=str(parsed["happened_at"][index]))
            yield _to_come(place)
        known = {key: value for key in _LABELS if isinstance(value := parsed[key][index], float)}
        doubtful = str(parsed["quality"][index] or "")
        known = {key: value for key, value in known.items() if f"{key}=" not in doubtful}
        if any(known[low] > known[high] + _ROUNDED for low, high in _RISING if {low, high} <= known.keys()):
            yield _not_rising(known, Place(file, row=first_row + index))


def _to_come(place: Place) -> Problem:
    return Problem(
        "weather.to-come",
        Text("まだ来ていない日の気象です", "is weather of a day still to come"),
        Text(
            "年を確かめてください(予報や将来の値は記録しません)", "check the year; forecasts are not recorded"
        ),
        place,
    )


def _not_rising(known: Mapping[str, float], place: Place) -> Problem:
    ja = "、".join(f"{_LABELS[key].ja} {value:g}℃" for key, value in known.items())
    en = ", ".join(f"{_LABELS[key].en} {value:g} °C" for key, value in known.items())
    return Problem(
        "weather.not-rising",
        Text(f"最低≦平均≦最高になっていません({ja})", f"lowest, mean and highest do not rise ({en})"),
        Text(
            "列の取り違えか桁の誤りです。元の資料で確かめて直してください",
            "columns are mixed up or a digit is wrong; mend it by the source",
        ),
        place,
    )
