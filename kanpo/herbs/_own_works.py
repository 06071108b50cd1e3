"""Works of the user's own: new ones, and costs or effects of shipped ones that the user knows better."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path

from kanpo.errors import Place, Problem, UsageError
from kanpo.herbs._catalogue import Catalogue, find_herb
from kanpo.herbs._check_works import check_work
from kanpo.herbs._curve import Row
from kanpo.herbs._own_herbs import OWN, read_dicts
from kanpo.herbs._works import LOWER_CORNER, Money, Work, listed
from kanpo.locale import Text
from kanpo.reading import normalise
from kanpo.schema import FACTORS

#: Columns of ``works.csv``, in order.
COLUMNS = (
    *("work_id", "label_ja", "label_en", "factor", "land_types", "herbs", "kind", "to"),
    *("yen_low", "yen_high", "hours_low", "hours_high", "per", "assumption"),
    *("source", "confidence", "cost_source", "cost_confidence", "note"),
)
_EFFECT = ("factor", "land_types", "herbs", "kind", "to")


def read_own_works(
    file: Path, name: str, catalogue: Catalogue, sources: Collection[str]
) -> tuple[bytes, list[Row], list[Problem]]:
    """The bytes of a ``works.csv``, its rows that can be used, complete, and what is wrong with the others.

    A blank cell of a shipped work stays as it is shipped; what is changed has the file as its source and
    the confidence ``low`` unless the row says otherwise. `catalogue` holds what the herbs require.
    """
    content, written, problems = read_dicts(file, name, COLUMNS)
    keys = {assumption.key for assumption in catalogue.assumptions}
    good: list[Row] = []
    for number, given in written:
        place = Place(name, row=number)
        row = _completed(given, catalogue)
        wrong = check_work(row, place, catalogue.requirements, sources, keys)
        if not wrong and any(_key(row) == _key(other) for other in good):
            wrong = [_twice(row, place)]
        problems += wrong
        if not wrong:
            good.append(row | {"row": str(number)})
    return content, good, problems


def _key(row: Row) -> tuple[str, str]:
    return row["work_id"], row["factor"]


def _completed(given: Row, catalogue: Catalogue) -> Row:
    row = {key: given.get(key, "").strip() for key in COLUMNS}
    row = {key: normalise(value) if key != "note" else value for key, value in row.items()}
    labels = {normalise(factor.label.ja): key for key, factor in FACTORS.items()}
    row["factor"] = labels.get(row["factor"], row["factor"])
    row["herbs"] = ";".join(_herb_id(name, catalogue) for name in listed(row["herbs"].replace("、", ";")))
    same = [work for work in catalogue.works if work.work_id == row["work_id"]]
    before = next((work for work in same if row["factor"] in ("", work.factor)), None)
    shipped = _row_of(before) if before else dict.fromkeys(COLUMNS, "")
    changed = {
        "source": _EFFECT,
        "cost_source": tuple(key for key in COLUMNS if key.startswith(("yen", "hours"))),
    }
    for source, columns in changed.items():
        if before is None or any(row[key] not in ("", shipped[key]) for key in columns):
            confidence = source.replace("source", "confidence")
            shipped |= {source: OWN, confidence: "low"}
    filled = {key: row[key] or shipped[key] for key in COLUMNS}
    number = filled["factor"] in FACTORS and FACTORS[filled["factor"]].kind == "number"
    defaults = {"kind": "add" if number else "classes", "per": "10a"}
    if filled["kind"] == "herb_corner":
        defaults["to"] = LOWER_CORNER
    return filled | {key: filled[key] or value for key, value in defaults.items()}


def _herb_id(name: str, catalogue: Catalogue) -> str:
    """The id of a herb by any of its names; what is none stays, and is named as unknown."""
    with suppress(UsageError):
        return find_herb(catalogue, name).herb_id
    return name


def _row_of(work: Work) -> Row:
    """A work as the cells of its row."""
    to = ";".join(f"{key}={value}" for key, value in work.classes.items())
    if work.kind == "add":
        to = f"amount={work.amount:g};most={work.most:g}"
    cells = {field.name: getattr(work.money, field.name) for field in fields(Money)}
    return {
        **{key: "" if value is None else f"{value:.10g}" for key, value in cells.items()},
        "label_ja": work.label.ja,
        "label_en": work.label.en,
        "kind": work.kind,
        "per": work.per,
        "land_types": ";".join(work.land_types),
        "herbs": ";".join(work.herbs),
        "to": to or LOWER_CORNER,
        **{key: getattr(work, key) for key in ("work_id", "factor", "assumption", "note")},
        **{key: getattr(work, key) for key in ("source", "confidence", "cost_source", "cost_confidence")},
    }


def _twice(row: Row, place: Place) -> Problem:
    return Problem(
        "catalogue.repeated",
        Text("同じ作業・要因の行が前にあります", "repeats an earlier row of the same work and factor"),
        Text("どちらかを消してください", "remove one of them"),
        replace(place, column="work_id,factor", value=f"{row['work_id']},{row['factor']}"),
    )
