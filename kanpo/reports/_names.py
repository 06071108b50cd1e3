"""What columns, traits and the words of R are called on a page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kanpo.evidence import Analysis, factor_label, trait_label, trait_unit
from kanpo.locale import Text
from kanpo.schema import RECORD_KINDS

#: Words of R, which stay beside the Japanese ones: a reviewer compares them with R's own tables.
_OF_R = {
    "Within": Text("区内(Within)", "Within"),
    "Residuals": Text("残差(Residuals)", "Residuals"),
    "Residual": Text("残差(Residual)", "Residual"),
    "REML": Text("混合モデル(REML)", "mixed model (REML)"),
    " checks": Text(" 標準どうし(checks)", " checks"),
    " checks vs new": Text(" 標準と新しい系統(checks vs new)", " checks vs new"),
    " new": Text(" 新しい系統どうし(new)", " new"),
}


@dataclass(frozen=True, slots=True)
class Names:
    """Words for parts of terms, and those of them that a recorded trial brings (not a person's table)."""

    words: Mapping[str, Text]
    recorded: frozenset[str]

    def of(self, term: object) -> Text:
        """A term in words, part by part."""
        parts = [self.words.get(part, factor_label(part)) for part in str(term).split(":")]
        return Text("×".join(part.ja for part in parts), ":".join(part.en for part in parts))

    def noted(self, note: Text) -> Text:
        """A note, which names columns and terms only, in words."""
        return self._replaced(note, r"(?:(?<=[「'、(])|(?<=, )|^)", r"(?=[」'、,)]| の| is| are)")

    def _replaced(self, text: Text, before: str, after: str) -> Text:
        if not self.recorded:
            return text
        one = "|".join(sorted(map(re.escape, {*self.recorded, "Within"}), key=len, reverse=True))
        place = re.compile(rf"{before}((?:{one})(?::(?:{one}))*){after}")
        return Text(
            place.sub(lambda found: self.of(found[1]).ja, text.ja),
            place.sub(lambda found: self.of(found[1]).en, text.en),
        )

    def trait(self, trait: str) -> Text:
        """A trait with its unit."""
        if trait not in self.recorded:
            return Text.same(trait)
        word, unit = self.words[trait], trait_unit(trait.partition("@")[0])
        return word if unit in ("", "-") else Text(f"{word.ja}({unit})", f"{word.en} ({unit})")


def term_words(name: str) -> Text:
    """A term in words: columns that every trial has, and the words of R."""
    return Names(_OF_R, frozenset()).of(name)


def names_of(found: Analysis, *, recorded: bool) -> Names:
    """The names of an analysis: those of a recorded trial in the words of the schema, others as they are."""
    words = dict(_OF_R)
    if not recorded:
        return Names(words, frozenset())
    fields = {field.key: field.label for field in RECORD_KINDS["plot"].fields}
    factors = found.design.factors
    told = {name: fields[name] for name in factors if name in fields}
    told |= {name: trait_label(name) for name in found.design.covariates}
    key, _, day = found.trait.partition("@")
    label = trait_label(key)
    told[found.trait] = Text(f"{label.ja} {day}", f"{label.en} {day}") if day else label
    return Names(words | told, frozenset(told))
