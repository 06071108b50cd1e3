"""What is taken for a seal that somebody types again from paper."""

from __future__ import annotations

import pytest

from kanpo.cli import main
from kanpo.errors import UsageError
from kanpo.exchange import verify_archive, write_archive
from kanpo.store import NewRecord, Project, parse_seal, verify_project


@pytest.mark.parametrize(
    "text", ["", " ", "-409", "e", "3f9c", "3f9c01ab27d-1", "3f9c01ab27de-", "3f9c01ab27de-x", "〇"]
)
def test_r23_what_is_no_seal_is_a_usage_error_everywhere(project: Project, text: str) -> None:
    project.journal.append([NewRecord("observation", {"x": 1}, "2026-05-01")])
    archive = project.path.with_suffix(".zip")
    write_archive(project, archive)
    for check in (
        lambda: parse_seal(text),
        lambda: verify_project(project.path, text),
        lambda: verify_archive(archive, text),
    ):
        with pytest.raises(UsageError, match=r"seal\.form"):
            check()
    assert main(["verify", str(project.path), f"--seal={text}"]) == 2
    assert main(["verify", str(archive), f"--seal={text}"]) == 2


def test_r23_a_seal_typed_on_a_japanese_keyboard_is_the_one_that_was_printed(project: Project) -> None:
    project.journal.append([NewRecord("observation", {"x": 1}, "2026-05-01")])
    printed = str(project.journal.seal())
    wide = printed.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789abcdef-"})
    for text in (
        printed,
        f"  {printed}\n",
        printed.upper(),
        wide,
        wide.replace("-", "ー"),
        printed.partition("-")[0],
    ):
        assert verify_project(project.path, text) == [], text
    other = ("0" if printed[0] != "0" else "1") + printed[1:]
    assert [problem.code for problem in verify_project(project.path, other)] == ["verify.seal"]
