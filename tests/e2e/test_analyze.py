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
    assert any("N×P×K" in note for note in found["notes"])


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
        (("TK-2024", "--trait", "yield_dryy"), 2, "yield_dry_kg_per_10a"),
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


def test_how_degrees_of_freedom_are_found_can_be_chosen_and_is_said(kanpo: Kanpo) -> None:
    alpha = (
        CASES / "alpha_oats.csv", "--design", "alpha", "--replicate", "rep", "--block", "block",
        "--treatment", "gen", "--trait", "yield",
    )  # fmt: skip
    found = {
        words: json.loads(kanpo("analyze", *alpha, *words, "--json").out)
        for words in ((), ("--ddf", "kenward-roger"), ("--ddf", "satterthwaite"))
    }
    usual, same, other = found.values()
    assert (usual["ddf"], usual["anova"]) == (same["ddf"], same["anova"])
    assert (usual["ddf"], other["ddf"]) == ("kenward-roger", "satterthwaite")
    assert any("Kenward-Roger" in note for note in usual["notes"])
    assert any("Satterthwaite" in note for note in other["notes"])
    assert usual["means"][0]["se"] > other["means"][0]["se"]


def test_degrees_of_freedom_are_not_chosen_where_there_is_no_mixed_model(kanpo: Kanpo) -> None:
    said = kanpo("analyze", *NPK, *FACTORS, "--ddf", "satterthwaite", "--json")
    assert said.code == 0
    assert "--ddf" in said.err
    assert json.loads(said.out)["ddf"] is None
    assert kanpo("analyze", *NPK, *FACTORS, "--ddf", "none").code == 2


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("ja", ("調整平均", "共変量の傾き", "before = 10.73")),
        ("en", ("Adjusted means", "Slopes of covariates", "before = 10.73")),
    ],
)
def test_a_covariate_is_printed_with_its_slope(kanpo: Kanpo, lang: str, words: tuple[str, ...]) -> None:
    table = (CASES / "crd_leprosy.csv", "--design", "crd", "--treatment", "drug", "--trait", "after")
    said = kanpo("analyze", *table, "--covariate", "before", "--lang", lang)
    assert (said.code, said.err) == (0, "")
    for word in words:
        assert word in said.out
    found = json.loads(kanpo("analyze", *table, "--covariate", "before", "--json").out)
    assert found["covariates"][0]["slope"] == pytest.approx(0.987183811)


def test_a_recorded_trait_as_covariate_of_another(kanpo: Kanpo, demo_folder: Path) -> None:
    trial = (
        "analyze",
        "TK-2024",
        "--trait",
        "yield_dry_kg_per_10a",
        "--project",
        demo_folder / "sample.gpkg",
    )
    found = json.loads(kanpo(*trial, "--covariate", "plant_height_cm", "--json").out)
    assert [row["term"] for row in found["anova"]] == [
        "replicate",
        "plant_height_cm",
        "treatment",
        "Residuals",
    ]
    assert found["covariates"][0]["covariate"] == "plant_height_cm"
    wrong = kanpo(*trial, "--covariate", "plant_hight_cm")
    assert wrong.code == 2
    assert "plant_height_cm" in wrong.err


def test_a_covariate_that_tells_nothing_is_refused_in_words(kanpo: Kanpo) -> None:
    said = kanpo("analyze", *NPK, "--treatment", "N", "--covariate", "block", "--lang", "ja")
    assert said.code == 2
    assert "2つの役" in said.err


RCBD = ("--design", "rcbd", "--treatment", "品種", "--block", "反復", "--trait", "収量")
ROWS = [["反復", "品種", "収量"]] + [
    [str(block), name, str(value + block)]
    for block in (1, 2, 3, 4)
    for name, value in (("在来", 40), ("大和", 44 + block % 2), ("=cmd", 41))
]


def _workbook(path: Path, rows: list[list[str]], sheet: str) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "説明"
    page = book.create_sheet(sheet)
    for row in rows:
        page.append([float(cell) if cell.isdigit() else cell for cell in row])
        for cell in page[page.max_row]:
            cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
    book.save(path)


def test_the_same_numbers_from_every_kind_of_file(kanpo: Kanpo, tmp_path: Path) -> None:
    text = "\r\n".join(",".join(row) for row in ROWS)
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    (tmp_path / "bom.csv").write_bytes(text.encode("utf-8-sig"))
    (tmp_path / "cp932.csv").write_bytes(text.encode("cp932"))
    (tmp_path / "tab.tsv").write_bytes(text.replace(",", "\t").encode("cp932"))
    (tmp_path / "wide.csv").write_bytes(text.translate(wide).encode("cp932"))
    (tmp_path / "titled.csv").write_bytes(("令和7年 品種比較試験,,\r\n,,\r\n" + text).encode("utf-8"))
    _workbook(tmp_path / "book.xlsx", [["品種比較試験"], [], *ROWS], "結果")
    found = []
    for words in (("bom.csv",), ("cp932.csv",), ("tab.tsv",), ("wide.csv",), ("titled.csv",), ("book.xlsx",)):
        sheet = ("--sheet", "結果") if words[0].endswith("xlsx") else ()
        said = kanpo("analyze", *words, *RCBD, *sheet, "--json")
        assert (said.code, said.err) == (0, ""), words
        found.append([row["F"] for row in json.loads(said.out)["anova"][:2]])
    assert all(row == pytest.approx(found[0]) for row in found)
    said = kanpo("analyze", "book.xlsx", *RCBD, "--sheet", "なし")
    assert said.code == 2 and "説明、結果" in said.err
    assert "3行目" not in said.err


def test_a_fault_is_named_by_the_row_of_the_file(kanpo: Kanpo, tmp_path: Path) -> None:
    rows = [list(row) for row in ROWS]
    rows[3][2] = "41 g"
    _workbook(tmp_path / "book.xlsx", [["題"], [], *rows], "結果")
    said = kanpo("analyze", "book.xlsx", *RCBD, "--sheet", "結果")
    assert said.code == 1 and "6行目" in said.err and "41 g" in said.err


def test_out_writes_every_table_safely(kanpo: Kanpo, tmp_path: Path) -> None:
    import openpyxl

    (tmp_path / "data.csv").write_text("\n".join(",".join(row) for row in ROWS), encoding="utf-8")
    said = kanpo("analyze", "data.csv", *RCBD, "--check", "在来", "--out", "結果.xlsx")
    assert said.code == 0 and "差が認められます" in said.out and "結果.xlsx" in said.err
    book = openpyxl.load_workbook("結果.xlsx")
    assert book.sheetnames[:4] == ["要約", "分散分析", "平均", "差"] and "残差" in book.sheetnames
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert not any(cell.data_type == "f" for row in sheet for cell in row), "no live formula"
    found = json.loads(kanpo("analyze", "data.csv", *RCBD, "--check", "在来", "--json").out)
    header, first = list(book["分散分析"].values)[:2]
    assert dict(zip(header, first, strict=True))["F"] == pytest.approx(found["anova"][0]["F"])
    assert len(list(book["差"].values)) == 1 + len(found["pairs"])
    assert len(list(book["残差"].values)) == 1 + found["plots"]
    assert "=cmd" in [row[2] for row in book["平均"].values]

    assert kanpo("analyze", "data.csv", *RCBD, "--out", "結果.json").code == 0
    assert json.loads(Path("結果.json").read_text(encoding="utf-8"))["plots"] == 12
    assert kanpo("analyze", "data.csv", *RCBD, "--out", "結果.csv").code == 0
    text = Path("結果.csv").read_bytes().decode("utf-8-sig")
    assert "\r\n残差\r\n" in text and ",=cmd" not in text and "'=cmd" in text
    said = kanpo("analyze", "data.csv", *RCBD, "--out", "結果.doc")
    assert said.code == 2 and ".xlsx" in said.err and not said.out


def test_traits_by_name_and_all_of_them(kanpo: Kanpo, demo_folder: Path) -> None:
    project = ("--project", demo_folder / "sample.gpkg")
    said = kanpo("analyze", "TK-2024", "--trait", "乾物収量", *project, "--json")
    assert json.loads(said.out)["trait"] == "yield_dry_kg_per_10a"
    said = kanpo("analyze", "TK-2024", "--trait", "all", *project, "--json")
    assert said.code == 0 and len(json.loads(said.out)) > 2
    said = kanpo("analyze", "TK-2024", "--trait", "収量", *project)
    assert said.code == 2 and "yield_fresh" in said.err and "yield_dry" in said.err
    said = kanpo("analyze", "TK-2024", "--trait", "草丈", "--date", "2024-01-01", *project)
    assert said.code == 2 and "ある日" in said.err


def test_a_missing_column_names_the_near_ones(kanpo: Kanpo, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("\n".join(",".join(row) for row in ROWS), encoding="utf-8")
    said = kanpo("analyze", "data.csv", *RCBD[:-1], "収穫量")
    assert said.code == 2 and "もしかして「収量」" in said.err


def test_the_report_of_a_recorded_trial_is_in_words(kanpo: Kanpo, demo_folder: Path, tmp_path: Path) -> None:
    project = ("--project", demo_folder / "sample.gpkg")
    traits = ("--trait", "yield_dry_kg_per_10a", "--trait", "yield_fresh_kg_per_10a")
    said = kanpo("analyze", "TK-2024", *traits, *project, "--report", tmp_path / "報告.html")
    assert said.code == 0
    page = (tmp_path / "報告.html").read_text(encoding="utf-8")
    assert "項目の一覧" in page and "処理ごとの乾燥収量" in page and "「処理」の水準" in page
    assert "「treatment」" not in page and ">Within<" not in page
    assert page.count("<section") == 3
