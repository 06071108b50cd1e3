"""The usual pictures of values over time: years, stability, drying, storage, degree days."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import special

from kanpo.compare._curves import DRYING_MODELS
from kanpo.compare._degree_days import DegreeDays
from kanpo.compare._picture import COLOURS, GREY, Picture, Series
from kanpo.compare._years import Stability
from kanpo.locale import Text


def year_picture(values: pd.DataFrame) -> Picture:
    """Means of one trait by year, a line for each unit, with 95 % intervals where a year has repeats.

    Parameters
    ----------
    values : DataFrame
        year, unit, trait and value of one trait; only units with two years or more are drawn.
    """
    cells = values.groupby(["unit", "year"])["value"].agg(n="count", mean="mean", sd="std").reset_index()
    cells = cells[cells.groupby("unit")["year"].transform("size") >= 2]
    years = sorted(cells["year"].unique())
    place = {year: float(at) for at, year in enumerate(years)}
    order = cells.groupby("unit")["mean"].mean().sort_values(ascending=False, kind="stable").index
    series = []
    for number, unit in enumerate(order):
        rows = cells[cells["unit"] == unit].sort_values("year")
        # A little apart, so that intervals of the same year stand beside each other.
        apart = (number - (min(len(order), len(COLOURS)) - 1) / 2) * 0.03 if number < len(COLOURS) else 0.0
        x = np.array([place[year] for year in rows["year"]]) + apart
        mean, n = rows["mean"].to_numpy(dtype=float), rows["n"].to_numpy(dtype=float)
        with np.errstate(invalid="ignore", divide="ignore"):
            reach = special.stdtrit(n - 1, 0.975) * rows["sd"].to_numpy(dtype=float) / np.sqrt(n)
        points = [
            f"{unit}, {year}: {value:.4g} (n = {count:.0f})"
            for year, value, count in zip(rows["year"], mean, n, strict=True)
        ]
        colour = COLOURS[number] if number < len(COLOURS) else GREY
        spans = np.column_stack([mean - reach, mean + reach])
        series.append(Series(str(unit), x, mean, colour, line=True, names=points, up=spans))
    trait = str(values["trait"].iloc[0]) if len(values) else ""
    title = Text(f"{trait}の年ごとの平均", f"Means of {trait} by year")
    told = Text(
        f"{len(order)} 単位、{years[0]}から{years[-1]}。" if years else "",
        f"{len(order)} units, {years[0]} to {years[-1]}." if years else "",
    )
    names = [(at, str(year)) for year, at in place.items()]
    return Picture(
        str(title), str(Text("年・環境", "year or environment")), trait, series, x_names=names, told=str(told)
    )


def stability_picture(values: pd.DataFrame, found: Stability, trait: str) -> Picture:
    """Units over environments from poor to good, each with the line of Finlay and Wilkinson."""
    means = values.pivot_table(index="unit", columns="year", values="value", aggfunc="mean")
    environments = found.environments.sort_values("mean", kind="stable")
    x = environments["mean"].to_numpy(dtype=float)
    series = []
    for number, row in enumerate(found.table.itertuples()):
        colour = COLOURS[number] if number < len(COLOURS) else GREY
        y = means.loc[row.unit, list(environments["environment"])].to_numpy(dtype=float)
        told = [f"{row.unit}, {e}: {v:.4g}" for e, v in zip(environments["environment"], y, strict=True)]
        series.append(Series(f"b = {row.slope:.2f} {row.unit}", x, y, colour, names=told))
        line = float(row.mean) + float(row.slope) * environments["index"].to_numpy(dtype=float)
        series.append(Series("", x, line, colour, line=True, marks=False))
    title = Text(f"{trait}: 環境の良し悪しと単位", f"{trait}: units over environments")
    told = [f"{row.unit} b = {row.slope:.2f}" for row in found.table.itertuples()][:10]
    words = Text("環境の平均(全単位)", "mean of the environment (all units)")
    return Picture(str(title), str(words), trait, series, told=", ".join(told))


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
        points = [f"{unit}, {at:g}: {r:.3g}" for at, r in zip(t - t.min(), ratio, strict=True)]
        series.append(Series(f"{unit} ({model.name})", t - t.min(), ratio, colour, names=points))
        series.append(Series("", line, model.ratio(line, *rows["value"]), colour, line=True, marks=False))
    title = Text("乾燥曲線", "drying curves")
    told = Text("点は測定、線は一番よく合う式。", "points: measured; lines: the model that fits best.")
    return Picture(
        str(title), str(Text("時間", "time")), str(Text("水分比", "moisture ratio")), series, told=str(told)
    )


def storage_picture(values: pd.DataFrame, fits: pd.DataFrame, *, limit: float | None = None) -> Picture:
    """Values over the time of storage, with the first-order loss that was fitted."""
    series = []
    for number, row in enumerate(fits.itertuples()):
        group = values[(values["unit"] == row.unit) & (values["value"] > 0)].sort_values(
            "time", kind="stable"
        )
        t, v = group["time"].to_numpy(dtype=float), group["value"].to_numpy(dtype=float)
        colour = COLOURS[number % len(COLOURS)]
        points = [f"{row.unit}, {at:g}: {value:.4g}" for at, value in zip(t, v, strict=True)]
        series.append(Series(str(row.unit), t, v, colour, names=points))
        line = np.linspace(t.min(), t.max(), 60)
        fitted = float(row.start) * np.exp(-float(row.rate) * line)
        series.append(Series("", line, fitted, colour, line=True, marks=False))
    title = Text("貯蔵中の変化", "change in storage")
    told = Text("点は測定、線は一次反応の当てはめ。", "points: measured; lines: first-order loss as fitted.")
    across: Sequence[float] = () if limit is None else (limit,)
    return Picture(
        str(title), str(Text("時間", "time")), str(Text("値", "value")), series, across=across, told=str(told)
    )


def degree_day_picture(found: DegreeDays) -> Picture:
    """Days to harvest against degree days, a point for each unit."""
    known = found.periods[found.periods["degree_days"].notna()]
    x, y = known["degree_days"].to_numpy(dtype=float), known["days"].to_numpy(dtype=float)
    names = [str(unit) for unit in known["unit"]]
    title = Text("積算温度と日数", "degree days and days to harvest")
    told = Text(f"{len(known)} 単位。", f"{len(known)} units.")
    one = Series("", x, y, COLOURS[0], names if len(names) <= 40 else (), names=names)
    words = Text("積算温度(℃・日)", "degree days (°C d)"), Text("収穫までの日数", "days to harvest")
    return Picture(str(title), str(words[0]), str(words[1]), [one], told=str(told))
