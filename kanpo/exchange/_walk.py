"""A trial as somebody walks it: plots in order, what to look at, and what was found last."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import pandas as pd
import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from kanpo.crs import STORED_EPSG, zone_epsg, zone_of
from kanpo.errors import InputUnusable, Place, UsageError
from kanpo.herbs import project_catalogue
from kanpo.locale import Text
from kanpo.lots import check_sign
from kanpo.parcels import reproject
from kanpo.schema import TRAITS, Trait, find_trait
from kanpo.store import Project

#: What is looked at on a plot when nobody says otherwise and nothing was looked at before.
USUAL_TRAITS = ("plant_height_cm", "disease_score_0_4", "weed_cover_percent", "photo_note", "photo")
#: Side of a square of the plan for plots without an outline, metres.
_SQUARE_M, _PER_ROW = 8.0, 6


@dataclass(frozen=True, slots=True)
class WalkedPlot:
    """One plot; `corners` are those of its outline on the plan, metres from the upper left."""

    code: str
    treatment: str
    replicate: int | None
    row: int | None
    column: int | None
    corners: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class LastValue:
    """The newest standing value of a trait on a plot, and its day."""

    value: str
    day: str


@dataclass(frozen=True, slots=True)
class TrialWalk:
    """A trial in walking order.

    `last` maps plot and trait to the newest value; `plan_m` is width and height of the plan in
    metres, `north_deg` how far the plan's north is turned clockwise from its upper edge.
    """

    trial_code: str
    title: str
    herb: Text
    project_id: str
    seal: str
    plots: tuple[WalkedPlot, ...]
    traits: tuple[Trait, ...]
    last: dict[tuple[str, str], LastValue]
    plan_m: tuple[float, float]
    north_deg: float

    @property
    def project6(self) -> str:
        """The last six signs of the project's id, as in QR codes."""
        return self.project_id[-6:]


def plot_qr(project6: str, plot_code: str) -> str:
    """What the QR code of a plot says: ``KP1:<project>:<plot>:<check>``, nothing personal and no address.

    <check> is the CRC-16 (CCITT polynomial, initial value 0) of all that stands before its colon,
    as UTF-8, in four hexadecimal digits: it finds every mistyped byte.
    """
    content = f"KP1:{project6}:{plot_code}"
    return f"{content}:{check_sign(content)}"


def walk_of(project: Project, trial_code: str, traits: Sequence[str] = ()) -> TrialWalk:
    """The plots of a trial in walking order with the last values.

    Parameters
    ----------
    traits : sequence of str
        Keys or labels; by default what was looked at in this trial before, else `USUAL_TRAITS`.

    Raises
    ------
    UsageError
        There is no such trial or trait.
    InputUnusable
        The trial has no plots.
    """
    trials = project.journal.read("trial")
    found = trials[trials["trial_code"] == trial_code]
    if found.empty:
        raise _no_trial(trial_code, list(trials["trial_code"]))
    trial = found.iloc[-1]
    plots = project.journal.read("plot")
    plots = plots[plots["trial_code"] == trial_code].drop_duplicates("plot_code", keep="last")
    if plots.empty:
        raise InputUnusable(
            "trial.no-plots",
            Text(f"試験「{trial_code}」に試験区がありません", f"trial '{trial_code}' has no plots"),
            Text("先に試験区を記録してください", "record its plots first"),
        )
    observed = project.journal.read("observation")
    observed = observed[observed["trial_code"] == trial_code]
    plots = plots.iloc[_walking_order(plots)]
    corners, plan_m, north = _plan(plots)
    herb = project_catalogue(project).herbs.get(str(trial["herb_id"]))
    return TrialWalk(
        trial_code=trial_code,
        title=str(trial["title"] or ""),
        herb=herb.label if herb is not None else Text.same(str(trial["herb_id"])),
        project_id=project.meta["project_id"],
        seal=str(project.journal.seal()),
        plots=tuple(_plot(row, shape) for (_, row), shape in zip(plots.iterrows(), corners, strict=True)),
        traits=_chosen(traits, observed),
        last=_last_values(observed),
        plan_m=plan_m,
        north_deg=north,
    )


def _no_trial(code: str, known: Sequence[str]) -> UsageError:
    near = difflib.get_close_matches(code, known, n=1, cutoff=0.5)
    mend = Text(f"登録済み: {'、'.join(known) or 'なし'}", f"known: {', '.join(known) or 'none'}")
    if near:
        mend = Text(f"もしかして「{near[0]}」ですか", f"did you mean '{near[0]}'?")
    return UsageError(
        "trial.unknown",
        Text(f"試験「{code}」はありません", f"there is no trial '{code}'"),
        mend,
        Place(value=code),
    )


def _plot(row: pd.Series, corners: tuple[tuple[float, float], ...]) -> WalkedPlot:
    return WalkedPlot(
        code=str(row["plot_code"]),
        treatment=str(row["treatment"]),
        replicate=_whole(row["replicate"]),
        row=_whole(row["plot_row"]),
        column=_whole(row["plot_column"]),
        corners=corners,
    )


def _whole(value: object) -> int | None:
    return None if value is None or pd.isna(value) else int(float(str(value)))


def _walking_order(plots: pd.DataFrame) -> list[int]:
    """Positions of plots: row after row, every other one backwards; by code where no rows are known."""
    places = list(zip(plots["plot_row"].map(_whole), plots["plot_column"].map(_whole), strict=True))
    if any(row is None or column is None for row, column in places):
        codes = list(plots["plot_code"])
        return sorted(range(len(codes)), key=lambda i: _natural(str(codes[i])))
    ordered = sorted(range(len(places)), key=lambda i: places[i])
    rows = [list(group) for _, group in groupby(ordered, key=lambda i: places[i][0])]
    return [i for nth, row in enumerate(rows) for i in (reversed(row) if nth % 2 else row)]


def _natural(code: str) -> list[tuple[int, int, str]]:
    """Numbers within a code count as numbers: T-2 before T-10."""
    parts = re.findall(r"\d+|\D+", code)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


def _chosen(wanted: Sequence[str], observed: pd.DataFrame) -> tuple[Trait, ...]:
    if not wanted:
        before = set(observed["trait"])
        keys = [key for key in TRAITS if key in before] or list(USUAL_TRAITS)
        return tuple(TRAITS[key] for key in keys)
    chosen: dict[str, Trait] = {}
    for name in wanted:
        trait = find_trait(name)
        if trait is None:
            near = difflib.get_close_matches(name, [*TRAITS, *(t.label.ja for t in TRAITS.values())], n=1)
            mend = Text("kanpo traits で一覧を見られます", "see kanpo traits for the list")
            if near:
                mend = Text(f"もしかして「{near[0]}」ですか", f"did you mean '{near[0]}'?")
            what = Text(f"「{name}」という調査項目はありません", f"there is no trait '{name}'")
            raise UsageError("trait.unknown", what, mend, Place(value=name))
        chosen[trait.key] = trait
    return tuple(chosen.values())


def _last_values(observed: pd.DataFrame) -> dict[tuple[str, str], LastValue]:
    newest = observed.dropna(subset=["plot_code", "value"]).sort_values("happened_at", kind="stable")
    newest = newest.drop_duplicates(["plot_code", "trait"], keep="last")
    return {
        (str(plot), str(trait)): LastValue(_written(value), str(day)[:10])
        for plot, trait, value, day in zip(
            newest["plot_code"], newest["trait"], newest["value"], newest["happened_at"], strict=True
        )
    }


def _written(value: object) -> str:
    try:
        return f"{float(str(value)):g}"
    except ValueError:
        return str(value)


Corners = tuple[tuple[float, float], ...]


def _plan(plots: pd.DataFrame) -> tuple[list[Corners], tuple[float, float], float]:
    """Outlines on an upright plan: metres, the origin in the upper left, the longer side vertical."""
    shapes = list(plots["geometry"])
    drawn = all(shape is not None and not shape.is_empty for shape in shapes)
    if not drawn or len({shape.wkb for shape in shapes}) < len(shapes):
        return _squares(plots)
    plane = zone_epsg(zone_of(shapes[0].centroid.x, shapes[0].centroid.y))
    flat = reproject(np.array(shapes, dtype=object), STORED_EPSG, plane)
    whole = shapely.union_all(flat)
    angle = _upright(whole)
    turned = [affinity.rotate(shape, angle, origin=(0, 0)) for shape in flat]
    west, south, east, north = shapely.total_bounds(np.array(turned, dtype=object))
    outlines = [
        tuple((round(float(x - west), 2), round(float(north - y), 2)) for x, y in _outer(shape)[:-1])
        for shape in turned
    ]
    return outlines, (float(east - west), float(north - south)), -angle


def _upright(whole: BaseGeometry) -> float:
    """By how much to turn, degrees anticlockwise, so that the longer side of the trial stands upright."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(whole))
    sides = np.diff(corners, axis=0)
    dx, dy = sides[np.argmax(np.hypot(sides[:, 0], sides[:, 1]))]
    angle = 90.0 - float(np.degrees(np.arctan2(dy, dx)))
    # Of the two ways to stand it up, the one that keeps north nearer to the top.
    angle = (angle + 180.0) % 360.0 - 180.0
    return angle - 180.0 if angle > 90.0 else angle + 180.0 if angle < -90.0 else angle


def _outer(shape: BaseGeometry) -> list[tuple[float, float]]:
    largest = max(getattr(shape, "geoms", [shape]), key=lambda part: part.area)
    return list(largest.exterior.coords)


def _squares(plots: pd.DataFrame) -> tuple[list[Corners], tuple[float, float], float]:
    """Squares by row and column, or one after another, for plots that were recorded without outlines."""
    places = [
        (row, column)
        for row, column in zip(plots["plot_row"].map(_whole), plots["plot_column"].map(_whole), strict=True)
        if row is not None and column is not None
    ]
    if len(set(places)) < len(plots):
        places = [(i // _PER_ROW + 1, i % _PER_ROW + 1) for i in range(len(plots))]
    first_row, first_column = min(row for row, _ in places), min(column for _, column in places)
    side = _SQUARE_M
    outlines: list[Corners] = []
    for row, column in places:
        x, y = (column - first_column) * side, (row - first_row) * side
        far_x, far_y = x + side * 0.9, y + side * 0.9
        outlines.append(((x, y), (far_x, y), (far_x, far_y), (x, far_y)))
    width = (max(column for _, column in places) - first_column + 1) * side
    height = (max(row for row, _ in places) - first_row + 1) * side
    return outlines, (width, height), 0.0
