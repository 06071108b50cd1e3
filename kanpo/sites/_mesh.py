"""Regional mesh codes of Japan: primary to quarter mesh, both ways.

JIS X 0410 (地域メッシュコード; first 行政管理庁告示第143号, 1973). A primary mesh is 40' of latitude
by 1° of longitude, its code latitude × 1.5 (two digits) and longitude − 100 (two digits). A
secondary mesh is an eighth of it on each side, a tertiary mesh (about 1 km) a tenth of that; half
and quarter meshes split in two, numbered 1 to 4 from the south west, west to east first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

#: Digits of a code to the size of the mesh: latitude and longitude in degrees.
SIZES: dict[int, tuple[float, float]] = {
    4: (2 / 3, 1.0),
    6: (2 / 3 / 8, 1 / 8),
    8: (2 / 3 / 80, 1 / 80),
    9: (2 / 3 / 160, 1 / 160),
    10: (2 / 3 / 320, 1 / 320),
}
#: Quarter meshes in a degree of latitude and longitude.
_PER_LATITUDE, _PER_LONGITUDE = 480, 320
#: Degrees (in quarter meshes) by which a place on an edge may have been rounded to the south west.
_HAIR = 1e-7


def mesh_code(longitude: np.ndarray, latitude: np.ndarray, digits: int = 8) -> np.ndarray:
    """Codes (n,) as text of the meshes that hold places (n,) in degrees.

    Empty text for a place that no code can name: not a number, or outside 100° to 200° E and 0° to
    66° 40' N. A place on an edge belongs to the mesh to its north east.

    Raises
    ------
    KeyError
        `digits` is none of 4, 6, 8, 9, 10.
    """
    _ = SIZES[digits]
    lat, lon = np.atleast_1d(np.asarray(latitude, float)), np.atleast_1d(np.asarray(longitude, float))
    # Counted in quarter meshes, as whole numbers from here on.
    rows = np.floor(lat * _PER_LATITUDE + _HAIR)
    columns = np.floor((lon - 100) * _PER_LONGITUDE + _HAIR)
    named = (rows >= 0) & (rows < 100 * 320) & (columns >= 0) & (columns < 100 * 320)
    south, west = np.where(named, rows, 0).astype(np.int64), np.where(named, columns, 0).astype(np.int64)
    code = (south // 320) * 100 + west // 320
    south, west = south % 320, west % 320
    for least, side in ((6, 40), (8, 4)):
        if digits >= least:
            code = code * 100 + (south // side) * 10 + west // side
            south, west = south % side, west % side
    for least, side in ((9, 2), (10, 1)):
        if digits >= least:
            code = code * 10 + (south // side) * 2 + west // side + 1
            south, west = south % side, west % side
    return np.where(named, np.char.zfill(code.astype(str), digits), "").astype(object)


def mesh_boxes(codes: Sequence[str] | np.ndarray) -> np.ndarray:
    """West, south, east, north (n, 4) of meshes in degrees; NaN for what is no mesh code.

    Codes of different lengths may stand side by side.
    """
    texts = np.array([str(code) for code in codes], dtype=object)
    boxes = np.full((len(texts), 4), np.nan)
    lengths = np.array(
        [len(text) if text.isascii() and text.isdigit() else 0 for text in texts], dtype=np.int64
    )
    for digits in SIZES:
        at = np.flatnonzero(lengths == digits)
        if len(at):
            boxes[at] = _boxes_of_length(texts[at].astype(np.int64), digits)
    return boxes


def _boxes_of_length(code: np.ndarray, digits: int) -> np.ndarray:
    d = (code[:, None] // 10 ** np.arange(digits - 1, -1, -1)) % 10
    # In quarter meshes, exactly.
    south, west = (d[:, 0] * 10 + d[:, 1]) * 320, (d[:, 2] * 10 + d[:, 3]) * 320
    good = np.ones(len(code), dtype=bool)
    for digit, side, largest in ((4, 40, 7), (6, 4, 9)):
        if digits > digit:
            good &= (d[:, digit] <= largest) & (d[:, digit + 1] <= largest)
            south, west = south + d[:, digit] * side, west + d[:, digit + 1] * side
    for digit, side in ((8, 2), (9, 1)):
        if digits > digit:
            good &= (d[:, digit] >= 1) & (d[:, digit] <= 4)
            south, west = south + (d[:, digit] - 1) // 2 * side, west + (d[:, digit] - 1) % 2 * side
    side = {4: 320, 6: 40, 8: 4, 9: 2, 10: 1}[digits]
    boxes = np.column_stack(
        [
            west / _PER_LONGITUDE + 100,
            south / _PER_LATITUDE,
            (west + side) / _PER_LONGITUDE + 100,
            (south + side) / _PER_LATITUDE,
        ]
    )
    boxes[~good] = np.nan
    return boxes


def mesh_box(code: str) -> tuple[float, float, float, float]:
    """West, south, east, north of a mesh in degrees.

    Raises
    ------
    ValueError
        The code has a wrong number of digits or a digit that no mesh has.
    """
    west, south, east, north = mesh_boxes([code])[0].tolist()
    if west != west:
        raise ValueError(code)
    return west, south, east, north


def warmth_index(monthly_means: np.ndarray) -> np.ndarray:
    """Kira's warmth index (n,), °C·month, from monthly mean temperatures (n, 12), °C.

    The sum over the months of what the mean exceeds 5 °C by (吉良竜夫 1945, 農業地理学の基礎としての
    東亜の新気候区分, 京都帝国大学農学部園芸学研究室). NaN where a month is missing.
    """
    return np.asarray(np.maximum(monthly_means - 5.0, 0.0).sum(axis=1))
