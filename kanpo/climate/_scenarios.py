"""Scenarios: degrees and per cent that are added to the normals, each with its source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from kanpo.climate._anomalies import Shift
from kanpo.climate._mesh_days import mesh_days
from kanpo.climate._station import StationYears, station_years
from kanpo.errors import InputUnusable, Place, Problem
from kanpo.locale import Text
from kanpo.reading import number_or_nan
from kanpo.tables import named, read_table

_SHIPPED = Path(__file__).with_name("scenarios.csv")
_CONFIDENCES = {"high": "高", "medium": "中", "low": "低(要確認)"}
_COLUMNS = ("scenario_id", "degrees", "source", "confidence")
_MORE_COLUMNS = (
    *("precipitation_percent", "label_ja", "label_en", "base_period", "period", "note_ja", "note_en"),
)
#: Years of a model on each side of a comparison: single years of a scenario mean nothing (農研機構,
#: メッシュ温暖化シナリオデータの利用方法).
MODEL_YEARS = 20
#: What a scenario of this century can be, °C and %; beyond it the unit is another.
_DEGREES, _PERCENT = (-5.0, 10.0), (-90.0, 200.0)


@dataclass(frozen=True, slots=True)
class Scenario:
    """Degrees and per cent with where they are from; `base` and `period` are the years compared."""

    scenario_id: str
    label: Text
    shift: Shift
    base: str = ""
    period: str = ""
    source: str = ""
    confidence: str = ""
    note: Text = Text("", "")

    def text(self) -> Text:
        """One line: what is added, against when, and who says so."""
        degrees, percent = self.shift.degrees, self.shift.precipitation_percent
        rain = (f"、降水量{percent:+.0f}%", f", precipitation {percent:+.0f} %") if percent else ("", "")
        between = (f"({self.base} → {self.period})",) * 2 if self.base else ("", "")
        source = (
            (
                f"。出典: {self.source}[確からしさ {_CONFIDENCES.get(self.confidence, self.confidence)}]",
                f"; source: {self.source} [confidence {self.confidence}]",
            )
            if self.source
            else ("", "")
        )
        return Text(
            f"{self.label.ja}: {degrees:+.1f}℃{rain[0]}{between[0]}{source[0]}",
            f"{self.label.en}: {degrees:+.1f} degC{rain[1]} {between[1]}{source[1]}",
        )


#: The normals as they are, to compare with.
TODAY = Scenario("today", Text("今の平年値", "the normals of today"), Shift())


def own_scenario(degrees: float, precipitation_percent: float = 0.0) -> Scenario:
    """What a user wants to see: no source, and said so.

    Raises
    ------
    InputUnusable
        More than a scenario of this century can be.
    """
    for value, (low, high), unit in (
        (degrees, _DEGREES, "℃"),
        (precipitation_percent, _PERCENT, "%"),
    ):
        if not low <= value <= high:
            raise InputUnusable(
                "climate.shift",
                Text(f"{low:g}〜{high:g}{unit} にしてください", f"must be from {low:g} to {high:g} {unit}"),
                Text("例: --warmer 2.0", "for example --warmer 2.0"),
                Place(value=value),
            )
    label = Text("指定した値(出典なし)", "as given (no source)")
    return Scenario("own", label, Shift(degrees, precipitation_percent))


def load_scenarios(path: Path | None = None) -> list[Scenario]:
    """The scenarios shipped with kanpo, or those of a table of the user's own.

    Raises
    ------
    InputUnusable
        A column or a source is missing, a number is none or impossible, or an id stands there twice.
    """
    file = path or _SHIPPED
    recognise = named((*_COLUMNS, *_MORE_COLUMNS))
    table = read_table(file, recognise=recognise)
    known = table.positions(recognise)
    missing = [name for name in _COLUMNS if name not in known]
    if missing:
        raise InputUnusable(
            "climate.scenario-columns",
            Text(f"列 {'・'.join(missing)} がありません", f"has no column {', '.join(missing)}"),
            Text(f"要る列: {', '.join(_COLUMNS)}", f"needed: {', '.join(_COLUMNS)}"),
            Place(file.name),
        )
    problems = [problem for found in table.unusable.values() for problem in found]
    found: dict[str, Scenario] = {}
    for number, row in zip(table.numbers, table.dicts(recognise), strict=True):
        row = {key: cell.strip() for key, cell in row.items()}
        scenario = _scenario(row, Place(file.name, row=number), problems)
        if scenario.scenario_id in found:
            place = Place(file.name, row=number, column="scenario_id", value=scenario.scenario_id)
            problems.append(_problem(place, Text("同じIDが2回あります", "stands there twice")))
        found[scenario.scenario_id] = scenario
    if problems or not found:
        raise InputUnusable(
            "climate.scenarios",
            Text("シナリオの表が使えません", "cannot be used as a table of scenarios"),
            Text("直してから、もう一度試してください", "mend it and try again"),
            Place(file.name),
            tuple(problems),
        )
    return list(found.values())


def _scenario(row: dict[str, str], place: Place, problems: list[Problem]) -> Scenario:
    for column in ("scenario_id", "source", "confidence"):
        if not row.get(column):
            at = Place(place.file, row=place.row, column=column)
            problems.append(_problem(at, Text("空です", "is blank")))
    numbers = []
    for column, (low, high) in (("degrees", _DEGREES), ("precipitation_percent", _PERCENT)):
        written = row.get(column, "")
        value = number_or_nan(written) if written or column == "degrees" else 0.0
        if not low <= value <= high:
            at = Place(place.file, row=place.row, column=column, value=written)
            words = Text(f"{low:g}〜{high:g} の数ではありません", f"is no number from {low:g} to {high:g}")
            problems.append(_problem(at, words))
        numbers.append(value)
    name = row.get("scenario_id", "")
    label = Text(row.get("label_ja") or name, row.get("label_en") or name)
    return Scenario(
        name,
        label,
        Shift(*numbers),
        base=row.get("base_period", ""),
        period=row.get("period", ""),
        source=row.get("source", ""),
        confidence=row.get("confidence", ""),
        note=Text(row.get("note_ja", ""), row.get("note_en", "")),
    )


def _problem(place: Place, what: Text) -> Problem:
    return Problem(
        "climate.scenario",
        what,
        Text("出典のある数を書いてください", "write a number that has a source"),
        place,
    )


def model_scenario(
    past: Sequence[Path], future: Sequence[Path], longitude: np.ndarray, latitude: np.ndarray
) -> Scenario:
    """The change between two periods of one climate model at places (n,) in degrees.

    The mean of a model's future years less the mean of the same model's past years; a model is never
    compared with observed years, from which it is off by an error of its own.

    Raises
    ------
    InputUnusable
        A file cannot be used, a side has fewer than `MODEL_YEARS` whole years, or the periods overlap.
    """
    sides = []
    for paths in (past, future):
        days = mesh_days(paths, longitude, latitude, observed=False)
        sides.append(station_years(days, str(days["station"].iloc[0])))
    periods = [_period(side, paths) for side, paths in zip(sides, (past, future), strict=True)]
    if periods[0][1] >= periods[1][0]:
        raise InputUnusable(
            "climate.periods",
            Text("過去と将来の期間が重なっています", "the past and the future overlap"),
            Text(
                "--past に過去の期間、--future に将来の期間を渡してください",
                "give the past with --past and the future with --future",
            ),
            Place(future[0].name),
        )
    # Years that are whole only: half a year would be a summer or a winter.
    warmth = [side.months[np.isfinite(side.months).all(axis=1)].mean() for side in sides]
    degrees = float(warmth[1] - warmth[0])
    percent = 0.0
    if all("annual_precip_mm" in side.factors for side in sides):
        rain = [np.nanmean(side.factors["annual_precip_mm"]) for side in sides]
        percent = float(100 * (rain[1] / rain[0] - 1))
    shift = Shift(round(degrees, 2), round(percent, 1))
    source = f"{past[0].name} … {future[0].name}"
    names = [f"{first}-{last}" for first, last in periods]
    label = Text("手元の気候モデル", "the climate model of your files")
    return Scenario("model", label, shift, names[0], names[1], source, "-")


def _period(side: StationYears, paths: Sequence[Path]) -> tuple[int, int]:
    """First and last whole year."""
    whole = side.years[np.isfinite(side.months).all(axis=1)]
    if len(whole) < MODEL_YEARS:
        raise InputUnusable(
            "climate.model-short",
            Text(
                f"そろっている年が {len(whole)} 年しかありません({MODEL_YEARS}年以上要る)",
                f"only {len(whole)} years are whole ({MODEL_YEARS} are needed)",
            ),
            Text(
                "気候モデルの1年ずつには意味がありません。20〜30年分の平均気温(TMP_mea か tas)を渡してください",
                "single years of a model mean nothing: give 20 to 30 years of mean temperature (TMP_mea or tas)",
            ),
            Place(paths[0].name),
        )
    return int(whole[0]), int(whole[-1])


def scenario_table(scenarios: Sequence[Scenario]) -> pd.DataFrame:
    """One row per scenario: scenario_id, label, degrees, precipitation_percent, base, period, source, confidence, note."""
    return pd.DataFrame(
        [
            {
                "scenario_id": one.scenario_id,
                "label": str(one.label),
                "degrees": one.shift.degrees,
                "precipitation_percent": one.shift.precipitation_percent,
                "base": one.base,
                "period": one.period,
                "source": one.source,
                "confidence": one.confidence,
                "note": str(one.note),
            }
            for one in scenarios
        ]
    )
