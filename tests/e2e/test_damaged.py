"""Damaged zips and workbooks, and what only calls itself one: exit 3 from every reader, and by name."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.e2e.conftest import Kanpo


def _book() -> bytes:
    book = Workbook()
    for row in (["sample_id", "産地", "a", "b"], *([f"S{n}", "鶴岡", n * 1.5, n % 4] for n in range(9))):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _flipped(content: bytes, mark: bytes, offset: int, value: int) -> bytes:
    """A copy with the two bytes behind every mark replaced."""
    changed, at = bytearray(content), content.find(mark)
    while at >= 0:
        changed[at + offset : at + offset + 2] = struct.pack("<H", value)
        at = content.find(mark, at + 1)
    return bytes(changed)


def _remade(change: Callable[[str, bytes], bytes | None]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_book())) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            content = change(info.filename, old.read(info))
            if content is not None:
                new.writestr(info.filename, content)
    return out.getvalue()


def _of_sheet(name: str, content: bytes, wanted: bytes | None) -> bytes | None:
    return wanted if name.endswith("sheet1.xml") else content


DAMAGE: dict[str, Callable[[], bytes]] = {
    "cut short": lambda: _book()[: len(_book()) // 2],
    "cut by a byte": lambda: _book()[:-1],
    "sum wrong": lambda: _flipped(_book(), b"PK\x01\x02", 16, 4711),
    "locked": lambda: _flipped(_flipped(_book(), b"PK\x03\x04", 6, 1), b"PK\x01\x02", 8, 1),
    "packed in an unknown way": lambda: _flipped(_flipped(_book(), b"PK\x03\x04", 8, 99), b"PK\x01\x02", 10, 99),
    "no sheet": lambda: _remade(lambda name, content: _of_sheet(name, content, None)),
    "broken XML": lambda: _remade(lambda name, content: _of_sheet(name, content, content[:300])),
    "no workbook.xml": lambda: _remade(lambda name, content: None if name == "xl/workbook.xml" else content),
    "no XML": lambda: _remade(lambda name, content: _of_sheet(name, content, b"\0\1\2")),
    "old workbook": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5_000,
    "web page": lambda: b"<html><table><tr><td>1</td></tr></table></html>",
    "text": lambda: b"sample_id,a,b\nS1,1,2\n",
    "other office file": lambda: _remade(lambda name, content: content if name.startswith("[") else None),
    "empty": lambda: b"",
    "a head only": lambda: b"PK\x03\x04",
}  # fmt: skip
READERS: tuple[tuple[str, ...], ...] = (
    ("ingest", "表.xlsx"),
    ("records", "import", "表.xlsx"),
    ("compare", "pca", "表.xlsx"),
    ("compare", "years", "表.xlsx", "--year", "a", "--unit", "b", "--value", "a"),
    ("lots", "matrix", "import", "表.xlsx", "--id", "M"),
    ("weights", "judge", "表.xlsx", "--out", "w.csv"),
    ("growers", "import", "表.xlsx"),
)


@pytest.mark.parametrize("damage", DAMAGE)
def test_s17_a_damaged_workbook_is_said_by_every_reader(kanpo: Kanpo, tmp_path: Path, damage: str) -> None:
    assert kanpo("init", "t.gpkg").code == 0
    (tmp_path / "表.xlsx").write_bytes(DAMAGE[damage]())
    before = (tmp_path / "t.gpkg").read_bytes()
    for words in READERS:
        said = kanpo(*words)
        if damage == "text" and said.code in (0, 1):
            # Readers that tell a table from its content take it for the CSV that it is.
            assert words[1] in ("matrix", "import", "years")
            before = (tmp_path / "t.gpkg").read_bytes()
            continue
        assert said.code == 3 and "表.xlsx" in said.err, (words, said)
        assert (tmp_path / "t.gpkg").read_bytes() == before


@pytest.mark.parametrize(
    "damage",
    ["cut short", "cut by a byte", "sum wrong", "locked", "packed in an unknown way", "a head only", "empty"],
)
def test_s17_a_damaged_zip_is_said_by_every_reader(kanpo: Kanpo, tmp_path: Path, damage: str) -> None:
    assert kanpo("init", "t.gpkg").code == 0
    (tmp_path / "筆.zip").write_bytes(DAMAGE[damage]())
    for words in (("ingest", "筆.zip"), ("layers", "add", "筆.zip"), ("verify", "筆.zip")):
        said = kanpo(*words)
        assert said.code == 3 and "筆.zip" in said.err, (words, said)
