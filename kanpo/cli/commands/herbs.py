"""``kanpo herbs``."""

from __future__ import annotations

from pathlib import Path

import click

from kanpo.cli._click import argument, group, option, subcommand
from kanpo.cli._options import PathType, output_options
from kanpo.cli._present import say, say_problems, show_table
from kanpo.locale import Text

_LABELS = {
    "herb_id": Text("ID", "id"),
    "crude_drug_ja": Text("生薬", "crude drug"),
    "plant_ja": Text("植物", "plant"),
    "species": Text("学名", "species"),
    "part_used_ja": Text("部位", "part (ja)"),
    "years_to_harvest": Text("収穫までの年数", "years to harvest"),
    "confidence": Text("確からしさ", "confidence"),
    "factor": Text("要因", "factor"),
    "requirement": Text("要求条件", "requirement"),
    "weight": Text("重み", "weight"),
    "knock_out": Text("不適条件", "knock-out"),
    "source": Text("出典", "source"),
}


@group("herbs", help=Text("生薬の目録を見る・調べる。", "Look at and check the herb catalogue."))
def herbs() -> None:
    pass


@subcommand(herbs, "list", help=Text("目録にある生薬の一覧。", "List the herbs of the catalogue."))
@output_options
def list_herbs(as_json: bool, as_csv: bool) -> int:
    from kanpo.herbs import herb_table, load_catalogue

    keys = [
        "herb_id",
        "crude_drug_ja",
        "plant_ja",
        "species",
        "part_used_ja",
        "years_to_harvest",
        "confidence",
    ]
    show_table(herb_table(load_catalogue())[keys], _LABELS, as_json=as_json, as_csv=as_csv)
    return 0


@subcommand(
    herbs,
    "show",
    help=Text(
        "ある生薬の要求条件を、出典と確からしさとともに示す。",
        "Show what a herb needs, with source and confidence.",
    ),
)
@argument("herb")
@output_options
def show(herb: str, as_json: bool, as_csv: bool) -> int:
    from kanpo.herbs import find_herb, load_catalogue, requirement_table

    catalogue = load_catalogue()
    found = find_herb(catalogue, herb)
    say(found.label)
    show_table(requirement_table(catalogue, found.herb_id), _LABELS, as_json=as_json, as_csv=as_csv)
    return 0


@subcommand(
    herbs,
    "check",
    help=Text(
        "目録のCSVを調べる(フォルダを省くと同梱の目録)。",
        "Check the catalogue's CSV files (default: those shipped).",
    ),
)
@option("--folder", type=PathType, help=Text("自分の目録のフォルダ", "folder of your own catalogue"))
def check(folder: Path | None) -> int:
    from kanpo.herbs import check_catalogue

    problems = check_catalogue(folder)
    say_problems(problems, limit=200)
    if not problems:
        click.echo(str(Text("目録に問題はありません。", "the catalogue is in order.")))
    return 3 if problems else 0
