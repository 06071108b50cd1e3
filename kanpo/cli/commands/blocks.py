"""``kanpo blocks``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kanpo.cli._click import command, option
from kanpo.cli._discover import catalogue_of, find_project
from kanpo.cli._limits_text import say_stale, unlike_words
from kanpo.cli._number import Number, Whole
from kanpo.cli._options import InputPath, OutputPath, output_options, project_option
from kanpo.cli._present import say, show_table
from kanpo.cli._ranking_text import certainty_cell, class_cell
from kanpo.cli._selection import say_selection, selection_options
from kanpo.locale import Text

if TYPE_CHECKING:
    import pandas as pd

    from kanpo.parcels import ParcelFilter

_LABELS = {
    "rank": Text("順位", "rank"),
    "block_id": Text("団地", "block"),
    "parcels": Text("筆数", "parcels"),
    "area_m2": Text("面積(㎡)", "area (m²)"),
    "compactness": Text("まとまり", "compactness"),
    "herb_id": Text("生薬", "herb"),
    "score": Text("適地度", "score"),
    "lower": Text("下限", "lower"),
    "upper": Text("上限", "upper"),
    "class": Text("区分", "class"),
    "yen_per_10a_low": Text("円/10a 下限", "yen per 10a, least"),
    "yen_per_10a_high": Text("円/10a 上限", "yen per 10a, most"),
    "hours_per_10a_low": Text("時間/10a 下限", "hours per 10a, least"),
    "hours_per_10a_high": Text("時間/10a 上限", "hours per 10a, most"),
    "class_lower": Text("区分(低く見て)", "class, lower"),
    "class_upper": Text("区分(高く見て)", "class, upper"),
    "certainty": Text("区分の確かさ", "certainty"),
    "sure_m2": Text("区分が確かな面積(㎡)", "of certain class (m²)"),
    "suitable_m2": Text("確かな適地(㎡)", "surely suitable (m²)"),
    "maybe_m2": Text("適地かもしれない(㎡)", "may be suitable (m²)"),
    "settlements": Text("大字", "settlements"),
    "parcel_ids": Text("筆ID", "parcel ids"),
    "yen_per_10a": Text("円/10a", "yen per 10a"),
    "hours_per_10a": Text("時間/10a", "hours per 10a"),
}


@command(
    "blocks",
    help=Text(
        "隣り合う筆をまとめて団地にし、よい順に並べる。機械を使うにはまとまった面積が要る。\n\n"
        "すき間(--gap)までの筆をつなぐ。--barrier に川や幹線道路の線を渡すと、それを越えてはつながない。\n"
        "団地の適地度は筆の適地度の面積加重平均。生薬を指定しなければ、団地ごとに一番よい生薬で並べる。"
        "円と時間はその生薬で、最初の作までにその場所だからかかるもの。",
        "Bring neighbouring parcels together into blocks, the best first: machines need area together.\n\n"
        "Parcels up to a gap apart are joined, but not across the lines of --barrier (rivers, main roads). "
        "The score of a block is the mean of its parcels' scores weighted by area, for the herb given or else "
        "for the best herb of each block; yen and hours are what the place takes for that herb.",
    ),
)
@project_option
@option("--herb", help=Text("生薬(省略時は団地ごとに一番よいもの)", "herb (default: the best of each block)"))
@option(
    "--gap",
    type=Number(0, 1000),
    default=10.0,
    show_default=True,
    help=Text("つなぐすき間の上限(m)", "widest gap to join across, m"),
)
@option(
    "--min-block-area",
    type=Number(0),
    default=5000.0,
    show_default=True,
    help=Text("団地の面積の下限(㎡)", "least area of a block, m²"),
)
@option(
    "--barrier",
    type=InputPath,
    metavar="FILE",
    help=Text(
        "越えない線のファイル(GeoJSON・GeoPackage・FlatGeobuf)",
        "file of lines not to join across (GeoJSON, GeoPackage, FlatGeobuf)",
    ),
)
@option(
    "--barrier-layer",
    "barrier_layers",
    multiple=True,
    metavar="ID",
    help=Text(
        "越えない線の主題図(kanpo layers list の ID)。何度でも",
        "layer of lines not to join across, repeatable",
    ),
)
@option(
    "--out",
    type=OutputPath,
    metavar="FILE",
    help=Text(
        "団地の形を書き出すファイル(.geojson .gpkg .fgb .parquet .csv .xlsx)",
        "file for the outlines of the blocks (.geojson .gpkg .fgb .parquet .csv .xlsx)",
    ),
)
@option("--limit", type=Whole(1), default=50, show_default=True, help=Text("何件まで", "at most so many"))
@selection_options
@output_options
def blocks(
    project: Path | None,
    wanted: ParcelFilter,
    herb: str | None,
    gap: float,
    min_block_area: float,
    barrier: Path | None,
    barrier_layers: tuple[str, ...],
    out: Path | None,
    limit: int,
    as_json: bool,
    as_csv: bool,
) -> int:
    import numpy as np

    from kanpo.blocks import block_table, form_blocks, outlines, read_barriers, stored_barriers, with_costs
    from kanpo.exchange import export_layer, layer_file, style_layer
    from kanpo.herbs import find_herb
    from kanpo.parcels import select_parcels
    from kanpo.store import Project
    from kanpo.suitability import project_sites, score_as_stored, shade_words
    from kanpo.workability import costs_of_blocks

    catalogue = catalogue_of(find_project(project))
    chosen = [find_herb(catalogue, herb).herb_id] if herb else None
    path = layer_file(out) if out else None
    lines = [read_barriers(barrier)] if barrier else []
    with Project.open(find_project(project)) as opened:
        parcels, factors = project_sites(opened)
        lines += [stored_barriers(opened, barrier_layers)] if barrier_layers else []
        scores = score_as_stored(opened, factors, catalogue, chosen)
        say_stale(opened, catalogue)
        selection = select_parcels(opened, wanted)
        parcels = parcels[selection.rows(parcels["parcel_id"])].reset_index(drop=True)
        formed = form_blocks(parcels, gap_m=gap, barriers=np.concatenate(lines) if lines else None)
        table = block_table(formed, parcels, scores, least_area_m2=min_block_area)
        herb_of = table.dropna(subset="herb_id").set_index("block_id")["herb_id"].to_dict()
        inside = formed.block_of, formed.block_ids
        costs = costs_of_blocks(opened, catalogue, herb_of, factors, parcels, *inside, scores.expectations)
    table = with_costs(table, costs)
    if path is not None:
        style = style_layer(Text("団地", "blocks"), table, labels=_LABELS)
        export_layer(path, outlines(formed, table), layer="blocks", style=style)
        say(Text(f"{len(table):,} 団地を書き出しました: {path}", f"{len(table):,} blocks written: {path}"))
    shown = table
    if not (as_json or as_csv):
        names = {herb_id: str(herb.label) for herb_id, herb in catalogue.herbs.items()}
        shown = _in_words(table.assign(herb_id=table["herb_id"].map(names)))
    nothing = Text(
        "その広さの団地はありません(--min-block-area)", "no block is that large (see --min-block-area)"
    )
    show_table(shown.head(limit), _LABELS, as_json=as_json, as_csv=as_csv, empty=nothing)
    say(
        Text(
            f"{len(formed.parcel_ids):,} 筆が {len(formed.block_ids):,} 団地に。"
            f"うち {min_block_area:,.0f} ㎡ 以上は {len(table):,}(表は上位 {min(limit, len(table))})。",
            f"{len(formed.parcel_ids):,} parcels in {len(formed.block_ids):,} blocks, {len(table):,} of them with "
            f"{min_block_area:,.0f} m² or more ({min(limit, len(table))} shown).",
        )
    )
    for words in unlike_words(scores.among(selection.parcel_ids), catalogue):
        say(words)
    for herb_id in table.head(limit)["herb_id"].dropna().unique():
        if built := shade_words(catalogue, herb_id):
            name = catalogue.herbs[herb_id].label
            say(Text(f"{name.ja}: {built.ja}。", f"{name.en}: {built.en}."))
    say_selection(selection)
    return 0


def _in_words(table: pd.DataFrame) -> pd.DataFrame:
    """Blocks with the range of classes, how sure it is and what it takes in one cell each."""
    import numpy as np

    from kanpo.workability import HOURS, YEN, range_text

    shown = table.drop(columns=["parcel_ids", "class_lower", "class_upper"])
    ends = zip(table["class_lower"], table["class_upper"], strict=True)
    shown["class"] = [class_cell(*pair) for pair in ends]
    shown["certainty"] = [certainty_cell(kind) for kind in table["certainty"]]
    for key in ("area_m2", "sure_m2", "suitable_m2", "maybe_m2"):
        shown[key] = [f"{area:9,.0f}" for area in table[key]]
    shown["compactness"] = [f"{share:.2f}" for share in table["compactness"]]
    for name, unit in (("yen_per_10a", YEN), ("hours_per_10a", HOURS)):
        if f"{name}_low" in table:
            # Means over a block: to the thousand yen and the hour, outwards.
            step = 1000.0 if unit is YEN else 1.0
            low = np.floor(table[f"{name}_low"] / step) * step
            high = np.ceil(table[f"{name}_high"] / step) * step
            ends = zip(low, high, strict=True)
            shown[name] = [str(range_text(low, high, unit)) for low, high in ends]
            shown = shown.drop(columns=[f"{name}_low", f"{name}_high"])
    return shown
