"""An assumption that somebody writes down, held against the list of what may be assumed."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from contextlib import suppress

from kanpo.errors import Place, Problem, UsageError
from kanpo.herbs._catalogue import Catalogue, find_herb
from kanpo.herbs._costs import Assumption
from kanpo.locale import Text
from kanpo.reading import normalise


def find_assumption(catalogue: Catalogue, name: str) -> Assumption | None:
    """The assumption of that key or label; None where there is none."""
    wanted = normalise(name).casefold()
    for assumption in catalogue.assumptions:
        names = (assumption.key, assumption.label.ja, assumption.label.en)
        if wanted in (normalise(one).casefold() for one in names):
            return assumption
    return None


def complete_assumption(
    body: Mapping[str, object], catalogue: Catalogue
) -> tuple[dict[str, object], list[Problem]]:
    """A body of a record of kind ``assumption`` with key, herb, unit and upper figure in full, and what is wrong.

    The key and the herb may be written by any of their names; a blank unit is that of the key, a blank
    upper figure the lower one. Nothing else is filled in.
    """
    assumption = find_assumption(catalogue, str(body["key"]))
    if assumption is None:
        return dict(body), [_unknown(str(body["key"]), catalogue)]
    filled = {**body, "key": assumption.key}
    filled.setdefault("high", filled["low"])
    problems = []
    if "herb_id" in filled:
        # A herb that is not there is named by the check of references, with the nearest one.
        with suppress(UsageError):
            filled["herb_id"] = find_herb(catalogue, str(filled["herb_id"])).herb_id
    unit, label = normalise(filled.get("unit", assumption.unit)), assumption.unit_label
    if unit.casefold() not in {normalise(word).casefold() for word in (label.ja, label.en)}:
        problems.append(
            Problem(
                "assumption.unit",
                Text(f"単位は {label.ja} です", f"is in {assumption.unit}"),
                Text(
                    f"値を {label.ja} に直し、単位を空にするか {label.ja} に",
                    f"convert the figures to {assumption.unit}, and leave the unit blank or write {assumption.unit}",
                ),
                Place(column="unit", value=filled.get("unit")),
            )
        )
    filled["unit"] = assumption.unit
    return filled, [*problems, *_outside(assumption, filled)]


def _outside(assumption: Assumption, body: Mapping[str, object]) -> list[Problem]:
    """Figures out of bounds, or in falling order."""
    problems = []
    numbers = {key: float(str(body[key])) for key in ("low", "high")}
    for key, value in numbers.items():
        if key == "high" and value == numbers["low"]:
            continue
        if not assumption.low <= value <= assumption.high:
            bounds = f"{assumption.low:,.10g}〜{assumption.high:,.10g}"
            label = assumption.unit_label
            problems.append(
                Problem(
                    "assumption.bounds",
                    Text(
                        f"「{assumption.label.ja}」としてあり得る範囲({bounds} {label.ja})の外です",
                        f"is outside what {assumption.key} can be ({bounds} {label.en})",
                    ),
                    Text("単位と桁を確かめてください", "check the unit and the digits"),
                    Place(column=key, value=f"{value:.10g}"),
                )
            )
    if numbers["low"] > numbers["high"]:
        problems.append(
            Problem(
                "assumption.order",
                Text("下限が上限より大きくなっています", "the lower figure is above the upper one"),
                Text("小さい順に入れてください", "enter them in rising order"),
                Place(column="low", value=f"{numbers['low']:.10g} > {numbers['high']:.10g}"),
            )
        )
    return problems


def _unknown(name: str, catalogue: Catalogue) -> Problem:
    names = {key: one.key for one in catalogue.assumptions for key in (one.key, one.label.ja)}
    near = difflib.get_close_matches(normalise(name), names, n=1, cutoff=0.4)
    mend = Text("kanpo assumptions list で項目を見られます", "see kanpo assumptions list")
    if near:
        mend = Text(f"もしかして「{names[near[0]]}」。{mend.ja}", f"did you mean {names[near[0]]}? {mend.en}")
    return Problem(
        "assumption.unknown",
        Text("知らない前提の項目です", "unknown assumption"),
        mend,
        Place(column="key", value=name),
    )
