"""Layers and factors of a project."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kanpo.locale import Text
from kanpo.parcels import attribute_factors, carried_over, current_parcels, refresh_links
from kanpo.sites._factors import Factors
from kanpo.sites._inspect import inspect_layer
from kanpo.sites._layer import Layer
from kanpo.sites._resolve import site_factors
from kanpo.store import INPUT_LABELS, Project, StoredLayer, sha256_of


def add_layer(
    project: Project,
    path: Path,
    *,
    layer_id: str | None = None,
    title: str = "",
    kind: str | None = None,
    columns: Mapping[str, str] | None = None,
    source: str = "",
    licence: str = "",
    date: str = "",
    keep: bool = True,
) -> Layer:
    """Inspect a file (see `inspect_layer`) and keep it in the project as a layer.

    Parameters
    ----------
    keep : bool
        False only inspects.
    """
    layer = inspect_layer(
        path,
        layer_id=layer_id,
        title=title,
        kind=kind,
        columns=columns,
        source=source,
        licence=licence,
        date=date,
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
        )
        for stored in project.imported.layers()
    ]


def compute_factors(project: Project, *, keep: bool = True) -> Factors:
    """The factors of all parcels of a project, stored with the hashes of what they came from.

    Factors that are stored and still follow from what the project holds are read back instead.
    """
    inputs = project.inputs()
    stamp = project.computed.stamp("factors")
    if stamp is not None and not stamp.changed(inputs):
        return Factors(*project.computed.factors())
    if keep:
        refresh_links(project)
    parcels = current_parcels(project)
    factors = site_factors(
        parcels,
        project_layers(project),
        attribute_factors(parcels),
        carried_over(project.journal.read("visit"), project),
    )
    if keep:
        project.computed.write_factors(factors.values, factors.sources, factors.coverage, inputs)
    return factors


def stored_factors(project: Project) -> tuple[Factors, tuple[Text, ...]]:
    """The factors as they were last computed, and what has changed since (in words)."""
    stamp = project.computed.stamp("factors")
    changed = stamp.changed(project.inputs()) if stamp else ()
    return Factors(*project.computed.factors()), tuple(INPUT_LABELS[key] for key in changed)
