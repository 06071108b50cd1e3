"""The walk in docs/season.md is run as it is written, every command of it."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kanpo.cli import main
from tests.e2e.conftest import SAMPLE

WALK = Path(__file__).parents[2] / "docs" / "season.md"
_FENCE = re.compile(r"^```(\w+)?[ ]*(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
_EXIT = re.compile(r"#.*終了コード (\d)")
#: A sign that stands for an id nobody can know before.
_SIGN = re.compile("[①-⑳]")


@dataclass(frozen=True)
class Block:
    """A block of the document: ``sh`` (commands), ``text`` (what they say) or ``csv`` (a file)."""

    kind: str
    title: str
    body: str


def blocks(document: str) -> list[Block]:
    """The fenced blocks of a document, in order."""
    return [Block(*(part or "" for part in found.groups())) for found in _FENCE.finditer(document)]


def commands(body: str) -> Iterator[tuple[list[str], int]]:
    """The words of each command of a block, and the exit code it should end with."""
    for line in body.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words:
            exit_code = _EXIT.search(line)
            yield words, int(exit_code[1]) if exit_code else 0


def pattern_of(line: str, known: dict[str, str]) -> re.Pattern[str]:
    """A line of output: ``…`` is anything, a sign is an id to keep, blanks are any number of blanks."""
    made = ""
    for part in re.split("(…|[①-⑳]|[ ]+)", line.strip()):
        if part == "…":
            made += ".*?"
        elif part.isspace():
            made += r"\s+"
        elif _SIGN.fullmatch(part):
            made += re.escape(known[part]) if part in known else rf"(?P<s{ord(part)}>[0-9a-f-]+)"
        else:
            made += re.escape(part)
    return re.compile(made)


@dataclass
class Walker:
    """Goes through the document; each person has a folder and a computer of their own."""

    folder: Path
    settings: Path
    capsys: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch
    said: str = ""
    known: dict[str, str] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)

    def step(self, block: Block) -> None:
        if block.kind == "sh":
            self._go_to(block.title)
            self.said = "".join(self._run(words, code) for words, code in commands(block.body))
        elif block.kind == "text":
            for line in filter(str.strip, block.body.splitlines()):
                self._hear(line)
        elif block.kind == "csv":
            # As Excel in Japanese saves it.
            (self.folder / block.title).write_text(block.body, encoding="cp932", newline="\r\n")
        else:
            raise AssertionError(f"what is a block of {block.kind!r}?")

    def _go_to(self, person: str) -> None:
        self.patch.chdir(self.folder / person)
        self.patch.setenv("KANPO_CONFIG", str(self.settings / (person or "office")))
        self.patch.setenv("KANPO_ACTOR", person or "計画係")

    def _run(self, words: list[str], code: int) -> str:
        assert words[0] == "kanpo", words
        words = [_SIGN.sub(lambda sign: self.known[sign[0]], word) for word in words[1:]]
        self.capsys.readouterr()
        ended = main(words)
        captured = self.capsys.readouterr()
        said = captured.out + captured.err
        assert "Traceback" not in said
        assert ended == code, f"kanpo {shlex.join(words)} ended with {ended}:\n{said}"
        self.ran.append(words[0])
        return said

    def _hear(self, line: str) -> None:
        found = pattern_of(line, self.known).search(self.said)
        assert found, f"the document says\n  {line}\nbut the command said\n{self.said}"
        self.known |= {chr(int(name[1:])): value for name, value in found.groupdict().items()}


def test_every_command_of_the_walk_does_what_the_document_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "walk"
    folder.mkdir()
    shutil.copy(SAMPLE / "parcels.geojson", folder)
    walker = Walker(folder, tmp_path / "settings", capsys, monkeypatch)
    for block in blocks(WALK.read_text(encoding="utf-8")):
        walker.step(block)
    assert {"trials", "merge", "lots", "verify", "archive"} <= set(walker.ran)
    assert (folder / "当帰2025.zip").is_file() and (folder / "札.html").is_file()


@pytest.mark.parametrize(
    ("written", "said", "heard"),
    [
        ("記録 3、差戻し 1", "読込 4、記録 3、差戻し 1", True),
        ("記録 3、差戻し 1", "読込 4、記録 2、差戻し 1", False),
        ("X 平均 … ①", "X   平均  38.2  018f-ab", True),
        ("…(3.0 %)足りません", "重さが 0.3 kg(3.1 %)足りません", False),
    ],
)
def test_a_quoted_line_is_heard_only_where_it_is_said(written: str, said: str, heard: bool) -> None:
    assert bool(pattern_of(written, {}).search(said)) is heard
