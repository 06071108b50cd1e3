"""A copy of a page for a test: with a clock that the test sets, and a list of what the page complained of.

The scripts stand before the page's policy, which therefore says nothing of them: the page itself,
its policy and its hashes stay as they are.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

_FIRST = '<meta charset="utf-8">'
_CLOCK = """(function () {
  const Real = Date;
  let offset = %(offset)s;
  class Shifted extends Real {
    constructor(...parts) { parts.length ? super(...parts) : super(Real.now() + offset); }
    static now() { return Real.now() + offset; }
  }
  window.Date = Shifted;
  window.testClock = { set: (moment) => { offset = moment - Real.now(); } };
})();"""
_COMPLAINTS = """(function () {
  const complaints = (window.testComplaints = []);
  addEventListener("error", (event) => complaints.push(String(event.message || event.target)));
  addEventListener("unhandledrejection", (event) => complaints.push(String(event.reason)));
  addEventListener("securitypolicyviolation", (event) => complaints.push(event.violatedDirective));
  const error = console.error;
  console.error = (...words) => { complaints.push(words.join(" ")); error.apply(console, words); };
})();"""
#: What a browser does that keeps nothing for pages: each of its doors throws.
STORAGE_BLOCKED = """for (const door of ["indexedDB", "localStorage", "sessionStorage"])
  Object.defineProperty(window, door, { get() { throw new DOMException("blocked", "SecurityError"); } });"""


def moment_ms(moment: str) -> int:
    """A moment such as ``2026-06-01T23:58:00+09:00`` in milliseconds since 1970."""
    return round(datetime.fromisoformat(moment).timestamp() * 1000)


def prepared(path: Path, offset_ms: int = 0, before: str = "") -> Path:
    """Write the copy; it has the same name each time, for some browsers keep a store per file."""
    page = path.read_text(encoding="utf-8")
    assert _FIRST in page, "a page says its encoding first"
    scripts = (_CLOCK % {"offset": json.dumps(offset_ms)}, _COMPLAINTS, before)
    placed = _FIRST + "".join(f"<script>{script}</script>" for script in scripts if script)
    copy = path.with_name(f"{path.stem}.tested.html")
    copy.write_text(page.replace(_FIRST, placed, 1), encoding="utf-8")
    return copy
