"""What the trials teach, as rows that a person may lay over the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd

from kanpo.evidence._reestimate import Posterior, learn, prior_of, refuse_few
from kanpo.files import check_targets, make_folder
from kanpo.herbs import Herb, Requirement
from kanpo.schema import FACTORS
from kanpo.sites import Factors
from kanpo.store import OwnCatalogue
from kanpo.tables import write_csv

#: A row is proposed where a bound, class or the weight has moved by at least so many prior sds.
LEAST_MOVE = 0.05
#: Fewer parcels than this teach nothing about requirements.
LEAST_TO_LEARN = 4
#: The source that proposed rows name.
SOURCE = "trials"

_HEADERS = (
    "herb_id",
    "factor",
    "kind",
    "a",
    "b",
    "c",
    "d",
    "classes",
    "weight",
    "knock_out",
    "source",
    "confidence",
    "note",
)
_SOURCE_HEADERS = ("source_id", "title", "publisher", "year", "used_for", "seen")


def learn_from_trials(
    values: pd.DataFrame,
    factors: Factors,
    requirements: Sequence[Requirement],
    *,
    herb_id: str,
    trait: str,
    weights: Mapping[str, float] | None = None,
    strength: float = 1.0,
    least: int = LEAST_TO_LEARN,
    level: tuple[float, float] | None = None,
) -> Posterior:
    """Estimate the requirements of a herb anew from the plots of its trials; see `learn`.

    Plots are averaged by parcel and year. Values of 0 (a crop that failed) count as a twentieth of the
    least positive one, for their logarithm.

    Parameters
    ----------
    values : DataFrame
        Rows of `plot_values` of the herb; `parcel_id` are today's parcels.
    factors : Factors
        Of those parcels at least.
    least : int
        So many parcels are needed; 0 gives the prior where there are none.
    level : (float, float), optional
        What the trait is where everything fits, see `learn`.

    Raises
    ------
    InputUnusable
        Fewer than `least` parcels have a value.
    """
    prior = prior_of(requirements, weights, strength)
    chosen = values[(values["trait"] == trait) & values["parcel_id"].isin(factors.parcel_ids)]
    cells = chosen.groupby(["parcel_id", "year"], as_index=False)["value"].mean()
    positive = cells.loc[cells["value"] > 0, "value"]
    known = cells[cells["value"] >= 0] if len(positive) else cells.head(0)
    if len(known):
        columns = factors.subset(list(known["parcel_id"])).columns()
        usable = np.isfinite(prior.response.log_yield(columns, prior.z))
        columns = {key: column[usable] for key, column in columns.items()}
        known = known[usable]
    refuse_few(known["parcel_id"].nunique(), least, herb_id)
    if known.empty:
        return prior
    yields = np.maximum(known["value"].to_numpy(dtype=float), positive.min() / 20)
    return learn(prior, columns, yields, list(known["year"]), level)


def proposed_rows(posterior: Posterior) -> tuple[Requirement, ...]:
    """The requirements that have moved noticeably, as they would be."""
    moved = posterior.response.moved(posterior.z)
    parameters = posterior.response.parameters
    noticed = {
        parameter.factor
        for parameter, z in zip(parameters, posterior.z, strict=True)
        if abs(z) >= LEAST_MOVE and parameter.role != "slope"
    }
    return tuple(row for row in moved if row.factor in noticed)


def write_proposal(
    folder: Path,
    rows: Sequence[Requirement],
    posterior: Posterior,
    *,
    herb_id: str,
    trait: str,
    own: OwnCatalogue | None = None,
) -> int:
    """Write a folder that ``kanpo herbs use`` takes: ``requirements.csv`` and ``sources.csv``.

    Own herbs, and own rows that the project has already for other herbs and factors, are written along,
    since using a folder puts it in place of what was used before. Nothing is used by writing.

    Returns
    -------
    int
        Rows written, those taken along included.
    """
    note = f"{posterior.n} parcel means of {trait}, error sd {posterior.error_sd:.2f}"
    lines = [_line(row, herb_id, note) for row in rows]
    replaced = {(herb_id, row.factor) for row in rows}
    kept = [row for row in (own.rows if own else ()) if (row["herb_id"], row["factor"]) not in replaced]
    lines += [[_plain(row.get(key, "")) for key in _HEADERS] for row in kept]
    names = ["requirements.csv", "sources.csv", *(["herbs.csv"] if own is not None and own.herbs else [])]
    check_targets(folder / name for name in names)
    make_folder(folder)
    write_csv(folder / "requirements.csv", _HEADERS, lines)
    source = [SOURCE, f"試験からの再推定 ({herb_id})", "kanpo evidence reestimate", "", "requirements", ""]
    others = [row for row in (own.sources if own else ()) if row.get("source_id") != SOURCE]
    listed = [source, *([row.get(key, "") for key in _SOURCE_HEADERS] for row in others)]
    write_csv(folder / "sources.csv", _SOURCE_HEADERS, listed)
    if own is not None and own.herbs:
        headers = [field.name for field in fields(Herb)]
        herbs = [[_plain(row.get(key, "")) for key in headers] for row in own.herbs]
        write_csv(folder / "herbs.csv", headers, herbs)
    return len(lines)


def _plain(cell: str) -> object:
    """A number as a number: a text that begins with a minus would get an apostrophe in the file."""
    try:
        number = float(cell)
    except ValueError:
        return cell
    return int(number) if number.is_integer() else number


def _line(row: Requirement, herb_id: str, note: str) -> list[object]:
    cells: list[object] = ["", "", "", ""]
    classes = ""
    if row.kind == "trapezoid":
        cells = ["" if corner is None else float(corner) for corner in row.corners]
    elif row.bell is not None:
        cells = [float(row.bell[0]), float(row.bell[1]), "", ""]
    elif row.points:
        classes = ";".join(f"{x:g}={y:g}" for x, y in row.points)
    else:
        classes = ";".join(f"{key}={row.classes[key]:g}" for key in FACTORS[row.factor].classes)
    about = [SOURCE, row.confidence or "low", note]
    return [
        herb_id,
        row.factor,
        row.kind,
        *cells,
        classes,
        float(f"{row.weight:.3g}"),
        int(row.knock_out),
        *about,
    ]
