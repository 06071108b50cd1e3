"""``python -m kanpo`` is the command ``kanpo``."""

import _thread
import atexit
import contextlib
import os
import signal
import sys
import threading
import time
from types import FrameType
from typing import Any, NoReturn

#: What a shell reports when a program was interrupted (128 + SIGINT).
INTERRUPTED = 130
#: Ctrl-C is pressed again and again; what cleans up after the first must not be broken off, seconds.
_CLEANING = 3.0
#: An interrupt that was thrown away comes again after so many seconds.
_AGAIN = 0.02


def run() -> int:
    """Run the command of the shell; whoever interrupts it finds the old state, one line, and exit 130.

    Nothing is imported before interrupts are taken care of.
    """
    _take_interrupts()
    try:
        from kanpo.cli import main

        code = main()
    except KeyboardInterrupt:
        print("中断しました / interrupted", file=sys.stderr)
        code = INTERRUPTED
    for number in _interrupts():
        # All is done: what comes now must not break off the last flush.
        signal.signal(number, signal.SIG_IGN)
    if code == INTERRUPTED:
        _leave(code)
    return code


def _leave(code: int) -> NoReturn:
    """End with the code, whatever Python thinks of the interrupt.

    Where it struck code that was made from text (a data class while it is imported), Python would kill
    itself with the same signal at its end, although it was taken care of.
    """
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        # Nobody may be reading any more.
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _interrupts() -> list[int]:
    """Ctrl-C, the polite end that a system asks for, and Ctrl-Break of Windows."""
    names = ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP")
    return [int(getattr(signal, name)) for name in names if hasattr(signal, name)]


def _take_interrupts() -> None:
    """Break off at the first interrupt, and once more only when there was time to clean up."""
    first = -_CLEANING

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        nonlocal first
        now = time.monotonic()
        if now - first >= _CLEANING:
            first = now
            raise KeyboardInterrupt

    def repeat(unraisable: Any) -> None:
        """Python throws an interrupt away that strikes while it tidies up; it has to come again."""
        nonlocal first
        if unraisable.exc_type is not KeyboardInterrupt:
            sys.__unraisablehook__(unraisable)
            return
        first = -_CLEANING
        threading.Timer(_AGAIN, _thread.interrupt_main).start()

    sys.unraisablehook = repeat
    for number in _interrupts():
        # What was ignored (nohup) stays so.
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, interrupt)


if __name__ == "__main__":
    sys.exit(run())
