"""The seal of a backup: which parts it has, and the hash of each, in a file that a person can read."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kanpo import __version__
from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text
from kanpo.store._identity import now, sha256_of
from kanpo.store._journal import Journal
from kanpo.store._seal import Seal

_HEAD = "kanpo backup seal 1"
_ABOUT = (
    "# 写しの封印です。kanpo restore と kanpo verify が、下の全部のファイルがこの通りかを確かめます。",
    "# The seal of a backup: kanpo restore and kanpo verify check all files below against it.",
    "# 「seal」の行を紙に書くか別の人に渡しておくと、この紙ごと作り直されても分かります(--seal)。",
    "# Write the line 'seal' down or give it to somebody else: then even a seal made anew is noticed (--seal).",
    "#",
    "# seal 写し全体の封印 / of the whole backup   records 記録の封印 / of the records   parcels 筆の数 / parcels",
    "# made 作った日時 / when   project・people・files ファイルの SHA-256 と名前 / SHA-256 and name of each file",
)
_KINDS = ("project", "people", "files")
_LONGEST = 100_000


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a backup: what it is (``project``, ``people``, ``files``), its name and the hash of its bytes.

    The name is for people, and without what would break a line.
    """

    what: str
    name: str
    sha256: str

    @classmethod
    def of(cls, what: str, path: Path) -> Part:
        """The part as it lies there."""
        shown = "".join(letter if letter.isprintable() else "?" for letter in path.name)
        with path.open("rb") as file:
            return cls(what, shown, hashlib.file_digest(file, "sha256").hexdigest())


@dataclass(frozen=True, slots=True)
class BackupSeal:
    """The parts of a backup, the seal of its records and how much is in it."""

    parts: tuple[Part, ...]
    records: Seal
    parcels: int
    made_at: str
    kanpo: str = __version__

    @classmethod
    def over(cls, parts: Sequence[tuple[str, Path]], project: Path) -> BackupSeal:
        """The seal of files as they lie there.

        Parameters
        ----------
        parts : sequence of (what, path)
        project : Path
            A file to read the project from: the part itself, or a copy of it at rest.
        """
        with closing(sqlite3.connect(project)) as connection:
            connection.execute("PRAGMA query_only = ON")
            records = Journal(connection, project, "").seal()
            parcels = connection.execute("SELECT count(*) FROM parcels").fetchone()[0]
        return cls(tuple(Part.of(what, path) for what, path in parts), records, parcels, now())

    @property
    def seal(self) -> Seal:
        """The seal over everything: another one as soon as a byte of a part is another one."""
        lines = [f"{part.what}:{part.sha256}" for part in self.parts]
        lines += [f"records:{self.records.digest}-{self.records.records}", f"parcels:{self.parcels}"]
        return Seal(sha256_of("\n".join(lines).encode()), self.records.records, self.records.devices)


def seal_text(seal: BackupSeal) -> str:
    """A seal as a person and kanpo can read it."""
    lines = [
        _HEAD,
        *_ABOUT,
        f"seal {seal.seal.digest}-{seal.records.records}",
        f"records {seal.records.digest}-{seal.records.records}",
        f"parcels {seal.parcels}",
        f"made {seal.made_at}",
        f"kanpo {seal.kanpo}",
        *(f"{part.what} {part.sha256} {part.name}" for part in seal.parts),
    ]
    return "\n".join(lines) + "\n"


def read_seal_file(path: Path) -> BackupSeal:
    """Read a seal; one that does not hold together is refused.

    Raises
    ------
    InputUnusable
        It is no seal of a backup, or was changed.
    """
    try:
        with path.open("rb") as file:
            # An editor on Windows may have put line ends of its own.
            text = file.read(_LONGEST).decode("utf-8-sig").replace("\r\n", "\n")
        head, *lines = text.split("\n")
        rows = [line.split(" ", 2) for line in lines if line and not line.startswith("#")]
        single = {row[0]: row[1] for row in rows if len(row) == 2}
        parts = tuple(Part(row[0], row[2], row[1]) for row in rows if len(row) == 3)
        digest, _, count = single["records"].partition("-")
        records = Seal(digest, int(count), 0)
        seal = BackupSeal(parts, records, int(single["parcels"]), single["made"], single["kanpo"])
        whole = f"{seal.seal.digest}-{records.records}" == single["seal"] and head == _HEAD
    except (OSError, ValueError, KeyError, IndexError):
        whole = False
    if not whole or not parts or any(part.what not in _KINDS for part in parts):
        raise InputUnusable(
            "backup.seal-unusable",
            Text(
                "写しの封印として読めません(変えられたか、壊れています)",
                "is no seal of a backup, or was changed",
            ),
            Text(
                "別の写しを使うか、封印(.seal.txt)を別の場所に移してください",
                "use another backup, or move the seal elsewhere",
            ),
            Place(str(path)),
        )
    return seal
