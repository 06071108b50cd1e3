"""Where names can stand beside points of a picture without hiding anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: A name keeps so far from its point and from other points, pixels.
_GAP = 5.0

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Spot:
    """A point and the size of the name that should stand beside it."""

    x: float
    y: float
    width: float
    height: float


def free_spots(
    spots: Sequence[Spot], points: Sequence[tuple[float, float]], frame: Box
) -> list[tuple[float, float] | None]:
    """For each name the left end of its base line, or None where it would cover a point or a name.

    Tried to the right, to the left, above and below, in the order of the spots: the first names are the
    surest to be seen.

    Parameters
    ----------
    points : sequence of (x, y)
        All points of the picture.
    frame : (left, top, right, bottom)
        Names stay inside.
    """
    taken: list[Box] = []
    found: list[tuple[float, float] | None] = []
    for spot in spots:
        box = next((box for box in _around(spot) if _free(box, taken, points, frame)), None)
        if box is None:
            found.append(None)
            continue
        taken.append(box)
        found.append((box[0], box[3] - 2))
    return found


def _around(spot: Spot) -> list[Box]:
    w, h = spot.width, spot.height
    corners = (
        (spot.x + _GAP, spot.y - h / 2),
        (spot.x - _GAP - w, spot.y - h / 2),
        (spot.x - w / 2, spot.y - _GAP - h),
        (spot.x - w / 2, spot.y + _GAP),
    )
    return [(x, y, x + w, y + h) for x, y in corners]


def _free(box: Box, taken: Sequence[Box], points: Sequence[tuple[float, float]], frame: Box) -> bool:
    left, top, right, bottom = box
    if left < frame[0] or top < frame[1] or right > frame[2] or bottom > frame[3]:
        return False
    if any(left < b[2] and right > b[0] and top < b[3] and bottom > b[1] for b in taken):
        return False
    return not any(left - 3 < x < right + 3 and top - 3 < y < bottom + 3 for x, y in points)
