"""Field staff at the terminal: pages, sheets, files back in, and questions where a person sits there."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kanpo.store import Project
from tests.e2e.conftest import Kanpo, digest


@pytest.fixture
def demo(demo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the demo's project, chosen."""
    path = tmp_path / "sample.gpkg"
    shutil.copy(demo_folder / "sample.gpkg", path)
    monkeypatch.setenv("KANPO_PROJECT", str(path))
    return path


def test_pages_and_files_for_the_field_are_written_and_dry_runs_are_honest(kanpo: Kanpo, demo: Path) -> None:
    before = digest(demo)
    for words in (
        ("phone", "TK-2025", "--out", "p.html"),
        ("sheet", "TK-2025", "--out", "s.html", "--form", "f.xlsx"),
        ("fieldbook", "TK-2025", "--out", "fb"),
    ):
        dry = kanpo("trials", *words, "--dry-run")
        assert dry.code == 0 and not dry.out and "16 区" in dry.err
        assert not Path(words[3]).exists()
        real = kanpo("trials", *words)
        assert real.code == 0 and all(Path(line).is_file() for line in real.out.splitlines())
    assert digest(demo) == before
    assert kanpo("trials", "phone", "TK-2O25", "--out", "x.html").code == 2
    assert kanpo("trials", "sheet", "TK-2025", "--out", "none/x.html").code == 6


def test_a_template_workbook_goes_the_whole_way(kanpo: Kanpo, demo: Path) -> None:
    assert kanpo("records", "template", "observation", "a.xlsx", "--dry-run").code == 0
    assert not Path("a.xlsx").exists()
    assert kanpo("records", "template", "observation", "a.xlsx").code == 0
    assert kanpo("records", "template", "observation", "a.xlsx").code == 0, "blank as it was written"
    assert kanpo("records", "import", "a.xlsx").code == 3, "nothing filled in is no success"


def test_a_script_is_told_which_option_is_missing(kanpo: Kanpo, demo: Path) -> None:
    said = kanpo("record", "observation", "--plot-code", "TK-2025-101", "--trait", "草丈")
    assert said.code == 2 and "--value" in said.err


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo terminals")
def test_on_a_terminal_only_what_is_missing_is_asked(demo: Path) -> None:
    import pty

    master, slave = pty.openpty()
    words = [
        sys.executable,
        "-m",
        "kanpo",
        "record",
        "observation",
        "--trait",
        "草丈",
        "--date",
        "2026-06-01",
    ]
    process = subprocess.Popen(
        words, stdin=slave, stdout=slave, stderr=slave, env=dict(os.environ), close_fds=True
    )
    os.close(slave)
    said = b""

    def until(word: str) -> None:
        nonlocal said
        end = time.monotonic() + 15
        while word.encode() not in said and time.monotonic() < end:
            if select.select([master], [], [], 0.2)[0]:
                try:
                    said += os.read(master, 4096)
                except OSError:
                    break
        assert word.encode() in said, said.decode(errors="replace")

    try:
        until("試験区コード")
        os.write(master, b"TK-2025-101\n")
        until("値 (前回 48.2, 2025-09-12)")
        os.write(master, b"\n")
        until("値を入れてください")
        os.write(master, b"47\n")
        until("記録しました")
        assert process.wait(20) == 0
    finally:
        process.kill()
    os.close(master)
    with Project.open(demo) as opened:
        last = opened.journal.read("observation").iloc[-1]
    assert (last["plot_code"], last["trait"], last["value"]) == ("TK-2025-101", "plant_height_cm", 47.0)
    words.append("--no-input")
    assert subprocess.run(words, env=dict(os.environ), check=False, capture_output=True).returncode == 2
