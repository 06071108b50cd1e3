"""The report of one herb that closes the loop: was the score right, what would mend it, where to try next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from kanpo.evidence import (
    CLEAR,
    Calibration,
    Posterior,
    Proof,
    calibration_words,
    curve_moves,
    misfit_picture,
    moves,
    proposal_words,
    proposed_rows,
    requirement_picture,
)
from kanpo.locale import Text
from kanpo.plan import Suggestion
from kanpo.reports._comparison_page import Part
from kanpo.schema import FACTORS

#: A curve that moves less than this nowhere looks different.
_LEAST_SEEN = 0.02
_PARCELS = {
    "parcel_id": Text("筆ID", "parcel id"),
    "years": Text("年", "years"),
    "plots": Text("区数", "plots"),
    "value": Text("値", "value"),
    "adjusted": Text("年をならした値", "adjusted for years"),
    "score": Text("適地度", "score"),
    "lower": Text("下限", "lower"),
    "upper": Text("上限", "upper"),
    "rank_value": Text("値の順位", "rank of value"),
    "rank_score": Text("適地度の順位", "rank of score"),
    "proof": Text("予測の証拠", "evidence of the prediction"),
}
_GROUPS = {
    "scores": Text("適地度の幅", "scores"),
    "n": Text("筆数", "parcels"),
    "mean_score": Text("平均適地度", "mean score"),
    "mean_value": Text("平均の値", "mean value"),
    "value_lower": Text("95%下限", "lower 95%"),
    "value_upper": Text("95%上限", "upper 95%"),
}
_FACTORS = {
    "factor": Text("要因", "factor"),
    "n": Text("筆数", "parcels"),
    "rho": Text("外れとの相関", "rho with misfit"),
    "p": Text.same("p"),
    "q": Text("q(FDR)", "q (FDR)"),
    "meaning": Text("意味", "meaning"),
}
_ROWS = {
    "factor": Text("要因", "factor"),
    "now": Text("目録(今)", "catalogue (now)"),
    "weight": Text("重み", "weight"),
    "proposed": Text("提案", "proposal"),
    "proposed_weight": Text("提案の重み", "proposed weight"),
    "learned": Text("分かった割合", "learned"),
}
_SITES = {
    "order": Text("順", "order"),
    "parcel_id": Text("筆ID", "parcel id"),
    "settlement": Text("大字", "settlement"),
    "lot_number": Text("地番", "lot number"),
    "promise": Text("見込み", "promise"),
    "low": Text("低く見て", "low"),
    "high": Text("高く見て", "high"),
    "learns": Text("分かること", "teaches"),
    "why": Text("理由", "why"),
}


def calibration_part(found: Calibration, trait: Text) -> Part:
    """Was the score right? `trait` is what the values are, in words."""
    n, groups = len(found.parcels), len(found.groups)
    points = Text(
        f"点は1筆({n} 筆、指せば筆ID)。横線は適地度の幅(未把握の要因による)、黒い線は{groups}組の平均で、縦線はその95 %信頼区間、破線は組の境。",
        f"Each point is a parcel ({n}; point at it for its id). Across: the interval of its score (unknown factors). "
        f"Dark: means of {groups} groups with 95 % intervals; dashed: where groups part.",
    )
    factors = Text(
        f"{n} 筆。右は、その要因のよい筆が適地度のわりに良く採れたもの、左は採れなかったもの。色は q ≤ 0.1。",
        f"{n} parcels. To the right, sites good in the factor did better than scored, to the left worse. Colour: q ≤ 0.1.",
    )
    open_ = str(Text("はっきりしない", "not clear"))
    named = found.factors.round({"rho": 2}).assign(
        factor=[str(FACTORS[key].label) for key in found.factors["factor"]],
        meaning=[row.meaning if row.q <= CLEAR else open_ for row in found.factors.itertuples()],
    )
    parcels = found.parcels[list(_PARCELS)].round({"score": 2, "lower": 2, "upper": 2})
    parcels["proof"] = [str(Proof(one).label) for one in parcels["proof"]]
    picture = replace(found.picture(), title=str(Text("適地度と実際", "Score and outcome")))
    years = "" if found.year_adjusted or found.parcels["years"].nunique() < 2 else "unknown"
    notes = [
        Text(
            f"値は{trait.ja}。筆ごとに区の平均(複数年は年の平均)。",
            f"Values: {trait.en}, means of the plots of a parcel (over its years).",
        )
    ]
    if years:
        notes.append(Text("年の違いはならしていません。", "The years are not adjusted for."))
    return Part(
        Text("適地度は当たっていたか", "Was the score right?"),
        calibration_words(found),
        [(picture, points), *([(misfit_picture(found), factors)] if len(found.factors) else [])],
        [
            (Text("適地度の組ごと", "Groups by score"), found.groups.round({"mean_score": 2}), _GROUPS),
            (Text("要因と外れ", "Factors and misfit"), named, _FACTORS),
            (Text("筆ごと", "Each parcel"), parcels, _PARCELS),
        ],
        notes,
    )


def proposal_part(posterior: Posterior) -> Part:
    """What the trials would change in the catalogue, with the curves before and after."""
    rows = proposed_rows(posterior)
    before = {row.factor: row for row in posterior.response.requirements}
    learned = moves(posterior).groupby("factor")["learned"].max()
    lines = [
        (
            str(FACTORS[row.factor].label),
            str(before[row.factor].text),
            f"{before[row.factor].weight:.3g}",
            str(row.text),
            f"{row.weight:.3g}",
            f"{learned[row.factor]:.0%}",
        )
        for row in rows
    ]
    pairs = sorted(((before[row.factor], row) for row in rows), key=lambda pair: -curve_moves(*pair))
    seen = [pair for pair in pairs if curve_moves(*pair) >= _LEAST_SEEN]
    caption = Text("破線は目録、実線は提案。", "Dashed: catalogue; line: proposal.")
    note = Text(
        f"図は、適合度がどこかで {_LEAST_SEEN:g} 以上動く要因を、大きく動く順に。ほかは重みだけか、ごくわずかです。",
        f"Pictures: factors whose membership moves by {_LEAST_SEEN:g} or more somewhere, the greatest first.",
    )
    return Part(
        Text("目録を直す提案", "A proposal for the catalogue"),
        proposal_words(posterior, rows),
        [(requirement_picture(*pair), caption) for pair in seen],
        [(Text("動かす行", "Rows that move"), pd.DataFrame(lines, columns=list(_ROWS)), _ROWS)],
        [note] if rows else [],
    )


def suggestion_part(found: Suggestion, limits: Sequence[Text] = ()) -> Part:
    """Where to try next season; `limits` say which parcels were left out."""
    count = len(found.sites)
    sentences = [
        Text(
            f"来季の試験に {count} 筆を提案します。収量の見込みと、試験で分かることの両方で選びました。",
            f"{count} parcels are proposed for next season's trials, by their promise and by what they would teach.",
        )
        if count
        else Text("条件に合う筆がありません。", "No parcel meets the limits.")
    ]
    note = Text(
        "見込みは、全部の条件が合う筆を 1 とした収量の比。幅は 80 %。",
        "Promise: yield relative to a site where everything is as the herb needs it; 80 % range.",
    )
    return Part(
        Text("来季はどこで試すか", "Where to try next"),
        sentences,
        [],
        [
            (
                Text("提案する筆", "Parcels proposed"),
                found.sites[list(_SITES)].round({"promise": 2, "low": 2, "high": 2}),
                _SITES,
            )
        ]
        if count
        else [],
        [note, *limits],
    )
