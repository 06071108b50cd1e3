"""``make bench``: the performance table of README, every figure beside its alternative in the same run."""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from pathlib import Path
from typing import Any

from benchmarks._measure import apart
from benchmarks._synthetic import write_parcels

_MEGABYTE = 1_000_000


def machine() -> str:
    """What the figures were measured on."""
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
        memory = int(Path("/proc/meminfo").read_text(encoding="utf-8").split()[1]) // 1024**2
    except (OSError, StopIteration):
        memory = 0
    return f"{model}, {os.cpu_count()} cores, {memory} GB, Python {platform.python_version()}"


def _best(task: str, *arguments: str, times: int = 2) -> dict[str, Any]:
    found = [apart(task, *arguments) for _ in range(times)]
    return min(found, key=lambda one: float(one["seconds"]))


def measure(count: int, folder: Path) -> list[tuple[str, str, str, str, str]]:
    """Rows of the table for `count` parcels: what, kanpo, alternative, ratio, peak memory."""
    file, project = folder / f"parcels_{count}.geojson", str(folder / f"{count}.gpkg")
    write_parcels(file, count)
    size = file.stat().st_size / _MEGABYTE
    rows = []
    bare, ours = _best("bare_ingest", str(file)), _best("ingest", str(file), project)
    rows.append(
        (
            f"ingest {count:,} parcels ({size:.0f} MB)",
            f"{ours['seconds']:.2f} s",
            f"{bare['seconds']:.2f} s (pyogrio + make_valid + to_crs + area, nothing stored)",
            f"{ours['seconds'] / bare['seconds']:.2f} ×",
            f"{ours['peak_mb']} / {bare['peak_mb']} MB",
        )
    )
    rows += [_scored("score", count), _scored("score_works", count), _climate(count)]
    joined, dissolved = apart("blocks", str(file)), apart("dissolve_blocks", str(file))
    rows.append(
        (
            f"{joined['blocks']:,} blocks of {count:,} parcels, 25 herbs",
            f"{joined['seconds']:.2f} s",
            f"{dissolved['seconds']:.2f} s (geopandas buffer + dissolve + sjoin, no scores)",
            f"{dissolved['seconds'] / joined['seconds']:.1f} × faster",
            f"{joined['peak_mb']} / {dissolved['peak_mb']} MB",
        )
    )
    apart("prepare_map", project)
    page, plain = str(folder / f"{count}.html"), str(folder / f"{count}_folium.html")
    built, folium = apart("build_map", project, page), apart("folium_map", project, plain)
    rows.append(
        (
            f"map of {count:,} parcels, 25 herbs, 17 factors",
            f"{built['bytes'] / _MEGABYTE:.1f} MB in {built['seconds']:.1f} s",
            f"{folium['bytes'] / _MEGABYTE:.1f} MB in {folium['seconds']:.1f} s (folium.GeoJson, one herb)",
            f"{folium['bytes'] / built['bytes']:.1f} × smaller, {folium['seconds'] / built['seconds']:.1f} × faster",
            f"{built['peak_mb']} / {folium['peak_mb']} MB",
        )
    )
    rows.append(_in_browser(count, page, plain))
    return rows


def measure_records(count: int, folder: Path) -> list[tuple[str, str, str, str, str]]:
    """Rows of the table for a journal of `count` observations."""
    project, file = str(folder / "records.gpkg"), str(folder / "records.csv")
    apart("prepare_records", project, file, str(count))
    bare, ours = apart("bare_records", file), apart("import_observations", project, file)
    read, merged = apart("read_observations", project), apart("merge_copies", project, str(count))
    written = apart("writers_at_once", str(folder / "shared.gpkg"), "8", "1000")
    return [
        (
            f"import {count:,} observations from CSV, checked and chained by hash",
            f"{ours['seconds']:.1f} s",
            f"{bare['seconds']:.2f} s (pandas read_csv + to_sql, nothing checked)",
            f"{ours['seconds'] / bare['seconds']:.1f} ×",
            f"{ours['peak_mb']} / {bare['peak_mb']} MB",
        ),
        (
            f"list / summarise {count:,} observations",
            *(f"{read['list']:.2f} / {read['summary']:.2f} s", "–", "–", f"{read['peak_mb']} MB"),
        ),
        (
            f"merge two copies with {count:,} records each of their own",
            *(f"{merged['seconds']:.1f} s", "–", "–", f"{merged['peak_mb']} MB"),
        ),
        (
            "8 processes × 1,000 records into one file at once",
            *(f"{written['seconds']:.1f} s, {written['stored']:,} of 8,000 there", "–", "–", "–"),
        ),
    ]


def measure_analysis(years: int = 10, traits: int = 50) -> list[tuple[str, str, str, str, str]]:
    """Rows for the analysis of trials: every year alone, and all years in a mixed model."""
    ours, other = apart("analyze_years", str(years), str(traits)), apart("statsmodels_years", "5")
    rate, slow = ours["analyses"] / ours["seconds"], other["analyses"] / other["seconds"]
    series = apart("analyze_series", str(years), str(traits))
    return [
        (
            f"analyse 2,000 plots × {traits} traits × {years} years, each alone",
            f"{ours['seconds']:.0f} s",
            f"{slow:.1f} analyses/s (statsmodels ols, anova_lm, Tukey)",
            f"{rate / slow:.1f} × faster",
            f"{ours['peak_mb']} / {other['peak_mb']} MB",
        ),
        (
            f"analyse 2,000 plots × {years} years × {traits} traits by REML",
            f"{series['seconds']:.0f} s",
            "–",
            "–",
            f"{series['peak_mb']} MB",
        ),
    ]


def _in_browser(count: int, page: str, plain: str) -> tuple[str, str, str, str, str]:
    """One row: both maps opened in a headless Chromium without a network."""
    ours, folium = apart("open_map", page), apart("open_folium", plain)
    return (
        f"map of {count:,} parcels in the browser: first paint; another herb; a slider's picture (medians)",
        f"{ours['seconds']:.1f} s; {ours['switch_ms']:.0f} ms; {ours['drag_ms']:.0f} ms; {ours['requests']} requests",
        f"{folium['seconds']:.1f} s (folium.GeoJson, {folium['paths']:,} paths, Leaflet from this machine)",
        f"{folium['seconds'] / ours['seconds']:.1f} × faster",
        f"{ours['heap_mb']:.0f} / {folium['heap_mb']:.0f} MB",
    )


def _scored(task: str, count: int) -> tuple[str, str, str, str, str]:
    """One row: scoring by a task of kanpo, beside the same definition in plain NumPy on 100,000 parcels at most."""
    ours, plain = _best(task, str(count)), _best("numpy_score", str(min(count, 100_000)))
    rate, plain_rate = (one["pairs"] / one["seconds"] for one in (ours, plain))
    how = {"score_stream": ", in partitions", "score_works": ", after works"}.get(task, "")
    return (
        f"score {count:,} parcels × 26 herbs, two intervals, expectations{how}",
        f"{rate / 1e6:.1f} M parcel×herb/s",
        f"{plain_rate / 1e6:.2f} M/s (plain NumPy, whole columns, one thread)",
        f"{rate / plain_rate:.1f} × faster",
        f"{ours['peak_mb']} / {plain['peak_mb']} MB",
    )


def _climate(count: int) -> tuple[str, str, str, str, str]:
    """One row: share of years and chance of a stand for all herbs, beside the plain kernel."""
    found = apart("climate_years", str(count))
    return (
        f"{count:,} parcels × all herbs × 30 years: share of years, chance of a stand",
        f"{found['seconds']:.2f} s ({found['mesh_seconds']:.2f} s where parcels share mesh cells)",
        f"{found['kernel']:.2f} s (kernel, one year)",
        f"{found['seconds'] / found['kernel']:.1f} × ({found['mesh_seconds'] / found['kernel']:.1f} ×) the kernel",
        f"{found['peak_mb']} MB",
    )


def _robust(count: int, draws: int) -> tuple[str, str, str, str, str]:
    """One row: the probability of being among the best, beside a loop over draws with pandas."""
    ours, loop = apart("robust", str(count), str(draws)), apart("pandas_robust", str(count), str(draws // 50))
    rate, loop_rate = ours["draws"] / ours["seconds"], loop["draws"] / loop["seconds"]
    return (
        f"robustness of {count:,} parcels, {draws:,} draws, one herb",
        f"{ours['seconds']:.1f} s",
        f"{draws / loop_rate:.0f} s (pandas, one draw after the other; timed on {draws // 50:,} draws)",
        f"{rate / loop_rate:.1f} × faster",
        f"{ours['peak_mb']} / {loop['peak_mb']} MB",
    )


def measure_large(count: int, folder: Path) -> tuple[str, str, str, str, str]:
    """The row that shows whether memory grows with the file."""
    file, project = folder / "large.geojson", folder / "large.gpkg"
    write_parcels(file, count)
    size = file.stat().st_size / _MEGABYTE
    found = apart("ingest", str(file), str(project))
    for path in (file, project):
        path.unlink()
    name = f"ingest {count:,} parcels ({size:.0f} MB)"
    return name, f"{found['seconds']:.0f} s", "–", "–", f"{found['peak_mb']} MB"


def _compared(samples: int, components: int) -> tuple[str, str, str, str, str]:
    """One row: two groups compared in every component, beside a loop of SciPy over the columns."""
    ours, loop = (
        _best("compare", str(samples), str(components)),
        _best("scipy_loop", str(samples), str(components)),
    )
    return (
        f"compare {samples} samples × {components:,} components, from CSV to q-values",
        f"{ours['seconds']:.1f} s",
        f"{loop['seconds']:.1f} s (pandas.read_csv, scipy.stats.ttest_ind column by column, false_discovery_control)",
        f"{loop['seconds'] / ours['seconds']:.1f} × faster",
        f"{ours['peak_mb']} / {loop['peak_mb']} MB",
    )


def measure_visits() -> list[tuple[str, str, str, str, str]]:
    """Rows that show what the plan of visits saves."""
    rows = []
    for hiding in ("values", "parcels"):
        found = apart("visits", hiding)
        rows.append(
            (
                f"loss of the best 20 after 40 visits, 85 % of the {hiding} hidden ({found['runs']} runs)",
                f"{found['plan']:.3f}",
                f"{found['random']:.3f} (random order)",
                f"{found['plan'] / found['random']:.2f} × (of the best 20 before, {found['unseen']:.0%} unseen)",
                f"{found['peak_mb']} MB",
            )
        )
    return rows


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("--parcels", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--large", type=int, default=1_000_000, help="parcels of the memory test, 0 for none")
    parser.add_argument("--records", type=int, default=100_000, help="observations, 0 for none")
    parser.add_argument("--draws", type=int, default=10_000, help="draws of the robustness, 0 for none")
    chosen = parser.parse_args()
    print(f"{machine()}\n")
    print("| | kanpo | alternative, same run | ratio | peak memory, kanpo / alternative |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["KANPO_CONFIG"] = folder
        for count in chosen.parcels:
            for row in measure(count, Path(folder)):
                print("| " + " | ".join(row) + " |", flush=True)
        if chosen.records:
            for row in measure_records(chosen.records, Path(folder)):
                print("| " + " | ".join(row) + " |", flush=True)
        if chosen.draws:
            print("| " + " | ".join(_robust(10_000, chosen.draws)) + " |", flush=True)
        print("| " + " | ".join(_compared(200, 5_000)) + " |", flush=True)
        for row in (*measure_visits(), *measure_analysis()):
            print("| " + " | ".join(row) + " |", flush=True)
        if chosen.large:
            print("| " + " | ".join(_scored("score_stream", chosen.large)) + " |", flush=True)
            print("| " + " | ".join(measure_large(chosen.large, Path(folder))) + " |", flush=True)


if __name__ == "__main__":
    main()
