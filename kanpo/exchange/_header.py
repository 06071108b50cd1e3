"""What kind of records a header names."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text
from kanpo.reading import plain_header
from kanpo.schema import ASSUMPTION, ENVELOPE, RECORD_KINDS, find_trait, names_of
from kanpo.tables import Recognise, spelled


@cache
def record_names() -> Recognise:
    """What a header of any kind of record means: a field by its key, or a trait."""
    fields = [*ENVELOPE, *(field for table in RECORD_KINDS.values() for field in table.fields)]
    known: dict[str, str] = {}
    for field in fields:
        for name in names_of(field):
            known.setdefault(name, field.key)

    @cache
    def recognise(text: str) -> str | None:
        trait = None if plain_header(text) in known else find_trait(text) if text else None
        return f"trait {trait.key}" if trait is not None else known.get(plain_header(text))

    return recognise


def names_of_kind(kind: str) -> Recognise:
    """What a header of a kind of record means."""
    return spelled({field.key: names_of(field) for field in (*RECORD_KINDS[kind].fields, *ENVELOPE)})


def is_amount(header: str) -> bool:
    """Whether a column holds figures that belong to the key of their own row."""
    return plain_header(header) in _amounts()


@cache
def _amounts() -> frozenset[str]:
    return frozenset().union(*(names_of(field) for field in ASSUMPTION.fields if field.type == "amount"))


def kind_of_headers(headers: Sequence[str], path: Path | None = None) -> str:
    """The kind whose fields fit the headers best; every required field must be there.

    Raises
    ------
    InputUnusable
        No kind fits, or two fit equally well.
    """
    written = {plain_header(header) for header in headers}
    enveloped = sum(bool(names_of(field) & written) for field in ENVELOPE)
    fits: dict[str, int] = {}
    for table in RECORD_KINDS.values():
        names = {field.key: names_of(field) for field in table.fields}
        fit = sum(bool(found & written) for found in names.values())
        # A record says at least when and what: one name that fits may be any table's.
        if (
            fit
            and fit + enveloped >= 2
            and all(names[field.key] & written for field in table.fields if field.required)
        ):
            fits[table.key] = fit
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
