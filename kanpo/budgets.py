"""How much work one input may ask for: every bound in one place, each with its reason.

What goes beyond a bound is sent back by name; it is never begun and then stopped by a clock, so that
the same file gives the same answer on a fast machine and on a slow one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

#: Corners of one outline. The coast of Tsushima in the administrative boundaries has some 100,000.
CORNERS = 1_000_000
#: Rings of one outline (parts and holes). A terraced lot drawn as one parcel has some hundred.
RINGS = 5_000
#: Crossings of one outline with itself: mending takes time by their square, and one to ten are found in
#: what was drawn by hand.
CROSSINGS = 500
#: Pairs of outlines that are compared with each other in one go, and how many more for each outline. A
#: parcel has six neighbours; 2,000 outlines on one spot would be 4,000,000 pairs.
PAIRS, PAIRS_OF_EACH = 100_000, 20
#: Cells of all bands of a raster that are looked at: 100 km x 100 km of 5 m, or 20 km x 20 km of 1 m. The
#: largest rectangle that is read for one parcel, and the bytes that its file packs together.
RASTER_CELLS, WINDOW_CELLS, BLOCK_BYTES = 400_000_000, 40_000_000, 512 * 1024**2
#: Cells of a sheet or a CSV (a register of 100,000 parcels with 30 columns has 3,000,000), the columns of a
#: row (those of Excel), and letters of one CSV cell. Excel's last column in 2,000 rows makes 32,000,000.
TABLE_CELLS, TABLE_COLUMNS, CELL_LETTERS = 15_000_000, 16_384, 131_072
#: So many blank rows one after another end a sheet: formats often reach down to row 1,048,576.
BLANK_ROWS = 1_000
#: No measured number is as large; its square is still a number, so sums of squares and pictures are, too.
GREATEST_NUMBER = 1e100
#: Pixels of a picture that is put into a page: a browser unpacks it to four bytes each.
PIXELS = 25_000_000
#: Boxes looked at together while pairs are counted, so that memory stays bounded.
_AT_ONCE = 8_000_000
#: Lines of an outline that are looked at together while crossings are counted.
_LINES_AT_ONCE, _PAIRS_AT_ONCE = 1_000_000, 5_000


@dataclass(frozen=True, slots=True)
class Near:
    """Pairs of shapes in their order: positions `one` (k,) in what was asked with, `other` (k,) in what was asked for.

    `crowded` (n,) marks those asked with that lie among so many others that they were left out.
    """

    one: np.ndarray
    other: np.ndarray
    crowded: np.ndarray


def near_pairs(
    shapes: Any,
    among: Any,
    predicate: str | None = None,
    distance: float | None = None,
    each: int = PAIRS_OF_EACH,
) -> Near:
    """Which of `shapes` (n,) meet which of `among` (m,), at most `PAIRS` and `each` more for each of them.

    Where there are more, the shapes with the most others around them are left out until it fits.

    Parameters
    ----------
    predicate, distance
        As for `shapely.STRtree.query`; without, boxes that meet are enough.
    each : int
        More where a pair costs little and many are usual, as the outlines in reach of a pin.
    """
    import numpy as np
    import shapely

    shapes, among = np.asarray(shapes, dtype=object), np.asarray(among, dtype=object)
    tree = shapely.STRtree(among)
    most = PAIRS + each * len(shapes)
    step = max(1, _AT_ONCE // max(len(among), 1))
    if len(shapes) <= step and len(shapes) * len(among) <= most:
        one, other = tree.query(shapes, predicate=predicate, distance=distance)
        order = np.lexsort((other, one))
        return Near(one[order], other[order], np.zeros(len(shapes), dtype=bool))
    crowded = _crowded(tree, _grown(shapes, distance or 0.0), step, most)
    left = np.flatnonzero(~crowded)
    parts = [
        tree.query(shapes[left[start : start + step]], predicate=predicate, distance=distance)
        + np.array([[start], [0]])
        for start in range(0, len(left), step)
    ]
    one, other = np.concatenate(parts, axis=1) if parts else np.empty((2, 0), dtype=int)
    order = np.lexsort((other, one))
    return Near(left[one[order]], other[order], crowded)


def _grown(shapes: np.ndarray, distance: float) -> np.ndarray:
    """The boxes of shapes, wider by a distance; None where there is none."""
    import numpy as np
    import shapely

    bounds = shapely.bounds(shapes) + np.array([-distance, -distance, distance, distance])
    boxes = np.full(len(shapes), None, dtype=object)
    there = ~np.isnan(bounds).any(axis=1)
    boxes[there] = shapely.box(*bounds[there].T)
    return boxes


def _crowded(tree: Any, boxes: np.ndarray, step: int, most: int) -> np.ndarray:
    """Which boxes (n,) have to be left out so that the others meet at most `most` boxes of the tree."""
    import numpy as np

    counts = np.full(len(boxes), np.iinfo(np.int64).max // 2, dtype=np.int64)
    total = 0
    for start in range(0, len(boxes), step):
        part = boxes[start : start + step]
        met = np.bincount(tree.query(part)[0], minlength=len(part))
        counts[start : start + len(part)] = met
        total += int(met.sum())
        if total > 10 * most:
            # Whatever else there is: too much has been seen to look any further.
            break
    order = np.argsort(counts, kind="stable")
    crowded = np.zeros(len(boxes), dtype=bool)
    room = np.cumsum(np.minimum(counts[order], most + 1)) <= most
    crowded[order[~room]] = True
    return crowded


def crosses_too_often(shape: Any) -> bool:
    """Whether the lines of an invalid outline cross more often than can be mended.

    Counted on the boxes of its lines in small lots, and only until it is too many.
    """
    import numpy as np
    import shapely

    points, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(shape)), return_index=True)
    inner = ring[1:] == ring[:-1]
    starts, ends = points[:-1][inner], points[1:][inner]
    lines = shapely.linestrings(np.stack([starts, ends], axis=1))
    tree = shapely.STRtree(lines)
    step = max(16, _LINES_AT_ONCE // max(len(lines), 1))
    crossings = looked = 0
    for first in range(0, len(lines), step):
        one, other = tree.query(lines[first : first + step])
        one, other = one[one + first < other] + first, other[one + first < other]
        looked += len(one)
        for at in range(0, len(one), _PAIRS_AT_ONCE):
            left, right = (lines[side[at : at + _PAIRS_AT_ONCE]] for side in (one, other))
            crossings += int((shapely.crosses(left, right) | shapely.overlaps(left, right)).sum())
            if crossings > CROSSINGS:
                return True
        if looked > 20 * PAIRS + 10 * len(lines):
            return True
    return False
