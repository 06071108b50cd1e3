"""``kanpo edits``: what another program changed in the project, and the two ways on."""

from __future__ import annotations

from pathlib import Path

import click

from kanpo.cli._click import group, option, subcommand
from kanpo.cli._discover import find_project
from kanpo.cli._options import dry_run_option, output_options, project_option
from kanpo.cli._present import say, say_problems, show_table
from kanpo.errors import UsageError
from kanpo.locale import Text


@group(
    "edits",
    help=Text(
        "QGIS などでの編集を見つけ、取り込むか、元に戻す。",
        "Edits made in QGIS and the like: take them in, or bring back what was.",
    ),
)
def edits() -> None:
    pass


@subcommand(
    edits,
    "list",
    help=Text(
        "kanpo の外で編集されたところの一覧(どの筆のどの列が、何から何に)。",
        "List what was edited beside kanpo: which parcel, which column, from what to what.",
    ),
)
@project_option
@output_options
def list_command(project: Path | None, as_json: bool, as_csv: bool) -> int:
    import pandas as pd

    from kanpo.store import list_edits

    problems = list_edits(find_project(project))
    rows = [
        {
            "where": p.place.column,
            "which": p.place.value,
            "what": str(p.what),
            "mend": str(p.mend),
            "code": p.code,
        }
        for p in problems
    ]
    labels = {
        "where": Text("表・列", "table or column"),
        "which": Text("どれ", "which"),
        "what": Text("何が", "what"),
        "mend": Text("どうする", "what to do"),
    }
    show_table(
        pd.DataFrame(rows, columns=["where", "which", "what", "mend", "code"]),
        labels,
        as_json=as_json,
        as_csv=as_csv,
        empty=Text("kanpo の外での編集はありません", "nothing was edited beside kanpo"),
    )
    return 0


@subcommand(
    edits,
    "accept",
    help=Text(
        "編集を、誰がなぜの控えとともに取り込む。\n\n"
        "筆の形と値はファイルの取込と同じに調べ、面積は測り直す。使えないものは理由を示してそのまま残す。"
        "消された筆は過去の筆に移す。計算結果は消えるので kanpo score で計算し直す。",
        "Take edits in, with who and why.\n\n"
        "Outlines and values are checked as those of a file, and areas measured anew; what does not pass is named "
        "and stays as it is. Deleted parcels move to the former parcels. Compute again with kanpo score.",
    ),
)
@project_option
@option("--reason", required=True, help=Text("編集した理由", "why"))
@dry_run_option
def accept(project: Path | None, reason: str, dry_run: bool) -> int:
    from kanpo.parcels import accept_edits
    from kanpo.store import list_edits

    path = find_project(project)
    if not reason.strip():
        raise UsageError(
            "edits.reason",
            Text("理由が空です", "the reason is empty"),
            Text(
                "--reason 現地で境界を直した のように書いてください",
                "write why, as --reason 'boundary mended'",
            ),
        )
    if dry_run:
        say_problems(list_edits(path))
        return 0
    accepted = accept_edits(path, reason.strip())
    say_problems(accepted.problems)
    _say_copy(accepted.mended.copy)
    say(accepted.text())
    click.echo(str(path))
    return 1 if accepted.problems else 0


@subcommand(
    edits,
    "undo",
    help=Text(
        "kanpo が最後に書いた姿に戻す。\n\n"
        "今のファイルは 名前.before-undo.backup に残す。知らないトリガーやビューも外す。"
        "書き換えられた計算結果は消えるので kanpo score で計算し直す。",
        "Bring back what kanpo last wrote.\n\n"
        "The present file is kept as NAME.before-undo.backup. Triggers and views that are not known are taken off. "
        "Computed values that were edited are taken out: compute them again with kanpo score.",
    ),
)
@project_option
@option(
    "--drop-columns",
    is_flag=True,
    help=Text("kanpo の表に加えられた列も外す", "also take out columns added to kanpo's tables"),
)
@dry_run_option
def undo(project: Path | None, drop_columns: bool, dry_run: bool) -> int:
    from kanpo.store import list_edits, undo_edits

    path = find_project(project)
    if dry_run:
        say_problems(list_edits(path))
        return 0
    mended = undo_edits(path, drop_columns=drop_columns)
    _say_copy(mended.copy)
    if mended.copy is None:
        say(Text("戻すものはありませんでした", "there was nothing to bring back"))
    else:
        count = len(mended.problems)
        say(Text(f"{count:,} か所を元に戻しました", f"{count:,} edits were undone"))
    left = list_edits(path)
    say_problems(left)
    click.echo(str(path))
    return 5 if any(not problem.code.startswith("edit.column-added") for problem in left) else 0


def _say_copy(copy: Path | None) -> None:
    if copy is not None:
        say(Text(f"編集されたままの写し: {copy}", f"copy with the edits: {copy}"))
