"""Japanese and English: every text that a person reads is one `Text` holding both.

In comes the wish of the user (``--lang``, ``KANPO_LANG``, the system's locale), out goes the
language that `str(text)` speaks. Both languages stand side by side in the code, so that neither
can be forgotten.
"""

from kanpo.locale._language import language, language_from_environment, set_language, use_language
from kanpo.locale._text import Text

__all__ = ["Text", "language", "language_from_environment", "set_language", "use_language"]
