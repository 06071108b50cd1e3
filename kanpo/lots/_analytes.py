"""What was measured: one list of the names that people write, and what one name has to do with another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

from kanpo.reading import normalise
from kanpo.tables import csv_dicts

#: Tests that measure one thing, whatever else is written beside them.
_ONE_MEANING = frozenset({"total_ash", "acid_insoluble_ash", "loss_on_drying"})
#: Tests whose name says the substance where the name written beside it is in no list.
_SAYS_ITSELF = _ONE_MEANING | {"arsenic"}
#: Signs that are written in a name or left out, and words that add nothing to it.
_SIGNS = re.compile(r"[\s\-‐‑–−,、・'’′()\[\]「」+&/]+")
_BRACKETS = re.compile(r"\([^()]*\)")
_TAIL = re.compile(r"(含量|含有量|濃度|の量)$")

#: What stands for a substance when assays and limits are compared: its key in `analytes.csv`, or the
#: test and the name as it is written.
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Analyte:
    """One substance, as one of its names says it.

    Attributes
    ----------
    key
        The same for all names of a substance.
    basis, factor
        As what it is reckoned (arsenic as As2O3): the amount as the substance itself, times `factor`.
        Empty where the name does not say.
    part_of, all_parts
        The total that it counts into; whether the parts in the list are all parts of a total.
    """

    key: str
    test: str
    basis: str
    factor: Decimal | None
    part_of: str
    all_parts: bool


@cache
def find_analyte(name: str) -> Analyte | None:
    """The substance of that name, in any spelling of the list; None where it is not in it.

    What stands in brackets may be left out: ヒ素(湿式分解) is ヒ素, which does not say as what it is reckoned.
    """
    names = _names()
    return names.get(plain_name(name)) or names.get(plain_name(_BRACKETS.sub("", normalise(name))))


@cache
def english_name(name: str) -> str:
    """A name of the same substance, on the same basis, in Latin letters; the name itself where there is none."""
    analyte = find_analyte(name)
    if analyte is None or name.isascii():
        return name
    same = (row for row in _rows() if (row["analyte"], row["basis"]) == (analyte.key, analyte.basis))
    return next(
        (one for row in same for one in row["names"].split(";") if one.isascii() and len(one) > 3), name
    )


def plain_name(name: str) -> str:
    """A name for comparison: width, case, brackets, hyphens and "含量" do not matter."""
    return _TAIL.sub("", _SIGNS.sub("", normalise(name).casefold()))


@cache
def parts_of(key: str) -> tuple[str, ...]:
    """The substances that count into a total, as keys; empty for one that is no total."""
    return tuple(dict.fromkeys(analyte.key for analyte in _names().values() if analyte.part_of == key))


@cache
def has_all_parts(key: str) -> bool:
    """Whether the parts of a total are all in the list, so that their sum is the total."""
    return any(analyte.all_parts for analyte in _names().values() if analyte.key == key)


@cache
def bases_of(key: str) -> tuple[Decimal, ...]:
    """The factors of all bases on which a substance is reckoned; none where there is only one."""
    known = (a.factor for a in _names().values() if a.key == key and a.factor is not None)
    return tuple(dict.fromkeys(known))


@cache
def key_of(test: str, name: str) -> Key | None:
    """What was measured, from the test and the name written beside it.

    None where the two contradict each other (an acid-insoluble ash called 灰分). With no name the
    test says it, where it can mean one thing; else the name of the key is empty.
    """
    analyte = find_analyte(name) if name else _names().get(plain_name(_default_name(test)))
    if analyte is None:
        return ("", test) if test in _SAYS_ITSELF else (test, plain_name(name))
    if test in _ONE_MEANING and analyte.key != test:
        return None
    return "", analyte.key


@cache
def basis_factors(name: str, of_limit: str) -> tuple[Decimal, ...]:
    """By what a value under one name is to be multiplied to be what a limit under another means.

    Several where a name does not say as what it is reckoned: all that it may mean. Names that say the
    same, or the same nothing, need no factor.
    """
    value, limit = find_analyte(name), find_analyte(of_limit)
    if value is None or limit is None or value.basis == limit.basis:
        return (Decimal(1),)
    bases = bases_of(value.key)
    froms = bases if value.factor is None else (value.factor,)
    tos = bases if limit.factor is None else (limit.factor,)
    return tuple(to / start for start in froms or (Decimal(1),) for to in tos or (Decimal(1),))


def _default_name(test: str) -> str:
    """The first name of a substance with the key of the test: what a test without a name measures."""
    return next((name for key, name in _first_names() if key == test), "")


@cache
def _first_names() -> Sequence[tuple[str, str]]:
    return tuple((row["analyte"], row["names"].split(";")[0]) for row in _rows())


@cache
def _names() -> dict[str, Analyte]:
    names: dict[str, Analyte] = {}
    for row in _rows():
        analyte = Analyte(
            row["analyte"],
            row["test"],
            row["basis"],
            Decimal(row["factor"]) if row["factor"] else None,
            row["part_of"],
            row["all_parts"] == "yes",
        )
        for name in row["names"].split(";"):
            names.setdefault(plain_name(name), analyte)
    return names


@cache
def _rows() -> Sequence[dict[str, str]]:
    text = files("kanpo.lots").joinpath("analytes.csv").read_text(encoding="utf-8-sig")
    return tuple(csv_dicts(text))
