"""What a person should look at once parcels are stored: shared ground, and ground of other cities."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kanpo.errors import Place, Problem, Severity
from kanpo.locale import Text
from kanpo.parcels._overlap import overlaps
from kanpo.parcels._whereabouts import outside_municipality
from kanpo.store import Batch, Project

#: So many of a kind are named; the rest is counted.
_NAMED = 20
#: A share of the smaller of two parcels that is all of it, but for rounding.
_SAME = 0.999
#: Wider than any municipality, m; metres to a degree at 36° north.
_MOST_APART, _DEGREE_EAST, _DEGREE_NORTH = 100_000.0, 90_000.0, 111_000.0
#: Parcels looked at together.
_STRIP = 100_000


def has_ground(parcels: gpd.GeoDataFrame) -> np.ndarray:
    """Which parcels (n,) have an outline; QGIS may leave one without, or with an empty one."""
    shapes = np.asarray(parcels.geometry, dtype=object)
    return np.asarray(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))


def groundless(parcels: gpd.GeoDataFrame) -> list[Problem]:
    """Warnings on stored parcels that have no outline, so that nothing can be said of where they lie."""
    bare = parcels["parcel_id"][~has_ground(parcels)]
    return [no_ground(str(parcel_id)) for parcel_id in bare]


def no_ground(parcel_id: str) -> Problem:
    """That a parcel has no outline, and what to do."""
    return Problem(
        "parcel.no-ground",
        Text(
            f"筆 {parcel_id} に形がないので、地図・団地・現地調査・試験区の計算から外します",
            f"parcel {parcel_id} has no outline and is left out of maps, blocks, visits and plots",
        ),
        Text(
            "元の筆のファイルを kanpo ingest で取り込み直してください",
            "read its file again with kanpo ingest",
        ),
        severity=Severity.WARNING,
    )


def check_ground(project: Project, batch: Batch) -> list[Problem]:
    """Warnings on the parcels of one import: overlaps with any parcel, and places outside the municipality.

    Parameters
    ----------
    batch : Batch
        An import that was stored.
    """
    pairs, outside, far, crowded = [], [], [], set[str]()
    for strip, asked in _strips(project, batch):
        found = overlaps(strip, among=asked)
        rows = strip.set_index("parcel_id")["source_row"]
        crowded |= set(found.attrs["crowded"])
        pairs.append(found.assign(source_row=found["parcel_id"].map(rows)))
        fresh = strip[asked]
        far.append(_far(strip, asked))
        outside.append(pd.DataFrame(fresh[outside_municipality(project, fresh)].drop(columns="geometry")))
    if not pairs:
        return []
    found = pd.concat([pair.reset_index(drop=True) for pair in pairs])
    problems = _crowded(crowded, batch) + _overlapping(found, batch)
    return problems + _outside(pd.concat(outside), batch) + _far_problems(pd.concat(far), batch)


def _far(strip: gpd.GeoDataFrame, asked: np.ndarray) -> pd.DataFrame:
    """Parcels that lie farther from the others of their municipality code than any municipality is wide."""
    code = strip["municipality_code"].fillna("").to_numpy()
    bounds = shapely.bounds(np.asarray(strip.geometry, dtype=object))
    place = pd.DataFrame({"x": bounds[:, [0, 2]].mean(axis=1), "y": bounds[:, [1, 3]].mean(axis=1)})
    middle = place.groupby(code).transform("median")
    metres = np.hypot((place["x"] - middle["x"]) * _DEGREE_EAST, (place["y"] - middle["y"]) * _DEGREE_NORTH)
    rows = strip[asked & (code != "") & (metres > _MOST_APART).to_numpy()]
    return pd.DataFrame(rows.drop(columns="geometry"))


def _far_problems(far: pd.DataFrame, batch: Batch) -> list[Problem]:
    problems = [
        Problem(
            "parcel.far-from-code",
            Text(
                f"市区町村コード {row.municipality_code} のほかの筆から100km以上離れています",
                f"lies more than 100 km from the other parcels of municipality {row.municipality_code}",
            ),
            Text("座標か市区町村コードを確かめてください", "check the coordinates and the municipality code"),
            Place(batch.file_name, feature=row.source_row, value=row.parcel_id),
            Severity.WARNING,
        )
        for row in far.head(_NAMED).itertuples()
    ]
    if len(far) > _NAMED:
        rest = len(far) - _NAMED
        problems.append(
            _more(
                batch,
                Text(f"離れすぎた筆はほか {rest:,} 筆", f"{rest:,} more parcels lie too far away"),
                Text("座標か市区町村コードを確かめてください", "check the coordinates and the code"),
            )
        )
    return problems


def _crowded(parcels: set[str], batch: Batch) -> list[Problem]:
    """That parcels lie among so many others that nobody compared them."""
    if not parcels:
        return []
    return [
        Problem(
            "parcel.crowded",
            Text(
                f"同じ場所に筆が多すぎて、{len(parcels):,} 筆は重なりを調べていません",
                f"so many parcels lie on one spot that the overlaps of {len(parcels):,} were not looked for",
            ),
            Text(
                "二重に取り込んだファイルでないか確かめてください",
                "see whether a file holds the same parcels many times",
            ),
            Place(batch.file_name, value=min(parcels)),
            Severity.WARNING,
        )
    ]


def _strips(project: Project, batch: Batch) -> Iterator[tuple[gpd.GeoDataFrame, np.ndarray]]:
    """The parcels of an import with all around them, a strip of land at a time, from west to east.

    So memory does not grow with the number of parcels. Yields the outlines (n) and which of them are
    asked about (n,).
    """
    if len(project.imported.parcel_ids()) <= _STRIP:
        whole = project.imported.outlines()
        asked = (whole["batch_id"] == batch.batch_id).to_numpy()
        if asked.any():
            yield whole, asked
        return
    boxes = project.imported.outline_boxes()
    fresh = boxes[boxes["batch_id"] == batch.batch_id].sort_values("west", kind="stable")
    for start in range(0, len(fresh), _STRIP):
        asked = fresh.iloc[start : start + _STRIP]
        around = (boxes["west"] <= asked["east"].max()) & (boxes["east"] >= asked["west"].min())
        strip = project.imported.outlines(boxes.loc[around, "parcel_id"].tolist())
        yield strip, strip["parcel_id"].isin(asked["parcel_id"]).to_numpy()


def _overlapping(pairs: pd.DataFrame, batch: Batch) -> list[Problem]:
    # A pair across the border of two strips was found in both.
    both = pd.DataFrame(np.sort(pairs[["parcel_id", "other_id"]].to_numpy(dtype=str), axis=1))
    pairs = pairs[~both.duplicated().to_numpy()].sort_values("overlap_m2", ascending=False, kind="stable")
    problems = [
        Problem(
            "parcel.overlap",
            _overlap_text(pair.other_id, pair.overlap_m2, pair.share),
            Text(
                "境界を確かめてください(二重の筆なら片方を外す)",
                "check the boundary; remove one if it is there twice",
            ),
            Place(batch.file_name, feature=pair.source_row, value=pair.parcel_id),
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


def _overlap_text(other: str, shared_m2: float, share: float) -> Text:
    if share >= _SAME:
        return Text(
            f"筆 {other} と同じ所にあります({shared_m2:,.1f} ㎡ 全部が重なる)",
            f"lies where parcel {other} lies (all {shared_m2:,.1f} m² overlap)",
        )
    return Text(
        f"筆 {other} と {shared_m2:,.1f} ㎡ 重なっています",
        f"overlaps parcel {other} by {shared_m2:,.1f} m²",
    )


def _outside(outside: pd.DataFrame, batch: Batch) -> list[Problem]:
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
