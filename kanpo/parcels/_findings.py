"""Everything that can be found about one parcel, in words, with how to mend it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kanpo.errors import Place, Problem, Severity
from kanpo.locale import Text

_REDRAW = Text("QGISなどで描き直してください", "draw it again, in QGIS for example")

_REJECTS: dict[str, tuple[Text, Text]] = {
    "no-geometry": (Text("形がありません", "has no geometry"), _REDRAW),
    "empty": (Text("形が空です", "its geometry is empty"), _REDRAW),
    "is-point": (
        Text("点です(台帳のピンなど)。区画の形がありません", "is a point (a register pin), not an outline"),
        Text(
            "筆ポリゴンなど、区画の形を持つデータを取り込んでください", "ingest outlines, such as 筆ポリゴン"
        ),
    ),
    "not-polygon": (
        Text("ポリゴンではありません", "is no polygon"),
        Text("線を閉じてポリゴンにしてください", "close the lines to a polygon"),
    ),
    "not-numbers": (
        Text("座標が数値ではありません", "a coordinate is not a number"),
        Text(
            "引用符を外し、[経度, 緯度] の数値にしてください",
            "remove the quotes: [longitude, latitude] as numbers",
        ),
    ),
    "too-few-points": (
        Text("異なる点が3つありません", "has fewer than three different points"),
        _REDRAW,
    ),
    "no-area": (Text("面積がありません", "has no area"), _REDRAW),
    "invalid": (
        Text(
            "線が交わっていて、どこが筆か決められません",
            "its lines cross, and what belongs to it is not certain",
        ),
        _REDRAW,
    ),
    "many-crossings": (
        Text(
            "自己交差が多すぎます(500 か所まで)", "its lines cross each other too often (500 times at most)"
        ),
        _REDRAW,
    ),
    "many-corners": (
        Text("頂点が多すぎます(100万点まで)", "has too many corners (a million at most)"),
        Text("QGISの「簡素化」で頂点を減らすか、分けてください", "simplify it in QGIS, or split it"),
    ),
    "many-rings": (
        Text("部分や穴が多すぎます(合わせて 5,000 まで)", "has too many parts and holes (5,000 at most)"),
        Text("筆ごとに分けるか、要らない穴を埋めてください", "split it into parcels, or fill needless holes"),
    ),
    "outside-japan": (
        Text("日本の外にあります", "lies outside Japan"),
        Text(
            "座標系と経度・緯度の順を確かめてください",
            "check the coordinate system and the order of longitude and latitude",
        ),
    ),
    "metres": (
        Text("座標が度ではなくメートルのようです", "the coordinates look like metres, not degrees"),
        Text(
            "--crs EPSG:6678(鶴岡など第10系の場合)のように座標系を指定してください",
            "say the coordinate system, such as --crs EPSG:6678 (zone X)",
        ),
    ),
    "arbitrary-system": (
        Text(
            "任意座標系なので、土地の上に置けません",
            "its coordinate system is arbitrary (任意座標系): nobody can put it on the ground",
        ),
        Text("公共座標系の地図か、台帳のピンを使ってください", "use a map in the public system, or pins"),
    ),
    "id-rounded": (
        Text(
            "IDの数字が長すぎて、JSONの数値としては正しく読めません",
            "the id is a number too long to be read exactly as a number of JSON",
        ),
        Text("IDを引用符で囲んで文字にしてください", "put the id in quotes, as a text"),
    ),
    "id-elsewhere": (
        Text(
            "別のファイルから取り込んだ、場所の違う筆が同じIDを持っています",
            "a parcel elsewhere, from another file, has the same id",
        ),
        Text(
            "ファイルごとの連番ではない、重ならないIDを「筆ID」の列に付けてください",
            "give it an id of its own (parcel_id), not a number that each file counts from 1",
        ),
    ),
    "repeated-id": (
        Text("同じ筆IDの筆が前にあります", "a parcel before it has the same id"),
        Text("どちらが正しいか確かめ、IDを直してください", "find out which is right and mend the id"),
    ),
}

#: What needs the number of another feature to be said.
_ABOUT_ANOTHER: dict[str, tuple[Callable[[int, int], Text], Text]] = {
    "same-parcel": (
        lambda first, second: Text(
            f"{first}番目と{second}番目は同じ筆です(1つだけ取り込みました)",
            f"features {first} and {second} are the same parcel; one was taken",
        ),
        Text("要らない方を消してください", "remove the one that is not needed"),
    ),
    "same-outline": (
        lambda first, second: Text(
            f"{first}番目と{second}番目は同じ筆です(形が同じで、属性が違います)",
            f"features {first} and {second} are the same parcel: one outline, other attributes",
        ),
        Text("正しい方を残してください", "keep the one that is right"),
    ),
}

_REPAIRS: dict[str, Text] = {
    "ring-open": Text("閉じていない輪を閉じました", "closed a ring that was open"),
    "point-repeated": Text("重複した点を取り除きました", "removed repeated points"),
    "orientation": Text("輪の向きを揃えました", "turned a ring the right way round"),
    "z-dropped": Text("高さの値を外しました", "dropped heights"),
    "single-part": Text(
        "1つの部分だけのマルチポリゴンをポリゴンにしました", "made a polygon of a one-part multipolygon"
    ),
    "axes-swapped": Text("緯度・経度の順を入れ替えました", "swapped latitude and longitude"),
    "hole-collapsed": Text("面積のない穴を取り除きました", "removed a hole without area"),
    "self-crossing": Text("自己交差を直しました", "mended a self-intersection"),
}

_WARNINGS: dict[str, tuple[Text, Text]] = {
    "sliver": (
        Text("とても小さい筆です(10 m2 未満)", "is very small (under 10 m2)"),
        Text("切れ端でないか確かめてください", "see whether it is a sliver"),
    ),
    "huge": (
        Text("とても大きい筆です(50 ha 超)", "is very large (over 50 ha)"),
        Text("複数の筆がつながっていないか確かめてください", "see whether several parcels were joined"),
    ),
    "area-differs": (
        Text(
            "図上面積が登記面積と30 %より大きく違います",
            "the measured area differs from the registered by over 30 %",
        ),
        Text("形か登記面積を確かめてください", "check the outline or the registered area"),
    ),
}

#: The certain repairs, in words.
CERTAIN = Text("直す必要はありません", "nothing to do")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found about one parcel; `code` is a key of the tables above, `other` another feature's number."""

    code: str
    severity: Severity
    value: object = None
    detail: Text = Text("", "")
    other: int | None = None

    @property
    def rejects(self) -> bool:
        """Whether the parcel cannot be used."""
        return self.severity is Severity.REJECT

    def problem(self, file: str, number: int) -> Problem:
        """The finding as a problem of feature `number`."""
        if self.other is not None:
            said, mend = _ABOUT_ANOTHER[self.code]
            what = said(self.other, number)
        elif self.severity is Severity.REPAIR:
            what, mend = _REPAIRS[self.code], CERTAIN
        else:
            what, mend = (_REJECTS if self.rejects else _WARNINGS)[self.code]
        place = Place(file, feature=number, value=self.value)
        return Problem(f"parcel.{self.code}", what, mend, place, self.severity, self.detail)


def reject(code: str, value: object = None) -> Finding:
    """A finding that sends the parcel back."""
    return Finding(code, Severity.REJECT, value)


def same_as(other: int, *, alike: bool) -> Finding:
    """That a feature is the parcel of an earlier one: alike in all, or with other attributes, which sends it back."""
    severity = Severity.WARNING if alike else Severity.REJECT
    return Finding("same-parcel" if alike else "same-outline", severity, other=other)


def repair(code: str, detail: Text = Text("", "")) -> Finding:
    """A finding that was mended."""
    return Finding(code, Severity.REPAIR, None, detail)


def warn(code: str, value: object = None) -> Finding:
    """A finding that a person should look at; the parcel is kept."""
    return Finding(code, Severity.WARNING, value)
