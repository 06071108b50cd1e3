"""Checking the catalogue: every row that cannot be right is named with its place and mend."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import StringIO
from pathlib import Path

from kanpo.errors import Place, Problem
from kanpo.herbs._curve import Row, at, check_curve, number_of, problem
from kanpo.locale import Text
from kanpo.schema import FACTORS

FILES = ("herbs", "requirements", "quality", "monographs", "market", "operations", "sources")
#: What a catalogue may do without, with its columns: no monograph is marked as complete then.
OPTIONAL = {"monographs": ("herb_id", "complete", "edition", "source", "confidence")}
CONFIDENCES = ("high", "medium", "low")
#: As the most that a test may give: nothing may be found.
NOT_DETECTED = "not detected"
#: The herb whose rows hold for every herb that has none of its own.
DEFAULT_HERB = "*"
#: Under this name go the cells of a row that stand beyond the header.
_SURPLUS = "\0surplus"
#: Columns that hold a number of 0 or more, and of which the first may not be above the second.
_NUMBERS = {
    "herbs": ("years_to_harvest", "plants_per_10a", "shading_percent"),
    "quality": (),
    "market": ("fiscal_year", "value"),
    "operations": ("crop_year", "month_from", "month_to"),
}
_RANGES = {"herbs": ("yield_dry_kg_per_10a_low", "yield_dry_kg_per_10a_high"), "quality": ("min", "max")}


@dataclass(slots=True)
class CatalogueFiles:
    """The rows of every file, as written."""

    tables: dict[str, list[Row]]
    names: dict[str, str] = field(default_factory=dict)


def read_files(folder: Path | None = None) -> tuple[CatalogueFiles, list[Problem]]:
    """Read the CSV files of a catalogue; those shipped with kanpo when no folder is given."""
    root: Traversable = files("kanpo.herbs").joinpath("catalogue") if folder is None else folder
    tables: dict[str, list[Row]] = {}
    problems: list[Problem] = []
    for name in FILES:
        file = root.joinpath(f"{name}.csv")
        try:
            text = file.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            if name in OPTIONAL:
                tables[name] = []
                continue
            what, mend = (
                Text("ファイルがありません", "the file is missing"),
                Text("同梱の目録から写してください", "copy it from the shipped catalogue"),
            )
            problems.append(Problem("catalogue.missing", what, mend, Place(f"{name}.csv")))
            text = ""
        except UnicodeDecodeError:
            what, mend = (
                Text("UTF-8 ではありません", "is not UTF-8"),
                Text("UTF-8 で保存し直してください", "save it as UTF-8"),
            )
            problems.append(Problem("catalogue.encoding", what, mend, Place(f"{name}.csv")))
            text = ""
        rows = csv.DictReader(StringIO(text, newline=""), restkey=_SURPLUS)
        tables[name] = []
        for number, row in enumerate(rows, 2):
            surplus = row.pop(_SURPLUS, None)
            if surplus:
                problems.append(_too_many_cells(Place(f"{name}.csv", row=number, value=",".join(surplus))))
            tables[name].append({key: value or "" for key, value in row.items()})
    return CatalogueFiles(tables), problems


def _too_many_cells(place: Place) -> Problem:
    return problem(
        *("cells", "見出しより列が多い行です", "has more cells than the header"),
        *('コンマを含む文は " で囲んでください', 'put a text with commas between " marks', place),
    )


def check_catalogue(folder: Path | None = None) -> list[Problem]:
    """Everything that is wrong with a catalogue; empty when it is in order."""
    read, problems = read_files(folder)
    return problems or check_files(read)


def check_files(read: CatalogueFiles) -> list[Problem]:
    """Check herbs, requirements and quality against the factors and against each other."""
    problems: list[Problem] = []
    herbs = {row.get("herb_id", "") for row in read.tables["herbs"]}
    sources = {row.get("source_id", "") for row in read.tables["sources"]}
    problems += _repeated(read.tables["herbs"], "herbs.csv", ("herb_id",))
    problems += _repeated(read.tables["requirements"], "requirements.csv", ("herb_id", "factor"))
    problems += _repeated(read.tables["quality"], "quality.csv", ("herb_id", "test", "analyte"))
    problems += _repeated(read.tables["monographs"], "monographs.csv", ("herb_id",))
    for number, row in enumerate(read.tables["monographs"], 2):
        problems += _check_monograph(row, Place("monographs.csv", row=number))
    for number, row in enumerate(read.tables["requirements"], 2):
        place = Place("requirements.csv", row=number)
        problems += _check_requirement(row, place, herbs)
    for name in FILES[:-1]:
        for number, row in enumerate(read.tables[name], 2):
            place = Place(f"{name}.csv", row=number)
            problems += _check_common(row, place, herbs, sources)
            problems += _check_numbers(row, name, place)
    return [*problems, *_check_weights(read.tables["requirements"], herbs)]


def check_own_row(row: Row, place: Place, herbs: set[str], sources: set[str]) -> Iterator[Problem]:
    """Check one row of requirements by itself."""
    yield from _check_requirement(row, place, herbs)
    yield from _check_common(row, place, herbs, sources)


def check_own_herb(row: Row, place: Place, sources: set[str]) -> Iterator[Problem]:
    """Check one row of herbs by itself."""
    yield from _check_common(row, place, {row["herb_id"]}, sources)
    yield from _check_numbers(row, "herbs", place)


def _check_common(row: Row, place: Place, herbs: set[str], sources: set[str]) -> Iterator[Problem]:
    if row.get("herb_id") not in herbs | {DEFAULT_HERB}:
        yield problem(
            *("unknown-herb", "herbs.csv にない生薬です", "is not in herbs.csv"),
            *(
                "herbs.csv に足すか、綴りを直してください",
                "add it there or mend the spelling",
                at(place, row, "herb_id"),
            ),
        )
    if row.get("confidence") not in CONFIDENCES:
        yield problem(
            *(
                "confidence",
                "確からしさは high・medium・low のどれかです",
                "confidence is high, medium or low",
            ),
            *(
                "確かめていなければ low としてください",
                "use low if nobody confirmed it",
                at(place, row, "confidence"),
            ),
        )
    named = [name.strip() for name in row.get("source", "").split(";")]
    if any(name not in sources for name in named):
        yield problem(
            *("unknown-source", "sources.csv にない出典です", "is not in sources.csv"),
            *("sources.csv に足してください", "add it to sources.csv", at(place, row, "source")),
        )


def _check_numbers(row: Row, name: str, place: Place) -> Iterator[Problem]:
    bounds = _RANGES.get(name, ())
    for column in (*_NUMBERS.get(name, ()), *bounds):
        text = row.get(column, "")
        value = number_of(text)
        if name == "quality" and column == "max" and text == NOT_DETECTED:
            continue
        whole = column == "years_to_harvest"
        if text and (value is None or value < 0 or (whole and (value < 1 or not text.isdecimal()))):
            yield problem(
                *("number", "0以上の数ではありません", "is not a number of 0 or more"),
                "単位を付けず、半角の数だけを入れてください(年数は1以上の整数)",
                "enter digits only, without a unit (years: a whole number from 1)",
                at(place, row, column),
            )
    low, high = (number_of(row.get(column, "")) for column in bounds) if bounds else (None, None)
    if low is not None and high is not None and low > high:
        yield problem(
            *("range", "下限が上限より大きいです", "the lower figure is above the upper"),
            *("2つを入れ替えてください", "swap the two"),
            Place(place.file, row=place.row, column=",".join(bounds), value=f"{low:g}, {high:g}"),
        )


def _check_monograph(row: Row, place: Place) -> Iterator[Problem]:
    if row.get("complete") not in ("yes", "no"):
        yield problem(
            *("complete", "complete は yes か no です", "complete is yes or no"),
            "公定書の全項目を確かめたときだけ yes にしてください",
            "write yes only if every test of the monograph is in quality.csv",
            at(place, row, "complete"),
        )


def _check_requirement(row: Row, place: Place, herbs: set[str]) -> Iterator[Problem]:
    factor = FACTORS.get(row.get("factor", ""))
    if factor is None:
        yield problem(
            *("unknown-factor", "知らない立地要因です", "unknown site factor"),
            *(
                f"使える要因: {'、'.join(FACTORS)}",
                f"known factors: {', '.join(FACTORS)}",
                at(place, row, "factor"),
            ),
        )
        return
    yield from check_curve(row, factor, place)
    weight = number_of(row.get("weight", ""))
    if weight is None or weight < 0:
        yield problem(
            *("weight", "重みは0以上の数です", "a weight is a number of 0 or more"),
            *("1 などの数にしてください", "use a number such as 1", at(place, row, "weight")),
        )
    if row.get("knock_out") not in ("0", "1"):
        yield problem(
            *("knock-out", "knock_out は 0 か 1 です", "knock_out is 0 or 1"),
            *("除外条件なら1にしてください", "use 1 if membership 0 excludes", at(place, row, "knock_out")),
        )


def _repeated(rows: list[Row], name: str, keys: tuple[str, ...]) -> Iterator[Problem]:
    seen: dict[tuple[str, ...], int] = {}
    for number, row in enumerate(rows, 2):
        key = tuple(row.get(column, "") for column in keys)
        if key in seen:
            yield problem(
                *("repeated", f"{seen[key]} 行目と同じものです", f"repeats row {seen[key]}"),
                *("どちらかを消してください", "remove one of them"),
                Place(name, row=number, column=",".join(keys), value=",".join(key)),
            )
        seen.setdefault(key, number)


def _check_weights(rows: list[Row], herbs: set[str]) -> Iterator[Problem]:
    weights: dict[str, dict[str, float]] = {}
    for row in rows:
        weight = number_of(row.get("weight", "")) or 0.0
        weights.setdefault(row.get("herb_id", ""), {})[row.get("factor", "")] = weight
    for herb in sorted(herbs):
        if sum((weights.get(DEFAULT_HERB, {}) | weights.get(herb, {})).values()) <= 0:
            yield problem(
                *("weights-zero", f"{herb} の重みがすべて0です", f"all weights of {herb} are 0"),
                *("1つは正の数にしてください", "make at least one positive", Place("requirements.csv")),
            )
