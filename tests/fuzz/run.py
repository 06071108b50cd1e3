"""Every reader and every path that a command takes, on files and paths broken on purpose.

A case is one command in a folder of its own, with one file or one path broken. It has to end within
five seconds, with a documented exit code, without a traceback, leaving no draft behind; what it refuses
leaves the bytes of the project as they were, and what it takes in leaves a project that verifies.
"""

from __future__ import annotations

import contextlib
import faulthandler
import hashlib
import io
import os
import random
import resource
import shutil
import sys
import tempfile
import time
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from kanpo.cli import main
from tests.fuzz.mutate import mutate
from tests.fuzz.seeds import LINES, PROJECT, REFUSED, make
from tests.parcels.fuzz import check as check_parcels
from tests.parcels.fuzz import mutated as broken_parcels

SECONDS, GROWTH_MB, ENDS = 5.0, 500.0, frozenset((0, 1, 2, 3, 4, 5, 6, 130))
#: Exit codes after which nothing of the project may have changed (4 stores the good rows).
_UNCHANGED = frozenset((2, 3, 5, 6, 130))
#: One project in so many that changed is verified, and so many outlines go to the reader itself.
_VERIFIED, _OUTLINES = 25, 0.15
#: Paths that are none, or not what is wanted.
PATHS = (
    "", "missing.csv", "missing/x.csv", ".", "..", "a_folder", "a_folder/", "empty.csv", "empty.xlsx", "empty.zip", "pipe",
    "loop.csv", "parcels.geojson/x.csv", "x" * 300 + ".csv", "筆" * 120 + ".xlsx", "a\nb.csv", "a\tb", "-", "--", "~", "~/x.csv",
    "http://127.0.0.1:1/x.csv", "/vsizip/parcels.zip", "\\\\server\\share\\x.csv", "C:\\x.csv", "nul", "CON.csv", "con:", "x.",
    "x.txt", "x.docx", "x.xls", "x.pdf", "\udcff.csv", "a?b*.csv", "a#b%20.gpkg", "観察.csv",
    "locked/x.csv", "dem.tif", "logo.png", "parcels.shp", "form.xlsx", "register.csv", "x\u202egpj.csv", "file:///etc/hostname", "*",
)  # fmt: skip
#: Files of the project in the place of an input.
OWN_PATHS = ("field.gpkg", "field.people.sqlite", "field.zip", "field.backup")


@dataclass(slots=True)
class Totals:
    """What came of many cases."""

    cases: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    largest: tuple[float, str] = (0.0, "")
    peak_mb: float = 0.0

    @classmethod
    def united(cls, parts: list[Totals]) -> Totals:
        """Those of several processes."""
        whole = cls()
        for part in parts:
            whole.cases += part.cases
            whole.ends += part.ends
            whole.faults += part.faults
            whole.slowest = max(whole.slowest, part.slowest)
            whole.largest = max(whole.largest, part.largest)
            whole.peak_mb = max(whole.peak_mb, part.peak_mb)
        return whole

    def text(self, seconds: float) -> str:
        """The figures in words."""
        kinds = Counter(fault.split(":", 1)[0] for fault in self.faults)
        over = kinds["slow"] + kinds["hang"]
        ends = ", ".join(f"{end}: {count:,}" for end, count in sorted(self.ends.items()))
        lines = [
            f"{self.cases:,} cases in {seconds:.0f} s; exits {ends}",
            f"exit 70: {self.ends['70']}; over {SECONDS:g} s: {over}; other faults: {len(self.faults) - over - kinds['exit 70']}",
            f"worst time {self.slowest[0]:.2f} s: {self.slowest[1]}",
            f"worst growth {self.largest[0]:.0f} MB: {self.largest[1]}; peak {self.peak_mb:.0f} MB",
            *self.faults[:60],
        ]
        return "\n".join(lines)


class Hang(BaseException):
    """A case that did not end."""


def run(cases: int, seed: int, keep: Path) -> Totals:
    """Try so many cases; what breaks a promise is written to a folder in `keep`."""
    totals = Totals()
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = Path(name) / "a" / "b"
        folder.mkdir(parents=True)
        os.environ["KANPO_CONFIG"] = str(Path(name) / "config")
        os.environ["KANPO_PROJECT"] = str(folder / PROJECT[0])
        os.chdir(folder)
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                make(folder)
            # Everything that is loaded when first needed is loaded, so that no case is charged for it.
            bench = _Bench(Path(name), keep, totals)
            for line in LINES:
                words = [word.removeprefix("@") for word in line]
                code, said, _ = bench.answer(words)
                bench.restore()
                if code not in (0, 1) and line not in REFUSED:
                    totals.faults.append(f"seed: {words} ends with {code}: {said[-300:]}")
            for number in range(cases):
                chance = random.Random(f"{seed}/{number}")
                _try(bench, chance, f"seed {seed} case {number}")
            bench.verify("at the end")
        finally:
            os.chdir(here)
    return totals


def _try(bench: _Bench, chance: random.Random, label: str) -> None:
    bench.restore()
    bench.totals.cases += 1
    if chance.random() < _OUTLINES:
        bench.outlines(chance, label)
        return
    words = list(chance.choice(LINES))
    files = [at for at, word in enumerate(words) if word.startswith("@")]
    words = [word.removeprefix("@") for word in words]
    if files and chance.random() < 0.8:
        broken = Path(words[files[0]])
        for _ in range(chance.choice([1, 1, 1, 2, 3])):
            if broken.exists():
                mutate(chance, broken)
        if words[files[0]] == "parcels.shp" and chance.random() < 0.5:
            mutate(chance, Path(chance.choice(["parcels.dbf", "parcels.shx", "parcels.prj", "parcels.cpg"])))
    else:
        places = [at for at, word in enumerate(words) if at in files or _is_path(word)]
        if chance.random() < 0.15 and "--project" not in words:
            words += ["--project", chance.choice(PATHS)]
        elif places:
            place = chance.choice(places)
            words[place] = chance.choice(PATHS + (OWN_PATHS if place in files else ()))
    bench.check(words, label)


def _is_path(word: str) -> bool:
    return (
        Path(word).suffix in (".csv", ".xlsx", ".svg", ".png", ".html", ".gpkg", ".backup", ".zip")
        or word == "re"
    )


class _Bench:
    """The folder in which cases are tried, and what it looked like before."""

    def __init__(self, top: Path, keep: Path, totals: Totals) -> None:
        self.folder, self.keep, self.totals = Path.cwd(), keep, totals
        self.pristine = top / "pristine"
        (self.folder / "a_folder").mkdir()
        for name in ("empty.csv", "empty.xlsx", "empty.zip"):
            Path(name).touch()
        shutil.copytree(self.folder, self.pristine)
        self.stamps = self._look()
        self.digests = {name: _digest(self.folder / name) for name in PROJECT}
        self.changed = 0

    def _look(self) -> dict[str, tuple[int, int]]:
        return {
            str(path.relative_to(self.folder)): (path.lstat().st_mtime_ns, path.lstat().st_size)
            for path in self.folder.rglob("*")
        }

    def restore(self) -> None:
        """Make the folder what it was."""
        now = self._look()
        for name in sorted(now.keys() - self.stamps.keys(), reverse=True):
            path = self.folder / name
            with contextlib.suppress(OSError):
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        for name, stamp in self.stamps.items():
            path, kept = self.folder / name, self.pristine / name
            if kept.is_file() and now.get(name) != stamp:
                path.parent.mkdir(exist_ok=True)
                shutil.copyfile(kept, path)
                os.utime(path, ns=(stamp[0], stamp[0]))
            elif kept.is_dir():
                path.mkdir(exist_ok=True)
        with contextlib.suppress(OSError):
            os.mkfifo(self.folder / "pipe")
            (self.folder / "loop.csv").symlink_to("loop.csv")

    def blame(self, kind: str, what: str, words: list[str], label: str) -> None:
        """Keep what broke a promise."""
        self.totals.faults.append(f"{kind}: {label}: kanpo {' '.join(words)!r}: {what}")
        place = self.keep / f"{label} {kind}".replace(" ", "_")
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        (place / "command.txt").write_text(
            f"{words!r}\n{what}\n", encoding="utf-8", errors="backslashreplace"
        )
        for path in self.folder.rglob("*"):
            if path.is_file() and self.stamps.get(str(path.relative_to(self.folder))) != (
                path.lstat().st_mtime_ns,
                path.lstat().st_size,
            ):
                with contextlib.suppress(OSError):
                    shutil.copy(path, place / path.name)

    def answer(self, words: list[str]) -> tuple[int | str, str, float]:
        """Run a command: its exit code (or ``hang``), what it said, and the seconds of work it took.

        Seconds of the processor count, since a busy machine is no fault of an input; what waits
        for something is a hang after twenty seconds of the clock.
        """
        out, err = (
            io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace") for _ in range(2)
        )
        faulthandler.dump_traceback_later(30, exit=True)
        start = time.process_time()
        with _alarm(20), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code: int | str = main([*words])
            except Hang:
                code = "hang"
        took = time.process_time() - start
        faulthandler.cancel_dump_traceback_later()
        err.flush()
        return code, err.buffer.getvalue().decode("utf-8", "replace"), took  # type: ignore[attr-defined]

    def check(self, words: list[str], label: str) -> None:
        """Run a command and hold it to the promises."""
        before = _peak_mb()
        code, said, took = self.answer(words)
        grown = _peak_mb() - before
        self.totals.ends[str(code)] += 1
        self.totals.slowest = max(self.totals.slowest, (took, f"{label} {words}"))
        self.totals.largest = max(self.totals.largest, (grown, f"{label} {words}"))
        self.totals.peak_mb = max(self.totals.peak_mb, _peak_mb())
        if code == "hang":
            self.blame("hang", "not done after 20 s", words, label)
        elif code not in ENDS:
            self.blame(f"exit {code}", _log(said), words, label)
        elif "Traceback" in said:
            self.blame("traceback", said[-500:], words, label)
        elif took > SECONDS:
            self.blame("slow", f"{took:.1f} s", words, label)
        if grown > GROWTH_MB:
            self.blame("memory", f"{grown:.0f} MB", words, label)
        drafts = [p.name for p in self.folder.rglob(".*") if p.is_file()]
        if drafts:
            self.blame("draft", f"{drafts}", words, label)
        changed = any(_digest(self.folder / name) != digest for name, digest in self.digests.items())
        if changed and code in _UNCHANGED:
            self.blame("changed", f"exit {code} and another project", words, label)
        if changed:
            self.changed += 1
            if self.changed % _VERIFIED == 1:
                self.verify(f"after {words} {label}")

    def verify(self, label: str) -> None:
        """The project has to be sound."""
        code, said, _ = self.answer(["verify", "--project", PROJECT[0]])
        if code != 0:
            self.blame("verify", said[-500:], ["verify"], label)

    def outlines(self, chance: random.Random, label: str) -> None:
        """Broken outlines straight to their reader: no wrong parcel may come out."""
        path = self.folder / "fuzz.geojson"
        path.write_bytes(broken_parcels(chance))
        try:
            answer = check_parcels(path)
            self.totals.ends["outlines read" if answer == "read" else "outlines refused"] += 1
        except Exception as error:
            self.blame("outlines", repr(error), ["read_parcels"], label)


@contextlib.contextmanager
def _alarm(seconds: int):  # type: ignore[no-untyped-def]
    import signal

    def stop(_number: int, _frame: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 if sys.platform != "darwin" else peak / 1024**2


def _log(said: str) -> str:
    """The end of the log that an exit 70 names."""
    at = said.rfind("/")
    path = Path(said[said.rfind(" ", 0, at) + 1 :].strip()) if at >= 0 else Path()
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
        path.unlink()
    except OSError:
        return said[-500:]
    return text[-900:]
