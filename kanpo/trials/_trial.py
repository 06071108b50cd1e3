"""A trial with its plots in one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text
from kanpo.store import Project
from kanpo.trials._layout import lay_out_plots
from kanpo.trials._randomise import randomise
from kanpo.trials._record import RecordReport, record_rows


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


def create_trial(project: Project, trial: NewTrial, *, dry_run: bool = False) -> tuple[RecordReport, ...]:
    """Record a trial and its randomised plots on the parcel's outline.

    Returns
    -------
    (RecordReport, RecordReport)
        Of the trial and of its plots; the plots are not written when the trial was refused.

    Raises
    ------
    InputUnusable
        The parcel is not in the project.
    UsageError
        The treatments or the plots do not fit.
    """
    parcels = project.imported.parcels([trial.parcel_id])
    if parcels.empty:
        raise InputUnusable(
            "trial.unknown-parcel",
            Text("その筆はプロジェクトにありません", "the parcel is not in the project"),
            Text("kanpo parcels find で筆IDを確かめてください", "look its id up with kanpo parcels find"),
            Place(column="parcel_id", value=trial.parcel_id),
        )
    order = randomise(trial.treatments, trial.replicates, trial.design, trial.seed)
    width, length = trial.plot_size_m
    layout = lay_out_plots(
        parcels.geometry.iloc[0],
        len(order),
        width_m=width,
        length_m=length,
        alley_m=trial.alley_m,
        headland_m=trial.headland_m,
    )
    row = {
        "trial_code": trial.trial_code,
        "title": trial.title,
        "herb_id": trial.herb_id,
        "parcel_id": trial.parcel_id,
        "season": trial.happened_at[:4],
        "design": trial.design,
        "treatments": ";".join(trial.treatments),
        "grower_code": trial.grower_code,
        "happened_at": trial.happened_at,
    }
    report = record_rows(project, "trial", {key: [value] for key, value in row.items()}, dry_run=dry_run)
    if report.rejected or dry_run:
        return (report, RecordReport("plot", len(order), (), 0, (), frozenset()))
    plots: dict[str, list[str | None]] = {
        "trial_code": [trial.trial_code] * len(order),
        "plot_code": [f"{trial.trial_code}-{number:02d}" for number in range(1, len(order) + 1)],
        "treatment": [name for _, name in order],
        "replicate": [str(replicate) for replicate, _ in order],
        "plot_row": [str(value) for value in layout.rows],
        "plot_column": [str(value) for value in layout.columns],
        "wkt": [outline.wkt for outline in layout.outlines],
        "happened_at": [trial.happened_at] * len(order),
    }
    return (report, record_rows(project, "plot", plots))
