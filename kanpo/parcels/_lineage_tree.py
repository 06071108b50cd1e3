"""Following parcels through several years of links: where a parcel came from and where it now lies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kanpo.locale import Text
from kanpo.parcels._lineage import LINEAGE_LABELS

#: Links below this confidence are shown as doubtful.
DOUBTFUL = 0.5

_FLIPPED = {
    "old_id": "new_id",
    "new_id": "old_id",
    "share_old": "share_new",
    "share_new": "share_old",
    "old_year": "new_year",
    "new_year": "old_year",
}


def descendants(links: pd.DataFrame, parcel_id: str) -> pd.DataFrame:
    """All parcels of later years that have land of this one.

    Parameters
    ----------
    links : DataFrame
        Links as in `Lineage.links`, of one or several pairs of years, in any order.
    parcel_id : str
        A parcel of any year. Where an id was used for several years, it is taken from the first.

    Returns
    -------
    DataFrame
        ``parcel_id``, ``year``, ``kind`` (of the last step), ``share`` (of the area of the parcel
        asked for, 0 to 1), ``confidence`` (of the weakest link on the way); by year, greatest share
        first. Empty where there are none.
    """
    return _relatives(_forward(links), parcel_id)


def ancestors(links: pd.DataFrame, parcel_id: str) -> pd.DataFrame:
    """All parcels of earlier years whose land this one has; columns as of `descendants`.

    Where an id was used for several years, it is taken from the last. Latest year first.
    """
    found = _relatives(_backward(links), parcel_id)
    found["year"] = -found["year"]
    return found


def successor_of(links: pd.DataFrame, recorded_ids: Iterable[str]) -> pd.DataFrame:
    """The current parcels on the land of parcels for which something was recorded.

    Shares are multiplied along the way, as if what was recorded held evenly for the whole parcel.

    Parameters
    ----------
    links : DataFrame
        Links as in `Lineage.links`, of one or several pairs of years, in any order.
    recorded_ids : iterable of str
        Parcel ids of any year; repeated ids count once.

    Returns
    -------
    DataFrame
        ``old_id``, ``current_id``, ``share`` (of the old parcel), ``kind``, ``confidence``. Every
        recorded id has at least one row. ``kind`` is that of the last link that was not ``same``;
        ``gone``: the land has no parcel any more, ``current_id`` is the last that it had;
        ``current``: a parcel of the latest year; ``unknown``: the id is in no link, so it stays
        what it is. In the order of `recorded_ids`, greatest share first.
    """
    ids = list(dict.fromkeys(recorded_ids))
    reached = _Reached.start(ids)
    for step in _steps(_forward(links)):
        reached = reached.after(step)[0]
    state = reached.state
    known = set(links["new_id"].dropna())
    unmoved = state["kind"] == ""
    state["kind"] = state["kind"].where(~unmoved, np.where(state["id"].isin(known), "current", "unknown"))
    state["order"] = state["origin"].map({key: place for place, key in enumerate(ids)})
    state = state.sort_values(
        ["order", "share", "id"], ascending=[True, False, True], kind="stable", ignore_index=True
    )
    state = state.rename(columns={"origin": "old_id", "id": "current_id"})
    return state[["old_id", "current_id", "share", "kind", "confidence"]]


def lineage_tree(links: pd.DataFrame, parcel_id: str) -> Text:
    """The ancestors and descendants of a parcel as a small tree, one parcel a line.

    Each line has the year, the kind of the link and the share: among descendants that of the
    parcel above it, among ancestors that of the parcel above it that came from there.
    """
    down = _edges(_forward(links), parcel_id)
    up = _edges(_backward(links), parcel_id)
    return Text(
        _told(parcel_id, up, down, Text("もとの筆", "from"), Text("その後の筆", "became"), True),
        _told(parcel_id, up, down, Text("もとの筆", "from"), Text("その後の筆", "became"), False),
    )


def _forward(links: pd.DataFrame) -> pd.DataFrame:
    """Links as steps ``from_id``, ``to_id``, ``share``, ``from_year``, ``to_year``, ``kind``."""
    steps = links[links["old_id"].notna()].rename(
        columns={
            "old_id": "from_id",
            "new_id": "to_id",
            "share_old": "share",
            "old_year": "from_year",
            "new_year": "to_year",
        }
    )
    return steps[["from_id", "to_id", "share", "kind", "confidence", "from_year", "to_year"]]


def _backward(links: pd.DataFrame) -> pd.DataFrame:
    """The same back in time: years are negative, so that they grow along the way here too."""
    flipped = links.rename(columns=_FLIPPED)
    flipped[["old_year", "new_year"]] = -flipped[["old_year", "new_year"]]
    return _forward(flipped)


def _steps(links: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for _, step in links.groupby(["from_year", "to_year"], sort=True):
        yield step


@dataclass(frozen=True, slots=True, eq=False)
class _Reached:
    """Where one has come to: ``origin``, ``id``, ``year``, ``share``, ``kind``, ``confidence``."""

    state: pd.DataFrame

    @classmethod
    def start(cls, ids: list[str]) -> _Reached:
        state = pd.DataFrame({"origin": ids, "id": ids}, dtype=object)
        return cls(state.assign(year=-np.inf, share=1.0, kind="", confidence=1.0).astype({"kind": object}))

    def after(self, step: pd.DataFrame) -> tuple[_Reached, pd.DataFrame]:
        """What is reached after the links of a pair of years, and the links that were walked.

        An id that stayed in use is walked on only from the year in which it was reached.
        """
        state = self.state
        leaving = (
            (state["kind"] != "gone")
            & (state["year"] <= step["from_year"].iloc[0])
            & state["id"].isin(step["from_id"])
        )
        if not leaving.any():
            return self, step.iloc[:0].assign(at_year=0.0, reached=0.0)
        walked = state[leaving].merge(
            step, left_on="id", right_on="from_id", suffixes=("_before", ""), sort=False
        )
        walked["reached"] = walked["share_before"] * walked["share"]
        gone = walked["to_id"].isna()
        moved = pd.DataFrame(
            {
                "origin": walked["origin"],
                "id": walked["to_id"].where(~gone, walked["from_id"]),
                "year": walked["to_year"].astype(float),
                "share": walked["reached"],
                "kind": walked["kind"].where(
                    (walked["kind"] != "same") | (walked["kind_before"] == ""), walked["kind_before"]
                ),
                "confidence": np.minimum(walked["confidence_before"], walked["confidence"]),
            }
        )
        walked = walked.assign(at_year=walked["year"])
        return _Reached(_joined(pd.concat([state[~leaving], moved], ignore_index=True))), walked


def _joined(state: pd.DataFrame) -> pd.DataFrame:
    """Ways that meet again are one: their shares add up, the widest gives the kind."""
    state = state.assign(gone=state["kind"] == "gone").sort_values(
        ["origin", "id", "share", "kind"], ascending=[True, True, False, True], kind="stable"
    )
    met = state.groupby(["origin", "id", "year", "gone"], sort=False, as_index=False).agg(
        {"share": "sum", "kind": "first", "confidence": "first"}
    )
    met["share"] = met["share"].clip(upper=1.0)
    return met.drop(columns="gone")


def _edges(links: pd.DataFrame, parcel_id: str) -> pd.DataFrame:
    """All links that are walked from a parcel, each once."""
    reached = _Reached.start([parcel_id])
    walked = []
    for step in _steps(links):
        reached, edges = reached.after(step)
        if len(edges):
            walked.append(edges)
    columns = [*("from_id", "to_id", "share", "kind", "confidence"), *("to_year", "at_year", "reached")]
    if not walked:
        return pd.DataFrame(columns=[*columns, "weakest"])
    edges = pd.concat(walked, ignore_index=True)
    edges["weakest"] = np.minimum(edges["confidence"], edges["confidence_before"])
    return edges[[*columns, "weakest"]]


def _relatives(links: pd.DataFrame, parcel_id: str) -> pd.DataFrame:
    edges = _edges(links, parcel_id)
    edges = edges[edges["to_id"].notna()].sort_values(
        ["to_year", "to_id", "reached"], ascending=[True, True, False], kind="stable"
    )
    met = edges.groupby(["to_id", "to_year"], sort=True, as_index=False).agg(
        kind=("kind", "first"), share=("reached", "sum"), confidence=("weakest", "first")
    )
    met["share"] = met["share"].astype(float).clip(upper=1.0)
    met = met.rename(columns={"to_id": "parcel_id", "to_year": "year"})
    met = met[["parcel_id", "year", "kind", "share", "confidence"]]
    return met.sort_values(
        ["year", "share", "parcel_id"], ascending=[True, False, True], kind="stable", ignore_index=True
    )


def _told(
    parcel_id: str, up: pd.DataFrame, down: pd.DataFrame, came: Text, became: Text, japanese: bool
) -> str:
    lines = [_plain(parcel_id)]
    for title, edges in ((came, up), (became, down)):
        branches = _branches(edges, parcel_id, -np.inf, japanese)
        if branches:
            lines += [(title.ja if japanese else title.en) + ":", *branches]
    if len(lines) == 1:
        lines.append("前後の年度の筆はありません" if japanese else "no parcels of other years")
    return "\n".join(lines)


def _branches(edges: pd.DataFrame, parcel_id: str, year: float, japanese: bool) -> list[str]:
    """Lines below a parcel; as deep as there are years."""
    here = edges[(edges["from_id"] == parcel_id) & (edges["at_year"] == year)]
    here = here.sort_values(["share", "to_id"], ascending=[False, True], kind="stable")
    lines = []
    for number, edge in enumerate(here.itertuples(), start=1):
        last = number == len(here)
        lines.append(("└─ " if last else "├─ ") + _line(edge, japanese))
        if isinstance(edge.to_id, str):
            below = _branches(edges, edge.to_id, float(edge.to_year), japanese)
            lines += [("   " if last else "│  ") + line for line in below]
    return lines


def _line(edge: object, japanese: bool) -> str:
    to_id, kind, year = edge.to_id, edge.kind, abs(int(edge.to_year))  # type: ignore[attr-defined]
    share, confidence = edge.share, edge.confidence  # type: ignore[attr-defined]
    label = LINEAGE_LABELS[kind]
    percent = f"{100 * share:.0f} %"
    words = [label.ja if japanese else label.en, percent]
    if year:
        words.insert(0, f"{year}年" if japanese else str(year))
    if isinstance(to_id, str):
        words.insert(0, _plain(to_id))
    if confidence < DOUBTFUL:
        words.append("(要確認)" if japanese else "(doubtful)")
    return "  ".join(words)


def _plain(text: str) -> str:
    """An id on one line of a terminal, whatever characters a file put into it."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
