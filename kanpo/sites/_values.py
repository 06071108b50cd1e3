"""What people write into the cells of a layer: read, and doubted where it cannot be."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from kanpo.errors import InputUnusable, Place, Problem
from kanpo.locale import Text
from kanpo.reading import normalise, number_or_nan
from kanpo.schema import FACTORS, VOCABULARIES

#: A month's mean temperature, °C, colder or warmer than which no place in Japan is (the records of
#: single days are −41.0, Asahikawa 1902, and 41.8, Isesaki 2025; Japan Meteorological Agency).
MONTH_MEAN_RANGE = (-41.0, 41.8)


def blank(value: object) -> bool:
    """Whether a cell holds nothing."""
    return value is None or value != value or not str(value).strip()


def written_class(factor: str, written: object) -> str | None:
    """The class that somebody wrote for a class factor; None for blank or unknown words."""
    return None if blank(written) else VOCABULARIES[factor].key_of(normalise(written))


def written_number(written: object) -> float:
    """The number that somebody wrote (full-width digits allowed); NaN for blank or no number."""
    return float("nan") if blank(written) else number_or_nan(written)


def doubts(factor: str, cells: Iterable[tuple[Place, object]], *, month_mean: bool = False) -> list[Problem]:
    """A problem for every cell that cannot be: an unknown class, no number, or an impossible one.

    Parameters
    ----------
    factor : str
        What the cells are read as.
    cells : iterable of (Place, value)
        Blank ones are fine.
    month_mean : bool
        The cells are monthly mean temperatures from which the factor is worked out.
    """
    found = FACTORS[factor]
    if found.kind == "class":
        return [
            _no_class(factor, place)
            for place, value in cells
            if not blank(value) and written_class(factor, value) is None
        ]
    low, high = MONTH_MEAN_RANGE if month_mean else (found.minimum, found.maximum)
    unit = "degC" if month_mean else found.unit
    assert low is not None and high is not None
    return [
        impossible(
            Text("月平均気温", "mean temperature of a month") if month_mean else found.label,
            low,
            high,
            unit,
            place,
        )
        for place, value in cells
        if not blank(value) and not low <= written_number(value) <= high
    ]


def _no_class(factor: str, place: Place) -> Problem:
    found = FACTORS[factor]
    choices = "、".join(f"{key}({label.ja})" for key, label in found.class_labels.items())
    return Problem(
        "layer.class",
        Text(f"「{found.label.ja}」の区分ではありません", f"is no class of {factor}"),
        Text(f"使える値: {choices}", f"choices: {', '.join(found.classes)}"),
        place,
    )


def impossible(label: Text, low: float, high: float, unit: str, place: Place) -> Problem:
    """The problem with a number that is none, or lies outside what is physically possible."""
    bounds = f"{low:g}〜{high:g}" + ("" if unit == "-" else f" {unit}")
    return Problem(
        "layer.value",
        Text(f"「{label.ja}」としてあり得ない値です", f"is impossible for '{label.en}'"),
        Text(
            f"単位と桁を確かめてください(あり得る範囲: {bounds})",
            f"check unit and digits (possible: {bounds})",
        ),
        place,
    )


def refuse(problems: list[Problem], file: str) -> None:
    """Stop with everything that was found, if anything was.

    Raises
    ------
    InputUnusable
        There are problems; they are in it.
    """
    if problems:
        raise InputUnusable(
            "layer.values",
            Text(
                f"{len(problems)} 箇所に使えない値があります(登録していません)",
                f"{len(problems)} values cannot be used (nothing was added)",
            ),
            Text("直してから、もう一度登録してください", "mend them and add it again"),
            Place(file),
            tuple(problems),
        )


def outside(factor: str, grid: np.ndarray) -> np.ndarray:
    """Positions (k, 2) in a grid of cells that are impossible for a number factor."""
    found = FACTORS[factor]
    with np.errstate(invalid="ignore"):
        return np.argwhere((grid < found.minimum) | (grid > found.maximum))
