"""``kanpo costs``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kanpo.cli._click import command, option
from kanpo.cli._discover import catalogue_of, find_project
from kanpo.cli._limits_text import say_stale
from kanpo.cli._number import Number, Whole
from kanpo.cli._options import output_options, project_option
from kanpo.cli._present import say, show_table
from kanpo.cli._selection import say_selection, selection_options
from kanpo.locale import Text

if TYPE_CHECKING:
    import pandas as pd

    from kanpo.parcels import ParcelFilter

_LABELS = {
    "parcel_id": Text("筆ID", "parcel id"),
    "herb_id": Text("生薬", "herb"),
    "settlement": Text("大字", "settlement"),
    "lot_number": Text("地番", "lot number"),
    "class": Text("現況", "as it lies"),
    "potential": Text("改良後", "after works"),
    "yen": Text("円/10a", "yen per 10a"),
    "hours": Text("時間/10a", "hours per 10a"),
    "yen_year": Text("円/10a・年", "yen per 10a and year"),
    "subsidy": Text("補助金/10a(引いていない)", "subsidy per 10a (not subtracted)"),
    "works": Text("工事", "works"),
    "not_worth": Text("B分類(ふつう見合わない)", "class B (as a rule not worth it)"),
    "unknown": Text("分かれば狭まる", "would narrow it"),
    "label": Text("費目", "part"),
    "when": Text("いつ", "when"),
    "confidence": Text("確からしさ", "confidence"),
    "source_title": Text("出典", "source"),
}
#: Columns of the parts on the screen; programs get all of them.
_PARTS = [
    "parcel_id",
    "label",
    "when",
    "yen",
    "hours",
    "confidence",
    "source_title",
]
_WHEN = {"once": Text("一度", "once"), "crop": Text("作ごと", "each crop"), "year": Text("毎年", "each year")}
_CONFIDENCE = {
    "high": Text("高", "high"),
    "medium": Text("中", "medium"),
    "low": Text("低(要確認)", "low (to be confirmed)"),
}


@command(
    "costs",
    help=Text(
        "事業性: 筆ごとに、その場所だからかかる円と時間(10aあたり)を、安い順に並べる。点数ではない。何も保存しない。\n\n"
        "再生・柵・遮光・工事・傾斜・区画・移動・運搬。分からないものは幅になり、聞いていない前提は名を挙げる。\n"
        "--gap を付けると、隣り合う筆を団地にまとめ、移動を団地ごとに1度と数える。",
        "Workability: what each parcel takes in yen and hours per 10a because of the place, the cheapest first; "
        "never a score, nothing is stored.\n\n"
        "Restoration, fence, shade, works, slope, block, travel, carrying. What is not known is a range, and "
        "assumptions that were not asked yet are named. With --gap parcels that lie together share their trips.",
    ),
)
@option("--herb", required=True, help=Text("生薬", "herb"))
@option(
    "--gap",
    type=Number(0, 1000),
    help=Text("この距離(m)までの筆を団地にまとめる", "join parcels up to so many metres apart to blocks"),
)
@option("--limit", type=Whole(1), default=50, show_default=True, help=Text("何件まで", "at most so many"))
@option("--parts", is_flag=True, help=Text("内訳(1行に1つの費目)", "the parts, one to a row"))
@project_option
@selection_options
@output_options
def costs(
    herb: str,
    gap: float | None,
    limit: int,
    parts: bool,
    project: Path | None,
    wanted: ParcelFilter,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.blocks import form_blocks
    from kanpo.herbs import find_herb
    from kanpo.parcels import select_parcels
    from kanpo.store import Project
    from kanpo.suitability import project_sites, score_as_stored
    from kanpo.workability import (
        areas_of_blocks,
        asked_text,
        assumed_text,
        cost_table,
        in_words,
        project_workability,
    )

    catalogue = catalogue_of(find_project(project))
    herb_id = find_herb(catalogue, herb).herb_id
    with Project.open(find_project(project)) as opened:
        parcels, factors = project_sites(opened)
        say_stale(opened, catalogue)
        scores = score_as_stored(opened, factors, catalogue, [herb_id])
        selection = select_parcels(opened, wanted)
        parcels = parcels[selection.rows(parcels["parcel_id"])].reset_index(drop=True)
        factors = factors.subset(parcels["parcel_id"].tolist())
        areas = None
        if gap is not None:
            formed = form_blocks(parcels, gap_m=gap)
            areas = areas_of_blocks(formed.block_of, parcels["area_m2"])
        found = project_workability(
            opened, catalogue, [herb_id], factors=factors, parcels=parcels, block_area_m2=areas
        )
    table = cost_table(found, herb_id, parcels, scores)
    shown = table.head(limit)
    if parts:
        shown = found.parts_table(herb_id, list(shown["parcel_id"]))
        if not (as_json or as_csv):
            shown = _parts_in_words(shown)
    elif not (as_json or as_csv):
        shown = in_words(shown, catalogue)
    show_table(shown, _LABELS, as_json=as_json, as_csv=as_csv)
    say(
        Text(
            f"{catalogue.herbs[herb_id].label.ja}: {len(table):,} 筆(表は安い順に {min(limit, len(table))})。"
            f"最初の作までに、この場所だからかかるもの。{_open_words(table).ja}",
            f"{catalogue.herbs[herb_id].label.en}: {len(table):,} parcels ({min(limit, len(table))} shown). "
            f"What the place takes until the first crop is in.{_open_words(table).en}",
        )
    )
    say_selection(selection)
    for line in (assumed_text(found, herb_id), asked_text(catalogue, found.asked(herb_id), herb_id)):
        if line.ja:
            say(line)
    return 0


def _open_words(table: pd.DataFrame) -> Text:
    """Where in the list those stand of which no upper end of the yen is known."""
    count = int(table["yen_per_10a_high"].isna().sum())
    if not count:
        return Text("", "")
    return Text(
        f"円の上限が決まらない {count:,} 筆は、下限の安い順に後ろ。",
        f" {count:,} without an upper end of the yen stand behind, by the lower end.",
    )


def _parts_in_words(parts: pd.DataFrame) -> pd.DataFrame:
    """The parts of each parcel together, with words in place of keys."""
    from kanpo.workability import HOURS, YEN, range_text

    shown = parts.sort_values("parcel_id", kind="stable")
    for name, unit in (("yen", YEN), ("hours", HOURS)):
        ends = zip(shown[f"{name}_low"], shown[f"{name}_high"], strict=True)
        shown[name] = ["-" if low == high == 0 else str(range_text(low, high, unit)) for low, high in ends]
    for key, words in (("when", _WHEN), ("confidence", _CONFIDENCE)):
        shown[key] = [str(words.get(one, Text.same(str(one)))) for one in shown[key]]
    return shown[_PARTS]
