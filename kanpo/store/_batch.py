"""One import, and what its rows say as dated statements."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from kanpo.store._statements import ASSUMED, STATUS


@dataclass(frozen=True, slots=True)
class Batch:
    """One import: the file, what was recognised in it, and the counts.

    read = stored + updated + unchanged + repeated + rejected; `repaired` counts among the first three.
    `mapping` is the column mapping that the user gave (JSON), to be used again for files with those
    columns. `as_of` is the day that the file speaks of, `as_of_basis` who says so. `held` counts, among
    the others, lots of which something newer stands.
    """

    file_name: str
    sha256: str
    batch_kind: str = "parcels"
    source: str = ""
    source_crs: str = ""
    mapping: str = ""
    as_of: str = ""
    as_of_basis: str = ASSUMED
    read: int = 0
    stored: int = 0
    updated: int = 0
    unchanged: int = 0
    repeated: int = 0
    repaired: int = 0
    rejected: int = 0
    batch_id: str = ""
    actor: str = ""
    imported_at: str = ""
    reason: str | None = None
    held: int = 0


def as_statements(rows: gpd.GeoDataFrame, batch: Batch, subject: str) -> gpd.GeoDataFrame:
    """Rows as dated statements: by their own survey, else by the day of the file."""
    own = rows["survey_date"].notna()
    return rows.assign(
        subject=subject,
        as_of=rows["survey_date"].where(own, batch.as_of),
        as_of_basis=np.where(own, "own", batch.as_of_basis),
        denied=rows.get("denied"),
    )


def said_of_parcels(parcels: gpd.GeoDataFrame, batch: Batch) -> gpd.GeoDataFrame:
    """What outlines bring of their status, as statements without a place of their own."""
    speaks = parcels[list(STATUS)].notna().any(axis=1)
    if "denied" in parcels:
        speaks |= parcels["denied"].notna()
    rows = parcels[speaks].rename(columns={"parcel_id": "lot_id"})
    # The outline and everything received stand with the parcel.
    rows = rows.set_geometry([None] * len(rows), crs=parcels.crs)
    return as_statements(rows.assign(attributes=None), batch, "parcel")
