"""Classes, certainty and ranks as ``kanpo score``, ``ranking`` and ``trials suggest`` show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kanpo.cli._present import say, show_table
from kanpo.locale import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from kanpo.herbs import Catalogue

SCORE_LABELS = {
    "herb_id": Text("生薬", "herb"),
    "herb": Text("名称", "name"),
    "sure": Text("確か 筆", "sure"),
    "by_catalogue": Text("根拠しだい 筆", "by catalogue"),
    "by_measuring": Text("測れば変わる 筆", "by measuring"),
    "unknown": Text("不明 筆", "unknown"),
    **{f"{kind}_ha": Text.same("     ha") for kind in ("sure", "by_catalogue", "by_measuring", "unknown")},
    "N1_N2": Text("N1かN2", "N1 or N2"),
    "best_score": Text("最高", "best"),
    "median_width": Text("幅の中央値", "median width"),
    "order": Text("順", "order"),
    "equal_with": Text("同順の筆", "share the order"),
    "yen_per_10a": Text("円/10a(中央)", "yen per 10a (middle)"),
    "deciding": Text("測れば決まる要因のキー", "key of what would decide"),
    "rank": Text("順位", "rank"),
    "level_with": Text("同順位の筆", "share the rank"),
    "parcel_id": Text("筆ID", "parcel id"),
    "settlement": Text("大字", "settlement"),
    "lot_number": Text("地番", "lot number"),
    "area_m2": Text("面積(㎡)", "area (m²)"),
    "class": Text("区分", "class"),
    "certainty": Text("確かさ", "certainty"),
    "score": Text("適地度", "score"),
    "lower": Text("下限", "lower"),
    "upper": Text("上限", "upper"),
    "potential": Text("改良後", "after works"),
    "potential_score": Text("改良後の適地度", "score after works"),
    "limiting_factor": Text("制限要因", "limiting factor"),
    "deciding_factor": Text("測れば決まる要因", "would decide"),
    "moved": Text("出入り", "moved"),
    "old_rank": Text("前の順位", "old rank"),
    "old_class": Text("前の区分", "old class"),
    "old_limiting_factor": Text("前の制限要因", "old limiting factor"),
    "why": Text("理由", "why"),
    "distinct": Text("適地度の値の数", "distinct scores"),
    "with_others": Text("他の生薬との順位相関(中央値)", "rank correlation with other herbs"),
    "with_area": Text("面積との順位相関", "with area"),
}
#: What ``--risk`` adds.
RISK_LABELS = {
    "share_of_years": Text("気候が収まる年の割合", "share of years"),
    "stand_chance": Text("続けて収まる見込み", "chance of a stand"),
}
SCORE_LABELS |= RISK_LABELS
#: A herb of which the catalogue knows too little for a class.
REFERENCE = Text("(参考)", " (reference)")


def class_cell(low: object, high: object) -> str:
    """A class, or a range of classes; a dash where none may be told."""
    if not isinstance(low, str) or not isinstance(high, str):
        return "-"
    return low if low == high else str(Text(f"{low}〜{high}", f"{low} to {high}"))


def certainty_cell(kind: str) -> str:
    """How sure a class is, in words."""
    from kanpo.suitability import Certainty

    return str(Certainty[kind.upper()].label)


def with_classes(table: pd.DataFrame) -> pd.DataFrame:
    """The same table with its classes as people read them, now and after works."""
    # A range where too little is known for a class: the herb is for reference.
    only = [
        kind == "unknown" and isinstance(low, str)
        for kind, low in zip(table["certainty"], table["class_lower"], strict=True)
    ]
    words = [
        str(Text("参考", "reference")) if mark else certainty_cell(kind)
        for kind, mark in zip(table["certainty"], only, strict=True)
    ]
    shown = table.assign(certainty=words)
    for key, prefix in (("class", ""), ("potential", "potential_")):
        if f"{prefix}class_lower" in table:
            ends = zip(table[f"{prefix}class_lower"], table[f"{prefix}class_upper"], strict=True)
            cells = [class_cell(*pair) for pair in ends]
            shown[key] = ["-" if mark else cell for cell, mark in zip(cells, only, strict=True)]
    return shown


def show_ranking(table: pd.DataFrame, catalogue: Catalogue, *, as_json: bool, as_csv: bool) -> None:
    """The best parcels of herbs, with ties, and what a herb needs wherever it grows, in words."""
    names = {herb_id: herb.label for herb_id, herb in catalogue.herbs.items()}
    from kanpo.suitability import shade_words

    if as_json or as_csv:
        show_table(table, SCORE_LABELS, as_json=as_json, as_csv=as_csv)
    else:
        shown = with_classes(table)
        keys = [
            "herb_id",
            *(["order"] if "order" in table else []),
            "rank",
            "parcel_id",
            "settlement",
            "lot_number",
            "area_m2",
            "class",
            "certainty",
        ]
        keys += ["score", "lower", "upper", "potential", "limiting_factor", "deciding_factor"]
        keys += [key for key in RISK_LABELS if key in table]
        if "yen_per_10a" in table:
            keys.append("yen_per_10a")
            shown["yen_per_10a"] = [None if yen != yen else f"{yen:,.0f}" for yen in table["yen_per_10a"]]
        shown["herb_id"] = [str(names[herb_id]) for herb_id in shown["herb_id"]]
        show_table(shown[keys], SCORE_LABELS)
    for words in tie_words(table, names):
        say(words)
    for herb_id in dict.fromkeys(table["herb_id"]):
        needs = shade_words(catalogue, herb_id)
        if needs is not None:
            say(Text(f"{names[herb_id].ja}: {needs.ja}。", f"{names[herb_id].en}: {needs.en}."))
        if catalogue.reference_only(herb_id):
            say(
                Text(
                    f"{names[herb_id].ja}: 目録の根拠が足りない参考の生薬です。幅だけで、区分は言いません。",
                    f"{names[herb_id].en}: for reference: the catalogue has too few sources to tell a class.",
                )
            )


def tie_words(table: pd.DataFrame, names: Mapping[str, Text]) -> list[Text]:
    """Ranks that parcels share, in words; the largest of each herb, and what their order in the list means."""
    words = []
    for herb_id, own in table.groupby("herb_id", sort=False):
        shared = own.drop_duplicates("rank")
        shared = shared[shared["level_with"] > 1]
        if shared.empty:
            continue
        widest = shared.sort_values("level_with", ascending=False, kind="stable").iloc[0]
        count, rank = int(widest["level_with"]), int(widest["rank"])
        more = _order_words(own[own["rank"] == rank], count)
        words.append(
            Text(
                f"{names[str(herb_id)].ja}: {count:,} 筆が同じ順位({rank:,} 位)です{more.ja}。",
                f"{names[str(herb_id)].en}: {count:,} parcels share rank {rank:,}{more.en}.",
            )
        )
    return words


def _order_words(level: pd.DataFrame, count: int) -> Text:
    """What the order among the listed parcels of one rank means, of `count` that share it."""
    listed = len(level)
    costed = "yen_per_10a" in level and level["yen_per_10a"].notna().any()
    if not costed and listed >= count:
        return Text("", "")
    if not costed:
        return Text(
            f"(一覧にはそのうち {listed} 筆。この中の順に意味はありません)",
            f" ({listed} of them are listed; their order means nothing)",
        )
    most = int(level["equal_with"].max())
    same = Text(f"。円も同じ筆が最大 {most:,} 筆", f"; up to {most:,} take the same yen, too")
    tie = same if most > 1 else Text("", "")
    return Text(
        f"(一覧にはそのうち {listed} 筆。この中は円/10a の幅の中央が安い順、円を言えない筆は後。円は要確認{tie.ja})",
        f" ({listed} of them are listed, by the middle of their yen per 10a, those of open yen last; yen are to "
        f"be confirmed{tie.en})",
    )


def show_what_if(table: pd.DataFrame, catalogue: Catalogue, *, as_json: bool, as_csv: bool) -> None:
    """What one parcel is, and what it would be."""
    from kanpo.schema import FACTORS

    if as_json or as_csv:
        show_table(table, as_json=as_json, as_csv=as_csv)
    else:
        shown: dict[str, object] = {
            "herb_id": [str(catalogue.herbs[herb_id].label) for herb_id in table["herb_id"]]
        }
        for prefix in ("", "new_"):
            ends = zip(table[f"{prefix}class_lower"], table[f"{prefix}class_upper"], strict=True)
            # A herb for reference has a range where it is known enough, and no class.
            only = table[f"{prefix}certainty"] == "unknown"
            cells = [class_cell(*pair) for pair in ends]
            shown[f"{prefix}class"] = ["-" if mark else cell for cell, mark in zip(cells, only, strict=True)]
            shown[f"{prefix}certainty"] = [certainty_cell(kind) for kind in table[f"{prefix}certainty"]]
            shown |= {
                f"{prefix}{key}": table[f"{prefix}{key}"] for key in ("score", "lower", "upper", "rank")
            }
            after = zip(
                table[f"{prefix}potential_class_lower"], table[f"{prefix}potential_class_upper"], strict=True
            )
            shown[f"{prefix}potential"] = [class_cell(*pair) for pair in after]
            shown[f"{prefix}limiting_factor"] = [
                str(FACTORS[name].label) if name in FACTORS else None
                for name in table[f"{prefix}limiting_factor"]
            ]
        now = {key: SCORE_LABELS[key] for key in shown if key in SCORE_LABELS}
        then = {f"new_{key}": Text(f"→{text.ja}", f"-> {text.en}") for key, text in now.items()}
        show_table(type(table)(shown), now | then)
    say(
        Text(
            "→ は、もしその値だったらの結果です。何も保存していません。",
            "-> is what it would be with the assumed values; nothing was stored.",
        )
    )
