"""The map that partners open: one HTML file that works without any network.

In comes a `MapContent` (parcels, factor values, the herbs' requirements, as plain tables), out goes
a `folium.Map` (`build_map`) or a file (`write_map`). The page carries data and computes the scores
itself, by the same kernel as the command line. Pictures for reports are drawn without a browser.
"""

from kanpo.maps._chart import write_chart
from kanpo.maps._content import HerbOnMap, MapContent, RequirementOnMap, SourceOnMap, read_logo
from kanpo.maps._drawing import picture_file
from kanpo.maps._leaflet import leaflet_version
from kanpo.maps._page import OfflineMap, SuitabilityLayer
from kanpo.maps._picture import PictureReport, picture_map, picture_parcel, picture_scores
from kanpo.maps._project import map_project, project_content
from kanpo.maps._write import MapReport, build_map, write_map

__all__ = [
    "HerbOnMap",
    "MapContent",
    "MapReport",
    "OfflineMap",
    "PictureReport",
    "RequirementOnMap",
    "SourceOnMap",
    "SuitabilityLayer",
    "build_map",
    "leaflet_version",
    "map_project",
    "picture_file",
    "picture_map",
    "picture_parcel",
    "picture_scores",
    "project_content",
    "read_logo",
    "write_chart",
    "write_map",
]
