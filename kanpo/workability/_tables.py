"""Workability as the tables that people read."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kanpo.herbs import Catalogue
from kanpo.locale import Text, language
from kanpo.suitability import Scores
from kanpo.workability._text import HOURS, YEN, fact_label, range_text
from kanpo.workability._workability import Workability

#: What there is only where an assumption was answered.
_WHERE_ANSWERED = ("yen_year", "subsidy")
#: What stands of the suitability beside the costs.
CLASSES = ("class_lower", "class_upper", "potential_class_lower", "potential_class_upper")


def cost_table(
    costs: Workability, herb_id: str, parcels: pd.DataFrame, scores: Scores | None = None
) -> pd.DataFrame:
    """One row per parcel, the cheapest first: `Workability.frame` with settlement and lot number.

    With `scores` (of all these parcels) the classes that the parcel may have stand beside it, as it lies
    and after works: what is cheap may not suit the herb.

    By the middle of the yen, those with an open end behind those without, then by the lower end, the
    hours and the id.
    """
    frame = costs.frame(herb_id)
    names = pd.DataFrame(parcels)[["parcel_id", "settlement", "lot_number"]]
    table = names.merge(frame, on="parcel_id", how="right")
    if scores is not None:
        classes = scores.frame(herb_id)[["parcel_id", *CLASSES]]
        if scores.unsourced[scores.herb_ids.index(herb_id)]:
            # A herb for reference has a range of scores and no class.
            classes = classes.assign(**dict.fromkeys(CLASSES))
        table = table.merge(classes, on="parcel_id", how="left")
    middle = table[["yen_per_10a_low", "yen_per_10a_high"]].mean(axis=1, skipna=False)
    order = np.lexsort(
        (
            table["parcel_id"].to_numpy(dtype=str),
            table["hours_per_10a_low"],
            table["hours_per_10a_high"].isna(),
            table["yen_per_10a_low"],
            middle.fillna(np.inf),
        )
    )
    return table.iloc[order].reset_index(drop=True)


def in_words(table: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """A table of costs with each range in one cell and works by their names, for the screen."""
    shown = table[["parcel_id", "settlement", "lot_number"]].copy()
    if CLASSES[0] in table:
        for name, prefix in (("class", ""), ("potential", "potential_")):
            ends = zip(table[f"{prefix}class_lower"], table[f"{prefix}class_upper"], strict=True)
            shown[name] = [_classes(low, high) for low, high in ends]
    for name, key, unit in (
        ("yen", "yen_per_10a", YEN),
        ("hours", "hours_per_10a", HOURS),
        ("yen_year", "yen_per_10a_year", YEN),
        ("subsidy", "subsidy_yen_per_10a", YEN),
    ):
        ends = zip(table[f"{key}_low"], table[f"{key}_high"], strict=True)
        shown[name] = [str(range_text(low, high, unit)) for low, high in ends]
        if name in _WHERE_ANSWERED:
            shown[name] = shown[name].where(table[f"{key}_low"].notna(), "-")
            if table[f"{key}_low"].isna().all():
                shown = shown.drop(columns=name)
    names = {work.work_id: str(work.label) for work in catalogue.works}
    shown["works"] = [
        "+".join(names.get(key, key) for key in str(keys).split(";")) if keys else "-"
        for keys in table["works"]
    ]
    class_known = table["unknown"].str.split(";").map(lambda keys: "devastation_class" not in keys)
    shown["not_worth"] = [
        str((Text("はい", "yes") if b else Text("いいえ", "no")) if known else Text("不明", "unknown"))
        for b, known in zip(table["not_worth"], class_known, strict=True)
    ]
    comma = str(Text("、", ", "))
    shown["unknown"] = [
        comma.join(_label(key) for key in str(keys).split(";") if key) for keys in table["unknown"]
    ]
    return shown


def _classes(low: str | None, high: str | None) -> str:
    if not isinstance(low, str) or not isinstance(high, str):
        return str(Text("不明", "unknown"))
    return low if low == high else f"{low}〜{high}"


def _label(key: str) -> str:
    # Full English names of factors are sentences; the key is enough in a table.
    return fact_label(key).ja if language() == "ja" else key
