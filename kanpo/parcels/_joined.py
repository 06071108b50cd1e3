"""Parcels with what the farmland register says of them."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kanpo.crs import STORED_EPSG, zone_epsg, zone_of
from kanpo.parcels._lineage_tree import successor_of
from kanpo.parcels._links import PIN_PREFIX, STATUS_COLUMNS, join_register
from kanpo.parcels._lots import lot_names
from kanpo.parcels._measure import measure_area_m2, reproject
from kanpo.parcels._registry_map import lay_on_ground, names_of_outlines
from kanpo.parcels._settlements import with_farm_settlements
from kanpo.schema import PARCELS, REGISTER
from kanpo.store import Project, settle

#: Greatest margin that is stored: a decision has no second best.
_MOST = 1e6
_FILLED = ("settlement", "lot_number", "registered_area_m2", "farm_promotion_zone")
#: Confidence of links that say something of a parcel.
TRUSTED = ("high", "medium")
#: Drawn for a pin without a registered area, m²; its area stays unknown.
_BARE_M2 = 100.0
_CORNERS = 32


def link_inputs(project: Project) -> dict[str, str]:
    """Hashes of what the links of register rows follow from."""
    return {
        "parcels": project.imported.fingerprints()["parcels"],
        "decisions": project.journal.fingerprint("link_decision"),
    }


def refresh_links(project: Project) -> pd.DataFrame:
    """The links of register rows to parcels, computed anew when something they follow from changed.

    A person's decision (a record of kind ``link_decision``) goes before everything else and so
    survives every import. Rows that stand alone on a pin become parcels of their own (see
    `lone_pins`).
    """
    inputs, stamp = link_inputs(project), project.computed.stamp("links")
    if stamp is not None and not stamp.changed(inputs) and project.computed.intact("links"):
        return project.computed.links()
    register = project.imported.register()
    if register.empty and project.imported.boundaries("registry_lot").empty:
        return project.computed.links()
    decisions = project.journal.read("link_decision").sort_values("happened_at", kind="stable")
    parcels = project.imported.parcels()
    outlines = parcels[parcels["located_by"].isna()].reset_index(drop=True)
    ground = lay_on_ground(outlines, project.imported.boundaries("registry_lot"))
    names = names_of_outlines(outlines, ground)
    project.imported.name_parcels(names)
    outlines = _named(outlines, names)
    if register.empty:
        return project.computed.links()
    decided = _decided_today(project, decisions[["register_id", "parcel_id"]])
    links = join_register(outlines, register, decided, ground=ground)
    links["margin"] = np.minimum(links["margin"].astype(float), _MOST)
    project.imported.replace_pins(lone_pins(register, links, ground.lots))
    project.computed.write_links(links, inputs)
    return project.computed.links()


def _named(outlines: gpd.GeoDataFrame, names: pd.DataFrame) -> gpd.GeoDataFrame:
    said = names.set_index("parcel_id")
    return outlines.assign(
        **{
            key: outlines[key].where(outlines[key].notna(), outlines["parcel_id"].map(said[key]))
            for key in ("settlement", "lot_number")
        }
    )


def _decided_today(project: Project, decisions: pd.DataFrame) -> pd.DataFrame:
    """Decisions by the parcels of today: a newer year of outlines takes over what a person decided."""
    lineage = project.imported.lineage()
    if lineage.empty or decisions.empty:
        return decisions
    today = successor_of(lineage, decisions["parcel_id"].dropna().unique())
    today = today[~today["kind"].isin(["gone", "unknown"])].drop_duplicates("old_id").set_index("old_id")
    now = decisions["parcel_id"].map(today["current_id"])
    return decisions.assign(parcel_id=now.where(now.notna(), decisions["parcel_id"]))


def lone_pins(
    register: gpd.GeoDataFrame, links: pd.DataFrame, lots: gpd.GeoDataFrame | None = None
) -> gpd.GeoDataFrame:
    """Register rows that belong to no outline, as parcels: a circle of the registered area around the pin.

    An abandoned parcel is often missing from the outlines; so it is scored and mapped all the same,
    marked as known from a pin (``located_by``). Where the land registry's map has the lot, its outline is
    taken instead (``located_by`` registry). Rows without either stay in the register only.

    Parameters
    ----------
    register : GeoDataFrame
        EPSG:6668, columns of the register table.
    links : DataFrame
        As of `join_register`.
    lots : GeoDataFrame, optional
        Lots of the land registry: settlement, lot_number, geometry (EPSG:6668).

    Returns
    -------
    GeoDataFrame
        EPSG:6668, columns of the parcel table; ``parcel_id`` is ``pin-`` and the register id.
    """
    alone = links.loc[links["parcel_id"].isna(), "register_id"]
    pins, drawn = _with_lots(register[register["register_id"].isin(alone)], lots)
    rows = pd.DataFrame(pins.drop(columns="geometry")).reindex(columns=[*REGISTER.keys, *PARCELS.keys])
    rows = rows.loc[:, ~rows.columns.duplicated()]
    rows["parcel_id"] = PIN_PREFIX + pins["register_id"]
    rows["located_by"] = np.where(shapely.is_missing(drawn), "pin", "registry")
    known = (rows["registered_area_m2"] > 0).to_numpy(dtype=bool)
    rows["area_m2"] = rows["registered_area_m2"].where(known)
    has_lot = ~shapely.is_missing(drawn)
    rows.loc[has_lot, "area_m2"] = np.round(measure_area_m2(drawn[has_lot]), 2)
    circles = _circles(
        np.asarray(pins.geometry), np.where(known, rows["registered_area_m2"], _BARE_M2).astype(float)
    )
    drawn[~has_lot] = circles[~has_lot]
    return gpd.GeoDataFrame(rows[list(PARCELS.keys)], geometry=drawn, crs=STORED_EPSG)


def _with_lots(rows: gpd.GeoDataFrame, lots: gpd.GeoDataFrame | None) -> tuple[gpd.GeoDataFrame, np.ndarray]:
    """Rows of the register that have a place (n), at the lot's where there is one, and its outline (n,)."""
    drawn = np.full(len(rows), None, dtype=object)
    if lots is not None and len(lots):
        shapes = dict(zip(lot_names(lots), lots.geometry, strict=True))
        drawn[:] = [shapes.get(name) for name in lot_names(rows)]
    there = ~shapely.is_missing(drawn)
    places = np.asarray(rows.geometry, dtype=object).copy()
    places[there] = shapely.centroid(drawn[there])
    kept = ~shapely.is_missing(places)
    return rows.set_geometry(places, crs=rows.crs)[kept], drawn[kept]


def _circles(points: np.ndarray, areas: np.ndarray) -> np.ndarray:
    """Polygons (n,) of just these areas (m²) around points (n,) in degrees."""
    if not len(points):
        return points
    west, south, east, north = shapely.total_bounds(points)
    plane = zone_epsg(zone_of((west + east) / 2, (south + north) / 2))
    centres = shapely.get_coordinates(reproject(points, STORED_EPSG, plane))
    angles = np.arange(_CORNERS) * (2 * np.pi / _CORNERS)
    radii = np.sqrt(2 * areas / (_CORNERS * np.sin(2 * np.pi / _CORNERS)))
    around = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    corners = centres[:, None, :] + radii[:, None, None] * around[None, :, :]
    return reproject(shapely.polygons(corners), plane, STORED_EPSG)


def current_parcels(project: Project, parcel_ids: Iterable[str] | None = None) -> gpd.GeoDataFrame:
    """The parcels with what linked register rows add: names where missing, status of the newest survey.

    Columns as of `Imported.parcels`, and ``status_source``: the register row that the status comes
    from, or empty where it is the parcel's own. Links of low confidence add nothing. Agricultural
    settlements are filled in from their boundaries. All parcels, or those of `parcel_ids`.
    """
    parcels = _with_register(project, project.imported.parcels(parcel_ids))
    return with_farm_settlements(parcels, project.imported.boundaries("farm_settlement"))


def _with_register(project: Project, parcels: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    parcels["status_source"] = ""
    links = project.computed.links()
    links = links[links["parcel_id"].isin(parcels["parcel_id"]) & links["confidence"].isin(TRUSTED)]
    if links.empty:
        return parcels
    said = _said_of(project, parcels, links)
    stands = settle(said)
    place = parcels["parcel_id"]
    for column in _FILLED:
        parcels[column] = parcels[column].where(parcels[column].notna(), place.map(stands[column]))
    known = place.isin(stands.index[stands["status_row"] >= 0])
    for column in STATUS_COLUMNS:
        parcels[column] = parcels[column].where(~known, place.map(stands[column]))
    sources = np.where(said["subject"] == "register", said["lot_id"], "")
    rows = place[known].map(stands["status_row"]).to_numpy(dtype=int)
    parcels.loc[known, "status_source"] = sources[rows]
    parcels["years_abandoned"] = parcels["years_abandoned"].astype(float)
    return parcels


def _said_of(project: Project, parcels: gpd.GeoDataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """All dated statements on parcels that have a register row: those of the rows, and of the outlines."""
    outlines = dict.fromkeys(links["parcel_id"])
    said = project.imported.statements([*links["register_id"], *outlines], places=False)
    lots = dict(zip(links["register_id"], links["parcel_id"], strict=True))
    register = said["subject"] == "register"
    said["lot"] = said["lot_id"].map(lots).where(register, said["lot_id"]).astype(object)
    said = said[said["lot"].isin(outlines)]
    # What somebody wrote into an outline beside kanpo has no statement yet.
    bare = parcels[parcels["parcel_id"].isin(outlines) & parcels[list(STATUS_COLUMNS)].notna().any(axis=1)]
    bare = bare[~bare["parcel_id"].isin(said.loc[~register.loc[said.index], "lot_id"])]
    own = pd.DataFrame(bare.drop(columns="geometry")).reindex(columns=said.columns)
    own["lot"] = own["lot_id"] = bare["parcel_id"]
    own["subject"], own["denied"], own["as_of"] = "parcel", None, bare["survey_date"]
    own["as_of_basis"] = np.where(bare["survey_date"].notna(), "own", "assumed")
    return pd.concat([own.astype(object), said.astype(object)], ignore_index=True)
