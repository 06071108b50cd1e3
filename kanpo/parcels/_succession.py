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
from kanpo.parcels._lineage_tree import ancestors, successor_of
from kanpo.parcels._links import PIN_PREFIX
from kanpo.schema import PARCELS, RECORD_KINDS
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
    years = before["source_year"].astype(float)
    same_place = before["municipality_code"].isin(new["municipality_code"])
    old, later = before[(years < year) & same_place], before[(years > year) & same_place]
    if len(later):
        return _precede(project, new, later[years[later.index] == years[later.index].min()], batch)
    missed = _missed(project, new, year)
    if old.empty and missed.empty:
        return None
    lineage = link_years(gpd.GeoDataFrame(pd.concat([old, missed], ignore_index=True), crs=new.crs), new)
    still_gone = lineage.old_fates[lineage.old_fates == "gone"].index
    links, problems = lineage.links, []
    links = links[~((links["kind"] == "gone") & links["old_id"].isin(missed["parcel_id"]))]
    gone = still_gone[still_gone.isin(old["parcel_id"])]
    if len(gone) > _MOST_GONE * len(old):
        links = links[~((links["kind"] == "gone") & links["old_id"].isin(gone))]
        old = old[~old["parcel_id"].isin(gone)]
        problems.append(_partial(batch, len(gone)))
    retired = set(old["parcel_id"]) - set(new["parcel_id"])
    found_again = set(missed["parcel_id"]) - set(still_gone)
    project.imported.retire(old, retired, links, found_again)
    return Succession(lineage, tuple(problems))


def _precede(project: Project, old: gpd.GeoDataFrame, later: gpd.GeoDataFrame, batch: Batch) -> Succession:
    """An older year that was read after a newer one takes its place behind it."""
    lineage = link_years(old.reset_index(drop=True), later.reset_index(drop=True))
    gone = lineage.old_fates[lineage.old_fates == "gone"].index
    links, problems = lineage.links, [_older(batch)]
    links = links[links["kind"] != "new"]
    if len(gone) > _MOST_GONE * len(old):
        links = links[~((links["kind"] == "gone") & links["old_id"].isin(gone))]
        old = old[~old["parcel_id"].isin(gone)]
        problems.append(_partial(batch, len(gone)))
    project.imported.retire(old, set(old["parcel_id"]) - set(later["parcel_id"]), links)
    return Succession(lineage, tuple(problems))


def _older(batch: Batch) -> Problem:
    return Problem(
        "lineage.older",
        Text(
            "取込済みのデータより前の年の筆です。今の筆は新しい年のままにし、前の年の筆として系譜につなぎました",
            "these are of an earlier year than what is there; they are kept as former parcels and linked",
        ),
        Text("直す必要はありません", "nothing to do"),
        Place(batch.file_name),
        Severity.WARNING,
    )


def _missed(project: Project, new: gpd.GeoDataFrame, year: int) -> gpd.GeoDataFrame:
    """Parcels that an earlier file of this year left without a successor.

    That file may have been read without the rows that it sent back; mended, they are their
    successors.
    """
    links = project.imported.lineage()
    gone = links.loc[(links["kind"] == "gone") & (links["new_year"] == year), "old_id"]
    former = project.imported.former_parcels()
    if gone.empty:
        return former.iloc[:0]
    last = former[former["parcel_id"].isin(gone)].drop_duplicates("parcel_id", keep="last")
    return last[last["municipality_code"].isin(new["municipality_code"])]


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


def whole_lineage(project: Project) -> pd.DataFrame:
    """The lineage of the project's parcels; a register pin that has an outline today leads to it.

    Columns as of `Imported.lineage`.
    """
    lineage = project.imported.lineage()
    links = project.computed.links()
    links = links[links["parcel_id"].notna()]
    if links.empty:
        return lineage
    # Links lead to parcels of today, so they are walked after those of all years.
    years = lineage["new_year"].dropna()
    latest = int(years.max()) if len(years) else 0
    outlined = pd.DataFrame(
        {
            "old_id": PIN_PREFIX + links["register_id"],
            "new_id": links["parcel_id"],
            "kind": "same",
            "share_old": 1.0,
            "share_new": 1.0,
            "by": "register",
            "confidence": links["probability"].astype(float),
            "old_year": latest,
            "new_year": latest,
        }
    ).reindex(columns=lineage.columns)
    return outlined if lineage.empty else pd.concat([lineage, outlined], ignore_index=True)


def carried_over(records: pd.DataFrame, project: Project) -> pd.DataFrame:
    """Records by the parcels on which they count today.

    A record on a parcel of an earlier year counts for every current parcel that has at least a
    quarter of it. Records whose land has no parcel any more are left out here; they stay in the
    journal.
    """
    lineage = whole_lineage(project)
    if lineage.empty or records.empty:
        return records
    reached = successor_of(lineage, records["parcel_id"].dropna().unique())
    reached = reached[~reached["kind"].isin(["gone"]) & (reached["share"] >= _CARRIED_SHARE)]
    carried = records.merge(reached[["old_id", "current_id"]], left_on="parcel_id", right_on="old_id")
    return carried.assign(parcel_id=carried["current_id"]).drop(columns=["old_id", "current_id"])


def records_of(project: Project, parcel_id: str) -> pd.DataFrame:
    """All standing records on the land of a parcel, also those under ids of earlier years.

    Returns
    -------
    DataFrame
        kind, record_id, parcel_id (as recorded), happened_at, actor; the oldest first.
    """
    ids = [parcel_id, *ancestors(whole_lineage(project), parcel_id)["parcel_id"]]
    columns = ["kind", "record_id", "parcel_id", "happened_at", "actor"]
    found = []
    for kind, table in RECORD_KINDS.items():
        if "parcel_id" in table.keys:
            records = project.journal.read(kind)
            chosen = pd.DataFrame(records[records["parcel_id"].isin(ids)])
            found.append(chosen.assign(kind=kind).reindex(columns=columns))
    rows = [frame for frame in found if len(frame)]
    if not rows:
        return pd.DataFrame(columns=columns)
    return pd.concat(rows, ignore_index=True).sort_values("happened_at", kind="stable", ignore_index=True)


def _refuse_deleted_beside(project: Project, parcel_id: str) -> None:
    """Say the ways on where a parcel is missing only because another program deleted it."""
    edits = project.edited.edits((PARCELS.name,))
    if any(edit.what == "removed" and edit.title == parcel_id for edit in edits):
        raise UsageError(
            "parcel.deleted-beside",
            Text("この筆は kanpo の外で消されています", "this parcel was deleted beside kanpo"),
            Text(
                "戻すなら kanpo edits undo、過去の筆にするなら kanpo edits accept --reason 理由",
                "to bring it back: kanpo edits undo; to keep it as a former one: kanpo edits accept --reason WHY",
            ),
            Place(column="parcel_id", value=parcel_id),
        ) from None


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
        lineage = whole_lineage(project)
        reached = successor_of(lineage, [words.strip()]) if len(lineage) else lineage
        today = [] if reached.empty else reached.loc[reached["kind"] != "unknown", "current_id"].tolist()
        if not today:
            _refuse_deleted_beside(project, words.strip())
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
