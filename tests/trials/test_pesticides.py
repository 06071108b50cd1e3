"""A pesticide is fine only as far as its registration, label and days are known and kept."""

from __future__ import annotations

import pytest

from kanpo.errors import Problem
from kanpo.herbs import load_catalogue
from kanpo.schema import read_ingredients
from kanpo.store import Project
from kanpo.trials import crop_fits, look_through, registration_of
from tests.lots.made_up import write
from tests.trials.test_doubts import CONDITION, HARVEST, codes, spray


def verify_codes(project: Project) -> list[str]:
    """What `kanpo verify` names."""
    return [problem.code for problem in look_through(project)]


@pytest.mark.parametrize("number", ["", "なし", "不明", "−", "第 号", "登録番号不明", "?"])
def test_a_spray_without_a_registration_number_is_doubtful(trial_project: Project, number: str) -> None:
    report = write(
        trial_project, "operation", spray("2025-07-01", registration_number=number, product="ききめ乳剤")
    )
    assert report.stored == 1 and [p.code for p in report.problems] == ["pesticide.no-registration"]
    assert codes(trial_project) == ["pesticide.no-registration"]
    assert verify_codes(trial_project) == ["pesticide.no-registration"]


@pytest.mark.parametrize(
    "row",
    [
        {"operation": "除草", "product": "枯らす液剤"},
        {"operation": "播種", "active_ingredients": "チウラム"},
        {"operation": "その他", "label_crop": "薬用作物"},
    ],
)
def test_a_pesticide_under_another_name_of_work_is_one_all_the_same(
    trial_project: Project, row: dict[str, str]
) -> None:
    plain = {"happened_at": "2025-07-01", "trial_code": "T1"}
    assert write(trial_project, "operation", plain | row).stored == 1
    assert codes(trial_project) == ["pesticide.no-registration"]


def test_work_without_a_pesticide_is_not_doubted(trial_project: Project) -> None:
    rows = ({"operation": "除草", "machine": "草刈機"}, {"operation": "基肥", "product": "化成"})
    write(
        trial_project, "operation", *({"happened_at": "2025-07-01", "trial_code": "T1"} | row for row in rows)
    )
    assert codes(trial_project) == []


@pytest.mark.parametrize("number", ["第12345号", "農林水産省登録 第12345号", "１２３４５", "登録第12345号"])
def test_a_number_is_the_same_however_it_is_written(trial_project: Project, number: str) -> None:
    assert registration_of({"registration_number": number}) == "12345"
    write(trial_project, "use_condition", CONDITION | {"registration_number": "12345"})
    write(trial_project, "operation", spray("2025-07-01", registration_number=number))
    assert codes(trial_project) == []


def test_what_needs_no_registration_is_not_doubted(trial_project: Project) -> None:
    write(trial_project, "operation", spray("2025-07-01", registration_number="特定農薬", product="食酢"))
    assert codes(trial_project) == []


def test_uses_are_counted_by_active_ingredient_over_all_products(trial_project: Project) -> None:
    labels = (
        {
            "registration_number": "1",
            "product": "甲",
            "active_ingredients": "マンゼブ=2",
            "most_applications": "2",
        },
        {"registration_number": "2", "product": "乙", "active_ingredients": "メタラキシル=3；マンゼブ＝3回"},
    )
    write(trial_project, "use_condition", *(CONDITION | row for row in labels))
    days = (("2025-06-01", "1"), ("2025-07-01", "2"), ("2025-08-01", "1"))
    write(trial_project, "operation", *(spray(day, registration_number=number) for day, number in days))
    (only,) = [p for p in look_through(trial_project) if p.code == "pesticide.ingredient-too-often"]
    assert "2025-08-01 有効成分 マンゼブ の 3 回目の使用です(総使用回数は 2 回まで" in only.what.ja
    assert codes(trial_project) == ["pesticide.ingredient-too-often"], "each product alone was within its own"
    write(trial_project, "harvest", HARVEST | {"happened_at": "2025-11-10"})
    write(trial_project, "operation", spray("2026-06-01", registration_number="1", plot_code="T1-1"))
    assert len(codes(trial_project)) == 1, "a new season"


def test_a_spray_of_the_parcel_counts_with_one_of_its_trial(trial_project: Project) -> None:
    write(trial_project, "use_condition", CONDITION)
    on_parcel = spray("2025-06-01", parcel_id="P1")
    del on_parcel["trial_code"]
    write(trial_project, "operation", on_parcel, spray("2025-07-01"), spray("2025-08-01"))
    assert codes(trial_project) == ["pesticide.too-often"]


@pytest.mark.parametrize(
    ("crop", "code"),
    [
        ("とうき", []),
        ("薬用作物", []),
        ("せんきゅう、トウキ", []),
        ("その他", []),
        ("当帰(薬用)", []),
        ("水稲", ["pesticide.not-for-crop"]),
        ("せんきゅう", ["pesticide.not-for-crop"]),
        ("薬用作物(とうき、せんきゅうを除く)", ["pesticide.not-for-crop"]),
        ("とうき(観賞用)", ["pesticide.not-for-crop"]),
    ],
)
@pytest.mark.parametrize("written_on", ["operation", "use_condition"])
def test_the_crop_of_the_label_is_held_against_the_herb(
    trial_project: Project, crop: str, code: list[str], written_on: str
) -> None:
    both = {"operation": spray("2025-07-01"), "use_condition": CONDITION}
    both[written_on] = both[written_on] | {"label_crop": crop}
    for kind, row in both.items():
        assert write(trial_project, kind, row).stored == 1
    assert codes(trial_project) == code
    assert trial_project.journal.read(written_on)["label_crop"].tolist() == [crop], (
        "kept as the label names it"
    )


def test_every_herb_is_known_by_the_kana_of_its_plant() -> None:
    for herb in load_catalogue().herbs.values():
        plant = herb.plant_ja.split("(")[0]
        hiragana = "".join(chr(ord(sign) - 0x60) if "ァ" <= sign <= "ヶ" else sign for sign in plant)
        assert crop_fits(hiragana, herb) and crop_fits(f"{plant}(薬用)", herb) and not crop_fits("ねぎ", herb)


@pytest.mark.parametrize("written", ["マンゼブ=多い", "マンゼブ; マンゼブ", "=3", "マンゼブ=-1"])
def test_ingredients_that_cannot_be_read_are_sent_back(trial_project: Project, written: str) -> None:
    assert isinstance(read_ingredients(written), Problem)
    report = write(trial_project, "operation", spray("2025-07-01", active_ingredients=written))
    assert (report.stored, report.problems[0].code) == (0, "pesticide.ingredients")
    assert not write(trial_project, "use_condition", CONDITION | {"active_ingredients": written}).stored
