"""Layers and factors of a project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from kanpo.locale import Text
from kanpo.parcels import attribute_factors, carried_over, current_parcels, refresh_links
from kanpo.sites._exclusions import Exclusions
from kanpo.sites._factors import Factors
from kanpo.sites._inspect import inspect_layer
from kanpo.sites._layer import USUAL, Layer, LayerSettings
from kanpo.sites._resolve import all_values, site_factors
from kanpo.store import INPUT_LABELS, Project, StoredLayer, sha256_of


def add_layer(
    project: Project,
    paths: Path | Sequence[Path],
    *,
    layer_id: str | None = None,
    title: str = "",
    kind: str | None = None,
    columns: Mapping[str, str] | None = None,
    source: str = "",
    licence: str = "",
    date: str = "",
    settings: LayerSettings = USUAL,
    keep: bool = True,
) -> Layer:
    """Inspect files (see `inspect_layer`) and keep them in the project as a layer.

    Parameters
    ----------
    keep : bool
        False only inspects.
    """
    layer = inspect_layer(
        paths,
        layer_id=layer_id,
        title=title,
        kind=kind,
        columns=columns,
        source=source,
        licence=licence,
        date=date,
        settings=settings,
    )
    if keep:
        project.imported.add_layer(
            StoredLayer(
                layer.layer_id,
                layer.title,
                layer.kind,
                layer.columns,
                layer.source,
                layer.licence,
                layer.date,
                sha256_of(layer.content),
                layer.file_name,
                layer.content,
                layer.settings.to_dict(),
                dict(layer.made_from),
            )
        )
    return layer


def project_layers(project: Project) -> list[Layer]:
    """The layers of a project with their files, in the order in which they were added."""
    return [
        Layer(
            stored.layer_id,
            stored.title,
            stored.layer_kind,  # type: ignore[arg-type]
            stored.columns,
            stored.content,
            stored.file_name,
            stored.source,
            stored.licence,
            stored.date,
            LayerSettings.from_dict(stored.settings),
            stored.made_from,
        )
        for stored in project.imported.layers()
    ]


def compute_factors(project: Project, *, keep: bool = True) -> Factors:
    """The factors of all parcels of a project, stored with the hashes of what they came from.

    Factors that are stored and still follow from what the project holds are read back instead.
    """
    inputs = project.inputs()
    stamp = project.computed.stamp("factors")
    if stamp is not None and not stamp.changed(inputs) and project.computed.intact("factors"):
        return _read_back(project)
    if keep:
        refresh_links(project)
    parcels = current_parcels(project)
    factors = site_factors(
        parcels,
        project_layers(project),
        attribute_factors(parcels),
        carried_over(project.journal.read("visit"), project),
    )
    factors = replace(factors, land_types=project.imported.land_types())
    if keep:
        project.computed.write_factors(
            factors.values,
            factors.sources,
            factors.coverage,
            inputs,
            exclusions=factors.exclusions.shares,
            parameters={
                "exclusions": factors.exclusions.to_parameters(),
                "reached": {layer_id: round(share, 4) for layer_id, share in factors.reached.items()},
            },
        )
    return factors


def stored_factors(project: Project) -> tuple[Factors, tuple[Text, ...]]:
    """The factors as they were last computed, and what has changed since (in words)."""
    stamp = project.computed.stamp("factors")
    changed = stamp.changed(project.inputs()) if stamp else ()
    return _read_back(project), tuple(INPUT_LABELS[key] for key in changed)


def _read_back(project: Project) -> Factors:
    stamp = project.computed.stamp("factors")
    parameters: Mapping[str, Any] = stamp.parameters if stamp else {}
    exclusions = Exclusions.stored(project.computed.exclusions(), parameters)
    land_types = project.imported.land_types()
    return Factors(*project.computed.factors(), exclusions, parameters.get("reached", {}), land_types)


def layers_reached(project: Project) -> dict[str, float]:
    """Share of the parcels of which each layer said something when the factors were last computed."""
    stamp = project.computed.stamp("factors")
    parameters: Mapping[str, Any] = stamp.parameters if stamp else {}
    return dict(parameters.get("reached", {}))


def values_of_parcel(project: Project, parcel_id: str) -> pd.DataFrame:
    """Everything that visits, attributes and layers say of a parcel now (see `all_values`)."""
    one = current_parcels(project, [parcel_id])
    visits = carried_over(project.journal.read("visit"), project)
    return all_values(one, project_layers(project), attribute_factors(one), visits)
