"""What is measured on records: importing, listing, merging, and many writers."""

from __future__ import annotations

import multiprocessing
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PLOTS = 100


def prepare_records(project: str, file: str, count: str) -> dict[str, Any]:
    """A project with a trial of 100 plots, and a CSV of observations on them."""
    from benchmarks._synthetic import write_parcels
    from kanpo.parcels import ingest_parcels
    from kanpo.store import Project
    from kanpo.trials import record_rows

    path = Path(project)
    with Project.create(path) as opened:
        parcels = path.with_name("records.geojson")
        write_parcels(parcels, 10)
        ingest_parcels(opened, parcels)
        parcel = sorted(opened.imported.parcel_ids())[0]
        day = "2025-04-01"
        trial = {"trial_code": ["T1"], "herb_id": ["toki"], "parcel_id": [parcel], "happened_at": [day]}
        assert record_rows(opened, "trial", trial).stored == 1
        plots: dict[str, list[str | None]] = {
            "trial_code": ["T1"] * _PLOTS,
            "plot_code": [f"T1-{i}" for i in range(_PLOTS)],
            "treatment": [f"処理{i % 4}" for i in range(_PLOTS)],
            "area_m2": ["10"] * _PLOTS,
            "happened_at": [day] * _PLOTS,
        }
        assert record_rows(opened, "plot", plots).stored == _PLOTS
    with Path(file).open("w", encoding="utf-8-sig") as out:
        out.write("trial_code,plot_code,trait,value,repeat,happened_at\n")
        for i in range(int(count)):
            repeat, day = i // _PLOTS % 30 + 1, f"2025-{1 + i // 84_000 % 12:02d}-{1 + i // 3_000 % 28:02d}"
            out.write(f"T1,T1-{i % _PLOTS},plant_height_cm,{20 + i % 70 / 10},{repeat},{day}\n")
    return {}


def bare_records(file: str) -> dict[str, Any]:
    """The alternative for the import: pandas read_csv and to_sql, nothing checked, no history."""
    import sqlite3

    import pandas as pd

    start = time.perf_counter()
    with sqlite3.connect(Path(file).with_suffix(".sqlite")) as connection:
        pd.read_csv(file).to_sql("observations", connection, if_exists="replace")
    return {"seconds": time.perf_counter() - start}


def import_observations(project: str, file: str) -> dict[str, Any]:
    """``kanpo records import``: checked, references resolved, repeats left out, chained by hash."""
    from kanpo.exchange import import_records
    from kanpo.store import Project

    with Project.open(Path(project), write=True) as opened:
        start = time.perf_counter()
        report = import_records(opened, Path(file), "observation").report
        return {"seconds": time.perf_counter() - start, "stored": report.stored}


def read_observations(project: str) -> dict[str, Any]:
    """Listing and summarising all of them."""
    from kanpo.evidence import summarise_trial
    from kanpo.store import Project

    with Project.open(Path(project)) as opened:
        start = time.perf_counter()
        opened.journal.read("observation")
        listed = time.perf_counter()
        summarise_trial(opened, "T1")
        return {"list": listed - start, "summary": time.perf_counter() - listed}


def merge_copies(project: str, count: str) -> dict[str, Any]:
    """``kanpo merge`` of two copies that both went on: verified, backed up, contradictions looked for."""
    from kanpo.store import NewRecord, Project
    from kanpo.trials import unite_copies

    path = Path(project)
    ours, theirs = path.with_name("ours.gpkg"), path.with_name("theirs.gpkg")
    for number, copy in enumerate((ours, theirs)):
        shutil.copy(path, copy)
        body = {"trial_code": "T1", "plot_code": "T1-1", "trait": "leaf_count"}
        with Project.open(copy, write=True) as opened:
            fresh = [
                NewRecord("observation", body | {"value": i, "repeat": i}, f"2026-01-0{number + 1}")
                for i in range(int(count) if number else 1)
            ]
            opened.journal.append(fresh)
    start = time.perf_counter()
    union = unite_copies(ours, theirs)
    return {"seconds": time.perf_counter() - start, "came": len(union.report.came)}


def _write(path: Path, each: int) -> None:
    from kanpo.store import NewRecord, Project

    body = {"parcel_id": "P1", "decision": "adopted"}
    with Project.open(path, write=True) as opened:
        for _ in range(each):
            opened.journal.append([NewRecord("decision", body, "2025-05-01")])


def writers_at_once(project: str, writers: str, each: str) -> dict[str, Any]:
    """Processes that record into one file at the same time, each record on the disk before the next."""
    from kanpo.store import Project, verify_project

    path = Path(project)
    Project.create(path).close()
    context = multiprocessing.get_context("spawn")
    start = time.perf_counter()
    processes = [context.Process(target=_write, args=(path, int(each))) for _ in range(int(writers))]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    seconds = time.perf_counter() - start
    assert verify_project(path) == []
    with Project.open(path) as opened:
        return {"seconds": seconds, "stored": len(opened.journal.record_ids())}


RECORD_TASKS: tuple[Callable[..., dict[str, Any]], ...] = (
    prepare_records,
    bare_records,
    import_observations,
    read_observations,
    merge_copies,
    writers_at_once,
)
