"""A plan as text: the rows of plots as they lie on the ground."""

from __future__ import annotations

from kanpo.locale import Text
from kanpo.trials._trial import TrialPlan


def letters_of(planned: TrialPlan) -> dict[str, str]:
    """A short mark for each treatment: A, B … Z, then AA, AB …"""
    names = list(dict.fromkeys(plot.treatment for plot in planned.plan.plots))
    order = sorted(names, key=lambda name: _place(planned, name))
    return {name: _letters(number) for number, name in enumerate(order)}


def text_map(planned: TrialPlan) -> str:
    """Plots in rows with north on top as nearly as the rows allow: ``block/plot:treatment``.

    A dot is a place that holds no plot; a legend says which mark is which treatment.
    """
    layout, marks = planned.layout, letters_of(planned)
    cells: dict[tuple[int, int], str] = {}
    for plot, code, row, column in zip(
        planned.plan.plots, planned.plot_codes, layout.rows, layout.columns, strict=True
    ):
        number = code.rpartition("-")[2]
        block = "" if plot.block is None else f"{plot.block}/"
        cells[(row, column)] = f"{block}{number}:{marks[plot.treatment]}"
    width = max(map(len, cells.values()))
    lines = [
        " ".join(cells.get((row, column), ".").ljust(width) for column in range(1, max(layout.columns) + 1))
        for row in range(max(layout.rows), 0, -1)
    ]
    legend = [f"{mark} = {_plain(name)}" for name, mark in marks.items()]
    return "\n".join([str(_heading(planned)), *(line.rstrip() for line in lines), *legend])


def _heading(planned: TrialPlan) -> Text:
    layout = planned.layout
    size = f"{layout.shape.width_m:g}x{layout.shape.length_m:g} m"
    return Text(
        f"左から右へ方位 {layout.bearing_deg:.0f}° (0 北・90 東)、区 {size}、表示は「ブロック/区:処理」",
        f"left to right: bearing {layout.bearing_deg:.0f} (0 north, 90 east); plots {size}; block/plot:treatment",
    )


def _place(planned: TrialPlan, name: str) -> tuple[int, ...]:
    """Where a treatment stands in the order in which the treatments were given."""
    design = planned.trial.asked
    if not design.sub_treatments:
        return (design.treatments.index(name),)
    plot = next(plot for plot in planned.plan.plots if plot.treatment == name)
    return (
        design.treatments.index(plot.main_treatment),
        design.sub_treatments.index(plot.sub_treatment),
    )


def _letters(number: int) -> str:
    first, last = divmod(number, 26)
    return (_letters(first - 1) if first else "") + chr(ord("A") + last)


def _plain(name: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in name)
