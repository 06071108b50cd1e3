"""The map of a project: what it may show to an audience, gathered from the project file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from kanpo.blocks import form_blocks
from kanpo.crs import STORED_EPSG
from kanpo.errors import UsageError
from kanpo.files import check_target, make_folder
from kanpo.herbs import Catalogue
from kanpo.locale import Text, language
from kanpo.maps._background import background_lines
from kanpo.maps._content import MapContent, SourceOnMap
from kanpo.maps._costs import cost_labels, costs_on_map, visible_factors
from kanpo.maps._herbs import expectations_of, herbs_on_map
from kanpo.maps._write import MapReport, write_map
from kanpo.maps._years import years_of
from kanpo.parcels import carried_over, current_parcels
from kanpo.schema import PARCELS, RECORD_KINDS, VOCABULARIES, Audience, Field
from kanpo.sites import Factors, compute_factors, stored_factors
from kanpo.store import Project
from kanpo.suitability import (
    FLOOR,
    ScoreSettings,
    refuse_empty,
    score_as_stored,
    score_settings,
)
from kanpo.trials import harvests_with_yield

#: Parcels so far apart lie in one block, as `kanpo blocks` has it where nothing else is said, metres.
_BLOCK_GAP_M = 10.0

_YIELDS = {
    "yield_dry_kg_per_10a": Text("乾燥収量(kg/10a)", "dry yield (kg/10a)"),
    "yield_fresh_kg_per_10a": Text("生収量(kg/10a)", "fresh yield (kg/10a)"),
}


def map_project(
    project: Project,
    catalogue: Catalogue,
    path: Path,
    *,
    audience: Audience = Audience.PUBLIC,
    first_herb: str | None = None,
    title: str = "",
    note: str = "",
    tiles: str | None = None,
    logo: bytes | None = None,
    best: int | None = None,
    background: bool = True,
    among: Collection[str] | None = None,
) -> tuple[MapReport, bool]:
    """Write the map of a project, with the columns that the audience may see.

    Site factors that were never computed, or are stale, are computed first.

    Returns
    -------
    (MapReport, bool)
        The file, and whether the factors had to be computed.

    Raises
    ------
    InputUnusable
        The project has no parcels.
    """
    refuse_empty(project)
    # Before anything is computed: a map that cannot be written changes nothing.
    check_target(path)
    make_folder(path.parent)
    _, changed = stored_factors(project)
    stale = bool(changed) or project.computed.stamp("factors") is None
    if stale:
        compute_factors(project)
    content = project_content(
        project,
        catalogue,
        audience,
        first_herb=first_herb,
        title=title,
        note=note,
        logo=logo,
        best=best,
        background=background,
        among=among,
    )
    return write_map(content, path, tiles=tiles), stale


def project_content(
    project: Project,
    catalogue: Catalogue,
    audience: Audience,
    *,
    first_herb: str | None = None,
    title: str = "",
    note: str = "",
    logo: bytes | None = None,
    best: int | None = None,
    background: bool = True,
    among: Collection[str] | None = None,
) -> MapContent:
    """Everything that the map of a project carries for an audience.

    With `best`, only that many parcels: those that rank first for `first_herb` (or the first herb).
    With `among`, only these parcels, the best of them by their rank among all. With `background`, lines of
    the project's boundaries and layers too.
    """
    visible = PARCELS.visible_to(audience)
    registered = current_parcels(project)
    parcels = registered[[*(field.key for field in visible), "geometry"]]
    computed, changed = stored_factors(project)
    factors = visible_factors(computed, audience)
    whole = len(parcels)
    parcels = parcels if among is None else _among(parcels, among)
    blocks = _blocks(parcels)
    parcels, said = _choose(project, catalogue, parcels, computed, first_herb, best, whole)
    note = " ".join(str(part) for part in (note, said) if part)
    settings = score_settings(project)
    labels = {field.key: field.header for field in visible} | _plot_labels()
    ids = parcels["parcel_id"]
    expected = expectations_of(catalogue, settings, computed)
    costs = costs_on_map(project, catalogue, registered, ids, factors, expected, audience, first_herb)
    return MapContent(
        **_head(project, title, audience),
        note=note,
        logo=logo,
        parcels=parcels,
        factors=factors.values,
        factor_sources=factors.sources,
        excluded_by=_excluded(factors),
        land_types=factors.land_types,
        herbs=herbs_on_map(catalogue, expected, settings.weights_for(catalogue) or {}),
        works=catalogue.works,
        labels=labels,
        value_labels=_value_labels(visible),
        **_found(project, catalogue, audience),
        blocks=blocks,
        background=background_lines(project, parcels) if background else None,
        block_gap_m=_BLOCK_GAP_M,
        costs=costs,
        cost_labels=cost_labels(catalogue, costs),
        years=years_of(project),
        whole=whole,
        layers_sources=_sources(project, catalogue),
        **_rules(settings),
        stale=bool(changed),
        first_herb=first_herb,
    )


def _head(project: Project, title: str, audience: Audience) -> dict[str, Any]:
    """What stands in the head of the page."""
    stamp = project.computed.stamp("factors")
    return {
        "title": title or Text("薬用作物の適地", "Suitability for crude-drug herbs"),
        "made_at": _moment(stamp.computed_at) if stamp else "",
        "audience": audience.label,
        "seal": str(project.journal.seal()),
        "language": language(),
    }


def _rules(settings: ScoreSettings) -> dict[str, Any]:
    """By what memberships become scores and classes."""
    bounds = settings.bounds
    return {"bounds": (bounds.s1, bounds.s2, bounds.s3), "floor": FLOOR, "aggregation": settings.method}


def _found(project: Project, catalogue: Catalogue, audience: Audience) -> dict[str, Any]:
    """Trials and visits for a `MapContent`; they are not for the public."""
    public = audience is Audience.PUBLIC
    return {
        "plots": None if public else trial_plots(project, catalogue),
        "results": tuple(_YIELDS),
        "visits": None if public else _visits(project),
    }


def _choose(
    project: Project,
    catalogue: Catalogue,
    parcels: gpd.GeoDataFrame,
    factors: Factors,
    herb: str | None,
    best: int | None,
    whole: int,
) -> tuple[gpd.GeoDataFrame, Text | None]:
    """The parcels that the map carries, and what is said where they are not the whole."""
    if best is not None and best < len(parcels):
        said = _chosen(best, len(parcels))
        return _best(project, catalogue, parcels, factors, herb, best), said
    return parcels, _some(len(parcels), whole) if len(parcels) < whole else None


def _value_labels(fields: Sequence[Field]) -> dict[str, dict[str, Text]]:
    """Labels of the codes of the columns that have a vocabulary."""
    return {field.key: dict(VOCABULARIES[field.vocabulary].labels) for field in fields if field.vocabulary}


def _excluded(factors: Factors) -> dict[str, str]:
    """The layers that exclude a parcel, for each that any excludes."""
    ids = factors.parcel_ids
    return {
        parcel_id: why for parcel_id, why in zip(ids, factors.exclusions.reasons(ids), strict=True) if why
    }


def _best(
    project: Project,
    catalogue: Catalogue,
    parcels: gpd.GeoDataFrame,
    factors: Factors,
    herb: str | None,
    count: int,
) -> gpd.GeoDataFrame:
    herb = herb or next(iter(catalogue.herbs))
    ranked = score_as_stored(project, factors, catalogue, [herb]).frame(herb)
    ranked = ranked[ranked["parcel_id"].isin(parcels["parcel_id"])].sort_values("rank", kind="stable")
    return parcels[parcels["parcel_id"].isin(ranked["parcel_id"].iloc[:count])]


def _chosen(count: int, whole: int) -> Text:
    return Text(
        f"全 {whole:,} 筆のうち上位 {count:,} 筆だけを載せています。",
        f"Only the best {count:,} of {whole:,} parcels are shown.",
    )


def _among(parcels: gpd.GeoDataFrame, wanted: Collection[str]) -> gpd.GeoDataFrame:
    """The parcels that are wanted; a map of none is no map."""
    some = parcels[parcels["parcel_id"].isin(wanted)]
    if some.empty:
        raise UsageError(
            "map.no-parcels",
            Text("条件に合う筆がありません", "no parcel meets the conditions"),
            Text(
                "条件を緩めてください(kanpo parcels list で確かめられます)",
                "loosen them (see kanpo parcels list)",
            ),
        )
    return some


def _some(count: int, whole: int) -> Text:
    return Text(
        f"全 {whole:,} 筆のうち、条件に合う {count:,} 筆だけを載せています。",
        f"Only {count:,} of {whole:,} parcels, those that were asked for, are shown.",
    )


def _blocks(parcels: gpd.GeoDataFrame) -> pd.Series[Any]:
    formed = form_blocks(parcels, gap_m=_BLOCK_GAP_M)
    return pd.Series(formed.block_of, index=formed.parcel_ids)


def _visits(project: Project) -> pd.DataFrame:
    """The days of site visits, on the parcels that lie there today."""
    visits = carried_over(project.journal.read("visit"), project)
    days = visits.assign(date=visits["happened_at"].astype(str).str[:10])[["parcel_id", "date"]]
    return pd.DataFrame(days)


def _moment(computed_at: str) -> str:
    """A stored moment (UTC) on the clock of this computer, to the minute."""
    return datetime.fromisoformat(computed_at.replace("Z", "+00:00")).astimezone().strftime("%Y-%m-%d %H:%M")


def _plot_labels() -> dict[str, Text]:
    fields = RECORD_KINDS["plot"].visible_to(Audience.PARTNER)
    return {field.key: field.header for field in fields if field.key == "replicate"} | _YIELDS


def trial_plots(project: Project, catalogue: Catalogue) -> gpd.GeoDataFrame | None:
    """Plots, their parcel, treatment, herb and yields."""
    plots = project.journal.read("plot")
    if plots.empty:
        return None
    trials = project.journal.read("trial").drop_duplicates("trial_code", keep="last").set_index("trial_code")
    names = {herb_id: str(herb.label) for herb_id, herb in catalogue.herbs.items()}
    yields = harvests_with_yield(project.journal.read("harvest"), plots)
    means = (
        yields.groupby(["trial_code", "plot_code"], as_index=False)[list(_YIELDS)].sum(min_count=1).round(1)
    )
    frame = plots[["trial_code", "plot_code", "treatment", "replicate", "geometry"]]
    frame = frame.merge(means, on=["trial_code", "plot_code"], how="left")
    frame["herb"] = frame["trial_code"].map(trials["herb_id"]).map(names)
    lies = carried_over(trials.reset_index(), project).drop_duplicates("trial_code").set_index("trial_code")
    frame["parcel_id"] = frame["trial_code"].map(lies["parcel_id"])
    return gpd.GeoDataFrame(pd.DataFrame(frame), geometry="geometry", crs=STORED_EPSG)


def _sources(project: Project, catalogue: Catalogue) -> tuple[SourceOnMap, ...]:
    batches = project.imported.batches()
    parcels = tuple(
        SourceOnMap(
            Text(f"筆: {row.file_name}", f"parcels: {row.file_name}"),
            row.source,
            "",
            str(row.imported_at)[:10],
        )
        for row in batches[batches["batch_kind"] == "parcels"].itertuples()
    )
    layers = tuple(
        SourceOnMap(layer.title or layer.layer_id, layer.source, layer.licence, layer.date)
        for layer in project.imported.layer_table().itertuples()
    )
    herbs = SourceOnMap(
        Text("生薬の要求条件", "requirements of herbs"), f"kanpo {catalogue.digest[:12]}", "Apache-2.0"
    )
    own = (
        (
            SourceOnMap(
                Text("生薬の要求条件(自分の行)", "requirements of herbs (own rows)"),
                catalogue.own[0].file,
                "",
                "",
            ),
        )
        if catalogue.own
        else ()
    )
    panel = score_settings(project).panel
    stamp = project.computed.stamp("scores")
    if panel is None or stamp is None:
        return (*parcels, *layers, herbs, *own)
    weights = SourceOnMap(
        Text("重み(専門家の一対比較)", "weights (expert panel)"), panel.text(), "", stamp.computed_at[:10]
    )
    return (*parcels, *layers, herbs, *own, weights)
