"""All years of surveys: what was said of each lot when, what was newly abandoned, what restored."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kanpo.errors import Place, UsageError
from kanpo.locale import Text
from kanpo.parcels._joined import TRUSTED, current_parcels
from kanpo.parcels._lineage_tree import ancestors
from kanpo.parcels._succession import whole_lineage
from kanpo.parcels._surveyed import CLASSES
from kanpo.store import Project, settle

#: What became of a lot between two years.
CHANGES: dict[str, Text] = {
    "new": Text("新たに遊休・荒廃", "newly abandoned"),
    "restored": Text("解消", "restored"),
    "class": Text("区分が変わった", "another class"),
    "same": Text("変わらない", "unchanged"),
}
#: Counted of every year.
COUNTED = ("surveyed", "idle_1", "idle_2", "devastated_a", "devastated_b", "none", "new", "restored")
_IN_APRIL = 4


def fiscal_year(days: pd.Series) -> pd.Series:
    """The fiscal year (年度, from April) of days (n,), ISO 8601."""
    dates = pd.to_datetime(days, format="ISO8601", errors="coerce")
    return (dates.dt.year - (dates.dt.month < _IN_APRIL)).astype("Int64")


def statements_on(project: Project, parcel_id: str) -> pd.DataFrame:
    """Everything that registers and surveys said of a parcel's land, under any id, the oldest first.

    Returns
    -------
    DataFrame
        as_of, as_of_basis, file_name, actor, lot_id, idle_class, devastation_class, years_abandoned,
        denied, land_type, registered_area_m2.
    """
    ids = {parcel_id, *ancestors(whole_lineage(project), parcel_id)["parcel_id"]}
    links = _links(project)
    rows = set(links.index[links.isin(ids)]) | ids | {one.removeprefix("pin-") for one in ids}
    said = project.imported.statements(rows, places=False)
    batches = project.imported.batches().set_index("batch_id")
    for key in ("file_name", "actor"):
        said[key] = said["batch_id"].map(batches[key])
    keys = ["as_of", "as_of_basis", "file_name", "actor", "lot_id", *CLASSES, "years_abandoned", "denied"]
    said = said.sort_values(["as_of"], kind="stable", ignore_index=True)
    found = said[[*keys, "land_type", "registered_area_m2"]].astype(object)
    return found.where(found.notna(), None)


def yearly_states(project: Project) -> pd.DataFrame:
    """The state of every lot in every fiscal year in which a survey speaks of it.

    Statements of which the day is only assumed belong to no year and are left out.

    Returns
    -------
    DataFrame
        lot (the parcel that it belongs to, else the register row), settlement, lot_number, year,
        idle_class, devastation_class, and `idle`: whether it is idle or devastated. A year that says
        neither a class nor that there is none is left out.
    """
    said = project.imported.statements(places=False)
    said = said[said["as_of_basis"] != "assumed"].reset_index(drop=True)
    columns = ["lot", "settlement", "lot_number", "year", *CLASSES, "idle"]
    if said.empty:
        return pd.DataFrame(columns=columns)
    lots = said["lot_id"].map(_links(project)).fillna(said["lot_id"])
    years = fiscal_year(said["as_of"]).astype(str)
    stands = settle(said.assign(lot=(years + "\t" + lots).astype(object)))
    spoken = stands[list(CLASSES)].notna().any(axis=1).to_numpy()
    denied = said["denied"].notna().groupby((years + "\t" + lots).to_numpy()).any()
    stands = stands[spoken | denied.reindex(stands.index).to_numpy(dtype=bool)]
    parts = stands.index.str.split("\t", n=1).str
    found = pd.DataFrame({"lot": parts[1], "year": parts[0].astype(int)}, index=stands.index)
    found[list(CLASSES)] = stands[list(CLASSES)]
    found["idle"] = stands[list(CLASSES)].notna().any(axis=1)
    parcels = current_parcels(project).set_index("parcel_id")
    for key in ("settlement", "lot_number"):
        found[key] = found["lot"].map(parcels[key])
        found[key] = found[key].where(found[key].notna(), stands[key])
    found = found[columns].reset_index(drop=True)
    return found.sort_values(["lot", "year"], kind="stable", ignore_index=True)


def changes_between(states: pd.DataFrame, first: int, second: int) -> pd.DataFrame:
    """What became of lots that were surveyed in both of two fiscal years.

    Returns
    -------
    DataFrame
        lot, settlement, lot_number, before, after (classes as words), change (a key of `CHANGES`). What
        only one of the years speaks of cannot be compared and is left out.

    Raises
    ------
    UsageError
        No survey is of one of the years.
    """
    known = sorted(states["year"].unique())
    for year in (first, second):
        if year not in known:
            raise UsageError(
                "history.year",
                Text(f"{year} 年度の調査はありません", f"there is no survey of {year}"),
                Text(
                    f"ある年度: {'、'.join(map(str, known)) or 'なし'}",
                    f"there are: {', '.join(map(str, known)) or 'none'}",
                ),
                Place(value=year),
            )
    before, after = (states[states["year"] == year].set_index("lot") for year in (first, second))
    both = after[after.index.isin(before.index)]
    before = before.loc[both.index]
    words = [_words(one) for one in (before, both)]
    change = np.select(
        [
            (~before["idle"] & both["idle"]).to_numpy(dtype=bool),
            (before["idle"] & ~both["idle"]).to_numpy(dtype=bool),
            words[0].to_numpy() != words[1].to_numpy(),
        ],
        ["new", "restored", "class"],
        "same",
    )
    found = both[["settlement", "lot_number"]].assign(before=words[0], after=words[1], change=change)
    return found.rename_axis("lot").reset_index()


def counts_by_year(states: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """How many lots were surveyed and idle in each fiscal year, and what changed since the survey before.

    Parameters
    ----------
    by : str, optional
        ``settlement``: counts for each 大字.

    Returns
    -------
    DataFrame
        year, the settlement where asked, and the columns of `COUNTED`: new and restored are against the
        survey before of the same lot.
    """
    states = states.sort_values(["lot", "year"], kind="stable")
    before = states.groupby("lot")["idle"].shift()
    known, idle = before.notna(), states["idle"].astype(bool)
    was = before.eq(True)
    flags = pd.DataFrame(
        {
            "year": states["year"],
            "settlement": states["settlement"].fillna(""),
            "surveyed": 1,
            "idle_1": states["idle_class"] == "1",
            "idle_2": states["idle_class"] == "2",
            "devastated_a": states["devastation_class"] == "A",
            "devastated_b": states["devastation_class"] == "B",
            "none": ~idle,
            "new": known & ~was & idle,
            "restored": known & was & ~idle,
        }
    )
    keys = ["year", *([by] if by else [])]
    return flags.groupby(keys, as_index=False)[list(COUNTED)].sum().astype(dict.fromkeys(COUNTED, int))


def _words(states: pd.DataFrame) -> pd.Series:
    """The classes of lots in a word each: 1号, A分類; なし where there is none."""
    idle = states["idle_class"].map(lambda key: f"{key}号" if key else "")
    devastated = states["devastation_class"].map(lambda key: f"{key}分類" if key else "")
    return (idle + " " + devastated).str.strip().replace("", "なし")


def _links(project: Project) -> pd.Series:
    """Register row to the parcel that it belongs to, and ids of parcels of earlier years to those of today."""
    links = project.computed.links()
    links = links[links["parcel_id"].notna() & links["confidence"].isin(TRUSTED)]
    return pd.Series(links["parcel_id"].to_numpy(dtype=object), index=links["register_id"], dtype=object)
