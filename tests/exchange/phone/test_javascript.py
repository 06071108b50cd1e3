"""The phone page's JavaScript keeps its promises, piece by piece."""

from __future__ import annotations

import subprocess
from importlib.resources import files
from pathlib import Path

from tests.maps.node import node


def test_units_of_the_page_pass() -> None:
    words = [node(), "--test", str(Path(__file__).with_name("units.test.js"))]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_file_of_the_page_reads_text_as_html_or_asks_the_network() -> None:
    forbidden = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(")
    network = ("fetch(", "XMLHttpRequest", "WebSocket", "sendBeacon", "import(", "https://")
    for file in files("kanpo.exchange.phone").joinpath("page").iterdir():
        text = file.read_text(encoding="utf-8")
        for dangerous in (*forbidden, *network):
            assert dangerous not in text, (file.name, dangerous)
