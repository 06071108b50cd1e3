"""Pictures of an analysis: values by treatment, residuals on the plan and against fitted values, years."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from kanpo.compare import COLOURS, GREY, shortened, told_apart, wide
from kanpo.evidence import Analysis
from kanpo.locale import Text
from kanpo.reports._drawing import (
    AXIS,
    FAINT,
    INK,
    WIDTH,
    box,
    dot,
    drawing,
    line,
    reach,
    text,
    tick_text,
    ticks,
)
from kanpo.reports._names import Names
from kanpo.reports._page import Figure

#: Rows of a picture of treatments, and lines with a colour of their own in one of environments.
_MOST_LEVELS, _MOST_LINES = 40, 8
#: Width that the name of a treatment may take, that of a trait at an axis, and means that are read out.
_NAME_ROOM, _AXIS_ROOM, _MOST_TOLD = 170.0, 300.0, 10
#: Places in a row where no plan is known.
_PER_ROW = 10
#: Two, one, … minus two standard deviations: colour and sign (orange and blue after Okabe and Ito).
_STEPS = (
    (2, "#d55e00", "++", Text("+2以上", "+2 and more")),
    (1, "#f3b98a", "+", Text("+1から+2", "+1 to +2")),
    (0, "#f7f7f7", "", Text("−1から+1", "−1 to +1")),
    (-1, "#8fc3e3", "−", Text("−1から−2", "−1 to −2")),
    (-2, "#0072b2", "−−", Text("−2以下", "−2 and less")),
)


def figures_of(found: Analysis, names: Names) -> list[Figure]:
    """All pictures that an analysis has the numbers for, in the order in which they are read."""
    if found.residuals.empty:
        return []
    figures = [_treatments(found, names, str(term)) for term in dict.fromkeys(found.means["term"])]
    if found.design.environment is not None:
        figures.append(_environments(found, names, found.design.environment))
    scaled = _scaled(found.residuals)
    if scaled is not None:
        figures += [_plan(found, scaled), _against_fitted(found, names, scaled)]
    return figures


def _scaled(residuals: pd.DataFrame) -> npt.NDArray[np.float64] | None:
    """Studentised residuals; where there are none, residuals over their own standard deviation."""
    studentised = residuals["studentised"].to_numpy(dtype=float)
    if np.isfinite(studentised).any():
        return studentised
    plain = residuals["residual"].to_numpy(dtype=float)
    size = float(np.sqrt((plain**2).mean()))
    near_nothing = 1e-9 * float(np.abs(residuals["value"]).max())
    return plain / size if size > near_nothing else None


def joined(levels: pd.DataFrame, names: list[str]) -> list[str]:
    """The combination of some factors for each plot."""
    return [":".join(map(str, row)) for row in levels[names].itertuples(index=False, name=None)]


def _treatments(found: Analysis, names: Names, term: str) -> Figure:
    """Each treatment a row, the greatest mean above: plots as points, mean and interval as a bar."""
    means = found.means[found.means["term"] == term].sort_values("mean", ascending=False, kind="stable")
    shown = means.head(_MOST_LEVELS)
    of = pd.Series(joined(found.levels, factors_of(found, term)))
    values, plots = found.residuals["value"], found.residuals["plot"]
    drawn = of.isin(shown["level"])
    low, high = reach([*values[drawn], *shown["lower"], *shown["upper"], *shown["mean"]])
    stars = [f"{level} ★" if level in found.design.checks else str(level) for level in shown["level"]]
    labels = told_apart(stars, _NAME_ROOM)
    left = 20 + max(map(wide, labels))
    right, top, step = WIDTH - 16.0, 10.0, 26.0
    bottom = top + step * len(shown)

    def at(value: float) -> float:
        return left + (value - low) / (high - low) * (right - left)

    parts = x_axis(low, high, at, top, bottom, str(names.trait(found.trait)))
    for number, row in enumerate(shown.itertuples()):
        y = top + step * (number + 0.5)
        parts += [
            text(left - 8, y + 4, labels[number], anchor="end"),
            line(left, y, right, y, FAINT),
        ]
        parts += [
            dot(at(value), y - 4, COLOURS[0], f"{plot}: {value:.5g}")
            for value, plot in zip(values[of == row.level], plots[of == row.level], strict=True)
        ]
        if math.isfinite(row.lower) and math.isfinite(row.upper):
            parts.append(line(at(row.lower), y + 6, at(row.upper), y + 6, INK, width=2))
        if math.isfinite(row.mean):
            parts.append(box(at(row.mean) - 3, y + 3, 6, 6, INK, f"{row.level}: {row.mean:.5g}"))
    word, trait = names.of(term), names.of(found.trait)
    title = Text(f"{word.ja}ごとの{trait.ja}", f"{trait.en} by {word.en}")
    told = _told_means(shown)
    picture = drawing(str(title), bottom + 44, parts, str(told))
    return Figure(title, _treatments_caption(found, means, shown), picture)


def _treatments_caption(found: Analysis, means: pd.DataFrame, shown: pd.DataFrame) -> Text:
    """What points and bars are, and of how many plots."""
    least, most, total = int(means["n"].min()), int(means["n"].max()), int(means["n"].sum())
    each = str(least) if least == most else f"{least}–{most}"
    ja = f"青い点は1区ごとの値(全部で {total} 区、1水準に {each} 区)。"
    en = f"Blue: each plot ({total} in all, {each} a level). "
    if np.isfinite(shown["lower"]).any():
        ja, en = ja + "黒い四角は平均、横線は平均の95 %信頼区間。", en + "Black: mean and its 95 % interval."
    else:
        ja += "黒い四角は平均。誤差を測れないので、区間は出せません。"
        en += "Black: mean; without a measure of error there is no interval."
    if found.covariates:
        ja, en = ja + "平均は共変量で調整した値。", en + " Means are adjusted for covariates."
    if found.design.checks:
        ja, en = ja + "★は標準。", en + " ★: check."
    if len(means) > len(shown):
        ja, en = ja + f"平均の大きい {len(shown)} 水準だけ。", en + f" Only the {len(shown)} greatest means."
    return Text(ja, en)


def _told_means(shown: pd.DataFrame) -> Text:
    """The means of a picture for those who cannot see it, the greatest first."""
    first = [f"{row.level} {row.mean:.4g}" for row in shown.head(_MOST_TOLD).itertuples()]
    rest = len(shown) - len(first)
    return Text(
        f"平均: {'、'.join(first)}" + (f"、ほか {rest}" if rest else ""),
        f"means: {', '.join(first)}" + (f" and {rest} more" if rest else ""),
    )


def factors_of(found: Analysis, term: str) -> list[str]:
    """The factors whose combinations a term names; a name may hold a colon itself."""
    treated = found.design.treated
    terms = (named for size in range(1, len(treated) + 1) for named in combinations(treated, size))
    return next(list(named) for named in terms if ":".join(named) == term)


def x_axis(low: float, high: float, at: object, top: float, bottom: float, label: str) -> list[str]:
    """A frame's lower axis with its numbers and name."""
    assert callable(at)
    parts = []
    for value in ticks(low, high):
        parts.append(line(at(value), top, at(value), bottom, FAINT))
        parts.append(text(at(value), bottom + 16, tick_text(value), anchor="middle"))
    parts.append(line(at(low), bottom, at(high), bottom))
    parts.append(text(at((low + high) / 2), bottom + 36, shortened(label, _AXIS_ROOM), anchor="middle"))
    return parts


def y_axis(low: float, high: float, at: object, left: float, right: float) -> list[str]:
    """A frame's left axis with its numbers."""
    assert callable(at)
    parts = [line(left, at(low), left, at(high))]
    for value in ticks(low, high):
        parts.append(line(left, at(value), right, at(value), FAINT))
        parts.append(text(left - 6, at(value) + 4, tick_text(value), anchor="end"))
    return parts


def _environments(found: Analysis, names: Names, environment: str) -> Figure:
    """Plain means of the plots: environments from left to right, a line for each treatment."""
    table = pd.DataFrame(
        {
            "place": found.levels[environment].to_numpy(),
            "treatment": joined(found.levels, [name for name in found.design.treated if name != environment]),
            "value": found.residuals["value"].to_numpy(dtype=float),
        }
    )
    grid = table.pivot_table(index="treatment", columns="place", values="value", sort=False)
    grid = grid[list(dict.fromkeys(sorted(grid.columns, key=_order)))]
    grid = grid.loc[grid.mean(axis=1).sort_values(ascending=False, kind="stable").index]
    low, high = reach([float(value) for value in grid.to_numpy().ravel()])
    left, right, top, bottom = 64.0, WIDTH - 24.0, 24.0, 270.0
    gap = (right - left) / max(len(grid.columns), 1)
    xs = [left + gap * (number + 0.5) for number in range(len(grid.columns))]

    def at(value: float) -> float:
        return top + (high - value) / (high - low) * (bottom - top)

    parts = [
        text(6, 14, shortened(str(names.trait(found.trait)), _AXIS_ROOM)),
        *y_axis(low, high, at, left, right),
    ]
    parts += [
        text(x, bottom + 18, shortened(str(p), gap - 6), anchor="middle")
        for x, p in zip(xs, grid, strict=True)
    ]
    ends: dict[int, tuple[float, float]] = {}
    for number, row in reversed(list(enumerate(grid.to_numpy(dtype=float)))):
        colour = COLOURS[number] if number < _MOST_LINES else GREY
        points = [(x, at(y), y) for x, y in zip(xs, row, strict=True) if math.isfinite(y)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [dot(x, y, colour, f"{grid.index[number]}: {value:.5g}") for x, y, value in points]
        if number < _MOST_LINES and points:
            ends[number] = points[-1][:2]
    parts += _marks(ends)
    lines = [*grid.index[:_MOST_LINES]]
    for number, name in enumerate(lines):
        x, y = 8 + (number % 2) * WIDTH / 2, bottom + 44 + (number // 2) * 20
        parts += [line(x, y - 4, x + 22, y - 4, COLOURS[number], width=3)]
        parts.append(text(x + 28, y, f"{number + 1} {shortened(str(name), WIDTH / 2 - 52)}"))
    rest = len(grid) - len(lines)
    word, count = names.of(environment), len(table)
    title = Text(f"{word.ja}ごとの平均", f"Means in each {word.en}")
    ja = f"線は処理ごと、区の値の単純な平均({count} 区から)。線の順が入れ替わるほど、環境による違いが大きい。"
    en = f"A line for each treatment, plain means of its plots ({count} in all). Where lines cross, ranks depend on the environment."
    if rest > 0:
        ja, en = ja + f"灰色は、ほか {rest} 処理。", en + f" Grey: {rest} more."
    height = bottom + 56 + 20 * ((len(lines) + 1) // 2)
    return Figure(title, Text(ja, en), drawing(str(title), height, parts))


def _marks(ends: dict[int, tuple[float, float]]) -> list[str]:
    """The numbers of lines beside their last points, for those who do not see colours, one below the other."""
    parts, free = [], -math.inf
    for number, (x, y) in sorted(ends.items(), key=lambda end: end[1][1]):
        free = max(y + 4, free + 11)
        parts.append(text(x + 7, free, str(number + 1), size=11))
    return parts


def _order(level: object) -> tuple[float, str]:
    """Years and other numbers in order of size, then names."""
    try:
        return float(str(level)), ""
    except ValueError:
        return math.inf, str(level)


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """Residuals (rows, columns), the heads of both, and a name for each place."""

    values: npt.NDArray[np.float64]
    rows: list[str]
    columns: list[str]
    names: list[list[str]]


def _grid(found: Analysis, scaled: npt.NDArray[np.float64]) -> _Grid:
    """The plan; where none is known, plots in the order of their names."""
    if found.field is not None:
        rows, columns = [str(row) for row in found.field.rows], [str(c) for c in found.field.columns]
        places = [[f"{row}, {column}" for column in columns] for row in rows]
        return _Grid(found.field.residuals, rows, columns, places)
    names = list(map(str, found.residuals["plot"]))
    order = sorted(range(len(names)), key=lambda place: (len(names[place]), names[place]))
    across = min(_PER_ROW, len(order))
    filled = order + [-1] * (-len(order) % across)
    values = np.array([scaled[i] if i >= 0 else np.nan for i in filled]).reshape(-1, across)
    listed = [names[i] if i >= 0 else "" for i in filled]
    lines = [listed[start : start + across] for start in range(0, len(listed), across)]
    return _Grid(values, [""] * len(values), [""] * across, lines)


def _plan(found: Analysis, scaled: npt.NDArray[np.float64]) -> Figure:
    """Residuals where the plots lie, as colours and signs."""
    grid, known = _grid(found, scaled), found.field is not None
    left, top = (20 + max(map(wide, grid.rows)), 22.0) if known else (6.0, 6.0)
    side = min((WIDTH - left - 6) / len(grid.columns), 50.0)
    high = min(side, 36.0)
    headed = range(0, len(grid.columns), math.ceil(24 / side))
    parts = [text(left + side * (c + 0.5), top - 7, grid.columns[c], anchor="middle") for c in headed]
    for r, values in enumerate(grid.values):
        y = top + high * r
        parts.append(text(left - 6, y + high / 2 + 4, grid.rows[r], anchor="end"))
        for c, value in enumerate(values):
            if math.isfinite(value):
                name = grid.names[r][c]
                below = "" if known else name
                parts += _place(left + side * c, y, (side, high), float(value), name, below)
            elif known:
                parts.append(box(left + side * c, y, side, high, "none", dotted=True))
    below_all = top + high * len(grid.values) + 14
    for number, (_, colour, _, words) in enumerate(_STEPS):
        x, y = 6 + (number % 3) * 120, below_all + (number // 3) * 24
        parts += [box(x, y, 24, 18, colour), *_sign(x + 12, y + 13, number)]
        parts.append(text(x + 29, y + 13, str(words), size=11))
    title = Text("残差の配置", "Residuals on the plan")
    ja = "畑の行と列のとおり。" if known else "区の配置が分からないので、区の名の順。"
    en = (
        "As the plots lie in rows and columns." if known else "The plan is not known: in order of plot names."
    )
    shown = int(np.isfinite(scaled).sum())
    ja += f"残差(値−あてはめ値)を標準偏差で割ったもの({shown} 区)。"
    en += f" Residuals over their standard deviation ({shown} plots)."
    if known and not np.isfinite(grid.values).all():
        ja += "点線は、値のない区か、1区しかない処理などで残差のない区。"
        en += " Dotted: no value, or no residual, as where a treatment has a single plot."
    if known:
        ja += "同じ色がかたまれば、地力むらが残っている。"
        en += " Patches of one colour are soil that blocks did not remove."
    caption = Text(ja, en)
    return Figure(title, caption, drawing(str(title), below_all + 50, parts, str(_told_residuals(scaled))))


def _told_residuals(scaled: npt.NDArray[np.float64]) -> Text:
    """Residuals for those who cannot see them."""
    known = scaled[np.isfinite(scaled)]
    far = int((np.abs(known) >= 2).sum())
    return Text(
        f"{len(known)} 区の残差は標準偏差の {known.min():.1f} 倍から {known.max():.1f} 倍、2倍以上は {far} 区。",
        f"residuals of {len(known)} plots from {known.min():.1f} to {known.max():.1f} standard deviations, {far} beyond 2.",
    )


def _place(x: float, y: float, size: tuple[float, float], value: float, name: str, below: str) -> list[str]:
    """One plot: its colour, its sign, and where there is room the end of its name."""
    side, high = size
    step = _step(value)
    parts = [box(x, y, side, high, _STEPS[step][1], f"{name}: {value:+.2f}")]
    if side >= 14:
        parts += _sign(x + side / 2, y + high / 2 + (-1 if below else 4), step)
    if below:
        colour = _ink(step)
        parts.append(text(x + side / 2, y + high - 4, below[-7:], anchor="middle", size=10, colour=colour))
    return parts


def _sign(x: float, y: float, step: int) -> list[str]:
    return [text(x, y, _STEPS[step][2], anchor="middle", colour=_ink(step))] if _STEPS[step][2] else []


def _ink(step: int) -> str:
    """Letters that stand out from the dark blue, too."""
    return "#fff" if _STEPS[step][0] == -2 else INK


def _step(value: float) -> int:
    """Which of the steps a residual belongs to."""
    size = min(int(abs(value)), 2)
    return 2 - size if value > 0 else 2 + size


def _against_fitted(found: Analysis, names: Names, scaled: npt.NDArray[np.float64]) -> Figure:
    fitted = found.residuals["fitted"].to_numpy(dtype=float)
    known = np.isfinite(scaled)
    x_low, x_high = reach(list(fitted[known]))
    y_low, y_high = reach([*scaled[known], -2.2, 2.2])
    left, right, top, bottom = 50.0, WIDTH - 16.0, 24.0, 270.0

    def across(value: float) -> float:
        return left + (value - x_low) / (x_high - x_low) * (right - left)

    def up(value: float) -> float:
        return top + (y_high - value) / (y_high - y_low) * (bottom - top)

    fitted_words = Text("あてはめ値", "fitted value")
    parts = x_axis(x_low, x_high, across, top, bottom, f"{fitted_words}: {names.trait(found.trait)}")
    parts += [text(6, 14, str(Text("残差(標準偏差の何倍か)", "residual (standard deviations)")))]
    parts += [*y_axis(y_low, y_high, up, left, right), line(left, up(0), right, up(0), AXIS, width=1.5)]
    for value, residual, plot in zip(fitted, scaled, found.residuals["plot"], strict=True):
        if math.isfinite(residual):
            far = abs(residual) >= 2
            parts.append(
                dot(across(value), up(residual), COLOURS[1 if far else 0], f"{plot}: {residual:+.2f}")
            )
            if abs(residual) >= 3:
                parts.append(_beside(across(value), up(residual), shortened(str(plot), 120)))
    title = Text("残差とあてはめ値", "Residuals against fitted values")
    caption = Text(
        f"{int(known.sum())} 区。右へ行くほど上下に広がるなら、ばらつきがそろっていない(対数などへの変換を検討)。橙は標準偏差の2倍以上。",
        f"{int(known.sum())} plots. A spread that grows to the right means unequal variances (consider a logarithm). Orange: 2 or more.",
    )
    return Figure(title, caption, drawing(str(title), bottom + 44, parts, str(_told_residuals(scaled))))


def _beside(x: float, y: float, name: str) -> str:
    """A name beside a point, on the side where there is room."""
    if x + 6 + wide(name) < WIDTH:
        return text(x + 6, y + 4, name, size=11)
    return text(x - 6, y + 4, name, size=11, anchor="end")
