"""What the made-up trials of the sample compare, and what is done in their seasons."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Trial:
    """A trial: what is compared where, and what its plots yield.

    `dry_kg_per_10a` is the mean of the first treatment, `effects` what the others add;
    `labour` are the operations of a season: (month-day, operation, amount, unit, product, hours, note).
    """

    code: str
    title: str
    herb: str
    season: int
    design: str
    treatments: tuple[str, ...]
    replicates: int
    plot_m: tuple[float, float]
    site: str
    grower: str
    started: str
    dry_kg_per_10a: float
    effects: tuple[float, ...]
    dry_share: float
    harvested: str
    observed: tuple[tuple[str, str, float, float], ...]
    labour: tuple[tuple[str, str, float | None, str, str, float, str], ...]


_TOKI_TREATMENTS = ("早植・標準肥", "早植・増肥", "遅植・標準肥", "遅植・増肥")
_TOKI_LABOUR = (
    ("-04-03", "liming", 100.0, "kg/10a", "苦土石灰", 1.0, ""),
    ("-04-05", "tillage", None, "", "", 1.5, "2回"),
    ("-04-12", "base_fertiliser", 200.0, "kg/10a", "発酵鶏ふん", 1.5, "全区共通"),
    ("-04-16", "transplanting", 80.0, "本", "当帰一年苗", 5.0, "早植区"),
    ("-05-08", "transplanting", 80.0, "本", "当帰一年苗", 5.0, "遅植区"),
    ("-05-27", "weeding", None, "", "", 4.0, "手取り"),
    ("-06-18", "intertillage", None, "", "", 2.0, ""),
    ("-07-05", "weeding", None, "", "", 4.5, "手取り"),
    ("-07-18", "top_dressing", 40.0, "kg/10a", "有機入り化成(8-8-8)", 1.0, "増肥区のみ"),
    ("-07-22", "flower_removal", None, "", "", 1.0, "抽苔株を抜き取り"),
    ("-08-19", "weeding", None, "", "", 3.5, "手取り"),
    ("-11-11", "harvest", None, "", "", 8.0, ""),
    ("-11-13", "drying", None, "", "", 3.0, "はさ掛け"),
)
_TOKI_OBSERVED = (
    ("-06-10", "survival_percent", 93.0, 3.5),
    ("-07-15", "plant_height_cm", 34.0, 3.0),
    ("-07-20", "bolting_percent", 7.0, 3.0),
    ("-09-12", "plant_height_cm", 52.0, 4.0),
    ("-09-12", "disease_score_0_4", 0.8, 0.7),
)
_COIX_LABOUR = (
    ("-04-24", "clearing", None, "", "", 6.0, "草刈り"),
    ("-05-02", "tillage", None, "", "", 1.0, "2回"),
    ("-05-10", "base_fertiliser", 40.0, "kg/10a", "化成肥料(14-14-14)", 0.5, ""),
    ("-05-17", "sowing", 2.8, "kg/10a", "ハトムギ種子", 1.0, ""),
    ("-06-14", "intertillage", None, "", "", 1.0, ""),
    ("-07-12", "top_dressing", 20.0, "kg/10a", "硫安", 0.5, ""),
    ("-08-02", "irrigation", None, "", "", 0.5, "出穂期"),
    ("-10-08", "harvest", None, "", "", 3.0, ""),
    ("-10-10", "drying", None, "", "", 1.0, ""),
)
_COIX_OBSERVED = (
    ("-06-03", "emergence_percent", 81.0, 4.0),
    ("-08-20", "plant_height_cm", 148.0, 7.0),
    ("-08-20", "disease_score_0_4", 0.6, 0.6),
)
_PEONY_LABOUR = (
    ("2024-04-08", "base_fertiliser", 150.0, "kg/10a", "発酵鶏ふん", 1.0, "全区共通"),
    ("2024-04-26", "weeding", None, "", "", 4.0, "手取り"),
    ("2024-05-20", "flower_removal", None, "", "", 2.5, "摘花区のみ"),
    ("2024-06-24", "weeding", None, "", "", 4.0, "手取り"),
    ("2024-09-20", "top_dressing", 60.0, "kg/10a", "有機入り化成(8-8-8)", 1.0, "増肥区のみ"),
    ("2025-04-09", "base_fertiliser", 150.0, "kg/10a", "発酵鶏ふん", 1.0, "全区共通"),
    ("2025-05-02", "weeding", None, "", "", 4.0, "手取り"),
    ("2025-05-22", "flower_removal", None, "", "", 2.5, "摘花区のみ"),
    ("2025-07-01", "weeding", None, "", "", 3.5, "手取り"),
    ("2025-10-06", "harvest", None, "", "", 14.0, ""),
    ("2025-10-08", "washing", None, "", "", 4.0, ""),
    ("2025-10-10", "drying", None, "", "", 3.0, ""),
    ("2025-11-04", "trimming", None, "", "", 5.0, ""),
)
_PEONY_OBSERVED = (
    ("2024-05-15", "survival_percent", 96.0, 2.5),
    ("2024-06-12", "plant_height_cm", 68.0, 4.0),
    ("2025-06-11", "plant_height_cm", 76.0, 4.5),
    ("2025-08-18", "disease_score_0_4", 1.2, 0.8),
)


def _toki(season: int, dry: float, site: str, grower: str) -> Trial:
    return Trial(
        code=f"TK-{season}",
        title=f"当帰 植付時期・施肥試験({season}年)",
        herb="toki",
        season=season,
        design="rcbd",
        treatments=_TOKI_TREATMENTS,
        replicates=4,
        plot_m=(5.0, 2.0),
        site=site,
        grower=grower,
        started=f"{season}-04-01",
        dry_kg_per_10a=dry,
        effects=(0, 18, -30, -16),
        dry_share=0.285,
        harvested=f"{season}-11-11",
        observed=tuple((f"{season}{day}", trait, mean, sd) for day, trait, mean, sd in _TOKI_OBSERVED),
        labour=tuple((f"{season}{day}", *rest) for day, *rest in _TOKI_LABOUR),
    )


def _coix(season: int, dry: float) -> Trial:
    return Trial(
        code=f"HM-{season}",
        title=f"ハトムギ 転換畑での実証({season}年)",
        herb="hatomugi",
        season=season,
        design="demonstration",
        treatments=("条間60cm", "条間75cm"),
        replicates=1,
        plot_m=(8.0, 3.0),
        site="wet",
        grower="G04",
        started=f"{season}-04-20",
        dry_kg_per_10a=dry,
        effects=(0, -14),
        dry_share=0.78,
        harvested=f"{season}-10-08",
        observed=tuple((f"{season}{day}", trait, mean, sd) for day, trait, mean, sd in _COIX_OBSERVED),
        labour=tuple((f"{season}{day}", *rest) for day, *rest in _COIX_LABOUR),
    )


TRIALS: tuple[Trial, ...] = (
    _toki(2024, 196, "flat 1", "G01"),
    Trial(
        code="SY-2024",
        title="芍薬 摘花・施肥試験(2021年秋植付、2025年秋収穫)",
        herb="shakuyaku",
        season=2024,
        design="rcbd",
        treatments=("摘花なし", "摘花", "摘花・増肥"),
        replicates=4,
        plot_m=(8.0, 3.0),
        site="flat 2",
        grower="G03",
        started="2024-04-05",
        dry_kg_per_10a=545,
        effects=(0, 70, 95),
        dry_share=0.33,
        harvested="2025-10-06",
        observed=_PEONY_OBSERVED,
        labour=_PEONY_LABOUR,
    ),
    _coix(2024, 242),
    _toki(2025, 207, "flat 3", "G02"),
    _coix(2025, 256),
)
