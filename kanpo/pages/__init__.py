"""What every page says when it did not arrive whole, or does not run.

The words stand before anything else in the page and are seen until its last line takes them away: so
a page that was cut anywhere, by a mail gateway or a broken download, says so, without any script. A
page that runs has second words, which the last line brings up and only the page's own script removes:
they stay where scripts are switched off, forbidden, or not understood by an old browser.
"""

from __future__ import annotations

from html import escape
from importlib.resources import files

from kanpo.locale import Text

_CUT = Text(
    "このページは、まだ全部届いていません。この文が消えないときは、ファイルが途中で切れています"
    "(メールの制限や、止まったダウンロードなど)。見えているものは一部だけです。送った人からもう一度"
    "受け取り、端末に保存してから開いてください。",
    "This page has not arrived whole yet. If these words stay, the file is cut off (by a mail limit, or a "
    "download that stopped) and what you see is only a part: get it once more from the sender, and save it "
    "before you open it.",
)
_NO_SCRIPT = Text("JavaScript が止められています。", "JavaScript is switched off.")
_LOOK = (
    "margin:0;padding:14px 16px;border-bottom:3px solid #9b1c1c;background:#fff5f5;color:#7a1212;"
    "font:600 17px/1.6 sans-serif"
)
#: Above what the page lays out meanwhile, and without moving it.
_ABOVE = f"{_LOOK};position:fixed;inset:0 0 auto 0;z-index:3000"
#: The last line: from here on the page is whole.
PAGE_END = (
    '<style id="kanpo-end">#kanpo-cut{display:none!important}#kanpo-stopped{display:block!important}</style>'
)


def page_start(stopped: Text | None = None) -> str:
    """The first element of a page's body.

    Parameters
    ----------
    stopped : Text, optional
        What a page that runs scripts says while they do not run; a page without scripts has none.
    """
    look = _LOOK if stopped is None else _ABOVE
    cut = f'<p id="kanpo-cut" style="{look}">{_both(_CUT)}</p>'
    if stopped is None:
        return cut
    why = f"<noscript><br>{_both(_NO_SCRIPT)}</noscript>"
    return f'{cut}<p id="kanpo-stopped" style="display:none;{look}">{_both(stopped)}{why}</p>'


def start_script() -> str:
    """The script that a page with scripts starts through (``kanpo.whole``)."""
    return files("kanpo.pages").joinpath("page", "whole.js").read_text(encoding="utf-8").replace("\r\n", "\n")


def _both(text: Text) -> str:
    """In both languages: whoever gets a broken page may not read the one it was made in."""
    return f'{escape(text.ja)} <span lang="en">{escape(text.en)}</span>'
