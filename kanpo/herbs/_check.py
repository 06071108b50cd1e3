"""Checking the catalogue: every row that cannot be right is named with its place and mend."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from kanpo.errors import InputUnusable, Place, Problem
from kanpo.herbs._curve import Row, at, check_curve, number_of, problem
from kanpo.herbs._reach import least_membership
from kanpo.herbs._rows import requirement_of_row
from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.tables import csv_rows

FILES = ("herbs", "requirements", "quality", "monographs", "market", "operations", "sources")
#: What a catalogue may do without, with its columns: no monograph is marked as complete then.
OPTIONAL = {"monographs": ("herb_id", "complete", "edition", "source", "confidence")}
#: Files that a folder may do without; those shipped are taken then.
MORE_FILES = ("works", "costs", "assumptions", "known_sites")
#: Whether a place is known to grow a herb, known not to, or not said.
ORIGINS = ("yes", "none", "unclear")
CONFIDENCES = ("high", "medium", "low")
#: As the most that a test may give: nothing may be found.
NOT_DETECTED = "not detected"
#: The herb whose rows hold for every herb that has none of its own.
DEFAULT_HERB = "*"
#: A weight is relative: beyond these bounds one factor would be all or nothing of a score, whatever the rest.
LEAST_WEIGHT, MOST_WEIGHT = 0.001, 1000.0
#: More than any count, mass, price or share per 10 a; and more years than any herb grows.
_MOST, _MOST_YEARS = 1e9, 100
#: Columns that hold a number of 0 or more, and of which the first may not be above the second.
_NUMBERS = {
    "herbs": ("years_to_harvest", "replant_years", "plants_per_10a", "shading_percent"),
    "quality": (),
    "known_sites": ("warmth_index_c_month",),
    "market": ("fiscal_year", "value"),
    "operations": ("crop_year", "month_from", "month_to"),
}
_RANGES = {"herbs": ("yield_dry_kg_per_10a_low", "yield_dry_kg_per_10a_high"), "quality": ("min", "max")}


_ABLE = [factor for factor in FACTORS.values() if factor.verdict == "suitability"]
_ABLE_JA = "、".join(factor.key for factor in _ABLE)
_ABLE_EN = ", ".join(factor.key for factor in _ABLE)


@dataclass(slots=True)
class CatalogueFiles:
    """The rows of every file, as written; `shipped` are files that the folder does without."""

    tables: dict[str, list[Row]]
    shipped: set[str] = field(default_factory=set)

    def numbered(self, name: str) -> Iterator[tuple[Row, Place]]:
        """The rows of a file of the folder with their places; none of a file that it does without."""
        if name not in self.shipped:
            for number, row in enumerate(self.tables[name], 2):
                yield row, Place(f"{name}.csv", row=number)


def read_files(folder: Path | None = None) -> tuple[CatalogueFiles, list[Problem]]:
    """Read the CSV files of a catalogue; those shipped with kanpo when no folder is given."""
    shipped: Traversable = files("kanpo.herbs").joinpath("catalogue")
    root: Traversable = shipped if folder is None else folder
    read = CatalogueFiles({})
    problems: list[Problem] = []
    if folder is not None and not folder.is_dir():
        return read, [_no_folder(folder)]
    if folder is not None and not any((folder / f"{name}.csv").exists() for name in FILES):
        return read, [_empty_folder(folder)]
    for name in (*FILES, *MORE_FILES):
        file = root.joinpath(f"{name}.csv")
        if name in MORE_FILES and folder is not None and not file.is_file():
            read.shipped.add(name)
            file = shipped.joinpath(f"{name}.csv")
        if name in OPTIONAL and not file.is_file():
            read.tables[name] = []
            continue
        rows, wrong = _read_table(file, name)
        read.tables[name] = rows
        problems += wrong
    return read, problems


def _read_table(file: Traversable, name: str) -> tuple[list[Row], list[Problem]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        what = Text("ファイルがありません", "the file is missing")
        mend = Text("同梱の目録から写してください", "copy it from the shipped catalogue")
        return [], [Problem("catalogue.missing", what, mend, Place(f"{name}.csv"))]
    except UnicodeDecodeError:
        what = Text("UTF-8 ではありません", "is not UTF-8")
        mend = Text("UTF-8 で保存し直してください", "save it as UTF-8")
        return [], [Problem("catalogue.encoding", what, mend, Place(f"{name}.csv"))]
    except IsADirectoryError:
        what = Text("ファイルではなく、フォルダです", "is a folder, not a file")
        mend = Text("同じ名前のCSVファイルにしてください", "put a CSV file of that name there")
        return [], [Problem("catalogue.folder", what, mend, Place(f"{name}.csv"))]
    table: list[Row] = []
    problems: list[Problem] = []
    try:
        head, *rows = csv_rows(text, f"{name}.csv") or [[]]
    except InputUnusable as error:
        return [], [Problem(error.code, error.what, error.mend, error.place)]
    for number, cells in enumerate(filter(None, rows), 2):
        if surplus := cells[len(head) :]:
            problems.append(_too_many_cells(Place(f"{name}.csv", row=number, value=",".join(surplus))))
        table.append(dict.fromkeys(head, "") | dict(zip(head, cells, strict=False)))
    return table, problems


def _empty_folder(folder: Path) -> Problem:
    return Problem(
        "catalogue.missing",
        Text("フォルダに herbs.csv などがありません", "the folder holds neither herbs.csv nor the others"),
        Text(
            "目録のフォルダを指定してください(数行だけの表なら kanpo herbs use)",
            "name the folder of a catalogue (a few rows alone: kanpo herbs use)",
        ),
        Place(str(folder)),
    )


def _no_folder(folder: Path) -> Problem:
    if folder.exists():
        what = Text("フォルダではなく、ファイルです", "is a file, not a folder")
        mend = Text(
            "herbs.csv などの入ったフォルダを指定してください(数行だけの表なら kanpo herbs use)",
            "name the folder that holds herbs.csv and the others (a few rows alone: kanpo herbs use)",
        )
        return Problem("catalogue.no-folder", what, mend, Place(str(folder)))
    what = Text("フォルダがありません", "there is no such folder")
    return Problem(
        "catalogue.no-folder",
        what,
        Text("場所と名前を確かめてください", "check the place and the name"),
        Place(str(folder)),
    )


def _too_many_cells(place: Place) -> Problem:
    return problem(
        *("cells", "見出しより列が多い行です", "has more cells than the header"),
        *('コンマを含む文は " で囲んでください', 'put a text with commas between " marks', place),
    )


def check_files(read: CatalogueFiles) -> list[Problem]:
    """Check herbs, requirements and quality against the factors and against each other."""
    problems: list[Problem] = []
    herbs = {row.get("herb_id", "") for row in read.tables["herbs"]}
    sources = {row.get("source_id", "") for row in read.tables["sources"]}
    problems += check_repeated(read.tables["herbs"], "herbs.csv", ("herb_id",))
    problems += check_repeated(read.tables["requirements"], "requirements.csv", ("herb_id", "factor"))
    problems += check_repeated(read.tables["quality"], "quality.csv", ("herb_id", "test", "analyte"))
    problems += check_repeated(read.tables["monographs"], "monographs.csv", ("herb_id",))
    for row, place in read.numbered("monographs"):
        problems += _check_monograph(row, place)
    for row, place in read.numbered("requirements"):
        problems += _check_requirement(row, place, herbs)
    for name in (*FILES[:-1], "known_sites"):
        for row, place in read.numbered(name):
            problems += _check_common(row, place, herbs, sources)
            problems += _check_numbers(row, name, place)
    for row, place in read.numbered("known_sites"):
        problems += _check_origin(row, place)
    return [*problems, *_check_weights(read.tables["requirements"], herbs)]


def _check_origin(row: Row, place: Place) -> Iterator[Problem]:
    if row.get("origin") not in ORIGINS or not row.get("warmth_index_c_month", ""):
        yield problem(
            *("origin", "産地の行に使えません", "cannot be used as a place"),
            "origin は yes(産地)・none(産地ではない)・unclear のどれか、暖かさの指数は必須です",
            "origin is yes, none or unclear, and the warmth index is needed",
            at(place, row, "origin"),
        )


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
        most = _MOST_YEARS if whole or column == "replant_years" else _MOST
        if text and (
            value is None or not 0 <= value <= most or (whole and (value < 1 or not text.isdecimal()))
        ):
            yield problem(
                *("number", f"0〜{most:,.10g} の数ではありません", f"is not a number from 0 to {most:,.10g}"),
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
            *(f"使える要因: {_ABLE_JA}", f"known factors: {_ABLE_EN}", at(place, row, "factor")),
        )
        return
    if factor.verdict == "workability":
        yield problem(
            "workability",
            f"{factor.label.ja}は適地度ではなく事業性(円と時間)に数えます",
            f"{factor.label.en} belongs to workability (yen and hours), not to suitability",
            f"この行を消してください。費用は前提(assumptions.csv)で、適地度は次の要因で: {_ABLE_JA}",
            f"remove the row; give its cost as an assumption; suitability takes: {_ABLE_EN}",
            at(place, row, "factor"),
        )
        return
    wrong = list(check_curve(row, factor, place))
    yield from wrong
    weight = number_of(row.get("weight", ""))
    if weight is None or not (weight == 0 or LEAST_WEIGHT <= weight <= MOST_WEIGHT):
        yield problem(
            "weight",
            f"重みは 0 か、{LEAST_WEIGHT:g}〜{MOST_WEIGHT:g} の数です",
            f"a weight is 0 or a number from {LEAST_WEIGHT:g} to {MOST_WEIGHT:g}",
            "ほかの要因の重み(普通は 1〜3)と比べて決めてください",
            "choose it beside the weights of the other factors (mostly 1 to 3)",
            at(place, row, "weight"),
        )
    if row.get("knock_out") not in ("0", "1"):
        yield problem(
            *("knock-out", "knock_out は 0 か 1 です", "knock_out is 0 or 1"),
            *("除外条件なら1にしてください", "use 1 if membership 0 excludes", at(place, row, "knock_out")),
        )
    elif row["knock_out"] == "1" and not wrong and weight is not None:
        yield from _check_knock_out(row, place)


def _check_knock_out(row: Row, place: Place) -> Iterator[Problem]:
    """A declared knock-out has to be 0 somewhere in what is physically possible."""
    least = least_membership(requirement_of_row(row, place.row or 0))
    if least > 0:
        yield problem(
            "knock-out-idle",
            f"除外条件(knock_out=1)なのに、適合度が0になる値がありません(最も悪くても {least:g})",
            f"is a knock-out that never excludes: its least membership is {least:g}",
            "植えられない区分・値の適合度を0にするか、knock_out を 0 にしてください",
            "give membership 0 to what cannot be planted, or use knock_out 0",
            at(place, row, "knock_out"),
        )


def check_repeated(rows: list[Row], name: str, keys: tuple[str, ...]) -> Iterator[Problem]:
    """Rows that say the same thing a second time."""
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
