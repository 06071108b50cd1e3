"""What records were imported from is kept byte for byte, whatever kind of file it is."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from openpyxl import Workbook

from kanpo.exchange._beside import keep_original, originals_folder
from kanpo.store import Project


def _workbook(path: Path) -> None:
    Workbook().save(path)


def _page(path: Path) -> None:
    path.write_text("<p>調査票</p>", encoding="utf-8")


def _text(path: Path) -> None:
    path.write_text("名前だけが表計算です", encoding="utf-8")


@pytest.mark.parametrize("write", [_workbook, _page, _text])
@pytest.mark.parametrize("ending", ["xlsx", "html", "docx", "csv"])
def test_r19_an_original_is_kept_as_it_came(
    trial_project: Project, tmp_path: Path, write: object, ending: str
) -> None:
    came = tmp_path / f"came.{ending}"
    write(came)  # type: ignore[operator]
    content = came.read_bytes()
    kept = [keep_original(trial_project, came) for _ in range(2)]
    assert kept[0] == kept[1] and kept[0].read_bytes() == content
    assert kept[0].stem == hashlib.sha256(content).hexdigest()
    assert [path.name for path in originals_folder(trial_project).iterdir()] == [kept[0].name]
