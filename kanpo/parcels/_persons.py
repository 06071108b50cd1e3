"""Whether a received file speaks of persons: such a file is not kept within the project."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kanpo.reading import normalise

#: Parts of headers under which persons stand. Rather one too many: what is lost is a copy of a file.
_PERSONS = re.compile(
    "氏名|名前|所有者|耕作者|権利者|管理者|相続|世帯|納税|住所|電話|連絡先|メール|生年|性別|備考|摘要|"
    "owner(?!farm|statement)|cultivator|farmer(?!indication)|phone|email|household|resident",
    re.IGNORECASE,
)


def names_persons(headers: Iterable[str]) -> bool:
    """Whether a header speaks of persons, or is free text in which they may stand."""
    return any(_PERSONS.search(normalise(header)) for header in headers)
