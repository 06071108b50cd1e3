"""``kanpo ranking``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kanpo.cli._click import command, option
from kanpo.cli._discover import catalogue_of, find_project
from kanpo.cli._limits_text import land_words, say_stale, unlike_words
from kanpo.cli._number import Whole
from kanpo.cli._options import OutputPath, output_options, project_option
from kanpo.cli._present import say, show_table
from kanpo.cli._ranking_text import REFERENCE, RISK_LABELS, SCORE_LABELS, show_ranking, with_classes
from kanpo.cli._selection import refuse_selection, say_selection, selection_options
from kanpo.cli.commands.climate import anomalies_of, station_options
from kanpo.errors import UsageError
from kanpo.locale import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from kanpo.herbs import Catalogue
    from kanpo.parcels import ParcelFilter
    from kanpo.sites import Factors
    from kanpo.suitability import Criterion, Scores

_LABELS = SCORE_LABELS | {
    "level": Text("段", "level"),
    "needs": Text("前提になる施設", "to be built"),
    "parcel_rank": Text("その生薬での筆の順位", "rank of the parcel"),
    "known": Text("分かっている重み", "known weight"),
    "reference": Text("参考", "reference"),
    "class_lower": Text("区分(低く見て)", "class, lower"),
    "class_upper": Text("区分(高く見て)", "class, upper"),
    "potential_class_lower": Text("改良後の区分(低く見て)", "class after works, lower"),
    "potential_class_upper": Text("改良後の区分(高く見て)", "class after works, upper"),
}
#: Columns on the screen of the herbs of a parcel, and of the levels of --pareto.
_HERBS = [
    *("rank", "herb", "class", "certainty", "score", "lower", "upper", "potential", "limiting_factor"),
    *("deciding_factor", "parcel_rank", "needs"),
]


@command(
    "ranking",
    help=Text(
        "どの筆にどの生薬かを、順位で示す。何も保存しない。\n\n"
        "--parcel は1筆について生薬を、--herb は1生薬について筆を、よい順に並べる。"
        "区分が言えるものが先、次に適地度(控えめに見た値)、下限の順。等しい筆は同じ順位になり、"
        "その中では円/10a(幅の中央)の安い順に並べる。\n"
        "--pareto は点数のほかにも観点があるとき、どの観点でも負けない筆(1段目)、次の筆(2段目)…を出す。\n"
        "例: --herb 当帰 --pareto score,area_m2,-road_access_m(- は小さいほどよい)",
        "Rank herbs for a parcel or parcels for a herb; nothing is stored.\n\n"
        "What has a class comes first, then the cautious score, then its lower bound; equal parcels share a "
        "rank, and among them those that take fewer yen per 10a stand first.\n"
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
    type=Whole(1),
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
    type=Whole(1, 50),
    default=3,
    show_default=True,
    help=Text("--pareto で何段まで出すか", "levels of --pareto"),
)
@option(
    "--risk",
    is_flag=True,
    help=Text(
        "年々の気候が収まる年の割合と、収穫まで続けて収まる見込みを並べる(kanpo climate)",
        "with the share of years and the chance of a stand by climate (kanpo climate)",
    ),
)
@station_options
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
    risk: bool,
    station: str | None,
    normal: str,
    out: Path | None,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.climate import add_risk
    from kanpo.exchange import table_file
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
    from kanpo.workability import middle_yen_of

    _check(parcel, herbs, pareto, wanted)
    catalogue = catalogue_of(find_project(project))
    chosen = [find_herb(catalogue, name).herb_id for name in herbs] or None
    criteria = () if pareto is None else read_criteria(pareto)
    path = table_file(out) if out else None
    with Project.open(find_project(project)) as opened:
        row = find_current(opened, parcel) if parcel else None
        parcels, factors = project_sites(opened)
        scores = score_as_stored(opened, factors, catalogue, chosen)
        anomalies = anomalies_of(opened, station, normal) if risk else None
        say_stale(opened, catalogue)
        selection = select_parcels(opened, wanted)
        if row is not None:
            table = suited_herbs(scores, row["parcel_id"], catalogue)
        elif criteria:
            table = pareto_table(scores, factors, parcels, criteria, levels, among=selection.parcel_ids)
        else:
            yen = middle_yen_of(opened, catalogue, factors, parcels, scores.expectations)
            table = ranking(scores, parcels, top, among=selection.parcel_ids, middle_yen=yen)
    if anomalies is not None:
        of = None if row is None else row["parcel_id"]
        table = add_risk(table, factors, catalogue, anomalies, scores.bounds, scores.method, parcel_id=of)
        say(anomalies.text())
    labels = _LABELS | {one.key: one.label for one in criteria}
    if path is not None:
        _write(path, table, labels)
    if row is None and not criteria:
        show_ranking(table, catalogue, as_json=as_json, as_csv=as_csv)
        _say_limits(table, scores.among(selection.parcel_ids), factors, catalogue)
    else:
        plain = as_json or as_csv
        shown = table if plain else _herbs(table) if row is not None else _levels(table, catalogue)
        show_table(shown, labels, as_json=as_json, as_csv=as_csv)
    if row is None:
        if criteria:
            _say_levels(criteria, len(table))
        say_selection(selection)
        return 0
    _say_best(row, table)
    return 0


def _write(path: Path, table: pd.DataFrame, labels: Mapping[str, Text]) -> None:
    from kanpo.exchange import export_table

    export_table(path, table.rename(columns={key: str(text) for key, text in labels.items()}))
    say(Text(f"書き出しました: {path}", f"written: {path}"))


def _say_limits(table: pd.DataFrame, scores: Scores, factors: Factors, catalogue: Catalogue) -> None:
    """What these data cannot tell of the parcels that were chosen."""
    from kanpo.suitability import excluding_notes

    for words in (
        *unlike_words(scores, catalogue),
        *land_words(factors, catalogue, scores.parcel_ids, scores.herb_ids),
        *excluding_notes(table, factors, catalogue),
    ):
        say(words)


def _herbs(table: pd.DataFrame) -> pd.DataFrame:
    """Herbs of a parcel as people read them; those for reference are marked, and without a rank."""
    shown = with_classes(table)
    marks = zip(shown["herb"], shown["reference"], strict=True)
    shown["herb"] = [f"{herb}{REFERENCE}" if only else herb for herb, only in marks]
    shown["needs"] = [
        None if share != share or share is None else str(Text(f"遮光 {share:.0f}%", f"shade {share:.0f} %"))
        for share in shown["shading_percent"]
    ]
    shown["rank"] = [None if rank is None or rank != rank else f"{rank:4d}" for rank in _plain(shown["rank"])]
    return shown[[*_HERBS, *(key for key in RISK_LABELS if key in shown)]]


def _plain(ranks: pd.Series) -> list[int | None]:
    return [None if missing else int(rank) for rank, missing in zip(ranks, ranks.isna(), strict=True)]


def _levels(table: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Levels with herbs by their names and the range of classes in one cell."""
    shown = with_classes(table)
    shown["herb_id"] = [str(catalogue.herbs[herb_id].label) for herb_id in shown["herb_id"]]
    shown.insert(list(shown.columns).index("certainty"), "_class", shown.pop("class"))
    return shown.rename(columns={"_class": "class"}).drop(columns=["class_lower", "class_upper"])


def _say_best(row: pd.Series, table: pd.DataFrame) -> None:
    say(Text.same(f"{row['parcel_id']} {row['settlement'] or ''} {row['lot_number'] or ''}".strip()))
    say(_best(table))


def _best(table: pd.DataFrame) -> Text:
    """The best herb of a parcel in one sentence, with how sure it is and what has to be built for it."""
    ranked = table[table["rank"].notna()]
    if ranked.empty:
        open_ = table.loc[~table["reference"], "deciding_factor"].dropna()
        first = open_.mode().iloc[0] if len(open_) else None
        return Text(
            "この筆に向くと言える生薬はありません" + (f"(まず調べるもの: {first})。" if first else "。"),
            "of no herb it can be said that this parcel suits it"
            + (f" (find out first: {first})." if first else "."),
        )
    best = ranked.iloc[0]
    level = ranked[ranked["rank"] == best["rank"]]
    names = str(Text("・", ", ")).join(level["herb"])
    sure = with_classes(level).iloc[0]
    built = level.dropna(subset="needs")
    needs = "".join(f" {herb}: {what}。" for herb, what in zip(built["herb"], built["needs"], strict=True))
    open_factor = best["deciding_factor"]
    more = (f"、決め手: {open_factor}", f", would decide: {open_factor}") if open_factor else ("", "")
    return Text(
        f"いちばん向くのは {names}: {sure['class']}({sure['certainty']}{more[0]})。{needs}",
        f"best suited: {names}: {sure['class']} ({sure['certainty']}{more[1]}).{needs.replace('。', '.')}",
    )


def _check(parcel: str | None, herbs: Sequence[str], pareto: str | None, wanted: ParcelFilter) -> None:
    """Which combination of options makes sense."""
    if parcel is not None:
        refuse_selection(wanted, "--parcel")
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
