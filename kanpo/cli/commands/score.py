"""``kanpo score``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kanpo.cli._click import command, option
from kanpo.cli._discover import find_project
from kanpo.cli._options import PathType, dry_run_option, output_options, project_option
from kanpo.cli._present import say, say_problems, show_table
from kanpo.locale import Text

if TYPE_CHECKING:
    from kanpo.herbs import Catalogue
    from kanpo.suitability import Method, PanelWeights


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
    type=PathType,
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
@dry_run_option
@output_options
def score(
    project: Path | None,
    herbs: tuple[str, ...],
    method: Method,
    weights_file: Path | None,
    top: int,
    dry_run: bool,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.herbs import find_herb, load_catalogue
    from kanpo.sites import layers_reached
    from kanpo.store import Project
    from kanpo.suitability import ranking, score_project, score_settings, summary

    catalogue = load_catalogue()
    chosen = [find_herb(catalogue, name).herb_id for name in herbs] or None
    weights, problems = _weights(weights_file, catalogue)
    with Project.open(find_project(project), write=not dry_run) as opened:
        before = score_settings(opened).panel
        scores = score_project(opened, catalogue, chosen, method=method, weights=weights, keep=not dry_run)
        unreached = [layer_id for layer_id, share in layers_reached(opened).items() if share == 0]
        table = ranking(scores, opened.imported.parcels(), top) if top else summary(scores, catalogue)
    labels = {
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
        "rank": Text("順位", "rank"),
        "limiting_factor": Text("制限要因", "limiting factor"),
    }
    show_table(table, labels, as_json=as_json, as_csv=as_csv)
    say(
        Text(
            f"{len(scores.parcel_ids):,} 筆 × {len(scores.herb_ids)} 生薬を計算しました。理由は kanpo explain 筆ID --herb 生薬",
            f"scored {len(scores.parcel_ids):,} parcels x {len(scores.herb_ids)} herbs. "
            "For the reasons: kanpo explain PARCEL --herb H",
        )
    )
    _say_weights(weights, before)
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
    return 1 if problems else 0


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
