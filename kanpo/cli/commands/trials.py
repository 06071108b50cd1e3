"""``kanpo trials``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from kanpo.cli._click import argument, group, option, subcommand
from kanpo.cli._discover import find_project
from kanpo.cli._options import dry_run_option, output_options, project_option
from kanpo.cli._present import labels_of, say, say_problems, show_table
from kanpo.cli._trial_options import names, size_of
from kanpo.errors import UsageError
from kanpo.locale import Text


@group(
    "trials",
    help=Text("試験栽培を作る・見る・まとめる。", "Make, list and summarise test cultivation."),
    lazy={
        "design": (
            "kanpo.cli.commands.trial_design:design",
            Text("試験を設計し、割り付け、筆の上に置く。", "Design, randomise and lay out a trial."),
        )
    },
)
def trials() -> None:
    pass


@subcommand(
    trials,
    "create",
    help=Text(
        "試験を作り、試験区を筆の形の上に並べて無作為に割り付ける。\n\n"
        "例: kanpo trials create TK26 --herb 当帰 --parcel 01234 --treatments 標準,早植え --replicates 4",
        "Make a trial; its plots are laid on the parcel's outline and randomised.\n\n"
        "Example: kanpo trials create TK26 --herb toki --parcel 01234 --treatments standard,early --replicates 4",
    ),
)
@argument("code")
@option("--herb", required=True, help=Text("生薬", "herb"))
@option(
    "--parcel",
    required=True,
    help=Text("筆ID、または「大字 地番」", "parcel id, or settlement and lot number"),
)
@option("--treatments", required=True, help=Text("処理をカンマで区切って", "treatments, separated by commas"))
@option(
    "--replicates", type=click.IntRange(1, 100), default=3, show_default=True, help=Text("反復", "replicates")
)
@option(
    "--design",
    type=click.Choice(["rcbd", "crd", "demonstration"]),
    default="rcbd",
    show_default=True,
    help=Text("設計(rcbd 乱塊法・crd 完全無作為・demonstration 実証展示)", "experimental design"),
)
@option(
    "--plot-size",
    default="2x5",
    show_default=True,
    metavar="WxL",
    help=Text("区の幅x長さ(m)", "plot width x length, m"),
)
@option(
    "--alley", type=click.FloatRange(0), default=0.5, show_default=True, help=Text("区の間(m)", "alley, m")
)
@option(
    "--headland",
    type=click.FloatRange(0),
    default=1.0,
    show_default=True,
    help=Text("枕地(m)", "headland, m"),
)
@option(
    "--seed",
    type=int,
    default=1,
    show_default=True,
    help=Text("乱数の種(同じ種なら同じ配置)", "seed of the randomisation"),
)
@option("--date", "happened_at", help=Text("始めた日(省略時は今日)", "start (default: today)"))
@option("--title", default="", help=Text("名称", "title"))
@option("--grower", default="", help=Text("生産者コード", "grower code"))
@project_option
@dry_run_option
def create(
    code: str,
    herb: str,
    parcel: str,
    treatments: str,
    replicates: int,
    design: str,
    plot_size: str,
    alley: float,
    headland: float,
    seed: int,
    happened_at: str | None,
    title: str,
    grower: str,
    project: Path | None,
    dry_run: bool,
) -> int:
    from kanpo.herbs import find_herb, load_catalogue
    from kanpo.parcels import find_current
    from kanpo.store import Project
    from kanpo.trials import NewTrial, create_trial

    with Project.open(find_project(project), write=True) as opened:
        trial = NewTrial(
            trial_code=code,
            herb_id=find_herb(load_catalogue(), herb).herb_id,
            parcel_id=find_current(opened, parcel)["parcel_id"],
            happened_at=happened_at or date.today().isoformat(),
            treatments=names(treatments),
            replicates=replicates,
            design=design,
            plot_size_m=size_of(plot_size),
            alley_m=alley,
            headland_m=headland,
            seed=seed,
            title=title,
            grower_code=grower,
        )
        reports = create_trial(opened, trial, dry_run=dry_run)
    for report in reports:
        say_problems(report.problems)
    if any(report.rejected for report in reports):
        return 3
    plots = reports[1].read
    if reports[0].repeated:
        say(
            Text(
                f"試験 {code} はもう記録されています。何も加えていません。",
                f"trial {code} is recorded already: nothing was added.",
            )
        )
        return 0
    say(Text(f"試験 {code}: {plots} 区を割り付けました。", f"trial {code}: {plots} plots laid out."))
    if dry_run:
        say(Text("予告だけです。何も変えていません。", "dry run: nothing was changed."))
    return 0


@subcommand(trials, "list", help=Text("試験の一覧。", "List the trials."))
@project_option
@output_options
def list_trials(project: Path | None, as_json: bool, as_csv: bool) -> int:
    from kanpo.schema import RECORD_KINDS
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        frame = opened.journal.read("trial")
        plots = opened.journal.read("plot")
    frame["plots"] = frame["trial_code"].map(plots["trial_code"].value_counts()).fillna(0).astype(int)
    keys = ["trial_code", "title", "herb_id", "parcel_id", "season", "design", "treatments", "plots"]
    labels = labels_of(RECORD_KINDS["trial"]) | {"plots": Text("区数", "plots")}
    show_table(frame[keys], labels, as_json=as_json, as_csv=as_csv)
    return 0


@subcommand(
    trials,
    "summary",
    help=Text(
        "試験を処理ごとにまとめる(区数・平均・標準偏差。収量は10a当たり)。\n\n"
        "食い違ったまま決まっていない値は平均に入れず、その数を言う。",
        "Summarise a trial by treatment: plots, mean, standard deviation; yields per 10 a.\n\n"
        "Values that contradict each other are left out until they are decided, and counted.",
    ),
)
@argument("code")
@project_option
@output_options
def summary(code: str, project: Path | None, as_json: bool, as_csv: bool) -> int:
    from kanpo.evidence import summarise_trial, trait_label
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        known = set(opened.journal.read("trial")["trial_code"])
        if code not in known:
            raise UsageError(
                "trial.unknown",
                Text(f"試験「{code}」はありません", f"there is no trial '{code}'"),
                Text(
                    f"登録済み: {'、'.join(sorted(known)) or 'なし'}",
                    f"known: {', '.join(sorted(known)) or 'none'}",
                ),
            )
        table = summarise_trial(opened, code)
    labels = {
        "treatment": Text("処理", "treatment"),
        "name": Text("項目", "trait"),
        "trait": Text("キー", "key"),
        "unit": Text("単位", "unit"),
        "n": Text("区数", "plots"),
        "mean": Text("平均", "mean"),
        "sd": Text("標準偏差", "sd"),
        "min": Text("最小", "min"),
        "max": Text("最大", "max"),
        "undecided": Text("未決", "undecided"),
    }
    undecided = int(table["undecided"].sum())
    if not (as_json or as_csv):
        table.insert(1, "name", [str(trait_label(trait)) for trait in table["trait"]])
        table = table if undecided else table.drop(columns="undecided")
    show_table(table, labels, as_json=as_json, as_csv=as_csv)
    if undecided:
        say(
            Text(
                f"注意: 食い違ったままの値が {undecided} 個あり、上の平均に入れていません(未決の列)。"
                "決めるには kanpo records conflicts",
                f"note: {undecided} values contradict each other and are not in the means (column undecided); "
                "decide with kanpo records conflicts",
            )
        )
    return 0
