"""``kanpo ranking``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kanpo.cli._click import command, option
from kanpo.cli._discover import catalogue_of, find_project
from kanpo.cli._options import OutputPath, output_options, project_option
from kanpo.cli._present import say, show_table
from kanpo.cli._selection import refuse_selection, say_selection, selection_options
from kanpo.errors import UsageError
from kanpo.locale import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kanpo.parcels import ParcelFilter
    from kanpo.suitability import Criterion

_LABELS = {
    "order": Text("選んだ中の順", "order among the chosen"),
    "rank": Text("順位", "rank"),
    "level": Text("段", "level"),
    "herb_id": Text("生薬", "herb"),
    "herb": Text("名称", "name"),
    "parcel_id": Text("筆ID", "parcel id"),
    "settlement": Text("大字", "settlement"),
    "lot_number": Text("地番", "lot number"),
    "area_m2": Text("面積(㎡)", "area (m²)"),
    "class": Text("区分", "class"),
    "score": Text("スコア", "score"),
    "lower": Text("下限", "lower"),
    "upper": Text("上限", "upper"),
    "limiting_factor": Text("制限要因", "limiting factor"),
    "parcel_rank": Text("筆の中の順位", "rank of the parcel"),
}


@command(
    "ranking",
    help=Text(
        "どの筆にどの生薬かを、順位で示す。何も保存しない。\n\n"
        "--parcel は1筆について生薬を、--herb は1生薬について筆を、よい順に並べる。\n"
        "--pareto は点数のほかにも観点があるとき、どの観点でも負けない筆(1段目)、次の筆(2段目)…を出す。\n"
        "例: --herb 当帰 --pareto score,area_m2,-road_access_m(- は小さいほどよい)",
        "Rank herbs for a parcel or parcels for a herb; nothing is stored.\n\n"
        "--pareto lists, where more than the score counts, the parcels that no other beats in everything "
        "(level 1), then the next. For example --herb toki --pareto score,area_m2,-road_access_m; a minus "
        "means less is better.",
    ),
)
@project_option
@option("--parcel", help=Text("この筆に向く生薬(筆ID、または「大字 地番」)", "the herbs for this parcel"))
@option(
    "--herb",
    "herbs",
    multiple=True,
    help=Text("この生薬に向く筆(何度でも)", "the parcels for this herb, repeatable"),
)
@option(
    "--top",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    help=Text("生薬ごとに上位何筆か", "the best N parcels of each herb"),
)
@option(
    "--pareto",
    metavar="CRITERIA",
    help=Text("観点(コンマ区切り。- を付けると小さいほどよい)", "criteria, separated by commas"),
)
@option(
    "--levels",
    type=click.IntRange(1, 50),
    default=3,
    show_default=True,
    help=Text("--pareto で何段まで出すか", "levels of --pareto"),
)
@option(
    "--out",
    type=OutputPath,
    metavar="FILE",
    help=Text("書き出すファイル(.csv .xlsx)", "file (.csv or .xlsx)"),
)
@selection_options
@output_options
def ranking_command(
    project: Path | None,
    wanted: ParcelFilter,
    parcel: str | None,
    herbs: tuple[str, ...],
    top: int,
    pareto: str | None,
    levels: int,
    out: Path | None,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.exchange import export_table, table_file
    from kanpo.herbs import find_herb
    from kanpo.parcels import find_current, select_parcels
    from kanpo.store import Project
    from kanpo.suitability import (
        pareto_table,
        project_sites,
        ranking,
        read_criteria,
        score_as_stored,
        suited_herbs,
    )

    _check(parcel, herbs, pareto)
    if parcel is not None:
        refuse_selection(wanted, "--parcel")
    catalogue = catalogue_of(find_project(project))
    chosen = [find_herb(catalogue, name).herb_id for name in herbs] or None
    criteria = read_criteria(pareto) if pareto else ()
    path = table_file(out) if out else None
    with Project.open(find_project(project)) as opened:
        row = find_current(opened, parcel) if parcel else None
        parcels, factors = project_sites(opened)
        scores = score_as_stored(opened, factors, catalogue, chosen)
        selection = select_parcels(opened, wanted)
    if row is not None:
        table = suited_herbs(scores, row["parcel_id"], catalogue)
    elif criteria:
        table = pareto_table(scores, factors, parcels, criteria, levels, among=selection.parcel_ids)
    else:
        table = ranking(scores, parcels, top, among=selection.parcel_ids)
    labels = _LABELS | {one.key: one.label for one in criteria}
    if path is not None:
        export_table(path, table.rename(columns={key: str(text) for key, text in labels.items()}))
        say(Text(f"書き出しました: {path}", f"written: {path}"))
    show_table(table, labels, as_json=as_json, as_csv=as_csv)
    if row is not None:
        say(Text.same(f"{row['parcel_id']} {row['settlement'] or ''} {row['lot_number'] or ''}".strip()))
    elif criteria:
        _say_levels(criteria, len(table))
    if row is None:
        say_selection(selection)
    return 0


def _check(parcel: str | None, herbs: Sequence[str], pareto: str | None) -> None:
    """Which combination of options makes sense."""
    if parcel is None and not herbs:
        raise UsageError(
            "ranking.what",
            Text("--parcel か --herb のどちらかが要ります", "--parcel or --herb is needed"),
            Text("例: kanpo ranking --herb 当帰", "for example kanpo ranking --herb toki"),
        )
    if parcel is not None and pareto:
        raise UsageError(
            "ranking.pareto",
            Text("--pareto は筆を比べるものです", "--pareto compares parcels"),
            Text("--parcel の代わりに --herb を付けてください", "give --herb instead of --parcel"),
        )


def _say_levels(criteria: Sequence[Criterion], count: int) -> None:
    ja = "、".join(
        f"{one.label.ja}は{'大きい' if one.more_is_better else '小さい'}ほどよい" for one in criteria
    )
    en = ", ".join(f"{'more' if one.more_is_better else 'less'} {one.label.en}" for one in criteria)
    say(
        Text(
            f"{count:,} 筆。{ja}。分からない値は、どの分かっている値よりも悪いとみなします。",
            f"{count:,} parcels; better is {en}. What is not known counts as worse than all that is known.",
        )
    )
