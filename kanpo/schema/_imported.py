"""Tables of imported data: never edited, replaced by a newer import."""

from __future__ import annotations

from kanpo.locale import Text
from kanpo.schema._field import Field, Kind, Privacy, Table

_PUBLIC, _PARTNER, _OFFICE = Privacy.PUBLIC, Privacy.PARTNER, Privacy.OFFICE

PARCELS = Table(
    "parcel",
    "parcels",
    Text("筆", "parcels"),
    Kind.IMPORTED,
    (
        Field("parcel_id", Text("筆ID", "parcel id"), required=True, privacy=_PUBLIC),
        Field("municipality_code", Text("市区町村コード", "municipality code"), privacy=_PUBLIC),
        Field("settlement", Text("大字", "settlement"), privacy=_PUBLIC),
        Field("lot_number", Text("地番", "lot number"), privacy=_PUBLIC),
        Field("land_type", Text("地目", "land type"), vocabulary="land_type", privacy=_PUBLIC),
        Field(
            "registered_area_m2", Text("登記面積", "registered area"), "number", "m2", 0, 1e7, privacy=_PUBLIC
        ),
        Field("area_m2", Text("図上面積", "measured area"), "number", "m2", 0, 1e7, privacy=_PUBLIC),
        Field(
            "idle_class", Text("遊休農地", "idle farmland class"), vocabulary="idle_class", privacy=_PARTNER
        ),
        Field(
            "devastation_class",
            Text("荒廃農地分類", "devastated farmland class"),
            vocabulary="devastation_class",
            privacy=_PARTNER,
        ),
        Field(
            "years_abandoned",
            Text("耕作放棄年数", "years abandoned"),
            "number",
            "year",
            0,
            80,
            privacy=_PARTNER,
        ),
        Field("survey_date", Text("利用状況調査日", "date of the use survey"), "date", privacy=_PARTNER),
        Field("farm_promotion_zone", Text("農振法区分", "farm promotion zone"), privacy=_PUBLIC),
        Field("farm_settlement_key", Text("農業集落コード", "agricultural settlement code"), privacy=_PUBLIC),
        Field("farm_settlement", Text("農業集落", "agricultural settlement"), privacy=_PUBLIC),
        Field(
            "located_by",
            Text("位置の根拠", "located by"),
            vocabulary="located_by",
            privacy=_PUBLIC,
            note=Text(
                "空なら筆の形。pin は台帳のピンだけで、形は登記面積の円",
                "blank: an outline; pin: a register pin only, drawn as a circle of the registered area",
            ),
        ),
        Field("source_year", Text("データ年", "year of the data"), "integer", privacy=_PUBLIC),
        Field(
            "attributes",
            Text("元の属性", "attributes as they came"),
            "json",
            note=Text("受け取ったままの全列。共有物には出さない", "every column as received; never shared"),
        ),
        Field("batch_id", Text("取込ID", "batch id"), references="batch"),
        Field("source_row", Text("元ファイルの行", "row in the source file"), "integer"),
    ),
    outline=True,
)

REGISTER = Table(
    "register_row",
    "register",
    Text("農地台帳の行", "rows of the farmland register"),
    Kind.IMPORTED,
    (
        Field("register_id", Text("台帳ID", "register id"), required=True, privacy=_PARTNER),
        *(
            field
            for field in PARCELS.fields
            if field.key
            in (
                *("municipality_code", "settlement", "lot_number", "land_type", "registered_area_m2"),
                *("idle_class", "devastation_class", "years_abandoned", "survey_date"),
                *("farm_promotion_zone", "attributes", "batch_id", "source_row"),
            )
        ),
    ),
    outline=True,
    note=Text(
        "台帳の行(ピン)。筆の形との対応は register_links にある",
        "rows (pins) of the register; which outline is whose stands in register_links",
    ),
)

STATEMENTS = Table(
    "statement",
    "statements",
    Text("台帳・調査の記載", "dated statements of registers and surveys"),
    Kind.IMPORTED,
    (
        Field("lot_id", Text("台帳ID・筆ID", "register or parcel id"), required=True, privacy=_PARTNER),
        Field(
            "subject",
            Text("何の記載か", "what it speaks of"),
            vocabulary="statement_subject",
            required=True,
            privacy=_PARTNER,
        ),
        Field("as_of", Text("いつ時点か", "as of"), "date", required=True, privacy=_PARTNER),
        Field(
            "as_of_basis",
            Text("時点の根拠", "why that day"),
            vocabulary="as_of_basis",
            required=True,
            privacy=_PARTNER,
        ),
        Field(
            "denied",
            Text("該当なしと書かれた列", "columns said to be none"),
            privacy=_PARTNER,
            note=Text(
                "調査したうえで区分が空か「該当なし」だった列(空白区切り)。書かれていない列は何も消さない",
                "classes that a survey looked for and did not find, by key; what is not said empties nothing",
            ),
        ),
        *(
            field
            for field in PARCELS.fields
            if field.key
            in (
                *("municipality_code", "settlement", "lot_number", "land_type", "registered_area_m2"),
                *("idle_class", "devastation_class", "years_abandoned", "survey_date"),
                *("farm_promotion_zone", "attributes", "batch_id", "source_row"),
            )
        ),
    ),
    outline=True,
    note=Text(
        "だれが(取込)、どの筆を、いつ時点で、何と書いたか。すべての年を残す。register と筆の状況は、列ごとに一番新しい記載から作る",
        "who (the import) says what of which lot as of when; every year stays. The register and the status of "
        "parcels follow from them, each column from the newest that speaks of it",
    ),
)

BOUNDARIES = Table(
    "boundary",
    "boundaries",
    Text("区域の境界", "boundaries"),
    Kind.IMPORTED,
    (
        Field("boundary_id", Text("境界ID", "boundary id"), required=True, privacy=_PUBLIC),
        Field(
            "boundary_kind", Text("種類", "kind"), vocabulary="boundary_kind", required=True, privacy=_PUBLIC
        ),
        Field("name", Text("名称", "name"), privacy=_PUBLIC),
        Field(
            "mark",
            Text("筆でないもの・未定", "no ordinary lot"),
            vocabulary="registry_mark",
            privacy=_PUBLIC,
            note=Text("登記所備付地図だけ", "lots of the land registry's map only"),
        ),
        *(
            field
            for field in PARCELS.fields
            if field.key
            in (
                *("municipality_code", "settlement", "lot_number", "farm_settlement_key"),
                *("batch_id", "source_row"),
            )
        ),
    ),
    outline=True,
    note=Text(
        "市区町村・農業集落の区域と、登記所備付地図の筆。筆がどこに入るか、何番地かはここから分かる",
        "municipalities, agricultural settlements and lots of the land registry; where a parcel lies and which "
        "number its ground has follows from here",
    ),
)

FORMER_PARCELS = Table(
    "former_parcel",
    "former_parcels",
    Text("過去の筆", "former parcels"),
    Kind.IMPORTED,
    PARCELS.fields,
    outline=True,
    note=Text(
        "新しい年のデータに置き換わった筆の、その時の形", "outlines that a newer year replaced, as they were"
    ),
)

LINEAGE = Table(
    "lineage_link",
    "lineage",
    Text("筆の系譜", "lineage of parcels"),
    Kind.IMPORTED,
    (
        Field("old_id", Text("前の筆ID", "old parcel id"), privacy=_PUBLIC),
        Field("new_id", Text("後の筆ID", "new parcel id"), privacy=_PUBLIC),
        Field("kind", Text("変化", "kind of change"), required=True, privacy=_PUBLIC),
        Field(
            "share_old", Text("前の筆に占める割合", "share of the old"), "number", "", 0, 1, privacy=_PUBLIC
        ),
        Field(
            "share_new", Text("後の筆に占める割合", "share of the new"), "number", "", 0, 1, privacy=_PUBLIC
        ),
        Field("by", Text("根拠", "by id or overlap"), privacy=_PUBLIC),
        Field("confidence", Text("確かさ", "confidence"), "number", "", 0, 1, privacy=_PUBLIC),
        Field("old_year", Text("前の年", "old year"), "integer", privacy=_PUBLIC),
        Field("new_year", Text("後の年", "new year"), "integer", privacy=_PUBLIC),
    ),
)

BATCHES = Table(
    "batch",
    "batches",
    Text("取込の記録", "imports"),
    Kind.IMPORTED,
    (
        Field("batch_id", Text("取込ID", "batch id"), required=True),
        Field("batch_kind", Text("種類", "kind"), vocabulary="batch_kind", required=True),
        Field("file_name", Text("ファイル名", "file name"), required=True),
        Field("sha256", Text("SHA-256", "SHA-256"), required=True),
        Field("source", Text("様式", "recognised form")),
        Field("source_crs", Text("元の座標系", "coordinate system of the file")),
        Field("mapping", Text("指定した列の対応", "mapping of columns that was given"), "json"),
        Field("as_of", Text("いつ時点のファイルか", "as of"), "date"),
        Field("as_of_basis", Text("時点の根拠", "why that day"), vocabulary="as_of_basis"),
        Field("read", Text("読込件数", "read"), "integer", minimum=0),
        Field("stored", Text("追加件数", "stored"), "integer", minimum=0),
        Field("updated", Text("更新件数", "updated"), "integer", minimum=0),
        Field("unchanged", Text("変更なし", "unchanged"), "integer", minimum=0),
        Field(
            "repeated",
            Text("同じ筆の繰り返し", "repeated"),
            "integer",
            minimum=0,
            note=Text("1つのファイルに同じ筆が二度あったもの", "lots that stand in one file a second time"),
        ),
        Field("repaired", Text("補正件数", "repaired"), "integer", minimum=0),
        Field("rejected", Text("差戻し件数", "rejected"), "integer", minimum=0),
        Field("actor", Text("取込者", "who")),
        Field("imported_at", Text("取込日時", "when"), "timestamp"),
        Field(
            "reason",
            Text("理由", "why"),
            note=Text(
                "kanpo の外での編集を取り込んだ時だけ", "only where edits made beside kanpo were taken in"
            ),
        ),
    ),
)

LAYERS = Table(
    "layer",
    "layers",
    Text("主題図", "layers"),
    Kind.IMPORTED,
    (
        Field("layer_id", Text("主題図ID", "layer id"), required=True, privacy=_PUBLIC),
        Field("title", Text("名称", "title"), privacy=_PUBLIC),
        Field("layer_kind", Text("種類", "kind"), vocabulary="layer_kind", required=True, privacy=_PUBLIC),
        Field("columns", Text("立地要因と列の対応", "factor to column"), "json", privacy=_PUBLIC),
        Field("source", Text("出典", "source"), privacy=_PUBLIC),
        Field("licence", Text("利用条件", "licence"), privacy=_PUBLIC),
        Field("date", Text("作成時点", "date of the data"), privacy=_PUBLIC),
        Field(
            "settings",
            Text("読み方(絞り込み・範囲・除外の割合)", "how it is read: filter, reach, share that excludes"),
            "json",
            privacy=_PUBLIC,
        ),
        Field("sha256", Text("SHA-256", "SHA-256"), required=True, references="original"),
        Field("file_name", Text("ファイル名", "file name")),
        Field(
            "made_from",
            Text("元のファイルとSHA-256", "files it was put together from, with SHA-256"),
            "json",
            note=Text(
                "複数のファイルから作った主題図(数値標高モデルのタイル、気候メッシュ)だけ",
                "only of layers put together from several files (tiles of a DEM, climate mesh)",
            ),
        ),
        Field("added_at", Text("登録日時", "when added"), "timestamp"),
    ),
)

ORIGINALS = Table(
    "original",
    "originals",
    Text("元ファイル", "original files"),
    Kind.IMPORTED,
    (
        Field("sha256", Text("SHA-256", "SHA-256"), required=True),
        Field("content", Text("内容", "content"), "blob", required=True),
    ),
    note=Text(
        "主題図と記録の元ファイルを、受け取ったままの内容で保つ", "files of layers and records, byte for byte"
    ),
)
