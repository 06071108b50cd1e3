"""``kanpo explain``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kanpo.cli._click import argument, command, option
from kanpo.cli._discover import catalogue_of, find_project
from kanpo.cli._options import assume_option, mapping, project_option, what_if_option
from kanpo.cli._present import say, show_json
from kanpo.locale import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from kanpo.herbs import Catalogue
    from kanpo.sites import Factors
    from kanpo.suitability import Explanation, ScoreSettings


@command(
    "explain",
    help=Text(
        "ある筆の適地度の理由を、要因ごとの値・出どころ・目録の根拠まで説明する。\n\n"
        "筆は筆ID、または「大字 地番」で指定する。例: kanpo explain 01234 --herb 当帰",
        "Say why a parcel has its score: value, where it comes from, and the catalogue's ground for each factor.\n\n"
        "Name the parcel by its id, or by settlement and lot number.",
    ),
)
@argument("parcel", nargs=-1, required=True, metavar="PARCEL")
@option("--herb", required=True, help=Text("生薬(toki・当帰・トウキのどれでも)", "herb, by any of its names"))
@what_if_option
@assume_option
@project_option
@option("--json", "as_json", is_flag=True, help=Text("JSONで出す", "print JSON"))
def explain_command(
    parcel: tuple[str, ...],
    herb: str,
    what_if: tuple[str, ...],
    assume: str | None,
    project: Path | None,
    as_json: bool,
) -> int:
    from kanpo.climate import explain_years, longest_record, project_stations
    from kanpo.herbs import find_herb
    from kanpo.parcels import current_parcels, find_current
    from kanpo.sites import overruled_text, stored_factors, values_of_parcel
    from kanpo.store import Project
    from kanpo.suitability import explain, read_assumptions, score_settings, with_assumed
    from kanpo.workability import answer_works, costs_of_parcel

    catalogue = catalogue_of(find_project(project))
    herb_id = find_herb(catalogue, herb).herb_id
    assumed = read_assumptions(mapping(what_if, "soil_ph=6.2", "--what-if") or {})
    with Project.open(find_project(project)) as opened:
        row = find_current(opened, " ".join(parcel))
        factors, changed = stored_factors(opened)
        settings = score_settings(opened)
        said = values_of_parcel(opened, row["parcel_id"])
        parcels = current_parcels(opened) if assume else None
        place_costs = costs_of_parcel(opened, catalogue, herb_id, row["parcel_id"], factors, assumed)
        priced = answer_works(opened, catalogue, herb_id)
        record = longest_record(project_stations(opened))
    _say_changed(changed)
    if assumed:
        say(_assumed_words(assumed))
        factors = with_assumed(factors, row["parcel_id"], assumed)
    explanation = explain(
        factors,
        row["parcel_id"],
        herb_id,
        priced,
        method=settings.method,
        weights=settings.weights,
        bounds=settings.bounds,
        expectations=settings.expectations,
    )
    around = _around(factors, parcels, explanation, catalogue, settings) if parcels is not None else None
    years = explain_years(
        record, factors, row["parcel_id"], herb_id, catalogue, bounds=settings.bounds, method=settings.method
    )
    if as_json:
        all_values = said.drop(columns="parcel_id").to_dict("records")
        more = {"all_values": all_values} | ({"assumed": around[0]} if around else {})
        more |= {"workability": place_costs[0]}
        more |= {"climate_years": years[0]} if years else {}
        show_json(explanation.to_dict() | more)
        return 0
    place = f"{row['settlement'] or ''} {row['lot_number'] or ''}".strip()
    click.echo(place or str(row["parcel_id"]))
    click.echo(str(explanation.text()))
    click.echo(str(place_costs[1]))
    click.echo(str(overruled_text(said)), nl=False)
    if around:
        click.echo(str(around[1]))
    if years:
        click.echo(str(years[1]))
    return 0


def _assumed_words(assumed: Mapping[str, object]) -> Text:
    """That values are thought of, by their names."""
    from kanpo.schema import FACTORS, PARCELS

    labels = [FACTORS[key].label if key in FACTORS else PARCELS.field(key).label for key in assumed]
    return Text(
        f"仮の値での説明です({'、'.join(label.ja for label in labels)})。何も保存しません。",
        f"explained with assumed values ({', '.join(label.en for label in labels)}); nothing is stored.",
    )


def _say_changed(changed: tuple[Text, ...]) -> None:
    if changed:
        names = "・".join(label.ja for label in changed), ", ".join(label.en for label in changed)
        say(
            Text(
                f"注意: 計算の後に {names[0]} が変わっています。kanpo score で計算し直してください。",
                f"note: {names[1]} changed since; run kanpo score again.",
            )
        )


def _around(
    factors: Factors,
    parcels: gpd.GeoDataFrame,
    explanation: Explanation,
    catalogue: Catalogue,
    settings: ScoreSettings,
) -> tuple[dict[str, Any], Text]:
    """What the parcels around suggest for the unknown factors, as plain values and in words."""
    from kanpo.parcels import plane_points
    from kanpo.suitability import neighbour_ranges, score_within

    ranges = neighbour_ranges(factors, plane_points(parcels, factors.parcel_ids))
    scores = score_within(
        factors,
        ranges,
        catalogue,
        [explanation.herb_id],
        method=settings.method,
        weights=settings.weights_for(catalogue),
        bounds=settings.bounds,
        expectations=settings.expectations,
    )
    at = factors.parcel_ids.index(explanation.parcel_id)
    lower, upper = float(scores.result.lower[0, at]), float(scores.result.upper[0, at])
    found = {
        key: ends for key, ends in ranges.of(explanation.parcel_id).items() if key in explanation.missing
    }
    told = ranges.text(explanation.parcel_id, explanation.missing)
    words = Text(
        f"仮定: 周りの筆の値から {told.ja or '言えることはありません'} → 幅は {lower:.2f}〜{upper:.2f}(保存していません)",
        f"Assumed from the parcels around: {told.en or 'nothing'} -> interval {lower:.2f} to {upper:.2f} (not stored)",
    )
    return {"lower": lower, "upper": upper, "ranges": found}, words
