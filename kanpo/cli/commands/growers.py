"""``kanpo growers``."""

from __future__ import annotations

from pathlib import Path

from kanpo.cli._click import argument, group, option, subcommand
from kanpo.cli._discover import find_project
from kanpo.cli._options import InputPath, dry_run_option, output_options, project_option
from kanpo.cli._present import labels_of, say, say_problems, show_table
from kanpo.locale import Text


@group(
    "growers",
    help=Text(
        "担い手・生産者。氏名と電話は 名前.people.sqlite にだけ入り、地図や表には出ない。",
        "Growers. Names and phones stand in NAME.people.sqlite only and never reach a map or table.",
    ),
)
def growers() -> None:
    pass


@subcommand(growers, "add", help=Text("生産者を登録する。", "Enter a grower."))
@argument("code")
@option("--name", required=True, help=Text("氏名(名簿ファイルにだけ入る)", "name (people file only)"))
@option("--phone", help=Text("電話(名簿ファイルにだけ入る)", "phone (people file only)"))
@option("--note", help=Text("備考(名簿ファイルにだけ入る)", "note (people file only)"))
@option("--settlement", help=Text("地区", "settlement"))
@option("--area", help=Text("引き受けられる面積(m2)", "area they can take on, m2"))
@project_option
@dry_run_option
def add(
    code: str,
    name: str,
    phone: str | None,
    note: str | None,
    settlement: str | None,
    area: str | None,
    project: Path | None,
    dry_run: bool,
) -> int:
    from kanpo.store import Project
    from kanpo.trials import enter_growers

    row = {"grower_code": code, "name": name, "phone": phone, "note": note}
    row |= {"settlement": settlement, "available_area_m2": area}
    with Project.open(find_project(project), write=not dry_run) as opened:
        report = enter_growers(opened, {key: [value] for key, value in row.items()}, dry_run=dry_run)
    say_problems(report.problems)
    if report.rejected:
        return 3
    if dry_run:
        say(
            Text(f"登録できます(何も変えていません): {code}", f"can be entered (nothing was changed): {code}")
        )
    else:
        say(Text(f"登録しました: {code}", f"entered: {code}"))
    return 0


@subcommand(
    growers,
    "import",
    help=Text(
        "生産者を表(Excel・CSV)から登録する(列: grower_code, name, phone, note)。",
        "Enter growers from a table (Excel, CSV).",
    ),
)
@argument("file", type=InputPath)
@project_option
@dry_run_option
def import_table(file: Path, project: Path | None, dry_run: bool) -> int:
    from kanpo.exchange import import_growers
    from kanpo.store import Project

    with Project.open(find_project(project), write=True) as opened:
        report = import_growers(opened, file, dry_run=dry_run)
    say_problems(report.problems)
    say(
        Text(
            f"読込 {report.read}、登録 {report.stored}、登録済み {report.repeated}、差戻し {len(report.rejected)}",
            f"read {report.read}, entered {report.stored}, known {report.repeated}, rejected {len(report.rejected)}",
        )
    )
    return 1 if report.rejected else 0


@subcommand(
    growers,
    "list",
    help=Text(
        "生産者の一覧。氏名は --names を付けた時だけ出る。", "List the growers; names only with --names."
    ),
)
@option(
    "--names",
    is_flag=True,
    help=Text("名簿ファイルから氏名と電話も出す", "add names and phones from the people file"),
)
@project_option
@output_options
def list_growers(names: bool, project: Path | None, as_json: bool, as_csv: bool) -> int:
    from kanpo.schema import PEOPLE, RECORD_KINDS
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        frame = opened.journal.read("grower")[["grower_code", "settlement", "available_area_m2"]]
        if names:
            frame = frame.merge(opened.people.read(), on="grower_code", how="left")
    show_table(frame, labels_of(PEOPLE, RECORD_KINDS["grower"]), as_json=as_json, as_csv=as_csv)
    return 0
