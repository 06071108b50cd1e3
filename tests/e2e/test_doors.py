"""Every command that reads a file says of what is none: what, where, why and how to mend, and changes nothing."""

from __future__ import annotations

import os
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from kanpo.cli._paths import InputPath
from tests.e2e.test_every_command import COMMANDS, WALK, folder
from tests.e2e.test_never_70 import Case, spelled

__all__ = ["folder"]

WORDS = dict(WALK)
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def png() -> bytes:
    """A picture of one grey pixel."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0\x80"))
        + chunk(b"IEND", b"")
    )


def ole(stream: str) -> bytes:
    """The beginning of a compound file as Excel writes it, with the name of one stream in its directory."""
    return OLE + bytes(504) + bytes(512) + stream.encode("utf-16-le").ljust(128, b"\0") + bytes(2000)


#: Doors of folders and pictures: they say what they want instead of what a file is.
OTHERWISE = ("demo --data", "herbs check --folder", "map --logo")
#: Name, content, and a word that the message has to have in Japanese.
FILES: dict[str, tuple[bytes, str]] = {
    "空.csv": (b"", "空"),
    "空.xlsx": (b"", "空"),
    "空白.csv": (b" \r\n\r\n", ""),
    "写真.csv": (png(), "画像"),
    "写真.xlsx": (png(), "画像"),
    "写真.jpg": (b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(300), "画像"),
    "鍵.xlsx": (ole("EncryptedPackage"), "パスワード"),
    "古い.xls": (ole("Workbook"), ".xlsx"),
    "古い.xlsx": (ole("Workbook"), ".xlsx"),
    "実は網.xls": ("<html><body><table><tr><td>筆</td></tr></table></body></html>".encode("cp932"), "HTML"),
    "実は網.csv": (b"\xef\xbb\xbf<!DOCTYPE html><html><body>404</body></html>", "HTML"),
    "報告.csv": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(200), "PDF"),
    "雑音.csv": (random.Random(7).randbytes(4000), ""),
    "雑音.xlsx": (random.Random(8).randbytes(4000), ""),
    "爆弾.xlsx": (b"", ""),
    "帳簿.csv": (b"SQLite format 3\0" + bytes(4000), ""),
}


def bomb(path: Path) -> None:
    """A workbook of 100 kB that unpacks to 300 MB."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as stream:
            for _ in range(300):
                stream.write(bytes(1024 * 1024))


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of files that are no input of any command."""
    where = tmp_path_factory.mktemp("bad")
    for name, (content, _) in FILES.items():
        (where / name).write_bytes(content)
    bomb(where / "爆弾.xlsx")
    (where / "入れ物").mkdir()
    return where


def doors() -> Iterator[tuple[str, click.Parameter]]:
    """Every option and argument that reads a file, but for the project itself."""
    for name, command in COMMANDS.items():
        for param in command.params:
            if param.type is InputPath and param.name != "project":
                yield name, param


def line(name: str, param: click.Parameter, path: Path) -> list[str]:
    """The command with its words and this path at one door."""
    command = COMMANDS[name]
    given, _, _ = command.make_parser(click.Context(command)).parse_args(list(WORDS[name]))
    if param.name in ("past", "future"):
        # The two belong together, and the least of the pair is looked at first.
        given |= {"past": [str(path)], "future": [str(path)]}
    many = param.nargs == -1 or getattr(param, "multiple", False)
    return [*name.split(), *spelled(command, {**given, str(param.name): [str(path)] if many else str(path)})]


@pytest.mark.parametrize(("name", "param"), [pytest.param(*one, id=f"{one[0]} {one[1].opts[0]}") for one in doors()])  # fmt: skip
def test_what_is_no_input_is_named_with_its_mend(
    name: str, param: click.Parameter, folder: Path, bad: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("KANPO_PROJECT", str(folder / "sample.gpkg"))
    case = Case(folder, "sample.gpkg")
    wanted = {bad / file: word for file, (_, word) in FILES.items()}
    wanted |= {bad / "無い.csv": "ありません", bad / "入れ物": "フォルダ"}
    for path, word in wanted.items():
        code, out, err = case.look(*line(name, param, path))
        if os.environ.get("SHOW"):
            print(f"{name} {param.opts[0]} {path.name}: {code} {(out + err).strip()[:600]}")
        said = out + err
        door = f"{name} {param.opts[0]}"
        if door == "map --logo" and path.name.startswith("写真"):
            assert code == 0
            continue
        word = "" if door in OTHERWISE else word
        if param.name in ("past", "future") and (not word or path.name == "爆弾.xlsx"):
            # What may be a grid is read after the days of the project, of which the sample has none.
            continue
        if code not in (1, 2, 3) or path.name not in said or word not in said:
            case.faults.append(f"{name} {param.opts[0]} {path.name}: {code} {said.strip()[-400:]}")
    assert not case.faults, "\n".join(case.faults)


@pytest.mark.parametrize(
    ("words", "form"),
    [
        (("assumptions", "import"), "kanpo assumptions template"),
        (("records", "import"), "kanpo records template"),
        (("weights", "judge"), "kanpo weights template"),
        (("growers", "import"), "grower_code,name"),
        (("herbs", "use"), "herb_id,factor"),
        (("lots", "check", "D1", "--limits"), "herb_id,test"),
        (("score", "--herb", "当帰", "--weights"), "kanpo weights judge"),
        (("climate", "add"), "気象庁"),
    ],
)
def test_the_mend_names_the_form_of_this_command(
    words: tuple[str, ...], form: str, folder: Path, bad: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("KANPO_PROJECT", str(folder / "sample.gpkg"))
    case = Case(folder, "sample.gpkg")
    for name in (
        "空.csv",
        "写真.csv",
        "入れ物" if words != ("herbs", "use") else "空.csv",
        "空白.csv",
        "雑音.csv",
    ):
        code, _, err = case.look(*words, str(bad / name))
        assert code == 3, err
        if name != "空白.csv" or "[table." in err:
            assert form in err, err
        if form != "kanpo records template":
            assert "kanpo records template" not in err, err
    assert not case.faults, "\n".join(case.faults)


def test_a_workbook_without_the_heads_of_the_form_names_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from openpyxl import Workbook

    monkeypatch.chdir(folder)
    monkeypatch.setenv("KANPO_PROJECT", str(folder / "sample.gpkg"))
    book = Workbook()
    book.active.append(["買い物", "値段"])
    book.active.append(["鍬", 3000])
    book.save(tmp_path / "買い物.xlsx")
    case = Case(folder, "sample.gpkg")
    for command, form in (
        ("assumptions", "kanpo assumptions template"),
        ("records", "kanpo records template"),
    ):
        code, _, err = case.look(command, "import", str(tmp_path / "買い物.xlsx"))
        assert code == 3 and form in err, err
    assert (
        "kanpo records template" not in case.look("assumptions", "import", str(tmp_path / "買い物.xlsx"))[2]
    )
    assert not case.faults


def test_a_file_that_another_program_holds_is_said_so(
    folder: Path, bad: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Excel on Windows holds a file: it is there, and opening it is denied."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("KANPO_PROJECT", str(folder / "sample.gpkg"))
    held = bad / "開いている.csv"
    held.write_text("key,low\nyears_of_use,5\n", encoding="utf-8")
    whole = Path.open

    def denied(path: Path, *words: object, **more: object) -> object:
        if path == held:
            raise PermissionError(13, "Permission denied", str(path))
        return whole(path, *words, **more)  # type: ignore[arg-type]

    case = Case(folder, "sample.gpkg")
    for words in (
        ("assumptions", "import"),
        ("records", "import"),
        ("growers", "import"),
        ("compare", "pca"),
        ("climate", "add"),
        ("ingest",),
        ("layers", "add"),
        ("herbs", "use"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(Path, "open", denied)
            code, _, err = case.look(*words, str(held))
        assert code in (3, 6) and held.name in err and "→" in err, err
    assert not case.faults, "\n".join(case.faults)
