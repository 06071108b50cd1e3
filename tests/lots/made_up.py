"""Made-up lots: two plots, dried, mixed, split, packed and shipped."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kanpo.lots import LotBook, Step
from kanpo.schema import RECORD_KINDS
from kanpo.store import Project
from kanpo.trials import RecordReport, record_rows


def write(project: Project, kind: str, *rows: Mapping[str, str]) -> RecordReport:
    """Record rows of one kind, each a mapping of what is written in it."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    return record_rows(project, kind, {key: [row.get(key) for row in rows] for key in keys})


def step(day: str, name: str, inputs: str, outputs: str = "", **more: str) -> dict[str, str]:
    """A row of a step of processing."""
    return {"happened_at": day, "step": name, "inputs": inputs, "outputs": outputs, **more}


SOWING = {
    "happened_at": "2025-04-10",
    "trial_code": "T1",
    "operation": "transplanting",
    "seed_lot": "苗2024-3",
}
HARVESTS = (
    {"happened_at": "2025-11-10", "trial_code": "T1", "plot_code": "T1-1", "fresh_kg": "40", "lot_id": "A"},
    {"happened_at": "2025-11-11", "trial_code": "T1", "plot_code": "T1-3", "fresh_kg": "60", "lot_id": "B"},
)
STEPS = (
    step("2025-11-20", "drying", "A=40", "A-D=10", moisture_in_percent="78", moisture_out_percent="12"),
    step("2025-11-20", "乾燥", "B=60", "B-D=15"),
    step("2025-12-01", "mixing", "A-D=10; B-D=15", "M=25"),
    step("2025-12-05", "splitting", "M=25", "M1=10; M2=14.5", loss_kg="0.5", loss_reason="ひげ根"),
    step("2025-12-10", "packing", "M1=10", "PACK-1=10"),
    step("2025-12-20", "shipping", "PACK-1=10", customer_code="C01"),
)


def two_plots(project: Project) -> None:
    """The story, from transplanting to the customer, in a project that has the trial T1."""
    assert write(project, "operation", SOWING).stored == 1
    assert write(project, "harvest", *HARVESTS).stored == 2
    report = write(project, "lot_step", *STEPS)
    assert report.stored == len(STEPS), [str(problem.text()) for problem in report.problems]


def book_of(steps: tuple[Step, ...], **parts: object) -> LotBook:
    """A book without a project, for laws over many books."""
    empty = {
        f"{kind}s": pd.DataFrame(columns=["record_id", *RECORD_KINDS[kind].keys, "happened_at"])
        for kind in ("trial", "plot", "operation", "sample", "assay")
    }
    return LotBook(**({"declared": {}, "harvests": (), "steps": steps} | empty | parts))  # type: ignore[arg-type]
