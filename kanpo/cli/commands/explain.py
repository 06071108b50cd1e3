"""``kanpo explain``."""

from __future__ import annotations

from pathlib import Path

import click

from kanpo.cli._click import argument, command, option
from kanpo.cli._discover import catalogue_of, find_project
from kanpo.cli._options import mapping, project_option, what_if_option
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
@what_if_option
@project_option
@option("--json", "as_json", is_flag=True, help=Text("JSONで出す", "print JSON"))
def explain_command(
    parcel: tuple[str, ...], herb: str, what_if: tuple[str, ...], project: Path | None, as_json: bool
) -> int:
    from kanpo.herbs import find_herb
    from kanpo.parcels import find_current
    from kanpo.sites import stored_factors
    from kanpo.store import Project
    from kanpo.suitability import assume, explain, read_assumptions

    catalogue = catalogue_of(find_project(project))
    herb_id = find_herb(catalogue, herb).herb_id
    assumed = read_assumptions(mapping(what_if, "soil_ph=6.2", "--what-if") or {})
    with Project.open(find_project(project)) as opened:
        row = find_current(opened, " ".join(parcel))
        factors, changed = stored_factors(opened)
    if changed:
        names = "・".join(label.ja for label in changed), ", ".join(label.en for label in changed)
        say(
            Text(
                f"注意: 計算の後に {names[0]} が変わっています。kanpo score で計算し直してください。",
                f"note: {names[1]} changed since; run kanpo score again.",
            )
        )
    if assumed:
        say(
            Text(
                f"仮の値での説明です({'、'.join(assumed)})。何も保存しません。",
                f"explained with assumed values ({', '.join(assumed)}); nothing is stored.",
            )
        )
        factors = assume(factors, row["parcel_id"], assumed)
    explanation = explain(factors, row["parcel_id"], herb_id, catalogue)
    if as_json:
        show_json(explanation.to_dict())
    else:
        click.echo(str(Text.same(f"{row['settlement'] or ''} {row['lot_number'] or ''}".strip())))
        click.echo(str(explanation.text()))
    return 0
