"""What people call the columns of records beside their labels."""

from __future__ import annotations

from functools import cache

from kanpo.reading import plain_header
from kanpo.schema._field import Field

#: Names that mean one field whatever kind of record it stands in. 日付 in a sheet of observations is the day
#: on which they were made; 氏名 is nobody's code and stays out.
_OTHER_NAMES: dict[str, tuple[str, ...]] = {
    "happened_at": (
        *(
            "日付",
            "年月日",
            "調査日",
            "調査年月日",
            "作業日",
            "実施日",
            "観察日",
            "測定日",
            "訪問日",
            "記録日",
            "収穫日",
        ),
        "date",
    ),
    "actor": ("調査者", "調査員", "観察者", "測定者", "担当者", "担当", "作業者", "訪問者"),
    "trial_code": ("試験", "試験番号", "試験名", "trial"),
    "plot_code": ("試験区", "試験区番号", "区番号", "区画番号", "プロット", "plot"),
    "parcel_id": ("筆", "筆番号", "農地ID"),
    "trait": ("項目", "形質", "測定項目", "観察項目", "trait"),
    "value": ("測定値", "観測値", "調査値", "value"),
    "operation": ("作業", "作業内容"),
    "treatment": ("処理区", "処理名"),
    "block": ("反復番号", "block"),
    "grower_code": ("生産者番号", "農家コード", "農家番号"),
    "name": ("名前", "生産者名", "生産者氏名", "農家名"),
    "phone": ("電話番号", "TEL", "携帯電話"),
    "available_area_m2": ("引受面積", "引受可能面積"),
    "note": ("備考欄", "メモ", "摘要", "コメント"),
    "soil_ph": ("土壌pH", "土壌酸度", "pH", "pH(H2O)"),
    "drainage": ("排水性", "水はけ"),
    "soil_depth_cm": ("有効土層", "土層深", "作土深"),
    "sunlight": ("日当たり", "日当り"),
    "wildlife_pressure": ("鳥獣害", "獣害の程度"),
}


def other_names(key: str) -> tuple[str, ...]:
    """Names of a field or a trait beside its labels."""
    return _OTHER_NAMES.get(key, ())


@cache
def names_of(field: Field) -> frozenset[str]:
    """All spellings of a field in a header, in plain form: neither width, case, blanks nor marks count."""
    written = (field.key, field.label.ja, field.label.en, field.header.ja, field.header.en)
    return frozenset(map(plain_header, (*written, *other_names(field.key))))
