"""What changed in a ranking since the scores before, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kanpo.herbs import Catalogue
from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.store import INPUT_LABELS, Project, Stamp
from kanpo.suitability._project import ScoreSettings, score_inputs
from kanpo.suitability._score import Scores

#: Columns of `Changes.parcels`.
CHANGE_COLUMNS = (
    *("herb_id", "parcel_id", "moved", "old_rank", "rank", "old_class", "class"),
    *("old_limiting_factor", "limiting_factor", "why"),
)
#: Settings of a stamp in words; the rest of it is held against the inputs.
_SETTINGS = {
    "method": Text("総合の方法", "how factors are combined"),
    "weights": Text("重み", "weights"),
    "bounds": Text("区分の境", "bounds of classes"),
}
#: Inputs whose changes reach scores as values of factors.
_OF_FACTORS = ("parcels", "layers", "visits", "factors")


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """What entered and left the best parcels of each herb.

    `parcels` (`CHANGE_COLUMNS`) has one row per herb and parcel that ``entered`` or ``left``; `reasons`
    is what was computed from that is different now, in words; `stayed` counts per herb the parcels that
    are among the best as before; `since` is when the scores before were computed, None where nobody knows.
    """

    parcels: pd.DataFrame
    reasons: tuple[Text, ...]
    stayed: Mapping[str, int]
    since: str | None


def project_changes(
    project: Project,
    catalogue: Catalogue,
    scores: Scores,
    settings: ScoreSettings,
    *,
    top: int,
    stored: bool,
) -> Changes | None:
    """Hold scores against those that a project had before; None where there are none.

    Parameters
    ----------
    scores : Scores
        As they are now.
    settings : ScoreSettings
        By which they were computed.
    top : int
        So many parcels of each herb are the best; all that share the last rank count.
    stored : bool
        Whether `scores` are stored. If not, those that are stored are what stood before.
    """
    stamp = project.computed.stamp("former_scores" if stored else "scores")
    former = {}
    for herb_id in scores.herb_ids:
        table = None if stored else _as_former(project.computed.scores(herb_id))
        # Scores of an earlier definition were set aside when the project was opened.
        former[herb_id] = project.computed.former_scores(herb_id) if table is None or table.empty else table
    parts = [ranking_changes(former[herb_id], scores.frame(herb_id), top) for herb_id in scores.herb_ids]
    if not parts or all(table.empty for table in former.values()):
        return None
    table = pd.concat([part for part, _ in parts], ignore_index=True)
    now = score_inputs(project, catalogue), settings.to_parameters(catalogue)
    return Changes(
        table,
        change_reasons(stamp, *now) if stamp else (),
        {herb_id: stayed for herb_id, (_, stayed) in zip(scores.herb_ids, parts, strict=True)},
        stamp.computed_at if stamp else None,
    )


def _as_former(scores: pd.DataFrame) -> pd.DataFrame:
    """Stored scores in the columns of former ones."""
    return scores.assign(**{"class": _classes(scores)})[
        ["parcel_id", "score", "class", "limiting_factor", "rank"]
    ]


def _classes(frame: pd.DataFrame) -> list[str | None]:
    """The class, or the range of classes with a hyphen; None where none is told."""
    return [
        None if not isinstance(low, str) else low if low == high else f"{low}-{high}"
        for low, high in zip(frame["class_lower"], frame["class_upper"], strict=True)
    ]


def change_reasons(
    before: Stamp, inputs: Mapping[str, str], parameters: Mapping[str, Any]
) -> tuple[Text, ...]:
    """In words, what scores are computed from that is not as it was; the definition first."""
    changed = set(before.changed(inputs))
    if "definition" in inputs and before.inputs.get("definition") != inputs["definition"]:
        changed.add("definition")
    reasons = []
    if "definition" in changed:
        reasons.append(
            Text(
                "適地度の定義が変わった(制限法。面積・道路・傾斜などは事業性に移り、点に入らない)",
                "suitability is defined anew (by limitation; area, road, slope and the like count as workability)",
            )
        )
    if "catalogue" in changed:
        reasons.append(Text("生薬目録が変わった", "the herb catalogue changed"))
    if values := [INPUT_LABELS[key] for key in _OF_FACTORS if key in changed]:
        ja, en = "・".join(each.ja for each in values), ", ".join(each.en for each in values)
        reasons.append(Text(f"要因の値が変わった({ja})", f"values of factors changed ({en})"))
    for key in sorted(changed - {"definition", "catalogue", *_OF_FACTORS}):
        label = INPUT_LABELS.get(key, Text.same(key))
        reasons.append(Text(f"{label.ja}が変わった", f"{label.en} changed"))
    panels = [kept.get("panel") for kept in (before.parameters, parameters)]
    for key, label in _SETTINGS.items():
        # A panel's weights are fitted to the catalogue's; what the panel said counts. A method that
        # came with the definition is no reason of its own.
        same = panels[0] == panels[1] if key == "weights" and any(panels) else False
        same = same or (key == "method" and "definition" in changed)
        if not same and before.parameters.get(key) != parameters.get(key):
            reasons.append(Text(f"{label.ja}が変わった", f"{label.en} changed"))
    return tuple(reasons)


def ranking_changes(former: pd.DataFrame, frame: pd.DataFrame, top: int) -> tuple[pd.DataFrame, int]:
    """Which parcels entered or left the best of one herb.

    Parameters
    ----------
    former : DataFrame
        parcel_id, class, limiting_factor, rank as they were.
    frame : DataFrame
        `Scores.frame` of the herb.

    Returns
    -------
    DataFrame
        `CHANGE_COLUMNS`, those that entered first, by their ranks.
    int
        How many stayed among the best.
    """
    now = frame.assign(**{"class": _classes(frame)}).set_index("parcel_id")
    then = former.set_index("parcel_id")
    # A parcel of which no class can be told is never among the best.
    best_now = set(now.index[(now["rank"] <= top) & now["class"].notna()])
    best_then = set(then.index[then["rank"] <= top])
    # A class that can no longer be told takes no parcel out of the best: its rank does.
    still = best_then & set(now.index[now["rank"] <= top])
    rows = []
    for moved, ids, by in (("entered", best_now - best_then, now), ("left", best_then - still, then)):
        for parcel_id in sorted(ids, key=lambda one: (by.at[one, "rank"], one)):
            old, new = (_line(table, parcel_id) for table in (then, now))
            why = str(_why(old, new))
            rows.append(
                (
                    *(frame["herb_id"].iloc[0], parcel_id, moved, old["rank"], new["rank"]),
                    *(old["class"], new["class"], old["limiting_factor"], new["limiting_factor"], why),
                )
            )
    table = pd.DataFrame(rows, columns=list(CHANGE_COLUMNS))
    for key in ("old_rank", "rank"):
        table[key] = table[key].astype("Int64")
    return table, len(still)


def _line(table: pd.DataFrame, parcel_id: str) -> dict[str, Any]:
    """What is known of a parcel in a table; nothing where it is not there."""
    keys = ("rank", "class", "limiting_factor", "deciding_factor")
    if parcel_id not in table.index:
        return {**dict.fromkeys(keys), "there": False}
    values = {key: table.at[parcel_id, key] if key in table else None for key in keys}
    return {key: None if pd.isna(value) else value for key, value in values.items()} | {"there": True}


def _why(old: Mapping[str, Any], new: Mapping[str, Any]) -> Text:
    """The nearest reason that the numbers of one parcel give."""
    if not old["there"]:
        return Text("前は適地度のなかった筆", "had no score before")
    if not new["there"]:
        return Text("今はない筆", "is no parcel any more")
    if new["class"] is None:
        key = new["deciding_factor"]
        what = FACTORS[key].label if key in FACTORS else Text("要因", "factors")
        return Text(
            f"区分が言えない(まず{what.ja})",
            f"no class can be told ({what.en} first)",
        )
    if "-" in new["class"] and new["deciding_factor"] in FACTORS:
        what = FACTORS[new["deciding_factor"]].label
        return Text(f"測れば変わる(決め手: {what.ja})", f"depends on measuring ({what.en})")
    if old["limiting_factor"] != new["limiting_factor"]:
        was, is_ = (_limit(one["limiting_factor"]) for one in (old, new))
        return Text(f"制限要因: {was.ja} → {is_.ja}", f"limiting factor: {was.en} -> {is_.en}")
    if old["class"] != new["class"]:
        before, after = old["class"], new["class"]
        ja, en = f"{before or 'なし'} → {after}".replace("-", "〜"), f"{before or 'none'} -> {after}"
        return Text(f"区分: {ja}", f"class: {en}")
    return Text("ほかの筆との順が変わった", "others changed places with it")


def _limit(key: str | None) -> Text:
    return FACTORS[key].label if key in FACTORS else Text("なし", "none")
