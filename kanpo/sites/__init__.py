"""Site factors of parcels: field visit before parcel attribute before map layer.

In come parcels, their attributes, visits and map layers; out go the factors of every parcel, each
with its source and the share of the parcel that it covers.
"""

from kanpo.sites._exclusions import Concern, Exclusions
from kanpo.sites._extent import check_in_japan
from kanpo.sites._factors import LAND_TYPES, Factors
from kanpo.sites._inspect import inspect_layer
from kanpo.sites._layer import Layer, LayerSettings
from kanpo.sites._mesh import mesh_box, mesh_boxes, mesh_code, warmth_index
from kanpo.sites._overruled import overruled_text, source_label
from kanpo.sites._project import (
    add_layer,
    compute_factors,
    layers_reached,
    project_layers,
    stored_factors,
    values_of_parcel,
)
from kanpo.sites._report import LayerReport, layer_report, sample_report
from kanpo.sites._resolve import all_values, site_factors
from kanpo.sites._terrain import slope_degrees
from kanpo.sites._vectors import chosen_features, open_vector

__all__ = [
    "LAND_TYPES",
    "Concern",
    "Exclusions",
    "Factors",
    "Layer",
    "LayerReport",
    "LayerSettings",
    "add_layer",
    "all_values",
    "check_in_japan",
    "chosen_features",
    "compute_factors",
    "inspect_layer",
    "layer_report",
    "layers_reached",
    "mesh_box",
    "mesh_boxes",
    "mesh_code",
    "open_vector",
    "overruled_text",
    "project_layers",
    "sample_report",
    "site_factors",
    "slope_degrees",
    "source_label",
    "stored_factors",
    "values_of_parcel",
    "warmth_index",
]
