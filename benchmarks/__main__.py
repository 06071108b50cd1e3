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
    fast, slow = apart("score", str(count)), apart("apply_score", str(count))
    rate, slow_rate = fast["pairs"] / fast["seconds"], slow["pairs"] / slow["seconds"]
    rows.append(
        (
            f"score {count:,} parcels × 25 herbs",
            f"{rate / 1e6:.1f} M parcel×herb/s",
            f"{slow_rate / 1e3:.1f} k/s (DataFrame.apply)",
            f"{rate / slow_rate:,.0f} × faster",
            f"{fast['peak_mb']} / {slow['peak_mb']} MB",
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
    return rows


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


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("--parcels", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--large", type=int, default=1_000_000, help="parcels of the memory test, 0 for none")
    chosen = parser.parse_args()
    print(f"{machine()}\n")
    print("| | kanpo | alternative, same run | ratio | peak memory, kanpo / alternative |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["KANPO_CONFIG"] = folder
        for count in chosen.parcels:
            for row in measure(count, Path(folder)):
                print("| " + " | ".join(row) + " |", flush=True)
        for row in measure_analysis():
            print("| " + " | ".join(row) + " |", flush=True)
        if chosen.large:
            print("| " + " | ".join(measure_large(chosen.large, Path(folder))) + " |", flush=True)


if __name__ == "__main__":
    main()
