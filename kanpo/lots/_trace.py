"""Where a lot comes from and where it went, as trees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kanpo.locale import Text
from kanpo.lots._book import HarvestOfLot, LotBook, Step
from kanpo.lots._sprays import LotSprays, sprays_behind
from kanpo.schema import VOCABULARIES
from kanpo.trials import is_pesticide, registration_of

#: Lots below one another that a tree shows; the sets of a trace hold all of them.
_DEEPEST = 100


@dataclass(frozen=True, slots=True)
class TraceNode:
    """One thing on the way of a lot.

    `kind` is ``lot``, ``step``, ``harvest``, ``plot``, ``operation``, ``received`` or ``customer``;
    `key` its code or record id. `kg` is the mass on this way, not of the whole. A lot that was
    shown already is not opened a second time (`repeated`).
    """

    kind: str
    key: str
    what: Text
    day: str = ""
    kg: float | None = None
    children: tuple[TraceNode, ...] = ()
    repeated: bool = False

    def walk(self) -> Iterator[TraceNode]:
        """This node and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Trace:
    """Both ways of a lot, and the pesticides behind it; the sets are what a recall needs."""

    lot_id: str
    back: TraceNode
    forward: TraceNode
    lots_before: frozenset[str]
    lots_after: frozenset[str]
    plots: frozenset[tuple[str, str]]
    parcels: frozenset[str]
    growers: frozenset[str]
    seeds: frozenset[str]
    customers: frozenset[str]
    sprays: LotSprays


def trace_lot(book: LotBook, lot_id: str) -> Trace:
    """Trace a lot back to plots, work, seed, parcels and growers, and forward to customers.

    Raises
    ------
    UsageError
        There is no such lot.
    """
    book.require(lot_id)
    before, after = book.before(lot_id), book.after(lot_id)
    plots = frozenset((h.trial_code, h.plot_code) for lot in before for h in book.harvests_into(lot))
    trials = book.trials[book.trials["trial_code"].isin({trial for trial, _ in plots})]
    declared = [book.declared[lot] for lot in before if lot in book.declared]
    seeds = {seed for trial, plot in plots for seed in _seeds(book.operations_on(trial, plot))}
    customers = {step.customer_code for lot in after for step in book.used_by(lot) if step.customer_code}
    return Trace(
        lot_id,
        _Way(book).back(lot_id, None),
        _Way(book).forward(lot_id, None),
        before - {lot_id},
        after - {lot_id},
        plots,
        frozenset({str(parcel) for parcel in trials["parcel_id"]} | {d.parcel_id for d in declared} - {""}),
        frozenset(set(trials["grower_code"].dropna()) | {d.grower_code for d in declared} - {""}),
        frozenset(seeds | {d.seed_lot for d in declared} - {""}),
        frozenset(customers),
        sprays_behind(book, lot_id),
    )


def trace_text(node: TraceNode) -> Text:
    """A tree as text, one thing a line."""
    lines = list(_lines(node, "", ""))
    return Text("\n".join(line.ja for line in lines), "\n".join(line.en for line in lines))


def _lines(node: TraceNode, lead: str, below: str) -> Iterator[Text]:
    seen = Text("(上に記載)", " (see above)") if node.repeated else Text("", "")
    yield Text(f"{lead}{node.what.ja}{seen.ja}", f"{lead}{node.what.en}{seen.en}")
    for number, child in enumerate(node.children, 1):
        last = number == len(node.children)
        yield from _lines(child, below + ("└─ " if last else "├─ "), below + ("   " if last else "│  "))


def _seeds(work: pd.DataFrame) -> set[str]:
    return set(work["seed_lot"].dropna())


class _Way:
    """Builds one tree; each lot is opened once, so that a tangle of lots stays readable."""

    def __init__(self, book: LotBook) -> None:
        self._book = book
        self._opened: set[str] = set()

    def back(self, lot_id: str, kg: float | None, depth: int = 0) -> TraceNode:
        """The lot and what it comes from."""
        if lot_id in self._opened or depth == _DEEPEST:
            return _lot_node(lot_id, kg, repeated=lot_id in self._opened, cut=depth == _DEEPEST)
        self._opened.add(lot_id)
        children = [
            _step_node(
                step,
                step.kg_into(lot_id),
                tuple(self.back(used, step.kg_from(used), depth + 1) for used in sorted(step.uses)),
            )
            for step in self._book.made_by(lot_id)
        ]
        children += [self._harvest(harvest) for harvest in self._book.harvests_into(lot_id)]
        declared = self._book.declared.get(lot_id)
        if declared is not None and declared.from_elsewhere:
            facts = _facts(筆=declared.parcel_id, 生産者=declared.grower_code, 種苗=declared.seed_lot)
            what = Text(f"{declared.day[:10]} 受入", f"{declared.day[:10]} received")
            children.append(
                TraceNode(
                    "received", declared.record_id, _joined(what, facts), declared.day, declared.mass_kg
                )
            )
        return _lot_node(lot_id, kg, tuple(children))

    def forward(self, lot_id: str, kg: float | None, depth: int = 0) -> TraceNode:
        """The lot and what became of it."""
        if lot_id in self._opened or depth == _DEEPEST:
            return _lot_node(lot_id, kg, repeated=lot_id in self._opened, cut=depth == _DEEPEST)
        self._opened.add(lot_id)
        children = []
        for step in self._book.used_by(lot_id):
            below = [self.forward(made, step.kg_into(made), depth + 1) for made in sorted(step.makes)]
            if step.customer_code:
                what = Text(f"出荷先 {step.customer_code}", f"customer {step.customer_code}")
                below.append(TraceNode("customer", step.customer_code, what, step.day, step.kg_from(lot_id)))
            children.append(_step_node(step, step.kg_from(lot_id), tuple(below)))
        return _lot_node(lot_id, kg, tuple(children))

    def _harvest(self, harvest: HarvestOfLot) -> TraceNode:
        what = Text(
            f"{harvest.day[:10]} 収穫{_kg(harvest.kg)}", f"{harvest.day[:10]} harvest{_kg(harvest.kg)}"
        )
        return TraceNode("harvest", harvest.record_id, what, harvest.day, harvest.kg, (self._plot(harvest),))

    def _plot(self, harvest: HarvestOfLot) -> TraceNode:
        book = self._book
        trial = book.trials[book.trials["trial_code"] == harvest.trial_code].tail(1).to_dict("records")
        plot = book.plots[
            (book.plots["trial_code"] == harvest.trial_code) & (book.plots["plot_code"] == harvest.plot_code)
        ]
        work = book.operations_on(harvest.trial_code, harvest.plot_code)
        facts = _facts(
            試験=harvest.trial_code,
            処理="".join(plot["treatment"].tail(1).dropna()),
            生薬=_known(trial, "herb_id"),
            筆=_known(trial, "parcel_id"),
            生産者=_known(trial, "grower_code"),
            種苗="、".join(sorted(_seeds(work))),
        )
        what = Text(f"試験区 {harvest.plot_code}", f"plot {harvest.plot_code}")
        done = work[work["happened_at"].str[:10] <= harvest.day[:10]]
        children = tuple(_operation_node(row, book) for row in done.to_dict("records"))
        return TraceNode("plot", harvest.plot_code, _joined(what, facts), children=children)


_EN = {
    "筆": "parcel",
    "生産者": "grower",
    "種苗": "seed",
    "試験": "trial",
    "処理": "treatment",
    "生薬": "herb",
}


def _facts(**known: str) -> Text:
    """What is known, in brackets: Japanese names are the keys."""
    there = {name: value for name, value in known.items() if value}
    ja = "、".join(f"{name} {value}" for name, value in there.items())
    en = ", ".join(f"{_EN[name]} {value}" for name, value in there.items())
    return Text(f"({ja})", f" ({en})") if there else Text("", "")


def _joined(first: Text, second: Text) -> Text:
    return Text(first.ja + second.ja, first.en + second.en)


def _kg(kg: float | None) -> str:
    return "" if kg is None else f" {kg:g} kg"


def _known(rows: list[dict[str, object]] | list[object], key: str) -> str:
    value = rows[0][key] if rows and isinstance(rows[0], dict) else None
    return value if isinstance(value, str) else ""


def _lot_node(
    lot_id: str,
    kg: float | None,
    children: tuple[TraceNode, ...] = (),
    *,
    repeated: bool = False,
    cut: bool = False,
) -> TraceNode:
    what = Text(f"ロット {lot_id}{_kg(kg)}", f"lot {lot_id}{_kg(kg)}")
    if cut and not repeated:
        what = _joined(
            what, Text(f"(続きは kanpo lots trace {lot_id})", f" (go on with kanpo lots trace {lot_id})")
        )
    return TraceNode("lot", lot_id, what, "", kg, children, repeated)


def _step_node(step: Step, kg: float, children: tuple[TraceNode, ...]) -> TraceNode:
    label = VOCABULARIES["lot_step"].labels[step.masses.step]
    ja, en = f"{step.day[:10]} {label.ja}{_kg(kg)}", f"{step.day[:10]} {label.en}{_kg(kg)}"
    if step.masses.loss_kg:
        because = f" {step.loss_reason}" if step.loss_reason else ""
        ja += f"(工程の減り {step.masses.loss_kg:g} kg{because})"
        en += f" (loss of the step {step.masses.loss_kg:g} kg{because})"
    return TraceNode("step", step.record_id, Text(ja, en), step.day, kg, children)


def _operation_node(row: dict[Any, Any], book: LotBook) -> TraceNode:
    label = VOCABULARIES["operation"].labels[str(row["operation"])]
    day = str(row["happened_at"])
    extra = [row[key] for key in ("product", "seed_lot") if isinstance(row[key], str)]
    if isinstance(row["amount"], float) and row["amount"] == row["amount"]:
        extra.append(f"{row['amount']:g} {row['unit'] if isinstance(row['unit'], str) else ''}".strip())
    rest = "".join(f" {value}" for value in extra)
    what = Text(f"{day[:10]} {label.ja}{rest}", f"{day[:10]} {label.en}{rest}")
    if is_pesticide(row):
        what = _joined(what, _of_label(row, book))
    return TraceNode("operation", str(row["record_id"]), what, day)


def _of_label(row: dict[Any, Any], book: LotBook) -> Text:
    """What is known of a pesticide beside its name, and what a person should look at."""
    number = registration_of(row)
    ja, en = [f"登録 {number}" if number else "登録番号なし"], [number or "no registration number"]
    if row["dilution"] == row["dilution"] and row["dilution"] is not None:
        ja.append(f"{row['dilution']:g} 倍")
        en.append(f"diluted {row['dilution']:g} times")
    if isinstance(row.get("label_crop"), str):
        ja.append(f"作物名 {row['label_crop']}")
        en.append(f"crop {row['label_crop']}")
    doubts = [
        why
        for code, why in book.spray_doubts.get(str(row["record_id"]), ())
        if number or "no-reg" not in code
    ]
    ja += [f"要確認: {why.ja}" for why in doubts]
    en += [f"to look at: {why.en}" for why in doubts]
    return Text(f"({'、'.join(ja)})", f" ({', '.join(en)})")
