"""What a phone handed over: read whole where it is whole, and up to the cut where it was cut."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from kanpo.errors import InputUnusable, Place, Problem, Severity
from kanpo.exchange._exif import read_photo_facts
from kanpo.locale import Text
from kanpo.tables import check_file

_START = b'{"kanpo":"phone"'
#: Columns of a record, in the order in which sent-back rows show them.
COLUMNS = (
    *("record_id", "happened_at", "actor", "trial_code", "plot_code", "trait", "value"),
    *("note", "supersedes", "reason"),
)
_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z")
_HEAD = re.compile(rb'\{"kanpo":"phone",.*?"records":\[')
#: A picture that the page made small is far below this; bytes.
_LARGEST_PHOTO = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class HandedPhoto:
    """A photo: the record it belongs to, its SHA-256, and the JPEG."""

    record_id: str
    sha256: str
    content: bytes

    @property
    def name(self) -> str:
        """The file name that the record's value says."""
        return f"{self.record_id}.jpg"


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The content of a phone's file: rows as `COLUMNS`, photos, and what was wrong with the file."""

    trial: str
    project6: str
    device: str
    rows: tuple[tuple[str, ...], ...]
    photos: tuple[HandedPhoto, ...]
    problems: tuple[Problem, ...]


def is_phone_file(content: bytes) -> bool:
    """Whether the bytes begin like a file that the phone page wrote; its name may have been changed."""
    return content.removeprefix(b"\xef\xbb\xbf").lstrip()[: len(_START)] == _START


def read_phone_file(path: Path) -> HandedOver:
    """Read the file of a phone.

    One record stands on one line. Lines that cannot be read are named and left out, and a file that
    was cut off gives all records before the cut, which is said.

    Raises
    ------
    InputUnusable
        It is no such file, of a newer form, or not one record can be read.
    """
    check_file(path)
    content = path.read_bytes().removeprefix(b"\xef\xbb\xbf").strip()
    head = _head(content, path)
    records, photos, end, problems = _entries(content, path.name)
    rows = tuple(row for row in map(_row, records) if row is not None)
    if len(rows) < len(records):
        problems.append(_bad_ids(path.name, len(records) - len(rows)))
    told = (end.get("records"), end.get("photos")) if isinstance(end, dict) else None
    if told != (len(records), len(photos)):
        problems.append(_cut(path.name, len(rows), told[0] if told else None))
    if not rows:
        raise InputUnusable(
            "phone.none",
            Text("記録が1件も読めません", "not one record can be read"),
            Text("スマートフォンからもう一度渡してください", "hand it over from the phone once more"),
            Place(str(path)),
            problems=tuple(problems),
        )
    pictures = []
    for entry in photos:
        picture = _photo(entry)
        if picture is None:
            problems.append(_bad_photo(path.name, str(entry.get("record_id", ""))))
        else:
            pictures.append(picture)
    return HandedOver(
        trial=str(head.get("trial", "")),
        project6=str(head.get("project", "")),
        device=str(head.get("device", "")),
        rows=rows,
        photos=tuple(pictures),
        problems=tuple(problems),
    )


def _head(content: bytes, path: Path) -> dict[str, Any]:
    match = _HEAD.match(content)
    try:
        head = orjson.loads(match[0] + b"]}") if match else None
    except orjson.JSONDecodeError:
        head = None
    if not isinstance(head, dict) or head.get("kanpo") != "phone":
        raise InputUnusable(
            "phone.unreadable",
            Text("スマートフォンのファイルとして読めません", "is no file of the phone page"),
            Text("スマートフォンからもう一度渡してください", "hand it over from the phone once more"),
            Place(str(path)),
        )
    if head.get("form") != 1:
        raise InputUnusable(
            "phone.newer",
            Text("新しい kanpo の画面で作られています", "was made by the page of a newer kanpo"),
            Text("kanpo を新しくしてください", "update kanpo"),
            Place(str(path)),
        )
    return head


def _entries(
    content: bytes, file: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], object, list[Problem]]:
    """Records and photos line by line, the closing counts, and lines that cannot be read."""
    found: dict[str, list[dict[str, Any]]] = {"records": [], "photos": []}
    problems: list[Problem] = []
    now, end = "records", None
    for number, line in enumerate(content.split(b"\n")[1:], 2):
        plain = line.strip()
        if plain.startswith(b'],"photos":['):
            now = "photos"
        elif plain.startswith(b'],"end":'):
            end = _loaded(plain.removeprefix(b'],"end":').removesuffix(b"}"))
        elif plain:
            entry = _loaded(plain.removesuffix(b","))
            if isinstance(entry, dict):
                found[now].append(entry)
            else:
                what = Text("この行は読めません(途中で切れています)", "this line is cut or damaged")
                mend = Text("スマートフォンからもう一度渡してください", "hand over once more")
                place = Place(file, line=number)
                problems.append(Problem("phone.line-damaged", what, mend, place, Severity.WARNING))
    return found["records"], found["photos"], end, problems


def _loaded(text: bytes) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _row(record: dict[str, Any]) -> tuple[str, ...] | None:
    if not _UUID7.match(str(record.get("record_id", ""))):
        return None
    return tuple("" if record.get(key) is None else str(record[key]) for key in COLUMNS)


def _photo(entry: dict[str, Any]) -> HandedPhoto | None:
    """The photo, or None when it is damaged or no JPEG."""
    text, record_id = entry.get("base64"), str(entry.get("record_id", ""))
    if not isinstance(text, str) or len(text) > _LARGEST_PHOTO or not _UUID7.match(record_id):
        return None
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    digest = hashlib.sha256(content).hexdigest()
    told = entry.get("sha256")
    if (told is not None and told != digest) or read_photo_facts(content) is None:
        return None
    return HandedPhoto(record_id, digest, content)


def _cut(file: str, rows: int, told: object) -> Problem:
    of = "" if told is None else f" / {told}"
    return Problem(
        "phone.cut",
        Text(
            f"ファイルが途中で切れています。切れる前の記録 {rows}{of} 件を読みました",
            f"the file is cut off: {rows}{of} records before the cut were read",
        ),
        Text(
            "スマートフォンの記録は消えていません。もう一度渡して取り込んでください(二重になりません)",
            "the records are still on the phone: hand over and import once more (nothing is doubled)",
        ),
        Place(file),
        Severity.WARNING,
    )


def _bad_ids(file: str, count: int) -> Problem:
    return Problem(
        "phone.no-id",
        Text(f"記録IDのない {count} 件は読めません", f"{count} records without a valid id were left out"),
        Text("スマートフォンからもう一度渡してください", "hand it over from the phone once more"),
        Place(file),
        Severity.WARNING,
    )


def _bad_photo(file: str, record_id: str) -> Problem:
    return Problem(
        "phone.photo-damaged",
        Text("写真が壊れているか、途中で切れています", "a photo is damaged or cut off"),
        Text("スマートフォンからもう一度渡してください", "hand it over from the phone once more"),
        Place(file, value=record_id),
        Severity.WARNING,
    )
