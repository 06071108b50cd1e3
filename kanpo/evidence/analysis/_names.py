"""What designs, factors and traits are called in sentences."""

from __future__ import annotations

from kanpo.evidence._traits import trait_label
from kanpo.evidence.analysis._design import DesignKind
from kanpo.locale import Text
from kanpo.schema import RECORD_KINDS, TRAITS

_DESIGNS: dict[DesignKind, Text] = {
    "crd": Text("完全無作為法", "completely randomised"),
    "rcbd": Text("乱塊法", "randomised complete blocks"),
    "latin": Text("ラテン方格法", "Latin square"),
    "splitplot": Text("分割区法", "split-plot"),
    "stripplot": Text("細条区法", "strip-plot"),
    "augmented": Text("増補計画", "augmented"),
    "alpha": Text("アルファ計画", "alpha design"),
    "multienv": Text("年次・場所をまたぐ解析", "several environments"),
}
#: Columns of recorded trials and what they hold.
_FIELDS = {field.key: field.label for kind in ("trial", "plot") for field in RECORD_KINDS[kind].fields}
_FIELDS["trial_code"] = Text("試験", "trial")


def design_label(kind: DesignKind) -> Text:
    """A design in words."""
    return _DESIGNS[kind]


def factor_label(name: str) -> Text:
    """A factor, or several with colons between them, as people write them.

    Columns of recorded trials have their Japanese label; an interaction has ``×`` in Japanese.
    """
    parts = [_FIELDS[part].ja if part in _FIELDS else part for part in name.split(":")]
    return Text("×".join(parts), name)


def trait_words(trait: str) -> Text:
    """A trait in quotation marks, with its label where it is one of kanpo's own."""
    key, _, day = trait.partition("@")
    label = trait_label(key)
    done = ("観察", "observed") if key in TRAITS else ("収穫", "harvested")
    of = (f"、{day} の{done[0]}", f", {done[1]} from {day}") if day else ("", "")
    if label.en == key:
        return Text(f"「{key}」{of[0]}", f"'{key}'{of[1]}")
    return Text(f"「{label.ja}」({key}{of[0]})", f"'{label.en}' ({key}{of[1]})")
