"""What is measured, each task in a process of its own: ``python -m benchmarks._tasks TASK ARGUMENTS``."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks._analysis import ANALYSIS_TASKS
from benchmarks._browser import BROWSER_TASKS
from benchmarks._climate import CLIMATE_TASKS
from benchmarks._comparing import COMPARING_TASKS
from benchmarks._measure import peak_mb
from benchmarks._records import RECORD_TASKS
from benchmarks._scoring import SCORING_TASKS, random_columns

#: Synthetic parcels lie 10 to 40 m apart, metres.
_GAP_M = 20
#: Herbs of the visit simulation: from lowland to mountain, roots, seeds and leaves.


def bare_ingest(file: str) -> dict[str, Any]:
    """The alternative for ingest: pyogrio, make_valid, to_crs and area on the same file, nothing stored."""
    import pyogrio

    start = time.perf_counter()
    frame = pyogrio.read_dataframe(file)
    frame["geometry"] = frame.geometry.make_valid()
    area = frame.geometry.to_crs(6678).area
    return {"seconds": time.perf_counter() - start, "parcels": len(area)}


def ingest(file: str, project: str) -> dict[str, Any]:
    """``kanpo ingest``: read, checked, repaired, measured, stored, and held against its neighbours.

    `check_seconds` is the last of these: which parcels lie on each other, or outside the municipality.
    """
    from kanpo.parcels import check_ground, ingest_parcels
    from kanpo.store import Project

    path = Path(project)
    path.unlink(missing_ok=True)
    with Project.create(path) as opened:
        start = time.perf_counter()
        report = ingest_parcels(opened, Path(file))
        seconds = time.perf_counter() - start
        check_ground(opened, report.batch)
        check = time.perf_counter() - start - seconds
        return {"seconds": seconds, "check_seconds": check, "parcels": report.batch.stored}


def _content(project: str) -> Any:
    import numpy as np
    import pandas as pd

    from kanpo.herbs import load_catalogue
    from kanpo.maps import project_content
    from kanpo.schema import FACTORS, Audience
    from kanpo.store import Project

    with Project.open(Path(project), write=True) as opened:
        ids = opened.imported.parcels()["parcel_id"]
        stamp = opened.computed.stamp("factors")
        if stamp is None:
            values = pd.DataFrame(index=pd.Index(ids, name="parcel_id"))
            for key, column in random_columns(len(ids)).items():
                factor = FACTORS[key]
                if factor.kind == "number":
                    values[key] = np.round(column, 1)
                else:
                    values[key] = np.array([*factor.classes, None], dtype=object)[column]
            sources = values.notna().map(lambda known: "layer:x" if known else "")
            opened.computed.write_factors(values, sources, values.notna().astype(float), opened.inputs())
        return project_content(opened, load_catalogue(), Audience.PUBLIC)


def prepare_map(project: str) -> dict[str, Any]:
    """Random factors for a project, so that its map can be built (not measured)."""
    return {"parcels": len(_content(project).parcels)}


def build_map(project: str, out: str) -> dict[str, Any]:
    """``kanpo map`` without reading the project: the page with all herbs and factors."""
    from kanpo.maps import write_map

    content = _content(project)
    start = time.perf_counter()
    report = write_map(content, Path(out))
    return {"seconds": time.perf_counter() - start, "bytes": report.bytes}


def folium_map(project: str, out: str) -> dict[str, Any]:
    """The alternative for the map: ``folium.GeoJson`` with one herb's colours and a popup of the factors."""
    import folium

    from kanpo.store import Project

    with Project.open(Path(project)) as opened:
        parcels = opened.imported.parcels()[["parcel_id", "settlement", "lot_number", "area_m2", "geometry"]]
        values, _, _ = opened.computed.factors()
    frame = parcels.merge(values.reset_index(), on="parcel_id", suffixes=("", "_factor"))
    fields = [str(key) for key in frame.columns if key not in ("geometry", "settlement", "lot_number")]
    start = time.perf_counter()
    drawn = folium.Map(location=(38.6, 139.8), zoom_start=12, tiles=None)
    folium.GeoJson(
        frame,
        style_function=lambda feature: {"fillColor": "#3a7", "weight": 1},
        popup=folium.GeoJsonPopup(fields=fields),
    ).add_to(drawn)
    drawn.save(out)
    return {"seconds": time.perf_counter() - start, "bytes": Path(out).stat().st_size}


def _outlines(file: str) -> Any:
    import pandas as pd
    import pyogrio

    frame = pyogrio.read_dataframe(file)[["polygon_uuid", "geometry"]].to_crs(6668)
    area = frame.geometry.to_crs(6678).area
    return frame.rename(columns={"polygon_uuid": "parcel_id"}).assign(
        settlement=pd.Series([None] * len(frame), dtype=object), area_m2=area
    )


def blocks(file: str) -> dict[str, Any]:
    """``kanpo blocks`` without reading the project: neighbours joined, measured, scored for 25 herbs."""
    import numpy as np

    from kanpo.blocks import block_table, form_blocks
    from kanpo.herbs import load_catalogue
    from kanpo.suitability import ClassBounds, Expectations, Scores, compile_requirements, run_kernel

    frame, catalogue = _outlines(file), load_catalogue()
    compiled = compile_requirements({herb: catalogue.requirements_of(herb) for herb in catalogue.herbs})
    result = run_kernel(random_columns(len(frame)), compiled)
    scores = Scores(
        tuple(frame["parcel_id"]),
        compiled.herb_ids,
        result,
        result,
        np.ones(result.score.shape),
        np.full(result.score.shape, -1, np.int8),
        np.zeros(len(compiled.herb_ids), bool),
        ClassBounds(),
        "limitation",
        Expectations({}, {}),
    )
    start = time.perf_counter()
    formed = form_blocks(frame, gap_m=_GAP_M)
    table = block_table(formed, frame, scores)
    return {"seconds": time.perf_counter() - start, "blocks": len(table)}


def dissolve_blocks(file: str) -> dict[str, Any]:
    """The alternative for blocks: geopandas, buffered by half the gap, dissolved, taken apart and joined back."""
    import geopandas as gpd

    frame = _outlines(file)
    start = time.perf_counter()
    plane = frame.to_crs(6678)
    grown = plane.set_geometry(plane.buffer(_GAP_M / 2))[["geometry"]].dissolve().explode()
    grown = grown.reset_index(drop=True).rename_axis("block").reset_index()
    joined = gpd.sjoin(plane, grown, predicate="intersects")
    joined.groupby("block").agg({"area_m2": "sum", "parcel_id": "min"})
    return {"seconds": time.perf_counter() - start, "blocks": len(grown)}


def visits(hiding: str) -> dict[str, Any]:
    """What the best 20 chosen after 40 visits lose, with the plan and in random order: means over herbs and seeds."""
    import tempfile

    from benchmarks._visits import simulate

    sample = Path(__file__).parents[1] / "data"
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        found = simulate(
            sample, Path(folder), None, list(range(4)), "values" if hiding == "values" else "parcels"
        )
    return {
        "seconds": time.perf_counter() - begun,
        "runs": len(found),
        "plan": float(found["plan"].mean()),
        "random": float(found["random"].mean()),
        "unseen": float(found["unseen"].mean()),
    }


TASKS: dict[str, Callable[..., dict[str, Any]]] = (
    {
        task.__name__: task
        for task in (
            bare_ingest,
            ingest,
            prepare_map,
            build_map,
            folium_map,
            blocks,
            dissolve_blocks,
            visits,
            *RECORD_TASKS,
            *ANALYSIS_TASKS,
        )
    }
    | SCORING_TASKS
    | CLIMATE_TASKS
    | BROWSER_TASKS
    | COMPARING_TASKS
)


if __name__ == "__main__":
    found = TASKS[sys.argv[1]](*sys.argv[2:])
    print(json.dumps(found | {"peak_mb": round(peak_mb())}))
