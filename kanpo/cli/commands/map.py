"""``kanpo map``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kanpo.cli._click import command, option
from kanpo.cli._discover import catalogue_of, find_project
from kanpo.cli._number import Whole
from kanpo.cli._options import InputPath, Written, audience_option, project_option
from kanpo.cli._present import say
from kanpo.cli._selection import say_selection, selection_options
from kanpo.locale import Text

if TYPE_CHECKING:
    from kanpo.parcels import ParcelFilter


@command(
    "map",
    help=Text(
        "ネットがなくても開ける1枚のHTML地図を書く。\n\n"
        "見せる相手(--audience)に許された列だけが入る。個人情報は入らない。",
        "Write the map: one HTML file that opens without a network.\n\n"
        "It holds only the columns that the audience may see, and no personal data.",
    ),
)
@project_option
@option(
    "--out",
    type=Written(makes_folders=True),
    help=Text("書き出すファイル(省略時 maps/プロジェクト名.html)", "file (default maps/NAME.html)"),
)
@option("--herb", help=Text("最初に表示する生薬", "herb shown first"))
@option("--title", default="", help=Text("地図の題名", "title of the map"))
@option("--note", default="", help=Text("地図に添える説明", "note on the map"))
@option(
    "--tiles",
    type=click.Choice(["gsi"]),
    help=Text(
        "背景に地理院タイルを使う(ネットが要る)", "background of the national survey (needs a network)"
    ),
)
@option(
    "--logo",
    type=InputPath,
    help=Text("見出しに置くロゴ(PNG・JPEG、200 kB まで)", "logo in the head (PNG or JPEG, at most 200 kB)"),
)
@option(
    "--parcels",
    "best",
    type=Whole(1),
    metavar="N",
    help=Text(
        "最初の生薬で上位 N 筆だけを載せる", "only the N parcels that rank first for the herb shown first"
    ),
)
@option(
    "--background/--no-background",
    default=True,
    help=Text(
        "境界・道路・水路など、プロジェクトにある線を背景に引く(既定)か、引かない",
        "draw lines that the project has (boundaries, roads, water) under the parcels, or not",
    ),
)
@selection_options
@audience_option
def map_command(
    project: Path | None,
    wanted: ParcelFilter,
    out: Path | None,
    herb: str | None,
    title: str,
    note: str,
    tiles: str | None,
    logo: Path | None,
    best: int | None,
    background: bool,
    audience: str,
) -> int:
    from kanpo.herbs import find_herb
    from kanpo.maps import map_project, read_logo
    from kanpo.parcels import select_parcels
    from kanpo.schema import Audience
    from kanpo.store import Project

    path = find_project(project)
    catalogue = catalogue_of(path)
    first = find_herb(catalogue, herb).herb_id if herb else None
    with Project.open(path, write=True) as opened:
        selection = select_parcels(opened, wanted)
        report, refreshed = map_project(
            opened,
            catalogue,
            out or path.parent / "maps" / f"{path.stem}.html",
            audience=Audience(audience),
            first_herb=first,
            title=title,
            note=note,
            tiles=tiles,
            logo=read_logo(logo) if logo else None,
            best=best,
            background=background,
            among=None if selection.everything else selection.parcel_ids,
        )
    if refreshed:
        say(
            Text(
                "立地要因が古かったので計算し直しました。", "site factors were stale and were computed again."
            )
        )
    say(
        Text(
            f"地図を書きました: {report.path}({report.parcels:,} 筆、{report.bytes / 1e6:.1f} MB、"
            f"{Audience(audience).label.ja}向け)。ブラウザで開いてください。",
            f"map written: {report.path} ({report.parcels:,} parcels, {report.bytes / 1e6:.1f} MB, "
            f"for {Audience(audience).label.en}). Open it in a browser.",
        )
    )
    say_selection(selection)
    click.echo(str(report.path))
    return 0
