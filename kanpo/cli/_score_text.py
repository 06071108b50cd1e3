"""What ``kanpo score`` shows: how much is sure, what changed, and whether herbs are told apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from kanpo.cli._present import records, say, show_json, show_table
from kanpo.locale import Text

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import pandas as pd

    from kanpo.herbs import Catalogue
    from kanpo.suitability import Changes, Scores

SCORE_LABELS = {
    "herb_id": Text("生薬", "herb"),
    "herb": Text("名称", "name"),
    "sure": Text("確か 筆", "sure"),
    "by_catalogue": Text("根拠しだい 筆", "by catalogue"),
    "by_measuring": Text("測れば変わる 筆", "by measuring"),
    "unknown": Text("不明 筆", "unknown"),
    **{f"{kind}_ha": Text.same("     ha") for kind in ("sure", "by_catalogue", "by_measuring", "unknown")},
    "best_score": Text("最高", "best"),
    "median_width": Text("幅の中央値", "median width"),
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
    "distinct": Text("点の種類", "distinct scores"),
    "with_others": Text("他の生薬との順位相関(中央値)", "rank correlation with other herbs"),
    "with_area": Text("面積との順位相関", "with area"),
}
_KINDS = ("sure", "by_catalogue", "by_measuring", "unknown")
_CLASSES = ("S1", "S2", "S3", "N1", "N2")
#: A herb of which the catalogue knows too little for a class.
REFERENCE = Text("(参考)", " (reference)")


def class_cell(low: object, high: object) -> str:
    """A class, or a range of classes; a dash where none may be told."""
    if not isinstance(low, str) or not isinstance(high, str):
        return "-"
    return low if low == high else f"{low}〜{high}"


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
            shown[key] = [f"({cell})" if mark else cell for cell, mark in zip(cells, only, strict=True)]
    return shown


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """Scores on their way to the screen, or to a program."""

    scores: Scores
    catalogue: Catalogue
    parcels: gpd.GeoDataFrame
    as_json: bool
    as_csv: bool

    @property
    def _for_programs(self) -> bool:
        return self.as_json or self.as_csv

    def _areas(self) -> np.ndarray:
        areas: np.ndarray = (
            self.parcels.set_index("parcel_id")["area_m2"]
            .reindex(self.scores.parcel_ids)
            .to_numpy(dtype=float)
        )
        return areas

    def show_summary(self) -> None:
        """How much land is sure, of which class, herb by herb, as it lies and after works."""
        from kanpo.suitability import summary

        table = summary(self.scores, self.catalogue, self._areas())
        first = sureness_words(table)
        if self._for_programs:
            say(first)
            show_table(table, as_json=self.as_json, as_csv=self.as_csv)
        elif table.empty:
            say(Text("ありません", "nothing"))
        else:
            click.echo(str(first))
            sides = (
                ("", Text("\n現況", "\nas it lies")),
                ("potential_", Text("\n改良後(知られている工事をした場合)", "\nafter the known works")),
            )
            for prefix, title in sides:
                click.echo(str(title))
                show_table(side_table(table, prefix), SCORE_LABELS)
        for words in next_words(table):
            say(words)

    def show_top(self, top: int) -> None:
        """The best parcels of each herb."""
        from kanpo.suitability import ranking

        table = ranking(self.scores, self.parcels, top)
        show_ranking(table, self.catalogue, as_json=self.as_json, as_csv=self.as_csv)

    def show_changes(self, changes: Changes | None, top: int) -> None:
        """What entered and left the best parcels of each herb, and why."""
        if self.as_json:
            show_json(_changes_json(changes))
            return
        if changes is None:
            say(Text("比べる前のスコアがありません。", "there are no scores before to compare with."))
            return
        table = changes.parcels
        if self.as_csv:
            show_table(table, as_csv=True)
            return
        for words in _reason_words(changes):
            click.echo(str(words))
        # Ranks that many parcels share may bring hundreds in: the first tell how, the counts below how many.
        first = table.groupby(["herb_id", "moved"], sort=False).head(top)
        none = Text(f"上位 {top} 筆に出入りはありません。", f"nothing entered or left the best {top}.")
        show_table(self._changes_for_people(first), SCORE_LABELS, empty=none)
        if len(first) < len(table):
            hidden = len(table) - len(first)
            say(
                Text(
                    f"ほか {hidden:,} 行(全部は --csv か --json)",
                    f"{hidden:,} more rows (all: --csv, --json)",
                )
            )
        for herb_id, stayed in changes.stayed.items():
            self._say_changes_of(herb_id, table[table["herb_id"] == herb_id], stayed, top)

    def _say_changes_of(self, herb_id: str, own: pd.DataFrame, stayed: int, top: int) -> None:
        """How many parcels of one herb moved, and for which reasons most."""
        name = self.catalogue.herbs[herb_id].label
        counts = {moved: int((own["moved"] == moved).sum()) for moved in ("entered", "left")}
        say(
            Text(
                f"{name.ja}: 上位 {top} 位までに残った {stayed}、入った {counts['entered']}、外れた {counts['left']}",
                f"{name.en}: of the best {top}, {stayed} stayed, {counts['entered']} entered, {counts['left']} left",
            )
        )
        labels = {"entered": Text("入った", "entered"), "left": Text("外れた", "left")}
        for moved, label in labels.items():
            reasons = own.loc[own["moved"] == moved, "why"].value_counts(sort=True).head(3)
            if len(reasons):
                listed = "、".join(f"{why} {count}" for why, count in reasons.items())
                say(Text(f"  {label.ja}理由: {listed}", f"  {label.en} because of: {listed}"))

    def _changes_for_people(self, table: pd.DataFrame) -> pd.DataFrame:
        import pandas as pd

        from kanpo.schema import FACTORS

        moved = {"entered": Text("入った", "entered"), "left": Text("外れた", "left")}
        shown = table.assign(
            moved=[str(moved[one]) for one in table["moved"]],
            herb_id=[str(self.catalogue.herbs[one].label) for one in table["herb_id"]],
        )
        for key in ("old_class", "class"):
            shown[key] = [one.replace("-", "〜") if isinstance(one, str) else None for one in table[key]]
        for key in ("old_limiting_factor", "limiting_factor"):
            shown[key] = [str(FACTORS[one].label) if one in FACTORS else None for one in table[key]]
        for key in ("old_rank", "rank"):
            shown[key] = [None if pd.isna(one) else f"{one:6,d}" for one in table[key]]
        return shown

    def show_diagnostics(self) -> None:
        """Whether herbs are told apart, and suitability from size."""
        from kanpo.suitability import separation

        told = separation(self.scores, self.catalogue, self._areas())
        table, between, with_area = told.herbs, told.between, told.with_area
        if self.as_json:
            show_json(
                {
                    "parcels": len(self.scores.parcel_ids),
                    "median_between_herbs": None if between != between else between,
                    "median_with_area": None if with_area != with_area else with_area,
                    "herbs": records(table),
                }
            )
            return
        shown = table if self.as_csv else _marked(table).drop(columns=["reference"])
        show_table(shown, SCORE_LABELS, as_csv=self.as_csv)
        say(
            Text(
                f"順位相関の中央値: 生薬どうし {_number(between)}、面積と {_number(with_area)}"
                "(1 に近いほど見分けていない。- は全部の筆が同じ点)。",
                f"median rank correlation: between herbs {_number(between)}, with area {_number(with_area)} "
                "(near 1: not told apart; -: one score for all parcels).",
            )
        )


def _number(value: float) -> str:
    return "-" if value != value else f"{value:.2f}"


def _marked(table: pd.DataFrame) -> pd.DataFrame:
    """Herbs for reference marked as such beside their names."""
    marks = [
        f"{herb}{REFERENCE}" if only else herb
        for herb, only in zip(table["herb"], table["reference"], strict=True)
    ]
    return table.assign(herb=marks)


def side_table(table: pd.DataFrame, prefix: str) -> pd.DataFrame:
    """Counts and hectares of one side, land as it lies or after works, under the names of the first."""
    keys = [key for kind in _KINDS for key in (kind, f"{kind}_ha")] + list(_CLASSES)
    ordered = table.sort_values("reference", kind="stable")
    chosen = _marked(ordered)[["herb", *(f"{prefix}{key}" for key in keys)]]
    side = chosen.rename(columns={f"{prefix}{key}": key for key in keys})
    for key in (f"{kind}_ha" for kind in _KINDS):
        side[key] = [f"{hectares:7,.1f}" for hectares in side[key]]
    return side


def sureness_words(table: pd.DataFrame) -> Text:
    """How much of the land has a class that is sure: the mean over the herbs that may have one."""
    judged = table[~table["reference"]]
    apart = len(table) - len(judged)
    if judged.empty:
        return Text(
            f"区分を言える生薬がありません({apart} 生薬は目録の根拠が足りない参考)。",
            f"no class can be told of any herb ({apart} are for reference: the catalogue has too few sources).",
        )
    land = judged[[f"{kind}_ha" for kind in _KINDS]].sum()
    parcels = int(judged[list(_KINDS)].iloc[0].sum())
    hectares, total = float(land.sum()) / len(judged), max(float(land.sum()), 1e-12)
    shares = [f"{float(land[f'{kind}_ha']) / total:.0%}" for kind in _KINDS]
    over = (
        (f"{len(judged)} 生薬の平均", f"mean of {len(judged)} herbs")
        if len(judged) > 1
        else (judged["herb"].iloc[0], judged["herb"].iloc[0])
    )
    more = (
        (f"参考の {apart} 生薬は区分を言わない。", f" No class is told of {apart} herbs for reference.")
        if apart
        else ("", "")
    )
    return Text(
        f"{parcels:,} 筆 {hectares:,.1f} ha のうち、区分が確かなのは面積の {shares[0]}"
        f"(根拠しだい {shares[1]}、測れば変わる {shares[2]}、不明 {shares[3]}。{over[0]})。{more[0]}",
        f"Of {parcels:,} parcels, {hectares:,.1f} ha, the class is sure for {shares[0]} of the area "
        f"(depends on the catalogue {shares[1]}, on measuring {shares[2]}, unknown {shares[3]}; {over[1]}).{more[1]}",
    )


def next_words(table: pd.DataFrame) -> list[Text]:
    """Herbs for which the parcels cannot be told apart, and what to get next."""
    words = []
    alike = table[~table["tells_apart"]]
    if not alike.empty:
        factors = _wanted(alike)
        every = len(alike) == len(table) and len(table) > 1
        names = str(Text("どの生薬も", "any herb")) if every else "、".join(alike["herb"])
        words.append(
            Text(
                f"この資料では筆の差は分からない: {names}。次に手に入れるもの: {factors.ja}",
                f"with these data parcels cannot be told apart for: {names}. To get next: {factors.en}",
            )
        )
    rest = table[table["tells_apart"]]
    if not rest.empty and rest["next_factor"].notna().any():
        factors = _wanted(rest)
        words.append(
            Text(
                f"区分の決め手になる、まだ分からない要因(生薬の数): {factors.ja}",
                f"what would decide most classes, not known yet (herbs): {factors.en}",
            )
        )
    return words


def _wanted(table: pd.DataFrame) -> Text:
    """Factors that would decide, most herbs first, with where they are got."""
    from kanpo.schema import FACTORS

    counts = table["next_factor"].value_counts()
    ja, en = [], []
    for key, count in counts.items():
        factor = FACTORS[str(key)]
        where = _WHERE[factor.cost]
        ja.append(f"{factor.label.ja}({where.ja}、{count} 生薬)")
        en.append(f"{factor.label.en} ({where.en}, {count} herbs)")
    return Text("、".join(ja) or "なし", ", ".join(en) or "nothing")


_WHERE = {
    "desk": Text("主題図(kanpo layers add)", "a layer: kanpo layers add"),
    "visit": Text("主題図か現地調査", "a layer or a visit"),
    "laboratory": Text("主題図か土壌分析", "a layer or a soil test"),
}


def _reason_words(changes: Changes) -> list[Text]:
    since = f"{changes.since[:16].replace('T', ' ')} UTC" if changes.since else "?"
    if not changes.reasons:
        return [
            Text(
                f"前のスコア({since})と、計算のもとは変わっていません。",
                f"nothing that scores are computed from has changed since ({since}).",
            )
        ]
    ja, en = "、".join(one.ja for one in changes.reasons), "; ".join(one.en for one in changes.reasons)
    return [Text(f"前のスコア({since})から: {ja}", f"since the scores before ({since}): {en}")]


def _changes_json(changes: Changes | None) -> dict[str, object] | None:
    if changes is None:
        return None
    return {
        "since": changes.since,
        "reasons": [str(one) for one in changes.reasons],
        "stayed": dict(changes.stayed),
        "parcels": records(changes.parcels),
    }


def show_ranking(table: pd.DataFrame, catalogue: Catalogue, *, as_json: bool, as_csv: bool) -> None:
    """The best parcels of herbs, with ties, and what a herb needs wherever it grows, in words."""
    from kanpo.suitability import shade_words

    if as_json or as_csv:
        show_table(table, SCORE_LABELS, as_json=as_json, as_csv=as_csv)
    else:
        shown = with_classes(table)
        keys = ["herb_id", "rank", "parcel_id", "settlement", "lot_number", "area_m2", "class", "certainty"]
        keys += ["score", "lower", "upper", "potential", "limiting_factor", "deciding_factor"]
        show_table(shown[keys], SCORE_LABELS)
    for words in tie_words(table):
        say(words)
    for herb_id in dict.fromkeys(table["herb_id"]):
        needs = shade_words(catalogue, herb_id)
        if needs is not None:
            say(Text(f"{herb_id}: {needs.ja}。", f"{herb_id}: {needs.en}."))
        if catalogue.reference_only(herb_id):
            say(
                Text(
                    f"{herb_id}: 目録の根拠が足りない参考の生薬です。幅だけで、区分は言いません。",
                    f"{herb_id}: for reference: the catalogue has too few sources to tell a class.",
                )
            )


def tie_words(table: pd.DataFrame) -> list[Text]:
    """Ranks that parcels share, in words; the largest of each herb, and whether the list cuts it off."""
    words = []
    for herb_id, own in table.groupby("herb_id", sort=False):
        shared = own.drop_duplicates("rank")
        shared = shared[shared["level_with"] > 1]
        if shared.empty:
            continue
        widest = shared.sort_values("level_with", ascending=False, kind="stable").iloc[0]
        count, rank = int(widest["level_with"]), int(widest["rank"])
        listed = int((own["rank"] == rank).sum())
        cut = Text(
            f"(一覧にはそのうち {listed} 筆。この中の順に意味はありません)",
            f" ({listed} of them are listed; their order means nothing)",
        )
        more = cut if listed < count else Text("", "")
        words.append(
            Text(
                f"{herb_id}: {count:,} 筆が同じ順位({rank:,} 位)です{more.ja}。",
                f"{herb_id}: {count:,} parcels share rank {rank:,}{more.en}.",
            )
        )
    return words


def say_scores(scores: Scores, unreached: list[str]) -> None:
    """How much was computed, layers that reach nothing, and how much is known."""
    say(
        Text(
            f"{len(scores.parcel_ids):,} 筆 × {len(scores.herb_ids)} 生薬を計算しました。理由は kanpo explain 筆ID --herb 生薬",
            f"scored {len(scores.parcel_ids):,} parcels x {len(scores.herb_ids)} herbs. "
            "For the reasons: kanpo explain PARCEL --herb H",
        )
    )
    if unreached:
        say(
            Text(
                f"注意: どの筆にも値のない主題図があります: {'、'.join(unreached)}(kanpo layers show で確かめてください)",
                f"warning: layers that say nothing of any parcel: {', '.join(unreached)} (see kanpo layers show)",
            )
        )
    known = scores.known_share()
    if known < 1:
        say(
            Text(
                f"必要な要因のうち値があるのは平均 {known:.0%} です。残りは幅になっています。",
                f"on average {known:.0%} of the factors needed are known; the rest widens the intervals.",
            )
        )


def show_what_if(table: pd.DataFrame, *, as_json: bool, as_csv: bool) -> None:
    """What one parcel is, and what it would be."""
    from kanpo.schema import FACTORS

    if as_json or as_csv:
        show_table(table, as_json=as_json, as_csv=as_csv)
    else:
        shown = {"herb_id": table["herb_id"]}
        for prefix in ("", "new_"):
            ends = zip(table[f"{prefix}class_lower"], table[f"{prefix}class_upper"], strict=True)
            shown[f"{prefix}class"] = [class_cell(*pair) for pair in ends]
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
