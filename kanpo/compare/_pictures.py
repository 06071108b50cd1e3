"""The usual pictures of a comparison: volcano, and scores of principal components."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kanpo.compare._curves import DRYING_MODELS
from kanpo.compare._groups import GroupComparison
from kanpo.compare._pca import PrincipalComponents
from kanpo.compare._picture import COLOURS, GREY, Picture, Series
from kanpo.locale import Text

#: Components that are named in a volcano picture, from the smallest p.
_NAMED = 12
#: A p of 0 (beyond double precision) is drawn here.
_LEAST_P = 1e-300


def volcano(found: GroupComparison, group: str, against: str, *, rate: float = 0.05) -> Picture:
    """Fold change across, −log10 p up, of one pair of groups; what has q ≤ `rate` in colour.

    Components without a fold change or a p are not drawn.
    """
    pair = found.pairs[(found.pairs["group"] == group) & (found.pairs["against"] == against)]
    pair = pair[pair["p"].notna() & pair["log2_fold_change"].notna()]
    x = pair["log2_fold_change"].to_numpy(dtype=float)
    y = -np.log10(np.maximum(pair["p"].to_numpy(dtype=float), _LEAST_P))
    sure, name = pair["q"].to_numpy() <= rate, pair["component"].to_numpy()
    kinds = (
        (Text(f"{group} で多い", f"more in {group}"), sure & (x > 0), COLOURS[1]),
        (Text(f"{group} で少ない", f"less in {group}"), sure & (x <= 0), COLOURS[0]),
        (Text("差があるとは言えない", "no difference shown"), ~sure, GREY),
    )
    series = []
    for label, of, colour in kinds:
        labels = [str(one) if at < _NAMED and colour != GREY else "" for at, one in enumerate(name)]
        chosen = np.array(labels, dtype=object)[of]
        series.append(Series(f"{label} ({of.sum():,})", x[of], y[of], colour, list(chosen)))
    title = Text(f"{group} / {against}(q ≤ {rate:g})", f"{group} / {against} (q ≤ {rate:g})")
    change = Text("log2(平均の比)", "log2 fold change")
    return Picture(str(title), str(change), "-log10 p", series, up=(0.0,))


def score_picture(found: PrincipalComponents, groups: np.ndarray) -> Picture:
    """Samples by their first two principal components, coloured by group (n,)."""
    second = found.scores.shape[1] > 1
    x, y = found.scores[:, 0], found.scores[:, 1] if second else np.zeros(len(found.scores))
    few = len(found.samples) <= 40
    series = []
    for number, group in enumerate(dict.fromkeys(groups)):
        of = groups == group
        names = [name for name, here in zip(found.samples, of, strict=True) if here] if few else []
        series.append(Series(str(group), x[of], y[of], COLOURS[number % len(COLOURS)], names))
    share = found.explained
    axes = [f"PC{at + 1} ({value:.1%})" for at, value in enumerate([*share[:2], 0.0][:2])]
    title = Text("主成分得点", "scores of principal components")
    return Picture(str(title), axes[0], axes[1], series, across=(0.0,), up=(0.0,))


def drying_picture(values: pd.DataFrame, fits: pd.DataFrame, *, equilibrium: float = 0.0) -> Picture:
    """Moisture ratios of each unit over time, and the best fit as a line."""
    models = {model.name: model for model in DRYING_MODELS}
    series = []
    for number, (unit, rows) in enumerate(fits[fits["best"]].groupby("unit", sort=False)):
        group = values[values["unit"] == unit].sort_values("time", kind="stable")
        t, v = group["time"].to_numpy(dtype=float), group["value"].to_numpy(dtype=float)
        ratio = (v - equilibrium) / (v[t == t.min()].mean() - equilibrium)
        line = np.linspace(0, t.max() - t.min(), 60)
        model, colour = models[rows["model"].iloc[0]], COLOURS[number % len(COLOURS)]
        series.append(Series(str(unit), t - t.min(), ratio, colour))
        fitted = model.ratio(line, *rows["value"])
        series.append(Series(f"{unit} ({model.name})", line, fitted, colour, line=True, marks=False))
    title = Text("乾燥曲線", "drying curves")
    return Picture(str(title), str(Text("時間", "time")), str(Text("水分比", "moisture ratio")), series)
