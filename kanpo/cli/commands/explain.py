"""``kanpo explain``."""

from __future__ import annotations

from pathlib import Path

import click

from kanpo.cli._click import argument, command, option
from kanpo.cli._discover import find_project
from kanpo.cli._options import project_option
from kanpo.cli._present import say, show_json
from kanpo.locale import Text


@command(
    "explain",
    help=Text(
        "ある筆のスコアの理由を、要因ごとの値・出どころ・目録の根拠まで説明する。\n\n"
        "筆は筆ID、または「大字 地番」で指定する。例: kanpo explain 01234 --herb 当帰",
        "Say why a parcel has its score: value, where it comes from, and the catalogue's ground for each factor.\n\n"
        "Name the parcel by its id, or by settlement and lot number.",
    ),
)
@argument("parcel", nargs=-1, required=True, metavar="PARCEL")
@option("--herb", required=True, help=Text("生薬(toki・当帰・トウキのどれでも)", "herb, by any of its names"))
@project_option
@option("--json", "as_json", is_flag=True, help=Text("JSONで出す", "print JSON"))
def explain_command(parcel: tuple[str, ...], herb: str, project: Path | None, as_json: bool) -> int:
    from kanpo.herbs import find_herb, load_catalogue
    from kanpo.parcels import find_current
    from kanpo.sites import overruled_text, stored_factors, values_of_parcel
    from kanpo.store import Project
    from kanpo.suitability import explain, score_settings

    catalogue = load_catalogue()
    herb_id = find_herb(catalogue, herb).herb_id
    with Project.open(find_project(project)) as opened:
        row = find_current(opened, " ".join(parcel))
        factors, changed = stored_factors(opened)
        settings = score_settings(opened)
        said = values_of_parcel(opened, row["parcel_id"])
    if changed:
        names = "・".join(label.ja for label in changed), ", ".join(label.en for label in changed)
        say(
            Text(
                f"注意: 計算の後に {names[0]} が変わっています。kanpo score で計算し直してください。",
                f"note: {names[1]} changed since; run kanpo score again.",
            )
        )
    explanation = explain(
        factors,
        row["parcel_id"],
        herb_id,
        catalogue,
        method=settings.method,
        weights=settings.weights,
        bounds=settings.bounds,
    )
    said = said[said["factor"].isin([line.factor for line in explanation.lines])]
    if as_json:
        all_values = said.drop(columns="parcel_id").to_dict("records")
        show_json(explanation.to_dict() | {"all_values": all_values})
    else:
        click.echo(str(Text.same(f"{row['settlement'] or ''} {row['lot_number'] or ''}".strip())))
        click.echo(str(explanation.text()))
        click.echo(str(overruled_text(said)), nl=False)
    return 0
