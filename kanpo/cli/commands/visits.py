"""``kanpo visits``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from kanpo.cli._click import group, option, subcommand
from kanpo.cli._discover import catalogue_of, find_project
from kanpo.cli._limits_text import say_stale, unlike_words
from kanpo.cli._number import Whole
from kanpo.cli._options import OutputPath, output_options, project_option
from kanpo.cli._present import say, show_table
from kanpo.cli._selection import say_selection, selection_options
from kanpo.errors import UsageError
from kanpo.locale import Text
from kanpo.reading import number_or_nan

if TYPE_CHECKING:
    import pandas as pd

    from kanpo.herbs import Catalogue
    from kanpo.parcels import ParcelFilter
    from kanpo.visits import VisitPlan

_LABELS = {
    "order": Text("順", "order"),
    "parcel_id": Text("筆ID", "parcel id"),
    "settlement": Text("大字", "settlement"),
    "lot_number": Text("地番", "lot number"),
    "measure": Text("測るもの", "measure"),
    "look_up": Text("調べるもの", "look up"),
    "herb_id": Text("生薬", "herb"),
    "rank": Text("順位", "rank"),
    "certainty": Text("区分の確かさ", "certainty"),
    "score": Text("適地度", "suitability"),
    "lower": Text("下限", "lower"),
    "upper": Text("上限", "upper"),
    "chance": Text("見込み", "chance"),
    "why": Text("理由", "why"),
    "longitude": Text("経度", "longitude"),
    "latitude": Text("緯度", "latitude"),
    "factors": Text("要因のキー", "factor keys"),
}
#: On a terminal; the rest is in the file and in the JSON.
_SHORT = ["order", "parcel_id", "settlement", "lot_number", "measure", "herb_id", "lower", "upper", "why"]


@group("visits", help=Text("現地調査の計画を立てる。", "Plan site visits."))
def visits() -> None:
    pass


@subcommand(
    visits,
    "plan",
    help=Text(
        "上位の筆を一番少ない調査で決めるために、どの筆で何を測るかを、短い道順で提案する。\n\n"
        "適地度の幅が上位K筆の境にかかる筆のうち、測れば入れ替わりそうなものから選ぶ。\n"
        "測った値は kanpo record visit か kanpo records import で入れ、もう一度この計画を立てる。",
        "Propose which parcels to visit, and what to measure there, to know the best ones with the fewest visits.\n\n"
        "Of the parcels whose interval reaches the border of the best K, those most likely to cross it come "
        "first, in the order of a short route. Record what was measured, then plan again.",
    ),
)
@project_option
@option("--budget", type=Whole(1, 2000), required=True, help=Text("調査できる筆数", "visits at most"))
@option(
    "--herb",
    "herbs",
    multiple=True,
    help=Text("生薬(何度でも。省略時は全部)", "herb, repeatable (default: all)"),
)
@option(
    "--best",
    type=Whole(1),
    default=20,
    show_default=True,
    metavar="K",
    help=Text("上位何筆を決めたいか", "how many best parcels to decide on"),
)
@option(
    "--from",
    "start",
    metavar="LON,LAT",
    help=Text("出発して戻る所(経度,緯度)", "where the route begins and ends (longitude,latitude)"),
)
@option(
    "--out",
    type=OutputPath,
    metavar="FILE",
    help=Text("書き出すファイル(.csv .xlsx)", "file (.csv or .xlsx)"),
)
@option(
    "--desk",
    is_flag=True,
    help=Text("現地に行かずに調べられるものの一覧を出す", "list what can be looked up without a visit"),
)
@selection_options
@output_options
def plan(
    project: Path | None,
    wanted: ParcelFilter,
    budget: int,
    herbs: tuple[str, ...],
    best: int,
    start: str | None,
    out: Path | None,
    desk: bool,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.exchange import export_table, table_file
    from kanpo.herbs import find_herb
    from kanpo.parcels import select_parcels
    from kanpo.store import Project
    from kanpo.suitability import project_sites, score_as_stored, score_settings
    from kanpo.visits import plan_visits

    catalogue = catalogue_of(find_project(project))
    chosen = [find_herb(catalogue, name).herb_id for name in herbs] or None
    place = _place(start)
    path = table_file(out) if out else None
    with Project.open(find_project(project)) as opened:
        parcels, factors = project_sites(opened)
        settings = score_settings(opened)
        say_stale(opened, catalogue)
        selection = select_parcels(opened, wanted)
        scores = score_as_stored(opened, factors, catalogue, chosen).among(selection.parcel_ids)
    found = plan_visits(
        parcels,
        factors,
        catalogue,
        chosen,
        budget=budget,
        best=best,
        start=place,
        settings=settings,
        eligible=selection.parcel_ids,
    )
    table = found.desk if desk else found.visits
    if path is not None:
        export_table(path, table.rename(columns={key: str(text) for key, text in _LABELS.items()}))
        say(Text(f"書き出しました: {path}", f"written: {path}"))
    short = table if desk or as_json or as_csv else _named(table[_SHORT], catalogue)
    nothing = Text("調べる筆はありません", "there is nothing to visit")
    show_table(short, _LABELS, as_json=as_json, as_csv=as_csv, empty=nothing)
    if len(selection.parcel_ids) <= best:
        say(_few(len(selection.parcel_ids), best))
    else:
        _say_about(found, best, desk, catalogue)
    for words in unlike_words(scores, catalogue):
        say(words)
    say_selection(selection)
    return 0


def _few(count: int, best: int) -> Text:
    """That there is nothing to choose among so few parcels."""
    if not count:
        return Text("条件に合う筆がありません。", "no parcel is as asked for.")
    return Text(
        f"筆は {count:,} で、上位 {best:,} を選ぶまでもありません。何を測れば区分が決まるかは kanpo explain か --best を小さく。",
        f"there are {count:,} parcels, so there is nothing to choose among the best {best:,}; kanpo explain says what to "
        "measure for a class, or give a smaller --best.",
    )


def _named(table: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """The table with herbs by name, for people."""
    names = {herb_id: str(herb.label) for herb_id, herb in catalogue.herbs.items()}
    return table.assign(herb_id=table["herb_id"].map(names))


def _say_about(plan: VisitPlan, best: int, desk: bool, catalogue: Catalogue) -> None:
    open_ = {herb: count for herb, count in plan.undecided.items() if count}
    if not open_:
        say(
            Text(
                f"上位{best}筆より良い筆は、分からない要因がどうであっても出ません(同点にはなり得ます)。",
                f"whatever the unknown factors are, none is better than the best {best} (some may equal them).",
            )
        )
        return
    most = max(open_, key=lambda herb: open_[herb])
    name = catalogue.herbs[most].label
    if not desk:
        say(
            Text(
                f"{len(plan.visits):,} 筆、道のり(直線) {plan.length_m / 1000:.1f} km。"
                f"境にかかる筆: 最も多い {name.ja} で {open_[most]:,} 筆。",
                f"{len(plan.visits):,} visits, {plan.length_m / 1000:.1f} km in straight lines. Parcels across "
                f"the border: {open_[most]:,} at most ({name.en}).",
            )
        )
    if len(plan.desk) and not desk:
        say(
            Text(
                f"ほかに、現地に行かずに調べられるものが {len(plan.desk):,} 筆にあります(--desk で一覧)。",
                f"{len(plan.desk):,} parcels have gaps that need no visit (see --desk).",
            )
        )


def _place(written: str | None) -> tuple[float, float] | None:
    """Longitude and latitude in Japan."""
    from kanpo.crs import JAPAN_BOX

    if written is None:
        return None
    west, south, east, north = JAPAN_BOX
    parts = [number_or_nan(part) for part in re.split("[,、，]", written)]
    longitude, latitude = parts if len(parts) == 2 else (float("nan"), float("nan"))
    if not (west <= longitude <= east and south <= latitude <= north):
        raise UsageError(
            "visits.start",
            Text(
                f"--from {written} は日本の「経度,緯度」ではありません",
                f"--from {written} is no longitude,latitude in Japan",
            ),
            Text("例: --from 139.82,38.73", "for example --from 139.82,38.73"),
        )
    return longitude, latitude
