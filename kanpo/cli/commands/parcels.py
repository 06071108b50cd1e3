"""``kanpo parcels``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kanpo.cli._click import argument, group, option, subcommand
from kanpo.cli._discover import catalogue_of, find_project
from kanpo.cli._number import Number, Whole
from kanpo.cli._options import OutputPath, audience_option, output_options, project_option
from kanpo.cli._present import labels_of, say, show_json, show_table
from kanpo.cli._selection import say_selection, selection_options
from kanpo.locale import Text

if TYPE_CHECKING:
    import pandas as pd

    from kanpo.parcels import ParcelFilter

_YEAR = Whole(1873, 2100)
_SHORT = [
    *("parcel_id", "settlement", "lot_number", "land_type", "area_m2"),
    *("idle_class", "devastation_class", "years_abandoned"),
]


def _short(frame: pd.DataFrame) -> pd.DataFrame:
    """The columns of a list; those that most projects know nothing of only where something is known."""
    known = [key for key in ("farm_settlement", "located_by") if frame[key].notna().any()]
    return frame[[*_SHORT, *known]]


@group("parcels", help=Text("筆を探す・一覧にする・書き出す。", "Find, list and export parcels."))
def parcels() -> None:
    pass


@subcommand(parcels, "list", help=Text("筆の一覧。", "List the parcels."))
@project_option
@selection_options
@option("--limit", type=Whole(1), default=50, show_default=True, help=Text("何筆まで", "at most so many"))
@output_options
def list_parcels(project: Path | None, wanted: ParcelFilter, limit: int, as_json: bool, as_csv: bool) -> int:
    from kanpo.parcels import current_parcels, select_parcels
    from kanpo.schema import PARCELS
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        frame = current_parcels(opened)
        selection = select_parcels(opened, wanted, frame)
    frame = frame[selection.rows(frame["parcel_id"])]
    show_table(_short(frame.head(limit)), labels_of(PARCELS), as_json=as_json, as_csv=as_csv)
    say_selection(selection)
    if len(frame) > limit:
        say(
            Text(
                f"全 {len(frame):,} 筆のうち {limit} 筆(--limit で増やせます)",
                f"{limit} of {len(frame):,} (see --limit)",
            )
        )
    return 0


@subcommand(
    parcels,
    "find",
    help=Text(
        "大字・地番・筆IDの一部で探す(全角・半角、ハイフンの違いは問わない)。",
        "Find parcels by part of settlement, lot number or id; width and dashes do not matter.",
    ),
)
@argument("words", nargs=-1, required=True)
@project_option
@output_options
def find(words: tuple[str, ...], project: Path | None, as_json: bool, as_csv: bool) -> int:
    from kanpo.parcels import current_parcels, search_parcels
    from kanpo.schema import PARCELS
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        found = search_parcels(current_parcels(opened), " ".join(words))
    show_table(_short(found), labels_of(PARCELS), as_json=as_json, as_csv=as_csv)
    return 0


@subcommand(parcels, "show", help=Text("1筆の全項目。", "Everything known about one parcel."))
@argument("parcel", nargs=-1, required=True)
@project_option
@option("--json", "as_json", is_flag=True, help=Text("JSONで出す", "print JSON"))
def show(parcel: tuple[str, ...], project: Path | None, as_json: bool) -> int:
    from kanpo.parcels import find_current, records_of
    from kanpo.schema import PARCELS
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        row = find_current(opened, " ".join(parcel))
        records = records_of(opened, row["parcel_id"])
    values = {field.key: row[field.key] for field in PARCELS.fields}
    values = {key: None if value != value else value for key, value in values.items()}
    if as_json:
        found = records.to_dict("records")
        show_json(
            values | {"status_source": row["status_source"], "wkt": row["geometry"].wkt, "records": found}
        )
        return 0
    for field in PARCELS.fields:
        click.echo(f"{field.header}: {'-' if values[field.key] is None else values[field.key]}")
    if row["status_source"]:
        click.echo(
            str(
                Text(
                    f"遊休・荒廃の状況の出どころ: 農地台帳 {row['status_source']}({values['survey_date'] or '調査日不明'})",
                    f"status from: register row {row['status_source']} ({values['survey_date'] or 'no date'})",
                )
            )
        )
    if len(records):
        click.echo(
            str(Text("この土地の記録(前の年の筆IDのものを含む):", "records on this land, under any id:"))
        )
        show_table(records, {}, as_json=False, as_csv=False)
    return 0


@subcommand(
    parcels,
    "export",
    help=Text(
        "筆を書き出す(.xlsx .csv .gpkg .geojson .fgb .parquet)。見せる相手に許された列だけが入る。",
        "Export the parcels (.xlsx .csv .gpkg .geojson .fgb .parquet), with the columns that the audience may see.",
    ),
)
@argument("out", type=OutputPath)
@project_option
@option("--herb", help=Text("この生薬の適地度を付ける", "add the scores of this herb"))
@selection_options
@audience_option
def export(out: Path, project: Path | None, herb: str | None, audience: str, wanted: ParcelFilter) -> int:
    from kanpo.exchange import export_parcels
    from kanpo.herbs import find_herb
    from kanpo.schema import Audience
    from kanpo.store import Project
    from kanpo.suitability import freshness

    herb_id = find_herb(catalogue_of(find_project(project)), herb).herb_id if herb else None
    with Project.open(find_project(project)) as opened:
        count = export_parcels(opened, out, audience=Audience(audience), herb_id=herb_id, wanted=wanted)
        stale = [
            one.text() for one in freshness(opened) if herb_id and one.product == "scores" and one.changed
        ]
    say(Text(f"{count:,} 筆を書き出しました: {out}", f"{count:,} parcels written: {out}"))
    for words in stale:
        say(words)
    return 0


@subcommand(
    parcels,
    "links",
    help=Text(
        "農地台帳の行(ピン・表)がどの筆に当たるかの一覧。\n\n"
        "--doubtful は人が確かめるべきものだけを、急ぐ順に出す。決めたら\n"
        "kanpo record link_decision --register-id … --parcel-id … と記録する(取込をやり直しても残る)。",
        "Which parcel each row of the farmland register belongs to.\n\n"
        "--doubtful lists what a person should look at, most urgent first. Decide with\n"
        "kanpo record link_decision --register-id ... --parcel-id ...; it survives every import.",
    ),
)
@project_option
@option(
    "--doubtful",
    "only_doubtful",
    is_flag=True,
    help=Text("確かめるべきものだけ", "only what should be looked at"),
)
@option("--limit", type=Whole(1), default=50, show_default=True, help=Text("何件まで", "at most so many"))
@output_options
def links(project: Path | None, only_doubtful: bool, limit: int, as_json: bool, as_csv: bool) -> int:
    from kanpo.parcels import REASONS, doubtful, refresh_links
    from kanpo.schema import REGISTER_LINKS
    from kanpo.store import Project

    with Project.open(find_project(project), write=True) as opened:
        found = refresh_links(opened)
    counts = found["confidence"].value_counts().to_dict()
    shown = doubtful(found).drop(columns="why") if only_doubtful else found
    if not (as_json or as_csv):
        shown = shown.assign(reason=[str(REASONS[code]) for code in shown["reason"]])
    keys = ["register_id", "parcel_id", "kind", "distance_m", "area_ratio", "confidence", "reason"]
    show_table(shown[keys].head(limit), labels_of(REGISTER_LINKS), as_json=as_json, as_csv=as_csv)
    ja = "、".join(f"{key} {count:,}" for key, count in counts.items())
    say(
        Text(
            f"台帳 {len(found):,} 件(確かさ: {ja or 'なし'})",
            f"{len(found):,} register rows (confidence: {ja or 'none'})",
        )
    )
    return 0


@subcommand(
    parcels,
    "lineage",
    help=Text(
        "ある筆が、前の年のどの筆から来て、後の年のどの筆になったか。",
        "Where a parcel came from in earlier years, and what became of it.",
    ),
)
@argument("parcel_id")
@project_option
@option("--json", "as_json", is_flag=True, help=Text("JSONで出す", "print JSON"))
def lineage(parcel_id: str, project: Path | None, as_json: bool) -> int:
    from kanpo.parcels import ancestors, descendants, lineage_tree, whole_lineage
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        links = whole_lineage(opened)
    if as_json:
        before, after = ancestors(links, parcel_id), descendants(links, parcel_id)
        show_json({"ancestors": before.to_dict("records"), "descendants": after.to_dict("records")})
        return 0
    click.echo(str(lineage_tree(links, parcel_id)))
    return 0


@subcommand(
    parcels,
    "history",
    help=Text(
        "すべての年の調査。筆を言えば、その土地について台帳と調査が言ったことを古い順に出す。\n\n"
        "言わなければ年度ごとの数(新たに遊休・荒廃になったもの、解消したものは同じ筆の前の調査との比較)。\n"
        "--from と --to で、2つの年度の間に変わった筆の一覧。--by settlement で大字ごと。",
        "All years of surveys. For a parcel: what registers and surveys said of its land, oldest first.\n\n"
        "Without one: counts by fiscal year; newly abandoned and restored are against the survey before.\n"
        "--from and --to list what changed between two years; --by settlement counts by settlement.",
    ),
)
@argument("parcel", nargs=-1)
@project_option
@option("--by", type=click.Choice(["settlement"]), help=Text("settlement 大字ごと", "by settlement (大字)"))
@option("--from", "first", type=_YEAR, metavar="2021", help=Text("前の年度", "the earlier fiscal year"))
@option("--to", "second", type=_YEAR, metavar="2023", help=Text("後の年度", "the later fiscal year"))
@output_options
def history(
    parcel: tuple[str, ...],
    project: Path | None,
    by: str | None,
    first: int | None,
    second: int | None,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.parcels import changes_between, counts_by_year, find_current, statements_on, yearly_states
    from kanpo.parcels import refresh_links as refresh
    from kanpo.store import Project

    if (first is None) != (second is None):
        raise click.UsageError(str(Text("--from と --to は一緒に使います", "--from and --to go together")))
    with Project.open(find_project(project), write=True) as opened:
        refresh(opened)
        if parcel:
            found = statements_on(opened, find_current(opened, " ".join(parcel))["parcel_id"])
        else:
            states = yearly_states(opened)
            found = counts_by_year(states, by)
            if first is not None and second is not None:
                found = changes_between(states, first, second)
                found = _by_settlement(found) if by else found[found["change"] != "same"]
    if not (as_json or as_csv):
        found = _in_words(found)
    none = Text("日付のある調査はありません", "there is no survey with a day")
    show_table(found, _history_labels(), as_json=as_json, as_csv=as_csv, empty=none)
    return 0


def _by_settlement(changes: pd.DataFrame) -> pd.DataFrame:
    from kanpo.parcels import CHANGES

    place = changes["settlement"].fillna("")
    counts = changes.groupby([place, "change"]).size().unstack(fill_value=0)
    return counts.reindex(columns=list(CHANGES), fill_value=0).rename_axis("settlement").reset_index()


def _in_words(found: pd.DataFrame) -> pd.DataFrame:
    from kanpo.parcels import CHANGES
    from kanpo.schema import STATEMENTS, VOCABULARIES

    if "change" in found:
        found = found.assign(change=[str(CHANGES[key]) for key in found["change"]])
    if "as_of_basis" in found:
        basis, names = VOCABULARIES["as_of_basis"].labels, labels_of(STATEMENTS)
        found = found.assign(
            as_of_basis=[str(basis[key]) for key in found["as_of_basis"]],
            denied=[
                "・".join(str(names[one]) for one in text.split()) if text else None
                for text in found["denied"]
            ],
        )
    return found


def _history_labels() -> dict[str, Text]:
    from kanpo.parcels import CHANGES
    from kanpo.schema import BATCHES, STATEMENTS

    return {
        **labels_of(BATCHES),
        **labels_of(STATEMENTS),
        **CHANGES,
        "lot": Text("筆ID・台帳ID", "parcel or register id"),
        "year": Text("年度", "fiscal year"),
        "before": Text("前", "before"),
        "after": Text("後", "after"),
        "change": Text("変化", "change"),
        "surveyed": Text("調査した筆", "surveyed"),
        "idle_1": Text("1号", "class 1"),
        "idle_2": Text("2号", "class 2"),
        "devastated_a": Text("A分類", "class A"),
        "devastated_b": Text("B分類", "class B"),
        "none": Text("該当なし", "none"),
    }


@subcommand(
    parcels,
    "overlaps",
    help=Text(
        "重なっている筆の一覧(どの筆とどの筆が何㎡)。",
        "Parcels that lie on each other: who with whom, and how many m².",
    ),
)
@project_option
@option(
    "--least",
    type=Number(0),
    default=1.0,
    show_default=True,
    help=Text("これより小さい重なりは省く(㎡)", "leave out smaller ones, m²"),
)
@output_options
def overlaps_command(project: Path | None, least: float, as_json: bool, as_csv: bool) -> int:
    from kanpo.parcels import overlaps
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        found = overlaps(opened.imported.outlines(), least)
    labels = {
        "parcel_id": Text("筆ID", "parcel id"),
        "other_id": Text("相手の筆ID", "other parcel"),
        "overlap_m2": Text("重なり(㎡)", "overlap (m²)"),
        "share": Text("小さい方に占める割合", "share of the smaller"),
    }
    show_table(found, labels, as_json=as_json, as_csv=as_csv, empty=Text("重なりはありません", "no overlaps"))
    return 0


@subcommand(
    parcels,
    "settlements",
    help=Text(
        "大字ごと、または農業集落ごとの筆数・面積・遊休/荒廃・現地調査済みの数。",
        "Parcels, area, idle and devastated land and visits by settlement.",
    ),
)
@project_option
@option(
    "--by",
    type=click.Choice(["settlement", "farm_settlement"]),
    default="settlement",
    show_default=True,
    help=Text("settlement 大字・farm_settlement 農業集落", "settlement (大字) or farm_settlement (農業集落)"),
)
@output_options
def settlements(project: Path | None, by: str, as_json: bool, as_csv: bool) -> int:
    from kanpo.parcels import carried_over, count_by, current_parcels
    from kanpo.schema import PARCELS
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        visits = carried_over(opened.journal.read("visit"), opened)
        found = count_by(current_parcels(opened), by, visits)
    labels = labels_of(PARCELS) | {
        "parcels": Text("筆数", "parcels"),
        "area_ha": Text("面積(ha)", "area (ha)"),
        "idle": Text("遊休農地", "idle"),
        "devastated": Text("荒廃農地", "devastated"),
        "visited": Text("調査済みの筆", "visited"),
    }
    show_table(found, labels, as_json=as_json, as_csv=as_csv)
    if by == "farm_settlement" and found["farm_settlement_key"].isna().all():
        say(
            Text(
                "農業集落が分かりません。農業集落境界(農林業センサス)を kanpo ingest で取り込んでください",
                "no agricultural settlement is known: ingest the settlement boundaries of the census",
            )
        )
    return 0
