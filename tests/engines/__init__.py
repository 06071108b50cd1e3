"""One door to three browser engines, for every test that looks at a page as a person does.

`engine` is the fixture: Chromium, Firefox or WebKit, each started once for a test process. It opens
pages (`Page`) at the size of a phone, with a clock that the test sets. What only Chromium can show
(network off, accessibility, printing) is in `tests.browser`.
"""

from tests.engines._fixtures import engine, fresh_engine
from tests.engines._page import Engine, Page
from tests.engines._prepared import moment_ms

__all__ = ["Engine", "Page", "engine", "fresh_engine", "moment_ms"]
