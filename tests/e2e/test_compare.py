"""Tables of samples compared, as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.e2e.conftest import Kanpo


@pytest.fixture
def matrix(tmp_path: Path) -> Path:
    """Twelve samples of two origins in CP932; one component differs, one cell is no number."""
    random = np.random.default_rng(3)
    lines = ["試料,産地,備考,フェルラ酸,リグスチリド,=定数"]
    for at in range(12):
        origin, base = ("鶴岡", 5) if at < 6 else ("奈良", 3)
        other = "五" if at == 4 else "ND" if at == 5 else f"{random.normal(2, 0.5):.3f}"
        lines.append(f"S{at + 1},{origin},良,{random.normal(base, 0.5):.2f},{other},1.0")
    path = tmp_path / "成分.csv"
    path.write_bytes("\r\n".join(lines).encode("cp932"))
    return path


def test_groups_are_compared_and_written(kanpo: Kanpo, matrix: Path, tmp_path: Path) -> None:
    said = kanpo(
        "compare", "groups", matrix, "--group", "産地", "--out", "差.csv", "--svg", "差.svg", "--json"
    )
    assert said.code == 1, "a cell was no number"
    assert "「五」" in said.err and "6行目" in said.err and "文字の列" in said.err
    rows = json.loads(said.out)
    assert rows[0]["component"] == "フェルラ酸" and rows[0]["q"] < 0.01
    assert rows[-1]["p"] is None, "the constant was not tested"
    assert "検定 2 件" in said.err and "欠測が 2 個" in said.err
    written = (tmp_path / "差.csv").read_text(encoding="utf-8-sig")
    assert "\n'=定数" in written.replace("\r", ""), "no live formula"
    assert (tmp_path / "差.svg").read_text(encoding="utf-8").startswith("<svg")


def test_faults_are_said_with_the_mend(kanpo: Kanpo, matrix: Path) -> None:
    wrong = kanpo("compare", "groups", matrix, "--group", "産値")
    assert wrong.code == 2 and "もしかして「産地」" in wrong.err
    one = kanpo("compare", "groups", matrix, "--group", "備考")
    assert one.code == 3 and "1つだけ" in one.err
    gone = kanpo("compare", "pca", "ない.csv")
    assert gone.code == 3 and "table.missing" in gone.err
    assert kanpo("compare", "pca", matrix, "--svg", "x.png").code == 2


def test_pca_writes_scores_and_loadings(kanpo: Kanpo, matrix: Path, tmp_path: Path) -> None:
    said = kanpo(
        "compare",
        "pca",
        matrix,
        "--group",
        "産地",
        "--impute",
        "half-min",
        "--out",
        "s.xlsx",
        "--loadings",
        "l.csv",
        "--csv",
    )
    assert said.code == 1 and "寄与率" in said.err
    assert said.out.splitlines()[0].lstrip("\ufeff") == "sample,group,PC1,PC2"
    assert (tmp_path / "s.xlsx").is_file() and (tmp_path / "l.csv").is_file()


def test_a_panel_and_its_components(kanpo: Kanpo, matrix: Path, tmp_path: Path) -> None:
    rows = [f"S{at + 1},{at % 5},{at % 4},{at}" for at in range(12)]
    (tmp_path / "味.csv").write_text("試料,甲,乙,丙\n" + "\n".join(rows), encoding="utf-8-sig")
    agreed = json.loads(kanpo("compare", "panel", "味.csv", "--json").out)
    assert 0 < agreed["w"] < 1 and len(agreed["assessors"]) == 3
    said = kanpo("compare", "correlate", "味.csv", matrix, "--json")
    table = json.loads(said.out)
    assert {line["component"] for line in table} == {"フェルラ酸", "リグスチリド", "=定数"}
    assert all(line["lower"] <= line["rho"] <= line["upper"] for line in table if line["p"] is not None)


def test_years_and_stability_of_a_file(kanpo: Kanpo, tmp_path: Path) -> None:
    rows = [
        f"{year},{unit},{10 * at + year - 2023 + (0.1 * at)}"
        for year in (2023, 2024, 2025)
        for at, unit in enumerate("甲乙丙")
    ]
    (tmp_path / "年次.csv").write_text("年,系統,収量\n" + "\n".join(rows), encoding="utf-8")
    columns = ("--year", "年", "--unit", "系統", "--value", "収量")
    changes = json.loads(kanpo("compare", "years", "年次.csv", *columns, "--json").out)
    assert [line["change"] for line in changes] == pytest.approx([1.0] * 8)
    stable = json.loads(kanpo("compare", "stability", "年次.csv", *columns, "--json").out)
    assert [line["slope"] for line in stable] == pytest.approx([1.0] * 3)
    wrong = kanpo("compare", "years", "年次.csv", "--year", "年度", "--unit", "系統", "--value", "収量")
    assert (wrong.code == 2 and "もしかして「年」" in wrong.err) or "ある列" in wrong.err


def test_curves_of_files(kanpo: Kanpo, tmp_path: Path) -> None:
    hours = range(0, 40, 4)
    lines = [f"{hour},{20 + 80 * np.exp(-0.1 * hour):.3f}" for hour in hours]
    (tmp_path / "乾燥.csv").write_text("時間,重さ\n" + "\n".join(lines), encoding="utf-8")
    said = kanpo(
        "compare",
        "drying",
        "乾燥.csv",
        "--time",
        "時間",
        "--value",
        "重さ",
        "--equilibrium",
        "20",
        "--svg",
        "d.svg",
        "--json",
    )
    rate = next(line for line in json.loads(said.out) if line["model"] == "newton")
    assert said.code == 0 and rate["value"] == pytest.approx(0.1, rel=1e-3)
    lost = json.loads(
        kanpo("compare", "storage", "乾燥.csv", "--time", "時間", "--value", "重さ", "--json").out
    )
    assert lost[0]["rate"] > 0
    days = [f"2025/5/{day},15" for day in range(1, 32)]
    (tmp_path / "天気.csv").write_text("日付,気温\n" + "\n".join(days), encoding="cp932")
    (tmp_path / "期間.csv").write_text(
        "筆,定植,収穫\nP1,2025-05-01,2025-05-21\nP2,2025年5月2日,x\n", encoding="utf-8"
    )
    said = kanpo(
        *("compare", "degree-days", "天気.csv", "期間.csv", "--date", "日付", "--mean", "気温"),
        *("--unit", "筆", "--start", "定植", "--end", "収穫", "--base", "10", "--json"),
    )
    assert said.code == 1 and "compare.no-date" in said.err
    assert [line["degree_days"] for line in json.loads(said.out)] == [100.0]


def test_degree_days_from_weather_as_it_is_downloaded(kanpo: Kanpo, tmp_path: Path) -> None:
    days = "".join(f"2025/5/{day},15.0,{5 if day == 3 else 8},1\n" for day in range(1, 31))
    head = (
        "ダウンロードした時刻：2026/01/05 09:00:00\n\n,架空,架空,架空\n"
        "年月日,平均気温(℃),平均気温(℃),平均気温(℃)\n,,品質情報,均質番号\n"
    )
    (tmp_path / "data.csv").write_bytes((head + days).replace("\n", "\r\n").encode("cp932"))
    (tmp_path / "期間.csv").write_text("unit,start,end\nP1,2025-05-01,2025-05-21\n", encoding="utf-8")
    said = kanpo("compare", "degree-days", "data.csv", "期間.csv", "--base", "10", "--json")
    assert said.code == 0 and "準正常値" in said.err, "of lower quality, said and used"
    assert [line["degree_days"] for line in json.loads(said.out)] == [100.0]
    (tmp_path / "別.csv").write_text("date,temp\n2025-05-01,15\n", encoding="utf-8")
    said = kanpo("compare", "degree-days", "別.csv", "期間.csv")
    assert said.code == 2 and "--mean" in said.err


def test_all_attributes_of_a_panel_in_one_run(kanpo: Kanpo, matrix: Path, tmp_path: Path) -> None:
    scores = [
        (f"S{at + 1}", who, name, (at * step + len(who)) % 7)
        for at in range(12)
        for who in ("甲", "乙乙")
        for name, step in (("甘味", 1), ("苦味", 3))
    ]
    long = "試料,評価者,項目,点\n" + "\n".join(",".join(map(str, row)) for row in scores)
    pairs = [(one, other) for one, other in zip(scores[::2], scores[1::2], strict=True)]
    wide = "試料,評価者,甘味,苦味\n" + "\n".join(
        f"{one[0]},{one[1]},{one[3]},{other[3]}" for one, other in pairs
    )
    (tmp_path / "長.csv").write_text(long, encoding="utf-8")
    (tmp_path / "広.csv").write_text(wide, encoding="utf-8")
    by_rows = kanpo(
        "compare", "correlate", "長.csv", matrix, "--attribute", "項目", "--score", "点", "--json"
    )
    by_columns = kanpo("compare", "correlate", "広.csv", matrix, "--json")
    tables = [json.loads(said.out) for said in (by_rows, by_columns)]
    for table in tables:
        assert {line["score"] for line in table} == {"甘味", "苦味"}
    key = [
        sorted((line["score"], line["component"], line["rho"], line["q"]) for line in table if line["p"])
        for table in tables
    ]
    assert key[0] == key[1] and key[0], "both forms of the table say the same, with q over all attributes"
    assert "評価項目 2 つ" in by_columns.err
    mean = json.loads(kanpo("compare", "correlate", "広.csv", matrix, "--mean", "--json").out)
    assert {line["score"] for line in mean} == {"平均点"}
    assert kanpo("compare", "correlate", "長.csv", matrix, "--attribute", "項目").code == 2


def test_every_comparison_writes_a_page_and_pixels(kanpo: Kanpo, matrix: Path, tmp_path: Path) -> None:
    scores = [f"S{at + 1},{at % 5},{at % 4},{at}" for at in range(12)]
    (tmp_path / "味.csv").write_text("試料,佐藤,鈴木,高橋\n" + "\n".join(scores), encoding="utf-8")
    hours = [f"{hour},{20 + 80 * np.exp(-0.1 * hour):.3f}" for hour in range(0, 40, 4)]
    (tmp_path / "乾燥.csv").write_text("時間,重さ\n" + "\n".join(hours), encoding="utf-8")
    years = [f"{year},{unit},{at + year}" for year in (2023, 2024, 2025) for at, unit in enumerate("甲乙丙")]
    (tmp_path / "年次.csv").write_text("年,系統,収量\n" + "\n".join(years), encoding="utf-8")
    columns = ("--year", "年", "--unit", "系統", "--value", "収量")
    times = ("--time", "時間", "--value", "重さ")
    asked: dict[str, tuple[object, ...]] = {
        "groups": (matrix, "--group", "産地"),
        "pca": (matrix, "--group", "産地", "--impute", "half-min"),
        "panel": ("味.csv",),
        "correlate": ("味.csv", matrix),
        "years": ("年次.csv", *columns),
        "stability": ("年次.csv", *columns),
        "drying": ("乾燥.csv", *times, "--equilibrium", "20"),
        "storage": ("乾燥.csv", *times, "--limit", "60"),
    }
    for name, words in asked.items():
        said = kanpo("compare", name, *words, "--report", f"{name}.html", "--svg", f"{name}.svg")
        assert said.code in (0, 1), said.err
        page = (tmp_path / f"{name}.html").read_text(encoding="utf-8")
        assert page.index('class="said"') < page.index("<svg") < page.index("<table"), name
        assert (tmp_path / f"{name}.svg").read_text(encoding="utf-8").startswith("<svg")
    assert "佐藤" not in (tmp_path / "panel.html").read_text(encoding="utf-8"), "assessors are people"
    said = kanpo("compare", "groups", matrix, "--group", "産地", "--png", "差.png")
    assert said.code == 1 and (tmp_path / "差.png").read_bytes().startswith(b"\x89PNG")
    english = kanpo("compare", "groups", matrix, "--group", "産地", "--report", "en.html", "--lang", "en")
    assert english.code == 1
    assert "tests show a difference" in (tmp_path / "en.html").read_text(encoding="utf-8")


def test_a_report_is_not_written_over_a_table(kanpo: Kanpo, matrix: Path) -> None:
    before = matrix.read_bytes()
    for option in ("--report", "--png", "--svg"):
        said = kanpo("compare", "groups", matrix, "--group", "産地", option, matrix)
        assert said.code == 2
    assert matrix.read_bytes() == before
