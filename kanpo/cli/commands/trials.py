"""``kanpo trials``."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kanpo.cli._analysis_text import SUMMARY_LABELS, summary_in_words
from kanpo.cli._click import argument, group, option, subcommand
from kanpo.cli._discover import catalogue_of, find_project
from kanpo.cli._number import Number, Whole
from kanpo.cli._options import OutputPath, date_option, dry_run_option, output_options, project_option
from kanpo.cli._present import labels_of, say, say_predictions, say_problems, show_table
from kanpo.cli._selection import say_selection, selection_options
from kanpo.cli._trial_options import names, size_of
from kanpo.errors import UsageError
from kanpo.locale import Text

if TYPE_CHECKING:
    import pandas as pd

    from kanpo.parcels import ParcelFilter


@group(
    "trials",
    help=Text("試験栽培を作る・見る・まとめる。", "Make, list and summarise test cultivation."),
    lazy={
        "design": (
            "kanpo.cli.commands.trial_design:design",
            Text("試験を設計し、割り付け、筆の上に置く。", "Design, randomise and lay out a trial."),
        ),
        "phone": (
            "kanpo.cli.commands.trial_field:phone",
            Text("スマートフォンで記録する画面を作る。", "Make a page to record on a phone."),
        ),
        "sheet": (
            "kanpo.cli.commands.trial_field:sheet",
            Text("紙の野帳(QR付き)を作る。", "Make a paper field sheet with QR codes."),
        ),
        "fieldbook": (
            "kanpo.cli.commands.trial_field:fieldbook",
            Text("Field Book に入れるファイルを作る。", "Make the files that Field Book imports."),
        ),
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
@option("--replicates", type=Whole(1, 100), default=3, show_default=True, help=Text("反復", "replicates"))
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
@option("--alley", type=Number(0), default=0.5, show_default=True, help=Text("区の間(m)", "alley, m"))
@option(
    "--headland",
    type=Number(0),
    default=1.0,
    show_default=True,
    help=Text("枕地(m)", "headland, m"),
)
@option(
    "--seed",
    type=Whole(high=None),
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
    from kanpo.herbs import find_herb, project_catalogue
    from kanpo.parcels import find_current
    from kanpo.store import Project
    from kanpo.trials import NewTrial, create_trial

    with Project.open(find_project(project), write=True) as opened:
        trial = NewTrial(
            trial_code=code,
            herb_id=find_herb(project_catalogue(opened), herb).herb_id,
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
    say_predictions(0 if dry_run else reports[0].predictions)
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
        "何日も観察した項目は区ごとの最後の日の値を使い、ほかの日を言う(--date で選べる)。\n"
        "食い違ったまま決まっていない値は平均に入れず、その数を言う。",
        "Summarise a trial by treatment: plots, mean, standard deviation; yields per 10 a.\n\n"
        "Of a trait observed on several days the last of each plot counts, and the others are said (--date).\n"
        "Values that contradict each other are left out until they are decided, and counted.",
    ),
)
@argument("code")
@date_option()
@project_option
@output_options
def summary(code: str, when: str, project: Path | None, as_json: bool, as_csv: bool) -> int:
    from kanpo.evidence import day_notes, read_when, summary_of, trait_label, trial_values_of
    from kanpo.store import Project

    chosen = read_when(when)
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
        values = trial_values_of(opened, code, chosen)
    table = summary_of(values)
    undecided = int(table["undecided"].sum())
    if not (as_json or as_csv):
        table = summary_in_words(table)
    nothing = Text("まだ収穫も観測もありません", "no harvest or observation yet")
    show_table(table, SUMMARY_LABELS, as_json=as_json, as_csv=as_csv, empty=nothing)
    _say_repeats(table)
    if chosen.rule != "all":
        for trait in dict.fromkeys(table["trait"]):
            for note in day_notes(values, trait):
                label = trait_label(trait)
                say(Text(f"{label.ja}: {note.ja}", f"{label.en}: {note.en}"))
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


def _say_repeats(table: pd.DataFrame) -> None:
    """What means of so many plots can bear."""
    if table.empty or table["treatment"].nunique() < 2:
        return
    if table["n"].max() < 2:
        say(
            Text(
                "どの処理も 1 区なので、処理の差と場所のむらを分けられません(標準偏差は「-」)。差を言うには反復が要ります。",
                "one plot for each treatment: differences cannot be told from the ground they stand on (sd '-'); "
                "repeats are needed.",
            )
        )
    else:
        say(
            Text(
                "平均の差が偶然でないかは kanpo analyze で調べられます。",
                "whether differences are more than chance: kanpo analyze.",
            )
        )


@subcommand(
    trials,
    "suggest",
    help=Text(
        "来季の試験をどの筆で(どの生薬で)するかを、理由とともに提案する。\n\n"
        "収量の見込みと、まだ確かでない要求条件について分かることの両方で選び、似た筆ばかりにしない。\n"
        "これまでの試験の収量があれば、それで直した見込みを使う。--min-area がなければ 300 ㎡ 以上の筆から選ぶ。",
        "Suggest parcels (and herbs) for next season's trials, each with its reason.\n\n"
        "Chosen by the promise of yield and by what a trial there would teach about requirements that are "
        "uncertain, spread over the sites. Yields of past trials correct the promise. Parcels have 300 m² or "
        "more unless --min-area says otherwise.",
    ),
)
@option("--budget", type=Whole(1, 500), required=True, help=Text("筆数", "trial sites at most"))
@option(
    "--herb",
    "herbs",
    multiple=True,
    help=Text("生薬(何度でも。省略時は試験のある生薬)", "herb, repeatable (default: those with trials)"),
)
@option(
    "--trait",
    default="yield_dry_kg_per_10a",
    show_default=True,
    help=Text("見込みを直すのに使う項目", "trait that corrects the promise"),
)
@option(
    "--max-road",
    type=Number(0),
    default=400.0,
    show_default=True,
    help=Text("道路までの距離の上限(m)", "greatest distance to a road, m"),
)
@option(
    "--any-road",
    is_flag=True,
    help=Text("道路までの距離を問わない(分からない筆も入れる)", "do not ask for the distance to a road"),
)
@option(
    "--with-grower",
    is_flag=True,
    help=Text("担い手のいる大字の筆だけ", "only parcels in a settlement with a grower"),
)
@option(
    "--boldness",
    type=Number(0, 10),
    default=1.0,
    show_default=True,
    help=Text("冒険の度合い(0 は見込みだけ)", "how much hope counts (0: promise alone)"),
)
@option(
    "--out",
    type=OutputPath,
    metavar="FILE",
    help=Text("書き出すファイル(.csv .xlsx)", "file (.csv or .xlsx)"),
)
@project_option
@selection_options
@output_options
def suggest(
    budget: int,
    wanted: ParcelFilter,
    herbs: tuple[str, ...],
    trait: str,
    max_road: float,
    any_road: bool,
    with_grower: bool,
    boldness: float,
    out: Path | None,
    project: Path | None,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.cli.commands.trials_suggest import present
    from kanpo.plan import Limits, suggest_for_project

    if out is not None:
        from kanpo.exchange import table_file

        table_file(out)
    path = find_project(project)
    catalogue = catalogue_of(path)
    limits = Limits(most_road_m=None if any_road else max_road)
    if wanted.least_area_m2 is not None:
        limits = replace(limits, least_area_m2=wanted.least_area_m2)
    found, learned, selection = suggest_for_project(
        path,
        catalogue,
        herbs,
        budget=budget,
        trait=trait,
        limits=limits,
        with_grower=with_grower,
        boldness=boldness,
        wanted=wanted,
    )
    present(found, learned, catalogue, out, as_json=as_json, as_csv=as_csv)
    say_selection(selection)
    return 0
