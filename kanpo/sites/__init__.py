"""Site factors of parcels: field visit before parcel attribute before map layer.

In come parcels, their attributes, visits and map layers; out go the factors of every parcel, each
with its source and the share of the parcel that it covers.
"""

from kanpo.sites._factors import Factors
from kanpo.sites._inspect import inspect_layer
from kanpo.sites._layer import Layer
from kanpo.sites._mesh import mesh_box, mesh_boxes, mesh_code, warmth_index
from kanpo.sites._project import add_layer, compute_factors, stored_factors
from kanpo.sites._resolve import site_factors
from kanpo.sites._terrain import slope_degrees

__all__ = [
    "Factors",
    "Layer",
    "add_layer",
    "compute_factors",
    "inspect_layer",
    "mesh_box",
    "mesh_boxes",
    "mesh_code",
    "site_factors",
    "slope_degrees",
    "stored_factors",
    "warmth_index",
]
