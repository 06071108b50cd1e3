"""Which stored parcel an outline is: ground tells, never a number that is unique in its file only."""

from __future__ import annotations

from hashlib import sha256

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kanpo.errors import Place, Problem, Severity
from kanpo.locale import Text
from kanpo.parcels._find import search_key
from kanpo.parcels._lineage import HALF_SHARE, LEAST_SHARE, SAME_IOU
from kanpo.parcels._lots import lot_names
from kanpo.store import Project


class Identity:
    """Finds the stored parcels that the outlines of a file are, and gives ids that nobody else has.

    A number that is unique in its file only is kept as an id as long as no other parcel has it. An
    outline is the stored parcel that shares its ground, where 大字 and 地番 agree or one has none.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._taken = project.imported.parcel_ids()
        self._stored = bool(self._taken)
        self._claimed: set[str] = set()
        self._boxes: pd.DataFrame | None = None
        self._tree: shapely.STRtree | None = None

    def settle(self, frame: gpd.GeoDataFrame, file: str) -> tuple[gpd.GeoDataFrame, list[Problem]]:
        """The outlines of a chunk under their ids in the project, and what was found about these."""
        if frame.empty:
            return frame, []
        ids = frame["parcel_id"].to_numpy(dtype=object, copy=True)
        meant = self._meant(frame, ids) if self._stored else {}
        problems = []
        for row, identity in enumerate(ids):
            known = meant.get(row)
            if known is not None:
                ids[row] = known
            elif identity in self._taken:
                ids[row] = _own_id(identity, frame.geometry.iat[row])
                number = int(frame["source_row"].iat[row])
                problems.append(_another(file, number, str(identity), str(ids[row])))
            self._taken.add(ids[row])
            self._claimed.add(ids[row])
        return frame.assign(parcel_id=pd.Series(ids, index=frame.index, dtype=object)), problems

    def _meant(self, frame: gpd.GeoDataFrame, ids: np.ndarray) -> dict[int, str]:
        """Row of a chunk to the id of the stored parcel that it is, each stored parcel at most once."""
        pairs = self._pairs(frame, ids)
        if pairs.empty:
            return {}
        # The parcel of the same id first, then the outline that fits best.
        order = pairs.sort_values(["named", "iou"], ascending=False, kind="stable")
        meant: dict[int, str] = {}
        taken = set(self._claimed)
        for row, identity in zip(order["row"], order["parcel_id"], strict=True):
            if row not in meant and identity not in taken:
                meant[row] = identity
                taken.add(identity)
        return meant

    def _pairs(self, frame: gpd.GeoDataFrame, ids: np.ndarray) -> pd.DataFrame:
        """Rows with stored parcels that they certainly are: row, parcel_id, named, iou."""
        if self._boxes is None:
            self._boxes = self._project.imported.outline_boxes()
            edges = self._boxes[["west", "south", "east", "north"]].to_numpy()
            self._tree = shapely.STRtree(shapely.box(*edges.T))
        assert self._tree is not None
        shapes = np.asarray(frame.geometry, dtype=object)
        row, place = self._tree.query(shapes, predicate="intersects")
        if not len(row):
            return pd.DataFrame()
        near = self._boxes["parcel_id"].to_numpy(dtype=object)[place]
        stored = self._project.imported.parcels(set(near)).drop_duplicates("parcel_id").set_index("parcel_id")
        other = stored.loc[near]
        one, two = shapes[row], np.asarray(other.geometry, dtype=object)
        shared = shapely.area(shapely.intersection(shapely.make_valid(one), shapely.make_valid(two)))
        first, second = shapely.area(one), shapely.area(two)
        lots = np.array(lot_names(frame), dtype=object)[row], np.array(lot_names(other), dtype=object)
        both = (lots[0] != "") & (lots[1] != "")
        agree, differ = both & (lots[0] == lots[1]), both & (lots[0] != lots[1])
        least = np.minimum(shared / first, shared / second)
        most = np.maximum(shared / first, shared / second)
        iou = shared / (first + second - shared)
        named = ids[row] == near
        certain = (named & np.where(agree, most >= LEAST_SHARE, least >= HALF_SHARE)) | (iou >= SAME_IOU)
        certain |= agree & (least >= HALF_SHARE)
        pairs = pd.DataFrame({"row": row, "parcel_id": near, "named": named, "iou": iou})
        return pairs[certain & ~differ]


def _own_id(identity: object, shape: shapely.Geometry) -> str:
    """An id of its own for an outline whose number another parcel has."""
    return f"{search_key(identity)}~{sha256(shapely.to_wkb(shape)).hexdigest()[:8]}"


def _another(file: str, number: int, identity: str, own: str) -> Problem:
    return Problem(
        "parcel.number-of-another",
        Text(
            f"番号「{identity}」は別の筆に使われています。同じ土地ではないので、「{own}」として入れました",
            f"the number '{identity}' is that of another parcel; the ground differs, so it is stored as '{own}'",
        ),
        Text("直す必要はありません(前の筆はそのまま残っています)", "nothing to do; the parcel before stays"),
        Place(file, feature=number, value=identity),
        Severity.WARNING,
    )
