"""Tables with a row for each plot and a column for each trait, as people keep them, made long."""

from __future__ import annotations

from dataclasses import replace

from kanpo.reading import plain_header
from kanpo.schema import ENVELOPE, RECORD_KINDS, Trait, find_trait, names_of
from kanpo.tables import Table

_OBSERVATION = RECORD_KINDS["observation"]
_FIELDS = {field.key: names_of(field) for field in (*ENVELOPE, *_OBSERVATION.fields)}
#: Weights that make a table one of harvests, whatever else is in it.
_HARVESTED = frozenset().union(
    *(names_of(RECORD_KINDS["harvest"].field(key)) for key in ("fresh_kg", "dry_kg"))
)
#: What stands once above a block of rows and is meant for all of them.
_DITTO = ("happened_at", "actor")


def is_wide(table: Table) -> bool:
    """Whether traits are columns: plot codes stand there, and neither trait and value nor a harvest."""
    heads = {plain_header(header) for header in table.headers}
    if not heads & _FIELDS["plot_code"] or heads & (_FIELDS["trait"] | _FIELDS["value"] | _HARVESTED):
        return False
    return bool(_traits(table))


def _traits(table: Table) -> dict[int, Trait]:
    known = frozenset().union(*_FIELDS.values())
    found = {
        i: find_trait(head)
        for i, head in enumerate(table.headers)
        if head and plain_header(head) not in known
    }
    return {index: trait for index, trait in found.items() if trait is not None}


def made_long(table: Table) -> Table:
    """A row for each value, with the row number of the sheet; a blank day or person is that of the row above."""
    traits = _traits(table)
    others = [index for index in range(len(table.headers)) if index not in traits]
    ditto = {i for i in others if any(plain_header(table.headers[i]) in _FIELDS[key] for key in _DITTO)}
    above: dict[int, str] = {}
    rows: list[tuple[str, ...]] = []
    numbers: list[int] = []
    origin: dict[int, int] = {}
    for index, row in enumerate(table.rows):
        cells = {i: row[i] if i < len(row) else "" for i in (*others, *traits)}
        for i in ditto:
            above[i] = cells[i] = cells[i] if cells[i].strip() else above.get(i, "")
        for column, trait in traits.items():
            if cells[column].strip():
                origin[len(rows)] = index
                rows.append((*(cells[i] for i in others), trait.key, cells[column]))
                numbers.append(table.number_of(index))
    headers = (*(table.headers[i] for i in others), "trait", "value")
    unusable = {row: table.unusable[of] for row, of in origin.items() if of in table.unusable}
    return replace(table, headers=headers, rows=tuple(rows), numbers=tuple(numbers), unusable=unusable)
