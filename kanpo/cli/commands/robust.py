"""``kanpo robust``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kanpo.cli._click import command, option
from kanpo.cli._discover import catalogue_of, find_project
from kanpo.cli._limits_text import say_stale
from kanpo.cli._number import Whole
from kanpo.cli._options import OutputPath, dry_run_option, output_options, project_option
from kanpo.cli._present import Progress, say, show_table
from kanpo.cli._selection import say_selection, selection_options
from kanpo.locale import Text

if TYPE_CHECKING:
    import pandas as pd

    from kanpo.parcels import ParcelFilter
    from kanpo.suitability import Method

_LABELS = {
    "parcel_id": Text("筆ID", "parcel id"),
    "settlement": Text("大字", "settlement"),
    "lot_number": Text("地番", "lot number"),
    "rank": Text("全体の順位", "rank among all"),
    "score": Text("適地度", "suitability"),
    "certainty": Text("区分の確かさ", "certainty"),
    "class_lower": Text("区分(低く見て)", "class, lower"),
    "class_upper": Text("区分(高く見て)", "class, upper"),
    "probability": Text("上位に入る確率", "probability"),
    "standard_error": Text("標準誤差", "standard error"),
    "expected_rank": Text("平均順位", "expected rank"),
}


@command(
    "robust",
    help=Text(
        "重み・要求条件・分からない要因が変わっても、その筆が上位に残るかを調べる。\n\n"
        "何千回も少しずつ変えて順位を付け直し、上位 K 筆に入った割合を確率として出す。"
        "同じ種(--seed)なら同じ結果になる。",
        "Say how often each parcel stays among the best when weights, requirements and unknown factors vary.\n\n"
        "Ranks the parcels anew thousands of times, each time a little different. "
        "The same --seed gives the same result.",
    ),
)
@project_option
@option("--herb", required=True, help=Text("生薬(toki・当帰・トウキのどれでも)", "herb, by any of its names"))
@option(
    "--best",
    type=Whole(1),
    default=20,
    show_default=True,
    help=Text("上位何筆を選ぶか", "how many parcels are chosen"),
)
@option(
    "--draws",
    type=Whole(1, 1_000_000),
    default=10_000,
    show_default=True,
    help=Text("試す回数", "number of draws"),
)
@option(
    "--seed",
    type=Whole(0, None),
    default=1,
    show_default=True,
    help=Text("乱数の種", "seed of the random numbers"),
)
@option(
    "--method",
    type=click.Choice(["limitation", "geometric", "arithmetic", "minimum", "owa"]),
    help=Text(
        "総合の方法(省略時は前の kanpo score と同じ)", "how factors are combined (default: as last scored)"
    ),
)
@option(
    "--top",
    type=Whole(0),
    default=30,
    show_default=True,
    help=Text("一覧に出す筆数(0 は全部)", "parcels to list (0: all)"),
)
@option("--ranks", is_flag=True, help=Text("順位ごとの割合も出す", "add the share of the draws at each rank"))
@option(
    "--out",
    type=OutputPath,
    help=Text("全部の筆を CSV に書く", "write all parcels to a CSV file"),
)
@selection_options
@dry_run_option
@output_options
def robust(
    project: Path | None,
    wanted: ParcelFilter,
    herb: str,
    best: int,
    draws: int,
    seed: int,
    method: Method | None,
    top: int,
    ranks: bool,
    out: Path | None,
    dry_run: bool,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.herbs import find_herb
    from kanpo.parcels import select_parcels
    from kanpo.sites import compute_factors
    from kanpo.store import Project
    from kanpo.suitability import refuse_empty, robustness, score_settings

    catalogue = catalogue_of(find_project(project))
    herb_id = find_herb(catalogue, herb).herb_id
    progress = Progress(Text("計算中", "drawing"))
    with Project.open(find_project(project)) as opened:
        refuse_empty(opened)
        factors = compute_factors(opened, keep=False)
        names = opened.imported.parcels()[["parcel_id", "settlement", "lot_number"]]
        settings = score_settings(opened)
        say_stale(opened, catalogue)
        selection = select_parcels(opened, wanted)
        found = robustness(
            factors,
            catalogue,
            herb_id,
            draws=draws,
            best=best,
            seed=seed,
            method=method or settings.method,
            weights=settings.weights_for(catalogue),
            expectations=settings.expectations,
            among=selection.parcel_ids,
            progress=progress,
        )
    progress.done()
    table = found.frame().merge(names, on="parcel_id", how="left")
    table = table[list(_LABELS)]
    shown = table if as_json or as_csv else _in_words(table, catalogue.reference_only(herb_id))
    if ranks:
        table, shown = (each.merge(found.acceptability(), on="parcel_id") for each in (table, shown))
    if out and not dry_run:
        from kanpo.tables import write_csv

        write_csv(out, [str(key) for key in table.columns], table.itertuples(index=False, name=None))
        say(Text(f"{len(table):,} 筆を書き出しました: {out}", f"{len(table):,} parcels written: {out}"))
    show_table(shown.head(top) if top else shown, _LABELS, as_json=as_json, as_csv=as_csv)
    say(
        Text(
            f"{len(table):,} 筆の中の上位 {best:,} 筆、{draws:,} 回(種 {seed}、PCG64)。"
            "同点の筆の順は毎回くじで決めるので、同点の筆は席を分け合います(例: 100 筆が同点なら 20 席を 20% ずつ)。"
            "変え方は docs/suitability.md「順位の確かさ」。",
            f"best {best:,} of {len(table):,} parcels in {draws:,} draws (seed {seed}, PCG64). "
            "Equal parcels are ordered by lot in every draw and share the places (100 equal ones have 20 % each of 20). "
            "What varies: docs/suitability.md, 'Robustness'.",
        )
    )
    say_selection(selection)
    return 0


def _in_words(table: pd.DataFrame, reference: bool) -> pd.DataFrame:
    """The table with how sure a class is in words, for people; of a herb for reference no class is told."""
    if reference:
        word = str(Text("参考", "reference"))
        return table.assign(certainty=word, class_lower=None, class_upper=None)
    from kanpo.schema import VOCABULARIES

    words = {key: str(text) for key, text in VOCABULARIES["certainty"].labels.items()}
    return table.assign(certainty=table["certainty"].map(words))
