"""``kanpo herbs``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kanpo.cli._click import argument, group, option, subcommand
from kanpo.cli._discover import catalogue_here, find_project
from kanpo.cli._herb_text import in_words, notes_in_words, origins_in_words, say_sources, separation_in_words
from kanpo.cli._options import InputPath, dry_run_option, output_options, project_option
from kanpo.cli._present import records, say, say_problems, show_json, show_table
from kanpo.errors import Severity, UsageError
from kanpo.locale import Text

if TYPE_CHECKING:
    from kanpo.herbs import Catalogue

_LABELS = {
    "herb_id": Text("ID", "id"),
    "crude_drug_ja": Text("生薬", "crude drug"),
    "plant_ja": Text("植物", "plant"),
    "species": Text("学名", "species"),
    "part_used_ja": Text("部位", "part (ja)"),
    "years_to_harvest": Text("収穫までの年数", "years to harvest"),
    "confidence": Text("確からしさ", "confidence"),
    "factor": Text("要因", "factor"),
    "requirement": Text("要求条件", "requirement"),
    "weight": Text("重み", "weight"),
    "knock_out": Text("除外条件", "knock-out"),
    "source": Text("出典", "source"),
    "shipped": Text("同梱の要求条件", "shipped"),
    "shipped_weight": Text("同梱の重み", "shipped weight"),
    "own": Text("自分の要求条件", "own"),
    "own_weight": Text("自分の重み", "own weight"),
    "place": Text("行", "row"),
    "note": Text("種類", "kind"),
    "what": Text("気づき", "note"),
    "work_id": Text("ID", "id"),
    "work": Text("工事", "work"),
    "effect": Text("効果", "effect"),
    "land": Text("地目", "land"),
    "herbs": Text("生薬", "herbs"),
    "yen": Text("円", "yen"),
    "hours": Text("時間", "hours"),
    "per": Text("何あたり", "per"),
    "cost_confidence": Text("費用の確からしさ", "confidence of the cost"),
}
_ORIGIN_LABELS = {
    "herb_id": Text("生薬", "herb"),
    "place": Text("場所", "place"),
    "origin": Text("産地か", "origin"),
    "score": Text("気候だけの適地度", "suitability by climate"),
    "class": Text("区分", "class"),
    "factors": Text("使った要因", "factors"),
    "holds": Text("合うか", "holds"),
    "source": Text("出典", "source"),
    "confidence": Text("確からしさ", "confidence"),
    "scope": Text("範囲", "scope"),
    "origins": Text("産地", "origins"),
    "rest": Text("その他", "rest"),
    "auc": Text("AUC", "AUC"),
    "lower": Text("下限(95%)", "lower (95 %)"),
    "upper": Text("上限(95%)", "upper (95 %)"),
}


@group("herbs", help=Text("生薬の目録を見る・調べる。", "Look at and check the herb catalogue."))
def herbs() -> None:
    pass


@subcommand(herbs, "list", help=Text("目録にある生薬の一覧。", "List the herbs of the catalogue."))
@project_option
@output_options
def list_herbs(project: Path | None, as_json: bool, as_csv: bool) -> int:
    from kanpo.herbs import herb_table

    catalogue = catalogue_here(project)

    keys = [
        "herb_id",
        "crude_drug_ja",
        "plant_ja",
        "species",
        "part_used_ja",
        "years_to_harvest",
        "confidence",
    ]
    table = herb_table(catalogue)[keys]
    show_table(table if as_json or as_csv else in_words(table), _LABELS, as_json=as_json, as_csv=as_csv)
    return 0


@subcommand(
    herbs,
    "show",
    help=Text(
        "ある生薬の要求条件を、出典と確からしさとともに示す。",
        "Show what a herb needs, with source and confidence.",
    ),
)
@argument("herb")
@project_option
@output_options
def show(herb: str, project: Path | None, as_json: bool, as_csv: bool) -> int:
    from kanpo.herbs import find_herb, requirement_table

    catalogue = catalogue_here(project)
    found = find_herb(catalogue, herb)
    say(found.label)
    table = requirement_table(catalogue, found.herb_id)
    plain = as_json or as_csv
    show_table(table if plain else in_words(table), _LABELS, as_json=as_json, as_csv=as_csv)
    if not plain:
        say_sources(catalogue, table["source"])
    return 0


@subcommand(
    herbs,
    "check",
    help=Text(
        "目録のCSVを調べる(フォルダを省くと同梱の目録)。\n\n"
        "使えない行(効かない除外条件、事業性の要因、悪くする・堂々めぐりの工事など)は直し方とともに差し戻す。\n"
        "正しい目録でも知っておくこと(効きの弱い要因、区別できない生薬、密度と株間、参考の生薬)を表にする。",
        "Check the catalogue's CSV files (default: those shipped).\n\n"
        "Rows that cannot be used (a knock-out that cannot exclude, a factor of workability, a work that makes "
        "worse or loops) are named with their mend. What is good to know of a catalogue in order (mild factors, "
        "herbs alike, densities against spacing, herbs for reference only) is listed.",
    ),
)
@option("--folder", type=InputPath, help=Text("自分の目録のフォルダ", "folder of your own catalogue"))
@output_options
def check(folder: Path | None, as_json: bool, as_csv: bool) -> int:
    from kanpo.herbs import catalogue_notes, check_catalogue, load_catalogue

    problems = check_catalogue(folder)
    say_problems(problems, limit=200)
    if problems:
        return 3
    say(Text("目録に問題はありません。", "the catalogue is in order."))
    notes = catalogue_notes(load_catalogue(folder))
    if not (as_json or as_csv):
        notes = notes_in_words(notes, load_catalogue(folder))
    show_table(notes, _LABELS, as_json=as_json, as_csv=as_csv)
    return 0


@subcommand(
    herbs,
    "works",
    help=Text(
        "立地を良くする工事の一覧(排水・石灰・深耕・遮光など)。自分の works.csv は kanpo herbs use で重ねる。",
        "List the works that mend a site; lay a works.csv of your own over them with kanpo herbs use.",
    ),
)
@project_option
@output_options
def works(project: Path | None, as_json: bool, as_csv: bool) -> int:
    from kanpo.herbs import work_table

    catalogue = catalogue_here(project)
    table = work_table(catalogue)
    plain = as_json or as_csv
    show_table(table if plain else in_words(table), _LABELS, as_json=as_json, as_csv=as_csv)
    if not plain:
        say_sources(catalogue, table["source"])
    return 0


@subcommand(
    herbs,
    "validate",
    help=Text(
        "目録を、知られた産地と突き合わせる(気候の要因だけ)。\n\n"
        "産地が一つも外れないか、産地でない所が S1 にならないか、気候の点が産地をどれだけ見分けるかを示す。\n"
        "--json は全部、--csv は産地ごとの表。合わない行があれば終了コード 1。",
        "Hold the catalogue against known origins, by climate factors only.\n\n"
        "Shows whether any origin is excluded, whether a place without production is S1, and how well climate "
        "tells origins from the rest. --json gives everything, --csv the table of places. Exit code 1 if a "
        "row does not hold.",
    ),
)
@project_option
@output_options
def validate(project: Path | None, as_json: bool, as_csv: bool) -> int:
    from kanpo.suitability import NOT_INDEPENDENT, validate_origins

    catalogue = catalogue_here(project)
    found = validate_origins(catalogue)
    if as_json:
        show_json(
            {
                "sites": records(found.sites),
                "separation": records(found.separation),
                "verdict": str(found.verdict),
                "note": str(NOT_INDEPENDENT),
            }
        )
    else:
        sites = found.sites if as_csv else origins_in_words(found.sites, catalogue)
        show_table(sites, _ORIGIN_LABELS, as_csv=as_csv)
        if not as_csv:
            show_table(separation_in_words(found.separation, catalogue), _ORIGIN_LABELS)
            say_sources(catalogue, found.sites["source"])
    say(found.verdict)
    say(NOT_INDEPENDENT)
    failed = found.failed
    say(
        Text(
            f"産地 {(found.sites['origin'] == 'yes').sum()} 件のうち、合わないもの {len(failed)} 件。",
            f"{(found.sites['origin'] == 'yes').sum()} origins, {len(failed)} rows that do not hold.",
        )
    )
    return 1 if len(failed) else 0


@subcommand(
    herbs,
    "use",
    help=Text(
        "自分の要求条件を、このプロジェクトで同梱の目録に重ねて使う。\n\n"
        "フォルダの requirements.csv(または CSV そのもの)には、変える行だけを書けばよい。\n"
        "必要な列は herb_id と factor と、数なら a・b・c・d、区分なら classes。空の重みと除外条件は同梱のまま。\n"
        "目録にない生薬は、同じフォルダの herbs.csv に足す(herb_id と crude_drug_ja があればよい)。\n"
        "工事(排水・石灰など)の効果と費用は、同じフォルダの works.csv に書く(kanpo herbs works の列)。\n"
        "使えない行は理由を言って飛ばし、残りを使う。--shipped で同梱だけに戻す。",
        "Lay your own requirements and herbs over the shipped catalogue, in this project.\n\n"
        "The requirements.csv of the folder (or the CSV itself) holds only the rows that differ; a herbs.csv "
        "beside it adds herbs (herb_id and crude_drug_ja are enough), a works.csv works. Rows that "
        "cannot be used are named and left out. --shipped goes back to the shipped catalogue.",
    ),
)
@argument("folder", type=InputPath, required=False)
@option("--shipped", is_flag=True, help=Text("同梱の目録だけに戻す", "back to the shipped catalogue alone"))
@project_option
@dry_run_option
def use(folder: Path | None, shipped: bool, project: Path | None, dry_run: bool) -> int:
    from kanpo.herbs import catalogue_diff, lay_over, load_catalogue, read_overlay
    from kanpo.store import Project

    if (folder is None) != shipped:
        raise UsageError(
            "herbs.use",
            Text(
                "フォルダか --shipped のどちらか一方が要ります", "a folder or --shipped is needed, not both"
            ),
            Text("例: kanpo herbs use 自分の目録", "for example kanpo herbs use my-catalogue"),
        )
    own, problems = read_overlay(folder) if folder else (None, [])
    with Project.open(find_project(project), write=not dry_run) as opened:
        if not dry_run:
            opened.keep_own_catalogue(own)
    say_problems(problems, limit=200)
    problems = [problem for problem in problems if problem.severity is Severity.REJECT]
    used = lay_over(load_catalogue(), own)
    if used.own_herbs:
        _say_herbs(used)
    show_table(
        catalogue_diff(used),
        _LABELS,
        empty=Text("要求条件の行は同梱のとおりです", "the requirements are those shipped"),
    )
    count = len(own.rows) + len(own.herbs) + len(own.works) if own else 0
    done = (
        Text("使う予定(何も変えていません)", "to be used (nothing was changed)")
        if dry_run
        else Text("使います", "used")
    )
    say(
        Text(
            f"自分の行 {count} 件を{done.ja}、差戻し {len(problems)} 件。適地度は kanpo score で計算し直してください。",
            f"{count} own rows {done.en}, {len(problems)} problems. Run kanpo score again.",
        )
    )
    return 1 if problems else 0


def _say_herbs(catalogue: Catalogue) -> None:
    """Which herbs are the user's own, and which of them have nothing but default requirements."""
    from kanpo.herbs import load_catalogue

    shipped = load_catalogue().herbs
    for herb_id in catalogue.own_herbs:
        label = catalogue.herbs[herb_id].label
        if herb_id in shipped:
            say(Text(f"生薬 {label.ja}: 自分の記載を使います", f"herb {label.en}: described by your own row"))
        elif all(row.herb_id != herb_id for row in catalogue.requirements_of(herb_id)):
            say(
                Text(
                    f"生薬 {label.ja} を足します(注意: 要求条件が既定の行だけです。requirements.csv に足してください)",
                    f"herb {label.en} is added; it has default requirements only: add rows to requirements.csv",
                )
            )
        else:
            say(Text(f"生薬 {label.ja} を足します", f"herb {label.en} is added"))


@subcommand(
    herbs,
    "diff",
    help=Text(
        "このプロジェクトの自分の要求条件と、同梱の要求条件の違い。",
        "Your own requirements of this project beside the shipped ones.",
    ),
)
@project_option
@output_options
def diff(project: Path | None, as_json: bool, as_csv: bool) -> int:
    from kanpo.herbs import catalogue_diff, project_catalogue
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        used = project_catalogue(opened)
    for row in used.unused:
        say(
            Text(
                f"使っていません: {row.file} {row.row}行目 {row.factor}(いまは適地度ではなく事業性に数える要因です)",
                f"not used: {row.file} row {row.row}, {row.factor}, which belongs to workability now",
            )
        )
    table = catalogue_diff(used)
    show_table(
        table,
        _LABELS,
        as_json=as_json,
        as_csv=as_csv,
        empty=Text(
            "自分の行はありません(kanpo herbs use で重ねられます)",
            "no rows of your own (see kanpo herbs use)",
        ),
    )
    return 0
