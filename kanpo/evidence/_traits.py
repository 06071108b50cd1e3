"""Traits and yields by the names that people have for them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from kanpo.errors import UsageError
from kanpo.locale import Text
from kanpo.reading import normalise
from kanpo.schema import TRAITS

YIELDS = {
    "yield_fresh_kg_per_10a": Text("生収量", "fresh yield"),
    "yield_dry_kg_per_10a": Text("乾燥収量", "dry yield"),
    "dry_fresh_ratio": Text("乾物歩留り", "dry to fresh"),
}
#: What the yields are called besides.
_ALSO = {
    "yield_fresh_kg_per_10a": ("生重収量", "新鮮重収量"),
    "yield_dry_kg_per_10a": ("乾物収量", "乾物重収量", "乾重収量"),
    "dry_fresh_ratio": ("乾物率", "歩留り", "歩留まり", "乾物歩留まり"),
}
_NAMED = 5


def trait_label(trait: str) -> Text:
    """What a trait or yield is called."""
    if trait in TRAITS:
        return TRAITS[trait].label
    return YIELDS.get(trait, Text.same(trait))


def find_trait(words: str, known: Iterable[str], where: Text) -> str:
    """The trait that is meant by its key, its name in either language, or a part of one that fits no other.

    Parameters
    ----------
    known : iterable of str
        The traits to choose from.
    where : Text
        What has them, for the message.

    Raises
    ------
    UsageError
        None or several fit; the near ones are named.
    """
    traits = list(known)
    if words in traits:
        return words
    names = {trait: _names(trait) for trait in traits}
    wanted = _plain(words)
    same = [trait for trait in traits if wanted in names[trait]]
    within = [trait for trait in traits if wanted and any(wanted in name for name in names[trait])]
    for fitting in (same, within):
        if len(fitting) == 1:
            return fitting[0]
    raise _unknown(words, within or _near(wanted, names), traits, where, several=len(within) > 1)


def _names(trait: str) -> tuple[str, ...]:
    label = trait_label(trait)
    return tuple(_plain(name) for name in (trait, label.ja, label.en, *_ALSO.get(trait, ())))


def _plain(words: str) -> str:
    return normalise(words).casefold().replace(" ", "")


def _near(wanted: str, names: dict[str, tuple[str, ...]]) -> list[str]:
    owners = {name: trait for trait, all_names in names.items() for name in all_names}
    near = difflib.get_close_matches(wanted, owners, n=_NAMED, cutoff=0.5)
    return list(dict.fromkeys(owners[name] for name in near))


def _unknown(words: str, near: list[str], known: list[str], where: Text, *, several: bool) -> UsageError:
    shown = [f"{trait_label(trait)}({trait})" for trait in (near or known)]
    ja, en = "、".join(shown) or "なし", ", ".join(shown) or "none"
    if several:
        what = Text(f"「{words}」に当てはまる項目が {len(near)} つあります", f"several traits fit '{words}'")
        return UsageError(
            "analysis.which-trait", what, Text(f"どれか1つを指定してください: {ja}", f"name one: {en}")
        )
    return UsageError(
        "analysis.unknown-trait",
        Text(f"{where.ja}に「{words}」の値はありません", f"there are no values of '{words}' in {where.en}"),
        Text(f"もしかして: {ja}", f"did you mean: {en}?")
        if near
        else Text(f"ある項目: {ja}", f"traits: {en}"),
    )
