"""Pictures for reports: the map of a herb's classes, how its scores are spread, a parcel with its trial."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kanpo.crs import STORED_EPSG, zone_epsg, zone_of
from kanpo.errors import UsageError
from kanpo.herbs import Catalogue
from kanpo.locale import Text
from kanpo.maps._drawing import as_map, draw_shapes, japanese_font, picture_file, sheet
from kanpo.maps._project import trial_plots
from kanpo.parcels import current_parcels, find_current, reproject
from kanpo.schema import PARCELS, Audience
from kanpo.store import Project
from kanpo.suitability import Tone, project_sites, score_as_stored, tones_in

_TREATMENT_COLOURS = ("#cc79a7", "#009e73", "#56b4e9", "#e69f00", "#7b5ea7", "#b3de69", "#fb8072", "#bdbdbd")
_HATCH = "////"
_BINS = np.linspace(0, 1, 21)
#: Around a parcel, so much of its neighbourhood is shown, metres.
_AROUND_M = 40.0


@dataclass(frozen=True, slots=True)
class PictureReport:
    """The file that was written, and the font of its Japanese letters (None: none is installed).

    `hidden` counts the trial plots of a parcel that the audience may not see.
    """

    path: Path
    bytes: int
    font: str | None
    hidden: int = 0


def picture_map(project: Project, catalogue: Catalogue, herb_id: str, path: Path) -> PictureReport:
    """The parcels coloured by the class of one herb and how sure it is, by the settings last scored with.

    What measuring would change has the pale colour of the lower class, hatched.

    Raises
    ------
    UsageError
        The name ends neither in .png nor in .svg.
    InputUnusable
        The project has no parcels.
    EnvironmentFailure
        matplotlib is not installed, or the file cannot be written.
    """
    picture_file(path)
    parcels, scored = _scored(project, catalogue, herb_id)
    shapes = _on_plane(parcels)
    groups = _groups(scored)
    with sheet(path, 250, 180) as figure:
        axes = figure.subplots()
        placed = gpd.GeoSeries(shapes).dropna()
        as_map(axes, placed.total_bounds if len(placed) else (0, 0, 100, 100))
        for tone, rows in groups:
            draw_shapes(
                axes,
                shapes[rows],
                tone.colour,
                edgecolors="#00000055",
                linewidths=0.2,
                hatch=_HATCH if tone.hatched else None,
            )
        figure.legend(handles=_handles(groups, parcels["area_m2"]), loc="outside right upper", fontsize=8)
        axes.set_title(str(catalogue.herbs[herb_id].label), loc="left", fontweight="bold")
        _footnote(figure, project)
    return _report(path)


def picture_scores(project: Project, catalogue: Catalogue, herb_id: str, path: Path) -> PictureReport:
    """How many parcels have which score for one herb, by class, and how wide their intervals are.

    Raises as `picture_map`.
    """
    picture_file(path)
    parcels, scored = _scored(project, catalogue, herb_id)
    with sheet(path, 180, 120) as figure:
        counts, widths = figure.subplots(2, 1, sharex=False, height_ratios=[3, 1])
        groups = _groups(scored)
        if groups:
            points = scored["score"].to_numpy()
            _, _, bars = counts.hist(
                [points[rows] for _, rows in groups],
                bins=_BINS, stacked=True, color=[tone.colour for tone, _ in groups], edgecolor="white", linewidth=0.5,
            )  # fmt: skip
            for (tone, _), stack in zip(groups, bars if len(groups) > 1 else [bars], strict=True):
                for bar in stack if tone.hatched else ():
                    bar.set_hatch(_HATCH)
        counts.set_xlim(0, 1)
        counts.set_xlabel(
            str(
                Text(
                    "点(わからない要因は控えめな見込み)", "score (unknown factors by a cautious expectation)"
                )
            )
        )
        counts.set_ylabel(str(Text("筆数", "parcels")))
        counts.set_title(str(catalogue.herbs[herb_id].label), loc="left", fontweight="bold")
        counts.legend(handles=_handles(groups, parcels["area_m2"]), fontsize=8)
        widths.hist(
            (scored["upper"] - scored["lower"]).dropna(), bins=_BINS, color="#8fa9c6", edgecolor="white"
        )
        widths.set_xlim(0, 1)
        widths.set_xlabel(
            str(Text("適地度の幅(未把握の要因による)", "width of the interval (unknown factors)"))
        )
        widths.set_ylabel(str(Text("筆数", "parcels")))
        _footnote(figure, project)
    return _report(path)


def picture_parcel(
    project: Project, catalogue: Catalogue, words: str, path: Path, *, audience: Audience = Audience.PUBLIC
) -> PictureReport:
    """One parcel with its neighbours and the plots of the trials on it, by treatment.

    As on the map of `map_project`, trials are not for the public, and the name of the parcel holds
    only what the audience may see.

    Parameters
    ----------
    words : str
        The parcel, as `kanpo explain` takes it.

    Raises
    ------
    UsageError
        No or several such parcels, one without an outline, or another ending than .png or .svg.
    EnvironmentFailure
        matplotlib is not installed, or the file cannot be written.
    """
    picture_file(path)
    parcel = find_current(project, words)
    parcels = current_parcels(project)
    shapes = _on_plane(parcels)
    ours = int(np.flatnonzero(parcels["parcel_id"] == parcel["parcel_id"])[0])
    if shapes[ours] is None or shapes[ours].is_empty:
        raise UsageError(
            "picture.no-outline",
            Text("この筆には形がありません", "this parcel has no outline"),
            Text("形のある筆を指定してください", "name a parcel that has one"),
        )
    plots = trial_plots(project, catalogue)
    if plots is not None:
        plots = plots[(plots["parcel_id"] == parcel["parcel_id"]) & plots.geometry.notna()]
    visible = {field.key for field in PARCELS.visible_to(audience)}
    parts = [parcel[key] for key in ("settlement", "lot_number") if key in visible]
    name = " ".join(str(part) for part in parts if pd.notna(part))
    hidden = 0 if plots is None or audience is not Audience.PUBLIC else len(plots)
    plots = None if hidden else plots
    tried = plots is not None and len(plots) > 0
    with sheet(path, 250 if tried else 150, 150) as figure:
        axes = figure.subplots(1, 2 if tried else 1, squeeze=False)[0]
        west, south, east, north = shapes[ours].bounds
        around = (west - _AROUND_M, south - _AROUND_M, east + _AROUND_M, north + _AROUND_M)
        as_map(axes[0], around)
        near = np.array([s is not None and s.intersects(shapely.box(*around)) for s in shapes])
        draw_shapes(axes[0], shapes[near], "#eeeeea", edgecolors="#aaaaaa", linewidths=0.6)
        draw_shapes(axes[0], shapes[[ours]], "#f7f3df", edgecolors="#c2185b", linewidths=1.8)
        axes[0].set_title(name or str(parcel["parcel_id"]), loc="left", fontweight="bold")
        if plots is not None and tried:
            _draw_trials(figure, axes, plots, _on_plane(plots, like=parcels))
        _footnote(figure, project)
    return replace(_report(path), hidden=hidden)


def _draw_trials(figure: Any, axes: Any, plots: gpd.GeoDataFrame, shapes: np.ndarray) -> None:
    """The plots on the parcel, and beside it so large that their codes can be read."""
    from matplotlib.patches import Patch

    treatments = sorted({str(treatment) for treatment in plots["treatment"].dropna()})
    colour = {
        treatment: _TREATMENT_COLOURS[nth % len(_TREATMENT_COLOURS)]
        for nth, treatment in enumerate(treatments)
    }
    fills = [colour.get(str(treatment), "#ffffff") for treatment in plots["treatment"]]
    for place in axes:
        draw_shapes(place, shapes, fills, edgecolors="#1c1c1c", linewidths=0.7)
    as_map(axes[1], shapely.total_bounds(shapes).tolist())
    for trial, code, shape in zip(plots["trial_code"], plots["plot_code"], shapes, strict=True):
        words = str(code).removeprefix(f"{trial}-")
        axes[1].text(shape.centroid.x, shape.centroid.y, words, ha="center", va="center", fontsize=7)
    axes[1].set_title("、".join(sorted({str(trial) for trial in plots["trial_code"]})), loc="left")
    handles = [Patch(facecolor=colour[name], edgecolor="#1c1c1c", label=name) for name in treatments]
    figure.legend(handles=handles, loc="outside right upper", fontsize=8)


def _scored(project: Project, catalogue: Catalogue, herb_id: str) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Parcels and one herb's scores, in the same order."""
    parcels, factors = project_sites(project)
    scores = score_as_stored(project, factors, catalogue, [herb_id])
    return parcels, scores.frame(herb_id).set_index("parcel_id").loc[parcels["parcel_id"]]


def _on_plane(frame: gpd.GeoDataFrame, like: gpd.GeoDataFrame | None = None) -> np.ndarray:
    """Shapes in metres of the plane zone in which a frame (or another one) lies."""
    west, south, east, north = (frame if like is None else like).total_bounds
    epsg = zone_epsg(zone_of((west + east) / 2, (south + north) / 2)) if np.isfinite(west) else zone_epsg(10)
    return reproject(np.asarray(frame.geometry, dtype=object), STORED_EPSG, epsg)


def _groups(scored: pd.DataFrame) -> list[tuple[Tone, np.ndarray]]:
    """How parcels are drawn, with the positions of those drawn so; the unknown last."""
    return [(tone, tone.rows(scored)) for tone in tones_in(scored)]


def _handles(groups: list[tuple[Tone, np.ndarray]], areas: pd.Series[float]) -> list[Any]:
    from matplotlib.patches import Patch

    handles = []
    for tone, rows in groups:
        hectares = areas.iloc[rows].sum() / 1e4
        words = Text(
            f"{tone.label.ja} {len(rows):,}筆 {hectares:,.1f} ha",
            f"{tone.label.en}: {len(rows):,} parcels, {hectares:,.1f} ha",
        )
        hatch = _HATCH if tone.hatched else None
        handles.append(Patch(facecolor=tone.colour, edgecolor="#777777", hatch=hatch, label=str(words)))
    return handles


def _footnote(figure: Any, project: Project) -> None:
    stamp = project.computed.stamp("scores") or project.computed.stamp("factors")
    made = "" if stamp is None else stamp.computed_at[:10]
    words = Text(
        f"kanpo 計算 {made} 封印 {project.journal.seal()}",
        f"kanpo, computed {made}, seal {project.journal.seal()}",
    )
    figure.supxlabel(str(words), fontsize=7, color="#666666", x=0.99, ha="right")


def _report(path: Path) -> PictureReport:
    return PictureReport(path, path.stat().st_size, japanese_font())
