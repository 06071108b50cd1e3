"""Recording processes that are killed or write at once; run as a program of its own.

Forking is safe only in a process with a single thread, which a test runner's is not.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from kanpo.store import NewRecord, Project


def observation(number: int) -> NewRecord:
    """An observation whose value is `number`."""
    body = {"plot_code": "T1-1", "trait": "plant_height_cm", "value": float(number)}
    return NewRecord("observation", body, "2025-05-01", actor="検査担当")


def _in_child(work: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        work()
        os._exit(0)
    finally:
        os._exit(1)


def kill(path: Path, acknowledged: Path, times: int) -> None:
    """Let a process record, one record a transaction, and kill it at a random moment, again and again.

    What was acknowledged is noted in `acknowledged` before the next record is begun. On a busy machine
    a process may be killed before its first record, so it goes on until there are more than `times`.
    """
    log = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def record() -> None:
        with Project.open(path, write=True) as project:
            number = 0
            while True:
                (record_id,) = project.journal.append([observation(number)])
                os.write(log, f"{record_id}\n".encode())
                number += 1

    chance = random.Random(7)
    kills = 0
    while kills < times or (len(acknowledged.read_text().split()) <= times and kills < 20 * times):
        child = _in_child(record)
        time.sleep(chance.uniform(0.001, 0.06))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        kills += 1


def kill_ingest(path: Path, file: Path, times: int) -> None:
    """Let a process ingest a file into a copy of a project and kill it at a random moment, again and again.

    Prints, for each time, how many parcels and imports the copy holds afterwards.
    """
    from kanpo.parcels import ingest_parcels

    chance = random.Random(3)
    copy, rejects = path.with_name("copy.gpkg"), path.with_name("rejects.geojson")

    def ingest() -> None:
        with Project.open(copy, write=True) as project:
            ingest_parcels(project, file, rejects=rejects)

    shutil.copy(path, copy)
    start = time.perf_counter()
    os.waitpid(_in_child(ingest), 0)
    whole = time.perf_counter() - start
    for _ in range(times):
        copy.with_name("copy.gpkg-journal").unlink(missing_ok=True)
        shutil.copy(path, copy)
        child = _in_child(ingest)
        time.sleep(chance.uniform(0.2, 1.05) * whole)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with Project.open(copy, write=True) as project:
            print(len(project.imported.parcels()), len(project.imported.batches()), flush=True)


def write_at_once(path: Path, writers: int, each: int) -> None:
    """Several processes record into one file at the same time."""

    def record(writer: int) -> None:
        with Project.open(path, write=True) as project:
            for i in range(each):
                project.journal.append([observation(1000 * writer + i)])

    children = [_in_child(lambda writer=writer: record(writer)) for writer in range(writers)]  # type: ignore[misc]
    if any(os.waitpid(child, 0)[1] for child in children):
        sys.exit(1)


if __name__ == "__main__":
    if sys.argv[1] == "kill-ingest":
        kill_ingest(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
    elif sys.argv[1] == "kill":
        kill(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
    else:
        write_at_once(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
