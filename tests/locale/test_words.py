"""One word for one thing in what people read."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_OTHER = re.compile(r"スコア")


def test_the_number_of_suitability_has_one_name() -> None:
    """適地度, not スコア; the criterion of that name is still read."""
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for pattern in (
            "kanpo/**/*.py",
            "kanpo/**/*.js",
            "kanpo/**/*.html",
            "docs/planner.md",
            "docs/suitability.md",
        )
        for path in ROOT.glob(pattern)
        for line in path.read_text(encoding="utf-8").splitlines()
        if _OTHER.search(line) and '"スコア": "score"' not in line
    ]
    assert not found, found
