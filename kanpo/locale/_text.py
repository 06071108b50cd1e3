"""A text in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from kanpo.locale._language import language


@dataclass(frozen=True, slots=True)
class Text:
    """One text, Japanese first.

    ``str(text)`` gives it in the current language; ``text.format(...)`` fills both with the same
    values, which may be texts themselves. Values are never interpreted.
    """

    ja: str
    en: str

    def __str__(self) -> str:
        return self.en if language() == "en" else self.ja

    def format(self, **values: object) -> Text:
        """Fill the placeholders of both languages."""
        ja = {key: value.ja if isinstance(value, Text) else value for key, value in values.items()}
        en = {key: value.en if isinstance(value, Text) else value for key, value in values.items()}
        return Text(self.ja.format(**ja), self.en.format(**en))

    @classmethod
    def same(cls, text: str) -> Text:
        """A text that reads the same in both languages (a name, a unit, a code)."""
        return cls(text, text)
