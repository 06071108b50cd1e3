"""The journal, and every kind of record that stands in it."""

from __future__ import annotations

from dataclasses import replace

from kanpo.locale import Text
from kanpo.schema._assumed import ASSUMPTION
from kanpo.schema._computed import SCORES, factor_field
from kanpo.schema._factors import FACTORS
from kanpo.schema._field import Field, Kind, Privacy, Table
from kanpo.schema._lots import HARVEST_LOT, LOT_KINDS, OPERATION_DETAILS

_PUBLIC, _PARTNER, _OFFICE = Privacy.PUBLIC, Privacy.PARTNER, Privacy.OFFICE

JOURNAL = Table(
    "record",
    "journal",
    Text("記録簿", "journal"),
    Kind.RECORDED,
    (
        Field("record_id", Text("記録ID", "record id (UUIDv7)"), required=True, privacy=_PARTNER),
        Field("kind", Text("記録の種類", "kind of record"), required=True, privacy=_PARTNER),
        Field("device", Text("端末", "device"), required=True),
        Field(
            "sequence",
            Text("端末内の通し番号", "number within the device"),
            "integer",
            minimum=1,
            required=True,
        ),
        Field("actor", Text("記録者", "who"), required=True),
        Field(
            "happened_at", Text("行った日", "when it happened"), "timestamp", required=True, privacy=_PARTNER
        ),
        Field("recorded_at", Text("記録した日時", "when it was recorded"), "timestamp", required=True),
        Field("supersedes", Text("訂正した記録", "record that this corrects"), references="record"),
        Field("reason", Text("訂正の理由", "reason of the correction")),
        Field("outline", Text("区画図のハッシュ", "hash of the outline"), references="outline"),
        Field(
            "body",
            Text("内容", "content"),
            "json",
            note=Text("空なら取り消し", "empty: the record it supersedes is withdrawn"),
        ),
        Field("previous", Text("前の記録のハッシュ", "hash of the record before"), required=True),
        Field("hash", Text("ハッシュ", "hash"), required=True),
    ),
    note=Text(
        "追記のみ。訂正は新しい記録で行い、更新・削除はできない",
        "append-only: a correction is a new record; nothing is updated or deleted",
    ),
)

OUTLINES = Table(
    "outline",
    "outlines",
    Text("区画図の保管庫", "archive of outlines"),
    Kind.RECORDED,
    (Field("outline", Text("ハッシュ", "hash"), required=True, privacy=_PUBLIC),),
    outline=True,
    note=Text(
        "記録した時の筆・試験区の形を残す", "the shapes of parcels and plots as they were when recorded"
    ),
)

#: Personal data stand in a file of their own beside the project, which need not leave the office.
PEOPLE = Table(
    "person",
    "people",
    Text("名簿(別ファイル)", "people (a file of its own)"),
    Kind.RECORDED,
    (
        Field("grower_code", Text("生産者コード", "grower code"), required=True, privacy=_OFFICE),
        Field("name", Text("氏名", "name"), required=True, privacy=Privacy.PERSONAL),
        Field("phone", Text("電話", "phone"), privacy=Privacy.PERSONAL),
        Field("note", Text("備考", "note"), privacy=Privacy.PERSONAL),
    ),
)

_TRIAL = Field(
    "trial_code", Text("試験コード", "trial code"), required=True, privacy=_PARTNER, references="trial"
)
_PLOT = Field("plot_code", Text("試験区コード", "plot code"), privacy=_PARTNER, references="plot")
_PARCEL = Field("parcel_id", Text("筆ID", "parcel id"), privacy=_PUBLIC, references="parcel")
_NOTE = Field("note", Text("備考", "note"))

SITE_VISIT = Table(
    "visit",
    "visits",
    Text("現地調査", "site visits"),
    Kind.RECORDED,
    (
        Field("parcel_id", Text("筆ID", "parcel id"), required=True, privacy=_PUBLIC, references="parcel"),
        *(factor_field(factor) for factor in FACTORS.values() if factor.key != "area_m2"),
        _NOTE,
    ),
    about=("parcel_id",),
    once_a_day=True,
)

_GROWER = Table(
    "grower",
    "growers",
    Text("担い手・生産者", "growers"),
    Kind.RECORDED,
    (
        Field("grower_code", Text("生産者コード", "grower code"), required=True, privacy=_OFFICE),
        Field("settlement", Text("地区", "settlement")),
        Field(
            "available_area_m2", Text("引き受けられる面積", "area they can take on"), "number", "m2", 0, 1e7
        ),
    ),
    note=Text("氏名・電話は名簿(別ファイル)に置く", "names and phones stand in the people file"),
)

_TRIAL_KIND = Table(
    "trial",
    "trials",
    Text("試験", "trials"),
    Kind.RECORDED,
    (
        Field("trial_code", Text("試験コード", "trial code"), required=True, privacy=_PARTNER),
        Field("title", Text("名称", "title"), privacy=_PARTNER),
        Field("herb_id", Text("生薬", "herb"), required=True, privacy=_PARTNER),
        Field("parcel_id", Text("筆ID", "parcel id"), required=True, privacy=_PUBLIC, references="parcel"),
        Field("season", Text("年次", "season"), "integer", "", 1900, 2200, privacy=_PARTNER),
        Field("design", Text("試験設計", "experimental design"), vocabulary="design", privacy=_PARTNER),
        Field("treatments", Text("処理(;区切り)", "treatments, separated by ;"), privacy=_PARTNER),
        Field(
            "sub_treatments",
            Text("副区の処理(;区切り)", "sub-plot treatments, separated by ;"),
            privacy=_PARTNER,
        ),
        Field("checks", Text("対照(;区切り)", "checks, separated by ;"), privacy=_PARTNER),
        Field(
            "seed", Text("乱数の種", "seed of the randomisation"), "integer", "", 0, 2**53, privacy=_PARTNER
        ),
        Field("grower_code", Text("生産者コード", "grower code"), references="grower"),
        _NOTE,
    ),
    about=("trial_code",),
)

_PLOT_KIND = Table(
    "plot",
    "plots",
    Text("試験区", "plots"),
    Kind.RECORDED,
    (
        _TRIAL,
        Field("plot_code", Text("試験区コード", "plot code"), required=True, privacy=_PARTNER),
        Field("treatment", Text("処理", "treatment"), required=True, privacy=_PARTNER),
        Field("replicate", Text("反復", "replicate"), "integer", "", 1, 1000, privacy=_PARTNER),
        Field("block", Text("ブロック", "block"), "integer", "", 1, 10_000, privacy=_PARTNER),
        Field("whole_plot", Text("主区の番号", "whole plot"), "integer", "", 1, 10_000, privacy=_PARTNER),
        Field("main_treatment", Text("主区の処理", "whole-plot treatment"), privacy=_PARTNER),
        Field("sub_treatment", Text("副区の処理", "sub-plot treatment"), privacy=_PARTNER),
        Field("plot_row", Text("行", "row"), "integer", "", 1, 10_000, privacy=_PARTNER),
        Field("plot_column", Text("列", "column"), "integer", "", 1, 10_000, privacy=_PARTNER),
        Field("area_m2", Text("面積", "area"), "number", "m2", 0.01, 1e6, privacy=_PARTNER),
    ),
    outline=True,
    about=("trial_code", "plot_code"),
)

_OBSERVATION = Table(
    "observation",
    "observations",
    Text("観測値", "observations"),
    Kind.RECORDED,
    (
        Field("trial_code", Text("試験コード", "trial code"), privacy=_PARTNER, references="trial"),
        _PLOT,
        _PARCEL,
        Field("trait", Text("調査項目", "trait"), required=True, privacy=_PARTNER, references="trait"),
        Field("value", Text("値", "value"), required=True, privacy=_PARTNER),
        Field(
            "repeat",
            Text("反復測定の番号", "number of the repeat"),
            "integer",
            "",
            1,
            10_000,
            privacy=_PARTNER,
        ),
        _NOTE,
        Field("photo_taken_at", Text("撮影日時", "when the photo was taken"), privacy=_PARTNER),
        Field("photo_latitude", Text("撮影位置(緯度)", "latitude of the photo"), "number", "", -90, 90),
        Field("photo_longitude", Text("撮影位置(経度)", "longitude of the photo"), "number", "", -180, 180),
        Field("photo_camera", Text("カメラ", "camera")),
    ),
    about=("trial_code", "plot_code", "parcel_id", "trait", "repeat"),
    once_a_day=True,
)

_OPERATION = Table(
    "operation",
    "operations",
    Text("作業", "operations"),
    Kind.RECORDED,
    (
        Field("trial_code", Text("試験コード", "trial code"), privacy=_PARTNER, references="trial"),
        _PLOT,
        _PARCEL,
        Field(
            "operation", Text("作業名", "operation"), vocabulary="operation", required=True, privacy=_PARTNER
        ),
        Field("amount", Text("量", "amount"), "number", "", 0, 1e9, privacy=_PARTNER),
        Field("unit", Text("単位", "unit"), privacy=_PARTNER),
        Field("product", Text("資材名", "product"), privacy=_PARTNER),
        Field("registration_number", Text("農薬登録番号", "pesticide registration number"), privacy=_PARTNER),
        Field("labour_hours", Text("労働時間", "labour hours"), "number", "h", 0, 10_000, privacy=_PARTNER),
        *OPERATION_DETAILS,
        _NOTE,
    ),
)

_HARVEST = Table(
    "harvest",
    "harvests",
    Text("収穫", "harvests"),
    Kind.RECORDED,
    (
        _TRIAL,
        Field(
            "plot_code", Text("試験区コード", "plot code"), required=True, privacy=_PARTNER, references="plot"
        ),
        Field(
            "area_m2",
            Text("収穫面積", "area harvested"),
            "number",
            "m2",
            0.01,
            1e6,
            privacy=_PARTNER,
            note=Text("空なら試験区の面積", "empty: the area of the plot"),
        ),
        Field("fresh_kg", Text("生重", "fresh weight"), "number", "kg", 0, 1e6, privacy=_PARTNER),
        Field("dry_kg", Text("乾燥重", "dry weight"), "number", "kg", 0, 1e6, privacy=_PARTNER),
        HARVEST_LOT,
        _NOTE,
    ),
    about=("trial_code", "plot_code"),
    once_a_day=True,
)

_DEFINITION = Field(
    "definition",
    Text("適地度の定義", "definition of the score"),
    privacy=_PARTNER,
    note=Text("空なら制限法より前の定義", "empty: a definition before that by limitation"),
    by_kanpo=True,
)
_COMPUTED_AT = Field(
    "computed_at",
    Text("適地度の計算日時", "when the score was computed"),
    privacy=_PARTNER,
    by_kanpo=True,
)
#: What kanpo says of a parcel for a herb, as a decision on it keeps it from its day.
JUDGEMENT = (
    *(
        replace(SCORES.field(key), by_kanpo=True)
        for key in ("score", "lower", "upper", "class_lower", "class_upper", "certainty", "rank")
    ),
    _DEFINITION,
    _COMPUTED_AT,
)

_DECISION = Table(
    "decision",
    "decisions",
    Text("決定", "decisions"),
    Kind.RECORDED,
    (
        Field("parcel_id", Text("筆ID", "parcel id"), required=True, privacy=_PARTNER, references="parcel"),
        Field("herb_id", Text("生薬", "herb"), privacy=_PARTNER),
        Field("decision", Text("決定", "decision"), vocabulary="decision", required=True, privacy=_PARTNER),
        _NOTE,
        *JUDGEMENT,
    ),
    note=Text(
        "生薬を言う決定には、その日の適地度を kanpo が書き添える(あとで計算し直しても変わらない)",
        "beside a decision that names a herb kanpo writes the score of that day, which no later one changes",
    ),
)

_LINK_DECISION = Table(
    "link_decision",
    "link_decisions",
    Text("台帳と筆の対応の決定", "decisions on register links"),
    Kind.RECORDED,
    (
        Field("register_id", Text("台帳ID", "register id"), required=True, privacy=_PARTNER),
        Field(
            "parcel_id",
            Text("筆ID", "parcel id"),
            privacy=_PUBLIC,
            references="parcel",
            note=Text("空なら、どの筆でもない", "empty: it belongs to no parcel"),
        ),
        _NOTE,
    ),
)

_PREDICTION = Table(
    "prediction",
    "predictions",
    Text("試験前の予測", "predictions kept"),
    Kind.RECORDED,
    (
        Field("trial_code", Text("試験コード", "trial code"), privacy=_PARTNER, references="trial"),
        Field("parcel_id", Text("筆ID", "parcel id"), required=True, privacy=_PUBLIC, references="parcel"),
        Field("herb_id", Text("生薬", "herb"), required=True, privacy=_PARTNER),
        *(
            SCORES.field(key)
            for key in ("score", "lower", "upper", "class", "class_lower", "class_upper", "certainty", "rank")
        ),
        replace(_COMPUTED_AT, required=True, by_kanpo=False),
        replace(_DEFINITION, by_kanpo=False),
        Field("method", Text("総合の方法", "how factors were combined"), privacy=_PARTNER),
        Field("weights", Text("重みの出どころ", "where the weights came from"), privacy=_PARTNER),
        Field("catalogue", Text("目録のSHA-256", "SHA-256 of the catalogue"), privacy=_PARTNER),
        Field(
            "fingerprint",
            Text("計算の刻印のSHA-256", "SHA-256 of the stamp"),
            required=True,
            privacy=_PARTNER,
            note=Text(
                "入力・設定・日時・版の刻印を、キー順の JSON にしたもののハッシュ",
                "of inputs, parameters, computed_at and kanpo_version as JSON with sorted keys",
            ),
        ),
        Field("kanpo_version", Text("kanpoの版", "version of kanpo"), privacy=_PARTNER),
        Field(
            "changed",
            Text("計算の後に変わっていた入力(;区切り)", "inputs changed since, separated by ;"),
            privacy=_PARTNER,
            note=Text("空なら最新の適地度だった", "empty: the scores were up to date"),
        ),
    ),
    by_kanpo=True,
    note=Text(
        "試験を記録したとき、その時の適地度を kanpo が書き添える。試験コードが空なら kanpo evidence keep で残したもの",
        "written by kanpo beside a new trial: the score that stood then; without a trial: kanpo evidence keep",
    ),
)

_UNDONE = Table(
    "undone_import",
    "undone_imports",
    Text("取り消した取込", "imports undone"),
    Kind.RECORDED,
    (
        Field("batch_id", Text("取込ID", "batch id"), required=True),
        Field("file_name", Text("ファイル名", "file name"), required=True),
        Field("sha256", Text("SHA-256", "SHA-256"), required=True),
        Field("imported_at", Text("取込日時", "when it was imported"), "timestamp"),
        Field("stored", Text("追加件数", "stored"), "integer"),
        Field("updated", Text("更新件数", "updated"), "integer"),
        Field(
            "orphans",
            Text("筆がなくなった記録の数", "records whose parcel went with it"),
            "integer",
            note=Text("記録そのものは残る", "the records themselves stay"),
        ),
    ),
    by_kanpo=True,
    about=("batch_id",),
    note=Text("取込の取消しを kanpo が書く", "written by kanpo where an import is undone"),
)

#: Every kind of record, by its key. A new kind is one entry here.
RECORD_KINDS: dict[str, Table] = {
    table.key: table
    for table in (
        SITE_VISIT,
        _GROWER,
        _TRIAL_KIND,
        _PLOT_KIND,
        _OBSERVATION,
        _OPERATION,
        _HARVEST,
        _DECISION,
        _LINK_DECISION,
        _PREDICTION,
        _UNDONE,
        ASSUMPTION,
        *LOT_KINDS,
    )
}
