"""Pictures of a calibration and of what it proposes: which factor misled, and curves before and after."""

from __future__ import annotations

import numpy as np

from kanpo.compare import COLOURS, Picture, Series
from kanpo.evidence._calibrate import Calibration
from kanpo.herbs import Requirement
from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.suitability import membership

#: Points of a curve.
_STEPS = 240
#: A factor whose q is at most this is called clear.
CLEAR = 0.1


def misfit_picture(found: Calibration) -> Picture:
    """How far each factor goes with the misfit of the score, the clearest above.

    To the right: sites good in it did better than their score said; to the left: worse.
    """
    table = found.factors
    y = np.arange(len(table), 0, -1, dtype=float)
    rho = table["rho"].to_numpy(dtype=float)
    names = [str(FACTORS[key].label) for key in table["factor"]]
    clear = table["q"].to_numpy(dtype=float) <= CLEAR
    series = []
    for label, of, colour in (
        (f"q ≤ {CLEAR:g}", clear, COLOURS[1]),
        (f"q > {CLEAR:g}", ~clear, COLOURS[6]),
    ):
        told = [
            f"{name}: {value:+.2f}"
            for name, value in zip(np.array(names, dtype=object)[of], rho[of], strict=True)
        ]
        spans = np.column_stack([np.zeros(of.sum()), rho[of]])
        series.append(Series(f"{label} ({of.sum()})", rho[of], y[of], colour, names=told, across=spans))
    title = Text("外れとともに動く要因", "Factors that go with the misfit")
    words = Text(
        "外れ(良く採れた+、採れなかった−)との順位相関",
        "rank correlation with the misfit (+ better than scored)",
    )
    all_told = ", ".join(f"{name} {value:+.2f}" for name, value in zip(names, rho, strict=True))
    ticks = list(zip(y, names, strict=True))
    return Picture(str(title), str(words), "", series, up=(0.0,), y_names=ticks, told=all_told)


def curve_moves(before: Requirement, after: Requirement) -> float:
    """The greatest change of membership anywhere: 0 where only the weight moves."""
    if before.kind == "classes":
        return max(abs(after.classes[key] - value) for key, value in before.classes.items())
    values = _span(before, after)
    return float(np.abs(membership(after, values) - membership(before, values)).max())


def requirement_picture(before: Requirement, after: Requirement) -> Picture:
    """The membership of one factor, as the catalogue has it and as the trials propose it."""
    factor = FACTORS[before.factor]
    words = Text("目録(今)", "catalogue (now)"), Text("提案", "proposal")
    unit = factor.unit_label
    label = Text(
        f"{factor.label.ja}({unit.ja})" if unit.ja else factor.label.ja,
        f"{factor.label.en} ({unit.en})" if unit.en else factor.label.en,
    )
    if before.kind == "classes":
        x = np.arange(len(factor.classes), dtype=float)
        values = np.arange(len(factor.classes))
        ticks = [(at, str(factor.class_labels[key])) for at, key in zip(x, factor.classes, strict=True)]
    else:
        x = values = _span(before, after)
        ticks = []
    curves = [membership(row, values) for row in (before, after)]
    told = [[f"{word}: {value:.2f}" for value in curve] for word, curve in zip(words, curves, strict=True)]
    marks, weight = before.kind == "classes", Text("重み", "weight")
    now, then = (
        Series(f"{word}、{weight} {row.weight:.3g}", x, curve, colour, line=True, marks=marks,
               names=names, dashed=dashed)
        for word, row, curve, colour, names, dashed in zip(
            words, (before, after), curves, (COLOURS[6], COLOURS[0]), told, (True, False), strict=True
        )
    )  # fmt: skip
    change = Text(
        f"今 {before.text.ja}。提案 {after.text.ja}。", f"now {before.text.en}; proposed {after.text.en}."
    )
    return Picture(
        str(factor.label), str(label), str(Text("適合度(0〜1)", "membership (0 to 1)")), [now, then],
        across=(0.0, 1.0), x_names=ticks, told=str(change),
    )  # fmt: skip


def _span(before: Requirement, after: Requirement) -> np.ndarray:
    """Values of a factor around where the curves turn, within what is possible."""
    factor = FACTORS[before.factor]
    turns = [*before.turns, *after.turns]
    low, high = min(turns), max(turns)
    room = (high - low) * 0.25 or max(abs(low), 1.0) * 0.25
    least = -np.inf if factor.minimum is None else factor.minimum
    most = np.inf if factor.maximum is None else factor.maximum
    found: np.ndarray = np.union1d(np.linspace(max(low - room, least), min(high + room, most), _STEPS), turns)
    return found
