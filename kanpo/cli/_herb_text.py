"""The catalogue's tables as people read them: words in place of keys, and what its sources are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kanpo.cli._present import say
from kanpo.locale import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from kanpo.herbs import Catalogue

CONFIDENCES = {
    "high": Text("高", "high"),
    "medium": Text("中", "medium"),
    "low": Text("低(要確認)", "low (to be confirmed)"),
}
_ORIGINS = {
    "yes": Text("産地", "grown"),
    "none": Text("産地でない", "not grown"),
    "unclear": Text("分からない", "not clear"),
}
#: Words for the kinds of notes on a catalogue.
_NOTES = {
    "mild": Text("効きの弱い要因", "mild factor"),
    "alike": Text("区別できない生薬", "herbs alike"),
    "density": Text("密度と株間", "density and spacing"),
    "reference": Text("参考", "reference only"),
}


def in_words(table: pd.DataFrame) -> pd.DataFrame:
    """Confidences in words, numbers that are weights without digits that say nothing."""
    shown = table.copy()
    for key in ("confidence", "cost_confidence"):
        if key in shown:
            shown[key] = _worded(shown[key], CONFIDENCES)
    if "weight" in shown:
        shown["weight"] = [f"{weight:g}" for weight in shown["weight"]]
    return shown


def notes_in_words(notes: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """What is worth knowing of a catalogue, with herbs and factors by their names."""
    from kanpo.schema import FACTORS

    return notes.assign(
        note=_worded(notes["note"], _NOTES),
        herb_id=[
            str(Text("、", ", ")).join(_herb(one, catalogue) for one in herbs.split(";"))
            for herbs in notes["herb_id"]
        ],
        factor=[str(FACTORS[key].label) if key in FACTORS else "-" for key in notes["factor"]],
    )


def origins_in_words(sites: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Known places with herbs, factors and confidences by their names."""
    from kanpo.schema import FACTORS

    return in_words(
        sites.assign(
            herb_id=[_herb(herb_id, catalogue) for herb_id in sites["herb_id"]],
            origin=_worded(sites["origin"], _ORIGINS),
            factors=[
                str(Text("、", ", ")).join(str(FACTORS[key].label) for key in keys.split(";") if key)
                for keys in sites["factors"]
            ],
        )
    )


def separation_in_words(table: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """How well climate tells origins, with herbs by their names."""
    pooled = str(Text("全部の生薬をまとめて", "all herbs pooled"))
    return table.assign(
        scope=[pooled if scope == "pooled" else _herb(scope, catalogue) for scope in table["scope"]]
    )


def say_sources(catalogue: Catalogue, cells: Iterable[str]) -> None:
    """Which works the short names of sources in a table stand for."""
    names = dict.fromkeys(name.strip() for cell in cells for name in str(cell).split(";") if name.strip())
    if names:
        say(Text("出典:", "sources:"))
        for name in names:
            say(Text.same(f"  {name}: {catalogue.source_title(name)}"))


def _herb(herb_id: str, catalogue: Catalogue) -> str:
    if herb_id == "*":
        return str(Text("(共通)", "(every herb)"))
    return str(catalogue.herbs[herb_id].label) if herb_id in catalogue.herbs else herb_id


def _worded(keys: Iterable[str], words: dict[str, Text]) -> list[str]:
    return [str(words.get(key, Text.same(key))) for key in keys]
