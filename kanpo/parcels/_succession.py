"""A newer year takes the place of an older one, and what was recorded stays within reach."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from kanpo.errors import Place, Problem, Severity, UsageError
from kanpo.locale import Text
from kanpo.parcels._find import find_parcel
from kanpo.parcels._joined import current_parcels
from kanpo.parcels._lineage import Lineage, link_years
from kanpo.parcels._lineage_tree import successor_of
from kanpo.store import Batch, Project

#: Share of the older year that may be gone; more, and the newer file is taken to be only a part of
#: the municipality, so that what it does not cover stays.
_MOST_GONE = 0.10
#: Share of an old parcel that a current one must have for a visit to count for it.
_CARRIED_SHARE = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Succession:
    """What became of the parcels of the year before."""

    lineage: Lineage
    problems: tuple[Problem, ...]


def succeed(project: Project, before: gpd.GeoDataFrame, batch: Batch) -> Succession | None:
    """Link the parcels of an import with those of earlier years, and retire the latter.

    To be called within `Imported.store_parcels`.

    Parameters
    ----------
    before : GeoDataFrame
        All parcels as they were before the import.
    batch : Batch
        The import; its parcels are those that carry its id.

    Returns
    -------
    Succession or None
        None when there is no earlier year of the same municipality.
    """
    now = project.imported.parcels()
    new = now[(now["batch_id"] == batch.batch_id) & now["source_year"].notna()]
    if new.empty:
        return None
    year = int(new["source_year"].max())
    earlier = before["source_year"].notna() & (before["source_year"].astype(float) < year)
    old = before[earlier & before["municipality_code"].isin(new["municipality_code"])]
    if old.empty:
        return None
    lineage = link_years(old, new)
    gone = lineage.old_fates[lineage.old_fates == "gone"].index
    links, problems = lineage.links, []
    if len(gone) > _MOST_GONE * len(old):
        links = links[~((links["kind"] == "gone") & links["old_id"].isin(gone))]
        old = old[~old["parcel_id"].isin(gone)]
        problems.append(_partial(batch, len(gone)))
    retired = set(old["parcel_id"]) - set(new["parcel_id"])
    project.imported.retire(old, retired, links)
    return Succession(lineage, tuple(problems))


def _partial(batch: Batch, count: int) -> Problem:
    return Problem(
        "lineage.partial",
        Text(
            f"前の年の {count:,} 筆が新しいファイルの範囲にありません。一部だけのファイルとみて、そのまま残しました",
            f"{count:,} parcels of the year before are not covered; taken for a part of the municipality, they stay",
        ),
        Text(
            "市町村全体のファイルか確かめてください", "see whether the file is that of the whole municipality"
        ),
        Place(batch.file_name),
        Severity.WARNING,
    )


def carried_over(records: pd.DataFrame, project: Project) -> pd.DataFrame:
    """Records by the parcels on which they count today.

    A record on a parcel of an earlier year counts for every current parcel that has at least a
    quarter of it. Records whose land has no parcel any more are left out here; they stay in the
    journal.
    """
    lineage = project.imported.lineage()
    if lineage.empty or records.empty:
        return records
    reached = successor_of(lineage, records["parcel_id"].dropna().unique())
    reached = reached[~reached["kind"].isin(["gone"]) & (reached["share"] >= _CARRIED_SHARE)]
    carried = records.merge(reached[["old_id", "current_id"]], left_on="parcel_id", right_on="old_id")
    return carried.assign(parcel_id=carried["current_id"]).drop(columns=["old_id", "current_id"])


def find_current(project: Project, words: str) -> pd.Series:
    """The one parcel that somebody means (see `find_parcel`); an id of an earlier year is answered.

    Raises
    ------
    UsageError
        There is no such parcel, there are several, or the id is one of an earlier year: then the
        message names the parcels that have its land today.
    """
    try:
        return find_parcel(current_parcels(project), words)
    except UsageError:
        lineage = project.imported.lineage()
        reached = successor_of(lineage, [words.strip()]) if len(lineage) else lineage
        today = [] if reached.empty else reached.loc[reached["kind"] != "unknown", "current_id"].tolist()
        if not today:
            raise
        names = "、".join(today)
        raise UsageError(
            "parcel.former",
            Text("前の年の筆IDです", "is a parcel id of an earlier year"),
            Text(
                f"今の筆: {names}(系譜は kanpo parcels lineage)",
                f"today: {', '.join(today)} (see kanpo parcels lineage)",
            ),
            Place(column="parcel_id", value=words),
        ) from None
