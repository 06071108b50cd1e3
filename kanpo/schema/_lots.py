"""Kinds of record about what leaves the field: lots, steps of processing, samples, assays, matrices."""

from __future__ import annotations

from dataclasses import replace

from kanpo.locale import Text
from kanpo.schema._field import Field, Kind, Privacy, Table

_PUBLIC, _PARTNER = Privacy.PUBLIC, Privacy.PARTNER

_NOTE = Field("note", Text("備考", "note"))
_TRIAL = Field("trial_code", Text("試験コード", "trial code"), privacy=_PARTNER, references="trial")
_PLOT = Field("plot_code", Text("試験区コード", "plot code"), privacy=_PARTNER, references="plot")
_PARCEL = Field("parcel_id", Text("筆ID", "parcel id"), privacy=_PUBLIC, references="parcel")

#: The lot that a harvest goes into; a harvest that names a new lot makes it.
HARVEST_LOT = Field(
    "lot_id",
    Text("ロット番号", "lot"),
    privacy=_PARTNER,
    references="lot",
    note=Text("この収穫を入れたロット。新しい番号なら、そのロットができる", "the lot that it went into"),
)


def _lot(label: Text = Text("ロット番号", "lot"), *, required: bool = False) -> Field:
    return Field("lot_id", label, required=required, privacy=_PARTNER, references="lot")


def _moisture(key: str, label: Text) -> Field:
    note = Text("湿量基準", "on the wet basis")
    return Field(key, label, "number", "%", 0, 100, privacy=_PARTNER, note=note)


_LABEL_CROP = Field(
    "label_crop",
    Text("ラベルの作物名", "crop on the label"),
    privacy=_PARTNER,
    note=Text("適用作物名をラベルのとおりに", "the crop as the label names it"),
)
_INGREDIENTS = Field(
    "active_ingredients",
    Text("有効成分", "active ingredients"),
    privacy=_PARTNER,
    note=Text("2つ以上は ; で区切る", "parted by ;"),
)

LOT = Table(
    "lot",
    "lots",
    Text("ロット", "lots"),
    Kind.RECORDED,
    (
        _lot(required=True),
        Field("herb_id", Text("生薬", "herb"), privacy=_PARTNER),
        _PARCEL,
        Field("grower_code", Text("生産者コード", "grower code"), references="grower"),
        Field(
            "mass_kg",
            Text("受入重", "weight received"),
            "number",
            "kg",
            0,
            1e7,
            privacy=_PARTNER,
            note=Text("試験区の収穫や工程からできたロットでは空", "only of a lot from outside the records"),
        ),
        Field("seed_lot", Text("種苗の来歴", "source of seed"), privacy=_PARTNER),
        _NOTE,
    ),
    note=Text(
        "収穫や工程で名を挙げればできる。試験区の外から来たものや、生薬・生産者を書き添えるときに記録する",
        "harvests and steps make lots by naming them; this kind is for lots from elsewhere and for details",
    ),
)

LOT_STEP = Table(
    "lot_step",
    "lot_steps",
    Text("ロットの工程", "steps of processing"),
    Kind.RECORDED,
    (
        Field("step", Text("工程", "step"), vocabulary="lot_step", required=True, privacy=_PARTNER),
        Field(
            "inputs",
            Text("使ったロット=kg", "lots used = kg"),
            "masses",
            required=True,
            privacy=_PARTNER,
            note=Text("例: L1=12.5; L2=3", "for example: L1=12.5; L2=3"),
        ),
        Field(
            "outputs",
            Text("できたロット=kg", "lots made = kg"),
            "masses",
            privacy=_PARTNER,
            note=Text("保管と出荷では空でよい", "may be empty when stored or shipped"),
        ),
        Field(
            "loss_kg",
            Text("減り", "loss"),
            "number",
            "kg",
            0,
            1e7,
            privacy=_PARTNER,
            note=Text("乾燥で空なら、減りは水とみなす", "empty when drying: what is missing is water"),
        ),
        Field("loss_reason", Text("減りの理由", "why it was lost"), privacy=_PARTNER),
        _moisture("moisture_in_percent", Text("前の水分", "moisture before")),
        _moisture("moisture_out_percent", Text("後の水分", "moisture after")),
        Field("customer_code", Text("出荷先コード", "customer code")),
        Field("labour_hours", Text("労働時間", "labour hours"), "number", "h", 0, 10_000, privacy=_PARTNER),
        _NOTE,
    ),
)

SAMPLE = Table(
    "sample",
    "samples",
    Text("試料", "samples"),
    Kind.RECORDED,
    (
        Field("sample_id", Text("試料番号", "sample"), required=True, privacy=_PARTNER),
        _lot(),
        _TRIAL,
        _PLOT,
        _PARCEL,
        Field("mass_g", Text("採取量", "amount taken"), "number", "g", 0, 1e7, privacy=_PARTNER),
        _NOTE,
    ),
)

ASSAY = Table(
    "assay",
    "assays",
    Text("分析値", "assays"),
    Kind.RECORDED,
    (
        _lot(),
        Field("sample_id", Text("試料番号", "sample"), privacy=_PARTNER, references="sample"),
        Field("test", Text("試験項目", "test"), vocabulary="quality_test", required=True, privacy=_PARTNER),
        Field("analyte", Text("成分", "analyte"), privacy=_PARTNER),
        Field(
            "measured",
            Text("測定値", "value measured"),
            "measured",
            minimum=0,
            required=True,
            privacy=_PARTNER,
            note=Text("定量下限未満は <0.01 の形のまま", "below the limit: as it was given, <0.01"),
        ),
        Field("unit", Text("単位", "unit"), required=True, privacy=_PARTNER),
        Field("replicate", Text("反復", "replicate"), "integer", "", 1, 1000, privacy=_PARTNER),
        Field("method", Text("方法", "method"), privacy=_PARTNER),
        Field("laboratory", Text("分析機関", "laboratory"), privacy=_PARTNER),
        Field("certificate_sha256", Text("成績書のSHA-256", "SHA-256 of the certificate"), privacy=_PARTNER),
        _NOTE,
    ),
)

MATRIX = Table(
    "matrix",
    "matrices",
    Text("多項目の測定表", "matrices of measurements"),
    Kind.RECORDED,
    (
        Field("matrix_id", Text("測定表番号", "matrix"), required=True, privacy=_PARTNER),
        Field("title", Text("名称", "title"), privacy=_PARTNER),
        Field("sample_column", Text("試料の列", "column of the sample"), required=True, privacy=_PARTNER),
        Field("sample_count", Text("試料数", "samples"), "integer", "", 1, 1e6, privacy=_PARTNER),
        Field(
            "column_count", Text("測定の列数", "columns measured"), "integer", "", 1, 1e5, privacy=_PARTNER
        ),
        Field("file_name", Text("ファイル名", "file name")),
        Field("sheet", Text("シート", "sheet")),
        Field("sha256", Text("SHA-256", "SHA-256"), required=True, privacy=_PARTNER, references="original"),
        _NOTE,
    ),
    note=Text(
        "元のファイルをそのまま保ち、読むたびにそこから読む(メタボローム、官能評価など)",
        "the file is kept byte for byte and read from there (metabolome, taste panel and the like)",
    ),
)

USE_CONDITION = Table(
    "use_condition",
    "use_conditions",
    Text("農薬の使用基準", "conditions of use of pesticides"),
    Kind.RECORDED,
    (
        Field(
            "registration_number",
            Text("農薬登録番号", "pesticide registration number"),
            required=True,
            privacy=_PARTNER,
        ),
        Field("herb_id", Text("生薬", "herb"), required=True, privacy=_PARTNER),
        Field("product", Text("資材名", "product"), privacy=_PARTNER),
        _LABEL_CROP,
        replace(
            _INGREDIENTS,
            note=Text(
                "例: マンゼブ=3; メタラキシル=2。数はラベルの「総使用回数」",
                "for example Mancozeb=3; Metalaxyl=2; the number is the uses allowed in all",
            ),
        ),
        Field(
            "most_applications",
            Text("使用回数の上限", "most applications"),
            "integer",
            "",
            0,
            100,
            privacy=_PARTNER,
        ),
        Field(
            "days_before_harvest",
            Text("収穫前日数", "days before harvest"),
            "integer",
            "d",
            0,
            1000,
            privacy=_PARTNER,
        ),
        Field(
            "dilution_low", Text("希釈倍数(最小)", "dilution, least"), "number", "", 1, 1e6, privacy=_PARTNER
        ),
        Field(
            "dilution_high",
            Text("希釈倍数(最大)", "dilution, greatest"),
            "number",
            "",
            1,
            1e6,
            privacy=_PARTNER,
        ),
        _NOTE,
    ),
    note=Text(
        "ラベルの使用基準を利用者が書き写す。作業の記録はこれと照らし、外れても残して注意する",
        "copied from the label by the user; operations against it are kept and flagged",
    ),
)

WEATHER = Table(
    "weather",
    "weather",
    Text("気象(日別)", "weather, daily"),
    Kind.RECORDED,
    (
        Field("station", Text("地点", "station"), required=True, privacy=_PUBLIC),
        Field("tmean_c", Text("平均気温", "mean temperature"), "number", "℃", -60, 60, privacy=_PUBLIC),
        Field("tmax_c", Text("最高気温", "highest temperature"), "number", "℃", -60, 60, privacy=_PUBLIC),
        Field("tmin_c", Text("最低気温", "lowest temperature"), "number", "℃", -60, 60, privacy=_PUBLIC),
        Field("precip_mm", Text("降水量", "precipitation"), "number", "mm", 0, 2000, privacy=_PUBLIC),
        Field("sunshine_h", Text("日照時間", "sunshine"), "number", "h", 0, 24, privacy=_PUBLIC),
        Field("wind_m_s", Text("平均風速", "mean wind"), "number", "m/s", 0, 120, privacy=_PUBLIC),
        Field("humidity_percent", Text("平均湿度", "mean humidity"), "number", "%", 0, 100, privacy=_PUBLIC),
        Field("snow_depth_cm", Text("最深積雪", "deepest snow"), "number", "cm", 0, 2000, privacy=_PUBLIC),
        Field(
            "quality",
            Text("品質情報(8以外)", "quality codes other than 8"),
            privacy=_PUBLIC,
            note=Text("例: precip_mm=5。8(正常)は書かない", "for example precip_mm=5; 8 (good) is left out"),
        ),
        Field(
            "homogeneity",
            Text("均質番号(1以外)", "homogeneity numbers other than 1"),
            privacy=_PUBLIC,
            note=Text("1以外は、途中で観測条件が変わった", "other than 1: the series has a break"),
        ),
    ),
)

#: Fields that an operation has beside what was done, where and by which labour.
OPERATION_DETAILS = (
    Field("analysis", Text("成分 N-P-K", "analysis N-P-K"), "npk", "%", privacy=_PARTNER),
    Field("dilution", Text("希釈倍数", "dilution"), "number", "", 1, 1e6, privacy=_PARTNER),
    _LABEL_CROP,
    _INGREDIENTS,
    Field("machine", Text("機械", "machine"), privacy=_PARTNER),
    Field("machine_hours", Text("機械時間", "machine hours"), "number", "h", 0, 10_000, privacy=_PARTNER),
    Field("seed_lot", Text("種苗の来歴", "source of seed"), privacy=_PARTNER),
)

#: Every kind of this file.
LOT_KINDS = (LOT, LOT_STEP, SAMPLE, ASSAY, MATRIX, USE_CONDITION, WEATHER)
