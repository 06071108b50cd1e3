"""Parcels with what the farmland register says of them."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd

from kanpo.parcels._links import STATUS_COLUMNS, join_register, newest_status
from kanpo.store import Project

#: Greatest margin that is stored: a decision has no second best.
_MOST = 1e6
_FILLED = ("settlement", "lot_number", "registered_area_m2", "farm_promotion_zone")
_TRUSTED = ("high", "medium")


def link_inputs(project: Project) -> dict[str, str]:
    """Hashes of what the links of register rows follow from."""
    return {
        "parcels": project.imported.fingerprints()["parcels"],
        "decisions": project.journal.fingerprint("link_decision"),
    }


def refresh_links(project: Project) -> pd.DataFrame:
    """The links of register rows to parcels, computed anew when something they follow from changed.

    A person's decision (a record of kind ``link_decision``) goes before everything else and so
    survives every import.
    """
    inputs, stamp = link_inputs(project), project.computed.stamp("links")
    if stamp is not None and not stamp.changed(inputs):
        return project.computed.links()
    register = project.imported.register()
    if register.empty:
        return project.computed.links()
    decisions = project.journal.read("link_decision").sort_values("happened_at", kind="stable")
    links = join_register(project.imported.parcels(), register, decisions[["register_id", "parcel_id"]])
    links["margin"] = np.minimum(links["margin"].astype(float), _MOST)
    project.computed.write_links(links, inputs)
    return project.computed.links()


def current_parcels(project: Project, parcel_ids: Iterable[str] | None = None) -> gpd.GeoDataFrame:
    """The parcels with what linked register rows add: names where missing, status of the newest survey.

    Columns as of `Imported.parcels`, and ``status_source``: the register row that the status comes
    from, or empty where it is the parcel's own. Links of low confidence add nothing. All parcels, or
    those of `parcel_ids`.
    """
    parcels = project.imported.parcels(parcel_ids)
    parcels["status_source"] = ""
    links = project.computed.links()
    links = links[links["parcel_id"].notna() & links["confidence"].isin(_TRUSTED)]
    if links.empty:
        return parcels
    register = pd.DataFrame(project.imported.register().drop(columns="geometry"))
    rows = links[["register_id", "parcel_id"]].merge(register, on="register_id")
    status = newest_status(rows).set_index("parcel_id")
    said = rows.set_index("register_id").loc[status["register_id"], list(_FILLED)].set_index(status.index)
    place = parcels["parcel_id"]
    for column in _FILLED:
        parcels[column] = parcels[column].where(parcels[column].notna(), place.map(said[column]))
    own, theirs = parcels["survey_date"].fillna(""), place.map(status["survey_date"]).fillna("")
    known = place.isin(status.index)
    bare = parcels[list(STATUS_COLUMNS)].isna().all(axis=1)
    newer = known & (bare | (theirs > own))
    for column in STATUS_COLUMNS:
        parcels[column] = parcels[column].where(~newer, place.map(status[column]))
    parcels.loc[newer, "status_source"] = place[newer].map(status["register_id"])
    parcels["years_abandoned"] = parcels["years_abandoned"].astype(float)
    return parcels
