"""What may be said of the class of a site where a trial is suggested."""

from __future__ import annotations

import pandas as pd

from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.suitability import Certainty, Scores

#: Columns that scores add to suggested sites.
CLASS_COLUMNS = ("class_lower", "class_upper", "certainty")


def add_classes(sites: pd.DataFrame, scores: Scores | None) -> pd.DataFrame:
    """Suggested sites (parcel_id, herb_id, why) with `CLASS_COLUMNS`, and their classes in ``why``.

    A high promise of a site of which too little is known is said to be just that.
    """
    if scores is None or sites.empty:
        return sites.assign(**dict.fromkeys(CLASS_COLUMNS))
    frames = {herb: scores.frame(herb).set_index("parcel_id") for herb in dict.fromkeys(sites["herb_id"])}
    rows = [
        frames[herb].loc[parcel] for herb, parcel in zip(sites["herb_id"], sites["parcel_id"], strict=True)
    ]
    reference = dict(zip(scores.herb_ids, scores.unsourced.tolist(), strict=True))
    words = [
        str(_words(row, reference=reference[herb])) for row, herb in zip(rows, sites["herb_id"], strict=True)
    ]
    told = pd.DataFrame([row[list(CLASS_COLUMNS)] for row in rows]).reset_index(drop=True).astype(object)
    told = told.where(told.notna(), None)
    stop = Text("。", ". ")
    why = [f"{why}{stop}{more}" for why, more in zip(sites["why"], words, strict=True)]
    return sites.assign(**{key: told[key].tolist() for key in CLASS_COLUMNS}, why=why)


def _words(row: pd.Series, *, reference: bool) -> Text:
    """The class of one site in a sentence."""
    if reference:
        return Text("参考の生薬で、区分は言いません。", "A herb for reference: no class is told.")
    low, high = row["class_lower"], row["class_upper"]
    if not isinstance(low, str):
        return Text(
            "適地の区分はまだ言えません(不明)。よい筆だと分かっているのではありません。",
            "No class can be told yet (unknown): it is not known to be a good site.",
        )
    kind = Certainty[str(row["certainty"]).upper()].label
    factor = row["deciding_factor"]
    deciding = FACTORS[factor].label if low != high and factor in FACTORS else None
    ja, en = (f"、決め手 {deciding.ja}", f", {deciding.en} would decide") if deciding else ("", "")
    span_ja, span_en = (low, low) if low == high else (f"{low}〜{high}", f"{low} to {high}")
    first = Text("", "")
    if deciding and low in ("N1", "N2"):
        first = Text(
            f"不適かもしれないので、試験の前に{deciding.ja}を調べてください。",
            f" It may be unsuitable: find out {deciding.en} before the trial.",
        )
    return Text(f"区分 {span_ja}({kind.ja}{ja})。{first.ja}", f"Class {span_en} ({kind.en}{en}).{first.en}")
