"""Regional mesh codes of Japan (JIS X 0410): primary to quarter mesh, both ways.

A primary mesh is 40' of latitude by 1° of longitude, its code latitude × 1.5 (two digits) and
longitude − 100 (two digits). A secondary mesh is an eighth of it on each side, a tertiary mesh
(about 1 km) a tenth of that; half and quarter meshes split in two, numbered 1 to 4 from the south
west, west to east first.
"""

from __future__ import annotations

import numpy as np

#: Digits of a code to the size of the mesh: latitude and longitude in degrees.
SIZES: dict[int, tuple[float, float]] = {
    4: (2 / 3, 1.0),
    6: (2 / 3 / 8, 1 / 8),
    8: (2 / 3 / 80, 1 / 80),
    9: (2 / 3 / 160, 1 / 160),
    10: (2 / 3 / 320, 1 / 320),
}


def mesh_code(longitude: np.ndarray, latitude: np.ndarray, digits: int = 8) -> np.ndarray:
    """Codes (n,) as text of the meshes that hold places (n,) in degrees.

    Raises
    ------
    KeyError
        `digits` is none of 4, 6, 8, 9, 10.
    """
    _ = SIZES[digits]
    # Counted in quarter meshes, with a hair to the north east so that an edge falls to its own mesh.
    south = np.floor(np.asarray(latitude, dtype=float) * 480 + 1e-7).astype(np.int64)
    west = np.floor((np.asarray(longitude, dtype=float) - 100) * 320 + 1e-7).astype(np.int64)
    code = (south // 320) * 100 + west // 320
    south, west = south % 320, west % 320
    if digits >= 6:
        code = code * 100 + (south // 40) * 10 + west // 40
        south, west = south % 40, west % 40
    if digits >= 8:
        code = code * 100 + (south // 4) * 10 + west // 4
        south, west = south % 4, west % 4
    if digits >= 9:
        code = code * 10 + (south // 2) * 2 + west // 2 + 1
        south, west = south % 2, west % 2
    if digits >= 10:
        code = code * 10 + south * 2 + west + 1
    return code.astype(str).astype(object)


def mesh_box(code: str) -> tuple[float, float, float, float]:
    """West, south, east, north of a mesh in degrees.

    Raises
    ------
    ValueError
        The code has a wrong number of digits or a digit that no mesh has.
    """
    if len(code) not in SIZES or not code.isascii() or not code.isdigit():
        raise ValueError(code)
    d = [int(c) for c in code]
    south, west = (d[0] * 10 + d[1]) / 1.5, d[2] * 10.0 + d[3] + 100
    for position, (limit, digits) in enumerate(((7, 6), (9, 8))):
        if len(code) >= digits:
            y, x = d[4 + 2 * position], d[5 + 2 * position]
            if y > limit or x > limit:
                raise ValueError(code)
            south, west = south + y * SIZES[digits][0], west + x * SIZES[digits][1]
    for digits in (9, 10):
        if len(code) >= digits:
            quarter = d[digits - 1] - 1
            if not 0 <= quarter <= 3:
                raise ValueError(code)
            south, west = south + (quarter // 2) * SIZES[digits][0], west + (quarter % 2) * SIZES[digits][1]
    height, width = SIZES[len(code)]
    return west, south, west + width, south + height


def warmth_index(monthly_means: np.ndarray) -> np.ndarray:
    """Kira's warmth index (n,), °C·month, from monthly mean temperatures (n, 12), °C.

    The sum over the months of what the mean exceeds 5 °C by (Kira 1945). NaN where a month is
    missing.
    """
    return np.maximum(monthly_means - 5.0, 0.0).sum(axis=1)
