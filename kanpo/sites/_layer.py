"""A map layer, and what every kind of it gives for parcels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

LayerKind = Literal["raster", "polygons", "mesh"]

#: Column of a raster layer's mapping that means "the slope of band 1".
SLOPE = "slope"


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer as it was added: `content` is the file, byte for byte.

    `columns` maps a factor to where it is read: a band number (rasters; ``slope`` derives it from
    band 1) or a column name. A mesh table's warmth index may be read from ``a,b,…``, twelve
    columns of monthly means.
    """

    layer_id: str
    title: str
    kind: LayerKind
    columns: dict[str, str]
    content: bytes = field(repr=False)
    file_name: str = ""
    source: str = ""
    licence: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class LayerValues:
    """What a layer says of n parcels for one factor.

    `values` are numbers (NaN unknown) or class names (None unknown); `coverage` is the share of
    each parcel that the layer covers with data.
    """

    factor: str
    values: np.ndarray
    coverage: np.ndarray


#: Below this share of a parcel a layer is taken to say nothing about it.
LEAST_COVERAGE = 0.1
