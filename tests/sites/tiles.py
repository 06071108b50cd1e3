"""Tiles of an elevation model as the Geospatial Information Authority of Japan publishes them."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

#: Columns, rows and cells in a degree of a tile of 10 m and of 5 m.
SIZES = {"10B": (1125, 750, 9_000), "5A": (225, 150, 18_000), "5B": (225, 150, 18_000)}


def tile_xml(
    heights: Sequence[float | None],
    *,
    lower: tuple[float, float],
    model: str = "5A",
    size: tuple[int, int] | None = None,
    start: tuple[int, int] = (0, 0),
    srs: str = "fguuid:jgd2011.bl",
    order: str = "+x-y",
    head: str = "",
    encoding: str = "UTF-8",
) -> bytes:
    """A tile whose south-west corner is `lower` (latitude, longitude); None is written as no data."""
    across, down, per_degree = SIZES[model]
    columns, rows = size or (across, down)
    south, west = lower
    lines = "\n".join("データなし,-9999." if z is None else f"地表面,{z:.2f}" for z in heights)
    return f"""<?xml version="1.0" encoding="{encoding}"?>
{head}<Dataset xmlns="http://fgd.gsi.go.jp/spec/2008/FGD_GMLSchema" xmlns:gml="http://www.opengis.net/gml/3.2" gml:id="Dataset1">
<gml:description>基盤地図情報メタデータ ID=fmdid:00-0000</gml:description>
<DEM gml:id="DEM001">
<fid>fgoid:00-00000-00-00000-00000000</fid>
<type>5mメッシュ(標高)</type>
<mesh>00000000</mesh>
<coverage gml:id="DEM001-3">
<gml:boundedBy><gml:Envelope srsName="{srs}">
<gml:lowerCorner>{south:.9f} {west:.9f}</gml:lowerCorner>
<gml:upperCorner>{south + rows / per_degree:.9f} {west + columns / per_degree:.9f}</gml:upperCorner>
</gml:Envelope></gml:boundedBy>
<gml:gridDomain><gml:Grid gml:id="DEM001-4" dimension="2"><gml:limits><gml:GridEnvelope>
<gml:low>0 0</gml:low>
<gml:high>{columns - 1} {rows - 1}</gml:high>
</gml:GridEnvelope></gml:limits><gml:axisLabels>x y</gml:axisLabels></gml:Grid></gml:gridDomain>
<gml:rangeSet><gml:DataBlock><gml:rangeParameters><gml:QuantityList uom="DEM構成点"></gml:QuantityList></gml:rangeParameters>
<gml:tupleList>
{lines}
</gml:tupleList>
</gml:DataBlock></gml:rangeSet>
<gml:coverageFunction><gml:GridFunction>
<gml:sequenceRule order="{order}">Linear</gml:sequenceRule>
<gml:startPoint>{start[0]} {start[1]}</gml:startPoint>
</gml:GridFunction></gml:coverageFunction>
</coverage>
</DEM>
</Dataset>
""".encode("cp932" if encoding == "Shift_JIS" else "utf-8")


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    """A zip of files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def plane(size: tuple[int, int], first_column: int = 0, rise: float = 1.0) -> np.ndarray:
    """Heights that rise by `rise` metres with every column to the east."""
    columns, rows = size
    return np.tile((np.arange(columns) + first_column) * rise, (rows, 1))
