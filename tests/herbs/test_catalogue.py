"""The catalogue that is shipped: it is in order, and a herb is found by any name people use."""

from __future__ import annotations

import pytest

from kanpo.errors import UsageError
from kanpo.herbs import check_catalogue, find_herb, herb_table, load_catalogue, requirement_table
from kanpo.schema import FACTORS


def test_the_shipped_catalogue_has_no_problem() -> None:
    assert check_catalogue() == []
    assert len(load_catalogue().herbs) == 26


def test_every_herb_needs_each_factor_at_most_once_in_the_order_of_the_factors() -> None:
    catalogue = load_catalogue()
    order = list(FACTORS)
    for herb_id in catalogue.herbs:
        factors = [requirement.factor for requirement in catalogue.requirements_of(herb_id)]
        assert factors == sorted(set(factors), key=order.index)
        assert {"drainage", "soil_texture", "soil_depth_cm"} <= set(factors)
        assert all(FACTORS[factor].verdict == "suitability" for factor in factors)


def test_a_herbs_own_row_replaces_the_default_row() -> None:
    catalogue = load_catalogue()
    ginseng = {requirement.factor: requirement for requirement in catalogue.requirements_of("ninjin")}
    assert ginseng["soil_ph"].corners == (4.0, 4.5, 5.8, 6.5)
    assert ginseng["soil_ph"].herb_id == "ninjin"
    assert ginseng["soil_depth_cm"].herb_id == "*"
    assert [row.factor for row in catalogue.requirements_of("ninjin")].count("soil_ph") == 1


def test_a_requirement_says_where_it_stands_and_how_sure_it_is() -> None:
    warmth = load_catalogue().requirements_of("shakuyaku")[0]
    assert (warmth.factor, warmth.corners) == ("warmth_index_c_month", (30.0, 45.0, 115.0, 150.0))
    assert (warmth.weight, warmth.knock_out, warmth.confidence) == (3.0, False, "medium")
    assert warmth.source.startswith("nibn; jma_toyama")
    assert warmth.file == "requirements.csv"
    assert load_catalogue().source_title("nibn").startswith("薬用植物総合情報データベース")


def test_a_requirement_reads_in_words() -> None:
    needs = {need.factor: need.text for need in load_catalogue().requirements_of("shakuyaku")}
    japanese = {key: text.ja.replace(" ", "") for key, text in needs.items()}
    assert "45〜115" in japanese["warmth_index_c_month"]
    assert "30未満・150超で不適" in japanese["warmth_index_c_month"]
    assert japanese["soil_depth_cm"].startswith("50cm以上") and "15未満で不適" in japanese["soil_depth_cm"]
    assert "やや不良0.4" in japanese["drainage"]
    assert "imperfectly drained 0.4" in needs["drainage"].en


@pytest.mark.parametrize(
    ("name", "herb_id"),
    [
        ("shakuyaku", "shakuyaku"),
        ("SHAKUYAKU", "shakuyaku"),
        ("芍薬", "shakuyaku"),
        ("シャクヤク", "shakuyaku"),
        ("ｼｬｸﾔｸ", "shakuyaku"),
        ("しゃくやく", "shakuyaku"),
        (" 芍薬 ", "shakuyaku"),
        ("Paeoniae Radix", "shakuyaku"),
        ("Paeonia lactiflora", "shakuyaku"),
        ("芍薬(シャクヤク)", "shakuyaku"),
        ("芍薬（シャクヤク）", "shakuyaku"),
        ("当帰", "toki"),
        ("トウキ", "toki"),
        ("オオブカトウキ", "toki"),
        ("ホッカイトウキ", "hokkai_toki"),
        ("白朮", "byakujutsu"),
        ("オオバナオケラ", "obana_okera"),
    ],
)
def test_a_herb_is_found_by_any_of_its_names(name: str, herb_id: str) -> None:
    assert find_herb(load_catalogue(), name).herb_id == herb_id


def test_every_herb_is_found_by_its_id_its_label_and_its_plant() -> None:
    catalogue = load_catalogue()
    for herb_id, herb in catalogue.herbs.items():
        assert find_herb(catalogue, herb_id) is herb
        assert find_herb(catalogue, herb.label.ja) is herb
        assert find_herb(catalogue, herb.label.en) is herb
        assert find_herb(catalogue, herb.plant_ja.split("(")[0]) is herb


def test_labels_tell_herbs_apart() -> None:
    catalogue = load_catalogue()
    assert catalogue.herbs["toki"].label.ja == "当帰(トウキ)"
    assert catalogue.herbs["toki"].label.en == "toki (Angelicae Acutilobae Radix)"
    assert len({herb.label.ja for herb in catalogue.herbs.values()}) == 26
    assert len({herb.label.en for herb in catalogue.herbs.values()}) == 26


def test_a_misspelt_herb_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        find_herb(load_catalogue(), "shakuyaki")
    message = caught.value.text()
    assert "生薬「shakuyaki」は目録にありません" in message.ja
    assert "もしかして: shakuyaku(芍薬)" in message.ja
    assert "did you mean shakuyaku?" in message.en
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("name", ["", "   ", "存在しない生薬の名前", "\x1b[31m", "'; DROP TABLE herbs; --"])
def test_nonsense_finds_nothing_and_does_not_crash(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_herb(load_catalogue(), name)
    assert "\x1b" not in str(caught.value)


def test_tables_for_people() -> None:
    catalogue = load_catalogue()
    table = herb_table(catalogue).set_index("herb_id")
    assert table.loc["shakuyaku", "years_to_harvest"] == 4
    assert table.loc["obaku", "plants_per_10a"] == 250
    needs = requirement_table(catalogue, "shakuyaku")
    assert len(needs) == len(catalogue.requirements_of("shakuyaku"))
    assert set(needs["confidence"]) <= {"high", "medium", "low"}


def test_tables_of_quality_market_and_field_work_name_only_known_herbs() -> None:
    catalogue = load_catalogue()
    known = {*catalogue.herbs, "*"}
    for table in (catalogue.quality, catalogue.market, catalogue.operations):
        assert len(table) > 10
        assert set(table["herb_id"]) <= known


def test_the_digest_stands_for_the_content() -> None:
    assert len(load_catalogue().digest) == 64
    assert load_catalogue().digest == load_catalogue().digest
