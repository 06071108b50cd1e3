"""File to outcome, through the command: what `kanpo ingest` says and stores of every file of the corpus."""

from __future__ import annotations

import json
import math
import re
import shutil
import warnings
from pathlib import Path

import pandas as pd
import pytest
import shapely

from kanpo.cli import main
from kanpo.crs import JAPAN_BOX
from kanpo.store import Project
from tests.parcels.corpus import CASES, NO_FILES, Case
from tests.parcels.corpus._case import UNUSABLE
from tests.parcels.made_up import collection, feature

BEFORE = ("既80", "既81", "既82")
_CODE = re.compile(r"\[([a-z0-9]+\.[a-z0-9-]+)\]$")


@pytest.fixture(scope="module")
def three_parcels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with three parcels, to be copied."""
    folder = tmp_path_factory.mktemp("corpus")
    path = folder / "筆.geojson"
    path.write_text(collection([feature(int(i[1:]), parcel_id=i) for i in BEFORE]), encoding="utf-8")
    assert main(["init", str(folder / "町.gpkg")]) == 0
    assert main(["ingest", str(path), "--project", str(folder / "町.gpkg")]) == 0
    return folder / "町.gpkg"


@pytest.fixture
def project(three_parcels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh project in the current folder."""
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copy(three_parcels, tmp_path / "町.gpkg"))


def _ingest(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    with warnings.catch_warnings(record=True) as remarks:
        warnings.simplefilter("always")
        code = main(["ingest", *words, "--json", "--project", "町.gpkg"])
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    shown = (UserWarning, RuntimeWarning, FutureWarning)
    leaked = [str(found.message) for found in remarks if found.category in shown]
    assert not leaked, "remarks of libraries are not for the user"
    return code, said.out, said.err


def _stored(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Parcels and register rows, by id; all that has a shape is sound and in Japan."""
    with Project.open(path) as opened:
        parcels, register = opened.imported.parcels(), opened.imported.register()
    parcels = parcels[parcels["located_by"].isna()]
    assert parcels["parcel_id"].is_unique and register["register_id"].is_unique
    assert parcels.geometry.is_valid.all() and (parcels["area_m2"] > 0).all()
    assert set(parcels.geom_type) <= {"Polygon", "MultiPolygon"}
    pins = register.geometry.dropna()
    assert set(pins.geom_type) <= {"Point"}
    for shapes in (parcels.geometry, pins):
        assert shapes.within(shapely.box(*JAPAN_BOX)).all()
    return parcels.set_index("parcel_id"), register.set_index("register_id")


def _same(found: object, true: object) -> bool:
    if true is None:
        return bool(pd.isna(found))
    return math.isclose(found, true, rel_tol=1e-3) if isinstance(true, float) else found == true  # type: ignore[arg-type]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_file_comes_out_as_the_corpus_says(
    case: Case, project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "受領").mkdir()
    path, before = case.write(tmp_path / "受領"), project.read_bytes()
    code, out, err = _ingest(capsys, str(path), *case.options)
    assert code == case.exit, err
    messages = {found[1]: line for line in reversed(err.splitlines()) if (found := _CODE.search(line))}
    assert set(messages) == {code for code in (case.code, *case.also) if code}, err
    if case.code:
        assert re.search(r"(?<!\d)" + re.escape(case.place), messages[case.code]), messages[case.code]
        assert "→" in messages[case.code], "how to mend it"
    assert all(word in err for word in case.says), err
    parcels, register = _stored(project)
    assert set(BEFORE) <= set(parcels.index)
    if case.counts is None:
        assert code >= 2 and not out
        assert project.read_bytes() == before
        return
    reports = json.loads(out)
    counts = tuple(
        sum(report[key] for report in reports) for key in ("read", "stored", "repaired", "rejected")
    )
    assert counts == case.counts, err
    new = [identity for identity in parcels.index if identity not in BEFORE]
    assert len(new) + len(register) + case.retired == counts[1]
    if case.ids is not None:
        assert set(new) == set(case.ids)
    for identity, values in case.holds.items():
        row = (parcels if identity in parcels.index else register).loc[identity]
        assert {key: row[key] for key, true in values.items() if not _same(row[key], true)} == {}
    assert bool(counts[3]) == any(tmp_path.rglob("*_差戻し.*")), "what is sent back lies beside the file"


@pytest.mark.parametrize(("word", "code"), [pytest.param(w, c, id=name) for name, w, c in NO_FILES])
def test_what_is_no_file_is_not_opened(
    word: str, code: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = project.read_bytes()
    exit_code, _, err = _ingest(capsys, word)
    assert exit_code == UNUSABLE and f"[{code}]" in err, err
    assert project.read_bytes() == before


def test_the_corpus_is_large_and_every_case_has_a_name_of_its_own() -> None:
    assert len(CASES) + len(NO_FILES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)
