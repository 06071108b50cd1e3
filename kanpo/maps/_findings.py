"""What was found on parcels: trial plots with their results, and site visits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import shapely

from kanpo.locale import Text
from kanpo.maps._columns import Described, missing
from kanpo.maps._content import CORE_PLOT_COLUMNS, NEVER, MapContent
from kanpo.maps._text import both, in_degrees

#: Plot columns that stand above the table of a plot's popup.
_PLOT_HEAD = ("trial_code", "plot_code", "treatment")


def found_on(content: MapContent, ids: pd.Series[str]) -> Described:
    """Plots and visits for the header, parcels by their place in `ids`."""
    place = {parcel_id: nth for nth, parcel_id in enumerate(ids.tolist())}
    return {"plots": _plots(content, place), "visits": _visits(content, place)}


def _visits(content: MapContent, place: dict[str, int]) -> list[list[object]]:
    if content.visits is None:
        return []
    days = content.visits[["parcel_id", "date"]].drop_duplicates().sort_values(["parcel_id", "date"])
    return [
        [place[str(parcel_id)], str(day)]
        for parcel_id, day in zip(days["parcel_id"], days["date"], strict=True)
        if parcel_id in place
    ]


def _plots(content: MapContent, place: dict[str, int]) -> list[Described]:
    """Trial plots as they are: there are few of them, and a centimetre counts."""
    if content.plots is None or content.plots.empty:
        return []
    plots = in_degrees(content.plots)
    labels = CORE_PLOT_COLUMNS | dict(content.labels)
    names = [str(name) for name in plots.columns if name in labels and name not in NEVER]
    results = [name for name in content.results if name in names]
    on = plots["parcel_id"].tolist() if "parcel_id" in plots.columns else [None] * len(plots)
    return [
        {
            "code": [both(_or_empty(row.get(name)))[0] for name in _PLOT_HEAD[:2]],
            "treatment": both(_or_empty(row.get("treatment"))),
            "rows": _labelled(row, [name for name in names if name not in _PLOT_HEAD], labels),
            "parcel": place.get(str(parcel_id)),
            "results": _labelled(row, results, labels),
            "outline": _polygons(shape),
        }
        for row, parcel_id, shape in zip(plots[names].to_dict("records"), on, plots.geometry, strict=True)
    ]


def _labelled(row: Mapping[Any, object], names: list[str], labels: Mapping[str, Text]) -> list[list[object]]:
    """What is known of some columns, each with its label."""
    return [[both(labels[name]), _shown(row[name])] for name in names if not missing(row[name])]


def _or_empty(value: object) -> object:
    return "" if missing(value) else value


def _shown(value: object) -> object:
    if isinstance(value, (int, float, np.number)) and not isinstance(value, bool):
        return round(float(value), 3)
    return both(value)


def _polygons(shape: Any) -> list[list[list[list[float]]]]:
    """Polygons, their rings, their corners as [latitude, longitude]."""
    if shape is None or shape.is_empty:
        return []
    polygons = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return [
        [[[round(y, 8), round(x, 8)] for x, y in ring.coords] for ring in (p.exterior, *p.interiors)]
        for p in polygons
    ]
