"""The one guard: what stands where a file is to be written, and whether it may give way."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from enum import Enum
from pathlib import Path

from kanpo.errors import EnvironmentFailure, InputUnusable, KanpoError, Place, UsageError
from kanpo.files._ledger import content_hash, written_hash
from kanpo.files._marks import Mark, read_mark
from kanpo.files._outputs import current_outputs
from kanpo.files._precious import SQLITE_COMPANIONS, why_precious
from kanpo.locale import Text

_DATABASES = (".gpkg", ".sqlite", ".db")
#: Names that stand for devices in every folder of Windows, with any ending.
_WINDOWS_DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))}
)
_OTHER_NAME = Text("別の名前を指定してください", "choose another name")


class Standing(Enum):
    """What stands at a path."""

    FREE = "nothing"
    OURS = "what kanpo wrote, unchanged"
    CHANGED = "what kanpo wrote and somebody changed"
    FOREIGN = "what kanpo did not write"


def judge(path: Path, *, gives_way: bool = False) -> tuple[Path, Standing]:
    """The file that a path leads to, and what it is; `gives_way` as `check_target` has it.

    Raises
    ------
    InputUnusable
        It is never replaced: a device, a folder, a project, what lies beside one, an input.
    EnvironmentFailure
        It cannot be looked at, or another program is in the middle of writing to it.
    """
    if os.name == "nt" and path.name.split(".")[0].strip().upper() in _WINDOWS_DEVICES:
        raise _refused("output.special", Text("装置の名前です", "is the name of a device"), path)
    try:
        found = path.stat()
        target = Path(os.path.realpath(path))
    except FileNotFoundError:
        return Path(os.path.realpath(path)), Standing.FREE
    except (OSError, ValueError) as error:
        raise _not_reached(path, error) from error
    if stat.S_ISDIR(found.st_mode):
        raise _refused("output.folder", Text("フォルダです", "is a folder"), path)
    if not stat.S_ISREG(found.st_mode):
        special = Text("装置やパイプで、ファイルではありません", "is a device or pipe, no file")
        raise _refused("output.special", special, path)
    why = why_precious(target, current_outputs().inputs, received=not gives_way)
    if why is not None:
        never = Text(f"{why.ja}。上書きしません", f"{why.en}; it is never written over")
        raise _refused("output.precious", never, path)
    if target.suffix.lower() in _DATABASES:
        _refuse_in_use(target, path)
    return target, _authorship(target)


def check_target(path: Path, *, gives_way: bool = False) -> tuple[Path, Standing]:
    """See whether a file can be written, before anything is computed or stored.

    Parameters
    ----------
    gives_way : bool
        What kanpo did not write is kept aside without being asked, as for the rejects beside an input and
        what a project received.

    Returns
    -------
    (Path, Standing)
        The file that the path leads to, and what stands there.

    Raises
    ------
    InputUnusable
        What stands there is never replaced, or is a stranger and nobody said ``--force``.
    EnvironmentFailure
        It cannot be looked at, or another program is in the middle of writing to it.
    """
    target, standing = judge(path, gives_way=gives_way)
    run = current_outputs()
    if standing is Standing.FOREIGN and not (run.force or gives_way):
        mend = Text("別の名前にするか、先に移してください", "choose another name or move it away first")
        if run.offers_force:
            mend = Text(
                "別の名前にしてください。--force を付けると、今のファイルを日時の付いた名前で残して書きます",
                "choose another name; with --force the present file is kept under a dated name",
            )
        raise InputUnusable(
            "output.foreign",
            Text(
                "kanpo が書いたと分からないファイルがもうあります(何も変えていません)",
                "there is already a file that kanpo does not know to have written (nothing was changed)",
            ),
            mend,
            Place(str(path)),
        )
    return target, standing


def check_targets(paths: Iterable[Path]) -> None:
    """See whether several files can be written in one run; no two may be the same.

    Raises
    ------
    UsageError
        Two paths lead to one file.
    InputUnusable, EnvironmentFailure
        As `check_target` has it.
    """
    seen: dict[str, Path] = {}
    for path in paths:
        target, _ = check_target(path)
        key = os.path.normcase(target)
        if key in seen or any(_same(path, other) for other in seen.values()):
            raise UsageError(
                "output.twice",
                Text("二つの出力が同じファイルを指しています", "two outputs name the same file"),
                Text("別々の名前を指定してください", "give each a name of its own"),
                Place(str(path)),
            )
        seen[key] = path


def _same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False


def _authorship(target: Path) -> Standing:
    """Who wrote a file, and whether it was changed since: the mark in it says so, else the ledger."""
    try:
        mark = read_mark(target, target.suffix.lower())
        if mark is Mark.WHOLE:
            return Standing.OURS
        known = written_hash(target)
        if known is not None and known == content_hash(target):
            return Standing.OURS
    except OSError:
        return Standing.FOREIGN
    return Standing.CHANGED if mark is Mark.BROKEN or known is not None else Standing.FOREIGN


def _refuse_in_use(target: Path, path: Path) -> None:
    """A database is not replaced under what SQLite still has to write back into it."""
    for ending in SQLITE_COMPANIONS[:2]:
        if target.with_name(target.name + ending).exists():
            raise EnvironmentFailure(
                "output.in-use",
                Text(
                    f"ほかのプログラムが使っています({target.name}{ending} があります)",
                    f"another program is using it ({target.name}{ending} is there)",
                ),
                Text(
                    "QGISなどを閉じてから、もう一度実行してください",
                    "close QGIS or whatever uses it, then run it again",
                ),
                Place(str(path)),
            )


def _refused(code: str, what: Text, path: Path) -> InputUnusable:
    return InputUnusable(code, what, _OTHER_NAME, Place(str(path)))


def _not_reached(path: Path, error: OSError | ValueError) -> KanpoError:
    if isinstance(error, ValueError) or error.errno in (errno.ENAMETOOLONG, errno.EINVAL, errno.ELOOP):
        unusable = Text("この名前のファイルは作れません", "no file can have this name")
        return _refused("output.name", unusable, path)
    reason = error.strerror or str(error)
    return EnvironmentFailure(
        "file.not-writable",
        Text(f"書き込めません({reason})", f"cannot be written ({reason})"),
        Text("フォルダと権限を確かめてください", "check the folder and its permissions"),
        Place(str(path)),
    )
