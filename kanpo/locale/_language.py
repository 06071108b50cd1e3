"""Which of the two languages is spoken now."""

from __future__ import annotations

import locale
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

Language = Literal["ja", "en"]

_current: ContextVar[Language] = ContextVar("kanpo_language", default="ja")


def language() -> Language:
    """The language in which texts are rendered at the moment."""
    return _current.get()


def set_language(chosen: str) -> None:
    """Speak `chosen` from now on; anything that is not English is Japanese."""
    _current.set("en" if chosen.lower().startswith("en") else "ja")


@contextmanager
def use_language(chosen: str) -> Iterator[None]:
    """Speak `chosen` ("ja" or "en") inside a ``with`` block."""
    token = _current.set("en" if chosen.lower().startswith("en") else "ja")
    try:
        yield
    finally:
        _current.reset(token)


def language_from_environment() -> Language:
    """The language that the user's system asks for.

    ``KANPO_LANG`` wins, then the POSIX variables, then the operating system's own setting. A
    system that says nothing (the plain "C" locale) gets Japanese: kanpo's users are Japanese
    offices, and many of their machines set no variable at all.
    """
    for name in ("KANPO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value and value.split(".")[0] not in ("C", "POSIX"):
            return "en" if value.lower().startswith("en") else "ja"
    if os.name == "nt":
        tag = locale.getlocale()[0] or ""
        return "en" if tag.lower().startswith("en") else "ja"
    return "ja"
