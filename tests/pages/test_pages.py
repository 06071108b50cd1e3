"""The words that stand before a page until it is whole."""

from __future__ import annotations

from kanpo.locale import Text, use_language
from kanpo.pages import PAGE_END, page_start


def test_the_words_come_first_and_the_last_line_takes_them_away() -> None:
    start = page_start(Text("止まっています", "stopped"))
    assert start.lstrip().startswith("<") and "途中で切れています" in start
    assert "kanpo-cut" in start and "kanpo-cut" in PAGE_END
    assert "script" not in PAGE_END, "it works where scripts are forbidden"


def test_the_words_are_there_in_english() -> None:
    with use_language("en"):
        assert "cut off" in page_start(None)
