"""Site factors of parcels: field visit before parcel attribute before map layer.

In come parcels, their attributes, visits and map layers; out go the factors of every parcel, each
with its source and the share of the parcel that it covers.
"""

from kanpo.sites._exclusions import Concern, Exclusions
from kanpo.sites._factors import Factors
from kanpo.sites._inspect import inspect_layer
from kanpo.sites._layer import Layer, LayerSettings
from kanpo.sites._mesh import mesh_box, mesh_boxes, mesh_code, warmth_index
from kanpo.sites._project import add_layer, compute_factors, stored_factors, values_of_parcel
from kanpo.sites._resolve import all_values, site_factors
from kanpo.sites._terrain import slope_degrees

__all__ = [
    "Concern",
    "Exclusions",
    "Factors",
    "Layer",
    "LayerSettings",
    "add_layer",
    "all_values",
    "compute_factors",
    "inspect_layer",
    "mesh_box",
    "mesh_boxes",
    "mesh_code",
    "site_factors",
    "slope_degrees",
    "stored_factors",
    "values_of_parcel",
    "warmth_index",
]
