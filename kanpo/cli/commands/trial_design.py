"""``kanpo trials design``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kanpo.cli._click import argument, command
from kanpo.cli._discover import find_project
from kanpo.cli._options import dry_run_option, project_option
from kanpo.cli._present import say, say_predictions, say_problems, show_json
from kanpo.cli._trial_options import design_options, names, number, pairs_of, size_of, three, unreadable
from kanpo.errors import UsageError
from kanpo.locale import Text

if TYPE_CHECKING:
    from kanpo.store import Project
    from kanpo.trials import NewTrial, Rates, TrialPlan

HELP = Text(
    "試験を設計し、無作為に割り付け、筆の形の上に試験区を置く。\n\n"
    "例: kanpo trials design TK26 --herb 当帰 --parcel 01234 --design rcbd --treatments 標準,早植え,遅植え "
    "--replicates 4 --gradient 0 --dry-run",
    "Design a trial, randomise it, and lay its plots on the parcel's outline.\n\n"
    "Example: kanpo trials design TK26 --herb toki --parcel 01234 --design rcbd --treatments standard,early,late "
    "--replicates 4 --gradient 0 --dry-run",
)


@command("design", help=HELP)
@argument("code")
@design_options
@project_option
@dry_run_option
def design(code: str, project: Path | None, dry_run: bool, as_json: bool, **asked: Any) -> int:
    from kanpo.exchange import export_table
    from kanpo.files import check_writable
    from kanpo.store import Project
    from kanpo.trials import (
        plan_trial,
        planting_list,
        planting_sheet,
        record_trial,
        text_map,
        trials_in_the_way,
    )
    from kanpo.trials.designs import describe_plan

    paper: Path | None = asked["planting_list"]
    if paper is not None and paper.suffix.lower() not in (".xlsx", ".csv"):
        raise unreadable("--planting-list", paper.name, ".xlsx / .csv")
    if paper is not None and not dry_run:
        check_writable(paper)
    with Project.open(find_project(project), write=not dry_run) as opened:
        trial = _trial(opened, code, asked)
        rates = _rates(opened, trial, asked)
        planned = plan_trial(opened, trial)
        table = None if paper is None else planting_list(planned, rates)
        power = _power(opened, planned, asked)
        in_the_way = trials_in_the_way(opened, planned)
        reports = record_trial(opened, planned, dry_run=dry_run)
    for report in reports:
        say_problems(report.problems)
    if any(report.rejected for report in reports):
        return 3
    if as_json:
        show_json(_as_json(planned))
    else:
        click.echo(text_map(planned))
    say(describe_plan(planned.plan))
    say(power)
    _say_how(planned, rates, in_the_way)
    if paper is not None and table is not None and not dry_run:
        export_table(paper, planting_sheet(table, rates.products))
        say(Text(f"植付け表: {paper}", f"planting list: {paper}"))
    if reports[0].repeated:
        say(
            Text(
                "同じ試験がもう記録されています。何も加えていません。",
                "this very trial is recorded already: nothing was added.",
            )
        )
    elif dry_run:
        say(Text("予告だけです。何も変えていません。", "dry run: nothing was changed."))
    else:
        plots = len(planned.plot_codes)
        say(Text(f"試験 {code}: {plots} 区を割り付けました。", f"trial {code}: {plots} plots laid out."))
        say_predictions(reports[0].predictions)
    return 0


def _trial(opened: Project, code: str, asked: dict[str, Any]) -> NewTrial:
    from kanpo.herbs import find_herb, project_catalogue
    from kanpo.parcels import find_current
    from kanpo.trials import NewTrial
    from kanpo.trials.designs import Design, with_plots

    treatments, subs, checks = (
        tuple(names(asked[key])) for key in ("treatments", "sub_treatments", "checks")
    )
    kind, plots, replicates = asked["kind"], asked["plots"], asked["replicates"]
    if plots is not None and replicates is not None:
        raise UsageError(
            "trial.plots-and-replicates",
            Text("--plots と --replicates は一緒に使えません", "--plots and --replicates exclude each other"),
            Text("どちらかにしてください", "give one of them"),
        )
    if replicates is None:
        replicates = {"latin": len(treatments), "demonstration": 1}.get(kind, 3)
    chosen = Design(kind, treatments, max(1, replicates), subs, checks, asked["block_size"])
    if plots is not None:
        chosen = with_plots(chosen, plots)
    largest = asked["plot_size"] == "fit" or (asked["plot_size"] is None and plots is not None)
    return NewTrial(
        trial_code=code,
        herb_id=find_herb(project_catalogue(opened), asked["herb"]).herb_id,
        parcel_id=find_current(opened, asked["parcel"])["parcel_id"],
        happened_at=asked["happened_at"] or date.today().isoformat(),
        treatments=treatments,
        replicates=chosen.replicates,
        design=kind,
        plot_size_m=size_of("2x5" if largest or asked["plot_size"] is None else asked["plot_size"]),
        alley_m=asked["alley"],
        headland_m=asked["headland"],
        seed=asked["seed"],
        title=asked["title"],
        grower_code=asked["grower"] or "",
        sub_treatments=subs,
        checks=checks,
        block_size=asked["block_size"],
        largest_plots=largest,
        orientation_deg=asked["orientation"],
        gradient_deg=asked["gradient"],
        no_same_neighbours=asked["no_same_neighbours"],
        clear_of_trials=asked["clear_of_trials"],
    )


def _rates(opened: Project, trial: NewTrial, asked: dict[str, Any]) -> Rates:
    from kanpo.herbs import project_catalogue
    from kanpo.trials import Product, Rates

    plants = dict(pairs_of("--plants-per-10a", asked["plants_per_10a"], number, "5300"))
    nutrients = dict(pairs_of("--fertiliser", asked["fertiliser"], three, "10-8-8"))
    products = pairs_of("--product", asked["product"], three, "化成=14-14-14")
    seed = asked["seed_per_10a"]
    if seed is not None and not 0 <= seed < 1e6:
        raise unreadable("--seed-per-10a", str(seed), "2.5")
    return Rates(
        plants.pop("", project_catalogue(opened).herbs[trial.herb_id].plants_per_10a),
        seed,
        nutrients.pop("", None),
        tuple(Product(name or "N-P-K", percent) for name, percent in products),
        plants,
        nutrients,
    )


def _power(opened: Project, planned: TrialPlan, asked: dict[str, Any]) -> Text:
    from kanpo.trials import observed_cv
    from kanpo.trials.designs import describe_power

    if asked["cv"] is not None and asked["cv_from"] is not None:
        raise UsageError(
            "trial.cv",
            Text("--cv と --cv-from は一緒に使えません", "--cv and --cv-from exclude each other"),
            Text("どちらかにしてください", "give one of them"),
        )
    if asked["cv_from"] is None:
        cv = 15.0 if asked["cv"] is None else asked["cv"]
        if not 0 < cv <= 1000:
            raise unreadable("--cv", str(cv), "15")
        return describe_power(planned.plan, cv)
    seen = observed_cv(opened, asked["cv_from"])
    return describe_power(planned.plan, seen.percent, seen.mean_kg_per_10a)


def _say_how(planned: TrialPlan, rates: Rates, in_the_way: list[str]) -> None:
    """What the person should know about the place and the quantities."""
    from kanpo.trials import nutrient_gap

    layout, trial = planned.layout, planned.trial
    say(
        Text(
            f"この筆には同じ大きさの区が {layout.room_for} 区入ります。乱数の種 {trial.seed}(PCG64)。",
            f"The parcel has room for {layout.room_for} such plots. Seed {trial.seed} (PCG64).",
        )
    )
    if layout.torn:
        say(
            Text(
                "注意: 一部のブロックが次の列か離れた場所に分かれました。",
                "warning: some blocks had to be broken into the next row or another piece of the parcel.",
            )
        )
    if in_the_way:
        codes = ", ".join(in_the_way)
        say(
            Text(
                f"注意: 同じ年の試験 {codes} の区と重なります。--clear-of-trials で避けられます。",
                f"warning: plots lie on those of {codes} in the same season; --clear-of-trials avoids them.",
            )
        )
    for wanted in {rates.nutrients(plot) for plot in planned.plan.plots}:
        gap = nutrient_gap(wanted, rates.products)
        if gap is not None:
            say(gap)


def _as_json(planned: TrialPlan) -> list[dict[str, Any]]:
    layout = planned.layout
    return [
        {
            "plot_code": code,
            "treatment": plot.treatment,
            "replicate": plot.replicate,
            "block": plot.block,
            "whole_plot": plot.whole_plot,
            "plot_row": row,
            "plot_column": column,
            "wkt": outline.wkt,
        }
        for code, plot, row, column, outline in zip(
            planned.plot_codes,
            planned.plan.plots,
            layout.rows,
            layout.columns,
            layout.outlines,
            strict=True,
        )
    ]
