"""What is known of the pesticides behind a lot; no record is never "none used"."""

from __future__ import annotations

from kanpo.lots import look_over, read_book, sprays_behind, trace_lot, trace_text
from kanpo.store import Project
from tests.lots.made_up import two_plots, write
from tests.trials.test_doubts import CONDITION, spray


def sentence(project: Project, lot: str = "PACK-1") -> str:
    """What is said of the pesticides behind a lot."""
    return sprays_behind(read_book(project), lot).sentence.ja


def test_no_record_is_not_none_used(trial_project: Project) -> None:
    two_plots(trial_project)
    assert sentence(trial_project) == "農薬: 記録なし(使わなかったという意味ではありません)"
    write(trial_project, "operation", spray("2025-07-01", plot_code="T1-1"))
    assert "T1-3 は記録なし(使わなかったという意味ではありません)" in sentence(trial_project)
    write(
        trial_project, "lot", {"happened_at": "2025-12-01", "lot_id": "X", "herb_id": "toki", "mass_kg": "5"}
    )
    assert "育てた場所の記録もありません" in sentence(trial_project, "X")


def test_a_packed_lot_names_the_doubts_of_its_plots(trial_project: Project) -> None:
    two_plots(trial_project)
    label = CONDITION | {"active_ingredients": "マンゼブ=3", "label_crop": "とうき"}
    write(trial_project, "use_condition", label)
    rows = (
        spray("2025-07-01", amount="100", unit="L/10a"),
        spray("2025-11-01", plot_code="T1-1"),
        spray("2025-08-01", registration_number="", product="自家製", dilution=""),
        spray("2025-11-30"),
    )
    write(trial_project, "operation", *rows)
    said = sentence(trial_project)
    assert said.startswith("農薬: 3 回の使用の記録。有効成分 マンゼブ 2 回"), (
        "what came after the harvest is not in it"
    )
    for words in (
        "登録番号(1 回分)",
        "有効成分(1 回分)",
        "希釈倍数も量も(1 回分)",
        "9 日前の使用",
        "登録番号がない",
    ):
        assert words in said, words
    trace = trace_lot(read_book(trial_project), "PACK-1")
    assert trace.sprays.ingredients == {"マンゼブ": 2}
    tree = trace_text(trace.back).ja
    assert "農薬散布 自家製(登録番号なし)" in tree and "登録 00000、1500 倍" in tree
    assert "要確認: 収穫(2025-11-10)の 9 日前の使用です" in tree
    named = {problem.code for problem in look_over(trial_project)}
    assert {"pesticide.no-registration", "pesticide.before-harvest", "lot.shipped-untested"} <= named


def test_what_the_label_says_of_days_and_crop_is_not_known_where_it_was_not_copied(
    trial_project: Project,
) -> None:
    two_plots(trial_project)
    write(trial_project, "operation", spray("2025-07-01", active_ingredients="マンゼブ"))
    said = sentence(trial_project)
    assert "ラベルの作物名(1 回分)" in said and "収穫前日数の基準(1 回分)" in said
    assert "使用基準が入力されていない" in said


def test_a_lot_from_elsewhere_has_the_sprays_of_its_parcel(trial_project: Project) -> None:
    lot = {"happened_at": "2025-12-01", "lot_id": "X", "herb_id": "daio", "parcel_id": "P2", "mass_kg": "5"}
    write(trial_project, "lot", lot)
    assert "記録なし" in sentence(trial_project, "X")
    on_parcel = spray("2025-07-01", parcel_id="P2", label_crop="水稲")
    del on_parcel["trial_code"]
    write(trial_project, "operation", on_parcel)
    assert "ラベルの作物名「水稲」に入っていません" in sentence(trial_project, "X")
