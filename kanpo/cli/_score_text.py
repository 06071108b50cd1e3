"""What ``kanpo score`` shows: how much is sure, what changed, and whether herbs are told apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from kanpo.cli._present import records, say, show_json, show_table
from kanpo.cli._ranking_text import REFERENCE, SCORE_LABELS, class_cell, show_ranking
from kanpo.locale import Text

if TYPE_CHECKING:
    from collections.abc import Collection

    import geopandas as gpd
    import numpy as np
    import pandas as pd

    from kanpo.herbs import Catalogue
    from kanpo.suitability import Changes, Scores

_KINDS = ("sure", "by_catalogue", "by_measuring", "unknown")
_CLASSES = ("S1", "S2", "S3", "N1", "N2")
_UNMENDED = "N1_N2"


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """Scores on their way to the screen, or to a program; `among` are the parcels that were asked for."""

    scores: Scores
    catalogue: Catalogue
    parcels: gpd.GeoDataFrame
    among: Collection[str]
    as_json: bool
    as_csv: bool

    @property
    def _for_programs(self) -> bool:
        return self.as_json or self.as_csv

    def _chosen(self) -> Scores:
        return self.scores.among(self.among)

    def _areas(self) -> np.ndarray:
        areas: np.ndarray = (
            self.parcels.set_index("parcel_id")["area_m2"]
            .reindex(self._chosen().parcel_ids)
            .to_numpy(dtype=float)
        )
        return areas

    def show_summary(self) -> None:
        """How much land is sure, of which class, herb by herb, as it lies and after works."""
        from kanpo.suitability import summary

        table = summary(self._chosen(), self.catalogue, self._areas())
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

        table = ranking(self.scores, self.parcels, top, among=self.among)
        show_ranking(table, self.catalogue, as_json=self.as_json, as_csv=self.as_csv)

    def show_changes(self, changes: Changes | None, top: int) -> None:
        """What entered and left the best parcels of each herb, and why."""
        if self.as_json:
            show_json(_changes_json(changes))
            return
        if changes is None:
            say(
                Text(
                    "比べる前の適地度がありません(この計算が初めてです)。",
                    "there are no scores before to compare with.",
                )
            )
            return
        table = changes.parcels[changes.parcels["parcel_id"].isin(self.among)]
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
        quiet = 0
        for herb_id, stayed in changes.stayed.items():
            if not stayed and (table["herb_id"] != herb_id).all():
                quiet += 1
                continue
            self._say_changes_of(herb_id, table[table["herb_id"] == herb_id], stayed, top)

        if quiet:
            say(
                Text(
                    f"ほか {quiet} 生薬は、前の順位がないか、区分の言える筆がありません。",
                    f"{quiet} more herbs had no ranks before, or have no parcel of which a class can be told.",
                )
            )

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
                listed = str(Text("、", "; ")).join(f"{why} {count}" for why, count in reasons.items())
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
            ends = [one.split("-") if isinstance(one, str) else [None] for one in table[key]]
            shown[key] = [class_cell(pair[0], pair[-1]) for pair in ends]
        for key in ("old_limiting_factor", "limiting_factor"):
            shown[key] = [str(FACTORS[one].label) if one in FACTORS else None for one in table[key]]
        for key in ("old_rank", "rank"):
            shown[key] = [None if pd.isna(one) else f"{one:6,d}" for one in table[key]]
        return shown

    def show_diagnostics(self) -> None:
        """Whether herbs are told apart, and suitability from size."""
        from kanpo.suitability import separation

        told = separation(self._chosen(), self.catalogue, self._areas())
        table, between, with_area = told.herbs, told.between, told.with_area
        if self.as_json:
            show_json(
                {
                    "parcels": len(self._chosen().parcel_ids),
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
                "(1 に近いほど見分けていない。- は全部の筆が同じ適地度)。",
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
    if (table[f"{prefix}{_UNMENDED}"] > 0).any():
        keys.append(_UNMENDED)
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
                f"前の適地度({since})と、計算のもとは変わっていません。",
                f"nothing that scores are computed from has changed since ({since}).",
            )
        ]
    ja, en = "、".join(one.ja for one in changes.reasons), "; ".join(one.en for one in changes.reasons)
    return [Text(f"前の適地度({since})から: {ja}", f"since the scores before ({since}): {en}")]


def _changes_json(changes: Changes | None) -> dict[str, object] | None:
    if changes is None:
        return None
    return {
        "since": changes.since,
        "reasons": [str(one) for one in changes.reasons],
        "stayed": dict(changes.stayed),
        "parcels": records(changes.parcels),
    }


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
