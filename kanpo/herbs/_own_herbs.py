"""Herbs of the user's own: new ones, and facts of shipped ones that the user knows better."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path

from kanpo.errors import Place, Problem
from kanpo.files import check_table_file, read_rows
from kanpo.herbs._catalogue import Catalogue
from kanpo.herbs._check import check_own_herb
from kanpo.herbs._curve import Row
from kanpo.herbs._requirement import Herb
from kanpo.locale import Text
from kanpo.reading import normalise

#: The source of a row that names none.
OWN = "own"
#: Ids become names of layers, columns and files.
_ID = re.compile(r"[a-z][a-z0-9_]{1,29}")
_NEEDED = "crude_drug_ja"


def read_dicts(file: Path) -> tuple[bytes, list[Row]]:
    """The bytes of a CSV, and its rows by the names of their columns; cells beyond the header are left out.

    Raises
    ------
    InputUnusable
        No file, too large, or no text in UTF-8 or CP932.
    EnvironmentFailure
        It may not be read.
    """
    check_table_file(file)
    content = file.read_bytes()
    header, *rows = read_rows(content, file.name) or [[]]
    keys = [key.strip() for key in header]
    blank = dict.fromkeys(keys, "")
    return content, [{**blank, **dict(zip(keys, row, strict=False))} for row in rows]


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
    problems: list[Problem] = []
    for number, given in enumerate(read_dicts(file)[1], 2):
        if not any(cell.strip() for cell in given.values()):
            continue
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
