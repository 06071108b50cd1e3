"""Pages as a person uses them: open, type, press, read, go back, look again."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.engines._prepared import moment_ms, prepared
from tests.engines._start import Browser

PHONE = (390, 844)
_PATIENCE_S = 8.0
#: The function stands in the script as it is: the policy of a page lets no text become a program.
_RUN = """const done = arguments[arguments.length - 1];
const given = [...arguments].slice(0, -1);
Promise.resolve().then(() => (FUNCTION)(...given))
  .then((value) => done(["value", value === undefined ? null : value]), (error) => done(["error", String(error)]));"""
_VISIBLE = (
    """const shown = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden";"""
)


class PageError(AssertionError):
    """What the page's own code threw."""


class Engine:
    """A running browser and the pages that a test opened in it."""

    def __init__(self, name: str, browser: Browser) -> None:
        self.name = name
        self.browser = browser
        self.driver = browser.driver
        self._base = self.driver.window_handles[0]
        self._pages: list[Page] = []

    def open(
        self,
        path: Path,
        *,
        at: str | None = None,
        before: str = "",
        size: tuple[int, int] = PHONE,
        plain: bool = False,
        ready: bool = True,
    ) -> Page:
        """Open a file in a tab of its own.

        Parameters
        ----------
        at : str, optional
            What the page's clock says, as ISO 8601 with an offset.
        before : str, optional
            A script that runs before the page's own.
        plain : bool
            The file as it is: no clock, no script of the test's.
        ready : bool
            Wait until the page says that it is ready.
        """
        self.driver.switch_to.window(self._base)
        # WebKit draws nothing in a tab behind another one.
        self.driver.switch_to.new_window("window" if self.name == "webkit" else "tab")
        page = Page(self, self.driver.current_window_handle, path, before, plain)
        self._pages.append(page)
        page.resize(*size)
        if at is not None:
            page.offset_ms = moment_ms(at) - round(time.time() * 1000)
        page.load(ready=ready)
        return page

    def close_pages(self) -> None:
        """Close what the test opened."""
        for page in self._pages:
            page.close()
        self._pages.clear()
        self.driver.switch_to.window(self._base)

    def kill(self) -> None:
        """End the browser without a word."""
        self._pages.clear()
        self.browser.kill()


class Page:
    """One tab. Selectors are CSS; what is not there yet is waited for."""

    def __init__(self, engine: Engine, handle: str, path: Path, before: str, plain: bool) -> None:
        self.engine = engine
        self.driver = engine.driver
        self.handle = handle
        self.path = path
        self.before = before
        self.plain = plain
        self.offset_ms = 0

    # -- going places

    def load(self, *, ready: bool = True) -> None:
        """Open the file."""
        file = self.path if self.plain else prepared(self.path, self.offset_ms, self.before)
        self._here().get(file.resolve().as_uri())
        self._settle(ready)

    def reload(self, *, ready: bool = True) -> None:
        """As the reload button does; the clock goes on."""
        if not self.plain:
            prepared(self.path, self.offset_ms, self.before)
        self._here().refresh()
        self._settle(ready)

    def leave_and_return(self, elsewhere: Path) -> None:
        """Follow a link to another page and come back with the back button."""
        self._here().execute_script("location.href = arguments[0]", elsewhere.resolve().as_uri())
        # A script that waits for an answer gets none when the page goes away under it: ask the browser.
        self.wait(lambda: self._here().title == "elsewhere")
        self._here().back()
        self.wait(
            lambda: (
                self._here().title != "elsewhere"
                and self.driver.execute_script("return document.readyState") == "complete"
            )
        )
        self._settle(True)

    def close(self) -> None:
        """Close the tab."""
        driver = self.driver
        if self.handle in driver.window_handles:
            self._here().close()

    def resize(self, width: int, height: int) -> None:
        """Give the page exactly so many CSS pixels."""
        driver = self._here()
        if self.engine.name == "chromium":
            screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 760}
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        elif self.engine.name == "firefox":
            driver.browsing_context.set_viewport(
                context=self.handle, viewport={"width": width, "height": height}
            )
        else:
            self._resize_window(width, height)

    def _resize_window(self, width: int, height: int) -> None:
        """Without a window manager the size comes a moment later, and a row of tabs takes some of it."""
        above = 0
        for _ in range(20):
            self.driver.set_window_rect(width=width, height=height + above)
            time.sleep(0.03)
            inner = self.driver.execute_script("return [innerWidth, innerHeight]")
            if inner == [width, height]:
                return
            if inner[0] == width:
                above += height - inner[1]

    # -- doing things

    def click(self, selector: str) -> None:
        """A tap."""
        self._element(selector).click()

    def type(self, selector: str, text: str) -> None:
        """Empty the field and type; nothing is confirmed."""
        element = self._element(selector)
        if element.get_property("value"):
            self.press(selector, "a", control=True)
            self.press(selector, "Backspace")
        if text:
            element.send_keys(text)

    def press(self, selector: str, key: str, *, control: bool = False) -> None:
        """Press one key in a field."""
        from selenium.webdriver import Keys

        named = {"Enter": Keys.ENTER, "Escape": Keys.ESCAPE, "Backspace": Keys.BACKSPACE, "Tab": Keys.TAB}
        pressed = named.get(key, key)
        self._element(selector).send_keys(*((Keys.CONTROL, pressed) if control else (pressed,)))

    def choose(self, selector: str, value: str) -> None:
        """Choose an option of a list by its value."""
        self._element(f"{selector} option[value='{value}']").click()

    def set_clock(self, moment: str) -> None:
        """Let the page's clock say another time; it goes on from there, also after a reload."""
        self.offset_ms = moment_ms(moment) - round(time.time() * 1000)
        self.run("(moment) => testClock.set(moment)", moment_ms(moment))

    def lock_screen(self) -> None:
        """What a phone tells a page when its screen goes dark or another app comes to the front."""
        self.run("""() => {
          document.activeElement?.blur();
          window.dispatchEvent(new Event("blur"));
          Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
          window.dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
        }""")

    def unlock_screen(self) -> None:
        """What it tells the page when it is looked at again."""
        self.run("""() => {
          delete document.visibilityState;
          window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
          document.dispatchEvent(new Event("visibilitychange"));
          window.dispatchEvent(new Event("focus"));
        }""")

    # -- reading

    def run(self, function: str, *given: Any) -> Any:
        """Call a JavaScript function, also an async one, and give back what it returns.

        Raises
        ------
        PageError
            It threw.
        """
        kind, value = self._here().execute_async_script(_RUN.replace("FUNCTION", function), *given)
        if kind == "error":
            raise PageError(value)
        return value

    def text(self, selector: str) -> str:
        """The text of the first element as it is shown."""
        return str(self._element(selector, shown=False).get_property("innerText")).strip()

    def value(self, selector: str) -> str:
        """What stands in a field."""
        return str(self._element(selector, shown=False).get_property("value"))

    def shown(self, selector: str) -> bool:
        """Whether an element is there and not hidden."""
        words = f"return [...document.querySelectorAll(arguments[0])].some((e) => {{ {_VISIBLE} return shown(e); }})"
        return bool(self._here().execute_script(words, selector))

    def body(self) -> str:
        """All text that a person sees."""
        return str(self._here().execute_script("return document.body ? document.body.innerText : ''"))

    def count(self, selector: str) -> int:
        """How many elements there are."""
        return int(
            self._here().execute_script("return document.querySelectorAll(arguments[0]).length", selector)
        )

    def wait(self, condition: str | Callable[[], object], *given: Any) -> None:
        """Wait until a JavaScript function or a function of the test says yes."""
        self._until(
            lambda: self.run(condition, *given) if isinstance(condition, str) else condition(), condition
        )

    def wait_text(self, selector: str, part: str) -> None:
        """Wait until an element that is shown holds a text."""
        self.wait(
            "(selector, part) => [...document.querySelectorAll(selector)].some("
            "(e) => e.getClientRects().length > 0 && e.textContent.includes(part))",
            selector,
            part,
        )

    def requests(self) -> list[str]:
        """Addresses that the page asked for beyond itself."""
        words = "return performance.getEntriesByType('resource').map((e) => e.name)"
        return [
            name for name in self._here().execute_script(words) if not name.startswith(("data:", "blob:"))
        ]

    def complaints(self) -> list[str]:
        """Errors, refused scripts and what was written to the console as an error."""
        return [str(text) for text in self._here().execute_script("return window.testComplaints || []")]

    def screenshot(self, path: Path) -> None:
        """What a person sees."""
        self._here().save_screenshot(str(path))

    # -- inside

    def _here(self) -> Any:
        self.driver.switch_to.window(self.handle)
        return self.driver

    def _settle(self, ready: bool) -> None:
        if ready:
            self.run(
                "async () => { for (let n = 0; n < 400 && !window.kanpoReady; n++) await new Promise((go) => setTimeout(go, 10)); await window.kanpoReady; }"
            )

    def _element(self, selector: str, *, shown: bool = True) -> Any:
        from selenium.webdriver.common.by import By

        def found() -> Any:
            here = self._here().find_elements(By.CSS_SELECTOR, selector)
            return next((element for element in here if not shown or element.is_displayed()), None)

        return self._until(found, selector)

    def _until(self, condition: Callable[[], Any], what: object) -> Any:
        limit = time.monotonic() + _PATIENCE_S
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > limit:
                raise AssertionError(f"{self.engine.name}: waited in vain for {what}\n{self.body()[:600]}")
            time.sleep(0.03)
