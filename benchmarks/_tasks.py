"""What is measured, each task in a process of its own: ``python -m benchmarks._tasks TASK ARGUMENTS``."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks._measure import peak_mb

#: Parcels on which the row-by-row alternative is timed; it is too slow for more.
_ROWS_APPLIED = 2_000


def bare_ingest(file: str) -> dict[str, Any]:
    """The alternative for ingest: pyogrio, make_valid, to_crs and area on the same file, nothing stored."""
    import pyogrio

    start = time.perf_counter()
    frame = pyogrio.read_dataframe(file)
    frame["geometry"] = frame.geometry.make_valid()
    area = frame.geometry.to_crs(6678).area
    return {"seconds": time.perf_counter() - start, "parcels": len(area)}


def ingest(file: str, project: str) -> dict[str, Any]:
    """``kanpo ingest``: read, checked, repaired, measured and stored in the project file."""
    from kanpo.parcels import ingest_parcels
    from kanpo.store import Project

    path = Path(project)
    path.unlink(missing_ok=True)
    with Project.create(path) as opened:
        start = time.perf_counter()
        report = ingest_parcels(opened, Path(file))
        return {"seconds": time.perf_counter() - start, "parcels": report.batch.stored}


def _random_columns(count: int) -> dict[str, Any]:
    import numpy as np

    from kanpo.schema import FACTORS

    random = np.random.default_rng(1)
    columns: dict[str, Any] = {}
    for key, factor in FACTORS.items():
        if factor.kind == "number":
            assert factor.maximum is not None
            values = random.uniform(0, factor.maximum * 0.3, count)
            values[random.random(count) < 0.3] = np.nan
        else:
            values = random.integers(-1, len(factor.classes), count).astype(np.int8)
        columns[key] = values
    return columns


def score(count: str) -> dict[str, Any]:
    """The kernel: every parcel for every herb, with bounds and limiting factor."""
    from kanpo.herbs import load_catalogue
    from kanpo.suitability import compile_requirements, run_kernel

    catalogue = load_catalogue()
    compiled = compile_requirements({herb: catalogue.requirements_of(herb) for herb in catalogue.herbs})
    columns = _random_columns(int(count))
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        result = run_kernel(columns, compiled)
        seconds.append(time.perf_counter() - start)
    return {"seconds": min(seconds), "pairs": int(result.score.size)}


def apply_score(count: str) -> dict[str, Any]:
    """The alternative for scoring: the same numbers by ``DataFrame.apply``, a parcel at a time, for one herb."""
    import math

    import pandas as pd

    from kanpo.herbs import load_catalogue
    from kanpo.schema import FACTORS
    from kanpo.suitability import FLOOR, worst_and_best

    requirements = load_catalogue().requirements_of("shakuyaku")
    total = sum(requirement.weight for requirement in requirements)
    bounds = {requirement.factor: worst_and_best(requirement) for requirement in requirements}
    frame = pd.DataFrame(_random_columns(min(int(count), _ROWS_APPLIED)))

    def membership(requirement: Any, value: float) -> float | None:
        if requirement.kind == "classes":
            return None if value < 0 else list(requirement.classes.values())[int(value)]
        if math.isnan(value):
            return None
        a, b, c, d = requirement.corners
        rising = 1.0 if b is None else (1.0 if value >= b else max(0.0, (value - a) / (b - a)))
        falling = 1.0 if c is None else (1.0 if value <= c else max(0.0, (d - value) / (d - c)))
        return min(rising, falling)

    def one(row: Any) -> tuple[float, float, float, str | None]:
        known, share, lower, upper, worst, limiting = 0.0, 0.0, 0.0, 0.0, 0.0, None
        for requirement in requirements:
            weight = requirement.weight / total
            found = membership(requirement, row[requirement.factor])
            if found is None:
                low, high = bounds[requirement.factor]
                lower += weight * math.log(low) if low else -math.inf
                upper += weight * math.log(high)
                continue
            used = found if requirement.knock_out else max(found, FLOOR)
            if used == 0:
                return 0.0, 0.0, 0.0, requirement.factor
            loss = -weight * math.log(used)
            if loss > worst:
                worst, limiting = loss, requirement.factor
            known, share = known - loss, share + weight
            lower, upper = lower - loss, upper - loss
        middle = math.exp(known / share) if share else math.nan
        return middle, math.exp(lower), math.exp(upper), limiting

    assert len(FACTORS) == frame.shape[1]
    start = time.perf_counter()
    frame.apply(one, axis=1)
    return {"seconds": time.perf_counter() - start, "pairs": len(frame)}


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
            for key, column in _random_columns(len(ids)).items():
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


def _trial_columns(years: int, entries: int, blocks: int, traits: int) -> dict[str, list[str | None]]:
    """Cells of trials in complete blocks with effects of year, entry in year and block."""
    import numpy as np

    random = np.random.default_rng(1)
    axes = np.meshgrid(range(years), range(blocks), range(entries), indexing="ij")
    year, block, entry = (axis.reshape(-1) for axis in axes)
    columns: dict[str, list[str | None]] = {
        "year": [str(2016 + value) for value in year],
        "block": [str(value) for value in block],
        "entry": [f"E{value:03d}" for value in entry],
    }
    for number in range(traits):
        values = 100 + 5 * random.normal(size=entries)[entry] + 10 * random.normal(size=years)[year]
        values += 3 * random.normal(size=(years, entries))[year, entry] + 6 * random.normal(size=len(year))
        values += 4 * random.normal(size=(years, blocks))[year, block]
        columns[f"trait_{number}"] = [f"{value:.2f}" for value in values]
    return columns


def analyze_years(years: str, traits: str) -> dict[str, Any]:
    """Every trait of every year: 2,000 plots, 50 entries in 40 complete blocks, all pairs compared."""
    from kanpo.evidence import analyse_traits, make_design

    design = make_design("rcbd", treatments=["entry"], blocks=["block"])
    names = [f"trait_{number}" for number in range(int(traits))]
    table = _trial_columns(int(years), 50, 40, int(traits))
    start = time.perf_counter()
    for year in dict.fromkeys(table["year"]):
        rows = [index for index, value in enumerate(table["year"]) if value == year]
        one = {key: [cells[index] for index in rows] for key, cells in table.items()}
        analyse_traits(one, design, names)
    return {"seconds": time.perf_counter() - start, "analyses": int(years) * int(traits)}


def analyze_series(years: str, traits: str) -> dict[str, Any]:
    """Every trait over all years together: a mixed model of 2,000 plots a year."""
    from kanpo.evidence import analyse_traits, make_design

    design = make_design("multienv", treatments=["entry"], environment="year", blocks=["block"])
    table = _trial_columns(int(years), 50, 40, int(traits))
    start = time.perf_counter()
    analyse_traits(table, design, [f"trait_{number}" for number in range(int(traits))])
    return {"seconds": time.perf_counter() - start, "analyses": int(traits)}


def statsmodels_years(count: str) -> dict[str, Any]:
    """The alternative: ``ols`` and ``anova_lm`` of statsmodels and all pairs by ``pairwise_tukeyhsd``."""
    import pandas as pd
    import statsmodels.api as sm
    import statsmodels.formula.api as smf
    from statsmodels.stats.multicomp import pairwise_tukeyhsd

    frame = pd.DataFrame(_trial_columns(1, 50, 40, int(count)))
    start = time.perf_counter()
    for number in range(int(count)):
        values = frame[f"trait_{number}"].astype(float)
        model = smf.ols("y ~ C(block) + C(entry)", frame.assign(y=values)).fit()
        sm.stats.anova_lm(model)
        pairwise_tukeyhsd(values, frame["entry"])
    return {"seconds": time.perf_counter() - start, "analyses": int(count)}


TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    task.__name__: task
    for task in (
        bare_ingest,
        ingest,
        score,
        apply_score,
        prepare_map,
        build_map,
        folium_map,
        analyze_years,
        analyze_series,
        statsmodels_years,
    )
}


if __name__ == "__main__":
    found = TASKS[sys.argv[1]](*sys.argv[2:])
    print(json.dumps(found | {"peak_mb": round(peak_mb())}))
