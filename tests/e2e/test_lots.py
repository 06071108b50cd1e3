"""From harvest to label, as it is typed."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import Kanpo
from tests.weather.test_station import DAYS, HEAD


@pytest.fixture
def folder(demo_folder: Path, tmp_path: Path) -> Path:
    shutil.copy(demo_folder / "sample.gpkg", tmp_path / "sample.gpkg")
    return tmp_path


def _fill(kanpo: Kanpo, folder: Path, kind: str, rows: list[dict[str, str]]) -> Path:
    """Fill in the template of a kind as somebody would with Excel."""
    path = folder / f"{kind}.csv"
    assert kanpo("records", "template", kind, path).code == 0
    with path.open(encoding="utf-8-sig", newline="") as text:
        headers = next(csv.reader(text))
    assert set().union(*rows) <= set(headers), headers
    with path.open("w", encoding="cp932", newline="") as text:
        writer = csv.DictWriter(text, headers)
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_from_two_plots_to_a_packed_lot(kanpo: Kanpo, folder: Path) -> None:
    plots = json.loads(kanpo("records", "list", "plot", "--json").out)
    trial = plots[-1]["trial_code"]
    first, second = [plot["plot_code"] for plot in plots if plot["trial_code"] == trial][:2]
    for code, lot, kg in ((first, "A", "40"), (second, "B", "60")):
        words = ("--trial-code", trial, "--plot-code", code, "--fresh-kg", kg, "--lot-id", lot)
        assert kanpo("record", "harvest", *words, "--date", "2025-11-10").code == 0
    steps = [
        ("2025-11-20", "乾燥", "A=40; B=60", "D=25", ""),
        ("2025-12-01", "分割", "D=25", "D1=15; D2=10", ""),
        ("2025-12-05", "包装", "D1=15", "P=14.55", ""),
        ("2025-12-06", "包装", "D3=15", "Q=15", ""),
        ("2025-12-08", "出荷", "P=14", "", "C01"),
    ]
    keys = ("行った日", "工程", "使ったロット=kg", "できたロット=kg", "出荷先コード")
    path = _fill(kanpo, folder, "lot_step", [dict(zip(keys, row, strict=True)) for row in steps])
    imported = kanpo("records", "import", path)
    assert imported.code == 1 and "記録 4" in imported.err
    assert "5行目 列「使ったロット=kg」 値「D3」" in imported.err and "もしかして「D" in imported.err
    traced = json.loads(kanpo("lots", "trace", "P", "--json").out)
    assert traced["plots"] == sorted([f"{trial}/{first}", f"{trial}/{second}"])
    assert traced["customers"] == ["C01"]
    assert f"試験区 {second}" in kanpo("lots", "trace", "P").out
    balance = json.loads(kanpo("lots", "balance", "--json").out)
    (fault,) = balance["faults"]
    assert (fault["code"], fault["lot_id"]) == ("lot.mass-gap", "P")
    assert fault["percent"] == pytest.approx(3)
    said = kanpo("lots", "balance", "P")
    assert "包装 D1 → P: 重さが 0.45 kg(3.0 %)足りません" in said.err
    assert kanpo("lots", "balance", "--tolerance", "5").err.strip() == "収支の合わないところはありません。"
    assert "lot.mass-gap" in kanpo("records", "doubtful").out
    assert json.loads(kanpo("lots", "show", "P", "--json").out)["left_kg"] == pytest.approx(0.55)
    assert [row["lot_id"] for row in json.loads(kanpo("lots", "list", "--json").out)][:2] == ["A", "B"]
    labelled = kanpo("lots", "label", "P", "D2", "--out", "札.html")
    assert labelled.code == 0 and "KP1:" in (folder / "札.html").read_text(encoding="utf-8")
    assert kanpo("lots", "show", "PP").code == 2


def test_assays_are_checked_in_both_languages(kanpo: Kanpo, folder: Path) -> None:
    lot = ("--lot-id", "X", "--herb-id", "toki", "--mass-kg", "5", "--date", "2025-12-01")
    assert kanpo("record", "lot", *lot).code == 0
    for test, value in (("extract", "41"), ("total_ash", "8.5")):
        words = ("--lot-id", "X", "--test", test, "--measured", value, "--unit", "%")
        assert kanpo("record", "assay", *words).code == 0
    said = kanpo("lots", "check", "X")
    assert (
        said.code == 0
        and "総合: 不適合: 灰分 8.5 %(7.0 % 以下)" in said.err
        and "公定書で確かめて" in said.err
    )
    assert "overall: fail" in kanpo("lots", "check", "X", "--lang", "en").err
    found = json.loads(kanpo("lots", "check", "X", "--json").out)
    verdicts = {test["analyte"]: test["verdict"] for test in found["tests"]}
    assert (verdicts["希エタノールエキス"], verdicts["灰分"]) == ("pass", "fail")
    assert set(verdicts.values()) - {"pass", "fail"} == {"not determined"}
    assert (found["verdict"], found["judged"], found["complete"]) == ("fail", 2, False)


def test_a_contaminated_lot_is_named_at_every_door(kanpo: Kanpo, folder: Path) -> None:
    """Ash 25 %, arsenic 60 ppm, BHC 3 ppm: not conforming, with all three named, and shipped all the same."""
    lot = ("--lot-id", "大1", "--herb-id", "daio", "--parcel-id", "069000690", "--mass-kg", "9")
    assert kanpo("record", "lot", *lot, "--date", "2025-12-01").code == 0
    assert "判定できず(測定なし)" in kanpo("lots", "list").out
    for test, name, value, unit in (
        ("灰分", "", "25", "%"),
        ("純度試験", "砒素(As2O3として)", "60", "mg/kg"),
        ("残留農薬", "BHC", "3000", "ppb"),
    ):
        named = ("--analyte", name) if name else ()
        words = ("--lot-id", "大1", "--test", test, *named, "--measured", value, "--unit", unit)
        assert kanpo("record", "assay", *words, "--date", "2025-12-02").code == 0
    shipping = ("--step", "出荷", "--inputs", "大1=9", "--customer-code", "C1", "--date", "2025-12-05")
    assert kanpo("record", "lot_step", *shipping).code == 0
    named = ("灰分 25 %(13.0 % 以下)", "ヒ素(As2O3として) 60 ppm(5 ppm 以下)", "総BHC 3 ppm(0.2 ppm 以下)")
    for said in (
        kanpo("lots", "check", "大1").err,
        kanpo("lots", "show", "大1").out,
        json.loads(kanpo("lots", "check", "大1", "--json").out)["sentence"],
        json.loads(kanpo("lots", "show", "大1", "--json").out)["sentence"],
        kanpo("verify").err,
        kanpo("records", "doubtful").out,
    ):
        assert "不適合(要確認)" in said and all(words in said for words in named), said
    for said in (
        kanpo("lots", "list").out,
        kanpo("lots", "list", "--csv").out,
        kanpo("lots", "check", "大1", "--csv").out,
    ):
        assert "不適合(要確認)" in said
    assert "[lot.shipped-failed]" in kanpo("verify").err
    assert kanpo("lots", "label", "大1", "--out", "札.html").code == 0
    assert "不適合(要確認)" in (folder / "札.html").read_text(encoding="utf-8")
    assert "fail (to confirm)" in kanpo("lots", "show", "大1", "--lang", "en").out
    assert "農薬: 069000690 は記録なし" not in kanpo("lots", "show", "大1").out
    assert "農薬: 記録なし(使わなかったという意味ではありません)" in kanpo("lots", "show", "大1").out
    assert "農薬: 記録なし" in kanpo("lots", "trace", "大1").out


def test_an_office_vouches_for_its_own_table(kanpo: Kanpo, folder: Path) -> None:
    lot = ("--lot-id", "X", "--herb-id", "toki", "--mass-kg", "5", "--date", "2025-12-01")
    assert kanpo("record", "lot", *lot).code == 0
    ash = ("--lot-id", "X", "--test", "灰分", "--measured", "5", "--unit", "%", "--date", "2025-12-02")
    assert kanpo("record", "assay", *ash).code == 0
    table = "herb_id,test,analyte,min,max,unit,complete\n当帰,灰分,灰分,,７.０,%,はい\n"
    (folder / "基準.csv").write_text(table, encoding="utf-8")
    assert "総合: 測った項目は基準内(1/8 項目)" in kanpo("lots", "check", "X").err
    assert "総合: 適合" in kanpo("lots", "check", "X", "--limits", "基準.csv").err
    assert "適合" in kanpo("lots", "list", "--limits", "基準.csv").out
    (folder / "基準.csv").write_text(table + "当帰,酸不溶性灰分,,,1.0,%,\n", encoding="utf-8")
    refused = kanpo("lots", "check", "X", "--limits", "基準.csv")
    assert refused.code == 3 and "3行目" in refused.err and "[limits.half-complete]" in refused.err


def test_a_matrix_and_weather_come_in(kanpo: Kanpo, folder: Path) -> None:
    (folder / "味.csv").write_text("試料,甘味,苦味\nS1,3,2\nS2,4,1\n", encoding="utf-8")
    assert kanpo("lots", "matrix", "import", "味.csv", "--dry-run").code == 0
    assert json.loads(kanpo("lots", "matrix", "list", "--json").out) == []
    assert kanpo("lots", "matrix", "import", "味.csv").code == 0
    assert json.loads(kanpo("lots", "matrix", "show", "味", "--json").out)[1]["甘味"] == 4
    assert kanpo("lots", "matrix", "export", "味", "味.xlsx").code == 0
    assert (folder / "味.xlsx").is_file()
    (folder / "data.csv").write_bytes((HEAD + DAYS).encode("cp932"))
    weather = kanpo("records", "import", "data.csv")
    assert weather.code == 0 and "記録 3" in weather.err and "準正常値" in weather.err
    assert "記録済み 3" in kanpo("records", "import", "data.csv").err


def test_verify_names_a_step_that_loses_mass_and_a_lot_from_nowhere(kanpo: Kanpo, folder: Path) -> None:
    lot = ("--lot-id", "X", "--herb-id", "toki", "--mass-kg", "20", "--date", "2025-12-01")
    assert kanpo("record", "lot", *lot).code == 0
    sound = kanpo("verify")
    assert sound.code == 0 and "異常はありません" in sound.out
    packing = ("--step", "包装", "--inputs", "X=20", "--outputs", "P=19.4", "--date", "2025-12-05")
    step = kanpo("record", "lot_step", *packing).out.strip()
    assert kanpo("record", "lot", "--lot-id", "Y", "--date", "2025-12-06").code == 0
    said = kanpo("verify")
    assert said.code == 0, "the records are whole; a person should look"
    assert f"2025-12-05 包装 X → P: 重さが 0.6 kg(3.0 %)足りません(記録 {step})" in said.err
    assert "[lot.mass-gap]" in said.err and "kanpo records correct" in said.err
    assert "ロット Y: どこから来たか記録がありません" in said.err
    assert "異常はありません" not in said.out and "注意 2 件" in said.out
    assert "packing X -> P: mass: 0.6 kg (3.0 %) missing" in kanpo("verify", "--lang", "en").err
