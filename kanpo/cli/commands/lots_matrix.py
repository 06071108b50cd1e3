"""``kanpo lots matrix``."""

from __future__ import annotations

from pathlib import Path

import click

from kanpo.cli._click import argument, group, option, subcommand
from kanpo.cli._discover import find_project
from kanpo.cli._options import InputPath, OutputPath, dry_run_option, output_options, project_option
from kanpo.cli._present import labels_of, say, say_problems, show_table
from kanpo.locale import Text


@group(
    "matrix",
    help=Text(
        "1試料1行・多数の列の測定表(メタボローム、官能評価など)。",
        "Matrices of measurements, one row a sample (metabolome, taste panel and the like).",
    ),
)
def matrix() -> None:
    pass


@subcommand(
    matrix,
    "import",
    help=Text(
        "測定表(CSV・xlsx)を取り込む。元のファイルはそのまま保つ。\n\n"
        "例: kanpo lots matrix import メタボ2025.csv --sample-column 試料",
        "Import a matrix (CSV, xlsx); the file is kept byte for byte.\n\n"
        "Example: kanpo lots matrix import metabolome.csv --sample-column sample",
    ),
)
@argument("file", type=InputPath)
@option("--id", "matrix_id", help=Text("測定表番号(省略時はファイル名)", "id (default: the file's name)"))
@option(
    "--sample-column",
    default="",
    help=Text("試料の列(省略時は最初)", "column of the sample (default: first)"),
)
@option("--sheet", default="", help=Text("シート(省略時は最初)", "sheet (default: first)"))
@option("--title", default="", help=Text("名称", "title"))
@option("--date", "happened_at", default="", help=Text("測定日(省略時は今日)", "date (default: today)"))
@option(
    "--reason", default="", help=Text("同じ番号の表を差し替える理由", "why it replaces the one of this id")
)
@project_option
@dry_run_option
def import_command(
    file: Path,
    matrix_id: str | None,
    sample_column: str,
    sheet: str,
    title: str,
    happened_at: str,
    reason: str,
    project: Path | None,
    dry_run: bool,
) -> int:
    from kanpo.lots import NewMatrix, import_matrix
    from kanpo.store import Project

    new = NewMatrix(file, matrix_id or file.stem, sample_column, title, sheet, happened_at, reason)
    with Project.open(find_project(project), write=True) as opened:
        report = import_matrix(opened, new, dry_run=dry_run)
    say_problems((*report.problems, *report.record.problems))
    if report.record.rejected:
        return 3
    state = Text("記録済み", "known already") if report.record.repeated else Text("記録", "recorded")
    say(
        Text(
            f"{new.matrix_id}: {report.samples} 試料 × {report.columns} 列({state.ja})",
            f"{new.matrix_id}: {report.samples} samples x {report.columns} columns ({state.en})",
        )
    )
    if dry_run:
        say(Text("予告だけです。何も変えていません。", "dry run: nothing was changed."))
    return 0


@subcommand(matrix, "list", help=Text("測定表の一覧。", "List the matrices."))
@project_option
@output_options
def list_matrices(project: Path | None, as_json: bool, as_csv: bool) -> int:
    from kanpo.schema import RECORD_KINDS
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        frame = opened.journal.read("matrix")
    keys = ["matrix_id", "title", "sample_column", "sample_count", "column_count", "file_name", "happened_at"]
    labels = labels_of(RECORD_KINDS["matrix"]) | {"happened_at": Text("日付", "date")}
    show_table(frame[keys], labels, as_json=as_json, as_csv=as_csv)
    return 0


@subcommand(matrix, "show", help=Text("測定表の中身。", "Show a matrix."))
@argument("matrix_id")
@project_option
@output_options
def show(matrix_id: str, project: Path | None, as_json: bool, as_csv: bool) -> int:
    from kanpo.lots import read_matrix
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        frame = read_matrix(opened, matrix_id).reset_index()
    shown = frame if as_json or as_csv else frame.iloc[:, :9]
    show_table(shown, as_json=as_json, as_csv=as_csv)
    if shown.shape[1] < frame.shape[1]:
        rest = frame.shape[1] - shown.shape[1]
        say(Text(f"ほか {rest} 列(全部は export で)", f"{rest} more columns (all of them: export)"))
    return 0


@subcommand(matrix, "export", help=Text("測定表を CSV か xlsx に書く。", "Write a matrix as CSV or xlsx."))
@argument("matrix_id")
@argument("out", type=OutputPath)
@project_option
@dry_run_option
def export(matrix_id: str, out: Path, project: Path | None, dry_run: bool) -> int:
    from kanpo.exchange import export_table
    from kanpo.lots import read_matrix
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        frame = read_matrix(opened, matrix_id).reset_index()
    if not dry_run:
        export_table(out, frame)
    click.echo(str(out))
    return 0
