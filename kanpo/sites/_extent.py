"""Whether a layer lies where parcels can be."""

from __future__ import annotations

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from kanpo.crs import JAPAN_BOX, STORED_EPSG
from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text


def check_in_japan(bounds: tuple[float, float, float, float], crs: str, file: str) -> None:
    """Stop at a layer that cannot overlap any parcel.

    Parameters
    ----------
    bounds : (west, south, east, north)
        In the units of `crs`.
    crs : str
        The coordinate system of the layer as WKT.

    Raises
    ------
    InputUnusable
        The box does not touch Japan, or cannot be placed on the Earth at all.
    """
    try:
        to_degrees = Transformer.from_crs(CRS.from_wkt(crs), STORED_EPSG, always_xy=True)
        west, south, east, north = to_degrees.transform_bounds(*bounds)
    except (CRSError, ProjError):
        west = south = east = north = np.nan
    box = JAPAN_BOX
    if west <= box[2] and east >= box[0] and south <= box[3] and north >= box[1]:
        return
    raise InputUnusable(
        "layer.not-in-japan",
        Text("日本の範囲と重なりません", "it does not overlap Japan"),
        Text(
            "座標系の指定と、経度・緯度の並びを確かめてください",
            "check its coordinate system and the order of longitude and latitude",
        ),
        Place(file, value=", ".join(f"{number:.6g}" for number in bounds)),
    )
