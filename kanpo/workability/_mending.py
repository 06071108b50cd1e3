"""Which works a parcel is mended by, and the range of what they cost where not everything is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from kanpo.herbs import Catalogue, Requirement, Work, lower_corner
from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.sites import LAND_TYPES, Factors
from kanpo.suitability import Compiled, Expectations, ScoreSettings, compile_requirements, run_kernel
from kanpo.workability._part import Asking, Part, least_sure
from kanpo.workability._span import Span, total

_NOT_SUITABLE = 3
_LOWER, _POINT, _UPPER = 1, 2, 3


@dataclass(frozen=True, slots=True, eq=False)
class _Priced:
    """A work on N parcels: where it can change something, what it takes there, and what it asks for."""

    work: Work
    able: np.ndarray
    yen: Span
    hours: Span
    used: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Choice:
    """A set of works on N parcels: where all of them can change something, the classes that may be reached.

    `reach` (3, N) are the codes at the lower end, the point and the upper end; less is better.
    """

    works: tuple[_Priced, ...]
    able: np.ndarray
    reach: np.ndarray
    yen: Span
    hours: Span


def works_parts(
    factors: Factors,
    catalogue: Catalogue,
    herb_id: str,
    settings: ScoreSettings,
    expectations: Expectations,
    asking: Sequence[Asking],
) -> list[Part]:
    """The cheapest works that bring each parcel to the best class that works can bring it to.

    One part for each set of works that is the cheapest by what is known and expected; its range spans
    all sets that may turn out to be the cheapest. With everything known these are one.

    Parameters
    ----------
    asking : sequence of Asking
        The answers of the user, anew for each work of the catalogue.
    """
    priced = _prices(factors, catalogue, herb_id, asking)
    choices = _choices(priced, factors, catalogue, herb_id, settings, expectations)
    best = np.min([choice.reach for choice in choices], axis=0)
    possible = _possible(choices, best)
    chosen = _chosen(choices, best)
    yen, hours = (_hull([getattr(choice, name) for choice in choices], possible) for name in ("yen", "hours"))
    excluded = factors.excluded()
    parts = []
    for position, choice in enumerate(choices):
        where = (chosen == position) & ~excluded
        # Where none is needed and none may be, there is nothing to say.
        where &= (yen.high > 0) | (hours.high > 0) | bool(choice.works)
        if where.any():
            parts.append(_part(choice, choices, possible, where, yen.at(where), hours.at(where), factors))
    return parts


def _prices(factors: Factors, catalogue: Catalogue, herb_id: str, asking: Sequence[Asking]) -> list[_Priced]:
    columns, land = factors.columns(), factors.land_codes()
    shading = {cost.assumption for cost in catalogue.costs if cost.what == "shade" and herb_id in cost.herbs}
    needs = {need.factor: need for need in catalogue.requirements_of(herb_id)}
    priced = []
    for work, ask in zip(catalogue.works, asking, strict=True):
        if work.factor not in needs or not work.serves(herb_id, None):
            continue
        column = columns[work.factor]
        unknown = np.isnan(column) if column.dtype.kind == "f" else column < 0
        after = work.after(column, needs[work.factor])
        with np.errstate(invalid="ignore"):
            able = unknown | (after != column)
        if work.land_types:
            codes = [code for code, name in enumerate(LAND_TYPES) if name in work.land_types]
            able = able & np.isin(land, [*codes, len(LAND_TYPES)])
        if work.assumption and work.assumption in shading:
            # It stands among the costs as what every crop in shade takes, and is counted there.
            yen = hours = Span.of(len(column))
        else:
            yen, hours = ask.money(work.money, work.assumption)
            if work.per == "unit":
                rise = _rise(column, after, unknown, needs[work.factor])
                yen, hours = yen * rise, hours * rise
        priced.append(_Priced(work, able, yen, hours, tuple(ask.used), tuple(ask.missing)))
    return priced


def _rise(column: np.ndarray, after: np.ndarray, unknown: np.ndarray, need: Requirement) -> Span:
    """By how much a work raises a number: what is known, or whatever it may be."""
    known = np.where(unknown, 0.0, np.maximum(after - column, 0.0))
    corner, least = lower_corner(need), FACTORS[need.factor].minimum
    most = 0.0 if corner is None or least is None else max(corner - least, 0.0)
    return Span(known, np.where(unknown, most, known))


def _choices(
    priced: Sequence[_Priced],
    factors: Factors,
    catalogue: Catalogue,
    herb_id: str,
    settings: ScoreSettings,
    expectations: Expectations,
) -> list[_Choice]:
    """All sets of works, one for each factor at most, none first: they are few."""
    keys = dict.fromkeys(one.work.factor for one in priced)
    ways = [[None, *(one for one in priced if one.work.factor == key)] for key in keys]
    sets = [tuple(one for one in chosen if one is not None) for chosen in product(*ways)]
    count = len(factors.parcel_ids)
    sets = [works for works in sets if not works or np.logical_and.reduce([w.able for w in works]).any()]
    compiled = _compile_sets(
        [[one.work for one in works] for works in sets], catalogue, herb_id, settings, expectations
    )
    result = run_kernel(factors.columns(), compiled, land=factors.land_codes(), method=settings.method)
    numbers = [result.numbers[at] for at in (_LOWER, _POINT, _UPPER)]
    codes = np.array([settings.bounds.codes(one, one == 0) for one in numbers])
    reach = np.minimum(codes, _NOT_SUITABLE)
    # Expectations may come from elsewhere; works never make it worse.
    reach = np.minimum(reach, reach[:, :1])
    choices = []
    for position, works in enumerate(sets):
        able = np.ones(count, dtype=bool)
        for one in works:
            able &= one.able
        yen, hours = (total([getattr(one, name) for one in works], count) for name in ("yen", "hours"))
        choices.append(_Choice(works, able, reach[:, position], yen, hours))
    return choices


def _compile_sets(
    sets: Sequence[Sequence[Work]],
    catalogue: Catalogue,
    herb_id: str,
    settings: ScoreSettings,
    expectations: Expectations,
) -> Compiled:
    """The herb once for each set of works, as if it were another herb each time: curves are shared."""
    needs = catalogue.requirements_of(herb_id)
    weights = settings.weights_for(catalogue)
    bare = compile_requirements({herb_id: needs}, weights, expectations=expectations.current)
    parts, places, size = [bare], dict[tuple[str, str], int](), len(bare.judges)
    for work in dict.fromkeys(work for works in sets for work in works):
        own = [need for need in needs if need.factor == work.factor]
        moved = compile_requirements(
            {herb_id: own},
            {herb_id: {work.factor: 1.0}},
            expectations=expectations.after([work]),
            works=[work],
        )
        parts.append(moved)
        places[work.work_id, work.factor] = size
        size += 1
    curves_of = []
    for works in sets:
        curves = bare.curves_of[0].copy()
        for work in works:
            at = bare.factor_of[bare.curves_of[0]] == list(FACTORS).index(work.factor)
            curves[at] = places[work.work_id, work.factor]
        curves_of.append(curves)
    return Compiled(
        tuple(f"{herb_id}:{position}" for position in range(len(sets))),
        tuple(judge for part in parts for judge in part.judges),
        np.concatenate([part.factor_of for part in parts]),
        tuple(curves_of),
        bare.weights_of * len(sets),
        np.concatenate([part.worst for part in parts], axis=1),
        np.concatenate([part.best for part in parts], axis=1),
        np.concatenate([part.expected for part in parts]),
        np.concatenate([part.fills for part in parts]),
        tuple(table for part in parts for table in part.tables),
    )


def _possible(choices: Sequence[_Choice], best: np.ndarray) -> np.ndarray:
    """Which sets (C, N) may be the cheapest that reach the best class, whatever is still unknown.

    A set may be if it may reach the best class, unless one that surely reaches it is a part of it or
    surely costs no more. What is learnt only takes sets away.
    """
    lower, upper = 0, 2
    surely = np.array([choice.able & (choice.reach[lower] <= best[upper]) for choice in choices])
    maybe = np.array([choice.able & (choice.reach[upper] <= best[lower]) for choice in choices])
    for position, choice in enumerate(choices):
        for other, smaller in enumerate(choices):
            if other != position and set(smaller.works) < set(choice.works):
                maybe[position] &= ~surely[other]
    highs = np.array(
        [np.where(sure, one.yen.high, np.inf) for sure, one in zip(surely, choices, strict=True)]
    )
    lows = np.array([choice.yen.low for choice in choices])
    maybe &= lows <= highs.min(axis=0)
    # Something is always possible: to leave it as it is.
    maybe[0] |= ~maybe.any(axis=0)
    return maybe


def _chosen(choices: Sequence[_Choice], best: np.ndarray) -> np.ndarray:
    """Positions (N,) of the set that is the cheapest at the point: by the middle of the yen, then of the hours."""
    point = 1
    reaches = np.array([choice.able & (choice.reach[point] <= best[point]) for choice in choices])
    keys = []
    for name in ("yen", "hours"):
        middles = np.array([getattr(choice, name).middle() for choice in choices])
        keys.append(np.where(reaches, middles, np.inf))
    count = np.array([[len(choice.works)] for choice in choices]) + np.zeros_like(keys[0])
    open_ends = np.where(reaches, np.isinf(keys[0]), True)
    order = np.lexsort((count, keys[1], keys[0], open_ends, ~reaches), axis=0)
    return order[0]


def _hull(spans: Sequence[Span], possible: np.ndarray) -> Span:
    lows = np.array([np.where(able, one.low, np.inf) for able, one in zip(possible, spans, strict=True)])
    highs = np.array([np.where(able, one.high, 0.0) for able, one in zip(possible, spans, strict=True)])
    return Span(lows.min(axis=0), highs.max(axis=0))


def _part(
    choice: _Choice,
    choices: Sequence[_Choice],
    possible: np.ndarray,
    where: np.ndarray,
    yen: Span,
    hours: Span,
    factors: Factors,
) -> Part:
    concerned: dict[str, _Priced] = {}
    asked: dict[str, np.ndarray] = {}
    for able, other in zip(possible, choices, strict=True):
        for one in other.works if (able & where).any() else ():
            concerned[f"{one.work.work_id}:{one.work.factor}"] = one
            for key in one.missing:
                asked[key] = asked.get(key, np.zeros(len(where), dtype=bool)) | (able & where)
    shown = [one.work for one in choice.works] or [one.work for one in concerned.values()]
    sources = [name.strip() for work in shown for name in f"{work.source};{work.cost_source}".split(";")]
    label = Text("+".join(work.label.ja for work in shown), " + ".join(work.label.en for work in shown))
    if not choice.works:
        label = Text(
            "工事は要らない見込み(分からない要因しだいで要る)",
            "probably no works (what is not known yet may need some)",
        )
    wide = possible.sum(axis=0) > 1
    unknown = {
        key: where & wide & factors.values[key].isna().to_numpy()
        for key in dict.fromkeys(one.work.factor for one in concerned.values())
    }
    return Part(
        ";".join(work.work_id for work in (one.work for one in choice.works)) or "works",
        label,
        "once",
        where,
        yen,
        hours,
        "; ".join(dict.fromkeys(name for name in sources if name)),
        least_sure([level for work in shown for level in (work.confidence, work.cost_confidence)] or ["low"]),
        tuple(dict.fromkeys(key for one in concerned.values() for key in one.used)),
        asked,
        unknown,
    )
