"""``kanpo analyze`` as it is typed: recorded trials and plain tables."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.conftest import Kanpo

CASES = Path(__file__).parents[1] / "evidence" / "cases"
NPK = (CASES / "rcbd_npk.csv", "--design", "rcbd", "--block", "block", "--trait", "yield")
FACTORS = ("--treatment", "N", "--treatment", "P", "--treatment", "K")


def test_a_table_without_a_project(kanpo: Kanpo) -> None:
    said = kanpo("analyze", *NPK, *FACTORS, "--json")
    assert said.code == 0
    found = json.loads(said.out)
    assert {"anova", "means", "pairs", "variance", "notes"} <= found.keys()
    assert list(found["anova"][0])[:7] == ["stratum", "term", "df", "sum_sq", "mean_sq", "F", "p"]
    want = json.loads((CASES / "rcbd_npk.json").read_text(encoding="utf-8"))["anova"]
    assert [row["term"] for row in found["anova"]] == [row["term"] for row in want]
    assert found["anova"][1]["F"] == pytest.approx(want[1]["F"], rel=1e-6)
    assert any("N:P:K" in note for note in found["notes"])


def test_main_effects_only(kanpo: Kanpo) -> None:
    found = json.loads(kanpo("analyze", *NPK, *FACTORS, "--additive", "--json").out)
    assert [row["term"] for row in found["anova"]] == ["block", "N", "P", "K", "Residuals"]


@pytest.mark.parametrize(("lang", "words"), [("ja", "差が認められます"), ("en", "differ significantly")])
def test_sentences_come_before_tables(kanpo: Kanpo, lang: str, words: str) -> None:
    said = kanpo(
        "analyze", CASES / "crd_plantgrowth.csv", "--design", "crd", "--treatment", "group",
        "--trait", "weight", "--check", "ctrl", "--lang", lang,
    )  # fmt: skip
    assert said.code == 0
    assert words in said.out.splitlines()[1]
    assert said.out.index(words) < said.out.index("Residuals")
    assert "Dunnett" in said.out and "Tukey" in said.out


@pytest.mark.parametrize(
    "words",
    [
        ("splitplot_oats.csv", "--design", "splitplot", "--whole-plot", "V", "--sub-plot", "N", "--block", "B",
         "--trait", "Y"),
        ("latin_orchard.csv", "--design", "latin", "--row", "rowpos", "--column", "colpos",
         "--treatment", "treatment", "--trait", "decrease"),
        ("stripplot_rice.csv", "--design", "stripplot", "--treatment", "gen", "--treatment", "nitro",
         "--block", "rep", "--trait", "yield"),
        ("alpha_oats.csv", "--design", "alpha", "--replicate", "rep", "--block", "block",
         "--treatment", "gen", "--trait", "yield"),
        ("blocks_maize.csv", "--design", "multienv", "--environment", "rep", "--block", "block",
         "--treatment", "gen", "--trait", "yield"),
        ("rcbd_npk.csv", "--design", "augmented", "--block", "block", "--treatment", "N", "--trait", "yield"),
    ],
)  # fmt: skip
def test_every_design_prints_and_gives_json(kanpo: Kanpo, words: tuple[str, ...]) -> None:
    for extra in ((), ("--json",), ("--csv",)):
        said = kanpo("analyze", CASES / words[0], *words[1:], *extra)
        assert (said.code, said.err) == (0, "")
        said.out.encode("cp932")
    json.loads(kanpo("analyze", CASES / words[0], *words[1:], "--json").out)


def test_a_recorded_trial_by_its_own_design(kanpo: Kanpo, demo_folder: Path) -> None:
    project = ("--project", demo_folder / "sample.gpkg")
    said = kanpo("analyze", "TK-2024", "--trait", "yield_dry_kg_per_10a", *project, "--json")
    assert said.code == 0
    found = json.loads(said.out)
    assert (found["design"], found["plots"], found["missing"]) == ("rcbd", 15, 1)
    assert [row["term"] for row in found["anova"]] == ["replicate", "treatment", "Residuals"]
    summary = json.loads(kanpo("trials", "summary", "TK-2024", *project, "--json").out)
    count = {row["treatment"]: row["n"] for row in summary if row["trait"] == "yield_dry_kg_per_10a"}
    assert {row["level"]: row["n"] for row in found["means"]} == count


def test_two_seasons_are_environments(kanpo: Kanpo, demo_folder: Path) -> None:
    project = ("--project", demo_folder / "sample.gpkg")
    said = kanpo("analyze", "TK-2024", "TK-2025", "--trait", "plant_height_cm", *project, "--json")
    found = json.loads(said.out)
    assert found["design"] == "multienv"
    assert {row["term"] for row in found["variance"]} <= {
        "trial_code", "trial_code:treatment", "trial_code:replicate", "Residual",
    }  # fmt: skip
    assert any("環境" in note for note in found["notes"])


def test_a_demonstration_is_not_tested(kanpo: Kanpo, demo_folder: Path) -> None:
    said = kanpo(
        "analyze", "HM-2024", "--trait", "yield_dry_kg_per_10a", "--project", demo_folder / "sample.gpkg"
    )
    assert said.code == 3
    assert "demonstration" in said.err and "kanpo trials summary HM-2024" in said.err


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (("TK-202", "--trait", "yield_dry_kg_per_10a"), 2, "TK-202"),
        (("TK-2024", "--trait", "yield_dry"), 2, "yield_dry_kg_per_10a"),
        ((CASES / "rcbd_npk.csv", "--trait", "yield"), 2, "--design"),
        ((*NPK, "--treatment", "NN"), 2, "「N」"),
        ((CASES / "none.csv", "--design", "crd", "--treatment", "a", "--trait", "b"), 3, "none.csv"),
        ((*NPK[:3], "--treatment", "N", "--trait", "yield"), 2, "--block"),
    ],
)
def test_mistakes_say_how_to_mend_them(
    kanpo: Kanpo, demo_folder: Path, words: tuple[object, ...], code: int, hint: str
) -> None:
    said = kanpo("analyze", *words, "--project", demo_folder / "sample.gpkg")
    assert said.code == code
    assert hint in said.err
    assert not said.out


def test_rows_left_out_give_exit_code_1_and_their_place(kanpo: Kanpo, tmp_path: Path) -> None:
    lines = (CASES / "crd_plantgrowth.csv").read_text(encoding="utf-8").splitlines()
    lines[3] = lines[3].replace("5.18", "五")
    (tmp_path / "data.csv").write_bytes("\n".join(lines).encode("cp932"))
    said = kanpo("analyze", "data.csv", "--design", "crd", "--treatment", "group", "--trait", "weight")
    assert said.code == 1
    assert "4行目" in said.err and "「五」" in said.err
    assert "29 区" in said.out


def test_several_traits_at_once(kanpo: Kanpo, demo_folder: Path) -> None:
    traits = ("--trait", "yield_dry_kg_per_10a", "--trait", "plant_height_cm")
    said = kanpo("analyze", "TK-2024", *traits, "--project", demo_folder / "sample.gpkg", "--json")
    assert [one["trait"] for one in json.loads(said.out)] == ["yield_dry_kg_per_10a", "plant_height_cm"]


def test_an_alpha_design_finds_its_replicates_and_unused_options_are_said(kanpo: Kanpo) -> None:
    words = (
        CASES / "alpha_oats.csv",
        "--design",
        "alpha",
        "--treatment",
        "gen",
        "--trait",
        "yield",
        "--json",
    )
    one = kanpo("analyze", *words, "--block", "block")
    other = kanpo("analyze", *words, "--block", "rep", "--block", "block")
    first, second = (json.loads(said.out)["anova"] for said in (one, other))
    assert [row["term"] for row in first] == ["rep", "gen"]
    assert [row["F"] for row in first] == pytest.approx([row["F"] for row in second])
    assert not one.err
    assert "--row" in kanpo("analyze", *words, "--block", "block", "--row", "x").err


def test_the_report_of_a_recorded_trial_is_in_words(kanpo: Kanpo, demo_folder: Path, tmp_path: Path) -> None:
    project = ("--project", demo_folder / "sample.gpkg")
    traits = ("--trait", "yield_dry_kg_per_10a", "--trait", "yield_fresh_kg_per_10a")
    said = kanpo("analyze", "TK-2024", *traits, *project, "--report", tmp_path / "報告.html")
    assert said.code == 0
    page = (tmp_path / "報告.html").read_text(encoding="utf-8")
    assert "項目の一覧" in page and "処理ごとの乾燥収量" in page and "「処理」の水準" in page
    assert "「treatment」" not in page and ">Within<" not in page
    assert page.count("<section") == 3
