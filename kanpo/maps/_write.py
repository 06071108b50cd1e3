"""From a content to a map, and from a map to a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import folium
import numpy as np

from kanpo.errors import UsageError
from kanpo.files import replacing
from kanpo.locale import Text
from kanpo.maps._content import MapContent, check_content
from kanpo.maps._page import OfflineFigure, OfflineMap, SuitabilityLayer
from kanpo.maps._text import both

#: Where the pale tiles of the Geospatial Information Authority of Japan stand.
_GSI_HOST = "https://cyberjapandata.gsi.go.jp"
_GSI_PALE = f"{_GSI_HOST}/xyz/pale/{{z}}/{{x}}/{{y}}.png"
#: Where a map without any parcel looks: Tsuruoka.
_NOWHERE = (38.727, 139.827)


@dataclass(frozen=True, slots=True)
class MapReport:
    """What was written: the file, its size in bytes, how many parcels, how long it took."""

    path: Path
    bytes: int
    parcels: int
    seconds: float


def build_map(content: MapContent, *, tiles: str | None = None) -> folium.Map:
    """Build the map as a `folium.Map`, to which more folium layers can be added.

    Parameters
    ----------
    content : MapContent
        What to show.
    tiles : {"gsi"}, optional
        Background from a server; without it, the page asks nobody for anything.

    Raises
    ------
    InputUnusable
        The parcel table has no or repeated ids.
    UsageError
        The background is unknown.
    EnvironmentFailure
        Leaflet is not installed.
    """
    if tiles not in (None, "gsi"):
        raise UsageError(
            "map.tiles-unknown",
            Text(f"背景地図「{tiles}」はありません。", f"There is no background '{tiles}'."),
            Text("gsi(地理院タイル)か、指定なしにしてください。", "Choose gsi, or none."),
        )
    check_content(content)
    language = "en" if content.language == "en" else "ja"
    title = both(content.title)[language == "en"]
    figure = OfflineFigure(title, language, (_GSI_HOST,) if tiles else ())
    drawn = OfflineMap(figure, location=_middle(content), zoom_start=12, max_zoom=20, zoom_snap=0.5)
    if tiles:
        layer = folium.TileLayer(
            _GSI_PALE, attr="地理院タイル", max_native_zoom=18, max_zoom=20, control=False, name="gsi"
        )
        layer._id = "gsi"
        layer.add_to(drawn)
    SuitabilityLayer(content).add_to(drawn)
    return drawn


def write_map(content: MapContent, path: str | Path, *, tiles: str | None = None) -> MapReport:
    """Write the map as one HTML file; an existing file is replaced only when the new one is whole.

    The same content gives the same bytes. Parameters and errors are those of `build_map`, and
    EnvironmentFailure where the file cannot be written.
    """
    began = perf_counter()
    page = build_map(content, tiles=tiles).get_root().render().encode("utf-8", "replace")
    target = Path(path)
    with replacing(target) as draft:
        draft.write_bytes(page)
    return MapReport(target, target.stat().st_size, len(content.parcels), perf_counter() - began)


def _middle(content: MapContent) -> tuple[float, float]:
    west, south, east, north = content.parcels.total_bounds
    if content.parcels.crs is not None and not content.parcels.crs.is_geographic:
        return _NOWHERE
    middle = ((south + north) / 2, (west + east) / 2)
    return middle if np.isfinite(middle).all() else _NOWHERE
