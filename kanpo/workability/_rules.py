"""Rules that are said beside the costs: land that is not worth it, subsidies, the same herb again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kanpo.herbs import Catalogue
from kanpo.locale import Text
from kanpo.store import Project
from kanpo.workability._ground import Ground


@dataclass(frozen=True, slots=True)
class Rule:
    """A sentence with its source and how sure that is; `code` names the rule."""

    code: str
    text: Text
    source: str
    confidence: str


_ASK = Text(
    "要件は年度と地区で変わるので、農業委員会に確かめてください",
    "the rules change every year and from place to place: ask the agricultural committee",
)

NOT_WORTH = Rule(
    "class_b",
    Text(
        "B分類(再生利用が困難)は、ふつう費用に見合いません。農業委員会が非農地と判断していることもあります。",
        "Class B (hard to restore) is as a rule not worth it; the agricultural committee may have decided that it "
        "is no farmland.",
    ),
    "slides; expert",
    "low",
)

#: By class of idle farmland; what is not of class 1 is not eligible by these rules.
SUBSIDIES = {
    "1_green": Rule(
        "green",
        Text(
            f"緑区分(草刈り等で直ちに耕作できる1号遊休農地)は、遊休農地を解消する補助の対象になりえます"
            f"(例: 上限 43,000円/10a、2023年度。農用地区域内・農地バンクに10年以上など)。{_ASK.ja}。",
            f"Idle class 1 green (can be cropped after mowing) may be eligible for subsidies that end idleness "
            f"(for example up to 43,000 yen/10a in FY2023, inside the farm promotion zone, 10 years or more "
            f"with the farmland bank); {_ASK.en}.",
        ),
        "akita_yukyu",
        "high",
    ),
    "1_yellow": Rule(
        "yellow",
        Text(
            "黄区分(基盤整備などが要る1号遊休農地)は、緑区分だけの補助の対象ではありません。"
            f"工事を伴う再生の補助(例: 10aあたり工事費 10万円以上)を確かめてください。{_ASK.ja}。",
            "Idle class 1 yellow (needs works) is not eligible where only green is; look for subsidies of "
            f"restoration with works (for example works of 100,000 yen/10a or more); {_ASK.en}.",
        ),
        "akita_yukyu; kagawa",
        "high",
    ),
    "1": Rule(
        "class_1",
        Text(
            f"1号遊休農地は、緑区分か黄区分かで使える補助が変わります。どちらかを確かめてください。{_ASK.ja}。",
            f"Which subsidies idle class 1 is eligible for depends on green or yellow: find out which; {_ASK.en}.",
        ),
        "akita_yukyu; kagawa",
        "high",
    ),
}


def may_be_subsidised(ground: Ground) -> np.ndarray:
    """Which parcels (N,) are of a class for which there are subsidies; unknown ones are not."""
    return np.isin(ground.idle_class.astype(str), list(SUBSIDIES))


def rules_of(ground: Ground, at: int) -> tuple[Rule, ...]:
    """The rules for one parcel."""
    rules = [NOT_WORTH] if ground.devastation_class[at] == "B" else []
    subsidy = SUBSIDIES.get(str(ground.idle_class[at]))
    return (*rules, *([subsidy] if subsidy else []))


def previous_crops(project: Project) -> pd.DataFrame:
    """Parcels, herbs and newest seasons of the trials of a project: what is known to have grown where."""
    trials = project.journal.read("trial")[["parcel_id", "herb_id", "season"]].dropna()
    return trials.groupby(["parcel_id", "herb_id"], as_index=False)["season"].max()


def replant_rules(
    previous: pd.DataFrame, parcel_id: str, herb_id: str, catalogue: Catalogue, year: int
) -> tuple[Rule, ...]:
    """What is to be said where the same herb stood there before."""
    same = previous[(previous["parcel_id"] == parcel_id) & (previous["herb_id"] == herb_id)]
    if same.empty:
        return ()
    herb, season = catalogue.herbs[herb_id], int(same["season"].max())
    name, before = herb.label, Text(f"{season}年", f"in {season}")
    if herb.replant_years is None:
        said = Text(
            f"{before.ja}に同じ生薬({name.ja})を作っています。何年あけるかは目録にありません。",
            f"The same herb ({name.en}) stood here {before.en}; the catalogue does not say how long to wait.",
        )
    elif year - season < herb.replant_years:
        free = season + int(np.ceil(herb.replant_years))
        said = Text(
            f"{before.ja}に同じ生薬({name.ja})を作っています。{herb.replant_years:g}年あける決まりなので、{free}年から作れます。",
            f"The same herb ({name.en}) stood here {before.en}; {herb.replant_years:g} years have to pass: from {free}.",
        )
    else:
        return ()
    return (Rule("replant", said, herb.source, herb.confidence),)
