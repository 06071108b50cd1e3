"""``kanpo merge``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kanpo.cli._click import argument, command, option
from kanpo.cli._discover import find_project
from kanpo.cli._options import PathType, dry_run_option, project_option
from kanpo.cli._present import say, show_json
from kanpo.locale import Text

if TYPE_CHECKING:
    from kanpo.trials import Union


@command(
    "merge",
    help=Text(
        "同じプロジェクトのもう一つの写しの記録を、このプロジェクトに合わせる。\n\n"
        "どちらの記録も失われず、合わせる順番は結果に影響しない。二度合わせても増えない。相手のファイルは変えない。"
        "筆と主題図は合わせず、違いだけを知らせる。名簿は --people を付けた時だけ合わせる。"
        "食い違う値は両方残し、kanpo records conflicts に出る。",
        "Add the records of another copy of the same project to this one.\n\n"
        "No record is lost on either side, the order of merging does not matter, and merging twice adds "
        "nothing. The other file is only read. Parcels and layers are not merged, only compared; people "
        "only with --people. Values that contradict each other are both kept: see kanpo records conflicts.",
    ),
)
@argument("other", type=PathType)
@project_option
@option(
    "--people",
    is_flag=True,
    help=Text("名簿(個人情報)も合わせる", "merge the people files (personal data) too"),
)
@option(
    "--another-project",
    is_flag=True,
    help=Text("別に作ったプロジェクトの記録も受け入れる", "take records of a project that was made apart"),
)
@dry_run_option
@option("--json", "as_json", is_flag=True, help=Text("JSONで出す", "print JSON"))
def merge(
    other: Path, project: Path | None, people: bool, another_project: bool, dry_run: bool, as_json: bool
) -> int:
    from kanpo.trials import unite_copies

    path = find_project(project)
    union = unite_copies(path, other, people=people, another=another_project, dry_run=dry_run)
    if as_json:
        show_json(_plain(union))
    _say_union(union, other)
    if dry_run:
        say(Text("予告だけです。何も変えていません。", "dry run: nothing was changed."))
    return 0


def _plain(union: Union) -> dict[str, object]:
    report = union.report
    return {
        "added": len(report.came),
        "known": report.known,
        "ahead": report.ahead,
        "record_ids": list(report.came),
        "conflicts": union.conflicts.to_dict("records"),
        "orphans": union.orphans.to_dict("records"),
        "files": report.files.to_dict("records"),
        "people": None if union.people is None else union.people.to_dict("records"),
        "unpredicted": union.unpredicted,
        "backup": None if union.backup is None else str(union.backup),
    }


def _say_union(union: Union, other: Path) -> None:
    report = union.report
    say(
        Text(
            f"{other.name} から {len(report.came):,} 件の記録を合わせました(共通 {report.known:,} 件)。",
            f"{len(report.came):,} records came from {other.name} ({report.known:,} were known).",
        )
    )
    if report.ahead:
        say(
            Text(
                f"こちらにだけある記録が {report.ahead:,} 件あります。相手側でも kanpo merge を実行すると揃います。",
                f"{report.ahead:,} records are only here; run kanpo merge on the other side too.",
            )
        )
    if union.unpredicted:
        say(
            Text(
                f"入ってきた試験のうち {union.unpredicted} 件には、試験前の予測がありません。収穫の前なら kanpo evidence keep で残せます。",
                f"{union.unpredicted} of the trials that came have no prediction; before the harvest, keep one: "
                "kanpo evidence keep",
            )
        )
    count = union.conflicts["conflict"].nunique()
    if count:
        say(
            Text(
                f"食い違う値が {count} 組あります(両方残しました): kanpo records conflicts",
                f"{count} contradictions (both sides are kept): kanpo records conflicts",
            )
        )
    for row in report.files.itertuples(index=False):
        verb = "kanpo ingest" if row.what == "batch" else "kanpo layers add"
        say(
            Text(
                f"相手にだけあるファイル: {row.name} → ここでも {verb} してください",
                f"only the other copy has {row.name}: {verb} it here too",
            )
        )
    for row in union.orphans.head(20).itertuples(index=False):
        say(
            Text(
                f"ここにない相手の記録(残しました): {row.record_id} {row.field}={row.value}",
                f"about something unknown here (kept): {row.record_id} {row.field}={row.value}",
            )
        )
    if len(union.orphans) > 20:
        say(Text(f"ほか {len(union.orphans) - 20:,} 件", f"{len(union.orphans) - 20:,} more"))
    _say_people(union)
    if union.backup is not None:
        say(Text(f"合わせる前の写し: {union.backup}", f"copy from before: {union.backup}"))


def _say_people(union: Union) -> None:
    if union.people is None:
        say(Text("名簿(個人情報)は合わせていません。", "the people files were not merged."))
        return
    for row in union.people.itertuples(index=False):
        say(
            Text(
                f"名簿の食い違い: {row.grower_code} の {row.field}(こちらを残しました)",
                f"the people files differ: {row.field} of {row.grower_code} (ours stays)",
            )
        )
