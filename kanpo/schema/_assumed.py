"""The kind of record that keeps amounts that users are asked for."""

from __future__ import annotations

from kanpo.locale import Text
from kanpo.schema._field import Field, Kind, Table

ASSUMPTION = Table(
    "assumption",
    "assumptions",
    Text("前提", "assumptions"),
    Kind.RECORDED,
    (
        Field(
            "key",
            Text("前提の項目", "assumption"),
            required=True,
            note=Text("kanpo assumptions list の項目", "a key of kanpo assumptions list"),
        ),
        Field(
            "herb_id",
            Text("生薬", "herb"),
            note=Text("空ならどの生薬にも", "blank: for every herb"),
        ),
        Field("low", Text("下限の値", "lower figure"), "amount", minimum=0, maximum=1e9, required=True),
        Field(
            "high",
            Text("上限の値", "upper figure"),
            "amount",
            minimum=0,
            maximum=1e9,
            note=Text("空なら下限と同じ", "blank: the same as the lower one"),
        ),
        Field("unit", Text("単位", "unit"), note=Text("空なら項目の単位", "blank: the unit of the key")),
        Field("source", Text("根拠", "source, why")),
        Field("note", Text("備考", "note")),
    ),
    note=Text(
        "労賃・単価・割合・時間など、表に無く、使う人に一度だけ尋ねる数。書かれていない数は補わない",
        "wage, prices, shares, hours: figures that no table bears and users are asked for once; "
        "what is not given is not filled in",
    ),
    about=("key", "herb_id"),
)
