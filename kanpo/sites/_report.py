"""What a layer says of the parcels of a project, and how many of them it reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from kanpo.errors import UsageError
from kanpo.locale import Text
from kanpo.parcels import current_parcels
from kanpo.schema import FACTORS
from kanpo.sites._exclusions import concerned
from kanpo.sites._layer import Layer
from kanpo.sites._project import project_layers
from kanpo.sites._resolve import layer_values
from kanpo.store import Project

#: Parcels that are enough to tell whether a layer lies on them.
_SAMPLE = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class LayerReport:
    """A layer laid over `parcels` parcels.

    `share` and `area_share` are the shares of the parcels, and of their area, about which the layer
    says something; for an exclusion layer those that it excludes. `factors` has a row for each
    factor: factor, parcels (with a value), least, middle and greatest value, or the counts of its
    classes as text. `sampled` tells that only some of the parcels were looked at.
    """

    layer: Layer
    parcels: int
    share: float
    area_share: float
    factors: pd.DataFrame
    sampled: bool = False


def layer_report(project: Project, layer_id: str) -> LayerReport:
    """Lay one layer of a project over all parcels.

    Raises
    ------
    UsageError
        There is no such layer.
    """
    layer = next((layer for layer in project_layers(project) if layer.layer_id == layer_id), None)
    if layer is None:
        raise UsageError(
            "layer.unknown",
            Text(f"主題図「{layer_id}」はありません", f"there is no layer '{layer_id}'"),
            Text("kanpo layers list で確かめてください", "see kanpo layers list"),
        )
    return report(layer, current_parcels(project))


def sample_report(project: Project, layer: Layer) -> LayerReport:
    """Lay a layer over a sample of the parcels, evenly spread over their order."""
    parcels = project.imported.parcels()
    step = max(1, -(-len(parcels) // _SAMPLE))
    found = report(layer, parcels.iloc[::step].reset_index(drop=True))
    return replace(found, sampled=step > 1)


def report(layer: Layer, parcels: gpd.GeoDataFrame) -> LayerReport:
    """Lay a layer over parcels (``parcel_id``, ``area_m2``, outlines)."""
    area = np.nan_to_num(parcels["area_m2"].to_numpy(dtype=float))
    said = np.zeros(len(parcels))
    rows = []
    if layer.kind == "exclusion":
        share = concerned(layer, parcels)
        said = (share >= layer.settings.share).astype(float)
    for found in layer_values(layer, parcels):
        said = np.maximum(said, found.coverage)
        rows.append({"factor": found.factor, **_told(found.factor, found.values)})
    columns = ["factor", "parcels", "least", "middle", "greatest", "classes"]
    return LayerReport(
        layer,
        len(parcels),
        float((said > 0).mean()) if len(said) else 0.0,
        float((said * area).sum() / area.sum()) if area.sum() > 0 else 0.0,
        pd.DataFrame(rows, columns=columns),
    )


def _told(factor: str, values: np.ndarray) -> Mapping[str, object]:
    known = values[pd.notna(values)]
    if FACTORS[factor].kind == "class":
        counts = pd.Series(known, dtype=object).value_counts()
        return {"parcels": len(known), "classes": ", ".join(f"{key}: {n}" for key, n in counts.items())}
    if not len(known):
        return {"parcels": 0}
    least, middle, greatest = np.quantile(known.astype(float), [0, 0.5, 1]).tolist()
    return {"parcels": len(known), "least": least, "middle": middle, "greatest": greatest}
