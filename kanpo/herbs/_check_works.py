"""Checking works and costs: a work that lowers a class, loops or costs nobody knows what is named with its mend."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise

from kanpo.errors import Place, Problem
from kanpo.herbs._check import CONFIDENCES
from kanpo.herbs._costs import COST_KINDS, COST_UNITS
from kanpo.herbs._curve import Row, at, number_of, problem
from kanpo.herbs._reach import membership_at
from kanpo.herbs._requirement import Requirement
from kanpo.herbs._works import LOWER_CORNER, listed, raise_of, steps_of
from kanpo.schema import FACTORS, VOCABULARIES, Factor

_ID = re.compile(r"[a-z][a-z0-9_]{1,29}")
_KEY = re.compile(r"[a-z][a-z0-9_]{1,59}")
_RANGES = (("yen_low", "yen_high"), ("hours_low", "hours_high"))
Needs = Mapping[str, tuple[Requirement, ...]]


#: More yen, or hours, than anything on 10 a takes.
_MOST = 1e9
#: What works can change: no work moves the climate or the height of a parcel.
_MENDED = ("soil", "light")


def check_work(
    row: Row, place: Place, needs: Needs, sources: Collection[str], assumptions: Collection[str]
) -> list[Problem]:
    """Everything that is wrong with one work; `needs` are what the herbs of the catalogue require."""
    problems = [*_names(row, place), *_land_and_herbs(row, place, needs)]
    problems += _money(row, place, assumptions, ("10a", "unit"))
    problems += _sources(row, place, sources, ("source", "cost_source"), ("confidence", "cost_confidence"))
    factor = FACTORS.get(row.get("factor", ""))
    if factor is None or factor.verdict != "suitability" or factor.topic not in _MENDED:
        able = "、".join(
            key for key, one in FACTORS.items() if one.verdict == "suitability" and one.topic in _MENDED
        )
        unable = problem(
            *(
                "work-factor",
                "工事で変えられる、植物が求める要因ではありません",
                "is not a factor that a plant needs and works can change",
            ),
            *(f"使える要因: {able}", f"known: {able}", at(place, row, "factor")),
        )
        return [unable, *problems]
    return [*problems, *_effect(row, factor, place, needs)]


def check_cost(
    row: Row, place: Place, needs: Needs, sources: Collection[str], assumptions: Collection[str]
) -> list[Problem]:
    """Everything that is wrong with one row of costs."""
    problems = [*_land_and_herbs(row, place, needs), *_money(row, place, assumptions, COST_UNITS)]
    problems += _sources(row, place, sources, ("source",), ("confidence",))
    if row.get("what", "") not in COST_KINDS:
        able = ", ".join(COST_KINDS)
        unable = problem(
            *("cost-kind", "知らない費用の種類です", "unknown kind of cost"),
            *(f"使える種類: {able}", f"known kinds: {able}", at(place, row, "what")),
        )
        problems.append(unable)
    return problems


def check_assumption(row: Row, place: Place) -> Iterator[Problem]:
    """What is wrong with one row of assumptions: its key, its scope or its bounds."""
    low, high = number_of(row.get("low", "")), number_of(row.get("high", ""))
    if not _KEY.fullmatch(row.get("key", "")) or row.get("scope") not in ("project", "herb"):
        yield problem(
            *("assumption", "key か scope が使えません", "the key or the scope cannot be used"),
            "key は半角の小文字・数字・_、scope は project か herb に",
            "use small letters, digits and _ for the key, project or herb for the scope",
            at(place, row, "key"),
        )
    if low is None or high is None or not 0 <= low < high <= _MOST:
        yield problem(
            *("range", "下限と上限が数でないか、逆か、大きすぎます", "the lower and upper bound do not fit"),
            f"0〜{_MOST:,.0f} の2つの数を小さい順に入れてください",
            f"enter two numbers from 0 to {_MOST:,.0f} in rising order",
            at(place, row, "low"),
        )


def _names(row: Row, place: Place) -> Iterator[Problem]:
    if not _ID.fullmatch(row.get("work_id", "")):
        yield problem(
            *("work-id", "作業のIDに使えません", "cannot be the id of a work"),
            "半角の小文字・数字・_ で、文字から始めてください(例: ditches)",
            "use small letters, digits and _, beginning with a letter (such as ditches)",
            at(place, row, "work_id"),
        )
    if not row.get("label_ja", "").strip():
        yield problem(
            *("work-name", "作業の名がありません", "has no name"),
            *("label_ja に入れてください(例: 明渠)", "put it into label_ja", at(place, row, "label_ja")),
        )


def _land_and_herbs(row: Row, place: Place, needs: Needs) -> Iterator[Problem]:
    lands = VOCABULARIES["land_type"].labels
    if any(name not in lands for name in listed(row.get("land_types", ""))):
        able = ";".join(lands)
        yield problem(
            *("work-land", "知らない地目です", "unknown type of land"),
            *(f"{able} から選ぶか、空(すべて)に", f"use {able}, or leave it empty for all"),
            at(place, row, "land_types"),
        )
    if any(name not in needs for name in listed(row.get("herbs", ""))):
        yield problem(
            *("unknown-herb", "herbs.csv にない生薬です", "is not in herbs.csv"),
            *("綴りを直すか、空(すべて)に", "mend the spelling, or leave it empty for all"),
            at(place, row, "herbs"),
        )


def _money(row: Row, place: Place, assumptions: Collection[str], units: tuple[str, ...]) -> Iterator[Problem]:
    for low, high in _RANGES:
        texts = [row.get(key, "").strip() for key in (low, high)]
        values = [number_of(text) for text in texts]
        for key, text, value in zip((low, high), texts, values, strict=True):
            if text and (value is None or not 0 <= value <= _MOST):
                yield problem(
                    *(
                        "number",
                        f"0〜{_MOST:,.0f} の数ではありません",
                        f"is not a number from 0 to {_MOST:,.0f}",
                    ),
                    *("半角の数だけを入れてください", "enter digits only", at(place, row, key)),
                )
        if bool(texts[0]) != bool(texts[1]) or (None not in values and values[0] > values[1]):  # type: ignore[operator]
            yield problem(
                *("range", "下限と上限がそろわないか、逆です", "the lower and upper figure do not fit"),
                *("両方を小さい順に入れるか、両方空に", "fill both in rising order, or leave both empty"),
                Place(place.file, row=place.row, column=f"{low},{high}", value=", ".join(texts)),
            )
    named = row.get("assumption", "").strip()
    blank = not row.get("yen_low", "").strip()
    if (named and named not in assumptions) or (blank and not named):
        yield problem(
            *(
                "work-cost",
                "費用がなく、前提の項目も決まっていません",
                "has no cost and no assumption to ask for",
            ),
            "yen_low・yen_high に入れるか、assumption に assumptions.csv の key を入れてください",
            "fill yen_low and yen_high, or name a key of assumptions.csv in assumption",
            at(place, row, "assumption"),
        )
    if row.get("per", "") not in units:
        yield problem(
            *("work-per", f"費用の単位は {'・'.join(units)} です", f"the cost is per {', '.join(units)}"),
            "10a は 10a あたり、unit は 10a・要因の1単位あたり、share は割合、trip は1回",
            "10a is per 10 a, unit per 10 a and unit of the factor, share a share, trip a trip",
            at(place, row, "per"),
        )


def _sources(
    row: Row, place: Place, known: Collection[str], sources: tuple[str, ...], confidences: tuple[str, ...]
) -> Iterator[Problem]:
    for key in sources:
        if not listed(row.get(key, "")) or any(name not in known for name in listed(row[key])):
            yield problem(
                *("unknown-source", "sources.csv にない出典です", "is not in sources.csv"),
                *("sources.csv に足してください", "add it to sources.csv", at(place, row, key)),
            )
    for key in confidences:
        if row.get(key) not in CONFIDENCES:
            yield problem(
                *("confidence", "確からしさは high・medium・low です", "confidence is high, medium or low"),
                *("確かめていなければ low に", "use low if nobody confirmed it", at(place, row, key)),
            )


def _effect(row: Row, factor: Factor, place: Place, needs: Needs) -> Iterator[Problem]:
    able = ("classes",) if factor.kind == "class" else ("add", "herb_corner")
    here = at(place, row, "to")
    if row.get("kind") not in able:
        yield problem(
            *(
                "kind",
                f"この要因の作業の型は {'・'.join(able)} です",
                f"use {' or '.join(able)} for this factor",
            ),
            *(f"{'・'.join(able)} に", f"use {' or '.join(able)}", at(place, row, "kind")),
        )
    elif row["kind"] == "classes":
        yield from _steps(row, factor, here, needs)
    elif row["kind"] == "add":
        amount, most = raise_of(row)
        assert factor.minimum is not None and factor.maximum is not None
        span = factor.maximum - factor.minimum
        # Less than a ten-thousandth of what is possible changes nothing that anybody could measure.
        if (
            amount is None
            or most is None
            or not span * 1e-4 <= amount <= span
            or not factor.minimum <= most <= factor.maximum
        ):
            yield problem(
                *("work-lowers", "値を上げる作業になっていません", "does not raise the value"),
                f"amount=15;most=50 の形で、足す量(0より大きく {span:g} まで)と上限"
                f"({factor.minimum:g}〜{factor.maximum:g})を入れてください",
                f"write amount=15;most=50: what is added (above 0, up to {span:g}) and the most it comes to "
                f"({factor.minimum:g} to {factor.maximum:g})",
                here,
            )
    elif row.get("to", "").strip() != LOWER_CORNER:
        yield problem(
            *("work-to", f"行き先は {LOWER_CORNER} だけです", f"goes only to {LOWER_CORNER}"),
            "決まった値へではなく、生薬ごとの適の下限まで上げます",
            "it goes to where each herb's own curve becomes full, never to a fixed value",
            here,
        )


def _steps(row: Row, factor: Factor, here: Place, needs: Needs) -> Iterator[Problem]:
    steps = steps_of(row)
    keys = factor.classes
    if set(steps) != set(keys) or not set(steps.values()) <= set(keys) or row["to"].count("=") != len(keys):
        wanted = ";".join(f"{key}=…" for key in keys)
        yield problem(
            *(
                "classes",
                "区分が足りないか、重なるか、知らない区分です",
                "a class is missing, repeated or unknown",
            ),
            *(f"{wanted} の形で全区分の行き先を", f"say where each class goes: {wanted}", here),
        )
        return
    if all(key == to for key, to in steps.items()):
        yield problem(
            *("work-idle", "どの区分も変わらない作業です", "changes no class"),
            *("良くなる行き先を入れてください", "say which class becomes better", here),
        )
    elif loop := _loop(steps):
        yield problem(
            *(
                "work-loops",
                f"行き先が回ります({' → '.join(loop)})",
                f"goes in a circle ({' → '.join(loop)})",
            ),
            "行き着いた区分は、そのまま(例: well=well)に",
            "let the class that it ends in stay (such as well=well)",
            here,
        )
    elif lowered := [key for key in keys if _falls(row, key, steps[key], factor, needs)]:
        moves = ", ".join(f"{key}={steps[key]}" for key in lowered)
        yield problem(
            *("work-lowers", f"悪くする行き先があります({moves})", f"makes it worse ({moves})"),
            "同じか良い区分へ。特定の生薬だけの作業なら herbs に書き、その生薬の適合度を下げないこと",
            "go to the same or a better class; name the herbs if it is for some only, whose membership may not fall",
            here,
        )
    elif any(keys.index(steps[good]) > keys.index(steps[bad]) for good, bad in pairwise(keys)):
        yield problem(
            *(
                "work-order",
                "良い区分のほうが、悪い行き先になっています",
                "a better class ends up behind a worse one",
            ),
            "良い区分の行き先が、悪い区分の行き先より悪くならないように",
            "what begins better must not end worse",
            here,
        )


def _loop(steps: Mapping[str, str]) -> list[str]:
    """The way round of a mapping that does not come to rest; empty where it does."""
    for start in steps:
        path = [start]
        while (following := steps[path[-1]]) not in path:
            path.append(following)
        if following != path[-1]:
            return [*path[path.index(following) :], following]
    return []


def _falls(row: Row, key: str, to: str, factor: Factor, needs: Needs) -> bool:
    """Whether this step is downward: by the order of classes, or for one of the herbs that it is for."""
    herbs = [name for name in listed(row.get("herbs", "")) if name in needs]
    if not herbs:
        return factor.classes.index(to) > factor.classes.index(key)
    concerned = [one for name in herbs for one in needs[name] if one.factor == factor.key]
    return any(membership_at(one, to) < membership_at(one, key) for one in concerned)
