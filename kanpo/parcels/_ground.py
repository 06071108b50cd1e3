"""What a person should look at once parcels are stored: shared ground, and ground of other cities."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from kanpo.errors import Place, Problem, Severity
from kanpo.locale import Text
from kanpo.parcels._overlap import overlaps
from kanpo.parcels._whereabouts import outside_municipality
from kanpo.store import Batch, Project

#: So many of a kind are named; the rest is counted.
_NAMED = 20


def check_ground(project: Project, batch: Batch) -> list[Problem]:
    """Warnings on the parcels of one import: overlaps with any parcel, and places outside the municipality.

    Parameters
    ----------
    batch : Batch
        An import that was stored.
    """
    outlines = project.imported.outlines()
    fresh = (outlines["batch_id"] == batch.batch_id).to_numpy()
    if not fresh.any():
        return []
    return _overlapping(outlines, fresh, batch) + _outside(project, outlines[fresh], batch)


def _overlapping(outlines: gpd.GeoDataFrame, fresh: np.ndarray, batch: Batch) -> list[Problem]:
    pairs = overlaps(outlines, among=fresh)
    number = dict(zip(outlines["parcel_id"], outlines["source_row"], strict=True))
    problems = [
        Problem(
            "parcel.overlap",
            Text(
                f"筆 {pair.other_id} と {pair.overlap_m2:,.1f} ㎡ 重なっています",
                f"overlaps parcel {pair.other_id} by {pair.overlap_m2:,.1f} m²",
            ),
            Text(
                "境界を確かめてください(二重の筆なら片方を外す)",
                "check the boundary; remove one if it is there twice",
            ),
            Place(batch.file_name, feature=number[pair.parcel_id], value=pair.parcel_id),
            Severity.WARNING,
        )
        for pair in pairs.head(_NAMED).itertuples()
    ]
    if len(pairs) > _NAMED:
        problems.append(
            _more(
                batch,
                Text(f"重なりはほか {len(pairs) - _NAMED:,} 組", f"{len(pairs) - _NAMED:,} more overlaps"),
                Text("kanpo parcels overlaps で全部見られます", "kanpo parcels overlaps lists them all"),
            )
        )
    return problems


def _outside(project: Project, fresh: gpd.GeoDataFrame, batch: Batch) -> list[Problem]:
    outside = fresh[outside_municipality(project, fresh)]
    problems = [
        Problem(
            "parcel.outside-municipality",
            Text("市町村の区域の外にあります", "lies outside the municipality"),
            Text("座標系とファイルを確かめてください", "check the coordinate system and the file"),
            Place(batch.file_name, feature=row.source_row, value=row.parcel_id),
            Severity.WARNING,
        )
        for row in outside.head(_NAMED).itertuples()
    ]
    if len(outside) > _NAMED:
        rest = len(outside) - _NAMED
        problems.append(
            _more(
                batch,
                Text(f"区域の外の筆はほか {rest:,} 筆", f"{rest:,} more parcels outside"),
                Text("座標系とファイルを確かめてください", "check the coordinate system and the file"),
            )
        )
    return problems


def _more(batch: Batch, what: Text, mend: Text) -> Problem:
    return Problem("parcel.more", what, mend, Place(batch.file_name), Severity.WARNING)
