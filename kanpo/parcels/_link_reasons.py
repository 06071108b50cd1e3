"""Why a link of a register row is as it is, and which links a person should look at."""

from __future__ import annotations

import pandas as pd

from kanpo.locale import Text

#: Why a link is as it is; those a person should see first come first. The last eight need no look.
REASONS: dict[str, Text] = {
    "decision_lost": Text("決めた筆が今はありません", "the parcel decided on is gone"),
    "number_far": Text("地番は同じですが、ピンが遠いです", "same lot number, but the pin is far away"),
    "number_area": Text("地番は同じですが、面積が違います", "same lot number, but the areas differ"),
    "numbers_differ": Text("位置は合いますが、地番が違います", "the place fits, but the lot numbers differ"),
    "settlements_differ": Text(
        "位置は合いますが、大字が違います", "the place fits, but the settlements differ"
    ),
    "stacked": Text("同じ位置にピンが3つ以上あります", "three or more pins lie on one spot"),
    "rival": Text("ほかの筆も同じくらい当てはまります", "another outline fits about as well"),
    "maybe_alone": Text("この筆のポリゴンは無いのかもしれません", "its own outline may be missing"),
    "maybe_linked": Text("近くの筆のどれかかもしれません", "it may be one of the outlines nearby"),
    "number_repeated": Text("同じ地番が2つ以上あります", "the lot number is there more than once"),
    "no_place": Text("位置がなく、地番も合いません", "it has no place and its number is not found"),
    "number": Text("大字と地番が同じ", "same settlement and lot number"),
    "decided": Text("人が決めた", "a person decided"),
    "clear": Text("位置と面積が合う", "place and area fit"),
    "no_fit": Text("近くの筆はどれも合わない", "none of the outlines nearby fits"),
    "no_outline": Text("近くに筆ポリゴンがない", "no outline nearby"),
    "no_pin": Text("大字と地番が同じ(ピンなし)", "same settlement and lot number (no pin)"),
    "same_lot": Text(
        "同じ大字・地番の台帳の行がこの筆",
        "a register row of the same settlement and lot number belongs to it",
    ),
    "registry_map": Text("登記所備付地図の同じ地番がこの筆", "the lot of the land registry's map lies there"),
}


def doubtful(links: pd.DataFrame) -> pd.DataFrame:
    """The links a person should look at, the most urgent first, with `why` as a Text.

    That is all that is not of high confidence: contradictions before close calls, the closest first.
    """
    rank = {code: number for number, code in enumerate(REASONS)}
    found = links[links["confidence"] != "high"]
    found = found.assign(why=found["reason"].map(REASONS), _rank=found["reason"].map(rank))
    ordered = found.sort_values(["_rank", "margin", "register_id"], kind="stable")
    return ordered.drop(columns="_rank").reset_index(drop=True)
