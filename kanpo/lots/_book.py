"""All that the journal says about lots, as one value: what made them, what used them."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from kanpo.errors import Place, UsageError
from kanpo.herbs import Herb, project_catalogue
from kanpo.locale import Text
from kanpo.lots._measured import Assay, read_assays
from kanpo.store import Project
from kanpo.trials import StepMasses, labels_of, pesticide_doubts


@dataclass(frozen=True, slots=True)
class Step:
    """One step of processing, as it stands in the journal."""

    record_id: str
    day: str
    actor: str
    masses: StepMasses
    loss_reason: str = ""
    customer_code: str = ""

    @property
    def makes(self) -> frozenset[str]:
        """The lots that come out, other than those that went in (storage gives back its own)."""
        return frozenset(p.lot_id for p in self.masses.outputs) - self.uses

    @property
    def uses(self) -> frozenset[str]:
        """The lots that went in."""
        return frozenset(p.lot_id for p in self.masses.inputs)

    def kg_into(self, lot_id: str) -> float:
        """How much of the lot came out."""
        return sum(p.kg for p in self.masses.outputs if p.lot_id == lot_id)

    def kg_from(self, lot_id: str) -> float:
        """How much of the lot went in."""
        return sum(p.kg for p in self.masses.inputs if p.lot_id == lot_id)


@dataclass(frozen=True, slots=True)
class HarvestOfLot:
    """A harvest that went into a lot; fresh weight where it is known, else dry, kg."""

    record_id: str
    day: str
    actor: str
    lot_id: str
    trial_code: str
    plot_code: str
    kg: float | None


@dataclass(frozen=True, slots=True)
class DeclaredLot:
    """What was written about a lot itself."""

    record_id: str
    day: str
    herb_id: str
    parcel_id: str
    grower_code: str
    seed_lot: str
    mass_kg: float | None

    @property
    def from_elsewhere(self) -> bool:
        """Whether it says where the lot comes from, or how much was received."""
        return self.mass_kg is not None or bool(self.parcel_id or self.grower_code)


@dataclass(frozen=True, eq=False)
class LotBook:
    """The lots of a project.

    `trials`, `plots`, `operations`, `samples` and `assays` are standing records as `Journal.read`
    gives them; so are `harvest_records` and `use_conditions` (labels of pesticides). `herb_labels` name
    the herbs of the project's catalogue, which are `herbs`.
    """

    declared: Mapping[str, DeclaredLot]
    harvests: tuple[HarvestOfLot, ...]
    steps: tuple[Step, ...]
    trials: pd.DataFrame
    plots: pd.DataFrame
    operations: pd.DataFrame
    samples: pd.DataFrame
    assays: pd.DataFrame
    herb_labels: Mapping[str, Text] = field(default_factory=dict)
    harvest_records: pd.DataFrame = field(default_factory=pd.DataFrame)
    use_conditions: pd.DataFrame = field(default_factory=pd.DataFrame)
    herbs: Mapping[str, Herb] = field(default_factory=dict)

    @cached_property
    def _assays_by_lot(self) -> Mapping[str, list[Assay]]:
        return read_assays(self.assays, self.samples)

    def assays_of(self, lot_id: str) -> Sequence[Assay]:
        """The assays of a lot itself and of its samples."""
        return self._assays_by_lot.get(lot_id, [])

    @cached_property
    def labels(self) -> Mapping[tuple[str, str], dict[str, Any]]:
        """What was copied from the labels of pesticides, by registration number and herb."""
        return labels_of(self.use_conditions)

    @cached_property
    def spray_doubts(self) -> Mapping[str, list[tuple[str, Text]]]:
        """What is wrong with applications of pesticides, by the id of their record."""
        if self.operations.empty:
            return {}
        read = {
            "operation": self.operations,
            "trial": self.trials,
            "harvest": self.harvest_records,
            "use_condition": self.use_conditions,
        }
        doubts = pesticide_doubts(read, self.herbs)
        return _by_key((str(spray["record_id"]), (code, why)) for spray, code, why in doubts)

    def operations_on(self, trial_code: str, plot_code: str) -> pd.DataFrame:
        """Work that reached a plot: on the plot, on its whole trial, or on the parcel of the trial."""
        work = self.operations
        parcels = set(self.trials.loc[self.trials["trial_code"] == trial_code, "parcel_id"])
        on_trial = work["trial_code"] == trial_code
        here = on_trial & (work["plot_code"].isna() | (work["plot_code"] == plot_code))
        on_parcel = work["trial_code"].isna() & work["parcel_id"].isin(parcels)
        return work[here | on_parcel].sort_values("happened_at", kind="stable")

    @cached_property
    def _days(self) -> dict[str, str]:
        days = {lot: declared.day for lot, declared in self.declared.items()}
        for harvest in self.harvests:
            days[harvest.lot_id] = min(days.get(harvest.lot_id, harvest.day), harvest.day)
        for step in self.steps:
            for lot in step.makes:
                days[lot] = min(days.get(lot, step.day), step.day)
        return days

    @cached_property
    def lot_ids(self) -> tuple[str, ...]:
        """Every lot that is named anywhere, in the order in which they came to be."""
        named = self._days.keys() | set[str]().union(*(step.uses for step in self.steps))
        return tuple(sorted(named, key=lambda lot: (self.made_on(lot), lot)))

    def made_on(self, lot_id: str) -> str:
        """The first day on which anything says that the lot was there; empty when nothing does."""
        return self._days.get(lot_id, "")

    @cached_property
    def _making(self) -> dict[str, list[Step]]:
        return _by_key((lot, step) for step in self.steps for lot in step.makes)

    @cached_property
    def _using(self) -> dict[str, list[Step]]:
        return _by_key((lot, step) for step in self.steps for lot in step.uses)

    @cached_property
    def _harvested(self) -> dict[str, list[HarvestOfLot]]:
        return _by_key((harvest.lot_id, harvest) for harvest in self.harvests)

    def made_by(self, lot_id: str) -> list[Step]:
        """The steps that the lot came out of."""
        return self._making.get(lot_id, [])

    def used_by(self, lot_id: str) -> list[Step]:
        """The steps that the lot went into."""
        return self._using.get(lot_id, [])

    def harvests_into(self, lot_id: str) -> list[HarvestOfLot]:
        """The harvests that went into the lot."""
        return self._harvested.get(lot_id, [])

    @cached_property
    def _sources(self) -> dict[str, set[str]]:
        return {lot: set[str]().union(*(s.uses for s in steps)) for lot, steps in self._making.items()}

    @cached_property
    def _results(self) -> dict[str, set[str]]:
        return {lot: set[str]().union(*(s.makes for s in steps)) for lot, steps in self._using.items()}

    def before(self, lot_id: str) -> frozenset[str]:
        """The lot and all that it was made from."""
        return _reached(lot_id, self._sources)

    def after(self, lot_id: str) -> frozenset[str]:
        """The lot and all that was made from it."""
        return _reached(lot_id, self._results)

    @cached_property
    def circular(self) -> frozenset[str]:
        """Lots that are made from themselves, by way of others (strongly connected lots)."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        number = {lot: i for i, lot in enumerate(self.lot_ids)}
        edges = [(number[lot], number[used]) for lot, sources in self._sources.items() for used in sources]
        if not edges:
            return frozenset()
        rows, columns = zip(*edges, strict=True)
        graph = coo_array(([1] * len(edges), (rows, columns)), shape=(len(number), len(number)))
        _, component = connected_components(graph, directed=True, connection="strong")
        sizes = Counter(component.tolist())
        return frozenset(lot for lot, i in number.items() if sizes[component[i]] > 1)

    @cached_property
    def _herbs(self) -> dict[str, set[str]]:
        """Herbs go from lot to lot; what is written about a lot itself stands before what it comes from."""
        written = {lot: own.herb_id for lot, own in self.declared.items() if own.herb_id}
        of_trial = dict(zip(self.trials["trial_code"], self.trials["herb_id"], strict=True))
        carried = [(harvest.lot_id, of_trial.get(harvest.trial_code)) for harvest in self.harvests]
        waiting = [(lot, herb) for lot, herb in carried if herb and lot not in written]
        waiting += written.items()
        herbs: dict[str, set[str]] = {}
        while waiting:
            lot, herb = waiting.pop()
            known = herbs.setdefault(lot, set())
            if herb not in known:
                known.add(herb)
                waiting += [(made, herb) for made in self._results.get(lot, ()) if made not in written]
        return herbs

    def herbs_of(self, lot_id: str) -> frozenset[str]:
        """The herbs in a lot: as written about it, else by what it goes back to."""
        return frozenset(self._herbs.get(lot_id, ()))

    def require(self, lot_id: str) -> str:
        """The lot's id.

        Raises
        ------
        UsageError
            There is no such lot; the nearest is suggested.
        """
        if lot_id in self.lot_ids:
            return lot_id
        near = difflib.get_close_matches(lot_id, self.lot_ids, n=1, cutoff=0.4)
        raise UsageError(
            "lot.unknown",
            Text("そのロットはありません", "there is no such lot"),
            Text(f"もしかして「{near[0]}」ですか", f"did you mean '{near[0]}'?")
            if near
            else Text("kanpo lots list で一覧を見られます", "see kanpo lots list"),
            Place(value=lot_id),
        )


def read_book(project: Project) -> LotBook:
    """Read all records about lots, and what they go back to."""
    read = project.journal.read
    harvests = read("harvest")
    herbs = project_catalogue(project).herbs
    return LotBook(
        declared={str(row["lot_id"]): _declared(row) for row in read("lot").to_dict("records")},
        harvests=tuple(
            _harvest(row) for row in harvests.to_dict("records") if isinstance(row["lot_id"], str)
        ),
        steps=tuple(
            sorted(
                (_step(row) for row in read("lot_step").to_dict("records")),
                key=lambda step: (step.day, step.record_id),
            )
        ),
        **{f"{kind}s": read(kind) for kind in ("trial", "plot", "operation", "sample", "assay")},
        herb_labels={key: herb.label for key, herb in herbs.items()},
        harvest_records=harvests,
        use_conditions=read("use_condition"),
        herbs=herbs,
    )


def _reached(lot_id: str, neighbours: Mapping[str, set[str]]) -> frozenset[str]:
    found, waiting = {lot_id}, [lot_id]
    while waiting:
        new = neighbours.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return frozenset(found)


def _by_key(pairs: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = {}
    for key, thing in pairs:
        grouped.setdefault(key, []).append(thing)
    return grouped


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and value == value else None


def _declared(row: Mapping[Any, Any]) -> DeclaredLot:
    return DeclaredLot(
        record_id=row["record_id"],
        day=row["happened_at"],
        herb_id=_text(row["herb_id"]),
        parcel_id=_text(row["parcel_id"]),
        grower_code=_text(row["grower_code"]),
        seed_lot=_text(row["seed_lot"]),
        mass_kg=_number(row["mass_kg"]),
    )


def _harvest(row: Mapping[Any, Any]) -> HarvestOfLot:
    fresh, dry = _number(row["fresh_kg"]), _number(row["dry_kg"])
    return HarvestOfLot(
        record_id=row["record_id"],
        day=row["happened_at"],
        actor=row["actor"],
        lot_id=row["lot_id"],
        trial_code=row["trial_code"],
        plot_code=row["plot_code"],
        kg=dry if fresh is None else fresh,
    )


def _step(row: Mapping[Any, Any]) -> Step:
    return Step(
        record_id=row["record_id"],
        day=row["happened_at"],
        actor=row["actor"],
        masses=StepMasses.of(row),
        loss_reason=_text(row["loss_reason"]),
        customer_code=_text(row["customer_code"]),
    )
