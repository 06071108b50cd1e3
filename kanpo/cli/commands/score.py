"""``kanpo score``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kanpo.cli._click import command, option
from kanpo.cli._discover import catalogue_of, find_project
from kanpo.cli._options import (
    InputPath,
    assume_option,
    dry_run_option,
    mapping,
    output_options,
    project_option,
    what_if_option,
)
from kanpo.cli._present import say, say_problems, show_table
from kanpo.cli._selection import refuse_selection, say_selection, selection_options
from kanpo.errors import UsageError
from kanpo.locale import Text

if TYPE_CHECKING:
    import pandas as pd

    from kanpo.herbs import Catalogue
    from kanpo.parcels import ParcelFilter
    from kanpo.store import Project
    from kanpo.suitability import Method, PanelWeights, Scores, Weights

_LABELS = {
    "herb_id": Text("生薬", "herb"),
    "herb": Text("名称", "name"),
    "parcels": Text("筆数", "parcels"),
    "unknown": Text("不明", "unknown"),
    "best_score": Text("最高", "best"),
    "median_width": Text("幅の中央値", "median width"),
    "parcel_id": Text("筆ID", "parcel id"),
    "settlement": Text("大字", "settlement"),
    "lot_number": Text("地番", "lot number"),
    "score": Text("スコア", "score"),
    "lower": Text("下限", "lower"),
    "upper": Text("上限", "upper"),
    "class": Text("区分", "class"),
    "order": Text("選んだ中の順", "order among the chosen"),
    "rank": Text("順位", "rank"),
    "limiting_factor": Text("制限要因", "limiting factor"),
}


@command(
    "score",
    help=Text(
        "立地要因を集め、生薬ごとの適地スコアを計算してプロジェクトに入れる。\n\n"
        "分からない要因は埋めず、スコアに幅(下限〜上限)を持たせる。",
        "Gather the site factors and compute the suitability of every parcel for every herb.\n\n"
        "Factors that are not known are not filled in: the score gets an interval.",
    ),
)
@project_option
@option(
    "--herb",
    "herbs",
    multiple=True,
    help=Text("生薬(何度でも。省略時は全部)", "herb, repeatable (default: all)"),
)
@option(
    "--method",
    type=click.Choice(["geometric", "arithmetic", "minimum", "owa"]),
    default="geometric",
    show_default=True,
    help=Text(
        "総合の方法(geometric 重み付き幾何平均・arithmetic 算術平均・minimum 一番悪い要因・"
        "owa 順序付き加重平均=最小と算術平均の間)",
        "how factors are combined (owa: ordered weighted average, between minimum and arithmetic mean)",
    ),
)
@option(
    "--weights",
    "weights_file",
    type=InputPath,
    metavar="FILE.csv",
    help=Text(
        "専門家の比較による重み(kanpo weights judge --out で作る)。省略時は目録の重み",
        "weights of an expert panel, from kanpo weights judge --out (default: the catalogue's)",
    ),
)
@option(
    "--top",
    type=click.IntRange(0),
    default=0,
    help=Text("上位何筆かを一覧に出す", "list the best N parcels of each herb"),
)
@assume_option
@what_if_option
@option("--parcel", help=Text("--what-if の筆(筆ID、または「大字 地番」)", "the parcel of --what-if"))
@selection_options
@dry_run_option
@output_options
def score(
    project: Path | None,
    wanted: ParcelFilter,
    herbs: tuple[str, ...],
    method: Method,
    weights_file: Path | None,
    top: int,
    assume: str | None,
    what_if: tuple[str, ...],
    parcel: str | None,
    dry_run: bool,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.herbs import find_herb
    from kanpo.parcels import groundless, select_parcels
    from kanpo.sites import layers_reached
    from kanpo.store import Project
    from kanpo.suitability import ranking, score_project, score_settings, summary

    catalogue = catalogue_of(find_project(project))
    chosen = [find_herb(catalogue, name).herb_id for name in herbs] or None
    if assume and (what_if or parcel):
        raise UsageError(
            "score.assume",
            Text("--assume は --what-if・--parcel と一緒に使えません", "--assume goes without --what-if"),
            Text("kanpo explain なら両方を付けられます", "kanpo explain takes both"),
        )
    weights, problems = _weights(weights_file, catalogue)
    used = weights.for_catalogue(catalogue) if weights else None
    if what_if or parcel:
        refuse_selection(wanted, "--parcel")
        table = _what_if(find_project(project), catalogue, chosen, method, used, what_if, parcel)
        _show_what_if(table, as_json=as_json, as_csv=as_csv)
        return 0
    with Project.open(find_project(project), write=not (dry_run or assume)) as opened:
        before = score_settings(opened).panel
        if assume:
            scores = _assumed(opened, catalogue, chosen, method, used)
        else:
            scores = score_project(
                opened, catalogue, chosen, method=method, weights=weights, keep=not dry_run
            )
        unreached = [layer_id for layer_id, share in layers_reached(opened).items() if share == 0]
        parcels = opened.imported.parcels()
        selection = select_parcels(opened, wanted)
        among = selection.parcel_ids
        table = ranking(scores, parcels, top, among=among) if top else summary(scores.among(among), catalogue)
    say_problems(groundless(parcels))
    show_table(table, _LABELS, as_json=as_json, as_csv=as_csv)
    _say_scores(scores, unreached)
    say_selection(selection)
    _say_weights(weights, before)
    return 1 if problems else 0


def _say_scores(scores: Scores, unreached: list[str]) -> None:
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
                f"必要な要因のうち値があるのは平均 {known:.0%} です。残りはスコアの幅になっています。",
                f"on average {known:.0%} of the factors needed are known; the rest widens the intervals.",
            )
        )


def _weights(path: Path | None, catalogue: Catalogue) -> tuple[PanelWeights | None, bool]:
    """The weights of a file, and whether it had rows that could not be used."""
    if path is None:
        return None, False
    from kanpo.exchange import read_weights

    weights, problems = read_weights(path, catalogue)
    say_problems(problems)
    return weights, bool(problems)


def _say_weights(weights: PanelWeights | None, before: PanelWeights | None) -> None:
    if weights is not None:
        say(Text(f"重み: {weights.text().ja}", f"weights: {weights.text().en}"))
    elif before is not None:
        say(
            Text(
                f"注意: 前は {before.text().ja} の重みで、今回は目録の重みで計算しました。"
                "続けて使うなら --weights を付けてください。",
                f"note: weights were those of {before.text().en} before and are the catalogue's now; "
                "give --weights to go on with them.",
            )
        )


def _assumed(
    project: Project,
    catalogue: Catalogue,
    herbs: list[str] | None,
    method: Method,
    weights: Weights | None,
) -> Scores:
    """Scores with the intervals that the parcels around suggest; said so, and not stored."""
    from kanpo.parcels import plane_points
    from kanpo.suitability import neighbour_ranges, project_sites, score_within

    parcels, factors = project_sites(project)
    ranges = neighbour_ranges(factors, plane_points(parcels, factors.parcel_ids))
    say(
        Text(
            "仮定: 分からない要因は、周りの筆の値の範囲にあるとしました。保存していません。",
            "assumed: unknown factors lie in the range of the parcels around; nothing was stored.",
        )
    )
    return score_within(factors, ranges, catalogue, herbs, method=method, weights=weights)


def _what_if(
    path: Path,
    catalogue: Catalogue,
    herbs: list[str] | None,
    method: Method,
    weights: Weights | None,
    words: tuple[str, ...],
    parcel: str | None,
) -> pd.DataFrame:
    from kanpo.parcels import find_current
    from kanpo.sites import compute_factors
    from kanpo.store import Project
    from kanpo.suitability import read_assumptions, what_if

    assumed = read_assumptions(mapping(words, "slope_deg=5", "--what-if") or {})
    if parcel is None or not assumed:
        raise UsageError(
            "score.what-if",
            Text("--what-if と --parcel は一緒に使います", "--what-if and --parcel belong together"),
            Text(
                "例: kanpo score --parcel 筆ID --what-if slope_deg=5",
                "for example: kanpo score --parcel ID --what-if slope_deg=5",
            ),
        )
    with Project.open(path) as opened:
        row, factors = find_current(opened, parcel), compute_factors(opened, keep=False)
    return what_if(factors, row["parcel_id"], assumed, catalogue, herbs, method=method, weights=weights)


def _show_what_if(table: pd.DataFrame, *, as_json: bool, as_csv: bool) -> None:
    from kanpo.schema import FACTORS

    if not (as_json or as_csv):
        for key in ("limiting_factor", "new_limiting_factor"):
            table[key] = [str(FACTORS[name].label) if name in FACTORS else None for name in table[key]]
    now = {
        "score": Text("スコア", "score"),
        "lower": Text("下限", "lower"),
        "upper": Text("上限", "upper"),
        "class": Text("区分", "class"),
        "rank": Text("順位", "rank"),
        "limiting_factor": Text("制限要因", "limiting factor"),
    }
    then = {f"new_{key}": Text(f"→{text.ja}", f"-> {text.en}") for key, text in now.items()}
    labels = {"herb_id": Text("生薬", "herb"), **now, **then}
    show_table(table, labels, as_json=as_json, as_csv=as_csv)
    say(
        Text(
            "→ は、もしその値だったらの結果です。何も保存していません。",
            "-> is what it would be with the assumed values; nothing was stored.",
        )
    )
