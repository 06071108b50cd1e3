"""How ``kanpo trials suggest`` shows what it found."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kanpo.cli._present import say, show_table
from kanpo.cli._ranking_text import with_classes
from kanpo.locale import Text

if TYPE_CHECKING:
    from kanpo.herbs import Catalogue
    from kanpo.plan import Suggestion

_LABELS = {
    "order": Text("順", "order"),
    "parcel_id": Text("筆ID", "parcel id"),
    "settlement": Text("大字", "settlement"),
    "lot_number": Text("地番", "lot number"),
    "herb_id": Text("生薬", "herb"),
    "promise": Text("見込み", "promise"),
    "low": Text("低く見て", "low"),
    "high": Text("高く見て", "high"),
    "rank": Text("見込みの順位", "rank"),
    "candidates": Text("候補", "candidates"),
    "gain": Text("情報", "information"),
    "learns": Text("分かること", "teaches"),
    "unknown": Text("試験の前に測るもの", "measure before the trial"),
    "class": Text("区分", "class"),
    "class_lower": Text("区分(低く見て)", "class, lower"),
    "class_upper": Text("区分(高く見て)", "class, upper"),
    "certainty": Text("区分の確かさ", "certainty of the class"),
    "why": Text("理由", "why"),
}
_SHORT = [
    "order",
    "parcel_id",
    "settlement",
    "lot_number",
    "herb_id",
    "promise",
    "low",
    "high",
    "class",
    "certainty",
    "learns",
    "unknown",
]
_LIMITS = {
    "excluded": Text("除外図", "excluded by a layer"),
    "area": Text("面積", "area"),
    "road": Text("道路", "road"),
    "grower": Text("担い手", "grower"),
    "unknown": Text("分からない要因が多い(先に現地調査を)", "too little known (visit first)"),
}


def present(
    found: Suggestion,
    learned: Mapping[str, int],
    catalogue: Catalogue,
    out: Path | None,
    *,
    as_json: bool,
    as_csv: bool,
) -> None:
    """The sites on stdout, what they rest on on stderr, and the file if one was asked for."""
    if out is not None:
        from kanpo.exchange import export_table

        export_table(out, found.sites.rename(columns={key: str(text) for key, text in _LABELS.items()}))
        say(Text(f"書き出しました: {out}", f"written: {out}"))
    names = {herb_id: herb.label for herb_id, herb in catalogue.herbs.items()}
    table = found.sites
    if not (as_json or as_csv):
        table = with_classes(table)[_SHORT].copy()
        table["herb_id"] = [str(names[herb_id]) for herb_id in table["herb_id"]]
    nothing = Text("条件に合う筆がありません", "no parcel meets the limits")
    show_table(table, _LABELS, as_json=as_json, as_csv=as_csv, empty=nothing)
    for herb, count in learned.items():
        told = Text(f"試験の平均 {count} 個で直した見込み", f"promise corrected by {count} means of trials")
        none = Text(
            "試験がまだないので、目録だけからの見込み", "no trials yet: promise from the catalogue alone"
        )
        words, name = told if count else none, names[herb]
        say(Text(f"{name.ja}: {words.ja}", f"{name.en}: {words.en}"))
    for words in left_out_words(found):
        say(words)
    say(
        Text(
            "見込みは、全部の条件が合う筆を 1 とした収量の比。幅は 80%。分からない要因は入っていないので、"
            "適地かどうかは区分と確かさで見てください。",
            "promise: yield relative to a site where everything is as the herb needs it; 80 % range. What is "
            "not known has no part in it: class and certainty tell whether a site is suitable.",
        )
    )


def left_out_words(found: Suggestion) -> list[Text]:
    """Which parcels were no candidates, in one sentence where there are any."""
    missed = {key: count for key, count in found.left_out.items() if count}
    if not missed:
        return []
    ja = "、".join(f"{_LIMITS[key].ja} {count:,} 筆" for key, count in missed.items())
    en = ", ".join(f"{_LIMITS[key].en} {count:,}" for key, count in missed.items())
    return [Text(f"候補から外した筆: {ja}", f"parcels left out: {en}")]
