"""What people give for a table, told by its first bytes: each kind is called by its name, with the way out."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from kanpo.errors import EnvironmentFailure, InputUnusable, Place
from kanpo.locale import Text

#: So much of a file tells its kind.
_HEAD = 4096
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
#: Name of the stream in which Office keeps a document under a password, as a compound file writes names.
_LOCKED = "EncryptedPackage".encode("utf-16-le")


class _Kind(NamedTuple):
    """A kind of file: its code, what it is, and what to do instead."""

    code: str
    what: Text
    mend: Text


_SAVE_XLSX = Text(
    "Excelで開き、.xlsx として保存し直してください", "open it in Excel and save it anew as .xlsx"
)
_ORIGINAL = Text(
    "画像やPDFのもとになった表(.xlsx・.csv)を使ってください",
    "use the table (.xlsx, .csv) that it was made from",
)
_PICTURE = _Kind(
    "file.picture", Text("画像ファイルで、表ではありません", "is a picture, not a table"), _ORIGINAL
)
_KINDS: dict[str, _Kind] = {
    "picture": _PICTURE,
    "pdf": _Kind("file.pdf", Text("PDFで、表ではありません", "is a PDF, not a table"), _ORIGINAL),
    "html": _Kind(
        "file.html",
        Text("表のファイルではなく、ウェブページ(HTML)です", "is a web page (HTML), not a table"),
        Text(
            "Excelで開いて .xlsx として保存し直すか、元のファイルをダウンロードし直してください",
            "open it in Excel and save it as .xlsx, or download the file itself",
        ),
    ),
    "locked": _Kind(
        "table.password",
        Text("パスワード付きのブックです", "the workbook has a password"),
        Text(
            "Excelで開き、パスワードを外して .xlsx として保存し直してください",
            "open it in Excel, take the password off and save it as .xlsx",
        ),
    ),
    "old": _Kind(
        "table.old-workbook",
        Text(
            "古い形式(.xls)のブックか、Wordなどの文書です", "is an old workbook (.xls), or another document"
        ),
        _SAVE_XLSX,
    ),
    "sqlite": _Kind(
        "file.database",
        Text(
            "表ではなく、データベース(GeoPackageなど)です", "is a database (such as GeoPackage), not a table"
        ),
        Text(
            "QGISなどで、表を CSV か .xlsx に書き出してください",
            "write the table to CSV or .xlsx with QGIS or the like",
        ),
    ),
}
#: First bytes and the kind; TIFF is left out, since it may be a raster layer.
_STARTS = (
    (b"\x89PNG\r\n", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"%PDF-", "pdf"),
    (b"SQLite format 3\0", "sqlite"),
)
_HTML = (b"<html", b"<!doctype html", b"<table", b"<head", b"<meta")


def check_kind(path: Path, *, able: Collection[str] = ()) -> None:
    """A file may be read as what it is given for: no folder, not empty, no picture, no locked workbook.

    Whether it can be opened is not asked for here, nor whether it exists.

    Parameters
    ----------
    able : collection of str
        Kinds that the caller reads all the same (``sqlite``, ``html``).

    Raises
    ------
    InputUnusable
        It is of another kind, which the message names.
    """
    if path.is_dir():
        raise InputUnusable(
            "file.folder",
            Text("ファイルではなく、フォルダです", "is a folder, not a file"),
            Text("中のファイルを1つ指定してください", "name a file in it"),
            Place(str(path)),
        )
    if not path.is_file():
        return
    try:
        with path.open("rb") as stream:
            start = stream.read(_HEAD)
    except OSError:
        # Whoever opens it next says why it cannot be.
        return
    if not start:
        raise InputUnusable(
            "file.empty",
            Text("空のファイルです(0バイト)", "the file is empty (0 bytes)"),
            Text("保存かダウンロードをやり直してください", "save or download it again"),
            Place(str(path)),
        )
    name = kind_of(start, path)
    if name is not None and name not in able:
        kind = _KINDS[name]
        raise InputUnusable(kind.code, kind.what, kind.mend, Place(str(path)))


def check_input(path: Path, *, able: Collection[str] = ()) -> None:
    """As `check_kind`, and the file has to be there.

    Raises
    ------
    InputUnusable
        There is no such file, or it is of another kind.
    """
    check_kind(path, able=able)
    if not path.is_file():
        raise InputUnusable(
            "table.missing",
            Text("ファイルがありません", "there is no such file"),
            Text("ファイル名と場所を確かめてください", "check the name and the folder"),
            Place(str(path)),
        )


def kind_of(start: bytes, path: Path) -> str | None:
    """The kind of a file that begins so, where it is none of a table; a locked workbook is looked through."""
    for mark, name in _STARTS:
        if start.startswith(mark):
            return name
    if (start.startswith(b"RIFF") and start[8:12] == b"WEBP") or start[4:12] in (b"ftypheic", b"ftypmif1"):
        return "picture"
    if start.startswith(_OLE):
        return "locked" if _is_locked(path) else "old"
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return "html" if text.startswith(_HTML) else None


def _is_locked(path: Path) -> bool:
    """Whether a compound file has the stream of a document under a password; its directory may be anywhere."""
    tail = b""
    with path.open("rb") as stream:
        while block := stream.read(1024 * 1024):
            if _LOCKED in tail + block:
                return True
            tail = block[-len(_LOCKED) :]
    return False


def not_readable(path: Path, error: OSError) -> EnvironmentFailure:
    """The error for a file that is there and cannot be opened."""
    reason = error.strerror or str(error)
    return EnvironmentFailure(
        "file.not-readable",
        Text(f"読めません({reason})", f"cannot be read ({reason})"),
        Text(
            "Excelなどで開いていれば閉じ、権限を確かめてください",
            "close it where it is open, and check the permissions",
        ),
        Place(str(path)),
    )
