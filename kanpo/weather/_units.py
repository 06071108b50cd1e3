"""Units of a daily file: other ones are named once for the file, not row by row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress

from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text
from kanpo.reading import normalise
from kanpo.schema import RECORD_KINDS

_FIELDS = {field.key: field for field in RECORD_KINDS["weather"].fields}
_DEGREES = ("℃", "°c", "c", "度", "degc", "celsius")
#: How each field's own unit may be written, in plain form; the first is how the agency writes it.
_UNITS: Mapping[str, tuple[str, ...]] = {
    "tmean_c": _DEGREES,
    "tmax_c": _DEGREES,
    "tmin_c": _DEGREES,
    "precip_mm": ("mm", "ミリ"),
    "sunshine_h": ("時間", "h"),
    "wind_m_s": ("m/s", "メートル毎秒"),
    "humidity_percent": ("%",),
    "snow_depth_cm": ("cm", "センチ"),
}
#: What is known of other units: how the agency's unit comes from them.
_MENDS = {
    "f": Text("℃ =(°F − 32)÷ 1.8", "°C = (°F - 32) / 1.8"),
    "k": Text("℃ = K − 273.15", "°C = K - 273.15"),
    "inch": Text("mm = インチ × 25.4", "mm = inch x 25.4"),
    "in": Text("mm = インチ × 25.4", "mm = inch x 25.4"),
    "km/h": Text("m/s = km/h ÷ 3.6", "m/s = km/h / 3.6"),
    "kt": Text("m/s = ノット × 0.514", "m/s = knots x 0.514"),
    "分": Text("時間 = 分 ÷ 60", "hours = minutes / 60"),
    "min": Text("時間 = 分 ÷ 60", "hours = minutes / 60"),
}
_UNIT = re.compile(r"\(([^()]*)\)\s*\Z")
#: No day in Japan was as warm (record 41.8 °C); nor, from December to March, as this in the mean.
_HOTTEST, _WINTER_HOT = 45.0, 32.0
#: So many days make it no slip of a digit.
_FEW = 3
_WINTER = ("12", "01", "02", "03")


def check_unit(item: str, field: str, name: str) -> None:
    """The unit behind an item's name (``平均気温(℃)``) has to be the one that the field is kept in.

    Raises
    ------
    InputUnusable
        It is another.
    """
    match = _UNIT.search(normalise(item).replace(" ", ""))
    plain = normalise(match[1]).casefold() if match else ""
    if not plain or plain in [normalise(unit).casefold() for unit in _UNITS[field]]:
        return
    written = item[item.replace("（", "(").rfind("(") :].strip("()（） ")
    known = _MENDS.get(plain.removeprefix("°").removeprefix("度"))
    raise _other_unit(field, written, known, Place(name, column=item))


def check_degrees(days: Sequence[Mapping[str, object]], name: str) -> None:
    """Temperatures that no day in Japan can have had, on several days: the unit is another.

    Raises
    ------
    InputUnusable
        They look like Fahrenheit or Kelvin.
    """
    for field in ("tmean_c", "tmax_c", "tmin_c"):
        hot: list[Mapping[str, object]] = []
        warmest = 0.0
        for day in days:
            value = None
            with suppress(ValueError, KeyError):
                value = float(str(day[field]).replace(",", ""))
            winter = str(day["happened_at"])[5:7] in _WINTER
            if value is not None and value > (_WINTER_HOT if winter else _HOTTEST):
                hot.append(day)
                warmest = max(warmest, value)
        if len(hot) >= _FEW and len(hot) * 20 >= len(days):
            unit = "K" if warmest > 200 else "°F"
            place = Place(
                name, row=int(str(hot[0]["row"])), column=str(_FIELDS[field].label), value=hot[0][field]
            )
            raise _other_unit(field, unit, _MENDS[unit.strip("°").casefold()], place, guessed=len(hot))


def _other_unit(
    field: str, unit: str, known: Text | None, place: Place, *, guessed: int = 0
) -> InputUnusable:
    label, own = _FIELDS[field].label, _UNITS[field][0]
    what = Text(
        f"{label.ja}の単位が {unit} です(読むのは {own})", f"{label.en} is in {unit}, what is read is {own}"
    )
    if guessed:
        what = Text(
            f"{label.ja}が {unit} で書かれているようです(日本ではあり得ない気温が {guessed} 日。読むのは {own})",
            f"{label.en} seems to be in {unit}: {guessed} days are warmer than can be in Japan ({own} is read)",
        )
    turned = Text("", "") if known is None else Text(f"({known.ja})", f" ({known.en})")
    return InputUnusable(
        "weather.unit",
        what,
        Text(
            f"{own} に直した表{turned.ja}か、気象庁からダウンロードしたままのファイルを使ってください",
            f"convert it to {own}{turned.en}, or use the file as downloaded from the agency",
        ),
        place,
    )
