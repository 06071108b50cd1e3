"""A label is read without a network, by a machine or a person, and a misreading is noticed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kanpo.errors import InputUnusable, UsageError
from kanpo.lots import label_page, lot_code, read_book, read_lot_code, write_labels
from kanpo.store import Project
from tests.lots.made_up import step, two_plots, write

PROJECT = "0193a000-0000-7000-8000-00000abc123"


@given(st.text(min_size=1).filter(lambda lot: lot == lot.strip()))
def test_a_code_gives_back_its_lot(lot: str) -> None:
    code = lot_code(PROJECT, lot)
    assert re.fullmatch(r"KP1:abc123:L:.+:[0-9A-F]{4}", code, re.DOTALL)
    assert read_lot_code(code, PROJECT) == lot


@given(
    st.text("ABC-0123456789", min_size=3, max_size=12), st.integers(0, 11), st.sampled_from("ABC-0123456789")
)
def test_one_mistyped_sign_is_noticed(lot: str, at: int, sign: str) -> None:
    at %= len(lot)
    assume(lot[at] != sign)
    code = lot_code(PROJECT, lot)
    start = code.index(":L:") + 3 + at
    with pytest.raises(InputUnusable, match="検査符号"):
        read_lot_code(code[:start] + sign + code[start + 1 :], PROJECT)


def test_what_is_no_code_or_of_another_project_is_said() -> None:
    for code in ("", "PACK-1", "KP1:abc123:P:T1-1:0000", "http://example.org/a:b:c:d"):
        with pytest.raises(InputUnusable, match="ロットの符号"):
            read_lot_code(code, PROJECT)
    with pytest.raises(InputUnusable, match="別のプロジェクト"):
        read_lot_code(lot_code("0193a000-ffffff", "A"), PROJECT)


def test_a_label_has_the_code_in_a_picture_and_in_words(trial_project: Project, tmp_path: Path) -> None:
    two_plots(trial_project)
    path = tmp_path / "札.html"
    project_id = trial_project.meta["project_id"]
    write_labels(path, read_book(trial_project), project_id, ["PACK-1", "M2"])
    page = path.read_text(encoding="utf-8")
    assert page.count("<svg") == 2
    assert lot_code(project_id, "PACK-1") in page
    for words in ("当帰", "10 kg", "14.5 kg", "2025-12-10", "2025-11-10 - 11-11"):
        assert words in page, words
    assert not re.search(r"(?:src|href)=|https?://(?!www\.w3\.org/)", page), "nothing is asked from elsewhere"
    with pytest.raises(UsageError):
        label_page(read_book(trial_project), project_id, ["PACK-9"])


def test_nothing_in_a_lots_name_can_run(trial_project: Project) -> None:
    two_plots(trial_project)
    evil = "<img src=x onerror=alert(1)>$qr${code}"
    assert write(trial_project, "lot", {"happened_at": "2025-12-01", "lot_id": "x", "parcel_id": "P1"}).stored
    row = {"happened_at": "2025-12-10", "trial_code": "T1", "plot_code": "T1-1", "fresh_kg": "1"}
    name = evil.replace("=", "≠")
    assert write(trial_project, "harvest", row | {"lot_id": name}).stored == 1
    assert not write(trial_project, "harvest", row | {"lot_id": evil}).stored, "= parts lots in a list"
    page = label_page(read_book(trial_project), PROJECT, [name])
    assert "<img" not in page and "&lt;img" in page
    assert page.count("<svg") == 1
    assert write(trial_project, "lot_step", step("2025-12-11", "packing", f"{name}=1", "P9=1")).stored == 1
