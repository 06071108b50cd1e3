"""The rules of the house that no other tool checks."""

from __future__ import annotations

import ast
import configparser
import fnmatch
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "kanpo").rglob("*.py"))
SCRIPTS = sorted((ROOT / "kanpo").rglob("*.js"))
FORBIDDEN = ("eval", "exec", "pickle", "marshal", "shelve", "yaml", "joblib", "mktemp")


def test_no_module_is_longer_than_400_lines() -> None:
    long = {
        str(p.relative_to(ROOT)): n
        for p in [*FILES, *SCRIPTS]
        if (n := len(p.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long


def test_no_function_is_longer_than_60_lines() -> None:
    """Commands with many options are longer only by the list of their options."""
    long = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = node.body[0].lineno if "commands" in path.parts else node.lineno
                if (node.end_lineno or 0) - first + 1 > 60:
                    long.append((path.name, node.name))
    assert not long


def test_public_functions_and_classes_are_documented() -> None:
    bare = []
    for path in FILES:
        if "commands" in path.parts:
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            named = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if named and ast.get_docstring(node) is None:
                bare.append((path.name, node.name))
    assert not bare


def test_nothing_loads_or_runs_what_it_should_not() -> None:
    found = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name) and node.id in FORBIDDEN:
                found.append((path.name, node.id))
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names] + [getattr(node, "module", "") or ""]
                found += [(path.name, name) for name in names if name.split(".")[0] in FORBIDDEN]
            if isinstance(node, ast.keyword) and node.arg == "shell":
                found.append((path.name, "shell="))
    assert not found


def test_there_is_a_test_for_every_room() -> None:
    rooms = {p.name for p in (ROOT / "kanpo").iterdir() if (p / "__init__.py").is_file()}
    tested = {p.parent.name for p in (ROOT / "tests").rglob("test_*.py")}
    assert rooms - tested - {"locale"} == set()
    assert list((ROOT / "tests" / "locale").glob("test_*.py"))


def test_every_file_of_the_package_is_installed_with_it() -> None:
    """Data files lie in folders that are no packages; an installer takes only what setup.cfg names."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    patterns = [pattern.strip() for pattern in setup["options.package_data"]["*"].split(",")]
    left_out = []
    for path in (ROOT / "kanpo").rglob("*"):
        if path.is_dir() or path.suffix in (".py", ".pyc"):
            continue
        package = next(folder for folder in path.parents if (folder / "__init__.py").is_file())
        if not any(fnmatch.fnmatch(path.relative_to(package).as_posix(), pattern) for pattern in patterns):
            left_out.append(path.name)
    assert not left_out


def test_no_path_of_a_machine_is_committed() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.suffix in (".py", ".md", ".cfg", ".toml", ".js", ".html", ".css", ".txt") and path.is_file():
            text = path.read_text(encoding="utf-8")
            assert "/home/" not in text.replace('"/home/"', ""), name
