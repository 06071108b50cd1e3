"""A trial of sixty plots on one parcel, as the field files are made from."""

from __future__ import annotations

from pathlib import Path

import pytest

from kanpo.store import Project
from kanpo.trials import record_rows

ROWS, COLUMNS = 6, 10


@pytest.fixture
def field_project(project: Project) -> Project:
    """The project with a trial T60 of six rows of ten plots on P1, walked to and fro."""
    trial = {
        "trial_code": ["T60"],
        "title": ["当帰 見本"],
        "herb_id": ["toki"],
        "parcel_id": ["P1"],
        "happened_at": ["2025-04-01"],
    }
    assert record_rows(project, "trial", {key: list(value) for key, value in trial.items()}).stored == 1
    plots: dict[str, list[str | None]] = {
        key: []
        for key in ("trial_code", "plot_code", "treatment", "replicate", "plot_row", "plot_column", "wkt")
    }
    for row in range(1, ROWS + 1):
        for column in range(1, COLUMNS + 1):
            x, y = 139.82 + column * 2.2e-5, 38.72 + row * 3.5e-5
            right, upper = x + 2e-5, y + 3e-5
            values = ("T60", f"T60-{row}{column:02d}", "標準" if column % 2 else "早植え", row, row, column)
            for key, value in zip(plots, values, strict=False):
                plots[key].append(str(value))
            plots["wkt"].append(f"POLYGON(({x} {y}, {right} {y}, {right} {upper}, {x} {upper}, {x} {y}))")
    plots["happened_at"] = ["2025-04-01"] * (ROWS * COLUMNS)
    assert record_rows(project, "plot", plots).stored == 60
    before = {
        "trial_code": ["T60"],
        "plot_code": ["T60-101"],
        "trait": ["草丈"],
        "value": ["31"],
        "happened_at": ["2025-06-01"],
    }
    assert (
        record_rows(project, "observation", {key: list(value) for key, value in before.items()}).stored == 1
    )
    return project


def observations(project: Project) -> list[tuple[str, str, str]]:
    """Plot, trait and value of every standing observation."""
    frame = project.journal.read("observation")
    return [
        (str(p), str(t), str(v))
        for p, t, v in zip(frame["plot_code"], frame["trait"], frame["value"], strict=True)
    ]


def small_file(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """A text file with line breaks as they are."""
    path.write_text(text, encoding=encoding, newline="")
    return path
