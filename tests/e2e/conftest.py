"""Commands as a user types them, in a folder of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kanpo.cli import main

SAMPLE = Path(__file__).parents[2] / "data"


@dataclass(frozen=True)
class Said:
    """What a command did: exit code, stdout, stderr."""

    code: int
    out: str
    err: str


Kanpo = Callable[..., Said]


@pytest.fixture
def kanpo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Kanpo:
    """Run ``kanpo WORDS`` with the current folder being an empty one."""
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> Said:
        capsys.readouterr()
        code = main([str(word) for word in words])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Said(code, captured.out, captured.err)

    return run


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which ``kanpo demo`` was run; tests copy from it what they change."""
    import os

    folder = tmp_path_factory.mktemp("demo")
    before = {key: os.environ.get(key) for key in ("KANPO_CONFIG", "KANPO_LANG")}
    os.environ["KANPO_CONFIG"], os.environ["KANPO_LANG"] = str(tmp_path_factory.mktemp("config")), "ja"
    try:
        assert main(["demo", str(folder)]) == 0
    finally:
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value
    return folder
