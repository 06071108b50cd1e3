"""The page's JavaScript keeps its promises, piece by piece."""

from __future__ import annotations

import subprocess
from importlib.resources import files

from kanpo.maps._page import SCRIPTS, page_file, page_script

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


def test_scripts_lose_only_indentation_and_comments() -> None:
    for name in SCRIPTS:
        whole, lean = page_file(name), page_script(name)
        # A text over several lines would lose its indentation: there is none.
        assert all(line.count("`") % 2 == 0 for line in whole.splitlines()), name
        kept = [line.strip() for line in lean.splitlines() if line.strip()]
        assert kept == [line for line in (line.strip() for line in whole.splitlines()) if line in set(kept)]
        assert not any(line.startswith(("//", "/*")) for line in kept), name
