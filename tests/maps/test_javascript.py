"""The page's JavaScript keeps its promises, piece by piece."""

from __future__ import annotations

import subprocess
from importlib.resources import files

from .node import HERE, node


def test_units_of_the_page_pass() -> None:
    done = subprocess.run(
        [node(), "--test", str(HERE / "units.test.js")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_file_of_the_page_reads_text_as_html() -> None:
    for file in files("kanpo.maps").joinpath("page").iterdir():
        text = file.read_text(encoding="utf-8")
        assert len(text.splitlines()) < 400, file.name
        for dangerous in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "Function(",
        ):
            assert dangerous not in text, (file.name, dangerous)
