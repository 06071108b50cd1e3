"""What to ask a panel: which factors, in which pairs, in which order."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from kanpo.errors import Place, UsageError
from kanpo.herbs import Catalogue
from kanpo.locale import Text
from kanpo.reading import normalise
from kanpo.schema import FACTORS


@dataclass(frozen=True, slots=True)
class QuestionPair:
    """How many times as important is `first` as `second`? Both are keys of `FACTORS`."""

    first: str
    second: str


def factors_to_compare(
    catalogue: Catalogue, herb_id: str | None = None, names: Sequence[str] = ()
) -> tuple[str, ...]:
    """Keys of the factors to compare: those named, else those the herb needs, else all.

    Parameters
    ----------
    herb_id : str, optional
        A herb of the catalogue.
    names : sequence of str
        Factors by key or label.

    Raises
    ------
    UsageError
        A name is no factor, the herb does not need it, or fewer than two are left.
    """
    needed = tuple(FACTORS)
    if herb_id is not None:
        needed = tuple(requirement.factor for requirement in catalogue.requirements_of(herb_id))
    chosen = dict.fromkeys(_named(name, needed) for name in names) or dict.fromkeys(needed)
    if len(chosen) < 2:
        raise UsageError(
            "weights.one-factor",
            Text("比べる要因が1つしかありません", "there is only one factor to compare"),
            Text("--factor を2つ以上付けてください", "give --factor twice or more"),
            Place(column="--factor"),
        )
    return tuple(chosen)


def questions(factors: Sequence[str]) -> tuple[QuestionPair, ...]:
    """Every pair of factors once, in rounds, so that whoever stops early has connected all factors.

    The first round goes once around: each factor with the next, the last with the first. Each
    further round goes in greater steps.
    """
    n = len(factors)
    pairs: dict[frozenset[int], QuestionPair] = {}
    for step in range(1, n // 2 + 1):
        for first in range(n):
            second = (first + step) % n
            pairs.setdefault(frozenset((first, second)), QuestionPair(factors[first], factors[second]))
    return tuple(pairs.values())


def factor_of(text: str) -> str | None:
    """The key of the factor that a key or label names; None where there is none."""
    wanted = normalise(text).casefold()
    for key, factor in FACTORS.items():
        if wanted in (key, normalise(factor.label.ja).casefold(), normalise(factor.label.en).casefold()):
            return key
    return None


def nearest_factor(text: str) -> Text:
    """How to mend an unknown factor: the nearest one, or where to find the list."""
    names = {name: key for key, f in FACTORS.items() for name in (key, f.label.ja, f.label.en)}
    near = difflib.get_close_matches(normalise(text), names, n=1, cutoff=0.5)
    if near:
        key = names[near[0]]
        return Text(f"もしかして: {key}({FACTORS[key].label.ja})", f"did you mean {key}?")
    return Text(f"使える要因: {'、'.join(FACTORS)}", f"factors: {', '.join(FACTORS)}")


def _named(name: str, needed: Sequence[str]) -> str:
    key = factor_of(name)
    if key is None:
        raise UsageError(
            "weights.factor-unknown",
            Text("そういう要因はありません", "there is no such factor"),
            nearest_factor(name),
            Place(column="--factor", value=name),
        )
    if key not in needed:
        raise UsageError(
            "weights.factor-not-needed",
            Text("この生薬の要求条件にない要因です", "the herb needs nothing of this factor"),
            Text(f"使える要因: {'、'.join(needed)}", f"factors: {', '.join(needed)}"),
            Place(column="--factor", value=name),
        )
    return key
