"""Mass that is accounted for, step by step and lot by lot."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import pandas as pd

from kanpo.locale import Text
from kanpo.lots._assays import check_lot
from kanpo.lots._book import LotBook, Step
from kanpo.schema import VOCABULARIES
from kanpo.trials import TOLERANCE, weigh_step


@dataclass(frozen=True, slots=True)
class LotFault:
    """Something about a lot or step that a person should look at.

    `kg` and `percent` say by how much, where a mass is wrong.
    """

    code: str
    what: Text
    day: str
    record_id: str = ""
    lot_id: str = ""
    kg: float | None = None
    percent: float | None = None


def made_kg(book: LotBook, lot_id: str) -> float | None:
    """How much of a lot there was: harvested, made by steps, or received; None where nobody weighed it."""
    weights = [step.kg_into(lot_id) for step in book.made_by(lot_id)]
    weights += [harvest.kg for harvest in book.harvests_into(lot_id) if harvest.kg is not None]
    declared = book.declared.get(lot_id)
    if not weights and declared is not None and declared.mass_kg is not None:
        weights = [declared.mass_kg]
    return sum(weights) if weights else None


def used_kg(book: LotBook, lot_id: str) -> float:
    """How much of a lot went into other lots, left the house, or was lost in storage."""
    return sum(_taken(step, lot_id) for step in book.used_by(lot_id))


def _taken(step: Step, lot_id: str) -> float:
    taken = step.kg_from(lot_id)
    if step.masses.step != "storage":
        return taken
    if step.masses.outputs:
        return taken - step.kg_into(lot_id)
    # What is put away without new lots stays what it is, less the loss.
    return (step.masses.loss_kg or 0.0) * (taken / step.masses.in_kg if step.masses.in_kg else 0.0)


def lot_table(book: LotBook, own: pd.DataFrame | None = None) -> pd.DataFrame:
    """All lots: ``lot_id``, ``herb_id``, ``made_kg``, ``used_kg``, ``left_kg`` (kg), ``customers``, ``verdict``.

    Parameters
    ----------
    own : DataFrame, optional
        Limits of the user's own, for the verdict; see `kanpo.lots.limits_of`.
    """
    rows = []
    for lot in book.lot_ids:
        made, used = made_kg(book, lot), used_kg(book, lot)
        customers = sorted({step.customer_code for step in book.used_by(lot) if step.customer_code})
        left = None if made is None else made - used
        verdict = str(check_lot(book, lot, own).label)
        herbs = "、".join(sorted(book.herbs_of(lot)))
        rows.append((lot, herbs, made, used, left, "、".join(customers), verdict))
    columns = ["lot_id", "herb_id", "made_kg", "used_kg", "left_kg", "customers", "verdict"]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype({key: float for key in columns if key.endswith("_kg")})


def step_table(
    book: LotBook, lots: Collection[str] | None = None, tolerance: float = TOLERANCE
) -> pd.DataFrame:
    """The mass balance of each step.

    Parameters
    ----------
    lots : collection of str, optional
        Only steps that use or make one of these.
    tolerance : float
        Share of what went in that may be missing.

    Returns
    -------
    DataFrame
        ``day``, ``step``, ``inputs``, ``outputs`` (lots), ``in_kg``, ``out_kg``, ``loss_kg``,
        ``gap_kg`` (in - out - loss), ``gap_percent`` of what went in, ``fault`` (codes, empty when
        the step is in order), ``record_id``. The gap is NaN where nothing is compared.
    """
    rows = []
    for step in _steps(book, lots):
        masses = step.masses
        # Without outputs nothing is compared; what drying takes without a stated loss is water.
        compared = bool(masses.outputs) and not masses.in_water
        gap = None
        if compared:
            # A millionth of a gram is the rounding of binary fractions, not a gap (nor a "-0").
            gap = round(masses.in_kg - masses.out_kg - (masses.loss_kg or 0.0), 9) + 0.0
        percent = 100 * gap / masses.in_kg if gap is not None and masses.in_kg else None
        rows.append(
            (
                step.day[:10],
                str(VOCABULARIES["lot_step"].labels[masses.step]),
                ", ".join(sorted(step.uses)),
                ", ".join(portion.lot_id for portion in masses.outputs),
                masses.in_kg,
                masses.out_kg,
                masses.loss_kg,
                gap,
                percent,
                " ".join(found.code for found in weigh_step(masses, tolerance)),
                step.record_id,
            )
        )
    names = "day step inputs outputs in_kg out_kg loss_kg gap_kg gap_percent fault record_id"
    table = pd.DataFrame(rows, columns=names.split())
    numbers = ("in_kg", "out_kg", "loss_kg", "gap_kg", "gap_percent")
    return table.astype(dict.fromkeys(numbers, float))


def find_faults(
    book: LotBook, lots: Collection[str] | None = None, tolerance: float = TOLERANCE
) -> tuple[LotFault, ...]:
    """Steps whose masses do not add up, lots used up beyond what there was, lots from nowhere, cycles."""
    faults = [
        LotFault(
            found.code,
            Text(f"{_named(step).ja}: {found.what.ja}", f"{_named(step).en}: {found.what.en}"),
            step.day,
            step.record_id,
            next(iter(sorted(step.makes)), ""),
            found.kg,
            found.percent,
        )
        for step in _steps(book, lots)
        for found in weigh_step(step.masses, tolerance)
    ]
    for lot in book.lot_ids:
        if lots is None or lot in lots:
            faults += _lot_faults(book, lot, tolerance)
    return tuple(sorted(faults, key=lambda fault: fault.day))


def _steps(book: LotBook, lots: Collection[str] | None) -> list[Step]:
    return [step for step in book.steps if lots is None or (step.uses | step.makes) & set(lots)]


def _named(step: Step) -> Text:
    label = VOCABULARIES["lot_step"].labels[step.masses.step]
    lots = "、".join(sorted(step.uses)), "、".join(sorted(step.makes))
    return Text(f"{label.ja} {lots[0]} → {lots[1]}", f"{label.en} {lots[0]} -> {lots[1]}")


def _lot_faults(book: LotBook, lot: str, tolerance: float) -> Iterator[LotFault]:
    made, used = made_kg(book, lot), used_kg(book, lot)
    declared = book.declared.get(lot)
    uses = book.used_by(lot)
    sources = bool(book.made_by(lot) or book.harvests_into(lot))
    day = declared.day if declared else (uses[0].day if uses else "")
    if not sources and not (declared is not None and declared.from_elsewhere):
        what = Text(
            f"ロット {lot}: どこから来たか記録がありません", f"lot {lot}: no record of where it comes from"
        )
        yield LotFault("lot.orphan", what, day, declared.record_id if declared else "", lot)
    if made is not None and used > made * (1 + tolerance) + 1e-9:
        over = used - made
        percent = 100 * over / made if made else None
        share = "" if percent is None else f"、{percent:.1f} %"
        what = Text(
            f"ロット {lot}: {made:g} kg しかないのに {used:g} kg 使っています({over:.3g} kg{share})",
            f"lot {lot}: {used:g} kg used of {made:g} kg ({over:.3g} kg too much)",
        )
        yield LotFault("lot.overdrawn", what, uses[-1].day, uses[-1].record_id, lot, over, percent)
    if sources and declared is not None and declared.mass_kg is not None and made is not None:
        gap = declared.mass_kg - made
        if abs(gap) > tolerance * made + 1e-9:
            what = Text(
                f"ロット {lot}: 受入重 {declared.mass_kg:g} kg と記録の合計 {made:g} kg が違います",
                f"lot {lot}: {declared.mass_kg:g} kg received, but the records add up to {made:g} kg",
            )
            yield LotFault("lot.declared-differs", what, day, declared.record_id, lot, gap)
    if lot in book.circular:
        what = Text(f"ロット {lot}: 自分自身からできています", f"lot {lot}: is made from itself")
        yield LotFault("lot.cycle", what, day, book.made_by(lot)[0].record_id, lot)
    yield from _too_early(book, lot)


def _too_early(book: LotBook, lot: str) -> Iterator[LotFault]:
    """Use before the lot was there: refused when written, but copies that meet may hold it."""
    days = [step.day for step in book.made_by(lot)] + [h.day for h in book.harvests_into(lot)]
    for step in book.used_by(lot):
        if days and step.day[:10] < min(days)[:10]:
            what = Text(
                f"ロット {lot}: できた日({min(days)[:10]})より前に使われています",
                f"lot {lot}: used before it was made ({min(days)[:10]})",
            )
            yield LotFault("lot.before-it-exists", what, step.day, step.record_id, lot)
