"""The map that partners open: one HTML file that works without any network.

In comes a `MapContent` (parcels, factor values, the herbs' requirements, as plain tables), out goes
a `folium.Map` (`build_map`) or a file (`write_map`). The page carries data and computes the scores
itself, by the same kernel as the command line.
"""

from kanpo.maps._content import HerbOnMap, MapContent, RequirementOnMap, SourceOnMap
from kanpo.maps._leaflet import leaflet_version
from kanpo.maps._page import OfflineMap, SuitabilityLayer
from kanpo.maps._project import map_project, project_content
from kanpo.maps._write import MapReport, build_map, write_map

__all__ = [
    "HerbOnMap",
    "MapContent",
    "MapReport",
    "OfflineMap",
    "RequirementOnMap",
    "SourceOnMap",
    "SuitabilityLayer",
    "build_map",
    "leaflet_version",
    "map_project",
    "project_content",
    "write_map",
]
