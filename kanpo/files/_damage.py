"""Whatever a foreign reader raises, said by the name of the file."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kanpo.errors import KanpoError

#: What Python gives up on reading a file, and what is no fault of the file.
_NOT_OF_THE_FILE = (KanpoError, PermissionError, FileNotFoundError, ImportError)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE)


@contextmanager
def damage_said(unusable: Callable[[str], KanpoError]) -> Iterator[None]:
    """Whatever a foreign reader raises of a file is that the file cannot be used.

    Readers of zips, workbooks, XML, rasters and tables raise whatever their parsers raise: dozens of
    kinds, most of which nobody documents. Only their calls stand in such a block, nothing of our own.

    Parameters
    ----------
    unusable : callable
        Makes the error from a short reason (the name of what was raised).
    """
    try:
        yield
    except _NOT_OF_THE_FILE:
        raise
    except BaseException as error:
        # A parser written in Rust that gives up raises no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            raise
        raise unusable(type(error).__name__) from error
