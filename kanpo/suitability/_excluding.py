"""At which values a factor that nobody has measured would exclude a parcel, and how often it does elsewhere.

The lower bound of a parcel takes what is not known at its worst over the whole curve, however rare
that is: a soil of pH 3 is possible, so that nothing better may be promised. How rare it is among the
parcels that have been looked at stands beside it, and moves no number.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from kanpo.herbs import Catalogue, Requirement
from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.sites import Factors
from kanpo.suitability._membership import membership


@dataclass(frozen=True, slots=True)
class Excluding:
    """Of the `known` parcels whose factor is known, the `excluded` ones that it excludes for the herb."""

    requirement: Requirement
    known: int
    excluded: int

    @property
    def values(self) -> Text:
        """The values that exclude, in words."""
        unit = FACTORS[self.requirement.factor].unit_label
        if self.requirement.kind == "classes":
            labels = FACTORS[self.requirement.factor].class_labels
            fatal = [labels[key] for key, value in self.requirement.classes.items() if value == 0]
            return Text("・".join(one.ja for one in fatal), " or ".join(one.en for one in fatal))
        curved = self.requirement.bell is not None or bool(self.requirement.points)
        least, _, _, most = (None, None, None, None) if curved else self.requirement.corners
        ja: list[str] = []
        en: list[str] = []
        if least is not None:
            ja.append(f"{least:g}{unit.ja}未満")
            en.append(f"below {least:g} {unit.en}".rstrip())
        if most is not None:
            ja.append(f"{most:g}{unit.ja}超")
            en.append(f"above {most:g} {unit.en}".rstrip())
        return Text("か".join(ja) or "合わない値", " or ".join(en) or "a value that does not suit")

    @property
    def text(self) -> Text:
        """The values that exclude, and how many of the parcels that are known have one."""
        values = self.values
        if not self.known:
            return Text(f"除外もあり得る: {values.ja}", f"may exclude: {values.en}")
        return Text(
            f"除外もあり得る: {values.ja}。分かっている {self.known:,} 筆では {self.excluded:,} 筆",
            f"may exclude: {values.en}, as in {self.excluded:,} of the {self.known:,} parcels known",
        )


def excluding(factors: Factors, requirement: Requirement) -> Excluding:
    """How many of the parcels whose factor is known it excludes by this requirement."""
    fits = membership(requirement, factors.columns()[requirement.factor])
    known = factors.values[requirement.factor].notna().to_numpy()
    return Excluding(requirement, int(known.sum()), int((fits[known] == 0).sum()))


def excluding_notes(table: pd.DataFrame, factors: Factors, catalogue: Catalogue) -> list[Text]:
    """For ranked parcels that may yet be excluded: by which values of what would decide, herb by herb.

    Parameters
    ----------
    table : DataFrame
        herb_id, class_lower, class_upper and deciding (key of the factor), one row per parcel.
    """
    notes = []
    open_ = table[table["class_lower"].isin(["N1", "N2"]) & ~table["class_upper"].isin(["N1", "N2"])]
    for herb_id, key in open_[["herb_id", "deciding"]].drop_duplicates().itertuples(index=False):
        needs = {need.factor: need for need in catalogue.requirements_of(str(herb_id))}
        if key in needs and needs[key].knock_out:
            herb, label = catalogue.herbs[str(herb_id)].label, FACTORS[key].label
            said = excluding(factors, needs[key]).text
            notes.append(Text(f"{herb.ja}: {label.ja}({said.ja})。", f"{herb.en}: {label.en} ({said.en})."))
    return notes
