"""The picture of a covariate: values against it, with a line for each treatment, all of one slope."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from kanpo.compare import COLOURS, GREY, shortened
from kanpo.evidence import Analysis
from kanpo.locale import Text
from kanpo.reports._drawing import INK, WIDTH, dot, drawing, line, reach, text
from kanpo.reports._names import Names
from kanpo.reports._page import Figure
from kanpo.reports._pictures import factors_of, joined, x_axis, y_axis

#: Treatments with a colour of their own.
_MOST_LINES = 8


def covariate_figures(found: Analysis, names: Names) -> list[Figure]:
    """One picture for each covariate: plots and adjusted means of the treatments (their combinations)."""
    if found.means["mean"].notna().sum() < 1:
        return []
    return [
        _scatter(found, number, str(found.means["term"].iloc[-1]), names)
        for number in range(len(found.covariates))
    ]


def _scatter(found: Analysis, number: int, term: str, called: Names) -> Figure:
    """Values less blocks and other covariates over one covariate; lines through the adjusted means."""
    one = found.covariates[number]
    means = found.means[(found.means["term"] == term) & found.means["mean"].notna()]
    means = means.sort_values("mean", ascending=False, kind="stable").reset_index(drop=True)
    of = pd.Series(joined(found.levels, factors_of(found, term)))
    rank = of.map({level: place for place, level in enumerate(means["level"])})
    x = one.values
    at_mean = of.map(dict(zip(means["level"], means["mean"], strict=True))).to_numpy(dtype=float)
    y = at_mean + one.slope * (x - one.mean) + found.residuals["residual"].to_numpy(dtype=float)
    # Each line goes as far as its plots, and to the mean where its height is read.
    owned = [np.append(x[rank.to_numpy() == place], one.mean) for place in range(len(means))]
    ends = [(float(own.min()), float(own.max())) for own in owned]
    heights = [
        [mean + one.slope * (end - one.mean) for end in pair]
        for mean, pair in zip(means["mean"], ends, strict=True)
    ]
    x_low, x_high = reach(list(x))
    y_low, y_high = reach([*y, *(height for pair in heights for height in pair)])
    left, right, top, bottom = 64.0, WIDTH - 24.0, 24.0, 290.0

    def across(value: float) -> float:
        return left + (value - x_low) / (x_high - x_low) * (right - left)

    def up(value: float) -> float:
        return top + (y_high - value) / (y_high - y_low) * (bottom - top)

    parts = [
        *x_axis(x_low, x_high, across, top, bottom, str(called.of(one.covariate))),
        *y_axis(y_low, y_high, up, left, right),
    ]
    parts += [
        text(6, 14, shortened(str(called.trait(found.trait)), 240)),
        line(across(one.mean), top, across(one.mean), bottom, INK),
    ]
    for place in reversed(range(len(means))):
        own = np.flatnonzero(rank.to_numpy() == place)
        colour = COLOURS[place] if place < _MOST_LINES else GREY
        (start, end), (low, high) = ends[place], heights[place]
        parts.append(line(across(start), up(low), across(end), up(high), colour, width=2))
        names, values = found.residuals["plot"], found.residuals["value"]
        parts += [
            dot(across(x[i]), up(y[i]), colour, f"{names[i]}: {one.covariate} {x[i]:.5g}, {values[i]:.5g}")
            for i in own
            if math.isfinite(y[i])
        ]
        if place < _MOST_LINES:
            parts.append(text(across(end) + 5, up(high) + 4, str(place + 1), size=11))
    below = bottom + 60
    for place, level in enumerate(means["level"].head(_MOST_LINES)):
        at, height = left + (place % 2) * 220, below + (place // 2) * 20
        parts += [line(at, height - 4, at + 22, height - 4, COLOURS[place], width=3)]
        parts.append(text(at + 28, height, f"{place + 1} {shortened(str(level), 150)}"))
    word, trait = called.of(one.covariate), called.trait(found.trait)
    title = Text(f"{word.ja}と{trait.ja}", f"{trait.en} against {word.en}")
    height = below + 12 + 20 * ((min(len(means), _MOST_LINES) + 1) // 2)
    return Figure(title, _caption(found, number, len(means), word), drawing(str(title), height, parts))


def _caption(found: Analysis, number: int, levels: int, word: Text) -> Text:
    one = found.covariates[number]
    ja = (
        "点は1区ごと(ブロックなどの影響を除いた値)、線は処理ごと。傾きはどの処理も同じとしている。"
        f"縦の線({word.ja} の平均 {one.mean:.4g})での線の高さが調整平均。"
    )
    en = (
        "Each plot (less effects of blocks) and a line for each treatment, all with one slope. Adjusted means are the "
        f"heights of the lines at the mean of {word.en} ({one.mean:.4g})."
    )
    if levels > _MOST_LINES:
        ja, en = (
            ja + f"灰色は、ほか {levels - _MOST_LINES} 処理。",
            en + f" Grey: {levels - _MOST_LINES} more.",
        )
    return Text(ja, en)
