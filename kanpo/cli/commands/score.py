"""``kanpo score``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kanpo.cli._click import command, option
from kanpo.cli._discover import catalogue_of, find_project
from kanpo.cli._limits_text import land_words
from kanpo.cli._number import Whole
from kanpo.cli._options import (
    InputPath,
    assume_option,
    dry_run_option,
    mapping,
    output_options,
    project_option,
    what_if_option,
)
from kanpo.cli._present import say, say_problems
from kanpo.cli._ranking_text import show_what_if
from kanpo.cli._score_text import Shown, say_scores
from kanpo.cli._selection import refuse_selection, say_selection, selection_options
from kanpo.errors import UsageError
from kanpo.locale import Text

if TYPE_CHECKING:
    import pandas as pd

    from kanpo.herbs import Catalogue
    from kanpo.parcels import ParcelFilter
    from kanpo.store import Project
    from kanpo.suitability import Method, PanelWeights, Scores, ScoreSettings

#: Among so many parcels --compare looks for changes where nothing else is asked for.
_TOP = 20


@command(
    "score",
    help=Text(
        "立地要因を集め、生薬ごとの適地度を計算してプロジェクトに入れる。\n\n"
        "分からない要因は埋めず、幅(下限〜上限)を持たせる。区分は、確かなときだけ言う: "
        "確か・根拠しだい(目録の確からしさで変わる)・測れば変わる・不明 の4つに、筆数と面積を分ける。\n"
        "--compare は、前の順位から何が入れ替わったかと理由を示す。--diagnostics は、生薬どうしと"
        "面積との順位相関を示す。",
        "Gather the site factors and compute the suitability of every parcel for every herb.\n\n"
        "Factors that are not known are not filled in: the score gets an interval. A class is told only where "
        "it is sure: parcels and hectares are sure, depend on the catalogue, depend on measuring, or unknown.\n"
        "--compare says what changed in the ranking since the scores before, and why; --diagnostics gives "
        "rank correlations between herbs and with area.",
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
    type=click.Choice(["limitation", "geometric", "arithmetic", "minimum", "owa"]),
    default="limitation",
    show_default=True,
    help=Text(
        "総合の方法(limitation 制限法=一番悪い要因と幾何平均の相乗平均・geometric 重み付き幾何平均・"
        "arithmetic 算術平均・minimum 一番悪い要因・owa 順序付き加重平均=最小と算術平均の間)",
        "how factors are combined (limitation: √ of the worst factor times the geometric mean; "
        "owa: ordered weighted average, between minimum and arithmetic mean)",
    ),
)
@option(
    "--weights",
    "weights_file",
    type=InputPath,
    metavar="FILE.csv",
    help=Text(
        "専門家の比較による重み(kanpo weights judge --out で作る)。省略時は前と同じ重み",
        "weights of an expert panel, from kanpo weights judge --out (default: those of the scores before)",
    ),
)
@option(
    "--catalogue-weights",
    is_flag=True,
    help=Text("専門家の重みをやめて目録の重みに戻す", "go back from a panel's weights to the catalogue's"),
)
@option(
    "--top",
    type=Whole(0),
    default=0,
    help=Text(
        "上位何筆かを一覧に出す(--compare では入れ替わりを見る範囲、省略時 20)",
        "list the best N parcels of each herb (with --compare: among how many, default 20)",
    ),
)
@option(
    "--compare",
    is_flag=True,
    help=Text(
        "前の順位から上位に入った筆・外れた筆と、その理由",
        "what entered and left the best parcels since the scores before, and why",
    ),
)
@option(
    "--diagnostics",
    is_flag=True,
    help=Text(
        "生薬どうしと面積との順位相関(見分けているか)",
        "rank correlations between herbs and with area: are they told apart?",
    ),
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
    catalogue_weights: bool,
    top: int,
    compare: bool,
    diagnostics: bool,
    assume: str | None,
    what_if: tuple[str, ...],
    parcel: str | None,
    dry_run: bool,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.herbs import find_herb
    from kanpo.parcels import groundless, select_parcels
    from kanpo.sites import layers_reached, stored_factors
    from kanpo.store import Project
    from kanpo.suitability import ScoreSettings, project_changes, score_settings

    path = find_project(project)
    catalogue = catalogue_of(path)
    chosen = [find_herb(catalogue, name).herb_id for name in herbs] or None
    _check(assume, bool(what_if or parcel), weights_file, catalogue_weights, compare, diagnostics)
    if what_if or parcel:
        refuse_selection(wanted, "--parcel")
    given, problems = _weights(weights_file, catalogue)
    with Project.open(path, write=not (dry_run or assume or what_if or parcel)) as opened:
        before = score_settings(opened)
        weights = None if catalogue_weights else given or before.panel
        settings = ScoreSettings(method, before.bounds, weights, before.expectations)
        if what_if or parcel:
            table = _what_if(opened, catalogue, chosen, settings, what_if, parcel)
            show_what_if(table, catalogue, as_json=as_json, as_csv=as_csv)
            return 0
        # Before anything is stored: a settlement that is not there ends the command.
        selection = select_parcels(opened, wanted)
        if assume:
            scores = _assumed(opened, catalogue, chosen, settings)
        else:
            scores = _scored(opened, catalogue, chosen, settings, keep=not dry_run)
        unreached = [layer_id for layer_id, share in layers_reached(opened).items() if share == 0]
        parcels = opened.imported.parcels()
        land = land_words(stored_factors(opened)[0], catalogue, selection.parcel_ids, scores.herb_ids)
        changes = (
            project_changes(opened, catalogue, scores, settings, top=top or _TOP, stored=not dry_run)
            if compare
            else None
        )
    shown = Shown(scores, catalogue, parcels, selection.parcel_ids, as_json, as_csv)
    say_problems(groundless(parcels))
    if compare:
        shown.show_changes(changes, top or _TOP)
    elif diagnostics:
        shown.show_diagnostics()
    elif top:
        shown.show_top(top)
    else:
        shown.show_summary()
    for words in land if not (compare or diagnostics) else ():
        say(words)
    say_scores(scores, unreached)
    say_selection(selection)
    _say_weights(given, weights, before.panel)
    return 1 if problems else 0


def _check(
    assume: str | None,
    what_if: bool,
    weights_file: Path | None,
    catalogue_weights: bool,
    compare: bool,
    diagnostics: bool,
) -> None:
    """Which combination of options makes sense."""
    if assume and what_if:
        raise UsageError(
            "score.assume",
            Text("--assume は --what-if・--parcel と一緒に使えません", "--assume goes without --what-if"),
            Text("kanpo explain なら両方を付けられます", "kanpo explain takes both"),
        )
    for one, other, both in (
        ("--weights", "--catalogue-weights", weights_file is not None and catalogue_weights),
        ("--compare", "--diagnostics", compare and diagnostics),
        ("--compare", "--assume", compare and assume is not None),
        ("--compare", "--what-if", compare and what_if),
        ("--diagnostics", "--what-if", diagnostics and what_if),
    ):
        if both:
            raise UsageError(
                "score.both",
                Text(f"{one} と {other} は一緒に使えません", f"{one} and {other} do not go together"),
                Text("どちらか一方にしてください", "give one of them"),
            )


def _weights(path: Path | None, catalogue: Catalogue) -> tuple[PanelWeights | None, bool]:
    """The weights of a file, and whether it had rows that could not be used."""
    if path is None:
        return None, False
    from kanpo.exchange import read_weights

    weights, problems = read_weights(path, catalogue)
    say_problems(problems)
    return weights, bool(problems)


def _say_weights(given: PanelWeights | None, used: PanelWeights | None, before: PanelWeights | None) -> None:
    if given is not None:
        say(Text(f"重み: {given.text().ja}", f"weights: {given.text().en}"))
    elif used is not None:
        say(
            Text(
                f"重みは前と同じ {used.text().ja} です。目録の重みに戻すなら --catalogue-weights",
                f"weights are those of {used.text().en}, as before; --catalogue-weights goes back to the catalogue's.",
            )
        )
    elif before is not None:
        say(
            Text(
                f"注意: 前は {before.text().ja} の重みで、今回は目録の重みで計算しました。",
                f"note: weights were those of {before.text().en} before and are the catalogue's now.",
            )
        )


def _scored(
    project: Project, catalogue: Catalogue, herbs: list[str] | None, settings: ScoreSettings, *, keep: bool
) -> Scores:
    """Scores computed anew and, with `keep`, stored with the styles in which QGIS shows them."""
    from kanpo.exchange import style_project
    from kanpo.suitability import score_project

    weights = settings.weights
    scores = score_project(project, catalogue, herbs, method=settings.method, weights=weights, keep=keep)
    if keep:
        style_project(project, catalogue)
    return scores


def _assumed(
    project: Project, catalogue: Catalogue, herbs: list[str] | None, settings: ScoreSettings
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
    return score_within(
        factors,
        ranges,
        catalogue,
        herbs,
        method=settings.method,
        weights=settings.weights_for(catalogue),
        bounds=settings.bounds,
        expectations=settings.expectations,
    )


def _what_if(
    project: Project,
    catalogue: Catalogue,
    herbs: list[str] | None,
    settings: ScoreSettings,
    words: tuple[str, ...],
    parcel: str | None,
) -> pd.DataFrame:
    from kanpo.parcels import find_current
    from kanpo.sites import compute_factors
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
    row, factors = find_current(project, parcel), compute_factors(project, keep=False)
    return what_if(
        factors,
        row["parcel_id"],
        assumed,
        catalogue,
        herbs,
        method=settings.method,
        weights=settings.weights_for(catalogue),
        bounds=settings.bounds,
        expectations=settings.expectations,
    )
