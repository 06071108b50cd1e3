"""In which agricultural settlement (農業集落) each parcel lies."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kanpo.parcels._ground import has_ground


def with_farm_settlements(parcels: gpd.GeoDataFrame, boundaries: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Parcels with ``farm_settlement_key`` and ``farm_settlement`` filled in where they are blank.

    A code that came with the parcel goes before the boundary around it; a parcel lies where a point
    well inside it lies.

    Parameters
    ----------
    parcels : GeoDataFrame
        EPSG:6668, columns of the parcel table.
    boundaries : GeoDataFrame
        EPSG:6668, ``farm_settlement_key``, ``name``.
    """
    if boundaries.empty or parcels.empty:
        return parcels
    keys = parcels["farm_settlement_key"].to_numpy(dtype=object, copy=True)
    bare = np.flatnonzero(pd.isna(keys) & has_ground(parcels))
    points = shapely.point_on_surface(np.asarray(parcels.geometry)[bare])
    row, area = shapely.STRtree(np.asarray(boundaries.geometry)).query(points, predicate="intersects")
    keys[bare[row]] = boundaries["farm_settlement_key"].to_numpy(dtype=object)[area]
    names = boundaries.drop_duplicates("farm_settlement_key").set_index("farm_settlement_key")["name"]
    said = pd.Series(keys, index=parcels.index, dtype=object)
    return parcels.assign(
        farm_settlement_key=said,
        farm_settlement=parcels["farm_settlement"].where(
            parcels["farm_settlement"].notna(), said.map(names).astype(object)
        ),
    )


def count_by(parcels: gpd.GeoDataFrame, column: str, visits: pd.DataFrame) -> pd.DataFrame:
    """How much land and how many visits there are in each settlement.

    Parameters
    ----------
    column : str
        ``settlement`` (大字) or ``farm_settlement`` (農業集落).
    visits : DataFrame
        Visit records with ``parcel_id``, each of a parcel of today.

    Returns
    -------
    DataFrame
        `column` (blank last), parcels, area_ha, idle (遊休 1号・2号), devastated (A・B), visited
        (parcels with a visit); most land first.
    """
    place = parcels[column].fillna("")
    if column == "farm_settlement":
        # Settlements of one name in two former villages are two settlements.
        place = place.where(
            parcels["farm_settlement_key"].isna(), place + "\t" + parcels["farm_settlement_key"]
        )
    table = pd.DataFrame(
        {
            "place": place,
            "parcels": 1,
            "area_ha": parcels["area_m2"] / 1e4,
            "idle": parcels["idle_class"].notna(),
            "devastated": parcels["devastation_class"].notna(),
            "visited": parcels["parcel_id"].isin(visits["parcel_id"]),
        }
    )
    found = table.groupby("place", as_index=False).sum(numeric_only=True).round({"area_ha": 2})
    found = found.sort_values("area_ha", ascending=False, kind="stable")
    found = pd.concat([found[found["place"] != ""], found[found["place"] == ""]], ignore_index=True)
    names = found.pop("place").str.split("\t").str
    found.insert(0, column, names[0])
    if column == "farm_settlement":
        found.insert(1, "farm_settlement_key", names[1])
    return found
