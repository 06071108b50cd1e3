"""What R prints for published trials comes out of ``kanpo analyze --json``, number by number."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Kanpo

CASES = Path(__file__).parents[1] / "evidence" / "cases" / "r"
NAMES = sorted(path.stem for path in CASES.glob("*.json"))
Rows = Sequence[Mapping[str, Any]]


def same(mine: Rows, want: Rows, by: Sequence[str], exact: Sequence[str]) -> None:
    """Every line that R prints is there, with the same numbers to six digits."""
    found = {tuple(row[key] for key in by): row for row in mine}
    for row in want:
        key = tuple(row[name] for name in by)
        assert key in found, key
        for name in exact:
            near = None if row[name] is None else pytest.approx(row[name], rel=1e-6, abs=1e-9)
            assert found[key][name] == near, (key, name)


@pytest.mark.parametrize("name", NAMES)
def test_a_trial_as_r_analyses_it(kanpo: Kanpo, name: str) -> None:
    want = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    words = ("--design", want["design"], "--trait", want["trait"], *want["options"])
    said = kanpo("analyze", CASES / want["file"], *words, "--json", "--lang", "en")
    assert (said.code, said.err) == (0, "")
    found = json.loads(said.out)
    numbers = ("df", "sum_sq", "mean_sq", "F", "p")
    if "anova" in want:
        same(found["anova"], want["anova"], ("stratum", "term"), numbers)
        assert len(found["anova"]) == len(want["anova"])
    same(
        found["anova_adjusted"] or found["anova"],
        want.get("type_2", []),
        ("term",),
        numbers[:1] + numbers[3:],
    )
    same(found["anova_type_3"], want.get("type_3", []), ("term",), ("df", "sum_sq", "F", "p"))
    if "kenward_roger" in want:
        kenward_roger = any("Kenward" in note for note in found["notes"])
        tests = want["kenward_roger" if kenward_roger else "satterthwaite"]
        same(found["anova"], tests, ("term",), ("df", "F"))
        assert [row["p"] for row in found["anova"]] == pytest.approx([row["p"] for row in tests], rel=1e-5)
    means = want.get("means", [])
    known = [key for key in ("mean", "se", "df") if means and key in means[0]]
    same(found["means"], means, ("term", "level"), known)
    tukey = [row for row in found["pairs"] if row["method"] == "Tukey"]
    differences(tukey, want.get("pairs", []))
    components = {row["term"]: row["variance"] for row in found["variance"]}
    if "variance" in want:
        assert components == pytest.approx(want["variance"], rel=1e-5, abs=1e-9)


def differences(mine: Rows, want: Rows) -> None:
    """Pairs in either direction; R's own studentised range is good to about five digits."""
    found = {(row["term"], row["level"], row["against"]): row for row in mine}
    for row in want:
        forth, back = (row["term"], row["level"], row["against"]), (row["term"], row["against"], row["level"])
        pair, sign = (found[forth], 1) if forth in found else (found[back], -1)
        assert sign * pair["diff"] == pytest.approx(row["diff"], rel=1e-6, abs=1e-6 * row["se"])
        assert (pair["se"], pair["df"]) == pytest.approx((row["se"], row["df"]), rel=1e-6)
        assert pair["p_adj"] == pytest.approx(row["p_adj"], abs=5e-6)


def test_figures_printed_in_the_books(kanpo: Kanpo) -> None:
    """Montgomery's Latin square; Stroup's components; the seed rates of Gomez and Gomez."""

    def lines(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
        want = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
        words = ("--design", want["design"], "--trait", want["trait"], *want["options"])
        found = json.loads(kanpo("analyze", CASES / want["file"], *words, "--json").out)
        return {row["term"]: row for row in found["anova"]}, found

    rocket, _ = lines("latin_rocket")
    sums = [rocket[term]["sum_sq"] for term in ("formulation", "batch", "operator", "Residuals")]
    assert sums == pytest.approx([330, 68, 150, 128])
    assert round(rocket["formulation"]["F"], 2) == 7.73
    assert round(rocket["formulation"]["p"], 4) == 0.0025
    _, split = lines("splitplot_stroup")
    assert [round(one["variance"], 1) for one in split["variance"]] == [62.4, 15.4, 9.4]
    seed, found = lines("rcbd_seedrate")
    assert round(seed["rate"]["F"], 2) == 2.17
    assert round(found["cv_percent"]["Within"], 1) == 6.7
