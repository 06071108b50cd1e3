"""Rows of the catalogue's files, once checked, as values."""

from __future__ import annotations

from dataclasses import fields

from kanpo.herbs._curve import Row, bell_of, classes_of, corners_of, points_of
from kanpo.herbs._requirement import Herb, Requirement


def herb_of_row(row: Row) -> Herb:
    """A checked row as a herb; blank numbers are not known, blank years to harvest one."""
    values: dict[str, object] = {}
    for field in fields(Herb):
        text = row.get(field.name, "")
        if field.type == "int":
            values[field.name] = int(text or 1)
        elif "float" in str(field.type):
            values[field.name] = float(text) if text else None
        else:
            values[field.name] = text
    return Herb(**values)  # type: ignore[arg-type]


def requirement_of_row(row: Row, number: int) -> Requirement:
    """A checked row as a requirement; `number` is its row in the file."""
    kind = row["kind"]
    return Requirement(
        herb_id=row["herb_id"],
        factor=row["factor"],
        kind=kind,  # type: ignore[arg-type]
        corners=corners_of(row) if kind == "trapezoid" else (None, None, None, None),
        classes=classes_of(row) if kind == "classes" else {},
        weight=float(row["weight"]),
        knock_out=row["knock_out"] == "1",
        source=row["source"],
        confidence=row["confidence"],
        note=row.get("note", ""),
        row=number,
        bell=bell_of(row) if kind == "gaussian" else None,
        points=points_of(row) if kind == "piecewise" else (),
    )
