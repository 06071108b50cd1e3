"""``python -m tests.fuzz --cases 30000 --processes 2``: see `tests.fuzz.run`."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.run import Totals, run


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="fuzz")
    parser.add_argument("--cases", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "kanpo-fuzz")
    chosen = parser.parse_args()
    share = -(-chosen.cases // chosen.processes)
    jobs = [(share, chosen.seed + number, chosen.keep) for number in range(chosen.processes)]
    start = time.perf_counter()
    # Nobody asks for a person's name in the middle of it.
    os.environ |= {"KANPO_LANG": "ja", "KANPO_ACTOR": "検査担当"}
    with multiprocessing.get_context("spawn").Pool(chosen.processes) as pool:
        totals = Totals.united(pool.starmap(run, jobs))
    print(totals.text(time.perf_counter() - start))
    return 1 if totals.faults else 0


if __name__ == "__main__":
    sys.exit(main())
