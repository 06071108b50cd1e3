"""Which assays hold for a lot: those of the same drug, after the last thing that changed it."""

from __future__ import annotations

from dataclasses import dataclass, field

from kanpo.locale import Text
from kanpo.lots._book import LotBook
from kanpo.lots._measured import Assay
from kanpo.schema import VOCABULARIES

#: Steps that leave the drug what it is, so that an assay of the lot before holds for the lot after.
#: Drying, washing, blanching, peeling, trimming, steaming change it, and so does mixing.
_SAME_DRUG = frozenset({"splitting", "packing", "storage", "shipping"})


@dataclass(frozen=True)
class Material:
    """The assays around a lot.

    `assays` hold for it. `too_early` are of the same lots, but dated before the last thing that
    changed the drug, and `before` are of lots that it was made from by steps that change it; neither
    holds. `changed` says what changed it last, and on which day, `mixed` whether that was a mixing of several lots.
    """

    lots: tuple[str, ...]
    assays: tuple[Assay, ...]
    too_early: tuple[Assay, ...]
    before: tuple[Assay, ...]
    changed: Text = field(default=Text("", ""))
    mixed: bool = False


def material_of(book: LotBook, lot_id: str) -> Material:
    """The assays of a lot and of the lots of which it is nothing but a part."""
    lots = _same_drug(book, lot_id)
    settled = _settled_on(book, lots[-1])
    own = [assay for lot in lots for assay in book.assays_of(lot)]
    before = [assay for lot in sorted(book.before(lots[-1]) - set(lots)) for assay in book.assays_of(lot)]
    return Material(
        tuple(lots),
        tuple(assay for assay in own if assay.day >= settled),
        tuple(assay for assay in own if assay.day < settled),
        tuple(before),
        _change(book, lots[-1], settled),
        len({used for step in book.made_by(lots[-1]) for used in step.uses}) > 1,
    )


def _same_drug(book: LotBook, lot_id: str) -> list[str]:
    """The lot, and the lots before it of which it is nothing but a part."""
    lots = [lot_id]
    while True:
        steps, sources = book.made_by(lots[-1]), book.harvests_into(lots[-1])
        before = {lot for step in steps for lot in step.uses}
        only_parted = {step.masses.step for step in steps} <= _SAME_DRUG
        if sources or len(before) != 1 or not only_parted or before <= set(lots):
            return lots
        lots += before


def _settled_on(book: LotBook, lot_id: str) -> str:
    """The day on which the lot had become what it is: the last step or harvest that went into it.

    A lot from elsewhere has none: its supplier may have measured it before it was received.
    """
    days = [step.day[:10] for step in book.made_by(lot_id)]
    return max(days + [harvest.day[:10] for harvest in book.harvests_into(lot_id)], default="")


def _change(book: LotBook, lot_id: str, day: str) -> Text:
    steps = [step for step in book.made_by(lot_id) if step.day[:10] == day]
    if steps:
        label = VOCABULARIES["lot_step"].labels[steps[-1].masses.step]
        return Text(f"{label.ja}({day})", f"{label.en} ({day})")
    return Text(f"収穫({day})", f"harvest ({day})")
