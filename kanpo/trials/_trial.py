"""A trial with its plots in one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from kanpo.errors import Conflict, InputUnusable, Place
from kanpo.locale import Text
from kanpo.store import Project
from kanpo.trials._layout import Layout, PlotShape, largest_that_fits, lay_out_plan
from kanpo.trials._record import RecordReport, record_rows
from kanpo.trials.designs import Design, Plan, draw_apart, draw_plan, neighbours_of


@dataclass(frozen=True, slots=True)
class NewTrial:
    """What a trial is to be; `plot_size_m` is width across and length along the row, metres."""

    trial_code: str
    herb_id: str
    parcel_id: str
    happened_at: str
    treatments: Sequence[str]
    replicates: int = 3
    design: str = "rcbd"
    plot_size_m: tuple[float, float] = (2.0, 5.0)
    alley_m: float = 0.5
    headland_m: float = 1.0
    seed: int = 1
    title: str = ""
    grower_code: str = ""
    sub_treatments: Sequence[str] = ()
    checks: Sequence[str] = ()
    block_size: int | None = None
    largest_plots: bool = False
    orientation_deg: float | None = None
    gradient_deg: float | None = None
    no_same_neighbours: bool = False
    clear_of_trials: bool = False

    @property
    def asked(self) -> Design:
        """The design without a place."""
        return Design(
            self.design,
            tuple(self.treatments),
            self.replicates,
            tuple(self.sub_treatments),
            tuple(self.checks),
            self.block_size,
        )


@dataclass(frozen=True, slots=True)
class TrialPlan:
    """A trial as it would be recorded: plan and layout plot by plot, and the codes of the plots."""

    trial: NewTrial
    plan: Plan
    layout: Layout
    plot_codes: tuple[str, ...]


def plan_trial(project: Project, trial: NewTrial) -> TrialPlan:
    """Randomise a trial and lay it on its parcel; nothing is written.

    With `largest_plots` the plots get the largest size of the form of `plot_size_m` that fits; with
    `no_same_neighbours` no plot lies beside or before one of the same treatment; with
    `clear_of_trials` the plots keep a headland from those of other trials of the season.

    Raises
    ------
    InputUnusable
        The parcel is not in the project.
    UsageError
        The design, the treatments or the plots do not fit.
    """
    outline = _outline(project, trial.parcel_id)
    if trial.clear_of_trials:
        taken = _others(project, trial)["geometry"].to_numpy(dtype=object)
        outline = outline.difference(shapely.union_all(taken))
    plan = draw_plan(trial.asked, trial.seed)
    shape = PlotShape(*trial.plot_size_m, trial.alley_m, trial.headland_m)
    if trial.largest_plots:
        shape = largest_that_fits(
            outline,
            plan.panels,
            shape,
            orientation_deg=trial.orientation_deg,
            gradient_deg=trial.gradient_deg,
        )
    layout = lay_out_plan(
        outline,
        plan.panels,
        shape,
        orientation_deg=trial.orientation_deg,
        gradient_deg=trial.gradient_deg,
    )
    if trial.no_same_neighbours:
        plan = draw_apart(plan.design, trial.seed, neighbours_of(layout.rows, layout.columns))
    digits = max(2, len(str(len(plan.plots))))
    codes = tuple(f"{trial.trial_code}-{number:0{digits}d}" for number in range(1, len(plan.plots) + 1))
    return TrialPlan(trial, plan, layout, codes)


def create_trial(project: Project, trial: NewTrial, *, dry_run: bool = False) -> tuple[RecordReport, ...]:
    """Record a trial and its randomised plots on the parcel's outline.

    Returns
    -------
    (RecordReport, RecordReport)
        Of the trial and of its plots; the plots are not written when the trial was refused.

    Raises
    ------
    InputUnusable, UsageError, Conflict
        As `plan_trial` and `record_trial` say.
    """
    return record_trial(project, plan_trial(project, trial), dry_run=dry_run)


def record_trial(
    project: Project, planned: TrialPlan, *, dry_run: bool = False
) -> tuple[RecordReport, RecordReport]:
    """Record a trial that was planned, and its plots.

    Returns
    -------
    (RecordReport, RecordReport)
        Of the trial and of its plots; the plots are not written when the trial was refused. The
        same trial again adds nothing.

    Raises
    ------
    Conflict
        There is another trial of that code: its plots would carry the same codes.
    """
    trial = planned.trial
    row = {
        "trial_code": trial.trial_code,
        "title": trial.title,
        "herb_id": trial.herb_id,
        "parcel_id": trial.parcel_id,
        "season": trial.happened_at[:4],
        "design": trial.design,
        "treatments": ";".join(trial.treatments),
        "sub_treatments": ";".join(trial.sub_treatments),
        "checks": ";".join(trial.checks),
        "seed": str(trial.seed),
        "grower_code": trial.grower_code,
        "happened_at": trial.happened_at,
    }
    rows, plots = {key: [value] for key, value in row.items()}, _plot_columns(planned)
    if any(trial.trial_code in set(project.journal.read(kind)["trial_code"]) for kind in ("trial", "plot")):
        again = [
            record_rows(project, kind, columns, dry_run=True)
            for kind, columns in (("trial", rows), ("plot", plots))
        ]
        if any(report.repeated < report.read for report in again):
            raise _taken(trial.trial_code)
        return replace(again[0], problems=()), replace(again[1], problems=())
    report = record_rows(project, "trial", rows, dry_run=dry_run)
    if report.rejected or dry_run:
        return report, RecordReport("plot", len(planned.plan.plots), (), 0, (), frozenset())
    return report, record_rows(project, "plot", plots)


def _plot_columns(planned: TrialPlan) -> dict[str, list[str | None]]:
    plots, layout = planned.plan.plots, planned.layout

    def number(value: int | None) -> str | None:
        return None if value is None else str(value)

    return {
        "trial_code": [planned.trial.trial_code] * len(plots),
        "plot_code": list(planned.plot_codes),
        "treatment": [plot.treatment for plot in plots],
        "replicate": [number(plot.replicate) for plot in plots],
        "block": [number(plot.block) for plot in plots],
        "whole_plot": [number(plot.whole_plot) for plot in plots],
        "main_treatment": [plot.main_treatment or None for plot in plots],
        "sub_treatment": [plot.sub_treatment or None for plot in plots],
        "plot_row": [number(value) for value in layout.rows],
        "plot_column": [number(value) for value in layout.columns],
        "wkt": [outline.wkt for outline in layout.outlines],
        "happened_at": [planned.trial.happened_at] * len(plots),
    }


def _taken(trial_code: str) -> Conflict:
    return Conflict(
        "trial.code-taken",
        Text("同じコードの別の試験がもうあります", "there is another trial of that code already"),
        Text(
            "別のコードにしてください(記録済みの試験は kanpo trials list)",
            "choose another code (kanpo trials list shows those recorded)",
        ),
        Place(column="trial_code", value=trial_code),
    )


def _outline(project: Project, parcel_id: str) -> BaseGeometry:
    parcels = project.imported.parcels([parcel_id])
    if parcels.empty:
        raise InputUnusable(
            "trial.unknown-parcel",
            Text("その筆はプロジェクトにありません", "the parcel is not in the project"),
            Text("kanpo parcels find で筆IDを確かめてください", "look its id up with kanpo parcels find"),
            Place(column="parcel_id", value=parcel_id),
        )
    return parcels.geometry.iloc[0]


def trials_in_the_way(project: Project, planned: TrialPlan) -> list[str]:
    """Codes of other trials of the same season whose plots lie where these would lie."""
    others = _others(project, planned.trial)
    tree = shapely.STRtree(others["geometry"].to_numpy(dtype=object))
    _, hit = tree.query(list(planned.layout.outlines), predicate="intersects")
    return sorted(set(others["trial_code"].iloc[hit]))


def _others(project: Project, trial: NewTrial) -> pd.DataFrame:
    """Plots with an outline that belong to other trials of the same season."""
    plots, trials = project.journal.read("plot"), project.journal.read("trial")
    same_season = trials.loc[trials["season"].astype(str).str[:4] == trial.happened_at[:4], "trial_code"]
    others = plots[plots["trial_code"].isin(set(same_season) - {trial.trial_code})]
    return others[others["geometry"].notna()]
