"""Time and memory of a function in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

_MEGABYTE = 1024 * 1024


def apart(task: str, *arguments: str) -> dict[str, Any]:
    """Run a task of `benchmarks._tasks` in a fresh interpreter.

    Returns
    -------
    dict
        What the task measured, with ``peak_mb``, the highest memory of its process.
    """
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks._tasks", task, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{task} {arguments}: {done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def best_of(function: Callable[[], object], times: int) -> float:
    """Seconds of the fastest of several runs."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def peak_mb() -> float:
    """Highest memory of this process so far, MB."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 if sys.platform != "darwin" else peak / _MEGABYTE
