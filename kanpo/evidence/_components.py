"""Assays as values by year: each traced back through its lot to where and from what it grew."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from kanpo.compare import BELOW, Below
from kanpo.lots import LotBook, read_book, unit_factor
from kanpo.schema import VOCABULARIES
from kanpo.store import Project

#: What a value belongs to; blank where the lot is a mixture of several.
PLACES = ("parcel_id", "grower_code", "treatment", "strain", "herb_id", "trial_code", "year")
#: Columns of `component_values`.
COMPONENT_COLUMNS = (*PLACES, "lot_id", "trait", "value", "below")
#: Operations by which a strain comes into the ground.
_PLANTING = ("sowing", "nursery", "transplanting")


def component_values(project: Project, *, herb_id: str | None = None, below: Below = "half") -> pd.DataFrame:
    """The assays of all lots, one row for each lot (or sample of a plot) and component.

    A lot goes back to the harvests that went into it, by way of all steps of processing; from these
    come parcel, grower, treatment, strain, trial and year. Where they are not all of one, the cell is
    blank: a mixture tells nothing of its parts. Several assays of a component on one lot are averaged.
    Units are converted to the one most used where the factor is exact; else they are components of
    their own.

    Parameters
    ----------
    below : {"half", "zero", "limit", "leave-out"}
        What a value below the limit of quantification counts as.

    Returns
    -------
    DataFrame
        `COMPONENT_COLUMNS`; `trait` is the component with its unit, `below` whether any of its assays
        was below a limit.
    """
    book = read_book(project)
    assays = book.assays
    if assays.empty:
        return pd.DataFrame(columns=list(COMPONENT_COLUMNS))
    samples = book.samples.drop_duplicates("sample_id", keep="last").set_index("sample_id")
    of_sample = assays["sample_id"].map(samples["lot_id"])
    lots = assays["lot_id"].where(assays["lot_id"].notna(), of_sample)
    measured = _measured(assays, below)
    measured["lot_id"] = lots.where(lots.notna(), assays["sample_id"])
    grown = _Grown(book, with_strain(book.plots, project))
    places = {
        key: grown.of_lot(str(lot)) if isinstance(lot, str) else grown.of_sample(samples.loc[key])
        for key, lot in zip(measured["lot_id"], lots, strict=True)
    }
    cells = measured.groupby(["lot_id", "trait"], as_index=False, sort=False).agg(
        value=("value", "mean"), below=("below", "max")
    )
    about = pd.DataFrame([places[lot] for lot in cells["lot_id"]], columns=list(PLACES), index=cells.index)
    found = pd.concat([about, cells], axis="columns")[list(COMPONENT_COLUMNS)]
    found = found if herb_id is None else found[found["herb_id"] == herb_id]
    return found.dropna(subset=["value"]).reset_index(drop=True)


def with_strain(values: pd.DataFrame, project: Project) -> pd.DataFrame:
    """Values of plots with a column `strain`.

    It is the source of seed that a sowing, nursery or transplanting names for the plot, or for its whole
    trial; where none is named, the treatment, which is the strain in trials that compare strains.
    """
    seeds = _seeds(project.journal.read("operation"))
    strains = [
        seeds.get((trial, plot)) or seeds.get((trial, None)) or treatment
        for trial, plot, treatment in zip(
            values["trial_code"], values["plot_code"], values["treatment"], strict=True
        )
    ]
    return values.assign(strain=strains)


def _seeds(operations: pd.DataFrame) -> dict[tuple[Hashable, Hashable], str]:
    """The latest source of seed by trial and plot; plot None where it is that of the whole trial."""
    named = operations[operations["operation"].isin(_PLANTING) & operations["seed_lot"].notna()]
    plots = named["plot_code"].astype(object).where(named["plot_code"].notna(), None)
    return dict(zip(zip(named["trial_code"], plots, strict=True), named["seed_lot"], strict=True))


def _measured(assays: pd.DataFrame, below: Below) -> pd.DataFrame:
    """Columns trait, value and below of assays, each component in the unit most used for it."""
    written = assays["measured"].astype(str)
    is_below = written.str.startswith("<")
    value = pd.to_numeric(written.str.removeprefix("<"), errors="coerce")
    value = value * np.where(is_below, BELOW[below], 1.0)
    analyte = assays["analyte"].where(assays["analyte"].notna(), assays["test"])
    component = assays["test"].astype(str) + "\x1f" + analyte.astype(str)
    usual = assays["unit"].astype(str).groupby(component).agg(lambda units: units.mode().iloc[0])
    units = list(zip(assays["unit"].astype(str), component.map(usual), strict=True))
    factors = {pair: unit_factor(*pair) for pair in set(units)}
    labels = VOCABULARIES["quality_test"].labels
    names = [str(labels[name]) if name in labels else name for name in analyte.astype(str)]
    rows = [
        (
            f"{name} ({one if factors[one, other] is None else other})",
            number * float(factors[one, other] or 1),
        )
        for name, (one, other), number in zip(names, units, value, strict=True)
    ]
    return pd.DataFrame(rows, columns=["trait", "value"], index=assays.index).assign(below=is_below)


class _Grown:
    """Where lots and plots grew, looked up once for all assays."""

    def __init__(self, book: LotBook, plots: pd.DataFrame) -> None:
        self._book = book
        self._trials: Mapping[Hashable, Any] = {
            row["trial_code"]: row for row in book.trials.to_dict("records")
        }
        self._plots: Mapping[Hashable, Any] = {
            (row["trial_code"], row["plot_code"]): row for row in plots.to_dict("records")
        }
        self._known: dict[str, tuple[object, ...]] = {}

    def of_lot(self, lot_id: str) -> tuple[object, ...]:
        """`PLACES` of a lot."""
        if lot_id not in self._known:
            before = self._book.before(lot_id)
            sources = [
                self._of_plot(harvest.trial_code, harvest.plot_code, harvest.day)
                for lot in before
                for harvest in self._book.harvests_into(lot)
            ]
            for lot in before & self._book.declared.keys():
                own = self._book.declared[lot]
                if own.from_elsewhere and not self._book.harvests_into(lot):
                    sources.append(
                        (
                            own.parcel_id,
                            own.grower_code,
                            None,
                            own.seed_lot or None,
                            own.herb_id,
                            None,
                            own.day[:4],
                        )
                    )
            herbs = self._book.herbs_of(lot_id)
            found = [_only(column) for column in zip(*sources, strict=True)] or [None] * len(PLACES)
            found[PLACES.index("herb_id")] = _only(herbs)
            self._known[lot_id] = tuple(found)
        return self._known[lot_id]

    def of_sample(self, sample: pd.Series) -> tuple[object, ...]:
        """`PLACES` of a sample that was taken in the field, before there was a lot."""
        found = self._of_plot(sample["trial_code"], sample["plot_code"], str(sample["happened_at"]))
        return (found[0] or sample["parcel_id"], *found[1:])

    def _of_plot(self, trial: Hashable, code: Hashable, day: str) -> tuple[object, ...]:
        of_trial, of_plot = self._trials.get(trial, {}), self._plots.get((trial, code), {})
        return (
            of_trial.get("parcel_id"),
            of_trial.get("grower_code"),
            of_plot.get("treatment"),
            of_plot.get("strain"),
            of_trial.get("herb_id"),
            of_trial.get("trial_code"),
            day[:4],
        )


def _only(values: Any) -> object:
    """The one value that all share; None where they differ or one is blank."""
    found = {value if isinstance(value, str) and value else None for value in values}
    return found.pop() if len(found) == 1 else None
