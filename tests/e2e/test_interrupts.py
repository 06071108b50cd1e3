"""Ctrl-C at any moment of any command: the old state, no stray files, exit 130, one line."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks._synthetic import write_parcels
from kanpo.store import verify_project
from tests.e2e.conftest import SAMPLE, digest

ROOT = Path(__file__).parents[2]
ROWS = 3_000
#: Interrupts of each command.
TIMES = int(os.environ.get("KANPO_INTERRUPTS", "3"))
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("ingest", "筆.geojson"),
    ("score", "--herb", "当帰"),
    ("map", "--out", "地図.html"),
    ("records", "import", "観察.csv"),
    ("merge", "同僚.gpkg"),
    ("archive", "全部.zip"),
    ("robust", "--herb", "当帰", "--draws", "4000", "--out", "順位.csv"),
    ("backup", "--out", "写し.backup"),
    ("layers", "add", "elevation.tif", "--id", "dem2", "--as", "dem"),
    ("compare", "pca", "表.csv", "--out", "o.csv", "--png", "o.png"),
    ("parcels", "export", "筆.xlsx"),
    ("restore", "前.backup", "--to", "戻し.gpkg"),
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="a console of its own takes Ctrl-Break on Windows"),
]


@pytest.fixture(scope="module")
def prepared(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    for name in ("sample.gpkg", "sample.people.sqlite"):
        shutil.copy(demo_folder / name, folder / name)
    shutil.copy(folder / "sample.gpkg", folder / "同僚.gpkg")
    write_parcels(folder / "筆.geojson", ROWS)
    shutil.copy(SAMPLE / "elevation.tif", folder)
    rows = [
        f"TK-2025,TK-2025-{101 + n % 4},草丈,{30 + n % 40},2025-{5 + n % 5:02}-{1 + n % 28:02}"
        for n in range(ROWS)
    ]
    head = "trial_code,plot_code,trait,value,happened_at"
    (folder / "観察.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    cells = [f"S{n}," + ",".join(f"{(n * k) % 17 + k / 9:.2f}" for k in range(1, 40)) for n in range(200)]
    (folder / "表.csv").write_text(
        "sample_id," + ",".join(f"c{k}" for k in range(39)) + "\n" + "\n".join(cells)
    )
    _run(folder, ("backup", "--out", "前.backup"))
    assert (
        _run(
            folder, ("record", "visit", "--parcel-id", "069001736", "--drainage", "良"), project="同僚.gpkg"
        )[0]
        == 0
    )
    return folder


def _environment(folder: Path, project: str) -> dict[str, str]:
    temporary = folder.parent / f"{folder.name}-tmp"
    temporary.mkdir(exist_ok=True)
    return os.environ | {"PYTHONPATH": str(ROOT), "KANPO_PROJECT": project, "TMPDIR": str(temporary)}


def _run(
    folder: Path,
    words: tuple[str, ...],
    after: float | None = None,
    number: int = signal.SIGINT,
    project: str = "sample.gpkg",
) -> tuple[int, str]:
    """Run a command, interrupted after so many seconds: its exit code and what it said."""
    process = subprocess.Popen(
        [sys.executable, "-m", "kanpo", *words], cwd=folder, env=_environment(folder, project),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    if after is not None:
        time.sleep(after)
        process.send_signal(number)
    _, said = process.communicate(timeout=60)
    return process.returncode, said


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:2]))
def test_s15_an_interrupt_leaves_the_old_state_and_no_stray_file(
    prepared: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(prepared, whole)
    start = time.perf_counter()
    code, said = _run(whole, words)
    took = time.perf_counter() - start
    assert code in (0, 1), said
    chance = random.Random(" ".join(words))
    ends = []
    for turn in range(TIMES):
        folder = tmp_path / f"turn{turn}"
        shutil.copytree(prepared, folder)
        before = {path.name: digest(path) for path in folder.iterdir() if path.is_file()}
        number = signal.SIGTERM if turn == TIMES - 1 else signal.SIGINT
        code, said = _run(folder, words, chance.uniform(0.3, 0.95) * took, number)
        ends.append(code)
        _check(folder, before, code, said, sorted(p.name for p in whole.iterdir()))
    assert 130 in ends, ends


def _check(folder: Path, before: dict[str, str], code: int, said: str, whole: list[str]) -> None:
    assert code in (0, 1, 130), said
    assert "Traceback" not in said and "Exception ignored" not in said, said
    if code == 130:
        lines = [line for line in said.splitlines() if line.strip()]
        assert lines[-1].startswith("中断しました"), said
    now = {path.name: digest(path) for path in folder.iterdir() if path.is_file()}
    assert not [
        name for name in now if name.startswith(".") or name.endswith(("-journal", "-wal", "-shm"))
    ], now.keys()
    assert set(now) <= set(whole), "only what the whole command leaves"
    assert not list((folder.parent / f"{folder.name}-tmp").iterdir()), "a temporary file was left"
    changed = {name for name, kept in before.items() if now.get(name) != kept}
    assert changed <= {"sample.gpkg"}, changed
    assert not changed or verify_project(folder / "sample.gpkg") == []


@pytest.mark.parametrize("after", [0.05, 0.1, 0.2, 0.3, 0.5])
def test_s15_an_interrupt_while_kanpo_starts_shows_no_traceback(prepared: Path, after: float) -> None:
    """Before the first line of kanpo Python itself may be broken off; nobody can catch that."""
    code, said = _run(prepared, ("status",), after)
    assert code in (0, 1, 130, -signal.SIGINT), said
    assert f"{os.sep}kanpo{os.sep}cli" not in said and "__main__" not in said, said


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of its own is POSIX")
def test_s15_what_lasts_is_seen_to_last_on_a_terminal(tmp_path: Path) -> None:
    """Seconds on a terminal; not a sign of them in a file."""
    import pty

    program = (
        "import time, sys\nfrom kanpo.cli._present import waiting\nwith waiting():\n    time.sleep(4.6)\n"
    )
    shown, terminal = pty.openpty()
    subprocess.run(
        [sys.executable, "-c", program], stderr=terminal, env=_environment(tmp_path, ""), check=True
    )
    os.close(terminal)
    assert "4 s" in (told := os.read(shown, 1_000).decode()) or "4 秒" in told
    quiet = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, env=_environment(tmp_path, ""), check=True
    )
    assert quiet.stderr == b""
