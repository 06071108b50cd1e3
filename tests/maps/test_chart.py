"""Charts as pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kanpo.compare import COLOURS, Picture, Series
from kanpo.errors import EnvironmentFailure, UsageError
from kanpo.maps import write_chart

X = np.arange(5.0)
CHART = Picture(
    "$\\frac{1$ 乾燥曲線", "時間", "水分比",
    [
        Series("_芍薬 <b>", X, X, COLOURS[0], ["甲", "", "乙", "", "丙"], line=True, up=np.column_stack([X - 1, X + 1])),
        Series("", X, X[::-1], COLOURS[1], marks=False, line=True, dashed=True),
    ],
    across=(2.0,), x_names=[(0.0, "令和6年"), (4.0, "令和7年")],
)  # fmt: skip


def test_a_chart_is_a_png_of_its_own(tmp_path: Path) -> None:
    report = write_chart(CHART, tmp_path / "c.png")
    assert report.path.read_bytes().startswith(b"\x89PNG") and report.bytes > 5000
    write_chart(CHART, tmp_path / "d.png")
    assert (tmp_path / "c.png").read_bytes() == (tmp_path / "d.png").read_bytes()


def test_names_are_letters_and_all_are_there(tmp_path: Path) -> None:
    """As SVG of the same drawing, where letters can be read; nothing is a formula, nothing is hidden."""
    import matplotlib as mpl

    with mpl.rc_context({"svg.fonttype": "none"}):
        write_chart(CHART, tmp_path / "c.svg")
    text = (tmp_path / "c.svg").read_text(encoding="utf-8")
    for name in ("乾燥曲線", "令和6年", "_芍薬 &lt;b&gt;", "甲", "丙"):
        assert name in text


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="svg"):
        write_chart(CHART, tmp_path / "a.pdf")
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    with pytest.raises(EnvironmentFailure, match="pictures"):
        write_chart(CHART, tmp_path / "a.png")
    assert list(tmp_path.glob("a.*")) == []
