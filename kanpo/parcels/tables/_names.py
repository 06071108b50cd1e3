"""Names that headers of city-office tables are known by."""

from __future__ import annotations

import re

from kanpo.reading import plain_header, unit_at_end, unit_of
from kanpo.schema import PARCELS

#: Columns of which a bare 1 or 2 may be a tick or an office's own code.
OWN_CODES = (
    *("遊休農地", "利用状況", "農地の利用状況", "利用状況区分", "農地区分"),
    *("判定", "判定結果", "区分", "調査結果", "現況区分"),
)
#: Columns of a place that may go on to the lot number.
PLACES = ("所在", "所在地", "土地の所在", "農地の所在", "所在地名", "土地の所在地", "農地の所在地")
#: What a column of a sheet can mean: columns of the parcel table, and parts that make them up.
#: Within one meaning the first name that is there wins.
_WRITTEN: dict[str, tuple[str, ...]] = {
    "parcel_id": ("筆ID", "parcel_id", "DaichoId", "polygon_uuid", "農地ID"),
    "municipality_code": (
        "市区町村コード", "市町村コード", "自治体コード", "団体コード", "全国地方公共団体コード", "municipality_code",
    ),
    "municipality_name": ("市区町村名", "市町村名", "市町村", "市区町村", "自治体名"),
    "settlement": (
        "大字", "大字名", "大字町名", "町大字", "町大字名", "町字名", "大字名称", "大字・町名", "大字(町)", "settlement",
        "所在大字", "所在", "所在地", "土地の所在", "農地の所在", "所在地名", "土地の所在地", "農地の所在地",
    ),
    "aza": ("字", "小字", "字名", "小字名", "字・小字", "小字(字)", "所在字", "所在小字"),
    "address": (
        "所在地番", "所在・地番", "所在及び地番", "所在および地番", "土地の所在及び地番", "農地の所在地番",
        "農地の所在及び地番", "土地の所在地番", "所在地地番", "所在地・地番", "所在地及び地番",
    ),
    "lot_number": ("地番", "地番号", "本番", "地番本番", "本番地", "親番", "土地の地番", "農地の地番", "地番地", "lot_number", "Tiban"),
    "lot_branch": ("枝番", "地番枝番", "枝", "枝番号", "支番", "子番"),
    "lot_branch_2": ("孫番", "枝番2", "枝枝番", "孫枝番"),
    "land_type": ("地目", "現況地目", "登記地目", "登記簿地目", "台帳地目", "公簿地目", "地目現況", "地目登記", "land_type"),
    "registered_area_m2": (
        "登記面積", "登記簿面積", "公簿面積", "台帳面積", "面積", "地積", "登記地積", "公簿地積", "農地面積", "筆面積", "面積登記",
        "面積登記簿", "面積公簿", "面積台帳", "登記簿上の面積", "登記簿の面積", "registered_area_m2", "AreaOnRegistry",
    ),
    "idle_class": (
        "遊休農地区分", "遊休農地", "遊休区分", "遊休農地の区分", "利用状況調査結果", "遊休農地分類", "遊休農地判定",
        "利用状況", "農地の利用状況", "利用状況区分", "農地区分", "idle_class", "UsageSituationInvestigationResult",
    ),
    "status": ("判定", "判定結果", "調査結果", "現況区分", "区分"),
    "idle_1": ("1号遊休農地", "1号遊休", "遊休農地1号", "1号", "第1号"),
    "idle_2": ("2号遊休農地", "2号遊休", "遊休農地2号", "2号", "第2号"),
    "devastation_class": (
        "荒廃農地区分", "荒廃農地分類", "荒廃区分", "荒廃分類", "荒廃農地", "A・B分類", "AB分類", "A分類/B分類", "A/B分類",
        "A/B", "A分類・B分類", "荒廃農地の区分", "荒廃農地の分類", "荒廃農地判定", "荒廃農地調査結果", "荒廃の程度", "荒廃程度", "荒廃度", "荒廃状況", "devastation_class",
    ),
    "devastation_a": ("A分類", "荒廃農地A分類", "再生利用可能", "再生利用が可能な荒廃農地"),
    "devastation_b": ("B分類", "荒廃農地B分類", "再生利用困難", "再生利用が困難と見込まれる荒廃農地"),
    "years_abandoned": (
        "耕作放棄年数", "放棄年数", "耕作放棄期間", "荒廃年数", "不作付年数", "遊休年数", "years_abandoned",
    ),
    "survey_date": (
        "調査年月日", "調査日", "利用状況調査日", "利用状況調査年月日", "現地調査日", "現地調査年月日", "調査実施日", "確認日",
        "確認年月日", "荒廃農地調査日", "survey_date", "UsageSituationInvestigationDate",
    ),
    "farm_promotion_zone": (
        "農振法区分", "農振区分", "農振農用地区分", "農用地区分", "農振", "農業振興地域", "農振地域区分", "farm_promotion_zone",
    ),
    "longitude": ("経度", "longitude", "lon", "lng", "X(経度)", "経度(X)"),
    "latitude": ("緯度", "latitude", "lat", "Y(緯度)", "緯度(Y)"),
}  # fmt: skip
#: Columns of a place with its lot number.
ADDRESSES = _WRITTEN["address"]
#: Meanings that a header may name but that are no column of the result.
PARTS = (
    "status",
    "municipality_name",
    "aza",
    "address",
    "lot_branch",
    "lot_branch_2",
    "idle_1",
    "idle_2",
    "devastation_a",
    "devastation_b",
)
MEANINGS = tuple(_WRITTEN)
#: Headers that are seen in registers and mean nothing to us; they help to find the header.
_SEEN = (
    "No", "番号", "整理番号", "通し番号", "備考", "摘要", "氏名", "所有者", "所有者氏名", "耕作者", "耕作者氏名", "住所", "調査員",
    "調査者", "現況面積", "現況", "農地台帳番号", "年度", "調査年度", "地区", "集落", "電話番号", "意向", "作物", "写真番号",
)  # fmt: skip
#: Words above another header that say nothing about it.
NEUTRAL = (
    "所在", "所在地", "土地", "農地", "土地の表示", "農地の表示", "農地の所在", "土地の所在", "登記簿", "登記", "公簿", "台帳", "農地台帳",
    "基本情報", "筆", "筆の情報", "地番", "面積", "地目", "必須", "任意", "入力", "和暦", "西暦", "半角",
    "全角", "数値", "文字", "元号", "選択", "位置", "座標", "世界測地系", "地理院", "例", "都市計画", "農振",
    "農地法", "度", "10進", "任意", "土地情報", "農地情報", "年月日", "年",
)  # fmt: skip
#: Headers too general to be taken from below a heading that says something else.
GENERAL = (
    "面積",
    "地積",
    "地目",
    "年数",
    "区分",
    "枝",
    "1号",
    "2号",
    "第1号",
    "第2号",
    "A分類",
    "B分類",
    "字",
    "番号",
)

#: Headings over the address of a person or over another survey, not over the lot.
_OF_OTHERS = re.compile("所有|耕作者|権利|申請|届出|住所|氏名|連絡|前回|前年|過去|相続|借受|貸付|転用先|代替")
_BRACKETS = re.compile(r"[(\[〔【<〈《]([^()\[\]〔〕【】<>〈〉《》]*)[)\]〕】>〉》]")


def _key(text: str) -> str:
    return plain_header(text).replace("・", "").replace("/", "")


def _known() -> dict[str, tuple[str, int]]:
    known: dict[str, tuple[str, int]] = {}
    for meaning, names in _WRITTEN.items():
        for rank, name in enumerate(names):
            known.setdefault(_key(name), (meaning, rank))
    for field in PARCELS.fields:
        if field.key in _WRITTEN:
            for label in (field.label.ja, field.label.en):
                known.setdefault(_key(label), (field.key, len(_WRITTEN[field.key])))
    return known


_KNOWN = _known()
_SEEN_KEYS = frozenset(map(_key, _SEEN))
_NEUTRAL_KEYS = frozenset(map(_key, NEUTRAL))
_GENERAL_KEYS = frozenset(map(_key, GENERAL))


def names_of(meaning: str) -> tuple[str, ...]:
    """The names of a meaning, the best first."""
    return _WRITTEN.get(meaning, ())


def is_named(meaning: str, rank: int, names: tuple[str, ...]) -> bool:
    """Whether a header was recognised by one of these names."""
    written = _WRITTEN[meaning]
    return 0 <= rank < len(written) and written[rank] in names


def is_seen(text: str) -> bool:
    """Whether offices use this header for what is no column of ours."""
    return _key(text) in _SEEN_KEYS


def recognise(text: str) -> tuple[str, int, str | None] | None:
    """What a header means: meaning, rank among the names of that meaning (0 best), unit of area.

    None when it is not known for certain.
    """
    plain = plain_header(text)
    unit: str | None = None
    outside = _BRACKETS.sub("", plain)
    inside = [part for part in _BRACKETS.findall(plain) if part]
    units = [known_unit for part in inside if (known_unit := unit_of(part))]
    rest = [part for part in inside if unit_of(part) is None]
    if len(units) == 1:
        unit = units[0]
    elif units:
        return None
    found = _found(outside, rest)
    if found is None and not units:
        # 面積㎡, 面積a: a unit without brackets.
        parted = unit_at_end(outside)
        known = _found(parted[0], rest) if parted else None
        if parted is not None and known is not None and known[0] == "registered_area_m2":
            return *known, parted[1]
    if found is None or (unit is not None and found[0] != "registered_area_m2"):
        # A〔㎡〕 under a class is an area, not a class.
        return None
    return *found, unit


def _found(outside: str, rest: list[str]) -> tuple[str, int] | None:
    key = _key(outside)
    for candidate in (_key("".join([outside, *rest])), _key("".join([*rest, outside]))):
        if candidate in _KNOWN:
            return _KNOWN[candidate]
    if all(_key(part) in _NEUTRAL_KEYS or part.isdigit() for part in rest):
        return _KNOWN.get(key)
    return None


def recognise_below(upper: str, lower: str) -> tuple[str, int, str | None] | None:
    """What a header of two rows means; the upper text may stand over several columns."""
    if not lower or not upper or plain_header(lower) == plain_header(upper):
        return recognise(lower or upper)
    if unit_of(lower) or plain_header(lower).strip("()").isdigit():
        return recognise(f"{upper}({lower})") if unit_of(lower) else recognise(upper)
    if _OF_OTHERS.search(plain_header(upper)):
        return None
    below = recognise(lower)
    general = _key(_BRACKETS.sub("", plain_header(lower))) in _GENERAL_KEYS
    if below is not None and not general:
        return below
    for joined in (upper + lower, lower + upper):
        if (found := recognise(joined)) is not None:
            return found
    return below if _key(upper) in _NEUTRAL_KEYS else None
