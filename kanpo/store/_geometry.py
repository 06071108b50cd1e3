"""Geometry in GeoPackage's binary form (OGC 12-128r19, clause 2.1.3), for whole columns at once."""

from __future__ import annotations

import struct
from typing import Any, Literal

import numpy as np
import shapely

from kanpo.crs import STORED_EPSG

_HEADER = np.dtype(
    [("magic", "S2"), ("version", "u1"), ("flags", "u1"), ("srs_id", "<i4"), ("envelope", "<f8", (4,))]
)
#: Little-endian header with an envelope of min x, max x, min y, max y.
_FLAGS = 0b0000_0011
_EMPTY = 0b0001_0001
#: Bytes of the header by the envelope code in its flags.
_LENGTH = {0: 8, 1: 40, 2: 56, 3: 56, 4: 72}


def to_blobs(geometries: Any, srs_id: int = STORED_EPSG) -> list[bytes | None]:
    """Encode geometries (n,) as GeoPackage blobs; None stays None."""
    geometries = np.asarray(geometries, dtype=object)
    bounds = shapely.bounds(geometries)
    header = np.zeros(len(geometries), dtype=_HEADER)
    header["magic"], header["flags"], header["srs_id"] = b"GP", _FLAGS, srs_id
    header["envelope"] = bounds[:, [0, 2, 1, 3]]
    raw = header.tobytes()
    size = _HEADER.itemsize
    bodies = shapely.to_wkb(geometries, output_dimension=2, byte_order=1)
    bare = struct.pack("<2sBBi", b"GP", 0, _EMPTY, srs_id)
    empty = shapely.is_empty(geometries)
    return [
        None if body is None else (bare if is_empty else raw[i * size : (i + 1) * size]) + body
        for i, (body, is_empty) in enumerate(zip(bodies, empty, strict=True))
    ]


def from_blobs(blobs: list[bytes | None], on_invalid: Literal["raise", "ignore"] = "raise") -> np.ndarray:
    """Decode GeoPackage blobs into an object array (n,) of shapely geometries.

    With ``on_invalid="ignore"`` a damaged blob becomes None.
    """
    bodies = [None if blob is None else blob[_LENGTH[(blob[3] >> 1) & 0b111] :] for blob in blobs]
    return shapely.from_wkb(np.array(bodies, dtype=object), on_invalid=on_invalid)


def envelope(blob: bytes | None) -> tuple[float, float, float, float] | None:
    """Min x, max x, min y, max y of one blob; None when it is empty or null.

    The spatial indexes that GIS programs add to a GeoPackage call this through SQL functions.
    """
    if blob is None or blob[3] & 0b1_0000:
        return None
    if (blob[3] >> 1) & 0b111:
        order = "<" if blob[3] & 1 else ">"
        return struct.unpack_from(f"{order}4d", blob, 8)
    bounds = shapely.bounds(from_blobs([blob]))[0]
    return (bounds[0], bounds[2], bounds[1], bounds[3])
