"""Herbs of the user's own: new ones, and facts of shipped ones that the user knows better."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields, replace
from pathlib import Path

from kanpo.errors import Place, Problem
from kanpo.herbs._catalogue import Catalogue
from kanpo.herbs._check import check_own_herb
from kanpo.herbs._curve import Row
from kanpo.herbs._requirement import Herb
from kanpo.locale import Text
from kanpo.reading import normalise
from kanpo.tables import check_file, named, sheets_of, table_of

#: The source of a row that names none.
OWN = "own"
#: Ids become names of layers, columns and files.
_ID = re.compile(r"[a-z][a-z0-9_]{1,29}")
_NEEDED = "crude_drug_ja"


def read_dicts(
    file: Path, name: str, columns: Iterable[str]
) -> tuple[bytes, list[tuple[int, Row]], list[Problem]]:
    """The bytes of a table, its rows with their numbers by the names of `columns`, and what is wrong with others.

    Raises
    ------
    InputUnusable
        No file, too large, no table, or two columns that mean the same.
    EnvironmentFailure
        It may not be read.
    """
    check_file(file)
    content = file.read_bytes()
    recognise = named(columns)
    table = table_of(sheets_of(content, file.name), name, recognise=recognise)
    table.refuse_doubles(recognise)
    sound = table.sound()
    return content, list(zip(sound.numbers, sound.dicts(recognise), strict=True)), list(table.doubts)


def read_own_herbs(
    file: Path, name: str, shipped: Catalogue, sources: set[str]
) -> tuple[list[Row], list[Problem]]:
    """Rows of a ``herbs.csv`` that can be used, complete, and what is wrong with the others.

    A blank cell of a shipped herb stays as it is shipped. A new herb needs an id of its own (small
    letters, digits, _) and the name of its crude drug; without a number of years it is harvested in
    the first, and a blank confidence is ``low``.
    """
    if not file.is_file():
        return [], []
    good: list[Row] = []
    _, written, problems = read_dicts(file, name, [field.name for field in fields(Herb)])
    for number, given in written:
        place = Place(name, row=number)
        row = _completed(given, shipped)
        found = _names(row, place) or list(check_own_herb(row, place, sources))
        if not found and any(row["herb_id"] == other["herb_id"] for other in good):
            found = [_twice(row, place)]
        problems += found
        if not found:
            good.append(row | {"row": str(number)})
    return good, problems


def _completed(given: Row, shipped: Catalogue) -> Row:
    row = {field.name: given.get(field.name, "").strip() for field in fields(Herb)}
    row["herb_id"] = normalise(row["herb_id"])
    before = shipped.herbs.get(row["herb_id"])
    known = {key: _text(getattr(before, key)) for key in row} if before is not None else {}
    defaults = {"years_to_harvest": "1", "confidence": "low", "source": OWN} | known
    if before is not None:
        # What somebody changed is no longer what the shipped source says.
        defaults |= {"confidence": "low", "source": OWN}
    return {key: normalise(value) if key != "note" else value for key, value in row.items() if value} | {
        key: defaults.get(key, "") for key, value in row.items() if not value
    }


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _names(row: Row, place: Place) -> list[Problem]:
    """An id that can be used, and the name of the crude drug."""
    problems = []
    if not _ID.fullmatch(row["herb_id"]):
        problems.append(
            Problem(
                "catalogue.herb-id",
                Text("生薬のIDに使えません", "cannot be the id of a herb"),
                Text(
                    "半角の小文字・数字・_ で、文字から始めて30字までにしてください(例: shikon)",
                    "use small letters, digits and _, beginning with a letter, up to 30 (such as shikon)",
                ),
                replace(place, column="herb_id", value=row["herb_id"]),
            )
        )
    if not row[_NEEDED]:
        problems.append(
            Problem(
                "catalogue.herb-name",
                Text("生薬の名がありません", "has no name of the crude drug"),
                Text("crude_drug_ja に入れてください(例: 紫根)", "put it into crude_drug_ja"),
                replace(place, column=_NEEDED),
            )
        )
    return problems


def _twice(row: Row, place: Place) -> Problem:
    return Problem(
        "catalogue.repeated",
        Text("同じ生薬の行が前にあります", "repeats an earlier row of the same herb"),
        Text("どちらかを消してください", "remove one of them"),
        replace(place, column="herb_id", value=row["herb_id"]),
    )
