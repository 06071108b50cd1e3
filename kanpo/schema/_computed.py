"""Tables of computed data: reproducible from the imported and the recorded, and stale as soon as those change."""

from __future__ import annotations

from kanpo.locale import Text
from kanpo.schema._factors import FACTORS, Factor
from kanpo.schema._field import Field, Kind, Privacy, Table

_PUBLIC, _PARTNER = Privacy.PUBLIC, Privacy.PARTNER


def factor_field(factor: Factor, privacy: Privacy = _PARTNER) -> Field:
    """A site factor as a field."""
    return Field(
        factor.key,
        factor.label,
        "number" if factor.kind == "number" else "text",
        factor.unit,
        factor.minimum,
        factor.maximum,
        vocabulary=factor.key if factor.kind == "class" else None,
        privacy=privacy,
    )


FACTOR_VALUES = Table(
    "factor_value",
    "site_factors",
    Text("立地要因", "site factors"),
    Kind.COMPUTED,
    (
        Field("parcel_id", Text("筆ID", "parcel id"), required=True, privacy=_PUBLIC, references="parcel"),
        *(factor_field(factor) for factor in FACTORS.values()),
        Field("sources", Text("値の出どころ", "where the values come from"), "json", privacy=_PARTNER),
        Field(
            "coverage",
            Text("主題図が覆う割合", "share of the parcel covered by the layer"),
            "json",
            privacy=_PARTNER,
        ),
        Field(
            "exclusions",
            Text("除外図が当たる割合", "share of the parcel that exclusion layers concern"),
            "json",
            privacy=_PARTNER,
        ),
    ),
)


def _share(key: str, ja: str, en: str) -> Field:
    """A number from 0 to 1 that everybody may see."""
    return Field(key, Text(ja, en), "number", "", 0, 1, privacy=_PUBLIC)


SCORES = Table(
    "score",
    "scores",
    Text("適地度", "suitability scores"),
    Kind.COMPUTED,
    (
        Field("parcel_id", Text("筆ID", "parcel id"), required=True, privacy=_PUBLIC, references="parcel"),
        Field("herb_id", Text("生薬", "herb"), required=True, privacy=_PUBLIC),
        _share("score", "適地度", "suitability"),
        _share("lower", "下限", "lower bound"),
        _share("upper", "上限", "upper bound"),
        _share("least", "目録の誤差まで見た下限", "lower bound with the catalogue's own doubt"),
        _share("most", "目録の誤差まで見た上限", "upper bound with the catalogue's own doubt"),
        Field("class", Text("適地区分", "suitability class"), privacy=_PUBLIC),
        Field("class_lower", Text("区分(低く見て)", "class at the lower bound"), privacy=_PUBLIC),
        Field("class_upper", Text("区分(高く見て)", "class at the upper bound"), privacy=_PUBLIC),
        Field(
            "certainty",
            Text("区分の確かさ", "how sure the class is"),
            vocabulary="certainty",
            privacy=_PUBLIC,
        ),
        _share("known", "分かっている重み", "share of the weight that is known"),
        _share("potential_score", "改良後の適地度", "suitability after works"),
        _share("potential_lower", "改良後の下限", "lower bound after works"),
        _share("potential_upper", "改良後の上限", "upper bound after works"),
        Field("potential_class", Text("改良後の区分", "class after works"), privacy=_PUBLIC),
        Field(
            "potential_class_lower",
            Text("改良後の区分(低く見て)", "class after works, lower bound"),
            privacy=_PUBLIC,
        ),
        Field(
            "potential_class_upper",
            Text("改良後の区分(高く見て)", "class after works, upper bound"),
            privacy=_PUBLIC,
        ),
        Field(
            "potential_certainty",
            Text("改良後の確かさ", "how sure the class after works is"),
            vocabulary="certainty",
            privacy=_PUBLIC,
        ),
        Field("limiting_factor", Text("制限要因", "limiting factor"), privacy=_PUBLIC),
        Field("deciding_factor", Text("測れば決まる要因", "factor that would decide"), privacy=_PUBLIC),
        Field("rank", Text("順位", "rank"), "integer", privacy=_PUBLIC),
    ),
)

REGISTER_LINKS = Table(
    "register_link",
    "register_links",
    Text("台帳と筆の対応", "which register row belongs to which parcel"),
    Kind.COMPUTED,
    (
        Field("register_id", Text("台帳ID", "register id"), required=True, privacy=_PARTNER),
        Field("parcel_id", Text("筆ID", "parcel id"), privacy=_PUBLIC, references="parcel"),
        Field("kind", Text("対応の種類", "kind of link"), privacy=_PARTNER),
        Field("distance_m", Text("距離", "distance"), "number", "m", 0, privacy=_PARTNER),
        Field(
            "area_ratio",
            Text("登記/図上の面積比", "registered against measured area"),
            "number",
            privacy=_PARTNER,
        ),
        Field("confidence", Text("確かさ", "confidence"), privacy=_PARTNER),
        Field("probability", Text("確率", "probability"), "number", "", 0, 1, privacy=_PARTNER),
        Field("margin", Text("次点との差", "margin to the second best"), "number", privacy=_PARTNER),
        Field("reason", Text("理由", "reason"), privacy=_PARTNER),
    ),
)

STAMPS = Table(
    "stamp",
    "stamps",
    Text("計算の刻印", "stamps of computed data"),
    Kind.COMPUTED,
    (
        Field("product", Text("計算結果", "product"), required=True),
        Field("inputs", Text("入力のハッシュ", "hashes of what went in"), "json", required=True),
        Field("parameters", Text("設定", "parameters"), "json"),
        Field("rows", Text("件数", "rows"), "integer"),
        Field("computed_at", Text("計算日時", "when"), "timestamp"),
        Field("kanpo_version", Text("kanpoの版", "version of kanpo")),
    ),
)
