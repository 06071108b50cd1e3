"""``kanpo picture``."""

from __future__ import annotations

from pathlib import Path

import click

from kanpo.cli._click import argument, command, option
from kanpo.cli._discover import catalogue_of, find_project
from kanpo.cli._options import OutputPath, audience_option, project_option
from kanpo.cli._present import say
from kanpo.errors import UsageError
from kanpo.locale import Text


@command(
    "picture",
    help=Text(
        "報告書に貼る図を書く(PNG か SVG)。ブラウザは要らない。\n\n"
        "map は生薬の適地の地図、scores は適地度の分布、parcel は1筆と試験区の配置\n"
        "(試験区は kanpo map と同じく --audience partner か office のときだけ)。\n"
        "例: kanpo picture map 芍薬.png --herb 芍薬",
        "Write a picture for a report (PNG or SVG); no browser is needed.\n\n"
        "map: the classes of a herb; scores: how its scores are spread; parcel: one parcel with its trial plots "
        "(these, as with kanpo map, only for --audience partner or office). "
        "Example: kanpo picture map peony.png --herb shakuyaku",
    ),
)
@argument("kind", type=click.Choice(["map", "scores", "parcel"]))
@argument("out", type=OutputPath)
@project_option
@option("--herb", help=Text("生薬(map と scores に要る)", "herb, for map and scores"))
@option(
    "--parcel",
    help=Text("筆ID または 大字 地番(parcel に要る)", "parcel id, or settlement and lot, for parcel"),
)
@audience_option
def picture(
    kind: str, out: Path, project: Path | None, herb: str | None, parcel: str | None, audience: str
) -> int:
    from kanpo.herbs import find_herb
    from kanpo.maps import picture_map, picture_parcel, picture_scores
    from kanpo.schema import Audience
    from kanpo.store import Project

    wanted = parcel if kind == "parcel" else herb
    if not wanted:
        name = "--parcel" if kind == "parcel" else "--herb"
        raise UsageError(
            "picture.of-what",
            Text(f"{name} がありません", f"{name} is missing"),
            Text(f"{name} で何の図か指定してください", f"say with {name} what to draw"),
        )
    path = find_project(project)
    catalogue = catalogue_of(path)
    with Project.open(path) as opened:
        if kind == "parcel":
            report = picture_parcel(opened, catalogue, wanted, out, audience=Audience(audience))
        else:
            draw = picture_map if kind == "map" else picture_scores
            report = draw(opened, catalogue, find_herb(catalogue, wanted).herb_id, out)
    if report.font is None:
        say(
            Text(
                "日本語の書体が見つからないので、日本語は□になります。Noto Sans CJK JP などを入れてください。",
                "No font with Japanese letters was found: they show as boxes. Install Noto Sans CJK JP, for instance.",
            )
        )
    if report.hidden:
        say(
            Text(
                f"この筆の試験区 {report.hidden} 区は一般公開向けの図には入れていません(--audience partner で入ります)。",
                f"{report.hidden} trial plots of this parcel are not for the public and were left out "
                "(--audience partner shows them).",
            )
        )
    say(Text(f"図を書きました: {report.path}", f"picture written: {report.path}"))
    click.echo(str(report.path))
    return 0
