"""What kind of records a header names."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text
from kanpo.reading import plain_header
from kanpo.schema import ENVELOPE, RECORD_KINDS, names_of


def plain(header: str) -> str:
    """A header for comparing: width, case, blanks and marks do not count."""
    return plain_header(header.removeprefix("\ufeff"))


@cache
def known_names() -> frozenset[str]:
    """Every name that a column of any kind of record can have."""
    fields = [*ENVELOPE, *(field for table in RECORD_KINDS.values() for field in table.fields)]
    return frozenset().union(*map(names_of, fields))


def kind_of_headers(headers: Sequence[str], path: Path | None = None) -> str:
    """The kind whose fields fit the headers best; every required field must be there.

    Raises
    ------
    InputUnusable
        No kind fits, or two fit equally well.
    """
    written = {plain(header) for header in headers}
    fits: dict[str, int] = {}
    for table in RECORD_KINDS.values():
        names = {field.key: names_of(field) for field in table.fields}
        if all(names[field.key] & written for field in table.fields if field.required):
            fits[table.key] = sum(bool(found & written) for found in names.values())
    best = sorted(fits, key=lambda key: -fits[key])
    if best and (len(best) == 1 or fits[best[0]] > fits[best[1]]):
        return best[0]
    kinds = "、".join(f"{table.key}({table.label.ja})" for table in RECORD_KINDS.values())
    raise InputUnusable(
        "records.kind-unknown",
        Text("何の記録か見出しから決められません", "the headers do not tell what kind of records these are"),
        Text(f"--kind で指定してください: {kinds}", f"say it with --kind: {', '.join(RECORD_KINDS)}"),
        Place(str(path) if path else None),
    )
