"""The page's own code, run without a browser."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


def node() -> str:
    """The node program; skips the test where there is none."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("node is not installed")
    return found


def unpack(payload: str, exact: list[list[float | None]] | None = None) -> Any:
    """What the page knows after decoding `payload`, with scores of every herb."""
    done = subprocess.run(
        [node(), str(HERE / "page_in_node.js")],
        input=json.dumps({"payload": payload, "exact": exact}),
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    return json.loads(done.stdout)
