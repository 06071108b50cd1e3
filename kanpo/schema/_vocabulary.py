"""Closed lists of values, each with its label."""

from __future__ import annotations

from dataclasses import dataclass

from kanpo.locale import Text


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A closed list: machine key to label.

    `other_names` are spellings that people write for a key and that are read as it.
    """

    key: str
    labels: dict[str, Text]
    other_names: dict[str, str]

    def key_of(self, written: str) -> str | None:
        """The machine key for what somebody wrote (key, label in either language, or a known spelling)."""
        return self._lookup().get(written.strip().casefold())

    def _lookup(self) -> dict[str, str]:
        found = {key.casefold(): key for key in self.labels}
        for key, label in self.labels.items():
            found.setdefault(label.ja.casefold(), key)
            found.setdefault(label.en.casefold(), key)
        for name, key in self.other_names.items():
            found.setdefault(name.casefold(), key)
        return found


def _vocabulary(key: str, labels: dict[str, tuple[str, str]], **other_names: str) -> Vocabulary:
    return Vocabulary(key, {k: Text(ja, en) for k, (ja, en) in labels.items()}, other_names)


#: What is done to a harvested root before it is dried; work on a plot and a step of a lot alike.
_WET_AND_PEELED = {
    "blanching": ("湯通し", "blanching"),
    "hot_water_kneading": ("湯もみ", "kneading in hot water"),
    "peeling": ("皮去り", "peeling"),
    "steaming": ("蒸し", "steaming"),
}
_STEP_NAMES = {
    **dict.fromkeys(("ゆどおし", "湯どおし", "湯がき", "湯煮", "ブランチング", "scalding"), "blanching"),
    **dict.fromkeys(("ゆもみ", "湯揉み", "湯揉", "kneading"), "hot_water_kneading"),
    **dict.fromkeys(("皮むき", "皮剥き", "皮はぎ", "剥皮", "かわさり", "コルク皮去り"), "peeling"),
    **dict.fromkeys(("むし", "蒸す", "蒸煮", "蒸熱", "蒸製", "steam"), "steaming"),
}

_ALL = (
    _vocabulary(
        "land_type", {"paddy": ("田", "paddy"), "field": ("畑", "field"), "other": ("その他", "other")}
    ),
    _vocabulary(
        "idle_class",
        {
            "1": ("遊休農地1号(耕作されていない)", "idle, class 1"),
            "2": ("遊休農地2号(利用の程度が著しく劣る)", "idle, class 2"),
        },
    ),
    _vocabulary(
        "devastation_class",
        {
            "A": ("A分類(再生利用が可能)", "class A (restorable)"),
            "B": ("B分類(再生利用が困難)", "class B (hard to restore)"),
        },
    ),
    _vocabulary(
        "certainty",
        {
            "sure": ("確か", "sure"),
            "by_catalogue": ("根拠しだい", "depends on the catalogue"),
            "by_measuring": ("測れば変わる", "depends on measuring"),
            "unknown": ("不明", "unknown"),
        },
    ),
    _vocabulary(
        "batch_kind",
        {
            "parcels": ("筆", "parcels"),
            "layer": ("主題図", "layer"),
            "records": ("記録", "records"),
            "register": ("農地台帳", "register"),
            "boundaries": ("区域の境界", "boundaries"),
            "lots": ("登記所備付地図", "land registry's map"),
        },
    ),
    _vocabulary(
        "statement_subject",
        {"register": ("台帳・調査の行", "register row"), "parcel": ("筆の属性", "parcel")},
    ),
    _vocabulary(
        "as_of_basis",
        {
            "own": ("行の調査日", "survey date of the row"),
            "file": ("ファイルの時点(人が言った)", "day of the file, as a person said"),
            "assumed": ("仮定(取込日)", "assumed: day of the import"),
        },
    ),
    _vocabulary(
        "located_by",
        {
            "pin": ("台帳のピンのみ(筆の形なし)", "register pin only (no outline)"),
            "registry": ("登記所備付地図の筆の形", "outline of the land registry's map"),
        },
    ),
    _vocabulary(
        "boundary_kind",
        {
            "municipality": ("市区町村", "municipality"),
            "farm_settlement": ("農業集落", "agricultural settlement"),
            "registry_lot": ("登記所備付地図の筆", "lot of the land registry"),
        },
    ),
    _vocabulary(
        "registry_mark",
        {
            "undetermined": ("筆界未定", "boundary not determined"),
            "outside": ("地区外", "outside the district"),
            "other_map": ("別図", "on another map"),
            "road": ("道", "road without a number"),
            "water": ("水", "water without a number"),
        },
    ),
    _vocabulary(
        "layer_kind",
        {
            "raster": ("ラスタ", "raster"),
            "polygons": ("ポリゴン", "polygons"),
            "mesh": ("地域メッシュ表", "mesh table"),
            "distance": ("距離", "distance"),
            "exclusion": ("除外", "exclusion"),
        },
    ),
    _vocabulary(
        "design",
        {
            "demonstration": ("実証展示(反復なし)", "demonstration (unreplicated)"),
            "crd": ("完全無作為化法", "completely randomised"),
            "rcbd": ("乱塊法", "randomised complete block"),
            "latin": ("ラテン方格法", "Latin square"),
            "splitplot": ("分割区法", "split-plot"),
            "stripplot": ("細条区法", "strip-plot"),
            "augmented": ("増補計画", "augmented"),
            "alpha": ("アルファ計画(不完備ブロック)", "alpha design (incomplete blocks)"),
            "other": ("その他", "other"),
        },
    ),
    _vocabulary(
        "unit_level",
        {
            "parcel": ("筆", "parcel"),
            "plot": ("試験区", "plot"),
            "plant": ("株", "plant"),
            "lot": ("ロット", "lot"),
        },
    ),
    _vocabulary(
        "operation",
        {
            "clearing": ("伐開・抜根", "clearing"),
            "tillage": ("耕うん", "tillage"),
            "liming": ("石灰施用", "liming"),
            "base_fertiliser": ("基肥", "base fertiliser"),
            "sowing": ("播種", "sowing"),
            "nursery": ("育苗", "nursery"),
            "transplanting": ("定植", "transplanting"),
            "mulching": ("マルチ", "mulching"),
            "thinning": ("間引き", "thinning"),
            "weeding": ("除草", "weeding"),
            "intertillage": ("中耕・土寄せ", "intertillage, earthing up"),
            "top_dressing": ("追肥", "top dressing"),
            "irrigation": ("灌水", "irrigation"),
            "pesticide": ("農薬散布", "pesticide"),
            "flower_removal": ("摘花・摘蕾", "flower removal"),
            "harvest": ("収穫", "harvest"),
            "washing": ("水洗", "washing"),
            "drying": ("乾燥", "drying"),
            "trimming": ("調製", "trimming"),
            **_WET_AND_PEELED,
            "packing": ("包装", "packing"),
            "other": ("その他", "other"),
        },
        **_STEP_NAMES,
    ),
    _vocabulary(
        "lot_step",
        {
            "drying": ("乾燥", "drying"),
            "washing": ("水洗", "washing"),
            "trimming": ("調製", "trimming"),
            **_WET_AND_PEELED,
            "mixing": ("混合", "mixing"),
            "splitting": ("分割", "splitting"),
            "packing": ("包装", "packing"),
            "storage": ("保管", "storage"),
            "shipping": ("出荷", "shipping"),
        },
        **_STEP_NAMES,
    ),
    _vocabulary(
        "quality_test",
        {
            "assay": ("定量(指標成分)", "assay (marker compound)"),
            "extract": ("エキス含量", "extract content"),
            "loss_on_drying": ("乾燥減量", "loss on drying"),
            "total_ash": ("灰分", "total ash"),
            "acid_insoluble_ash": ("酸不溶性灰分", "acid-insoluble ash"),
            "essential_oil": ("精油含量", "essential oil content"),
            "purity": ("純度試験", "purity"),
            "heavy_metals": ("重金属", "heavy metals"),
            "arsenic": ("ヒ素", "arsenic"),
            "pesticide_residue": ("残留農薬", "pesticide residue"),
            "microbial": ("微生物限度", "microbial count"),
            "other": ("その他", "other"),
        },
        定量="assay",
        指標成分="assay",
        希エタノールエキス="extract",
        精油="essential_oil",
        純度="purity",
        異物="purity",
        砒素="arsenic",
        総灰分="total_ash",
    ),
    _vocabulary(
        "decision",
        {
            "candidate": ("候補", "candidate"),
            "selected": ("採用", "selected"),
            "deferred": ("保留", "deferred"),
            "rejected": ("不採用", "rejected"),
        },
    ),
)

#: Every closed list, by its key.
VOCABULARIES: dict[str, Vocabulary] = {vocabulary.key: vocabulary for vocabulary in _ALL}
